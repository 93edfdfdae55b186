/* SPDX-License-Identifier: BSD-3-Clause
 *
 * Packets for the flow tests, made directly: what packet_dissect() would have
 * said of them. A struct wire is one pair of hosts with a clock.
 */
#ifndef TESTS_UNIT_FLOW_MAKE_H
#define TESTS_UNIT_FLOW_MAKE_H

#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>

#include <cmocka.h>

#include "dissect/flow.h"

#define MS  1000000LL
#define SEC 1000000000LL

/**
 * struct wire - Two hosts and what the next packet looks like
 * @ns, @frame: Clock and last frame number
 * @id:         Next IP id of each host; advances unless it is 0
 * @win:        Window each advertises
 * @opt:        TCP option octets of non-SYN segments
 * @last:       The packet as it was observed
 */
struct wire {
    struct flow_table *t;
    int64_t ns;
    uint64_t frame;
    uint16_t id[2];
    uint16_t port[2];
    uint16_t win[2];
    uint16_t mss[2];
    uint8_t ttl[2];
    int wscale[2]; /* < 0: no option */
    unsigned opt;
    bool v6;
    uint8_t nsack;
    uint32_t sack[2][2];
    struct packet last;
};

static inline struct wire wire_make(struct flow_table *t)
{
    return (struct wire){
        .t = t,
        .ns = 1000 * SEC,
        .id = { 100, 40000 },
        .port = { 40000, 80 },
        .win = { 64240, 64240 },
        .mss = { 1460, 1460 },
        .ttl = { 64, 57 },
        .wscale = { 7, 7 },
    };
}

static inline union addr wire_addr(const struct wire *w, unsigned side)
{
    union addr a;

    memset(&a, 0, sizeof(a));
    if (w->v6) {
        a.b[0] = 0xfd;
        a.b[15] = side ? 9 : 1;
    } else {
        const uint8_t v4[2][4] = { { 10, 0, 2, 15 }, { 198, 51, 100, 7 } };

        addr_from_v4(&a, v4[side]);
    }
    return a;
}

static inline struct packet wire_ip(struct wire *w, unsigned side,
                                    uint8_t proto, uint32_t ip_len)
{
    struct packet p;

    memset(&p, 0, sizeof(p));
    p.ts_ns = w->ns;
    p.number = ++w->frame;
    p.vlan = VLAN_NONE;
    p.ip_version = w->v6 ? 6 : 4;
    p.ip_proto = proto;
    p.ttl = w->ttl[side];
    p.ip_df = !w->v6;
    p.ip_id = w->v6 ? 0 : w->id[side];
    if (w->id[side])
        w->id[side]++;
    p.ip_len = ip_len;
    p.caplen = p.wirelen = ip_len + 14;
    p.src = wire_addr(w, side);
    p.dst = wire_addr(w, !side);
    p.sport = w->port[side];
    p.dport = w->port[!side];
    p.payload_off = OFF_NONE;
    return p;
}

static inline uint32_t wire_send(struct wire *w, const struct packet *p)
{
    w->last = *p;
    return flow_observe(w->t, &w->last, (uint16_t)0, (uint16_t)1);
}

static inline struct packet wire_tcp(struct wire *w, unsigned side,
                                     uint8_t flags, uint32_t seq, uint32_t ack,
                                     uint32_t len)
{
    bool syn = flags & TCP_SYN;
    uint32_t opt = syn ? 20 : w->opt;
    struct packet p = wire_ip(w, side, 6, (w->v6 ? 60 : 40) + opt + len);

    p.events = EV_TCP;
    p.payload_len = len;
    p.tcp.flags = flags;
    p.tcp.seq = seq;
    p.tcp.ack = ack;
    p.tcp.window = w->win[side];
    if (syn && w->mss[side]) {
        p.tcp.options |= TCPO_MSS;
        p.tcp.mss = w->mss[side];
    }
    if (syn && w->wscale[side] >= 0) {
        p.tcp.options |= TCPO_WSCALE;
        p.tcp.wscale = (uint8_t)w->wscale[side];
    }
    p.tcp.nsack = w->nsack;
    for (unsigned i = 0; i < w->nsack && i < 2; i++) {
        p.tcp.sack[i].left = w->sack[i][0];
        p.tcp.sack[i].right = w->sack[i][1];
    }
    return p;
}

/* One TCP segment, @us after the previous packet. */
static inline uint32_t seg(struct wire *w, int64_t us, unsigned side,
                           uint8_t flags, uint32_t seq, uint32_t ack,
                           uint32_t len)
{
    struct packet p;

    w->ns += us * 1000;
    p = wire_tcp(w, side, flags, seq, ack, len);
    return wire_send(w, &p);
}

#define S  TCP_SYN
#define A  TCP_ACK
#define F  TCP_FIN
#define R  TCP_RST
#define SA (TCP_SYN | TCP_ACK)
#define FA (TCP_FIN | TCP_ACK)
#define RA (TCP_RST | TCP_ACK)
#define PA (TCP_PSH | TCP_ACK)

/* Client ISN 1000 and server ISN 5000: the first octets are 1001 and 5001. */
static inline uint32_t handshake(struct wire *w)
{
    uint32_t slot;

    seg(w, 0, 0, S, 1000, 0, 0);
    slot = seg(w, 20000, 1, SA, 5000, 1001, 0);
    assert_int_equal(seg(w, 100, 0, A, 1001, 5001, 0), slot);
    return slot;
}

static inline const struct flow_trouble *trouble(const struct wire *w,
                                                 uint32_t slot)
{
    const struct flow_trouble *tr = flow_trouble_of(w->t, flow_get(w->t, slot));

    assert_non_null(tr);
    return tr;
}

static inline int table_setup(void **state)
{
    *state = flow_table_new(256, 64, 64, 1);
    return *state ? 0 : -1;
}

static inline int table_teardown(void **state)
{
    flow_table_free(*state);
    return 0;
}

#define flow_test(f) \
    cmocka_unit_test_setup_teardown(f, table_setup, table_teardown)

#endif
