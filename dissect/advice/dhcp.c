/* SPDX-License-Identifier: BSD-3-Clause
 *
 * Words of dhcp-no-offer.
 */
#include "dissect/advice/backends.h"

/* clang-format off */
static const struct advice_summary summaries[] = {
    { NULL,
      "{discovers} DISCOVERs in {duration_s:duration}, no offer",
      "The guest gets no address: nobody answers its DHCP requests, though "
      "the link carries other traffic." },
    { "dead-link",
      "{discovers} DISCOVERs in {duration_s:duration}, no offer and not one frame "
      "from anybody else",
      "The guest gets no address, and nothing at all comes back to it: its "
      "card leads nowhere." },
    { "others-served",
      "{discovers} DISCOVERs in {duration_s:duration}, no offer, while a server "
      "serves others",
      "One client gets no address, although a DHCP server on its network "
      "serves others." },
    { 0 },
};

static const struct advice_cause causes[] = {
    { "server-down",
      "No DHCP server runs on the guest's network." },
    { "server-filtered",
      "A firewall drops DHCP (UDP port 67) or what comes from 0.0.0.0, as "
      "reverse path filters do." },
    { "pool-empty",
      "The server has no address left; libslirp falls silent after 16 "
      "clients, dnsmasq when its range is used up." },
    { "client-ignored",
      "The server ignores this client: a list of allowed MAC addresses, or the "
      "client is on another segment." },
    { "link-down",
      "The bridge port is down, in the wrong bridge or VLAN, or spanning tree "
      "is still listening." },
    { 0 },
};

static const struct advice_step checks[] = {
    { "server-down", KERNEL_NAT, WHERE_HOST, true, false,
      "virsh net-list --all; ss -lunp 'sport = :67'",
      "the network active and dnsmasq listening" },
    { "server-down", BRIDGED, WHERE_HOST, true, false,
      "tcpdump -nni any 'udp port 67 or udp port 68'",
      "the DISCOVER leaves by the uplink and an OFFER returns" },
    { "server-filtered", HOST_BRIDGE, WHERE_HOST, true, false,
      "nft list ruleset | grep -nE 'rpfilter|fib saddr|dport (67|bootps)'",
      "a drop before the accept for the guest's bridge" },
    { "pool-empty", LIBVIRT_NAT, WHERE_HOST, true, false,
      "virsh net-dhcp-leases default; journalctl -t dnsmasq-dhcp -n 20",
      "\"no address available\"" },
    { "client-ignored", HOST_BRIDGE, WHERE_HOST, true, false,
      "journalctl -t dnsmasq-dhcp -n 50 | grep -i {guest_mac}",
      "\"ignored\", or no line at all: the server never sees it" },
    { "link-down", ANY_BRIDGE, WHERE_HOST, false, false,
      "bridge link",
      "the guest's tap with its bridge as master, state forwarding" },
    { "link-down", TAP_BRIDGED, WHERE_HOST, false, false,
      "bridge vlan show",
      "the VLAN that the guest's port belongs to" },
    { 0 },
};

static const struct advice_step fixes[] = {
    { "server-down", KERNEL_NAT, WHERE_HOST, true, true,
      "virsh net-start default && virsh net-autostart default",
      NULL },
    { "server-filtered", LIBVIRT_NAT, WHERE_HOST, true, true,
      "firewall-cmd --permanent --zone=libvirt --add-interface=virbr0 && "
      "firewall-cmd --reload",
      "where firewalld is in use" },
    { "server-filtered", HOST_BRIDGE, WHERE_HOST, true, true,
      "ufw allow in on virbr0 to any port 67 proto udp",
      "where ufw is in use" },
    { "pool-empty", LIBVIRT_NAT, WHERE_VM_CONFIG, true, true,
      "virsh net-edit default",
      "widen <range start end/>, then net-destroy and net-start: guests are "
      "cut off meanwhile" },
    { "pool-empty", SLIRP | VBOX_NAT, WHERE_GUEST, true, false,
      "ip addr add 10.0.2.100/24 dev eth0 && ip route add default via 10.0.2.2",
      "a fixed address goes round the 16 leases; adapt the name of the card" },
    { "link-down", ANY_BRIDGE, WHERE_HOST, true, false,
      "ip link set TAP master BRIDGE up",
      NULL },
    { "link-down", TAP_BRIDGED, WHERE_HOST, true, false,
      "ip link set BRIDGE type bridge forward_delay 0",
      "no loop protection while a port is learning" },
    { 0 },
};

static const char *const refs[] = {
    "RFC 2131 section 4.1 and 4.4.1",
    "libslirp 4.7.0 src/bootp.h, NB_BOOTP_CLIENTS",
    NULL,
};

const struct advice dhcp_no_offer_advice = {
    .id = "dhcp-no-offer",
    .summaries = summaries,
    .causes = causes,
    .checks = checks,
    .fixes = fixes,
    .refs = refs,
};
/* clang-format on */
