/* SPDX-License-Identifier: BSD-3-Clause
 *
 * IPsec ESP header (RFC 4303 section 2).
 */
#ifndef DISSECT_PROTO_ESP_H
#define DISSECT_PROTO_ESP_H

#include "dissect/core/cursor.h"

/** struct esp_hdr - What is not encrypted */
struct esp_hdr {
    uint32_t spi, seq;
};

/** esp_parse() - Read a header; false when its 8 octets are not there */
bool esp_parse(struct cursor c, struct esp_hdr *h);

#endif
