/* SPDX-License-Identifier: BSD-3-Clause
 *
 * OpenVPN packets: opcode, key id and session id.
 */
#ifndef DISSECT_PROTO_OPENVPN_H
#define DISSECT_PROTO_OPENVPN_H

#include "dissect/core/cursor.h"

enum openvpn_opcode {
    OPENVPN_SOFT_RESET = 3,
    OPENVPN_CONTROL = 4,
    OPENVPN_ACK = 5,
    OPENVPN_DATA_V1 = 6,
    OPENVPN_HARD_RESET_CLIENT_V2 = 7,
    OPENVPN_HARD_RESET_SERVER_V2 = 8,
    OPENVPN_DATA_V2 = 9,
    OPENVPN_HARD_RESET_CLIENT_V3 = 10,
    OPENVPN_CONTROL_WKC = 11,
};

/** struct openvpn_msg - One packet; @session 0 in data packets */
struct openvpn_msg {
    uint8_t opcode; /* enum openvpn_opcode */
    uint8_t key_id;
    uint16_t packet_len; /* over TCP, else 0 */
    uint64_t session;
};

/**
 * openvpn_parse() - Read a packet
 * @tcp: A length of two octets stands in front
 *
 * Return: false when the opcode is none of these or octets are missing
 */
bool openvpn_parse(struct cursor payload, bool tcp, struct openvpn_msg *m);

/** openvpn_opcode_name() - "P_CONTROL_V1", or "unknown" */
const char *openvpn_opcode_name(unsigned opcode);

#endif
