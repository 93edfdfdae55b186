/* SPDX-License-Identifier: BSD-3-Clause
 *
 * TFTP (RFC 1350, options RFC 2347). Only a request goes to port 69; the
 * answer comes from a port of the server's choice (RFC 1350 section 4), so
 * the first messages of a transfer are also recognised by what they hold.
 */
#include "dissect/proto/tftp.h"

#include <strings.h>

#include "dissect/proto/fields.h"

#define PORT_TFTP    69
#define PORT_USER    1024
#define OPTIONS_MAX  16
#define DATA_DEFAULT 512 /* RFC 1350 section 2 */

static const char *const opcode_names[] = {
    "unknown", "RRQ", "WRQ", "DATA", "ACK", "ERROR", "OACK",
};

const char *tftp_opcode_name(unsigned opcode)
{
    return opcode_names[opcode <= TFTP_OACK ? opcode : 0];
}

// clang-format off
static const struct field_row opcode_rows[] = {
    { "tftp.opcode", "Opcode", 0, 2, FORM_DEC, 0, tftp_opcode_name },
};
static const struct field_row block_rows[] = {
    { "tftp.block", "Block", 2, 2, FORM_DEC, 0, NULL },
};
static const struct field_row error_rows[] = {
    { "tftp.error.code", "Error code", 2, 2, FORM_DEC, 0, NULL },
};
// clang-format on

/* Up to a NUL, which is stepped over; without one the string is not whole. */
static struct octets read_string(struct cursor *c)
{
    struct octets s = cursor_rest(c);
    const uint8_t *nul = s.len ? memchr(s.p, 0, s.len) : NULL;

    if (!nul) {
        cursor_skip(c, s.len + 1); /* fails: says why it ended */
        return s;
    }
    s.len = (size_t)(nul - s.p);
    cursor_skip(c, s.len + 1);
    return s;
}

static bool octets_are(const struct octets *s, const char *word)
{
    return s->len == strlen(word) &&
           strncasecmp((const char *)s->p, word, s->len) == 0;
}

/* Decimal number; 0 for anything else or for more than 19 digits. */
static uint64_t octets_number(const struct octets *s)
{
    uint64_t v = 0;

    if (s->len > 19)
        return 0;
    for (size_t i = 0; i < s->len; i++) {
        if (s->p[i] < '0' || s->p[i] > '9')
            return 0;
        v = v * 10 + (uint64_t)(s->p[i] - '0');
    }
    return v;
}

static uint32_t octets_u32(const struct octets *s)
{
    uint64_t v = octets_number(s);

    return v <= UINT32_MAX ? (uint32_t)v : 0;
}

/* Return: false for a name that no RFC knows. */
static bool note_option(struct tftp_msg *m, const struct octets *name,
                        const struct octets *value)
{
    if (octets_are(name, "blksize")) {
        m->blksize = octets_u32(value);
    } else if (octets_are(name, "timeout")) {
        m->timeout_s = octets_u32(value);
    } else if (octets_are(name, "windowsize")) {
        m->windowsize = octets_u32(value);
    } else if (octets_are(name, "tsize")) {
        m->tsize = octets_number(value);
        m->has_tsize = true;
    } else {
        return false;
    }
    return true;
}

static void show_string(struct dissect *d, struct cursor at,
                        const struct octets *s, const char *name,
                        const char *label)
{
    /* The NUL belongs to it, if it was captured. */
    field_add_value(d, at, name, label, FORM_TEXT,
                    s->len < cursor_left(&at) ? s->len + 1 : s->len);
}

/* Return: how many of the options were known. */
static unsigned read_options(struct dissect *d, struct cursor *c,
                             struct tftp_msg *m)
{
    unsigned known = 0;

    for (unsigned i = 0; i < OPTIONS_MAX && cursor_left(c) && !c->bad; i++) {
        struct cursor name_at = *c, value_at;
        struct octets name = read_string(c), value;

        value_at = *c;
        value = read_string(c);
        if (c->bad)
            break;
        known += note_option(m, &name, &value);
        if (!d)
            continue;
        show_string(d, name_at, &name, "tftp.option.name", "Option");
        show_string(d, value_at, &value, "tftp.option.value", "Value");
    }
    return known;
}

static void read_request(struct dissect *d, struct cursor *c,
                         struct tftp_msg *m)
{
    struct cursor at = *c;

    m->filename = read_string(c);
    if (d)
        show_string(d, at, &m->filename,
                    m->opcode == TFTP_RRQ ? "tftp.source_file"
                                          : "tftp.destination_file",
                    "File");
    at = *c;
    m->mode = read_string(c);
    if (d && !c->bad)
        show_string(d, at, &m->mode, "tftp.type", "Mode");
    read_options(d, c, m);
}

static void read_error(struct dissect *d, struct cursor start, struct cursor *c,
                       struct tftp_msg *m)
{
    struct cursor at;

    if (d)
        fields_add(d, start, FIELD_ROWS(error_rows));
    m->error = cursor_be16(c);
    at = *c;
    if (cursor_left(c))
        m->message = read_string(c);
    if (d && m->message.len)
        show_string(d, at, &m->message, "tftp.error.message", "Message");
}

static bool read_message(struct dissect *d, struct cursor c, struct tftp_msg *m)
{
    struct cursor start = c;

    memset(m, 0, sizeof(*m));
    m->opcode = cursor_be16(&c);
    if (d)
        fields_add(d, start, FIELD_ROWS(opcode_rows));
    switch (m->opcode) {
    case TFTP_RRQ:
    case TFTP_WRQ:
        read_request(d, &c, m);
        break;
    case TFTP_DATA:
    case TFTP_ACK:
        m->block = cursor_be16(&c);
        m->data_len = (uint32_t)cursor_left(&c);
        if (d)
            fields_add(d, start, FIELD_ROWS(block_rows));
        break;
    case TFTP_ERROR:
        read_error(d, start, &c, m);
        break;
    case TFTP_OACK:
        read_options(d, &c, m);
        break;
    default:
        m->verdict = c.bad ? c.bad : LAYER_MALFORMED;
        return false;
    }
    m->verdict = c.bad;
    return true;
}

bool tftp_parse(struct cursor payload, struct tftp_msg *m)
{
    return read_message(NULL, payload, m);
}

static bool is_text(const struct octets *s)
{
    for (size_t i = 0; i < s->len; i++)
        if (s->p[i] < 0x20 || s->p[i] > 0x7e)
            return false;
    return s->len > 0;
}

static bool is_request(const struct tftp_msg *m)
{
    return is_text(&m->filename) &&
           (octets_are(&m->mode, "octet") || octets_are(&m->mode, "netascii"));
}

/* Away from port 69 only what could hardly be anything else: the first DATA
 * and ACK, errors that are whole sentences, options that an RFC names. */
static bool tftp_recognise(struct cursor payload, uint8_t ip_proto,
                           uint16_t sport, uint16_t dport)
{
    struct tftp_msg m;
    struct cursor c = payload;

    if (ip_proto != 17 || !tftp_parse(payload, &m) || m.verdict)
        return false;
    if (sport == PORT_TFTP || dport == PORT_TFTP)
        return true;
    if (sport < PORT_USER || dport < PORT_USER)
        return false;
    switch (m.opcode) {
    case TFTP_RRQ:
    case TFTP_WRQ:
        return is_request(&m);
    case TFTP_DATA: /* a short first block looks like too much else */
        return m.block == 1 && m.data_len == DATA_DEFAULT;
    case TFTP_ACK:
        return m.block <= 1 && m.data_len == 0;
    case TFTP_ERROR:
        return m.error <= 8 && is_text(&m.message) &&
               m.message.len + 5 == cursor_left(&payload);
    default:
        cursor_skip(&c, 2);
        return read_options(NULL, &c, &m) > 0;
    }
}

static enum proto tftp_dissect(struct dissect *d, struct layer *l)
{
    struct tftp_msg m;
    uint32_t len = (uint32_t)cursor_left(&d->c);

    tftp_parse(d->c, &m);
    if (m.opcode == TFTP_DATA)
        len -= m.data_len;
    if (d->tree) {
        tree_open(d->tree, "tftp", dissect_off(d), len,
                  "Trivial File Transfer Protocol (%s)",
                  tftp_opcode_name(m.opcode));
        read_message(d, d->c, &m);
    }
    app_done(d, l, len, m.verdict);
    return m.data_len && !m.verdict ? PROTO_RAW : PROTO_NONE;
}

const struct dissector tftp_dissector = {
    .name = "tftp",
    .title = "Trivial File Transfer Protocol",
    .ref = "RFC 1350, RFC 2347",
    .proto = PROTO_TFTP,
    .app = true,
    .dissect = tftp_dissect,
    .recognise = tftp_recognise,
    .bind = { { BIND_UDP_PORT, PORT_TFTP } },
};
