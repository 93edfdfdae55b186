/* SPDX-License-Identifier: BSD-3-Clause
 *
 * tapscope explain: the pages that travel inside the program.
 */
#include <errno.h>
#include <stdio.h>
#include <string.h>
#include <unistd.h>

#include "cli/command.h"
#include "views/explain.h"

static int ended(struct out *o)
{
    if (!o->err && fflush(stdout) != 0)
        o->err = errno;
    if (o->err == 0 || o->err == EPIPE)
        return EXIT_DONE;
    complain("standard output: cannot write: %s", strerror(o->err));
    return EXIT_USAGE;
}

static int no_page(const char *name)
{
    const struct explain_page *near = explain_near(name);

    if (near)
        complain("no page '%s'; did you mean '%s'?", name, near->name);
    else
        complain("no page '%s'; 'tapscope explain' lists them", name);
    return EXIT_USAGE;
}

int explain_command(const struct config *c)
{
    struct out file = out_file(stdout), ascii = out_ascii(&file);
    struct out *o = c->ascii ? &ascii : &file;
    const struct explain_page *page;

    if (c->noperand == 0) {
        explain_list(o);
        return ended(o);
    }
    for (unsigned i = 0; i < c->noperand; i++) {
        page = explain_find(c->operand[i]);
        if (!page)
            return no_page(c->operand[i]);
        if (i)
            out_str(o, "\n");
        explain_write(page, use_colour(c->colour, STDOUT_FILENO),
                      output_width(STDOUT_FILENO), o);
    }
    return ended(o);
}
