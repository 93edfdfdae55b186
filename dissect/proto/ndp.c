/* SPDX-License-Identifier: BSD-3-Clause
 *
 * Neighbour discovery, RFC 4861 section 4, behind the ICMPv6 type, code and
 * checksum; RDNSS RFC 8106 section 5.1. An option length of 0 makes the whole
 * message invalid (section 4.6), so reading stops there.
 */
#include "dissect/proto/icmpcommon.h"

enum ndp_type {
    NDP_RS = 133,
    NDP_RA = 134,
    NDP_NS = 135,
    NDP_NA = 136,
    NDP_REDIRECT = 137,
};

enum ndp_option {
    OPT_SLLA = 1,
    OPT_TLLA = 2,
    OPT_PREFIX = 3,
    OPT_REDIRECTED = 4,
    OPT_MTU = 5,
    OPT_RDNSS = 25,
    OPT_DNSSL = 31,
};

/* Octets between the checksum and the options. */
static uint32_t fixed_len(uint8_t type)
{
    switch (type) {
    case NDP_RA:
        return 12;
    case NDP_NS:
    case NDP_NA:
        return 20;
    case NDP_REDIRECT:
        return 36;
    default:
        return 4; /* RS */
    }
}

static const char *option_name(uint8_t kind)
{
    switch (kind) {
    case OPT_SLLA:
        return "Source link-layer address";
    case OPT_TLLA:
        return "Target link-layer address";
    case OPT_PREFIX:
        return "Prefix information";
    case OPT_REDIRECTED:
        return "Redirected header";
    case OPT_MTU:
        return "MTU";
    case OPT_RDNSS:
        return "Recursive DNS server";
    case OPT_DNSSL:
        return "DNS search list";
    default:
        return "Unknown option";
    }
}

static void fixed_read(const uint8_t *p, struct icmp_info *icmp)
{
    switch (icmp->type) {
    case NDP_RA:
        icmp->ra_hop_limit = p[0];
        icmp->ndp_flags = p[1];
        icmp->ra_lifetime_s = be16_at(p + 2);
        break;
    case NDP_NA:
        icmp->ndp_flags = p[0];
        memcpy(icmp->target.b, p + 4, 16);
        break;
    case NDP_NS:
    case NDP_REDIRECT:
        memcpy(icmp->target.b, p + 4, 16);
        break;
    default:
        break;
    }
}

static void fixed_tree(struct tree *t, uint32_t off,
                       const struct icmp_info *icmp)
{
    char text[ADDR_STRLEN];

    switch (icmp->type) {
    case NDP_RA:
        tree_add(t, "icmpv6.nd.ra.cur_hop_limit", off, 1, "Hop limit: %u",
                 icmp->ra_hop_limit);
        tree_add(t, "icmpv6.nd.ra.flag", off + 1, 1, "Flags: 0x%02x%s%s",
                 icmp->ndp_flags, icmp->ndp_flags & 0x80 ? " managed" : "",
                 icmp->ndp_flags & 0x40 ? " other" : "");
        tree_add(t, "icmpv6.nd.ra.router_lifetime", off + 2, 2,
                 "Router lifetime: %u s", icmp->ra_lifetime_s);
        break;
    case NDP_NA:
        tree_add(t, "icmpv6.nd.na.flag", off, 4, "Flags: 0x%02x%s%s%s",
                 icmp->ndp_flags, icmp->ndp_flags & 0x80 ? " router" : "",
                 icmp->ndp_flags & 0x40 ? " solicited" : "",
                 icmp->ndp_flags & 0x20 ? " override" : "");
        tree_add(t, "icmpv6.nd.na.target_address", off + 4, 16, "Target: %s",
                 addr_format(&icmp->target, text));
        break;
    case NDP_NS:
        tree_add(t, "icmpv6.nd.ns.target_address", off + 4, 16, "Target: %s",
                 addr_format(&icmp->target, text));
        break;
    case NDP_REDIRECT:
        tree_add(t, "icmpv6.nd.rd.target_address", off + 4, 16, "Target: %s",
                 addr_format(&icmp->target, text));
        break;
    default:
        break;
    }
}

static void prefix_read(struct cursor c, struct icmp_info *icmp)
{
    const uint8_t *p = cursor_take(&c, 30);

    if (!p || icmp->ra_prefix_len || p[0] > 128)
        return;
    icmp->ra_prefix_len = p[0];
    icmp->ra_prefix_flags = p[1];
    memcpy(icmp->ra_prefix.b, p + 14, 16);
}

static void rdnss_read(struct cursor c, struct icmp_info *icmp)
{
    size_t n;

    cursor_skip(&c, 6);
    n = cursor_left(&c) / 16;
    if (c.bad || n == 0)
        return;
    if (icmp->ra_rdnss_count == 0)
        cursor_copy(&c, icmp->ra_rdnss.b, 16);
    n += icmp->ra_rdnss_count;
    icmp->ra_rdnss_count = (uint8_t)(n < 255 ? n : 255);
}

/* @body stands behind the kind and length octets. */
static void option_read(struct cursor body, uint8_t kind,
                        struct icmp_info *icmp)
{
    switch (kind) {
    case OPT_SLLA:
    case OPT_TLLA:
        if (cursor_left(&body) >= 6) {
            cursor_copy(&body, icmp->link_addr.b, 6);
            icmp->has_link_addr = true;
        }
        break;
    case OPT_PREFIX:
        prefix_read(body, icmp);
        break;
    case OPT_MTU:
        cursor_skip(&body, 2);
        icmp->ra_mtu = cursor_be32(&body);
        break;
    case OPT_RDNSS:
        rdnss_read(body, icmp);
        break;
    default:
        break;
    }
}

static void option_tree(struct tree *t, uint32_t off, uint32_t len,
                        uint8_t kind, struct cursor body)
{
    struct icmp_info one = { 0 };
    char text[ADDR_STRLEN];

    option_read(body, kind, &one);
    tree_open(t, "icmpv6.opt", off, len, "Option: %s (%u)", option_name(kind),
              kind);
    if (one.has_link_addr)
        tree_add(t, "icmpv6.opt.linkaddr", off + 2, 6, "Link address: %s",
                 mac_format(&one.link_addr, text));
    if (one.ra_prefix_len) {
        tree_add(t, "icmpv6.opt.prefix.length", off + 2, 1, "Prefix length: %u",
                 one.ra_prefix_len);
        tree_add(t, "icmpv6.opt.prefix.flag", off + 3, 1, "Flags: 0x%02x%s%s",
                 one.ra_prefix_flags,
                 one.ra_prefix_flags & 0x80 ? " on-link" : "",
                 one.ra_prefix_flags & 0x40 ? " autonomous" : "");
        tree_add(t, "icmpv6.opt.prefix", off + 16, 16, "Prefix: %s",
                 addr_format(&one.ra_prefix, text));
    }
    if (one.ra_mtu)
        tree_add(t, "icmpv6.opt.mtu", off + 4, 4, "MTU: %u", one.ra_mtu);
    if (one.ra_rdnss_count)
        tree_add(t, "icmpv6.opt.rdnss", off + 8, 16, "DNS server: %s",
                 addr_format(&one.ra_rdnss, text));
    tree_close(t);
}

/* All options up to the end; returns verdict bits. */
static uint16_t options_read(struct dissect *d, struct icmp_info *icmp)
{
    struct cursor *c = &d->c;

    while (cursor_left(c) > 0) {
        uint32_t off = dissect_off(d), len;
        uint8_t kind = cursor_u8(c);
        struct cursor body;

        len = cursor_u8(c) * 8u;
        if (c->bad)
            return c->bad;
        if (len == 0)
            return LAYER_MALFORMED;
        if (cursor_left(c) < len - 2) {
            cursor_skip(c, len - 2);
            /* Captured whole: the option's own length is the lie. */
            return c->bad == LAYER_TRUNCATED ? LAYER_TRUNCATED
                                             : LAYER_MALFORMED;
        }
        body = cursor_sub(c, len - 2);
        option_read(body, kind, icmp);
        if (d->tree)
            option_tree(d->tree, off, len, kind, body);
    }
    return LAYER_OK;
}

static enum proto ndp_dissect(struct dissect *d, struct layer *l)
{
    struct icmp_info scratch = { .type = d->ip_next, .is_v6 = true };
    struct icmp_info *icmp = d->inner ? &scratch : &d->pkt->icmp;
    uint32_t len = fixed_len(icmp->type);
    const uint8_t *p = cursor_take(&d->c, len);
    uint16_t bad;

    if (!p)
        return dissect_bad(d, l);
    fixed_read(p, icmp);
    if (d->tree) {
        tree_open(d->tree, "icmpv6.nd", l->off,
                  len + (uint32_t)cursor_left(&d->c), "Neighbour discovery");
        fixed_tree(d->tree, l->off, icmp);
    }
    bad = options_read(d, icmp);
    if (!d->quote)
        l->flags |= bad;
    dissect_done(d, l);
    if (d->tree)
        tree_close(d->tree);
    return PROTO_NONE;
}

const struct dissector ndp_dissector = {
    .name = "ndp",
    .title = "Neighbour discovery",
    .ref = "RFC 4861",
    .proto = PROTO_NDP,
    .dissect = ndp_dissect,
};
