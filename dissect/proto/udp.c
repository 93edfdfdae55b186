/* SPDX-License-Identifier: BSD-3-Clause
 *
 * UDP, RFC 768. A length of 0 is a jumbogram's (RFC 2675 section 4) and is
 * taken from IP; any other below 8 is a lie.
 */
#include "dissect/proto/l4.h"

#define UDP_HEADER 8

static void udp_tree(struct dissect *d, const struct layer *l, const uint8_t *p)
{
    struct tree *t = d->tree;
    uint32_t off = l->off;

    tree_open(t, "udp", off, UDP_HEADER,
              "User Datagram Protocol, Src Port: %u, Dst Port: %u", be16_at(p),
              be16_at(p + 2));
    tree_add(t, "udp.srcport", off, 2, "Source port: %u", be16_at(p));
    tree_add(t, "udp.dstport", off + 2, 2, "Destination port: %u",
             be16_at(p + 2));
    tree_add(t, "udp.length", off + 4, 2, "Length: %u", be16_at(p + 4));
    tree_add(t, "udp.checksum", off + 6, 2, "Checksum: 0x%04x", be16_at(p + 6));
    tree_close(t);
}

/* Events of a port on either side. */
static inline uint32_t port_events(uint16_t port)
{
    switch (port) {
    case 53:
        return EV_DNS;
    case 67:
    case 68:
        return EV_DHCP;
    case 69:
        return EV_TFTP;
    case 123:
        return EV_NTP;
    case 137:
    case 1900:
    case 5353:
    case 5355:
        return EV_MDNS;
    case 546:
    case 547:
        return EV_DHCPV6;
    default:
        return 0;
    }
}

static inline void udp_fill(struct packet *pkt, uint16_t sport, uint16_t dport,
                            enum proto app)
{
    uint16_t low = sport < dport ? sport : dport;
    uint32_t ev = port_events(low);

    pkt->sport = sport;
    pkt->dport = dport;
    pkt->app = (uint16_t)app;
    if (__builtin_expect(proto_carries_layers(app), 0))
        pkt->flags |= PKT_TUNNEL;
    /* The higher port is ephemeral wherever the lower one says anything. */
    pkt->events |= EV_UDP | proto_events[app] |
                   (ev ? ev : port_events(sport < dport ? dport : sport));
}

static enum proto udp_app(struct dissect *d, uint16_t sport, uint16_t dport,
                          enum proto bound)
{
    enum proto app = bound;

    if (d->wire_left == 0)
        return PROTO_NONE;
    d->inner = true;
    if (!d->tree)
        return bound;
    if (d->quote)
        return PROTO_RAW;
    if (cursor_left(&d->c) > 0)
        app = proto_recognise(d->c, IPN_UDP, sport, dport);
    return app != PROTO_NONE ? app : PROTO_RAW;
}

/* The cursor stands before a header that is not all there. */
static enum proto udp_short(struct dissect *d, struct layer *l)
{
    struct cursor c = cursor_over(d->c.p, cursor_left(&d->c), LAYER_TRUNCATED);
    uint16_t sport = cursor_be16(&c), dport = cursor_be16(&c);

    if (!d->inner && !c.bad) {
        d->pkt->sport = sport;
        d->pkt->dport = dport;
    }
    return dissect_bad(d, l);
}

/* Octets behind the header, by the length field where it can be believed. */
static void udp_length(struct dissect *d, struct layer *l, uint32_t len)
{
    bool fragment = !d->inner && d->pkt->flags & PKT_FRAG;

    if (len == 0)
        return; /* d->wire_end stays IP's */
    /* The first fragment's length field counts the whole datagram. */
    if (fragment && len > d->wire_left)
        return;
    dissect_narrow(d, l, len - UDP_HEADER);
}

static enum proto udp_dissect(struct dissect *d, struct layer *l)
{
    const uint8_t *p = cursor_take(&d->c, UDP_HEADER);
    struct packet *pkt = d->pkt;
    uint32_t whole = d->wire_left, len;
    uint16_t sport, dport;
    enum proto app;

    if (!p)
        return udp_short(d, l);
    sport = be16_at(p);
    dport = be16_at(p + 2);
    len = be16_at(p + 4);
    app = proto_of_ports(BIND_UDP_PORT, sport, dport);
    if (!d->inner) {
        udp_fill(pkt, sport, dport, app);
        if (!(pkt->flags & PKT_FRAG) &&
            l4_csum_partial(d, p + 6, IPN_UDP, len ? len : whole))
            pkt->flags |= PKT_CSUM_PARTIAL;
    }
    if (len != 0 ? len < UDP_HEADER : whole <= 65535) {
        if (d->tree)
            udp_tree(d, l, p);
        return dissect_malformed(d, l);
    }
    udp_length(d, l, len);
    dissect_done(d, l);
    d->wire_left = l->payload_len;
    if (!d->inner)
        l4_payload(pkt, l);
    if (d->tree)
        udp_tree(d, l, p);
    return udp_app(d, sport, dport, app);
}

const struct dissector udp_dissector = {
    .name = "udp",
    .title = "User Datagram Protocol",
    .ref = "RFC 768",
    .proto = PROTO_UDP,
    .dissect = udp_dissect,
    .bind = { { BIND_IPPROTO, IPN_UDP } },
};
