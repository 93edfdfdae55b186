/* SPDX-License-Identifier: BSD-3-Clause
 *
 * Votes by the far end's MAC address: most backends give their own end one that
 * nobody else has.
 */
#include "dissect/backend_ballot.h"

static const uint8_t oui_tap[] = { 0xfe, 0x54, 0x00 };

/* libslirp slirp.c if_encap4: the MAC is 52:55 followed by the IPv4 address.
 * QEMU numbers networks 10.0.2.0/24 by default; any other net works alike. */
static void vote_slirp_mac(struct ballot *b, const struct far_end *far)
{
    static const uint8_t v6_router[] = { 0x52, 0x56, 0, 0, 0, 2 };
    union addr in_mac;
    char ip[ADDR_STRLEN], mac[MAC_STRLEN];

    if (b->weight[BACKEND_QEMU_SLIRP][G_MAC] >= 88)
        return; /* the DNS address wears such a MAC too */
    mac_format(&far->mac, mac);
    if (mac_starts(&far->mac, v6_router, 6)) {
        b->libslirp_mac = true;
        vote(b, G_MAC, SLIRP_FAMILY, 75, far->first_src_frame,
             "router MAC %s is libslirp's for IPv6", mac);
        return;
    }
    if (far->mac.b[0] != 0x52 || far->mac.b[1] != 0x55)
        return;
    addr_from_v4(&in_mac, &far->mac.b[2]);
    for (unsigned i = 0; i < far->narp; i++) {
        if (!addr_eq(&far->arp[i].ip, &in_mac))
            continue;
        b->libslirp_mac = b->own_mac = true;
        vote(b, G_MAC, SLIRP_FAMILY, 88, far->arp[i].frame,
             "gateway %s is %s: libslirp's MAC holds its address", mac,
             addr_format(&in_mac, ip));
        return;
    }
    if (!addr_is_private(&in_mac) || far->narp)
        return;
    b->libslirp_mac = b->own_mac = true;
    vote(b, G_MAC, SLIRP_FAMILY, 75, far->first_src_frame,
         "gateway MAC %s is libslirp's form 52:55 + IPv4 address", mac);
}

/** struct mac_sign - A MAC range that one product uses for its own end */
struct mac_sign {
    uint8_t first[6], last[6];
    uint32_t backends;
    uint8_t weight;
    bool own; /* nobody else uses it */
    const char *what;
};

/* clang-format off */
static const struct mac_sign mac_signs[] = {
    { { 0x52,0x54,0x00,0x12,0x35,0x02 }, { 0x52,0x54,0x00,0x12,0x35,0x04 },
      BIT(BACKEND_VBOX_NAT), 75, true, "VirtualBox NAT's own" },
    { { 0x9a,0x55,0x9a,0x55,0x9a,0x55 }, { 0x9a,0x55,0x9a,0x55,0x9a,0x55 },
      BIT(BACKEND_PASST), 85, true, "passt's own (2025 and later)" },
    { { 0x5a,0x94,0xef,0xe4,0x0c,0xdd }, { 0x5a,0x94,0xef,0xe4,0x0c,0xdd },
      BIT(BACKEND_GVPROXY), 88, true, "gvproxy's own" },
    { { 0x00,0x50,0x56,0xe0,0x00,0x00 }, { 0x00,0x50,0x56,0xff,0xff,0xff },
      BIT(BACKEND_VMWARE_NAT), 65, false,
      "in the range of VMware's virtual NAT and DHCP services" },
    { { 0x00,0x50,0x56,0xc0,0x00,0x08 }, { 0x00,0x50,0x56,0xc0,0x00,0x08 },
      BIT(BACKEND_VMWARE_NAT), 50, false, "VMware's host adapter vmnet8" },
    { { 0x00,0x50,0x56,0xc0,0x00,0x01 }, { 0x00,0x50,0x56,0xc0,0x00,0x01 },
      BIT(BACKEND_VMWARE_HOSTONLY), 65, false,
      "VMware's host adapter vmnet1" },
    { { 0x0a,0x00,0x27,0x00,0x00,0x00 }, { 0x0a,0x00,0x27,0x00,0x00,0xff },
      BIT(BACKEND_VBOX_HOSTONLY), 75, true,
      "VirtualBox's host-only adapter" },
    { { 0x00,0x1c,0x42,0x00,0x00,0x18 }, { 0x00,0x1c,0x42,0x00,0x00,0x18 },
      BIT(BACKEND_PARALLELS_NAT), 75, true, "Parallels' shared network" },
};
/* clang-format on */

static void vote_mac_table(struct ballot *b, const struct far_end *far)
{
    char mac[MAC_STRLEN];

    for (size_t i = 0; i < ARRAY_LEN(mac_signs); i++) {
        const struct mac_sign *s = &mac_signs[i];

        if (memcmp(far->mac.b, s->first, 6) < 0 ||
            memcmp(far->mac.b, s->last, 6) > 0)
            continue;
        b->own_mac = b->own_mac || s->own;
        vote(b, G_MAC, s->backends, s->weight, far->first_src_frame,
             "gateway MAC %s is %s", mac_format(&far->mac, mac), s->what);
    }
}

/* 52:54:00:12:35:00 is the NAT Network's service, and the Ethernet source of
 * VirtualBox 3.x NAT, whose ARP says :02. */
static void vote_vbox_zero(struct ballot *b, const struct far_end *far)
{
    static const uint8_t zero[] = { 0x52, 0x54, 0x00, 0x12, 0x35, 0x00 };
    bool network = mostly(far->tcp.ttl_255, far->tcp.synacks);

    if (!mac_starts(&far->mac, zero, 6))
        return;
    for (unsigned i = 0; i < far->narp; i++)
        network = network || (addr_v4_host(&far->arp[i].ip) & 0xff) == 1;
    network = network || mostly(far->udp_ttl255, far->udp);
    b->own_mac = true;
    vote(b, G_MAC,
         network ? BIT(BACKEND_VBOX_NATNETWORK)
                 : BIT(BACKEND_VBOX_NAT) | BIT(BACKEND_VBOX_NATNETWORK),
         network ? 75 : 60, far->first_src_frame,
         "gateway MAC 52:54:00:12:35:00 is VirtualBox's%s",
         network ? " NAT Network service" : " own");
}

/* libvirt gives a bridge a MAC of QEMU's range; an older one wears that of
 * its first tap (fe:54:00). Alone it only says "a Linux bridge of QEMU". */
static void vote_bridge_mac(struct ballot *b, const struct far_end *far)
{
    static const uint8_t vbox_own[] = { 0x52, 0x54, 0x00, 0x12, 0x35 };
    char mac[MAC_STRLEN];

    if (far->station != b->guest->gateway ||
        mac_starts(&far->mac, vbox_own, 5) ||
        (!mac_starts(&far->mac, oui_qemu, 3) &&
         !mac_starts(&far->mac, oui_tap, 3)))
        return;
    vote(b, G_MAC, BIT(BACKEND_LIBVIRT_NAT) | BIT(BACKEND_TAP_BRIDGED), 40,
         far->first_src_frame,
         "gateway MAC %s is of the range that QEMU and libvirt give",
         mac_format(&far->mac, mac));
}

static void vote_hyperv_mac(struct ballot *b, const struct far_end *far)
{
    char mac[MAC_STRLEN];

    if (far->station != b->guest->gateway ||
        !mac_starts(&far->mac, oui_hyperv, 3) || !guest_has_oui(b, oui_hyperv))
        return;
    vote(b, G_MAC, BIT(BACKEND_HYPERV_NAT), 45, far->first_src_frame,
         "gateway MAC %s and the guest's are Hyper-V's",
         mac_format(&far->mac, mac));
}

void vote_mac(struct ballot *b, const struct far_end *far)
{
    vote_slirp_mac(b, far);
    vote_mac_table(b, far);
    vote_vbox_zero(b, far);
    vote_bridge_mac(b, far);
    vote_hyperv_mac(b, far);
}

/* A gateway that the guest spoke to and that never answered, or only with
 * packets that carry no evidence, still has its MAC. */
void vote_silent_macs(struct ballot *b, const struct backend_evidence *e)
{
    const struct station_table *t = b->facts->stations;
    unsigned n = station_count(t);

    for (unsigned i = 0; i < n; i++) {
        const struct station *s = station_get(t, (uint16_t)i);
        struct far_end far = { .station = (uint16_t)i,
                               .has_mac = true,
                               .mac = s->mac,
                               .first_src_frame = s->first_frame };

        if (e->of_station[i])
            continue;
        /* Cooked captures show the sender's card though stations go by IP. */
        if (s->flags & STATION_NO_MAC
                ? mac_is_backend(&s->mac)
                : i == b->guest->gateway || (s->flags & STATION_BACKEND))
            vote_mac(b, &far);
    }
}
