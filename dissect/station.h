/* SPDX-License-Identifier: BSD-3-Clause
 *
 * Stations: the Ethernet addresses in the capture and what each did. From
 * these facts guests are told from gateways (guest.c) and backends are named
 * (backend.c). Captures without MAC addresses (RAW, SLL's missing half) get
 * one pseudo-station for each IP address instead, up to the same limit.
 */
#ifndef DISSECT_STATION_H
#define DISSECT_STATION_H

#include "dissect/packet.h"

#define STATION_NONE UINT16_MAX
#define STATIONS_MAX 1024
#define STATION_IPS  8

enum station_flag {
    STATION_DHCP_CLIENT = 1 << 0, /* sent DISCOVER or REQUEST */
    STATION_DHCP_SERVER = 1 << 1, /* sent OFFER, ACK or NAK */
    STATION_RA = 1 << 2,          /* sent a router advertisement */
    STATION_DNS_SERVER = 1 << 3,  /* sent a DNS response */
    STATION_ARP = 1 << 4,         /* sent any ARP */
    STATION_NO_MAC = 1 << 5,      /* pseudo-station: known by address only */
    STATION_BRIDGE = 1 << 6,      /* sent STP */
    STATION_GATEWAY = 1 << 7,     /* carried IP of >= 2 addresses that are
                                     not its own, or of a global one */
    STATION_GROUP = 1 << 8,       /* multicast or broadcast destination */
    STATION_ASKED_FIRST = 1 << 9, /* its first frame was a request */
    STATION_VNET = 1 << 10,       /* its frames carried NEEDS_CSUM or GSO */
    STATION_BACKEND = 1 << 11,    /* wears a MAC only backends have */
    STATION_AT_BACKEND = 1 << 12, /* exchanged frames with such a one */
};

/** struct station - One MAC address; counts saturate */
struct station {
    struct mac mac;
    uint16_t flags; /* enum station_flag */
    int64_t first_ns, last_ns;
    uint64_t first_frame;
    uint64_t sent, received; /* frames */
    uint64_t sent_bytes, received_bytes;
    union addr ip[STATION_IPS]; /* addresses it claimed by ARP, NDP, DHCP ACK
                                   or, for a non-gateway, as IP source */
    uint8_t nip;
    uint32_t foreign_ips; /* distinct-looking source addresses beyond ip[];
                             not counted on beyond 64 */
    uint32_t syn_sent, syn_received;
    uint16_t max_ip_len; /* largest non-GSO IP packet sent */
    char hostname[64];   /* DHCP option 12 or mDNS, as wire octets, escaped */
};

struct station_table;

struct station_table *station_table_new(uint64_t seed);
void station_table_free(struct station_table *t);

/** station_observe() - Account a frame; indexes of both ends, STATION_NONE */
void station_observe(struct station_table *t, const struct packet *pkt,
                     uint16_t *src, uint16_t *dst);

unsigned station_count(const struct station_table *t);
const struct station *station_get(const struct station_table *t, uint16_t i);
uint16_t station_find_mac(const struct station_table *t, const struct mac *m);

/** station_find_ip() - Station that claimed an address, or STATION_NONE */
uint16_t station_find_ip(const struct station_table *t, const union addr *a);

/** station_claim() - The station proved to own @a (ARP, NDP, DHCP ACK) */
void station_claim(struct station_table *t, uint16_t i, const union addr *a);

/** station_owns() - Is @a among the addresses of station @i? */
bool station_owns(const struct station_table *t, uint16_t i,
                  const union addr *a);

/** station_proved() - Did it prove by ARP, NDP or DHCP that @a is its own? */
bool station_proved(const struct station_table *t, uint16_t i,
                    const union addr *a);

/** station_in_all() - Is (nearly) every frame from it, to it or to a group?
 * So the card at which a capture was taken shows. */
bool station_in_all(const struct station_table *t, uint16_t i);

/** station_syn_mtu() - MTU that the MSS of its SYNs speaks of, 0 unknown */
uint16_t station_syn_mtu(const struct station_table *t, uint16_t i);

/** station_overflow() - Frames whose station found no room */
uint64_t station_overflow(const struct station_table *t);

/** station_set_hostname() - Octets from DHCP option 12; escaped here */
void station_set_hostname(struct station_table *t, uint16_t i,
                          const uint8_t *name, size_t n);

/** mac_is_backend() - Does only a backend's own end wear this address? */
bool mac_is_backend(const struct mac *m);

/** mac_vendor() - What is known of an OUI by heart: "VirtualBox", or NULL */
const char *mac_vendor(const struct mac *m);

#endif
