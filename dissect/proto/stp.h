/* SPDX-License-Identifier: BSD-3-Clause
 *
 * Spanning tree BPDUs (IEEE 802.1D-2004 section 9).
 */
#ifndef DISSECT_PROTO_STP_H
#define DISSECT_PROTO_STP_H

#include "dissect/core/addr.h"
#include "dissect/core/cursor.h"

enum stp_type {
    STP_CONFIGURATION = 0x00,
    STP_RAPID = 0x02,           /* RSTP and MSTP */
    STP_TOPOLOGY_CHANGE = 0x80, /* notification, has no body */
};

/** enum stp_flag - IEEE 802.1D-2004 section 9.3.3 */
enum stp_flag {
    STP_TC = 0x01, /* topology change */
    STP_PROPOSAL = 0x02,
    STP_LEARNING = 0x10,
    STP_FORWARDING = 0x20,
    STP_AGREEMENT = 0x40,
    STP_TC_ACK = 0x80,
};

/** struct stp_id - Bridge identifier: priority with extension, address */
struct stp_id {
    uint16_t priority;
    struct mac mac;
};

/**
 * struct stp_bpdu - One BPDU; times in units of 1/256 s
 * @version: 0 STP, 2 RSTP, 3 MSTP
 */
struct stp_bpdu {
    uint8_t version;
    uint8_t type;  /* enum stp_type */
    uint8_t flags; /* enum stp_flag */
    struct stp_id root, bridge;
    uint32_t root_cost;
    uint16_t port;
    uint16_t message_age, max_age, hello_time, forward_delay;
    uint8_t verdict; /* enum layer_verdict bits */
};

/**
 * stp_parse() - Read a BPDU
 * @b: Written as far as the octets go, also when false is returned
 *
 * Return: false when it is not a BPDU or its body is not all there
 */
bool stp_parse(struct cursor c, struct stp_bpdu *b);

#endif
