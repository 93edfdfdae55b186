/* SPDX-License-Identifier: BSD-3-Clause
 *
 * The request ledger: pool, index, age, waiting lists and statistics. What a
 * request of each kind looks like is known to request_KIND.c alone; see
 * request_ops.h for how the two work together.
 *
 * Invariant: a record is in its kind's waiting list exactly while its status
 * is OPEN and it is not gratuitous; it is in the statistics unless it is
 * gratuitous or uncounted.
 */
#include "dissect/request.h"

#include <assert.h>
#include <stdlib.h>

#include "dissect/core/hash.h"
#include "dissect/request_ops.h"

#define ECHO_MEMORY 256u /* power of two */
#define BINS        128u /* quarter octaves of microseconds, up to 2^32 us */
#define EVICT_LOOK  16u  /* records looked at for a settled one to retire */
#define NIL         REQUEST_NONE
#define STATUSES    (REQUEST_ERROR + 1)

static const struct request_ops *const kinds[REQUEST_KINDS] = {
    [REQUEST_ARP] = &request_arp_ops,   [REQUEST_NDP] = &request_ndp_ops,
    [REQUEST_ECHO] = &request_echo_ops, [REQUEST_DNS] = &request_dns_ops,
    [REQUEST_DHCP] = &request_dhcp_ops,
};

/** struct links - What the ledger keeps beside a record */
struct links {
    uint64_t hash;
    uint32_t chain; /* next of the same bucket */
    uint32_t waiting_next, waiting_prev;
    bool used, waiting;
};

/** struct kind_state - Waiting list and statistics of one kind */
struct kind_state {
    uint32_t head, tail; /* waiting, by last try */
    uint64_t sent, gratuitous;
    uint64_t status[STATUSES];
    uint64_t timed; /* answers in bin[] */
    uint64_t bin[BINS];
};

struct request_ledger {
    struct request *pool; /* [max] */
    struct links *links;  /* [max] */
    uint32_t *bucket;     /* [mask + 1] */
    uint32_t max, mask;
    uint32_t fresh; /* slots never used yet start here */
    uint32_t free;  /* list of released ones, through chain */
    uint32_t oldest, newest;
    uint64_t seed;
    int64_t now_ns;
    request_retire_fn retire;
    void *retire_ctx;
    struct kind_state kind[REQUEST_KINDS];
    struct echo_memory echo[ECHO_MEMORY];
};

struct request_ledger *request_ledger_new(uint32_t max, uint64_t seed)
{
    struct request_ledger *l = calloc(1, sizeof(*l));
    uint32_t buckets = 1024;

    if (!l)
        return NULL;
    max = max < 64 ? 64 : max;
    while (buckets < max && buckets < (1u << 30))
        buckets *= 2;
    l->max = max;
    l->mask = buckets - 1;
    l->seed = seed;
    l->free = l->oldest = l->newest = NIL;
    l->pool = calloc(max, sizeof(*l->pool));
    l->links = calloc(max, sizeof(*l->links));
    /* Buckets hold index + 1, so that zeroed pages mean empty ones. */
    l->bucket = calloc(buckets, sizeof(*l->bucket));
    for (unsigned k = 0; k < REQUEST_KINDS; k++)
        l->kind[k].head = l->kind[k].tail = NIL;
    for (unsigned i = 0; i < ECHO_MEMORY; i++)
        l->echo[i].request = NIL;
    if (!l->pool || !l->links || !l->bucket) {
        request_ledger_free(l);
        return NULL;
    }
    return l;
}

void request_ledger_free(struct request_ledger *l)
{
    if (!l)
        return;
    free(l->pool);
    free(l->links);
    free(l->bucket);
    free(l);
}

void request_ledger_on_retire(struct request_ledger *l, request_retire_fn fn,
                              void *ctx)
{
    l->retire = fn;
    l->retire_ctx = ctx;
}

uint64_t request_hash(const struct request_ledger *l, enum request_kind kind,
                      const void *key, size_t n)
{
    return hash_bytes(key, n, l->seed + kind);
}

uint64_t request_hash_pair(const struct request_ledger *l,
                           enum request_kind kind, const union addr *a,
                           const union addr *b, uint64_t number)
{
    struct {
        union addr a, b;
        uint64_t number;
    } key = { *a, *b, number };

    static_assert(sizeof(key) == 40, "no padding in a hashed key");
    return request_hash(l, kind, &key, sizeof(key));
}

uint32_t request_index(const struct request_ledger *l, const struct request *r)
{
    return (uint32_t)(r - l->pool);
}

struct request *request_at(struct request_ledger *l, uint32_t i)
{
    return i < l->fresh && l->links[i].used ? &l->pool[i] : NULL;
}

const struct request *request_get(const struct request_ledger *l, uint32_t i)
{
    return i < l->fresh && l->links[i].used ? &l->pool[i] : NULL;
}

uint32_t request_next(const struct request_ledger *l, uint32_t i)
{
    return i == REQUEST_NONE ? l->oldest : l->pool[i].next;
}

struct request *request_chain(struct request_ledger *l, uint64_t hash,
                              const struct request *r)
{
    uint32_t i =
        r ? l->links[request_index(l, r)].chain : l->bucket[hash & l->mask];

    for (unsigned n = 0; i && n < CHAIN_MAX; n++, i = l->links[i - 1].chain)
        if (l->links[i - 1].hash == hash)
            return &l->pool[i - 1];
    return NULL;
}

struct request *request_waiting(struct request_ledger *l,
                                enum request_kind kind, const struct request *r)
{
    uint32_t i =
        r ? l->links[request_index(l, r)].waiting_next : l->kind[kind].head;

    return i == NIL ? NULL : &l->pool[i];
}

struct request *request_waiting_last(struct request_ledger *l,
                                     enum request_kind kind,
                                     const struct request *r)
{
    uint32_t i =
        r ? l->links[request_index(l, r)].waiting_prev : l->kind[kind].tail;

    return i == NIL ? NULL : &l->pool[i];
}

struct echo_memory *request_echo_memory(struct request_ledger *l, uint64_t hash)
{
    return &l->echo[hash & (ECHO_MEMORY - 1)];
}

static void wait_end(struct request_ledger *l, uint32_t i)
{
    struct kind_state *k = &l->kind[l->pool[i].kind];
    struct links *n = &l->links[i];

    if (!n->waiting)
        return;
    if (n->waiting_prev == NIL)
        k->head = n->waiting_next;
    else
        l->links[n->waiting_prev].waiting_next = n->waiting_next;
    if (n->waiting_next == NIL)
        k->tail = n->waiting_prev;
    else
        l->links[n->waiting_next].waiting_prev = n->waiting_prev;
    n->waiting = false;
}

static void wait_start(struct request_ledger *l, uint32_t i)
{
    struct kind_state *k = &l->kind[l->pool[i].kind];
    struct links *n = &l->links[i];

    n->waiting_next = NIL;
    n->waiting_prev = k->tail;
    if (k->tail == NIL)
        k->head = i;
    else
        l->links[k->tail].waiting_next = i;
    k->tail = i;
    n->waiting = true;
}

static bool is_counted(const struct request *r)
{
    return !(r->flags & (REQ_GRATUITOUS | REQ_UNCOUNTED));
}

static void set_status(struct request_ledger *l, struct request *r,
                       enum request_status status)
{
    struct kind_state *k = &l->kind[r->kind];
    uint32_t i = request_index(l, r);
    bool counts = is_counted(r);

    wait_end(l, i);
    if (counts)
        k->status[r->status]--;
    r->status = (uint8_t)status;
    if (counts)
        k->status[status]++;
    if (status == REQUEST_OPEN && !(r->flags & REQ_GRATUITOUS))
        wait_start(l, i);
}

static void unlink_chain(struct request_ledger *l, uint32_t i)
{
    uint32_t *at = &l->bucket[l->links[i].hash & l->mask];

    while (*at != i + 1)
        at = &l->links[*at - 1].chain;
    *at = l->links[i].chain;
}

static void unlink_age(struct request_ledger *l, uint32_t i)
{
    struct request *r = &l->pool[i];

    if (r->prev == NIL)
        l->oldest = r->next;
    else
        l->pool[r->prev].next = r->next;
    if (r->next == NIL)
        l->newest = r->prev;
    else
        l->pool[r->next].prev = r->prev;
}

static void release(struct request_ledger *l, uint32_t i)
{
    if (l->retire)
        l->retire(l->retire_ctx, &l->pool[i]);
    wait_end(l, i);
    unlink_chain(l, i);
    unlink_age(l, i);
    l->links[i].used = false;
    l->links[i].chain = l->free;
    l->free = i;
}

/* The oldest settled one; when the first few all wait, the oldest of all. */
static uint32_t pick_oldest(const struct request_ledger *l)
{
    uint32_t i = l->oldest;

    for (unsigned n = 0; i != NIL && n < EVICT_LOOK; n++) {
        if (!l->links[i].waiting)
            return i;
        i = l->pool[i].next;
    }
    return l->oldest;
}

static uint32_t take_slot(struct request_ledger *l)
{
    uint32_t i;

    if (l->free == NIL && l->fresh < l->max)
        return l->fresh++;
    if (l->free == NIL)
        release(l, pick_oldest(l));
    i = l->free;
    l->free = l->links[i].chain;
    return i;
}

static void link_record(struct request_ledger *l, uint32_t i, uint64_t hash)
{
    uint32_t *bucket = &l->bucket[hash & l->mask];
    struct request *r = &l->pool[i];

    l->links[i] =
        (struct links){ .hash = hash, .chain = *bucket, .used = true };
    *bucket = i + 1;
    r->prev = l->newest;
    r->next = NIL;
    if (l->newest == NIL)
        l->oldest = i;
    else
        l->pool[l->newest].next = i;
    l->newest = i;
}

struct request *request_new(struct request_ledger *l,
                            const struct request_ops *ops, uint64_t hash,
                            const struct packet *pkt, uint16_t src_station,
                            uint16_t flags)
{
    struct kind_state *k = &l->kind[ops->kind];
    uint32_t i = take_slot(l);
    struct request *r = &l->pool[i];

    memset(r, 0, sizeof(*r));
    r->kind = (uint8_t)ops->kind;
    r->status = REQUEST_OPEN;
    r->flags = flags;
    r->tries = 1;
    r->station[0] = src_station;
    r->station[1] = UINT16_MAX; /* STATION_NONE: station.h is not below us */
    r->vlan = pkt->vlan;
    r->request_ttl = pkt->ttl;
    r->client = pkt->src;
    r->server = pkt->dst;
    r->cport = pkt->sport;
    r->sport = pkt->dport;
    r->first_ns = r->last_ns = pkt->ts_ns;
    r->first_frame = r->last_frame = (uint32_t)pkt->number;
    link_record(l, i, hash);
    if (flags & REQ_GRATUITOUS) {
        k->gratuitous++;
        return r;
    }
    if (is_counted(r)) {
        k->sent++;
        k->status[REQUEST_OPEN]++;
    }
    wait_start(l, i);
    return r;
}

void request_excuse(struct request_ledger *l, struct request *r)
{
    struct kind_state *k = &l->kind[r->kind];

    if (r->answer_frame || !is_counted(r))
        return;
    wait_end(l, request_index(l, r));
    k->status[r->status]--;
    k->sent--;
    k->gratuitous++;
    r->status = REQUEST_OPEN;
    r->flags |= REQ_GRATUITOUS;
}

bool request_is_retry(const struct request_ops *ops, const struct request *r,
                      const struct packet *pkt)
{
    int64_t gap = pkt->ts_ns - r->last_ns;

    if (gap < COPY_NS && gap > -COPY_NS)
        return true;
    if (r->status == REQUEST_ANSWERED || r->status == REQUEST_LATE)
        return false;
    return gap < ops->retry_ns;
}

void request_retry(struct request_ledger *l, struct request *r,
                   const struct packet *pkt)
{
    int64_t gap = pkt->ts_ns - r->last_ns;

    if ((pkt->flags & PKT_DUPLICATE) || (gap < COPY_NS && gap > -COPY_NS))
        return;
    if (r->tries < UINT16_MAX)
        r->tries++;
    r->last_frame = (uint32_t)pkt->number;
    if (gap > 0)
        r->last_ns = pkt->ts_ns;
    /* Waiting again, and last in the list: its timeout starts anew. An error
     * stays: it told more than silence would. */
    if (r->status == REQUEST_OPEN || r->status == REQUEST_NEVER)
        set_status(l, r, REQUEST_OPEN);
}

/* Quarter octaves of microseconds: 4 * log2, linear inside a quarter. */
static unsigned bin_of(uint64_t us)
{
    unsigned octave, quarter;

    if (us < 4)
        return (unsigned)us;
    octave = 63u - (unsigned)__builtin_clzll(us);
    quarter = (unsigned)(us >> (octave - 2)) & 3;
    octave = (octave - 1) * 4 + quarter;
    return octave < BINS ? octave : BINS - 1;
}

/* Middle of a bin, microseconds. */
static uint64_t bin_middle(unsigned bin)
{
    unsigned octave = bin / 4 + 1;
    uint64_t low;

    if (bin < 4)
        return bin;
    low = (uint64_t)(4 + bin % 4) << (octave - 2);
    return low + ((uint64_t)1 << (octave - 2)) / 2;
}

static void count_time(struct request_ledger *l, const struct request *r)
{
    struct kind_state *k = &l->kind[r->kind];
    int64_t took = r->answer_ns - r->first_ns;

    k->timed++;
    k->bin[bin_of(took > 0 ? (uint64_t)took / 1000 : 0)]++;
}

static void count_other(struct request *r)
{
    if (r->alt_count < UINT8_MAX)
        r->alt_count++;
}

void request_answer(struct request_ledger *l, struct request *r,
                    const struct packet *pkt, uint16_t src_station)
{
    const struct request_ops *ops = kinds[r->kind];

    if (r->answer_frame) {
        int64_t gap = pkt->ts_ns - r->answer_ns;

        if (!(pkt->flags & PKT_DUPLICATE) && gap >= COPY_NS)
            count_other(r);
        return;
    }
    r->answer_ns = pkt->ts_ns;
    r->answer_frame = (uint32_t)pkt->number;
    r->answer_ttl = pkt->ttl;
    r->station[1] = src_station;
    if (pkt->flags & PKT_CSUM_PARTIAL)
        r->flags |= REQ_REPLY_CSUM_PARTIAL;
    set_status(l, r,
               pkt->ts_ns - r->first_ns > ops->late_ns ? REQUEST_LATE
                                                       : REQUEST_ANSWERED);
    if (is_counted(r))
        count_time(l, r);
}

void request_odd_reply(struct request *r, const struct packet *pkt,
                       uint16_t flag)
{
    r->flags |= flag;
    count_other(r);
    if (!r->alt_frame)
        r->alt_frame = (uint32_t)pkt->number;
}

void request_error(struct request_ledger *l, struct request *r,
                   const struct packet *pkt)
{
    if (r->error_frame)
        return;
    r->error_frame = (uint32_t)pkt->number;
    r->error_type = pkt->icmp.type;
    r->error_code = pkt->icmp.code;
    r->error_ttl = pkt->ttl;
    r->error_src = pkt->src;
    if (r->status == REQUEST_OPEN || r->status == REQUEST_NEVER)
        set_status(l, r, REQUEST_ERROR);
}

void request_settle(struct request_ledger *l, int64_t now_ns)
{
    for (unsigned k = 0; k < REQUEST_KINDS; k++) {
        uint32_t i;

        while ((i = l->kind[k].head) != NIL &&
               now_ns - l->pool[i].last_ns > kinds[k]->timeout_ns)
            set_status(l, &l->pool[i], REQUEST_NEVER);
    }
}

void request_observe(struct request_ledger *l, const struct packet *pkt,
                     uint16_t src_station, uint16_t dst_station)
{
    if (pkt->ts_ns > l->now_ns) {
        l->now_ns = pkt->ts_ns;
        request_settle(l, l->now_ns);
    }
    for (unsigned k = 0; k < REQUEST_KINDS; k++)
        if (pkt->events & kinds[k]->events)
            kinds[k]->observe(l, pkt, src_station, dst_station);
}

static uint64_t percentile(const struct kind_state *k, unsigned percent)
{
    uint64_t want = (k->timed * percent + 99) / 100, sum = 0;

    if (k->timed == 0)
        return 0;
    for (unsigned i = 0; i < BINS; i++) {
        sum += k->bin[i];
        if (sum >= want)
            return bin_middle(i);
    }
    return bin_middle(BINS - 1);
}

struct request_stats request_stats(const struct request_ledger *l,
                                   enum request_kind kind)
{
    const struct kind_state *k = &l->kind[kind];

    return (struct request_stats){
        .sent = k->sent,
        .answered = k->status[REQUEST_ANSWERED] + k->status[REQUEST_LATE],
        .late = k->status[REQUEST_LATE],
        .never = k->status[REQUEST_NEVER],
        .error = k->status[REQUEST_ERROR],
        .open = k->status[REQUEST_OPEN],
        .gratuitous = k->gratuitous,
        .p50_us = percentile(k, 50),
        .p95_us = percentile(k, 95),
    };
}

int64_t request_timeout_ns(enum request_kind kind)
{
    return kinds[kind]->timeout_ns;
}

const char *request_kind_name(enum request_kind kind)
{
    static const char *const names[] = {
        [REQUEST_ARP] = "arp", [REQUEST_NDP] = "ndp",   [REQUEST_ECHO] = "icmp",
        [REQUEST_DNS] = "dns", [REQUEST_DHCP] = "dhcp",
    };

    static_assert(sizeof(names) / sizeof(names[0]) == REQUEST_KINDS, "names");
    return names[kind];
}

const char *request_status_name(enum request_status status)
{
    static const char *const names[] = {
        [REQUEST_OPEN] = "open",   [REQUEST_ANSWERED] = "answered",
        [REQUEST_LATE] = "late",   [REQUEST_NEVER] = "never",
        [REQUEST_ERROR] = "error",
    };

    static_assert(sizeof(names) / sizeof(names[0]) == STATUSES, "names");
    return names[status];
}
