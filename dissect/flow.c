/* SPDX-License-Identifier: BSD-3-Clause
 *
 * The flow table: slots, the index over them, closing, retiring, evicting, and
 * what all protocols of a flow have in common.
 *
 * Theory of operation: slots and troubles lie in reservations of their final
 * size whose pages the kernel provides when they are first touched. The index
 * starts small and doubles into the next part of its own reservation. Flows
 * that are over move to a queue; the oldest of it is retired when the queue is
 * too long or a slot is needed. When no flow is over, the one idle longest
 * among a sample of the slots makes room: no list has to be kept in order for
 * each packet.
 *
 * Invariant: an occupied index entry names a slot that is not free, and a slot
 * is named by at most one entry. A closed flow whose tuple began anew has none.
 */
#include "dissect/flow.h"

#include <stdlib.h>
#include <sys/mman.h>

#include "dissect/core/hash.h"
#include "dissect/flow_impl.h"
#include "dissect/proto/proto.h"

#define IPPROTO_ICMP4_NUM 1
#define IPPROTO_IGMP_NUM  2
#define IPPROTO_TCP_NUM   6
#define IPPROTO_UDP_NUM   17
#define IPPROTO_ICMP6_NUM 58

#define INDEX_FIRST  1024u
#define EVICT_SAMPLE 64u
#define TICK_SLICE   4096u
#define APP_TRIES    2u
#define TCP_HDR_MIN  20u
#define COPY_HOPS    4 /* routers and virtual switches between two taps */

static_assert(PROTO_COUNT <= UINT8_MAX, "struct flow.app is 8 bits wide");

/* Both directions of a flow have the same key: the ends are ordered. */
struct flow_key {
    union addr lo, hi;
    uint16_t lo_port, hi_port;
    uint16_t vlan;
    uint8_t ip_proto;
    uint8_t zero;
};

static_assert(sizeof(struct flow_key) == 40, "hashed bytewise: no padding");

/* A packet's ends. ICMP has its id in both ports. */
struct tuple {
    const union addr *src, *dst;
    uint16_t sport, dport;
    uint16_t vlan;
    uint8_t ip_proto;
};

/* Memory. */

static void *reserve(size_t size)
{
    void *p = mmap(NULL, size, PROT_READ | PROT_WRITE,
                   MAP_PRIVATE | MAP_ANONYMOUS | MAP_NORESERVE, -1, 0);

    return p == MAP_FAILED ? NULL : p;
}

static void unreserve(void *p, size_t size)
{
    if (p)
        munmap(p, size);
}

/* Keys. */

static bool is_icmp(uint8_t ip_proto)
{
    return ip_proto == IPPROTO_ICMP4_NUM || ip_proto == IPPROTO_ICMP6_NUM;
}

static bool end_before(const struct tuple *t)
{
    if (t->src->q[0] != t->dst->q[0])
        return t->src->q[0] < t->dst->q[0];
    if (t->src->q[1] != t->dst->q[1])
        return t->src->q[1] < t->dst->q[1];
    return t->sport <= t->dport;
}

static uint64_t tuple_hash(const struct flow_table *t, const struct tuple *tp)
{
    bool before = end_before(tp);
    struct flow_key key = {
        .lo = before ? *tp->src : *tp->dst,
        .hi = before ? *tp->dst : *tp->src,
        .lo_port = before ? tp->sport : tp->dport,
        .hi_port = before ? tp->dport : tp->sport,
        .vlan = tp->vlan,
        .ip_proto = tp->ip_proto,
    };

    return hash_bytes(&key, sizeof(key), t->seed);
}

static void tuple_of_flow(struct tuple *tp, const struct flow *f)
{
    *tp = (struct tuple){
        .src = &f->addr[0],
        .dst = &f->addr[1],
        .sport = f->port[0],
        .dport = is_icmp(f->ip_proto) ? f->port[0] : f->port[1],
        .vlan = f->vlan,
        .ip_proto = f->ip_proto,
    };
}

/* Does a packet belong to a flow at all? See flow_observe_batch(). */
static bool has_flow(const struct packet *pkt)
{
    if (pkt->ip_version == 0 || pkt->flags & PKT_FRAG_LATER ||
        pkt->ip_proto == IPPROTO_IGMP_NUM)
        return false;
    if (!is_icmp(pkt->ip_proto))
        return true;
    return !(pkt->events & (EV_NDP | EV_MULTICAST_MGMT | EV_ICMP_ERROR));
}

static void tuple_of_packet(struct tuple *tp, const struct packet *pkt)
{
    uint16_t id = pkt->events & EV_ICMP_ECHO ? pkt->icmp.id : 0;
    bool icmp = is_icmp(pkt->ip_proto);

    *tp = (struct tuple){
        .src = &pkt->src,
        .dst = &pkt->dst,
        .sport = icmp ? id : pkt->sport,
        .dport = icmp ? id : pkt->dport,
        .vlan = pkt->vlan,
        .ip_proto = pkt->ip_proto,
    };
}

/* Direction of a packet in a flow, or -1 when it is another's. */
static int tuple_match(const struct flow *f, const struct tuple *tp)
{
    bool icmp = is_icmp(tp->ip_proto);
    uint16_t port1 = icmp ? f->port[0] : f->port[1];

    if (f->ip_proto != tp->ip_proto || f->vlan != tp->vlan)
        return -1;
    if (f->port[0] == tp->sport && port1 == tp->dport &&
        addr_eq(&f->addr[0], tp->src) && addr_eq(&f->addr[1], tp->dst))
        return 0;
    if (f->port[0] == tp->dport && port1 == tp->sport &&
        addr_eq(&f->addr[0], tp->dst) && addr_eq(&f->addr[1], tp->src))
        return 1;
    return -1;
}

/* Index. */

static bool index_init(struct flow_index *ix, uint32_t flows_max)
{
    uint32_t max = INDEX_FIRST;

    while (max < UINT32_C(1) << 30 && max / 8 * 7 < flows_max)
        max *= 2;
    ix->max_entries = max;
    ix->base_size = 2 * (size_t)max * sizeof(struct index_entry);
    ix->base = reserve(ix->base_size);
    ix->entry = ix->base;
    ix->mask = INDEX_FIRST - 1;
    return ix->base != NULL;
}

static uint32_t index_find(const struct flow_table *t, uint32_t tag,
                           const struct tuple *tp, int *dir)
{
    const struct flow_index *ix = &t->index;

    for (uint32_t i = tag & ix->mask;; i = (i + 1) & ix->mask) {
        struct index_entry e = ix->entry[i];

        if (e.slot1 == 0)
            return FLOW_NONE;
        if (e.tag != tag)
            continue;
        *dir = tuple_match(&t->slot[e.slot1 - 1], tp);
        if (*dir >= 0)
            return e.slot1 - 1;
    }
}

static void index_put(struct flow_index *ix, struct index_entry e)
{
    uint32_t i = e.tag & ix->mask;

    while (ix->entry[i].slot1)
        i = (i + 1) & ix->mask;
    ix->entry[i] = e;
}

static void index_grow(struct flow_index *ix)
{
    struct index_entry *old = ix->entry;
    size_t n = (size_t)ix->mask + 1;

    /* Parts of n, 2n, 4n, ... entries: the next one begins n further on. */
    ix->entry = old + n;
    ix->mask = (uint32_t)(2 * n - 1);
    for (size_t i = 0; i < n; i++) {
        if (old[i].slot1)
            index_put(ix, old[i]);
    }
    if (n * sizeof(*old) >= 1u << 16) /* give whole pages back */
        madvise(old, n * sizeof(*old) & ~(size_t)4095, MADV_DONTNEED);
}

static void index_insert(struct flow_index *ix, uint32_t tag, uint32_t slot)
{
    uint32_t size = ix->mask + 1;

    if (ix->count >= size / 8 * 7 && size < ix->max_entries)
        index_grow(ix);
    index_put(ix, (struct index_entry){ .tag = tag, .slot1 = slot + 1 });
    ix->count++;
}

/* Close the hole at @i: pull back entries that probed across it. */
static void index_close_up(struct flow_index *ix, uint32_t i)
{
    uint32_t mask = ix->mask;

    for (uint32_t j = (i + 1) & mask; ix->entry[j].slot1; j = (j + 1) & mask) {
        uint32_t home = ix->entry[j].tag & mask;

        if (((j - home) & mask) >= ((j - i) & mask)) {
            ix->entry[i] = ix->entry[j];
            i = j;
        }
    }
    ix->entry[i] = (struct index_entry){ 0 };
}

static void index_remove(struct flow_table *t, uint32_t slot)
{
    struct flow_index *ix = &t->index;
    struct tuple tp;
    uint32_t tag;

    tuple_of_flow(&tp, &t->slot[slot]);
    tag = (uint32_t)tuple_hash(t, &tp);
    for (uint32_t i = tag & ix->mask; ix->entry[i].slot1;
         i = (i + 1) & ix->mask) {
        if (ix->entry[i].slot1 != slot + 1)
            continue;
        index_close_up(ix, i);
        ix->count--;
        return;
    }
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
    index_remove(t, slot);
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
    if (ip_proto == IPPROTO_TCP_NUM)
        c->tcp++;
    else if (ip_proto == IPPROTO_UDP_NUM)
        c->udp++;
    else if (is_icmp(ip_proto))
        c->icmp++;
    else
        c->other++;
}

static bool tcp_readable(const struct packet *pkt)
{
    const struct layer *l;

    if (pkt->ip_proto != IPPROTO_TCP_NUM || !(pkt->events & EV_TCP))
        return false;
    if (!(pkt->events & EV_DAMAGED))
        return true;
    l = packet_find_layer(pkt, PROTO_TCP);
    return l && l->header_len >= TCP_HDR_MIN;
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
    if (is_icmp(tp->ip_proto))
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
    index_insert(&t->index, tag, slot);
    *dir = tuple_match(f, tp);
    return slot;
}

static bool is_over(const struct flow *f, unsigned dir,
                    const struct packet *pkt)
{
    if (f->ip_proto != IPPROTO_TCP_NUM)
        return f->state == FLOW_CLOSED ||
               ns_since(pkt->ts_ns, f->last_ns) > IDLE_OTHER_NS;
    return tcp_readable(pkt) && flow_tcp_begins_anew(f, dir, pkt);
}

/* Copies made by the capture. */

/* Digest of what a copy has in common with its original. */
static uint64_t copy_digest(const struct packet *pkt, uint64_t hash, int dir)
{
    uint64_t a = (uint64_t)pkt->ip_id << 32 | (pkt->payload_len & 0xffffffff);
    uint64_t b = hash ^ (uint64_t)(unsigned)dir;

    if (pkt->ip_proto == IPPROTO_TCP_NUM) {
        b += (uint64_t)pkt->tcp.ack << 32 | pkt->tcp.seq;
        a ^= (uint64_t)pkt->tcp.window << 48 | (uint64_t)pkt->tcp.flags << 24;
        a += pkt->tcp.options & TCPO_TS ? pkt->tcp.tsval : 0;
    } else if (is_icmp(pkt->ip_proto)) {
        b += pkt->icmp.seq;
    }
    a *= UINT64_C(0x9e3779b97f4a7c15);
    b = (b ^ a >> 29) * UINT64_C(0xbf58476d1ce4e5b9);
    return b ^ b >> 31;
}

/* May a second look-alike be called a copy? With a non-zero IPv4 id (RFC 6864
 * makes it unique for a while) any; else only TCP segments that no sender
 * repeats within a millisecond: pure ACKs do repeat. */
static bool copy_possible(const struct packet *pkt)
{
    if (pkt->ip_version == 4 && pkt->ip_id != 0)
        return true;
    return pkt->ip_proto == IPPROTO_TCP_NUM &&
           (pkt->payload_len > 1 || pkt->tcp.flags & (TCP_SYN | TCP_FIN));
}

static bool note_matches(const struct copy_note *n, uint32_t sig, uint8_t ttl,
                         uint32_t us)
{
    int diff = (int)(n->sig_ttl & 0xff) - ttl;

    return n->sig_ttl >> 8 == sig >> 8 && diff >= -COPY_HOPS &&
           diff <= COPY_HOPS && us - n->us < COPY_US && n->sig_ttl != 0;
}

/* Was this packet seen a moment ago? Remembers it in any case. */
static bool is_copy(struct flow_table *t, const struct packet *pkt,
                    uint64_t hash, int dir)
{
    uint64_t digest = copy_digest(pkt, hash, dir);
    struct copy_note *set = t->copy[digest >> 55];
    uint32_t sig = (uint32_t)digest & ~UINT32_C(0xff);
    uint32_t us = ts_us(pkt->ts_ns);

    for (unsigned i = 0; i < COPY_WAYS; i++) {
        if (note_matches(&set[i], sig, pkt->ttl, us))
            return copy_possible(pkt);
    }
    set[1] = set[0]; /* the older of COPY_WAYS goes */
    set[0] = (struct copy_note){ .sig_ttl = sig | pkt->ttl, .us = us };
    return false;
}

/* New octets or a new acknowledgment are nobody's copy; this keeps a chance
 * match of digests from hiding data. */
static bool has_news(const struct flow *f, unsigned dir,
                     const struct packet *pkt)
{
    const struct flow_dir *d = &f->dir[dir];

    if (f->ip_proto != IPPROTO_TCP_NUM)
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

    if (f->ip_proto == IPPROTO_TCP_NUM)
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

static uint32_t observe(struct flow_table *t, struct packet *pkt, uint64_t hash,
                        uint16_t src_station, uint16_t dst_station)
{
    uint32_t tag = (uint32_t)hash, slot;
    struct tuple tp;
    bool reused = false;
    int dir = 0;

    tuple_of_packet(&tp, pkt);
    slot = index_find(t, tag, &tp, &dir);
    if (is_copy(t, pkt, hash, end_before(&tp)) && slot != FLOW_NONE &&
        !has_news(&t->slot[slot], (unsigned)dir, pkt)) {
        pkt->flags |= PKT_DUPLICATE;
        t->slot[slot].capture_copies =
            sat16_add(t->slot[slot].capture_copies, 1);
        t->counts.copies++;
        return slot;
    }
    if (slot != FLOW_NONE && is_over(&t->slot[slot], (unsigned)dir, pkt)) {
        flow_close(t, &t->slot[slot]);
        index_remove(t, slot);
        reused = t->slot[slot].ip_proto == IPPROTO_TCP_NUM;
        slot = FLOW_NONE;
    }
    if (slot == FLOW_NONE) {
        slot = flow_begin(t, pkt, &tp, tag, &dir);
        if (reused)
            t->slot[slot].flags |= FLOW_PORT_REUSED;
    }
    note_stations(&t->slot[slot], (unsigned)dir, src_station, dst_station);
    flow_account(t, &t->slot[slot], (unsigned)dir, pkt);
    while (t->closed_count > t->closed_max)
        closed_retire(t);
    return slot;
}

/* Fetch the slot that the first entry with this tag names. */
static void prefetch_slot(const struct flow_table *t, uint32_t tag)
{
    const struct flow_index *ix = &t->index;

    for (uint32_t i = tag & ix->mask; ix->entry[i].slot1;
         i = (i + 1) & ix->mask) {
        const char *p;

        if (ix->entry[i].tag != tag)
            continue;
        p = (const char *)&t->slot[ix->entry[i].slot1 - 1];
        for (size_t off = 0; off < sizeof(struct flow); off += 64)
            __builtin_prefetch(p + off, 1);
        return;
    }
}

static uint64_t packet_hash(const struct flow_table *t,
                            const struct packet *pkt)
{
    struct tuple tp;

    tuple_of_packet(&tp, pkt);
    return tuple_hash(t, &tp);
}

static void observe_some(struct flow_table *t, struct packet *pkts, unsigned n,
                         const uint16_t src_station[],
                         const uint16_t dst_station[], uint32_t slots[])
{
    uint64_t hash[BATCH_MAX];

    for (unsigned i = 0; i < n; i++) {
        slots[i] = FLOW_NONE;
        if (!has_flow(&pkts[i]))
            continue;
        slots[i] = 0;
        hash[i] = packet_hash(t, &pkts[i]);
        __builtin_prefetch(&t->index.entry[hash[i] & t->index.mask]);
    }
    for (unsigned i = 0; i < n && n > 1; i++) {
        if (slots[i] != FLOW_NONE)
            prefetch_slot(t, (uint32_t)hash[i]);
    }
    for (unsigned i = 0; i < n; i++) {
        if (slots[i] != FLOW_NONE)
            slots[i] =
                observe(t, &pkts[i], hash[i], src_station[i], dst_station[i]);
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
    t->slot = reserve((size_t)t->flows_max * sizeof(*t->slot));
    t->trouble = reserve((size_t)t->trouble_max * sizeof(*t->trouble));
    if (index_init(&t->index, t->flows_max) && t->slot && t->trouble)
        return t;
    flow_table_free(t);
    return NULL;
}

void flow_table_free(struct flow_table *t)
{
    if (!t)
        return;
    unreserve(t->slot, (size_t)t->flows_max * sizeof(*t->slot));
    unreserve(t->trouble, (size_t)t->trouble_max * sizeof(*t->trouble));
    unreserve(t->index.base, t->index.base_size);
    free(t);
}

void flow_table_on_retire(struct flow_table *t, flow_retire_fn fn, void *ctx)
{
    t->retire = fn;
    t->retire_ctx = ctx;
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
    if (has_flow(pkt))
        prefetch_slot(t, (uint32_t)packet_hash(t, pkt));
}

/* How long a flow may be silent; INT64_MAX: until its slot is needed. */
static int64_t idle_limit(const struct flow *f)
{
    uint16_t both = f->dir[0].flags | f->dir[1].flags;

    if (f->ip_proto != IPPROTO_TCP_NUM)
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
        .dport = is_icmp(q->ip_proto) ? q->sport : q->dport,
        .vlan = vlan,
        .ip_proto = q->ip_proto,
    };
    uint32_t slot;
    int d = 0;

    if (!q->valid || !q->l4_valid)
        return FLOW_NONE;
    slot = index_find(t, (uint32_t)tuple_hash(t, &tp), &tp, &d);
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
