/* SPDX-License-Identifier: BSD-3-Clause
 *
 * Words for the MTU family. Commands are Debian 12's; sources stand in refs.
 */
#include <stddef.h>

#include "dissect/advice.h"

/* The host routes what the guest sends; a bridge has no forward hook. */
#define ROUTED (BACKEND_BIT(BACKEND_LIBVIRT_NAT) | BACKEND_BIT(BACKEND_UNKNOWN))

#define TRANSPARENT                                                        \
    (BACKEND_BIT(BACKEND_LIBVIRT_NAT) | BACKEND_BIT(BACKEND_TAP_BRIDGED) | \
     BACKEND_BIT(BACKEND_VBOX_BRIDGED) | BACKEND_BIT(BACKEND_HYPERV_NAT) | \
     BACKEND_BIT(BACKEND_UNKNOWN))

/* clang-format off */
static const struct advice_cause path_causes[] = {
    { "icmp-lost",
      "a router on the path has a smaller MTU, and its ICMP \"fragmentation "
      "needed\" is filtered or never sent (RFC 2923 section 2.1)" },
    { "tunnel",
      "the path runs through a tunnel or VPN of this host whose overhead "
      "nobody told the guest" },
    { NULL, NULL },
};

static const struct advice_step path_checks[] = {
    { NULL, ANY_BACKEND, WHERE_HOST, false, false,
      "tracepath -n {peer}",
      "the first hop that says \"pmtu\" below 1500, or where replies stop" },
    { NULL, ANY_BACKEND, WHERE_HOST, false, false,
      "ping -c 3 -M do -s {probe_bytes} {peer}",
      "100 % loss here and none with -s 1200: the black hole is beyond this "
      "host" },
    { NULL, TRANSPARENT, WHERE_HOST, false, false,
      "ip link | grep mtu",
      "a tunnel or VPN (wg, tun, vxlan, ppp) with an MTU below the bridge's" },
    { "icmp-lost", TRANSPARENT, WHERE_HOST, true, false,
      "nft list ruleset | grep -i icmp",
      "rules that drop ICMP type 3 (destination unreachable)" },
    { NULL, 0, WHERE_HOST, false, false, NULL, NULL },
};

#define PATH_FIXES \
    { NULL, TRANSPARENT, WHERE_GUEST, true, false, \
      "ip link set dev eth0 mtu {safe_mtu_bytes}", \
      "try it first: what passes now and did not before proves the cause; " \
      "until reboot; your card's name for eth0" }, \
    { "tunnel", ROUTED, WHERE_HOST, true, false, \
      "{iptables} -t mangle -A FORWARD -p tcp --tcp-flags SYN,RST SYN " \
      "-j TCPMSS --clamp-mss-to-pmtu", \
      "where this host's own route has the small MTU; until reboot" }, \
    { NULL, BACKEND_BIT(BACKEND_LIBVIRT_NAT), WHERE_VM_CONFIG, true, true, \
      "virsh net-edit default", \
      "add <mtu size='1400'/> to <network>, then net-destroy and net-start; " \
      "guests must be restarted" }

/* The guest's kernel can find the size of what it sends, not of what it is
 * sent. */
static const struct advice_step up_fixes[] = {
    PATH_FIXES,
    { "icmp-lost", TRANSPARENT, WHERE_GUEST, true, false,
      "sysctl -w net.ipv4.tcp_mtu_probing=1",
      "the guest's TCP then finds the size itself; until reboot" },
    { NULL, 0, WHERE_HOST, false, false, NULL, NULL },
};

static const struct advice_step down_fixes[] = {
    PATH_FIXES,
    { NULL, 0, WHERE_HOST, false, false, NULL, NULL },
};

static const char *const path_refs[] = {
    "RFC 1191", "RFC 2923 section 2.1", "RFC 4821", NULL,
};

/* ---- mtu-blackhole-up ---- */

static const struct advice_summary up_summaries[] = {
    { NULL,
      "segments of {lost_bytes} octets to {peer} are never acknowledged, "
      "smaller ones are ({flows:connection}, {tries} tries)",
      "Uploads of the guest hang: packets of {lost_bytes} octets vanish on "
      "the way, small ones pass." },
    { "smaller-passed",
      "packets of {lost_bytes} octets to {peer} vanish, {passed_bytes} pass "
      "({tries} tries)",
      "Uploads of the guest hang: packets of {lost_bytes} octets vanish on "
      "the way, the same data in packets of {passed_bytes} arrives." },
    { NULL, NULL, NULL },
};

const struct advice mtu_blackhole_up_advice = {
    "mtu-blackhole-up", up_summaries, path_causes, path_checks, up_fixes,
    path_refs,
};

/* ---- mtu-blackhole-down ---- */

static const struct advice_summary down_summaries[] = {
    { NULL,
      "{missing_bytes} octets that {peer} sent never arrived; only packets "
      "up to {passed_bytes} octets do ({flows:connection})",
      "Downloads of the guest hang: full-size packets from {peer} vanish on "
      "the way, small ones pass." },
    { NULL, NULL, NULL },
};

const struct advice mtu_blackhole_down_advice = {
    "mtu-blackhole-down", down_summaries, path_causes, path_checks,
    down_fixes, path_refs,
};

/* ---- mtu-icmp-ignored ---- */

static const struct advice_summary ignored_summaries[] = {
    { NULL,
      "the path said MTU {mtu_bytes}, yet {oversize} larger packets followed",
      "The path tells the guest to send at most {mtu_bytes} octets, and the "
      "guest goes on sending larger packets." },
    { NULL, NULL, NULL },
};

static const struct advice_cause ignored_causes[] = {
    { "guest-drops-icmp",
      "the guest's own firewall drops ICMP type 3 code 4 (IPv6: type 2), or "
      "its kernel is told not to do path MTU discovery" },
    { "nat-inner-header",
      "a NAT on the way did not translate the packet quoted inside the ICMP "
      "error, so the guest cannot match it to a connection" },
    { NULL, NULL },
};

static const struct advice_step ignored_checks[] = {
    { "guest-drops-icmp", ANY_BACKEND, WHERE_GUEST, true, false,
      "nft list ruleset; iptables -S INPUT",
      "a drop that ICMP destination-unreachable does not get past" },
    { "guest-drops-icmp", ANY_BACKEND, WHERE_GUEST, false, false,
      "sysctl net.ipv4.ip_no_pmtu_disc", "expect 0" },
    { NULL, ANY_BACKEND, WHERE_GUEST, false, false,
      "ip route get {peer}", "\"mtu {mtu_bytes}\" once it was learnt" },
    { NULL, 0, WHERE_HOST, false, false, NULL, NULL },
};

static const struct advice_step ignored_fixes[] = {
    { "guest-drops-icmp", ANY_BACKEND, WHERE_GUEST, true, false,
      "nft insert rule inet filter input icmp type destination-unreachable "
      "accept",
      "name your own table and chain; IPv6: icmpv6 type packet-too-big" },
    { NULL, ANY_BACKEND, WHERE_GUEST, true, false,
      "ip link set dev eth0 mtu {safe_mtu_bytes}",
      "until reboot; not below 1280, which IPv6 needs" },
    { NULL, 0, WHERE_HOST, false, false, NULL, NULL },
};

static const char *const ignored_refs[] = { "RFC 1191", "RFC 8201", NULL };

const struct advice mtu_icmp_ignored_advice = {
    "mtu-icmp-ignored", ignored_summaries, ignored_causes, ignored_checks,
    ignored_fixes, ignored_refs,
};

/* ---- path-mtu-reduced ---- */

static const struct advice_summary reduced_summaries[] = {
    { NULL,
      "the path's MTU is {mtu_bytes}; the guest was told and obeys "
      "({flows:flow})",
      "The path carries at most {mtu_bytes} octets, and path MTU discovery "
      "works." },
    { NULL, NULL, NULL },
};

static const struct advice_cause reduced_causes[] = {
    { "pmtud-works",
      "a link on the way is smaller than the guest's; its router said so and "
      "the guest sends smaller packets since" },
    { NULL, NULL },
};

static const struct advice_step no_steps[] = {
    { NULL, 0, WHERE_HOST, false, false, NULL, NULL },
};

const struct advice path_mtu_reduced_advice = {
    "path-mtu-reduced", reduced_summaries, reduced_causes, no_steps, no_steps,
    ignored_refs,
};

/* ---- mtu-hidden-by-proxy ---- */

static const struct advice_summary proxy_summaries[] = {
    { NULL,
      "the backend took the guest's data, then kept its window closed for "
      "{closed_ms:duration} ({flows:connection}, {probes:probe})",
      "Uploads of the guest stall on the host: the backend's own connection "
      "to {peer} does not drain." },
    { NULL, NULL, NULL },
};

static const struct advice_cause proxy_causes[] = {
    { "mtu-beyond-host",
      "an MTU black hole beyond the host: the host's packets vanish, not the "
      "guest's, so the guest's MTU is irrelevant" },
    { "peer-does-not-read", "the server at the far end does not read" },
    { "path-beyond-host", "the path beyond the host is lossy or dead" },
    { NULL, NULL },
};

static const struct advice_step proxy_checks[] = {
    { NULL, ANY_BACKEND, WHERE_HOST, false, false,
      "ss -tinp dst {peer}",
      "\"retrans\" and \"backoff\" growing: the path. Send-Q full without "
      "retransmissions: the server does not read" },
    { "mtu-beyond-host", ANY_BACKEND, WHERE_HOST, false, false,
      "tracepath -n {peer}", "a hop with a smaller pmtu, or silence after it" },
    { NULL, 0, WHERE_HOST, false, false, NULL, NULL },
};

static const struct advice_step proxy_fixes[] = {
    { "mtu-beyond-host", ANY_BACKEND, WHERE_HOST, true, false,
      "sysctl -w net.ipv4.tcp_mtu_probing=1",
      "on the host, not in the guest; until reboot" },
    { "mtu-beyond-host", ANY_BACKEND, WHERE_HOST, true, false,
      "ip link set dev UPLINK mtu 1400",
      "UPLINK: the host's interface towards {peer}; until reboot" },
    { NULL, 0, WHERE_HOST, false, false, NULL, NULL },
};

static const char *const proxy_refs[] = {
    "RFC 9293 section 3.8.6.1", "libslirp 4.7 tcp_input.c, socket.c", NULL,
};

const struct advice mtu_hidden_by_proxy_advice = {
    "mtu-hidden-by-proxy", proxy_summaries, proxy_causes, proxy_checks,
    proxy_fixes, proxy_refs,
};
/* clang-format on */
