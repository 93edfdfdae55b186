/* SPDX-License-Identifier: BSD-3-Clause
 *
 * The fold engine: gives each symptom each record of each guest once, and asks
 * it for its judgement.
 *
 * Theory of operation: a guest has one block of states, in which each symptom
 * that owns a state has its place. The blocks of "kept" hold what was folded
 * from records that have left their tables; they belong to stations, not to
 * places in facts.guest, since guests are found out as the capture goes on. An
 * assessment copies a guest's block to "now", folds into it what the tables
 * still hold, and lets the symptoms conclude from that.
 */
#include <stdlib.h>
#include <string.h>

#include "dissect/symptom/symptom.h"

#define SYMPTOMS_MAX 128
#define STATE_ALIGN  16u

/** struct owner - Whose kept block it is */
struct owner {
    uint16_t station;
    union addr ip; /* instead, when a guest has no station */
    bool used;
};

struct symptom_engine {
    unsigned count;
    size_t offset[SYMPTOMS_MAX]; /* of a symptom's state in a block */
    size_t block;                /* octets of a block */
    struct owner owner[GUESTS_MAX];
    uint8_t *kept; /* [GUESTS_MAX][block] */
    uint8_t *now;  /* [GUESTS_MAX][block] */
};

static unsigned number_of(const struct symptom *s)
{
    unsigned i = 0;

    while (symptoms[i] && symptoms[i] != s)
        i++;
    return i;
}

static void lay_out(struct symptom_engine *e)
{
    for (unsigned i = 0; i < SYMPTOMS_MAX && symptoms[i]; i++) {
        size_t size = symptoms[i]->state_size;

        e->offset[i] = e->block;
        if (!symptoms[i]->state_of)
            e->block += (size + STATE_ALIGN - 1) & ~(size_t)(STATE_ALIGN - 1);
        e->count++;
    }
    for (unsigned i = 0; i < e->count; i++)
        if (symptoms[i]->state_of)
            e->offset[i] = e->offset[number_of(symptoms[i]->state_of)];
}

struct symptom_engine *symptom_engine_new(void)
{
    struct symptom_engine *e = calloc(1, sizeof(*e));

    if (!e)
        return NULL;
    lay_out(e);
    e->kept = calloc(GUESTS_MAX, e->block + 1);
    e->now = calloc(GUESTS_MAX, e->block + 1);
    if (!e->kept || !e->now) {
        symptom_engine_free(e);
        return NULL;
    }
    return e;
}

void symptom_engine_free(struct symptom_engine *e)
{
    if (!e)
        return;
    free(e->kept);
    free(e->now);
    free(e);
}

static struct symptom_ctx context(const struct facts *facts, unsigned guest)
{
    return (struct symptom_ctx){
        .facts = facts,
        .guest = &facts->guest[guest],
        .guest_index = (uint16_t)guest,
    };
}

static void fold_flow(const struct symptom_engine *e, struct symptom_ctx *c,
                      uint8_t *block, const struct flow *f, int dir)
{
    for (unsigned i = 0; i < e->count; i++) {
        c->self = symptoms[i];
        if (c->self->on_flow && !c->self->state_of)
            c->self->on_flow(c, block + e->offset[i], f, dir);
    }
}

static void fold_request(const struct symptom_engine *e, struct symptom_ctx *c,
                         uint8_t *block, const struct request *r)
{
    for (unsigned i = 0; i < e->count; i++) {
        c->self = symptoms[i];
        if (c->self->on_request && !c->self->state_of)
            c->self->on_request(c, block + e->offset[i], r);
    }
}

static bool asked_by(const struct guest *g, const struct request *r)
{
    if (g->station != STATION_NONE)
        return r->station[0] == g->station;
    return facts_guest_owns(g, &r->client);
}

static const union addr *guest_ip(const struct guest *g)
{
    static const union addr none;

    return g->nipv4 ? &g->ipv4[0] : g->nipv6 ? &g->ipv6[0] : &none;
}

static bool owns_block(const struct owner *o, const struct guest *g)
{
    if (!o->used || o->station != g->station)
        return false;
    return g->station != STATION_NONE || addr_eq(&o->ip, guest_ip(g));
}

static bool is_guest_now(const struct owner *o, const struct facts *facts)
{
    for (unsigned i = 0; i < facts->nguest; i++)
        if (owns_block(o, &facts->guest[i]))
            return true;
    return false;
}

static uint8_t *find_kept(const struct symptom_engine *e, const struct guest *g)
{
    for (unsigned i = 0; i < GUESTS_MAX; i++)
        if (owns_block(&e->owner[i], g))
            return e->kept + i * e->block;
    return NULL;
}

/* A free block, else that of a station that is no guest any more. There are as
 * many blocks as guests, so one is found. */
static uint8_t *take_kept(struct symptom_engine *e, const struct facts *facts,
                          const struct guest *g)
{
    unsigned at = GUESTS_MAX;

    for (unsigned i = 0; i < GUESTS_MAX; i++) {
        if (!e->owner[i].used) {
            at = i;
            break;
        }
        if (at == GUESTS_MAX && !is_guest_now(&e->owner[i], facts))
            at = i;
    }
    if (at == GUESTS_MAX)
        return NULL;
    e->owner[at] = (struct owner){ .station = g->station,
                                   .ip = *guest_ip(g),
                                   .used = true };
    memset(e->kept + at * e->block, 0, e->block);
    return e->kept + at * e->block;
}

static uint8_t *kept_block(struct symptom_engine *e, const struct facts *facts,
                           const struct guest *g)
{
    uint8_t *block = find_kept(e, g);

    return block ? block : take_kept(e, facts, g);
}

void symptom_retire_flow(struct symptom_engine *e, const struct facts *facts,
                         const struct flow *f)
{
    for (unsigned i = 0; i < facts->nguest; i++) {
        const struct guest *g = &facts->guest[i];
        struct symptom_ctx c = context(facts, i);
        int dir = facts_guest_dir(facts, g, f);
        uint8_t *block = dir < 0 ? NULL : kept_block(e, facts, g);

        if (block)
            fold_flow(e, &c, block, f, dir);
    }
}

void symptom_retire_request(struct symptom_engine *e, const struct facts *facts,
                            const struct request *r)
{
    for (unsigned i = 0; i < facts->nguest; i++) {
        const struct guest *g = &facts->guest[i];
        struct symptom_ctx c = context(facts, i);
        uint8_t *block = asked_by(g, r) ? kept_block(e, facts, g) : NULL;

        if (block)
            fold_request(e, &c, block, r);
    }
}

static void fold_tables(struct symptom_engine *e, const struct facts *facts)
{
    for (uint32_t s = flow_next(facts->flows, FLOW_NONE); s != FLOW_NONE;
         s = flow_next(facts->flows, s)) {
        const struct flow *f = flow_get(facts->flows, s);

        for (unsigned i = 0; i < facts->nguest; i++) {
            struct symptom_ctx c = context(facts, i);
            int dir = facts_guest_dir(facts, c.guest, f);

            if (dir >= 0)
                fold_flow(e, &c, e->now + i * e->block, f, dir);
        }
    }
    for (uint32_t s = request_next(facts->requests, REQUEST_NONE);
         s != REQUEST_NONE; s = request_next(facts->requests, s)) {
        const struct request *r = request_get(facts->requests, s);

        for (unsigned i = 0; i < facts->nguest; i++) {
            struct symptom_ctx c = context(facts, i);

            if (asked_by(c.guest, r))
                fold_request(e, &c, e->now + i * e->block, r);
        }
    }
}

static void conclude_all(const struct symptom_engine *e,
                         const struct facts *facts, struct findings *out)
{
    static const uint8_t no_state[4096];

    for (unsigned s = 0; s < e->count; s++) {
        struct symptom_ctx c = { .facts = facts,
                                 .guest_index = GUEST_NONE,
                                 .self = symptoms[s] };

        if (!c.self->conclude)
            continue;
        if (c.self->whole_capture) {
            c.self->conclude(&c, no_state, out);
            continue;
        }
        for (unsigned i = 0; i < facts->nguest; i++) {
            c = context(facts, i);
            c.self = symptoms[s];
            c.self->conclude(&c, e->now + i * e->block + e->offset[s], out);
        }
    }
}

static bool names_id(const char *const *list, const char *id)
{
    for (; list && *list; list++)
        if (strcmp(*list, id) == 0)
            return true;
    return false;
}

static bool overlap(const struct finding *a, const struct finding *b)
{
    if (!a->first_ns || !b->first_ns)
        return true; /* one of them is not bound to a time */
    return a->first_ns <= b->last_ns && b->first_ns <= a->last_ns;
}

/* Does @a explain @b? See struct symptom. */
static bool explains(const struct finding *a, const struct finding *b)
{
    if (a == b || a->guest != b->guest || b->cause ||
        !names_id(a->symptom->suppresses, b->symptom->id) || !overlap(a, b))
        return false;
    return !a->has_peer || (b->has_peer && addr_eq(&a->peer, &b->peer));
}

static void drop_explained(struct findings *out)
{
    bool drop[FINDINGS_MAX] = { false };
    unsigned n = 0;

    for (unsigned b = 0; b < out->count; b++)
        for (unsigned a = 0; a < out->count && !drop[b]; a++)
            drop[b] = explains(&out->item[a], &out->item[b]);
    for (unsigned i = 0; i < out->count; i++) {
        if (drop[i])
            continue;
        if (n != i)
            out->item[n] = out->item[i];
        n++;
    }
    out->count = n;
}

void symptom_assess(struct symptom_engine *e, const struct facts *facts,
                    struct findings *out)
{
    out->count = 0;
    out->ngap = 0;
    out->lost = 0;
    for (unsigned i = 0; i < facts->nguest; i++) {
        const uint8_t *kept = find_kept(e, &facts->guest[i]);
        uint8_t *now = e->now + i * e->block;

        if (kept)
            memcpy(now, kept, e->block);
        else
            memset(now, 0, e->block);
    }
    fold_tables(e, facts);
    conclude_all(e, facts, out);
    drop_explained(out);
    findings_sort(out);
}
