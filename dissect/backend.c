/* SPDX-License-Identifier: BSD-3-Clause
 *
 * Decide which backend a guest is on.
 *
 * Theory of operation: each fact casts a vote for one or several backends, in
 * the group of facts it depends on (the gateway's MAC, DHCP, the router
 * advertisement, the TCP stack, other IP traits, addresses, the guest's own
 * MAC). Within a group the strongest vote counts, for two facts about one
 * DHCP offer are not independent; across groups the doubts multiply. High
 * confidence needs two of the groups that cannot be had by choosing an
 * address. Weights follow how often a fact was right on captures whose origin
 * is certain; docs/explain/backends.md tells the reader what is behind them.
 */
#include "dissect/backend_evidence.h"

#include <stdarg.h>
#include <stdio.h>
#include <string.h>

#include "dissect/facts.h"

#define ARRAY_LEN(a) (sizeof(a) / sizeof((a)[0]))

/* Below ACCEPT_MIN the answer is "unknown". One strong group alone may say at
 * most ONE_GROUP_MAX. Addresses prove nothing (WEAK_MAX), nor does the guest's
 * MAC; only when both point to one backend it is a guess (GUESS_MAX). */
#define ACCEPT_MIN    45
#define ONE_GROUP_MAX 78
#define GUESS_MAX     55
#define WEAK_MAX      40

enum group { G_MAC, G_DHCP, G_RA, G_TCP, G_IP, G_ADDR, G_GUEST, G_COUNT };

#define SLIRP_FAMILY                                                      \
    (BACKEND_BIT(BACKEND_QEMU_SLIRP) | BACKEND_BIT(BACKEND_SLIRP4NETNS) | \
     BACKEND_BIT(BACKEND_VBOX_NAT))
#define BIT BACKEND_BIT

struct vote {
    uint32_t backends;
    uint8_t weight;
    struct clue clue;
};

#define VOTES_MAX 24

/** struct ballot - All votes for one guest */
struct ballot {
    const struct facts *facts;
    const struct guest *guest;
    uint8_t weight[BACKEND_COUNT][G_COUNT];
    struct vote vote[VOTES_MAX];
    unsigned nvote;
    bool libslirp_mac; /* some far end wears libslirp's MAC */
    bool own_mac;      /* a far end's MAC names its backend for certain */
    bool terminating;  /* SYN-ACKs of one plain stack */
    bool transparent;  /* SYN-ACKs of many real stacks */
    uint8_t owner[BACKEND_COUNT]; /* who runs libslirp: facts that decide */
};

static void vote(struct ballot *b, enum group g, uint32_t backends,
                 uint8_t weight, uint64_t frame, const char *fmt, ...)
    __attribute__((format(printf, 6, 7)));

static void vote(struct ballot *b, enum group g, uint32_t backends,
                 uint8_t weight, uint64_t frame, const char *fmt, ...)
{
    struct vote *v;
    va_list ap;

    for (int i = 0; i < BACKEND_COUNT; i++)
        if ((backends & BIT(i)) && b->weight[i][g] < weight)
            b->weight[i][g] = weight;
    if (b->nvote == VOTES_MAX)
        return;
    v = &b->vote[b->nvote++];
    v->backends = backends;
    v->weight = weight;
    v->clue.frame = frame;
    va_start(ap, fmt);
    vsnprintf(v->clue.text, sizeof(v->clue.text), fmt, ap);
    va_end(ap);
}

/* A fact that only this user of libslirp shows. */
static void own(struct ballot *b, enum backend_id id, uint8_t weight)
{
    if (b->owner[id] < weight)
        b->owner[id] = weight;
}

/* More than nine of ten. */
static bool mostly(uint32_t part, uint32_t whole)
{
    return whole > 0 && part >= whole - whole / 10;
}

static bool v4_in(const union addr *a, uint32_t net, unsigned bits)
{
    union addr n = addr_v4(net);

    return addr_in_prefix(a, &n, 96 + bits);
}

static bool mac_starts(const struct mac *m, const uint8_t *prefix, size_t n)
{
    return memcmp(m->b, prefix, n) == 0;
}

static const uint8_t oui_qemu[] = { 0x52, 0x54, 0x00 };
static const uint8_t oui_tap[] = { 0xfe, 0x54, 0x00 };
static const uint8_t oui_vbox[] = { 0x08, 0x00, 0x27 };
static const uint8_t oui_hyperv[] = { 0x00, 0x15, 0x5d };

static bool guest_has_oui(const struct ballot *b, const uint8_t oui[3])
{
    return b->guest->has_mac && mac_starts(&b->guest->mac, oui, 3);
}

/* ---- group: the far end's MAC address ---- */

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

static void vote_mac(struct ballot *b, const struct far_end *far)
{
    vote_slirp_mac(b, far);
    vote_mac_table(b, far);
    vote_vbox_zero(b, far);
    vote_bridge_mac(b, far);
    vote_hyperv_mac(b, far);
}

/* A gateway that the guest spoke to and that never answered, or only with
 * packets that carry no evidence, still has its MAC. */
static void vote_silent_macs(struct ballot *b, const struct backend_evidence *e)
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

/* ---- group: DHCP ---- */

static const uint8_t order_slirp[] = { 53, 54, 1, 3, 6, 51 };
static const uint8_t order_slirp_restricted[] = { 53, 54, 1, 51 };
static const uint8_t order_vbox[] = { 53, 1, 3, 6, 51, 54 };
static const uint8_t order_vboxnet[] = { 54, 53, 51, 1 };
static const uint8_t order_vboxnet_new[] = { 54, 53, 1, 51 };
static const uint8_t order_dnsmasq[] = { 53, 54, 51, 58, 59, 1, 28 };

#define ORDER(d, o) evidence_dhcp_order((d), (o), sizeof(o))

static void vote_dhcp_slirp(struct ballot *b, const struct dhcp_traits *d)
{
    if (d->host_vbox) {
        own(b, BACKEND_VBOX_NAT, 85);
        vote(b, G_DHCP, BIT(BACKEND_VBOX_NAT), 85, d->frame,
             "DHCP host name option \"vbox\": VirtualBox's libslirp engine");
    }
    if (d->lease_s != 86400 ||
        (!ORDER(d, order_slirp) && !ORDER(d, order_slirp_restricted)))
        return;
    vote(b, G_DHCP, SLIRP_FAMILY, 80, d->frame,
         "DHCP answer as libslirp builds it: options 53,54,1,3,6,51, lease "
         "86400 s");
}

/* Field guide 1.3: siaddr is the TFTP alias .4, the boot file "<VM>.pxe". */
static void vote_dhcp_vbox(struct ballot *b, const struct far_end *far)
{
    const struct dhcp_traits *d = &far->dhcp;

    if (ORDER(d, order_vbox) && d->lease_s == 86400)
        vote(b, G_DHCP, BIT(BACKEND_VBOX_NAT), d->bootfile_pxe ? 85 : 75,
             d->frame,
             "DHCP answer as VirtualBox NAT builds it: options "
             "53,1,3,6,51,54%s",
             d->bootfile_pxe ? ", boot file named after the VM" : "");
    if (d->ttl != 255 || !mac_starts(&far->mac, oui_vbox, 3) ||
        (!ORDER(d, order_vboxnet) && !ORDER(d, order_vboxnet_new)))
        return;
    if (d->has_router)
        vote(b, G_DHCP, BIT(BACKEND_VBOX_NATNETWORK), 75, d->frame,
             "DHCP from VirtualBox's network service (08:00:27, TTL 255) "
             "with a router");
    else
        vote(b, G_DHCP, BIT(BACKEND_VBOX_HOSTONLY), 75, d->frame,
             "DHCP from VirtualBox's network service (08:00:27, TTL 255) "
             "without a router");
}

static void vote_dhcp_vmware(struct ballot *b, const struct far_end *far)
{
    static const uint8_t oui[] = { 0x00, 0x50, 0x56 };
    const struct dhcp_traits *d = &far->dhcp;
    bool vmware_mac = mac_starts(&far->mac, oui, 3);

    if (d->ttl != 16 || (!vmware_mac && d->lease_s != 1800))
        return;
    vote(b, G_DHCP,
         d->has_router ? BIT(BACKEND_VMWARE_NAT) : BIT(BACKEND_VMWARE_HOSTONLY),
         75, d->frame, "DHCP with TTL 16 and lease %u s: VMware's vmnetdhcp",
         d->lease_s);
}

static void vote_dhcp_dnsmasq(struct ballot *b, const struct dhcp_traits *d)
{
    bool virbr0 = v4_in(&d->server_id, 0xc0a87a00, 24);
    char ip[ADDR_STRLEN];

    if (!ORDER(d, order_dnsmasq))
        return;
    vote(b, G_DHCP,
         BIT(BACKEND_LIBVIRT_NAT) | (virbr0 ? 0 : BIT(BACKEND_TAP_BRIDGED)),
         virbr0 ? 75 : 35, d->frame, "DHCP from dnsmasq at %s%s",
         addr_format(&d->server_id, ip),
         virbr0 ? ", libvirt's default network" : "");
}

static void vote_dhcp(struct ballot *b, const struct far_end *far)
{
    const struct dhcp_traits *d = &far->dhcp;

    if (!d->seen)
        return;
    vote_dhcp_slirp(b, d);
    vote_dhcp_vbox(b, far);
    vote_dhcp_vmware(b, far);
    vote_dhcp_dnsmasq(b, d);
    if (d->lease_s == UINT32_MAX)
        vote(b, G_DHCP, BIT(BACKEND_PASST), d->mtu == 65520 ? 85 : 60, d->frame,
             "DHCP lease without end%s: passt",
             d->mtu == 65520 ? " and MTU 65520" : "");
    if (d->lease_s == 3600 && v4_in(&d->server_id, 0xc0a87f00, 24) &&
        !ORDER(d, order_dnsmasq))
        vote(b, G_DHCP, BIT(BACKEND_GVPROXY), 65, d->frame,
             "DHCP from 192.168.127.1 with lease 3600 s: gvproxy");
}

/* ---- group: router advertisement and DHCPv6 ---- */

/** struct ra_sign - A prefix that one libslirp user announces */
struct ra_sign {
    union addr prefix;
    uint8_t bits;
    enum backend_id backend;
    const char *text;
};

/* clang-format off */
static const struct ra_sign ra_signs[] = {
    { { .b = { 0xfd, 0x17, 0x62, 0x5c, 0xf0, 0x37 } }, 48, BACKEND_VBOX_NAT,
      "router advertisement for fd17:625c:f037::/48: VirtualBox" },
    { { .b = { 0xfe, 0xc0 } }, 64, BACKEND_QEMU_SLIRP,
      "router advertisement for fec0::/64: QEMU's libslirp" },
    { { .b = { 0xfd, 0x00 } }, 64, BACKEND_SLIRP4NETNS,
      "router advertisement for fd00::/64: slirp4netns" },
};
/* clang-format on */

static void vote_ra(struct ballot *b, const struct far_end *far)
{
    const struct ra_traits *r = &far->ra;

    if (far->dhcpv6_8962_frame)
        vote(b, G_RA, SLIRP_FAMILY, 75, far->dhcpv6_8962_frame,
             "DHCPv6 answer from UDP port 8962: libslirp's byte-swapped 547");
    if (!r->seen || !r->prefix_len)
        return;
    for (size_t i = 0; i < ARRAY_LEN(ra_signs); i++) {
        const struct ra_sign *s = &ra_signs[i];

        if (!addr_in_prefix(&r->prefix, &s->prefix, s->bits) ||
            !b->libslirp_mac)
            continue;
        own(b, s->backend, 85);
        vote(b, G_RA, BIT(s->backend), 85, r->frame, "%s", s->text);
        return;
    }
    if (r->lifetime_s == 65535 && r->mtu)
        vote(b, G_RA, BIT(BACKEND_PASST), 60, r->frame,
             "router advertisement with lifetime 65535 and an MTU: passt");
}

/* ---- group: the TCP stack that answers ---- */

static void vote_tcp_plain(struct ballot *b, const struct tcp_traits *t,
                           bool mac_fits)
{
    uint32_t n = t->synacks;
    bool no_df = t->df == 0;

    if (t->isn_slirp >= 2 && mostly(t->isn_slirp, n))
        vote(b, G_TCP, SLIRP_FAMILY, 88, t->isn_frame,
             "SYN-ACK with MSS only, window 65535, ISN = 1 mod 64000");
    else if (mac_fits && no_df && mostly(t->ttl_64, n) &&
             mostly(t->win_65535, n))
        vote(b, G_TCP, SLIRP_FAMILY, t->isn_slirp == n ? 70 : 55, t->frame,
             "SYN-ACK with MSS only, window 65535, TTL 64, no DF%s",
             t->isn_slirp == n ? ", ISN = 1 mod 64000" : "");
    else if (mostly(t->ttl_255, n) && mostly(t->win_32768, n))
        vote(b, G_TCP, BIT(BACKEND_VBOX_NATNETWORK), 80, t->frame,
             "SYN-ACK with MSS only, window 32768, TTL 255: lwIP");
    else if (no_df && b->libslirp_mac && mostly(t->win_8k, n))
        vote(b, G_TCP, SLIRP_FAMILY, 60, t->frame,
             "SYN-ACK with MSS only, window 8 KiB, TTL 64: an old slirp");
    else if (no_df && mostly(t->ttl_128, n) && mostly(t->win_64240, n) &&
             b->weight[BACKEND_VMWARE_NAT][G_MAC] +
                 b->weight[BACKEND_VMWARE_NAT][G_DHCP])
        vote(b, G_TCP, BIT(BACKEND_VMWARE_NAT), 65, t->frame,
             "SYN-ACK with MSS only, window 64240, TTL 128, no DF");
}

static void vote_tcp(struct ballot *b, const struct far_end *far)
{
    static const uint8_t vbox_own[] = { 0x52, 0x54, 0x00, 0x12, 0x35 };
    const struct tcp_traits *t = &far->tcp;
    bool mac_fits = !far->has_mac || far->mac.b[1] == 0x55 ||
                    mac_starts(&far->mac, vbox_own, 5);

    if (!t->synacks)
        return;
    if (mostly(t->mss_only, t->synacks)) {
        b->terminating = b->terminating || t->ttl_min == t->ttl_max;
        vote_tcp_plain(b, t, mac_fits);
    }
    if (t->rich && (t->ttl_min != t->ttl_max || t->ttl_max % 64 != 0))
        b->transparent = true;
    if (mostly(t->ttl_255, t->synacks) && mostly(t->id_zero, t->synacks) &&
        t->mss_max >= 61440 && mostly(t->mss_ws_only, t->synacks))
        vote(b, G_TCP, BIT(BACKEND_PASST), 85, t->frame,
             "SYN-ACK with MSS %u and window scale only, TTL 255, IP id 0",
             t->mss_max);
}

static void vote_ip(struct ballot *b, const struct far_end *far)
{
    if (far->in_ttl255_id0 >= 8 && mostly(far->in_ttl255_id0, far->in_v4))
        vote(b, G_IP, BIT(BACKEND_PASST), 60, far->ttl255_id0_frame,
             "everything arrives with TTL 255 and IP id 0");
    if (b->libslirp_mac && far->rst_ttl255)
        vote(b, G_IP, SLIRP_FAMILY, 40, far->rst_frame,
             "RST with TTL 255, TCP otherwise 64");
    if (far->arp_targets >= 4 && far->in_ttl255_id0)
        vote(b, G_IP, BIT(BACKEND_PASST), 50, far->arp[0].frame,
             "one MAC answers ARP for %u addresses", far->arp_targets);
}

/* ---- groups that anybody can choose: addresses, the guest's MAC ---- */

/** struct subnet_sign - A default subnet, worth little by itself */
struct subnet_sign {
    uint32_t net;
    uint8_t bits;
    uint32_t backends;
    uint8_t weight;
    const char *text;
};

/* clang-format off */
static const struct subnet_sign subnets[] = {
    { 0x0a00020f, 32, SLIRP_FAMILY, 30,
      "guest address 10.0.2.15, the default behind user-mode NAT" },
    { 0x0a000264, 32, BIT(BACKEND_SLIRP4NETNS), 40,
      "guest address 10.0.2.100, slirp4netns's default" },
    { 0x0a000200, 24, BIT(BACKEND_VBOX_NATNETWORK), 20,
      "guest in 10.0.2.0/24" },
    { 0xc0a87a00, 24, BIT(BACKEND_LIBVIRT_NAT), 38,
      "guest in 192.168.122.0/24, libvirt's default network" },
    { 0xc0a87f00, 24, BIT(BACKEND_GVPROXY), 35,
      "guest in 192.168.127.0/24, gvproxy's default" },
    { 0xc0a83800, 24, BIT(BACKEND_VBOX_HOSTONLY), 30,
      "guest in 192.168.56.0/24, VirtualBox's host-only default" },
    { 0x0ad33700, 24, BIT(BACKEND_PARALLELS_NAT), 35,
      "guest in 10.211.55.0/24, Parallels' shared network" },
    { 0xac100000, 12, BIT(BACKEND_HYPERV_NAT), 15, "guest in 172.16.0.0/12" },
};
/* clang-format on */

static void vote_addresses(struct ballot *b)
{
    const struct guest *g = b->guest;

    for (size_t i = 0; i < ARRAY_LEN(subnets); i++)
        for (unsigned k = 0; k < g->nipv4; k++)
            if (v4_in(&g->ipv4[k], subnets[i].net, subnets[i].bits)) {
                vote(b, G_ADDR, subnets[i].backends, subnets[i].weight, 0, "%s",
                     subnets[i].text);
                break;
            }
}

static void vote_guest_mac(struct ballot *b)
{
    if (guest_has_oui(b, oui_vbox)) {
        vote(b, G_GUEST,
             BIT(BACKEND_VBOX_NAT) | BIT(BACKEND_VBOX_NATNETWORK) |
                 BIT(BACKEND_VBOX_HOSTONLY),
             30, 0, "guest MAC 08:00:27 is VirtualBox's default");
        if (!b->own_mac && !b->terminating &&
            b->weight[BACKEND_VBOX_HOSTONLY][G_ADDR] +
                    b->weight[BACKEND_VBOX_NAT][G_ADDR] ==
                0)
            vote(b, G_GUEST, BIT(BACKEND_VBOX_BRIDGED), 50, 0,
                 "guest MAC 08:00:27 is VirtualBox's default, and no sign of "
                 "its NAT");
    }
    if (guest_has_oui(b, oui_qemu) && !b->own_mac) {
        vote(b, G_GUEST, BIT(BACKEND_LIBVIRT_NAT), 25, 0,
             "guest MAC 52:54:00 is QEMU's and libvirt's default");
        if (!b->terminating)
            vote(b, G_GUEST, BIT(BACKEND_TAP_BRIDGED), 48, 0,
                 "guest MAC 52:54:00 is QEMU's and libvirt's default, and no "
                 "sign of user-mode NAT");
    }
}

/* libslirp looks the same from QEMU, slirp4netns and VirtualBox 7.1+. What
 * tells them apart decides which of them stays a candidate; without a deciding
 * fact it is QEMU, which is by far the most used. */
static void settle_slirp_owner(struct ballot *b)
{
    static const enum backend_id family[] = { BACKEND_QEMU_SLIRP,
                                              BACKEND_SLIRP4NETNS,
                                              BACKEND_VBOX_NAT };
    enum backend_id best = BACKEND_QEMU_SLIRP;

    if (!b->libslirp_mac)
        return;
    if (guest_has_oui(b, oui_vbox))
        own(b, BACKEND_VBOX_NAT, 40);
    if (b->weight[BACKEND_SLIRP4NETNS][G_ADDR] >= 40)
        own(b, BACKEND_SLIRP4NETNS, 40);
    for (size_t i = 0; i < ARRAY_LEN(family); i++)
        if (b->owner[family[i]] > b->owner[best])
            best = family[i];
    for (size_t i = 0; i < ARRAY_LEN(family); i++)
        if (family[i] != best)
            memset(b->weight[family[i]], 0, G_COUNT);
    if (!b->owner[best])
        vote(b, G_GUEST, BIT(best), 35, 0,
             "no sign of VirtualBox or slirp4netns, which share libslirp");
}

/* A VirtualBox MAC of the classic engine excludes libslirp's other users. */
static void exclude_contradictions(struct ballot *b)
{
    if (b->weight[BACKEND_VBOX_NAT][G_MAC] >
        b->weight[BACKEND_QEMU_SLIRP][G_MAC]) {
        memset(b->weight[BACKEND_QEMU_SLIRP], 0, G_COUNT);
        memset(b->weight[BACKEND_SLIRP4NETNS], 0, G_COUNT);
    }
    if (!b->libslirp_mac && b->guest->has_mac)
        memset(b->weight[BACKEND_SLIRP4NETNS], 0, G_COUNT);
    /* A NAT'ed guest is neither bridged ... */
    if (b->weight[BACKEND_LIBVIRT_NAT][G_ADDR])
        memset(b->weight[BACKEND_TAP_BRIDGED], 0, G_COUNT);
    else if (b->weight[BACKEND_LIBVIRT_NAT][G_DHCP] < 60)
        b->weight[BACKEND_LIBVIRT_NAT][G_GUEST] = 0;
}

static unsigned confidence_of(const uint8_t weight[G_COUNT])
{
    unsigned doubt = 1000, strong = 0;

    for (int g = 0; g < G_COUNT; g++) {
        doubt = doubt * (100u - weight[g]) / 100u;
        strong += weight[g] >= 35 && g != G_ADDR && g != G_GUEST;
    }
    doubt = 100 - doubt / 10 > 99 ? 99 : 100 - doubt / 10;
    if (strong == 0 && weight[G_GUEST] < 45) {
        unsigned most = weight[G_ADDR] >= 30 && weight[G_GUEST] >= 25
                            ? GUESS_MAX
                            : WEAK_MAX;

        return doubt < most ? doubt : most;
    }
    if (strong < 2)
        return doubt < ONE_GROUP_MAX ? doubt : ONE_GROUP_MAX;
    return doubt;
}

static void add_clues(const struct ballot *b, struct backend_verdict *out)
{
    bool used[VOTES_MAX] = { false };

    while (out->nclue < CLUES_MAX) {
        int best = -1;

        for (unsigned i = 0; i < b->nvote; i++)
            if (!used[i] && (b->vote[i].backends & BIT(out->id)) &&
                (best < 0 || b->vote[i].weight > b->vote[best].weight))
                best = (int)i;
        if (best < 0)
            return;
        used[best] = true;
        out->clue[out->nclue++] = b->vote[best].clue;
    }
}

static const char *engine_of(const struct ballot *b, enum backend_id id)
{
    if (id == BACKEND_VBOX_NAT && b->libslirp_mac)
        return "libslirp";
    if (id == BACKEND_VBOX_NAT && b->weight[id][G_MAC] | b->weight[id][G_DHCP])
        return "classic";
    if (id == BACKEND_VBOX_NATNETWORK && b->weight[id][G_TCP])
        return "lwIP";
    if (id == BACKEND_QEMU_SLIRP || id == BACKEND_SLIRP4NETNS)
        return "libslirp";
    return NULL;
}

static void settle(struct ballot *b, struct backend_verdict *out)
{
    for (int i = 1; i < BACKEND_COUNT; i++) {
        unsigned c = confidence_of(b->weight[i]);

        if (c >= ACCEPT_MIN && c > out->confidence) {
            out->id = (enum backend_id)i;
            out->confidence = (uint8_t)c;
        }
    }
    out->engine = engine_of(b, out->id);
    add_clues(b, out);
    if (out->id != BACKEND_UNKNOWN) {
        out->terminates_tcp = backend_info(out->id)->terminates_tcp;
        out->terminates_known = true;
    } else if (b->terminating != b->transparent) {
        out->terminates_tcp = b->terminating;
        out->terminates_known = true;
    }
}

/* A row speaks about this guest when it was heard by it, or by nobody in
 * particular, and is not the guest itself. */
static bool row_concerns(const struct far_end *far, const struct guest *g)
{
    if (!far->has_mac)
        return far->station == g->station;
    if (far->station == g->station)
        return false;
    return far->heard_by == g->station || far->heard_by == STATION_NONE ||
           far->station == g->gateway;
}

void backend_decide(const struct backend_evidence *e, const struct facts *facts,
                    const struct guest *guest, struct backend_verdict *out)
{
    struct ballot b = { .facts = facts, .guest = guest };

    memset(out, 0, sizeof(*out));
    for (unsigned i = 0; i < e->count; i++)
        if (row_concerns(&e->far[i], guest) && e->far[i].has_mac)
            vote_mac(&b, &e->far[i]);
    vote_silent_macs(&b, e);
    for (unsigned i = 0; i < e->count; i++) {
        const struct far_end *far = &e->far[i];

        if (!row_concerns(far, guest))
            continue;
        vote_dhcp(&b, far);
        vote_ra(&b, far);
        vote_tcp(&b, far);
        vote_ip(&b, far);
    }
    vote_addresses(&b);
    vote_guest_mac(&b);
    settle_slirp_owner(&b);
    exclude_contradictions(&b);
    settle(&b, out);
}
