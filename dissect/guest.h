/* SPDX-License-Identifier: BSD-3-Clause
 *
 * Which station is a guest, what it was given, and how its network came up.
 */
#ifndef DISSECT_GUEST_H
#define DISSECT_GUEST_H

#include "dissect/backend.h"
#include "dissect/station.h"

#define GUESTS_MAX       64
#define GUEST_ADDRS_MAX  4
#define BRINGUP_MAX      10
#define GUEST_NONE       UINT16_MAX

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
    uint8_t prefix_len;         /* from [1], 0 when absent */
    uint32_t lease_s;           /* [51] */
    uint16_t mtu;               /* [26], 0 when absent */
    char domain[64];            /* [15], escaped */
    uint64_t ack_frame;
};

/** struct guest - One VM network card */
struct guest {
    uint16_t station; /* STATION_NONE when known by address only */
    uint8_t confidence; /* 0-100 that this station is the guest side */
    bool forced;        /* --guest said so */
    struct mac mac;
    bool has_mac;
    union addr ipv4[GUEST_ADDRS_MAX], ipv6[GUEST_ADDRS_MAX];
    uint8_t nipv4, nipv6;
    char hostname[64];
    uint16_t mtu;        /* largest IP packet it sent, or [26] / RA MTU */
    uint16_t gateway;    /* station its off-link traffic goes through */
    union addr gateway_ip; /* unspecified when unknown */
    struct lease lease;
    struct bringup bringup[BRINGUP_STAGES];
    struct backend_verdict backend;
};

const char *bringup_stage_name(enum bringup_stage stage); /* "dhcp" */

#endif
