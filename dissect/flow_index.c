/* SPDX-License-Identifier: BSD-3-Clause
 *
 * From a packet's ends to a slot: keys, their hash, and the index.
 *
 * Theory of operation: linear probing over entries of hash and slot number, so
 * that a miss touches no slot. The table starts small and doubles into the next
 * part of one reservation, whose pages the kernel provides on first touch; what
 * was left behind is given back. Deletion pulls later entries back, so there
 * are no tombstones.
 *
 * Half of the entries stay empty: at 7 of 8 a look-up that finds something
 * passes four strangers on average, and one that finds nothing 32 (Knuth 6.4).
 *
 * Invariant: at most 1 of 2 entries is in use, hence every probe ends.
 */
#include "dissect/flow_impl.h"

#include <sys/mman.h>

#include "dissect/core/hash.h"

#define INDEX_FIRST 1024u

/* Both directions of a flow have the same key: the ends are ordered. */
struct flow_key {
    union addr lo, hi;
    uint16_t lo_port, hi_port;
    uint16_t vlan;
    uint8_t ip_proto;
    uint8_t zero;
};

static_assert(sizeof(struct flow_key) == 40, "hashed bytewise: no padding");

void *flow_reserve(size_t size)
{
    void *p = mmap(NULL, size, PROT_READ | PROT_WRITE,
                   MAP_PRIVATE | MAP_ANONYMOUS | MAP_NORESERVE, -1, 0);

    return p == MAP_FAILED ? NULL : p;
}

void flow_unreserve(void *p, size_t size)
{
    if (p)
        munmap(p, size);
}

uint64_t flow_tuple_hash(const struct flow_table *t, const struct tuple *tp)
{
    bool before = tuple_in_order(tp);
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
        .dport = flow_is_icmp(f->ip_proto) ? f->port[0] : f->port[1],
        .vlan = f->vlan,
        .ip_proto = f->ip_proto,
    };
}

int flow_tuple_dir(const struct flow *f, const struct tuple *tp)
{
    bool icmp = flow_is_icmp(tp->ip_proto);
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

bool flow_index_init(struct flow_index *ix, uint32_t flows_max)
{
    uint32_t max = INDEX_FIRST;

    while (max < UINT32_C(1) << 30 && max / 2 < flows_max)
        max *= 2;
    ix->max_entries = max;
    ix->base_size = 2 * (size_t)max * sizeof(struct index_entry);
    ix->base = flow_reserve(ix->base_size);
    ix->entry = ix->base;
    ix->mask = INDEX_FIRST - 1;
    return ix->base != NULL;
}

uint32_t flow_index_find(const struct flow_table *t, uint32_t tag,
                         const struct tuple *tp, int *dir)
{
    return flow_index_find_at(t, tag, tag, tp, dir);
}

uint32_t flow_index_peek(const struct flow_table *t, uint32_t tag)
{
    const struct flow_index *ix = &t->index;
    uint32_t i = tag & ix->mask;

    while (ix->entry[i].slot1 && ix->entry[i].tag != tag)
        i = (i + 1) & ix->mask;
    return i;
}

uint32_t flow_index_find_at(const struct flow_table *t, uint32_t tag,
                            uint32_t at, const struct tuple *tp, int *dir)
{
    const struct flow_index *ix = &t->index;
    struct index_entry hint = ix->entry[at & ix->mask];

    if (__builtin_expect(hint.tag == tag && hint.slot1, 1)) {
        *dir = flow_tuple_dir(&t->slot[hint.slot1 - 1], tp);
        if (*dir >= 0)
            return hint.slot1 - 1;
    }
    for (uint32_t i = tag & ix->mask;; i = (i + 1) & ix->mask) {
        struct index_entry e = ix->entry[i];

        if (e.slot1 == 0)
            return FLOW_NONE;
        if (e.tag != tag)
            continue;
        *dir = flow_tuple_dir(&t->slot[e.slot1 - 1], tp);
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

void flow_index_insert(struct flow_index *ix, uint32_t tag, uint32_t slot)
{
    uint32_t size = ix->mask + 1;

    if (ix->count >= size / 2 && size < ix->max_entries)
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

void flow_index_remove(struct flow_table *t, uint32_t slot)
{
    struct flow_index *ix = &t->index;
    struct tuple tp;
    uint32_t tag;

    tuple_of_flow(&tp, &t->slot[slot]);
    tag = (uint32_t)flow_tuple_hash(t, &tp);
    for (uint32_t i = tag & ix->mask; ix->entry[i].slot1;
         i = (i + 1) & ix->mask) {
        if (ix->entry[i].slot1 != slot + 1)
            continue;
        index_close_up(ix, i);
        ix->count--;
        return;
    }
}
