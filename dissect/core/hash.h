/* SPDX-License-Identifier: BSD-3-Clause
 *
 * Keyed hash for every table whose keys come from packets. The seed is drawn
 * per run by the caller: a hostile capture must not choose its buckets.
 */
#ifndef DISSECT_CORE_HASH_H
#define DISSECT_CORE_HASH_H

#include <stddef.h>
#include <stdint.h>

#define XXH_INLINE_ALL
#pragma GCC diagnostic push
#pragma GCC diagnostic ignored "-Wconversion"
#include <xxhash.h>
#pragma GCC diagnostic pop

/**
 * hash_bytes() - XXH3 over a key without padding
 * @key:  [n] octets
 * @seed: The run's seed
 */
static inline uint64_t hash_bytes(const void *key, size_t n, uint64_t seed)
{
    return XXH3_64bits_withSeed(key, n, seed);
}

#endif
