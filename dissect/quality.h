/* SPDX-License-Identifier: BSD-3-Clause
 *
 * Upkeep of struct quality: what the capture itself does to conclusions.
 */
#ifndef DISSECT_QUALITY_H
#define DISSECT_QUALITY_H

#include "dissect/facts.h"

/** struct quality_clock - Of one source: its newest time, and since when it
 * has had no silence of ten seconds */
struct quality_clock {
    int64_t newest_ns, run_since_ns;
    uint64_t run_packets;
    bool started;
};

/* A packet with none of these, of usual size, changes two counters only. */
#define QUALITY_FLAGS                                                \
    (PKT_TRUNCATED | PKT_VNET | PKT_CSUM_PARTIAL | PKT_IP_CSUM_BAD | \
     PKT_IP_LEN_ZERO | PKT_DUPLICATE)
#define QUALITY_EVENTS (EV_FRAGMENT | EV_DAMAGED)
#define QUALITY_IP_LEN 1500u

/* Longest pause of steady traffic */
#define QUALITY_STEADY_NS 10000000000LL

/** quality_odd_time() - Account a packet whose time is not soon after c's */
void quality_odd_time(struct quality *q, struct quality_clock *c,
                      const struct packet *pkt);

/** quality_time() - Account a packet's time */
static inline void quality_time(struct quality *q, struct quality_clock *c,
                                const struct packet *pkt)
{
    if (__builtin_expect(!c->started, 0)) {
        c->started = true;
        c->newest_ns = c->run_since_ns = pkt->ts_ns;
    }
    if (pkt->ts_ns < c->newest_ns ||
        pkt->ts_ns - c->newest_ns > QUALITY_STEADY_NS)
        quality_odd_time(q, c, pkt);
    if (pkt->ts_ns > c->newest_ns)
        c->newest_ns = pkt->ts_ns;
    c->run_packets++;
}

/** quality_odd() - Account a packet that has any of the above; @f: its flow
 * or NULL */
void quality_odd(struct quality *q, const struct packet *pkt,
                 const struct flow *f);

/** quality_flow() - Account whether both directions of a flow were seen */
void quality_flow(struct quality *q, const struct flow *f);

/** quality_conclude() - Verdicts from all counts */
void quality_conclude(struct facts *facts);

/** quality_packet() - Account a packet
 * @slot: Of its flow, or FLOW_NONE */
static inline void quality_packet(struct quality *q, const struct packet *pkt,
                                  const struct flow_table *flows, uint32_t slot)
{
    q->csum_checked += (pkt->events & (EV_TCP | EV_UDP)) != 0;
    if ((pkt->flags & QUALITY_FLAGS) || (pkt->events & QUALITY_EVENTS) ||
        pkt->ip_len > QUALITY_IP_LEN)
        quality_odd(q, pkt, flow_get(flows, slot));
}

#endif
