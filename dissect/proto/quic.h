/* SPDX-License-Identifier: BSD-3-Clause
 *
 * QUIC packet headers: what every version shares (RFC 8999) and the long
 * header of versions 1 and 2 (RFC 9000, RFC 9369). Nothing is decrypted.
 */
#ifndef DISSECT_PROTO_QUIC_H
#define DISSECT_PROTO_QUIC_H

#include "dissect/core/cursor.h"

#define QUIC_V1      0x00000001
#define QUIC_V2      0x6b3343cf
#define QUIC_CID_MAX 20 /* RFC 9000 section 17.2 */

enum quic_type {
    QUIC_INITIAL,
    QUIC_0RTT,
    QUIC_HANDSHAKE,
    QUIC_RETRY,
    QUIC_VERSION_NEGOTIATION,
    QUIC_OTHER, /* of a version whose types are not known here */
};

/**
 * struct quic_hdr - Long header of the first packet in a datagram
 * @type:      enum quic_type
 * @version:   0 in version negotiation
 * @dcid:      Destination connection id, borrowed
 * @token_len: Initial packets only
 * @length:    Packet number and payload, by the header; Initial, 0-RTT,
 *             Handshake
 * @verdict:   enum layer_verdict bits of the first thing that was wrong
 */
struct quic_hdr {
    uint8_t type;
    uint8_t verdict;
    uint32_t version;
    struct octets dcid, scid;
    uint64_t token_len, length;
    uint32_t header_len; /* octets up to the packet number */
};

/**
 * quic_parse() - Read a long header
 * @payload: UDP payload as captured; @h borrows from it
 *
 * Return: false for a short header, and when the connection ids are not there
 * or longer than versions 1 and 2 allow
 */
bool quic_parse(struct cursor payload, struct quic_hdr *h);

/** quic_version_is_known() - 1, 2, a draft, Google's or Facebook's */
bool quic_version_is_known(uint32_t version);

/** quic_type_name() - "Initial" */
const char *quic_type_name(unsigned type);

#endif
