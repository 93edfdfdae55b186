/* SPDX-License-Identifier: BSD-3-Clause
 *
 * VXLAN header (RFC 7348 section 5).
 */
#ifndef DISSECT_PROTO_VXLAN_H
#define DISSECT_PROTO_VXLAN_H

#include "dissect/core/cursor.h"

#define VXLAN_LEN 8

/** struct vxlan_hdr - @vni is 24 bits; what follows is an Ethernet frame */
struct vxlan_hdr {
    uint8_t flags;
    uint32_t vni;
};

/** vxlan_parse() - Read a header
 *
 * Return: false when its 8 octets are not there or the flag that makes the
 * VNI valid is not set, which then is not VXLAN
 */
bool vxlan_parse(struct cursor payload, struct vxlan_hdr *h);

#endif
