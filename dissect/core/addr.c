/* SPDX-License-Identifier: BSD-3-Clause
 *
 * Addresses: classification (RFC 6890 registry), RFC 5952 text and parsing.
 * Written by hand and not with inet_ntop(): dissect/ calls no system library
 * that may look at the environment, and IPv4-mapped addresses are shown as
 * plain IPv4.
 */
#include "dissect/core/addr.h"

static const uint8_t v4_mapped[12] = { [10] = 0xff, [11] = 0xff };

union addr addr_v4(uint32_t host_order)
{
    union addr a;
    uint8_t v4[4] = { (uint8_t)(host_order >> 24), (uint8_t)(host_order >> 16),
                      (uint8_t)(host_order >> 8), (uint8_t)host_order };

    addr_from_v4(&a, v4);
    return a;
}

bool addr_is_v4(const union addr *a)
{
    return memcmp(a->b, v4_mapped, sizeof(v4_mapped)) == 0;
}

uint32_t addr_v4_host(const union addr *a)
{
    if (!addr_is_v4(a))
        return 0;
    return (uint32_t)a->b[12] << 24 | (uint32_t)a->b[13] << 16 |
           (uint32_t)a->b[14] << 8 | a->b[15];
}

static bool v4_in(const union addr *a, uint32_t net, unsigned bits)
{
    uint32_t mask = bits ? UINT32_MAX << (32 - bits) : 0;

    return addr_is_v4(a) && (addr_v4_host(a) & mask) == net;
}

bool addr_is_unspecified(const union addr *a)
{
    return (a->q[0] == 0 && a->q[1] == 0) ||
           (addr_is_v4(a) && addr_v4_host(a) == 0);
}

bool addr_is_multicast(const union addr *a)
{
    return a->b[0] == 0xff || v4_in(a, 0xe0000000, 4);
}

bool addr_is_broadcast(const union addr *a)
{
    return v4_in(a, 0xffffffff, 32);
}

bool addr_is_loopback(const union addr *a)
{
    static const union addr one = { .b = { [15] = 1 } };

    return addr_eq(a, &one) || v4_in(a, 0x7f000000, 8);
}

bool addr_is_linklocal(const union addr *a)
{
    return (a->b[0] == 0xfe && (a->b[1] & 0xc0) == 0x80) ||
           v4_in(a, 0xa9fe0000, 16);
}

bool addr_is_private(const union addr *a)
{
    if (!addr_is_v4(a))
        return (a->b[0] & 0xfe) == 0xfc ||
               (a->b[0] == 0xfe && (a->b[1] & 0xc0) == 0xc0);
    return v4_in(a, 0x0a000000, 8) || v4_in(a, 0xac100000, 12) ||
           v4_in(a, 0xc0a80000, 16) || v4_in(a, 0x64400000, 10);
}

bool addr_is_global(const union addr *a)
{
    return !(addr_is_unspecified(a) || addr_is_multicast(a) ||
             addr_is_broadcast(a) || addr_is_loopback(a) ||
             addr_is_linklocal(a) || addr_is_private(a));
}

bool addr_in_prefix(const union addr *a, const union addr *net, unsigned bits)
{
    unsigned whole = bits / 8;
    unsigned rest = bits % 8;

    if (bits > 128)
        return false;
    if (memcmp(a->b, net->b, whole) != 0)
        return false;
    return rest == 0 || ((a->b[whole] ^ net->b[whole]) >> (8 - rest)) == 0;
}

int addr_cmp(const union addr *a, const union addr *b)
{
    return memcmp(a->b, b->b, sizeof(a->b));
}

static char *put_dec(char *out, unsigned v)
{
    if (v >= 100)
        *out++ = (char)('0' + v / 100);
    if (v >= 10)
        *out++ = (char)('0' + v / 10 % 10);
    *out++ = (char)('0' + v % 10);
    return out;
}

static char *put_hex16(char *out, unsigned v)
{
    static const char digit[] = "0123456789abcdef";
    int shift = 12;

    while (shift > 0 && (v >> shift) == 0)
        shift -= 4;
    for (; shift >= 0; shift -= 4)
        *out++ = digit[v >> shift & 15];
    return out;
}

static void format_v4(const uint8_t v4[4], char *out)
{
    for (unsigned i = 0; i < 4; i++) {
        if (i)
            *out++ = '.';
        out = put_dec(out, v4[i]);
    }
    *out = '\0';
}

/* RFC 5952 section 4.2.3: the longest run of zero groups, the first of equals,
 * and never a single one. */
static unsigned longest_zero_run(const unsigned group[8], unsigned *start)
{
    unsigned best = 0, run = 0;

    *start = 8;
    for (unsigned i = 0; i < 8; i++) {
        run = group[i] == 0 ? run + 1 : 0;
        if (run > best) {
            best = run;
            *start = i + 1 - run;
        }
    }
    if (best < 2)
        *start = 8;
    return best;
}

static void format_v6(const union addr *a, char *out)
{
    unsigned group[8], start, run;

    for (unsigned i = 0; i < 8; i++)
        group[i] = (unsigned)a->b[2 * i] << 8 | a->b[2 * i + 1];
    run = longest_zero_run(group, &start);

    for (unsigned i = 0; i < 8; i++) {
        if (i == start) {
            *out++ = ':';
            *out++ = ':';
            i += run - 1;
            continue;
        }
        if (i && i != start + run)
            *out++ = ':';
        else if (i && start == 8)
            *out++ = ':';
        out = put_hex16(out, group[i]);
    }
    *out = '\0';
}

const char *addr_format(const union addr *a, char out[ADDR_STRLEN])
{
    if (addr_is_v4(a))
        format_v4(&a->b[12], out);
    else
        format_v6(a, out);
    return out;
}

static int hex_value(char c)
{
    if (c >= '0' && c <= '9')
        return c - '0';
    if (c >= 'a' && c <= 'f')
        return c - 'a' + 10;
    if (c >= 'A' && c <= 'F')
        return c - 'A' + 10;
    return -1;
}

/* Strict dotted quad: four decimal numbers, no leading zeros (they would be
 * octal to some readers). */
static bool parse_v4(const char *s, uint8_t out[4])
{
    for (unsigned i = 0; i < 4; i++) {
        unsigned v = 0, digits = 0;

        if (i && *s++ != '.')
            return false;
        while (*s >= '0' && *s <= '9' && digits < 4) {
            v = v * 10 + (unsigned)(*s++ - '0');
            digits++;
        }
        if (digits == 0 || digits > 3 || v > 255)
            return false;
        if (digits > 1 && s[-(int)digits] == '0')
            return false;
        out[i] = (uint8_t)v;
    }
    return *s == '\0';
}

static bool parse_group(const char **s, unsigned *value)
{
    unsigned digits = 0;

    *value = 0;
    while (digits < 5 && hex_value(**s) >= 0) {
        *value = *value << 4 | (unsigned)hex_value(**s);
        (*s)++;
        digits++;
    }
    return digits >= 1 && digits <= 4;
}

/* RFC 4291 section 2.2, all three forms. */
static bool parse_v6(const char *s, union addr *out)
{
    uint8_t b[16] = { 0 };
    unsigned n = 0, gap = 17, value;

    if (s[0] == ':' && s[1] != ':')
        return false;
    if (s[0] == ':') {
        gap = 0;
        s += 2;
    }
    while (*s) {
        if (n == 16)
            return false;
        if (n <= 12 && parse_v4(s, &b[n])) {
            n += 4;
            break;
        }
        if (!parse_group(&s, &value))
            return false;
        b[n++] = (uint8_t)(value >> 8);
        b[n++] = (uint8_t)value;
        if (*s == '\0')
            break;
        if (*s++ != ':' || *s == '\0')
            return false;
        if (*s == ':') {
            if (gap <= 16)
                return false;
            gap = n;
            s++;
        }
    }
    if (gap > 16)
        return n == 16 && memcpy(out->b, b, 16);
    if (n > 14)
        return false;
    memset(out->b, 0, 16);
    memcpy(out->b, b, gap);
    memcpy(&out->b[16 - (n - gap)], &b[gap], n - gap);
    return true;
}

bool addr_parse(const char *text, union addr *out)
{
    uint8_t v4[4];
    union addr a;

    if (parse_v4(text, v4)) {
        addr_from_v4(out, v4);
        return true;
    }
    if (strlen(text) >= ADDR_STRLEN || !parse_v6(text, &a))
        return false;
    *out = a;
    return true;
}

const char *mac_format(const struct mac *m, char out[MAC_STRLEN])
{
    static const char digit[] = "0123456789abcdef";
    char *p = out;

    for (unsigned i = 0; i < 6; i++) {
        if (i)
            *p++ = ':';
        *p++ = digit[m->b[i] >> 4];
        *p++ = digit[m->b[i] & 15];
    }
    *p = '\0';
    return out;
}

bool mac_parse(const char *text, struct mac *out)
{
    struct mac m;
    char sep = 0;

    for (unsigned i = 0; i < 6; i++) {
        int hi, lo;

        if (i == 1)
            sep = *text;
        if (i && (*text++ != sep || (sep != ':' && sep != '-')))
            return false;
        hi = hex_value(text[0]);
        lo = hi < 0 ? -1 : hex_value(text[1]);
        if (lo < 0)
            return false;
        m.b[i] = (uint8_t)(hi << 4 | lo);
        text += 2;
    }
    if (*text)
        return false;
    *out = m;
    return true;
}
