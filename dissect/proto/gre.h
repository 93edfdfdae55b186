/* SPDX-License-Identifier: BSD-3-Clause
 *
 * GRE header (RFC 2784, RFC 2890) and the enhanced one of PPTP (RFC 2637).
 */
#ifndef DISSECT_PROTO_GRE_H
#define DISSECT_PROTO_GRE_H

#include "dissect/core/cursor.h"

/** enum gre_flag - First word; the version is its lowest three bits */
enum gre_flag {
    GRE_CHECKSUM = 0x8000,
    GRE_ROUTING = 0x4000, /* RFC 1701 only */
    GRE_KEY = 0x2000,
    GRE_SEQUENCE = 0x1000,
    GRE_ACK = 0x0080, /* version 1 only */
};

/**
 * struct gre_hdr - One header
 * @key: With GRE_KEY; of version 1 payload length and call id
 */
struct gre_hdr {
    uint16_t flags; /* enum gre_flag */
    uint8_t version;
    uint8_t header_len;  /* octets, 4 to 20 */
    uint16_t inner_type; /* EtherType */
    uint32_t key, seq;
};

/** gre_parse() - Read a header; false when it is not all there */
bool gre_parse(struct cursor c, struct gre_hdr *h);

#endif
