/* SPDX-License-Identifier: BSD-3-Clause
 *
 * VXLAN (RFC 7348), at its port and at 8472, which Linux used before the port
 * was assigned. The frame inside is an inner layer.
 */
#include "dissect/proto/vxlan.h"

#include "dissect/proto/fields.h"

#define FLAG_I 0x08

// clang-format off
static const struct field_row rows[] = {
    { "vxlan.flags",  "Flags", 0, 2, FORM_HEX,  0,      NULL },
    { "vxlan.flag_i", "VNI valid", 0, 2, FORM_FLAG, 0x0800, NULL },
    { "vxlan.vni",    "VNI",   4, 3, FORM_DEC,  0,      NULL },
};
// clang-format on

bool vxlan_parse(struct cursor c, struct vxlan_hdr *h)
{
    h->flags = cursor_u8(&c);
    cursor_skip(&c, 3);
    h->vni = cursor_be24(&c);
    cursor_skip(&c, 1);
    return !c.bad && h->flags & FLAG_I;
}

static enum proto vxlan_dissect(struct dissect *d, struct layer *l)
{
    struct cursor start = d->c;
    struct vxlan_hdr h;
    bool valid = vxlan_parse(d->c, &h);

    if (!cursor_skip(&d->c, VXLAN_LEN))
        return dissect_bad(d, l);
    dissect_done(d, l);
    if (d->tree) {
        tree_open(d->tree, "vxlan", l->off, VXLAN_LEN,
                  "Virtual eXtensible Local Area Network, VNI %u", h.vni);
        fields_add(d, start, FIELD_ROWS(rows));
        tree_close(d->tree);
    }
    return valid ? PROTO_ETH : PROTO_RAW;
}

const struct dissector vxlan_dissector = {
    .name = "vxlan",
    .title = "Virtual eXtensible Local Area Network",
    .ref = "RFC 7348",
    .proto = PROTO_VXLAN,
    .dissect = vxlan_dissect,
    .bind = { { BIND_UDP_PORT, 4789 }, { BIND_UDP_PORT, 8472 } },
};
