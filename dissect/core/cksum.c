/* SPDX-License-Identifier: BSD-3-Clause
 *
 * Internet checksum over any length; see cksum.h.
 */
#include "dissect/core/cksum.h"

uint64_t cksum_add(uint64_t sum, const uint8_t *p, size_t n)
{
    uint8_t last[4] = { 0 };

    for (; n >= 4; n -= 4, p += 4)
        sum += cksum_word(p);
    if (n > 0) {
        memcpy(last, p, n);
        sum += cksum_word(last);
    }
    return sum;
}

uint16_t cksum_of(uint64_t sum, const uint8_t *p, size_t n)
{
    uint16_t folded = (uint16_t)~cksum_fold(cksum_add(sum, p, n));
    uint8_t b[2];

    memcpy(b, &folded, sizeof(b));
    return (uint16_t)(b[0] << 8 | b[1]);
}
