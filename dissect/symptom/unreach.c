/* SPDX-License-Identifier: BSD-3-Clause
 *
 * Three troubles behind one ICMP message: see unreach.h.
 */
#include "dissect/symptom/unreach.h"

/* The process itself needs some 20 descriptors; the smallest limit met in
 * practice is 256 (vpnkit), in the lab 40 left 34 flows. */
#define EXHAUSTED_OPEN_MIN 16
#define EXHAUSTED_ERRORS   5
#define NO_ROUTE_DSTS      3

bool icmp_for_guest(const struct guest *g, const struct icmp_error *e)
{
    return e->quoted.valid && facts_guest_owns(g, &e->quoted.src) &&
           !facts_guest_owns(g, &e->src);
}

static bool from_gateway(const struct symptom_ctx *c,
                         const struct icmp_error *e)
{
    return !e->is_v6 && e->type == 3 && e->code == 0 &&
           facts_is_gateway(c->facts, c->guest, &e->src) &&
           icmp_for_guest(c->guest, e);
}

static void add_dst(struct unreach *u, const struct icmp_error *e)
{
    uint16_t port = e->quoted.ip_proto == 6 ? e->quoted.dport : 0;
    bool known_addr = false;

    for (unsigned i = 0; i < u->ndst; i++) {
        struct unreach_dst *d = &u->dst[i];

        if (!addr_eq(&d->addr, &e->quoted.dst))
            continue;
        known_addr = true;
        if (d->port != port)
            continue;
        d->count += (uint32_t)e->count;
        return;
    }
    if (u->ndst == UNREACH_DSTS)
        return;
    u->addrs += !known_addr;
    u->dst[u->ndst++] = (struct unreach_dst){
        .addr = e->quoted.dst,
        .port = port,
        .count = (uint32_t)e->count,
    };
}

static void add_error(const struct symptom_ctx *c, struct unreach *u,
                      const struct icmp_error *e)
{
    uint32_t n =
        e->count > UINT32_MAX / 2 ? UINT32_MAX / 2 : (uint32_t)e->count;
    bool off_link = facts_off_link(c->guest, &e->quoted.dst);

    if (e->quoted.ip_proto == 17)
        u->udp += n;
    if (!off_link)
        return;
    if (e->quoted.ip_proto == 6)
        u->tcp += n;
    else if (e->quoted.ip_proto == 1)
        u->echo += n;
    if (!u->first_ns)
        u->first_ns = e->ts_ns;
    if (e->last_ns > u->last_ns)
        u->last_ns = e->last_ns;
    if (u->nat < UNREACH_FRAMES)
        u->at[u->nat++] = e;
    add_dst(u, e);
}

static bool quiet_after(const struct reach *r, int64_t since_ns)
{
    for (unsigned i = 0; i < r->nquiet; i++)
        if (r->quiet[i].last_ns > since_ns)
            return true;
    return false;
}

static enum unreach_verdict judge(const struct symptom_ctx *c,
                                  const struct unreach *u)
{
    bool one = u->ndst == 1;
    uint32_t open = one ? u->open.same : u->open.all;
    bool alive = u->open.ok_later || u->open.moved_later;
    bool many = gate_terminates(c->guest) != 0 && open >= EXHAUSTED_OPEN_MIN;

    if (many && u->tcp >= EXHAUSTED_ERRORS && alive)
        return one || (u->udp && !u->udp_silent) ? UNREACH_PORTS : UNREACH_FDS;
    if (many && u->tcp && !u->open.ok_later)
        return UNREACH_EARLY;
    if (u->addrs >= NO_ROUTE_DSTS && u->open.ok_until == 0)
        return UNREACH_NO_ROUTE;
    return u->tcp + u->udp + u->echo >= 2 ? UNREACH_SOME : UNREACH_NOTHING;
}

struct unreach unreach_judge(const struct symptom_ctx *c, const struct reach *r)
{
    struct unreach u = { .verdict = UNREACH_NOTHING };

    for (unsigned i = 0; i < c->facts->nicmp; i++)
        if (from_gateway(c, &c->facts->icmp[i]))
            add_error(c, &u, &c->facts->icmp[i]);
    if (u.nat == 0)
        return u;
    const struct unreach_dst *top = unreach_top(&u);
    u.open = reach_open_at(c, u.first_ns, u.last_ns, &top->addr, top->port);
    u.udp_silent = quiet_after(r, u.first_ns);
    u.verdict = judge(c, &u);
    return u;
}

const struct unreach_dst *unreach_top(const struct unreach *u)
{
    const struct unreach_dst *top = &u->dst[0];

    for (unsigned i = 1; i < u->ndst; i++)
        if (u->dst[i].count > top->count)
            top = &u->dst[i];
    return top;
}

void unreach_evidence(const struct unreach *u, struct finding *f)
{
    char src[ADDR_STRLEN], dst[ADDR_STRLEN];

    for (unsigned i = 0; i < u->nat; i++) {
        const struct icmp_error *e = u->at[i];

        addr_format(&e->src, src);
        addr_format(&e->quoted.dst, dst);
        finding_frame(f, 0, e->frame, e->ts_ns,
                      "network unreachable from %s quoting %s to %s", src,
                      e->quoted.ip_proto == 6    ? "the SYN"
                      : e->quoted.ip_proto == 17 ? "UDP"
                                                 : "the echo request",
                      dst);
    }
}
