/* SPDX-License-Identifier: BSD-3-Clause
 *
 * Fixtures of capture quality: healthy guests, seen through captures that have
 * something of their own.
 */
#include "tests/gen/scenario.h"

static struct host *healthy_tap(struct gen *g)
{
    struct host *web;

    gen_bringup(g);
    web = gen_peer(g, "203.0.113.80");
    gen_healthy(g, web);
    return web;
}

/* QEMU 7.2: 10 octets until the guest's driver runs, then 12. */
static void vnet_positive(struct gen *g)
{
    gen_libvirt(g);
    gen_offload(g, 10);
    gen_bringup_dhcp(g);
    gen_offload(g, 12);
    gen_arp_gateway(g);
    gen_healthy(g, gen_peer(g, "203.0.113.80"));
}

static void plain(struct gen *g)
{
    gen_libvirt(g);
    healthy_tap(g);
}

static void vnet_cut(struct gen *g)
{
    vnet_positive(g);
    g->snaplen = 40;
}

static void super_frames(struct gen *g, uint8_t vnet)
{
    struct tcp t;

    gen_libvirt(g);
    gen_offload(g, vnet);
    t = tcp_new(g, &g->net->guest, healthy_tap(g), 80);
    tcp_open(&t);
    for (int i = 0; i < 8; i++) {
        tcp_super(&t, CLIENT, 5 * 1448);
        gen_wait(g, t.rtt);
        tcp_ack(&t, SERVER);
    }
    tcp_close(&t);
}

static void gso_positive(struct gen *g)
{
    super_frames(g, 0);
}

/* Jumbo frames: both sides agreed on them. */
static void gso_jumbo(struct gen *g)
{
    struct tcp t;

    gen_libvirt(g);
    healthy_tap(g);
    g->net->guest.mtu = 9000;
    g->net->guest.tcp.mss = 8960;
    g->net->far.tcp.mss = 8960;
    t = tcp_new(g, &g->net->guest, gen_peer(g, "203.0.113.90"), 80);
    tcp_open(&t);
    for (int i = 0; i < 8; i++) {
        tcp_data(&t, CLIENT, 8900);
        gen_wait(g, t.rtt);
        tcp_ack(&t, SERVER);
    }
    tcp_close(&t);
}

static void gso_cut(struct gen *g)
{
    super_frames(g, 0);
    g->snaplen = 60;
}

static void csum_positive(struct gen *g)
{
    gen_libvirt(g);
    gen_offload(g, 0);
    healthy_tap(g);
}

static void csum_cut(struct gen *g)
{
    csum_positive(g);
    g->snaplen = 34;
}

static void dup_positive(struct gen *g)
{
    gen_libvirt(g);
    g->copies = 1;
    g->copy_delay = 4 * US;
    healthy_tap(g);
}

/* Real retransmissions: later, with a new IP id. */
static void dup_retransmission(struct gen *g)
{
    struct tcp t;

    gen_libvirt(g);
    t = tcp_new(g, &g->net->guest, healthy_tap(g), 80);
    tcp_open(&t);
    for (int i = 0; i < 8; i++) {
        uint32_t at = tcp_at(&t, CLIENT);

        tcp_data_lost(&t, CLIENT, 700);
        gen_wait(g, 210 * MS);
        tcp_again(&t, CLIENT, at, 700, true);
        tcp_arrived(&t, CLIENT, at + 700);
        gen_wait(g, t.rtt);
        tcp_ack(&t, SERVER);
    }
    tcp_close(&t);
}

static void dup_cut(struct gen *g)
{
    dup_positive(g);
    g->snaplen = 34;
}

static void snap_payload(struct gen *g)
{
    plain(g);
    g->snaplen = 96;
}

static void snap_headers(struct gen *g)
{
    plain(g);
    g->snaplen = 40;
}

/* pcapng's own word for it. */
static void dropped_told(struct gen *g)
{
    plain(g);
    g->format = GEN_PCAPNG;
    g->drops = 123;
}

static void dropped_none(struct gen *g)
{
    plain(g);
    g->format = GEN_PCAPNG;
    g->drops = 0;
}

/* Nobody says so, but ACKs name data that is not there. */
static void dropped_seen(struct gen *g)
{
    struct tcp t;

    gen_libvirt(g);
    t = tcp_new(g, &g->net->guest, healthy_tap(g), 80);
    tcp_open(&t);
    tcp_data(&t, CLIENT, 200);
    gen_wait(g, t.rtt);
    tcp_ack(&t, SERVER);
    for (int i = 0; i < 40; i++) {
        if (i % 4 == 3)
            tcp_data_unseen(&t, SERVER, 1448);
        else
            tcp_data(&t, SERVER, 1448);
        gen_wait(g, 50 * US);
        tcp_ack(&t, CLIENT);
    }
    tcp_close(&t);
}

static void clock_back(struct gen *g)
{
    gen_libvirt(g);
    g->keep_order = true;
    healthy_tap(g);
    g->now -= 5 * SEC;
    gen_healthy(g, gen_peer(g, "203.0.113.81"));
}

static void one_sided(struct gen *g)
{
    struct host *web;

    gen_libvirt(g);
    web = healthy_tap(g);
    g->hide = g->net->gw.mac;
    for (int i = 0; i < 6; i++)
        tcp_http(g, &g->net->guest, web, 30000);
}

/* clang-format off */
const struct scenario capture_scenes[] = {
    { "capture-vnet-header.positive", "10 octets, then 12", vnet_positive },
    { "capture-vnet-header.lookalike", "plain Ethernet", plain },
    { "capture-vnet-header.cut", "cut inside the IP header", vnet_cut },
    { "capture-gso-frames.positive", "super-frames of 7240 octets",
      gso_positive },
    { "capture-gso-frames.lookalike", "jumbo frames both sides agreed on",
      gso_jumbo },
    { "capture-gso-frames.cut", "super-frames, cut", gso_cut },
    { "capture-checksum-offload.positive", "the guest's sums are partial",
      csum_positive },
    { "capture-checksum-offload.lookalike", "all sums are right", plain },
    { "capture-checksum-offload.cut", "cut before the checksums", csum_cut },
    { "capture-duplicates.positive", "every frame twice", dup_positive },
    { "capture-duplicates.lookalike", "retransmissions", dup_retransmission },
    { "capture-duplicates.cut", "every frame twice, cut", dup_cut },
    { "capture-truncated.positive", "96 octets of each frame", snap_payload },
    { "capture-truncated.lookalike", "whole frames", plain },
    { "capture-truncated.cut", "40 octets of each frame", snap_headers },
    { "capture-dropped.positive-told", "the file says 123", dropped_told },
    { "capture-dropped.positive-seen", "ACKs of data never captured",
      dropped_seen },
    { "capture-dropped.lookalike", "the file says 0", dropped_none },
    { "capture-dropped.cut", "cut, and nothing lost", snap_payload },
    { "capture-clock.positive", "five seconds back", clock_back },
    { "capture-clock.lookalike", "in order", plain },
    { "capture-clock.cut", "cut, in order", snap_payload },
    { "capture-one-sided.positive", "the gateway's frames are missing",
      one_sided },
    { "capture-one-sided.lookalike", "both directions", plain },
    { "capture-one-sided.cut", "both directions, cut", snap_payload },
    { NULL, NULL, NULL },
};
/* clang-format on */
