/* SPDX-License-Identifier: BSD-3-Clause
 *
 * ICMP, RFC 792; next-hop MTU RFC 1191. Every message has eight octets of
 * header whose last four depend on the type.
 */
#include "dissect/proto/icmpcommon.h"

#define ICMP_HEADER 8

enum icmp_type {
    ICMP_UNREACHABLE = 3,
    ICMP_REDIRECT = 5,
};

#define CODE_FRAG_NEEDED 4

/** struct icmp_row - What a type is */
struct icmp_row {
    const char *name;
    bool error; /* quotes a packet */
    bool id;    /* has identifier and sequence number */
    uint32_t events;
};

static const struct icmp_row *type_row(uint8_t type)
{
    // clang-format off
    static const struct icmp_row row[] = {
        [0]  = { "Echo reply", false, true, EV_ICMP_ECHO },
        [3]  = { "Destination unreachable", true, false, EV_ICMP_ERROR },
        [4]  = { "Source quench", true, false, EV_ICMP_ERROR },
        [5]  = { "Redirect", true, false, EV_ICMP_ERROR },
        [8]  = { "Echo request", false, true, EV_ICMP_ECHO },
        [9]  = { "Router advertisement", false, false, 0 },
        [10] = { "Router solicitation", false, false, 0 },
        [11] = { "Time exceeded", true, false, EV_ICMP_ERROR },
        [12] = { "Parameter problem", true, false, EV_ICMP_ERROR },
        [13] = { "Timestamp request", false, true, 0 },
        [14] = { "Timestamp reply", false, true, 0 },
        [15] = { "Information request", false, true, 0 },
        [16] = { "Information reply", false, true, 0 },
        [17] = { "Address mask request", false, true, 0 },
        [18] = { "Address mask reply", false, true, 0 },
    };
    // clang-format on
    static const struct icmp_row other = { "Unknown type", false, false, 0 };

    if (type < sizeof(row) / sizeof(row[0]) && row[type].name)
        return &row[type];
    return &other;
}

static void icmp_tree(struct tree *t, const struct layer *l, const uint8_t *p,
                      const struct icmp_row *row, const struct icmp_info *icmp)
{
    char gateway[ADDR_STRLEN];
    uint32_t off = l->off;

    tree_open(t, "icmp", off, ICMP_HEADER,
              "Internet Control Message Protocol, %s", row->name);
    tree_add(t, "icmp.type", off, 1, "Type: %s (%u)", row->name, icmp->type);
    tree_add(t, "icmp.code", off + 1, 1, "Code: %u", icmp->code);
    tree_add(t, "icmp.checksum", off + 2, 2, "Checksum: 0x%04x",
             be16_at(p + 2));
    if (row->id) {
        tree_add(t, "icmp.ident", off + 4, 2, "Identifier: %u (0x%04x)",
                 icmp->id, icmp->id);
        tree_add(t, "icmp.seq", off + 6, 2, "Sequence number: %u", icmp->seq);
    } else if (icmp->type == ICMP_UNREACHABLE &&
               icmp->code == CODE_FRAG_NEEDED) {
        tree_add(t, "icmp.mtu", off + 6, 2, "MTU of next hop: %u", icmp->mtu);
    } else if (icmp->type == ICMP_REDIRECT) {
        tree_add(t, "icmp.redir_gw", off + 4, 4, "Gateway: %s",
                 addr_format(&icmp->target, gateway));
    }
    tree_close(t);
}

static enum proto icmp_dissect(struct dissect *d, struct layer *l)
{
    struct icmp_info scratch;
    struct icmp_info *icmp = icmp_begin(d, &scratch);
    const uint8_t *p = cursor_take(&d->c, ICMP_HEADER);
    const struct icmp_row *row;

    if (!p)
        return dissect_bad(d, l);
    dissect_done(d, l);
    row = type_row(p[0]);
    icmp->type = p[0];
    icmp->code = p[1];
    icmp->is_error = row->error;
    if (row->id) {
        icmp->id = be16_at(p + 4);
        icmp->seq = be16_at(p + 6);
    }
    if (p[0] == ICMP_UNREACHABLE && p[1] == CODE_FRAG_NEEDED)
        icmp->mtu = be16_at(p + 6);
    if (p[0] == ICMP_REDIRECT)
        addr_from_v4(&icmp->target, p + 4);
    if (!d->inner) {
        d->pkt->events |= row->events;
        l4_payload(d->pkt, l);
    }
    if (d->tree)
        icmp_tree(d->tree, l, p, row, icmp);
    if (row->error)
        return icmp_quote(d, icmp);
    return d->tree && l->payload_len > 0 ? PROTO_RAW : PROTO_NONE;
}

const struct dissector icmp_dissector = {
    .name = "icmp",
    .title = "Internet Control Message Protocol",
    .ref = "RFC 792",
    .proto = PROTO_ICMP,
    .dissect = icmp_dissect,
    .bind = { { BIND_IPPROTO, IPN_ICMP } },
};
