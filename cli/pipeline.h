/* SPDX-License-Identifier: BSD-3-Clause
 *
 * From sources to the model: read, dissect, filter, observe.
 */
#ifndef CLI_PIPELINE_H
#define CLI_PIPELINE_H

#include <signal.h>

#include "captures/bpf.h"
#include "captures/source.h"
#include "dissect/model.h"

/** struct time_limit - An edge of the time wanted
 * @relative: @ns counts from the first packet of the first source */
struct time_limit {
    bool set, relative;
    int64_t ns;
};

/** struct pipeline_state - What a progress line is made of */
struct pipeline_state {
    const char *name;        /* of the source being read */
    uint64_t position, size; /* of it; size 0: unknown */
    uint64_t packets;        /* of all sources */
};

/* Called in the thread that reads. */
typedef void (*pipeline_progress_fn)(void *ctx,
                                     const struct pipeline_state *state);

/**
 * struct pipeline_options - What to let through
 * @filter:   BPF, or NULL
 * @count:    Stop after so many packets that passed, 0: no limit
 * @progress: Called every few thousand packets, or NULL
 * @stop:     Set by a signal handler: finish what is in hand, then return
 * @threads:  1 or 2; 0: two where it pays. The result is the same
 */
struct pipeline_options {
    struct bpf_filter *filter;
    uint64_t count;
    struct time_limit since, until;
    pipeline_progress_fn progress;
    void *progress_ctx;
    const volatile sig_atomic_t *stop;
    unsigned threads;
};

/** struct pipeline_result - How it ended */
struct pipeline_result {
    uint64_t packets;  /* read */
    uint64_t observed; /* passed filter and times */
    bool interrupted;
    unsigned damaged;       /* sources that ended early */
    unsigned first_damaged; /* index of the first such */
};

/**
 * pipeline_run() - Read all sources, one after another, into the model
 * @m:       Model; facts of source i are written as sources[i] tells
 * @sources: [n], opened, in order of their first packets
 *
 * Does not conclude. Return: 0, also for damaged sources (see @result); an
 * errno when it cannot run at all.
 */
int pipeline_run(struct model *m, struct source **sources, unsigned n,
                 const struct pipeline_options *options,
                 struct pipeline_result *result);

#endif
