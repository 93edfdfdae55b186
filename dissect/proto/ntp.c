/* SPDX-License-Identifier: BSD-3-Clause
 *
 * NTP (RFC 5905): the fixed header of 48 octets. Extensions and MACs behind it
 * are left as payload.
 */
#include "dissect/proto/ntp.h"

#include "dissect/proto/fields.h"

#define NTP_LEN 48
/* 1900-01-01 to 1970-01-01 (RFC 5905 figure 4) */
#define NTP_UNIX_S INT64_C(2208988800)
#define NTP_ERA_S  (INT64_C(1) << 32)
#define NS_PER_S   UINT64_C(1000000000)

const char *ntp_mode_name(unsigned mode)
{
    static const char *const names[] = {
        "reserved", "symmetric active", "symmetric passive", "client",
        "server",   "broadcast",        "control",           "private",
    };

    return names[mode & 7];
}

static const char *leap_name(unsigned leap)
{
    static const char *const names[] = { "no warning", "61 seconds",
                                         "59 seconds", "not synchronised" };

    return names[leap & 3];
}

// clang-format off
static const struct field_row first_rows[] = {
    { "ntp.flags",      "Flags",          0, 1, FORM_HEX, 0,    NULL },
    { "ntp.flags.li",   "Leap indicator", 0, 1, FORM_DEC, 0xc0, leap_name },
    { "ntp.flags.vn",   "Version",        0, 1, FORM_DEC, 0x38, NULL },
    { "ntp.flags.mode", "Mode",           0, 1, FORM_DEC, 0x07, ntp_mode_name },
};
static const struct field_row header_rows[] = {
    { "ntp.stratum",    "Stratum",        1, 1, FORM_DEC, 0, NULL },
    { "ntp.ppoll",      "Poll exponent",  2, 1, FORM_DEC, 0, NULL },
    { "ntp.rootdelay",  "Root delay",     4, 4, FORM_HEX, 0, NULL },
    { "ntp.rootdispersion", "Root dispersion", 8, 4, FORM_HEX, 0, NULL },
    { "ntp.refid",      "Reference ID",  12, 4, FORM_HEX, 0, NULL },
};
// clang-format on

static int64_t read_time(struct cursor *c)
{
    uint32_t seconds = cursor_be32(c);
    uint32_t fraction = cursor_be32(c);
    int64_t s = seconds;

    if (seconds == 0 && fraction == 0)
        return 0;
    if (seconds < UINT32_C(0x80000000))
        s += NTP_ERA_S;
    return (s - NTP_UNIX_S) * (int64_t)NS_PER_S +
           (int64_t)((uint64_t)fraction * NS_PER_S >> 32);
}

static void show_time(struct dissect *d, uint32_t off, const char *name,
                      const char *label, int64_t ns)
{
    int64_t s = ns / (int64_t)NS_PER_S, rest = ns % (int64_t)NS_PER_S;

    if (ns == 0) {
        tree_add(d->tree, name, off, 8, "%s: not set", label);
        return;
    }
    if (rest < 0) {
        rest += (int64_t)NS_PER_S;
        s--;
    }
    tree_add(d->tree, name, off, 8, "%s: %lld.%09lld s since 1970", label,
             (long long)s, (long long)rest);
}

static void show(struct dissect *d, const struct ntp_msg *m)
{
    uint32_t off = dissect_off(d);

    fields_add(d, d->c, FIELD_ROWS(first_rows));
    if (m->verdict || m->mode >= NTP_CONTROL)
        return;
    fields_add(d, d->c, FIELD_ROWS(header_rows));
    tree_add(d->tree, "ntp.precision", off + 3, 1, "Precision exponent: %d",
             m->precision);
    show_time(d, off + 16, "ntp.reftime", "Reference time", m->reference_ns);
    show_time(d, off + 24, "ntp.org", "Origin time", m->origin_ns);
    show_time(d, off + 32, "ntp.rec", "Receive time", m->receive_ns);
    show_time(d, off + 40, "ntp.xmt", "Transmit time", m->transmit_ns);
}

bool ntp_parse(struct cursor c, struct ntp_msg *m)
{
    uint8_t first;

    memset(m, 0, sizeof(*m));
    first = cursor_u8(&c);
    m->leap = first >> 6;
    m->version = (first >> 3) & 7;
    m->mode = first & 7;
    if (!c.bad && (m->version < 1 || m->version > 4))
        c.bad = LAYER_MALFORMED;
    if (!c.bad && m->mode >= NTP_CONTROL)
        return true;
    m->stratum = cursor_u8(&c);
    m->poll = (int8_t)cursor_u8(&c);
    m->precision = (int8_t)cursor_u8(&c);
    m->root_delay = cursor_be32(&c);
    m->root_dispersion = cursor_be32(&c);
    m->ref_id = cursor_be32(&c);
    m->reference_ns = read_time(&c);
    m->origin_ns = read_time(&c);
    m->receive_ns = read_time(&c);
    m->transmit_ns = read_time(&c);
    m->verdict = c.bad;
    return !c.bad;
}

static enum proto ntp_dissect(struct dissect *d, struct layer *l)
{
    uint32_t len = (uint32_t)cursor_left(&d->c);
    struct ntp_msg m;

    ntp_parse(d->c, &m);
    if (len > NTP_LEN && m.mode < NTP_CONTROL)
        len = NTP_LEN;
    if (d->tree) {
        tree_open(d->tree, "ntp", dissect_off(d), len,
                  "Network Time Protocol (version %u, %s)", m.version,
                  ntp_mode_name(m.mode));
        show(d, &m);
    }
    return app_done(d, l, len, m.verdict);
}

const struct dissector ntp_dissector = {
    .name = "ntp",
    .title = "Network Time Protocol",
    .ref = "RFC 5905",
    .proto = PROTO_NTP,
    .app = true,
    .dissect = ntp_dissect,
    .bind = { { BIND_UDP_PORT, 123 } },
};
