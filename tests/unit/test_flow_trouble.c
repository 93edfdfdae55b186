/* SPDX-License-Identifier: BSD-3-Clause
 *
 * What symptom rules read of a flow in trouble (flow_trouble.c): stuck
 * segments, MTU brackets, holes, windows, ICMP errors, idle gaps.
 */
#include "tests/unit/flow_make.h"

#define FLOW(w, slot) flow_get((w).t, slot)

/* Small segments pass, full ones do not: the path's MTU is smaller. */
static void test_blackhole_up(void **state)
{
    struct wire w = wire_make(*state);
    uint32_t slot;
    const struct flow *f;
    const struct trouble_dir *td;
    int64_t wait = 200000;

    w.opt = 12;
    slot = handshake(&w);
    f = FLOW(w, slot);
    seg(&w, 10, 0, PA, 1001, 5001, 300);
    seg(&w, 20000, 1, PA, 5001, 1301, 200);
    seg(&w, 10, 0, A, 1301, 5201, 1448);
    seg(&w, 10, 0, A, 2749, 5201, 1448);
    for (int i = 0; i < 8; i++, wait *= 2)
        seg(&w, wait, 0, A, 1301, 5201, 1448);
    td = &trouble(&w, slot)->dir[0];
    assert_int_equal(td->stuck.seq, 1301);
    assert_int_equal(td->stuck.tries, 9);
    assert_int_equal(td->stuck.len, 1500);
    assert_true(td->stuck.full_size);
    assert_true(td->stuck.df);
    assert_false(td->stuck.acked);
    assert_int_equal(td->stuck.frame[0], 8);
    assert_int_equal(td->stuck.frame[TROUBLE_FRAMES - 1], 15);
    assert_int_equal(td->stuck.last_ns - td->stuck.first_ns,
                     (wait - 400000) * 1000);
    assert_int_equal(f->dir[0].acked_len, 352);
    assert_int_equal(td->lost_len, 1500);
    assert_int_equal(f->dir[0].max_len, 1500);
    assert_int_equal(td->retrans_rto, 8);
    assert_true(td->stalls >= 5);

    /* MTU probing: a smaller try of the same octets arrives */
    seg(&w, 10, 0, A, 1301, 5201, 1000);
    assert_int_equal(td->stuck.smaller_len, 0);
    seg(&w, 20000, 1, A, 5201, 2301, 0);
    assert_int_equal(td->stuck.smaller_len, 1052);
    assert_false(td->stuck.acked);
    seg(&w, 10, 0, A, 2301, 5201, 1000);
    seg(&w, 20000, 1, A, 5201, 4197, 0);
    assert_false(td->stuck.acked);
    assert_int_equal(td->lost_len, 1500);
}

/* PMTUD works: what was too big is sent again in smaller pieces. The ACK of
 * those proves nothing about the size that was lost. */
static void test_acked_size_is_honest(void **state)
{
    struct wire w = wire_make(*state);
    uint32_t slot = handshake(&w);

    seg(&w, 10, 0, A, 1001, 5001, 1460);
    seg(&w, 400, 0, A, 1001, 5001, 1260);
    seg(&w, 10, 0, A, 2261, 5001, 200);
    seg(&w, 20000, 1, A, 5001, 2461, 0);
    assert_int_equal(FLOW(w, slot)->dir[0].acked_len, 0);
    seg(&w, 10, 0, A, 2461, 5001, 1260);
    seg(&w, 20000, 1, A, 5001, 3721, 0);
    assert_int_equal(FLOW(w, slot)->dir[0].acked_len, 1300);
    assert_int_equal(FLOW(w, slot)->dir[0].max_len, 1500);
}

static void test_most_tried_is_kept(void **state)
{
    struct wire w = wire_make(*state);
    uint32_t slot = handshake(&w);
    const struct trouble_dir *td;

    seg(&w, 10, 0, A, 1001, 5001, 1000);
    seg(&w, 300000, 0, A, 1001, 5001, 1000);
    seg(&w, 600000, 0, A, 1001, 5001, 1000);
    td = &trouble(&w, slot)->dir[0];
    assert_int_equal(td->lost_len, 1040);
    seg(&w, 10, 1, A, 5001, 2001, 0);
    assert_true(td->stuck.acked);
    assert_int_equal(td->lost_len, 0); /* it arrived after all */

    seg(&w, 10, 0, A, 2001, 5001, 500);
    seg(&w, 300000, 0, A, 2001, 5001, 500);
    assert_int_equal(td->stuck.seq, 1001);
    seg(&w, 600000, 0, A, 2001, 5001, 500);
    assert_int_equal(td->stuck.seq, 2001); /* as often, and still lost */
    assert_int_equal(td->stuck.tries, 3);
    assert_int_equal(td->lost_len, 540);
    assert_false(td->stuck.full_size);
}

/* The answer of 12 full segments never came; a short tail did, or the next
 * keep-alive told. */
static void test_hole_down(void **state)
{
    struct wire w = wire_make(*state);
    uint32_t slot;
    const struct stream_hole *h;

    w.opt = 12;
    slot = handshake(&w);
    seg(&w, 10, 0, PA, 1001, 5001, 200);
    seg(&w, 20000, 1, A, 5001, 1201, 0);
    seg(&w, 1000, 1, PA, 5001 + 12 * 1448, 1201, 300);
    h = &trouble(&w, slot)->dir[1].hole;
    assert_int_equal(h->start, 5001);
    assert_int_equal(h->announced - h->start, 12 * 1448);
    assert_false(h->filled);
    assert_int_equal(h->sacked, 1);
    assert_int_equal(h->first_frame, 6);
    seg(&w, 10, 0, A, 1201, 5001, 0);
    assert_int_equal(FLOW(w, slot)->dir[0].dup_acks, 1);
    seg(&w, 9000000, 1, FA, 5001 + 12 * 1448 + 300, 1201, 0);
    assert_false(h->filled);
    assert_int_equal(FLOW(w, slot)->dir[1].retrans, 0);
}

static void test_hole_by_pure_ack(void **state)
{
    struct wire w = wire_make(*state);
    uint32_t slot = handshake(&w);
    const struct stream_hole *h;

    seg(&w, 10, 1, A, 5001 + 2920, 1001, 0);
    h = &trouble(&w, slot)->dir[1].hole;
    assert_int_equal(h->announced, 7921);
    assert_int_equal(h->sacked, 0);
    /* it comes late, in two halves */
    seg(&w, 500000, 1, A, 5001, 1001, 1460);
    assert_false(h->filled);
    seg(&w, 10, 1, A, 6461, 1001, 1460);
    assert_true(h->filled);
    assert_int_equal(FLOW(w, slot)->dir[1].retrans, 2);
    /* the next one takes its place, more than fit do not overrun */
    for (unsigned i = 0; i < 40; i++)
        seg(&w, 10, 1, A, 10000 + i * 2000, 1001, 1000);
    assert_int_equal(h->start, 7921);
    assert_false(h->filled);
    assert_int_equal(h->sacked, 40);
}

static void test_middle_of_gap(void **state)
{
    struct wire w = wire_make(*state);
    uint32_t slot = handshake(&w);
    const struct trouble_dir *td;

    seg(&w, 10, 1, A, 9001, 1001, 100);
    td = &trouble(&w, slot)->dir[1];
    seg(&w, 400000, 1, A, 6001, 1001, 1000);
    assert_int_equal(td->ngap, 2);
    assert_int_equal(td->gap[0].end, 6001);
    assert_int_equal(td->gap[1].start, 7001);
    seg(&w, 10, 1, A, 5001, 1001, 1000);
    assert_false(td->hole.filled);
    seg(&w, 10, 1, A, 7001, 1001, 1000);
    seg(&w, 10, 1, A, 8001, 1001, 1000);
    assert_true(td->hole.filled);
    assert_int_equal(td->ngap, 0);
    /* now it is all seen: once more is a retransmission of seen data */
    seg(&w, 10, 1, A, 6001, 1001, 1000);
    assert_int_equal(FLOW(w, slot)->dir[1].retrans, 5);
}

/* One retransmission that fills two gaps at once. */
static void test_two_gaps(void **state)
{
    struct wire w = wire_make(*state);
    uint32_t slot = handshake(&w);

    seg(&w, 10, 1, A, 5101, 1001, 0);
    seg(&w, 10, 1, A, 5301, 1001, 0);
    assert_int_equal(trouble(&w, slot)->dir[1].ngap, 2);
    seg(&w, 400000, 1, PA, 5001, 1001, 500);
    assert_int_equal(trouble(&w, slot)->dir[1].ngap, 0);
    seg(&w, 10, 0, A, 1001, 5501, 0);
    assert_int_equal(FLOW(w, slot)->ack_unseen, 0);
}

static void test_zero_window_to_the_end(void **state)
{
    struct wire w = wire_make(*state);
    uint32_t slot = handshake(&w);
    const struct zero_window *z;

    seg(&w, 10, 0, A, 1001, 5001, 1000);
    w.win[1] = 0;
    seg(&w, 10, 1, A, 5001, 2001, 0);
    z = &trouble(&w, slot)->dir[1].zwin;
    assert_int_equal(z->since_ns, w.ns);
    assert_int_equal(z->first_frame, w.frame);
    w.win[1] = 1;
    seg(&w, 2000000, 1, A, 5001, 2001, 0);
    w.win[1] = 0;
    seg(&w, 1000000, 1, A, 5001, 2001, 0);
    assert_int_equal(z->episodes, 2);
    assert_int_equal(z->longest_ns, 2 * SEC);
    for (int i = 0; i < 3; i++) { /* probes of one octet beyond the window */
        seg(&w, 5000000, 0, A, 2001, 5001, 1);
        seg(&w, 10, 1, A, 5001, 2001, 0);
    }
    assert_int_equal(z->probes, 3);
    assert_true(z->since_ns != 0);
    assert_int_equal(FLOW(w, slot)->dir[0].retrans, 0);
}

static struct packet too_big(struct wire *w, uint32_t mtu)
{
    struct packet p = wire_ip(w, 1, w->v6 ? 58 : 1, 576);

    p.events = EV_ICMP_ERROR;
    p.icmp.is_error = true;
    p.icmp.is_v6 = w->v6;
    p.icmp.type = w->v6 ? 2 : 3;
    p.icmp.code = w->v6 ? 0 : 4;
    p.icmp.mtu = mtu;
    p.icmp.quoted = (struct quoted){ .src = wire_addr(w, 0),
                                     .dst = wire_addr(w, 1),
                                     .sport = w->port[0],
                                     .dport = w->port[1],
                                     .ip_proto = 6,
                                     .valid = true,
                                     .l4_valid = true };
    return p;
}

static void test_icmp_ignored(void **state)
{
    struct wire w = wire_make(*state);
    uint32_t slot = handshake(&w);
    struct packet p;
    unsigned dir = 9;
    const struct flow_trouble *tr;

    p = too_big(&w, 1300);
    assert_int_equal(wire_send(&w, &p), FLOW_NONE);
    assert_int_equal(flow_find_quoted(w.t, &p.icmp.quoted, VLAN_NONE, &dir),
                     slot);
    assert_int_equal(dir, 0);
    flow_note_icmp(w.t, slot, 77, &p);
    tr = trouble(&w, slot);
    assert_int_equal(tr->icmp_error, 77);
    assert_int_equal(tr->icmp_mtu, 1300);
    assert_int_equal(tr->icmp_type, 3);
    assert_int_equal(FLOW(w, slot)->flags & FLOW_ICMP_ERROR, FLOW_ICMP_ERROR);

    seg(&w, 5000, 0, A, 1001, 5001, 1460); /* was under way: one RTT */
    assert_int_equal(tr->dir[0].oversize_after_icmp, 0);
    seg(&w, 200000, 0, A, 2461, 5001, 1460);
    seg(&w, 10, 1, A, 5001, 3921, 1460); /* the other direction may */
    seg(&w, 10, 0, A, 3921, 6461, 1260); /* small enough */
    /* a super-frame is thought to be cut as told, a full segment is not */
    seg(&w, 10, 0, A, 5181, 6461, 3000);
    assert_int_equal(tr->dir[0].oversize_after_icmp, 1);
    seg(&w, 10, 0, A, 8181, 6461, 1350); /* 1260 and a bit, perhaps */
    assert_int_equal(tr->dir[0].oversize_after_icmp, 1);
    seg(&w, 10, 0, A, 9531, 6461, 1460);
    assert_int_equal(tr->dir[0].oversize_after_icmp, 2);
    assert_int_equal(tr->dir[1].oversize_after_icmp, 0);
    assert_int_equal(tr->dir[0].oversize_frame[0], 6);
    assert_int_equal(tr->icmp_count, 1);
}

static void test_quoted_not_found(void **state)
{
    struct wire w = wire_make(*state);
    struct packet p;
    unsigned dir;

    handshake(&w);
    p = too_big(&w, 0);
    assert_int_equal(flow_find_quoted(w.t, &p.icmp.quoted, 5, &dir), FLOW_NONE);
    p.icmp.quoted.l4_valid = false;
    assert_int_equal(flow_find_quoted(w.t, &p.icmp.quoted, VLAN_NONE, &dir),
                     FLOW_NONE);
    flow_note_icmp(w.t, 200, 1, &p); /* a slot never used */
    flow_note_icmp(w.t, FLOW_NONE, 1, &p);
}

static void test_idle_gap(void **state)
{
    struct wire w = wire_make(*state);
    uint32_t slot = handshake(&w);
    const struct idle_gap *g;

    seg(&w, 30000000, 0, PA, 1001, 5001, 10);
    seg(&w, 20000, 1, A, 5001, 1011, 0);
    g = &trouble(&w, slot)->idle;
    assert_int_equal(g->survived_ns, 30 * SEC);
    seg(&w, 300000000, 0, PA, 1011, 5001, 10);
    seg(&w, 300000, 0, PA, 1011, 5001, 10);
    assert_int_equal(g->len_ns, 300 * SEC);
    assert_int_equal(g->survived_ns, 30 * SEC);
    assert_int_equal(g->packets[0], 2);
    assert_int_equal(g->packets[1], 0);
    assert_int_equal(g->dir, 0);
    assert_int_equal(g->frame, 6);
}

static void test_pool_is_bounded(void **state)
{
    struct flow_table *t = flow_table_new(16, 4, 1, 7);
    struct wire w = wire_make(t);
    uint32_t a, b;

    (void)state;
    a = handshake(&w);
    seg(&w, 10, 0, A, 1001, 5001, 10);
    seg(&w, 300000, 0, A, 1001, 5001, 10);
    assert_non_null(flow_trouble_of(t, flow_get(t, a)));
    w.port[0]++;
    b = handshake(&w);
    seg(&w, 10, 0, A, 1001, 5001, 10);
    seg(&w, 300000, 0, A, 1001, 5001, 10);
    assert_null(flow_trouble_of(t, flow_get(t, b)));
    assert_int_equal(flow_get(t, b)->dir[0].retrans, 1);
    assert_int_equal(flow_table_counts(t)->trouble_lost, 1);
    flow_table_free(t);
}

int main(void)
{
    /* clang-format off */
    const struct CMUnitTest tests[] = {
        flow_test(test_blackhole_up),
        flow_test(test_acked_size_is_honest),
        flow_test(test_most_tried_is_kept),
        flow_test(test_hole_down),
        flow_test(test_hole_by_pure_ack),
        flow_test(test_middle_of_gap),
        flow_test(test_two_gaps),
        flow_test(test_zero_window_to_the_end),
        flow_test(test_icmp_ignored),
        flow_test(test_quoted_not_found),
        flow_test(test_idle_gap),
        flow_test(test_pool_is_bounded),
    };
    /* clang-format on */

    return cmocka_run_group_tests(tests, NULL, NULL);
}
