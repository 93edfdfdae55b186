/* SPDX-License-Identifier: BSD-3-Clause
 *
 * firewall-reject: somebody on the way answers in the name of the target.
 *
 * Three marks. ICMP that only a filter sends (RFC 1812 section 5.2.7.1: codes
 * 9, 10, 13; RFC 4443 section 3.1: codes 1, 5, 6). Port unreachable for what
 * has no ports at that sender: a TCP SYN, an echo request or a datagram to
 * somebody else, answered by the gateway. A RST with the full TTL of a
 * neighbour while the peer's genuine packets have crossed routers.
 */
#include <stddef.h>
#include <string.h>

#include "dissect/symptom/unreach.h"

#define REJECTS_MIN 2
#define TTL_STEP    3 /* routers between a neighbour's RST and the peer */
#define TTL_PEERS   12
#define ICMP_FRAMES 4
#define SENDERS_MAX 8

/** struct rejects - ICMP rejects of one guest, by sender */
struct rejects {
    uint64_t count;
    int64_t first_ns, last_ns;
    const struct icmp_error *at[ICMP_FRAMES];
    unsigned nat, dsts;
    bool gateway; /* the gateway sent them */
    bool admin;   /* administratively prohibited, not port unreachable */
    bool target;  /* the target itself did */
};

static bool is_admin(const struct icmp_error *e)
{
    if (e->is_v6)
        return e->type == 1 && (e->code == 1 || e->code == 5 || e->code == 6);
    return e->type == 3 && (e->code == 9 || e->code == 10 || e->code == 13);
}

static bool is_port(const struct icmp_error *e)
{
    return e->is_v6 ? e->type == 1 && e->code == 4
                    : e->type == 3 && e->code == 3;
}

/* libslirp without the right to ping reports its own failure with the target
 * as the source; a rejecting gateway signs with its own address. */
static bool is_reject(const struct symptom_ctx *c, const struct icmp_error *e)
{
    if (!icmp_for_guest(c->guest, e) ||
        facts_is_gateway(c->facts, c->guest, &e->quoted.dst))
        return false;
    if (is_admin(e))
        return true;
    return is_port(e) && !addr_eq(&e->src, &e->quoted.dst) &&
           facts_is_gateway(c->facts, c->guest, &e->src);
}

static struct rejects rejects_of(const struct symptom_ctx *c,
                                 const union addr *src)
{
    struct rejects r = { 0 };

    for (unsigned i = 0; i < c->facts->nicmp; i++) {
        const struct icmp_error *e = &c->facts->icmp[i];

        if (!addr_eq(&e->src, src) || !is_reject(c, e))
            continue;
        if (!r.count)
            r.first_ns = e->ts_ns;
        if (e->last_ns > r.last_ns)
            r.last_ns = e->last_ns;
        r.count += e->count;
        r.admin = r.admin || is_admin(e);
        r.target = addr_eq(&e->src, &e->quoted.dst);
        if (r.nat < ICMP_FRAMES)
            r.at[r.nat++] = e;
        r.dsts += r.nat == 1 || !addr_eq(&e->quoted.dst, &r.at[0]->quoted.dst);
    }
    r.gateway = facts_is_gateway(c->facts, c->guest, src);
    return r;
}

static const char *quoted_what(const struct icmp_error *e)
{
    switch (e->quoted.ip_proto) {
    case 1:
    case 58:
        return "the echo request";
    case 6:
        return "the SYN";
    case 17:
        return "the datagram";
    default:
        return "the packet";
    }
}

static void reject_evidence(const struct rejects *r, struct finding *f)
{
    char src[ADDR_STRLEN], dst[ADDR_STRLEN];

    for (unsigned i = 0; i < r->nat; i++) {
        const struct icmp_error *e = r->at[i];

        addr_format(&e->src, src);
        addr_format(&e->quoted.dst, dst);
        finding_frame(f, 0, e->frame, e->ts_ns, "%s from %s quoting %s to %s",
                      is_admin(e) ? "prohibited" : "port unreachable", src,
                      quoted_what(e), dst);
    }
}

static void reject_finding(const struct symptom_ctx *c, const struct rejects *r,
                           struct findings *out)
{
    const struct icmp_error *e = r->at[0];
    struct finding *f = finding_add(out, c->self, c->guest_index, 95);

    f->has_peer = r->dsts == 1 || r->target;
    f->peer = e->quoted.dst;
    f->peer_port = e->quoted.ip_proto == 6 || e->quoted.ip_proto == 17
                       ? e->quoted.dport
                       : 0;
    f->first_ns = r->first_ns;
    f->last_ns = r->last_ns;
    f->count = r->count;
    f->severity = r->gateway ? SEVERITY_WARNING : SEVERITY_NOTE;
    f->variant = r->gateway  ? f->has_peer ? "gateway" : "gateway-several"
                 : r->target ? "target"
                             : "router";
    f->cause = r->gateway  ? r->admin ? "host-prohibits" : "host-rejects"
               : r->target ? "target-prohibits"
                           : "router-prohibits";
    finding_metric(f, "rejects", (double)r->count);
    reject_evidence(r, f);
}

static bool is_known(const union addr *list, unsigned n, const union addr *a)
{
    for (unsigned i = 0; i < n; i++)
        if (addr_eq(&list[i], a))
            return true;
    return false;
}

/* One finding for each sender, and not for more than a few of them: whoever
 * forges the rest gains nothing. */
static void icmp_rejects(const struct symptom_ctx *c, struct findings *out)
{
    union addr sender[SENDERS_MAX];
    unsigned n = 0;

    for (unsigned i = 0; i < c->facts->nicmp && n < SENDERS_MAX; i++) {
        const struct icmp_error *e = &c->facts->icmp[i];

        if (!is_reject(c, e) || is_known(sender, n, &e->src))
            continue;
        sender[n++] = e->src;
        struct rejects r = rejects_of(c, &e->src);
        if (r.count >= REJECTS_MIN)
            reject_finding(c, &r, out);
    }
}

/*
 * Resets in the peer's name
 */

/** struct ttl_peer - TTLs of one address */
struct ttl_peer {
    union addr addr;
    int64_t rst_ns;
    uint32_t rst_frame, ok_frame; /* frame32 */
    uint16_t rsts, source;
    uint16_t port;
    uint8_t rst_ttl, ok_ttl;
};

struct ttl_state {
    struct ttl_peer peer[TTL_PEERS];
    uint8_t npeer;
};

static struct ttl_peer *ttl_peer_of(struct ttl_state *s, const union addr *a)
{
    for (unsigned i = 0; i < s->npeer; i++)
        if (addr_eq(&s->peer[i].addr, a))
            return &s->peer[i];
    if (s->npeer == TTL_PEERS)
        return NULL;
    s->peer[s->npeer].addr = *a;
    return &s->peer[s->npeer++];
}

static void ttl_on_flow(const struct symptom_ctx *c, void *state,
                        const struct flow *f, int dir)
{
    enum attempt kind = attempt_of(c->facts, f, dir);

    if ((kind != ATTEMPT_OK && kind != ATTEMPT_REFUSED) ||
        !facts_off_link(c->guest, &f->addr[1]))
        return;
    struct ttl_peer *p = ttl_peer_of(state, &f->addr[1]);
    if (!p)
        return;
    if (kind == ATTEMPT_OK) {
        p->ok_ttl = f->dir[1].ttl;
        p->ok_frame = f->synack_frame;
        return;
    }
    if (p->rsts < UINT16_MAX)
        p->rsts++;
    p->rst_ttl = f->rst_ttl;
    p->rst_frame = f->end_frame;
    p->rst_ns = f->last_ns;
    p->source = f->source;
    p->port = f->port[1];
}

/* A stack's initial TTL, not yet lowered by any router. */
static bool is_initial_ttl(uint8_t ttl)
{
    return ttl == 64 || ttl == 128 || ttl == 255;
}

static void reset_finding(const struct symptom_ctx *c, const struct ttl_peer *p,
                          struct findings *out)
{
    struct finding *f = finding_add(out, c->self, c->guest_index, 85);

    f->variant = "reset";
    f->cause = "tcp-reset";
    f->has_peer = true;
    f->peer = p->addr;
    f->peer_port = p->port;
    f->first_ns = f->last_ns = p->rst_ns;
    f->count = p->rsts;
    finding_metric(f, "rejects", p->rsts);
    finding_metric(f, "rst_ttl", p->rst_ttl);
    finding_metric(f, "peer_ttl", p->ok_ttl);
    finding_frame(f, p->source, facts_frame(c->facts, p->rst_frame), p->rst_ns,
                  "RST with TTL %u", p->rst_ttl);
    finding_frame(f, p->source, facts_frame(c->facts, p->ok_frame), 0,
                  "genuine SYN-ACK of the same host has TTL %u", p->ok_ttl);
}

static void firewall_conclude(const struct symptom_ctx *c, const void *state,
                              struct findings *out)
{
    const struct ttl_state *s = state;

    icmp_rejects(c, out);
    /* A terminating backend sends every packet itself: its TTLs say nothing. */
    if (gate_terminates(c->guest) != 0)
        return;
    for (unsigned i = 0; i < s->npeer; i++) {
        const struct ttl_peer *p = &s->peer[i];

        if (p->rsts >= REJECTS_MIN && is_initial_ttl(p->rst_ttl) &&
            p->ok_ttl > 0 && p->ok_ttl + TTL_STEP <= p->rst_ttl)
            reset_finding(c, p, out);
    }
}

static const char *const explained_by_firewall[] = {
    "connect-refused",
    "connect-timeout",
    "icmp-echo-missing",
    NULL,
};

const struct symptom firewall_reject_symptom = {
    .id = "firewall-reject",
    .title = "A firewall rejects the guest's packets",
    .severity = SEVERITY_WARNING,
    .state_size = sizeof(struct ttl_state),
    .on_flow = ttl_on_flow,
    .suppresses = explained_by_firewall,
    .conclude = firewall_conclude,
};
