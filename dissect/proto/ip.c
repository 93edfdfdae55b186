/* SPDX-License-Identifier: BSD-3-Clause
 *
 * IPv4, RFC 791, and the step from any IP header to the next (shared by IPv6).
 *
 * Frames of a host that offloads carry two fields that look wrong and are not:
 * a total length of 0 (segmentation offload of more than 65535 octets, or by
 * Windows of any size) and a header checksum of 0 (left to the card). Neither
 * is damage: the length is taken from the frame, and only a checksum that is
 * there and does not match sets PKT_IP_CSUM_BAD.
 */
#include "dissect/core/cksum.h"
#include "dissect/proto/ip.h"

#define IP_HEADER_MIN 20

static const char *option_name(uint8_t kind)
{
    switch (kind) {
    case 0:
        return "End of options";
    case 1:
        return "No operation";
    case 7:
        return "Record route";
    case 68:
        return "Timestamp";
    case 130:
        return "Security";
    case 131:
        return "Loose source route";
    case 137:
        return "Strict source route";
    case 148:
        return "Router alert";
    default:
        return "Unknown option";
    }
}

static void options_tree(struct dissect *d, uint32_t off, const uint8_t *p,
                         size_t len)
{
    struct cursor c = cursor_over(p, len, LAYER_MALFORMED);

    tree_open(d->tree, "ip.options", off, (uint32_t)len, "Options (%u octets)",
              (unsigned)len);
    while (cursor_left(&c) > 0) {
        uint32_t at = off + (uint32_t)(c.p - p);
        uint8_t kind = cursor_u8(&c);
        uint8_t n = kind < 2 ? 1 : cursor_u8(&c);

        if (c.bad || n == 0 || !cursor_skip(&c, kind < 2 ? 0 : n - 2u)) {
            tree_add(d->tree, "_ws.malformed", at, 0, "[Bad option length]");
            break;
        }
        tree_add(d->tree, "ip.opt.type", at, n, "%s (%u)", option_name(kind),
                 kind);
        if (kind == 0)
            break;
    }
    tree_close(d->tree);
}

static void ip_tree(struct dissect *d, const struct layer *l, const uint8_t *p,
                    uint32_t ihl)
{
    struct tree *t = d->tree;
    char src[ADDR_STRLEN], dst[ADDR_STRLEN];
    uint32_t off = l->off;
    uint16_t frag = be16_at(p + 6);
    union addr a;

    addr_from_v4(&a, p + 12);
    addr_format(&a, src);
    addr_from_v4(&a, p + 16);
    addr_format(&a, dst);
    tree_open(t, "ip", off, ihl,
              "Internet Protocol Version 4, Src: %s, Dst: %s", src, dst);
    tree_add(t, "ip.version", off, 1, "Version: %u", p[0] >> 4);
    tree_add(t, "ip.hdr_len", off, 1, "Header length: %u octets",
             (p[0] & 15u) * 4);
    tree_add(t, "ip.dsfield", off + 1, 1, "DS field: 0x%02x", p[1]);
    tree_add(t, "ip.len", off + 2, 2, "Total length: %u", be16_at(p + 2));
    tree_add(t, "ip.id", off + 4, 2, "Identification: 0x%04x (%u)",
             be16_at(p + 4), be16_at(p + 4));
    tree_add(t, "ip.flags.df", off + 6, 1, "Don't fragment: %s",
             frag & 0x4000 ? "set" : "not set");
    tree_add(t, "ip.flags.mf", off + 6, 1, "More fragments: %s",
             frag & 0x2000 ? "set" : "not set");
    tree_add(t, "ip.frag_offset", off + 6, 2, "Fragment offset: %u",
             (frag & 0x1fffu) * 8);
    tree_add(t, "ip.ttl", off + 8, 1, "Time to live: %u", p[8]);
    tree_add(t, "ip.proto", off + 9, 1, "Protocol: %s (%u)",
             ip_proto_name(p[9]), p[9]);
    tree_add(t, "ip.checksum", off + 10, 2, "Header checksum: 0x%04x",
             be16_at(p + 10));
    tree_add(t, "ip.src", off + 12, 4, "Source: %s", src);
    tree_add(t, "ip.dst", off + 16, 4, "Destination: %s", dst);
    if (l->header_len > IP_HEADER_MIN)
        options_tree(d, off + IP_HEADER_MIN, p + IP_HEADER_MIN,
                     l->header_len - IP_HEADER_MIN);
    tree_close(t);
}

/* With options a header is rare enough to be left unchecked. */
static inline bool checksum_bad(const uint8_t *p)
{
    uint64_t sum = cksum_word(p) + cksum_word(p + 4) + cksum_word(p + 8) +
                   cksum_word(p + 12) + cksum_word(p + 16);

    return cksum_fold(sum) != 0xffff && be16_at(p + 10) != 0;
}

static inline void ip_fill(struct packet *pkt, const struct layer *l,
                           const uint8_t *p, uint32_t len)
{
    uint16_t frag = be16_at(p + 6);

    pkt->ip_version = 4;
    pkt->ip_off = l->off;
    pkt->ip_len = len;
    pkt->ttl = p[8];
    pkt->tos = p[1];
    pkt->ip_proto = p[9];
    pkt->ip_id = be16_at(p + 4);
    pkt->ip_df = frag >> 14 & 1;
    pkt->ip_mf = frag >> 13 & 1;
    pkt->frag_off = (uint16_t)((frag & 0x1fff) << 3);
    addr_from_v4(&pkt->src, p + 12);
    addr_from_v4(&pkt->dst, p + 16);
    if (frag & 0x3fff) {
        pkt->events |= EV_FRAGMENT;
        pkt->flags |= PKT_FRAG;
        if (frag & 0x1fff)
            pkt->flags |= PKT_FRAG_LATER;
    }
    if ((p[0] & 15) == 5 && checksum_bad(p))
        pkt->flags |= PKT_IP_CSUM_BAD;
}

static enum proto ip_dissect(struct dissect *d, struct layer *l)
{
    const uint8_t *p = cursor_take(&d->c, IP_HEADER_MIN);
    uint32_t ihl, tot_len, len;
    uint16_t frag;

    if (!p)
        return dissect_bad(d, l);
    ihl = (p[0] & 15u) * 4;
    if (p[0] >> 4 != 4 || ihl < IP_HEADER_MIN)
        return dissect_malformed(d, l);
    tot_len = len = be16_at(p + 2);
    if (tot_len == 0 && d->wire_left > IP_LEN_ZERO_MIN)
        len = d->wire_left;
    if (!d->inner) {
        ip_fill(d->pkt, l, p, len);
        if (len != tot_len)
            d->pkt->flags |= PKT_IP_LEN_ZERO;
    }
    if (ihl > IP_HEADER_MIN && !cursor_skip(&d->c, ihl - IP_HEADER_MIN)) {
        dissect_bad(d, l);
        if (d->tree)
            ip_tree(d, l, p, l->header_len);
        return PROTO_NONE;
    }
    if (len < ihl)
        l->flags |= LAYER_MALFORMED;
    dissect_narrow(d, l, len < ihl ? 0 : len - ihl);
    dissect_done(d, l);
    if (d->tree)
        ip_tree(d, l, p, ihl);
    if (len < ihl)
        return PROTO_NONE;
    d->ip6 = false;
    d->addr_sum = cksum_word(p + 12) + cksum_word(p + 16);
    frag = be16_at(p + 6);
    /* RFC 791 section 3.1: no octet of a datagram lies beyond 65535. */
    if (__builtin_expect(
            (frag & 0x1fffu) * 8 + len > 65535 + ihl && (frag & 0x1fff), 0))
        l->flags |= LAYER_MALFORMED;
    return dissect_ip_next(d, p[9], frag & 0x1fff);
}

const struct dissector ip_dissector = {
    .name = "ip",
    .title = "Internet Protocol Version 4",
    .ref = "RFC 791",
    .proto = PROTO_IP,
    .dissect = ip_dissect,
    .bind = { { BIND_ETHERTYPE, 0x0800 }, { BIND_IPPROTO, 4 } },
};
