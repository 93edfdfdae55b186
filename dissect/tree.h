/* SPDX-License-Identifier: BSD-3-Clause
 *
 * The field tree of one packet: what a person sees when opening it. Built on
 * demand into fixed arrays, so it costs nothing on the fast path and cannot be
 * made to grow by a packet.
 */
#ifndef DISSECT_TREE_H
#define DISSECT_TREE_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#define TREE_FIELDS_MAX 512
#define TREE_TEXT_MAX   32768
#define TREE_DEPTH_MAX  10

/**
 * struct field - One line of the tree
 * @name:  Filter name, Wireshark's where it has one: "ip.ttl"
 * @text:  Offset of the shown text in tree.text, NUL-terminated, escaped
 * @off:   First octet in the packet's data
 * @len:   Octets; 0 for a computed field
 * @depth: 0 for a protocol line
 */
struct field {
    const char *name;
    uint32_t text;
    uint32_t off;
    uint32_t len;
    uint8_t depth;
};

struct tree {
    struct field field[TREE_FIELDS_MAX];
    unsigned count;
    unsigned depth;
    bool full; /* fields or text did not fit */
    uint32_t text_len;
    char text[TREE_TEXT_MAX];
};

void tree_init(struct tree *t);

/** tree_open() - Add a line and make what follows its children */
void tree_open(struct tree *t, const char *name, uint32_t off, uint32_t len,
               const char *fmt, ...) __attribute__((format(printf, 5, 6)));

/** tree_close() - Back to the parent's level */
void tree_close(struct tree *t);

/** tree_add() - Add a leaf: "Time to live: 64" */
void tree_add(struct tree *t, const char *name, uint32_t off, uint32_t len,
              const char *fmt, ...) __attribute__((format(printf, 5, 6)));

/** tree_add_bytes() - Leaf whose text ends in octets from the wire, escaped */
void tree_add_bytes(struct tree *t, const char *name, uint32_t off,
                    uint32_t len, const char *label, const void *bytes,
                    size_t n);

/** tree_text() - Text of field @i */
static inline const char *tree_text(const struct tree *t, unsigned i)
{
    return t->text + t->field[i].text;
}

#endif
