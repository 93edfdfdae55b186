/* SPDX-License-Identifier: BSD-3-Clause
 *
 * WireGuard messages (wireguard.com/protocol), as far as they are not
 * encrypted.
 */
#ifndef DISSECT_PROTO_WIREGUARD_H
#define DISSECT_PROTO_WIREGUARD_H

#include "dissect/core/cursor.h"

enum wireguard_type {
    WIREGUARD_INITIATION = 1,
    WIREGUARD_RESPONSE = 2,
    WIREGUARD_COOKIE = 3,
    WIREGUARD_DATA = 4,
};

/** struct wireguard_msg - One message */
struct wireguard_msg {
    uint8_t type;              /* enum wireguard_type */
    uint32_t sender, receiver; /* session indexes, 0 where there is none */
    uint64_t counter;          /* data only */
    bool keepalive;            /* data with nothing inside */
};

/** wireguard_parse() - Read a message
 *
 * Return: false when the type is none of the four, its reserved octets are not
 * zero or its indexes are not there
 */
bool wireguard_parse(struct cursor payload, struct wireguard_msg *m);

/** wireguard_type_name() - "handshake initiation" */
const char *wireguard_type_name(unsigned type);

#endif
