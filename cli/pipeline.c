/* SPDX-License-Identifier: BSD-3-Clause
 *
 * One thread: a batch is read, dissected, filtered and observed before the
 * next one is read.
 */
#include "cli/pipeline.h"

#include <stdio.h>

#include "dissect/proto/proto.h"

#define PROGRESS_EVERY 16384 /* packets */

/** struct run - What one call carries along */
struct run {
    struct model *model;
    const struct pipeline_options *options;
    struct pipeline_result *result;
    int64_t since_ns, until_ns;
    bool started; /* the relative times are resolved */
    uint64_t next_progress;
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

/* Return: false when nothing more is wanted. */
static bool take(struct run *r, unsigned index, struct packet *pkts, unsigned n)
{
    struct source_facts *facts = model_source(r->model, index);
    const struct pipeline_options *o = r->options;
    bool more = true;

    for (unsigned i = 0; i < n; i++) {
        pkts[i].source = (uint16_t)index;
        account(facts, &pkts[i]);
    }
    if (!r->started && n)
        start_at(r, pkts[0].ts_ns);
    packet_dissect_batch(pkts, n);
    r->result->packets += n;
    if (o->filter || o->count || o->since.set || o->until.set)
        more = sift(r, pkts, &n);
    r->result->observed += n;
    if (n)
        model_observe(r->model, pkts, n);
    return more;
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

/* Return: false when the run is over (stopped, or the count is met). */
static bool read_source(struct run *r, unsigned index, struct source *s)
{
    struct source_facts *facts = model_source(r->model, index);
    const volatile sig_atomic_t *stop = r->options->stop;
    struct packet pkts[BATCH_MAX];
    enum source_status status;
    bool more = true;

    do {
        unsigned n = 0;

        if (stop && *stop) {
            r->result->interrupted = true;
            more = false;
            break;
        }
        status = source_read(s, pkts, BATCH_MAX, &n);
        more = take(r, index, pkts, n);
        report_progress(r, s, facts);
    } while (more && (status == SOURCE_OK || status == SOURCE_AGAIN));
    copy_info(facts, s);
    if (more && (status == SOURCE_DAMAGED || status == SOURCE_FAILED))
        note_damage(r, facts, s);
    return more;
}

int pipeline_run(struct model *m, struct source **sources, unsigned n,
                 const struct pipeline_options *options,
                 struct pipeline_result *result)
{
    struct run r = { .model = m, .options = options, .result = result };

    *result = (struct pipeline_result){ 0 };
    start_at(&r, 0);
    r.started = false;
    for (unsigned i = 0; i < n; i++)
        copy_info(model_source(m, i), sources[i]);
    for (unsigned i = 0; i < n && read_source(&r, i, sources[i]); i++)
        ;
    return 0;
}
