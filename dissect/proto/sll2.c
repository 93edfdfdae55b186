/* SPDX-License-Identifier: BSD-3-Clause
 *
 * Linux cooked capture v2, LINKTYPE_LINUX_SLL2: as v1, with the interface.
 */
#include "dissect/proto/sll.h"

#define SLL2_LEN 20

static void sll2_tree(struct dissect *d, uint32_t off, const uint8_t *p,
                      const struct sll *h)
{
    struct tree *t = d->tree;
    char mac[MAC_STRLEN];
    struct mac m;

    tree_open(t, "sll", off, SLL2_LEN, "Linux cooked capture v2");
    link_type_tree(d, "sll.etype", "sll.ltype", off, h->protocol);
    tree_add(t, "sll.ifindex", off + 4, 4, "Interface index: %u",
             be32_at(p + 4));
    tree_add(t, "sll.hatype", off + 8, 2, "Device type: %u", h->hatype);
    tree_add(t, "sll.pkttype", off + 10, 1, "Packet type: %s (%u)",
             sll_type_name(h->type), h->type);
    tree_add(t, "sll.halen", off + 11, 1, "Address length: %u", h->addr_len);
    if (h->addr_len == 6) {
        memcpy(m.b, h->addr, 6);
        tree_add(t, "sll.src.eth", off + 12, 6, "Source: %s",
                 mac_format(&m, mac));
    }
    tree_close(t);
}

static enum proto sll2_dissect(struct dissect *d, struct layer *l)
{
    const uint8_t *p = cursor_take(&d->c, SLL2_LEN);
    struct sll h;

    if (!p)
        return dissect_bad(d, l);
    h = (struct sll){ .protocol = be16_at(p),
                      .hatype = be16_at(p + 8),
                      .type = p[10],
                      .addr_len = p[11],
                      .addr = p + 12 };
    if (d->tree)
        sll2_tree(d, l->off, p, &h);
    return sll_next(d, l, &h);
}

const struct dissector sll2_dissector = {
    .name = "sll2",
    .title = "Linux cooked capture v2",
    .ref = "LINKTYPE_LINUX_SLL2",
    .proto = PROTO_SLL2,
    .dissect = sll2_dissect,
    .bind = { { BIND_LINKTYPE, 276 } },
};
