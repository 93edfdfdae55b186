/* SPDX-License-Identifier: BSD-3-Clause
 *
 * Words of icmp-echo-missing and icmp-false-reply.
 */
#include "dissect/advice/backends.h"

/* clang-format off */
#define USER_MODE (SLIRP | PASST | GVPROXY | VBOX_NAT | VBOX_NATNET)

static const struct advice_summary missing_summaries[] = {
    { NULL,
      "{unanswered} of {requests} echo requests to {peer} unanswered",
      "The guest cannot ping: {backend} has no right to open ping sockets on "
      "the host. Everything else works." },
    { "several",
      "{unanswered} of {requests} echo requests to {targets} addresses "
      "unanswered",
      "The guest cannot ping: {backend} has no right to open ping sockets on "
      "the host. Everything else works." },
    { "silent",
      "{unanswered} of {requests} echo requests to {targets:address} of the "
      "outside unanswered, while other traffic passes",
      "Pings to the outside get no answer, while TCP or UDP does." },
    { 0 },
};

static const struct advice_cause missing_causes[] = {
    { "ping-not-permitted",
      "{backend} may not open an ICMP socket: the host allows it only to the "
      "groups in net.ipv4.ping_group_range." },
    { "icmp-filtered",
      "A firewall on the host or beyond it drops ICMP echo." },
    { "targets-ignore-ping",
      "The pinged hosts do not answer pings; many do not." },
    { 0 },
};

static const struct advice_step missing_checks[] = {
    { "ping-not-permitted", ANY_BACKEND, WHERE_HOST, false, false,
      "sysctl net.ipv4.ping_group_range",
      "a range that holds the backend's group; \"1 0\" means nobody" },
    { "ping-not-permitted", QEMU_USER, WHERE_HOST, false, false,
      "ps -eo pid,egid,egroup,comm | grep qemu-system",
      "the egid must lie inside the range above" },
    { "ping-not-permitted", SLIRP4NETNS, WHERE_HOST, false, false,
      "ps -eo pid,egid,egroup,comm | grep slirp4netns",
      "the egid must lie inside the range above" },
    { "ping-not-permitted", PASST, WHERE_HOST, false, false,
      "ps -eo pid,egid,egroup,comm | grep -E 'passt|pasta'",
      "the egid must lie inside the range above; passt also logs that it "
      "cannot open a \"ping\" socket" },
    { "ping-not-permitted", VBOX_NAT | VBOX_NATNET, WHERE_HOST, false, false,
      "grep -i 'icmp' VBox.log",
      "\"ICMP/ping not available\" means no socket could be opened" },
    { "icmp-filtered", ANY_BACKEND, WHERE_HOST, false, false,
      "ping -c 3 {peer}",
      "no reply on the host either: the filter is not on this host's way to "
      "the guest" },
    { "icmp-filtered", HOST_BRIDGE, WHERE_HOST, true, false,
      "nft list ruleset | grep -n icmp",
      "a drop or reject for echo-request" },
    { 0 },
};

static const struct advice_step missing_fixes[] = {
    { "ping-not-permitted", ANY_BACKEND, WHERE_HOST, true, false,
      "sysctl -w net.ipv4.ping_group_range=\"0 2147483647\"",
      "lets every local user send pings, nothing else" },
    { "ping-not-permitted", ANY_BACKEND, WHERE_HOST, true, true,
      "echo 'net.ipv4.ping_group_range = 0 2147483647' "
      "> /etc/sysctl.d/60-ping.conf",
      "takes effect at the next boot or with \"sysctl --system\"" },
    { "ping-not-permitted", VBOX_NAT, WHERE_VM_CONFIG, false, true,
      "VBoxManage modifyvm VM --nic1 bridged --bridgeadapter1 eth0",
      "the guest becomes a host of the LAN; VM must be off" },
    { 0 },
};

static const char *const missing_refs[] = {
    "libslirp 4.7.0 src/ip_icmp.c, icmp_send() and icmp_input()",
    "Linux Documentation/networking/ip-sysctl.rst, ping_group_range",
    "RFC 792",
    NULL,
};

const struct advice icmp_echo_missing_advice = {
    .id = "icmp-echo-missing",
    .summaries = missing_summaries,
    .causes = missing_causes,
    .checks = missing_checks,
    .fixes = missing_fixes,
    .refs = missing_refs,
};

static const struct advice_summary false_summaries[] = {
    { NULL,
      "{false_replies} of {requests:echo request} to {peer} got a false reply",
      "Ping shows replies that {peer} never sent: the backend hands the guest "
      "other ICMP messages of the host as replies." },
    { 0 },
};

static const struct advice_cause false_causes[] = {
    { "raw-socket",
      "The backend may not open ping sockets but has CAP_NET_RAW. Its raw "
      "socket sees all ICMP of the host, and libslirp does not look whom it "
      "is from." },
    { 0 },
};

static const struct advice_step false_checks[] = {
    { NULL, ANY_BACKEND, WHERE_HOST, false, false,
      "sysctl net.ipv4.ping_group_range",
      "the backend's group outside the range, as with \"1 0\", and the "
      "backend running as root or with CAP_NET_RAW" },
    { NULL, ANY_BACKEND, WHERE_HOST, false, false,
      "ss -awp | grep -i icmp",
      "a raw ICMP socket that belongs to the backend's process" },
    { NULL, ANY_BACKEND, WHERE_HOST, false, false,
      "ping -c 3 {peer}",
      "no reply on the host proves the guest's replies false" },
    { 0 },
};

static const struct advice_step false_fixes[] = {
    { NULL, ANY_BACKEND, WHERE_HOST, true, false,
      "sysctl -w net.ipv4.ping_group_range=\"0 2147483647\"",
      "lets every local user send pings; restart the backend" },
    { NULL, ANY_BACKEND, WHERE_HOST, true, true,
      "echo 'net.ipv4.ping_group_range = 0 2147483647' "
      "> /etc/sysctl.d/60-ping.conf",
      "takes effect at the next boot or with \"sysctl --system\"" },
    { 0 },
};

static const char *const false_refs[] = {
    "libslirp 4.7.0 src/ip_icmp.c, icmp_receive()",
    "RFC 792",
    NULL,
};

const struct advice icmp_false_reply_advice = {
    .id = "icmp-false-reply",
    .summaries = false_summaries,
    .causes = false_causes,
    .checks = false_checks,
    .fixes = false_fixes,
    .refs = false_refs,
};
/* clang-format on */
