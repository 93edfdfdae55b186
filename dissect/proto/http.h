/* SPDX-License-Identifier: BSD-3-Clause
 *
 * HTTP/1 request and status lines (RFC 9112 sections 3 and 4) and the Host
 * field.
 */
#ifndef DISSECT_PROTO_HTTP_H
#define DISSECT_PROTO_HTTP_H

#include "dissect/core/cursor.h"

/**
 * struct http_msg - Start line and Host of a message; octets are borrowed
 * @is_request: Request line, else status line
 * @minor:      Of the version: 1 is HTTP/1.1; 0 when the line was cut
 * @target:     As sent: path, absolute URI, host:port of CONNECT, or "*"
 * @host:       Host field without white space around it
 * @reason:     Status line: reason phrase
 * @header_len: Octets up to and with the empty line; all when it is missing
 * @whole:      The empty line that ends the fields was there
 */
struct http_msg {
    bool is_request, whole;
    uint8_t minor;
    uint16_t status; /* 100 to 599, 0 in a request */
    uint32_t header_len;
    struct octets method, target, host, reason;
};

/**
 * http_parse() - Read the start of a message
 * @payload: TCP payload as captured; @m borrows from it
 *
 * Looks at the first 8192 octets at most.
 *
 * Return: false when it does not begin with a request or status line
 */
bool http_parse(struct cursor payload, struct http_msg *m);

#endif
