/* SPDX-License-Identifier: BSD-3-Clause
 *
 * The commands, one row each.
 */
#ifndef CLI_COMMAND_H
#define CLI_COMMAND_H

#include "cli/args.h"

/**
 * struct command - A row
 * @name:     As typed
 * @operands: As help shows them
 * @summary:  A few words
 * @run:      Does it; operands of @c no longer hold the command's name.
 *            Return: the program's exit status
 */
struct command {
    const char *name;
    const char *operands;
    const char *summary;
    int (*run)(const struct config *c);
};

/* Ended by a row without @name; the first is done when none is named. */
extern const struct command commands[];

int report_command(const struct config *c);
int explain_command(const struct config *c);

/** command_find() - By name, or NULL */
const struct command *command_find(const char *name);

/** command_later() - Is it a command of tapscope that this version lacks? */
bool command_later(const char *name);

/** complain() - "tapscope: ..." on standard error, one line */
void complain(const char *fmt, ...) __attribute__((format(printf, 1, 2)));

/** use_colour() - Judge --color, NO_COLOR, TERM and the kind of @fd */
bool use_colour(enum choice colour, int fd);

/** output_width() - Columns for text written to @fd: 80, or fewer when the
 * terminal is narrower */
unsigned output_width(int fd);

#endif
