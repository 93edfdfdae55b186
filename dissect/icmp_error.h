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
    uint32_t flow;     /* slot quoted, FLOW_NONE; only valid while kept */
    uint32_t delay_us; /* since the flow's latest packet of the quoted
                           direction, UINT32_MAX unknown */
};

struct icmp_ledger;

struct icmp_ledger *icmp_ledger_new(void);
void icmp_ledger_free(struct icmp_ledger *l);

/**
 * icmp_ledger_add() - Keep an error
 * @number: Its row's number, written unless NULL is returned
 *
 * Return: the row, new when its count is 1 (then flow and delay_us are the
 * caller's to fill); NULL when there was no room
 */
struct icmp_error *icmp_ledger_add(struct icmp_ledger *l,
                                   const struct packet *pkt,
                                   uint16_t src_station, uint16_t dst_station,
                                   uint32_t *number);

/** icmp_ledger_rows() - All rows, oldest first; @n how many, @lost how many
 * errors found no room */
const struct icmp_error *icmp_ledger_rows(const struct icmp_ledger *l,
                                          unsigned *n, uint64_t *lost);

#endif
