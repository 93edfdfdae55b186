/* SPDX-License-Identifier: BSD-3-Clause
 *
 * The model: takes packets through stations, flows and requests, and asks the
 * symptoms. All memory is taken in model_new(); after it the model neither
 * allocates nor fails.
 *
 * The loop over packets is the hot path. Plain TCP data costs a look-up of its
 * stations, one of its flow and a handful of counters; everything else stands
 * behind one test of the packet's events.
 */
#include "dissect/model.h"

#include <stdlib.h>
#include <string.h>

#include "dissect/quality.h"
#include "dissect/symptom/symptom.h"

#define MEM_DEFAULT   ((uint64_t)512 << 20)
#define FLOWS_MIN     1024u
#define FLOWS_MAX     (1u << 20)
#define FLOW_COST     320u /* a slot and its share of the index */
#define CLOSED_MAX    32768u
#define REQUESTS_MAX  16384u
#define TROUBLES_MAX  8192u
#define PORT_UDP_ECHO 7

/* Guests are found out again after so many packets, doubling up to the last:
 * records that retire between two assessments must know their guest. */
#define DECIDE_FIRST 64u
#define DECIDE_MOST  65536u

#define TICK_NS 1000000000LL

/* A capture may record any time at all. Year 2116 is the last that pcap can
 * write; within it no difference of two times overflows. */
#define TIME_MAX (((int64_t)1 << 62) - 1)

#define REQUEST_EVENTS \
    (EV_ARP | EV_NDP | EV_ICMP_ECHO | EV_ICMP_ERROR | EV_DNS | EV_DHCP)
#define RARE_EVENTS (REQUEST_EVENTS | GUEST_EVENTS | BACKEND_EVENTS | EV_UDP)

struct model {
    struct facts facts;
    struct model_config config;
    struct guest_tracker *guests;
    struct backend_evidence *evidence;
    struct icmp_ledger *icmp;
    struct symptom_engine *engine;
    struct quality_clock clock[SOURCES_MAX];
    uint64_t retired_one_sided, retired_two_sided;
    uint64_t decide_at;
    int64_t tick_ns;
    uint32_t udp_shown; /* to the backend's evidence */
    struct findings findings;
};

static void on_flow_retire(void *ctx, const struct flow *f)
{
    struct model *m = ctx;
    struct quality q = { .tcp_one_sided = 0 };

    quality_flow(&q, f);
    m->retired_one_sided += q.tcp_one_sided;
    m->retired_two_sided += q.tcp_two_sided;
    symptom_retire_flow(m->engine, &m->facts, f);
}

static void on_request_retire(void *ctx, const struct request *r)
{
    struct model *m = ctx;

    symptom_retire_request(m->engine, &m->facts, r);
}

/* Tables in proportion when the limit is small: flows take what is left. */
static bool make_tables(struct model *m)
{
    uint64_t limit = m->config.mem_limit ? m->config.mem_limit : MEM_DEFAULT;
    uint64_t share = limit / 32;
    uint64_t requests = share / (sizeof(struct request) + 40);
    uint64_t troubles = share / sizeof(struct flow_trouble);
    uint64_t flows = limit / 4 * 3 / FLOW_COST;
    uint64_t seed = m->config.hash_seed;
    struct facts *f = &m->facts;

    flows = flows < FLOWS_MIN ? FLOWS_MIN : flows;
    flows = flows > FLOWS_MAX ? FLOWS_MAX : flows;
    requests = requests > REQUESTS_MAX ? REQUESTS_MAX : requests;
    troubles = troubles > TROUBLES_MAX ? TROUBLES_MAX : troubles;
    troubles = troubles < 64 ? 64 : troubles;
    f->stations = station_table_new(seed);
    f->flows = flow_table_new((uint32_t)flows,
                              flows / 4 < CLOSED_MAX ? (uint32_t)flows / 4
                                                     : CLOSED_MAX,
                              (uint32_t)troubles, seed);
    f->requests = request_ledger_new((uint32_t)requests, seed);
    return f->stations && f->flows && f->requests;
}

struct model *model_new(const struct model_config *config)
{
    struct model *m = calloc(1, sizeof(*m));
    struct guest_choice choice = {
        .has_mac = config->has_guest_mac,
        .has_ip = config->has_guest_ip,
        .mac = config->guest_mac,
        .ip = config->guest_ip,
    };

    if (!m)
        return NULL;
    m->config = *config;
    m->decide_at = DECIDE_FIRST;
    m->guests = guest_tracker_new(&choice);
    m->evidence = backend_evidence_new();
    m->icmp = icmp_ledger_new();
    m->engine = symptom_engine_new();
    if (!make_tables(m) || !m->guests || !m->evidence || !m->icmp ||
        !m->engine) {
        model_free(m);
        return NULL;
    }
    flow_table_on_retire(m->facts.flows, on_flow_retire, m);
    request_ledger_on_retire(m->facts.requests, on_request_retire, m);
    return m;
}

void model_free(struct model *m)
{
    if (!m)
        return;
    guest_tracker_free(m->guests);
    backend_evidence_free(m->evidence);
    icmp_ledger_free(m->icmp);
    symptom_engine_free(m->engine);
    station_table_free(m->facts.stations);
    flow_table_free(m->facts.flows);
    request_ledger_free(m->facts.requests);
    free(m);
}

struct source_facts *model_source(struct model *m, unsigned i)
{
    if (i >= SOURCES_MAX)
        i = SOURCES_MAX - 1;
    if (m->facts.nsource <= i)
        m->facts.nsource = i + 1;
    return &m->facts.source[i];
}

static void forced_backend(enum backend_id id, struct backend_verdict *v)
{
    const struct backend_info *info = backend_info(id);

    if (v->id != id) {
        v->nclue = 0; /* they spoke for another one */
        v->engine = NULL;
    }
    v->id = id;
    v->confidence = 100;
    v->terminates_tcp = info && info->terminates_tcp;
    v->terminates_known = true;
}

static void decide_guests(struct model *m)
{
    struct facts *f = &m->facts;

    guest_decide(m->guests, f);
    for (unsigned i = 0; i < f->nguest; i++) {
        struct guest *g = &f->guest[i];
        struct backend_verdict v = { .id = BACKEND_UNKNOWN };

        backend_decide(m->evidence, f, g, &v);
        if (m->config.backend != BACKEND_UNKNOWN)
            forced_backend(m->config.backend, &v);
        g->backend = v;
    }
}

static void observe_icmp_error(struct model *m, const struct packet *pkt,
                               uint16_t src, uint16_t dst)
{
    struct facts *f = &m->facts;
    uint32_t number, slot;
    const struct flow *flow;
    unsigned dir;
    struct icmp_error *e = icmp_ledger_add(m->icmp, pkt, src, dst, &number);

    if (!pkt->icmp.quoted.valid)
        return;
    slot = flow_find_quoted(f->flows, &pkt->icmp.quoted, pkt->vlan, &dir);
    if (slot == FLOW_NONE)
        return;
    flow = flow_get(f->flows, slot);
    if (e && e->count == 1) {
        int64_t since = pkt->ts_ns - flow->last_ns;

        e->flow = slot;
        if (since >= 0 && since / 1000 < UINT32_MAX)
            e->delay_us = (uint32_t)(since / 1000);
    }
    flow_note_icmp(f->flows, slot, e ? number : FLOW_NONE, pkt);
}

static void observe_rare(struct model *m, const struct packet *pkt,
                         uint16_t src, uint16_t dst)
{
    struct facts *f = &m->facts;

    if (pkt->events & EV_ICMP_ERROR)
        observe_icmp_error(m, pkt, src, dst);
    if ((pkt->events & REQUEST_EVENTS) ||
        ((pkt->events & EV_UDP) && pkt->sport == PORT_UDP_ECHO))
        request_observe(f->requests, pkt, src, dst);
    if (pkt->events & GUEST_EVENTS)
        guest_observe(m->guests, f->stations, pkt, src, dst);
    if (pkt->events & BACKEND_EVENTS) {
        backend_observe(m->evidence, pkt, src, dst);
    } else if (m->udp_shown < BACKEND_UDP_MAX) {
        m->udp_shown++;
        backend_observe(m->evidence, pkt, src, dst);
    }
}

static void observe_time(struct model *m, const struct packet *pkt)
{
    struct facts *f = &m->facts;
    unsigned source = pkt->source < SOURCES_MAX ? pkt->source : SOURCES_MAX - 1;

    quality_time(&f->quality, &m->clock[source], pkt);
    if (f->packets == 0)
        f->first_ns = f->now_ns = pkt->ts_ns;
    if (pkt->ts_ns > f->now_ns)
        f->now_ns = pkt->ts_ns;
    if (pkt->ts_ns < f->first_ns)
        f->first_ns = pkt->ts_ns;
    f->packets++;
    f->bytes += pkt->wirelen;
    f->last_frame = pkt->number;
}

static void count_protocols(struct facts *f, const struct packet *pkt)
{
    for (unsigned i = 0; i < pkt->nlayer; i++)
        f->protocol[pkt->layer[i].proto]++;
}

static void observe_batch(struct model *m, struct packet *pkts, unsigned n)
{
    struct facts *f = &m->facts;
    uint16_t src[BATCH_MAX], dst[BATCH_MAX];
    uint32_t slot[BATCH_MAX];

    if (n == 0 || n > BATCH_MAX)
        return;
    for (unsigned i = 0; i < n; i++) {
        observe_time(m, &pkts[i]);
        station_observe(f->stations, &pkts[i], &src[i], &dst[i]);
    }
    flow_observe_batch(f->flows, pkts, n, src, dst, slot);
    for (unsigned i = 0; i < n; i++) {
        quality_packet(&f->quality, &pkts[i], f->flows, slot[i]);
        count_protocols(f, &pkts[i]);
        if (__builtin_expect(pkts[i].events & RARE_EVENTS, 0))
            observe_rare(m, &pkts[i], src[i], dst[i]);
    }
}

static void observe_tick(struct model *m)
{
    struct facts *f = &m->facts;

    if (f->now_ns - m->tick_ns >= TICK_NS) {
        m->tick_ns = f->now_ns;
        flow_tick(f->flows, f->now_ns);
    }
    if (f->packets >= m->decide_at) {
        uint64_t step = f->packets < DECIDE_MOST ? f->packets : DECIDE_MOST;

        m->decide_at = f->packets + step;
        decide_guests(m);
    }
}

/* How many packets may go together: up to one that changes what the next ones
 * mean (an ICMP error marks its flow) or that is due to be followed by a tick.
 * So it does not matter how the source has cut its batches. */
static unsigned run_length(const struct model *m, struct packet *pkts,
                           unsigned n)
{
    uint64_t left = m->decide_at - m->facts.packets; /* never 0 here */

    n = n < BATCH_MAX ? n : BATCH_MAX;
    n = left < n ? (unsigned)left : n;
    for (unsigned i = 0; i < n; i++) {
        if (pkts[i].ts_ns > TIME_MAX)
            pkts[i].ts_ns = TIME_MAX;
        if (pkts[i].ts_ns < -TIME_MAX)
            pkts[i].ts_ns = -TIME_MAX;
        if ((pkts[i].events & EV_ICMP_ERROR) ||
            pkts[i].ts_ns - m->tick_ns >= TICK_NS)
            return i + 1;
    }
    return n;
}

void model_prepare(const struct model *m, struct packet *pkts, unsigned n)
{
    flow_prepare_batch(m->facts.flows, pkts, n);
}

void model_observe(struct model *m, struct packet *pkts, unsigned n)
{
    while (n > 0) {
        unsigned some = run_length(m, pkts, n);

        observe_batch(m, pkts, some);
        observe_tick(m);
        pkts += some;
        n -= some;
    }
}

static void count_sides(struct model *m)
{
    struct facts *f = &m->facts;

    f->quality.tcp_one_sided = m->retired_one_sided;
    f->quality.tcp_two_sided = m->retired_two_sided;
    for (uint32_t s = flow_next(f->flows, FLOW_NONE); s != FLOW_NONE;
         s = flow_next(f->flows, s))
        quality_flow(&f->quality, flow_get(f->flows, s));
}

void model_conclude(struct model *m, bool final)
{
    struct facts *f = &m->facts;

    (void) final; /* the packets' clock decides what has timed out */
    flow_tick(f->flows, f->now_ns);
    request_settle(f->requests, f->now_ns);
    f->icmp = icmp_ledger_rows(m->icmp, &f->nicmp, &f->icmp_lost);
    count_sides(m);
    quality_conclude(f);
    decide_guests(m);
    symptom_assess(m->engine, f, &m->findings);
}

const struct facts *model_facts(const struct model *m)
{
    return &m->facts;
}

const struct findings *model_findings(const struct model *m)
{
    return &m->findings;
}
