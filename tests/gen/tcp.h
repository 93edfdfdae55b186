/* SPDX-License-Identifier: BSD-3-Clause
 *
 * TCP connections (RFC 9293) for scenarios. A verb sends one segment unless it
 * says otherwise; sequence numbers, acknowledgments, windows and timestamps
 * are kept for both ends.
 *
 *     struct tcp t = tcp_new(g, &net->guest, web, 80);
 *     tcp_open(&t);                       SYN, SYN-ACK, ACK
 *     tcp_data(&t, CLIENT, 300);          a request ...
 *     gen_wait(g, t.rtt);
 *     tcp_ack(&t, SERVER);
 *     tcp_transfer(&t, SERVER, 100000);   ... and a healthy answer
 *     tcp_close(&t);
 */
#ifndef TESTS_GEN_TCP_H
#define TESTS_GEN_TCP_H

#include "tests/gen/wire.h"

enum { CLIENT = 0, SERVER = 1 };

enum {
    T_FIN = 1,
    T_SYN = 2,
    T_RST = 4,
    T_PSH = 8,
    T_ACK = 16,
    T_URG = 32,
    T_ECE = 64,
    T_CWR = 128
};

/** struct tcp - A connection; index CLIENT or SERVER */
struct tcp {
    struct gen *g;
    struct host *end[2];
    uint16_t port[2];
    uint32_t isn[2];
    uint32_t nxt[2];    /* next octet each end sends */
    uint32_t rcv[2];    /* next octet each end expects: its ack field */
    uint32_t window[2]; /* octets each end offers, before scaling */
    uint16_t mss[2];    /* largest payload each end sends */
    uint32_t tsval[2], tsecr[2];
    bool ts, sack, scaled;
    uint8_t ttl[2];       /* 0: the host's */
    int64_t rtt;          /* SYN to SYN-ACK on this link */
    int64_t ack_delay[2]; /* data sent by this end to its ACK on this link */
};

/** tcp_new() - Connection of @client to @server; a fresh client port, ISNs by
 * each host's manners, delays by g->net; nothing is sent */
struct tcp tcp_new(struct gen *g, struct host *client, struct host *server,
                   uint16_t port);

/** tcp_syn() - SYN; again: a retry with the same ISN */
void tcp_syn(struct tcp *t);
void tcp_synack(struct tcp *t);

/** tcp_open() - Handshake with its delays: SYN, SYN-ACK, ACK */
void tcp_open(struct tcp *t);

/** tcp_syn_retries() - SYN and @n retries a second apart (Linux 6.5) */
void tcp_syn_retries(struct tcp *t, unsigned n);

/** tcp_data() - A segment with @len new octets, PSH; it arrives */
void tcp_data(struct tcp *t, int from, size_t len);

/** tcp_text() - As tcp_data() with these octets: "GET / HTTP/1.1\r\n..." */
void tcp_text(struct tcp *t, int from, const char *text);

/** tcp_data_lost() - Captured here, but it never reaches the other end */
void tcp_data_lost(struct tcp *t, int from, size_t len);

/** tcp_data_unseen() - The other end gets it, the capture does not */
void tcp_data_unseen(struct tcp *t, int from, size_t len);

/** tcp_skip() - @len octets were sent that this link never saw: lost before
 * it. The other end still waits for them */
void tcp_skip(struct tcp *t, int from, size_t len);

/** tcp_again() - Retransmit @len octets from stream offset @at (0: the first
 * octet); with @arrives the gap is filled */
void tcp_again(struct tcp *t, int from, uint32_t at, size_t len, bool arrives);

/** tcp_at() - Stream offset of the next new octet of an end */
uint32_t tcp_at(const struct tcp *t, int from);

/** tcp_arrived() - The other end now has everything up to offset @at */
void tcp_arrived(struct tcp *t, int from, uint32_t at);

/** tcp_ack() - Bare ACK of all that arrived in order */
void tcp_ack(struct tcp *t, int from);

/** tcp_sack() - Duplicate ACK; stream offsets [left, right) of the other end's
 * octets arrived beyond the gap */
void tcp_sack(struct tcp *t, int from, uint32_t left, uint32_t right);

/** tcp_window() - Change the offered window, octets, and say so in an ACK */
void tcp_window(struct tcp *t, int from, uint32_t octets);

/** tcp_keepalive() - One octet below nxt (RFC 9293 section 3.8.4); @len 0, 1 */
void tcp_keepalive(struct tcp *t, int from, size_t len);

/** tcp_probe() - Zero-window probe: the next octet, which is not taken */
void tcp_probe(struct tcp *t, int from);

void tcp_fin(struct tcp *t, int from);
void tcp_rst(struct tcp *t, int from);                    /* RST+ACK */
void tcp_rst_bare(struct tcp *t, int from, uint32_t seq); /* no ACK flag */

/** tcp_refuse() - The server's RST+ACK in answer to the SYN */
void tcp_refuse(struct tcp *t);

/** tcp_close() - FIN, ACK, FIN, ACK with their delays */
void tcp_close(struct tcp *t);

/** tcp_transfer() - @bytes in full segments with ACKs for every second one,
 * rounds of up to 16 segments; healthy */
void tcp_transfer(struct tcp *t, int from, size_t bytes);

/** tcp_super() - As tcp_data(), marked as a GSO super-frame when it exceeds
 * the MSS: the checksum is partial, the virtio-net header says so */
void tcp_super(struct tcp *t, int from, size_t len);

/** tcp_segment() - Any segment: @seq and @ack as on the wire */
void tcp_segment(struct tcp *t, int from, uint32_t seq, uint32_t ack,
                 unsigned flags, const uint8_t *options, size_t noptions,
                 const uint8_t *data, size_t len);

/** tcp_http() - A whole exchange: open, GET, @bytes of answer, close */
void tcp_http(struct gen *g, struct host *client, struct host *server,
              size_t bytes);

#endif
