/* SPDX-License-Identifier: BSD-3-Clause
 *
 * The flow table: keys, growth, closing, retiring, eviction, iteration.
 */
#include "tests/unit/flow_make.h"

struct retired {
    unsigned count;
    uint32_t id[64];
};

static void on_retire(void *ctx, const struct flow *f)
{
    struct retired *r = ctx;

    assert_int_not_equal(f->state, FLOW_FREE);
    assert_true(f->flags & FLOW_RETIRED);
    r->id[r->count++ % 64] = f->id;
}

static struct packet udp(struct wire *w, unsigned side, uint32_t len)
{
    struct packet p = wire_ip(w, side, 17, 28 + len);

    p.events = EV_UDP;
    p.payload_len = len;
    return p;
}

static uint32_t send_udp(struct wire *w, int64_t ms, unsigned side)
{
    struct packet p;

    w->ns += ms * MS;
    p = udp(w, side, 50);
    return wire_send(w, &p);
}

static struct packet echo(struct wire *w, unsigned side, uint16_t id,
                          uint16_t seq)
{
    struct packet p = wire_ip(w, side, w->v6 ? 58 : 1, 84);

    p.events = EV_ICMP_ECHO;
    p.sport = p.dport = 0;
    p.icmp.is_v6 = w->v6;
    p.icmp.type = w->v6 ? (side ? 129 : 128) : (side ? 0 : 8);
    p.icmp.id = id;
    p.icmp.seq = seq;
    return p;
}

static void test_udp(void **state)
{
    struct wire w = wire_make(*state);
    uint32_t slot = send_udp(&w, 0, 0);
    const struct flow *f;

    assert_int_equal(send_udp(&w, 12, 1), slot);
    f = flow_get(w.t, slot);
    assert_int_equal(f->answer_us, 12000);
    assert_int_equal(f->dir[0].payload, 50);
    assert_int_equal(f->dir[1].bytes, 78);
    assert_int_equal(f->dir[0].ttl, 64);
    assert_int_equal(f->dir[1].ttl, 57);
    assert_int_equal(f->station[0], 0);
    assert_int_equal(f->station[1], 1);
    assert_int_equal(f->id, 1);
    assert_string_equal(flow_conn_state(f), "SF");
    /* the same ports after more than the idle time: another flow */
    assert_int_not_equal(send_udp(&w, 301000, 0), slot);
    assert_int_equal(flow_get(w.t, slot)->state, FLOW_CLOSED);
    assert_int_equal(flow_table_counts(w.t)->udp, 2);
}

static void test_keys(void **state)
{
    struct wire w = wire_make(*state);
    uint32_t slot = send_udp(&w, 0, 0), other;
    struct packet p = udp(&w, 0, 1);

    p.vlan = 7;
    other = wire_send(&w, &p);
    assert_int_not_equal(other, slot);
    p = udp(&w, 0, 1);
    p.ip_proto = 132;
    assert_int_not_equal(wire_send(&w, &p), slot);
    p.ip_proto = 47;
    p.sport = p.dport = 0;
    wire_send(&w, &p);
    assert_int_equal(flow_table_counts(w.t)->other, 2);
    /* ends of one address */
    p = udp(&w, 0, 1);
    p.dst = p.src;
    p.sport = 9;
    p.dport = 7;
    slot = wire_send(&w, &p);
    p.sport = 7;
    p.dport = 9;
    p.ip_id++;
    assert_int_equal(wire_send(&w, &p), slot);
    assert_int_equal(flow_get(w.t, slot)->dir[1].packets, 1);
    assert_int_equal(flow_table_counts(w.t)->opened, 5);
}

static void test_echo(void **state)
{
    struct wire w = wire_make(*state);
    struct packet p = echo(&w, 0, 77, 1);
    uint32_t slot = wire_send(&w, &p);

    p = echo(&w, 1, 77, 1);
    p.ts_ns += 3 * MS;
    assert_int_equal(wire_send(&w, &p), slot);
    assert_int_equal(flow_get(w.t, slot)->port[0], 77);
    assert_int_equal(flow_get(w.t, slot)->port[1], 0);
    assert_int_equal(flow_get(w.t, slot)->answer_us, 3000);
    p = echo(&w, 0, 78, 1);
    assert_int_not_equal(wire_send(&w, &p), slot);
    p = echo(&w, 1, 79, 1); /* only the reply was captured */
    slot = wire_send(&w, &p);
    assert_int_equal(flow_get(w.t, slot)->dir[0].packets, 0);
    assert_int_equal(flow_get(w.t, slot)->dir[1].packets, 1);
    assert_int_equal(flow_table_counts(w.t)->icmp, 3);
}

static void test_no_flow(void **state)
{
    struct wire w = wire_make(*state);
    struct packet p = udp(&w, 0, 1);

    p.flags |= PKT_FRAG | PKT_FRAG_LATER;
    assert_int_equal(wire_send(&w, &p), FLOW_NONE);
    p = udp(&w, 0, 1);
    p.ip_version = 0;
    assert_int_equal(wire_send(&w, &p), FLOW_NONE);
    p = echo(&w, 1, 1, 1);
    p.events = EV_NDP;
    assert_int_equal(wire_send(&w, &p), FLOW_NONE);
    p = udp(&w, 0, 1);
    p.ip_proto = 2;
    assert_int_equal(wire_send(&w, &p), FLOW_NONE);
    assert_int_equal(flow_table_counts(w.t)->opened, 0);
    assert_null(flow_get(w.t, 0));
    assert_null(flow_get(w.t, FLOW_NONE));
    assert_int_equal(flow_next(w.t, FLOW_NONE), FLOW_NONE);
}

static void test_datagram_copies(void **state)
{
    struct wire w = wire_make(*state);
    struct packet p = udp(&w, 0, 10);
    uint32_t slot = wire_send(&w, &p);

    p.ttl--;
    p.ts_ns += 100000;
    assert_int_equal(wire_send(&w, &p), slot);
    assert_true(w.last.flags & PKT_DUPLICATE);
    assert_int_equal(flow_get(w.t, slot)->dir[0].packets, 1);
    w.id[0] = 0; /* without an id nothing can be said */
    p = udp(&w, 0, 10);
    wire_send(&w, &p);
    wire_send(&w, &p);
    assert_int_equal(flow_get(w.t, slot)->dir[0].packets, 3);
    assert_int_equal(flow_table_counts(w.t)->copies, 1);
}

/* Far more flows than the index began with, half of them gone again. */
static void test_growth(void **state)
{
    enum { N = 20000 };
    struct flow_table *t = flow_table_new(N, N, 8, 42);
    struct wire w = wire_make(t);
    unsigned n = 0;

    (void)state;
    for (unsigned i = 0; i < N; i++) {
        w.port[0] = (uint16_t)(1000 + i);
        assert_int_equal(send_udp(&w, 0, 0), i);
    }
    for (unsigned i = 0; i < N; i++) {
        w.port[0] = (uint16_t)(1000 + i);
        assert_int_equal(send_udp(&w, 0, 1), i);
    }
    for (uint32_t s = flow_next(t, FLOW_NONE); s != FLOW_NONE;
         s = flow_next(t, s), n++)
        assert_int_equal(flow_get(t, s)->dir[1].packets, 1);
    assert_int_equal(n, N);
    flow_table_free(t);
}

static void test_eviction(void **state)
{
    struct flow_table *t = flow_table_new(4, 4, 4, 42);
    struct retired gone = { 0 };
    struct wire w = wire_make(t);
    uint16_t base = w.port[0];

    (void)state;
    flow_table_on_retire(t, on_retire, &gone);
    for (unsigned i = 0; i < 4; i++) {
        w.port[0] = (uint16_t)(base + i);
        send_udp(&w, 1, 0);
    }
    w.port[0] = base;
    send_udp(&w, 1, 0); /* the second is the oldest idle one now */
    w.port[0] = (uint16_t)(base + 100);
    send_udp(&w, 1, 0);
    assert_int_equal(gone.count, 1);
    assert_int_equal(gone.id[0], 2);
    assert_int_equal(flow_table_counts(t)->evicted, 1);
    w.port[0] = base; /* the others are still found */
    assert_int_equal(flow_get(t, send_udp(&w, 1, 1))->id, 1);
    for (unsigned i = 0; i < 1000; i++) { /* and nothing leaks or loops */
        w.port[0] = (uint16_t)(base + 200 + i);
        send_udp(&w, 1, 0);
        send_udp(&w, 1, 1);
    }
    assert_int_equal(flow_table_counts(t)->evicted, 1001);
    assert_int_equal(flow_table_counts(t)->opened, 1005);
    flow_table_free(t);
}

static void test_closed_are_retired_in_order(void **state)
{
    struct flow_table *t = flow_table_new(64, 3, 8, 42);
    struct retired gone = { 0 };
    struct wire w = wire_make(t);

    (void)state;
    flow_table_on_retire(t, on_retire, &gone);
    for (unsigned i = 0; i < 6; i++) {
        w.port[0]++;
        handshake(&w);
        seg(&w, 10, 1, RA, 5001, 1001, 0);
    }
    assert_int_equal(gone.count, 3);
    assert_int_equal(gone.id[0], 1);
    assert_int_equal(gone.id[2], 3);
    assert_int_equal(flow_table_counts(t)->retired, 3);
    /* a late segment of a closed flow belongs to it */
    assert_int_equal(flow_get(t, seg(&w, 10, 0, R, 1001, 0, 0))->id, 6);
    flow_table_free(t);
}

static void test_tick(void **state)
{
    struct wire w = wire_make(*state);
    uint32_t tcp = handshake(&w), syn, dgram;

    w.port[0]++;
    syn = seg(&w, 10, 0, S, 1, 0, 0);
    dgram = send_udp(&w, 0, 0);
    flow_tick(w.t, w.ns + 119 * SEC);
    assert_int_equal(flow_get(w.t, syn)->state, FLOW_OPEN);
    flow_tick(w.t, w.ns + 121 * SEC);
    assert_int_equal(flow_get(w.t, syn)->state, FLOW_CLOSED);
    assert_int_equal(flow_get(w.t, dgram)->state, FLOW_OPEN);
    flow_tick(w.t, w.ns + 100000 * SEC);
    assert_int_equal(flow_get(w.t, dgram)->state, FLOW_CLOSED);
    assert_int_equal(flow_get(w.t, tcp)->state, FLOW_OPEN);
}

/* A tuple that begins anew while its old flow is still readable: removing the
 * old one must not take the new one's index entry. */
static void test_reuse_and_retire(void **state)
{
    struct flow_table *t = flow_table_new(16, 1, 8, 42);
    struct wire w = wire_make(t);
    uint32_t slot = 0;

    (void)state;
    for (unsigned i = 0; i < 50; i++) {
        slot = seg(&w, 1000, 0, S, 1000 + i * 7919, 0, 0);
        seg(&w, 10, 1, RA, 0, 1001 + i * 7919, 0);
    }
    assert_int_equal(flow_get(t, slot)->id, 50);
    assert_int_equal(seg(&w, 10, 0, S, 1000 + 49 * 7919, 0, 0), slot);
    assert_int_equal(flow_table_counts(t)->retired, 49);
    flow_table_free(t);
}

static void test_batch_is_the_same(void **state)
{
    struct flow_table *one = flow_table_new(64, 16, 8, 1);
    struct flow_table *many = flow_table_new(64, 16, 8, 1);
    struct wire w = wire_make(one);
    struct packet p[150];
    uint16_t zero[150] = { 0 };
    uint32_t a, b[150];

    (void)state;
    for (unsigned i = 0; i < 150; i++) {
        w.port[0] = (uint16_t)(40000 + i % 13);
        w.ns += MS;
        p[i] = udp(&w, i & 1, i);
        if (i % 10 == 9)
            p[i].ip_version = 0;
    }
    flow_observe_batch(many, p, 150, zero, zero, b);
    for (unsigned i = 0; i < 150; i++) {
        a = flow_observe(one, &p[i], 0, 0);
        assert_int_equal(a, b[i]);
        flow_prefetch(one, &p[i]);
    }
    for (uint32_t s = 0; s < 13; s++)
        assert_memory_equal(flow_get(one, s), flow_get(many, s),
                            sizeof(struct flow));
    flow_table_free(one);
    flow_table_free(many);
}

/* Times that run backwards must not become huge intervals. */
static void test_time_backwards(void **state)
{
    struct wire w = wire_make(*state);
    uint32_t slot = send_udp(&w, 0, 0);

    send_udp(&w, -5000, 1);
    assert_int_equal(flow_get(w.t, slot)->answer_us, 0);
    assert_int_equal(flow_get(w.t, slot)->last_ns, 1000 * SEC);
    seg(&w, 0, 0, S, 1, 0, 0);
    seg(&w, -900000000, 1, SA, 9, 2, 0);
    slot = seg(&w, 0, 0, A, 2, 10, 0);
    assert_int_equal(flow_get(w.t, slot)->handshake_us, 0);
}

/* A capture may record any time at all. */
static void test_absurd_times(void **state)
{
    static const int64_t when[] = { INT64_MAX, INT64_MIN, 0, -1, INT64_MAX };
    struct wire w = wire_make(*state);

    handshake(&w);
    for (unsigned i = 0; i < 40; i++) {
        w.win[i & 1] = i % 3 ? 0 : 1;
        w.ns = when[i % 5];
        seg(&w, 0, i & 1, A, i & 1 ? 5001 : 1001, i & 1 ? 1001 : 5001, i % 4);
        flow_tick(w.t, when[(i + 1) % 5]);
    }
    assert_true(flow_table_counts(w.t)->opened >= 1);
}

static void test_other_payloads(void **state)
{
    struct wire w = wire_make(*state);
    struct packet p = udp(&w, 0, 70000);

    p.ip_len = 70028; /* no 16-bit size may wrap */
    assert_int_equal(flow_get(w.t, wire_send(&w, &p))->dir[0].max_len,
                     UINT16_MAX);
}

int main(void)
{
    /* clang-format off */
    const struct CMUnitTest tests[] = {
        flow_test(test_udp),
        flow_test(test_keys),
        flow_test(test_echo),
        flow_test(test_no_flow),
        flow_test(test_datagram_copies),
        cmocka_unit_test(test_growth),
        cmocka_unit_test(test_eviction),
        cmocka_unit_test(test_closed_are_retired_in_order),
        flow_test(test_tick),
        cmocka_unit_test(test_reuse_and_retire),
        cmocka_unit_test(test_batch_is_the_same),
        flow_test(test_time_backwards),
        flow_test(test_absurd_times),
        flow_test(test_other_payloads),
    };
    /* clang-format on */

    return cmocka_run_group_tests(tests, NULL, NULL);
}
