/* SPDX-License-Identifier: BSD-3-Clause
 *
 * host-no-route and host-not-forwarding: the guest's network works up to the
 * host and not beyond it.
 *
 * With a route missing the host says so (ICMP 3/0). A FORWARD drop,
 * ip_forward=0, a lost masquerade rule and an outage upstream all look alike
 * from the guest: silence. So the finding names the set and the commands that
 * separate them, never one cause.
 */
#include <stddef.h>

#include "dissect/symptom/unreach.h"

#define SILENT_DSTS  3
#define SILENT_KINDS 2 /* ports and protocols: one closed port is a filter */
#define SILENT_SYNS  5
#define SILENT_NS    (10 * SECOND_NS)

/*
 * No route
 */

static void no_route_all(const struct symptom_ctx *c, const struct unreach *u,
                         struct findings *out)
{
    unsigned kinds = (u->tcp ? 1u : 0) + (u->udp ? 1u : 0) + (u->echo ? 1u : 0);
    bool kernel = gate_terminates(c->guest) == 0;
    struct finding *f = finding_add(out, c->self, c->guest_index,
                                    kernel || kinds > 1 ? 90 : 75);

    f->first_ns = u->first_ns;
    f->last_ns = u->last_ns;
    f->count = (uint64_t)u->tcp + u->udp + u->echo;
    finding_metric(f, "destinations", u->addrs);
    unreach_evidence(u, f);
    f->cause = kernel || kinds > 1 ? "no-route" : NULL;
    if (f->cause)
        return;
    finding_cause(f, "no-route");
    finding_cause(f, "fd-limit");
}

static void no_route_some(const struct symptom_ctx *c, const struct unreach *u,
                          struct findings *out)
{
    const struct unreach_dst *top = unreach_top(u);
    struct finding *f = finding_add(out, c->self, c->guest_index, 70);

    f->severity =
        u->addrs > 1 || top->count >= 3 ? SEVERITY_WARNING : SEVERITY_NOTE;
    f->variant = u->addrs == 1 ? "one" : "some";
    f->first_ns = u->first_ns;
    f->last_ns = u->last_ns;
    f->count = (uint64_t)u->tcp + u->udp + u->echo;
    if (u->addrs == 1) {
        f->has_peer = true;
        f->peer = top->addr;
    }
    finding_metric(f, "destinations", u->addrs);
    finding_cause(f, "no-route");
    if (gate_terminates(c->guest) != 0)
        finding_cause(f, "host-refuses");
    unreach_evidence(u, f);
}

static void no_route_conclude(const struct symptom_ctx *c, const void *state,
                              struct findings *out)
{
    struct unreach u = unreach_judge(c, state);

    if (u.verdict == UNREACH_NO_ROUTE)
        no_route_all(c, &u, out);
    else if (u.verdict == UNREACH_SOME)
        no_route_some(c, &u, out);
}

/*
 * Silence beyond the host
 */

/** struct silence - Off-link destinations that never answered */
struct silence {
    unsigned dsts, syns;
    union addr dst[REACH_PEERS + REACH_QUIET];
    uint32_t kind[REACH_PEERS + REACH_QUIET]; /* port, or 1 << 16 | request */
    unsigned nkind;
    int64_t first_ns, last_ns;
};

static void silence_add(struct silence *s, const union addr *a, uint32_t kind,
                        int64_t first_ns, int64_t last_ns)
{
    bool new_dst = true, new_kind = true;

    for (unsigned i = 0; i < s->dsts; i++)
        new_dst = new_dst && !addr_eq(&s->dst[i], a);
    for (unsigned i = 0; i < s->nkind; i++)
        new_kind = new_kind && s->kind[i] != kind;
    if (new_dst)
        s->dst[s->dsts++] = *a;
    if (new_kind)
        s->kind[s->nkind++] = kind;
    if (!s->first_ns || first_ns < s->first_ns)
        s->first_ns = first_ns;
    if (last_ns > s->last_ns)
        s->last_ns = last_ns;
}

static struct silence silence_of(const struct reach *r)
{
    struct silence s = { 0 };

    for (unsigned i = 0; i < r->npeer; i++) {
        const struct reach_peer *p = &r->peer[i];

        if (!p->off_link || (!p->n[ATTEMPT_SILENT] && !p->n[ATTEMPT_LATE_RST] &&
                             !p->n[ATTEMPT_SHORT]))
            continue;
        silence_add(&s, &p->addr, p->port, p->first_ns, p->last_ns);
        s.syns += p->syns;
    }
    for (unsigned i = 0; i < r->nquiet; i++)
        if (r->quiet[i].off_link)
            silence_add(&s, &r->quiet[i].addr, 1u << 16 | r->quiet[i].kind,
                        r->quiet[i].first_ns, r->quiet[i].last_ns);
    return s;
}

/* Did any ICMP error about the guest's packets come in that time? Then
 * somebody beyond the guest is talking, and other rules know what it said. */
static bool any_error(const struct symptom_ctx *c, int64_t since_ns)
{
    for (unsigned i = 0; i < c->facts->nicmp; i++)
        if (c->facts->icmp[i].last_ns >= since_ns &&
            icmp_for_guest(c->guest, &c->facts->icmp[i]))
            return true;
    return false;
}

static bool is_host_only(enum backend_id id)
{
    return id == BACKEND_VBOX_HOSTONLY || id == BACKEND_VMWARE_HOSTONLY;
}

static void silent_causes(const struct symptom_ctx *c, struct finding *f)
{
    enum backend_id id = c->guest->backend.id;

    if (is_host_only(id)) {
        f->variant = f->cause = "host-only-network";
        return;
    }
    if (gate_terminates(c->guest) == 1) {
        f->variant = "proxy";
        finding_cause(f, "upstream-down");
        finding_cause(f, "host-firewall");
        return;
    }
    if (id == BACKEND_TAP_BRIDGED || id == BACKEND_VBOX_BRIDGED) {
        f->variant = "bridge";
        finding_cause(f, "bridge-netfilter");
        finding_cause(f, "upstream-down");
        return;
    }
    finding_cause(f, "forward-drop");
    finding_cause(f, "no-masquerade");
    finding_cause(f, "ip-forward-off");
    finding_cause(f, "upstream-down");
}

static void gateway_alive(const struct symptom_ctx *c, struct finding *f,
                          const struct reach *r)
{
    char name[ADDR_STRLEN];

    finding_frame(f, 0, facts_frame(c->facts, r->gateway_frame), r->gateway_ns,
                  "%s: the gateway %s is alive",
                  request_kind_name((enum request_kind)r->gateway_kind),
                  addr_is_unspecified(&c->guest->gateway_ip)
                      ? "side"
                      : addr_format(&c->guest->gateway_ip, name));
}

static void silent_finding(const struct symptom_ctx *c, const struct reach *r,
                           const struct silence *s, struct findings *out)
{
    struct finding *f =
        finding_add(out, c->self, c->guest_index, r->heard ? 75 : 85);

    f->first_ns = s->first_ns;
    f->last_ns = s->last_ns;
    f->count = s->syns;
    finding_metric(f, "destinations", s->dsts);
    finding_metric(f, "syns", s->syns);
    finding_metric(f, "silent_s", (double)(s->last_ns - s->first_ns) / 1e9);
    silent_causes(c, f);
    gateway_alive(c, f, r);
    for (unsigned i = 0; i < r->npeer && f->nevidence < 7; i++)
        if (r->peer[i].off_link)
            reach_evidence(c, f, REACH_SILENCES, &r->peer[i], 2);
}

static void silent_conclude(const struct symptom_ctx *c, const void *state,
                            struct findings *out)
{
    const struct reach *r = state;
    struct silence s = silence_of(r);

    if (s.dsts < SILENT_DSTS || s.nkind < SILENT_KINDS ||
        s.syns < SILENT_SYNS || r->gateway_answers == 0 ||
        r->heard_last_ns >= s.first_ns || any_error(c, s.first_ns))
        return;
    const char *gate = gate_loss(c->facts);
    if (gate)
        finding_gap(out, c->self, c->guest_index, gate);
    else if (!gate_waited(c->facts, s.first_ns, SILENT_NS))
        finding_gap(out, c->self, c->guest_index,
                    "nothing beyond the gateway answers, but the capture "
                    "ends less than 10 s after the first attempt");
    else
        silent_finding(c, r, &s, out);
}

static const char *const explained_by_no_route[] = {
    "connect-timeout",
    "dns-dead",
    "icmp-echo-missing",
    NULL,
};

static const char *const explained_by_silence[] = {
    "connect-timeout",
    "dns-dead",
    "icmp-echo-missing",
    NULL,
};

const struct symptom host_no_route_symptom = {
    .id = "host-no-route",
    .title = "The host has no route",
    .severity = SEVERITY_ERROR,
    .state_of = &connect_timeout_symptom,
    .suppresses = explained_by_no_route,
    .conclude = no_route_conclude,
};

const struct symptom host_not_forwarding_symptom = {
    .id = "host-not-forwarding",
    .title = "Nothing beyond the host answers",
    .severity = SEVERITY_ERROR,
    .state_of = &connect_timeout_symptom,
    .suppresses = explained_by_silence,
    .conclude = silent_conclude,
};
