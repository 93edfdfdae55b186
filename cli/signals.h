/* SPDX-License-Identifier: BSD-3-Clause
 *
 * Signals in batch work: the first SIGINT or SIGTERM asks for the report of
 * what was read, the second one ends the program as usual.
 */
#ifndef CLI_SIGNALS_H
#define CLI_SIGNALS_H

#include <signal.h>

/** signals_init() - Catch SIGINT and SIGTERM, ignore SIGPIPE (EPIPE tells) */
void signals_init(void);

/* Number of the signal that came, 0 none. */
extern volatile sig_atomic_t signals_stop;

#endif
