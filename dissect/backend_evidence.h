/* SPDX-License-Identifier: BSD-3-Clause
 *
 * What each far end (gateway, DHCP server, router) has shown of its stack,
 * before anybody knows who the guest is. One row a far-end MAC address; in
 * captures without MAC addresses one row for all that a guest's address heard.
 * Private to backend*.c.
 */
#ifndef DISSECT_BACKEND_EVIDENCE_H
#define DISSECT_BACKEND_EVIDENCE_H

#include "dissect/backend.h"
#include "dissect/station.h"

#define FAR_MAX       128
#define FAR_IPS_MAX   8
#define FAR_ORDER_MAX 16

/** struct tcp_traits - The SYN-ACKs one far end sent; counts saturate */
struct tcp_traits {
    uint32_t synacks;
    uint32_t mss_only;    /* options: MSS and nothing else */
    uint32_t no_options;  /* none at all: no real stack does that */
    uint32_t mss_ws_only; /* MSS and window scale, no SACK, no timestamps */
    uint32_t rich;        /* SACK permitted or timestamps: a full stack */
    uint32_t win_65535, win_32768, win_64240, win_8k;
    uint32_t df, id_zero;
    uint32_t ttl_64, ttl_128, ttl_255;
    uint32_t isn_slirp; /* ISN = 1 mod 64000, distinct ones */
    uint32_t last_slirp_isn;
    uint8_t ttl_min, ttl_max;
    uint16_t mss_max, mss_min;
    uint64_t frame;     /* of the first */
    uint64_t isn_frame; /* of the first slirp-like ISN */
};

/** struct dhcp_traits - The first OFFER or ACK it sent */
struct dhcp_traits {
    bool seen;
    uint64_t frame;
    union addr server_id, siaddr, src, router;
    uint8_t order[FAR_ORDER_MAX]; /* option codes as on the wire */
    uint8_t norder;
    uint32_t lease_s;
    uint16_t mtu;
    uint16_t ip_len;
    uint8_t ttl;
    bool has_router, bootfile_pxe, host_vbox, broadcast;
};

/** struct ra_traits - The first router advertisement it sent */
struct ra_traits {
    bool seen;
    uint64_t frame;
    union addr src, prefix;
    uint8_t prefix_len, flags, hop_limit;
    uint16_t lifetime_s;
    uint32_t mtu;
};

/** struct far_end - One row of evidence */
struct far_end {
    uint16_t station;  /* station index, or of the guest when !has_mac */
    uint16_t heard_by; /* last station that it sent unicast to */
    bool has_mac;
    struct mac mac;
    uint32_t packets;
    struct {
        union addr ip;
        uint64_t frame;
    } arp[FAR_IPS_MAX]; /* addresses it claimed in ARP replies */
    uint8_t narp;
    uint32_t arp_targets; /* distinct ones, arp[] overflow included */
    union addr first_src; /* first IP source it sent */
    uint64_t first_src_frame;
    bool many_srcs; /* more than one IP source came from it */
    struct tcp_traits tcp;
    struct dhcp_traits dhcp;
    struct ra_traits ra;
    uint32_t in_v4, in_ttl255, in_ttl255_id0; /* IPv4 it sent to a guest */
    uint32_t udp, udp_ttl255, udp_ttl128;
    uint32_t echo_replies, echo_ttl255;
    uint32_t rst_ttl255, rst_ttl64;
    uint64_t rst_frame;
    uint64_t dhcpv6_8962_frame; /* DHCPv6 from UDP port 8962 */
    uint64_t ttl255_id0_frame;
    bool sends_stp;
};

struct backend_evidence {
    struct far_end far[FAR_MAX];
    unsigned count;
    uint8_t of_station[STATIONS_MAX]; /* far index + 1, 0 none */
    uint32_t overflow;
};

/** evidence_dhcp_order() - Do the option codes begin with @codes[n]? Domain
 * and host name (15, 12) may stand in between: servers send them only when
 * they have one. */
bool evidence_dhcp_order(const struct dhcp_traits *d, const uint8_t *codes,
                         unsigned n);

#endif
