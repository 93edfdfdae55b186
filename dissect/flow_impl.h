/* SPDX-License-Identifier: BSD-3-Clause
 *
 * What the files of the flow module share and nobody else sees. flow.c is the
 * table and calls the others: flow_index.c finds a slot, flow_copy.c knows
 * copies, flow_tcp.c accounts TCP with flow_seq.c; what went wrong is noted in
 * flow_trouble.c.
 */
#ifndef DISSECT_FLOW_IMPL_H
#define DISSECT_FLOW_IMPL_H

#include "dissect/flow.h"

#define IP_ICMP4 1
#define IP_IGMP  2
#define IP_TCP   6
#define IP_UDP   17
#define IP_ICMP6 58

/* Times after which a flow counts as over (RFC 4787 asks NATs for 2 minutes
 * of UDP or more; user-mode backends keep 240 s). */
#define IDLE_OTHER_NS    (INT64_C(300) * 1000000000)
#define IDLE_EMBRYO_NS   (INT64_C(120) * 1000000000)
#define IDLE_HALF_NS     (INT64_C(300) * 1000000000)
#define IDLE_GAP_NS      (INT64_C(20) * 1000000000)
#define STALL_NS         (INT64_C(1) * 1000000000)
#define REORDER_US       3000u
#define RTO_MS           200
#define MTU_GRACE_US     200000u
#define MTU_GRACE_MIN_US 50000u
#define COPY_US          1000u
#define SEQ_JUMP_MAX     (64 << 20) /* farther ahead is not a gap */
#define MSS_SANE         48u

/** struct copy_note - A packet seen lately: 24 bits of its digest, its TTL */
struct copy_note {
    uint32_t sig_ttl;
    uint32_t us;
};

#define COPY_SETS 512
#define COPY_WAYS 2

/** struct index_entry - @slot1 is a slot number plus one, 0 when empty */
struct index_entry {
    uint32_t tag; /* low half of the hash; picks the home position too */
    uint32_t slot1;
};

/**
 * struct flow_index - Open addressing, linear probing, backward-shift delete
 * @base:  Reservation; each doubling moves to the next part of it
 * @entry: Table in use, @mask + 1 entries
 */
struct flow_index {
    struct index_entry *base;
    size_t base_size;
    struct index_entry *entry;
    uint32_t mask;
    uint32_t count;
    uint32_t max_entries;
};

struct flow_table {
    struct flow *slot;
    uint32_t flows_max;
    uint32_t high;       /* slots ever used */
    uint32_t free_first; /* list through next */
    uint32_t open_count;
    uint32_t evict_hand, tick_hand;
    uint32_t closed_first, closed_last, closed_count, closed_max;
    uint32_t next_id;
    uint64_t seed;
    struct flow_index index;
    struct flow_trouble *trouble;
    uint32_t trouble_max, trouble_high, trouble_free;
    flow_retire_fn retire;
    void *retire_ctx;
    struct flow_counts counts;
    struct copy_note copy[COPY_SETS][COPY_WAYS];
};

/* RFC 9293 section 3.4: sequence numbers compare modulo 2^32. */
static inline int32_t seq_diff(uint32_t a, uint32_t b)
{
    return (int32_t)(a - b);
}

/* Times are as recorded, whatever was recorded: the difference may wrap. */
static inline int64_t ns_since(int64_t now, int64_t then)
{
    return (int64_t)((uint64_t)now - (uint64_t)then);
}

static inline void sat8(uint8_t *v)
{
    if (*v != UINT8_MAX)
        (*v)++;
}

static inline uint16_t sat16_add(uint16_t v, uint32_t n)
{
    return n > (uint32_t)(UINT16_MAX - v) ? UINT16_MAX : (uint16_t)(v + n);
}

static inline uint16_t clamp16(uint32_t v)
{
    return v > UINT16_MAX ? UINT16_MAX : (uint16_t)v;
}

static inline uint32_t ts_us(int64_t ts_ns)
{
    return (uint32_t)((uint64_t)ts_ns / 1000);
}

static inline uint16_t ts_ms(int64_t ts_ns)
{
    return (uint16_t)((uint64_t)ts_ns / 1000000);
}

/** struct tuple - A packet's ends; ICMP has its id in both ports */
struct tuple {
    const union addr *src, *dst;
    uint16_t sport, dport;
    uint16_t vlan;
    uint8_t ip_proto;
};

static inline bool flow_is_icmp(uint8_t ip_proto)
{
    return ip_proto == IP_ICMP4 || ip_proto == IP_ICMP6;
}

/** tuple_in_order() - Is the source the lower of the two ends? */
static inline bool tuple_in_order(const struct tuple *t)
{
    if (t->src->q[0] != t->dst->q[0])
        return t->src->q[0] < t->dst->q[0];
    if (t->src->q[1] != t->dst->q[1])
        return t->src->q[1] < t->dst->q[1];
    return t->sport <= t->dport;
}

uint64_t flow_tuple_hash(const struct flow_table *t, const struct tuple *tp);

/** flow_tuple_dir() - Direction of a packet in a flow, -1: it is another's */
int flow_tuple_dir(const struct flow *f, const struct tuple *tp);

/** flow_reserve() - Zeroed memory that costs nothing until it is touched */
void *flow_reserve(size_t size);
void flow_unreserve(void *p, size_t size);

bool flow_index_init(struct flow_index *ix, uint32_t flows_max);
uint32_t flow_index_find(const struct flow_table *t, uint32_t tag,
                         const struct tuple *tp, int *dir);

/** flow_index_peek() - Where the first entry with this tag is or would be */
uint32_t flow_index_peek(const struct flow_table *t, uint32_t tag);

/** flow_index_find_at() - flow_index_find() that looks at @at first
 * @at: What flow_index_peek() said; no harm is done if the table has changed */
uint32_t flow_index_find_at(const struct flow_table *t, uint32_t tag,
                            uint32_t at, const struct tuple *tp, int *dir);
void flow_index_insert(struct flow_index *ix, uint32_t tag, uint32_t slot);

/** flow_index_remove() - Forget a slot; quiet when no entry names it */
void flow_index_remove(struct flow_table *t, uint32_t slot);

/** flow_copy_digest() - Of what a copy has in common with its original */
uint64_t flow_copy_digest(const struct packet *pkt);

/** flow_is_copy() - Was this packet seen a moment ago? Remembers it anyway. */
bool flow_is_copy(struct flow_table *t, const struct packet *pkt,
                  uint64_t digest);

/** flow_tcp_begins_anew() - Is this packet of a known tuple another flow? */
bool flow_tcp_begins_anew(const struct flow *f, unsigned dir,
                          const struct packet *pkt);

/**
 * struct segment - One segment and what is derived from it once
 * @end:   One past its last octet, SYN and FIN counted
 * @len:   Payload octets
 * @count: Wire segments, 0 without payload
 * @head:  Payload octets of the first of them
 * @wire:  IP length of the first of them
 */
struct segment {
    const struct packet *pkt;
    const struct tcp_info *tcp;
    struct flow *f;
    struct flow_dir *d, *o; /* its direction, the other one */
    unsigned dir;
    uint32_t seq, end, len;
    uint32_t count, head;
    uint16_t wire;
    uint8_t flags;
    uint32_t us, frame;
    int64_t now_ns, quiet_ns;
};

/** segment_begin_at() - Where a direction's sequence numbers start */
static inline void segment_begin_at(struct flow_dir *d, uint32_t isn,
                                    uint32_t nxt)
{
    d->isn = isn;
    d->nxt = nxt;
    d->flags |= FDIR_NXT;
}

/** flow_sequence() - What a segment without SYN and RST is: new data, a gap,
 * old data, a keep-alive, a probe; counts it and moves nxt */
void flow_sequence(struct flow_table *t, struct segment *s);

/** segment_count_data() - Count the payload, whatever it is */
void segment_count_data(struct segment *s);

/** flow_tcp_packet() - Account a TCP segment; last_ns is still the old one
 * Return: true when the connection is over with it. */
bool flow_tcp_packet(struct flow_table *t, struct flow *f, unsigned dir,
                     const struct packet *pkt);

/** flow_full_size() - IP length of a full segment of a direction, 0 unknown */
unsigned flow_full_size(const struct flow *f, unsigned dir);

/** flow_history_add() - Append a letter, capital for the originator */
void flow_history_add(struct flow *f, unsigned dir, char lower);

/** flow_trouble_get() - Trouble of a flow, made when missing; NULL when full */
struct flow_trouble *flow_trouble_get(struct flow_table *t, struct flow *f);
static inline struct flow_trouble *flow_trouble_peek(const struct flow_table *t,
                                                     const struct flow *f)
{
    return f->trouble == FLOW_NONE ? NULL : &t->trouble[f->trouble];
}

void flow_trouble_release(struct flow_table *t, struct flow *f);

/** struct resend - A retransmission as flow_tcp.c saw it */
struct resend {
    uint32_t seq, end;        /* of its head wire segment */
    uint16_t wire;            /* IP length of that */
    uint32_t count;           /* wire segments */
    unsigned full;            /* IP length of a full segment, 0 unknown */
    int64_t now_ns, quiet_ns; /* since the flow's previous packet */
    uint16_t since_nxt_ms;
    uint32_t frame;
    bool df;
    bool seen_first; /* its first transmission passed the capture point */
    bool was_acked;
    bool dup_acked; /* three duplicate ACKs, or one with SACK before it */
    bool outstanding;
};

void trouble_resend(struct trouble_dir *td, const struct resend *r);

/** trouble_acked() - The other side acknowledged up to @ack
 * Return: gaps never seen that it covers. */
unsigned trouble_acked(struct trouble_dir *td, uint32_t ack, int64_t now_ns);

/** trouble_gap_open() - [start, end) was skipped; see struct trouble_gap */
void trouble_gap_open(struct trouble_dir *td, struct trouble_gap gap,
                      int64_t now_ns, uint32_t frame);

/** enum gap_fill - What old octets that arrive now are */
enum gap_fill {
    GAP_SEEN,      /* seen before: a retransmission */
    GAP_REORDERED, /* not seen before, sent in time, overtaken */
    GAP_RESENT,    /* not seen before, sent again */
};

/** trouble_gap_fill() - [seq, end) arrived
 * @reorder_us: How late a reordered segment may be
 */
enum gap_fill trouble_gap_fill(struct trouble_dir *td, uint32_t seq,
                               uint32_t end, uint16_t ip_id, int64_t now_ns,
                               uint32_t frame, uint32_t reorder_us);

void trouble_window_zero(struct trouble_dir *td, int64_t now_ns,
                         uint32_t frame);
void trouble_window_open(struct trouble_dir *td, int64_t now_ns,
                         uint32_t frame);
void trouble_idle(struct flow_trouble *tr, unsigned dir, int64_t gap_ns,
                  uint32_t frame);

/** trouble_after_icmp() - Count @wire when it ignores a path MTU message */
void trouble_after_icmp(struct flow_trouble *tr, const struct flow *f,
                        unsigned dir, uint32_t wire, int64_t now_ns,
                        uint32_t frame);

#endif
