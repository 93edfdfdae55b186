/* SPDX-License-Identifier: BSD-3-Clause
 *
 * Bounded string builder. It never overruns, always terminates, and remembers
 * that it had to cut. str_printable() is the only way by which octets from a
 * packet may become text for a person.
 */
#ifndef DISSECT_CORE_STR_H
#define DISSECT_CORE_STR_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

/** struct str - Builder over a caller's buffer; @buf is always terminated */
struct str {
    char *buf;
    size_t size; /* of buf, at least 1 */
    size_t len;  /* without the NUL */
    bool cut;    /* something did not fit */
};

void str_init(struct str *s, char *buf, size_t size);
void str_add(struct str *s, const char *text);
void str_add_n(struct str *s, const char *text, size_t n);
void str_addf(struct str *s, const char *fmt, ...)
    __attribute__((format(printf, 2, 3)));

/**
 * str_printable() - Append wire octets as safe one-line text
 * @s:     Builder
 * @bytes: Octets from a packet
 * @n:     How many
 *
 * Valid UTF-8 letters pass; C0, C1, DEL, bidirectional controls (U+202A-202E,
 * U+2066-2069, U+200E/F, U+061C), zero-width and line separators (U+200B-D,
 * U+2028/9, U+FEFF) and every octet that is not valid UTF-8 become \xNN, and a
 * backslash becomes \\, so that the text can be neither an escape sequence nor
 * mistaken for one.
 */
void str_printable(struct str *s, const void *bytes, size_t n);

#endif
