/* SPDX-License-Identifier: BSD-3-Clause
 *
 * Fixtures of dns-dead, dhcp-no-offer and arp-gateway-silent.
 */
#include <string.h>

#include "tests/gen/scenario.h"

/* --- dns-dead ----------------------------------------------------------- */

static void dns_silent(struct gen *g)
{
    gen_libvirt_guest(g);
    gen_ping(g, &g->net->gw, 2, PING_ANSWERED);
    gen_dns_lost(g, "example.test", 2);
    gen_dns_lost(g, "www.example.test", 2);
    gen_dns_lost(g, "deb.debian.org", 2);
    gen_wait(g, 10 * SEC);
    tcp_http(g, &g->net->guest, gen_peer(g, "198.51.100.10"), 3000);
}

/* A query and an ICMP error about it from @by. */
static void dns_error(struct gen *g, struct host *by, const char *name,
                      uint8_t code)
{
    struct net *net = g->net;
    struct quote q;

    for (int i = 0; i < 2; i++) {
        gen_dns_query(g, &net->guest, net->next_port, &net->dns,
                      net->next_dns_id, name, DNS_A);
        q = gen_quote(g);
        gen_wait(g, 200 * US);
        gen_icmp_error(g, by, &q, 3, code, 0);
        gen_wait(g, 2500 * MS);
    }
    net->next_port++;
    net->next_dns_id++;
}

/* The host's resolv.conf says 127.0.0.1, where nothing listens. */
static void dns_martian(struct gen *g)
{
    struct host lo;

    gen_slirp_guest(g);
    lo = g->net->gw;
    ip_bytes("127.0.0.1", lo.ip);
    dns_error(g, &lo, "example.test", 3);
    dns_error(g, &lo, "b.test", 3);
    tcp_http(g, &g->net->guest, gen_peer(g, "198.51.100.10"), 3000);
}

/* dnsmasq is gone: the gateway says that its port is closed. */
static void dns_closed(struct gen *g)
{
    gen_libvirt_guest(g);
    dns_error(g, &g->net->gw, "example.test", 3);
    dns_error(g, &g->net->gw, "b.test", 3);
    tcp_http(g, &g->net->guest, gen_peer(g, "198.51.100.10"), 3000);
}

/* Answers come after three seconds: slow, not dead. */
static void dns_slow(struct gen *g)
{
    struct net *net;

    gen_libvirt_guest(g);
    net = g->net;
    for (uint16_t i = 0; i < 4; i++) {
        const char *name = i % 2 ? "www.example.test" : "example.test";

        gen_dns_query(g, &net->guest, (uint16_t)(41000 + i), &net->dns,
                      (uint16_t)(100 + i), name, DNS_A);
        gen_wait(g, 3 * SEC);
        gen_dns_answer(g, &net->dns, &net->guest, (uint16_t)(41000 + i),
                       (uint16_t)(100 + i), name, DNS_A, DNS_NOERROR,
                       "198.51.100.10");
        gen_wait(g, SEC);
    }
}

/* One query is lost among many. */
static void dns_one_lost(struct gen *g)
{
    gen_libvirt_guest(g);
    gen_dns(g, "example.test", "198.51.100.10");
    gen_dns_lost(g, "www.example.test", 1);
    for (int i = 0; i < 5; i++) {
        gen_dns(g, "www.example.test", "198.51.100.10");
        gen_wait(g, 3 * SEC);
    }
}

static void dns_cut(struct gen *g)
{
    gen_libvirt_guest(g);
    gen_dns_lost(g, "example.test", 1);
    gen_at(g, gen_time(g) - 4 * SEC);
    gen_dns_lost(g, "www.example.test", 1);
}

/* --- dhcp-no-offer ------------------------------------------------------ */

static void discovers(struct gen *g, unsigned n)
{
    int64_t pause = 3 * SEC;

    for (unsigned i = 0; i < n; i++) {
        gen_dhcp_discover(g, 0x5eed0001, (uint16_t)(gen_time(g) / SEC));
        gen_wait(g, pause);
        pause += pause;
    }
}

static void dhcp_dead(struct gen *g)
{
    gen_libvirt(g);
    discovers(g, 5);
}

/* The link carries others' traffic; only the server is missing. */
static void dhcp_filtered(struct gen *g)
{
    struct host other;

    gen_libvirt(g);
    other = g->net->guest;
    mac_bytes("52:54:00:7e:57:33", other.mac);
    ip_bytes("192.168.122.50", other.ip);
    discovers(g, 2);
    gen_arp_gratuitous(g, &other);
    gen_arp_gratuitous(g, &g->net->gw);
    discovers(g, 3);
}

/* The fourth DISCOVER is answered: spanning tree was learning. */
static void dhcp_late(struct gen *g)
{
    gen_libvirt(g);
    discovers(g, 3);
    gen_bringup(g);
    gen_healthy(g, gen_peer(g, "198.51.100.10"));
}

/* A bystander's capture: another guest's broadcasts, the bystander's own
 * unicast. The offers go to that guest alone. */
static void dhcp_bystander(struct gen *g)
{
    struct host other;
    struct net *net;

    gen_libvirt_guest(g);
    net = g->net;
    other = net->guest;
    mac_bytes("52:54:00:7e:57:33", other.mac);
    memset(other.ip, 0, 4);
    for (uint16_t i = 0; i < 4; i++) {
        struct dhcp d = { .type = DHCP_DISCOVER,
                          .xid = 0xb0b0 + i,
                          .order = "53,12,55,61" };

        gen_dhcp(g, &other, &everyone, &other, &d);
        gen_wait(g, 4 * SEC);
    }
    gen_healthy(g, gen_peer(g, "198.51.100.10"));
}

static void dhcp_cut(struct gen *g)
{
    gen_libvirt(g);
    discovers(g, 1);
    gen_at(g, 3 * SEC);
    gen_dhcp_discover(g, 0x5eed0001, 3);
}

/* --- arp-gateway-silent ------------------------------------------------- */

static void ask(struct gen *g, const char *ip, unsigned n)
{
    for (unsigned i = 0; i < n; i++) {
        gen_arp_request(g, &g->net->guest, ip);
        gen_wait(g, SEC);
    }
}

/* The lease names a router that is not there. */
static void arp_lease(struct gen *g)
{
    gen_libvirt(g);
    g->net->offer.router = "192.168.122.254";
    gen_bringup_dhcp(g);
    ask(g, "192.168.122.254", 9);
}

/* A fixed address with a gateway that libslirp does not have. */
static void arp_static(struct gen *g)
{
    gen_libvirt(g);
    ask(g, "192.168.122.254", 9);
}

/* A scan: many addresses, most of them free. */
static void arp_scan(struct gen *g)
{
    gen_libvirt_guest(g);
    for (int i = 10; i < 40; i++) {
        char ip[32];

        snprintf(ip, sizeof(ip), "192.168.122.%d", i);
        ask(g, ip, 3);
    }
    gen_healthy(g, gen_peer(g, "198.51.100.10"));
}

/* The gateway answers the third request: it was booting. */
static void arp_late(struct gen *g)
{
    gen_libvirt(g);
    gen_bringup_dhcp(g);
    ask(g, "192.168.122.1", 3);
    gen_arp_gateway(g);
    gen_healthy(g, gen_peer(g, "198.51.100.10"));
}

static void arp_cut(struct gen *g)
{
    gen_libvirt(g);
    g->net->offer.router = "192.168.122.254";
    gen_bringup_dhcp(g);
    ask(g, "192.168.122.254", 2);
}

const struct scenario names_scenes[] = {
    { "dns-dead.positive-silent", "virbr0: three names, no answer",
      dns_silent },
    { "dns-dead.positive-loopback", "libslirp: the host's own resolver refuses",
      dns_martian },
    { "dns-dead.positive-closed", "virbr0: dnsmasq is gone", dns_closed },
    { "dns-dead.lookalike-slow", "answers after 3 s", dns_slow },
    { "dns-dead.lookalike-lost", "one query of many is lost", dns_one_lost },
    { "dns-dead.cut", "the capture ends before the timeout", dns_cut },
    { "dhcp-no-offer.positive-dead-link", "nothing comes back at all",
      dhcp_dead },
    { "dhcp-no-offer.positive-filtered", "others are heard, no server",
      dhcp_filtered },
    { "dhcp-no-offer.lookalike-late", "the fourth DISCOVER is answered",
      dhcp_late },
    { "dhcp-no-offer.lookalike-bystander",
      "another guest's DISCOVERs, whose offers are not seen", dhcp_bystander },
    { "dhcp-no-offer.cut", "the capture ends after two DISCOVERs", dhcp_cut },
    { "arp-gateway-silent.positive-lease", "the lease's router does not answer",
      arp_lease },
    { "arp-gateway-silent.positive-static",
      "a guest without a lease asks in vain", arp_static },
    { "arp-gateway-silent.lookalike-scan", "the guest scans its subnet",
      arp_scan },
    { "arp-gateway-silent.lookalike-late", "the gateway answers later",
      arp_late },
    { "arp-gateway-silent.cut", "the capture ends after two requests",
      arp_cut },
    { NULL, NULL, NULL },
};
