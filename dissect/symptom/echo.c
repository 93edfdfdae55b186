/* SPDX-License-Identifier: BSD-3-Clause
 *
 * icmp-echo-missing and icmp-false-reply: what a user-mode backend makes of
 * ping when the host does not let it.
 *
 * libslirp opens a ping socket (net.ipv4.ping_group_range), else a raw socket,
 * else sends the payload to UDP port 7 of the target. Each fallback leaves its
 * own mark: with a raw socket any ICMP the host receives is handed to the
 * guest as a "reply"; with UDP port 7 the target's port unreachable comes back
 * quoting the echo request, or an echo server answers from port 7. Nobody else
 * does any of the three, so one such packet decides. Pure silence decides
 * nothing unless several targets are silent and other traffic works.
 */
#include <stddef.h>

#include "dissect/symptom/symptom.h"

#define SECOND_NS    1000000000LL
#define ECHO_TARGETS 8
#define ECHO_FRAMES  4
#define SILENT_MIN   3
#define WINDOW_NS    (60 * SECOND_NS)

/** struct echo_target - Echo requests to one address */
struct echo_target {
    union addr addr;
    int64_t first_ns, last_ns;
    uint32_t frame[ECHO_FRAMES]; /* frame32 of unanswered requests */
    int64_t frame_ns[ECHO_FRAMES];
    uint32_t proof_frame, guest_error_frame;
    int64_t proof_ns;
    uint16_t sent, answered, unanswered, quoted, udp7, mismatched, open;
    uint16_t nframe;
};

struct echo_state {
    struct echo_target target[ECHO_TARGETS]; /* off-link only */
    uint8_t ntarget;
    uint32_t sent, answered; /* off-link, also of targets not kept */
};

static struct echo_target *target_of(struct echo_state *s, const union addr *a)
{
    for (unsigned i = 0; i < s->ntarget; i++)
        if (addr_eq(&s->target[i].addr, a))
            return &s->target[i];
    if (s->ntarget == ECHO_TARGETS)
        return NULL;
    s->target[s->ntarget].addr = *a;
    return &s->target[s->ntarget++];
}

static void keep_proof(struct echo_target *t, const struct request *r,
                       uint32_t frame)
{
    if (t->proof_frame)
        return;
    t->proof_frame = frame;
    t->proof_ns = r->first_ns;
    t->guest_error_frame = r->guest_error_frame;
}

static void count_failure(struct echo_target *t, const struct request *r)
{
    t->unanswered++;
    if (t->nframe < ECHO_FRAMES) {
        t->frame[t->nframe] = r->first_frame;
        t->frame_ns[t->nframe++] = r->first_ns;
    }
    if (r->flags & REQ_UDP7_REPLY) {
        t->udp7++;
        keep_proof(t, r, r->alt_frame);
    } else if (r->flags & REQ_REPLY_MISMATCH) {
        t->mismatched++;
        keep_proof(t, r, r->alt_frame);
    } else if (r->status == REQUEST_ERROR && r->error_type == 3 &&
               r->error_code == 3 && addr_eq(&r->error_src, &r->server)) {
        t->quoted++;
        keep_proof(t, r, r->error_frame);
    }
}

static void echo_on_request(const struct symptom_ctx *c, void *state,
                            const struct request *r)
{
    struct echo_state *s = state;

    if (r->kind != REQUEST_ECHO || !facts_off_link(c->guest, &r->server))
        return;
    struct echo_target *t = target_of(s, &r->server);
    bool answered = r->status == REQUEST_ANSWERED || r->status == REQUEST_LATE;
    s->sent++;
    s->answered += answered;
    if (!t || t->sent == UINT16_MAX)
        return;
    t->sent++;
    if (!t->first_ns || r->first_ns < t->first_ns)
        t->first_ns = r->first_ns;
    if (r->last_ns > t->last_ns)
        t->last_ns = r->last_ns;
    if (answered)
        t->answered++;
    else if (r->status == REQUEST_OPEN &&
             !(r->flags & (REQ_UDP7_REPLY | REQ_REPLY_MISMATCH)))
        t->open++;
    else if (r->status != REQUEST_ERROR || r->error_type == 3)
        count_failure(t, r);
}

/** struct proof_of_life - A flow that shows the way is open */
struct proof_of_life {
    uint64_t frame;
    int64_t ts_ns;
    uint16_t source;
    bool same; /* the pinged address itself */
    bool tcp;
};

/* TCP or UDP answered from beyond the gateway about the same time. */
static struct proof_of_life alive(const struct symptom_ctx *c,
                                  const struct echo_target *t)
{
    struct proof_of_life p = { 0 };

    for (uint32_t i = flow_next(c->facts->flows, FLOW_NONE);
         i != FLOW_NONE && !p.same; i = flow_next(c->facts->flows, i)) {
        const struct flow *f = flow_get(c->facts->flows, i);
        bool udp = f->ip_proto == 17 && f->dir[1].packets > 0 &&
                   f->port[1] != 7 && f->port[0] != 7;
        bool tcp = f->ip_proto == 6 && f->synack_frame;

        if ((!tcp && !udp) || facts_guest_dir(c->facts, c->guest, f) != 0 ||
            !facts_off_link(c->guest, &f->addr[1]) ||
            f->first_ns > t->last_ns + WINDOW_NS ||
            f->last_ns < t->first_ns - WINDOW_NS)
            continue;
        p.same = addr_eq(&f->addr[1], &t->addr);
        if (p.frame && !p.same)
            continue;
        p.frame = facts_frame(c->facts, tcp ? f->synack_frame : f->last_frame);
        p.ts_ns = tcp ? f->first_ns : f->last_ns;
        p.source = f->source;
        p.tcp = tcp;
    }
    return p;
}

static void echo_evidence(const struct symptom_ctx *c, struct finding *f,
                          const struct echo_target *t)
{
    char text[ADDR_STRLEN];

    addr_format(&t->addr, text);
    for (unsigned i = 0; i < t->nframe; i++)
        finding_frame(f, 0, facts_frame(c->facts, t->frame[i]), t->frame_ns[i],
                      "echo request to %s, no reply", text);
    if (t->udp7)
        finding_frame(f, 0, facts_frame(c->facts, t->proof_frame), t->proof_ns,
                      "UDP from port 7 of %s in place of the reply", text);
    else if (t->quoted)
        finding_frame(f, 0, facts_frame(c->facts, t->proof_frame), t->proof_ns,
                      "port unreachable from %s quoting the echo request",
                      text);
    if (t->udp7)
        finding_frame(f, 0, facts_frame(c->facts, t->guest_error_frame), 0,
                      "the guest's own port unreachable to that datagram");
}

static void echo_metrics(struct finding *f, const struct echo_state *s,
                         const struct echo_target *t)
{
    unsigned failed = 0;

    for (unsigned i = 0; i < s->ntarget; i++)
        failed += s->target[i].unanswered;
    f->count = failed;
    finding_metric(f, "requests", s->sent);
    finding_metric(f, "unanswered", failed);
    finding_metric(f, "targets", s->ntarget);
    if (s->ntarget == 1) {
        f->has_peer = true;
        f->peer = t->addr;
    }
}

static void add_alive(struct finding *f, const struct proof_of_life *p)
{
    if (p->frame)
        finding_frame(f, p->source, p->frame, p->ts_ns, "%s answered %s",
                      p->same ? "the same address"
                              : "another address of the outside",
                      p->tcp ? "TCP" : "UDP");
}

/* Forms A and C: the backend gave itself away. */
static void proven_missing(const struct symptom_ctx *c,
                           const struct echo_state *s,
                           const struct echo_target *t, struct findings *out)
{
    struct proof_of_life p = alive(c, t);
    struct finding *f = finding_add(out, c->self, c->guest_index, 97);

    f->first_ns = t->first_ns;
    f->last_ns = t->last_ns;
    f->cause = "ping-not-permitted";
    f->variant = s->ntarget > 1 ? "several" : NULL;
    echo_metrics(f, s, t);
    echo_evidence(c, f, t);
    add_alive(f, &p);
}

/** struct echo_sum - Silent targets */
struct echo_sum {
    unsigned silent, targets, open;
    const struct echo_target *worst;
};

static struct echo_sum sum_silent(const struct echo_state *s)
{
    struct echo_sum sum = { 0 };

    for (unsigned i = 0; i < s->ntarget; i++) {
        const struct echo_target *t = &s->target[i];
        unsigned silent = (unsigned)t->unanswered - t->mismatched;
        bool waits = silent + t->open > 0;

        sum.open += t->open;
        sum.silent += silent;
        sum.targets += waits;
        if (waits && (!sum.worst || t->unanswered > sum.worst->unanswered))
            sum.worst = t;
    }
    return sum;
}

/* Confidence of pure silence: which backend, how many targets. 0: say nothing
 * rather than guess, for one silent host behind kernel NAT is a filter. */
static uint8_t silent_confidence(const struct symptom_ctx *c,
                                 const struct echo_sum *sum)
{
    switch (c->guest->backend.id) {
    case BACKEND_QEMU_SLIRP:
    case BACKEND_SLIRP4NETNS:
    case BACKEND_PASST:
    case BACKEND_GVPROXY:
    case BACKEND_VBOX_NAT:
    case BACKEND_VBOX_NATNETWORK:
        return sum->targets > 1 ? 80 : 40;
    default:
        return sum->targets > 1 ? 30 : 0;
    }
}

/* Form B: silence, while other traffic passes. */
static void silent_missing(const struct symptom_ctx *c,
                           const struct echo_state *s, struct findings *out)
{
    struct echo_sum sum = sum_silent(s);
    uint8_t confidence = silent_confidence(c, &sum);

    if (s->answered || !sum.worst || confidence == 0)
        return;
    struct proof_of_life p = alive(c, sum.worst);
    const char *gate = gate_loss(c->facts);
    if (!p.frame || sum.silent + sum.open < SILENT_MIN)
        return;
    if (gate || sum.silent < SILENT_MIN) {
        finding_gap(out, c->self, c->guest_index,
                    gate ? gate
                         : "echo requests have no reply yet, but the capture "
                           "ends too soon after them");
        return;
    }
    struct finding *f = finding_add(out, c->self, c->guest_index, confidence);
    f->severity = confidence >= 60 ? SEVERITY_WARNING : SEVERITY_NOTE;
    f->variant = "silent";
    f->first_ns = sum.worst->first_ns;
    f->last_ns = sum.worst->last_ns;
    echo_metrics(f, s, sum.worst);
    finding_cause(f, confidence >= 60 ? "ping-not-permitted" : "icmp-filtered");
    finding_cause(f,
                  confidence >= 60 ? "icmp-filtered" : "targets-ignore-ping");
    echo_evidence(c, f, sum.worst);
    add_alive(f, &p);
}

static void missing_conclude(const struct symptom_ctx *c, const void *state,
                             struct findings *out)
{
    const struct echo_state *s = state;
    const struct echo_target *best = NULL;

    for (unsigned i = 0; i < s->ntarget; i++) {
        const struct echo_target *t = &s->target[i];

        if (t->udp7 + t->quoted > 0 && (!best || t->udp7 > best->udp7))
            best = t;
    }
    /* A closed ping socket cannot answer now and then. */
    if (best && s->answered == 0)
        proven_missing(c, s, best, out);
    else if (!best && s->sent)
        silent_missing(c, s, out);
}

static void false_target(const struct symptom_ctx *c,
                         const struct echo_target *t, struct findings *out)
{
    bool terminates = gate_terminates(c->guest) == 1;
    char text[ADDR_STRLEN];
    struct finding *f =
        finding_add(out, c->self, c->guest_index, terminates ? 90 : 70);

    addr_format(&t->addr, text);
    f->has_peer = true;
    f->peer = t->addr;
    f->first_ns = t->first_ns;
    f->last_ns = t->last_ns;
    f->count = t->mismatched;
    if (terminates)
        f->cause = "raw-socket";
    else
        finding_cause(f, "raw-socket");
    finding_metric(f, "requests", t->sent);
    finding_metric(f, "false_replies", t->mismatched);
    for (unsigned i = 0; i < t->nframe && i < 2; i++)
        finding_frame(f, 0, facts_frame(c->facts, t->frame[i]), t->frame_ns[i],
                      "echo request to %s", text);
    finding_frame(f, 0, facts_frame(c->facts, t->proof_frame), t->proof_ns,
                  "echo reply with another code, sequence or payload");
}

static void false_conclude(const struct symptom_ctx *c, const void *state,
                           struct findings *out)
{
    const struct echo_state *s = state;
    /* Kernel NAT hands ICMP through the connection table and never does it. */
    unsigned need = gate_terminates(c->guest) == 1 ? 1 : 2;

    if (gate_terminates(c->guest) == 0)
        return;
    for (unsigned i = 0; i < s->ntarget; i++)
        if (s->target[i].mismatched >= need && s->target[i].answered == 0)
            false_target(c, &s->target[i], out);
}

const struct symptom icmp_echo_missing_symptom = {
    .id = "icmp-echo-missing",
    .title = "Ping is not possible",
    .severity = SEVERITY_ERROR,
    .state_size = sizeof(struct echo_state),
    .on_request = echo_on_request,
    .conclude = missing_conclude,
};

const struct symptom icmp_false_reply_symptom = {
    .id = "icmp-false-reply",
    .title = "Ping replies are false",
    .severity = SEVERITY_WARNING,
    .state_of = &icmp_echo_missing_symptom,
    .conclude = false_conclude,
};
