/* SPDX-License-Identifier: BSD-3-Clause
 *
 * The way of a packet: read, dissect, sift, prepare, observe. All but the last
 * run in a thread of their own where that pays (relay.h); the order of packets,
 * and so everything that is found, is the same with one thread and with two.
 * What the reader learns of its sources stays with it until both are done.
 */
#include "cli/pipeline.h"

#include <errno.h>
#include <pthread.h>
#include <stdio.h>
#include <stdlib.h>
#include <unistd.h>

#include "cli/relay.h"
#include "dissect/proto/proto.h"

#define PROGRESS_EVERY 16384     /* packets */
#define THREAD_MIN     (4 << 20) /* octets of input */

/** struct run - What one call carries along */
struct run {
    struct model *model;
    const struct pipeline_options *options;
    struct pipeline_result *result;
    struct source **sources;
    unsigned nsource;
    struct source_facts facts[SOURCES_MAX]; /* the reader's copy */
    int64_t since_ns, until_ns;
    bool started; /* the relative times are resolved */
    uint64_t next_progress;
    struct relay *relay; /* NULL: all in one thread, with @single */
    struct batch single;
};

static int64_t edge(const struct time_limit *limit, int64_t start,
                    int64_t otherwise)
{
    int64_t ns;

    if (!limit->set)
        return otherwise;
    if (!limit->relative)
        return limit->ns;
    if (__builtin_add_overflow(start, limit->ns, &ns))
        return limit->ns < 0 ? INT64_MIN : INT64_MAX;
    return ns;
}

static void start_at(struct run *r, int64_t first_ns)
{
    r->since_ns = edge(&r->options->since, first_ns, INT64_MIN);
    r->until_ns = edge(&r->options->until, first_ns, INT64_MAX);
    r->started = true;
}

/* What only a look at each packet tells; the rest comes from source_info(). */
static void account(struct source_facts *facts, const struct packet *pkt)
{
    if (facts->first_ns == 0 || pkt->ts_ns < facts->first_ns)
        facts->first_ns = pkt->ts_ns;
    if (pkt->ts_ns > facts->last_ns)
        facts->last_ns = pkt->ts_ns;
    if (proto_bound(BIND_LINKTYPE, pkt->linktype) == PROTO_NONE) {
        if (facts->skipped++ == 0)
            facts->skipped_linktype = pkt->linktype;
    }
}

static bool wanted(const struct run *r, const struct packet *pkt)
{
    if (pkt->ts_ns < r->since_ns || pkt->ts_ns > r->until_ns)
        return false;
    return !r->options->filter || bpf_filter_match(r->options->filter, pkt);
}

/* Keeps the packets that are wanted, in place; false when the count is met. */
static bool sift(struct run *r, struct packet *pkts, unsigned *n)
{
    uint64_t count = r->options->count;
    unsigned kept = 0;

    for (unsigned i = 0; i < *n; i++) {
        if (!wanted(r, &pkts[i]))
            continue;
        if (count && r->result->observed + kept == count)
            break;
        if (kept != i)
            pkts[kept] = pkts[i];
        kept++;
    }
    *n = kept;
    return !count || r->result->observed + kept < count;
}

/* Reads, dissects and sifts one batch. Return: false when nothing more is
 * wanted or can be had. */
static bool gather(struct run *r, unsigned index, struct source *s,
                   struct batch *b, enum source_status *status)
{
    const struct pipeline_options *o = r->options;
    struct source_facts *facts = &r->facts[index];
    bool more = true;

    b->n = 0;
    *status = source_read(s, b->pkt, BATCH_MAX, &b->n);
    for (unsigned i = 0; i < b->n; i++) {
        b->pkt[i].source = (uint16_t)index;
        account(facts, &b->pkt[i]);
    }
    if (!r->started && b->n)
        start_at(r, b->pkt[0].ts_ns);
    packet_dissect_batch(b->pkt, b->n);
    r->result->packets += b->n;
    if (o->filter || o->count || o->since.set || o->until.set)
        more = sift(r, b->pkt, &b->n);
    model_prepare(r->model, b->pkt, b->n);
    r->result->observed += b->n;
    return more && (*status == SOURCE_OK || *status == SOURCE_AGAIN);
}

static void report_progress(struct run *r, const struct source *s,
                            const struct source_facts *facts)
{
    const struct source_info *info = source_info(s);
    struct pipeline_state state = { .name = facts->name,
                                    .position = info->position,
                                    .size = info->size,
                                    .packets = r->result->packets };

    if (!r->options->progress || r->result->packets < r->next_progress)
        return;
    r->next_progress = r->result->packets + PROGRESS_EVERY;
    r->options->progress(r->options->progress_ctx, &state);
}

static void copy_info(struct source_facts *facts, const struct source *s)
{
    const struct source_info *info = source_info(s);

    facts->kind = info->kind;
    facts->format = info->format;
    facts->compression = info->compression;
    facts->linktype = info->linktype;
    facts->mixed_linktypes = info->mixed_linktypes;
    facts->snaplen = info->snaplen;
    facts->packets = info->packets;
    facts->bytes = info->bytes;
    facts->dropped = info->dropped;
    facts->dropped_known = info->dropped_known;
    facts->nictrace = info->nictrace;
    snprintf(facts->comment, sizeof(facts->comment), "%s", info->comment);
}

static void note_damage(struct run *r, struct source_facts *facts,
                        const struct source *s)
{
    facts->damaged = true;
    snprintf(facts->damage, sizeof(facts->damage), "%.*s",
             (int)sizeof(facts->damage) - 1, source_error(s)->text);
    r->result->damaged++;
}

static bool stopped(struct run *r)
{
    const volatile sig_atomic_t *stop = r->options->stop;

    if (stop && *stop)
        r->result->interrupted = true;
    return r->result->interrupted;
}

/* Return: false when the run is over (stopped, or the count is met). */
static bool read_source(struct run *r, unsigned index, struct source *s)
{
    enum source_status status = SOURCE_OK;
    bool more = true;

    while (more && !stopped(r)) {
        struct batch *b = r->relay ? relay_slot(r->relay) : &r->single;

        more = gather(r, index, s, b, &status);
        if (r->relay)
            relay_send(r->relay, b->n < BATCH_MAX);
        else if (b->n)
            model_observe(r->model, b->pkt, b->n);
        report_progress(r, s, &r->facts[index]);
    }
    copy_info(&r->facts[index], s);
    if (status == SOURCE_DAMAGED || status == SOURCE_FAILED)
        note_damage(r, &r->facts[index], s);
    return !r->result->interrupted && status != SOURCE_OK &&
           status != SOURCE_AGAIN;
}

static void *read_all(void *arg)
{
    struct run *r = arg;

    for (unsigned i = 0; i < r->nsource; i++)
        if (!read_source(r, i, r->sources[i]))
            break;
    if (r->relay)
        relay_finish(r->relay);
    return NULL;
}

static void observe_all(struct run *r)
{
    struct batch *b;

    while ((b = relay_next(r->relay)) != NULL) {
        if (b->n)
            model_observe(r->model, b->pkt, b->n);
        relay_done(r->relay);
    }
}

/* A second thread costs more than it brings for small inputs and on one
 * processor. Input of unknown size may be endless and has its reader wait. */
static bool worth_a_thread(const struct run *r)
{
    uint64_t size = 0;

    if (r->options->threads)
        return r->options->threads > 1;
    for (unsigned i = 0; i < r->nsource; i++) {
        uint64_t one = source_info(r->sources[i])->size;

        size = one == 0 ? THREAD_MIN : size + one;
    }
    return size >= THREAD_MIN && sysconf(_SC_NPROCESSORS_ONLN) > 1;
}

/* A signal that says stop must reach the thread that waits in read(): there it
 * ends the waiting, here it would only set the flag. */
static void leave_signals_to_reader(sigset_t *before)
{
    sigset_t stop;

    sigemptyset(&stop);
    sigaddset(&stop, SIGINT);
    sigaddset(&stop, SIGTERM);
    pthread_sigmask(SIG_BLOCK, &stop, before);
}

static void run_all(struct run *r)
{
    pthread_t reader;
    sigset_t before;

    if (worth_a_thread(r))
        r->relay = relay_new();
    if (r->relay && pthread_create(&reader, NULL, read_all, r) == 0) {
        leave_signals_to_reader(&before);
        observe_all(r);
        pthread_join(reader, NULL);
        pthread_sigmask(SIG_SETMASK, &before, NULL);
    } else {
        relay_free(r->relay);
        r->relay = NULL;
        read_all(r);
    }
    relay_free(r->relay);
}

int pipeline_run(struct model *m, struct source **sources, unsigned n,
                 const struct pipeline_options *options,
                 struct pipeline_result *result)
{
    struct run *r = calloc(1, sizeof(*r));

    if (!r)
        return ENOMEM;
    r->model = m;
    r->sources = sources;
    r->nsource = n;
    r->options = options;
    r->result = result;
    *result = (struct pipeline_result){ 0 };
    for (unsigned i = 0; i < n; i++) {
        copy_info(model_source(m, i), sources[i]);
        r->facts[i] = *model_source(m, i);
    }
    run_all(r);
    for (unsigned i = 0; i < n; i++)
        *model_source(m, i) = r->facts[i];
    free(r);
    return 0;
}
