/* SPDX-License-Identifier: BSD-3-Clause
 *
 * Words of host-no-route and host-not-forwarding.
 */
#include "dissect/advice/backends.h"

/* clang-format off */
static const struct advice_summary route_summaries[] = {
    { NULL,
      "{gateway} says network unreachable for all {destinations} "
      "destinations tried",
      "The host itself has no way out: it answers \"network unreachable\" for "
      "everything the guest tries." },
    { "one",
      "{gateway} says network unreachable for {peer}, {count:time}",
      "The host has no route to {peer}; other destinations are not affected." },
    { "some",
      "{gateway} says network unreachable for {destinations:destination}",
      "The host has no route to {destinations:destination} that the guest "
      "tried; others work." },
    { 0 },
};

static const struct advice_cause route_causes[] = {
    { "no-route",
      "The host's routing table has no route there: its uplink is down, or a "
      "VPN has taken or withdrawn the default route." },
    { "host-refuses",
      "The host's own connect() or sendto() fails at once: no route, a local "
      "firewall rule, or a limit reached." },
    { "fd-limit",
      "The backend has no file descriptor left; it reports that in the same "
      "way." },
    { 0 },
};

static const struct advice_step route_checks[] = {
    { NULL, ANY_BACKEND, WHERE_HOST, false, false,
      "ip route get 1.1.1.1",
      "a line with \"via\" and \"dev\"; \"Network is unreachable\" confirms" },
    { NULL, ANY_BACKEND, WHERE_HOST, false, false,
      "ip -4 route show default; ip rule",
      "one default route; rules beside local, main and default come from a "
      "VPN" },
    { "fd-limit", QEMU_USER, WHERE_HOST, false, false,
      "for p in $(pgrep qemu-system); do ls /proc/$p/fd | wc -l; "
      "grep 'open files' /proc/$p/limits; done",
      "a count close to the soft limit" },
    { "host-refuses", ANY_BACKEND, WHERE_HOST, true, false,
      "nft list ruleset | grep -n 'hook output'",
      "an output chain that drops or rejects" },
    { 0 },
};

static const struct advice_step route_fixes[] = {
    { "no-route", ANY_BACKEND, WHERE_HOST, true, false,
      "ip route add default via ROUTER dev UPLINK",
      "gone at the next reboot or reconnection; repair the network manager's "
      "connection for good" },
    { "no-route", ANY_BACKEND, WHERE_HOST, true, false,
      "systemctl restart systemd-networkd || systemctl restart NetworkManager "
      "|| systemctl restart networking",
      "interrupts the host's own connections" },
    { 0 },
};

static const char *const route_refs[] = {
    "RFC 792, type 3 code 0",
    "RFC 1812 section 5.2.7.1",
    "libslirp 4.7.0 src/tcp_input.c: ICMP_UNREACH_NET for other errors",
    NULL,
};

const struct advice host_no_route_advice = {
    .id = "host-no-route",
    .summaries = route_summaries,
    .causes = route_causes,
    .checks = route_checks,
    .fixes = route_fixes,
    .refs = route_refs,
};

static const struct advice_summary silent_summaries[] = {
    { NULL,
      "{destinations} destinations beyond the gateway silent for {silent_s:duration}, "
      "{syns} SYNs without any answer",
      "The guest reaches the host and nothing beyond it: the host does not "
      "forward its packets, or has no way out itself." },
    { "proxy",
      "{destinations} destinations silent for {silent_s:duration}, {syns} SYNs "
      "without any answer",
      "The guest's network works up to the host, but the host's own "
      "connections to the outside get no answer." },
    { "bridge",
      "{destinations} destinations beyond the gateway silent for {silent_s:duration}, "
      "{syns} SYNs without any answer",
      "The guest reaches its gateway and nothing beyond it: its packets are "
      "dropped on the bridge or by the router." },
    { "host-only-network",
      "{destinations} destinations silent: this is a host-only network",
      "The guest is on a host-only network, which leads nowhere but to the "
      "host." },
    { 0 },
};

static const struct advice_cause silent_causes[] = {
    { "forward-drop",
      "A firewall drops forwarded packets: Docker, ufw or firewalld sets the "
      "FORWARD policy to drop, and an accept in libvirt's own table does not "
      "undo a drop in another." },
    { "no-masquerade",
      "The masquerade rule is gone, so packets leave with an address that "
      "nobody can answer to; a firewall reload removes it." },
    { "ip-forward-off",
      "The host's kernel does not forward: net.ipv4.ip_forward is 0." },
    { "upstream-down",
      "The host itself has no working way out." },
    { "bridge-netfilter",
      "br_netfilter pushes bridged packets through the host's FORWARD chain, "
      "where Docker or ufw drops them; ARP passes all the same." },
    { "host-firewall",
      "A firewall on the host or the network drops what the backend's process "
      "sends." },
    { "host-only-network",
      "By design: the virtual network has no uplink." },
    { 0 },
};

static const struct advice_step silent_checks[] = {
    { "forward-drop", HOST_BRIDGE, WHERE_HOST, true, false,
      "nft list ruleset | grep -E 'hook forward|policy'",
      "every forward chain must accept; \"policy drop\" is the suspect" },
    { "ip-forward-off", HOST_BRIDGE, WHERE_HOST, false, false,
      "sysctl net.ipv4.ip_forward",
      "1; 0 means that the kernel forwards nothing" },
    { "no-masquerade", KERNEL_NAT, WHERE_HOST, true, false,
      "nft list ruleset | grep -n masquerade; "
      "iptables -t nat -S | grep -i masquerade",
      "a rule for the guest's subnet" },
    { "bridge-netfilter", ANY_BRIDGE, WHERE_HOST, false, false,
      "sysctl net.bridge.bridge-nf-call-iptables",
      "0, or \"cannot stat\" when the module is not loaded" },
    { "upstream-down", ANY_BACKEND, WHERE_HOST, false, false,
      "ip route get 1.1.1.1 && ping -c 3 1.1.1.1",
      "replies on the host: then the way out works and the rest is local" },
    { "host-firewall", ANY_BACKEND, WHERE_HOST, true, false,
      "nft list ruleset | grep -n 'hook output'",
      "an output chain that drops what the backend's user sends" },
    { "forward-drop", HOST_BRIDGE, WHERE_HOST, true, false,
      "iptables -nvL FORWARD | head",
      "packet counters of DROP that grow while the guest tries" },
    { 0 },
};

static const struct advice_step silent_fixes[] = {
    { "forward-drop", LIBVIRT_NAT, WHERE_HOST, true, false,
      "iptables -I DOCKER-USER -i virbr0 -j ACCEPT && iptables -I DOCKER-USER "
      "-o virbr0 -m conntrack --ctstate RELATED,ESTABLISHED -j ACCEPT",
      "where Docker is installed; lost when Docker restarts" },
    { "forward-drop", LIBVIRT_NAT, WHERE_HOST, true, true,
      "ufw route allow in on virbr0 && ufw route allow out on virbr0",
      "where ufw is in use" },
    { "no-masquerade", LIBVIRT_NAT, WHERE_HOST, true, false,
      "virsh net-destroy default && virsh net-start default",
      "cuts running guests off until their card is attached again" },
    { "ip-forward-off", HOST_BRIDGE, WHERE_HOST, true, false,
      "sysctl -w net.ipv4.ip_forward=1", NULL },
    { "ip-forward-off", HOST_BRIDGE, WHERE_HOST, true, true,
      "echo 'net.ipv4.ip_forward = 1' > /etc/sysctl.d/60-forward.conf",
      "takes effect at the next boot or with \"sysctl --system\"" },
    { "bridge-netfilter", ANY_BRIDGE, WHERE_HOST, true, false,
      "sysctl -w net.bridge.bridge-nf-call-iptables=0",
      "bridged traffic is no longer filtered by the host; Kubernetes needs "
      "it on" },
    { "host-only-network", HOST_ONLY, WHERE_VM_CONFIG, false, true,
      "VBoxManage modifyvm VM --nic2 nat",
      "adds a second card with a way out; VM must be off" },
    { 0 },
};

static const char *const silent_refs[] = {
    "https://wiki.libvirt.org/Net.bridge.bridge-nf-call_and_sysctl.conf.html",
    "https://docs.docker.com/engine/network/packet-filtering-firewalls/",
    "https://libvirt.org/firewall.html",
    NULL,
};

const struct advice host_not_forwarding_advice = {
    .id = "host-not-forwarding",
    .summaries = silent_summaries,
    .causes = silent_causes,
    .checks = silent_checks,
    .fixes = silent_fixes,
    .refs = silent_refs,
};
/* clang-format on */
