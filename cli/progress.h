/* SPDX-License-Identifier: BSD-3-Clause
 *
 * A line on standard error while a large capture is read.
 */
#ifndef CLI_PROGRESS_H
#define CLI_PROGRESS_H

#include "cli/args.h"
#include "cli/pipeline.h"

/** struct progress - When it began and was last shown, monotonic ns */
struct progress {
    bool wanted, terminal, shown;
    int64_t began_ns, shown_ns;
};

/** progress_init() - auto: only when standard error is a terminal */
void progress_init(struct progress *p, enum choice when);

/** progress_show() - A pipeline_progress_fn; quiet during the first second */
void progress_show(void *progress, const struct pipeline_state *state);

/** progress_done() - Take the line away */
void progress_done(struct progress *p);

#endif
