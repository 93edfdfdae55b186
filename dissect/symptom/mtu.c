/* SPDX-License-Identifier: BSD-3-Clause
 *
 * The MTU family: mtu-blackhole-up, mtu-blackhole-down, mtu-icmp-ignored,
 * path-mtu-reduced, mtu-hidden-by-proxy.
 *
 * One fold serves all five. It keeps the flows that look like one of them and
 * the largest size each peer is known to have acknowledged; the rules then
 * conclude from it. What separates a black hole from loss is size: full-size
 * segments never arrive, smaller ones of the same flow always do (RFC 2923
 * section 2.1). Where the backend ends TCP itself the guest's segments never
 * cross the path, so only mtu-hidden-by-proxy applies.
 */
#include <stddef.h>
#include <string.h>

#include "dissect/symptom/symptom.h"

#define SUSPECTS_MAX 12
#define PEERS_MAX    40
#define MS_NS        1000000LL
#define WAIT_NS      (5000 * MS_NS) /* "never arrived" takes this long */
#define BACKOFF_NS   (1000 * MS_NS) /* tries of one segment span this */
#define TRIES_MIN    4
#define MTU_MIN      1280

enum suspect_kind {
    SUSPECT_UP,       /* full-size segments of the guest never acknowledged */
    SUSPECT_UP_SHORT, /* the same, but the capture ended too soon */
    SUSPECT_DOWN,     /* the peer says it sent what never arrived */
    SUSPECT_IGNORED,  /* too large segments after an ICMP told the MTU */
    SUSPECT_REDUCED,  /* the ICMP was obeyed */
    SUSPECT_PROXY,    /* the backend's window stays closed */
    SUSPECT_KINDS
};

/** struct suspect - A flow that showed one of them; frames are frame32 */
struct suspect {
    union addr peer;
    int64_t first_ns, last_ns;
    uint32_t frame[6];
    uint32_t mss_gap; /* octets in the hole, down */
    uint32_t icmp_frame;
    uint32_t mtu; /* told by ICMP */
    uint16_t port;
    uint16_t lost, passed, smaller; /* IP lengths; 0 unknown */
    uint16_t tries;
    uint16_t mss;
    uint8_t kind;
    uint8_t source;
    bool whole_mss, df, open;
};

/** struct passed_peer - Largest IP packet of the guest a peer acknowledged */
struct passed_peer {
    union addr addr;
    uint16_t len;
};

/** struct mtu_state - The fold; plain data */
struct mtu_state {
    uint32_t n[SUSPECT_KINDS];
    uint8_t nsuspect, npassed;
    struct suspect suspect[SUSPECTS_MAX];
    struct passed_peer passed[PEERS_MAX];
};

static void note_passed(struct mtu_state *s, const union addr *peer,
                        uint16_t len)
{
    for (unsigned i = 0; i < s->npassed; i++)
        if (addr_eq(&s->passed[i].addr, peer)) {
            if (len > s->passed[i].len)
                s->passed[i].len = len;
            return;
        }
    if (s->npassed < PEERS_MAX)
        s->passed[s->npassed++] =
            (struct passed_peer){ .addr = *peer, .len = len };
}

static uint16_t passed_to(const struct mtu_state *s, const union addr *peer)
{
    for (unsigned i = 0; i < s->npassed; i++)
        if (addr_eq(&s->passed[i].addr, peer))
            return s->passed[i].len;
    return 0;
}

static struct suspect *suspect_add(struct mtu_state *s, enum suspect_kind kind,
                                   const struct flow *f, int dir)
{
    struct suspect *p;

    s->n[kind]++;
    if (s->nsuspect == SUSPECTS_MAX)
        return NULL;
    p = &s->suspect[s->nsuspect++];
    *p = (struct suspect){
        .kind = (uint8_t)kind,
        .peer = f->addr[dir ^ 1],
        .port = f->port[dir ^ 1],
        .source = f->source,
        .passed = f->dir[dir].acked_len,
    };
    return p;
}

/* Did the flow get through its handshake, or show in mid-stream that both
 * sides hear each other? */
static bool talks_both_ways(const struct flow *f, int dir)
{
    return (f->flags & FLOW_ESTABLISHED) ||
           ((f->flags & FLOW_MIDSTREAM) &&
            (f->dir[dir].flags & FDIR_ACKED_DATA) && f->dir[dir ^ 1].packets);
}

/* symptoms.md 2: the same full-size segment again and again, nothing smaller
 * lost, no ICMP about it. */
static void fold_up(const struct symptom_ctx *c, struct mtu_state *s,
                    const struct flow *f, const struct flow_trouble *t, int dir)
{
    const struct trouble_dir *d = &t->dir[dir];
    const struct stuck_segment *k = &d->stuck;
    enum suspect_kind kind = SUSPECT_UP;
    struct suspect *p;

    if (k->acked || !k->full_size || k->tries < 2 || t->icmp_mtu ||
        d->retrans_small > d->retrans_full / 4 + (k->smaller_len ? 2u : 0u))
        return;
    if (k->tries < TRIES_MIN || k->last_ns - k->first_ns < BACKOFF_NS) {
        if (k->smaller_len || gate_waited(c->facts, k->last_ns, WAIT_NS))
            return;
        kind = SUSPECT_UP_SHORT;
    }
    p = suspect_add(s, kind, f, dir);
    if (!p)
        return;
    p->first_ns = k->first_ns;
    p->last_ns = k->last_ns;
    p->lost = k->len;
    p->smaller = k->smaller_len;
    p->tries = k->tries;
    p->df = k->df;
    memcpy(p->frame, k->frame, sizeof(p->frame));
}

/* Timestamps take 12 octets of each segment (RFC 7323 section 3.2). */
static bool whole_segments(uint32_t gap, uint16_t mss)
{
    return mss > 12 && gap >= mss - 12u &&
           (gap % mss == 0 || gap % (mss - 12u) == 0);
}

/* symptoms.md 2, "Decisive proof": the sender's own sequence numbers lie
 * beyond the last octet that arrived, and no full-size segment ever did. */
static void fold_down(const struct symptom_ctx *c, struct mtu_state *s,
                      const struct flow *f, const struct flow_trouble *t,
                      int dir)
{
    const struct stream_hole *h = &t->dir[dir ^ 1].hole;
    const struct flow_dir *peer = &f->dir[dir ^ 1];
    uint16_t mss = f->dir[dir].mss;
    unsigned full;
    struct suspect *p;

    if (peer->mss && peer->mss < mss)
        mss = peer->mss;
    full = mss + flow_headers_len(f);
    if (!h->announced || h->filled || !mss || (peer->flags & FDIR_GSO) ||
        peer->max_len >= full - full / 20 || t->icmp_mtu ||
        !gate_waited(c->facts, h->first_ns, WAIT_NS))
        return;
    p = suspect_add(s, SUSPECT_DOWN, f, dir);
    if (!p)
        return;
    p->first_ns = h->first_ns;
    p->last_ns = h->last_ns;
    p->mss_gap = h->announced - h->start;
    p->whole_mss = whole_segments(p->mss_gap, mss);
    p->mss = mss;
    p->lost = (uint16_t)full;
    p->passed = peer->max_len;
    p->tries = h->sacked;
    p->frame[0] = h->first_frame;
    p->frame[1] = h->last_frame;
}

/* Obeyed, or did the capture end before the guest could show it? */
static bool went_on(const struct flow *f, const struct flow_trouble *t)
{
    return f->last_ns - t->icmp_ns > 200 * MS_NS;
}

static void fold_icmp(struct mtu_state *s, const struct flow *f,
                      const struct flow_trouble *t, int dir)
{
    const struct trouble_dir *d = &t->dir[dir];
    bool ignored = d->oversize_after_icmp >= 2;
    struct suspect *p;

    if (!t->icmp_mtu || t->icmp_dir != dir || (!ignored && !went_on(f, t)))
        return;
    p = suspect_add(s, ignored ? SUSPECT_IGNORED : SUSPECT_REDUCED, f, dir);
    if (!p)
        return;
    p->first_ns = t->icmp_ns;
    p->last_ns = f->last_ns;
    p->mtu = t->icmp_mtu;
    p->icmp_frame = t->icmp_frame;
    p->tries = d->oversize_after_icmp;
    p->lost = f->dir[dir].max_len;
    memcpy(p->frame, d->oversize_frame, sizeof(d->oversize_frame));
}

/* symptoms.md 2: the backend took the guest's data at once, then closed its
 * window and kept it closed: its socket on the host does not drain. */
static void fold_proxy(const struct symptom_ctx *c, struct mtu_state *s,
                       const struct flow *f, const struct flow_trouble *t,
                       int dir)
{
    const struct zero_window *z = &t->dir[dir ^ 1].zwin;
    int64_t open_ns = z->since_ns ? c->facts->now_ns - z->since_ns : 0;
    int64_t longest = open_ns > z->longest_ns ? open_ns : z->longest_ns;
    struct suspect *p;

    if (longest < WAIT_NS || !(f->dir[dir].flags & FDIR_DATA))
        return;
    p = suspect_add(s, SUSPECT_PROXY, f, dir);
    if (!p)
        return;
    p->first_ns = z->since_ns ? z->since_ns : f->last_ns - longest;
    p->last_ns = f->last_ns;
    p->tries = z->probes;
    p->open = z->since_ns != 0;
    p->mss_gap = (uint32_t)(longest / MS_NS);
    p->frame[0] = z->first_frame;
    p->frame[1] = z->last_frame;
}

static void mtu_on_flow(const struct symptom_ctx *c, void *state,
                        const struct flow *f, int dir)
{
    const struct flow_trouble *t = flow_trouble_of(c->facts->flows, f);
    struct mtu_state *s = state;

    if (f->ip_proto == 6 && f->dir[dir].acked_len)
        note_passed(s, &f->addr[dir ^ 1], f->dir[dir].acked_len);
    if (!t)
        return;
    fold_icmp(s, f, t, dir);
    if (f->ip_proto != 6 || !talks_both_ways(f, dir))
        return;
    fold_up(c, s, f, t, dir);
    fold_down(c, s, f, t, dir);
    fold_proxy(c, s, f, t, dir);
}

/** struct group - Suspects of one kind, taken together */
struct group {
    const struct suspect *worst; /* the one with most tries */
    unsigned flows, peers;
    int64_t first_ns, last_ns;
    uint16_t passed, lost, smaller;
    bool whole_mss;
};

static bool new_peer(const struct mtu_state *s, unsigned i)
{
    for (unsigned k = 0; k < i; k++)
        if (s->suspect[k].kind == s->suspect[i].kind &&
            addr_eq(&s->suspect[k].peer, &s->suspect[i].peer))
            return false;
    return true;
}

static void group_add(struct group *g, const struct suspect *p)
{
    if (!g->flows || p->first_ns < g->first_ns)
        g->first_ns = p->first_ns;
    if (p->last_ns > g->last_ns)
        g->last_ns = p->last_ns;
    if (p->passed > g->passed)
        g->passed = p->passed;
    if (!g->lost || p->lost < g->lost)
        g->lost = p->lost;
    if (p->smaller > g->smaller)
        g->smaller = p->smaller;
    g->whole_mss = g->whole_mss || p->whole_mss;
    if (!g->worst || p->tries > g->worst->tries)
        g->worst = p;
    g->flows++;
}

/* A peer that acknowledged a packet of that size from this guest has no black
 * hole of that size before it: it was loss, or the peer died. */
static bool contradicted(const struct mtu_state *s, const struct suspect *p)
{
    return p->kind == SUSPECT_UP && passed_to(s, &p->peer) >= p->lost;
}

static struct group group_of(const struct mtu_state *s, enum suspect_kind kind)
{
    struct group g = { 0 };

    for (unsigned i = 0; i < s->nsuspect; i++) {
        const struct suspect *p = &s->suspect[i];

        if (p->kind != kind || contradicted(s, p))
            continue;
        g.peers += new_peer(s, i);
        group_add(&g, p);
    }
    return g;
}

static struct finding *group_finding(const struct symptom_ctx *c,
                                     const struct group *g, uint8_t confidence,
                                     struct findings *out)
{
    struct finding *f = finding_add(out, c->self, c->guest_index, confidence);

    f->has_peer = g->peers == 1;
    f->peer = g->worst->peer;
    f->peer_port = g->worst->port;
    f->first_ns = g->first_ns;
    f->last_ns = g->last_ns;
    f->count = g->flows;
    return f;
}

/* What the commands of the advice need: the payload of a ping as large as the
 * packets that were lost, and an MTU for the guest. Small control packets may
 * be all that passed, and below 1280 a card loses IPv6 (RFC 8200 section 5). */
static void command_sizes(struct finding *f, const struct group *g,
                          uint16_t passed)
{
    bool v4 = addr_is_v4(&g->worst->peer);
    uint16_t headers = v4 ? 20 + 8 : 40 + 8;

    if (g->lost > headers)
        finding_metric(f, "probe_bytes", g->lost - headers);
    finding_metric(f, "safe_mtu_bytes", passed > MTU_MIN ? passed : MTU_MIN);
}

static void show(const struct symptom_ctx *c, struct finding *f,
                 const struct suspect *p, uint32_t frame32, const char *note)
{
    finding_frame(f, p->source, facts_frame(c->facts, frame32), 0, "%s", note);
}

static void up_evidence(const struct symptom_ctx *c, struct finding *f,
                        const struct suspect *p)
{
    for (unsigned i = 0; i < 6; i++)
        finding_frame(f, p->source, facts_frame(c->facts, p->frame[i]), 0,
                      "sent again, IP length %u%s, not acknowledged", p->lost,
                      p->df ? ", DF set" : "");
}

static void conclude_up(const struct symptom_ctx *c, const void *state,
                        struct findings *out)
{
    const struct mtu_state *s = state;
    struct group g = group_of(s, SUSPECT_UP);
    const char *why = gate_loss(c->facts);
    struct finding *f;

    if (gate_terminates(c->guest) == 1)
        return;
    if (!g.flows) {
        if (s->n[SUSPECT_UP_SHORT])
            finding_gap(out, c->self, c->guest_index,
                        "a full-size segment was sent again, but the capture "
                        "ends too soon after it");
        return;
    }
    if (why) {
        finding_gap(out, c->self, c->guest_index, why);
        return;
    }
    f = group_finding(c, &g,
                      g.smaller        ? 97
                      : g.flows > 1    ? 93
                      : g.passed > 100 ? 85
                                       : 75,
                      out);
    f->variant = g.smaller ? "smaller-passed" : NULL;
    finding_metric(f, "lost_bytes", g.lost);
    finding_metric(f, "passed_bytes", g.smaller ? g.smaller : g.passed);
    finding_metric(f, "tries", g.worst->tries);
    finding_metric(f, "flows", g.flows);
    finding_metric(f, "peers", g.peers);
    command_sizes(f, &g, g.smaller ? g.smaller : g.passed);
    finding_cause(f, "icmp-lost");
    finding_cause(f, "tunnel");
    up_evidence(c, f, g.worst);
}

static void conclude_down(const struct symptom_ctx *c, const void *state,
                          struct findings *out)
{
    struct group g = group_of(state, SUSPECT_DOWN);
    const char *why = gate_loss(c->facts);
    struct finding *f;

    if (!g.flows || gate_terminates(c->guest) == 1)
        return;
    if (why) {
        finding_gap(out, c->self, c->guest_index, why);
        return;
    }
    if (!g.whole_mss && g.worst->tries == 0)
        return; /* octets are missing, but nothing says full segments */
    f = group_finding(c, &g, g.whole_mss ? 92 : g.flows > 1 ? 85 : 70, out);
    finding_metric(f, "missing_bytes", g.worst->mss_gap);
    finding_metric(f, "mss_bytes", g.worst->mss);
    finding_metric(f, "lost_bytes", g.lost);
    finding_metric(f, "passed_bytes", g.passed);
    finding_metric(f, "flows", g.flows);
    finding_metric(f, "peers", g.peers);
    command_sizes(f, &g, g.passed);
    finding_cause(f, "icmp-lost");
    finding_cause(f, "tunnel");
    show(c, f, g.worst, g.worst->frame[0],
         "sequence number beyond the data that arrived");
    show(c, f, g.worst, g.worst->frame[1], "the hole is still there");
}

static void conclude_ignored(const struct symptom_ctx *c, const void *state,
                             struct findings *out)
{
    struct group g = group_of(state, SUSPECT_IGNORED);
    struct finding *f;

    if (!g.flows)
        return;
    f = group_finding(c, &g, 90, out);
    finding_metric(f, "mtu_bytes", g.worst->mtu);
    finding_metric(f, "oversize", g.worst->tries);
    finding_metric(f, "safe_mtu_bytes",
                   g.worst->mtu > MTU_MIN ? g.worst->mtu : MTU_MIN);
    finding_metric(f, "flows", g.flows);
    finding_cause(f, "guest-drops-icmp");
    finding_cause(f, "nat-inner-header");
    show(c, f, g.worst, g.worst->icmp_frame, "fragmentation needed");
    for (unsigned i = 0; i < 3; i++)
        show(c, f, g.worst, g.worst->frame[i], "still larger than that MTU");
}

static void conclude_reduced(const struct symptom_ctx *c, const void *state,
                             struct findings *out)
{
    struct group g = group_of(state, SUSPECT_REDUCED);
    struct finding *f;

    if (!g.flows)
        return;
    f = group_finding(c, &g, 95, out);
    f->cause = "pmtud-works";
    finding_metric(f, "mtu_bytes", g.worst->mtu);
    finding_metric(f, "flows", g.flows);
    finding_metric(f, "peers", g.peers);
    for (unsigned i = 0; i < ((const struct mtu_state *)state)->nsuspect; i++) {
        const struct suspect *p =
            &((const struct mtu_state *)state)->suspect[i];

        if (p->kind == SUSPECT_REDUCED)
            show(c, f, p, p->icmp_frame, "fragmentation needed, obeyed");
    }
}

static void conclude_proxy(const struct symptom_ctx *c, const void *state,
                           struct findings *out)
{
    struct group g = group_of(state, SUSPECT_PROXY);
    const char *why = gate_loss(c->facts);
    struct finding *f;

    if (!g.flows || gate_terminates(c->guest) != 1)
        return;
    if (why) {
        finding_gap(out, c->self, c->guest_index, why);
        return;
    }
    f = group_finding(c, &g, g.peers > 1 ? 80 : g.worst->open ? 65 : 50, out);
    finding_metric(f, "closed_ms", g.worst->mss_gap);
    finding_metric(f, "probes", g.worst->tries);
    finding_metric(f, "flows", g.flows);
    finding_metric(f, "peers", g.peers);
    finding_cause(f, "mtu-beyond-host");
    finding_cause(f, "peer-does-not-read");
    finding_cause(f, "path-beyond-host");
    show(c, f, g.worst, g.worst->frame[0], "the backend closes its window");
    show(c, f, g.worst, g.worst->frame[1], "and it is still closed");
}

static const char *const up_suppresses[] = { "connect-timeout", NULL };

const struct symptom mtu_blackhole_up_symptom = {
    .id = "mtu-blackhole-up",
    .title = "Large packets from the guest vanish on the way",
    .severity = SEVERITY_WARNING,
    .state_size = sizeof(struct mtu_state),
    .suppresses = up_suppresses,
    .on_flow = mtu_on_flow,
    .conclude = conclude_up,
};

const struct symptom mtu_blackhole_down_symptom = {
    .id = "mtu-blackhole-down",
    .title = "Large packets to the guest vanish on the way",
    .severity = SEVERITY_WARNING,
    .state_of = &mtu_blackhole_up_symptom,
    .conclude = conclude_down,
};

const struct symptom mtu_icmp_ignored_symptom = {
    .id = "mtu-icmp-ignored",
    .title = "The guest ignores what the path says of its MTU",
    .severity = SEVERITY_WARNING,
    .state_of = &mtu_blackhole_up_symptom,
    .conclude = conclude_ignored,
};

const struct symptom path_mtu_reduced_symptom = {
    .id = "path-mtu-reduced",
    .title = "The path has a smaller MTU, and path MTU discovery works",
    .severity = SEVERITY_INFO,
    .state_of = &mtu_blackhole_up_symptom,
    .conclude = conclude_reduced,
};

const struct symptom mtu_hidden_by_proxy_symptom = {
    .id = "mtu-hidden-by-proxy",
    .title = "The backend's connection on the host does not drain",
    .severity = SEVERITY_WARNING,
    .state_of = &mtu_blackhole_up_symptom,
    .conclude = conclude_proxy,
};

_Static_assert(sizeof(struct mtu_state) <= 4096, "fold states are small");
