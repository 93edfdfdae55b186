/* SPDX-License-Identifier: BSD-3-Clause
 *
 * Networks a guest may be on, with each backend's fingerprints as measured:
 * gateway MAC, DHCP options in order, SYN-ACK, TTL, IP ID, ISN. A scenario
 * begins with one of the gen_*_guest() calls and then speaks of net->guest,
 * net->gw, net->dns and of peers:
 *
 *     static void build_ping_lost(struct gen *g)
 *     {
 *         struct host *web;
 *
 *         gen_slirp_guest(g);
 *         web = gen_peer(g, "198.51.100.10");
 *         gen_ping(g, web, 4, PING_LOST);
 *         gen_dns(g, "example.test", "198.51.100.10");
 *         tcp_http(g, &g->net->guest, web, 20000);
 *     }
 */
#ifndef TESTS_GEN_NET_H
#define TESTS_GEN_NET_H

#include "tests/gen/tcp.h"

#define PEERS_MAX 64

/** struct net - The guest's network; g->net */
struct net {
    const char *name;
    struct host guest, gw, dns;    /* dns may be gw's address again */
    struct host guest6, gw6, dns6; /* version 0: no IPv6 */
    struct host server;            /* the DHCP server; version 0: none */
    struct host far;               /* how peers beyond the gateway look */
    struct host far6;
    struct host peer[PEERS_MAX];
    unsigned npeer;
    struct dhcp offer;   /* what the server says */
    bool dhcp_broadcast; /* it answers to 255.255.255.255 */
    bool arp_padded;     /* its ARP replies have 64 octets */
    struct ra ra;
    bool terminates;   /* ends TCP itself */
    int64_t wan_rtt;   /* to peers beyond the gateway */
    int64_t lan_rtt;   /* guest to backend */
    int64_t ack_delay; /* guest's data to its ACK on this link */
    uint16_t id;       /* backend's IP ID counter */
    uint32_t isn;      /* backend's last ISN, libslirp */
    uint16_t next_port, next_dns_id, echo_id;
};

/* --- backends: set up g->net, send nothing ------------------------------ */

void gen_slirp(struct gen *g);             /* QEMU user mode, libslirp 4.7 */
void gen_slirp4netns(struct gen *g);       /* tap0 10.0.2.100, no DHCP */
void gen_passt(struct gen *g);             /* 2023: host's address and MAC */
void gen_passt_new(struct gen *g);         /* 2025: 9a:55:9a:55:9a:55, DF */
void gen_vbox_nat(struct gen *g);          /* classic engine */
void gen_vbox_nat_libslirp(struct gen *g); /* 7.1 and later */
void gen_vbox_natnetwork(struct gen *g);
void gen_vbox_hostonly(struct gen *g);
void gen_vbox_bridged(struct gen *g);
void gen_libvirt(struct gen *g); /* virbr0: dnsmasq, masquerade */
void gen_bridged(struct gen *g); /* tap on a bridge to a real LAN */
void gen_gvproxy(struct gen *g);
void gen_vmware_nat(struct gen *g);
void gen_hyperv_nat(struct gen *g);
void gen_parallels(struct gen *g);

/* --- the same, and the guest comes up: DHCP, ARP, RA -------------------- */

void gen_slirp_guest(struct gen *g);
void gen_passt_guest(struct gen *g);
void gen_vbox_nat_guest(struct gen *g);
void gen_libvirt_guest(struct gen *g);
void gen_bridged_guest(struct gen *g);
void gen_gvproxy_guest(struct gen *g);

/** gen_bringup() - DHCP, ARP for the gateway, RS and RA, as the net has them */
void gen_bringup(struct gen *g);

/** gen_bringup_dhcp() - DISCOVER, OFFER, REQUEST, ACK */
void gen_bringup_dhcp(struct gen *g);

/** gen_arp_gateway() - The guest asks for the gateway, which answers */
void gen_arp_gateway(struct gen *g);

/** gen_offload() - As tap with virtio offload is captured: the guest's sums
 * are partial; @vnet 0, 10, 12 octets of virtio-net header */
void gen_offload(struct gen *g, uint8_t vnet);

/* --- peers and small talk ----------------------------------------------- */

/** gen_peer() - A host beyond the gateway; stays valid */
struct host *gen_peer(struct gen *g, const char *ip);

enum ping { PING_ANSWERED, PING_LOST };

/** gen_ping() - @n echo requests a second apart, answered or not */
void gen_ping(struct gen *g, struct host *to, unsigned n, enum ping how);

/** gen_dns() - A query for an A record and its answer (NULL: NXDOMAIN) */
void gen_dns(struct gen *g, const char *name, const char *address);

/** gen_dns_lost() - A query with @tries tries, 5 s apart, never answered */
void gen_dns_lost(struct gen *g, const char *name, unsigned tries);

/** gen_dhcp_discover() - Only the guest's DISCOVER */
void gen_dhcp_discover(struct gen *g, uint32_t xid, uint16_t secs);

/** gen_healthy() - Ping, DNS, HTTP with a peer: nothing is wrong */
void gen_healthy(struct gen *g, struct host *peer);

#endif
