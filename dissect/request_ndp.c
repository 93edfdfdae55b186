/* SPDX-License-Identifier: BSD-3-Clause
 *
 * Neighbor and router solicitations (RFC 4861). Duplicate address detection
 * (a solicitation from "::", RFC 4862 section 5.4) wants no answer. For a
 * router solicitation the server is ff02::2, and a multicast advertisement
 * answers everybody who asks.
 *
 * RETRANS_TIMER is one second, RTR_SOLICITATION_INTERVAL four, and a router
 * may wait 0.5 s and 3 s after its last one (sections 6.2.6, 10): two seconds
 * count as never for a neighbor, for lack of a better figure also for routers;
 * a later answer still turns it into a late one.
 */
#include "dissect/request_ops.h"

enum ndp_type { NDP_RS = 133, NDP_RA = 134, NDP_NS = 135, NDP_NA = 136 };

static const union addr all_routers = { .b = { 0xff, 0x02, [15] = 2 } };

static uint64_t key(const struct request_ledger *l, const union addr *client,
                    const union addr *target, uint8_t type)
{
    return request_hash_pair(l, REQUEST_NDP, client, target, type);
}

static struct request *find(struct request_ledger *l, const union addr *client,
                            const union addr *server, uint8_t type)
{
    uint64_t hash = key(l, client, server, type);
    struct request *r = NULL;

    while ((r = request_chain(l, hash, r)))
        if (r->kind == REQUEST_NDP && r->qtype == type &&
            addr_eq(&r->client, client) && addr_eq(&r->server, server))
            return r;
    return NULL;
}

static void ask(struct request_ledger *l, const struct packet *pkt,
                uint16_t src_station, const union addr *server)
{
    uint8_t type = pkt->icmp.type;
    struct request *r = find(l, &pkt->src, server, type);
    uint16_t flags = 0;

    if (r && request_is_retry(&request_ndp_ops, r, pkt)) {
        request_retry(l, r, pkt);
        return;
    }
    if (type == NDP_RS)
        flags |= REQ_UNCOUNTED; /* many networks have no IPv6 router */
    if (type == NDP_NS && addr_is_unspecified(&pkt->src))
        flags |= REQ_GRATUITOUS;
    if (addr_is_multicast(&pkt->dst))
        flags |= REQ_BROADCAST;
    r = request_new(l, &request_ndp_ops, key(l, &pkt->src, server, type), pkt,
                    src_station, flags);
    r->server = *server;
    r->qtype = type;
}

/* A router's answer to one host, or to all: then to whoever still waits, which
 * are the newest records. */
static void advertise(struct request_ledger *l, const struct packet *pkt,
                      uint16_t src_station)
{
    bool all = addr_is_multicast(&pkt->dst);
    struct request *r;

    if (!all) {
        r = find(l, &pkt->dst, &all_routers, NDP_RS);
        if (r)
            request_answer(l, r, pkt, src_station);
        return;
    }
    r = request_waiting(l, REQUEST_NDP, NULL);
    for (unsigned n = 0; r && n < CHAIN_MAX; n++) {
        struct request *next = request_waiting(l, REQUEST_NDP, r);

        if (r->qtype == NDP_RS && r->vlan == pkt->vlan)
            request_answer(l, r, pkt, src_station);
        r = next;
    }
}

static void observe(struct request_ledger *l, const struct packet *pkt,
                    uint16_t src_station, uint16_t dst_station)
{
    const struct icmp_info *ic = &pkt->icmp;
    struct request *r = NULL;

    (void)dst_station;
    switch (ic->type) {
    case NDP_RS:
        ask(l, pkt, src_station, &all_routers);
        break;
    case NDP_NS:
        ask(l, pkt, src_station, &ic->target);
        break;
    case NDP_RA:
        advertise(l, pkt, src_station);
        break;
    case NDP_NA:
        r = find(l, &pkt->dst, &ic->target, NDP_NS);
        if (!r && addr_is_multicast(&pkt->dst)) {
            /* Somebody objects to an address being taken (DAD). */
            union addr none = { .q = { 0, 0 } };

            r = find(l, &none, &ic->target, NDP_NS);
        }
        if (r && r->station[0] != src_station)
            request_answer(l, r, pkt, src_station);
        break;
    default:
        break;
    }
}

const struct request_ops request_ndp_ops = {
    .kind = REQUEST_NDP,
    .events = EV_NDP,
    .observe = observe,
    .timeout_ns = 2 * SEC_NS,
    .late_ns = 1 * SEC_NS,
    .retry_ns = 5 * SEC_NS,
};
