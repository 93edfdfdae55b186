/* SPDX-License-Identifier: BSD-3-Clause
 *
 * The virtio-net header (virtio 1.2 section 5.1.6) that QEMU's filter-dump
 * writes before each frame of a tap device, up to version 7.2, while the file
 * says Ethernet. It has 10 octets until the guest's driver has negotiated and
 * 12 after, so every frame is asked anew.
 *
 * Theory of operation: three things must hold together. (1) As plain Ethernet
 * the frame makes no sense: no known EtherType at 12, or one whose header
 * contradicts it. (2) The first 10 or 12 octets are a header that a device or
 * driver would write, with every unused field zero. (3) Behind them stands
 * Ethernet with a known type AND a network header that agrees with the frame's
 * length. A plain frame would have to imitate all three by chance: its two
 * MAC addresses are the virtio header, and part of its payload is two more.
 */
#include "dissect/proto/vnet.h"

#include "dissect/proto/ip.h"
#include "dissect/proto/link.h"

#define VNET_SHORT 10
#define VNET_LONG  12
#define ETH_LEN    14

/* More merged buffers than a 64 KiB frame has octets by any layout. */
#define NUM_BUFFERS_MAX 64

enum vnet_flag {
    VNET_NEEDS_CSUM = 1,
    VNET_FLAGS_ALL = 7,
};

enum vnet_gso {
    GSO_NONE = 0,
    GSO_TCPV4 = 1,
    GSO_UDP = 3,
    GSO_TCPV6 = 4,
    GSO_UDP_L4 = 5,
    GSO_ECN = 0x80,
};

/** struct vnet_hdr - Fields in host order; the wire is little-endian */
struct vnet_hdr {
    uint8_t flags, gso_type;
    uint16_t hdr_len, gso_size, csum_start, csum_offset;
    uint16_t num_buffers; /* 0 in the short form */
};

static struct vnet_hdr vnet_read(const uint8_t *p, unsigned len)
{
    return (struct vnet_hdr){
        .flags = p[0],
        .gso_type = p[1],
        .hdr_len = le16_at(p + 2),
        .gso_size = le16_at(p + 4),
        .csum_start = le16_at(p + 6),
        .csum_offset = le16_at(p + 8),
        .num_buffers = len == VNET_LONG ? le16_at(p + 10) : 0,
    };
}

static bool gso_sane(const struct vnet_hdr *h, uint32_t frame_len)
{
    switch (h->gso_type) {
    case GSO_NONE:
        return h->gso_size == 0;
    case GSO_TCPV4:
    case GSO_TCPV4 | GSO_ECN:
    case GSO_TCPV6:
    case GSO_TCPV6 | GSO_ECN:
    case GSO_UDP:
    case GSO_UDP_L4:
        return h->gso_size != 0 && frame_len > ETH_LEN;
    default:
        return false;
    }
}

/* Does any device or driver write this before a frame of @frame_len octets? */
static bool header_sane(const struct vnet_hdr *h, uint32_t frame_len)
{
    if (h->flags > VNET_FLAGS_ALL || !gso_sane(h, frame_len))
        return false;
    if (h->num_buffers > NUM_BUFFERS_MAX || h->hdr_len > frame_len)
        return false;
    if (!(h->flags & VNET_NEEDS_CSUM))
        return h->csum_start == 0 && h->csum_offset == 0;
    return h->csum_start >= ETH_LEN &&
           (uint32_t)h->csum_start + h->csum_offset + 2 <= frame_len;
}

static bool ipv4_fits(struct cursor c, uint32_t wire_left)
{
    const uint8_t *p = cursor_take(&c, 4);
    uint32_t ihl, tot_len;

    if (!p || p[0] >> 4 != 4)
        return false;
    ihl = (p[0] & 15u) * 4;
    tot_len = be16_at(p + 2);
    if (ihl < 20)
        return false;
    if (tot_len == 0)
        return wire_left > IP_LEN_ZERO_MIN;
    return tot_len >= ihl && tot_len <= wire_left;
}

static bool ipv6_fits(struct cursor c, uint32_t wire_left)
{
    const uint8_t *p = cursor_take(&c, 6);

    if (!p || p[0] >> 4 != 6)
        return false;
    return be16_at(p + 4) + 40u <= wire_left;
}

static bool arp_fits(struct cursor c, uint32_t wire_left)
{
    static const uint8_t head[6] = { 0, 1, 8, 0, 6, 4 };
    const uint8_t *p = cursor_take(&c, sizeof(head));

    return p && memcmp(p, head, sizeof(head)) == 0 && wire_left >= 28;
}

static bool eapol_fits(struct cursor c, uint32_t wire_left)
{
    const uint8_t *p = cursor_take(&c, 4);

    return p && p[0] >= 1 && p[0] <= 3 && p[1] <= 8 &&
           be16_at(p + 2) + 4u <= wire_left;
}

/* IEEE 802.1AB section 8.2: the chassis id TLV comes first. */
static bool lldp_fits(struct cursor c, uint32_t wire_left)
{
    const uint8_t *p = cursor_take(&c, 2);

    return p && p[0] == 0x02 && p[1] >= 2 && p[1] + 2u <= wire_left;
}

/* Only the LLC frame that a bridge sends to its taps: spanning tree. */
static bool stp_fits(struct cursor c, uint16_t len, uint32_t wire_left)
{
    static const uint8_t head[3] = { 0x42, 0x42, 0x03 };
    const uint8_t *p = cursor_take(&c, sizeof(head));

    return p && memcmp(p, head, sizeof(head)) == 0 && len <= wire_left;
}

static bool is_tag(uint16_t type)
{
    return type == 0x8100 || type == 0x88a8 || type == 0x9100;
}

/* Does a known EtherType at @c lead to a header that fits into @wire_left
 * octets? @loose accepts types whose header is not looked at. */
static bool network_fits(struct cursor c, uint32_t wire_left, bool loose)
{
    uint16_t type = cursor_be16(&c);
    uint32_t used = 2;

    /* Two tags are the most that anybody stacks. */
    for (unsigned tag = 0; tag < 2 && is_tag(type); tag++, used += 4) {
        cursor_skip(&c, 2);
        type = cursor_be16(&c);
    }
    if (c.bad || wire_left < used)
        return false;
    wire_left -= used;
    switch (type) {
    case ETHERTYPE_IPV4:
        return ipv4_fits(c, wire_left);
    case ETHERTYPE_IPV6:
        return ipv6_fits(c, wire_left);
    case 0x0806:
    case 0x8035:
        return arp_fits(c, wire_left);
    case 0x888e:
        return eapol_fits(c, wire_left);
    case 0x88cc:
        return lldp_fits(c, wire_left);
    default:
        break;
    }
    if (type < ETHERTYPE_MIN)
        return stp_fits(c, type, wire_left);
    return loose && strcmp(ethertype_name(type), "unknown") != 0;
}

static bool ethernet_fits(const struct packet *pkt, unsigned skip, bool loose)
{
    uint32_t wirelen = pkt->wirelen > pkt->caplen ? pkt->wirelen : pkt->caplen;
    struct cursor c = cursor_over(pkt->data, pkt->caplen, LAYER_TRUNCATED);

    if (!cursor_skip(&c, skip + 12))
        return false;
    return network_fits(c, wirelen - skip - 12, loose);
}

/* A SNAP header (IEEE 802) tells an 802.3 frame from a virtio one whose guest
 * has a MAC address that reads as a length. */
static bool is_snap(const struct packet *pkt)
{
    struct cursor c = cursor_over(pkt->data, pkt->caplen, LAYER_TRUNCATED);
    const uint8_t *p;

    cursor_skip(&c, ETH_LEN);
    p = cursor_take(&c, 3);
    return p && p[0] == 0xaa && p[1] == 0xaa && p[2] == 0x03;
}

static bool vnet_fits(const struct packet *pkt, unsigned len)
{
    struct vnet_hdr h;

    if (pkt->caplen < len + ETH_LEN + 4)
        return false;
    h = vnet_read(pkt->data, len);
    return header_sane(&h, pkt->wirelen > len ? pkt->wirelen - len : 0) &&
           ethernet_fits(pkt, len, false);
}

unsigned vnet_detect(const struct packet *pkt)
{
    if (ethernet_fits(pkt, 0, true) || is_snap(pkt))
        return 0;
    if (vnet_fits(pkt, VNET_LONG))
        return VNET_LONG;
    return vnet_fits(pkt, VNET_SHORT) ? VNET_SHORT : 0;
}

static const char *gso_name(uint8_t gso)
{
    switch (gso & ~GSO_ECN) {
    case GSO_NONE:
        return "none";
    case GSO_TCPV4:
        return "TCP over IPv4";
    case GSO_TCPV6:
        return "TCP over IPv6";
    case GSO_UDP:
        return "UDP fragments";
    case GSO_UDP_L4:
        return "UDP segments";
    default:
        return "unknown";
    }
}

static void vnet_tree(struct tree *t, uint32_t off, uint32_t len,
                      const struct vnet_hdr *h)
{
    tree_open(t, "vnet", off, len, "virtio-net header (%u octets)", len);
    tree_add(t, "vnet.flags", off, 1, "Flags: 0x%02x%s", h->flags,
             h->flags & VNET_NEEDS_CSUM ? " (needs checksum)" : "");
    tree_add(t, "vnet.gso_type", off + 1, 1, "Segmentation: %s (%u)",
             gso_name(h->gso_type), h->gso_type);
    tree_add(t, "vnet.hdr_len", off + 2, 2, "Header length: %u", h->hdr_len);
    tree_add(t, "vnet.gso_size", off + 4, 2, "Segment size: %u", h->gso_size);
    tree_add(t, "vnet.csum_start", off + 6, 2, "Checksum start: %u",
             h->csum_start);
    tree_add(t, "vnet.csum_offset", off + 8, 2, "Checksum offset: %u",
             h->csum_offset);
    if (len == VNET_LONG)
        tree_add(t, "vnet.num_buffers", off + 10, 2, "Buffers: %u",
                 h->num_buffers);
    tree_close(t);
}

static enum proto vnet_dissect(struct dissect *d, struct layer *l)
{
    struct packet *pkt = d->pkt;
    unsigned len = vnet_detect(pkt);
    const uint8_t *p = cursor_take(&d->c, len);
    struct vnet_hdr h;

    if (!p || len == 0)
        return dissect_bad(d, l);
    h = vnet_read(p, len);
    dissect_done(d, l);
    pkt->vnet_len = (uint8_t)len;
    pkt->vnet_flags = h.flags;
    pkt->vnet_gso_type = h.gso_type;
    pkt->vnet_gso_size = h.gso_size;
    pkt->flags |= PKT_VNET;
    if (h.flags & VNET_NEEDS_CSUM)
        pkt->flags |= PKT_VNET_NEEDS_CSUM;
    if (h.gso_type != GSO_NONE)
        pkt->flags |= PKT_VNET_GSO;
    if (d->tree)
        vnet_tree(d->tree, l->off, len, &h);
    return PROTO_ETH;
}

const struct dissector vnet_dissector = {
    .name = "vnet",
    .title = "virtio-net header",
    .ref = "virtio 1.2 section 5.1.6",
    .proto = PROTO_VNET,
    .dissect = vnet_dissect,
};
