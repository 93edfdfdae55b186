/* SPDX-License-Identifier: BSD-3-Clause
 *
 * BSD loopback: four octets of address family, in LINKTYPE_NULL in the byte
 * order of the machine that captured, in LINKTYPE_LOOP in network order. A
 * family fits in 16 bits, so the order shows itself.
 */
#include "dissect/proto/proto.h"

static enum proto family_proto(uint32_t family)
{
    switch (family) {
    case 2:
        return PROTO_IP;
    case 10: /* Linux */
    case 23: /* Windows (Npcap) */
    case 24: /* NetBSD, OpenBSD */
    case 28: /* FreeBSD */
    case 30: /* Darwin */
        return PROTO_IP6;
    default:
        return PROTO_RAW;
    }
}

static enum proto nullloop_dissect(struct dissect *d, struct layer *l)
{
    const uint8_t *p = cursor_take(&d->c, 4);
    uint32_t family;

    if (!p)
        return dissect_bad(d, l);
    family = be32_at(p);
    if (family > 0xffff)
        family = le16_at(p) | (uint32_t)le16_at(p + 2) << 16;
    dissect_done(d, l);
    if (d->tree) {
        tree_open(d->tree, "null", l->off, 4, "Null/Loopback");
        tree_add(d->tree, "null.family", l->off, 4, "Family: %u", family);
        tree_close(d->tree);
    }
    return family_proto(family);
}

const struct dissector nullloop_dissector = {
    .name = "nullloop",
    .title = "Null/Loopback",
    .ref = "LINKTYPE_NULL, LINKTYPE_LOOP",
    .proto = PROTO_NULLLOOP,
    .dissect = nullloop_dissect,
    .bind = { { BIND_LINKTYPE, 0 }, { BIND_LINKTYPE, 108 } },
};
