/* SPDX-License-Identifier: BSD-3-Clause
 *
 * The option table and what reads values. getopt_long() does the splitting;
 * its own messages are off, because each error here is one line that says what
 * would have been right.
 */
#include "cli/args.h"

#include <assert.h>
#include <errno.h>
#include <getopt.h>
#include <stdarg.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "dissect/core/str.h"

#define NS_PER_S INT64_C(1000000000)

static bool fail(char *err, const char *fmt, ...)
    __attribute__((format(printf, 2, 3)));

static bool fail(char *err, const char *fmt, ...)
{
    va_list ap;

    va_start(ap, fmt);
    vsnprintf(err, ARGS_ERROR_LEN, fmt, ap);
    va_end(ap);
    return false;
}

/* Digits only: no sign, no space, no overflow. */
static bool read_number(const char *text, uint64_t *out, const char **end)
{
    char *stop;

    if (*text < '0' || *text > '9')
        return false;
    errno = 0;
    *out = strtoull(text, &stop, 10);
    *end = stop;
    return errno == 0;
}

bool args_size(const char *text, uint64_t *out)
{
    static const char suffixes[] = "KMG";
    const char *end, *suffix;
    unsigned shift = 0;

    if (!read_number(text, out, &end))
        return false;
    if (*end) {
        suffix = strchr(suffixes, *end & ~0x20);
        if (!suffix || !*suffix || end[1])
            return false;
        shift = 10 * (unsigned)(suffix - suffixes + 1);
    }
    if (*out > UINT64_MAX >> shift)
        return false;
    *out <<= shift;
    return true;
}

/* [digits][.digits] in seconds to nanoseconds; *@end is where it stopped. */
static bool read_seconds(const char *text, int64_t *ns, const char **end)
{
    int64_t unit = NS_PER_S / 10;
    uint64_t seconds;

    if (!read_number(text, &seconds, end) ||
        seconds > (uint64_t)(INT64_MAX / NS_PER_S) - 1)
        return false;
    *ns = (int64_t)seconds * NS_PER_S;
    if (**end != '.')
        return true;
    for ((*end)++; **end >= '0' && **end <= '9'; (*end)++) {
        *ns += (**end - '0') * unit;
        unit /= 10;
    }
    return true;
}

/* Exactly @n digits. */
static bool read_digits(const char **p, unsigned n, int *out)
{
    *out = 0;
    for (unsigned i = 0; i < n; i++, (*p)++) {
        if (**p < '0' || **p > '9')
            return false;
        *out = *out * 10 + (**p - '0');
    }
    return true;
}

static bool read_char(const char **p, const char *any)
{
    if (!**p || !strchr(any, **p))
        return false;
    (*p)++;
    return true;
}

/* Days since 1970-01-01 of the proleptic Gregorian calendar: years are begun
 * in March, so that the leap day is the last of its year. */
static int64_t days_of(int year, int month, int day)
{
    int64_t y = month <= 2 ? year - 1 : year;
    int64_t m = month <= 2 ? month + 9 : month - 3;

    return 365 * y + y / 4 - y / 100 + y / 400 + (153 * m + 2) / 5 + day - 1 -
           719468;
}

/* RFC 3339 section 5.6 time-offset: "Z" or (+|-)hh:mm, in seconds. */
static bool read_zone(const char **p, int64_t *seconds)
{
    int hours, minutes, sign = **p == '-' ? -1 : 1;

    *seconds = 0;
    if (read_char(p, "Zz"))
        return true;
    if (!read_char(p, "+-") || !read_digits(p, 2, &hours) ||
        !read_char(p, ":") || !read_digits(p, 2, &minutes))
        return false;
    *seconds = sign * (hours * 3600 + minutes * 60);
    return hours < 24 && minutes < 60;
}

/* RFC 3339 section 5.6 date-time. */
static bool read_date_time(const char *p, int64_t *ns)
{
    int year, month, day, hour, minute;
    int64_t fraction, zone;

    if (!read_digits(&p, 4, &year) || !read_char(&p, "-") ||
        !read_digits(&p, 2, &month) || !read_char(&p, "-") ||
        !read_digits(&p, 2, &day) || !read_char(&p, "Tt ") ||
        !read_digits(&p, 2, &hour) || !read_char(&p, ":") ||
        !read_digits(&p, 2, &minute) || !read_char(&p, ":") ||
        !read_seconds(p, &fraction, &p) || !read_zone(&p, &zone) || *p)
        return false;
    /* 64 bits of nanoseconds end in 2262 and begin in 1677. */
    if (year < 1700 || year > 2200 || month < 1 || month > 12 || day < 1 ||
        day > 31 || hour > 23 || minute > 59 || fraction >= 61 * NS_PER_S)
        return false;
    *ns =
        (days_of(year, month, day) * 86400 + hour * 3600 + minute * 60 - zone) *
            NS_PER_S +
        fraction;
    return true;
}

bool args_time(const char *text, struct time_limit *out)
{
    const char *end;

    out->set = true;
    out->relative = *text == '+';
    if (out->relative)
        return read_seconds(text + 1, &out->ns, &end) && *end == '\0';
    return read_date_time(text, &out->ns);
}

static bool set_severity(const char *value, enum severity *out, char *err)
{
    for (unsigned i = 0; i < SEVERITY_COUNT; i++) {
        if (strcmp(value, severity_name((enum severity)i)) == 0) {
            *out = (enum severity)i;
            return true;
        }
    }
    return fail(err, "'%s' is no severity: error, warning, note or info",
                value);
}

static bool set_choice(const char *value, enum choice *out, char *err)
{
    static const char *const words[] = { "auto", "always", "never" };

    for (unsigned i = 0; i < 3; i++) {
        if (strcmp(value, words[i]) == 0) {
            *out = (enum choice)i;
            return true;
        }
    }
    return fail(err, "'%s' is none of auto, always, never", value);
}

/* Setters share one signature; some need neither value nor error. */
/* NOLINTBEGIN(readability-non-const-parameter) */
static bool set_source(struct config *c, const char *value, char *err)
{
    if (c->noperand == OPERANDS_MAX)
        return fail(err, "more than %d sources", OPERANDS_MAX);
    c->operand[c->noperand++] = value;
    return true;
}

static bool set_format(struct config *c, const char *value, char *err)
{
    c->format = report_format_by_name(value);
    return c->format ||
           fail(err, "format '%s' is not in this version: text or json", value);
}

static bool set_output(struct config *c, const char *value, char *err)
{
    (void)err;
    c->output = strcmp(value, "-") == 0 ? NULL : value;
    return true;
}

static bool set_bpf(struct config *c, const char *value, char *err)
{
    (void)err;
    c->bpf = value;
    return true;
}

static bool set_count(struct config *c, const char *value, char *err)
{
    const char *end;

    if (!read_number(value, &c->count, &end) || *end || c->count == 0)
        return fail(err, "-c takes a number from 1, not '%s'", value);
    return true;
}

static bool set_nothing(struct config *c, const char *value, char *err)
{
    (void)c;
    (void)value;
    (void)err;
    return true;
}

static bool set_quiet(struct config *c, const char *value, char *err)
{
    (void)value;
    (void)err;
    c->verbosity = -1;
    return true;
}

static bool set_verbose(struct config *c, const char *value, char *err)
{
    (void)value;
    (void)err;
    c->verbosity = 1;
    return true;
}

static bool set_guest(struct config *c, const char *value, char *err)
{
    c->model.has_guest_mac = mac_parse(value, &c->model.guest_mac);
    c->model.has_guest_ip =
        !c->model.has_guest_mac && addr_parse(value, &c->model.guest_ip);
    if (c->model.has_guest_mac || c->model.has_guest_ip)
        return true;
    return fail(err, "--guest takes a MAC or IP address, not '%s'", value);
}

static bool set_backend(struct config *c, const char *value, char *err)
{
    enum backend_id id = backend_by_word(value);
    size_t used;

    if (id != BACKEND_COUNT) {
        c->model.backend = id;
        return true;
    }
    fail(err, "'%s' is no backend; known:", value);
    for (unsigned i = 1; i < BACKEND_COUNT; i++) {
        used = strlen(err);
        snprintf(err + used, ARGS_ERROR_LEN - used, " %s",
                 backend_info((enum backend_id)i)->word);
    }
    return false;
}

static bool set_since(struct config *c, const char *value, char *err)
{
    return args_time(value, &c->since) ||
           fail(err, "--since takes 2026-11-22T12:08:01Z or +SECONDS, not '%s'",
                value);
}

static bool set_until(struct config *c, const char *value, char *err)
{
    return args_time(value, &c->until) ||
           fail(err, "--until takes 2026-11-22T12:08:01Z or +SECONDS, not '%s'",
                value);
}

static bool set_top(struct config *c, const char *value, char *err)
{
    const char *end;
    uint64_t n;

    if (!read_number(value, &n, &end) || *end || n == 0 || n > 1000000)
        return fail(err, "--top takes a number from 1 to 1000000, not '%s'",
                    value);
    c->top = (unsigned)n;
    return true;
}

static bool set_min_severity(struct config *c, const char *value, char *err)
{
    return set_severity(value, &c->min_severity, err);
}

static bool set_fail_on(struct config *c, const char *value, char *err)
{
    c->has_fail_on = true;
    return set_severity(value, &c->fail_on, err);
}

static bool set_colour(struct config *c, const char *value, char *err)
{
    return set_choice(value, &c->colour, err);
}

static bool set_progress(struct config *c, const char *value, char *err)
{
    return set_choice(value, &c->progress, err);
}

static bool set_ascii(struct config *c, const char *value, char *err)
{
    (void)value;
    (void)err;
    c->ascii = true;
    return true;
}

static bool set_mem_limit(struct config *c, const char *value, char *err)
{
    if (!args_size(value, &c->model.mem_limit) ||
        c->model.mem_limit < UINT64_C(1) << 20)
        return fail(err, "--mem-limit takes at least 1M, as in 256M; not '%s'",
                    value);
    return true;
}

static bool set_help(struct config *c, const char *value, char *err)
{
    (void)value;
    (void)err;
    c->help = true;
    return true;
}

static bool set_version(struct config *c, const char *value, char *err)
{
    (void)value;
    (void)err;
    c->version = true;
    return true;
}

/* NOLINTEND(readability-non-const-parameter) */

/* clang-format off */
const struct option_row option_rows[] = {
    { 'F', NULL,           "FORMAT",   "text (default) or json",              set_format },
    { 'o', NULL,           "FILE",     "write the report to FILE",            set_output },
    { 'r', NULL,           "FILE",     "read FILE; the same as naming it",    set_source },
    { 'i', NULL,           "SOURCE",   "read SOURCE; the same as naming it",  set_source },
    { 'f', NULL,           "BPF",      "only frames that match, in tcpdump's language", set_bpf },
    { 'c', NULL,           "N",        "stop after N frames",                 set_count },
    { 'n', NULL,           NULL,       "accepted and always so: no name is looked up", set_nothing },
    { 'q', NULL,           NULL,       "say less: verdict and one line a finding", set_quiet },
    { 'v', NULL,           NULL,       "say more: all clues, flows, what could not be told", set_verbose },
    { 0,   "guest",        "MAC|IP",   "this station is the guest",           set_guest },
    { 0,   "backend",      "ID",       "the guest is on this backend",        set_backend },
    { 0,   "since",        "TIME",     "only frames from TIME on: RFC 3339, or +SECONDS from the start", set_since },
    { 0,   "until",        "TIME",     "only frames up to TIME",              set_until },
    { 0,   "top",          "N",        "rows of each listing",                set_top },
    { 0,   "min-severity", "SEVERITY", "leave out findings below: error, warning, note or info", set_min_severity },
    { 0,   "fail-on",      "SEVERITY", "exit 1 when a finding is at least this", set_fail_on },
    { 0,   "color",        "WHEN",     "auto, always or never",               set_colour },
    { 0,   "progress",     "WHEN",     "auto, always or never; on standard error", set_progress },
    { 0,   "ascii",        NULL,       "write nothing beyond ASCII",          set_ascii },
    { 0,   "mem-limit",    "SIZE",     "memory for tables, 512M unless given", set_mem_limit },
    { 'h', "help",         NULL,       "print this help",                     set_help },
    { 0,   "version",      NULL,       "print the version",                   set_version },
    { 0 },
};
/* clang-format on */

#define OPTIONS_MAX 64
#define LONG_BASE   256 /* getopt values of rows, beyond any letter */

void args_option_label(const struct option_row *row, char *out, size_t size)
{
    struct str s;

    str_init(&s, out, size);
    if (row->letter)
        str_addf(&s, "-%c", row->letter);
    if (row->name)
        str_addf(&s, "%s--%s", row->letter ? ", " : "", row->name);
    if (row->value)
        str_addf(&s, "%s%s", row->name ? "=" : " ", row->value);
}

/** struct getopt_tables - option_rows in getopt's form */
struct getopt_tables {
    struct option longs[OPTIONS_MAX];
    char shorts[2 * OPTIONS_MAX + 3];
};

static void build_tables(struct getopt_tables *t)
{
    unsigned nlong = 0, len = 0;

    memset(t, 0, sizeof(*t));
    t->shorts[len++] = ':'; /* a missing value is told from an unknown option */
    for (unsigned i = 0; option_rows[i].set; i++) {
        const struct option_row *row = &option_rows[i];

        assert(i < OPTIONS_MAX - 1);
        if (row->letter) {
            t->shorts[len++] = row->letter;
            if (row->value)
                t->shorts[len++] = ':';
        }
        if (row->name)
            t->longs[nlong++] = (struct option){
                .name = row->name,
                .has_arg = row->value ? required_argument : no_argument,
                .val = LONG_BASE + (int)i,
            };
    }
}

static const struct option_row *row_of(int value)
{
    if (value >= LONG_BASE)
        return &option_rows[value - LONG_BASE];
    for (unsigned i = 0; option_rows[i].set; i++)
        if (option_rows[i].letter == value)
            return &option_rows[i];
    return NULL;
}

static bool refuse(int what, char *const argv[], char *err)
{
    const char *word = argv[optind - 1];

    if (what == ':')
        return fail(err, "option '%s' needs a value; see 'tapscope --help'",
                    word);
    if (optopt >= LONG_BASE)
        return fail(err, "option '--%s' takes no value", row_of(optopt)->name);
    if (optopt)
        return fail(err, "unknown option '-%c'; see 'tapscope --help'", optopt);
    return fail(err, "unknown option '%s'; see 'tapscope --help'", word);
}

bool args_parse(struct config *c, int argc, char *const argv[], char *err)
{
    struct getopt_tables tables;
    int value;

    *c = (struct config){ .format = &report_text_format };
    build_tables(&tables);
    opterr = 0;
    optind = 0; /* glibc: start anew, so that tests may parse twice */
    while ((value = getopt_long(argc, argv, tables.shorts, tables.longs,
                                NULL)) != -1) {
        const struct option_row *row;

        if (value == '?' || value == ':')
            return refuse(value, argv, err);
        row = row_of(value);
        if (!row->set(c, optarg, err))
            return false;
    }
    c->positional = c->noperand;
    for (; optind < argc; optind++)
        if (!set_source(c, argv[optind], err))
            return false;
    return true;
}
