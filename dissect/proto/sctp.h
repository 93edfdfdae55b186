/* SPDX-License-Identifier: BSD-3-Clause
 *
 * SCTP common header and the first chunk (RFC 9260 section 3).
 */
#ifndef DISSECT_PROTO_SCTP_H
#define DISSECT_PROTO_SCTP_H

#include "dissect/core/cursor.h"

#define SCTP_CHUNK_NONE 0xff

/** struct sctp_hdr - @chunk is the first chunk's type or SCTP_CHUNK_NONE */
struct sctp_hdr {
    uint16_t sport, dport;
    uint32_t vtag, checksum;
    uint8_t chunk;
};

/** sctp_parse() - Read a header; false when its 12 octets are not there */
bool sctp_parse(struct cursor c, struct sctp_hdr *h);

/** sctp_chunk_name() - "INIT", or "unknown" */
const char *sctp_chunk_name(unsigned type);

#endif
