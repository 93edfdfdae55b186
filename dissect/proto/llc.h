/* SPDX-License-Identifier: BSD-3-Clause
 *
 * IEEE 802.2 LLC header, with SNAP (IEEE 802 section 10.3).
 */
#ifndef DISSECT_PROTO_LLC_H
#define DISSECT_PROTO_LLC_H

#include "dissect/core/cursor.h"

/** struct llc_hdr - One header; @oui and @pid with @snap only */
struct llc_hdr {
    uint8_t dsap, ssap;
    uint16_t control; /* 8 bits in unnumbered frames, else 16 */
    bool snap;
    uint8_t header_len; /* 3, 4 or 8 octets */
    uint32_t oui;
    uint16_t pid;
};

/** llc_parse() - Read a header; false when it is not all there */
bool llc_parse(struct cursor c, struct llc_hdr *h);

#endif
