/* SPDX-License-Identifier: BSD-3-Clause
 *
 * Words of dns-dead.
 */
#include "dissect/advice/backends.h"

/* clang-format off */
static const struct advice_summary summaries[] = {
    { NULL,
      "{unanswered} of {queries} queries to {peer} unanswered in "
      "{duration_s:duration}",
      "DNS is dead: {peer} answers no query at all." },
    { "stopped",
      "{peer} stopped answering: {unanswered} of {queries} queries unanswered",
      "DNS has died: {peer} answered at first and then no more." },
    { "one-server",
      "{peer} answers no query ({unanswered} in {duration_s:duration}); another "
      "server does",
      "One of the guest's DNS servers, {peer}, is dead; each lookup that "
      "tries it first takes some 5 s longer." },
    { "host-resolver-down",
      "{unanswered} of {queries} queries failed: the host's own resolver at "
      "127.0.0.1 refuses",
      "DNS is dead: the host is set to use a resolver on itself, and nothing "
      "listens there." },
    { "upstream-refuses",
      "{unanswered} of {queries} queries to {peer} failed: the resolver behind "
      "it refuses",
      "DNS is dead: the resolver that the host uses does not listen." },
    { "nothing-listens",
      "{unanswered} of {queries} queries to {peer} failed: port 53 is closed "
      "there",
      "DNS is dead: nothing listens on port 53 of {peer}." },
    { "no-nameserver",
      "{unanswered} of {queries} queries to {peer} failed: the backend has no "
      "server to forward to",
      "DNS is dead: the backend found no usable nameserver on the host." },
    { 0 },
};

static const struct advice_cause causes[] = {
    { "host-resolver-down",
      "The host's /etc/resolv.conf names a resolver on 127.0.0.0/8 that is "
      "not running. The refusal reaches the guest with a loopback source, "
      "which it drops, so programs wait for their timeout." },
    { "upstream-refuses",
      "The backend forwards to the first nameserver of the host, which has no "
      "DNS service." },
    { "no-nameserver",
      "The host's /etc/resolv.conf holds no IPv4 nameserver that libslirp "
      "could use." },
    { "nothing-listens",
      "The server is up, its DNS service is not." },
    { "forwarder-dead",
      "The backend's forwarder gets no answer from the host's resolver, often "
      "after a VPN, a change of network or a sleep." },
    { "server-unreachable",
      "The server is down or cannot be reached from here." },
    { "host-only-network",
      "The virtual network leads to the host only, unless the host was set up "
      "to forward it." },
    { "udp-filtered",
      "A firewall drops UDP port 53." },
    { 0 },
};

static const struct advice_step checks[] = {
    { "host-resolver-down", ANY_BACKEND, WHERE_HOST, false, false,
      "grep nameserver /etc/resolv.conf; ss -lun 'sport = :53'",
      "a nameserver 127.x with no listener at that address" },
    { "upstream-refuses", ANY_BACKEND, WHERE_HOST, false, false,
      "grep nameserver /etc/resolv.conf",
      "the first IPv4 nameserver is the one that refuses" },
    { "no-nameserver", ANY_BACKEND, WHERE_HOST, false, false,
      "grep nameserver /etc/resolv.conf",
      "at least one IPv4 nameserver; libslirp uses only the first" },
    { "forwarder-dead", ANY_BACKEND, WHERE_HOST, false, false,
      "grep nameserver /etc/resolv.conf; getent ahosts example.com",
      "addresses: the host resolves, so the forwarder has missed a change" },
    { "forwarder-dead", LIBVIRT_NAT, WHERE_HOST, true, false,
      "ss -lunp 'sport = :53'; journalctl -t dnsmasq -n 20",
      "dnsmasq on {peer}:53" },
    { "nothing-listens", LIBVIRT_NAT, WHERE_HOST, true, false,
      "ss -lunp 'sport = :53'; virsh net-list --all",
      "dnsmasq on {peer}:53 and the network active" },
    { "server-unreachable", ANY_BACKEND, WHERE_HOST, false, false,
      "dig +time=2 +tries=1 @{peer} example.com",
      "an answer on the host: then the way from the guest is cut (package "
      "bind9-dnsutils)" },
    { "host-only-network", HOST_ONLY, WHERE_HOST, false, false,
      "sysctl net.ipv4.ip_forward",
      "0: the host forwards nothing for it" },
    { "udp-filtered", HOST_BRIDGE, WHERE_HOST, true, false,
      "nft list ruleset | grep -nE 'dport (53|domain)'",
      "an accept for the guest's bridge before any drop" },
    { 0 },
};

static const struct advice_step fixes[] = {
    { "host-resolver-down", ANY_BACKEND, WHERE_HOST, true, true,
      "systemctl enable --now systemd-resolved",
      "where 127.0.0.53 is meant; else start the resolver that resolv.conf "
      "names, or put a reachable nameserver there" },
    { "host-resolver-down", ANY_BACKEND, WHERE_GUEST, true, false,
      "echo 'nameserver 1.1.1.1' > /etc/resolv.conf",
      "goes round the host's resolver; names of the local network are lost; "
      "overwrites the file, until the next DHCP lease" },
    { "upstream-refuses", ANY_BACKEND, WHERE_HOST, true, false,
      "editor /etc/resolv.conf",
      "put a nameserver that answers first" },
    { "no-nameserver", ANY_BACKEND, WHERE_HOST, true, false,
      "editor /etc/resolv.conf",
      "put an IPv4 nameserver first" },
    { "forwarder-dead", VBOX_NAT, WHERE_VM_CONFIG, false, true,
      "VBoxManage modifyvm VM --natdnshostresolver1 on",
      "VM must be off" },
    { "forwarder-dead", GVPROXY, WHERE_HOST, false, false,
      "podman machine stop && podman machine start",
      "stops the guest" },
    { "forwarder-dead", LIBVIRT_NAT, WHERE_VM_CONFIG, true, true,
      "virsh net-edit default",
      "add <dns><forwarder addr='1.1.1.1'/></dns>, then net-destroy and "
      "net-start: guests are cut off meanwhile" },
    { "forwarder-dead", SLIRP | PASST | UNKNOWN, WHERE_GUEST, true, false,
      "echo 'nameserver 1.1.1.1' > /etc/resolv.conf",
      "goes round the backend's forwarder; overwrites the file, until the next "
      "DHCP lease" },
    { "nothing-listens", LIBVIRT_NAT, WHERE_HOST, true, false,
      "virsh net-destroy default && virsh net-start default",
      "cuts running guests off until their card is attached again" },
    { "server-unreachable", LIBVIRT_NAT, WHERE_GUEST, true, false,
      "echo 'nameserver {gateway}' > /etc/resolv.conf",
      "libvirt's gateway serves DNS unless the network says otherwise; "
      "overwrites the file, until the next DHCP lease" },
    { "host-only-network", HOST_ONLY, WHERE_VM_CONFIG, false, true,
      "VBoxManage modifyvm VM --nic2 nat",
      "VirtualBox: adds a second card with a way out; VM must be off" },
    { "udp-filtered", LIBVIRT_NAT, WHERE_HOST, true, true,
      "firewall-cmd --permanent --zone=libvirt --add-service=dns && "
      "firewall-cmd --reload",
      "where firewalld is in use" },
    { 0 },
};

static const char *const refs[] = {
    "libslirp 4.7.0 src/slirp.c get_dns_addr(), src/udp.c",
    "RFC 1122 section 3.2.1.3 (loopback addresses on the wire)",
    "resolv.conf(5)",
    NULL,
};

const struct advice dns_dead_advice = {
    .id = "dns-dead",
    .summaries = summaries,
    .causes = causes,
    .checks = checks,
    .fixes = fixes,
    .refs = refs,
};
/* clang-format on */
