/* SPDX-License-Identifier: BSD-3-Clause
 *
 * Opening is all or nothing: a misspelt name among several must not yield a
 * report that quietly lacks one. Damage is different: what could be read is
 * reported, and one line tells where it ended.
 */
#include "cli/run.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/random.h>
#include <sys/stat.h>
#include <unistd.h>

#include "cli/command.h"
#include "cli/progress.h"
#include "cli/signals.h"

/** struct input - A source while it is being put in order */
struct input {
    const char *spec;
    struct source *source;
    int64_t first_ns; /* INT64_MAX: not known before reading */
    unsigned typed;   /* its place on the command line */
};

/** struct batch - Everything a run holds */
struct batch {
    const struct config *config;
    struct input input[SOURCES_MAX];
    unsigned ninput;
    struct bpf_filter *filter;
};

/* Prefixes of live sources; the names are taken. */
static const char *const later_prefixes[] = {
    "fifo:", "unix:", "unix-listen:", "tcp:", "qemu:", "qmp:", "follow:",
};

/* A device or live source is understood, only not in this version. */
static bool is_later_source(const char *spec)
{
    char path[256];

    for (size_t i = 0; i < sizeof(later_prefixes) / sizeof(later_prefixes[0]);
         i++)
        if (strncmp(spec, later_prefixes[i], strlen(later_prefixes[i])) == 0)
            return access(spec, F_OK) != 0;
    if (strchr(spec, '/') || access(spec, F_OK) == 0 ||
        (size_t)snprintf(path, sizeof(path), "/sys/class/net/%s", spec) >=
            sizeof(path))
        return false;
    return access(path, F_OK) == 0;
}

static int refuse_later(const char *spec)
{
    if (strchr(spec, ':'))
        complain("%s: live sources are not in this version; give it a capture "
                 "file, or '-' for standard input",
                 spec);
    else
        complain("%s: capturing from a device is not in this version; run "
                 "'tcpdump -i %s -U -w - | tapscope -'",
                 spec, spec);
    return EXIT_USAGE;
}

/* A file's first time tells where it belongs. It is opened once more for
 * that: reading on from here would break what source_read() promises. */
static int64_t peek_first_ns(const char *spec)
{
    struct source_error err;
    struct packet pkt;
    struct source *s;
    struct stat st;
    int64_t first = INT64_MAX;
    unsigned n = 0;

    if (stat(spec, &st) != 0 || !S_ISREG(st.st_mode))
        return first;
    s = source_open(spec, &err);
    if (!s)
        return first;
    source_read(s, &pkt, 1, &n);
    if (n)
        first = pkt.ts_ns;
    source_close(s);
    return first;
}

static int by_first_packet(const void *a, const void *b)
{
    const struct input *x = a, *y = b;

    if (x->first_ns != y->first_ns)
        return x->first_ns < y->first_ns ? -1 : 1;
    return (x->typed > y->typed) - (x->typed < y->typed);
}

static int open_one(struct batch *b, const char *spec)
{
    struct input *in = &b->input[b->ninput];
    struct source_error err = { .exit_code = EXIT_USAGE };

    if (is_later_source(spec))
        return refuse_later(spec);
    in->spec = spec;
    in->typed = b->ninput;
    in->first_ns = INT64_MAX;
    in->source = source_open(spec, &err);
    if (!in->source) {
        complain("%s: %s", spec, err.text);
        return err.exit_code;
    }
    b->ninput++;
    return EXIT_DONE;
}

static int open_all(struct batch *b)
{
    const struct config *c = b->config;

    if (c->noperand > SOURCES_MAX) {
        complain("%u sources given, at most %d can be read together; merge "
                 "some with mergecap",
                 c->noperand, SOURCES_MAX);
        return EXIT_USAGE;
    }
    for (unsigned i = 0; i < c->noperand; i++) {
        int status = open_one(b, c->operand[i]);

        if (status != EXIT_DONE)
            return status;
    }
    if (b->ninput > 1) {
        for (unsigned i = 0; i < b->ninput; i++)
            b->input[i].first_ns = peek_first_ns(b->input[i].spec);
        qsort(b->input, b->ninput, sizeof(b->input[0]), by_first_packet);
    }
    return EXIT_DONE;
}

static int compile_filter(struct batch *b)
{
    char err[256];

    if (!b->config->bpf)
        return EXIT_DONE;
    b->filter = bpf_filter_new(b->config->bpf, err, sizeof(err));
    if (b->filter)
        return EXIT_DONE;
    complain("filter '%s': %s", b->config->bpf, err);
    return EXIT_USAGE;
}

static struct model *make_model(const struct batch *b)
{
    struct model_config config = b->config->model;
    struct model *m;

    /* Hostile captures must not choose hash buckets. Nothing a report says
     * depends on the seed. */
    if (getrandom(&config.hash_seed, sizeof(config.hash_seed), 0) < 0)
        config.hash_seed = UINT64_C(0x9e3779b97f4a7c15);
    m = model_new(&config);
    for (unsigned i = 0; m && i < b->ninput; i++) {
        struct source_facts *facts = model_source(m, i);

        snprintf(facts->name, sizeof(facts->name), "%s", b->input[i].spec);
    }
    return m;
}

static void tell_damage(const struct batch *b)
{
    for (unsigned i = 0; i < b->ninput; i++) {
        const struct source_error *e = source_error(b->input[i].source);

        if (!e || !e->text[0])
            continue;
        if (e->offset != UINT64_MAX && !strstr(e->text, "offset"))
            complain("%s: %s at offset %llu; the report covers what came "
                     "before",
                     b->input[i].spec, e->text, (unsigned long long)e->offset);
        else
            complain("%s: %s; the report covers what came before",
                     b->input[i].spec, e->text);
    }
}

static void judge(const struct batch *b, const struct pipeline_result *piped,
                  struct run_result *result)
{
    const char *unusable = b->filter ? bpf_filter_unusable(b->filter) : NULL;

    if (unusable)
        complain("filter '%s': %s; such frames are left out", b->config->bpf,
                 unusable);
    if (piped->damaged) {
        tell_damage(b);
        result->status = REPORT_PARTIAL;
        result->exit_status = EXIT_DAMAGED;
    }
    if (piped->interrupted) {
        result->status = REPORT_INTERRUPTED;
        result->exit_status = EXIT_SIGNAL + signals_stop;
    }
}

static bool read_all(struct batch *b, struct run_result *result)
{
    struct source *sources[SOURCES_MAX];
    struct pipeline_options options = { .filter = b->filter,
                                        .count = b->config->count,
                                        .since = b->config->since,
                                        .until = b->config->until,
                                        .progress = progress_show,
                                        .stop = &signals_stop };
    struct pipeline_result piped;
    struct progress progress;
    int err;

    for (unsigned i = 0; i < b->ninput; i++)
        sources[i] = b->input[i].source;
    progress_init(&progress, b->config->verbosity < 0 ? CHOICE_NEVER
                                                      : b->config->progress);
    options.progress_ctx = &progress;
    err = pipeline_run(result->model, sources, b->ninput, &options, &piped);
    progress_done(&progress);
    if (err) {
        complain("cannot read: %s", strerror(err));
        result->exit_status = EXIT_USAGE;
        return false;
    }
    model_conclude(result->model, true);
    judge(b, &piped, result);
    return true;
}

bool run_batch(const struct config *c, struct run_result *result)
{
    struct batch b = { .config = c };
    bool ok = false;

    *result = (struct run_result){ .status = REPORT_COMPLETE };
    result->exit_status = open_all(&b);
    if (result->exit_status == EXIT_DONE)
        result->exit_status = compile_filter(&b);
    if (result->exit_status == EXIT_DONE) {
        result->model = make_model(&b);
        if (result->model) {
            ok = read_all(&b, result);
        } else {
            complain("not enough memory for the tables; try --mem-limit=64M");
            result->exit_status = EXIT_USAGE;
        }
    }
    for (unsigned i = 0; i < b.ninput; i++)
        source_close(b.input[i].source);
    bpf_filter_free(b.filter);
    return ok;
}

void run_free(struct run_result *result)
{
    model_free(result->model);
    result->model = NULL;
}
