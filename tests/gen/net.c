/* SPDX-License-Identifier: BSD-3-Clause
 *
 * How guests come up and talk, whatever the backend; the backends themselves
 * are rows in backends.c.
 */
#include "tests/gen/net.h"

#include <arpa/inet.h>
#include <stdlib.h>
#include <string.h>

static const char *text_of(const struct host *h)
{
    static char buf[4][INET6_ADDRSTRLEN];
    static unsigned i;
    char *out = buf[i++ % 4];

    inet_ntop(h->version == 6 ? AF_INET6 : AF_INET, h->ip, out,
              INET6_ADDRSTRLEN);
    return out;
}

struct host *gen_peer(struct gen *g, const char *ip)
{
    struct net *net = g->net;
    struct host *h;

    if (net->npeer == PEERS_MAX) {
        fputs("gen: too many peers\n", stderr);
        abort();
    }
    h = &net->peer[net->npeer++];
    *h = strchr(ip, ':') ? net->far6 : net->far;
    memset(h->ip, 0, sizeof(h->ip));
    ip_bytes(ip, h->ip);
    return h;
}

/* --- coming up ---------------------------------------------------------- */

#define CLIENT_ORDER "53,50,54,12,57,55,60,61" /* as busybox udhcpc */

static void client_says(struct gen *g, uint8_t type, uint32_t xid,
                        uint16_t secs)
{
    struct net *net = g->net;
    struct host from = net->guest;
    struct dhcp d = {
        .type = type, .xid = xid, .secs = secs, .order = CLIENT_ORDER
    };

    memset(from.ip, 0, 4);
    from.ipid = IPID_ZERO;
    from.df = false;
    if (type == DHCP_REQUEST) {
        d.requested = net->offer.yiaddr;
        d.server = net->offer.server;
    }
    gen_dhcp(g, &from, &everyone, &net->guest, &d);
}

static void server_says(struct gen *g, uint8_t type, uint32_t xid)
{
    struct net *net = g->net;
    struct dhcp d = net->offer;

    d.type = type;
    d.xid = xid;
    gen_dhcp(g, &net->server, net->dhcp_broadcast ? &everyone : &net->guest,
             &net->guest, &d);
}

void gen_dhcp_discover(struct gen *g, uint32_t xid, uint16_t secs)
{
    client_says(g, DHCP_DISCOVER, xid, secs);
}

void gen_bringup_dhcp(struct gen *g)
{
    uint32_t xid = (uint32_t)gen_random(g);

    client_says(g, DHCP_DISCOVER, xid, 0);
    gen_wait(g, 300 * US);
    server_says(g, DHCP_OFFER, xid);
    gen_wait(g, 25 * MS);
    client_says(g, DHCP_REQUEST, xid, 0);
    gen_wait(g, 300 * US);
    server_says(g, DHCP_ACK, xid);
    gen_wait(g, 70 * MS);
}

static void arp_for(struct gen *g, struct host *whom)
{
    struct net *net = g->net;

    gen_arp_request(g, &net->guest, text_of(whom));
    gen_wait(g, 20 * US);
    gen_arp_reply(g, whom, &net->guest);
    gen_wait(g, 400 * US);
}

void gen_arp_gateway(struct gen *g)
{
    arp_for(g, &g->net->gw);
}

void gen_bringup(struct gen *g)
{
    struct net *net = g->net;

    if (net->server.version)
        gen_bringup_dhcp(g);
    arp_for(g, &net->gw);
    if (memcmp(net->dns.ip, net->gw.ip, 4) != 0 &&
        memcmp(net->dns.ip, net->guest.ip, 3) == 0) {
        struct host dns = net->dns;

        /* libslirp answers for its DNS address with a MAC of its own, from
         * which nothing else ever comes. */
        if (!memcmp(dns.mac, "\x52\x55", 2))
            memcpy(dns.mac + 2, dns.ip, 4);
        arp_for(g, &dns);
    }
    if (net->gw6.version) {
        gen_rs(g, &net->guest6);
        gen_wait(g, 200 * US);
        gen_ra(g, &net->gw6, &net->ra);
        gen_wait(g, 2 * MS);
    }
}

#define GUEST(name)                        \
    void gen_##name##_guest(struct gen *g) \
    {                                      \
        gen_##name(g);                     \
        gen_bringup(g);                    \
    }

GUEST(slirp)
GUEST(passt)
GUEST(vbox_nat)
GUEST(libvirt)
GUEST(bridged)
GUEST(gvproxy)

void gen_offload(struct gen *g, uint8_t vnet)
{
    g->vnet = vnet;
    g->net->guest.csum = CSUM_PARTIAL;
    g->net->guest6.csum = CSUM_PARTIAL;
}

/* --- small talk --------------------------------------------------------- */

void gen_ping(struct gen *g, struct host *to, unsigned n, enum ping how)
{
    struct net *net = g->net;
    struct host *from = to->version == 6 ? &net->guest6 : &net->guest;
    bool near = to == &net->gw || to == &net->dns || to == &net->gw6;
    int64_t rtt = near ? net->lan_rtt : net->wan_rtt;
    uint16_t id = ++net->echo_id;

    for (unsigned seq = 1; seq <= n; seq++) {
        gen_echo(g, from, to, id, (uint16_t)seq, 56);
        if (how == PING_ANSWERED) {
            gen_wait(g, rtt);
            gen_echo_reply(g, to, from, id, (uint16_t)seq, 56);
            gen_wait(g, SEC - rtt);
        } else {
            gen_wait(g, SEC);
        }
    }
}

void gen_dns(struct gen *g, const char *name, const char *address)
{
    struct net *net = g->net;
    uint16_t port = net->next_port++;
    uint16_t id = (uint16_t)(net->next_dns_id += 7919);

    gen_dns_query(g, &net->guest, port, &net->dns, id, name, DNS_A);
    gen_wait(g, 1400 * US);
    gen_dns_answer(g, &net->dns, &net->guest, port, id, name, DNS_A,
                   address ? DNS_NOERROR : DNS_NXDOMAIN, address);
    gen_wait(g, 300 * US);
}

void gen_dns_lost(struct gen *g, const char *name, unsigned tries)
{
    struct net *net = g->net;
    uint16_t port = net->next_port++;
    uint16_t id = (uint16_t)(net->next_dns_id += 7919);

    for (unsigned i = 0; i < tries; i++) {
        gen_dns_query(g, &net->guest, port, &net->dns, id, name, DNS_A);
        gen_wait(g, 5 * SEC); /* resolv.conf(5): the default timeout */
    }
}

void gen_healthy(struct gen *g, struct host *peer)
{
    gen_ping(g, peer, 3, PING_ANSWERED);
    gen_dns(g, "example.test", text_of(peer));
    tcp_http(g, &g->net->guest, peer, 20000);
}
