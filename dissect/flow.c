/* SPDX-License-Identifier: BSD-3-Clause
 *
 * The flow table: slots, the index over them, closing, retiring, evicting, and
 * what all protocols of a flow have in common.
 *
 * Theory of operation: slots and troubles lie in reservations of their final
 * size whose pages the kernel provides when they are first touched. Flows that
 * are over move to a queue; the oldest of it is retired when the queue is too
 * long or a slot is needed. When no flow is over, the one idle longest among a
 * sample of the slots makes room: no list has to be kept in order for each
 * packet.  Invariant: an occupied index entry names a slot that is not free,
 * and a slot is named by at most one entry. A closed flow whose tuple began
 * anew has none.
 */
#include "dissect/flow.h"

#include <stdlib.h>

#include "dissect/flow_impl.h"
#include "dissect/proto/proto.h"

#define EVICT_SAMPLE 64u
#define TICK_SLICE   4096u
#define APP_TRIES    2u
#define TCP_HDR_MIN  20u

static_assert(PROTO_COUNT <= UINT8_MAX, "struct flow.app is 8 bits wide");

/* Does a packet belong to a flow at all? See flow_observe_batch(). */
static inline bool has_flow(const struct packet *pkt)
{
    if (pkt->ip_version == 0 || pkt->flags & PKT_FRAG_LATER ||
        pkt->ip_proto == IP_IGMP)
        return false;
    if (!flow_is_icmp(pkt->ip_proto))
        return true;
    return !(pkt->events & (EV_NDP | EV_MULTICAST_MGMT | EV_ICMP_ERROR));
}

static inline void tuple_of_packet(struct tuple *tp, const struct packet *pkt)
{
    uint16_t id = pkt->events & EV_ICMP_ECHO ? pkt->icmp.id : 0;
    bool icmp = flow_is_icmp(pkt->ip_proto);

    *tp = (struct tuple){
        .src = &pkt->src,
        .dst = &pkt->dst,
        .sport = icmp ? id : pkt->sport,
        .dport = icmp ? id : pkt->dport,
        .vlan = pkt->vlan,
        .ip_proto = pkt->ip_proto,
    };
}

/* Life of a slot. */

static void flow_close(struct flow_table *t, struct flow *f)
{
    uint32_t slot = (uint32_t)(f - t->slot);

    if (f->state != FLOW_OPEN)
        return;
    f->state = FLOW_CLOSED;
    f->next = FLOW_NONE;
    if (t->closed_last == FLOW_NONE)
        t->closed_first = slot;
    else
        t->slot[t->closed_last].next = slot;
    t->closed_last = slot;
    t->closed_count++;
    t->open_count--;
}

/* Hand the flow over and free its slot; it is in no list any more. */
static void flow_drop(struct flow_table *t, uint32_t slot)
{
    struct flow *f = &t->slot[slot];

    f->flags |= FLOW_RETIRED;
    if (t->retire)
        t->retire(t->retire_ctx, f);
    flow_index_remove(t, slot);
    flow_trouble_release(t, f);
    f->state = FLOW_FREE;
    f->next = t->free_first;
    t->free_first = slot;
}

static void closed_retire(struct flow_table *t)
{
    uint32_t slot = t->closed_first;

    t->closed_first = t->slot[slot].next;
    if (t->closed_first == FLOW_NONE)
        t->closed_last = FLOW_NONE;
    t->closed_count--;
    t->counts.retired++;
    flow_drop(t, slot);
}

/* The longest idle of the next EVICT_SAMPLE open flows after the hand. All of
 * a small table is looked at, of a large one enough to be nearly right. */
static uint32_t oldest_open(struct flow_table *t)
{
    uint32_t best = FLOW_NONE, n = t->high, seen = 0;

    while (n-- && seen < EVICT_SAMPLE) {
        uint32_t i = t->evict_hand;

        t->evict_hand = i + 1 < t->high ? i + 1 : 0;
        if (t->slot[i].state != FLOW_OPEN)
            continue;
        seen++;
        if (best == FLOW_NONE || t->slot[i].last_ns < t->slot[best].last_ns)
            best = i;
    }
    return best;
}

static void make_room(struct flow_table *t)
{
    uint32_t open = FLOW_NONE;

    if (t->open_count)
        open = oldest_open(t);
    if (t->closed_count &&
        (open == FLOW_NONE || t->closed_count > t->flows_max / 64 ||
         t->slot[t->closed_first].last_ns <= t->slot[open].last_ns)) {
        closed_retire(t);
        return;
    }
    t->open_count--;
    t->counts.evicted++;
    flow_drop(t, open);
}

static uint32_t slot_take(struct flow_table *t)
{
    uint32_t slot;

    if (t->free_first == FLOW_NONE && t->high < t->flows_max)
        return t->high++;
    if (t->free_first == FLOW_NONE)
        make_room(t);
    slot = t->free_first;
    t->free_first = t->slot[slot].next;
    return slot;
}

static void count_protocol(struct flow_counts *c, uint8_t ip_proto)
{
    c->opened++;
    if (ip_proto == IP_TCP)
        c->tcp++;
    else if (ip_proto == IP_UDP)
        c->udp++;
    else if (flow_is_icmp(ip_proto))
        c->icmp++;
    else
        c->other++;
}

static bool header_whole(const struct packet *pkt)
{
    const struct layer *l = packet_find_layer(pkt, PROTO_TCP);

    return l && l->header_len >= TCP_HDR_MIN;
}

static inline bool tcp_readable(const struct packet *pkt)
{
    if (pkt->ip_proto != IP_TCP || !(pkt->events & EV_TCP))
        return false;
    return !(pkt->events & EV_DAMAGED) || header_whole(pkt);
}

/* Is the first packet seen one of the responder? An echo reply and a SYN-ACK
 * are; of a connection joined later the lower port, if it can be a service's,
 * is guessed to be. */
static bool from_responder(const struct packet *pkt, bool *guessed)
{
    uint8_t flags;

    *guessed = false;
    if (pkt->events & EV_ICMP_ECHO)
        return pkt->icmp.type == (pkt->icmp.is_v6 ? 129 : 0);
    if (!tcp_readable(pkt))
        return false;
    flags = pkt->tcp.flags & (TCP_SYN | TCP_ACK);
    if (flags == TCP_SYN)
        return false;
    if (flags == (TCP_SYN | TCP_ACK))
        return true;
    *guessed = pkt->sport < pkt->dport && pkt->sport < 32768;
    return *guessed;
}

static void flow_init(struct flow_table *t, struct flow *f,
                      const struct packet *pkt, const struct tuple *tp)
{
    bool guessed, flip = from_responder(pkt, &guessed);

    memset(f, 0, sizeof(*f));
    f->state = FLOW_OPEN;
    f->trouble = FLOW_NONE;
    f->next = FLOW_NONE;
    f->addr[flip] = *tp->src;
    f->addr[!flip] = *tp->dst;
    f->port[flip] = tp->sport;
    f->port[!flip] = tp->dport;
    if (flow_is_icmp(tp->ip_proto))
        f->port[1] = 0;
    f->vlan = tp->vlan;
    f->ip_proto = tp->ip_proto;
    f->station[0] = f->station[1] = UINT16_MAX;
    f->app = (uint8_t)pkt->app;
    f->first_ns = f->last_ns = pkt->ts_ns;
    f->first_frame = (uint32_t)pkt->number;
    f->source = (uint8_t)pkt->source;
    f->id = ++t->next_id;
    if (tcp_readable(pkt) && !(pkt->tcp.flags & TCP_SYN && !flip))
        f->flags |= FLOW_MIDSTREAM;
    if (guessed)
        flow_history_add(f, 1, '^');
    count_protocol(&t->counts, tp->ip_proto);
}

static uint32_t flow_begin(struct flow_table *t, const struct packet *pkt,
                           const struct tuple *tp, uint32_t tag, int *dir)
{
    uint32_t slot = slot_take(t);
    struct flow *f = &t->slot[slot];

    flow_init(t, f, pkt, tp);
    t->open_count++;
    flow_index_insert(&t->index, tag, slot);
    *dir = flow_tuple_dir(f, tp);
    return slot;
}

static bool is_over(const struct flow *f, unsigned dir,
                    const struct packet *pkt)
{
    if (f->ip_proto != IP_TCP)
        return f->state == FLOW_CLOSED ||
               ns_since(pkt->ts_ns, f->last_ns) > IDLE_OTHER_NS;
    return tcp_readable(pkt) && flow_tcp_begins_anew(f, dir, pkt);
}

/* New octets or a new acknowledgment are nobody's copy; this keeps a chance
 * match of digests from hiding data. */
static bool has_news(const struct flow *f, unsigned dir,
                     const struct packet *pkt)
{
    const struct flow_dir *d = &f->dir[dir];

    if (f->ip_proto != IP_TCP)
        return false;
    return (d->flags & FDIR_NXT &&
            seq_diff(pkt->tcp.seq + pkt->payload_len, d->nxt) > 0) ||
           (d->flags & FDIR_ACK && seq_diff(pkt->tcp.ack, d->ack) > 0);
}

/* Accounting. */

static void note_app(struct flow *f, unsigned dir, struct packet *pkt)
{
    unsigned shift = dir * 2;
    unsigned tries = f->app_tries >> shift & 3u;
    enum proto app;
    struct cursor c;

    if (tries >= APP_TRIES || pkt->payload_len == 0)
        return;
    c = packet_payload(pkt);
    if (cursor_left(&c) == 0)
        return;
    f->app_tries = (f->app_tries + (1u << shift)) & 0xfu;
    app = proto_recognise(c, f->ip_proto, pkt->sport, pkt->dport);
    if (app == PROTO_NONE)
        return;
    f->app = (uint8_t)app;
    f->app_tries = 0xf;
}

static void note_dir(struct flow *f, unsigned dir, const struct packet *pkt)
{
    struct flow_dir *d = &f->dir[dir];

    if (d->packets == 0)
        d->ttl = pkt->ttl;
    d->packets++;
    d->bytes += pkt->ip_len;
    if (pkt->ip_df)
        d->flags |= FDIR_DF;
    if (pkt->flags & PKT_FRAG)
        d->flags |= FDIR_FRAGMENTS;
    if (pkt->flags & PKT_TUNNEL)
        f->flags |= FLOW_TUNNEL;
}

/* Anything that is not TCP, and TCP whose header the capture cut. */
static void note_datagram(struct flow_table *t, struct flow *f, unsigned dir,
                          const struct packet *pkt)
{
    struct flow_dir *d = &f->dir[dir];
    struct flow_trouble *tr = flow_trouble_peek(t, f);
    int64_t us = ns_since(pkt->ts_ns, f->first_ns) / 1000;

    if (f->ip_proto == IP_TCP)
        f->flags |= FLOW_TRUNCATED;
    else if (dir == 1 && d->packets == 0 && us >= 0)
        f->answer_us = us == 0           ? 1
                       : us > UINT32_MAX ? UINT32_MAX
                                         : (uint32_t)us;
    d->payload += pkt->payload_len;
    if (pkt->payload_len)
        d->flags |= FDIR_DATA;
    if (pkt->ip_len > d->max_len)
        d->max_len = clamp16(pkt->ip_len);
    if (pkt->flags & PKT_VNET_GSO) { /* UDP segmentation offload */
        d->flags |= FDIR_GSO;
        f->flags |= FLOW_GSO;
    } else if (tr && tr->icmp_mtu) {
        trouble_after_icmp(tr, f, dir, pkt->ip_len, pkt->ts_ns,
                           (uint32_t)pkt->number);
    }
}

static void note_idle(struct flow_table *t, struct flow *f, unsigned dir,
                      const struct packet *pkt)
{
    int64_t gap = ns_since(pkt->ts_ns, f->last_ns);
    struct flow_trouble *tr;

    if (gap < IDLE_GAP_NS && f->trouble == FLOW_NONE)
        return;
    tr = flow_trouble_get(t, f);
    if (tr)
        trouble_idle(tr, dir, gap, (uint32_t)pkt->number);
}

static void flow_account(struct flow_table *t, struct flow *f, unsigned dir,
                         struct packet *pkt)
{
    bool over = false;

    note_idle(t, f, dir, pkt);
    if (tcp_readable(pkt))
        over = flow_tcp_packet(t, f, dir, pkt);
    else
        note_datagram(t, f, dir, pkt);
    note_dir(f, dir, pkt);
    note_app(f, dir, pkt);
    if (pkt->ts_ns > f->last_ns)
        f->last_ns = pkt->ts_ns;
    f->last_frame = (uint32_t)pkt->number;
    if (over)
        flow_close(t, f);
}

static void note_stations(struct flow *f, unsigned dir, uint16_t src,
                          uint16_t dst)
{
    if (f->station[dir] == UINT16_MAX)
        f->station[dir] = src;
    if (f->station[!dir] == UINT16_MAX)
        f->station[!dir] = dst;
}

/** struct lookup - What a packet is found by
 * @at: Where its tag was in the index before the batch */
struct lookup {
    uint64_t digest;
    uint32_t tag;
    uint32_t at;
};

/* Computed here for packets that nobody has prepared. */
static void lookup_of_packet(const struct flow_table *t, struct lookup *key,
                             const struct packet *pkt, const struct tuple *tp)
{
    uint64_t hash = pkt->flow_hash;

    key->digest = pkt->flow_digest;
    if (__builtin_expect(hash == 0, 0)) {
        hash = flow_tuple_hash(t, tp);
        key->digest = flow_copy_digest(pkt);
    }
    key->tag = (uint32_t)hash;
}

static uint32_t observe(struct flow_table *t, struct packet *pkt,
                        const struct tuple *tp, const struct lookup *key,
                        uint16_t src_station, uint16_t dst_station)
{
    uint32_t slot;
    bool reused = false;
    int dir = 0;

    slot = flow_index_find_at(t, key->tag, key->at, tp, &dir);
    if (flow_is_copy(t, pkt, key->digest) && slot != FLOW_NONE &&
        !has_news(&t->slot[slot], (unsigned)dir, pkt)) {
        pkt->flags |= PKT_DUPLICATE;
        t->slot[slot].capture_copies =
            sat16_add(t->slot[slot].capture_copies, 1);
        t->counts.copies++;
        return slot;
    }
    if (slot != FLOW_NONE && is_over(&t->slot[slot], (unsigned)dir, pkt)) {
        flow_close(t, &t->slot[slot]);
        flow_index_remove(t, slot);
        reused = t->slot[slot].ip_proto == IP_TCP;
        slot = FLOW_NONE;
    }
    if (slot == FLOW_NONE) {
        slot = flow_begin(t, pkt, tp, key->tag, &dir);
        if (reused)
            t->slot[slot].flags |= FLOW_PORT_REUSED;
    }
    note_stations(&t->slot[slot], (unsigned)dir, src_station, dst_station);
    flow_account(t, &t->slot[slot], (unsigned)dir, pkt);
    while (t->closed_count > t->closed_max)
        closed_retire(t);
    return slot;
}

/* Fetch the slot that an index entry names, if it names one. */
static void prefetch_slot(const struct flow_table *t, uint32_t at)
{
    uint32_t slot1 = t->index.entry[at].slot1;
    const char *p;

    if (!slot1)
        return;
    p = (const char *)&t->slot[slot1 - 1];
    for (size_t off = 0; off < sizeof(struct flow); off += 64)
        __builtin_prefetch(p + off, 1);
}

static void observe_some(struct flow_table *t, struct packet *pkts, unsigned n,
                         const uint16_t src_station[],
                         const uint16_t dst_station[], uint32_t slots[])
{
    struct lookup key[BATCH_MAX];
    struct tuple tp[BATCH_MAX];

    for (unsigned i = 0; i < n; i++) {
        slots[i] = FLOW_NONE;
        if (!has_flow(&pkts[i]))
            continue;
        slots[i] = 0;
        tuple_of_packet(&tp[i], &pkts[i]);
        lookup_of_packet(t, &key[i], &pkts[i], &tp[i]);
        __builtin_prefetch(&t->index.entry[key[i].tag & t->index.mask]);
    }
    for (unsigned i = 0; i < n; i++) {
        if (slots[i] == FLOW_NONE)
            continue;
        key[i].at = flow_index_peek(t, key[i].tag);
        prefetch_slot(t, key[i].at);
    }
    for (unsigned i = 0; i < n; i++) {
        if (slots[i] != FLOW_NONE)
            slots[i] = observe(t, &pkts[i], &tp[i], &key[i], src_station[i],
                               dst_station[i]);
    }
}

/* Interface. */

struct flow_table *flow_table_new(uint32_t flows_max, uint32_t closed_max,
                                  uint32_t trouble_max, uint64_t seed)
{
    struct flow_table *t = calloc(1, sizeof(*t));

    if (!t)
        return NULL;
    t->flows_max = flows_max ? flows_max : 1;
    t->closed_max = closed_max;
    t->trouble_max = trouble_max ? trouble_max : 1;
    t->seed = seed;
    t->free_first = t->closed_first = t->closed_last = FLOW_NONE;
    t->trouble_free = FLOW_NONE;
    t->slot = flow_reserve((size_t)t->flows_max * sizeof(*t->slot));
    t->trouble = flow_reserve((size_t)t->trouble_max * sizeof(*t->trouble));
    if (flow_index_init(&t->index, t->flows_max) && t->slot && t->trouble)
        return t;
    flow_table_free(t);
    return NULL;
}

void flow_table_free(struct flow_table *t)
{
    if (!t)
        return;
    flow_unreserve(t->slot, (size_t)t->flows_max * sizeof(*t->slot));
    flow_unreserve(t->trouble, (size_t)t->trouble_max * sizeof(*t->trouble));
    flow_unreserve(t->index.base, t->index.base_size);
    free(t);
}

void flow_table_on_retire(struct flow_table *t, flow_retire_fn fn, void *ctx)
{
    t->retire = fn;
    t->retire_ctx = ctx;
}

void flow_prepare_batch(const struct flow_table *t, struct packet *pkts,
                        unsigned n)
{
    for (unsigned i = 0; i < n; i++) {
        struct packet *pkt = &pkts[i];
        struct tuple tp;

        if (!has_flow(pkt))
            continue;
        tuple_of_packet(&tp, pkt);
        pkt->flow_hash = flow_tuple_hash(t, &tp);
        pkt->flow_digest = flow_copy_digest(pkt);
    }
}

void flow_observe_batch(struct flow_table *t, struct packet *pkts, unsigned n,
                        const uint16_t src_station[],
                        const uint16_t dst_station[], uint32_t slots[])
{
    for (unsigned i = 0; i < n; i += BATCH_MAX)
        observe_some(t, pkts + i, n - i < BATCH_MAX ? n - i : BATCH_MAX,
                     src_station + i, dst_station + i, slots + i);
}

uint32_t flow_observe(struct flow_table *t, struct packet *pkt,
                      uint16_t src_station, uint16_t dst_station)
{
    uint32_t slot;

    observe_some(t, pkt, 1, &src_station, &dst_station, &slot);
    return slot;
}

void flow_prefetch(const struct flow_table *t, const struct packet *pkt)
{
    struct tuple tp;

    if (!has_flow(pkt))
        return;
    tuple_of_packet(&tp, pkt);
    prefetch_slot(t, flow_index_peek(t, (uint32_t)flow_tuple_hash(t, &tp)));
}

/* How long a flow may be silent; INT64_MAX: until its slot is needed. */
static int64_t idle_limit(const struct flow *f)
{
    uint16_t both = f->dir[0].flags | f->dir[1].flags;

    if (f->ip_proto != IP_TCP)
        return IDLE_OTHER_NS;
    if (both & FDIR_FIN)
        return IDLE_HALF_NS;
    if (f->flags & (FLOW_ESTABLISHED | FLOW_MIDSTREAM))
        return INT64_MAX;
    return IDLE_EMBRYO_NS;
}

void flow_tick(struct flow_table *t, int64_t now_ns)
{
    uint32_t n = t->high < TICK_SLICE ? t->high : TICK_SLICE;

    while (n--) {
        struct flow *f;

        if (t->tick_hand >= t->high)
            t->tick_hand = 0;
        f = &t->slot[t->tick_hand++];
        if (f->state == FLOW_OPEN &&
            ns_since(now_ns, f->last_ns) > idle_limit(f))
            flow_close(t, f);
    }
    while (t->closed_count > t->closed_max)
        closed_retire(t);
}

uint32_t flow_find_quoted(const struct flow_table *t, const struct quoted *q,
                          uint16_t vlan, unsigned *dir)
{
    struct tuple tp = {
        .src = &q->src,
        .dst = &q->dst,
        .sport = q->sport,
        .dport = flow_is_icmp(q->ip_proto) ? q->sport : q->dport,
        .vlan = vlan,
        .ip_proto = q->ip_proto,
    };
    uint32_t slot;
    int d = 0;

    if (!q->valid || !q->l4_valid)
        return FLOW_NONE;
    slot = flow_index_find(t, (uint32_t)flow_tuple_hash(t, &tp), &tp, &d);
    if (slot != FLOW_NONE)
        *dir = (unsigned)d;
    return slot;
}

const struct flow *flow_get(const struct flow_table *t, uint32_t slot)
{
    if (slot >= t->high || t->slot[slot].state == FLOW_FREE)
        return NULL;
    return &t->slot[slot];
}

const struct flow_trouble *flow_trouble_of(const struct flow_table *t,
                                           const struct flow *f)
{
    return flow_trouble_peek(t, f);
}

const struct flow_counts *flow_table_counts(const struct flow_table *t)
{
    return &t->counts;
}

uint32_t flow_next(const struct flow_table *t, uint32_t slot)
{
    for (slot = slot == FLOW_NONE ? 0 : slot + 1; slot < t->high; slot++) {
        if (t->slot[slot].state != FLOW_FREE)
            return slot;
    }
    return FLOW_NONE;
}
