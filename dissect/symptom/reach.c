/* SPDX-License-Identifier: BSD-3-Clause
 *
 * Outcomes of a guest's attempts: see reach.h.
 *
 * Invariant: the result does not depend on the order in which flows are
 * folded, as long as REACH_PEERS holds all failing endpoints.
 */
#include "dissect/symptom/reach.h"

#include <assert.h>
#include <stddef.h>
#include <string.h>

static_assert(sizeof(struct reach) <= 4096, "fold states are at most 4 KiB");

#define LATE_RST_NS (20 * SECOND_NS)
#define SHORT_NS    (3 * SECOND_NS)

static uint16_t add16(uint16_t a, unsigned b)
{
    unsigned sum = a + b;

    return sum > UINT16_MAX ? UINT16_MAX : (uint16_t)sum;
}

/* A RST ends a SYN: whose decision was it, and how long did it take? libslirp
 * resets after 75 s, passt when the host's own SYN retries are over (127 s). */
static enum attempt reset_kind(const struct flow *f)
{
    if (f->syn_count >= 3 && f->last_ns - f->first_ns >= LATE_RST_NS &&
        f->syn_span_ms >= 3000)
        return ATTEMPT_LATE_RST;
    return f->flags & FLOW_RST_NO_ACK ? ATTEMPT_BARE_RST : ATTEMPT_REFUSED;
}

/* ICMP that ends an attempt; fragmentation needed and the like do not. */
static bool icmp_is_final(const struct facts *facts, const struct flow *f)
{
    const struct flow_trouble *t = flow_trouble_of(facts->flows, f);

    if (!t)
        return true;
    if (addr_is_v4(&f->addr[0]))
        return (t->icmp_type == 3 && t->icmp_code != 4) || t->icmp_type == 11;
    return t->icmp_type == 1 || t->icmp_type == 3;
}

enum attempt attempt_of(const struct facts *facts, const struct flow *f,
                        int dir)
{
    if (dir != 0 || f->ip_proto != 6 || f->flags & FLOW_MIDSTREAM ||
        !(f->dir[0].flags & FDIR_SYN))
        return ATTEMPT_NONE;
    if (f->dir[1].flags & FDIR_SYNACK)
        return ATTEMPT_OK;
    if (f->flags & (FLOW_REFUSED | FLOW_RST_NO_ACK))
        return reset_kind(f);
    if (f->flags & FLOW_FIN_NO_SYNACK)
        return ATTEMPT_FIN;
    if (f->flags & FLOW_ICMP_ERROR && icmp_is_final(facts, f))
        return ATTEMPT_UNREACH;
    if (f->dir[1].packets > 0 || f->dir[0].packets > f->syn_count)
        return ATTEMPT_UNSEEN;
    if (flow_syn_unanswered(f) && gate_waited(facts, f->last_ns, SECOND_NS))
        return ATTEMPT_SILENT;
    if (gate_waited(facts, f->last_ns, SHORT_NS))
        return ATTEMPT_SHORT;
    return ATTEMPT_PENDING;
}

const char *attempt_name(enum attempt a)
{
    static const char *const name[ATTEMPT_KINDS] = {
        [ATTEMPT_NONE] = "",
        [ATTEMPT_OK] = "answered",
        [ATTEMPT_SILENT] = "still no answer",
        [ATTEMPT_SHORT] = "no answer",
        [ATTEMPT_LATE_RST] = "RST after a long silence",
        [ATTEMPT_REFUSED] = "RST in answer to the SYN",
        [ATTEMPT_BARE_RST] = "RST without ACK in answer to the SYN",
        [ATTEMPT_FIN] = "FIN in place of a SYN-ACK",
        [ATTEMPT_UNREACH] = "ICMP error quoting the SYN",
        [ATTEMPT_UNSEEN] = "answer not captured",
        [ATTEMPT_PENDING] = "no answer yet",
    };

    return name[a];
}

static unsigned endpoint_bit(const union addr *a, uint16_t port)
{
    uint64_t h = (a->q[0] ^ a->q[1] ^ port) * 0x9e3779b97f4a7c15u;

    return (unsigned)(h >> 53);
}

bool reach_ever_ok(const struct reach *r, const union addr *a, uint16_t port)
{
    unsigned bit = endpoint_bit(a, port);

    return r->ok_bits[bit / 64] >> (bit % 64) & 1;
}

static struct reach_peer *peer_of(struct reach *r, const union addr *a,
                                  uint16_t port)
{
    for (unsigned i = 0; i < r->npeer; i++)
        if (r->peer[i].port == port && addr_eq(&r->peer[i].addr, a))
            return &r->peer[i];
    if (r->npeer == REACH_PEERS) {
        r->lost++;
        return NULL;
    }
    struct reach_peer *p = &r->peer[r->npeer++];
    p->addr = *a;
    p->port = port;
    return p;
}

static struct reach_try try_of(const struct facts *facts, const struct flow *f,
                               enum attempt kind)
{
    const struct flow_trouble *t = flow_trouble_of(facts->flows, f);
    struct reach_try y = {
        .first_ns = f->first_ns,
        .last_ns = f->last_ns,
        .first_frame = f->syn_frame,
        .last_frame = f->last_frame,
        .source = f->source,
        .kind = (uint8_t)kind,
        .tries = f->syn_count,
    };

    if (kind == ATTEMPT_UNREACH && t) {
        y.last_frame = t->icmp_frame;
        y.last_ns = t->icmp_ns;
        y.icmp_type = t->icmp_type;
        y.icmp_code = t->icmp_code;
    } else if (f->end_frame && kind != ATTEMPT_SILENT) {
        y.last_frame = f->end_frame;
    }
    return y;
}

static bool refused_try(const struct reach_try *y)
{
    return REACH_REFUSALS & 1u << y->kind;
}

/* The earliest tries stay, so that the order of folding does not matter; where
 * some were refused and others met silence, the earliest of both. */
static void peer_try(struct reach_peer *p, struct reach_try y)
{
    struct reach_try *a = &p->at[0], *b = &p->at[1];
    bool other = refused_try(&y) != refused_try(a);

    if (!a->kind) {
        *a = y;
    } else if (b->kind && refused_try(a) != refused_try(b)) {
        struct reach_try *same = other ? b : a;

        if (y.first_ns < same->first_ns)
            *same = y;
    } else if (other) {
        *b = y;
    } else if (y.first_ns < a->first_ns) {
        *b = *a;
        *a = y;
    } else if (!b->kind || y.first_ns < b->first_ns) {
        *b = y;
    }
}

_Static_assert(REACH_TRIES == 2, "peer_try() keeps two");

static void fold_failure(const struct symptom_ctx *c, struct reach *r,
                         const struct flow *f, enum attempt kind)
{
    struct reach_peer *p = peer_of(r, &f->addr[1], f->port[1]);
    struct reach_try y;

    if (!p)
        return;
    y = try_of(c->facts, f, kind);
    if (!p->first_ns || f->first_ns < p->first_ns)
        p->first_ns = f->first_ns;
    if (y.last_ns > p->last_ns)
        p->last_ns = y.last_ns;
    if (f->rst_ttl && !p->rst_ttl)
        p->rst_ttl = f->rst_ttl;
    p->off_link = facts_off_link(c->guest, &p->addr);
    p->n[kind] = add16(p->n[kind], 1);
    p->syns = add16(p->syns, f->syn_count);
    peer_try(p, y);
}

/* Something came back from beyond the gateway. A late RST is the backend's. */
static void fold_heard(const struct symptom_ctx *c, struct reach *r,
                       const struct flow *f, int dir, enum attempt kind)
{
    const union addr *peer = &f->addr[1 - dir];

    if (f->dir[1 - dir].packets == 0 || kind == ATTEMPT_LATE_RST ||
        kind == ATTEMPT_FIN || !facts_off_link(c->guest, peer))
        return;
    r->heard++;
    if (f->last_ns > r->heard_last_ns)
        r->heard_last_ns = f->last_ns;
}

void reach_on_flow(const struct symptom_ctx *c, void *state,
                   const struct flow *f, int dir)
{
    struct reach *r = state;
    enum attempt kind = attempt_of(c->facts, f, dir);
    unsigned bit;

    r->n[kind]++;
    fold_heard(c, r, f, dir, kind);
    switch (kind) {
    case ATTEMPT_OK:
        bit = endpoint_bit(&f->addr[1], f->port[1]);
        r->ok_bits[bit / 64] |= 1ull << (bit % 64);
        break;
    case ATTEMPT_SILENT:
    case ATTEMPT_SHORT:
    case ATTEMPT_LATE_RST:
    case ATTEMPT_REFUSED:
    case ATTEMPT_BARE_RST:
    case ATTEMPT_FIN:
    case ATTEMPT_UNREACH:
        fold_failure(c, r, f, kind);
        break;
    default:
        break;
    }
}

static void fold_quiet(struct reach *r, const struct request *q, bool off_link)
{
    struct reach_quiet *e = NULL;

    for (unsigned i = 0; i < r->nquiet; i++)
        if (r->quiet[i].kind == q->kind &&
            addr_eq(&r->quiet[i].addr, &q->server))
            e = &r->quiet[i];
    if (!e && r->nquiet < REACH_QUIET) {
        e = &r->quiet[r->nquiet++];
        e->addr = q->server;
        e->kind = q->kind;
        e->off_link = off_link;
    }
    if (!e)
        return;
    if (!e->first_ns || q->first_ns < e->first_ns) {
        e->first_ns = q->first_ns;
        e->frame = q->first_frame;
    }
    if (q->last_ns > e->last_ns)
        e->last_ns = q->last_ns;
    e->tries = add16(e->tries, q->tries);
}

static void fold_gateway(struct reach *r, const struct request *q)
{
    r->gateway_answers++;
    if (q->answer_ns > r->gateway_last_ns)
        r->gateway_last_ns = q->answer_ns;
    if (r->gateway_ns && r->gateway_ns <= q->answer_ns)
        return;
    r->gateway_ns = q->answer_ns;
    r->gateway_frame = q->answer_frame;
    r->gateway_kind = q->kind;
}

void reach_on_request(const struct symptom_ctx *c, void *state,
                      const struct request *q)
{
    struct reach *r = state;
    bool answered = q->status == REQUEST_ANSWERED || q->status == REQUEST_LATE;

    if (q->flags & REQ_GRATUITOUS)
        return;
    if (answered && (q->kind == REQUEST_DHCP ||
                     facts_is_gateway(c->facts, c->guest, &q->server)))
        fold_gateway(r, q);
    if (q->status != REQUEST_NEVER)
        return;
    bool off_link = facts_off_link(c->guest, &q->server);
    if (q->kind == REQUEST_DNS || (q->kind == REQUEST_ECHO && off_link))
        fold_quiet(r, q, off_link);
}

static void note_end(const struct symptom_ctx *c, struct finding *f,
                     const struct reach_try *y)
{
    uint64_t frame = facts_frame(c->facts, y->last_frame);
    const char *what = attempt_name((enum attempt)y->kind);

    if (y->kind == ATTEMPT_SILENT || y->kind == ATTEMPT_SHORT)
        finding_frame(f, y->source, frame, y->last_ns, "SYN, try %u, %s",
                      y->tries, what);
    else if (y->kind == ATTEMPT_UNREACH)
        finding_frame(f, y->source, frame, y->last_ns,
                      "ICMP type %u code %u quoting the SYN", y->icmp_type,
                      y->icmp_code);
    else
        finding_frame(f, y->source, frame, y->last_ns, "%s", what);
}

static unsigned kept_kinds(const struct reach_peer *p)
{
    unsigned kinds = 0;

    for (unsigned i = 0; i < REACH_TRIES && p->at[i].kind; i++)
        kinds |= 1u << p->at[i].kind;
    return kinds;
}

void reach_evidence(const struct symptom_ctx *c, struct finding *f,
                    unsigned kinds, const struct reach_peer *p, unsigned max)
{
    char text[ADDR_STRLEN];
    unsigned shown = 0;

    if (!(kinds & kept_kinds(p)))
        kinds = ~0u;
    for (unsigned i = 0; i < REACH_TRIES && p->at[i].kind && shown < max; i++) {
        const struct reach_try *y = &p->at[i];

        if (!(kinds & 1u << y->kind))
            continue;
        finding_frame(f, y->source, facts_frame(c->facts, y->first_frame),
                      y->first_ns, "SYN to %s port %u",
                      addr_format(&p->addr, text), p->port);
        shown++;
        if (shown++ < max)
            note_end(c, f, y);
    }
}

static bool open_then(const struct flow *f, int64_t at_ns)
{
    return f->first_ns <= at_ns &&
           (f->state == FLOW_OPEN || f->last_ns >= at_ns);
}

static void count_open(struct reach_open *o, const struct flow *f,
                       int64_t at_ns, bool same)
{
    o->all++;
    if (f->last_ns > at_ns + SECOND_NS)
        o->moved_later++;
    if (!same)
        return;
    o->same++;
    if (f->first_ns >= o->same_ns) {
        o->same_ns = f->first_ns;
        o->same_frame = f->syn_frame;
        o->same_source = f->source;
    }
}

static void count_later(struct reach_open *o, const struct flow *f,
                        int64_t until_ns, bool same)
{
    bool better = !same && (!o->ok_elsewhere || f->first_ns < o->ok_ns);

    o->ok_later++;
    o->ok_until += f->first_ns <= until_ns;
    o->ok_elsewhere += !same;
    if (o->ok_later == 1 || better) {
        o->ok_frame = f->synack_frame;
        o->ok_ns = f->first_ns;
        o->ok_source = f->source;
    }
}

/* A connection of the guest that was answered, or NULL. */
static const struct flow *answered_flow(const struct symptom_ctx *c,
                                        uint32_t slot)
{
    const struct flow *f = flow_get(c->facts->flows, slot);

    if (facts_guest_dir(c->facts, c->guest, f) != 0 ||
        attempt_of(c->facts, f, 0) != ATTEMPT_OK)
        return NULL;
    return f;
}

static bool is_endpoint(const struct flow *f, const union addr *a,
                        uint16_t port)
{
    return a && f->port[1] == port && addr_eq(&f->addr[1], a);
}

static uint32_t still_open(const struct symptom_ctx *c, int64_t at_ns,
                           const union addr *a, uint16_t port)
{
    const struct flow_table *t = c->facts->flows;
    uint32_t n = 0;

    for (uint32_t i = flow_next(t, FLOW_NONE); i != FLOW_NONE;
         i = flow_next(t, i)) {
        const struct flow *f = answered_flow(c, i);

        n += f && is_endpoint(f, a, port) && open_then(f, at_ns);
    }
    return n;
}

struct reach_open reach_open_at(const struct symptom_ctx *c, int64_t at_ns,
                                int64_t until_ns, const union addr *a,
                                uint16_t port)
{
    const struct flow_table *t = c->facts->flows;
    struct reach_open o = { 0 };

    for (uint32_t i = flow_next(t, FLOW_NONE); i != FLOW_NONE;
         i = flow_next(t, i)) {
        const struct flow *f = answered_flow(c, i);

        if (!f)
            continue;
        bool same = is_endpoint(f, a, port);
        if (open_then(f, at_ns))
            count_open(&o, f, at_ns, same);
        else if (f->first_ns > at_ns && facts_off_link(c->guest, &f->addr[1]))
            count_later(&o, f, until_ns, same);
    }
    /* Success elsewhere tells ports from descriptors only as long as the old
     * connections hold theirs; one left over would not. */
    if (o.ok_elsewhere && still_open(c, o.ok_ns, a, port) < (o.same + 1) / 2)
        o.ok_elsewhere = 0;
    return o;
}

bool unicast_visible(const struct facts *facts, const struct guest *g)
{
    unsigned n = station_count(facts->stations);
    bool others = false;

    if (g->station == STATION_NONE)
        return true;
    for (unsigned i = 0; i < n; i++) {
        const struct station *s = station_get(facts->stations, (uint16_t)i);

        if (s->flags & STATION_GROUP || s->received == 0)
            continue;
        if (i == g->station)
            return true;
        others = true;
    }
    return !others;
}
