/* SPDX-License-Identifier: BSD-3-Clause
 *
 * IPsec Authentication Header (RFC 4302 section 2).
 */
#ifndef DISSECT_PROTO_AH_H
#define DISSECT_PROTO_AH_H

#include "dissect/core/cursor.h"

/** struct ah_hdr - @header_len is in octets, check value included */
struct ah_hdr {
    uint8_t next;
    uint16_t header_len;
    uint32_t spi, seq;
};

/**
 * ah_parse() - Read a header
 *
 * Return: LAYER_OK, or what was wrong; a length below the fixed fields is
 * malformed
 */
uint8_t ah_parse(struct cursor c, struct ah_hdr *h);

#endif
