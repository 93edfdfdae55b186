/* SPDX-License-Identifier: BSD-3-Clause
 *
 * The one registry of protocols: proto_list.h turned into an array of rows,
 * and their bindings compiled into arrays that are indexed by the value on the
 * wire. Port arrays have a bitmap in front: nearly every look-up is for an
 * ephemeral port, and 8 KiB of bits stay in the first-level cache where 64 KiB
 * of octets do not.
 */
#include "dissect/proto/proto.h"

#include <assert.h>

#define PROTO(id, name) extern const struct dissector name##_dissector;
#include "dissect/proto/proto_list.h"
#undef PROTO

const struct dissector *const dissectors[PROTO_COUNT] = {
#define PROTO(id, name) [PROTO_##id] = &name##_dissector,
#include "dissect/proto/proto_list.h"
#undef PROTO
};

const uint32_t proto_events[PROTO_COUNT] = {
    [PROTO_ARP] = EV_ARP,
    [PROTO_NDP] = EV_NDP,
    [PROTO_IGMP] = EV_MULTICAST_MGMT,
    [PROTO_MLD] = EV_MULTICAST_MGMT,
    [PROTO_STP] = EV_STP,
    [PROTO_GRE] = EV_TUNNEL,
    [PROTO_ESP] = EV_TUNNEL,
    [PROTO_VXLAN] = EV_TUNNEL,
    [PROTO_GENEVE] = EV_TUNNEL,
    [PROTO_WIREGUARD] = EV_TUNNEL,
};

static_assert(PROTO_COUNT <= UINT8_MAX, "bindings are held in octets");

struct proto_bindings proto_bindings;

static void bind_port(struct proto_port_map *map, uint16_t port, uint8_t proto)
{
    map->used[port / 64] |= UINT64_C(1) << port % 64;
    map->proto[port] = proto;
}

static void bind_one(const struct binding *b, uint8_t proto)
{
    switch (b->kind) {
    case BIND_LINKTYPE:
        assert(b->value < PROTO_LINKTYPES);
        proto_bindings.linktype[b->value] = proto;
        break;
    case BIND_ETHERTYPE:
        proto_bindings.ethertype[b->value] = proto;
        break;
    case BIND_LLC_DSAP:
        assert(b->value < 256);
        proto_bindings.dsap[b->value] = proto;
        break;
    case BIND_IPPROTO:
        assert(b->value < 256);
        proto_bindings.ipproto[b->value] = proto;
        break;
    case BIND_UDP_PORT:
        bind_port(&proto_bindings.udp_port, b->value, proto);
        break;
    case BIND_TCP_PORT:
        bind_port(&proto_bindings.tcp_port, b->value, proto);
        break;
    case BIND_NONE:
        break;
    }
}

void proto_init(void)
{
    for (unsigned i = 1; i < PROTO_COUNT; i++) {
        const struct dissector *row = dissectors[i];

        assert(row->proto == i && row->dissect);
        for (unsigned k = 0; k < BINDINGS_MAX; k++) {
            if (row->bind[k].kind == BIND_NONE)
                break;
            bind_one(&row->bind[k], (uint8_t)i);
        }
    }
}

enum proto proto_recognise(struct cursor payload, uint8_t ip_proto,
                           uint16_t sport, uint16_t dport)
{
    enum binding_kind kind = ip_proto == 17 ? BIND_UDP_PORT : BIND_TCP_PORT;
    uint16_t port[2] = { sport < dport ? sport : dport,
                         sport < dport ? dport : sport };
    const struct dissector *by_port = NULL;

    for (unsigned i = 0; i < 2; i++) {
        const struct dissector *row = dissectors[proto_bound(kind, port[i])];

        if (row && row->recognise &&
            row->recognise(payload, ip_proto, sport, dport))
            return row->proto;
        if (row && !row->recognise && !by_port)
            by_port = row;
    }
    for (unsigned i = 1; i < PROTO_COUNT; i++) {
        const struct dissector *row = dissectors[i];

        if (row->recognise && row->recognise(payload, ip_proto, sport, dport))
            return row->proto;
    }
    return by_port ? by_port->proto : PROTO_NONE;
}
