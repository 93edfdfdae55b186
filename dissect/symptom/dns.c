/* SPDX-License-Identifier: BSD-3-Clause
 *
 * dns-dead: a resolver the guest relies on never answers.
 *
 * Two ways to know. An ICMP error that quotes the query says why at once:
 * libslirp relays the host's own errors, even one from 127.0.0.1, which the
 * guest drops as martian, so that applications wait all the same. Silence
 * needs several names, several seconds and a working way back to the guest.
 */
#include <stddef.h>
#include <string.h>

#include "dissect/symptom/reach.h"

#define SERVERS      6
#define FAILS_FIRST  3
#define FAILS_LAST   5
#define SILENT_FAILS 3
#define SILENT_NAMES 2
#define SILENT_NS    (6 * SECOND_NS)

/** struct dns_fail - A query without an answer */
struct dns_fail {
    int64_t first_ns, last_ns;
    uint64_t name_hash;
    uint32_t first_frame, last_frame; /* frame32 */
    uint16_t tries;
};

/** enum dns_error - What an ICMP error in place of the answer means */
enum dns_error {
    DNS_ERROR_NONE,
    DNS_ERROR_MARTIAN,  /* from 127.0.0.0/8: the host's own resolver */
    DNS_ERROR_UPSTREAM, /* from a resolver beyond the backend's address */
    DNS_ERROR_SERVER,   /* from the server itself: nothing listens */
    DNS_ERROR_NO_NS,    /* net unreachable from the backend */
    DNS_ERRORS
};

/** struct dns_server - One resolver; failures, the earliest and the latest */
struct dns_server {
    union addr addr, upstream;
    int64_t first_ns, last_ns; /* of failures */
    int64_t answer_ns;         /* the latest answer */
    int64_t error_ns;
    uint64_t name; /* hash of one failed name */
    uint32_t answered, failed, silent, open, tries;
    uint32_t errors[DNS_ERRORS];
    uint32_t error_frame; /* frame32 of the earliest error of the best kind */
    uint8_t error_kind;
    bool names; /* more than one name failed */
    struct dns_fail first[FAILS_FIRST], last[FAILS_LAST];
};

struct dns_state {
    struct dns_server server[SERVERS];
    uint8_t nserver;
    bool alive; /* something did answer the guest */
};

static struct dns_server *server_of(struct dns_state *s, const union addr *a)
{
    for (unsigned i = 0; i < s->nserver; i++)
        if (addr_eq(&s->server[i].addr, a))
            return &s->server[i];
    if (s->nserver == SERVERS)
        return NULL;
    s->server[s->nserver].addr = *a;
    return &s->server[s->nserver++];
}

static enum dns_error error_kind(const struct symptom_ctx *c,
                                 const struct request *r)
{
    bool gateway = facts_is_gateway(c->facts, c->guest, &r->error_src);

    if (r->status != REQUEST_ERROR || r->error_type != 3)
        return DNS_ERROR_NONE;
    if (addr_is_loopback(&r->error_src))
        return DNS_ERROR_MARTIAN;
    if (r->error_code == 0 && gateway &&
        facts_is_gateway(c->facts, c->guest, &r->server))
        return DNS_ERROR_NO_NS;
    if (r->error_code != 3)
        return DNS_ERROR_NONE;
    if (addr_eq(&r->error_src, &r->server))
        return DNS_ERROR_SERVER;
    /* A gateway that rejects in somebody's name is a firewall. */
    return gateway ? DNS_ERROR_NONE : DNS_ERROR_UPSTREAM;
}

static void keep_error(struct dns_server *s, const struct request *r,
                       enum dns_error kind)
{
    s->errors[kind]++;
    /* The martian decides, whatever else is said in between. */
    if (s->error_kind && (s->error_kind < kind ||
                          (s->error_kind == kind && s->error_ns <= r->last_ns)))
        return;
    s->error_kind = (uint8_t)kind;
    s->error_frame = r->error_frame;
    s->error_ns = r->last_ns;
    s->upstream = r->error_src;
}

/* Keep the earliest three and the latest five, in whatever order they come. */
static void keep_first(struct dns_server *s, struct dns_fail x)
{
    for (unsigned i = 0; i < FAILS_FIRST; i++) {
        struct dns_fail old = s->first[i];

        if (old.first_frame && old.first_ns <= x.first_ns)
            continue;
        s->first[i] = x;
        if (!old.first_frame)
            return;
        x = old;
    }
}

static void keep_last(struct dns_server *s, struct dns_fail x)
{
    for (unsigned i = 0; i < FAILS_LAST; i++) {
        struct dns_fail old = s->last[i];

        if (old.first_frame && old.first_ns >= x.first_ns)
            continue;
        s->last[i] = x;
        if (!old.first_frame)
            return;
        x = old;
    }
}

static void fold_failure(const struct symptom_ctx *c, struct dns_server *s,
                         const struct request *r)
{
    enum dns_error kind = error_kind(c, r);
    struct dns_fail x = {
        .first_ns = r->first_ns,
        .last_ns = r->last_ns,
        .name_hash = r->name_hash,
        .first_frame = r->first_frame,
        .last_frame = r->last_frame,
        .tries = r->tries,
    };

    s->failed++;
    s->tries += r->tries;
    if (!s->first_ns || r->first_ns < s->first_ns)
        s->first_ns = r->first_ns;
    if (r->last_ns > s->last_ns)
        s->last_ns = r->last_ns;
    s->names = s->names || (s->failed > 1 && s->name != r->name_hash);
    s->name = r->name_hash;
    if (kind != DNS_ERROR_NONE)
        keep_error(s, r, kind);
    else if (r->status == REQUEST_NEVER)
        s->silent++;
    keep_first(s, x);
    keep_last(s, x);
}

static void dns_on_request(const struct symptom_ctx *c, void *state,
                           const struct request *r)
{
    struct dns_state *s = state;
    bool answered = r->status == REQUEST_ANSWERED || r->status == REQUEST_LATE;

    s->alive = s->alive || answered;
    if (r->kind != REQUEST_DNS)
        return;
    struct dns_server *v = server_of(s, &r->server);
    if (!v)
        return;
    if (answered) {
        v->answered++;
        if (r->answer_ns > v->answer_ns)
            v->answer_ns = r->answer_ns;
    } else if (r->status == REQUEST_OPEN) {
        v->open++;
    } else {
        fold_failure(c, v, r);
    }
}

/* Failures since the last answer; all of them when there was none. */
static uint32_t failures_since(const struct dns_server *s)
{
    uint32_t n = 0;

    if (s->answered == 0)
        return s->failed;
    for (unsigned i = 0; i < FAILS_LAST; i++)
        n += s->last[i].first_frame && s->last[i].first_ns > s->answer_ns;
    return n;
}

static bool is_silent(const struct dns_server *s)
{
    int64_t since = s->answered ? s->answer_ns : s->first_ns;

    return failures_since(s) >= SILENT_FAILS && s->names &&
           s->silent >= SILENT_FAILS && s->last_ns - since >= SILENT_NS;
}

static bool is_proven(const struct dns_server *s)
{
    if (s->error_kind == DNS_ERROR_NONE || s->answer_ns > s->error_ns)
        return false;
    return s->error_kind == DNS_ERROR_MARTIAN || s->errors[s->error_kind] > 1;
}

static void fail_frames(const struct symptom_ctx *c, struct finding *f,
                        const struct dns_fail *x)
{
    if (!x->first_frame)
        return;
    finding_frame(f, 0, facts_frame(c->facts, x->first_frame), x->first_ns,
                  "query without an answer");
    if (x->tries > 1)
        finding_frame(f, 0, facts_frame(c->facts, x->last_frame), x->last_ns,
                      "the same query, try %u", x->tries);
}

static void dns_frames(const struct symptom_ctx *c, struct finding *f,
                       const struct dns_server *s)
{
    char text[ADDR_STRLEN];

    if (s->error_kind)
        finding_frame(f, 0, facts_frame(c->facts, s->error_frame), s->error_ns,
                      "ICMP from %s quoting the query",
                      addr_format(&s->upstream, text));
    if (s->answered == 0)
        for (unsigned i = 0; i < FAILS_FIRST; i++)
            fail_frames(c, f, &s->first[i]);
    else
        for (unsigned i = 0; i < FAILS_LAST && i < failures_since(s); i++)
            fail_frames(c, f, &s->last[i]);
}

static void dns_causes(const struct symptom_ctx *c, struct finding *f,
                       const struct dns_server *s)
{
    static const char *const by_error[DNS_ERRORS] = {
        [DNS_ERROR_MARTIAN] = "host-resolver-down",
        [DNS_ERROR_UPSTREAM] = "upstream-refuses",
        [DNS_ERROR_SERVER] = "nothing-listens",
        [DNS_ERROR_NO_NS] = "no-nameserver",
    };

    if (is_proven(s)) {
        f->cause = f->variant = by_error[s->error_kind];
        return;
    }
    if (facts_is_gateway(c->facts, c->guest, &s->addr)) {
        finding_cause(f, "forwarder-dead");
        finding_cause(f, "udp-filtered");
        return;
    }
    if (c->guest->backend.id == BACKEND_VBOX_HOSTONLY ||
        c->guest->backend.id == BACKEND_VMWARE_HOSTONLY)
        finding_cause(f, "host-only-network");
    finding_cause(f, "server-unreachable");
    finding_cause(f, "udp-filtered");
}

static void dns_finding(const struct symptom_ctx *c, const struct dns_state *s,
                        const struct dns_server *v, unsigned dead,
                        struct findings *out)
{
    bool proven = is_proven(v);
    bool others = s->nserver > dead;
    uint8_t confidence = !proven                              ? 90
                         : v->error_kind == DNS_ERROR_MARTIAN ? 99
                                                              : 95;
    struct finding *f = finding_add(out, c->self, c->guest_index, confidence);

    f->has_peer = true;
    f->peer = v->addr;
    f->peer_port = 53;
    f->first_ns = v->first_ns;
    f->last_ns = v->last_ns;
    f->count = v->failed;
    finding_metric(f, "unanswered", v->failed);
    /* An open one may still be answered: it says nothing yet. */
    finding_metric(f, "queries", (double)v->failed + v->answered);
    finding_metric(f, "waiting", v->open);
    finding_metric(f, "servers", dead);
    finding_metric(f, "duration_s", (double)(v->last_ns - v->first_ns) / 1e9);
    dns_causes(c, f, v);
    if (others) {
        f->severity = SEVERITY_NOTE;
        f->variant = proven ? f->variant : "one-server";
    } else if (v->answered && !proven) {
        f->variant = "stopped";
    }
    dns_frames(c, f, v);
}

/* No answer to anything may mean that answers are not captured. */
static bool way_back(const struct symptom_ctx *c, const struct dns_state *s)
{
    const struct station *st;

    if (s->alive || c->guest->station == STATION_NONE)
        return s->alive;
    st = station_get(c->facts->stations, c->guest->station);
    return st && st->received > 0;
}

static void dns_conclude(const struct symptom_ctx *c, const void *state,
                         struct findings *out)
{
    const struct dns_state *s = state;
    const struct dns_server *worst = NULL;
    const char *gate = gate_loss(c->facts);
    unsigned dead = 0, waiting = 0;

    if (!gate && !way_back(c, s))
        gate = "no answer of any kind to the guest was captured";
    for (unsigned i = 0; i < s->nserver; i++) {
        const struct dns_server *v = &s->server[i];
        bool proven = is_proven(v);

        waiting += v->answered == 0 && v->failed + v->open > 0;
        if (!proven && !is_silent(v))
            continue;
        if (!proven && gate) {
            finding_gap(out, c->self, c->guest_index, gate);
            return;
        }
        dead++;
        if (!worst || (proven && !is_proven(worst)) ||
            (proven == is_proven(worst) && v->failed > worst->failed))
            worst = v;
    }
    if (worst)
        dns_finding(c, s, worst, dead, out);
    else if (waiting == s->nserver && s->nserver &&
             !gate_waited(c->facts, c->facts->first_ns, SILENT_NS))
        finding_gap(out, c->self, c->guest_index,
                    "DNS queries have no answer yet, but the capture is "
                    "shorter than 6 s");
}

const struct symptom dns_dead_symptom = {
    .id = "dns-dead",
    .title = "DNS does not answer",
    .severity = SEVERITY_ERROR,
    .state_size = sizeof(struct dns_state),
    .on_request = dns_on_request,
    .conclude = dns_conclude,
};
