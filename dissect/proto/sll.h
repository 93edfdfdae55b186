/* SPDX-License-Identifier: BSD-3-Clause
 *
 * What both versions of the Linux cooked capture header share.
 */
#ifndef DISSECT_PROTO_SLL_H
#define DISSECT_PROTO_SLL_H

#include "dissect/proto/link.h"

/* Fields of either header. */
struct sll {
    uint16_t protocol;
    uint16_t hatype;
    uint16_t type;
    uint16_t addr_len;
    const uint8_t *addr; /* [8] */
};

/** sll_next() - Fill the packet from a cooked header and go on */
enum proto sll_next(struct dissect *d, struct layer *l, const struct sll *h);

/** sll_type_name() - "sent by us" */
const char *sll_type_name(uint16_t type);

#endif
