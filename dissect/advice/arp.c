/* SPDX-License-Identifier: BSD-3-Clause
 *
 * Words of arp-gateway-silent.
 */
#include "dissect/advice/backends.h"

/* clang-format off */
static const struct advice_summary summaries[] = {
    { NULL,
      "{requests} ARP requests for the gateway {peer} in {duration_s:duration}, no "
      "answer",
      "The guest's gateway {peer} is not there: nobody answers ARP for it, so "
      "nothing leaves the subnet." },
    { "guessed",
      "{requests} ARP requests for {peer} in {duration_s:duration}, no answer, and no "
      "other traffic",
      "The guest keeps asking for {peer}, probably its gateway, and nobody "
      "answers." },
    { "wrong-address",
      "{requests} ARP requests for {peer}, which does not exist behind "
      "libslirp",
      "The guest is set to a wrong gateway, {peer}: libslirp answers for its "
      "own addresses only." },
    { 0 },
};

static const struct advice_cause causes[] = {
    { "gateway-down",
      "The gateway is off, or its interface on the guest's network is down." },
    { "wrong-address",
      "The guest is configured with a gateway that does not exist on this "
      "network; libslirp answers for .2 and .3 of its subnet only." },
    { "wrong-segment",
      "The guest's card is in another bridge or VLAN than the gateway, or the "
      "gateway ignores the question (arp_ignore)." },
    { 0 },
};

static const struct advice_step checks[] = {
    { "wrong-address", ANY_BACKEND, WHERE_GUEST, false, false,
      "ip route show default; ip -4 addr",
      "behind libslirp: default via 10.0.2.2, address 10.0.2.15/24" },
    { "gateway-down", HOST_BRIDGE, WHERE_HOST, false, false,
      "ip -br addr; ip -br link",
      "a bridge that is up and holds {peer}" },
    { "wrong-segment", ANY_BRIDGE, WHERE_HOST, false, false,
      "bridge link; bridge vlan show",
      "the guest's tap in the gateway's bridge and VLAN" },
    { "wrong-segment", ANY_BRIDGE, WHERE_HOST, false, false,
      "sysctl -a --pattern 'ipv4.conf.*.arp_ignore'",
      "0 or 1 where the gateway's address lives" },
    { 0 },
};

static const struct advice_step fixes[] = {
    { "wrong-address", SLIRP, WHERE_GUEST, true, false,
      "ip route replace default via 10.0.2.2",
      "where the subnet is 10.0.2.0/24, as by default" },
    { "wrong-address", LIBVIRT_NAT, WHERE_GUEST, true, false,
      "ip route replace default via 192.168.122.1",
      "where libvirt's network \"default\" has its usual subnet" },
    { "gateway-down", LIBVIRT_NAT, WHERE_HOST, true, true,
      "virsh net-start default && virsh net-autostart default",
      NULL },
    { "wrong-segment", ANY_BRIDGE, WHERE_HOST, true, false,
      "ip link set TAP master BRIDGE up",
      NULL },
    { 0 },
};

static const char *const refs[] = {
    "RFC 826",
    "libslirp 4.7.0 src/slirp.c, arp_input()",
    "Linux Documentation/networking/ip-sysctl.rst, arp_ignore",
    NULL,
};

const struct advice arp_gateway_silent_advice = {
    .id = "arp-gateway-silent",
    .summaries = summaries,
    .causes = causes,
    .checks = checks,
    .fixes = fixes,
    .refs = refs,
};
/* clang-format on */
