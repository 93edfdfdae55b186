/* SPDX-License-Identifier: BSD-3-Clause
 *
 * Votes by what configures the guest: the DHCP answer (which options, in which
 * order, for how long), the router advertisement, DHCPv6.
 */
#include "dissect/backend_ballot.h"

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
        vote_owner(b, BACKEND_VBOX_NAT, 85);
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

void vote_dhcp(struct ballot *b, const struct far_end *far)
{
    const struct dhcp_traits *d = &far->dhcp;

    if (!d->seen)
        return;
    vote_dhcp_slirp(b, d);
    vote_dhcp_vbox(b, far);
    vote_dhcp_vmware(b, far);
    vote_dhcp_dnsmasq(b, d);
    if (d->lease_s == UINT32_MAX)
        vote(b, G_DHCP, BIT(BACKEND_PASST), d->mtu == 65520 ? 85 : 35, d->frame,
             "DHCP lease without end%s: passt",
             d->mtu == 65520 ? " and MTU 65520" : "");
    if (d->lease_s == 3600 && v4_in(&d->server_id, 0xc0a87f00, 24) &&
        !ORDER(d, order_dnsmasq))
        vote(b, G_DHCP, BIT(BACKEND_GVPROXY), 65, d->frame,
             "DHCP from 192.168.127.1 with lease 3600 s: gvproxy");
}

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

void vote_ra(struct ballot *b, const struct far_end *far)
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
        vote_owner(b, s->backend, 85);
        vote(b, G_RA, BIT(s->backend), 85, r->frame, "%s", s->text);
        return;
    }
    if (r->lifetime_s == 65535 && r->mtu)
        vote(b, G_RA, BIT(BACKEND_PASST), 60, r->frame,
             "router advertisement with lifetime 65535 and an MTU: passt");
}
