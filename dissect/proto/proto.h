/* SPDX-License-Identifier: BSD-3-Clause
 *
 * What a dissector is and how one layer hands over to the next.
 *
 * Theory of operation: a dissector is a const row that says which values of
 * its parents lead to it (bindings). At start the rows are compiled into
 * direct-index arrays, so that no parent names its children and adding a
 * protocol is one file and one row in proto_list.h. The walk is a loop, not a
 * recursion: each dissector reads its header from the cursor, narrows it to
 * its own length field and returns the next protocol.
 *
 * The same function serves the fast path (tree NULL) and the field tree on
 * screen: it reads once, then, only if there is a tree, adds the fields it has
 * just read. What the tree shows is therefore what the diagnosis used.
 */
#ifndef DISSECT_PROTO_PROTO_H
#define DISSECT_PROTO_PROTO_H

#include "dissect/packet.h"
#include "dissect/tree.h"

/** enum binding_kind - In whose number space a binding's value lies */
enum binding_kind {
    BIND_NONE = 0,
    BIND_LINKTYPE,  /* LINKTYPE_ value */
    BIND_ETHERTYPE, /* IEEE 802 number */
    BIND_LLC_DSAP,  /* LLC DSAP */
    BIND_IPPROTO,   /* IANA protocol number */
    BIND_UDP_PORT,  /* either port */
    BIND_TCP_PORT,  /* either port; the payload must also look like it */
};

struct binding {
    enum binding_kind kind;
    uint16_t value;
};

#define BINDINGS_MAX 12

/**
 * struct dissect - One walk down one packet
 * @pkt:       What is filled
 * @c:         What is left of the current layer; the callee reads its header
 * @wire_left: Octets from c.p to the end of the current layer on the wire,
 *             which the capture may have cut; kept by dissect_narrow()
 * @tree:      NULL on the fast path
 * @wire_end:  Offset in the packet where the current layer ends on the wire;
 *             the walk computes @wire_left from it before each layer
 * @addr_sum:  Internet checksum of both IP addresses, unfolded (cksum.h)
 * @ip_next:   IP protocol number that led here; behind ICMPv6 the message type
 * @ip6:       The innermost IP header so far is IPv6
 * @ext_count: IPv6 extension headers passed
 * @tree_mark: Fields in the tree when the current layer began
 * @inner:     Inside a tunnel or a quote: fill layers and tree only
 * @quote:     Inside the packet an ICMP error quotes, which is cut short by
 *             right: no verdicts
 */
struct dissect {
    struct packet *pkt;
    struct cursor c;
    uint32_t wire_left;
    uint32_t wire_end;
    struct tree *tree;
    uint64_t addr_sum;
    unsigned tree_mark;
    uint8_t ip_next;
    uint8_t ext_count;
    bool ip6;
    bool inner;
    bool quote;
};

/**
 * dissect_fn - Read one layer
 * @d: Walk; d->c stands at the layer's first octet
 * @l: The layer just pushed (proto and off are set); the callee sets
 *     header_len, payload_len, and flags when its header is bad
 *
 * Return: protocol of what follows (d->c stands there), or PROTO_NONE when
 * nothing follows. PROTO_RAW shows the rest as octets.
 */
typedef enum proto (*dissect_fn)(struct dissect *d, struct layer *l);

/**
 * struct dissector - A protocol
 * @name:      As in proto_list.h
 * @title:     For people: "Transmission Control Protocol"
 * @ref:       Where it is specified: "RFC 9293"
 * @proto:     Its number
 * @app:       An application: skipped on the fast path after recognition
 * @dissect:   See dissect_fn; not NULL
 * @recognise: Does this payload look like it? Only for protocols found by
 *             content. Reads no more than it checks; must not accept noise.
 *             NULL when the port decides.
 * @bind:      Up to BINDINGS_MAX rows, ended by kind BIND_NONE
 */
struct dissector {
    const char *name;
    const char *title;
    const char *ref;
    enum proto proto;
    bool app;
    dissect_fn dissect;
    bool (*recognise)(struct cursor payload, uint8_t ip_proto, uint16_t sport,
                      uint16_t dport);
    struct binding bind[BINDINGS_MAX];
};

/* Every dissector by enum proto; index PROTO_NONE is NULL. */
extern const struct dissector *const dissectors[PROTO_COUNT];

/* What it means to have met a protocol: enum packet_event by enum proto. */
extern const uint32_t proto_events[PROTO_COUNT];

/** proto_carries_layers() - Is it a tunnel whose inside can be read? */
static inline bool proto_carries_layers(unsigned proto)
{
    return proto == PROTO_GRE || proto == PROTO_VXLAN || proto == PROTO_GENEVE;
}

/** proto_init() - Compile the bindings; once, before the first packet */
void proto_init(void);

#define PROTO_LINKTYPES 512
#define PROTO_PORTS     65536

struct proto_port_map {
    uint64_t used[PROTO_PORTS / 64];
    uint8_t proto[PROTO_PORTS];
};

/** struct proto_bindings - What proto_init() compiled; for the inlines below */
struct proto_bindings {
    uint8_t linktype[PROTO_LINKTYPES];
    uint8_t dsap[256];
    uint8_t ipproto[256];
    uint8_t ethertype[65536];
    struct proto_port_map udp_port, tcp_port;
};

extern struct proto_bindings proto_bindings;

static inline enum proto proto_of_port(const struct proto_port_map *map,
                                       uint16_t port)
{
    if (!(map->used[port / 64] >> port % 64 & 1))
        return PROTO_NONE;
    return (enum proto)map->proto[port];
}

/** proto_bound() - Protocol bound to a value, PROTO_NONE when nobody claims
 *
 * Inline: @kind is a constant in every call of the per-packet path. */
static inline enum proto proto_bound(enum binding_kind kind, uint16_t value)
{
    const struct proto_bindings *b = &proto_bindings;

    switch (kind) {
    case BIND_LINKTYPE:
        return (enum proto)(value < PROTO_LINKTYPES ? b->linktype[value] : 0);
    case BIND_ETHERTYPE:
        return (enum proto)b->ethertype[value];
    case BIND_LLC_DSAP:
        return (enum proto)(value < 256 ? b->dsap[value] : 0);
    case BIND_IPPROTO:
        return (enum proto)(value < 256 ? b->ipproto[value] : 0);
    case BIND_UDP_PORT:
        return proto_of_port(&b->udp_port, value);
    case BIND_TCP_PORT:
        return proto_of_port(&b->tcp_port, value);
    case BIND_NONE:
        break;
    }
    return PROTO_NONE;
}

/**
 * proto_recognise() - Application of a payload, by content then by port
 * @payload:  The first captured octets of a flow's direction
 *
 * Tries @recognise of every dissector bound to one of the ports, then of all
 * that have one. Return: enum proto, or PROTO_NONE.
 */
enum proto proto_recognise(struct cursor payload, uint8_t ip_proto,
                           uint16_t sport, uint16_t dport);

/** dissect_narrow() - The current layer has @len more octets on the wire
 *
 * Trims the cursor; when the outer layer has fewer than @len left, sets
 * LAYER_CUT_BY_OUTER in @l and keeps the outer length.
 */
void dissect_narrow(struct dissect *d, struct layer *l, uint32_t len);

/** dissect_bad() - Copy the cursor's verdict into the layer; returns NONE */
enum proto dissect_bad(struct dissect *d, struct layer *l);

/** dissect_malformed() - The layer contradicts itself; returns NONE */
enum proto dissect_malformed(struct dissect *d, struct layer *l);

/**
 * dissect_ip_next() - Hand over to an IP protocol number
 * @later: A fragment with an offset: no transport header follows
 *
 * For IPv4, IPv6 and every header between them and the transport (extension
 * headers, AH). Writes ip_proto and l4_off of the packet unless @d is inside a
 * tunnel. Return: protocol of what follows.
 */
enum proto dissect_ip_next(struct dissect *d, uint8_t number, bool later);

/** proto_of_ports() - Protocol bound to the lower port, else to the higher
 *
 * The lower port is nearly always the server's; an ephemeral port may hit a
 * binding by chance.
 */
static inline enum proto proto_of_ports(enum binding_kind kind, uint16_t sport,
                                        uint16_t dport)
{
    uint16_t low = sport < dport ? sport : dport;
    uint16_t high = sport < dport ? dport : sport;
    enum proto found = proto_bound(kind, low);

    return found != PROTO_NONE ? found : proto_bound(kind, high);
}

/** dissect_off() - Offset of the cursor in the packet */
static inline uint32_t dissect_off(const struct dissect *d)
{
    return (uint32_t)(d->c.p - d->pkt->data);
}

/** dissect_done() - The header ends at the cursor, the rest is payload */
static inline void dissect_done(const struct dissect *d, struct layer *l)
{
    uint32_t off = dissect_off(d);

    l->header_len = off - l->off;
    l->payload_len = d->wire_end > off ? d->wire_end - off : 0;
}

#endif
