/* SPDX-License-Identifier: BSD-3-Clause
 *
 * Rows of protocols that are recognised by number or port but not yet read:
 * each is replaced by its own file.
 */
#include "dissect/proto/proto.h"

static enum proto pending_dissect(struct dissect *d, struct layer *l)
{
    dissect_done(d, l);
    return d->wire_left > 0 ? PROTO_RAW : PROTO_NONE;
}

#define PENDING(ID, lower, is_app, ...)          \
    const struct dissector lower##_dissector = { \
        .name = #lower,                          \
        .title = #lower,                         \
        .ref = "none",                           \
        .proto = PROTO_##ID,                     \
        .app = is_app,                           \
        .dissect = pending_dissect,              \
        .bind = { __VA_ARGS__ },                 \
    };                                           \
    extern const struct dissector lower##_dissector

PENDING(SCTP, sctp, false, { BIND_IPPROTO, 132 });
PENDING(GRE, gre, false, { BIND_IPPROTO, 47 });
PENDING(ESP, esp, false, { BIND_IPPROTO, 50 });
PENDING(AH, ah, false, { BIND_IPPROTO, 51 });
PENDING(LLC, llc, false, { BIND_NONE, 0 });
PENDING(STP, stp, false, { BIND_LLC_DSAP, 0x42 });
PENDING(LLDP, lldp, true, { BIND_ETHERTYPE, 0x88cc });
PENDING(VXLAN, vxlan, true, { BIND_UDP_PORT, 4789 });
PENDING(GENEVE, geneve, true, { BIND_UDP_PORT, 6081 });
PENDING(WIREGUARD, wireguard, true, { BIND_UDP_PORT, 51820 });
PENDING(OPENVPN, openvpn, true, { BIND_UDP_PORT, 1194 });
