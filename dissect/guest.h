/* SPDX-License-Identifier: BSD-3-Clause
 *
 * Which station is a guest, what it was given, and how its network came up.
 */
#ifndef DISSECT_GUEST_H
#define DISSECT_GUEST_H

#include "dissect/backend.h"
#include "dissect/station.h"

#define GUESTS_MAX      64
#define GUEST_ADDRS_MAX 4
#define BRINGUP_MAX     10
#define GUEST_NONE      UINT16_MAX

enum bringup_stage {
    BRINGUP_FIRST_FRAME,
    BRINGUP_DHCP,      /* DISCOVER or REQUEST to ACK */
    BRINGUP_ARP_GW,    /* first ARP for the gateway to its reply */
    BRINGUP_RA,        /* RS to RA */
    BRINGUP_DNS,       /* first query to its answer */
    BRINGUP_FIRST_TCP, /* first SYN to off-link to SYN-ACK */
    BRINGUP_STAGES
};

/** struct bringup - One stage; ok false with took_ns -1: asked, no answer */
struct bringup {
    bool seen, ok;
    int64_t at_ns, took_ns;
    uint64_t frame;
};

/** struct lease - What DHCP gave (RFC 2132 option in brackets) */
struct lease {
    bool valid;
    union addr address, server; /* yiaddr, [54] */
    union addr router;          /* [3], unspecified when absent */
    union addr dns[3];          /* [6] */
    uint8_t ndns;
    uint8_t prefix_len; /* from [1], 0 when absent */
    uint32_t lease_s;   /* [51] */
    uint16_t mtu;       /* [26], 0 when absent */
    char domain[64];    /* [15], escaped */
    uint64_t ack_frame;
};

/** struct guest - One VM network card */
struct guest {
    uint16_t station;   /* STATION_NONE when known by address only */
    uint8_t confidence; /* 0-100 that this station is the guest side */
    bool forced;        /* --guest said so */
    struct mac mac;
    bool has_mac;
    union addr ipv4[GUEST_ADDRS_MAX], ipv6[GUEST_ADDRS_MAX];
    uint8_t nipv4, nipv6;
    char hostname[64];
    uint16_t mtu;          /* largest IP packet it sent, or [26] / RA MTU */
    uint16_t gateway;      /* station its off-link traffic goes through */
    union addr gateway_ip; /* unspecified when unknown */
    struct lease lease;
    struct bringup bringup[BRINGUP_STAGES];
    struct backend_verdict backend;
};

const char *bringup_stage_name(enum bringup_stage stage); /* "dhcp" */

/* Packets that tell something about guests. */
#define GUEST_EVENTS                                                   \
    (EV_ARP | EV_NDP | EV_DHCP | EV_DNS | EV_TCP_SYN | EV_TCP_SYNACK | \
     EV_ICMP_ECHO)

struct facts;
struct guest_tracker;

/** struct guest_choice - What --guest said */
struct guest_choice {
    bool has_mac, has_ip;
    struct mac mac;
    union addr ip;
};

/** guest_tracker_new() - NULL when memory is short */
struct guest_tracker *guest_tracker_new(const struct guest_choice *choice);
void guest_tracker_free(struct guest_tracker *t);

/** guest_observe() - Note a packet with one of GUEST_EVENTS; addresses and
 * names that DHCP proves are written to @stations */
void guest_observe(struct guest_tracker *t, struct station_table *stations,
                   const struct packet *pkt, uint16_t src_station,
                   uint16_t dst_station);

/**
 * guest_decide() - Who are the guests, as of now
 * @facts: guest[] and nguest are written, in order of first appearance;
 *         the backend verdict of a guest that stays one is kept
 */
void guest_decide(const struct guest_tracker *t, struct facts *facts);

#endif
