/* SPDX-License-Identifier: BSD-3-Clause
 *
 * From an IP header (or one that stands behind it) to the next one.
 */
#include "dissect/proto/ip.h"

const char *ip_proto_name(uint8_t number)
{
    static const char *const name[256] = {
        [0] = "Hop-by-Hop Options",
        [1] = "ICMP",
        [2] = "IGMP",
        [4] = "IPv4",
        [6] = "TCP",
        [17] = "UDP",
        [33] = "DCCP",
        [41] = "IPv6",
        [43] = "Routing Header",
        [44] = "Fragment Header",
        [46] = "RSVP",
        [47] = "GRE",
        [50] = "ESP",
        [51] = "AH",
        [58] = "ICMPv6",
        [59] = "No Next Header",
        [60] = "Destination Options",
        [88] = "EIGRP",
        [89] = "OSPF",
        [103] = "PIM",
        [112] = "VRRP",
        [132] = "SCTP",
        [135] = "Mobility Header",
        [136] = "UDP-Lite",
        [139] = "HIP",
        [140] = "Shim6",
    };

    return name[number] ? name[number] : "unknown";
}

/* RFC 2003, RFC 4213: the packet inside begins here. */
static enum proto enter_ip(struct dissect *d, enum proto next)
{
    if (!d->inner) {
        d->pkt->events |= EV_TUNNEL;
        d->pkt->flags |= PKT_TUNNEL;
    }
    if (!d->tree)
        return PROTO_NONE;
    d->inner = true;
    d->ext_count = 0;
    return next;
}

enum proto dissect_ip_next(struct dissect *d, uint8_t number, bool later)
{
    enum proto next = proto_bound(BIND_IPPROTO, number);
    struct packet *pkt = d->pkt;

    /* Extension headers are IPv6's: behind IPv4 the numbers mean nothing. */
    if (__builtin_expect(next == PROTO_IP6EXT && !d->ip6, 0))
        next = PROTO_RAW;

    d->ip_next = number;
    if (!d->inner) {
        pkt->ip_proto = number;
        if (number != IPN_TCP && number != IPN_UDP && number != IPN_ICMP &&
            number != IPN_ICMPV6 && next != PROTO_IP6EXT)
            pkt->events |= EV_OTHER_IP;
        if (!later && next != PROTO_IP6EXT)
            pkt->l4_off = dissect_off(d);
    }
    /* RFC 791 section 3.2: only the first fragment has a transport header. */
    if (later)
        return PROTO_RAW;
    if (__builtin_expect(next == PROTO_IP || next == PROTO_IP6, 0))
        return enter_ip(d, next);
    return next != PROTO_NONE ? next : PROTO_RAW;
}
