/* SPDX-License-Identifier: BSD-3-Clause
 *
 * VLAN tags, IEEE 802.1Q section 9.6; each tag is a layer. The outermost id is
 * the packet's.
 */
#include "dissect/proto/link.h"

static enum proto vlan_dissect(struct dissect *d, struct layer *l)
{
    const uint8_t *p = cursor_take(&d->c, 4);
    uint16_t tci, type;

    if (!p)
        return dissect_bad(d, l);
    tci = be16_at(p);
    type = be16_at(p + 2);
    dissect_done(d, l);
    if (!d->inner) {
        if (d->pkt->vlan == VLAN_NONE)
            d->pkt->vlan = tci & 0xfff;
        d->pkt->ethertype = type;
    }
    if (d->tree) {
        tree_open(d->tree, "vlan", l->off, 4, "802.1Q VLAN, id %u",
                  tci & 0xfffu);
        tree_add(d->tree, "vlan.priority", l->off, 2, "Priority: %u",
                 tci >> 13);
        tree_add(d->tree, "vlan.dei", l->off, 2, "Drop eligible: %u",
                 tci >> 12 & 1u);
        tree_add(d->tree, "vlan.id", l->off, 2, "Id: %u", tci & 0xfffu);
        link_type_tree(d, "vlan.etype", "vlan.len", l->off + 2, type);
        tree_close(d->tree);
    }
    return link_next(d, l, type);
}

const struct dissector vlan_dissector = {
    .name = "vlan",
    .title = "802.1Q Virtual LAN",
    .ref = "IEEE 802.1Q",
    .proto = PROTO_VLAN,
    .dissect = vlan_dissect,
    .bind = { { BIND_ETHERTYPE, 0x8100 },
              { BIND_ETHERTYPE, 0x88a8 },
              { BIND_ETHERTYPE, 0x9100 } },
};
