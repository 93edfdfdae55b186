/* SPDX-License-Identifier: BSD-3-Clause
 *
 * QUIC long headers (RFC 8999 section 5.1, RFC 9000 section 17.2, RFC 9369
 * section 3.2). Short headers hold nothing that a stranger could read.
 */
#include "dissect/proto/quic.h"

#include "dissect/proto/fields.h"

#define PORT_QUIC   443
#define HEADER_FORM 0x80
#define FIXED_BIT   0x40
#define LENGTH_MIN  20 /* packet number and AEAD tag, RFC 9001 section 5.4.2 */

bool quic_version_is_known(uint32_t v)
{
    return v == QUIC_V1 || v == QUIC_V2 ||
           (v & 0xffffff00) == 0xff000000 || /* drafts */
           (v & 0xfafff0f0) == 0x50303030 || /* Q043, T051 and so on */
           (v & 0xfffffff0) == 0xfaceb000;   /* mvfst */
}

const char *quic_type_name(unsigned type)
{
    static const char *const names[] = {
        [QUIC_INITIAL] = "Initial",
        [QUIC_0RTT] = "0-RTT",
        [QUIC_HANDSHAKE] = "Handshake",
        [QUIC_RETRY] = "Retry",
        [QUIC_VERSION_NEGOTIATION] = "Version Negotiation",
        [QUIC_OTHER] = "other version",
    };

    return names[type <= QUIC_OTHER ? type : QUIC_OTHER];
}

static bool has_v1_layout(uint32_t v)
{
    return v == QUIC_V1 || v == QUIC_V2 || (v & 0xffffff00) == 0xff000000;
}

static uint8_t type_of(uint8_t first, uint32_t version)
{
    uint8_t bits = (first >> 4) & 3;

    if (version == 0)
        return QUIC_VERSION_NEGOTIATION;
    if (!has_v1_layout(version))
        return QUIC_OTHER;
    if (version == QUIC_V2) /* RFC 9369 section 3.2: one further */
        bits = (uint8_t)(bits + 3) & 3;
    return bits;
}

/* RFC 9000 section 16 */
static uint64_t read_varint(struct cursor *c)
{
    uint8_t first = cursor_u8(c);
    uint64_t v = first & 0x3f;

    for (unsigned i = 1; i < 1u << (first >> 6); i++)
        v = v << 8 | cursor_u8(c);
    return v;
}

static struct octets read_cid(struct cursor *c)
{
    uint8_t len = cursor_u8(c);
    struct cursor cid = cursor_sub(c, len);
    struct octets o = cursor_rest(&cid);

    if (!c->bad && len > QUIC_CID_MAX)
        c->bad = LAYER_MALFORMED;
    if (!c->bad && o.len < len)
        c->bad = cid.why_end;
    return o;
}

static void read_lengths(struct cursor *c, struct quic_hdr *h)
{
    if (h->type > QUIC_HANDSHAKE)
        return;
    if (h->type == QUIC_INITIAL) {
        h->token_len = read_varint(c);
        cursor_skip(c, h->token_len);
    }
    h->length = read_varint(c);
}

bool quic_parse(struct cursor c, struct quic_hdr *h)
{
    struct cursor start = c;
    uint8_t first;
    bool whole;

    memset(h, 0, sizeof(*h));
    first = cursor_u8(&c);
    h->version = cursor_be32(&c);
    h->type = type_of(first, h->version);
    h->dcid = read_cid(&c);
    h->scid = read_cid(&c);
    whole = !c.bad && first & HEADER_FORM;
    if (whole)
        read_lengths(&c, h);
    h->verdict = c.bad;
    h->header_len = (uint32_t)(cursor_left(&start) - cursor_left(&c));
    return whole;
}

/* Version negotiation is a list of versions (RFC 9000 section 17.2.1). */
static bool is_version_list(struct cursor c, const struct quic_hdr *h)
{
    cursor_skip(&c, h->header_len);
    return cursor_left(&c) >= 4 && cursor_left(&c) % 4 == 0;
}

static bool quic_recognise(struct cursor payload, uint8_t ip_proto,
                           uint16_t sport, uint16_t dport)
{
    struct cursor c = payload;
    struct quic_hdr h;
    uint8_t first = cursor_u8(&c);

    if (ip_proto != 17 || !quic_parse(payload, &h))
        return false;
    if (h.version == 0)
        return (sport == PORT_QUIC || dport == PORT_QUIC) &&
               is_version_list(payload, &h);
    if (!quic_version_is_known(h.version))
        return false;
    if (h.type == QUIC_OTHER)
        return sport == PORT_QUIC || dport == PORT_QUIC;
    if (!(first & FIXED_BIT) || h.verdict == LAYER_MALFORMED)
        return false;
    return h.verdict || h.type == QUIC_RETRY || h.length >= LENGTH_MIN;
}

static void show_cid(struct dissect *d, struct cursor *c, const char *name,
                     const char *label)
{
    uint8_t len = cursor_u8(c);

    if (len)
        field_add_value(d, *c, name, label, FORM_OCTETS, len);
    cursor_skip(c, len);
}

static void show_lengths(struct dissect *d, struct cursor *c,
                         const struct quic_hdr *h)
{
    uint32_t off = packet_off(d, c);

    if (h->type > QUIC_HANDSHAKE || h->verdict)
        return;
    if (h->type == QUIC_INITIAL) {
        read_varint(c);
        tree_add(d->tree, "quic.token_length", off, packet_off(d, c) - off,
                 "Token length: %llu", (unsigned long long)h->token_len);
        cursor_skip(c, h->token_len);
        off = packet_off(d, c);
    }
    read_varint(c);
    tree_add(d->tree, "quic.length", off, packet_off(d, c) - off,
             "Length: %llu", (unsigned long long)h->length);
}

// clang-format off
static const struct field_row first_rows[] = {
    { "quic.header_form", "Long header", 0, 1, FORM_FLAG, HEADER_FORM, NULL },
    { "quic.fixed_bit",   "Fixed bit",   0, 1, FORM_FLAG, FIXED_BIT,   NULL },
};
static const struct field_row version_rows[] = {
    { "quic.version",     "Version",     1, 4, FORM_HEX,  0,           NULL },
};
// clang-format on

static void show_long(struct dissect *d, const struct quic_hdr *h)
{
    struct cursor c = d->c;

    if (h->type < QUIC_VERSION_NEGOTIATION)
        tree_add(d->tree,
                 h->version == QUIC_V2 ? "quic.long.packet_type_v2"
                                       : "quic.long.packet_type",
                 packet_off(d, &c), 1, "Packet type: %s (%u)",
                 quic_type_name(h->type), c.p[0] >> 4 & 3u);
    fields_add(d, c, FIELD_ROWS(version_rows));
    cursor_skip(&c, 5);
    show_cid(d, &c, "quic.dcid", "Destination connection ID");
    show_cid(d, &c, "quic.scid", "Source connection ID");
    show_lengths(d, &c, h);
}

static enum proto quic_dissect(struct dissect *d, struct layer *l)
{
    struct quic_hdr h;
    bool is_long = quic_parse(d->c, &h);
    uint32_t len = is_long ? h.header_len : 1;

    if (len > cursor_left(&d->c))
        len = (uint32_t)cursor_left(&d->c);
    if (d->tree) {
        tree_open(d->tree, "quic", dissect_off(d), len, "QUIC (%s)",
                  is_long ? quic_type_name(h.type) : "short header");
        fields_add(d, d->c, FIELD_ROWS(first_rows));
        if (is_long)
            show_long(d, &h);
    }
    return app_done(d, l, len, is_long ? h.verdict : LAYER_OK);
}

const struct dissector quic_dissector = {
    .name = "quic",
    .title = "QUIC",
    .ref = "RFC 9000, RFC 8999",
    .proto = PROTO_QUIC,
    .app = true,
    .dissect = quic_dissect,
    .recognise = quic_recognise,
    .bind = { { BIND_UDP_PORT, PORT_QUIC } },
};
