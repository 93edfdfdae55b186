/* SPDX-License-Identifier: BSD-3-Clause
 *
 * Input of the bench: the traffic of eight guests behind virbr0, about 1000
 * conversations at any time, most of them short, some long; TCP with whole
 * handshakes, data both ways, acknowledgments and ends, DNS, pings. Some 860
 * octets a packet. The same arguments make the same file.
 *
 *     mkbench PACKETS SNAPLEN OUT      SNAPLEN 0: whole packets
 *
 * Prints what it made: packets, conversations, octets of the file.
 */
#include <stdlib.h>
#include <string.h>

#include "tests/gen/net.h"

#define ACTIVE  1000
#define GUESTS  8
#define SERVERS 48 /* below PEERS_MAX */
#define STEP    (10 * US)

enum kind { TALK_TCP, TALK_DNS, TALK_PING };

/** struct talk - One conversation: its next packet is @step */
struct talk {
    enum kind kind;
    struct host *guest, *server;
    struct tcp tcp;
    uint32_t step;
    uint32_t segments; /* of the answer */
    bool upload;
    uint16_t port, id;
};

static struct host guests[GUESTS];
static struct talk talks[ACTIVE];
static uint64_t begun;

static uint32_t below(struct gen *g, uint32_t n)
{
    return (uint32_t)(gen_random(g) >> 33) % n;
}

/* Per hundred new conversations: 70 short TCP ones, 4 long, 20 DNS, 6 pings. */
static void begin(struct gen *g, struct talk *t)
{
    uint32_t dice = below(g, 100);

    memset(t, 0, sizeof(*t));
    begun++;
    t->guest = &guests[below(g, GUESTS)];
    t->server = &g->net->peer[below(g, SERVERS)];
    t->id = (uint16_t)gen_random(g);
    t->port = (uint16_t)(32768 + below(g, 28000));
    if (dice >= 94) {
        t->kind = TALK_PING;
    } else if (dice >= 74) {
        t->kind = TALK_DNS;
    } else {
        t->kind = TALK_TCP;
        t->tcp = tcp_new(g, t->guest, t->server, below(g, 4) ? 443 : 80);
        t->tcp.port[CLIENT] = t->port;
        t->upload = below(g, 4) == 0;
        t->segments = dice < 4 ? 300 + below(g, 900) : 3 + below(g, 17);
    }
}

/* Two segments, one ACK, until all were sent; false at the end. */
static bool transfer_step(struct talk *t, uint32_t step)
{
    int from = t->upload ? CLIENT : SERVER;
    uint32_t segment = step - step / 3;

    if (step % 3 == 2) {
        tcp_ack(&t->tcp, 1 - from);
        return true;
    }
    if (segment >= t->segments)
        return false;
    /* Writers seldom end on a segment's edge: now and then a half one. */
    tcp_data(&t->tcp, from,
             segment % 8 == 7 ? t->tcp.mss[from] / 2u : t->tcp.mss[from]);
    return true;
}

/* false: the conversation is over. */
static bool tcp_step(struct talk *t)
{
    static const uint32_t opening = 5, closing = 1u << 30;
    uint32_t step = t->step++;

    switch (step) {
    case 0:
        tcp_syn(&t->tcp);
        return true;
    case 1:
        tcp_synack(&t->tcp);
        return true;
    case 2:
        tcp_ack(&t->tcp, CLIENT);
        return true;
    case 3:
        tcp_data(&t->tcp, CLIENT, 380);
        return true;
    case 4:
        tcp_ack(&t->tcp, SERVER);
        return true;
    default:
        break;
    }
    if (step < closing) {
        if (transfer_step(t, step - opening))
            return true;
        t->step = closing + 1;
        step = closing;
    }
    switch (step - closing) {
    case 0:
        tcp_fin(&t->tcp, CLIENT);
        return true;
    case 1:
        tcp_fin(&t->tcp, SERVER);
        return true;
    default:
        tcp_ack(&t->tcp, CLIENT);
        return false;
    }
}

static bool talk_step(struct gen *g, struct talk *t)
{
    char name[40];

    switch (t->kind) {
    case TALK_TCP:
        return tcp_step(t);
    case TALK_DNS:
        snprintf(name, sizeof(name), "host%u.example.test", t->id % 997u);
        if (t->step++ == 0) {
            gen_dns_query(g, t->guest, t->port, &g->net->dns, t->id, name,
                          DNS_A);
            return true;
        }
        gen_dns_answer(g, &g->net->dns, t->guest, t->port, t->id, name, DNS_A,
                       DNS_NOERROR, "198.51.100.10");
        return false;
    default:
        if (t->step++ % 2 == 0)
            gen_echo(g, t->guest, t->server, t->id, (uint16_t)(t->step / 2),
                     56);
        else
            gen_echo_reply(g, t->server, t->guest, t->id,
                           (uint16_t)((t->step - 1) / 2), 56);
        return t->step < 8;
    }
}

static void people(struct gen *g)
{
    char text[40];

    gen_libvirt(g);
    for (unsigned i = 0; i < GUESTS; i++) {
        snprintf(text, sizeof(text), "192.168.122.%u", 70 + i);
        guests[i] = g->net->guest;
        ip_bytes(text, guests[i].ip);
        guests[i].mac[5] = (uint8_t)(0x50 + i);
        gen_arp_request(g, &guests[i], "192.168.122.1");
        gen_wait(g, STEP);
        gen_arp_reply(g, &g->net->gw, &guests[i]);
        gen_wait(g, STEP);
    }
    for (unsigned i = 0; i < SERVERS; i++) {
        snprintf(text, sizeof(text), "203.0.%u.%u", 113 + i % 3, 10 + i);
        gen_peer(g, text);
    }
}

int main(int argc, char **argv)
{
    struct gen *g = gen_new();
    uint64_t packets;

    if (argc != 4) {
        fputs("usage: mkbench PACKETS SNAPLEN OUT\n", stderr);
        return 2;
    }
    packets = strtoull(argv[1], NULL, 10);
    if (strtoul(argv[2], NULL, 10))
        g->snaplen = (uint32_t)strtoul(argv[2], NULL, 10);
    g->stream = fopen(argv[3], "wb");
    if (!g->stream) {
        perror(argv[3]);
        return 1;
    }
    setvbuf(g->stream, NULL, _IOFBF, 1 << 20);
    gen_file_header(g, g->stream);
    people(g);
    for (unsigned i = 0; i < ACTIVE; i++)
        begin(g, &talks[i]);
    while (g->frames_made < packets) {
        struct talk *t = &talks[below(g, ACTIVE)];

        if (!talk_step(g, t))
            begin(g, t);
        gen_wait(g, STEP);
    }
    printf("%llu packets, %llu conversations, %ld octets\n",
           (unsigned long long)g->frames_made, (unsigned long long)begun,
           ftell(g->stream));
    if (fclose(g->stream)) {
        perror(argv[3]);
        return 1;
    }
    g->stream = NULL;
    gen_free(g);
    return 0;
}
