/* SPDX-License-Identifier: BSD-3-Clause
 *
 * Fixtures of the rules about hosts that cannot be reached: connect-refused,
 * connect-timeout, host-not-forwarding, host-no-route, firewall-reject.
 */
#include "tests/gen/scenario.h"

static struct host *libvirt_web(struct gen *g)
{
    struct host *web;

    gen_libvirt_guest(g);
    web = gen_peer(g, "198.51.100.10");
    gen_healthy(g, web);
    gen_wait(g, 100 * MS);
    return web;
}

/* SYN and a RST of the peer itself, one round trip later. */
static void refused(struct gen *g, struct host *peer, uint16_t port)
{
    struct tcp t = tcp_new(g, &g->net->guest, peer, port);

    tcp_syn(&t);
    gen_wait(g, t.rtt);
    tcp_refuse(&t);
    gen_wait(g, SEC);
}

/* SYN and @n retries into silence, then @after of nothing. */
static void silent(struct gen *g, struct host *peer, uint16_t port, unsigned n,
                   int64_t after)
{
    struct tcp t = tcp_new(g, &g->net->guest, peer, port);

    tcp_syn_retries(&t, n);
    gen_wait(g, after);
}

/* SYN, answered by @by with an ICMP error; Linux repeats it once. */
static void icmp_answer(struct gen *g, struct host *peer, uint16_t port,
                        struct host *by, uint8_t type, uint8_t code)
{
    struct tcp t = tcp_new(g, &g->net->guest, peer, port);
    struct quote q;

    tcp_syn(&t);
    q = gen_quote(g);
    gen_wait(g, 200 * US);
    gen_icmp_error(g, by, &q, type, code, 0);
    gen_wait(g, 500 * MS);
}

/* --- connect-refused ---------------------------------------------------- */

static void refused_often(struct gen *g)
{
    struct host *web = libvirt_web(g);

    for (int i = 0; i < 4; i++)
        refused(g, web, 5432);
    tcp_http(g, &g->net->guest, web, 3000);
}

static void refused_once(struct gen *g)
{
    struct host *web = libvirt_web(g);

    refused(g, web, 8080);
    tcp_http(g, &g->net->guest, web, 3000);
}

/* A service that is starting: refused at first, then it answers. */
static void refused_at_first(struct gen *g)
{
    struct host *web = libvirt_web(g);

    refused(g, web, 80);
    refused(g, web, 80);
    tcp_http(g, &g->net->guest, web, 3000);
}

/* The server resets a connection that had been accepted. */
static void refused_later(struct gen *g)
{
    struct host *web = libvirt_web(g);

    for (int i = 0; i < 3; i++) {
        struct tcp t = tcp_new(g, &g->net->guest, web, 443);

        tcp_open(&t);
        tcp_data(&t, CLIENT, 300);
        gen_wait(g, t.rtt);
        tcp_rst(&t, SERVER);
        gen_wait(g, SEC);
    }
}

/* Of each refusal the capture holds only the RST. */
static void refused_cut(struct gen *g)
{
    struct host *web = libvirt_web(g);

    for (int i = 0; i < 3; i++) {
        struct tcp t = tcp_new(g, &g->net->guest, web, 5432);

        g->mute = true;
        tcp_syn(&t);
        g->mute = false;
        gen_wait(g, t.rtt);
        tcp_refuse(&t);
        gen_wait(g, SEC);
    }
}

/* --- connect-timeout ---------------------------------------------------- */

static void timeout_peer(struct gen *g)
{
    struct host *web = libvirt_web(g);
    struct host *dead = gen_peer(g, "203.0.113.66");

    silent(g, dead, 443, 5, 3 * SEC);
    silent(g, dead, 443, 5, 3 * SEC);
    tcp_http(g, &g->net->guest, web, 3000);
    gen_wait(g, 5 * SEC);
    gen_dns(g, "example.test", "198.51.100.10");
}

/* libslirp resets after 75 s what the host could not connect. */
static void timeout_slirp(struct gen *g)
{
    struct tcp t;
    struct host *web;

    gen_slirp_guest(g);
    web = gen_peer(g, "198.51.100.10");
    gen_healthy(g, web);
    t = tcp_new(g, &g->net->guest, gen_peer(g, "203.0.113.66"), 443);
    tcp_syn_retries(&t, 5);
    gen_wait(g, 2 * SEC);
    tcp_syn(&t);
    gen_wait(g, 68 * SEC);
    tcp_refuse(&t);
    gen_wait(g, SEC);
    tcp_http(g, &g->net->guest, web, 3000);
}

/* libslirp says FIN when the host's connect() fails later. */
static void timeout_fin(struct gen *g)
{
    struct tcp t;
    struct host *web;

    gen_slirp_guest(g);
    web = gen_peer(g, "198.51.100.10");
    gen_healthy(g, web);
    t = tcp_new(g, &g->net->guest, gen_peer(g, "203.0.113.66"), 443);
    tcp_syn_retries(&t, 2);
    gen_wait(g, 900 * MS);
    tcp_segment(&t, SERVER, 0, t.isn[CLIENT] + 1, T_FIN | T_ACK, NULL, 0,
                web->ip, 0);
    gen_wait(g, 5 * SEC);
    tcp_http(g, &g->net->guest, web, 3000);
}

/* Lost SYNs, then an answer: slow, not silent. */
static void timeout_slow(struct gen *g)
{
    struct host *web = libvirt_web(g);
    struct tcp t = tcp_new(g, &g->net->guest, web, 443);

    tcp_syn_retries(&t, 3);
    gen_wait(g, 20 * MS);
    tcp_synack(&t);
    gen_wait(g, US);
    tcp_ack(&t, CLIENT);
    tcp_transfer(&t, SERVER, 5000);
    tcp_close(&t);
    gen_wait(g, 5 * SEC);
    gen_dns(g, "example.test", "198.51.100.10");
}

static void timeout_cut(struct gen *g)
{
    libvirt_web(g);
    silent(g, gen_peer(g, "203.0.113.66"), 443, 1, 0);
}

/* --- host-not-forwarding ------------------------------------------------ */

static void nothing_beyond(struct gen *g, bool three_ports)
{
    static const char *const ip[] = { "198.51.100.10", "203.0.113.5",
                                      "192.0.2.77" };
    static const uint16_t port[] = { 80, 443, 22 };

    for (int i = 0; i < 3; i++)
        silent(g, gen_peer(g, ip[i]), three_ports ? port[i] : 445, 5, 2 * SEC);
}

static void not_forwarding(struct gen *g)
{
    gen_libvirt_guest(g);
    gen_dns(g, "example.test", "198.51.100.10");
    gen_ping(g, &g->net->gw, 2, PING_ANSWERED);
    nothing_beyond(g, true);
    gen_ping(g, gen_peer(g, "192.0.2.88"), 3, PING_LOST);
    gen_wait(g, 5 * SEC);
    gen_dns(g, "www.example.test", "198.51.100.11");
}

/* One port is filtered somewhere; the rest of the network works. */
static void not_forwarding_port(struct gen *g)
{
    struct host *web = libvirt_web(g);

    nothing_beyond(g, false);
    tcp_http(g, &g->net->guest, web, 3000);
    gen_wait(g, 5 * SEC);
    gen_dns(g, "example.test", "198.51.100.10");
}

static void not_forwarding_cut(struct gen *g)
{
    int64_t start;

    gen_libvirt_guest(g);
    gen_dns(g, "example.test", "198.51.100.10");
    start = gen_time(g);
    silent(g, gen_peer(g, "198.51.100.10"), 80, 5, 0);
    gen_at(g, start + 100 * MS);
    silent(g, gen_peer(g, "203.0.113.5"), 443, 5, 0);
    gen_at(g, start + 200 * MS);
    silent(g, gen_peer(g, "192.0.2.77"), 22, 5, 0);
    gen_wait(g, 2 * SEC);
    gen_dns(g, "www.example.test", "198.51.100.11");
}

/* --- host-no-route ------------------------------------------------------ */

static void unreachable_echo(struct gen *g, struct host *peer)
{
    struct quote q;

    gen_echo(g, &g->net->guest, peer, 0x77, 1, 56);
    q = gen_quote(g);
    gen_wait(g, 200 * US);
    gen_icmp_error(g, &g->net->gw, &q, 3, 0, 0);
    gen_wait(g, 500 * MS);
}

static void no_route(struct gen *g)
{
    struct host *gw;

    gen_libvirt_guest(g);
    gw = &g->net->gw;
    icmp_answer(g, gen_peer(g, "198.51.100.10"), 443, gw, 3, 0);
    icmp_answer(g, gen_peer(g, "203.0.113.5"), 80, gw, 3, 0);
    unreachable_echo(g, gen_peer(g, "192.0.2.77"));
    icmp_answer(g, gen_peer(g, "192.0.2.78"), 443, gw, 3, 0);
    gen_wait(g, 3 * SEC);
    gen_dns(g, "example.test", "198.51.100.10");
}

/* One network only is unreachable, and not by the gateway's word. */
static void no_route_far(struct gen *g)
{
    struct host *web = libvirt_web(g);
    struct host *router = gen_peer(g, "192.0.2.1");

    icmp_answer(g, gen_peer(g, "203.0.113.5"), 80, router, 3, 1);
    tcp_http(g, &g->net->guest, web, 3000);
}

static void no_route_cut(struct gen *g)
{
    gen_libvirt_guest(g);
    icmp_answer(g, gen_peer(g, "198.51.100.10"), 443, &g->net->gw, 3, 0);
}

/* --- firewall-reject ---------------------------------------------------- */

static void reject_admin(struct gen *g)
{
    struct host *web = libvirt_web(g);

    for (int i = 0; i < 3; i++)
        icmp_answer(g, gen_peer(g, "203.0.113.5"), 25, &g->net->gw, 3, 13);
    tcp_http(g, &g->net->guest, web, 3000);
}

static void reject_port(struct gen *g)
{
    struct host *web = libvirt_web(g);

    for (int i = 0; i < 3; i++)
        icmp_answer(g, web, 25, &g->net->gw, 3, 3);
    tcp_http(g, &g->net->guest, web, 3000);
}

/* RST with a neighbour's TTL in the name of a peer 11 hops away. */
static void reject_reset(struct gen *g)
{
    struct host *web = libvirt_web(g);

    web->rst_ttl = 64;
    for (int i = 0; i < 3; i++)
        refused(g, web, 25);
    tcp_http(g, &g->net->guest, web, 3000);
}

/* The peer itself has no such UDP port. */
static void reject_closed(struct gen *g)
{
    struct host *web = libvirt_web(g);

    for (uint16_t i = 0; i < 3; i++) {
        struct quote q;

        gen_udp(g, &g->net->guest, (uint16_t)(50000 + i), web, 33434, NULL, 20);
        q = gen_quote(g);
        gen_wait(g, 20 * MS);
        gen_icmp_error(g, web, &q, 3, 3, 0);
        gen_wait(g, 300 * MS);
    }
    tcp_http(g, &g->net->guest, web, 3000);
}

static void reject_cut(struct gen *g)
{
    libvirt_web(g);
    icmp_answer(g, gen_peer(g, "203.0.113.5"), 25, &g->net->gw, 3, 13);
}

const struct scenario connect_scenes[] = {
    { "connect-refused.positive", "four refusals by one closed port",
      refused_often },
    { "connect-refused.positive-once", "one refusal: a note", refused_once },
    { "connect-refused.lookalike-starting", "refused at first, then accepted",
      refused_at_first },
    { "connect-refused.lookalike-reset", "accepted, then reset",
      refused_later },
    { "connect-refused.cut", "only the RSTs were captured", refused_cut },
    { "connect-timeout.positive", "one peer never answers", timeout_peer },
    { "connect-timeout.positive-slirp", "libslirp gives up after 75 s",
      timeout_slirp },
    { "connect-timeout.positive-fin", "libslirp: FIN in answer to the SYN",
      timeout_fin },
    { "connect-timeout.lookalike", "the fourth SYN is answered", timeout_slow },
    { "connect-timeout.cut", "the capture ends after the second SYN",
      timeout_cut },
    { "host-not-forwarding.positive", "virbr0: silence beyond the gateway",
      not_forwarding },
    { "host-not-forwarding.lookalike", "one port is filtered",
      not_forwarding_port },
    { "host-not-forwarding.cut", "the capture ends after 7 s of silence",
      not_forwarding_cut },
    { "host-no-route.positive", "virbr0: 3/0 from the gateway for all",
      no_route },
    { "host-no-route.lookalike", "a far router knows no such host",
      no_route_far },
    { "host-no-route.cut", "the capture ends after the first error",
      no_route_cut },
    { "firewall-reject.positive-admin", "the gateway prohibits a port",
      reject_admin },
    { "firewall-reject.positive-port", "the gateway rejects a SYN with 3/3",
      reject_port },
    { "firewall-reject.positive-reset", "RST with the gateway's TTL",
      reject_reset },
    { "firewall-reject.lookalike", "the peer's own UDP port is closed",
      reject_closed },
    { "firewall-reject.cut", "the capture ends after one rejection",
      reject_cut },
    { NULL, NULL, NULL },
};
