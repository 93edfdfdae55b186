/* SPDX-License-Identifier: BSD-3-Clause
 *
 * Fixtures of icmp-echo-missing and icmp-false-reply.
 */
#include "tests/gen/scenario.h"

static struct host *slirp_web(struct gen *g)
{
    gen_slirp_guest(g);
    return gen_peer(g, "198.51.100.10");
}

/* The fallback to UDP port 7 is refused there: the refusal quotes ICMP. */
static void quoted_pings(struct gen *g, struct host *web, unsigned n)
{
    for (uint16_t seq = 0; seq < n; seq++) {
        struct quote q;

        gen_echo(g, &g->net->guest, web, 0x76, seq, 56);
        q = gen_quote(g);
        gen_wait(g, 900 * US);
        gen_icmp_error(g, web, &q, 3, 3, 0);
        gen_wait(g, SEC);
    }
}

static void missing_quoted(struct gen *g)
{
    struct host *web = slirp_web(g);

    quoted_pings(g, web, 4);
    gen_dns(g, "example.test", "198.51.100.10");
    tcp_http(g, &g->net->guest, web, 20000);
}

/* An echo server answers on UDP port 7; the guest, which never sent from that
 * port, refuses. */
static void missing_udp7(struct gen *g)
{
    struct net *net = g->net;
    struct host *web = slirp_web(g);

    for (uint16_t seq = 0; seq < 4; seq++) {
        struct quote q;

        gen_echo(g, &net->guest, web, 0x76, seq, 56);
        gen_wait(g, 900 * US);
        gen_udp(g, web, 7, &net->guest, 41000, NULL, 56);
        q = gen_quote(g);
        gen_wait(g, 600 * US);
        gen_icmp_error(g, &net->guest, &q, 3, 3, 0);
        gen_wait(g, SEC);
    }
    tcp_http(g, &net->guest, web, 20000);
}

static void silent_pings(struct gen *g, struct host *web)
{
    gen_ping(g, web, 4, PING_LOST);
    gen_ping(g, gen_peer(g, "192.0.2.20"), 3, PING_LOST);
}

static void missing_silent(struct gen *g)
{
    struct host *web = slirp_web(g);

    silent_pings(g, web);
    tcp_http(g, &g->net->guest, web, 20000);
    gen_wait(g, 4 * SEC);
    gen_dns(g, "example.test", "198.51.100.10");
}

/* One host ignores pings behind kernel NAT; others answer. */
static void missing_deaf(struct gen *g)
{
    struct host *web;

    gen_libvirt_guest(g);
    web = gen_peer(g, "198.51.100.10");
    gen_healthy(g, web);
    gen_ping(g, gen_peer(g, "192.0.2.20"), 5, PING_LOST);
    tcp_http(g, &g->net->guest, web, 20000);
    gen_wait(g, 4 * SEC);
    gen_dns(g, "example.test", "198.51.100.10");
}

/* The gateway's firewall rejects echo requests in its own name. */
static void missing_reject(struct gen *g)
{
    struct host *web;

    gen_libvirt_guest(g);
    web = gen_peer(g, "198.51.100.10");
    for (uint16_t seq = 0; seq < 4; seq++) {
        struct quote q;

        gen_echo(g, &g->net->guest, web, 0x76, seq, 56);
        q = gen_quote(g);
        gen_wait(g, 200 * US);
        gen_icmp_error(g, &g->net->gw, &q, 3, 3, 0);
        gen_wait(g, SEC);
    }
    tcp_http(g, &g->net->guest, web, 20000);
}

static void missing_cut(struct gen *g)
{
    struct host *web = slirp_web(g);

    tcp_http(g, &g->net->guest, web, 20000);
    for (uint16_t seq = 0; seq < 4; seq++) {
        gen_wait(g, 100 * MS);
        gen_echo(g, &g->net->guest, web, 0x76, seq, 56);
    }
}

/* --- false replies ------------------------------------------------------ */

/* libslirp's raw socket hands over any ICMP as a reply: the router's host
 * unreachable keeps its code, and what follows is not the guest's data. */
static void false_positive(struct gen *g)
{
    static const uint8_t junk[28] = { 0x45, 0, 0, 84 };
    struct host *web = slirp_web(g);
    struct host *gone = gen_peer(g, "192.0.2.99");

    for (uint16_t seq = 1; seq <= 4; seq++) {
        gen_echo(g, &g->net->guest, gone, 0x76, seq, 56);
        gen_wait(g, 3 * MS);
        gen_icmp(g, gone, &g->net->guest, 0, 1, 0x76u << 16, junk,
                 sizeof(junk));
        gen_wait(g, SEC);
    }
    tcp_http(g, &g->net->guest, web, 20000);
}

/* Each reply comes twice, as from a duplicating network: true all the same. */
static void false_lookalike(struct gen *g)
{
    struct host *web = slirp_web(g);

    for (uint16_t seq = 1; seq <= 4; seq++) {
        gen_echo(g, &g->net->guest, web, 0x76, seq, 56);
        gen_wait(g, 20 * MS);
        gen_echo_reply(g, web, &g->net->guest, 0x76, seq, 56);
        gen_wait(g, 20 * MS);
        gen_echo_reply(g, web, &g->net->guest, 0x76, seq, 56);
        gen_wait(g, SEC);
    }
    tcp_http(g, &g->net->guest, web, 20000);
}

static void false_cut(struct gen *g)
{
    false_positive(g);
    gen_end_at(g, 100 * MS + 500 * US);
}

const struct scenario echo_scenes[] = {
    { "icmp-echo-missing.positive-quoted",
      "libslirp: port unreachable quotes the echo request", missing_quoted },
    { "icmp-echo-missing.positive-udp7",
      "libslirp: an echo server answers its fallback", missing_udp7 },
    { "icmp-echo-missing.positive-silent",
      "libslirp: two targets silent, TCP works", missing_silent },
    { "icmp-echo-missing.lookalike-deaf",
      "virbr0: one host ignores pings, another answers", missing_deaf },
    { "icmp-echo-missing.lookalike-reject",
      "virbr0: the gateway's firewall rejects pings", missing_reject },
    { "icmp-echo-missing.cut", "the capture ends right after the pings",
      missing_cut },
    { "icmp-false-reply.positive",
      "libslirp with a raw socket: replies with code 1", false_positive },
    { "icmp-false-reply.lookalike", "every reply comes twice",
      false_lookalike },
    { "icmp-false-reply.cut", "the capture ends before the false reply",
      false_cut },
    { NULL, NULL, NULL },
};
