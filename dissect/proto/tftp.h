/* SPDX-License-Identifier: BSD-3-Clause
 *
 * TFTP messages (RFC 1350) with option negotiation (RFC 2347, 2348, 2349).
 */
#ifndef DISSECT_PROTO_TFTP_H
#define DISSECT_PROTO_TFTP_H

#include "dissect/core/cursor.h"

/** enum tftp_opcode - RFC 1350 section 5, RFC 2347 */
enum tftp_opcode {
    TFTP_RRQ = 1,
    TFTP_WRQ = 2,
    TFTP_DATA = 3,
    TFTP_ACK = 4,
    TFTP_ERROR = 5,
    TFTP_OACK = 6,
};

/**
 * struct tftp_msg - One message; strings are borrowed, without their NUL
 * @filename:  RRQ, WRQ
 * @mode:      RRQ, WRQ: "octet"
 * @block:     DATA, ACK
 * @data_len:  DATA: octets of it that were captured
 * @blksize:   Option blksize, 0 not sent
 * @tsize:     Option tsize, with @has_tsize
 * @error:     ERROR: code (RFC 1350 appendix I), 8 is a refused option
 * @message:   ERROR
 * @verdict:   enum layer_verdict bits of the first thing that was wrong
 */
struct tftp_msg {
    uint16_t opcode; /* enum tftp_opcode */
    uint16_t block, error;
    uint32_t blksize, timeout_s, windowsize;
    uint64_t tsize;
    bool has_tsize;
    uint8_t verdict;
    uint32_t data_len;
    struct octets filename, mode, message;
};

/**
 * tftp_parse() - Read a message
 * @payload: UDP payload as captured; @m borrows from it
 * @m:       Written as far as the octets go, also when false is returned
 *
 * Return: false when there is no opcode, or none of the six
 */
bool tftp_parse(struct cursor payload, struct tftp_msg *m);

/** tftp_opcode_name() - "RRQ", or "unknown" */
const char *tftp_opcode_name(unsigned opcode);

#endif
