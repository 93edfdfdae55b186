/* SPDX-License-Identifier: BSD-3-Clause
 *
 * Bounded string builder; see str.h. Invariant: s->buf[s->len] is NUL and
 * s->len < s->size. Once something was cut nothing more is added, so that a
 * cut text never continues behind a gap.
 */
#include "dissect/core/str.h"

#include <stdarg.h>
#include <stdio.h>
#include <string.h>

void str_init(struct str *s, char *buf, size_t size)
{
    *s = (struct str){ .buf = buf, .size = size };
    buf[0] = '\0';
}

void str_add_n(struct str *s, const char *text, size_t n)
{
    size_t room = s->size - 1 - s->len;

    if (s->cut)
        return;
    if (n > room) {
        n = room;
        s->cut = true;
    }
    memcpy(s->buf + s->len, text, n);
    s->len += n;
    s->buf[s->len] = '\0';
}

void str_add(struct str *s, const char *text)
{
    str_add_n(s, text, strlen(text));
}

static void add_va(struct str *s, const char *fmt, va_list ap)
    __attribute__((format(printf, 2, 0)));

static void add_va(struct str *s, const char *fmt, va_list ap)
{
    size_t room = s->size - s->len;
    int n = vsnprintf(s->buf + s->len, room, fmt, ap);

    if (n < 0) {
        s->buf[s->len] = '\0';
        return;
    }
    if ((size_t)n >= room) {
        s->cut = true;
        n = (int)(room - 1);
    }
    s->len += (size_t)n;
}

void str_addf(struct str *s, const char *fmt, ...)
{
    va_list ap;

    va_start(ap, fmt);
    if (!s->cut)
        add_va(s, fmt, ap);
    va_end(ap);
}

/* Octets of the well-formed UTF-8 sequence at @p (Unicode 15 table 3-7), or 0.
 * Overlong forms, surrogates and values above U+10FFFF are not well formed. */
static unsigned utf8_decode(const uint8_t *p, size_t n, uint32_t *cp)
{
    static const uint32_t least[5] = { 0, 0, 0x80, 0x800, 0x10000 };
    unsigned len = p[0] < 0x80   ? 1
                   : p[0] < 0xc2 ? 0
                   : p[0] < 0xe0 ? 2
                   : p[0] < 0xf0 ? 3
                   : p[0] < 0xf5 ? 4
                                 : 0;

    if (len == 0 || len > n)
        return 0;
    *cp = len == 1 ? p[0] : p[0] & (0x7fu >> len);
    for (unsigned i = 1; i < len; i++) {
        if ((p[i] & 0xc0) != 0x80)
            return 0;
        *cp = *cp << 6 | (p[i] & 0x3f);
    }
    if (*cp < least[len] || *cp > 0x10ffff || (*cp >= 0xd800 && *cp < 0xe000))
        return 0;
    return len;
}

/* Code points that change how their neighbours look, or look like nothing. */
static bool is_deceptive(uint32_t cp)
{
    // clang-format off
    static const struct { uint32_t first, last; } range[] = {
        { 0x0000, 0x001f }, { 0x007f, 0x009f },   /* C0, DEL, C1 */
        { 0x00ad, 0x00ad },                       /* soft hyphen */
        { 0x061c, 0x061c }, { 0x180e, 0x180e },
        { 0x200b, 0x200f }, { 0x2028, 0x202e },   /* zero width, bidi */
        { 0x2060, 0x206f }, { 0xfeff, 0xfeff },
        { 0xe000, 0xf8ff },                       /* private use */
        { 0xfff9, 0xffff }, { 0xe0000, 0x10ffff },
    };
    // clang-format on

    for (size_t i = 0; i < sizeof(range) / sizeof(range[0]); i++) {
        if (cp >= range[i].first && cp <= range[i].last)
            return true;
    }
    return false;
}

/* All or nothing: half an escape would be read as something else. */
static void add_whole(struct str *s, const char *text, size_t n)
{
    if (s->cut || n > s->size - 1 - s->len)
        s->cut = true;
    else
        str_add_n(s, text, n);
}

static void add_escaped(struct str *s, uint8_t octet)
{
    static const char digit[] = "0123456789abcdef";
    char out[4] = { '\\', 'x', digit[octet >> 4], digit[octet & 15] };

    add_whole(s, out, sizeof(out));
}

void str_printable(struct str *s, const void *bytes, size_t n)
{
    const uint8_t *p = bytes;

    while (n > 0 && !s->cut) {
        uint32_t cp = 0;
        unsigned len = utf8_decode(p, n, &cp);

        if (len == 0 || is_deceptive(cp)) {
            len = len ? len : 1;
            for (unsigned i = 0; i < len; i++)
                add_escaped(s, p[i]);
        } else if (cp == '\\') {
            add_whole(s, "\\\\", 2);
        } else {
            add_whole(s, (const char *)p, len);
        }
        p += len;
        n -= len;
    }
}
