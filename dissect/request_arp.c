/* SPDX-License-Identifier: BSD-3-Clause
 *
 * ARP requests (RFC 826). A probe (sender address 0.0.0.0) or an announcement
 * (sender asks for itself), RFC 5227 section 2, wants no answer.
 *
 * Two seconds count as never: hosts repeat after one second, and no segment
 * takes longer.
 */
#include "dissect/request_ops.h"

enum arp_op { ARP_REQUEST = 1, ARP_REPLY = 2 };

static const struct mac mac_broadcast = { { 0xff, 0xff, 0xff, 0xff, 0xff,
                                            0xff } };

static uint64_t key(const struct request_ledger *l, const union addr *client,
                    const union addr *server)
{
    return request_hash_pair(l, REQUEST_ARP, client, server, 0);
}

struct request *request_arp_find(struct request_ledger *l,
                                 const union addr *client,
                                 const union addr *server)
{
    uint64_t hash = key(l, client, server);
    struct request *r = NULL;

    while ((r = request_chain(l, hash, r)))
        if (r->kind == REQUEST_ARP && addr_eq(&r->client, client) &&
            addr_eq(&r->server, server))
            return r;
    return NULL;
}

static void ask(struct request_ledger *l, const struct packet *pkt,
                uint16_t src_station)
{
    const struct arp_info *arp = &pkt->arp;
    struct request *r = request_arp_find(l, &arp->spa, &arp->tpa);
    uint16_t flags = 0;

    if (r && request_is_retry(&request_arp_ops, r, pkt)) {
        request_retry(l, r, pkt);
        return;
    }
    if (addr_is_unspecified(&arp->spa) || addr_eq(&arp->spa, &arp->tpa))
        flags |= REQ_GRATUITOUS;
    if ((pkt->flags & PKT_HAS_MAC) && mac_eq(&pkt->eth_dst, &mac_broadcast))
        flags |= REQ_BROADCAST;
    r = request_new(l, &request_arp_ops, key(l, &arp->spa, &arp->tpa), pkt,
                    src_station, flags);
    r->client = arp->spa;
    r->server = arp->tpa;
    r->chaddr = arp->sha;
}

static void observe(struct request_ledger *l, const struct packet *pkt,
                    uint16_t src_station, uint16_t dst_station)
{
    const struct arp_info *arp = &pkt->arp;
    struct request *r;

    (void)dst_station; /* a reply may be broadcast */
    if (arp->op == ARP_REQUEST) {
        ask(l, pkt, src_station);
        return;
    }
    if (arp->op != ARP_REPLY)
        return;
    r = request_arp_find(l, &arp->tpa, &arp->spa);
    if (r)
        request_answer(l, r, pkt, src_station);
}

const struct request_ops request_arp_ops = {
    .kind = REQUEST_ARP,
    .events = EV_ARP,
    .observe = observe,
    .timeout_ns = 2 * SEC_NS,
    .late_ns = 1 * SEC_NS,
    .retry_ns = 4 * SEC_NS,
};
