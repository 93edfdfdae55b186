/* SPDX-License-Identifier: BSD-3-Clause
 *
 * backend-fds-exhausted, nat-ports-exhausted, conntrack-full: new connections
 * fail because something on the host is used up, while open ones go on.
 *
 * Behind libslirp descriptors and ports fail with the same ICMP message
 * (unreach.h). Behind kernel NAT both ports and the connection table fail in
 * silence; the pattern of what still works separates them, and where it does
 * not, the candidates are named as a set.
 */
#include <stddef.h>

#include "dissect/symptom/unreach.h"

#define SNAT_SILENT    3  /* unanswered connections to one endpoint */
#define SNAT_OPEN_MIN  10 /* while so many to it are open */
#define SNAT_OPEN_HIGH 64 /* and so many make it likely */
#define TABLE_DSTS     5
#define TABLE_MIXED    2 /* endpoints that both answer and stay silent */
#define TABLE_EXISTING 2
#define PASST_OPEN_MIN 200
#define PASST_DSTS     3

static struct finding *exhausted(const struct symptom_ctx *c,
                                 struct findings *out, uint8_t confidence,
                                 const struct unreach *u)
{
    struct finding *f = finding_add(out, c->self, c->guest_index, confidence);

    f->first_ns = u->first_ns;
    f->last_ns = u->last_ns;
    f->count = (uint64_t)u->tcp + u->udp;
    finding_metric(f, "failed", u->tcp);
    return f;
}

static void last_good(const struct symptom_ctx *c, struct finding *f,
                      const struct reach_open *o)
{
    finding_frame(f, o->same_source, facts_frame(c->facts, o->same_frame),
                  o->same_ns, "SYN of the last connection that succeeded");
}

static void good_later(const struct symptom_ctx *c, struct finding *f,
                       const struct reach_open *o)
{
    bool tells = f->has_peer && o->ok_elsewhere;

    finding_frame(f, o->ok_source, facts_frame(c->facts, o->ok_frame), o->ok_ns,
                  "%s",
                  tells ? "SYN-ACK from another endpoint, the old ones open"
                        : "SYN-ACK: a new connection succeeds again");
}

/*
 * Descriptors
 */

static void fds_of_slirp(const struct symptom_ctx *c, const struct unreach *u,
                         struct findings *out)
{
    struct finding *f = exhausted(c, out, u->udp_silent ? 90 : 70, u);

    finding_metric(f, "open_connections", u->open.all);
    finding_metric(f, "endpoints", u->ndst);
    unreach_evidence(u, f);
    good_later(c, f, &u->open);
    if (u->udp_silent) {
        f->cause = "fd-limit";
        return;
    }
    finding_cause(f, "fd-limit");
    finding_cause(f, "host-ports");
}

/* passt drops what it has no socket for: new silent, old alive. */
static void fds_of_passt(const struct symptom_ctx *c, const struct reach *r,
                         struct findings *out)
{
    int64_t first_ns = INT64_MAX, last_ns = 0;
    unsigned silent = 0;
    const struct reach_peer *p = NULL;

    for (unsigned i = 0; i < r->npeer; i++) {
        if (!r->peer[i].n[ATTEMPT_SILENT] || !r->peer[i].off_link)
            continue;
        silent++;
        p = p ? p : &r->peer[i];
        if (r->peer[i].first_ns < first_ns)
            first_ns = r->peer[i].first_ns;
        if (r->peer[i].last_ns > last_ns)
            last_ns = r->peer[i].last_ns;
    }
    if (silent < PASST_DSTS || gate_loss(c->facts))
        return;
    struct reach_open o = reach_open_at(c, first_ns, last_ns, NULL, 0);
    if (o.all < PASST_OPEN_MIN || o.moved_later == 0)
        return;
    struct finding *f = finding_add(out, c->self, c->guest_index, 60);
    f->variant = "silent";
    f->severity = SEVERITY_WARNING;
    f->first_ns = first_ns;
    f->last_ns = last_ns;
    f->count = silent;
    finding_metric(f, "failed", silent);
    finding_metric(f, "open_connections", o.all);
    finding_cause(f, "fd-limit");
    finding_cause(f, "host-ports");
    reach_evidence(c, f, REACH_SILENCES, p, 4);
}

static void fds_conclude(const struct symptom_ctx *c, const void *state,
                         struct findings *out)
{
    const struct reach *r = state;

    if (c->guest->backend.id == BACKEND_PASST) {
        fds_of_passt(c, r, out);
        return;
    }
    struct unreach u = unreach_judge(c, r);
    if (u.verdict == UNREACH_FDS)
        fds_of_slirp(c, &u, out);
    else if (u.verdict == UNREACH_EARLY)
        finding_gap(out, c->self, c->guest_index,
                    "connections fail at once while many are open, but the "
                    "capture does not show what still works");
}

/*
 * Ports
 */

static void host_ports(const struct symptom_ctx *c, const struct unreach *u,
                       struct findings *out)
{
    const struct unreach_dst *top = unreach_top(u);
    bool one = u->ndst == 1;
    /* A port is taken per destination, a descriptor by everybody: success
     * elsewhere while the old ones are open leaves only ports. So does an
     * error for UDP, which without a descriptor would be silent. */
    bool proven = u->open.ok_elsewhere || (u->udp && !u->udp_silent);
    struct finding *f = exhausted(c, out, proven ? 90 : 70, u);

    f->variant = one ? "host-ports" : "host-ports-all";
    finding_metric(f, "open_connections", one ? u->open.same : u->open.all);
    if (one) {
        f->has_peer = true;
        f->peer = top->addr;
        f->peer_port = top->port;
    }
    last_good(c, f, &u->open);
    unreach_evidence(u, f);
    good_later(c, f, &u->open);
    if (proven) {
        f->cause = "host-ports";
        return;
    }
    finding_cause(f, "host-ports");
    finding_cause(f, "fd-limit");
}

/* Kernel NAT: this endpoint silent, its open connections alive. */
static void snat_peer(const struct symptom_ctx *c, const struct reach *r,
                      const struct reach_peer *p, struct findings *out)
{
    if (p->n[ATTEMPT_SILENT] < SNAT_SILENT || !p->off_link ||
        !reach_ever_ok(r, &p->addr, p->port))
        return;
    struct reach_open o =
        reach_open_at(c, p->first_ns, p->last_ns, &p->addr, p->port);
    if (o.same < SNAT_OPEN_MIN)
        return;
    const char *gate = gate_loss(c->facts);
    if (gate) {
        finding_gap(out, c->self, c->guest_index, gate);
        return;
    }
    bool likely = o.ok_elsewhere && o.same >= SNAT_OPEN_HIGH;
    uint8_t confidence = likely ? 70 : o.ok_elsewhere ? 60 : 50;
    struct finding *f = finding_add(out, c->self, c->guest_index, confidence);
    f->severity = likely ? SEVERITY_ERROR : SEVERITY_WARNING;
    f->variant = "snat";
    f->has_peer = true;
    f->peer = p->addr;
    f->peer_port = p->port;
    f->first_ns = p->first_ns;
    f->last_ns = p->last_ns;
    f->count = p->n[ATTEMPT_SILENT];
    finding_metric(f, "failed", p->n[ATTEMPT_SILENT]);
    finding_metric(f, "open_connections", o.same);
    finding_cause(f, "snat-ports");
    finding_cause(f, "peer-limit");
    if (!o.ok_elsewhere)
        finding_cause(f, "conntrack-full");
    last_good(c, f, &o);
    reach_evidence(c, f, REACH_SILENCES, p, 4);
    good_later(c, f, &o);
}

static void ports_conclude(const struct symptom_ctx *c, const void *state,
                           struct findings *out)
{
    const struct reach *r = state;
    struct unreach u = unreach_judge(c, r);

    if (u.verdict == UNREACH_PORTS)
        host_ports(c, &u, out);
    if (gate_terminates(c->guest) == 1)
        return;
    for (unsigned i = 0; i < r->npeer; i++)
        snat_peer(c, r, &r->peer[i], out);
}

/*
 * Connection table
 */

/** struct table - Off-link endpoints that stay silent */
struct table {
    unsigned silent, mixed, failed;
    int64_t first_ns, last_ns;
};

static void table_extend(struct table *t, int64_t first_ns, int64_t last_ns)
{
    t->silent++;
    if (!t->first_ns || first_ns < t->first_ns)
        t->first_ns = first_ns;
    if (last_ns > t->last_ns)
        t->last_ns = last_ns;
}

static struct table table_of(const struct reach *r)
{
    struct table t = { 0 };

    for (unsigned i = 0; i < r->npeer; i++) {
        const struct reach_peer *p = &r->peer[i];

        if (!p->n[ATTEMPT_SILENT] || !p->off_link)
            continue;
        table_extend(&t, p->first_ns, p->last_ns);
        t.mixed += reach_ever_ok(r, &p->addr, p->port);
        t.failed += p->n[ATTEMPT_SILENT];
    }
    for (unsigned i = 0; t.failed && i < r->nquiet; i++)
        if (r->quiet[i].off_link)
            table_extend(&t, r->quiet[i].first_ns, r->quiet[i].last_ns);
    return t;
}

static void table_conclude(const struct symptom_ctx *c, const void *state,
                           struct findings *out)
{
    const struct reach *r = state;
    struct table t = table_of(r);

    if (gate_terminates(c->guest) == 1 || t.silent < TABLE_DSTS ||
        t.mixed < TABLE_MIXED)
        return;
    const char *gate = gate_loss(c->facts);
    if (gate) {
        finding_gap(out, c->self, c->guest_index, gate);
        return;
    }
    struct reach_open o = reach_open_at(c, t.first_ns, t.last_ns, NULL, 0);
    if (o.moved_later < TABLE_EXISTING || o.ok_until == 0)
        return;
    struct finding *f = finding_add(out, c->self, c->guest_index, 50);
    f->first_ns = t.first_ns;
    f->last_ns = t.last_ns;
    f->count = t.failed;
    finding_metric(f, "failed", t.failed);
    finding_metric(f, "endpoints", t.silent);
    finding_metric(f, "open_connections", o.all);
    finding_cause(f, "conntrack-full");
    finding_cause(f, "snat-ports");
    finding_cause(f, "path-loss");
    for (unsigned i = 0; i < r->npeer && f->nevidence < 6; i++)
        if (r->peer[i].n[ATTEMPT_SILENT] && r->peer[i].off_link)
            reach_evidence(c, f, REACH_SILENCES, &r->peer[i], 2);
    good_later(c, f, &o);
}

static const char *const explained_by_fds[] = {
    "nat-ports-exhausted",
    "conntrack-full",
    "host-no-route",
    "connect-timeout",
    "icmp-echo-missing",
    "dns-dead",
    NULL,
};

static const char *const explained_by_ports[] = {
    "conntrack-full",
    "host-no-route",
    "connect-timeout",
    NULL,
};

static const char *const explained_by_table[] = {
    "connect-timeout",
    "icmp-echo-missing",
    "dns-dead",
    NULL,
};

const struct symptom backend_fds_exhausted_symptom = {
    .id = "backend-fds-exhausted",
    .title = "The backend has no file descriptor left",
    .severity = SEVERITY_ERROR,
    .state_of = &connect_timeout_symptom,
    .suppresses = explained_by_fds,
    .conclude = fds_conclude,
};

const struct symptom nat_ports_exhausted_symptom = {
    .id = "nat-ports-exhausted",
    .title = "The host has no local port left",
    .severity = SEVERITY_ERROR,
    .state_of = &connect_timeout_symptom,
    .suppresses = explained_by_ports,
    .conclude = ports_conclude,
};

const struct symptom conntrack_full_symptom = {
    .id = "conntrack-full",
    .title = "New connections fail at random",
    .severity = SEVERITY_WARNING,
    .state_of = &connect_timeout_symptom,
    .suppresses = explained_by_table,
    .conclude = table_conclude,
};
