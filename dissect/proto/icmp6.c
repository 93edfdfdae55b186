/* SPDX-License-Identifier: BSD-3-Clause
 *
 * ICMPv6, RFC 4443. Neighbour discovery and listener discovery are layers of
 * their own behind the first four octets.
 */
#include "dissect/proto/icmpcommon.h"

#define ICMP6_HEADER 4

enum icmp6_type {
    ICMP6_TOO_BIG = 2,
    ICMP6_ECHO_REQUEST = 128,
    ICMP6_ECHO_REPLY = 129,
};

static const char *type_name(uint8_t type)
{
    static const char *const name[256] = {
        [1] = "Destination unreachable",
        [2] = "Packet too big",
        [3] = "Time exceeded",
        [4] = "Parameter problem",
        [128] = "Echo request",
        [129] = "Echo reply",
        [130] = "Multicast listener query",
        [131] = "Multicast listener report",
        [132] = "Multicast listener done",
        [133] = "Router solicitation",
        [134] = "Router advertisement",
        [135] = "Neighbor solicitation",
        [136] = "Neighbor advertisement",
        [137] = "Redirect",
        [143] = "Multicast listener report v2",
    };

    return name[type] ? name[type] : "Unknown type";
}

static enum proto message_proto(uint8_t type)
{
    if (type >= 133 && type <= 137)
        return PROTO_NDP;
    if ((type >= 130 && type <= 132) || type == 143)
        return PROTO_MLD;
    return PROTO_NONE;
}

static void icmp6_tree(struct tree *t, const struct layer *l, const uint8_t *p)
{
    uint32_t off = l->off;

    tree_open(t, "icmpv6", off, l->header_len,
              "Internet Control Message Protocol v6, %s", type_name(p[0]));
    tree_add(t, "icmpv6.type", off, 1, "Type: %s (%u)", type_name(p[0]), p[0]);
    tree_add(t, "icmpv6.code", off + 1, 1, "Code: %u", p[1]);
    tree_add(t, "icmpv6.checksum", off + 2, 2, "Checksum: 0x%04x",
             be16_at(p + 2));
}

/* Errors and echo have four more octets of header. */
static enum proto icmp6_rest(struct dissect *d, struct layer *l,
                             struct icmp_info *icmp)
{
    const uint8_t *p = cursor_take(&d->c, 4);
    uint32_t off = l->off + ICMP6_HEADER;

    if (!p)
        return dissect_bad(d, l);
    dissect_done(d, l);
    if (!d->inner) {
        l4_payload(d->pkt, l);
        d->pkt->events |= icmp->is_error ? EV_ICMP_ERROR : EV_ICMP_ECHO;
    }
    if (!icmp->is_error) {
        icmp->id = be16_at(p);
        icmp->seq = be16_at(p + 2);
        if (d->tree) {
            tree_add(d->tree, "icmpv6.echo.identifier", off, 2,
                     "Identifier: %u (0x%04x)", icmp->id, icmp->id);
            tree_add(d->tree, "icmpv6.echo.sequence_number", off + 2, 2,
                     "Sequence number: %u", icmp->seq);
        }
        return d->tree && l->payload_len > 0 ? PROTO_RAW : PROTO_NONE;
    }
    if (icmp->type == ICMP6_TOO_BIG) {
        icmp->mtu = be32_at(p);
        if (d->tree)
            tree_add(d->tree, "icmpv6.mtu", off, 4, "MTU: %u", icmp->mtu);
    }
    return icmp_quote(d, icmp);
}

static enum proto icmp6_dissect(struct dissect *d, struct layer *l)
{
    struct icmp_info scratch;
    struct icmp_info *icmp = icmp_begin(d, &scratch);
    const uint8_t *p = cursor_take(&d->c, ICMP6_HEADER);
    enum proto next;

    if (!p)
        return dissect_bad(d, l);
    dissect_done(d, l);
    icmp->is_v6 = true;
    icmp->type = p[0];
    icmp->code = p[1];
    icmp->is_error = p[0] >= 1 && p[0] <= 4;
    if (!d->inner)
        l4_payload(d->pkt, l);
    if (d->tree)
        icmp6_tree(d->tree, l, p);
    if (icmp->is_error || p[0] == ICMP6_ECHO_REQUEST ||
        p[0] == ICMP6_ECHO_REPLY)
        return icmp6_rest(d, l, icmp);
    next = message_proto(p[0]);
    /* The message's layer reads its type from here. */
    d->ip_next = p[0];
    return next;
}

const struct dissector icmp6_dissector = {
    .name = "icmp6",
    .title = "Internet Control Message Protocol v6",
    .ref = "RFC 4443",
    .proto = PROTO_ICMP6,
    .dissect = icmp6_dissect,
    .bind = { { BIND_IPPROTO, IPN_ICMPV6 } },
};
