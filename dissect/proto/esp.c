/* SPDX-License-Identifier: BSD-3-Clause
 *
 * IPsec ESP (RFC 4303): SPI and sequence number; the rest is encrypted.
 */
#include "dissect/proto/esp.h"

#include "dissect/proto/fields.h"

#define ESP_LEN 8

// clang-format off
static const struct field_row rows[] = {
    { "esp.spi",      "SPI",             0, 4, FORM_HEX, 0, NULL },
    { "esp.sequence", "Sequence number", 4, 4, FORM_DEC, 0, NULL },
};
// clang-format on

bool esp_parse(struct cursor c, struct esp_hdr *h)
{
    h->spi = cursor_be32(&c);
    h->seq = cursor_be32(&c);
    return !c.bad;
}

static enum proto esp_dissect(struct dissect *d, struct layer *l)
{
    struct cursor start = d->c;

    if (!cursor_skip(&d->c, ESP_LEN))
        return dissect_bad(d, l);
    dissect_done(d, l);
    if (d->tree) {
        tree_open(d->tree, "esp", l->off, ESP_LEN,
                  "Encapsulating Security Payload");
        fields_add(d, start, FIELD_ROWS(rows));
        tree_close(d->tree);
    }
    return l->payload_len ? PROTO_RAW : PROTO_NONE;
}

const struct dissector esp_dissector = {
    .name = "esp",
    .title = "Encapsulating Security Payload",
    .ref = "RFC 4303",
    .proto = PROTO_ESP,
    .dissect = esp_dissect,
    .bind = { { BIND_IPPROTO, 50 } },
};
