/* SPDX-License-Identifier: BSD-3-Clause
 *
 * Walk over the tables of scenarios.
 */
#include "tests/gen/scenario.h"

#include <stdlib.h>
#include <string.h>

static const struct scenario *const tables[] = {
#define SCENARIOS(table) table,
#include "tests/gen/scenario_list.h"
#undef SCENARIOS
};

#define NTABLES (sizeof(tables) / sizeof(tables[0]))

const struct scenario *scenario_next(const struct scenario *s)
{
    const struct scenario *next = s ? s + 1 : tables[0];
    size_t i = 0;

    if (next->name)
        return next;
    /* The end of a table: go on with the one that follows it. */
    for (i = 0; i < NTABLES; i++) {
        const struct scenario *row = tables[i];

        while (row->name)
            row++;
        if (row == next)
            break;
    }
    for (i++; i < NTABLES; i++)
        if (tables[i]->name)
            return tables[i];
    return NULL;
}

const struct scenario *scenario_find(const char *name)
{
    const struct scenario *s = NULL;

    while ((s = scenario_next(s)))
        if (!strcmp(s->name, name))
            return s;
    return NULL;
}

struct gen *scenario_make(const struct scenario *s)
{
    struct gen *g = gen_new();

    gen_libvirt(g); /* so that a scenario without a net does not divide by 0 */
    s->build(g);
    gen_finish(g);
    return g;
}
