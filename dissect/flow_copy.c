/* SPDX-License-Identifier: BSD-3-Clause
 *
 * Copies of packets that the capture made: tapped at two ports, before and
 * after a router, or on every interface of a bridge. The latest packets are
 * kept as digests for a millisecond, two to a set; what they do not share with
 * a copy (TTL, Ethernet addresses, interface) is left out.
 */
#include "dissect/flow_impl.h"

#define COPY_HOPS 4 /* routers and virtual switches between two taps */

/* Who sends to whom. Not keyed by the seed: which notes meet in a set, and so
 * which copies are noticed in dense traffic, must be the same in every run. A
 * capture made to collide can only hide its own packets. */
static uint64_t ends_mix(const struct packet *pkt)
{
    uint64_t src = (pkt->src.q[0] ^ pkt->src.q[1]) + pkt->sport;
    uint64_t dst = (pkt->dst.q[0] ^ pkt->dst.q[1]) + pkt->dport;

    src *= UINT64_C(0xff51afd7ed558ccd);
    dst *= UINT64_C(0xc4ceb9fe1a85ec53);
    return src ^ dst >> 32 ^ dst << 32;
}

uint64_t flow_copy_digest(const struct packet *pkt)
{
    uint64_t a = (uint64_t)pkt->ip_id << 32 | (pkt->payload_len & 0xffffffff);
    uint64_t b = ends_mix(pkt) ^ pkt->vlan ^ (uint64_t)pkt->ip_proto << 16;

    if (pkt->ip_proto == IP_TCP) {
        b += (uint64_t)pkt->tcp.ack << 32 | pkt->tcp.seq;
        a ^= (uint64_t)pkt->tcp.window << 48 | (uint64_t)pkt->tcp.flags << 24;
        a += pkt->tcp.options & TCPO_TS ? pkt->tcp.tsval : 0;
    } else if (flow_is_icmp(pkt->ip_proto)) {
        b += pkt->icmp.seq;
    }
    a *= UINT64_C(0x9e3779b97f4a7c15);
    b = (b ^ a >> 29) * UINT64_C(0xbf58476d1ce4e5b9);
    return b ^ b >> 31;
}

/* May a second look-alike be called a copy? With a non-zero IPv4 id (RFC 6864
 * makes it unique for a while) any; else only TCP segments that no sender
 * repeats within a millisecond: pure ACKs do repeat. */
static bool copy_possible(const struct packet *pkt)
{
    if (pkt->ip_version == 4 && pkt->ip_id != 0)
        return true;
    return pkt->ip_proto == IP_TCP &&
           (pkt->payload_len > 1 || pkt->tcp.flags & (TCP_SYN | TCP_FIN));
}

static bool note_matches(const struct copy_note *n, uint32_t sig, uint8_t ttl,
                         uint32_t us)
{
    int diff = (int)(n->sig_ttl & 0xff) - ttl;

    return n->sig_ttl >> 8 == sig >> 8 && diff >= -COPY_HOPS &&
           diff <= COPY_HOPS && us - n->us < COPY_US && n->sig_ttl != 0;
}

bool flow_is_copy(struct flow_table *t, const struct packet *pkt,
                  uint64_t digest)
{
    struct copy_note *set = t->copy[digest >> 55];
    uint32_t sig = (uint32_t)digest & ~UINT32_C(0xff);
    uint32_t us = ts_us(pkt->ts_ns);

    for (unsigned i = 0; i < COPY_WAYS; i++) {
        if (note_matches(&set[i], sig, pkt->ttl, us))
            return copy_possible(pkt);
    }
    set[1] = set[0]; /* the older of COPY_WAYS goes */
    set[0] = (struct copy_note){ .sig_ttl = sig | pkt->ttl, .us = us };
    return false;
}
