/* SPDX-License-Identifier: BSD-3-Clause
 *
 * arp-gateway-silent: nobody answers ARP for the guest's gateway, so nothing
 * leaves the subnet.
 *
 * The gateway is what the lease says, or who carries the guest's traffic. Else
 * it is the address that a guest with no other traffic keeps asking for; a host
 * that scans asks for many. ARP requests are broadcast and replies are not: a
 * bystander's capture shows every request and no reply, hence
 * unicast_visible().
 */
#include <stddef.h>

#include "dissect/symptom/reach.h"

#define TARGETS       6
#define TRIES_MIN     3
#define SPAN_NS       (3 * SECOND_NS)
#define GUESS_TRIES   5
#define GUESS_SPAN_NS (5 * SECOND_NS)
#define GUESS_TARGETS 3

/** struct arp_target - An address asked for */
struct arp_target {
    union addr addr;
    int64_t first_ns, last_ns;
    uint32_t first_frame, last_frame; /* frame32 */
    uint32_t tries, answered;
};

struct arp_state {
    struct arp_target target[TARGETS];
    uint8_t ntarget;
    uint32_t others;   /* requests for addresses that are not kept */
    uint32_t off_link; /* flows that left the subnet: ARP had worked */
};

static struct arp_target *target_of(struct arp_state *s, const union addr *a)
{
    for (unsigned i = 0; i < s->ntarget; i++)
        if (addr_eq(&s->target[i].addr, a))
            return &s->target[i];
    if (s->ntarget == TARGETS)
        return NULL;
    s->target[s->ntarget].addr = *a;
    return &s->target[s->ntarget++];
}

static void arp_on_request(const struct symptom_ctx *c, void *state,
                           const struct request *r)
{
    struct arp_state *s = state;

    (void)c;
    if (r->kind != REQUEST_ARP || r->flags & REQ_GRATUITOUS)
        return;
    struct arp_target *t = target_of(s, &r->server);
    if (!t) {
        s->others++;
        return;
    }
    if (r->status == REQUEST_ANSWERED || r->status == REQUEST_LATE) {
        t->answered++;
        return;
    }
    t->tries += r->tries;
    if (!t->first_ns || r->first_ns < t->first_ns) {
        t->first_ns = r->first_ns;
        t->first_frame = r->first_frame;
    }
    if (r->last_ns > t->last_ns) {
        t->last_ns = r->last_ns;
        t->last_frame = r->last_frame;
    }
}

static void arp_on_flow(const struct symptom_ctx *c, void *state,
                        const struct flow *f, int dir)
{
    struct arp_state *s = state;

    if (facts_off_link(c->guest, &f->addr[1 - dir]))
        s->off_link++;
}

static const union addr *known_gateway(const struct guest *g)
{
    if (g->lease.valid && !addr_is_unspecified(&g->lease.router))
        return &g->lease.router;
    /* Without a station behind it the address is itself a guess from ARP. */
    if (g->gateway == STATION_NONE || addr_is_unspecified(&g->gateway_ip))
        return NULL;
    return &g->gateway_ip;
}

/* Without a lease: what a guest that sends nothing else keeps asking for. */
static const struct arp_target *guess(const struct arp_state *s)
{
    const struct arp_target *best = NULL;

    if (s->off_link || s->others || s->ntarget > GUESS_TARGETS)
        return NULL;
    for (unsigned i = 0; i < s->ntarget; i++) {
        const struct arp_target *t = &s->target[i];

        if (t->answered)
            return NULL;
        if (!best || t->tries > best->tries)
            best = t;
    }
    if (!best || best->tries < GUESS_TRIES ||
        best->last_ns - best->first_ns < GUESS_SPAN_NS)
        return NULL;
    return best;
}

static bool is_slirp(enum backend_id id)
{
    return id == BACKEND_QEMU_SLIRP || id == BACKEND_SLIRP4NETNS;
}

static void arp_finding(const struct symptom_ctx *c, const struct arp_target *t,
                        bool known, struct findings *out)
{
    char text[ADDR_STRLEN];
    struct finding *f =
        finding_add(out, c->self, c->guest_index, known ? 90 : 70);

    f->severity = known ? SEVERITY_ERROR : SEVERITY_WARNING;
    f->variant = known ? NULL : "guessed";
    f->has_peer = true;
    f->peer = t->addr;
    f->first_ns = t->first_ns;
    f->last_ns = t->last_ns;
    f->count = t->tries;
    finding_metric(f, "requests", t->tries);
    finding_metric(f, "duration_s", (double)(t->last_ns - t->first_ns) / 1e9);
    if (is_slirp(c->guest->backend.id)) {
        f->variant = f->cause = "wrong-address";
    } else {
        finding_cause(f, "gateway-down");
        finding_cause(f, "wrong-address");
        finding_cause(f, "wrong-segment");
    }
    addr_format(&t->addr, text);
    finding_frame(f, 0, facts_frame(c->facts, t->first_frame), t->first_ns,
                  "ARP: who has %s?", text);
    finding_frame(f, 0, facts_frame(c->facts, t->last_frame), t->last_ns,
                  "ARP for %s, %u tries so far, no answer", text,
                  (unsigned)t->tries);
}

static const struct arp_target *silent_target(const struct symptom_ctx *c,
                                              const struct arp_state *s,
                                              bool *known)
{
    const union addr *gateway = known_gateway(c->guest);

    *known = gateway != NULL;
    if (!gateway)
        return guess(s);
    for (unsigned i = 0; i < s->ntarget; i++) {
        const struct arp_target *t = &s->target[i];

        if (addr_eq(&t->addr, gateway) && t->answered == 0 &&
            t->tries >= TRIES_MIN && t->last_ns - t->first_ns >= SPAN_NS)
            return t;
    }
    return NULL;
}

static void arp_conclude(const struct symptom_ctx *c, const void *state,
                         struct findings *out)
{
    const struct arp_state *s = state;
    bool known;
    const struct arp_target *t = silent_target(c, s, &known);
    const char *gate = gate_loss(c->facts);

    if (!t)
        return;
    /* Off-link traffic that leaves the guest shows that it knows the way. */
    if (!gate && s->off_link)
        gate = "the guest sends through its gateway, so it knows its MAC "
               "address from an answer that was not captured";
    if (!gate && !unicast_visible(c->facts, c->guest))
        gate = "only broadcasts of this guest were captured; ARP replies "
               "are unicast and would not be seen";
    if (gate)
        finding_gap(out, c->self, c->guest_index, gate);
    else
        arp_finding(c, t, known, out);
}

static const char *const explained_by_arp[] = {
    "connect-timeout",   "dns-dead", "host-not-forwarding",
    "icmp-echo-missing", NULL,
};

const struct symptom arp_gateway_silent_symptom = {
    .id = "arp-gateway-silent",
    .title = "The gateway does not answer ARP",
    .severity = SEVERITY_ERROR,
    .state_size = sizeof(struct arp_state),
    .on_request = arp_on_request,
    .on_flow = arp_on_flow,
    .suppresses = explained_by_arp,
    .conclude = arp_conclude,
};
