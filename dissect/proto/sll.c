/* SPDX-License-Identifier: BSD-3-Clause
 *
 * Linux cooked capture, LINKTYPE_LINUX_SLL: no destination address, but the
 * direction as the kernel saw it.
 */
#include "dissect/proto/sll.h"

#define SLL_LEN 16

enum sll_type {
    SLL_TO_US = 0,
    SLL_BROADCAST = 1,
    SLL_MULTICAST = 2,
    SLL_TO_OTHER = 3,
    SLL_FROM_US = 4,
};

/* Devices on which the protocol field is no EtherType. */
enum arphrd {
    ARPHRD_IEEE80211_RADIOTAP = 803,
    ARPHRD_NETLINK = 824,
};

/* Values of the protocol field below 1536 are the kernel's ETH_P_ numbers. */
enum eth_p {
    ETH_P_802_2 = 4,
};

const char *sll_type_name(uint16_t type)
{
    static const char *const name[] = {
        "sent to us", "broadcast", "multicast", "sent to somebody else",
        "sent by us",
    };

    return type < sizeof(name) / sizeof(name[0]) ? name[type] : "unknown";
}

static enum proto sll_proto(const struct sll *h)
{
    enum proto next = proto_bound(BIND_ETHERTYPE, h->protocol);

    if (h->hatype == ARPHRD_IEEE80211_RADIOTAP || h->hatype == ARPHRD_NETLINK)
        return PROTO_RAW;
    if (h->protocol == ETH_P_802_2)
        return PROTO_LLC;
    return next != PROTO_NONE ? next : PROTO_RAW;
}

enum proto sll_next(struct dissect *d, struct layer *l, const struct sll *h)
{
    struct packet *pkt = d->pkt;

    dissect_done(d, l);
    if (!d->inner) {
        pkt->ethertype = h->protocol;
        if (h->addr_len == 6 && !mac_is_zero(h->addr)) {
            memcpy(pkt->eth_src.b, h->addr, 6);
            pkt->flags |= PKT_HAS_SRC_MAC;
        }
        if (pkt->flags & PKT_DIRECTION_KNOWN)
            ; /* the file's own word for it (pcapng epb_flags) */
        else if (h->type == SLL_FROM_US)
            pkt->flags |= PKT_FROM_HOST;
        else if (h->type == SLL_TO_US)
            pkt->flags |= PKT_TO_HOST;
    }
    return sll_proto(h);
}

static void sll_tree(struct dissect *d, uint32_t off, const struct sll *h)
{
    struct tree *t = d->tree;
    char mac[MAC_STRLEN];
    struct mac m;

    tree_open(t, "sll", off, SLL_LEN, "Linux cooked capture v1");
    tree_add(t, "sll.pkttype", off, 2, "Packet type: %s (%u)",
             sll_type_name(h->type), h->type);
    tree_add(t, "sll.hatype", off + 2, 2, "Device type: %u", h->hatype);
    tree_add(t, "sll.halen", off + 4, 2, "Address length: %u", h->addr_len);
    if (h->addr_len == 6) {
        memcpy(m.b, h->addr, 6);
        tree_add(t, "sll.src.eth", off + 6, 6, "Source: %s",
                 mac_format(&m, mac));
    }
    link_type_tree(d, "sll.etype", "sll.ltype", off + 14, h->protocol);
    tree_close(t);
}

static enum proto sll_dissect(struct dissect *d, struct layer *l)
{
    const uint8_t *p = cursor_take(&d->c, SLL_LEN);
    struct sll h;

    if (!p)
        return dissect_bad(d, l);
    h = (struct sll){ .type = be16_at(p),
                      .hatype = be16_at(p + 2),
                      .addr_len = be16_at(p + 4),
                      .addr = p + 6,
                      .protocol = be16_at(p + 14) };
    if (d->tree)
        sll_tree(d, l->off, &h);
    return sll_next(d, l, &h);
}

const struct dissector sll_dissector = {
    .name = "sll",
    .title = "Linux cooked capture v1",
    .ref = "LINKTYPE_LINUX_SLL",
    .proto = PROTO_SLL,
    .dissect = sll_dissect,
    .bind = { { BIND_LINKTYPE, 113 } },
};
