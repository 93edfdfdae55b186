/* SPDX-License-Identifier: BSD-3-Clause
 *
 * Words of backend-fds-exhausted, nat-ports-exhausted and conntrack-full.
 */
#include "dissect/advice/backends.h"

/* clang-format off */
#define FD_COUNT(names) \
    "for p in $(pgrep '" names "'); do ls /proc/$p/fd | wc -l; " \
    "grep 'open files' /proc/$p/limits; done"
#define FD_RAISE(names) \
    "for p in $(pgrep '" names "'); do prlimit --pid $p " \
    "--nofile=65536:65536; done"

static const struct advice_cause causes[] = {
    { "fd-limit",
      "The backend needs a host socket for each connection and has reached "
      "its limit of open files (RLIMIT_NOFILE)." },
    { "host-ports",
      "The host has no free local port for one more connection: "
      "net.ipv4.ip_local_port_range is used up." },
    { "snat-ports",
      "The masquerade rule has no free source port left towards that "
      "endpoint." },
    { "peer-limit",
      "The peer itself, or a firewall before it, takes no more connections "
      "from this address." },
    { "conntrack-full",
      "The host's connection tracking table is full and drops every packet "
      "that would open a new entry." },
    { "path-loss",
      "The way beyond the host loses most packets at times." },
    { 0 },
};

/* One list for the family: the cause selects. */
static const struct advice_step checks[] = {
    { "fd-limit", QEMU_USER, WHERE_HOST, false, false,
      FD_COUNT("^qemu-system"),
      "a count close to the soft limit" },
    { "fd-limit", SLIRP4NETNS, WHERE_HOST, false, false,
      FD_COUNT("^slirp4netns"),
      "a count close to the soft limit" },
    { "fd-limit", PASST, WHERE_HOST, false, false,
      FD_COUNT("^(passt|pasta)"),
      "a count close to the soft limit" },
    { "fd-limit", GVPROXY, WHERE_HOST, false, false,
      FD_COUNT("^gvproxy"),
      "a count close to the soft limit" },
    { "fd-limit", VBOX_NAT | VBOX_NATNET, WHERE_HOST, false, false,
      FD_COUNT("^VBox(Headless|NetNAT|NetSlirp)"),
      "a count close to the soft limit" },
    { "fd-limit", UNKNOWN, WHERE_HOST, false, false,
      "ls /proc/PID/fd | wc -l; grep 'open files' /proc/PID/limits",
      "PID is the backend's process; a count close to the soft limit" },
    { "host-ports", ANY_BACKEND, WHERE_HOST, false, false,
      "sysctl net.ipv4.ip_local_port_range; ss -tan | wc -l",
      "about as many sockets as the range has ports" },
    { "host-ports", ANY_BACKEND, WHERE_HOST, false, false,
      "ss -tan | awk 'NR > 1 {n[$1]++} END {for (s in n) print n[s], s}'",
      "which state holds them: TIME-WAIT, ESTAB, FIN-WAIT-2" },
    { "conntrack-full", ANY_BACKEND, WHERE_HOST, false, false,
      "cat /proc/sys/net/netfilter/nf_conntrack_count "
      "/proc/sys/net/netfilter/nf_conntrack_max",
      "the first number has reached the second" },
    { "conntrack-full", ANY_BACKEND, WHERE_HOST, true, false,
      "dmesg | grep 'nf_conntrack: table full'",
      "\"table full, dropping packet\" at the time of the failures" },
    { "snat-ports", HOST_BRIDGE, WHERE_HOST, true, false,
      "conntrack -S | grep -o 'insert_failed=[0-9]*'",
      "numbers that grow with each failure (package conntrack)" },
    { "snat-ports", HOST_BRIDGE, WHERE_HOST, true, false,
      "nft list ruleset | grep -n masquerade; iptables -t nat -S | "
      "grep -i masquerade",
      "\"to\" or \"--to-ports\" with a narrow range" },
    { "peer-limit", ANY_BACKEND, WHERE_HOST, false, false,
      "curl -m 5 'telnet://{endpoint}'",
      "silence on the host as well: it is the peer" },
    { "path-loss", ANY_BACKEND, WHERE_HOST, false, false,
      "ping -c 50 -i 0.2 1.1.1.1",
      "0% packet loss rules it out" },
    { 0 },
};

static const struct advice_step fixes[] = {
    { "fd-limit", QEMU_USER, WHERE_HOST, true, false,
      FD_RAISE("^qemu-system"),
      "takes effect at once, until the process ends" },
    { "fd-limit", SLIRP4NETNS, WHERE_HOST, true, false,
      FD_RAISE("^slirp4netns"),
      "takes effect at once, until the process ends" },
    { "fd-limit", PASST, WHERE_HOST, true, false,
      FD_RAISE("^(passt|pasta)"),
      "takes effect at once, until the process ends" },
    { "fd-limit", GVPROXY, WHERE_HOST, true, false,
      FD_RAISE("^gvproxy"),
      "takes effect at once, until the process ends" },
    { "fd-limit", VBOX_NAT | VBOX_NATNET, WHERE_HOST, true, false,
      FD_RAISE("^VBox(Headless|NetNAT|NetSlirp)"),
      "takes effect at once, until the process ends" },
    { "fd-limit", ANY_BACKEND, WHERE_HOST, true, true,
      "systemctl edit UNIT",
      "the unit that starts the VM: [Service] LimitNOFILE=65536; without a "
      "unit \"ulimit -n 65536\" before the start" },
    { "host-ports", ANY_BACKEND, WHERE_HOST, true, false,
      "sysctl -w net.ipv4.ip_local_port_range=\"1024 65535\"",
      "ports that local services expect may be taken" },
    { "host-ports", ANY_BACKEND, WHERE_HOST, true, true,
      "echo 'net.ipv4.ip_local_port_range = 1024 65535' "
      "> /etc/sysctl.d/60-ports.conf",
      "takes effect at the next boot or with \"sysctl --system\"" },
    { "conntrack-full", ANY_BACKEND, WHERE_HOST, true, false,
      "sysctl -w net.netfilter.nf_conntrack_max=262144",
      "about 320 octets of kernel memory an entry" },
    { "conntrack-full", ANY_BACKEND, WHERE_HOST, true, true,
      "echo 'net.netfilter.nf_conntrack_max = 262144' "
      "> /etc/sysctl.d/60-conntrack.conf",
      "takes effect once the module nf_conntrack is loaded" },
    { "snat-ports", LIBVIRT_NAT, WHERE_VM_CONFIG, true, true,
      "virsh net-edit default",
      "widen <nat><port start='1024' end='65535'/></nat>, then net-destroy "
      "and net-start: guests are cut off meanwhile" },
    { 0 },
};

static const struct advice_summary fds_summaries[] = {
    { NULL,
      "{failed:new connection} to {endpoints:endpoint} failed at once, while "
      "{open_connections} were open",
      "New connections fail at once while old ones go on: the backend has no "
      "file descriptor left ({open_connections} connections were open)." },
    { "silent",
      "{failed:endpoint} silent, while {open_connections} connections were "
      "open and alive",
      "New connections stay without an answer while {open_connections} old "
      "ones go on: the backend has no socket left." },
    { 0 },
};

static const char *const fds_refs[] = {
    "libslirp 4.7.0 src/tcp_input.c: ICMP_UNREACH_NET for EMFILE",
    "setrlimit(2), RLIMIT_NOFILE",
    "https://github.com/moby/vpnkit/issues/40",
    NULL,
};

const struct advice backend_fds_exhausted_advice = {
    .id = "backend-fds-exhausted",
    .summaries = fds_summaries,
    .causes = causes,
    .checks = checks,
    .fixes = fixes,
    .refs = fds_refs,
};

static const struct advice_summary ports_summaries[] = {
    { "host-ports",
      "{failed:connection} to {endpoint} failed at once, while "
      "{open_connections} to it were open",
      "New connections to {endpoint} fail at once: the host has no local "
      "port left for that endpoint ({open_connections} connections to it "
      "were open)." },
    { "host-ports-all",
      "{failed:new connection} failed at once, while {open_connections} were "
      "open",
      "New connections and datagrams fail at once: the host has no local "
      "port left ({open_connections} connections were open)." },
    { "snat",
      "{failed:connection} to {endpoint} silent, while {open_connections} to "
      "it were open and other endpoints answered",
      "New connections to {endpoint} get no answer while {open_connections} "
      "open ones go on: the host's NAT is probably out of ports for it." },
    { NULL,
      "{failed:connection} to {endpoint} failed",
      "New connections to {endpoint} fail: no port is left for them." },
    { 0 },
};

static const char *const ports_refs[] = {
    "libslirp 4.7.0 src/tcp_input.c: ICMP_UNREACH_NET for EADDRNOTAVAIL",
    "Linux Documentation/networking/ip-sysctl.rst, ip_local_port_range",
    "RFC 4787 section 4.1, RFC 5382 section 7.1",
    NULL,
};

const struct advice nat_ports_exhausted_advice = {
    .id = "nat-ports-exhausted",
    .summaries = ports_summaries,
    .causes = causes,
    .checks = checks,
    .fixes = fixes,
    .refs = ports_refs,
};

static const struct advice_summary table_summaries[] = {
    { NULL,
      "{failed:new connection} silent at {endpoints} endpoints that also "
      "answered others, {open_connections} open ones unaffected",
      "New connections fail at random while open ones go on: the host's "
      "connection table or its NAT ports are probably full." },
    { 0 },
};

static const char *const table_refs[] = {
    "Linux Documentation/networking/nf_conntrack-sysctl.rst",
    NULL,
};

const struct advice conntrack_full_advice = {
    .id = "conntrack-full",
    .summaries = table_summaries,
    .causes = causes,
    .checks = checks,
    .fixes = fixes,
    .refs = table_refs,
};
/* clang-format on */
