/* SPDX-License-Identifier: BSD-3-Clause
 *
 * What ICMP and ICMPv6 share.
 */
#ifndef DISSECT_PROTO_ICMPCOMMON_H
#define DISSECT_PROTO_ICMPCOMMON_H

#include "dissect/proto/l4.h"
#include "dissect/proto/quote.h"

/** icmp_begin() - Where the message goes: the packet's union, or @scratch
 *
 * An inner message is read into @scratch and only shown.
 */
static inline struct icmp_info *icmp_begin(const struct dissect *d,
                                           struct icmp_info *scratch)
{
    struct icmp_info *icmp = d->inner ? scratch : &d->pkt->icmp;

    *icmp = (struct icmp_info){ 0 };
    return icmp;
}

/** icmp_quote() - Read the quoted packet; with a tree, lead on into it */
static inline enum proto icmp_quote(struct dissect *d, struct icmp_info *icmp)
{
    struct cursor peek = d->c;
    uint8_t version = cursor_u8(&peek) >> 4;

    quote_read(d->c, &icmp->quoted);
    if (!d->tree || !icmp->quoted.valid)
        return PROTO_NONE;
    d->inner = true;
    d->quote = true;
    return version == 4 ? PROTO_IP : PROTO_IP6;
}

#endif
