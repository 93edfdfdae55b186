/* SPDX-License-Identifier: BSD-3-Clause
 *
 * Text for people: see text.h.
 */
#include "views/text.h"

#include <assert.h>
#include <stdio.h>
#include <string.h>
#include <time.h>

#define NS_PER_S INT64_C(1000000000)

/* SGR sequences (ECMA-48 8.3.117) from the eight colours every terminal has. */
static const char *const styles[] = {
    [STYLE_PLAIN] = "",           [STYLE_BOLD] = "\033[1m",
    [STYLE_DIM] = "\033[2m",      [STYLE_ERROR] = "\033[1;31m",
    [STYLE_WARNING] = "\033[33m", [STYLE_NOTE] = "\033[36m",
    [STYLE_INFO] = "\033[34m",    [STYLE_GOOD] = "\033[32m",
};
static_assert(sizeof(styles) / sizeof(styles[0]) == STYLE_COUNT, "styles");

const char *text_on(enum text_style style, bool colour)
{
    return colour ? styles[style] : "";
}

const char *text_off(bool colour)
{
    return colour ? "\033[0m" : "";
}

unsigned text_width(const char *text, size_t n)
{
    unsigned columns = 0;

    for (size_t i = 0; i < n; i++)
        columns += ((unsigned char)text[i] & 0xc0) != 0x80;
    return columns;
}

unsigned text_wrap(struct out *o, unsigned column, unsigned indent,
                   unsigned width, const char *text)
{
    bool first = true;

    while (*text) {
        size_t skip = strspn(text, " \n");
        size_t len = strcspn(text + skip, " \n");
        unsigned columns;

        text += skip;
        if (len == 0)
            break;
        columns = text_width(text, len);
        if (!first && column + 1 + columns > width) {
            outf(o, "\n%*s", (int)indent, "");
            column = indent;
        } else if (!first) {
            out_str(o, " ");
            column++;
        }
        out_n(o, text, len);
        column += columns;
        text += len;
        first = false;
    }
    return column;
}

void text_label(struct out *o, unsigned column, const char *label,
                unsigned indent, unsigned width, const char *text)
{
    unsigned used = text_width(label, strlen(label)) + column;

    outf(o, "%*s%s%*s", (int)column, "", label,
         used < indent ? (int)(indent - used) : 1, "");
    text_wrap(o, used < indent ? indent : used + 1, indent, width, text);
    out_str(o, "\n");
}

/** struct unit - A step of a scale: values below @below print in it */
struct unit {
    double below;
    double size;
    const char *name;
};

/* Two significant digits below ten, whole numbers from there. */
static void add_scaled(struct str *s, double value, const struct unit *unit)
{
    double v;

    while (unit->below > 0 && value >= unit->below)
        unit++;
    v = value / unit->size;
    if (v >= 9.95 || v == (double)(uint64_t)v)
        str_addf(s, "%.0f %s", v, unit->name);
    else
        str_addf(s, "%.1f %s", v, unit->name);
}

void text_duration(struct str *s, int64_t ns)
{
    static const struct unit units[] = {
        { 1e3, 1, "ns" },        { 999.5e3, 1e3, "us" },
        { 999.5e6, 1e6, "ms" },  { 120e9, 1e9, "s" },
        { 7200e9, 60e9, "min" }, { 172800e9, 3600e9, "h" },
        { 0, 86400e9, "days" },
    };

    if (ns < 0) {
        str_add(s, "-");
        ns = ns == INT64_MIN ? INT64_MAX : -ns;
    }
    if (ns == 0)
        str_add(s, "0 s");
    else
        add_scaled(s, (double)ns, units);
}

void text_bytes(struct str *s, uint64_t n)
{
    static const struct unit units[] = {
        { 1e3, 1, "B" },        { 999.5e3, 1e3, "kB" }, { 999.5e6, 1e6, "MB" },
        { 999.5e9, 1e9, "GB" }, { 0, 1e12, "TB" },
    };

    add_scaled(s, (double)n, units);
}

void text_count(struct str *s, uint64_t n, const char *one, const char *many)
{
    if (n == 0)
        str_addf(s, "no %s", many);
    else
        str_addf(s, "%llu %s", (unsigned long long)n, n == 1 ? one : many);
}

const char *text_time(char out[TEXT_TIME_LEN], int64_t ns, unsigned digits)
{
    int64_t fraction = ns % NS_PER_S;
    time_t seconds = (time_t)(ns / NS_PER_S);
    struct tm tm;
    char part[16];

    if (fraction < 0) {
        fraction += NS_PER_S;
        seconds--;
    }
    gmtime_r(&seconds, &tm);
    snprintf(part, sizeof(part), ".%09d", (int)fraction);
    part[digits ? digits + 1 : 0] = '\0';
    snprintf(out, TEXT_TIME_LEN, "%04d-%02d-%02dT%02d:%02d:%02d%sZ",
             tm.tm_year + 1900, tm.tm_mon + 1, tm.tm_mday, tm.tm_hour,
             tm.tm_min, tm.tm_sec, part);
    return out;
}

const char *text_printable(char *out, size_t size, const char *text)
{
    struct str s;

    str_init(&s, out, size);
    str_printable(&s, text, strlen(text));
    return out;
}

const char *text_linktype(uint16_t linktype)
{
    static const struct {
        uint16_t linktype;
        const char *name;
    } names[] = {
        { 0, "BSD loopback" },
        { 1, "Ethernet" },
        { 6, "Token Ring" },
        { 9, "PPP" },
        { 50, "PPP over HDLC" },
        { 51, "PPPoE" },
        { 101, "raw IP" },
        { 104, "Cisco HDLC" },
        { 105, "802.11" },
        { 108, "OpenBSD loopback" },
        { 113, "Linux cooked" },
        { 119, "802.11 with Prism header" },
        { 127, "802.11 with radiotap header" },
        { 228, "raw IPv4" },
        { 229, "raw IPv6" },
        { 276, "Linux cooked v2" },
    };

    for (size_t i = 0; i < sizeof(names) / sizeof(names[0]); i++)
        if (names[i].linktype == linktype)
            return names[i].name;
    return NULL;
}

#define DISTANCE_MAX 64

static char lower(char c)
{
    return c >= 'A' && c <= 'Z' ? (char)(c - 'A' + 'a') : c;
}

static unsigned min3(unsigned a, unsigned b, unsigned c)
{
    unsigned m = a < b ? a : b;

    return m < c ? m : c;
}

/* Optimal string alignment: three rows of the usual matrix are enough. */
unsigned text_distance(const char *a, const char *b)
{
    size_t n = strnlen(a, DISTANCE_MAX), m = strnlen(b, DISTANCE_MAX);
    unsigned row[3][DISTANCE_MAX + 1];

    for (size_t j = 0; j <= m; j++)
        row[0][j] = (unsigned)j;
    for (size_t i = 1; i <= n; i++) {
        unsigned *now = row[i % 3], *prev = row[(i - 1) % 3];

        now[0] = (unsigned)i;
        for (size_t j = 1; j <= m; j++) {
            unsigned differs = lower(a[i - 1]) != lower(b[j - 1]);

            now[j] = min3(prev[j] + 1, now[j - 1] + 1, prev[j - 1] + differs);
            if (i > 1 && j > 1 && lower(a[i - 1]) == lower(b[j - 2]) &&
                lower(a[i - 2]) == lower(b[j - 1]) &&
                row[(i - 2) % 3][j - 2] + 1 < now[j])
                now[j] = row[(i - 2) % 3][j - 2] + 1;
        }
    }
    return row[n % 3][m];
}
