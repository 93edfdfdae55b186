/* SPDX-License-Identifier: BSD-3-Clause
 *
 * Ledger of ICMP and ICMPv6 errors. Who said it, about what, how soon: most
 * reachability diagnoses rest on these rows.
 */
#ifndef DISSECT_ICMP_ERROR_H
#define DISSECT_ICMP_ERROR_H

#include "dissect/packet.h"

#define ICMP_ERRORS_MAX 2048

/** struct icmp_error - One error message; later equal ones (same source, type,
 * code, quoted protocol and destination) add to @count once the ledger holds
 * ICMP_ERRORS_MAX / 2 rows */
struct icmp_error {
    union addr src, dst;
    uint16_t station[2]; /* sender, receiver */
    uint8_t type, code, ttl;
    bool is_v6;
    uint32_t mtu;
    struct quoted quoted;
    int64_t ts_ns, last_ns;
    uint64_t frame;
    uint64_t count;
    uint32_t flow;      /* slot quoted, FLOW_NONE; only valid while kept */
    uint32_t delay_us;  /* since the flow's latest packet of the quoted
                           direction, UINT32_MAX unknown */
};

#endif
