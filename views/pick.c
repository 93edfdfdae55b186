/* SPDX-License-Identifier: BSD-3-Clause
 *
 * A heap whose root is the lightest kept item: what is heavier takes its
 * place.
 */
#include "views/pick.h"

#include <stdbool.h>
#include <stdlib.h>

struct entry {
    uint64_t weight, order, item;
};

struct pick {
    unsigned max, count;
    uint64_t offered;
    uint64_t *sorted;
    struct entry heap[];
};

struct pick *pick_new(unsigned max)
{
    struct pick *p = calloc(1, sizeof(*p) + max * sizeof(p->heap[0]));

    if (p)
        p->max = max;
    return p;
}

void pick_free(struct pick *p)
{
    if (p)
        free(p->sorted);
    free(p);
}

static bool lighter(const struct entry *a, const struct entry *b)
{
    if (a->weight != b->weight)
        return a->weight < b->weight;
    return a->order > b->order;
}

static void swap(struct entry *a, struct entry *b)
{
    struct entry t = *a;

    *a = *b;
    *b = t;
}

static void sink(struct pick *p)
{
    unsigned i = 0;

    for (;;) {
        unsigned child = 2 * i + 1;

        if (child >= p->count)
            return;
        if (child + 1 < p->count &&
            lighter(&p->heap[child + 1], &p->heap[child]))
            child++;
        if (!lighter(&p->heap[child], &p->heap[i]))
            return;
        swap(&p->heap[child], &p->heap[i]);
        i = child;
    }
}

static void rise(struct pick *p, unsigned i)
{
    while (i && lighter(&p->heap[i], &p->heap[(i - 1) / 2])) {
        swap(&p->heap[i], &p->heap[(i - 1) / 2]);
        i = (i - 1) / 2;
    }
}

void pick_offer(struct pick *p, uint64_t weight, uint64_t order, uint64_t item)
{
    struct entry e = { weight, order, item };

    p->offered++;
    if (p->count < p->max) {
        p->heap[p->count] = e;
        rise(p, p->count++);
    } else if (p->max && lighter(&p->heap[0], &e)) {
        p->heap[0] = e;
        sink(p);
    }
}

uint64_t pick_offered(const struct pick *p)
{
    return p->offered;
}

static int heaviest_first(const void *a, const void *b)
{
    return lighter(a, b) ? 1 : -1;
}

const uint64_t *pick_sorted(struct pick *p, unsigned *n)
{
    *n = 0;
    qsort(p->heap, p->count, sizeof(p->heap[0]), heaviest_first);
    free(p->sorted);
    p->sorted = calloc(p->count + 1u, sizeof(*p->sorted));
    if (!p->sorted)
        return NULL;
    for (unsigned i = 0; i < p->count; i++)
        p->sorted[i] = p->heap[i].item;
    *n = p->count;
    return p->sorted;
}
