/* SPDX-License-Identifier: BSD-3-Clause
 *
 * The largest N of many, in one pass and memory for N.
 */
#ifndef VIEWS_PICK_H
#define VIEWS_PICK_H

#include <stdint.h>

struct pick;

/** pick_new() - Room for @max; NULL when memory is short */
struct pick *pick_new(unsigned max);
void pick_free(struct pick *p);

/**
 * pick_offer() - Consider an item
 * @weight: Larger ones stay
 * @order:  Among equals the smaller stays, so that the choice does not hang
 *          on the order of offering
 * @item:   Returned by pick_sorted()
 *
 * Cost: O(log max).
 */
void pick_offer(struct pick *p, uint64_t weight, uint64_t order, uint64_t item);

/** pick_offered() - How many were offered */
uint64_t pick_offered(const struct pick *p);

/** pick_sorted() - [n] items, heaviest first; no offer may follow */
const uint64_t *pick_sorted(struct pick *p, unsigned *n);

#endif
