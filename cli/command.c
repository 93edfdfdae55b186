/* SPDX-License-Identifier: BSD-3-Clause
 *
 * The command table, and what all commands share towards the terminal.
 */
#include "cli/command.h"

#include <stdarg.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/ioctl.h>
#include <unistd.h>

#include "views/text.h"

/* clang-format off */
const struct command commands[] = {
    { "report",  "FILE...",      "say what is wrong in captures (also without the word)", report_command },
    { "explain", "[ID|BACKEND]", "the page about a finding or a backend",                 explain_command },
    { 0 },
};
/* clang-format on */

/* Names that are taken, so that a script which uses one is told why it fails
 * in place of "no such file". */
static const char *const later[] = {
    "sources", "capture", "diff", "redact", "annotate", "doctor", "extcap",
};

const struct command *command_find(const char *name)
{
    for (unsigned i = 0; commands[i].name; i++)
        if (strcmp(commands[i].name, name) == 0)
            return &commands[i];
    return NULL;
}

bool command_later(const char *name)
{
    for (unsigned i = 0; i < sizeof(later) / sizeof(later[0]); i++)
        if (strcmp(later[i], name) == 0)
            return true;
    return false;
}

void complain(const char *fmt, ...)
{
    char raw[1024], line[2048];
    va_list ap;

    va_start(ap, fmt);
    vsnprintf(raw, sizeof(raw), fmt, ap);
    va_end(ap);
    /* File names and damaged files reach a terminal here as well. */
    fprintf(stderr, "tapscope: %s\n", text_printable(line, sizeof(line), raw));
}

bool use_colour(enum choice colour, int fd)
{
    const char *no_color = getenv("NO_COLOR"), *term = getenv("TERM");

    if (colour != CHOICE_AUTO)
        return colour == CHOICE_ALWAYS;
    if (no_color && *no_color)
        return false;
    return isatty(fd) && term && *term && strcmp(term, "dumb") != 0;
}

unsigned output_width(int fd)
{
    struct winsize size;

    if (ioctl(fd, TIOCGWINSZ, &size) != 0 || size.ws_col == 0)
        return 80;
    if (size.ws_col < 40)
        return 40;
    return size.ws_col < 80 ? size.ws_col : 80;
}
