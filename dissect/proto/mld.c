/* SPDX-License-Identifier: BSD-3-Clause
 *
 * Multicast listener discovery, RFC 2710 and RFC 3810, behind the ICMPv6 type,
 * code and checksum. Only counted by the diagnosis; shown with its groups.
 */
#include "dissect/proto/icmpcommon.h"

#define MLD_REPORT_V2 143
#define RECORDS_SHOWN 16

static void add_group(struct tree *t, const char *name, uint32_t off,
                      const uint8_t *p)
{
    char text[ADDR_STRLEN];
    union addr a;

    memcpy(a.b, p, 16);
    tree_add(t, name, off, 16, "Multicast address: %s", addr_format(&a, text));
}

/* RFC 3810 section 5.2; each record has its own length. */
static void report_v2(struct dissect *d, uint16_t records)
{
    for (unsigned i = 0; i < records; i++) {
        uint32_t off = dissect_off(d);
        const uint8_t *p = cursor_take(&d->c, 20);

        if (!p)
            return;
        if (!cursor_skip(&d->c, be16_at(p + 2) * 16u + p[1] * 4u))
            return;
        if (d->tree && i < RECORDS_SHOWN)
            add_group(d->tree, "icmpv6.mldr.mar.multicast_address", off + 4,
                      p + 4);
    }
}

static enum proto mld_dissect(struct dissect *d, struct layer *l)
{
    uint8_t type = d->ip_next;
    const uint8_t *p = cursor_take(&d->c, type == MLD_REPORT_V2 ? 4 : 20);

    if (!p)
        return dissect_bad(d, l);
    if (d->tree)
        tree_open(d->tree, "icmpv6.mld", l->off, (uint32_t)(d->c.end - p),
                  "Multicast listener discovery");
    if (type == MLD_REPORT_V2) {
        report_v2(d, be16_at(p + 2));
        if (d->c.bad)
            return dissect_bad(d, l);
    } else if (d->tree) {
        tree_add(d->tree, "icmpv6.mld.maximum_response_delay", l->off, 2,
                 "Maximum response delay: %u ms", be16_at(p));
        add_group(d->tree, "icmpv6.mld.multicast_address", l->off + 4, p + 4);
    }
    dissect_done(d, l);
    return PROTO_NONE;
}

const struct dissector mld_dissector = {
    .name = "mld",
    .title = "Multicast listener discovery",
    .ref = "RFC 3810",
    .proto = PROTO_MLD,
    .dissect = mld_dissect,
};
