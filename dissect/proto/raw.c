/* SPDX-License-Identifier: BSD-3-Clause
 *
 * Octets nobody claimed: the layer says where they are and that is all.
 */
#include "dissect/proto/proto.h"

static enum proto raw_dissect(struct dissect *d, struct layer *l)
{
    uint32_t n = (uint32_t)cursor_left(&d->c);

    l->header_len = 0;
    l->payload_len = d->wire_left;
    if (d->tree && n > 0) {
        tree_open(d->tree, "data", l->off, n, "Data (%u octets)", n);
        tree_add_bytes(d->tree, "data.data", l->off, n, "Data: ", d->c.p,
                       n < 64 ? n : 64);
        tree_close(d->tree);
    }
    return PROTO_NONE;
}

const struct dissector raw_dissector = {
    .name = "raw",
    .title = "Data",
    .ref = "none",
    .proto = PROTO_RAW,
    .dissect = raw_dissect,
};
