/* SPDX-License-Identifier: BSD-3-Clause
 *
 * IPv6, RFC 8200 section 3. A payload length of 0 is a jumbogram (RFC 2675) or
 * segmentation offload; in both the frame's length is the truth.
 */
#include "dissect/core/cksum.h"
#include "dissect/proto/ip.h"

#define IP6_HEADER 40

static void ip6_tree(struct tree *t, uint32_t off, const uint8_t *p)
{
    char src[ADDR_STRLEN], dst[ADDR_STRLEN];
    union addr a;

    memcpy(a.b, p + 8, 16);
    addr_format(&a, src);
    memcpy(a.b, p + 24, 16);
    addr_format(&a, dst);
    tree_open(t, "ipv6", off, IP6_HEADER,
              "Internet Protocol Version 6, Src: %s, Dst: %s", src, dst);
    tree_add(t, "ipv6.version", off, 1, "Version: %u", p[0] >> 4);
    tree_add(t, "ipv6.tclass", off, 2, "Traffic class: 0x%02x",
             be16_at(p) >> 4 & 0xffu);
    tree_add(t, "ipv6.flow", off + 1, 3, "Flow label: 0x%05x",
             be32_at(p) & 0xfffffu);
    tree_add(t, "ipv6.plen", off + 4, 2, "Payload length: %u", be16_at(p + 4));
    tree_add(t, "ipv6.nxt", off + 6, 1, "Next header: %s (%u)",
             ip_proto_name(p[6]), p[6]);
    tree_add(t, "ipv6.hlim", off + 7, 1, "Hop limit: %u", p[7]);
    tree_add(t, "ipv6.src", off + 8, 16, "Source: %s", src);
    tree_add(t, "ipv6.dst", off + 24, 16, "Destination: %s", dst);
    tree_close(t);
}

static inline void ip6_fill(struct packet *pkt, const struct layer *l,
                            const uint8_t *p, uint32_t len)
{
    pkt->ip_version = 6;
    pkt->ip_off = l->off;
    pkt->ip_len = len;
    pkt->ttl = p[7];
    pkt->tos = (uint8_t)(be16_at(p) >> 4);
    memcpy(pkt->src.b, p + 8, 16);
    memcpy(pkt->dst.b, p + 24, 16);
}

static enum proto ip6_dissect(struct dissect *d, struct layer *l)
{
    const uint8_t *p = cursor_take(&d->c, IP6_HEADER);
    uint32_t plen, len;

    if (!p)
        return dissect_bad(d, l);
    if (p[0] >> 4 != 6)
        return dissect_malformed(d, l);
    plen = len = be16_at(p + 4);
    if (plen == 0 && d->wire_left > IP_LEN_ZERO_MIN)
        len = d->wire_left - IP6_HEADER;
    if (!d->inner) {
        ip6_fill(d->pkt, l, p, len + IP6_HEADER);
        if (len != plen)
            d->pkt->flags |= PKT_IP_LEN_ZERO;
    }
    dissect_narrow(d, l, len);
    dissect_done(d, l);
    if (d->tree)
        ip6_tree(d->tree, l->off, p);
    d->ip6 = true;
    d->addr_sum = 0;
    for (unsigned i = 8; i < IP6_HEADER; i += 4)
        d->addr_sum += cksum_word(p + i);
    return dissect_ip_next(d, p[6], false);
}

const struct dissector ip6_dissector = {
    .name = "ip6",
    .title = "Internet Protocol Version 6",
    .ref = "RFC 8200",
    .proto = PROTO_IP6,
    .dissect = ip6_dissect,
    .bind = { { BIND_ETHERTYPE, 0x86dd }, { BIND_IPPROTO, 41 } },
};
