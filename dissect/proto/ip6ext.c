/* SPDX-License-Identifier: BSD-3-Clause
 *
 * IPv6 extension headers, RFC 8200 section 4: all have the next header in the
 * first octet and, but for the fragment header, their length in units of eight
 * octets without the first in the second. AH counts otherwise and has its own
 * dissector.
 */
#include "dissect/proto/ip.h"

#define FRAGMENT_LEN 8

static void fragment_tree(struct tree *t, uint32_t off, const uint8_t *p)
{
    tree_open(t, "ipv6.fraghdr", off, FRAGMENT_LEN, "Fragment Header");
    tree_add(t, "ipv6.fraghdr.nxt", off, 1, "Next header: %s (%u)",
             ip_proto_name(p[0]), p[0]);
    tree_add(t, "ipv6.fraghdr.offset", off + 2, 2, "Offset: %u",
             be16_at(p + 2) & 0xfff8u);
    tree_add(t, "ipv6.fraghdr.more", off + 2, 2, "More fragments: %s",
             p[3] & 1 ? "yes" : "no");
    tree_add(t, "ipv6.fraghdr.ident", off + 4, 4, "Identification: 0x%08x",
             be32_at(p + 4));
    tree_close(t);
}

/* RFC 8200 section 4.5. A fragment header with offset 0 and no more to come is
 * an atomic fragment (RFC 6946): whole, and no fragment to anybody. */
static enum proto fragment_dissect(struct dissect *d, struct layer *l)
{
    const uint8_t *p = cursor_take(&d->c, FRAGMENT_LEN);
    struct packet *pkt = d->pkt;
    uint16_t offset;

    if (!p)
        return dissect_bad(d, l);
    offset = be16_at(p + 2) & 0xfff8;
    dissect_done(d, l);
    if (!d->inner) {
        pkt->ip_id = be32_at(p + 4);
        pkt->frag_off = offset;
        pkt->ip_mf = p[3] & 1;
        if (offset || pkt->ip_mf) {
            pkt->events |= EV_FRAGMENT;
            pkt->flags |= PKT_FRAG;
        }
        if (offset)
            pkt->flags |= PKT_FRAG_LATER;
    }
    if (d->tree)
        fragment_tree(d->tree, l->off, p);
    if (offset + l->payload_len > 65535)
        l->flags |= LAYER_MALFORMED;
    return dissect_ip_next(d, p[0], offset != 0);
}

/* Filter names of a header: itself, its next header, its length. */
struct ext_names {
    const char *header, *nxt, *len;
};

static const struct ext_names *ext_names(uint8_t number)
{
    static const struct ext_names hopopts = { "ipv6.hopopts",
                                              "ipv6.hopopts.nxt",
                                              "ipv6.hopopts.len" };
    static const struct ext_names dstopts = { "ipv6.dstopts",
                                              "ipv6.dstopts.nxt",
                                              "ipv6.dstopts.len" };
    static const struct ext_names routing = { "ipv6.routing",
                                              "ipv6.routing.nxt",
                                              "ipv6.routing.len" };
    static const struct ext_names other = { "ipv6.ext", "ipv6.ext.nxt",
                                            "ipv6.ext.len" };

    switch (number) {
    case IPN_HOPOPTS:
        return &hopopts;
    case IPN_DSTOPTS:
        return &dstopts;
    case IPN_ROUTING:
        return &routing;
    default:
        return &other;
    }
}

static const char *option_name(uint8_t type)
{
    switch (type) {
    case 0x05:
        return "Router alert"; /* RFC 2711 */
    case 0xc2:
        return "Jumbo payload"; /* RFC 2675 */
    case 0xc9:
        return "Home address"; /* RFC 6275 */
    default:
        return "Option";
    }
}

/* RFC 8200 section 4.2. Pad1 is one octet, all others have a length. */
static void options_tree(struct tree *t, uint32_t off, const uint8_t *p,
                         uint32_t len)
{
    struct cursor c = cursor_over(p, len, LAYER_MALFORMED);

    while (cursor_left(&c) > 0) {
        uint32_t at = off + (uint32_t)(c.p - p);
        uint8_t type = cursor_u8(&c), n;

        if (type == 0)
            continue;
        n = cursor_u8(&c);
        if (!cursor_skip(&c, n)) {
            tree_add(t, "_ws.malformed", at, 0, "[Bad option length]");
            return;
        }
        if (type != 1) /* PadN */
            tree_add(t, "ipv6.opt.type", at, n + 2u, "%s (0x%02x, %u octets)",
                     option_name(type), type, n + 2u);
    }
}

static void ext_tree(struct dissect *d, const struct layer *l, const uint8_t *p,
                     uint8_t number)
{
    const struct ext_names *names = ext_names(number);
    struct tree *t = d->tree;

    tree_open(t, names->header, l->off, l->header_len, "IPv6 %s",
              ip_proto_name(number));
    tree_add(t, names->nxt, l->off, 1, "Next header: %s (%u)",
             ip_proto_name(p[0]), p[0]);
    tree_add(t, names->len, l->off + 1, 1, "Length: %u (%u octets)", p[1],
             (p[1] + 1u) * 8);
    if (number == IPN_HOPOPTS || number == IPN_DSTOPTS)
        options_tree(t, l->off + 2, p + 2, l->header_len - 2);
    tree_close(t);
}

static enum proto ip6ext_dissect(struct dissect *d, struct layer *l)
{
    uint8_t number = d->ip_next;
    const uint8_t *p;

    /* No limit in the RFC; nobody honest sends as many (section 4.1 knows
     * seven), and every one costs the walk a layer. */
    if (++d->ext_count > IPPROTO_EXT_MAX)
        return dissect_malformed(d, l);
    if (number == IPN_FRAGMENT)
        return fragment_dissect(d, l);
    p = cursor_take(&d->c, 8);
    if (!p || !cursor_skip(&d->c, p[1] * 8u))
        return dissect_bad(d, l);
    dissect_done(d, l);
    if (d->tree)
        ext_tree(d, l, p, number);
    return dissect_ip_next(d, p[0], false);
}

const struct dissector ip6ext_dissector = {
    .name = "ip6ext",
    .title = "IPv6 extension header",
    .ref = "RFC 8200 section 4",
    .proto = PROTO_IP6EXT,
    .dissect = ip6ext_dissect,
    .bind = { { BIND_IPPROTO, 0 },
              { BIND_IPPROTO, 43 },
              { BIND_IPPROTO, 44 },
              { BIND_IPPROTO, 60 },
              { BIND_IPPROTO, 135 },
              { BIND_IPPROTO, 139 },
              { BIND_IPPROTO, 140 } },
};
