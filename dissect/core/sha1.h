/* SPDX-License-Identifier: BSD-3-Clause
 *
 * SHA-1 (RFC 3174), for identifiers that are defined by it. Not for security:
 * collisions can be made.
 */
#ifndef DISSECT_CORE_SHA1_H
#define DISSECT_CORE_SHA1_H

#include <stddef.h>
#include <stdint.h>

#define SHA1_SIZE 20

/** sha1() - Digest of @n octets; bounded work, no allocation */
void sha1(const void *data, size_t n, uint8_t out[SHA1_SIZE]);

#endif
