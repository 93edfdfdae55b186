/* SPDX-License-Identifier: BSD-3-Clause
 *
 * The packet quoted inside an ICMP error.
 */
#ifndef DISSECT_PROTO_QUOTE_H
#define DISSECT_PROTO_QUOTE_H

#include "dissect/packet.h"

/**
 * quote_read() - What can be read of a quoted packet
 * @c: At its IP header; quotes are cut short by right
 * @q: Filled; q->valid false when there is no whole IP header
 */
void quote_read(struct cursor c, struct quoted *q);

#endif
