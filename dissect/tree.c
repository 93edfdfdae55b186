/* SPDX-License-Identifier: BSD-3-Clause
 *
 * Builder of the field tree; see tree.h. Text lies in one pool, each string
 * terminated; what does not fit sets @full and is dropped whole, so that a
 * reader never sees half a field.
 */
#include "dissect/tree.h"

#include <stdarg.h>
#include <stdio.h>

#include "dissect/core/str.h"

void tree_init(struct tree *t)
{
    t->count = 0;
    t->depth = 0;
    t->full = false;
    t->text_len = 0;
}

/* Claim a line; its text goes to t->text + text_len. NULL when full. */
static struct field *field_new(struct tree *t, const char *name, uint32_t off,
                               uint32_t len)
{
    struct field *f;

    if (t->full || t->count == TREE_FIELDS_MAX ||
        t->text_len >= TREE_TEXT_MAX) {
        t->full = true;
        return NULL;
    }
    f = &t->field[t->count];
    *f = (struct field){ .name = name,
                         .text = t->text_len,
                         .off = off,
                         .len = len,
                         .depth = (uint8_t)(t->depth < TREE_DEPTH_MAX
                                                ? t->depth
                                                : TREE_DEPTH_MAX) };
    return f;
}

static void field_keep(struct tree *t, size_t text_len, bool cut)
{
    if (cut) {
        t->full = true;
        return;
    }
    t->text_len += (uint32_t)text_len + 1;
    t->count++;
}

__attribute__((format(printf, 5, 0))) static void
add_va(struct tree *t, const char *name, uint32_t off, uint32_t len,
       const char *fmt, va_list ap)
{
    size_t room = TREE_TEXT_MAX - t->text_len;
    int n;

    if (!field_new(t, name, off, len))
        return;
    n = vsnprintf(t->text + t->text_len, room, fmt, ap);
    field_keep(t, (size_t)(n < 0 ? 0 : n), n < 0 || (size_t)n >= room);
}

void tree_open(struct tree *t, const char *name, uint32_t off, uint32_t len,
               const char *fmt, ...)
{
    va_list ap;

    va_start(ap, fmt);
    add_va(t, name, off, len, fmt, ap);
    va_end(ap);
    t->depth++;
}

void tree_close(struct tree *t)
{
    if (t->depth > 0)
        t->depth--;
}

void tree_add(struct tree *t, const char *name, uint32_t off, uint32_t len,
              const char *fmt, ...)
{
    va_list ap;

    va_start(ap, fmt);
    add_va(t, name, off, len, fmt, ap);
    va_end(ap);
}

void tree_add_bytes(struct tree *t, const char *name, uint32_t off,
                    uint32_t len, const char *label, const void *bytes,
                    size_t n)
{
    struct str s;

    if (!field_new(t, name, off, len))
        return;
    str_init(&s, t->text + t->text_len, TREE_TEXT_MAX - t->text_len);
    str_add(&s, label);
    str_printable(&s, bytes, n);
    field_keep(t, s.len, s.cut);
}
