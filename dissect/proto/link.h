/* SPDX-License-Identifier: BSD-3-Clause
 *
 * What Ethernet, VLAN tags and cooked captures share: the EtherType field and
 * how it leads on.
 */
#ifndef DISSECT_PROTO_LINK_H
#define DISSECT_PROTO_LINK_H

#include "dissect/proto/proto.h"

/* Below this the field is a length (IEEE 802.3 section 3.2.6). */
#define ETHERTYPE_MIN  1536
#define ETHERTYPE_IPV4 0x0800
#define ETHERTYPE_IPV6 0x86dd

static inline bool mac_is_zero(const uint8_t *p)
{
    return (p[0] | p[1] | p[2] | p[3] | p[4] | p[5]) == 0;
}

/**
 * link_next() - Protocol of a type field
 *
 * A length narrows the walk to itself: what follows is padding (or a trailer),
 * which is common and no damage. A length beyond the frame is marked in @l.
 */
static inline enum proto link_next(struct dissect *d, struct layer *l,
                                   uint16_t type)
{
    enum proto next = proto_bound(BIND_ETHERTYPE, type);

    if (__builtin_expect(next != PROTO_NONE, 1))
        return next;
    if (type >= ETHERTYPE_MIN)
        return PROTO_RAW;
    dissect_narrow(d, l, type);
    return PROTO_LLC;
}

/** ethertype_name() - "IPv4", or "unknown" */
const char *ethertype_name(uint16_t type);

/** link_type_tree() - Show a type or length field of two octets at @off */
void link_type_tree(struct dissect *d, const char *type_name,
                    const char *len_name, uint32_t off, uint16_t type);

#endif
