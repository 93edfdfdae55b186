/* SPDX-License-Identifier: BSD-3-Clause
 *
 * GRE (RFC 2784, key and sequence number RFC 2890), version 1 of PPTP
 * (RFC 2637 section 4.1). Source routes of RFC 1701 are not walked.
 */
#include "dissect/proto/gre.h"

#include "dissect/proto/fields.h"

#define TYPE_ETHERNET 0x6558 /* Transparent Ethernet Bridging */

static const struct field_row rows[] = {
    { "gre.flags_and_version", "Flags and version", 0, 2, FORM_HEX, 0, NULL },
    { "gre.flags.checksum", "Checksum", 0, 2, FORM_FLAG, GRE_CHECKSUM, NULL },
    { "gre.flags.key", "Key", 0, 2, FORM_FLAG, GRE_KEY, NULL },
    { "gre.flags.sequence_number", "Sequence", 0, 2, FORM_FLAG, GRE_SEQUENCE,
      NULL },
    { "gre.flags.version", "Version", 0, 2, FORM_DEC, 0x0007, NULL },
    { "gre.proto", "Protocol type", 2, 2, FORM_HEX, 0, NULL },
};

/* The optional fields, in order on the wire. */
static const struct {
    uint16_t flags;
    uint8_t version_min;
    const char *name, *label;
    enum field_form form;
} words[] = {
    { GRE_CHECKSUM | GRE_ROUTING, 0, "gre.checksum", "Checksum", FORM_HEX },
    { GRE_KEY, 0, "gre.key", "Key", FORM_HEX },
    { GRE_SEQUENCE, 0, "gre.sequence_number", "Sequence number", FORM_DEC },
    { GRE_ACK, 1, "gre.ack_number", "Acknowledgment number", FORM_DEC },
};

#define WORDS (sizeof(words) / sizeof(words[0]))

static bool has_word(const struct gre_hdr *h, size_t i)
{
    return h->flags & words[i].flags && h->version >= words[i].version_min;
}

bool gre_parse(struct cursor c, struct gre_hdr *h)
{
    struct cursor start = c;

    memset(h, 0, sizeof(*h));
    h->flags = cursor_be16(&c);
    h->version = h->flags & 7;
    h->inner_type = cursor_be16(&c);
    for (size_t i = 0; i < WORDS; i++) {
        uint32_t v = has_word(h, i) ? cursor_be32(&c) : 0;

        if (words[i].flags == GRE_KEY)
            h->key = v;
        else if (words[i].flags == GRE_SEQUENCE)
            h->seq = v;
    }
    h->header_len = (uint8_t)(cursor_left(&start) - cursor_left(&c));
    return !c.bad;
}

static void show(struct dissect *d, const struct layer *l,
                 const struct gre_hdr *h, struct cursor c)
{
    tree_open(d->tree, "gre", l->off, l->header_len,
              "Generic Routing Encapsulation");
    fields_add(d, c, FIELD_ROWS(rows));
    cursor_skip(&c, 4);
    for (size_t i = 0; i < WORDS; i++) {
        if (!has_word(h, i))
            continue;
        field_add_value(d, c, words[i].name, words[i].label, words[i].form,
                        words[i].flags & GRE_CHECKSUM ? 2 : 4);
        cursor_skip(&c, 4);
    }
    tree_close(d->tree);
}

static enum proto gre_dissect(struct dissect *d, struct layer *l)
{
    struct cursor start = d->c;
    struct gre_hdr h;
    enum proto inner;

    if (!gre_parse(d->c, &h)) {
        cursor_skip(&d->c, cursor_left(&d->c) + 1);
        return dissect_bad(d, l);
    }
    cursor_skip(&d->c, h.header_len);
    dissect_done(d, l);
    if (d->tree)
        show(d, l, &h, start);
    if (h.version > 0 || h.flags & GRE_ROUTING)
        return PROTO_RAW;
    if (h.inner_type == TYPE_ETHERNET)
        return PROTO_ETH;
    inner = proto_bound(BIND_ETHERTYPE, h.inner_type);
    return inner != PROTO_NONE ? inner : PROTO_RAW;
}

const struct dissector gre_dissector = {
    .name = "gre",
    .title = "Generic Routing Encapsulation",
    .ref = "RFC 2784, RFC 2890, RFC 2637",
    .proto = PROTO_GRE,
    .dissect = gre_dissect,
    .bind = { { BIND_IPPROTO, 47 } },
};
