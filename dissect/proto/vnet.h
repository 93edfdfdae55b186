/* SPDX-License-Identifier: BSD-3-Clause
 *
 * Is there a virtio-net header before this Ethernet frame? Asked for every
 * frame, so the answer "no" for plain IP must cost two compares.
 */
#ifndef DISSECT_PROTO_VNET_H
#define DISSECT_PROTO_VNET_H

#include "dissect/packet.h"

/**
 * vnet_detect() - Octets of virtio-net header before the frame: 0, 10 or 12
 *
 * Errs on the side of 0: a frame that makes sense as plain Ethernet is never
 * taken for anything else.
 */
unsigned vnet_detect(const struct packet *pkt);

static inline bool vnet_before(const struct packet *pkt)
{
    const uint8_t *p = pkt->data;

    if (pkt->caplen < 24)
        return false;
    /* IPv4 or IPv6 where plain Ethernet has them: no more questions. (A guest
     * with a MAC address of 08:00:46 looks like IPv4 with options.) */
    if (p[12] == 0x08 && p[13] == 0x00 && p[14] == 0x45)
        return false;
    if (p[12] == 0x86 && p[13] == 0xdd && p[14] >> 4 == 6)
        return false;
    /* flags and gso_type of virtio 1.2 section 5.1.6 */
    if (p[0] > 7 || (p[1] & 0x7f) > 5)
        return false;
    return vnet_detect(pkt) != 0;
}

#endif
