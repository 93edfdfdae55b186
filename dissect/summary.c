/* SPDX-License-Identifier: BSD-3-Clause
 *
 * One line that says what a packet is, as in a packet list.
 */
#include "dissect/packet.h"

#include "dissect/core/str.h"

void packet_summary(const struct packet *pkt, char *out, size_t size)
{
    struct str s;

    str_init(&s, out, size);
    str_add(&s,
            proto_name((enum proto)(
                pkt->nlayer ? pkt->layer[pkt->nlayer - 1].proto : PROTO_NONE)));
}
