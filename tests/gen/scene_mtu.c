/* SPDX-License-Identifier: BSD-3-Clause
 *
 * Fixtures of the MTU family: each trouble, what resembles it, and the same
 * trouble in a capture that ended too soon.
 */
#include "tests/gen/scenario.h"

#define FULL 1448 /* payload of a full segment with timestamps, MTU 1500 */

/* A connection over which a small request has been acknowledged. */
static struct tcp talking(struct gen *g, struct host *server, uint16_t port)
{
    struct tcp t = tcp_new(g, &g->net->guest, server, port);

    tcp_open(&t);
    tcp_data(&t, CLIENT, 320);
    gen_wait(g, t.rtt);
    tcp_ack(&t, SERVER);
    return t;
}

/* @tries retransmissions of the first full segment, with doubling pauses. */
static void retry(struct gen *g, struct tcp *t, size_t len, int tries)
{
    int64_t rto = 220 * MS;

    for (int i = 0; i < tries; i++) {
        gen_wait(g, rto);
        tcp_again(t, CLIENT, 320, len, false);
        rto *= 2;
    }
}

static void stuck(struct gen *g, struct host *server, int tries)
{
    struct tcp t = talking(g, server, 443);

    for (int i = 0; i < 4; i++)
        tcp_data_lost(&t, CLIENT, FULL);
    retry(g, &t, FULL, tries);
}

static struct host *tap_guest(struct gen *g)
{
    struct host *web;

    gen_libvirt_guest(g);
    web = gen_peer(g, "203.0.113.80");
    gen_healthy(g, web);
    gen_wait(g, 100 * MS);
    return web;
}

static void up_positive(struct gen *g)
{
    struct host *web = tap_guest(g);

    stuck(g, gen_peer(g, "203.0.113.81"), 6);
    stuck(g, gen_peer(g, "203.0.113.82"), 5);
    gen_wait(g, SEC);
    tcp_http(g, &g->net->guest, web, 8000);
}

/* The guest probes with smaller segments (tcp_mtu_probing) and gets through. */
static void up_smaller(struct gen *g)
{
    struct host *web = tap_guest(g);
    struct tcp t = talking(g, gen_peer(g, "203.0.113.81"), 443);

    tcp_data_lost(&t, CLIENT, FULL);
    retry(g, &t, FULL, 4);
    gen_wait(g, SEC);
    tcp_again(&t, CLIENT, 320, 512, true);
    gen_wait(g, t.rtt);
    tcp_arrived(&t, CLIENT, 320 + 512);
    tcp_ack(&t, SERVER);
    gen_wait(g, SEC);
    tcp_http(g, &g->net->guest, web, 8000);
}

/* Loss: sizes are mixed, the retransmission arrives at the third try. */
static void up_loss(struct gen *g)
{
    struct host *web = tap_guest(g);
    struct tcp t = talking(g, web, 443);

    tcp_data_lost(&t, CLIENT, FULL);
    retry(g, &t, FULL, 3);
    gen_wait(g, 400 * MS);
    tcp_again(&t, CLIENT, 320, FULL, true);
    gen_wait(g, t.rtt);
    tcp_arrived(&t, CLIENT, 320 + FULL);
    tcp_ack(&t, SERVER);
    tcp_transfer(&t, CLIENT, 20000);
    tcp_close(&t);
}

/* The peer took large packets before: it died, its path has no small MTU. */
static void up_dead_peer(struct gen *g)
{
    struct host *web = tap_guest(g);
    struct tcp t = talking(g, web, 443);

    tcp_transfer(&t, CLIENT, 40000);
    tcp_data_lost(&t, CLIENT, FULL);
    for (int i = 0; i < 5; i++) {
        gen_wait(g, (220 * MS) << i);
        tcp_again(&t, CLIENT, 320 + 40000, FULL, false);
    }
}

static void up_cut(struct gen *g)
{
    tap_guest(g);
    stuck(g, gen_peer(g, "203.0.113.81"), 6);
    gen_end_at(g, gen_time(g) - 13 * SEC);
}

/* What libslirp takes never crosses the path: a stuck segment there is a
 * stalled backend, not a black hole. */
static void up_slirp(struct gen *g)
{
    struct host *web;

    gen_slirp_guest(g);
    web = gen_peer(g, "203.0.113.80");
    gen_healthy(g, web);
    stuck(g, web, 6);
}

/* ---- down ---- */

/* Twelve full segments vanish; the last, short one arrives, and the server's
 * keep-alives tell what it has sent. */
static void big_answer(struct gen *g, struct host *server, bool filled)
{
    struct tcp t = talking(g, server, 80);
    uint32_t at = tcp_at(&t, SERVER);

    gen_wait(g, 5 * MS);
    tcp_skip(&t, SERVER, 12 * FULL);
    tcp_data(&t, SERVER, 300);
    tcp_sack(&t, CLIENT, at + 12 * FULL, at + 12 * FULL + 300);
    if (filled) {
        gen_wait(g, 230 * MS);
        for (unsigned i = 0; i < 12; i++)
            tcp_again(&t, SERVER, at + i * FULL, FULL, true);
        tcp_arrived(&t, SERVER, at + 12 * FULL + 300);
        tcp_ack(&t, CLIENT);
        tcp_close(&t);
        return;
    }
    gen_wait(g, 9 * SEC);
    tcp_keepalive(&t, CLIENT, 0);
    gen_wait(g, t.rtt);
    tcp_ack(&t, SERVER);
    gen_wait(g, 6 * SEC);
}

static void down_positive(struct gen *g)
{
    struct host *web = tap_guest(g);

    big_answer(g, gen_peer(g, "203.0.113.81"), false);
    gen_dns(g, "example.test", "203.0.113.80");
    tcp_http(g, &g->net->guest, web, 900);
}

static void down_loss(struct gen *g)
{
    tap_guest(g);
    big_answer(g, gen_peer(g, "203.0.113.81"), true);
    gen_wait(g, 8 * SEC);
    gen_dns(g, "example.test", "203.0.113.80");
}

/* A slow server has sent nothing, so its sequence number stands still. */
static void down_slow(struct gen *g)
{
    struct host *web = tap_guest(g);
    struct tcp t = talking(g, gen_peer(g, "203.0.113.81"), 80);

    gen_wait(g, 9 * SEC);
    tcp_keepalive(&t, CLIENT, 0);
    gen_wait(g, t.rtt);
    tcp_ack(&t, SERVER);
    gen_wait(g, 6 * SEC);
    tcp_http(g, &g->net->guest, web, 900);
}

static void down_cut(struct gen *g)
{
    tap_guest(g);
    big_answer(g, gen_peer(g, "203.0.113.81"), false);
    gen_end_at(g, gen_time(g) - 13 * SEC);
}

/* ---- ICMP that is obeyed, or not ---- */

static void icmp_answered(struct gen *g, bool obeyed)
{
    struct host *router;
    struct tcp t;
    struct quote q;
    size_t len = obeyed ? 1248 : FULL;

    tap_guest(g);
    router = gen_peer(g, "198.18.0.1");
    t = talking(g, gen_peer(g, "203.0.113.81"), 443);
    tcp_data_lost(&t, CLIENT, FULL);
    q = gen_quote(g);
    gen_wait(g, 2 * MS);
    gen_icmp_error(g, router, &q, 3, 4, 1300);
    for (int i = 0; i < 4; i++) {
        gen_wait(g, (300 * MS) << i);
        tcp_again(&t, CLIENT, 320, len, obeyed);
        if (obeyed)
            break;
    }
    if (obeyed) {
        t.mss[CLIENT] = 1248;
        gen_wait(g, t.rtt);
        tcp_arrived(&t, CLIENT, 320 + 1248);
        tcp_ack(&t, SERVER);
        tcp_again(&t, CLIENT, 320 + 1248, FULL - 1248, true);
        tcp_arrived(&t, CLIENT, 320 + FULL);
        gen_wait(g, t.rtt);
        tcp_ack(&t, SERVER);
        tcp_transfer(&t, CLIENT, 30000);
        tcp_close(&t);
    }
    gen_wait(g, 3 * SEC);
    gen_dns(g, "example.test", "203.0.113.80");
}

static void ignored_positive(struct gen *g)
{
    icmp_answered(g, false);
}

static void reduced_positive(struct gen *g)
{
    icmp_answered(g, true);
}

/* The capture ends before the guest could show whether it obeys. */
static void ignored_cut(struct gen *g)
{
    icmp_answered(g, false);
    gen_end_at(g, gen_time(g) - 7500 * MS);
}

/* ---- hidden by a terminating backend ---- */

static void closed_window(struct gen *g, struct host *server, int probes)
{
    struct tcp t = talking(g, server, 80);

    tcp_transfer(&t, CLIENT, 180000);
    gen_wait(g, 20 * MS);
    tcp_window(&t, SERVER, 0);
    for (int i = 0; i < probes; i++) {
        gen_wait(g, (220 * MS) << i);
        tcp_probe(&t, CLIENT);
        gen_wait(g, 50 * US);
        tcp_window(&t, SERVER, 0);
    }
    gen_wait(g, 2 * SEC);
}

static void proxy_positive(struct gen *g)
{
    struct host *web;

    gen_slirp_guest(g);
    web = gen_peer(g, "203.0.113.80");
    gen_healthy(g, web);
    closed_window(g, gen_peer(g, "203.0.113.81"), 6);
    tcp_http(g, &g->net->guest, web, 900);
}

/* A moment of back-pressure, then the window opens again. */
static void proxy_brief(struct gen *g)
{
    struct host *web;
    struct tcp t;

    gen_slirp_guest(g);
    web = gen_peer(g, "203.0.113.80");
    gen_healthy(g, web);
    t = talking(g, web, 80);
    tcp_transfer(&t, CLIENT, 180000);
    tcp_window(&t, SERVER, 0);
    gen_wait(g, 300 * MS);
    tcp_window(&t, SERVER, 65535);
    tcp_transfer(&t, CLIENT, 50000);
    tcp_close(&t);
}

static void proxy_cut(struct gen *g)
{
    gen_slirp_guest(g);
    gen_healthy(g, gen_peer(g, "203.0.113.80"));
    closed_window(g, gen_peer(g, "203.0.113.81"), 3);
    gen_end_at(g, gen_time(g) - 2 * SEC);
}

/* clang-format off */
const struct scenario mtu_scenes[] = {
    { "mtu-blackhole-up.positive", "two uploads hang at full size",
      up_positive },
    { "mtu-blackhole-up.positive-smaller", "a smaller try gets through",
      up_smaller },
    { "mtu-blackhole-up.lookalike-loss", "the fourth try arrives", up_loss },
    { "mtu-blackhole-up.lookalike-dead-peer",
      "the peer took large packets, then died", up_dead_peer },
    { "mtu-blackhole-up.lookalike-slirp", "behind libslirp it is no path",
      up_slirp },
    { "mtu-blackhole-up.cut", "one retransmission, then the capture ends",
      up_cut },
    { "mtu-blackhole-down.positive", "twelve full segments never arrive",
      down_positive },
    { "mtu-blackhole-down.lookalike-loss", "the hole is filled", down_loss },
    { "mtu-blackhole-down.lookalike-slow", "the server sent nothing",
      down_slow },
    { "mtu-blackhole-down.cut", "the capture ends soon after the hole",
      down_cut },
    { "mtu-icmp-ignored.positive", "larger packets after the ICMP",
      ignored_positive },
    { "mtu-icmp-ignored.lookalike", "the ICMP is obeyed", reduced_positive },
    { "mtu-icmp-ignored.cut", "the capture ends right after the ICMP",
      ignored_cut },
    { "path-mtu-reduced.positive", "the ICMP is obeyed", reduced_positive },
    { "path-mtu-reduced.lookalike", "the ICMP is ignored", ignored_positive },
    { "path-mtu-reduced.cut", "the capture ends right after the ICMP",
      ignored_cut },
    { "mtu-hidden-by-proxy.positive", "the backend's window stays closed",
      proxy_positive },
    { "mtu-hidden-by-proxy.lookalike", "it closes for a moment",
      proxy_brief },
    { "mtu-hidden-by-proxy.cut", "the capture ends soon after it closed",
      proxy_cut },
    { NULL, NULL, NULL },
};
/* clang-format on */
