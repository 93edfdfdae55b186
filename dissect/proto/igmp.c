/* SPDX-License-Identifier: BSD-3-Clause
 *
 * IGMP: version 1 and 2 (RFC 1112, RFC 2236) and 3 (RFC 3376). Only counted by
 * the diagnosis; shown with its groups.
 */
#include "dissect/proto/proto.h"

#define IGMP_REPORT_V3 0x22
#define RECORDS_SHOWN  16

static const char *type_name(uint8_t type)
{
    switch (type) {
    case 0x11:
        return "Membership query";
    case 0x12:
        return "Membership report v1";
    case 0x16:
        return "Membership report v2";
    case 0x17:
        return "Leave group";
    case IGMP_REPORT_V3:
        return "Membership report v3";
    default:
        return "Unknown type";
    }
}

static void add_group(struct tree *t, const char *name, uint32_t off,
                      const uint8_t *p)
{
    char text[ADDR_STRLEN];
    union addr a;

    addr_from_v4(&a, p);
    tree_add(t, name, off, 4, "Multicast address: %s", addr_format(&a, text));
}

/* RFC 3376 section 4.2 */
static void report_v3(struct dissect *d, uint16_t records)
{
    for (unsigned i = 0; i < records; i++) {
        uint32_t off = dissect_off(d);
        const uint8_t *p = cursor_take(&d->c, 8);

        if (!p || !cursor_skip(&d->c, be16_at(p + 2) * 4u + p[1] * 4u))
            return;
        if (d->tree && i < RECORDS_SHOWN)
            add_group(d->tree, "igmp.maddr", off + 4, p + 4);
    }
}

static enum proto igmp_dissect(struct dissect *d, struct layer *l)
{
    const uint8_t *p = cursor_take(&d->c, 8);

    if (!p)
        return dissect_bad(d, l);
    if (d->tree) {
        tree_open(d->tree, "igmp", l->off, (uint32_t)(d->c.end - p),
                  "Internet Group Management Protocol, %s", type_name(p[0]));
        tree_add(d->tree, "igmp.type", l->off, 1, "Type: %s (0x%02x)",
                 type_name(p[0]), p[0]);
        tree_add(d->tree, "igmp.checksum", l->off + 2, 2, "Checksum: 0x%04x",
                 be16_at(p + 2));
    }
    if (p[0] == IGMP_REPORT_V3) {
        report_v3(d, be16_at(p + 6));
        if (d->c.bad)
            return dissect_bad(d, l);
    } else if (d->tree) {
        add_group(d->tree, "igmp.maddr", l->off + 4, p + 4);
    }
    dissect_done(d, l);
    return PROTO_NONE;
}

const struct dissector igmp_dissector = {
    .name = "igmp",
    .title = "Internet Group Management Protocol",
    .ref = "RFC 3376",
    .proto = PROTO_IGMP,
    .dissect = igmp_dissect,
    .bind = { { BIND_IPPROTO, 2 } },
};
