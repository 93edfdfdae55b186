/* SPDX-License-Identifier: BSD-3-Clause
 *
 * What IPv4, IPv6 and the extension headers share.
 */
#ifndef DISSECT_PROTO_IP_H
#define DISSECT_PROTO_IP_H

#include "dissect/proto/proto.h"

/* A length field of 0 is offload only in a packet larger than anything that a
 * host must accept whole (RFC 791 section 3.1); in a small one it is a lie. */
#define IP_LEN_ZERO_MIN 576

#define IPPROTO_EXT_MAX 8 /* extension headers walked in one packet */

enum ip_number {
    IPN_HOPOPTS = 0,
    IPN_ICMP = 1,
    IPN_IPIP = 4,
    IPN_TCP = 6,
    IPN_UDP = 17,
    IPN_IPV6 = 41,
    IPN_ROUTING = 43,
    IPN_FRAGMENT = 44,
    IPN_ESP = 50,
    IPN_AH = 51,
    IPN_ICMPV6 = 58,
    IPN_NONE = 59,
    IPN_DSTOPTS = 60,
    IPN_MOBILITY = 135,
    IPN_HIP = 139,
    IPN_SHIM6 = 140,
};

/** ip_proto_name() - "TCP", or "unknown" */
const char *ip_proto_name(uint8_t number);

#endif
