/* SPDX-License-Identifier: BSD-3-Clause
 *
 * Internet checksum (RFC 1071). The one's complement sum does not depend on
 * byte order (section 2 (B)), so it is taken over words as they lie in memory,
 * 32 bits at a time (section 2 (C)), and folded at the end.
 */
#ifndef DISSECT_CORE_CKSUM_H
#define DISSECT_CORE_CKSUM_H

#include <stddef.h>
#include <stdint.h>
#include <string.h>

/** cksum_word() - 32 bits as they lie in memory */
static inline uint64_t cksum_word(const uint8_t *p)
{
    uint32_t w;

    memcpy(&w, p, sizeof(w));
    return w;
}

/** cksum_be16() - What two octets of this big-endian value add to a sum */
static inline uint64_t cksum_be16(uint16_t host)
{
    uint8_t b[2] = { (uint8_t)(host >> 8), (uint8_t)host };
    uint16_t w;

    memcpy(&w, b, sizeof(w));
    return w;
}

/** cksum_fold() - Sum to 16 bits, memory order, not complemented */
static inline uint16_t cksum_fold(uint64_t sum)
{
    sum = (sum >> 32) + (sum & 0xffffffff);
    sum = (sum >> 32) + (sum & 0xffffffff);
    sum = (sum >> 16) + (sum & 0xffff);
    sum = (sum >> 16) + (sum & 0xffff);
    return (uint16_t)((sum >> 16) + (sum & 0xffff));
}

/** cksum_add() - Sum of @n octets added to @sum; an odd last one is padded */
uint64_t cksum_add(uint64_t sum, const uint8_t *p, size_t n);

/** cksum_of() - Value for a checksum field over @n octets, host order */
uint16_t cksum_of(uint64_t sum, const uint8_t *p, size_t n);

#endif
