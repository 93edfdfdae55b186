/* SPDX-License-Identifier: BSD-3-Clause
 *
 * What TCP and UDP share: the offloaded checksum and the step to the
 * application.
 */
#ifndef DISSECT_PROTO_L4_H
#define DISSECT_PROTO_L4_H

#include "dissect/core/cksum.h"
#include "dissect/proto/ip.h"

/* Windows leaves the length out of the sum it hands to a card that will cut
 * the segment (LSO); only a packet of such a size may use that form. */
#define LSO_LEN_MIN 1500

/**
 * l4_csum_partial() - Is this the bare pseudo-header sum of checksum offload?
 * @field: The two octets of the checksum field
 * @len:   Transport header and payload on the wire
 *
 * Reads no payload. A true checksum equals it once in 65536 packets.
 */
static inline bool l4_csum_partial(const struct dissect *d,
                                   const uint8_t *field, uint8_t ip_proto,
                                   uint32_t len)
{
    uint64_t sum = d->addr_sum + cksum_be16(ip_proto);
    uint16_t have;

    memcpy(&have, field, sizeof(have));
    if (have == 0)
        return false;
    if (have == cksum_fold(sum + cksum_be16((uint16_t)len) +
                           cksum_be16((uint16_t)(len >> 16))))
        return true;
    return __builtin_expect(len > LSO_LEN_MIN, 0) && have == cksum_fold(sum);
}

/** l4_payload() - Note where the transport's payload lies */
static inline void l4_payload(struct packet *pkt, const struct layer *l)
{
    pkt->payload_off = l->off + l->header_len;
    pkt->payload_len = l->payload_len;
}

#endif
