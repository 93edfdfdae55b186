/* SPDX-License-Identifier: BSD-3-Clause
 *
 * What is remembered of each station in case it is a guest: its lease, how its
 * network came up, where its traffic goes. For guest*.c only.
 */
#ifndef DISSECT_GUEST_IMPL_H
#define DISSECT_GUEST_IMPL_H

#include "dissect/facts.h"

#define ARP_TARGETS 4

/** struct exchange - First question of a kind and its answer */
struct exchange {
    int64_t ask_ns, answer_ns; /* answer 0: none */
    uint64_t frame;            /* of the question, 0: not asked */
};

/** struct asked_arp - Whom it asked for by ARP */
struct asked_arp {
    union addr target;
    struct exchange x;
    uint32_t tries;
};

/** struct guest_evidence - Of one station */
struct guest_evidence {
    struct lease lease;
    struct exchange dhcp, rs, dns, tcp;
    struct asked_arp arp[ARP_TARGETS];
    uint8_t narp;
    bool asked_more;    /* more ARP targets than fit */
    uint16_t dns_cport; /* of the first query */
    uint16_t tcp_sport, tcp_dport;
    union addr tcp_peer;
    uint16_t next_hop; /* majority vote (Boyer-Moore) */
    uint32_t next_hop_votes;
};

struct guest_tracker {
    struct guest_choice choice;
    struct guest *old;               /* [GUESTS_MAX] scratch of decide */
    struct guest_evidence *evidence; /* [STATIONS_MAX] */
    struct exchange ra;              /* first advertisement: time, frame */
    union addr ra_src;
    uint16_t ra_station;
    uint16_t ra_mtu;
};

/** guest_describe() - Fill everything but station and confidence */
void guest_describe(const struct guest_tracker *t, const struct facts *facts,
                    struct guest *g);

/** guest_add_address() - Append to ipv4 or ipv6, once */
void guest_add_address(struct guest *g, const union addr *a);

#endif
