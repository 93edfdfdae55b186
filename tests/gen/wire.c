/* SPDX-License-Identifier: BSD-3-Clause
 *
 * Packets of the capture generator below TCP: IPv4 (RFC 791), IPv6 (RFC 8200),
 * ARP (RFC 826), ICMP (RFC 792), ICMPv6 and NDP (RFC 4443, 4861), UDP.
 */
#include "tests/gen/wire.h"

#include <arpa/inet.h>
#include <stdlib.h>
#include <string.h>

#include "tests/gen/net.h"

#define FRAME_IP  14
#define IPV4_HEAD 20
#define IPV6_HEAD 40

const struct host everyone = {
    .mac = { 0xff, 0xff, 0xff, 0xff, 0xff, 0xff },
    .version = 4,
    .ip = { 255, 255, 255, 255 },
};

uint8_t *put16(uint8_t *p, unsigned v)
{
    p[0] = (uint8_t)(v >> 8);
    p[1] = (uint8_t)v;
    return p + 2;
}

uint8_t *put32(uint8_t *p, uint32_t v)
{
    return put16(put16(p, v >> 16), v & 0xffff);
}

void fill(uint8_t *p, size_t n, uint32_t at)
{
    static uint8_t pattern[23 + GEN_FRAME_MAX];

    if (!pattern[0])
        for (size_t i = 0; i < sizeof(pattern); i++)
            pattern[i] = (uint8_t)('a' + i % 23);
    memcpy(p, pattern + at % 23, n);
}

void ip_bytes(const char *text, uint8_t *out)
{
    if (inet_pton(strchr(text, ':') ? AF_INET6 : AF_INET, text, out) != 1) {
        fprintf(stderr, "gen: bad address %s\n", text);
        abort();
    }
}

void mac_bytes(const char *text, uint8_t out[6])
{
    for (int i = 0; i < 6; i++)
        out[i] = (uint8_t)strtoul(text + i * 3, NULL, 16);
}

/* Linux 6.1: what most guests run. */
static const struct stack linux_stack = {
    .mss = 1460,
    .wscale = 7,
    .sack = true,
    .ts = true,
    .window = 64240,
};

struct host host_v4(const char *ip, const char *mac)
{
    struct host h = { .version = 4,
                      .ttl = 64,
                      .df = true,
                      .ipid = IPID_RANDOM,
                      .mtu = 1500,
                      .tcp = linux_stack };

    ip_bytes(ip, h.ip);
    mac_bytes(mac, h.mac);
    return h;
}

struct host host_v6(const char *ip, const char *mac)
{
    struct host h = {
        .version = 6, .ttl = 64, .mtu = 1500, .tcp = linux_stack
    };

    h.tcp.mss = 1440;
    ip_bytes(ip, h.ip);
    mac_bytes(mac, h.mac);
    return h;
}

/* --- sums --------------------------------------------------------------- */

uint32_t inet_sum(uint32_t sum, const uint8_t *p, size_t n)
{
    uint64_t s = sum;

    for (; n >= 2; n -= 2, p += 2)
        s += (uint32_t)p[0] << 8 | p[1];
    if (n)
        s += (uint32_t)p[0] << 8;
    while (s >> 32)
        s = (s & 0xffffffff) + (s >> 32);
    return (uint32_t)s;
}

uint16_t inet_fold(uint32_t sum)
{
    while (sum >> 16)
        sum = (sum & 0xffff) + (sum >> 16);
    return (uint16_t)sum;
}

uint32_t pseudo_sum(const struct host *from, const struct host *to,
                    uint8_t proto, size_t len)
{
    size_t n = from->version == 6 ? 16 : 4;
    uint32_t sum = inet_sum((uint32_t)len + proto, from->ip, n);

    return inet_sum(sum, to->ip, n);
}

/* --- IP ----------------------------------------------------------------- */

static uint16_t next_id(struct gen *g, struct host *from)
{
    switch (from->ipid) {
    case IPID_ZERO:
        return 0;
    case IPID_RANDOM:
        return (uint16_t)gen_random(g);
    default:
        return from->shared_id ? (*from->shared_id)++ : from->id++;
    }
}

static void put_ipv4(uint8_t *p, const struct host *from, const struct host *to,
                     size_t len, uint16_t id, unsigned frag, uint8_t ttl,
                     uint8_t proto)
{
    p[0] = 0x45;
    p[1] = from->tos;
    put16(p + 2, (unsigned)(IPV4_HEAD + len));
    put16(p + 4, id);
    put16(p + 6, frag);
    p[8] = ttl;
    p[9] = proto;
    put16(p + 10, 0);
    memcpy(p + 12, from->ip, 4);
    memcpy(p + 16, to->ip, 4);
    put16(p + 10, inet_fold(inet_sum(0, p, IPV4_HEAD)) ^ 0xffff);
}

static void put_ipv6(uint8_t *p, const struct host *from, const struct host *to,
                     size_t len, uint8_t ttl, uint8_t next)
{
    put32(p, 0x60000000u | (uint32_t)from->tos << 20);
    put16(p + 4, (unsigned)len);
    p[6] = next;
    p[7] = ttl;
    memcpy(p + 8, from->ip, 16);
    memcpy(p + 24, to->ip, 16);
}

static void remember(struct gen *g, const uint8_t *ip, size_t len)
{
    memcpy(g->last_ip, ip, len);
    g->last_ip_len = (uint32_t)len;
}

/* One fragment: payload [at, at + n) of a datagram of @len octets. */
static void put_fragment(struct gen *g, uint8_t *frame, struct host *from,
                         const struct host *to, uint8_t proto, uint8_t ttl,
                         uint32_t id, const uint8_t *payload, size_t at,
                         size_t n, bool more)
{
    uint8_t *p = frame + FRAME_IP;
    size_t head = IPV4_HEAD;

    if (from->version == 6) {
        /* RFC 8200 section 4.5 */
        head = IPV6_HEAD + 8;
        put_ipv6(p, from, to, n + 8, ttl, 44);
        p[IPV6_HEAD] = proto;
        p[IPV6_HEAD + 1] = 0;
        put16(p + IPV6_HEAD + 2, (unsigned)at | more);
        put32(p + IPV6_HEAD + 4, id);
    } else {
        put_ipv4(p, from, to, n, (uint16_t)id,
                 (unsigned)(at / 8) | (more ? 0x2000u : 0), ttl, proto);
    }
    memcpy(p + head, payload + at, n);
    remember(g, p, head + n);
    gen_frame(g, frame, FRAME_IP + head + n, NULL);
}

void gen_ip(struct gen *g, struct host *from, const struct host *to,
            uint8_t proto, uint8_t ttl, const uint8_t *payload, size_t len,
            const struct offload *off)
{
    static uint8_t frame[GEN_FRAME_MAX];
    uint8_t *p = frame + FRAME_IP;
    size_t head = from->version == 6 ? IPV6_HEAD : IPV4_HEAD;
    uint16_t id = from->version == 4 ? next_id(g, from) : 0;

    if (!ttl)
        ttl = from->ttl;
    memcpy(frame, to->mac, 6);
    memcpy(frame + 6, from->mac, 6);
    put16(frame + 12, from->version == 6 ? 0x86dd : 0x0800);
    if (from->mtu && head + len > from->mtu && proto != 6) {
        size_t room = (from->mtu - head - (from->version == 6 ? 8 : 0)) & ~7u;

        if (from->version == 6)
            id = (uint16_t)gen_random(g);
        for (size_t at = 0; at < len; at += room)
            put_fragment(g, frame, from, to, proto, ttl, id, payload, at,
                         len - at < room ? len - at : room, len - at > room);
        return;
    }
    if (from->version == 6)
        put_ipv6(p, from, to, len, ttl, proto);
    else
        put_ipv4(p, from, to, len, id, from->df ? 0x4000 : 0, ttl, proto);
    memcpy(p + head, payload, len);
    remember(g, p, head + len);
    gen_frame(g, frame, FRAME_IP + head + len, off);
}

/* --- ARP ---------------------------------------------------------------- */

static void put_arp(struct gen *g, const uint8_t dst[6], unsigned op,
                    const uint8_t sha[6], const uint8_t spa[4],
                    const uint8_t tha[6], const uint8_t tpa[4])
{
    uint8_t f[64] = { 0 };
    uint8_t *p = f;
    bool padded = op == 2 && g->net->arp_padded;

    memcpy(p, dst, 6);
    memcpy(p + 6, sha, 6);
    p = put16(put16(put16(p + 12, 0x0806), 1), 0x0800);
    *p++ = 6;
    *p++ = 4;
    p = put16(p, op);
    memcpy(p, sha, 6);
    memcpy(p + 6, spa, 4);
    memcpy(p + 10, tha, 6);
    memcpy(p + 16, tpa, 4);
    gen_frame(g, f, padded ? 64 : 42, NULL);
}

static const uint8_t nobody[6];

void gen_arp_request(struct gen *g, const struct host *from, const char *ip)
{
    uint8_t tpa[4];

    ip_bytes(ip, tpa);
    put_arp(g, everyone.mac, 1, from->mac, from->ip, nobody, tpa);
}

void gen_arp_claim(struct gen *g, const uint8_t mac[6], const char *ip,
                   const struct host *to)
{
    uint8_t spa[4];

    ip_bytes(ip, spa);
    put_arp(g, to->mac, 2, mac, spa, to->mac, to->ip);
}

void gen_arp_reply(struct gen *g, const struct host *from,
                   const struct host *to)
{
    put_arp(g, to->mac, 2, from->mac, from->ip, to->mac, to->ip);
}

void gen_arp_gratuitous(struct gen *g, const struct host *from)
{
    put_arp(g, everyone.mac, 1, from->mac, from->ip, nobody, from->ip);
}

/* --- ICMP --------------------------------------------------------------- */

void gen_icmp(struct gen *g, struct host *from, const struct host *to,
              uint8_t type, uint8_t code, uint32_t rest, const uint8_t *data,
              size_t len)
{
    static uint8_t m[GEN_FRAME_MAX];
    uint8_t proto = from->version == 6 ? 58 : 1;
    uint32_t sum;

    m[0] = type;
    m[1] = code;
    put16(m + 2, 0);
    put32(m + 4, rest);
    memcpy(m + 8, data, len);
    sum = from->version == 6 ? pseudo_sum(from, to, proto, len + 8) : 0;
    put16(m + 2, inet_fold(inet_sum(sum, m, len + 8)) ^ 0xffff);
    gen_ip(g, from, to, proto, from->icmp_ttl, m, len + 8, NULL);
}

static void echo(struct gen *g, struct host *from, const struct host *to,
                 uint8_t type, uint16_t id, uint16_t seq, size_t len)
{
    static uint8_t data[GEN_FRAME_MAX];

    fill(data, len, seq);
    gen_icmp(g, from, to, type, 0, (uint32_t)id << 16 | seq, data, len);
}

void gen_echo(struct gen *g, struct host *from, const struct host *to,
              uint16_t id, uint16_t seq, size_t len)
{
    echo(g, from, to, from->version == 6 ? 128 : 8, id, seq, len);
}

void gen_echo_reply(struct gen *g, struct host *from, const struct host *to,
                    uint16_t id, uint16_t seq, size_t len)
{
    echo(g, from, to, from->version == 6 ? 129 : 0, id, seq, len);
}

struct quote gen_quote(const struct gen *g)
{
    struct quote q = { .len = g->last_ip_len };

    memcpy(q.src_mac, g->last_mac + 6, 6);
    if (q.len > sizeof(q.bytes))
        q.len = sizeof(q.bytes);
    memcpy(q.bytes, g->last_ip, q.len);
    return q;
}

void gen_icmp_error(struct gen *g, struct host *from, const struct quote *q,
                    uint8_t type, uint8_t code, uint32_t mtu)
{
    struct host to = { .version = from->version };
    bool v6 = from->version == 6;
    uint32_t max = v6 ? 1232 : 548;

    memcpy(to.mac, q->src_mac, 6);
    memcpy(to.ip, q->bytes + (v6 ? 8 : 12), v6 ? 16 : 4);
    gen_icmp(g, from, &to, type, code, mtu, q->bytes,
             q->len < max ? q->len : max);
}

/* --- NDP ---------------------------------------------------------------- */

static struct host multicast6(const char *ip)
{
    struct host h = { .version = 6, .mac = { 0x33, 0x33 } };

    ip_bytes(ip, h.ip);
    memcpy(h.mac + 2, h.ip + 12, 4);
    return h;
}

static struct host hop255(const struct host *h)
{
    struct host copy = *h;

    copy.icmp_ttl = 255; /* RFC 4861 section 6.1: must be 255 */
    return copy;
}

static uint8_t *put_link_option(uint8_t *p, uint8_t type, const uint8_t *mac)
{
    p[0] = type;
    p[1] = 1;
    memcpy(p + 2, mac, 6);
    return p + 8;
}

void gen_rs(struct gen *g, struct host *from)
{
    struct host to = multicast6("ff02::2"), me = hop255(from);
    uint8_t option[8];

    put_link_option(option, 1, from->mac);
    gen_icmp(g, &me, &to, 133, 0, 0, option, sizeof(option));
}

static uint8_t *put_prefix_option(uint8_t *p, const struct ra *ra)
{
    p[0] = 3;
    p[1] = 4;
    p[2] = 64;
    p[3] = 0xc0;
    put32(put32(put32(p + 4, ra->valid_s), ra->preferred_s), 0);
    ip_bytes(ra->prefix, p + 16);
    return p + 32;
}

void gen_ra(struct gen *g, struct host *from, const struct ra *ra)
{
    struct host to = multicast6("ff02::1"), me = hop255(from);
    uint8_t body[128] = { 0 };
    uint8_t *p = body + 8; /* reachable time, retrans timer */

    p = put_link_option(p, 1, from->mac);
    if (ra->prefix)
        p = put_prefix_option(p, ra);
    if (ra->mtu) {
        *p++ = 5;
        *p++ = 1;
        p = put32(put16(p, 0), ra->mtu);
    }
    if (ra->rdnss) {
        *p++ = 25;
        *p++ = 3;
        p = put32(put16(p, 0), 1200);
        ip_bytes(ra->rdnss, p);
        p += 16;
    }
    gen_icmp(g, &me, &to, 134, 0,
             (uint32_t)ra->hop_limit << 24 | (uint32_t)ra->flags << 16 |
                 ra->lifetime_s,
             body, (size_t)(p - body));
}

void gen_ns(struct gen *g, struct host *from, const char *target)
{
    struct host to = multicast6("ff02::1:ff00:0"), me = hop255(from);
    uint8_t body[24];

    ip_bytes(target, body);
    memcpy(to.ip + 13, body + 13, 3);
    memcpy(to.mac + 3, body + 13, 3);
    put_link_option(body + 16, 1, from->mac);
    gen_icmp(g, &me, &to, 135, 0, 0, body, sizeof(body));
}

void gen_na(struct gen *g, struct host *from, const struct host *to)
{
    struct host me = hop255(from);
    uint8_t body[24];

    memcpy(body, from->ip, 16);
    put_link_option(body + 16, 2, from->mac);
    gen_icmp(g, &me, to, 136, 0, 0x60000000, body, sizeof(body));
}

/* --- UDP ---------------------------------------------------------------- */

void gen_udp(struct gen *g, struct host *from, uint16_t sport,
             const struct host *to, uint16_t dport, const void *payload,
             size_t len)
{
    static uint8_t d[GEN_FRAME_MAX];
    struct offload off = { .csum_start = from->version == 6 ? 54 : 34,
                           .csum_offset = 6 };
    uint32_t sum = pseudo_sum(from, to, 17, len + 8);
    uint16_t check;

    put16(put16(put16(put16(d, sport), dport), (unsigned)len + 8), 0);
    if (payload)
        memcpy(d + 8, payload, len);
    else
        fill(d + 8, len, 0);
    check = inet_fold(inet_sum(sum, d, len + 8)) ^ 0xffff;
    if (!check)
        check = 0xffff; /* RFC 768: zero means no checksum */
    if (from->csum == CSUM_PARTIAL)
        check = inet_fold(sum);
    else if (from->csum == CSUM_ZERO)
        check = 0;
    else if (from->csum == CSUM_WRONG)
        check ^= 0x5555;
    put16(d + 6, check);
    off.needs_csum = from->csum == CSUM_PARTIAL;
    gen_ip(g, from, to, 17, 0, d, len + 8, &off);
}
