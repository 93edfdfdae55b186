/* SPDX-License-Identifier: BSD-3-Clause
 *
 * TCP state, sequence analysis, conn_state and history (flow_tcp.c,
 * flow_state.c).
 */
#include "tests/unit/flow_make.h"

#define FLOW(w, slot) flow_get((w).t, slot)

static void test_handshake_and_close(void **state)
{
    struct wire w = wire_make(*state);
    uint32_t slot = handshake(&w);
    const struct flow *f = FLOW(w, slot);

    assert_int_equal(f->flags & (FLOW_ESTABLISHED | FLOW_MIDSTREAM),
                     FLOW_ESTABLISHED);
    assert_int_equal(f->handshake_us, 20000);
    assert_int_equal(f->syn_count, 1);
    assert_int_equal(f->syn_frame, 1);
    assert_int_equal(f->synack_frame, 2);
    assert_int_equal(f->dir[1].wscale, 7);
    assert_string_equal(flow_conn_state(f), "S1");

    seg(&w, 100, 0, PA, 1001, 5001, 100);
    seg(&w, 30000, 1, PA, 5001, 1101, 700);
    seg(&w, 100, 0, A, 1101, 5701, 0);
    seg(&w, 100, 0, FA, 1101, 5701, 0);
    assert_string_equal(flow_conn_state(f), "S2");
    assert_int_equal(f->state, FLOW_OPEN);
    seg(&w, 100, 1, FA, 5701, 1102, 0);
    assert_int_equal(f->state, FLOW_OPEN);
    seg(&w, 100, 0, A, 1102, 5702, 0);
    assert_int_equal(f->state, FLOW_CLOSED);
    assert_string_equal(flow_conn_state(f), "SF");
    assert_string_equal(f->history, "ShADdFf");
    assert_int_equal(f->end_dir, 0);
    assert_int_equal(f->end_frame, 7);
    assert_int_equal(f->dir[0].rtt_count, 1);
    assert_int_equal(f->dir[0].rtt_min_us, 30000);
    assert_int_equal(f->dir[0].payload, 100);
    assert_int_equal(f->dir[1].payload, 700);
    assert_int_equal(f->dir[1].retrans + f->dir[0].retrans, 0);
    assert_null(flow_trouble_of(w.t, f));
}

static void test_refused(void **state)
{
    struct wire w = wire_make(*state);
    uint32_t slot = seg(&w, 0, 0, S, 1000, 0, 0);
    const struct flow *f = FLOW(w, slot);

    assert_string_equal(flow_conn_state(f), "S0");
    w.ttl[1] = 64;
    seg(&w, 200, 1, RA, 0, 1001, 0);
    assert_int_equal(f->flags & (FLOW_REFUSED | FLOW_RST_NO_ACK), FLOW_REFUSED);
    assert_int_equal(f->rst_ttl, 64);
    assert_int_equal(f->state, FLOW_CLOSED);
    assert_string_equal(flow_conn_state(f), "REJ");
    assert_string_equal(f->history, "Sr");
}

/* passt 2023: a bare RST, which the guest ignores and tries again. */
static void test_rst_without_ack(void **state)
{
    struct wire w = wire_make(*state);
    uint32_t slot = seg(&w, 0, 0, S, 1000, 0, 0);

    w.id[1] = 0;
    seg(&w, 200, 1, R, 0x12345678, 0, 0);
    assert_int_equal(seg(&w, 1000000, 0, S, 1000, 0, 0), slot);
    seg(&w, 200, 1, R, 0x52345678, 0, 0);
    assert_int_equal(FLOW(w, slot)->flags & FLOW_RST_NO_ACK, FLOW_RST_NO_ACK);
    assert_int_equal(FLOW(w, slot)->syn_count, 2);
    assert_int_equal(FLOW(w, slot)->dir[1].packets, 2);
}

/* libslirp when the host's connect() fails late. */
static void test_fin_without_synack(void **state)
{
    struct wire w = wire_make(*state);
    uint32_t slot = seg(&w, 0, 0, S, 1000, 0, 0);

    seg(&w, 3000000, 1, FA, 0, 1001, 0);
    assert_int_equal(FLOW(w, slot)->flags & (FLOW_FIN_NO_SYNACK | FLOW_REFUSED),
                     FLOW_FIN_NO_SYNACK);
}

static void test_syn_retries(void **state)
{
    struct wire w = wire_make(*state);
    uint32_t slot = seg(&w, 0, 0, S, 1000, 0, 0);

    for (int i = 0; i < 3; i++)
        assert_int_equal(seg(&w, 1000000, 0, S, 1000, 0, 0), slot);
    assert_int_equal(FLOW(w, slot)->syn_count, 4);
    assert_int_equal(FLOW(w, slot)->syn_span_ms, 3000);
    assert_int_equal(FLOW(w, slot)->dir[0].retrans, 0);
    /* the handshake is timed from the last of them */
    seg(&w, 15000, 1, SA, 5000, 1001, 0);
    assert_int_equal(FLOW(w, slot)->handshake_us, 15000);
}

static void test_new_isn_is_a_new_flow(void **state)
{
    struct wire w = wire_make(*state);
    uint32_t slot = handshake(&w), again;

    seg(&w, 10, 1, RA, 5001, 1001, 0);
    assert_string_equal(flow_conn_state(FLOW(w, slot)), "RSTR");
    again = seg(&w, 1000, 0, S, 777000, 0, 0);
    assert_int_not_equal(again, slot);
    assert_int_equal(FLOW(w, again)->flags & FLOW_PORT_REUSED,
                     FLOW_PORT_REUSED);
    assert_int_equal(FLOW(w, slot)->flags & FLOW_PORT_REUSED, 0);
    assert_int_equal(seg(&w, 1000, 1, SA, 9000, 777001, 0), again);
}

static void test_synack_first(void **state)
{
    struct wire w = wire_make(*state);
    uint32_t slot = seg(&w, 0, 1, SA, 5000, 1001, 0);
    const struct flow *f = FLOW(w, slot);

    assert_int_equal(f->port[0], 40000);
    assert_int_equal(f->port[1], 80);
    assert_int_equal(f->flags & FLOW_MIDSTREAM, FLOW_MIDSTREAM);
    seg(&w, 10, 1, RA, 5001, 1001, 0);
    assert_string_equal(flow_conn_state(f), "RSTRH");
    assert_string_equal(f->history, "hr");
}

static void test_midstream_guess(void **state)
{
    struct wire w = wire_make(*state);
    uint32_t slot = seg(&w, 0, 1, PA, 5000, 1001, 1000);
    const struct flow *f = FLOW(w, slot);

    assert_int_equal(f->port[1], 80);
    assert_int_equal(f->dir[1].payload, 1000);
    assert_int_equal(f->history[0], '^');
    assert_string_equal(flow_conn_state(f), "OTH");
    seg(&w, 10, 0, A, 1001, 6000, 0);
    seg(&w, 10, 1, PA, 6000, 1001, 1000);
    assert_int_equal(f->dir[1].retrans + f->ack_unseen, 0);
    assert_int_equal(f->dir[1].acked_len, 1040);
    /* one before the first that was captured: overtaken, then sent again */
    w.port[0]++;
    slot = seg(&w, 10, 1, PA, 9000, 1001, 1000);
    seg(&w, 500, 1, PA, 8000, 1001, 1000);
    assert_int_equal(FLOW(w, slot)->dir[1].out_of_order, 1);
    seg(&w, 90000, 1, PA, 7000, 1001, 1000);
    assert_int_equal(FLOW(w, slot)->dir[1].retrans, 1);
}

static void test_conn_states(void **state)
{
    struct wire w = wire_make(*state);
    uint32_t slot = seg(&w, 0, 0, S, 1000, 0, 0);

    seg(&w, 10, 0, R, 1001, 0, 0);
    assert_string_equal(flow_conn_state(FLOW(w, slot)), "RSTOS0");
    w.port[0]++;
    slot = seg(&w, 10, 0, S, 1000, 0, 0);
    seg(&w, 10, 0, F, 1001, 0, 0);
    assert_string_equal(flow_conn_state(FLOW(w, slot)), "SH");
    w.port[0]++;
    slot = seg(&w, 10, 1, SA, 1000, 55, 0);
    seg(&w, 10, 1, FA, 1001, 55, 0);
    assert_string_equal(flow_conn_state(FLOW(w, slot)), "SHR");
    w.port[0]++;
    slot = handshake(&w);
    seg(&w, 10, 1, FA, 5001, 1001, 0);
    assert_string_equal(flow_conn_state(FLOW(w, slot)), "S3");
    w.port[0]++;
    slot = handshake(&w);
    seg(&w, 10, 0, RA, 1001, 5001, 0);
    assert_string_equal(flow_conn_state(FLOW(w, slot)), "RSTO");
    seg(&w, 10, 1, RA, 5001, 1001, 0); /* the second reset ended nothing */
    assert_string_equal(flow_conn_state(FLOW(w, slot)), "RSTO");
}

static void test_sequence_wraps(void **state)
{
    struct wire w = wire_make(*state);
    uint32_t slot, at = 0xfffffc00u;

    seg(&w, 0, 0, S, at - 1, 0, 0);
    seg(&w, 100, 1, SA, 5000, at, 0);
    slot = seg(&w, 100, 0, A, at, 5001, 0);
    for (int i = 0; i < 4; i++) {
        seg(&w, 100, 0, PA, at, 5001, 1000);
        at += 1000;
        seg(&w, 5000, 1, A, 5001, at, 0);
    }
    assert_int_equal(FLOW(w, slot)->dir[0].nxt, at);
    assert_int_equal(FLOW(w, slot)->dir[0].retrans, 0);
    assert_int_equal(FLOW(w, slot)->dir[0].rtt_count, 4);
    assert_int_equal(FLOW(w, slot)->dir[0].max_flight, 1000);
    assert_null(flow_trouble_of(w.t, FLOW(w, slot)));
}

static void test_copies(void **state)
{
    struct wire w = wire_make(*state);
    uint32_t slot = handshake(&w);
    const struct flow *f = FLOW(w, slot);
    struct packet a, b, c;

    w.ns += 1000;
    a = wire_tcp(&w, 0, PA, 1001, 5001, 100);
    b = wire_tcp(&w, 0, PA, 1101, 5001, 100);
    wire_send(&w, &a);
    wire_send(&w, &b);
    c = a; /* interleaved, one hop further */
    c.ttl--;
    c.ts_ns += 300000;
    wire_send(&w, &c);
    assert_int_equal(w.last.flags & PKT_DUPLICATE, PKT_DUPLICATE);
    c = b;
    c.ts_ns += 300000;
    wire_send(&w, &c);
    assert_int_equal(f->capture_copies, 2);
    assert_int_equal(f->dir[0].payload, 200);
    assert_int_equal(f->dir[0].retrans, 0);
    c.ts_ns += 5 * MS; /* too late for a copy */
    wire_send(&w, &c);
    assert_int_equal(f->capture_copies, 2);
    assert_int_equal(f->dir[0].retrans, 1);
    c.ttl -= 9; /* in time, but another path */
    wire_send(&w, &c);
    assert_int_equal(f->capture_copies, 2);
}

static void test_dup_acks_are_not_copies(void **state)
{
    struct wire w = wire_make(*state);
    uint32_t slot;
    const struct flow *f;

    w.id[0] = w.id[1] = 0; /* passt, or DF packets of many stacks */
    slot = handshake(&w);
    f = FLOW(w, slot);
    seg(&w, 10, 0, PA, 1001, 5001, 1000);
    seg(&w, 10, 0, PA, 2001, 5001, 1000);
    for (int i = 0; i < 4; i++)
        seg(&w, 10, 1, A, 5001, 1001, 0);
    assert_int_equal(f->capture_copies, 0);
    assert_int_equal(f->dir[1].dup_acks, 4); /* the SYN-ACK said 1001 too */
    /* but the same data within a millisecond is a copy even so */
    seg(&w, 10, 0, PA, 3001, 5001, 1000);
    seg(&w, 10, 0, PA, 3001, 5001, 1000);
    assert_int_equal(f->capture_copies, 1);

    w.id[1] = 7; /* with ids a repeated one is a copy */
    seg(&w, 10, 1, A, 5001, 4001, 0);
    w.id[1] = 7;
    seg(&w, 10, 1, A, 5001, 4001, 0);
    assert_int_equal(f->capture_copies, 2);
}

static void test_retransmission_kinds(void **state)
{
    struct wire w = wire_make(*state);
    uint32_t slot = handshake(&w);
    const struct flow *f = FLOW(w, slot);
    const struct trouble_dir *td;

    for (unsigned i = 0; i < 5; i++)
        seg(&w, 10, 0, A, 1001 + 1460 * i, 5001, 1460);
    for (int i = 0; i < 3; i++)
        seg(&w, 10000, 1, A, 5001, 1001, 0);
    seg(&w, 100, 0, A, 1001, 5001, 1460); /* fast */
    seg(&w, 20000, 1, A, 5001, 1001 + 5 * 1460, 0);
    td = &trouble(&w, slot)->dir[0];
    assert_int_equal(f->dir[0].retrans, 1);
    assert_int_equal(td->retrans_fast, 1);
    assert_int_equal(td->retrans_full, 1);
    assert_true(td->stuck.acked);
    assert_int_equal(td->stuck.tries, 2);
    assert_int_equal(f->dir[0].rtt_count, 0); /* Karn: the followed one */

    seg(&w, 10, 0, PA, 8301, 5001, 10);
    seg(&w, 300000, 0, PA, 8301, 5001, 10); /* timeout */
    assert_int_equal(td->retrans_rto, 1);
    assert_int_equal(td->retrans_small, 1);
    assert_int_equal(td->stalls, 0);
    seg(&w, 10, 1, A, 5001, 8311, 0);
    seg(&w, 500, 0, PA, 8301, 5001, 10); /* needless */
    assert_int_equal(td->resent_acked, 1);
    w.nsack = 1;
    w.sack[0][0] = 8301;
    w.sack[0][1] = 8311;
    seg(&w, 500, 1, A, 5001, 8311, 0);
    w.nsack = 0;
    assert_int_equal(td->spurious, 1);
    assert_int_equal(f->dir[1].flags & FDIR_DSACK, FDIR_DSACK);
    seg(&w, 1000, 0, PA, 8311, 5001, 10);
    seg(&w, 1500000, 0, PA, 8311, 5001, 10);
    assert_int_equal(td->stalls, 1);
    assert_int_equal(td->longest_stall_ns, 1500000000);
}

static void test_out_of_order(void **state)
{
    struct wire w = wire_make(*state);
    uint32_t slot;
    const struct flow *f;
    struct packet a, b;

    slot = handshake(&w);
    f = FLOW(w, slot);
    w.ns += 1000;
    a = wire_tcp(&w, 1, A, 5001, 1001, 1000);
    b = wire_tcp(&w, 1, A, 6001, 1001, 1000);
    wire_send(&w, &b);
    a.ts_ns += 10 * MS; /* the id says: sent first */
    wire_send(&w, &a);
    assert_int_equal(f->dir[1].out_of_order, 1);
    assert_int_equal(f->dir[1].retrans, 0);
    assert_true(trouble(&w, slot)->dir[1].hole.filled);

    /* sent after what left the gap: a retransmission although soon */
    w.ns += 20 * MS;
    seg(&w, 0, 1, A, 8001, 1001, 1000);
    seg(&w, 1000, 1, A, 7001, 1001, 1000);
    assert_int_equal(f->dir[1].out_of_order, 1);
    assert_int_equal(f->dir[1].retrans, 1);
    /* it was never seen before */
    assert_int_equal(trouble(&w, slot)->dir[1].stuck.tries, 1);
}

static void test_out_of_order_by_time(void **state)
{
    struct wire w = wire_make(*state);
    uint32_t slot;
    const struct flow *f;

    w.v6 = true;
    slot = handshake(&w);
    f = FLOW(w, slot);
    seg(&w, 10, 0, A, 2001, 5001, 1000);
    seg(&w, 2000, 0, A, 1001, 5001, 1000);
    assert_int_equal(f->dir[0].out_of_order, 1);
    seg(&w, 10, 0, A, 4001, 5001, 1000);
    seg(&w, 5000, 0, A, 3001, 5001, 1000);
    assert_int_equal(f->dir[0].out_of_order, 1);
    assert_int_equal(f->dir[0].retrans, 1);
}

static void test_keepalive_and_probe(void **state)
{
    struct wire w = wire_make(*state);
    uint32_t slot = handshake(&w);
    const struct flow *f = FLOW(w, slot);

    seg(&w, 10, 0, PA, 1001, 5001, 100);
    seg(&w, 10, 1, A, 5001, 1101, 0);
    seg(&w, 1000000, 0, A, 1100, 5001, 0);
    seg(&w, 1000, 1, A, 5001, 1101, 0);
    seg(&w, 1000000, 0, A, 1100, 5001, 1);
    assert_int_equal(f->dir[0].keepalives, 2);
    assert_int_equal(f->dir[0].retrans, 0);
    assert_int_equal(f->dir[1].dup_acks, 0);

    w.win[1] = 0;
    seg(&w, 1000, 1, A, 5001, 1101, 0);
    seg(&w, 300000, 0, A, 1100, 5001, 0);
    seg(&w, 100, 1, A, 5001, 1101, 0);
    seg(&w, 600000, 0, A, 1100, 5001, 0);
    assert_int_equal(f->dir[1].zero_windows, 1);
    assert_int_equal(trouble(&w, slot)->dir[1].zwin.probes, 2);
    assert_int_equal(trouble(&w, slot)->dir[1].zwin.episodes, 1);
    assert_true(trouble(&w, slot)->dir[1].zwin.since_ns != 0);
    w.win[1] = 500;
    seg(&w, 99900, 1, A, 5001, 1101, 0);
    assert_int_equal(trouble(&w, slot)->dir[1].zwin.since_ns, 0);
    assert_int_equal(trouble(&w, slot)->dir[1].zwin.total_ns, 1000 * MS);
    /* a character typed and sent again is no keep-alive */
    seg(&w, 100, 0, PA, 1101, 5001, 1);
    seg(&w, 300000, 0, PA, 1101, 5001, 1);
    assert_int_equal(f->dir[0].retrans, 1);
}

static void test_zero_window_of_rst(void **state)
{
    struct wire w = wire_make(*state);
    uint32_t slot = handshake(&w);

    w.win[1] = 0;
    seg(&w, 10, 1, RA, 5001, 1001, 0);
    assert_int_equal(FLOW(w, slot)->dir[1].zero_windows, 0);
}

static void test_super_frames(void **state)
{
    struct wire w = wire_make(*state);
    uint32_t slot;
    const struct flow *f;

    w.opt = 12; /* timestamps: 1448 octets a segment */
    slot = handshake(&w);
    f = FLOW(w, slot);
    seg(&w, 10, 0, A, 1001, 5001, 1448);
    assert_int_equal(f->flags & FLOW_GSO, 0);
    seg(&w, 10, 0, A, 2449, 5001, 1448 * 4 + 10);
    assert_int_equal(f->flags & FLOW_GSO, FLOW_GSO);
    assert_int_equal(f->dir[0].data_segs, 6);
    assert_int_equal(f->dir[0].max_len, 1500);
    seg(&w, 300000, 0, A, 1001, 5001, 1448 * 2);
    assert_int_equal(f->dir[0].retrans, 2);
    assert_int_equal(trouble(&w, slot)->dir[0].stuck.len, 1500);
    assert_true(trouble(&w, slot)->dir[0].stuck.full_size);
}

/* passt offers 65480: what looks like a super-frame is one segment. */
static void test_huge_mss(void **state)
{
    struct wire w = wire_make(*state);
    uint32_t slot;

    w.mss[0] = w.mss[1] = 65480;
    slot = handshake(&w);
    seg(&w, 10, 1, A, 5001, 1001, 65480);
    assert_int_equal(FLOW(w, slot)->dir[1].data_segs, 1);
    assert_int_equal(FLOW(w, slot)->dir[1].max_len, 65520);
    assert_int_equal(FLOW(w, slot)->flags & FLOW_GSO, 0);
}

static void test_ack_unseen(void **state)
{
    struct wire w = wire_make(*state);
    uint32_t slot = handshake(&w);
    const struct flow *f = FLOW(w, slot);

    seg(&w, 10, 0, A, 1001, 5001, 1000);
    seg(&w, 10, 1, A, 5001, 4001, 0);
    assert_int_equal(f->ack_unseen, 1);
    assert_int_equal(flow_table_counts(w.t)->ack_unseen, 1);
    assert_int_equal(flow_table_counts(w.t)->ack_unseen_frame[0], 5);
    assert_int_equal(f->dir[0].nxt, 4001);
    assert_false(trouble(&w, slot)->dir[0].hole.first_ns);
    seg(&w, 10, 0, A, 4001, 5001, 1000);
    assert_int_equal(f->dir[0].retrans, 0);
    /* a lost one before more data, acknowledged together */
    seg(&w, 10, 0, A, 6001, 5001, 1000);
    seg(&w, 10, 1, A, 5001, 7001, 0);
    assert_int_equal(f->ack_unseen, 2);
    assert_true(trouble(&w, slot)->dir[0].hole.filled);
    /* a forged one far away changes nothing */
    seg(&w, 10, 1, A, 5001, 0x70000000, 0);
    assert_int_equal(f->ack_unseen, 2);
    assert_int_equal(f->dir[0].nxt, 7001);
}

/* Headers of 66 octets: all there is to know of the payload is its length. */
static void test_short_snap_length(void **state)
{
    struct wire w = wire_make(*state);
    uint32_t slot = handshake(&w);
    struct packet p;

    w.ns += 1000;
    p = wire_tcp(&w, 0, PA, 1001, 5001, 1000);
    p.caplen = 66;
    p.flags |= PKT_TRUNCATED;
    p.events |= EV_DAMAGED;
    p.nlayer = 1;
    p.layer[0] = (struct layer){ .proto = PROTO_TCP, .header_len = 32 };
    wire_send(&w, &p);
    assert_int_equal(FLOW(w, slot)->dir[0].payload, 1000);
    assert_int_equal(FLOW(w, slot)->dir[0].nxt, 2001);
    p = wire_tcp(&w, 0, PA, 2001, 5001, 1000);
    p.events |= EV_DAMAGED;
    p.nlayer = 1;
    p.layer[0] = (struct layer){ .proto = PROTO_TCP,
                                 .header_len = 8,
                                 .flags = LAYER_TRUNCATED };
    wire_send(&w, &p);
    assert_int_equal(FLOW(w, slot)->flags & FLOW_TRUNCATED, FLOW_TRUNCATED);
    assert_int_equal(FLOW(w, slot)->dir[0].nxt, 2001);
}

int main(void)
{
    /* clang-format off */
    const struct CMUnitTest tests[] = {
        flow_test(test_handshake_and_close),
        flow_test(test_refused),
        flow_test(test_rst_without_ack),
        flow_test(test_fin_without_synack),
        flow_test(test_syn_retries),
        flow_test(test_new_isn_is_a_new_flow),
        flow_test(test_synack_first),
        flow_test(test_midstream_guess),
        flow_test(test_conn_states),
        flow_test(test_sequence_wraps),
        flow_test(test_copies),
        flow_test(test_dup_acks_are_not_copies),
        flow_test(test_retransmission_kinds),
        flow_test(test_out_of_order),
        flow_test(test_out_of_order_by_time),
        flow_test(test_keepalive_and_probe),
        flow_test(test_zero_window_of_rst),
        flow_test(test_super_frames),
        flow_test(test_huge_mss),
        flow_test(test_ack_unseen),
        flow_test(test_short_snap_length),
    };
    /* clang-format on */

    return cmocka_run_group_tests(tests, NULL, NULL);
}
