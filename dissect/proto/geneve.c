/* SPDX-License-Identifier: BSD-3-Clause
 *
 * Geneve (RFC 8926). What is inside is told by an EtherType.
 */
#include "dissect/proto/geneve.h"

#include "dissect/proto/fields.h"

#define GENEVE_LEN    8
#define TYPE_ETHERNET 0x6558 /* Transparent Ethernet Bridging */
#define OPTIONS_SHOWN 16

// clang-format off
static const struct field_row rows[] = {
    { "geneve.version",        "Version",     0, 1, FORM_DEC,  0xc0, NULL },
    { "geneve.flags.oam",      "OAM packet",  1, 1, FORM_FLAG, 0x80, NULL },
    { "geneve.flags.critical", "Critical options present",
      1, 1, FORM_FLAG, 0x40, NULL },
    { "geneve.proto_type",     "Protocol type", 2, 2, FORM_HEX, 0, NULL },
    { "geneve.vni",            "VNI",         4, 3, FORM_DEC,  0,    NULL },
};
static const struct field_row option_rows[] = {
    { "geneve.option.class",   "Class",       0, 2, FORM_HEX,  0,    NULL },
    { "geneve.option.type",    "Type",        2, 1, FORM_HEX,  0,    NULL },
    { "geneve.option.length",  "Length in words", 3, 1, FORM_DEC, 0x1f, NULL },
};
// clang-format on

bool geneve_parse(struct cursor c, struct geneve_hdr *h)
{
    uint8_t first = cursor_u8(&c), flags = cursor_u8(&c);

    h->version = first >> 6;
    h->options_len = (uint8_t)((first & 0x3f) * 4);
    h->oam = flags & 0x80;
    h->critical = flags & 0x40;
    h->inner_type = cursor_be16(&c);
    h->vni = cursor_be24(&c);
    cursor_skip(&c, 1);
    return !c.bad && h->version == 0;
}

/* RFC 8926 section 3.5 */
static void show_options(struct dissect *d, struct cursor c)
{
    for (unsigned i = 0; i < OPTIONS_SHOWN && cursor_has(&c, 4); i++) {
        uint32_t len = 4u + 4u * (c.p[3] & 0x1fu);

        tree_open(d->tree, "geneve.option", packet_off(d, &c),
                  captured_len(&c, len), "Option");
        fields_add(d, c, FIELD_ROWS(option_rows));
        tree_close(d->tree);
        cursor_skip(&c, len);
    }
}

static void show(struct dissect *d, const struct layer *l,
                 const struct geneve_hdr *h, struct cursor start)
{
    struct cursor options = start;

    tree_open(d->tree, "geneve", l->off, l->header_len,
              "Generic Network Virtualization Encapsulation, VNI %u", h->vni);
    fields_add(d, start, FIELD_ROWS(rows));
    cursor_skip(&options, GENEVE_LEN);
    cursor_trim(&options, h->options_len);
    show_options(d, options);
    tree_close(d->tree);
}

static enum proto geneve_dissect(struct dissect *d, struct layer *l)
{
    struct cursor start = d->c;
    struct geneve_hdr h;
    bool valid = geneve_parse(d->c, &h);
    enum proto inner;

    if (!cursor_skip(&d->c, GENEVE_LEN + h.options_len))
        return dissect_bad(d, l);
    dissect_done(d, l);
    if (d->tree)
        show(d, l, &h, start);
    if (!valid)
        return PROTO_RAW;
    if (h.inner_type == TYPE_ETHERNET)
        return PROTO_ETH;
    inner = proto_bound(BIND_ETHERTYPE, h.inner_type);
    return inner != PROTO_NONE ? inner : PROTO_RAW;
}

const struct dissector geneve_dissector = {
    .name = "geneve",
    .title = "Generic Network Virtualization Encapsulation",
    .ref = "RFC 8926",
    .proto = PROTO_GENEVE,
    .dissect = geneve_dissect,
    .bind = { { BIND_UDP_PORT, 6081 } },
};
