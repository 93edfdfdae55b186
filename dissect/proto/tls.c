/* SPDX-License-Identifier: BSD-3-Clause
 *
 * TLS 1.0 to 1.3 as seen from outside (RFC 8446, RFC 5246): record headers,
 * ClientHello, ServerHello, alerts. A ClientHello often fills more than one
 * segment; what is there is read and @cut says that more may follow.
 */
#include "dissect/proto/tls.h"

#include "dissect/core/str.h"
#include "dissect/proto/fields.h"

#define RECORD_HEADER 5
/* 2^14 and what the cipher may add (RFC 5246 section 6.2.3) */
#define RECORD_MAX    (16384 + 2048)
#define RECORDS_SHOWN 16
#define TLS_1_3       0x0304
#define RANDOM_LEN    32
#define HELLO_MIN     38 /* version, random, empty session id, a suite */

enum tls_extension {
    EXT_SERVER_NAME = 0,
    EXT_ALPN = 16,
    EXT_SUPPORTED_VERSIONS = 43,
    EXT_ECH = 0xfe0d,
};

const char *tls_version_name(unsigned version)
{
    static const char *const names[] = { "SSL 3.0", "TLS 1.0", "TLS 1.1",
                                         "TLS 1.2", "TLS 1.3" };

    if (version >= 0x0300 && version <= TLS_1_3)
        return names[version - 0x0300];
    return "unknown";
}

const char *tls_alert_name(unsigned description)
{
    static const char *const names[] = {
        [0] = "close_notify",
        [10] = "unexpected_message",
        [20] = "bad_record_mac",
        [22] = "record_overflow",
        [40] = "handshake_failure",
        [42] = "bad_certificate",
        [43] = "unsupported_certificate",
        [44] = "certificate_revoked",
        [45] = "certificate_expired",
        [46] = "certificate_unknown",
        [47] = "illegal_parameter",
        [48] = "unknown_ca",
        [49] = "access_denied",
        [50] = "decode_error",
        [51] = "decrypt_error",
        [70] = "protocol_version",
        [71] = "insufficient_security",
        [80] = "internal_error",
        [86] = "inappropriate_fallback",
        [90] = "user_canceled",
        [109] = "missing_extension",
        [110] = "unsupported_extension",
        [112] = "unrecognized_name",
        [113] = "bad_certificate_status_response",
        [115] = "unknown_psk_identity",
        [116] = "certificate_required",
        [120] = "no_application_protocol",
    };

    if (description < sizeof(names) / sizeof(names[0]) && names[description])
        return names[description];
    return "unknown";
}

static const char *const handshake_names[] = {
    [0] = "Hello Request",
    [TLS_CLIENT_HELLO] = "Client Hello",
    [TLS_SERVER_HELLO] = "Server Hello",
    [4] = "New Session Ticket",
    [8] = "Encrypted Extensions",
    [11] = "Certificate",
    [12] = "Server Key Exchange",
    [13] = "Certificate Request",
    [14] = "Server Hello Done",
    [15] = "Certificate Verify",
    [16] = "Client Key Exchange",
    [20] = "Finished",
    [22] = "Certificate Status",
};

const char *tls_handshake_name(unsigned type)
{
    if (type < sizeof(handshake_names) / sizeof(handshake_names[0]) &&
        handshake_names[type])
        return handshake_names[type];
    return "encrypted";
}

static const char *content_name(unsigned type)
{
    static const char *const names[] = { "Change Cipher Spec", "Alert",
                                         "Handshake", "Application Data" };

    if (type >= TLS_CHANGE_CIPHER_SPEC && type <= TLS_APPLICATION_DATA)
        return names[type - TLS_CHANGE_CIPHER_SPEC];
    return "unknown";
}

static const struct field_row record_rows[] = {
    { "tls.record.content_type", "Content type", 0, 1, FORM_DEC, 0,
      content_name },
    { "tls.record.version", "Version", 1, 2, FORM_HEX, 0, NULL },
    { "tls.record.length", "Length", 3, 2, FORM_DEC, 0, NULL },
};
static const struct field_row handshake_rows[] = {
    { "tls.handshake.type", "Handshake type", 0, 1, FORM_DEC, 0,
      tls_handshake_name },
    { "tls.handshake.length", "Length", 1, 3, FORM_DEC, 0, NULL },
};
static const struct field_row hello_rows[] = {
    { "tls.handshake.version", "Version", 0, 2, FORM_HEX, 0, NULL },
    { "tls.handshake.random", "Random", 2, RANDOM_LEN, FORM_OCTETS, 0, NULL },
    { "tls.handshake.session_id_length", "Session ID length", 2 + RANDOM_LEN, 1,
      FORM_DEC, 0, NULL },
};
static const struct field_row extension_rows[] = {
    { "tls.handshake.extension.type", "Type", 0, 2, FORM_DEC, 0, NULL },
    { "tls.handshake.extension.len", "Length", 2, 2, FORM_DEC, 0, NULL },
};
static const struct field_row alert_rows[] = {
    { "tls.alert_message.level", "Level", 0, 1, FORM_DEC, 0, NULL },
    { "tls.alert_message.desc", "Description", 1, 1, FORM_DEC, 0,
      tls_alert_name },
};

static void lower(char *text)
{
    for (; *text; text++)
        if (*text >= 'A' && *text <= 'Z')
            *text = (char)(*text | 0x20);
}

/* RFC 6066 section 3: a list of names, of which type 0 is a host name. */
static void read_server_name(struct dissect *d, struct cursor c,
                             struct tls_msg *m)
{
    struct cursor name;
    struct octets o;
    struct str s;
    uint16_t len;

    cursor_skip(&c, 2);
    if (cursor_u8(&c) != 0)
        return;
    len = cursor_be16(&c);
    name = cursor_sub(&c, len);
    o = cursor_rest(&name);
    if (c.bad || !o.len)
        return;
    if (d)
        field_add_value(d, name, "tls.handshake.extensions_server_name",
                        "Server name", FORM_TEXT, o.len);
    if (m->has_sni)
        return;
    str_init(&s, m->sni, sizeof(m->sni));
    str_printable(&s, o.p, o.len);
    lower(m->sni);
    m->has_sni = true;
}

/* RFC 7301 section 3.1 */
static void read_alpn(struct dissect *d, struct cursor c, struct tls_msg *m)
{
    cursor_skip(&c, 2);
    while (cursor_left(&c) && !c.bad) {
        uint8_t len = cursor_u8(&c);
        struct cursor proto = cursor_sub(&c, len);
        struct octets o = cursor_rest(&proto);
        struct str s;

        if (!o.len || o.len < len)
            return;
        if (d)
            field_add_value(d, proto, "tls.handshake.extensions_alpn_str",
                            "Next protocol", FORM_TEXT, o.len);
        if (m->nalpn == TLS_ALPN_MAX)
            continue;
        str_init(&s, m->alpn[m->nalpn++], TLS_ALPN_SIZE);
        str_printable(&s, o.p, o.len);
    }
}

/* Values like 0x?a?a are there to be ignored (RFC 8701). */
static bool is_grease(uint16_t v)
{
    return (v & 0x0f0f) == 0x0a0a;
}

/* RFC 8446 section 4.2.1: a list in a ClientHello, one value in the answer. */
static void read_versions(struct dissect *d, struct cursor c, struct tls_msg *m)
{
    if (m->handshake_type == TLS_CLIENT_HELLO)
        cursor_skip(&c, 1);
    while (cursor_has(&c, 2)) {
        struct cursor at = c;
        uint16_t v = cursor_be16(&c);

        if (d)
            field_add_value(d, at, "tls.handshake.extensions.supported_version",
                            "Supported version", FORM_HEX, 2);
        if (!is_grease(v) && v > m->max_version)
            m->max_version = v;
    }
}

static void read_extension(struct dissect *d, uint16_t type,
                           struct cursor value, struct tls_msg *m)
{
    bool client = m->handshake_type == TLS_CLIENT_HELLO;

    if (type == EXT_SERVER_NAME && client)
        read_server_name(d, value, m);
    else if (type == EXT_ALPN)
        read_alpn(d, value, m);
    else if (type == EXT_SUPPORTED_VERSIONS)
        read_versions(d, value, m);
    else if (type == EXT_ECH)
        m->has_ech = true;
}

static void read_extensions(struct dissect *d, struct cursor *c,
                            struct tls_msg *m)
{
    while (cursor_left(c) && !c->bad) {
        struct cursor at = *c, value;
        uint16_t type = cursor_be16(c);
        uint16_t len = cursor_be16(c);

        if (c->bad)
            return;
        value = cursor_sub(c, len);
        if (d) {
            tree_open(d->tree, "tls.handshake.extension", packet_off(d, &at),
                      4 + (uint32_t)cursor_left(&value), "Extension: %u", type);
            fields_add(d, at, FIELD_ROWS(extension_rows));
        }
        read_extension(d, type, value, m);
        if (d)
            tree_close(d->tree);
        if (cursor_left(&value) < len) {
            c->bad = value.why_end;
            return;
        }
    }
}

/* A vector behind its length of one or two octets. */
static struct cursor read_vector(struct dissect *d, struct cursor *c,
                                 unsigned width, const char *name,
                                 const char *label)
{
    size_t len = width == 1 ? cursor_u8(c) : cursor_be16(c);
    struct cursor v = cursor_sub(c, len);

    if (cursor_left(&v) < len)
        c->bad = v.why_end;
    if (d && name && !v.bad && cursor_left(&v))
        field_add_value(d, v, name, label, FORM_OCTETS, cursor_left(&v));
    return v;
}

/* RFC 8446 sections 4.1.2 and 4.1.3 */
static void read_hello(struct dissect *d, struct cursor *c, struct tls_msg *m)
{
    struct cursor extensions;

    if (d)
        fields_add(d, *c, FIELD_ROWS(hello_rows));
    m->hello_version = cursor_be16(c);
    m->max_version = m->hello_version;
    cursor_skip(c, RANDOM_LEN);
    read_vector(d, c, 1, "tls.handshake.session_id", "Session ID");
    if (m->handshake_type == TLS_CLIENT_HELLO) {
        read_vector(d, c, 2, "tls.handshake.ciphersuites", "Cipher suites");
        read_vector(d, c, 1, "tls.handshake.comp_methods",
                    "Compression methods");
    } else {
        if (d)
            field_add_value(d, *c, "tls.handshake.ciphersuite", "Cipher suite",
                            FORM_HEX, 2);
        m->cipher = cursor_be16(c);
        cursor_skip(c, 1);
    }
    if (c->bad || !cursor_left(c))
        return; /* TLS 1.2 and older may have no extensions */
    extensions = read_vector(d, c, 2, NULL, NULL);
    read_extensions(d, &extensions, m);
    if (!c->bad)
        c->bad = extensions.bad;
}

static void read_handshake(struct dissect *d, struct cursor *record,
                           struct tls_msg *m)
{
    struct cursor start = *record, body;

    m->handshake_type = cursor_u8(record);
    m->handshake_len = cursor_be24(record);
    if (m->handshake_type != TLS_CLIENT_HELLO &&
        m->handshake_type != TLS_SERVER_HELLO) {
        if (m->handshake_len > RECORD_MAX * 8) /* ciphertext */
            m->handshake_type = 0;
        return;
    }
    if (record->bad)
        return;
    if (d)
        fields_add(d, start, FIELD_ROWS(handshake_rows));
    body = cursor_sub(record, m->handshake_len);
    read_hello(d, &body, m);
    m->cut = cursor_left(&start) < m->handshake_len + 4;
    if (body.bad && !m->cut)
        m->verdict = LAYER_MALFORMED;
}

/* An alert of another length is encrypted. */
static void read_alert(struct dissect *d, struct cursor record,
                       struct tls_msg *m)
{
    if (m->record_len != 2 || !cursor_has(&record, 2))
        return;
    if (d)
        fields_add(d, record, FIELD_ROWS(alert_rows));
    m->alert_level = cursor_u8(&record);
    m->alert_description = cursor_u8(&record);
}

static bool record_is_sane(const struct tls_msg *m)
{
    return m->record_type >= TLS_CHANGE_CIPHER_SPEC &&
           m->record_type <= TLS_APPLICATION_DATA &&
           m->record_version >= 0x0300 && m->record_version <= TLS_1_3 &&
           m->record_len > 0 && m->record_len <= RECORD_MAX;
}

/* Reads one record and leaves @c behind it. Return: false when it is none. */
static bool read_record(struct dissect *d, struct cursor *c, struct tls_msg *m)
{
    struct cursor start = *c, record;

    memset(m, 0, sizeof(*m));
    m->record_type = cursor_u8(c);
    m->record_version = cursor_be16(c);
    m->record_len = cursor_be16(c);
    if (c->bad || !record_is_sane(m))
        return false;
    record = cursor_sub(c, m->record_len);
    if (d) {
        tree_open(d->tree, "tls.record", packet_off(d, &start),
                  RECORD_HEADER + (uint32_t)cursor_left(&record), "Record: %s",
                  content_name(m->record_type));
        fields_add(d, start, FIELD_ROWS(record_rows));
    }
    if (m->record_type == TLS_HANDSHAKE)
        read_handshake(d, &record, m);
    else if (m->record_type == TLS_ALERT)
        read_alert(d, record, m);
    if (d)
        tree_close(d->tree);
    return true;
}

bool tls_parse(struct cursor payload, struct tls_msg *m)
{
    return read_record(NULL, &payload, m);
}

static bool handshake_is_sane(const struct tls_msg *m)
{
    if (m->handshake_type != TLS_CLIENT_HELLO &&
        m->handshake_type != TLS_SERVER_HELLO)
        return true;
    return m->handshake_len >= HELLO_MIN && m->hello_version >= 0x0300 &&
           m->hello_version <= 0x0303 && !m->verdict;
}

/* Five octets of header are too little to go by: the record must hold what its
 * type must, and a record behind it must look like one too. */
static bool record_is_plausible(const struct tls_msg *m, struct cursor body)
{
    switch (m->record_type) {
    case TLS_CHANGE_CIPHER_SPEC:
        return m->record_len == 1 && cursor_u8(&body) == 1 && !body.bad;
    case TLS_ALERT:
        return m->record_len == 2 ? m->alert_level == 1 || m->alert_level == 2
                                  : m->record_len >= 16;
    case TLS_HANDSHAKE:
        return cursor_left(&body) >= 4 && handshake_is_sane(m);
    default:
        return m->record_len >= 16;
    }
}

static bool is_tls_port(uint16_t port);

/* What only a hello can prove away from TLS ports. */
static bool is_hello(const struct tls_msg *m)
{
    return m->record_type == TLS_HANDSHAKE &&
           (m->handshake_type == TLS_CLIENT_HELLO ||
            m->handshake_type == TLS_SERVER_HELLO) &&
           m->record_len >= m->handshake_len % RECORD_MAX;
}

static bool tls_recognise(struct cursor payload, uint8_t ip_proto,
                          uint16_t sport, uint16_t dport)
{
    struct tls_msg m, next;
    struct cursor c = payload, body = payload;

    if (ip_proto != 6 || !read_record(NULL, &c, &m))
        return false;
    cursor_skip(&body, RECORD_HEADER);
    if (!record_is_plausible(&m, body))
        return false;
    if (!is_tls_port(sport) && !is_tls_port(dport) && !is_hello(&m))
        return false;
    return cursor_left(&c) < RECORD_HEADER || read_record(NULL, &c, &next);
}

static enum proto tls_dissect(struct dissect *d, struct layer *l)
{
    struct cursor c = d->c;
    uint32_t len = (uint32_t)cursor_left(&c);
    struct tls_msg m;
    uint8_t verdict = 0;

    if (!tls_parse(c, &m))
        verdict = LAYER_MALFORMED;
    if (d->tree)
        tree_open(d->tree, "tls", dissect_off(d), len,
                  "Transport Layer Security (%s)",
                  m.record_type == TLS_HANDSHAKE
                      ? tls_handshake_name(m.handshake_type)
                      : content_name(m.record_type));
    for (unsigned i = 0; i < RECORDS_SHOWN && d->tree; i++) {
        if (!cursor_left(&c) || !read_record(d, &c, &m))
            break;
        verdict |= m.verdict;
    }
    return app_done(d, l, len, verdict);
}

const struct dissector tls_dissector = {
    .name = "tls",
    .title = "Transport Layer Security",
    .ref = "RFC 8446, RFC 5246",
    .proto = PROTO_TLS,
    .app = true,
    .dissect = tls_dissect,
    .recognise = tls_recognise,
    .bind = { { BIND_TCP_PORT, 443 },
              { BIND_TCP_PORT, 465 },
              { BIND_TCP_PORT, 636 },
              { BIND_TCP_PORT, 853 },
              { BIND_TCP_PORT, 989 },
              { BIND_TCP_PORT, 990 },
              { BIND_TCP_PORT, 993 },
              { BIND_TCP_PORT, 995 },
              { BIND_TCP_PORT, 4433 },
              { BIND_TCP_PORT, 5061 },
              { BIND_TCP_PORT, 6443 },
              { BIND_TCP_PORT, 8443 } },
};

static bool is_tls_port(uint16_t port)
{
    for (unsigned i = 0; i < BINDINGS_MAX; i++)
        if (tls_dissector.bind[i].kind == BIND_TCP_PORT &&
            tls_dissector.bind[i].value == port)
            return true;
    return false;
}
