/* SPDX-License-Identifier: BSD-3-Clause
 *
 * Geneve header (RFC 8926 section 3.4).
 */
#ifndef DISSECT_PROTO_GENEVE_H
#define DISSECT_PROTO_GENEVE_H

#include "dissect/core/cursor.h"

/** struct geneve_hdr - @vni is 24 bits */
struct geneve_hdr {
    uint8_t version;
    uint8_t options_len; /* octets, 0 to 252 */
    bool oam, critical;
    uint16_t inner_type; /* EtherType; 0x6558 is an Ethernet frame */
    uint32_t vni;
};

/** geneve_parse() - Read a header without its options; false when its 8 octets
 * are not there or its version is not 0 */
bool geneve_parse(struct cursor payload, struct geneve_hdr *h);

#endif
