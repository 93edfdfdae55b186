/* SPDX-License-Identifier: BSD-3-Clause
 *
 * DHCP exchanges (RFC 2131): one record for each message of a client that
 * wants an answer, by (chaddr, xid, message type). DISCOVER is answered by
 * OFFER, or by ACK with rapid commit (RFC 4039); REQUEST by ACK or NAK;
 * INFORM by ACK. A second OFFER for one DISCOVER only counts.
 *
 * Clients repeat after 4 s, doubled each time (section 4.1): four seconds
 * count as never, and what comes within 70 s is one more try.
 */
#include "dissect/proto/dhcp.h"

#include <assert.h>

#include "dissect/request_ops.h"

static uint64_t key(const struct request_ledger *l, const struct dhcp_msg *m)
{
    struct {
        uint8_t chaddr[6];
        uint8_t zero[2];
        uint32_t xid, more_zero;
    } k = { .xid = m->xid };

    static_assert(sizeof(k) == 16, "no padding in a hashed key");
    memcpy(k.chaddr, m->chaddr.b, sizeof(k.chaddr));
    return request_hash(l, REQUEST_DHCP, &k, sizeof(k));
}

static struct request *find(struct request_ledger *l, const struct dhcp_msg *m,
                            uint8_t type)
{
    uint64_t hash = key(l, m);
    struct request *r = NULL;

    while ((r = request_chain(l, hash, r)))
        if (r->kind == REQUEST_DHCP && r->id == m->xid && r->qtype == type &&
            mac_eq(&r->chaddr, &m->chaddr))
            return r;
    return NULL;
}

static void ask(struct request_ledger *l, const struct packet *pkt,
                uint16_t src_station, const struct dhcp_msg *m)
{
    struct request *r = find(l, m, m->msg_type);

    if (r && request_is_retry(&request_dhcp_ops, r, pkt)) {
        request_retry(l, r, pkt);
        return;
    }
    r = request_new(l, &request_dhcp_ops, key(l, m), pkt, src_station,
                    addr_is_broadcast(&pkt->dst) ? REQ_BROADCAST : 0);
    r->id = m->xid;
    r->qtype = m->msg_type;
    r->chaddr = m->chaddr;
}

/* A server asks by ARP and echo whether the address it is about to offer is
 * free (RFC 2131 section 2.2): silence is what it hopes for. */
static void excuse_probes(struct request_ledger *l, const struct packet *pkt,
                          const struct dhcp_msg *m)
{
    struct request *r = request_arp_find(l, &pkt->src, &m->yiaddr);

    if (r)
        request_excuse(l, r);
    r = request_echo_latest(l, &pkt->src, &m->yiaddr);
    if (r)
        request_excuse(l, r);
}

static void reply(struct request_ledger *l, const struct packet *pkt,
                  uint16_t src_station, const struct dhcp_msg *m)
{
    struct request *r = NULL;

    if (m->msg_type == DHCP_OFFER) {
        excuse_probes(l, pkt, m);
        r = find(l, m, DHCP_DISCOVER);
    } else if (m->msg_type == DHCP_ACK || m->msg_type == DHCP_NAK) {
        r = find(l, m, DHCP_REQUEST);
    }
    if (!r && m->msg_type == DHCP_ACK)
        r = find(l, m, DHCP_INFORM);
    if (!r && m->msg_type == DHCP_ACK)
        r = find(l, m, DHCP_DISCOVER);
    if (!r)
        return;
    if (!r->answer_frame) {
        r->rcode = m->msg_type;
        r->yiaddr = m->yiaddr;
    }
    request_answer(l, r, pkt, src_station);
}

static void observe(struct request_ledger *l, const struct packet *pkt,
                    uint16_t src_station, uint16_t dst_station)
{
    struct dhcp_msg m;

    (void)dst_station; /* OFFER and ACK may be broadcast */
    if ((pkt->flags & PKT_FRAG_LATER) || !dhcp_parse(packet_payload(pkt), &m))
        return;
    switch (m.msg_type) {
    case DHCP_DISCOVER:
    case DHCP_REQUEST:
    case DHCP_INFORM:
        ask(l, pkt, src_station, &m);
        break;
    case DHCP_OFFER:
    case DHCP_ACK:
    case DHCP_NAK:
        reply(l, pkt, src_station, &m);
        break;
    default:
        break; /* RELEASE and DECLINE have no answer */
    }
}

const struct request_ops request_dhcp_ops = {
    .kind = REQUEST_DHCP,
    .events = EV_DHCP,
    .observe = observe,
    .timeout_ns = 4 * SEC_NS,
    .late_ns = 2 * SEC_NS,
    .retry_ns = 70 * SEC_NS,
};
