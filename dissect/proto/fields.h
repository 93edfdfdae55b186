/* SPDX-License-Identifier: BSD-3-Clause
 *
 * Fixed header fields as rows of a table: name, label, place, form. Protocols
 * whose header is a list of numbers at known offsets show themselves in the
 * field tree through this instead of through a column of tree_add() calls.
 */
#ifndef DISSECT_PROTO_FIELDS_H
#define DISSECT_PROTO_FIELDS_H

#include "dissect/core/cursor.h"
#include "dissect/proto/proto.h"

/** enum field_form - How octets of a field are written */
enum field_form {
    FORM_DEC,    /* unsigned, big-endian, up to 8 octets */
    FORM_HEX,    /* the same, as 0x0123 */
    FORM_FLAG,   /* set or not set; wants a mask */
    FORM_MASKED, /* FORM_DEC with the mask applied but nothing shifted */
    FORM_256THS, /* 2 octets in units of 1/256, as seconds */
    FORM_IPV4,   /* 4 octets */
    FORM_IPV6,   /* 16 octets */
    FORM_MAC,    /* 6 octets */
    FORM_TEXT,   /* octets that should be text, escaped, up to a NUL */
    FORM_OCTETS, /* octets in hexadecimal, the first 32 */
};

/**
 * struct field_row - One field of a fixed header
 * @name:  Filter name, Wireshark's where it has one
 * @label: For people
 * @off:   First octet, from the start of the header
 * @len:   Octets
 * @form:  enum field_form
 * @mask:  Bits of the number that count, 0 for all
 * @names: Name of a value, or NULL
 */
struct field_row {
    const char *name;
    const char *label;
    uint16_t off;
    uint8_t len;
    uint8_t form;
    uint32_t mask;
    const char *(*names)(unsigned value);
};

#define FIELD_ROWS(table) table, sizeof(table) / sizeof((table)[0])

/** packet_off() - Offset of a cursor in the packet */
static inline uint32_t packet_off(const struct dissect *d,
                                  const struct cursor *c)
{
    return (uint32_t)(c->p - d->pkt->data);
}

/** captured_len() - @len, or what was captured of it from @c on */
static inline uint32_t captured_len(const struct cursor *c, uint32_t len)
{
    size_t left = cursor_left(c);

    return len < left ? len : (uint32_t)left;
}

/**
 * fields_add() - Show a fixed header
 * @d:      Walk whose tree is not NULL
 * @header: At the header's first octet
 * @rows:   [n]; a row that was not captured is left out
 */
void fields_add(struct dissect *d, struct cursor header,
                const struct field_row *rows, size_t n);

/** field_add_value() - Show one field whose first octet @c stands at */
void field_add_value(struct dissect *d, struct cursor c, const char *name,
                     const char *label, enum field_form form, size_t len);

/**
 * app_done() - A message of @len captured octets has been read
 * @verdict: enum layer_verdict bits of the first thing that was wrong
 *
 * Sets the layer, shows the verdict, closes the protocol's line in the tree.
 * Return: PROTO_NONE, for a dissector to return
 */
enum proto app_done(struct dissect *d, struct layer *l, uint32_t len,
                    uint8_t verdict);

#endif
