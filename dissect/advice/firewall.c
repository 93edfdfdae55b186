/* SPDX-License-Identifier: BSD-3-Clause
 *
 * Words of firewall-reject.
 */
#include "dissect/advice/backends.h"

/* clang-format off */
static const struct advice_summary summaries[] = {
    { NULL,
      "{rejects:packet} to {peer} rejected on the way",
      "A firewall rejects the guest's packets to {peer}." },
    { "gateway",
      "{rejects:packet} to {peer} rejected by the gateway {gateway}",
      "The host's firewall rejects the guest's packets to {peer}: the refusal "
      "comes from the gateway, not from {peer}." },
    { "gateway-several",
      "{rejects:packet} to several hosts rejected by the gateway {gateway}",
      "The host's firewall rejects the guest's packets: the refusals come "
      "from the gateway, not from the hosts it tried." },
    { "router",
      "{rejects:packet} to {peer} prohibited by a router on the way",
      "A firewall on the way, beyond the host, forbids the guest's packets." },
    { "target",
      "{rejects:packet} prohibited by {peer} itself",
      "{peer} is reachable, but its own firewall forbids what the guest "
      "wants." },
    { "reset",
      "{rejects:connection} to {peer} reset in its name: RST with TTL "
      "{rst_ttl}, genuine packets have {peer_ttl}",
      "A firewall near the host resets the guest's connections to {peer} in "
      "that host's name." },
    { 0 },
};

static const struct advice_cause causes[] = {
    { "host-rejects",
      "A REJECT rule on the host answers with port unreachable; programs see "
      "\"connection refused\" although nobody refused." },
    { "host-prohibits",
      "A reject rule on the host answers \"administratively prohibited\"; "
      "firewalld does so, and programs see \"no route to host\"." },
    { "router-prohibits",
      "A firewall between the host and the target answers \"administratively "
      "prohibited\"." },
    { "target-prohibits",
      "The target's own firewall answers \"administratively prohibited\"." },
    { "tcp-reset",
      "A rule with \"reject with tcp reset\" answers for the target: its RST "
      "has crossed no router, genuine packets of that host have." },
    { 0 },
};

static const struct advice_step checks[] = {
    { "host-rejects", ANY_BACKEND, WHERE_HOST, true, false,
      "nft list ruleset | grep -n reject; iptables -S | grep REJECT",
      "the rule whose counter grows while the guest tries" },
    { "host-prohibits", ANY_BACKEND, WHERE_HOST, true, false,
      "firewall-cmd --get-active-zones; nft list ruleset | grep -n reject",
      "the zone of the guest's bridge; libvirt puts virbr0 into \"libvirt\"" },
    { "tcp-reset", ANY_BACKEND, WHERE_HOST, true, false,
      "nft list ruleset | grep -n 'tcp reset'; "
      "iptables -S | grep tcp-reset",
      "a rule for port {port}" },
    { "router-prohibits", ANY_BACKEND, WHERE_HOST, false, false,
      "tracepath -n {peer}",
      "the hop after which it ends; try the same connection on the host" },
    { "target-prohibits", ANY_BACKEND, WHERE_HOST, false, false,
      "tracepath -n {peer}",
      "\"!A\" at the end on the host as well: then the guest's network is "
      "innocent" },
    { 0 },
};

static const struct advice_step fixes[] = {
    { "host-rejects", LIBVIRT_NAT, WHERE_VM_CONFIG, true, true,
      "virsh net-edit default",
      "an isolated network rejects by design: add <forward mode='nat'/>, then "
      "net-destroy and net-start" },
    { "host-rejects", LIBVIRT_NAT, WHERE_HOST, true, false,
      "iptables -I FORWARD -i virbr0 -j ACCEPT",
      "opens the way out for all guests of that bridge" },
    { "host-rejects", UNKNOWN | TAP_BRIDGED, WHERE_HOST, true, false,
      "iptables -I FORWARD -i BRIDGE -j ACCEPT",
      "opens the way out for all guests of that bridge" },
    { "host-prohibits", LIBVIRT_NAT, WHERE_HOST, true, true,
      "firewall-cmd --permanent --zone=libvirt --add-interface=virbr0 && "
      "firewall-cmd --reload",
      "a reload drops rules that others added by hand" },
    { 0 },
};

static const char *const refs[] = {
    "RFC 1812 section 5.2.7.1",
    "RFC 4443 section 3.1",
    "https://libvirt.org/firewall.html",
    NULL,
};

const struct advice firewall_reject_advice = {
    .id = "firewall-reject",
    .summaries = summaries,
    .causes = causes,
    .checks = checks,
    .fixes = fixes,
    .refs = refs,
};
/* clang-format on */
