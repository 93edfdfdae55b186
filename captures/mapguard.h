/* SPDX-License-Identifier: BSD-3-Clause
 *
 * A mapped file that another process cuts short gives SIGBUS to whoever reads
 * behind the new end, in any thread, at any later time. A guard turns that
 * into zero octets and a mark, so that the reader can say what happened.
 */
#ifndef CAPTURES_MAPGUARD_H
#define CAPTURES_MAPGUARD_H

#include <stdbool.h>
#include <stddef.h>

struct mapguard;

/**
 * mapguard_add() - Guard a private read-only mapping
 * @base: [size] The mapping, page-aligned
 *
 * Return: NULL when too many are guarded already; the mapping works without
 */
struct mapguard *mapguard_add(const void *base, size_t size);

/** mapguard_was_hit() - Has some of the mapping become unreadable? */
bool mapguard_was_hit(const struct mapguard *g);

/** mapguard_remove() - Before munmap(); NULL is quiet */
void mapguard_remove(struct mapguard *g);

#endif
