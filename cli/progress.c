/* SPDX-License-Identifier: BSD-3-Clause
 *
 * See progress.h. On a terminal one line is rewritten; elsewhere (only with
 * --progress=always) each is a line of its own.
 */
#include "cli/progress.h"

#include <stdio.h>
#include <string.h>
#include <time.h>
#include <unistd.h>

#include "views/text.h"

#define NS_PER_S     INT64_C(1000000000)
#define QUIET_NS     NS_PER_S
#define INTERVAL_NS  (NS_PER_S / 5)
#define LINE_COLUMNS 79

static int64_t monotonic_ns(void)
{
    struct timespec ts;

    clock_gettime(CLOCK_MONOTONIC, &ts);
    return ts.tv_sec * NS_PER_S + ts.tv_nsec;
}

void progress_init(struct progress *p, enum choice when)
{
    p->terminal = isatty(STDERR_FILENO);
    p->wanted = when == CHOICE_ALWAYS || (when == CHOICE_AUTO && p->terminal);
    p->shown = false;
    p->began_ns = p->shown_ns = monotonic_ns();
}

static void describe(struct str *s, const struct pipeline_state *state,
                     int64_t elapsed_ns)
{
    double share =
        state->size ? (double)state->position / (double)state->size : 0;
    double rate = (double)state->packets / ((double)elapsed_ns / 1e9);

    str_printable(s, state->name, strnlen(state->name, 40));
    if (state->size)
        str_addf(s, "  %.0f %%", share * 100);
    str_addf(s, "  %llu packets  %.1f M/s", (unsigned long long)state->packets,
             rate / 1e6);
    if (share > 0.01 && share <= 1) {
        str_add(s, "  ");
        text_duration(s, (int64_t)((double)elapsed_ns * (1 - share) / share) /
                             NS_PER_S * NS_PER_S);
        str_add(s, " left");
    }
}

void progress_show(void *progress, const struct pipeline_state *state)
{
    struct progress *p = progress;
    char line[LINE_COLUMNS + 1];
    struct str s;
    int64_t now;

    if (!p->wanted)
        return;
    now = monotonic_ns();
    if (now - p->began_ns < QUIET_NS || now - p->shown_ns < INTERVAL_NS)
        return;
    p->shown = true;
    p->shown_ns = now;
    str_init(&s, line, sizeof(line));
    describe(&s, state, now - p->began_ns);
    if (p->terminal)
        fprintf(stderr, "\r%-*s", LINE_COLUMNS, line);
    else
        fprintf(stderr, "tapscope: %s\n", line);
    fflush(stderr);
}

void progress_done(struct progress *p)
{
    if (p->shown && p->terminal)
        fprintf(stderr, "\r%*s\r", LINE_COLUMNS, "");
    p->shown = false;
}
