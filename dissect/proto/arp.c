/* SPDX-License-Identifier: BSD-3-Clause
 *
 * ARP (RFC 826) and RARP (RFC 903), for IPv4 over anything with six-octet
 * addresses. Other pairs of address forms are shown, not filled in: op 0 tells
 * a reader of struct arp_info that there is nothing in it.
 */
#include "dissect/proto/link.h"

#define ARP_LEN 28

static const char *op_name(uint16_t op)
{
    static const char *const name[] = {
        [1] = "request",       [2] = "reply",           [3] = "reverse request",
        [4] = "reverse reply", [8] = "inverse request", [9] = "inverse reply",
    };

    if (op < sizeof(name) / sizeof(name[0]) && name[op])
        return name[op];
    return "unknown";
}

static void tree_mac(struct tree *t, const char *name, uint32_t off,
                     const char *label, const struct mac *m)
{
    char text[MAC_STRLEN];

    tree_add(t, name, off, 6, "%s: %s", label, mac_format(m, text));
}

static void tree_v4(struct tree *t, const char *name, uint32_t off,
                    const char *label, const union addr *a)
{
    char text[ADDR_STRLEN];

    tree_add(t, name, off, 4, "%s: %s", label, addr_format(a, text));
}

static void arp_tree(struct tree *t, uint32_t off, const uint8_t *p,
                     const struct arp_info *a)
{
    tree_open(t, "arp", off, ARP_LEN, "Address Resolution Protocol (%s)",
              op_name(a->op));
    tree_add(t, "arp.hw.type", off, 2, "Hardware type: %u", be16_at(p));
    tree_add(t, "arp.proto.type", off + 2, 2, "Protocol type: 0x%04x",
             be16_at(p + 2));
    tree_add(t, "arp.hw.size", off + 4, 1, "Hardware size: %u", p[4]);
    tree_add(t, "arp.proto.size", off + 5, 1, "Protocol size: %u", p[5]);
    tree_add(t, "arp.opcode", off + 6, 2, "Opcode: %s (%u)", op_name(a->op),
             a->op);
    tree_mac(t, "arp.src.hw_mac", off + 8, "Sender MAC", &a->sha);
    tree_v4(t, "arp.src.proto_ipv4", off + 14, "Sender IP", &a->spa);
    tree_mac(t, "arp.dst.hw_mac", off + 18, "Target MAC", &a->tha);
    tree_v4(t, "arp.dst.proto_ipv4", off + 24, "Target IP", &a->tpa);
    tree_close(t);
}

/* Address forms other than MAC and IPv4: only their lengths are known. */
static enum proto arp_other(struct dissect *d, struct layer *l,
                            const uint8_t *p)
{
    uint32_t len = 2u * p[4] + 2u * p[5];

    if (d->tree) {
        tree_open(d->tree, "arp", l->off, 8, "Address Resolution Protocol");
        tree_add(d->tree, "arp.hw.type", l->off, 2, "Hardware type: %u",
                 be16_at(p));
        tree_add(d->tree, "arp.proto.type", l->off + 2, 2,
                 "Protocol type: 0x%04x", be16_at(p + 2));
        tree_close(d->tree);
    }
    if (!cursor_skip(&d->c, len))
        return dissect_bad(d, l);
    dissect_done(d, l);
    return PROTO_NONE;
}

static enum proto arp_dissect(struct dissect *d, struct layer *l)
{
    struct arp_info a = { 0 };
    const uint8_t *p = cursor_take(&d->c, 8);
    const uint8_t *body;

    if (!d->inner)
        d->pkt->arp = a;
    if (!p)
        return dissect_bad(d, l);
    if (be16_at(p + 2) != ETHERTYPE_IPV4 || p[4] != 6 || p[5] != 4)
        return arp_other(d, l, p);
    body = cursor_take(&d->c, ARP_LEN - 8);
    if (!body)
        return dissect_bad(d, l);
    dissect_done(d, l);
    a.op = be16_at(p + 6);
    memcpy(a.sha.b, body, 6);
    addr_from_v4(&a.spa, body + 6);
    memcpy(a.tha.b, body + 10, 6);
    addr_from_v4(&a.tpa, body + 16);
    if (!d->inner)
        d->pkt->arp = a;
    if (d->tree)
        arp_tree(d->tree, l->off, p, &a);
    return PROTO_NONE;
}

const struct dissector arp_dissector = {
    .name = "arp",
    .title = "Address Resolution Protocol",
    .ref = "RFC 826",
    .proto = PROTO_ARP,
    .dissect = arp_dissect,
    .bind = { { BIND_ETHERTYPE, 0x0806 }, { BIND_ETHERTYPE, 0x8035 } },
};
