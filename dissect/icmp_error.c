/* SPDX-License-Identifier: BSD-3-Clause
 *
 * The ledger of ICMP and ICMPv6 errors (RFC 792, RFC 4443): rows in order of
 * arrival, and an index by what makes two errors equal. Each error gets a row
 * of its own while there is plenty of room; then equal ones share rows.
 */
#include "dissect/icmp_error.h"

#include <assert.h>
#include <stdlib.h>

#include "dissect/core/hash.h"
#include "dissect/flow.h"

#define INDEX_SIZE 4096u /* power of two */
#define MERGE_FROM (ICMP_ERRORS_MAX / 2)

static_assert(INDEX_SIZE >= 2 * ICMP_ERRORS_MAX, "at most half full");

struct icmp_ledger {
    struct icmp_error row[ICMP_ERRORS_MAX];
    uint16_t index[INDEX_SIZE]; /* row + 1, 0 empty */
    unsigned count;
    uint64_t lost;
};

struct icmp_ledger *icmp_ledger_new(void)
{
    return calloc(1, sizeof(struct icmp_ledger));
}

void icmp_ledger_free(struct icmp_ledger *l)
{
    free(l);
}

static bool is_equal(const struct icmp_error *e, const struct packet *pkt)
{
    const struct icmp_info *ic = &pkt->icmp;

    return e->type == ic->type && e->code == ic->code &&
           addr_eq(&e->src, &pkt->src) &&
           e->quoted.ip_proto == ic->quoted.ip_proto &&
           addr_eq(&e->quoted.dst, &ic->quoted.dst) &&
           addr_eq(&e->quoted.src, &ic->quoted.src);
}

/* Slot of the first row equal to it, or of the empty one where it belongs. */
static unsigned find_slot(const struct icmp_ledger *l, const struct packet *pkt)
{
    const struct icmp_info *ic = &pkt->icmp;
    struct {
        union addr src, dst;
        uint64_t rest;
    } key = { pkt->src, ic->quoted.dst,
              (uint64_t)ic->type << 16 | (uint64_t)ic->code << 8 |
                  ic->quoted.ip_proto };
    unsigned slot =
        (unsigned)hash_bytes(&key, sizeof(key), 0) & (INDEX_SIZE - 1);

    while (l->index[slot] && !is_equal(&l->row[l->index[slot] - 1], pkt))
        slot = (slot + 1) & (INDEX_SIZE - 1);
    return slot;
}

static void fill_row(struct icmp_error *e, const struct packet *pkt,
                     uint16_t src_station, uint16_t dst_station)
{
    *e = (struct icmp_error){
        .src = pkt->src,
        .dst = pkt->dst,
        .station = { src_station, dst_station },
        .type = pkt->icmp.type,
        .code = pkt->icmp.code,
        .ttl = pkt->ttl,
        .is_v6 = pkt->icmp.is_v6,
        .mtu = pkt->icmp.mtu,
        .quoted = pkt->icmp.quoted,
        .ts_ns = pkt->ts_ns,
        .last_ns = pkt->ts_ns,
        .frame = pkt->number,
        .count = 1,
        .flow = FLOW_NONE,
        .delay_us = UINT32_MAX,
    };
}

struct icmp_error *icmp_ledger_add(struct icmp_ledger *l,
                                   const struct packet *pkt,
                                   uint16_t src_station, uint16_t dst_station,
                                   uint32_t *number)
{
    unsigned slot = find_slot(l, pkt);
    struct icmp_error *e;

    if (l->index[slot] && l->count >= MERGE_FROM) {
        *number = l->index[slot] - 1u;
        e = &l->row[*number];
        e->count++;
        e->last_ns = pkt->ts_ns;
        return e;
    }
    if (l->count == ICMP_ERRORS_MAX) {
        l->lost++;
        return NULL;
    }
    *number = l->count;
    e = &l->row[l->count++];
    fill_row(e, pkt, src_station, dst_station);
    if (!l->index[slot])
        l->index[slot] = (uint16_t)l->count;
    return e;
}

const struct icmp_error *icmp_ledger_rows(const struct icmp_ledger *l,
                                          unsigned *n, uint64_t *lost)
{
    *n = l->count;
    *lost = l->lost;
    return l->row;
}
