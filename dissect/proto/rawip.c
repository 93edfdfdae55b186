/* SPDX-License-Identifier: BSD-3-Clause
 *
 * LINKTYPE_RAW, _IPV4 and _IPV6: the frame begins with an IP header and its
 * first nibble says which. No octets of its own.
 */
#include "dissect/proto/proto.h"

static enum proto rawip_dissect(struct dissect *d, struct layer *l)
{
    struct cursor peek = d->c;
    uint8_t first = cursor_u8(&peek);

    if (peek.bad) {
        cursor_u8(&d->c);
        return dissect_bad(d, l);
    }
    dissect_done(d, l);
    if (first >> 4 == 4)
        return PROTO_IP;
    return first >> 4 == 6 ? PROTO_IP6 : PROTO_RAW;
}

const struct dissector rawip_dissector = {
    .name = "rawip",
    .title = "Raw IP",
    .ref = "LINKTYPE_RAW",
    .proto = PROTO_RAWIP,
    .dissect = rawip_dissect,
    /* 12 and 14 are what old BSD files carry for 101. */
    .bind = { { BIND_LINKTYPE, 101 },
              { BIND_LINKTYPE, 12 },
              { BIND_LINKTYPE, 14 },
              { BIND_LINKTYPE, 228 },
              { BIND_LINKTYPE, 229 } },
};
