/* SPDX-License-Identifier: BSD-3-Clause
 *
 * Ordinary life of a network, with all that looks odd and is not: retries that
 * help, questions that need no answer, captures that begin in the middle.
 * Nothing here is a fault.
 */
#include "tests/gen/scenario.h"

/* A guest on a physical LAN that happens to use libslirp's addresses. */
static void build_trap(struct gen *g)
{
    struct net *net = g->net;

    gen_bridged(g);
    mac_bytes("3c:97:0e:21:55:08", net->guest.mac);
    ip_bytes("10.0.2.15", net->guest.ip);
    ip_bytes("10.0.2.2", net->gw.ip);
    ip_bytes("10.0.2.3", net->dns.ip);
    gen_arp_gateway(g);
    gen_healthy(g, gen_peer(g, "198.51.100.10"));
}

/* One segment in forty is lost; SACK brings it back at once. */
static void build_lossy(struct gen *g)
{
    struct tcp t;

    gen_libvirt_guest(g);
    t = tcp_new(g, &g->net->guest, gen_peer(g, "198.51.100.10"), 443);
    tcp_open(&t);
    tcp_data(&t, CLIENT, 517);
    gen_wait(g, t.rtt);
    tcp_ack(&t, SERVER);
    for (int round = 0; round < 5; round++) {
        uint32_t hole;

        tcp_transfer(&t, SERVER, 40 * 1448);
        hole = tcp_at(&t, SERVER);
        tcp_skip(&t, SERVER, 1448);
        for (uint32_t i = 1; i <= 4; i++) {
            tcp_data_lost(&t, SERVER, 1448);
            gen_wait(g, 50 * US);
            tcp_sack(&t, CLIENT, hole + 1448, hole + 1448 * (i + 1));
            gen_wait(g, 50 * US);
        }
        gen_wait(g, t.rtt);
        tcp_again(&t, SERVER, hole, 1448, true);
        tcp_arrived(&t, SERVER, tcp_at(&t, SERVER));
        gen_wait(g, 60 * US);
        tcp_ack(&t, CLIENT);
        gen_wait(g, 2 * MS);
    }
    tcp_close(&t);
}

/* A connection that waits for events: keep-alives for ten minutes. */
static void build_idle(struct gen *g)
{
    struct tcp t;

    gen_slirp_guest(g);
    t = tcp_new(g, &g->net->guest, gen_peer(g, "198.51.100.10"), 5222);
    tcp_open(&t);
    tcp_data(&t, CLIENT, 200);
    gen_wait(g, t.ack_delay[CLIENT]);
    tcp_ack(&t, SERVER);
    for (int i = 0; i < 10; i++) {
        gen_wait(g, 60 * SEC);
        tcp_keepalive(&t, CLIENT, i % 2);
        gen_wait(g, t.ack_delay[CLIENT]);
        tcp_ack(&t, SERVER);
    }
    tcp_close(&t);
}

/* The reader pauses a moment: window shut, probed, open again. */
static void build_zero_window(struct gen *g)
{
    struct tcp t;

    gen_libvirt_guest(g);
    t = tcp_new(g, &g->net->guest, gen_peer(g, "198.51.100.10"), 443);
    tcp_open(&t);
    tcp_data(&t, CLIENT, 300);
    gen_wait(g, t.rtt);
    tcp_ack(&t, SERVER);
    tcp_transfer(&t, SERVER, 64000);
    tcp_window(&t, CLIENT, 0);
    gen_wait(g, 220 * MS);
    tcp_probe(&t, SERVER);
    gen_wait(g, 60 * US);
    tcp_ack(&t, CLIENT);
    gen_wait(g, 100 * MS);
    tcp_window(&t, CLIENT, 64240);
    gen_wait(g, t.rtt);
    tcp_transfer(&t, SERVER, 20000);
    tcp_close(&t);
}

/* Names that a search list tries first, AAAA that do not exist. */
static void build_nxdomain(struct gen *g)
{
    gen_slirp_guest(g);
    for (int i = 0; i < 6; i++) {
        gen_dns(g, "db.corp.example.test", NULL);
        gen_dns(g, "db.example.test", NULL);
        gen_dns(g, "db.test", "198.51.100.10");
        gen_wait(g, 2 * SEC);
    }
    tcp_http(g, &g->net->guest, gen_peer(g, "198.51.100.10"), 3000);
}

/* traceroute: UDP with rising TTL, time exceeded, port unreachable. */
static void build_traceroute(struct gen *g)
{
    struct host *web;
    uint16_t port = 33434;

    gen_libvirt_guest(g);
    web = gen_peer(g, "198.51.100.10");
    for (uint8_t ttl = 1; ttl <= 5; ttl++) {
        struct host guest = g->net->guest, hop = g->net->far;
        struct quote q;

        guest.ttl = ttl;
        ip_bytes("203.0.113.1", hop.ip);
        hop.ip[3] = ttl;
        gen_udp(g, &guest, 41000, web, port++, NULL, 32);
        q = gen_quote(g);
        gen_wait(g, ttl * 4 * MS);
        if (ttl == 1)
            gen_icmp_error(g, &g->net->gw, &q, 11, 0, 0);
        else if (ttl < 5)
            gen_icmp_error(g, &hop, &q, 11, 0, 0);
        else
            gen_icmp_error(g, web, &q, 3, 3, 0);
        gen_wait(g, 100 * MS);
    }
    tcp_http(g, &g->net->guest, web, 3000);
}

/* Announcements and searches that nobody has to answer. */
static void build_chatter(struct gen *g)
{
    static const char ssdp[] = "M-SEARCH * HTTP/1.1\r\n"
                               "HOST: 239.255.255.250:1900\r\n"
                               "MAN: \"ssdp:discover\"\r\nMX: 1\r\n"
                               "ST: ssdp:all\r\n\r\n";
    static const uint8_t mdns[] = { 0,   0,   0,   0,   0,   1,   0,   0,   0,
                                    0,   0,   0,   5,   '_', 'i', 'p', 'p', 's',
                                    4,   '_', 't', 'c', 'p', 5,   'l', 'o', 'c',
                                    'a', 'l', 0,   0,   12,  0,   1 };
    struct host group = everyone;

    gen_libvirt_guest(g);
    gen_arp_gratuitous(g, &g->net->guest);
    for (int i = 0; i < 8; i++) {
        gen_wait(g, 2 * SEC);
        ip_bytes("239.255.255.250", group.ip);
        mac_bytes("01:00:5e:7f:ff:fa", group.mac);
        gen_udp(g, &g->net->guest, 50123, &group, 1900, ssdp, sizeof(ssdp) - 1);
        ip_bytes("224.0.0.251", group.ip);
        mac_bytes("01:00:5e:00:00:fb", group.mac);
        gen_udp(g, &g->net->guest, 5353, &group, 5353, mdns, sizeof(mdns));
        gen_udp(g, &g->net->guest, 138, &everyone, 138, NULL, 180);
    }
    gen_healthy(g, gen_peer(g, "198.51.100.10"));
}

/* The capture began while all was running. */
static void build_midstream(struct gen *g)
{
    struct tcp t;

    gen_libvirt(g);
    g->mute = true;
    t = tcp_new(g, &g->net->guest, gen_peer(g, "198.51.100.10"), 443);
    tcp_open(&t);
    tcp_transfer(&t, CLIENT, 100000);
    g->mute = false;
    tcp_transfer(&t, CLIENT, 60000);
    tcp_transfer(&t, SERVER, 60000);
    gen_dns(g, "example.test", "198.51.100.10");
}

/* DISCOVER is heard at the second try, the lease is renewed by unicast. */
static void build_renewal(struct gen *g)
{
    struct net *net = g->net;
    struct dhcp d;

    gen_libvirt(g);
    gen_dhcp_discover(g, 0x5eed, 0);
    gen_wait(g, 3 * SEC);
    gen_bringup(g);
    gen_healthy(g, gen_peer(g, "198.51.100.10"));
    gen_wait(g, 1800 * SEC);
    d = (struct dhcp){ .type = DHCP_REQUEST,
                       .xid = 0x4e4e,
                       .order = "53,55,61",
                       .ciaddr = net->offer.yiaddr };
    gen_dhcp(g, &net->guest, &net->server, &net->guest, &d);
    gen_wait(g, 2 * MS);
    d = net->offer;
    d.type = DHCP_ACK;
    d.xid = 0x4e4e;
    gen_dhcp(g, &net->server, &net->guest, &net->guest, &d);
    gen_wait(g, SEC);
    gen_healthy(g, gen_peer(g, "198.51.100.11"));
}

/* IPv6 of one's own only: a solicitation that no router answers. */
static void build_no_router6(struct gen *g)
{
    gen_libvirt_guest(g);
    g->net->guest6 = host_v6("fe80::5054:ff:fe12:3456", "52:54:00:12:34:56");
    gen_ns(g, &g->net->guest6, "fe80::5054:ff:fe12:3456");
    for (int i = 0; i < 3; i++) {
        gen_wait(g, 4 * SEC);
        gen_rs(g, &g->net->guest6);
    }
    gen_healthy(g, gen_peer(g, "198.51.100.10"));
}

/* Large datagrams in fragments, both ways, all of them there. */
static void build_fragments(struct gen *g)
{
    struct host *peer;

    gen_libvirt_guest(g);
    peer = gen_peer(g, "198.51.100.10");
    peer->df = g->net->guest.df = false;
    for (int i = 0; i < 5; i++) {
        gen_udp(g, &g->net->guest, 40123, peer, 2049, NULL, 4000);
        gen_wait(g, g->net->wan_rtt);
        gen_udp(g, peer, 2049, &g->net->guest, 40123, NULL, 6000);
        gen_wait(g, 100 * MS);
    }
}

/* A tagged port of a bridge: all frames carry 802.1Q. */
static void build_vlan(struct gen *g)
{
    g->vlan = 42;
    gen_bridged_guest(g);
    gen_healthy(g, gen_peer(g, "198.51.100.10"));
}

/* clang-format off */
const struct scenario healthy_scenes[] = {
    { "healthy.trap-address", "libslirp's addresses on a physical LAN",
      build_trap },
    { "healthy.lossy", "a few segments lost on the way and repaired",
      build_lossy },
    { "healthy.idle", "keep-alives for ten minutes", build_idle },
    { "healthy.zero-window", "the reader pauses for a moment",
      build_zero_window },
    { "healthy.nxdomain", "a search list at work", build_nxdomain },
    { "healthy.traceroute", "traceroute through kernel NAT",
      build_traceroute },
    { "healthy.chatter", "SSDP, mDNS, NetBIOS that nobody answers",
      build_chatter },
    { "healthy.midstream", "the capture began in the middle",
      build_midstream },
    { "healthy.renewal", "DHCP: second try, later a renewal",
      build_renewal },
    { "healthy.no-ipv6-router", "router solicitations into the void",
      build_no_router6 },
    { "healthy.fragments", "whole fragmented datagrams", build_fragments },
    { "healthy.vlan", "802.1Q tagged frames", build_vlan },
    { NULL, NULL, NULL },
};
/* clang-format on */
