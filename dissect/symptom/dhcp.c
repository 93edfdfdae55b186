/* SPDX-License-Identifier: BSD-3-Clause
 *
 * dhcp-no-offer: the guest asks for an address and no server offers one.
 *
 * RFC 2131 section 4.1: clients repeat a DISCOVER with growing delays. A
 * client that goes on to REQUEST, or that has an address afterwards, was
 * offered one that this capture does not hold.
 */
#include <stddef.h>

#include "dissect/symptom/reach.h"

#define DHCP_DISCOVER 1
#define DHCP_REQUEST  3
#define TRIES_MIN     3
#define SPAN_NS       (8 * SECOND_NS)
#define FRAMES        5

struct dhcp_state {
    int64_t first_ns, last_ns; /* of unanswered DISCOVERs */
    int64_t request_ns;        /* the latest REQUEST */
    int64_t answer_ns;         /* the latest answer of any kind */
    uint32_t frame[FRAMES];    /* frame32, the first seen */
    int64_t frame_ns[FRAMES];
    uint32_t tries, open;
    uint16_t source;
    uint8_t nframe;
};

static void keep_frame(struct dhcp_state *s, uint32_t frame, int64_t ts_ns)
{
    if (s->nframe == FRAMES || frame == 0)
        return;
    s->frame[s->nframe] = frame;
    s->frame_ns[s->nframe++] = ts_ns;
}

static void dhcp_on_request(const struct symptom_ctx *c, void *state,
                            const struct request *r)
{
    struct dhcp_state *s = state;

    (void)c;
    if (r->kind != REQUEST_DHCP)
        return;
    if (r->status == REQUEST_ANSWERED || r->status == REQUEST_LATE) {
        if (r->answer_ns > s->answer_ns)
            s->answer_ns = r->answer_ns;
        return;
    }
    if (r->qtype == DHCP_REQUEST && r->last_ns > s->request_ns)
        s->request_ns = r->last_ns;
    if (r->qtype != DHCP_DISCOVER)
        return;
    if (r->status == REQUEST_OPEN)
        s->open += r->tries;
    else
        s->tries += r->tries;
    if (!s->first_ns || r->first_ns < s->first_ns)
        s->first_ns = r->first_ns;
    if (r->last_ns > s->last_ns)
        s->last_ns = r->last_ns;
    keep_frame(s, r->first_frame, r->first_ns);
    if (r->last_frame != r->first_frame)
        keep_frame(s, r->last_frame, r->last_ns);
}

/** heard_network() - Frames of anybody else: the link itself carries */
static uint64_t heard_network(const struct symptom_ctx *c)
{
    unsigned n = station_count(c->facts->stations);
    uint64_t frames = 0;

    for (unsigned i = 0; i < n; i++)
        if (i != c->guest->station)
            frames += station_get(c->facts->stations, (uint16_t)i)->sent;
    return frames;
}

/* Does a server offer addresses to others? Then the network is in order, and
 * the trouble is this client's alone. */
static bool serves_others(const struct symptom_ctx *c)
{
    unsigned n = station_count(c->facts->stations);

    for (unsigned i = 0; i < n; i++)
        if (i != c->guest->station &&
            station_get(c->facts->stations, (uint16_t)i)->flags &
                STATION_DHCP_SERVER)
            return true;
    return false;
}

static bool has_address(const struct guest *g)
{
    for (unsigned i = 0; i < g->nipv4; i++)
        if (!addr_is_linklocal(&g->ipv4[i]) &&
            !addr_is_unspecified(&g->ipv4[i]))
            return true;
    return false;
}

/* Why the DISCOVERs prove nothing, or NULL. */
static const char *dhcp_gate(const struct symptom_ctx *c,
                             const struct dhcp_state *s)
{
    const char *gate = gate_loss(c->facts);

    if (gate)
        return gate;
    if (s->request_ns > s->first_ns)
        return "the guest accepted an offer that was not captured";
    if (has_address(c->guest))
        return "the guest uses an address although no offer was captured";
    if (!unicast_visible(c->facts, c->guest))
        return "only broadcasts of this guest were captured; an offer sent "
               "to it alone would not be seen";
    return NULL;
}

static void dhcp_causes(const struct symptom_ctx *c, struct finding *f,
                        uint64_t heard)
{
    if (serves_others(c)) {
        f->variant = "others-served";
        f->severity = SEVERITY_NOTE;
        finding_cause(f, "client-ignored");
        finding_cause(f, "pool-empty");
        return;
    }
    if (heard) {
        finding_cause(f, "server-down");
        finding_cause(f, "server-filtered");
    } else {
        f->variant = "dead-link";
        finding_cause(f, "link-down");
        finding_cause(f, "server-down");
    }
    finding_cause(f, "pool-empty");
}

static void dhcp_finding(const struct symptom_ctx *c,
                         const struct dhcp_state *s, struct findings *out)
{
    uint64_t heard = heard_network(c);
    struct finding *f = finding_add(out, c->self, c->guest_index, 90);

    f->first_ns = s->first_ns;
    f->last_ns = s->last_ns;
    f->count = s->tries + s->open;
    finding_metric(f, "discovers", s->tries + s->open);
    finding_metric(f, "duration_s", (double)(s->last_ns - s->first_ns) / 1e9);
    finding_metric(f, "frames_heard", (double)heard);
    dhcp_causes(c, f, heard);
    for (unsigned i = 0; i < s->nframe; i++)
        finding_frame(f, s->source, facts_frame(c->facts, s->frame[i]),
                      s->frame_ns[i], "DHCP DISCOVER, no offer");
}

static void dhcp_conclude(const struct symptom_ctx *c, const void *state,
                          struct findings *out)
{
    const struct dhcp_state *s = state;
    unsigned tries = s->tries + s->open;
    const char *gate;

    if (tries == 0 || s->answer_ns > s->first_ns)
        return;
    gate = dhcp_gate(c, s);
    if (tries >= TRIES_MIN && gate) {
        finding_gap(out, c->self, c->guest_index, gate);
        return;
    }
    if (gate)
        return;
    if (tries >= TRIES_MIN && s->last_ns - s->first_ns >= SPAN_NS)
        dhcp_finding(c, s, out);
    else if (!gate_waited(c->facts, s->first_ns, SPAN_NS))
        finding_gap(out, c->self, c->guest_index,
                    "a DISCOVER has no offer yet, but the capture ends less "
                    "than 8 s after it");
}

static const char *const explained_by_dhcp[] = {
    "arp-gateway-silent",
    "dns-dead",
    NULL,
};

const struct symptom dhcp_no_offer_symptom = {
    .id = "dhcp-no-offer",
    .title = "No DHCP server offers an address",
    .severity = SEVERITY_ERROR,
    .state_size = sizeof(struct dhcp_state),
    .on_request = dhcp_on_request,
    .suppresses = explained_by_dhcp,
    .conclude = dhcp_conclude,
};
