/* SPDX-License-Identifier: BSD-3-Clause
 *
 * IPsec AH (RFC 4302). Nothing in it is encrypted, so what follows is read as
 * it would be without it.
 */
#include "dissect/proto/ah.h"

#include "dissect/proto/fields.h"

#define AH_FIXED 12

// clang-format off
static const struct field_row rows[] = {
    { "ah.next_header", "Next header",     0, 1, FORM_DEC, 0, NULL },
    { "ah.length",      "Length in words", 1, 1, FORM_DEC, 0, NULL },
    { "ah.spi",         "SPI",             4, 4, FORM_HEX, 0, NULL },
    { "ah.sequence",    "Sequence number", 8, 4, FORM_DEC, 0, NULL },
};
// clang-format on

uint8_t ah_parse(struct cursor c, struct ah_hdr *h)
{
    h->next = cursor_u8(&c);
    /* RFC 4302 section 2.2: 32-bit words minus 2 */
    h->header_len = (uint16_t)(4 * (cursor_u8(&c) + 2));
    cursor_skip(&c, 2);
    h->spi = cursor_be32(&c);
    h->seq = cursor_be32(&c);
    if (c.bad)
        return c.bad;
    if (h->header_len < AH_FIXED)
        return LAYER_MALFORMED;
    cursor_skip(&c, h->header_len - (size_t)AH_FIXED);
    return c.bad;
}

static void show(struct dissect *d, const struct layer *l, struct cursor c,
                 const struct ah_hdr *h)
{
    tree_open(d->tree, "ah", l->off, l->header_len, "Authentication Header");
    fields_add(d, c, FIELD_ROWS(rows));
    cursor_skip(&c, AH_FIXED);
    field_add_value(d, c, "ah.icv", "Integrity check value", FORM_OCTETS,
                    h->header_len - (size_t)AH_FIXED);
    tree_close(d->tree);
}

static enum proto ah_dissect(struct dissect *d, struct layer *l)
{
    struct cursor start = d->c;
    struct ah_hdr h;
    uint8_t bad = ah_parse(d->c, &h);

    if (bad == LAYER_MALFORMED)
        return dissect_malformed(d, l);
    if (bad) {
        d->c.bad = bad;
        return dissect_bad(d, l);
    }
    cursor_skip(&d->c, h.header_len);
    dissect_done(d, l);
    if (d->tree)
        show(d, l, start, &h);
    return dissect_ip_next(d, h.next, false);
}

const struct dissector ah_dissector = {
    .name = "ah",
    .title = "Authentication Header",
    .ref = "RFC 4302",
    .proto = PROTO_AH,
    .dissect = ah_dissect,
    .bind = { { BIND_IPPROTO, 51 } },
};
