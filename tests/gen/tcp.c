/* SPDX-License-Identifier: BSD-3-Clause
 *
 * TCP of the capture generator: RFC 9293, options RFC 7323 (window scale,
 * timestamps) and RFC 2018 (SACK), in the order Linux writes them.
 */
#include "tests/gen/tcp.h"

#include <string.h>

#include "tests/gen/net.h"

static int other(int end)
{
    return 1 - end;
}

static uint32_t next_isn(struct gen *g, const struct host *h)
{
    /* libslirp: starts at 1, steps by half of 128000 for each connection and
     * each half second (tcp_subr.c, tcp_timer.c). */
    if (h->tcp.isn_step) {
        g->net->isn += h->tcp.isn_step;
        return g->net->isn;
    }
    return (uint32_t)gen_random(g);
}

struct tcp tcp_new(struct gen *g, struct host *client, struct host *server,
                   uint16_t port)
{
    struct net *net = g->net;
    struct tcp t = { .g = g,
                     .end = { client, server },
                     .port = { net->next_port++, port },
                     .rtt = net->wan_rtt,
                     .ack_delay = { net->ack_delay, 60 * US } };

    if (net->next_port < 32768)
        net->next_port = 32769;
    if (!t.port[0])
        t.port[0] = 32768;
    for (int i = 0; i < 2; i++) {
        t.isn[i] = next_isn(g, t.end[i]);
        t.nxt[i] = t.isn[i];
        t.window[i] = t.end[i]->tcp.window;
        t.tsval[i] = (uint32_t)gen_random(g);
    }
    /* A client that is not the guest: the guest's answer comes at once. */
    if (server == &net->guest || server == &net->guest6) {
        t.rtt = 200 * US;
        t.ack_delay[0] = 60 * US;
        t.ack_delay[1] = net->ack_delay;
    }
    return t;
}

/* --- segments ----------------------------------------------------------- */

static uint16_t wire_window(const struct tcp *t, int from, unsigned flags)
{
    uint32_t w = t->window[from];

    if (t->scaled && !(flags & T_SYN))
        w >>= t->end[from]->tcp.wscale;
    return (uint16_t)(w < 65535 ? w : 65535);
}

void tcp_segment(struct tcp *t, int from, uint32_t seq, uint32_t ack,
                 unsigned flags, const uint8_t *options, size_t noptions,
                 const uint8_t *data, size_t len)
{
    static uint8_t s[GEN_FRAME_MAX];
    struct host *me = t->end[from], *peer = t->end[other(from)];
    size_t head = 20 + noptions;
    uint16_t size = t->mss[from];
    struct offload off = { .csum_start = me->version == 6 ? 54 : 34,
                           .csum_offset = 16 };
    uint32_t sum = pseudo_sum(me, peer, 6, head + len);
    uint16_t check;
    uint8_t ttl = t->ttl[from];

    put32(put32(put16(put16(s, t->port[from]), t->port[other(from)]), seq),
          ack);
    s[12] = (uint8_t)(head / 4 << 4);
    s[13] = (uint8_t)flags;
    put16(s + 14, wire_window(t, from, flags));
    put32(s + 16, 0);
    if (noptions)
        memcpy(s + 20, options, noptions);
    memcpy(s + head, data, len);
    check = inet_fold(inet_sum(sum, s, head + len)) ^ 0xffff;
    off.needs_csum = me->csum == CSUM_PARTIAL;
    if (size && len > size) {
        off.gso_type = me->version == 6 ? 4 : 1;
        off.gso_size = size;
        off.hdr_len = (uint16_t)(off.csum_start + head);
        off.needs_csum = true;
    }
    if (off.needs_csum)
        check = inet_fold(sum);
    if (me->csum == CSUM_WRONG)
        check ^= 0x5555;
    put16(s + 16, check);
    if (!ttl && (flags & T_RST))
        ttl = me->rst_ttl;
    gen_ip(t->g, me, peer, 6, ttl, s, head + len, &off);
}

/* Timestamps count milliseconds, as Linux does. */
static uint32_t ts_now(const struct tcp *t, int from)
{
    return t->tsval[from] + (uint32_t)(gen_time(t->g) / MS);
}

static size_t put_ts(struct tcp *t, int from, uint8_t *p)
{
    p[0] = 1;
    p[1] = 1;
    p[2] = 8;
    p[3] = 10;
    put32(put32(p + 4, ts_now(t, from)), t->tsecr[from]);
    return 12;
}

/* A segment with the options of an open connection. */
static void send_segment(struct tcp *t, int from, uint32_t seq, unsigned flags,
                         size_t len)
{
    static uint8_t data[GEN_FRAME_MAX];
    uint8_t options[12];
    size_t n = 0;

    if (t->ts)
        n = put_ts(t, from, options);
    fill(data, len, seq - t->isn[from]);
    tcp_segment(t, from, seq, t->rcv[from], flags, options, n, data, len);
    t->tsecr[other(from)] = ts_now(t, from);
}

/* --- opening ------------------------------------------------------------ */

/* Which options end @from may name: in a SYN its own, in a SYN-ACK those the
 * client named as well. */
static struct stack offer(const struct tcp *t, int from)
{
    const struct stack *client = &t->end[CLIENT]->tcp;
    struct stack s = t->end[from]->tcp;

    if (from == SERVER && !s.answer_all) {
        s.sack = s.sack && client->sack;
        s.ts = s.ts && client->ts;
        if (client->wscale < 0)
            s.wscale = -1;
    }
    return s;
}

static size_t put_syn_options(struct tcp *t, int from, uint8_t *o)
{
    struct stack s = offer(t, from);
    uint8_t *p = o;

    if (s.mss) {
        *p++ = 2;
        *p++ = 4;
        p = put16(p, s.mss);
    }
    if (s.ts) {
        p = put16(p, s.sack ? 0x0402 : 0x0101);
        *p++ = 8;
        *p++ = 10;
        p = put32(put32(p, ts_now(t, from)), t->tsecr[from]);
    } else if (s.sack) {
        p = put32(p, 0x01010402);
    }
    if (s.wscale >= 0) {
        p = put16(p, 0x0103);
        *p++ = 3;
        *p++ = (uint8_t)s.wscale;
    }
    return (size_t)(p - o);
}

void tcp_syn(struct tcp *t)
{
    uint8_t o[40];
    size_t n = put_syn_options(t, CLIENT, o);

    tcp_segment(t, CLIENT, t->isn[CLIENT], 0, T_SYN, o, n, o, 0);
    t->tsecr[SERVER] = ts_now(t, CLIENT);
    t->nxt[CLIENT] = t->isn[CLIENT] + 1;
    t->rcv[SERVER] = t->nxt[CLIENT];
}

static uint16_t segment_size(const struct tcp *t, int from)
{
    const struct stack *me = &t->end[from]->tcp;
    const struct stack *peer = &t->end[other(from)]->tcp;
    uint16_t size = peer->mss ? peer->mss : 536;
    uint16_t head = t->end[from]->version == 6 ? 60 : 40;

    if (t->end[from]->mtu && size > t->end[from]->mtu - head)
        size = (uint16_t)(t->end[from]->mtu - head);
    if (t->ts)
        size = (uint16_t)(size - 12);
    if (me->segment && me->segment < size)
        size = me->segment;
    return size;
}

void tcp_synack(struct tcp *t)
{
    uint8_t o[40];
    size_t n = put_syn_options(t, SERVER, o);
    struct stack s = offer(t, SERVER);

    t->ts = s.ts && t->end[CLIENT]->tcp.ts;
    t->sack = s.sack && t->end[CLIENT]->tcp.sack;
    t->scaled = s.wscale >= 0 && t->end[CLIENT]->tcp.wscale >= 0;
    t->mss[CLIENT] = segment_size(t, CLIENT);
    t->mss[SERVER] = segment_size(t, SERVER);
    tcp_segment(t, SERVER, t->isn[SERVER], t->rcv[SERVER], T_SYN | T_ACK, o, n,
                o, 0);
    t->tsecr[CLIENT] = ts_now(t, SERVER);
    t->nxt[SERVER] = t->isn[SERVER] + 1;
    t->rcv[CLIENT] = t->nxt[SERVER];
}

void tcp_open(struct tcp *t)
{
    tcp_syn(t);
    gen_wait(t->g, t->rtt);
    tcp_synack(t);
    gen_wait(t->g, t->ack_delay[SERVER]);
    tcp_ack(t, CLIENT);
}

void tcp_syn_retries(struct tcp *t, unsigned n)
{
    tcp_syn(t);
    for (unsigned i = 0; i < n; i++) {
        gen_wait(t->g, SEC);
        tcp_syn(t);
    }
}

/* --- data --------------------------------------------------------------- */

uint32_t tcp_at(const struct tcp *t, int from)
{
    return t->nxt[from] - t->isn[from] - 1;
}

void tcp_arrived(struct tcp *t, int from, uint32_t at)
{
    t->rcv[other(from)] = t->isn[from] + 1 + at;
}

void tcp_data_lost(struct tcp *t, int from, size_t len)
{
    send_segment(t, from, t->nxt[from], T_PSH | T_ACK, len);
    t->nxt[from] += (uint32_t)len;
}

void tcp_data(struct tcp *t, int from, size_t len)
{
    bool in_order = t->rcv[other(from)] == t->nxt[from];

    tcp_data_lost(t, from, len);
    if (in_order)
        t->rcv[other(from)] = t->nxt[from];
}

void tcp_text(struct tcp *t, int from, const char *text)
{
    uint8_t options[12];
    size_t n = t->ts ? put_ts(t, from, options) : 0;
    size_t len = strlen(text);

    tcp_segment(t, from, t->nxt[from], t->rcv[from], T_PSH | T_ACK, options, n,
                (const uint8_t *)text, len);
    t->tsecr[other(from)] = ts_now(t, from);
    t->nxt[from] += (uint32_t)len;
    t->rcv[other(from)] = t->nxt[from];
}

void tcp_data_unseen(struct tcp *t, int from, size_t len)
{
    bool mute = t->g->mute;

    t->g->mute = true;
    tcp_data(t, from, len);
    t->g->mute = mute;
}

void tcp_skip(struct tcp *t, int from, size_t len)
{
    t->nxt[from] += (uint32_t)len;
}

void tcp_again(struct tcp *t, int from, uint32_t at, size_t len, bool arrives)
{
    uint32_t seq = t->isn[from] + 1 + at;

    send_segment(t, from, seq, T_PSH | T_ACK, len);
    if (arrives && t->rcv[other(from)] == seq)
        t->rcv[other(from)] = seq + (uint32_t)len;
}

void tcp_super(struct tcp *t, int from, size_t len)
{
    enum csum_mode was = t->end[from]->csum;

    t->end[from]->csum = CSUM_PARTIAL;
    tcp_data(t, from, len);
    t->end[from]->csum = was;
}

void tcp_ack(struct tcp *t, int from)
{
    send_segment(t, from, t->nxt[from], T_ACK, 0);
}

void tcp_sack(struct tcp *t, int from, uint32_t left, uint32_t right)
{
    uint8_t o[24];
    size_t n = t->ts ? put_ts(t, from, o) : 0;
    uint32_t base = t->isn[other(from)] + 1;

    put32(o + n, 0x0101050a);
    put32(put32(o + n + 4, base + left), base + right);
    tcp_segment(t, from, t->nxt[from], t->rcv[from], T_ACK, o, n + 12, o, 0);
}

void tcp_window(struct tcp *t, int from, uint32_t octets)
{
    t->window[from] = octets;
    tcp_ack(t, from);
}

void tcp_keepalive(struct tcp *t, int from, size_t len)
{
    send_segment(t, from, t->nxt[from] - 1, T_ACK, len);
}

void tcp_probe(struct tcp *t, int from)
{
    send_segment(t, from, t->nxt[from], T_ACK, 1);
}

/* --- closing ------------------------------------------------------------ */

void tcp_fin(struct tcp *t, int from)
{
    bool in_order = t->rcv[other(from)] == t->nxt[from];

    send_segment(t, from, t->nxt[from], T_FIN | T_ACK, 0);
    t->nxt[from]++;
    if (in_order)
        t->rcv[other(from)] = t->nxt[from];
}

void tcp_rst(struct tcp *t, int from)
{
    tcp_segment(t, from, t->nxt[from], t->rcv[from], T_RST | T_ACK, NULL, 0,
                t->end[from]->ip, 0);
}

void tcp_rst_bare(struct tcp *t, int from, uint32_t seq)
{
    tcp_segment(t, from, seq, 0, T_RST, NULL, 0, t->end[from]->ip, 0);
}

void tcp_refuse(struct tcp *t)
{
    uint32_t window = t->window[SERVER];

    /* RFC 9293 section 3.10.7.1: seq 0, ack is the SYN's. libslirp answers
     * with its full window, a kernel with 0. */
    if (!t->end[SERVER]->tcp.isn_step)
        t->window[SERVER] = 0;
    tcp_segment(t, SERVER, 0, t->isn[CLIENT] + 1, T_RST | T_ACK, NULL, 0,
                t->end[SERVER]->ip, 0);
    t->window[SERVER] = window;
}

void tcp_close(struct tcp *t)
{
    tcp_fin(t, CLIENT);
    gen_wait(t->g, t->ack_delay[CLIENT]);
    tcp_ack(t, SERVER);
    gen_wait(t->g, 100 * US);
    tcp_fin(t, SERVER);
    gen_wait(t->g, t->ack_delay[SERVER]);
    tcp_ack(t, CLIENT);
}

/* --- longer stories ----------------------------------------------------- */

/* One round trip's worth of segments, then the ACKs, one for every two. */
static size_t send_round(struct tcp *t, int from, size_t bytes, unsigned n)
{
    uint32_t start = t->nxt[from];
    uint32_t mss = t->mss[from];
    unsigned sent = 0;

    for (; sent < n && bytes; sent++) {
        size_t len = bytes < mss ? bytes : mss;

        tcp_data(t, from, len);
        gen_wait(t->g, 12 * US); /* 1500 octets at 1 Gbit/s */
        bytes -= len;
    }
    gen_wait(t->g, t->ack_delay[from]);
    for (unsigned i = 2; i < sent; i += 2) {
        t->rcv[other(from)] = start + i * mss;
        tcp_ack(t, other(from));
        gen_wait(t->g, 5 * US);
    }
    t->rcv[other(from)] = t->nxt[from];
    tcp_ack(t, other(from));
    gen_wait(t->g, 20 * US);
    return bytes;
}

void tcp_transfer(struct tcp *t, int from, size_t bytes)
{
    unsigned n = 2;

    while (bytes) {
        bytes = send_round(t, from, bytes, n);
        n = n < 16 ? n * 2 : 16;
        if (from == SERVER)
            gen_wait(t->g, t->rtt / 4);
    }
}

void tcp_http(struct gen *g, struct host *client, struct host *server,
              size_t bytes)
{
    struct tcp t = tcp_new(g, client, server, 80);

    tcp_open(&t);
    gen_wait(g, 100 * US);
    tcp_text(&t, CLIENT,
             "GET / HTTP/1.1\r\nHost: example.test\r\nAccept: */*\r\n\r\n");
    gen_wait(g, t.ack_delay[CLIENT]);
    tcp_ack(&t, SERVER);
    gen_wait(g, t.rtt);
    tcp_text(&t, SERVER, "HTTP/1.1 200 OK\r\nContent-Type: text/plain\r\n\r\n");
    gen_wait(g, t.ack_delay[SERVER]);
    tcp_ack(&t, CLIENT);
    tcp_transfer(&t, SERVER, bytes);
    tcp_close(&t);
}
