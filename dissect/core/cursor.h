/* SPDX-License-Identifier: BSD-3-Clause
 *
 * The one way to read a captured byte. A cursor walks a range of bytes and
 * remembers why that range ends where it does, so that a read past the end
 * tells three cases apart that a user must not confuse:
 *
 *   TRUNCATED     the capture ended: the sender may be fine (snap length)
 *   CUT_BY_OUTER  a length field further out ended first (UDP length longer
 *                 than the IP payload, say)
 *   MALFORMED     never from a read: the dissector says so when a value
 *                 contradicts its own header (ihl < 5)
 *
 * The error is sticky: after the first failed read every reader returns 0 and
 * moves nothing, so a dissector reads a whole group and then tests c->bad.
 */
#ifndef DISSECT_CORE_CURSOR_H
#define DISSECT_CORE_CURSOR_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>
#include <string.h>

/* Verdict bits, also used as struct layer.flags. */
enum layer_verdict {
    LAYER_OK = 0,
    LAYER_TRUNCATED = 1 << 0,
    LAYER_MALFORMED = 1 << 1,
    LAYER_CUT_BY_OUTER = 1 << 2,
};

/**
 * struct cursor - Checked reader
 * @p:       Next byte; @p <= @end always
 * @end:     One past the last readable byte
 * @why_end: LAYER_TRUNCATED or LAYER_CUT_BY_OUTER: what a read past @end means
 * @bad:     0, or the verdict of the first failed read (sticky)
 */
struct cursor {
    const uint8_t *p;
    const uint8_t *end;
    uint8_t why_end;
    uint8_t bad;
};

/**
 * struct octets - A range of a packet's octets, to keep without copying
 * @p:   Borrowed as long as the packet's; NULL when @len is 0
 * @len: Octets; what should be text may hold anything: escape it
 */
struct octets {
    const uint8_t *p;
    size_t len;
};

static inline struct cursor cursor_over(const uint8_t *p, size_t len,
                                        uint8_t why_end)
{
    return (struct cursor){ .p = p, .end = p + len, .why_end = why_end };
}

static inline size_t cursor_left(const struct cursor *c)
{
    return (size_t)(c->end - c->p);
}

/** cursor_has() - Can @n octets be read? Sets no error. */
static inline bool cursor_has(const struct cursor *c, size_t n)
{
    return !c->bad && cursor_left(c) >= n;
}

/** cursor_take() - @n octets in place and move on, or NULL and the error set */
static inline const uint8_t *cursor_take(struct cursor *c, size_t n)
{
    const uint8_t *p = c->p;

    if (__builtin_expect(c->bad || cursor_left(c) < n, 0)) {
        if (!c->bad)
            c->bad = c->why_end;
        return NULL;
    }
    c->p += n;
    return p;
}

static inline bool cursor_skip(struct cursor *c, size_t n)
{
    return cursor_take(c, n) != NULL;
}

static inline uint8_t cursor_u8(struct cursor *c)
{
    const uint8_t *p = cursor_take(c, 1);

    return p ? p[0] : 0;
}

/* Values inside octets that cursor_take() has handed out. */
static inline uint16_t be16_at(const uint8_t *p)
{
    return (uint16_t)(p[0] << 8 | p[1]);
}

static inline uint32_t be32_at(const uint8_t *p)
{
    return (uint32_t)p[0] << 24 | (uint32_t)p[1] << 16 | (uint32_t)p[2] << 8 |
           p[3];
}

static inline uint16_t le16_at(const uint8_t *p)
{
    return (uint16_t)(p[1] << 8 | p[0]);
}

/* Big-endian (network order) readers return host-order values. */
static inline uint16_t cursor_be16(struct cursor *c)
{
    const uint8_t *p = cursor_take(c, 2);

    return p ? (uint16_t)(p[0] << 8 | p[1]) : 0;
}

static inline uint32_t cursor_be24(struct cursor *c)
{
    const uint8_t *p = cursor_take(c, 3);

    return p ? (uint32_t)p[0] << 16 | (uint32_t)p[1] << 8 | p[2] : 0;
}

static inline uint32_t cursor_be32(struct cursor *c)
{
    const uint8_t *p = cursor_take(c, 4);

    return p ? (uint32_t)p[0] << 24 | (uint32_t)p[1] << 16 |
                   (uint32_t)p[2] << 8 | p[3]
             : 0;
}

static inline uint64_t cursor_be64(struct cursor *c)
{
    uint64_t hi = cursor_be32(c);

    return hi << 32 | cursor_be32(c);
}

static inline uint16_t cursor_le16(struct cursor *c)
{
    const uint8_t *p = cursor_take(c, 2);

    return p ? (uint16_t)(p[1] << 8 | p[0]) : 0;
}

static inline uint32_t cursor_le32(struct cursor *c)
{
    const uint8_t *p = cursor_take(c, 4);

    return p ? (uint32_t)p[3] << 24 | (uint32_t)p[2] << 16 |
                   (uint32_t)p[1] << 8 | p[0]
             : 0;
}

/** cursor_copy() - @n octets into @dst; @dst zeroed when they are not there */
static inline void cursor_copy(struct cursor *c, void *dst, size_t n)
{
    const uint8_t *p = cursor_take(c, n);

    if (p)
        memcpy(dst, p, n);
    else
        memset(dst, 0, n);
}

/**
 * cursor_sub() - A cursor over the next @len octets; the parent moves past them
 *
 * When fewer than @len octets are left the sub-cursor covers what is there and
 * inherits why the parent ends, else it ends because an outer length said so.
 */
static inline struct cursor cursor_sub(struct cursor *c, size_t len)
{
    struct cursor sub = *c;

    if (c->bad)
        return sub;
    if (len <= cursor_left(c)) {
        sub.end = c->p + len;
        sub.why_end = LAYER_CUT_BY_OUTER;
    }
    c->p = sub.end;
    return sub;
}

/** cursor_rest() - Everything that is left, the cursor stays */
static inline struct octets cursor_rest(const struct cursor *c)
{
    size_t len = c->bad ? 0 : cursor_left(c);

    return (struct octets){ len ? c->p : NULL, len };
}

/** cursor_trim() - Narrow to at most @len octets from here, in place */
static inline void cursor_trim(struct cursor *c, size_t len)
{
    if (!c->bad && len < cursor_left(c)) {
        c->end = c->p + len;
        c->why_end = LAYER_CUT_BY_OUTER;
    }
}

#endif
