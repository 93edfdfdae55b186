/* SPDX-License-Identifier: BSD-3-Clause
 *
 * See signals.h.
 */
#include "cli/signals.h"

#include <stddef.h>

volatile sig_atomic_t signals_stop;

static void on_stop(int number)
{
    signals_stop = number;
}

void signals_init(void)
{
    /* SA_RESETHAND makes the second one final. No SA_RESTART: a read that
     * waits for a slow pipe must return. */
    struct sigaction stop = { .sa_handler = on_stop, .sa_flags = SA_RESETHAND };
    struct sigaction ignore = { .sa_handler = SIG_IGN };

    sigemptyset(&stop.sa_mask);
    sigaction(SIGINT, &stop, NULL);
    sigaction(SIGTERM, &stop, NULL);
    sigaction(SIGPIPE, &ignore, NULL);
}
