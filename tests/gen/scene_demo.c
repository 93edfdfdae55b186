/* SPDX-License-Identifier: BSD-3-Clause
 *
 * The captures of "make demo": a guest behind libslirp that cannot ping, and
 * a guest on a tap whose uploads fall into an MTU black hole.
 */
#include "tests/gen/scenario.h"

/* libslirp without ping sockets sends UDP to port 7 instead, and its refusal
 * comes back quoting the guest's echo request. */
static void build_ping(struct gen *g)
{
    struct net *net = g->net;
    struct host *web;

    gen_slirp_guest(g);
    web = gen_peer(g, "198.51.100.10");
    for (uint16_t seq = 1; seq <= 4; seq++) {
        struct quote q;

        gen_echo(g, &net->guest, web, 0x76, seq, 56);
        q = gen_quote(g);
        gen_wait(g, 900 * US);
        gen_icmp_error(g, web, &q, 3, 3, 0);
        gen_wait(g, SEC);
    }
    gen_dns(g, "example.test", "198.51.100.10");
    tcp_http(g, &net->guest, web, 60000);
    gen_wait(g, SEC);
    gen_dns(g, "www.example.test", "198.51.100.10");
    tcp_http(g, &net->guest, web, 2000);
}

/* Full segments vanish, small ones pass, no ICMP comes: each is sent again
 * after 0.2, 0.4, 0.8 ... s. */
static void stuck_upload(struct gen *g, struct host *server)
{
    struct tcp t = tcp_new(g, &g->net->guest, server, 443);
    int64_t rto = 220 * MS;

    tcp_open(&t);
    tcp_data(&t, CLIENT, 1260); /* 1312 octets of IP: these pass */
    gen_wait(g, t.rtt);
    tcp_ack(&t, SERVER);
    for (int i = 0; i < 4; i++)
        tcp_data_lost(&t, CLIENT, 1448);
    for (int i = 0; i < 6; i++) {
        gen_wait(g, rto);
        tcp_again(&t, CLIENT, 1260, 1448, false);
        rto *= 2;
    }
}

static void build_upload(struct gen *g)
{
    struct host *web;

    gen_libvirt(g);
    gen_offload(g, 12);
    gen_bringup(g);
    web = gen_peer(g, "203.0.113.80");
    gen_healthy(g, web);
    gen_wait(g, 100 * MS);
    stuck_upload(g, gen_peer(g, "203.0.113.81"));
    gen_wait(g, SEC);
    tcp_http(g, &g->net->guest, web, 8000);
}

const struct scenario demo_scenes[] = {
    { "demo.ping-refused", "libslirp may not open ping sockets", build_ping },
    { "demo.upload-stalls", "tap: full-size segments vanish on their way",
      build_upload },
    { NULL, NULL, NULL },
};
