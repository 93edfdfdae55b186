/* SPDX-License-Identifier: BSD-3-Clause
 *
 * connect-refused and connect-timeout: one endpoint does not take a
 * connection. Both are everyday events (a service is down, a scan, happy
 * eyeballs), hence notes unless they persist; what explains several endpoints
 * at once is found by the rules that suppress these.
 *
 * connect-timeout owns the fold of struct reach for its whole family.
 */
#include <stddef.h>

#include "dissect/symptom/reach.h"

#define ENDPOINTS_MAX  3 /* findings of their own; more are told as one */
#define PERSISTS       3 /* attempts that make a refusal more than an event */
#define SHORT_ATTEMPTS 3 /* abandoned attempts that count as a timeout */

/** struct group - Endpoints that share an outcome */
struct group {
    unsigned peers, attempts, syns;
    uint8_t index[REACH_PEERS];
    int64_t first_ns, last_ns;
};

static unsigned refusals(const struct reach_peer *p)
{
    return (unsigned)p->n[ATTEMPT_REFUSED] + p->n[ATTEMPT_BARE_RST];
}

/* Abandoned attempts prove nothing one by one; several, spread out, do. */
static unsigned silences(const struct reach_peer *p)
{
    unsigned n = (unsigned)p->n[ATTEMPT_SILENT] + p->n[ATTEMPT_LATE_RST] +
                 p->n[ATTEMPT_FIN];

    if (p->n[ATTEMPT_SHORT] >= SHORT_ATTEMPTS &&
        p->last_ns - p->first_ns >= 3 * SECOND_NS)
        n += p->n[ATTEMPT_SHORT];
    return n;
}

static void group_add(struct group *g, const struct reach *r, unsigned i,
                      unsigned attempts)
{
    const struct reach_peer *p = &r->peer[i];

    g->index[g->peers++] = (uint8_t)i;
    g->attempts += attempts;
    g->syns += p->syns;
    if (!g->first_ns || p->first_ns < g->first_ns)
        g->first_ns = p->first_ns;
    if (p->last_ns > g->last_ns)
        g->last_ns = p->last_ns;
}

/* One endpoint may refuse at first and fall silent later: each finding shows
 * its own attempts. */
static unsigned kinds_of(const struct symptom_ctx *c)
{
    return c->self != &connect_timeout_symptom ? REACH_REFUSALS
                                               : REACH_SILENCES;
}

static struct finding *peer_finding(const struct symptom_ctx *c,
                                    const struct reach_peer *p,
                                    struct findings *out, uint8_t confidence)
{
    struct finding *f = finding_add(out, c->self, c->guest_index, confidence);

    f->has_peer = true;
    f->peer = p->addr;
    f->peer_port = p->port;
    f->first_ns = p->first_ns;
    f->last_ns = p->last_ns;
    finding_metric(f, "syns", p->syns);
    reach_evidence(c, f, kinds_of(c), p, 4);
    return f;
}

static struct finding *group_finding(const struct symptom_ctx *c,
                                     const struct reach *r,
                                     const struct group *g,
                                     struct findings *out, uint8_t confidence)
{
    struct finding *f = finding_add(out, c->self, c->guest_index, confidence);

    f->variant = "several";
    f->first_ns = g->first_ns;
    f->last_ns = g->last_ns;
    f->count = g->attempts;
    finding_metric(f, "attempts", g->attempts);
    finding_metric(f, "endpoints", g->peers);
    for (unsigned i = 0; i < g->peers && f->nevidence < 6; i++)
        reach_evidence(c, f, kinds_of(c), &r->peer[g->index[i]], 2);
    return f;
}

/*
 * Refused
 */

static void refused_causes(struct finding *f, const struct reach_peer *p,
                           bool on_backend)
{
    if (p->n[ATTEMPT_BARE_RST]) {
        f->variant = "bare-rst";
        f->cause = "bare-rst";
        return;
    }
    if (on_backend)
        finding_cause(f, "host-loopback");
    finding_cause(f, "service-down");
    finding_cause(f, "peer-firewall");
}

static void refused_peer(const struct symptom_ctx *c, const struct reach *r,
                         const struct reach_peer *p, struct findings *out)
{
    bool ever = reach_ever_ok(r, &p->addr, p->port);
    unsigned n = refusals(p);
    struct finding *f = peer_finding(c, p, out, 95);

    f->count = n;
    f->severity = n >= PERSISTS && !ever ? SEVERITY_WARNING : SEVERITY_NOTE;
    f->variant = ever ? "sometimes" : NULL;
    finding_metric(f, "refused", n);
    refused_causes(f, p, facts_is_gateway(c->facts, c->guest, &p->addr));
}

static void refused_conclude(const struct symptom_ctx *c, const void *state,
                             struct findings *out)
{
    const struct reach *r = state;
    struct group g = { 0 };

    for (unsigned i = 0; i < r->npeer; i++) {
        const struct reach_peer *p = &r->peer[i];
        unsigned n = refusals(p);

        /* A port that opens later is a service that was starting. */
        if (n && (n >= PERSISTS || !reach_ever_ok(r, &p->addr, p->port)))
            group_add(&g, r, i, n);
    }
    if (g.peers > ENDPOINTS_MAX) {
        struct finding *f = group_finding(c, r, &g, out, 90);

        f->severity = SEVERITY_NOTE;
        finding_cause(f, "scan");
        finding_cause(f, "service-down");
        return;
    }
    for (unsigned i = 0; i < g.peers; i++)
        refused_peer(c, r, &r->peer[g.index[i]], out);
}

/*
 * Timed out
 */

static void timeout_causes(const struct symptom_ctx *c, struct finding *f,
                           const struct reach_peer *p)
{
    if (p->n[ATTEMPT_FIN]) {
        f->variant = f->cause = "host-connect-failed";
        return;
    }
    if (p->n[ATTEMPT_LATE_RST] && gate_terminates(c->guest) == 1) {
        f->variant = "backend-gave-up";
        finding_cause(f, "peer-silent");
        finding_cause(f, "filtered");
        return;
    }
    if (gate_terminates(c->guest) == 1)
        finding_cause(f, "host-cannot-reach");
    finding_cause(f, "filtered");
    finding_cause(f, "peer-down");
}

static void timeout_peer(const struct symptom_ctx *c, const struct reach *r,
                         const struct reach_peer *p, struct findings *out)
{
    bool ever = reach_ever_ok(r, &p->addr, p->port);
    unsigned n = silences(p);
    bool proven = n > p->n[ATTEMPT_SHORT];
    struct finding *f = peer_finding(c, p, out, proven ? 95 : 80);

    f->count = n;
    f->severity = n >= 2 && !ever ? SEVERITY_WARNING : SEVERITY_NOTE;
    if (ever)
        f->variant = "sometimes";
    finding_metric(f, "waited_s", (double)(p->last_ns - p->first_ns) / 1e9);
    timeout_causes(c, f, p);
}

/* ICMP says why: no such host, no way there. Filters and the backend's own
 * errors are told by the rules that suppress this one. */
static bool is_unreachable(const struct reach_peer *p)
{
    return p->n[ATTEMPT_UNREACH] > 0 && silences(p) == 0;
}

static void unreachable_peer(const struct symptom_ctx *c,
                             const struct reach_peer *p, struct findings *out)
{
    struct finding *f = peer_finding(c, p, out, 90);

    f->severity = SEVERITY_NOTE;
    f->variant = "unreachable";
    f->count = p->n[ATTEMPT_UNREACH];
    finding_cause(f, "peer-down");
    finding_cause(f, "no-route-beyond");
}

static void unreachable(const struct symptom_ctx *c, const struct reach *r,
                        struct findings *out)
{
    struct group g = { 0 };

    for (unsigned i = 0; i < r->npeer; i++)
        if (is_unreachable(&r->peer[i]))
            group_add(&g, r, i, r->peer[i].n[ATTEMPT_UNREACH]);
    if (g.peers > ENDPOINTS_MAX) {
        struct finding *f = group_finding(c, r, &g, out, 90);

        f->severity = SEVERITY_NOTE;
        f->variant = "several-unreachable";
        finding_cause(f, "no-route-beyond");
        finding_cause(f, "peer-down");
        return;
    }
    for (unsigned i = 0; i < g.peers; i++)
        unreachable_peer(c, &r->peer[g.index[i]], out);
}

static void timeout_group(const struct symptom_ctx *c, const struct reach *r,
                          const struct group *g, struct findings *out)
{
    struct finding *f = group_finding(c, r, g, out, 90);

    /* Who reaches more than he misses talks to many, like file sharing. */
    f->severity =
        r->n[ATTEMPT_OK] > g->attempts ? SEVERITY_NOTE : SEVERITY_WARNING;
    finding_metric(f, "syns", g->syns);
    finding_cause(f, "filtered");
    finding_cause(f, "peer-down");
    finding_cause(f, "scan");
}

static void timeout_conclude(const struct symptom_ctx *c, const void *state,
                             struct findings *out)
{
    const struct reach *r = state;
    const char *gate = gate_loss(c->facts);
    struct group g = { 0 };

    for (unsigned i = 0; i < r->npeer; i++) {
        const struct reach_peer *p = &r->peer[i];

        if (silences(p))
            group_add(&g, r, i, silences(p));
    }
    unreachable(c, r, out);
    if (g.peers && gate)
        finding_gap(out, c->self, c->guest_index, gate);
    else if (g.peers > ENDPOINTS_MAX)
        timeout_group(c, r, &g, out);
    else
        for (unsigned i = 0; i < g.peers; i++)
            timeout_peer(c, r, &r->peer[g.index[i]], out);
    if (g.peers == 0 && r->n[ATTEMPT_PENDING])
        finding_gap(out, c->self, c->guest_index,
                    "a SYN has no answer yet, but the capture ends within "
                    "3 s of it");
    else if (g.peers == 0 && r->n[ATTEMPT_UNSEEN] > r->n[ATTEMPT_OK])
        finding_gap(out, c->self, c->guest_index,
                    "the guest went on after its SYNs, so the answers exist "
                    "and were not captured");
}

const struct symptom connect_refused_symptom = {
    .id = "connect-refused",
    .title = "A connection is refused",
    .severity = SEVERITY_NOTE,
    .state_of = &connect_timeout_symptom,
    .conclude = refused_conclude,
};

const struct symptom connect_timeout_symptom = {
    .id = "connect-timeout",
    .title = "A connection gets no answer",
    .severity = SEVERITY_WARNING,
    .state_size = sizeof(struct reach),
    .on_flow = reach_on_flow,
    .on_request = reach_on_request,
    .conclude = timeout_conclude,
};
