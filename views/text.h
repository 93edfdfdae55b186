/* SPDX-License-Identifier: BSD-3-Clause
 *
 * What text for people needs: wrapping, units a person reads, times, colour.
 * Nothing here looks at a locale: the same capture gives the same octets
 * everywhere.
 */
#ifndef VIEWS_TEXT_H
#define VIEWS_TEXT_H

#include <stdint.h>

#include "dissect/core/str.h"
#include "views/out.h"

enum text_style {
    STYLE_PLAIN,
    STYLE_BOLD,
    STYLE_DIM,
    STYLE_ERROR,
    STYLE_WARNING,
    STYLE_NOTE,
    STYLE_INFO,
    STYLE_GOOD,
    STYLE_COUNT
};

#define TEXT_TIME_LEN 96 /* what the compiler can be sure of */

/** text_on() - Start of a style, "" without colour */
const char *text_on(enum text_style style, bool colour);
/** text_off() - Its end */
const char *text_off(bool colour);

/**
 * text_wrap() - Write words, broken at spaces
 * @o:      Sink
 * @column: Where the cursor stands, 0 based
 * @indent: Spaces before each following line
 * @width:  Columns; a longer word stands on a line of its own
 * @text:   UTF-8, one paragraph
 *
 * Ends without a newline. Return: column after the last word.
 */
unsigned text_wrap(struct out *o, unsigned column, unsigned indent,
                   unsigned width, const char *text);

/** text_label() - "label    text" wrapped under itself, with newline */
void text_label(struct out *o, unsigned column, const char *label,
                unsigned indent, unsigned width, const char *text);

/** text_width() - Columns of UTF-8 text, counting each code point as one */
unsigned text_width(const char *text, size_t n);

/** text_duration() - Append "9.7 s", "60 ms", "12 us", "2 h 5 min" */
void text_duration(struct str *s, int64_t ns);

/** text_bytes() - Append "512 B", "1.2 MB" (powers of 1000) */
void text_bytes(struct str *s, uint64_t n);

/** text_count() - Append "1 packet", "51 packets", "no packets" */
void text_count(struct str *s, uint64_t n, const char *one, const char *many);

/** text_time() - RFC 3339 UTC with @digits of the second's fraction (0-9) */
const char *text_time(char out[TEXT_TIME_LEN], int64_t ns, unsigned digits);

/** text_printable() - str_printable() into a buffer; returns @out */
const char *text_printable(char *out, size_t size, const char *text);

/** text_linktype() - "Ethernet", "Linux cooked v1"; NULL when not known */
const char *text_linktype(uint16_t linktype);

/** text_distance() - Edits (insert, delete, replace, swap) between two names,
 * letters' case ignored; at most 64 octets of each are looked at */
unsigned text_distance(const char *a, const char *b);

#endif
