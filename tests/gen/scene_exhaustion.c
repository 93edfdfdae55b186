/* SPDX-License-Identifier: BSD-3-Clause
 *
 * Fixtures of backend-fds-exhausted, nat-ports-exhausted and conntrack-full.
 */
#include "tests/gen/scenario.h"

#define OPEN_MAX 100

/** struct pool - Connections that stay open */
struct pool {
    struct tcp t[OPEN_MAX];
    unsigned n;
};

static void pool_open(struct gen *g, struct pool *p, struct host *peer,
                      uint16_t port, unsigned n)
{
    for (unsigned i = 0; i < n; i++) {
        struct tcp *t = &p->t[p->n++];

        *t = tcp_new(g, &g->net->guest, peer, port);
        tcp_open(t);
        gen_wait(g, 2 * MS);
    }
}

/* Some of them go on talking. */
static void pool_talk(struct gen *g, struct pool *p, unsigned n)
{
    for (unsigned i = 0; i < n && i < p->n; i++) {
        tcp_data(&p->t[i], CLIENT, 100);
        gen_wait(g, p->t[i].ack_delay[CLIENT]);
        tcp_ack(&p->t[i], SERVER);
        gen_wait(g, 5 * MS);
        tcp_data(&p->t[i], SERVER, 200);
        gen_wait(g, 100 * US);
        tcp_ack(&p->t[i], CLIENT);
        gen_wait(g, 5 * MS);
    }
}

static void pool_close(struct gen *g, struct pool *p)
{
    for (unsigned i = 0; i < p->n; i++) {
        tcp_close(&p->t[i]);
        gen_wait(g, MS);
    }
}

/* SYN, at once "network unreachable" from the gateway. */
static void net_unreachable(struct gen *g, struct host *peer, uint16_t port)
{
    struct tcp t = tcp_new(g, &g->net->guest, peer, port);
    struct quote q;

    tcp_syn(&t);
    q = gen_quote(g);
    gen_wait(g, 60 * US);
    gen_icmp_error(g, &g->net->gw, &q, 3, 0, 0);
    gen_wait(g, 200 * MS);
}

static void silent(struct gen *g, struct host *peer, uint16_t port, unsigned n)
{
    struct tcp t = tcp_new(g, &g->net->guest, peer, port);

    tcp_syn_retries(&t, n);
}

/* --- descriptors -------------------------------------------------------- */

static void fds(struct gen *g)
{
    static struct pool p;
    struct host *peer[4];

    p.n = 0;
    gen_slirp_guest(g);
    peer[0] = gen_peer(g, "198.51.100.10");
    peer[1] = gen_peer(g, "198.51.100.11");
    peer[2] = gen_peer(g, "198.51.100.12");
    peer[3] = gen_peer(g, "198.51.100.13");
    gen_dns(g, "example.test", "198.51.100.10");
    pool_open(g, &p, peer[0], 443, 20);
    pool_open(g, &p, peer[1], 443, 14);
    for (int i = 0; i < 6; i++)
        net_unreachable(g, peer[i % 4], 443);
    gen_dns_lost(g, "www.example.test", 2); /* no descriptor for it either */
    pool_talk(g, &p, 5);
    net_unreachable(g, peer[2], 80);
    pool_close(g, &p);
    gen_wait(g, SEC);
    tcp_http(g, &g->net->guest, peer[2], 3000);
    gen_wait(g, 6 * SEC);
    gen_dns(g, "example.test", "198.51.100.10");
}

/* The host lost its route: no connection is open, and UDP is told as well. */
static void fds_route(struct gen *g)
{
    struct quote q;

    gen_slirp_guest(g);
    for (int i = 0; i < 2; i++) {
        net_unreachable(g, gen_peer(g, "198.51.100.10"), 443);
        net_unreachable(g, gen_peer(g, "198.51.100.11"), 443);
        net_unreachable(g, gen_peer(g, "198.51.100.12"), 80);
    }
    gen_udp(g, &g->net->guest, 51000, gen_peer(g, "203.0.113.53"), 123, NULL,
            48);
    q = gen_quote(g);
    gen_wait(g, 60 * US);
    gen_icmp_error(g, &g->net->gw, &q, 3, 0, 0);
    gen_wait(g, 3 * SEC);
    gen_ping(g, &g->net->gw, 2, PING_ANSWERED);
}

static void fds_cut(struct gen *g)
{
    static struct pool p;
    struct host *peer;

    p.n = 0;
    gen_slirp_guest(g);
    peer = gen_peer(g, "198.51.100.10");
    pool_open(g, &p, peer, 443, 34);
    net_unreachable(g, gen_peer(g, "198.51.100.11"), 443);
    net_unreachable(g, gen_peer(g, "198.51.100.12"), 443);
}

/* --- ports -------------------------------------------------------------- */

static void ports_slirp(struct gen *g)
{
    static struct pool p;
    struct host *peer;

    p.n = 0;
    gen_slirp_guest(g);
    peer = gen_peer(g, "198.51.100.10");
    pool_open(g, &p, peer, 9000, 64);
    for (int i = 0; i < 20; i++)
        net_unreachable(g, peer, 9000);
    tcp_http(g, &g->net->guest, peer, 3000); /* port 80 is another endpoint */
    pool_close(g, &p);
}

static void ports_snat(struct gen *g)
{
    static struct pool p;
    struct host *peer, *other;

    p.n = 0;
    gen_libvirt_guest(g);
    peer = gen_peer(g, "198.51.100.10");
    other = gen_peer(g, "198.51.100.20");
    pool_open(g, &p, peer, 9000, 70);
    for (int i = 0; i < 3; i++) {
        silent(g, peer, 9000, 4);
        gen_wait(g, 100 * MS);
        pool_talk(g, &p, 4);
        tcp_http(g, &g->net->guest, other, 3000);
    }
    gen_wait(g, 3 * SEC);
    pool_close(g, &p);
    gen_wait(g, 2 * SEC);
}

/* Three attempts at a host that was never there: no port is used up. */
static void ports_dead_peer(struct gen *g)
{
    static struct pool p;
    struct host *web;

    p.n = 0;
    gen_libvirt_guest(g);
    web = gen_peer(g, "198.51.100.10");
    pool_open(g, &p, web, 9000, 70);
    for (int i = 0; i < 3; i++)
        silent(g, gen_peer(g, "203.0.113.66"), 9000, 4);
    pool_talk(g, &p, 4);
    gen_wait(g, 3 * SEC);
    pool_close(g, &p);
}

static void ports_cut(struct gen *g)
{
    static struct pool p;
    struct host *peer;

    p.n = 0;
    gen_libvirt_guest(g);
    peer = gen_peer(g, "198.51.100.10");
    pool_open(g, &p, peer, 9000, 70);
    for (int i = 0; i < 3; i++) {
        struct tcp t = tcp_new(g, &g->net->guest, peer, 9000);

        tcp_syn(&t);
        gen_wait(g, 100 * MS);
    }
}

/* --- connection table --------------------------------------------------- */

#define TABLE_PEERS 6

static void table_round(struct gen *g, struct pool *p, struct host **peer,
                        unsigned good)
{
    for (unsigned i = 0; i < TABLE_PEERS; i++) {
        if (i == good)
            tcp_http(g, &g->net->guest, peer[i], 3000);
        else
            silent(g, peer[i], 80, 4);
        gen_wait(g, 100 * MS);
        pool_talk(g, p, 3);
    }
}

static void table_full(struct gen *g)
{
    static const char *const ip[TABLE_PEERS] = {
        "198.51.100.10", "198.51.100.20", "203.0.113.30",
        "203.0.113.40",  "192.0.2.50",    "192.0.2.60",
    };
    static struct pool p;
    struct host *peer[TABLE_PEERS];

    p.n = 0;
    gen_libvirt_guest(g);
    for (int i = 0; i < TABLE_PEERS; i++)
        peer[i] = gen_peer(g, ip[i]);
    pool_open(g, &p, peer[0], 443, 2);
    pool_open(g, &p, peer[1], 443, 2);
    for (unsigned round = 0; round < 3; round++)
        table_round(g, &p, peer, round);
    gen_wait(g, 3 * SEC);
    pool_close(g, &p);
}

/* Loss: SYNs need a second try, and then succeed. */
static void table_loss(struct gen *g)
{
    struct host *peer;

    gen_libvirt_guest(g);
    for (int i = 0; i < 6; i++) {
        struct tcp t;

        peer = gen_peer(g, i % 2 ? "198.51.100.10" : "203.0.113.30");
        t = tcp_new(g, &g->net->guest, peer, 80);
        tcp_syn_retries(&t, 1);
        gen_wait(g, 20 * MS);
        tcp_synack(&t);
        gen_wait(g, US);
        tcp_ack(&t, CLIENT);
        tcp_transfer(&t, SERVER, 3000);
        tcp_close(&t);
        gen_wait(g, 300 * MS);
    }
    gen_wait(g, 4 * SEC);
    gen_dns(g, "example.test", "198.51.100.10");
}

static void table_cut(struct gen *g)
{
    table_full(g);
    gen_end_at(g, 3 * SEC);
}

const struct scenario exhaustion_scenes[] = {
    { "backend-fds-exhausted.positive",
      "libslirp with a limit of 40 files: 34 connections, then 3/0", fds },
    { "backend-fds-exhausted.lookalike", "libslirp on a host without a route",
      fds_route },
    { "backend-fds-exhausted.cut", "the capture ends after two failures",
      fds_cut },
    { "nat-ports-exhausted.positive-slirp",
      "libslirp: 64 ports used up to one endpoint", ports_slirp },
    { "nat-ports-exhausted.positive-snat",
      "virbr0: masquerade range used up to one endpoint", ports_snat },
    { "nat-ports-exhausted.lookalike", "many connections, and a dead peer",
      ports_dead_peer },
    { "nat-ports-exhausted.cut", "the capture ends with the first tries",
      ports_cut },
    { "conntrack-full.positive", "virbr0: new connections fail at random",
      table_full },
    { "conntrack-full.lookalike", "lost SYNs that succeed when repeated",
      table_loss },
    { "conntrack-full.cut", "the capture ends after 3 s", table_cut },
    { NULL, NULL, NULL },
};
