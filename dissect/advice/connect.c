/* SPDX-License-Identifier: BSD-3-Clause
 *
 * Words of connect-refused and connect-timeout.
 */
#include "dissect/advice/backends.h"

/* clang-format off */
static const struct advice_summary refused_summaries[] = {
    { NULL,
      "{endpoint} refused {refused:connection}",
      "{endpoint} refuses connections: the host is there, the service is "
      "not." },
    { "sometimes",
      "{endpoint} refused {refused:connection} and accepted others",
      "{endpoint} refuses some connections and accepts others." },
    { "bare-rst",
      "{endpoint} refused {refused:connection} with a RST that the guest must "
      "ignore",
      "{endpoint} refuses connections, but an old passt words the refusal so "
      "that the guest waits for a timeout." },
    { "several",
      "{attempts:connection} to {endpoints} endpoints refused",
      "Many endpoints refuse the guest's connections." },
    { 0 },
};

static const struct advice_cause refused_causes[] = {
    { "service-down",
      "Nothing listens on that port: the service is not running, or listens "
      "on another address." },
    { "host-loopback",
      "The address is the host itself as the guest sees it: nothing on the "
      "host listens on 127.0.0.1 port {port}." },
    { "peer-firewall",
      "A firewall at the peer answers with a reset." },
    { "bare-rst",
      "passt of 2023 answers a refused SYN with a RST without ACK, which RFC "
      "9293 section 3.10.7.3 makes the guest ignore; releases of 2025 set "
      "it." },
    { "scan",
      "The guest tries many ports; closed ones answer like this." },
    { 0 },
};

static const struct advice_step refused_checks[] = {
    { "scan", ANY_BACKEND, WHERE_GUEST, true, false,
      "ss -tanp; journalctl -n 50",
      "the program that makes so many connections" },
    { "service-down", ANY_BACKEND, WHERE_HOST, false, false,
      "curl -m 5 'telnet://{endpoint}'",
      "\"Connection refused\" on the host as well: the service is down, the "
      "guest's network is innocent" },
    { "host-loopback", ANY_BACKEND, WHERE_HOST, false, false,
      "ss -ltn 'sport = :{port}'",
      "a listener on 127.0.0.1 or 0.0.0.0" },
    { "bare-rst", ANY_BACKEND, WHERE_HOST, false, false,
      "passt --version",
      "Debian 12 ships 2023-03-09, which has this fault" },
    { 0 },
};

static const struct advice_step refused_fixes[] = {
    { "bare-rst", PASST | UNKNOWN, WHERE_HOST, true, true,
      "apt-get install -t bookworm-backports passt",
      "restart the guest afterwards" },
    { 0 },
};

static const char *const refused_refs[] = {
    "RFC 9293 section 3.10.7.1 and 3.10.7.3",
    NULL,
};

const struct advice connect_refused_advice = {
    .id = "connect-refused",
    .summaries = refused_summaries,
    .causes = refused_causes,
    .checks = refused_checks,
    .fixes = refused_fixes,
    .refs = refused_refs,
};

static const struct advice_summary timeout_summaries[] = {
    { NULL,
      "{count:connection} to {endpoint} without any answer, {syns} SYNs in "
      "{waited_s:duration}",
      "{endpoint} does not answer: {syns} SYNs, nothing back." },
    { "sometimes",
      "{count:connection} to {endpoint} without any answer, while others "
      "succeeded",
      "{endpoint} leaves some connections without an answer and accepts "
      "others." },
    { "host-connect-failed",
      "{count:connection} to {endpoint} failed on the host: FIN in place of "
      "an answer",
      "The host cannot reach {endpoint} itself; the guest is not told and "
      "waits in vain." },
    { "backend-gave-up",
      "{count:connection} to {endpoint} reset after {waited_s:duration} of "
      "silence",
      "{endpoint} never answered the host; the backend gave up after "
      "{waited_s:duration}." },
    { "unreachable",
      "{endpoint} unreachable, says ICMP, {count:time}",
      "{endpoint} cannot be reached: a router says so." },
    { "several-unreachable",
      "{endpoints} endpoints unreachable, says ICMP, {attempts:time}",
      "Several hosts that the guest tried cannot be reached: a router says "
      "so." },
    { "several",
      "{attempts:connection} to {endpoints} endpoints without any answer",
      "Several hosts that the guest tried do not answer at all." },
    { 0 },
};

static const struct advice_cause timeout_causes[] = {
    { "filtered",
      "A firewall at the peer or on the way drops the SYN in silence." },
    { "peer-down",
      "The peer is off, or the address is wrong." },
    { "peer-silent",
      "The peer did not answer the host's own SYNs: it is down." },
    { "host-cannot-reach",
      "The host cannot reach the peer; libslirp does not pass \"no route to "
      "host\" or \"prohibited\" on to a TCP guest." },
    { "host-connect-failed",
      "The host's own connect() failed after a while: no ARP answer, no route "
      "or a timeout. libslirp then sends a FIN that the guest ignores." },
    { "no-route-beyond",
      "A router beyond the host has no way to the peer." },
    { "scan",
      "The guest tries many addresses; most of them do not exist." },
    { 0 },
};

static const struct advice_step timeout_checks[] = {
    { NULL, ANY_BACKEND, WHERE_HOST, false, false,
      "curl -m 10 'telnet://{endpoint}'",
      "silence on the host as well: the guest's network is innocent" },
    { "scan", ANY_BACKEND, WHERE_GUEST, true, false,
      "ss -tnp state syn-sent",
      "the program that tries so many addresses" },
    { "no-route-beyond", ANY_BACKEND, WHERE_HOST, false, false,
      "ip route; ip -6 route",
      "a default route of the family that fails; without one of IPv6 the "
      "network has no IPv6 to offer" },
    { "host-connect-failed", ANY_BACKEND, WHERE_HOST, false, false,
      "ip route get {peer}; ip neigh show {peer}",
      "FAILED or INCOMPLETE: nobody at that address on the host's link" },
    { "host-cannot-reach", ANY_BACKEND, WHERE_HOST, false, false,
      "ip route get {peer}; tracepath -n {peer}",
      "\"no route\" or a hop that says !H, !N or !X" },
    { "filtered", HOST_BRIDGE, WHERE_HOST, true, false,
      "tcpdump -nni any 'host {peer} and tcp port {port}'",
      "the SYN must leave by the uplink; if it does, the drop is beyond the "
      "host" },
    { 0 },
};

static const struct advice_step timeout_fixes[] = {
    { "host-cannot-reach", ANY_BACKEND, WHERE_HOST, true, false,
      "ip route add {peer} via ROUTER dev UPLINK",
      "only where the host lacks the route; gone at the next reboot" },
    { "host-connect-failed", ANY_BACKEND, WHERE_HOST, true, false,
      "ip neigh flush to {peer}",
      "helps against a stale neighbour entry only; else the peer is off" },
    { 0 },
};

static const char *const timeout_refs[] = {
    "RFC 9293 section 3.8.3",
    "libslirp 4.7.0 src/socket.c, soread(): EHOSTUNREACH is not passed on",
    NULL,
};

const struct advice connect_timeout_advice = {
    .id = "connect-timeout",
    .summaries = timeout_summaries,
    .causes = timeout_causes,
    .checks = timeout_checks,
    .fixes = timeout_fixes,
    .refs = timeout_refs,
};
/* clang-format on */
