/* SPDX-License-Identifier: BSD-3-Clause
 *
 * Ethernet II and IEEE 802.3. A type field below 1536 is the length of an LLC
 * frame (IEEE 802.3 section 3.2.6).
 */
#include "dissect/proto/link.h"

static void eth_tree(struct dissect *d, const struct layer *l, const uint8_t *p)
{
    struct tree *t = d->tree;
    char src[MAC_STRLEN], dst[MAC_STRLEN];
    struct mac m;

    memcpy(m.b, p + 6, 6);
    mac_format(&m, src);
    memcpy(m.b, p, 6);
    mac_format(&m, dst);
    tree_open(t, "eth", l->off, 14, "Ethernet, Src: %s, Dst: %s", src, dst);
    tree_add(t, "eth.dst", l->off, 6, "Destination: %s", dst);
    tree_add(t, "eth.src", l->off + 6, 6, "Source: %s", src);
    link_type_tree(d, "eth.type", "eth.len", l->off + 12, be16_at(p + 12));
    tree_close(t);
}

static enum proto eth_dissect(struct dissect *d, struct layer *l)
{
    struct packet *pkt = d->pkt;
    const uint8_t *p = cursor_take(&d->c, 14);
    uint16_t type;

    if (!p)
        return dissect_bad(d, l);
    type = be16_at(p + 12);
    dissect_done(d, l);
    if (!d->inner) {
        memcpy(pkt->eth_dst.b, p, 6);
        memcpy(pkt->eth_src.b, p + 6, 6);
        pkt->ethertype = type;
        /* A loopback device writes twelve zeros: not addresses of anybody. */
        if (!mac_is_zero(p) || !mac_is_zero(p + 6))
            pkt->flags |= PKT_HAS_MAC;
    }
    if (d->tree)
        eth_tree(d, l, p);
    return link_next(d, l, type);
}

const struct dissector eth_dissector = {
    .name = "eth",
    .title = "Ethernet",
    .ref = "IEEE 802.3",
    .proto = PROTO_ETH,
    .dissect = eth_dissect,
    .bind = { { BIND_LINKTYPE, 1 } },
};
