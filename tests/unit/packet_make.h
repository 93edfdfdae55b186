/* SPDX-License-Identifier: BSD-3-Clause
 *
 * Packets for the tests of stations, requests, guests and the model, made
 * directly: what packet_dissect() would have said of them.
 */
#ifndef TESTS_UNIT_PACKET_MAKE_H
#define TESTS_UNIT_PACKET_MAKE_H

#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>

#include <cmocka.h>

#include "dissect/packet.h"

#define MS  1000000LL
#define SEC 1000000000LL

#define V4(a, b, c, d)                                                       \
    addr_v4((uint32_t)(a) << 24 | (uint32_t)(b) << 16 | (uint32_t)(c) << 8 | \
            (uint32_t)(d))

static const struct mac guest_mac = { { 0x52, 0x54, 0, 0x12, 0x34, 0x56 } };
static const struct mac slirp_mac = { { 0x52, 0x55, 0x0a, 0, 0x02, 0x02 } };
static const struct mac other_mac = { { 0x00, 0x11, 0x22, 0x33, 0x44, 0x55 } };
static const struct mac all_macs = { { 255, 255, 255, 255, 255, 255 } };

/** struct scene - Clock and frame number of packets to come */
struct scene {
    int64_t ns;
    uint64_t frame;
};

static inline struct packet pk_frame(struct scene *s, const struct mac *from,
                                     const struct mac *to)
{
    struct packet p;

    memset(&p, 0, sizeof(p));
    p.ts_ns = s->ns;
    p.number = ++s->frame;
    p.vlan = VLAN_NONE;
    p.wirelen = p.caplen = 60;
    p.ip_off = p.l4_off = p.payload_off = OFF_NONE;
    p.linktype = 1;
    p.flags = PKT_HAS_MAC;
    p.eth_src = *from;
    p.eth_dst = *to;
    return p;
}

static inline struct packet pk_ip(struct scene *s, const struct mac *from,
                                  const struct mac *to, union addr src,
                                  union addr dst)
{
    struct packet p = pk_frame(s, from, to);

    p.ip_version = addr_is_v4(&src) ? 4 : 6;
    p.ttl = 64;
    p.ip_len = 60;
    p.wirelen = p.caplen = 74;
    p.src = src;
    p.dst = dst;
    return p;
}

static inline struct packet pk_arp(struct scene *s, const struct mac *from,
                                   const struct mac *to, uint16_t op,
                                   union addr spa, union addr tpa)
{
    struct packet p = pk_frame(s, from, to);

    p.events = EV_ARP;
    p.arp.op = op;
    p.arp.sha = *from;
    p.arp.spa = spa;
    p.arp.tpa = tpa;
    return p;
}

static inline struct packet pk_echo(struct scene *s, union addr src,
                                    union addr dst, uint8_t type, uint16_t id,
                                    uint16_t seq)
{
    bool out = type == 8 || type == 128;
    struct packet p = pk_ip(s, out ? &guest_mac : &slirp_mac,
                            out ? &slirp_mac : &guest_mac, src, dst);

    p.events = EV_ICMP_ECHO;
    p.ip_proto = p.ip_version == 4 ? 1 : 58;
    p.icmp.type = type;
    p.icmp.id = id;
    p.icmp.seq = seq;
    p.icmp.is_v6 = p.ip_version == 6;
    p.payload_len = 56;
    return p;
}

/* An ICMP error from @by that quotes @q. */
static inline struct packet pk_error(struct scene *s, union addr by,
                                     const struct packet *q, uint8_t type,
                                     uint8_t code)
{
    struct packet p = pk_ip(s, &slirp_mac, &guest_mac, by, q->src);
    struct quoted *k = &p.icmp.quoted;

    p.events = EV_ICMP_ERROR;
    p.ip_proto = 1;
    p.icmp.type = type;
    p.icmp.code = code;
    p.icmp.is_error = true;
    k->src = q->src;
    k->dst = q->dst;
    k->ip_proto = q->ip_proto;
    k->valid = k->l4_valid = true;
    if (q->events & EV_ICMP_ECHO) {
        k->icmp_type = q->icmp.type;
        k->sport = q->icmp.id;
        k->dport = q->icmp.seq;
    } else {
        k->sport = q->sport;
        k->dport = q->dport;
        k->seq = q->events & EV_TCP ? q->tcp.seq : 0;
    }
    return p;
}

static inline struct packet pk_udp(struct scene *s, bool out, union addr src,
                                   uint16_t sport, union addr dst,
                                   uint16_t dport, const void *bytes,
                                   uint32_t len)
{
    struct packet p = pk_ip(s, out ? &guest_mac : &slirp_mac,
                            out ? &slirp_mac : &guest_mac, src, dst);

    p.events = EV_UDP;
    p.ip_proto = 17;
    p.sport = sport;
    p.dport = dport;
    p.data = bytes;
    p.payload_off = 0;
    p.payload_len = len;
    p.caplen = len;
    return p;
}

static inline struct packet pk_tcp(struct scene *s, bool out, union addr src,
                                   uint16_t sport, union addr dst,
                                   uint16_t dport, uint8_t flags, uint32_t seq,
                                   uint32_t ack)
{
    struct packet p = pk_ip(s, out ? &guest_mac : &slirp_mac,
                            out ? &slirp_mac : &guest_mac, src, dst);

    p.events = EV_TCP;
    if ((flags & (TCP_SYN | TCP_ACK)) == TCP_SYN)
        p.events |= EV_TCP_SYN;
    if ((flags & (TCP_SYN | TCP_ACK)) == (TCP_SYN | TCP_ACK))
        p.events |= EV_TCP_SYNACK;
    if (flags & TCP_RST)
        p.events |= EV_TCP_RST;
    p.ip_proto = 6;
    p.sport = sport;
    p.dport = dport;
    p.tcp.flags = flags;
    p.tcp.seq = seq;
    p.tcp.ack = ack;
    p.tcp.window = 64240;
    if (flags & TCP_SYN) {
        p.tcp.options = TCPO_MSS;
        p.tcp.mss = 1460;
    }
    return p;
}

/* A DNS message with one question of type A; returns its length. */
static inline uint32_t dns_bytes(uint8_t *out, uint16_t id, bool answer,
                                 uint8_t rcode, const char *label)
{
    size_t n = strlen(label);

    memset(out, 0, 12);
    out[0] = (uint8_t)(id >> 8);
    out[1] = (uint8_t)id;
    out[2] = answer ? 0x81 : 0x01;
    out[3] = rcode;
    out[5] = 1;
    out[12] = (uint8_t)n;
    memcpy(out + 13, label, n);
    out[13 + n] = 0;
    memcpy(out + 14 + n, "\0\1\0\1", 4);
    return (uint32_t)n + 18;
}

/* A BOOTP message with options 53, 54, 1, 3, 6, 51 as far as they apply. */
static inline uint32_t dhcp_bytes(uint8_t *out, uint8_t type, uint32_t xid,
                                  const struct mac *chaddr, uint8_t yiaddr)
{
    bool reply = type == 2 || type == 5 || type == 6;
    uint8_t *o = out + 240;

    memset(out, 0, 300);
    out[0] = reply ? 2 : 1;
    out[1] = 1;
    out[2] = 6;
    out[4] = (uint8_t)(xid >> 24);
    out[5] = (uint8_t)(xid >> 16);
    out[6] = (uint8_t)(xid >> 8);
    out[7] = (uint8_t)xid;
    if (yiaddr)
        memcpy(out + 16, (uint8_t[]){ 10, 0, 2, yiaddr }, 4);
    memcpy(out + 28, chaddr->b, 6);
    memcpy(out + 236, "\x63\x82\x53\x63", 4);
    memcpy(o, (uint8_t[]){ 53, 1, type }, 3);
    o += 3;
    if (reply) {
        static const uint8_t options[] = {
            54, 4, 10, 0, 2, 2,  1, 4, 255, 255, 255, 0, 3, 4,    10,
            0,  2, 2,  6, 4, 10, 0, 2, 3,   51,  4,   0, 1, 0x51, 0x80,
        };

        memcpy(o, options, sizeof(options));
        o += sizeof(options);
    } else {
        memcpy(o,
               "\x0c\x04"
               "vm\x1b!",
               6);
        o += 6;
    }
    *o = 255;
    return 300;
}

#endif
