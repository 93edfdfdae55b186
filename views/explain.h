/* SPDX-License-Identifier: BSD-3-Clause
 *
 * The offline knowledge base: one page a symptom or backend, embedded from
 * docs/explain at build time.
 */
#ifndef VIEWS_EXPLAIN_H
#define VIEWS_EXPLAIN_H

#include <stdbool.h>

#include "views/out.h"

/** struct explain_page - Name ("mtu-blackhole-up") and Markdown text */
struct explain_page {
    const char *name;
    const char *text;
};

/* Ended by a row of NULLs, sorted by name. */
extern const struct explain_page explain_pages[];

/** explain_find() - Page by name, or NULL */
const struct explain_page *explain_find(const char *name);

/** explain_near() - Page whose name is a slip of the keyboard away, or NULL */
const struct explain_page *explain_near(const char *name);

/** explain_write() - Page as terminal text; @colour: headings in bold */
void explain_write(const struct explain_page *page, bool colour, unsigned width,
                   struct out *o);

/** explain_list() - Names with their first line, for "tapscope explain" */
void explain_list(struct out *o);

#endif
