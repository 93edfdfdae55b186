/* SPDX-License-Identifier: BSD-3-Clause
 *
 * The walk down one frame. Each layer is pushed, read by its dissector and
 * asked for the next one; the loop owns what all layers share: where the layer
 * ends on the wire, the events a protocol stands for, and the end at
 * applications and tunnels on the fast path.
 *
 * Invariant: for every layer off + header_len <= caplen.
 */
#include "dissect/packet.h"

#include "dissect/proto/proto.h"
#include "dissect/proto/vnet.h"

#define LINKTYPE_ETHERNET 1

/* Flags that come from the source or from flow/ and survive dissecting. */
#define FLAGS_KEPT (PKT_DIRECTION_KNOWN | PKT_DUPLICATE)

static const struct mac no_mac;
static const union addr no_addr;

/* Not a memset of the whole: the union and the layers are written by whoever
 * claims them, and this runs once a packet. */
static inline void packet_reset(struct packet *pkt)
{
    pkt->flags &= FLAGS_KEPT;
    if (pkt->caplen < pkt->wirelen)
        pkt->flags |= PKT_TRUNCATED;
    pkt->events = 0;
    pkt->nlayer = 0;
    pkt->vnet_len = 0;
    pkt->vnet_flags = 0;
    pkt->vnet_gso_type = 0;
    pkt->vnet_gso_size = 0;
    pkt->vlan = VLAN_NONE;
    pkt->ethertype = 0;
    pkt->eth_src = no_mac;
    pkt->eth_dst = no_mac;
    pkt->ip_version = 0;
    pkt->ip_proto = 0;
    pkt->ttl = 0;
    pkt->tos = 0;
    pkt->ip_df = 0;
    pkt->ip_mf = 0;
    pkt->frag_off = 0;
    pkt->ip_id = 0;
    pkt->ip_len = 0;
    pkt->ip_off = OFF_NONE;
    pkt->src = no_addr;
    pkt->dst = no_addr;
    pkt->sport = 0;
    pkt->dport = 0;
    pkt->l4_off = OFF_NONE;
    pkt->payload_off = OFF_NONE;
    pkt->payload_len = 0;
    pkt->app = PROTO_NONE;
    pkt->flow_hash = 0;
    /* A consumer that looks at TCP of a fragment finds nothing, not noise. */
    pkt->tcp.seq = 0;
    pkt->tcp.ack = 0;
    pkt->tcp.window = 0;
    pkt->tcp.flags = 0;
    pkt->tcp.wscale = 0;
    pkt->tcp.mss = 0;
    pkt->tcp.options = 0;
    pkt->tcp.tsval = 0;
    pkt->tcp.tsecr = 0;
    pkt->tcp.nsack = 0;
}

static inline enum proto first_proto(const struct packet *pkt)
{
    enum proto first = proto_bound(BIND_LINKTYPE, pkt->linktype);

    if (pkt->linktype == LINKTYPE_ETHERNET && vnet_before(pkt))
        return PROTO_VNET;
    return first != PROTO_NONE ? first : PROTO_RAW;
}

/* An application on the fast path: known to be there, not read. */
static void push_unread(struct dissect *d, struct layer *l)
{
    l->header_len = 0;
    l->payload_len = d->wire_left;
}

/* What follows belongs to another packet. Returns false when the walk ends. */
static bool enter_tunnel(struct dissect *d)
{
    if (!d->inner)
        d->pkt->flags |= PKT_TUNNEL;
    d->inner = true;
    return d->tree != NULL;
}

static inline struct layer *push_layer(struct dissect *d, enum proto proto)
{
    struct layer *l = &d->pkt->layer[d->pkt->nlayer++];
    uint32_t off = dissect_off(d);

    l->proto = (uint16_t)proto;
    l->flags = LAYER_OK;
    l->off = off;
    l->header_len = 0;
    l->payload_len = 0;
    d->wire_left = d->wire_end > off ? d->wire_end - off : 0;
    if (d->tree) {
        d->tree_mark = d->tree->count;
        d->tree->depth = 0;
    }
    return l;
}

/* Behind the transport everything is inner: on the fast path it is pushed
 * unread, with a tree it is for display and must not change what is known
 * about the packet. */
static void walk(struct dissect *d, enum proto next)
{
    struct packet *pkt = d->pkt;

    while (next != PROTO_NONE && pkt->nlayer < LAYERS_MAX) {
        const struct dissector *row = dissectors[next];
        struct layer *l = push_layer(d, next);
        bool outer = !d->inner;

        if (outer)
            pkt->events |= proto_events[next];
        if (!d->tree && (row->app || !outer)) {
            push_unread(d, l);
            return;
        }
        next = row->dissect(d, l);
        if (__builtin_expect(l->flags != 0, 0) && outer && !row->app)
            pkt->events |= EV_DAMAGED;
        if (__builtin_expect(proto_carries_layers(l->proto), 0) &&
            !enter_tunnel(d))
            return;
    }
}

/* A field covers what its lengths say; a view marks what was captured. */
static void clip_fields(struct tree *t, uint32_t caplen)
{
    for (unsigned i = 0; i < t->count; i++) {
        struct field *f = &t->field[i];

        if (f->off > caplen)
            f->off = caplen;
        if (f->len > caplen - f->off)
            f->len = caplen - f->off;
    }
}

void packet_dissect(struct packet *pkt, struct tree *tree)
{
    uint32_t wirelen = pkt->wirelen > pkt->caplen ? pkt->wirelen : pkt->caplen;
    struct dissect d = {
        .pkt = pkt,
        .c = cursor_over(pkt->data, pkt->caplen,
                         pkt->caplen < wirelen ? LAYER_TRUNCATED
                                               : LAYER_CUT_BY_OUTER),
        .wire_left = wirelen,
        .wire_end = wirelen,
        .tree = tree,
    };

    packet_reset(pkt);
    if (tree)
        tree_init(tree);
    walk(&d, first_proto(pkt));
    if (tree)
        clip_fields(tree, pkt->caplen);
}

/* Headers of Ethernet, IP and TCP end in the second cache line. */
static inline void prefetch_headers(const struct packet *pkt)
{
    __builtin_prefetch(pkt->data);
    if (pkt->caplen > 64)
        __builtin_prefetch(pkt->data + 64);
}

void packet_dissect_batch(struct packet *pkts, unsigned n)
{
    for (unsigned i = 0; i < n; i++) {
        if (i + 4 < n)
            prefetch_headers(&pkts[i + 4]);
        packet_dissect(&pkts[i], NULL);
    }
}

void dissect_narrow(struct dissect *d, struct layer *l, uint32_t len)
{
    uint32_t off = dissect_off(d);
    uint32_t left = d->wire_end > off ? d->wire_end - off : 0;

    if (len > left) {
        if (!d->quote)
            l->flags |= LAYER_CUT_BY_OUTER;
        len = left;
    }
    d->wire_end = off + len;
    d->wire_left = len;
    cursor_trim(&d->c, len);
    /* All of it was captured: what is missing now the sender left out. */
    if (cursor_left(&d->c) == len)
        d->c.why_end = LAYER_CUT_BY_OUTER;
}

/* The layer failed: say so in the tree, under its own line. */
static void show_verdict(struct dissect *d, const struct layer *l)
{
    const struct dissector *row = dissectors[l->proto];
    struct tree *t = d->tree;

    if (t->count == d->tree_mark) {
        t->depth = 0;
        tree_open(t, row->name, l->off, l->header_len, "%s", row->title);
    }
    if (l->flags & LAYER_TRUNCATED)
        tree_add(t, "_ws.short", l->off, 0,
                 "[The capture ends inside this header]");
    if (l->flags & LAYER_CUT_BY_OUTER)
        tree_add(t, "_ws.malformed", l->off, 0,
                 "[An outer length ends before this header does]");
    if (l->flags & LAYER_MALFORMED)
        tree_add(t, "_ws.malformed", l->off, 0,
                 "[The header contradicts itself]");
}

enum proto dissect_bad(struct dissect *d, struct layer *l)
{
    if (!d->quote)
        l->flags |= d->c.bad;
    l->header_len = (uint32_t)(d->c.end - d->pkt->data) - l->off;
    l->payload_len = 0;
    if (d->tree)
        show_verdict(d, l);
    return PROTO_NONE;
}

enum proto dissect_malformed(struct dissect *d, struct layer *l)
{
    l->flags |= LAYER_MALFORMED;
    if (l->header_len == 0)
        dissect_done(d, l);
    if (d->tree)
        show_verdict(d, l);
    return PROTO_NONE;
}

bool packet_linktype_known(uint16_t linktype)
{
    return proto_bound(BIND_LINKTYPE, linktype) != PROTO_NONE;
}

struct cursor packet_payload(const struct packet *pkt)
{
    uint32_t captured, len = pkt->payload_len;

    if (pkt->payload_off == OFF_NONE || pkt->payload_off > pkt->caplen)
        return cursor_over(pkt->data, 0, LAYER_TRUNCATED);
    captured = pkt->caplen - pkt->payload_off;
    if (len <= captured)
        return cursor_over(pkt->data + pkt->payload_off, len,
                           LAYER_CUT_BY_OUTER);
    return cursor_over(pkt->data + pkt->payload_off, captured, LAYER_TRUNCATED);
}

const struct layer *packet_find_layer(const struct packet *pkt,
                                      enum proto proto)
{
    for (unsigned i = 0; i < pkt->nlayer; i++) {
        if (pkt->layer[i].proto == proto)
            return &pkt->layer[i];
    }
    return NULL;
}

const char *proto_name(enum proto proto)
{
    static const char *const name[PROTO_COUNT] = {
        [PROTO_NONE] = "none",
#define PROTO(id, text) [PROTO_##id] = #text,
#include "dissect/proto/proto_list.h"
#undef PROTO
    };

    return (unsigned)proto < PROTO_COUNT ? name[proto] : "none";
}
