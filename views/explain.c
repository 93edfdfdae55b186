/* SPDX-License-Identifier: BSD-3-Clause
 *
 * Pages of the knowledge base on a terminal. They are written in a small part
 * of Markdown: headings, paragraphs, lists, fenced or indented code, tables
 * (shown as they are), and `code`, **strong** and *emphasis* inside lines.
 */
#include "views/explain.h"

#include <string.h>

#include "views/text.h"

#define LINE_MAX_LEN 2048
#define NEAR_MAX     3 /* edits */

const struct explain_page *explain_find(const char *name)
{
    for (unsigned i = 0; explain_pages[i].name; i++)
        if (strcmp(explain_pages[i].name, name) == 0)
            return &explain_pages[i];
    return NULL;
}

const struct explain_page *explain_near(const char *name)
{
    const struct explain_page *best = NULL;
    unsigned least = NEAR_MAX + 1;

    for (unsigned i = 0; explain_pages[i].name; i++) {
        unsigned d = text_distance(name, explain_pages[i].name);

        if (d < least) {
            least = d;
            best = &explain_pages[i];
        }
    }
    if (best || strlen(name) < 3)
        return best;
    for (unsigned i = 0; explain_pages[i].name; i++)
        if (strstr(explain_pages[i].name, name))
            return &explain_pages[i];
    return NULL;
}

/** struct page - State while a page is written */
struct page {
    struct out *o;
    bool colour, fenced;
    unsigned width;
    char para[LINE_MAX_LEN]; /* paragraph or list item being gathered */
    size_t len;
    unsigned indent; /* of its following lines */
};

/* Inline marks away: what is between them is readable without. A lone * or _
 * stays, so that commands and globs survive. */
static void add_inline(struct page *p, const char *text, size_t n)
{
    bool code = false;

    for (size_t i = 0; i < n && p->len + 1 < sizeof(p->para); i++) {
        if (text[i] == '`') {
            code = !code;
            continue;
        }
        if (!code && text[i] == '*' && i + 1 < n && text[i + 1] == '*') {
            i++;
            continue;
        }
        p->para[p->len++] = text[i];
    }
    p->para[p->len] = '\0';
}

static void flush(struct page *p)
{
    if (p->len == 0)
        return;
    text_wrap(p->o, 0, p->indent, p->width, p->para);
    out_str(p->o, "\n");
    p->len = 0;
    p->indent = 0;
}

static void heading(struct page *p, const char *line, size_t n)
{
    while (n && *line == '#') {
        line++;
        n--;
    }
    while (n && *line == ' ') {
        line++;
        n--;
    }
    flush(p);
    out_str(p->o, text_on(STYLE_BOLD, p->colour));
    out_n(p->o, line, n);
    out_str(p->o, text_off(p->colour));
    out_str(p->o, "\n");
}

static void verbatim(struct page *p, const char *line, size_t n,
                     unsigned indent)
{
    flush(p);
    outf(p->o, "%*s%.*s\n", n ? (int)indent : 0, "", (int)n, line);
}

/* Octets of a list marker with its indent, 0 when the line begins no item. */
static size_t item_marker(const char *line, size_t n)
{
    size_t i = 0;

    while (i < n && line[i] == ' ')
        i++;
    if (i + 1 < n && (line[i] == '-' || line[i] == '*') && line[i + 1] == ' ')
        return i + 2;
    while (i < n && line[i] >= '0' && line[i] <= '9')
        i++;
    if (i && i + 1 < n && line[i] == '.' && line[i - 1] != ' ' &&
        line[i + 1] == ' ')
        return i + 2;
    return 0;
}

static void prose(struct page *p, const char *line, size_t n)
{
    size_t marker = item_marker(line, n);

    if (marker) {
        flush(p);
        p->indent = (unsigned)marker;
    } else {
        while (n && *line == ' ') {
            line++;
            n--;
        }
        if (p->len)
            add_inline(p, " ", 1);
    }
    add_inline(p, line, n);
}

static void write_line(struct page *p, const char *line, size_t n)
{
    if (n >= 3 && strncmp(line, "```", 3) == 0) {
        flush(p);
        p->fenced = !p->fenced;
    } else if (p->fenced) {
        verbatim(p, line, n, 4);
    } else if (n == 0) {
        flush(p);
        out_str(p->o, "\n");
    } else if (line[0] == '#') {
        heading(p, line, n);
    } else if (line[0] == '|' ||
               (n > 4 && p->len == 0 && strncmp(line, "    ", 4) == 0)) {
        verbatim(p, line, n, 0);
    } else {
        prose(p, line, n);
    }
}

void explain_write(const struct explain_page *page, bool colour, unsigned width,
                   struct out *o)
{
    struct page p = { .o = o, .colour = colour, .width = width ? width : 80 };
    const char *line = page->text;

    while (*line) {
        size_t n = strcspn(line, "\n");

        write_line(&p, line, n);
        line += n + (line[n] == '\n');
    }
    flush(&p);
}

/* The first line is "# id: a few words" or "# words". */
static void list_one(const struct explain_page *page, struct out *o)
{
    const char *title = page->text + strspn(page->text, "# ");
    size_t n = strcspn(title, "\n"), name = strlen(page->name);

    if (n > name && strncmp(title, page->name, name) == 0) {
        size_t skip = name + strspn(title + name, " :,-");

        title += skip;
        n -= skip < n ? skip : n;
    }
    outf(o, "%-24s %.*s\n", page->name, (int)n, title);
}

void explain_list(struct out *o)
{
    for (unsigned i = 0; explain_pages[i].name; i++)
        list_one(&explain_pages[i], o);
}
