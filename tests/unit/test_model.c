/* SPDX-License-Identifier: BSD-3-Clause
 *
 * The model as a whole: order of things, batches, absurd input, quality.
 */
#include "packet_make.h"

#include <stdlib.h>

#include "dissect/model.h"
#include "dissect/proto/proto.h"

#define GUEST  V4(10, 0, 2, 15)
#define TARGET V4(198, 51, 100, 1)

static int setup(void **state)
{
    struct model_config config = { .hash_seed = 5, .mem_limit = 32 << 20 };

    proto_init();
    *state = model_new(&config);
    return *state ? 0 : -1;
}

static int teardown(void **state)
{
    model_free(*state);
    return 0;
}

static void one(struct model *m, struct packet p)
{
    model_observe(m, &p, 1);
}

/* Fifty connections and pings, some refused by ICMP, into @out. */
static unsigned make_traffic(struct packet *out)
{
    struct scene s = { 1000 * SEC, 0 };
    unsigned n = 0;

    for (unsigned i = 0; i < 50; i++) {
        uint16_t port = (uint16_t)(40000 + i);

        out[n++] = pk_tcp(&s, true, GUEST, port, TARGET, 80, TCP_SYN, 1, 0);
        s.ns += 10 * MS;
        if (i % 5 == 0)
            out[n] = pk_error(&s, TARGET, &out[n - 1], 3, 1);
        else
            out[n] = pk_tcp(&s, false, TARGET, 80, GUEST, port,
                            TCP_SYN | TCP_ACK, 7, 2);
        n++;
        s.ns += 200 * MS;
        out[n++] = pk_echo(&s, GUEST, TARGET, 8, 1, (uint16_t)i);
        /* After an error the SYN is sent again: it comes too late for it. */
        if (i % 5 == 0)
            out[n++] = pk_tcp(&s, true, GUEST, port, TARGET, 80, TCP_SYN, 1, 0);
    }
    return n;
}

/* What was understood must not depend on how packets came in batches. */
static void test_batches(void **state)
{
    static struct packet p[200], copy[200];
    unsigned n = make_traffic(p);
    static const unsigned sizes[] = { 1, 7, 64, 200 };
    struct flow seen = { .id = 0 };

    (void)state;
    for (unsigned k = 0; k < 4; k++) {
        struct model_config config = { .hash_seed = 5 };
        struct model *m = model_new(&config);
        const struct facts *f = model_facts(m);
        const struct flow *flow;

        memcpy(copy, p, sizeof(p));
        for (unsigned i = 0; i < n; i += sizes[k])
            model_observe(m, copy + i, n - i < sizes[k] ? n - i : sizes[k]);
        model_conclude(m, true);
        assert_int_equal(f->packets, n);
        assert_int_equal(f->nicmp, 10);
        assert_int_equal(f->icmp[0].delay_us, 10000);
        assert_int_equal(f->nguest, 1);
        flow = flow_get(f->flows, f->icmp[0].flow);
        assert_true(flow->flags & FLOW_ICMP_ERROR);
        if (k == 0)
            seen = *flow;
        assert_memory_equal(&seen, flow, sizeof(seen));
        model_free(m);
    }
}

static void test_times(void **state)
{
    static const int64_t when[] = { INT64_MAX, INT64_MIN, 0, INT64_MAX, -1 };
    struct model *m = *state;
    struct scene s = { 0, 0 };

    for (unsigned i = 0; i < 500; i++) {
        struct packet q;

        s.ns = when[i % 5];
        q = pk_tcp(&s, i & 1, GUEST, 40000, TARGET, 80, TCP_SYN, i, 0);
        one(m, q);
        one(m, pk_error(&s, TARGET, &q, 3, 1));
        one(m, pk_echo(&s, GUEST, TARGET, 8, 1, (uint16_t)i));
        one(m, pk_arp(&s, &guest_mac, &all_macs, 1, GUEST, TARGET));
        if (i % 100 == 0)
            model_conclude(m, false);
    }
    model_conclude(m, true);
    assert_true(model_facts(m)->quality.time_backwards > 0);
}

static void test_empty(void **state)
{
    struct model *m = *state;

    model_conclude(m, true);
    model_conclude(m, true);
    assert_int_equal(model_facts(m)->nguest, 0);
    assert_int_equal(model_findings(m)->count, 0);
    assert_ptr_equal(model_source(m, 500), model_source(m, SOURCES_MAX - 1));
}

static void test_icmp_flood(void **state)
{
    struct model *m = *state;
    struct scene s = { SEC, 0 };
    const struct facts *f = model_facts(m);
    uint64_t sum = 0;

    for (unsigned i = 0; i < 5000; i++) {
        struct packet q =
            pk_tcp(&s, true, GUEST, (uint16_t)i, TARGET, 80, TCP_SYN, 1, 0);

        one(m, q);
        one(m, pk_error(&s, V4(10, 0, 2, 2), &q, 3, 0));
    }
    model_conclude(m, true);
    for (unsigned i = 0; i < f->nicmp; i++)
        sum += f->icmp[i].count;
    assert_int_equal(sum, 5000); /* equal ones share rows */
    assert_int_equal(f->icmp_lost, 0);
    assert_true(f->nicmp <= ICMP_ERRORS_MAX);
    /* and unequal ones are counted when there is no room */
    for (unsigned i = 0; i < 5000; i++) {
        struct packet q =
            pk_tcp(&s, true, GUEST, 1, V4(1, 1, i >> 8, i), 80, TCP_SYN, 1, 0);

        one(m, pk_error(&s, V4(10, 0, 2, 2), &q, 3, 0));
    }
    model_conclude(m, true);
    assert_int_equal(f->nicmp, ICMP_ERRORS_MAX);
    assert_true(f->icmp_lost > 0);
}

static void test_one_sided(void **state)
{
    struct model *m = *state;
    struct scene s = { SEC, 0 };
    const struct facts *f = model_facts(m);

    for (unsigned i = 0; i < 5; i++) {
        uint16_t port = (uint16_t)(40000 + i);

        one(m, pk_tcp(&s, true, GUEST, port, TARGET, 80, TCP_SYN, 1, 0));
        for (unsigned k = 0; k < 4; k++)
            one(m, pk_tcp(&s, true, GUEST, port, TARGET, 80, TCP_ACK, 2,
                          100 + 1000 * k));
    }
    model_conclude(m, true);
    assert_int_equal(f->quality.tcp_one_sided, 5);
    assert_true(f->quality.one_sided);
    assert_false(f->quality.dropped);
}

/* Unanswered SYNs are trouble of the network, not of the capture. */
static void test_unanswered_is_not_one_sided(void **state)
{
    struct model *m = *state;
    struct scene s = { SEC, 0 };

    for (unsigned i = 0; i < 30; i++, s.ns += SEC)
        one(m, pk_tcp(&s, true, GUEST, (uint16_t)(40000 + i % 5), TARGET, 80,
                      TCP_SYN, 1, 0));
    model_conclude(m, true);
    assert_false(model_facts(m)->quality.one_sided);
}

static void test_quality(void **state)
{
    struct model *m = *state;
    struct scene s = { SEC, 0 };
    const struct quality *q = &model_facts(m)->quality;
    struct packet p = pk_tcp(&s, true, GUEST, 40000, TARGET, 80, TCP_SYN, 1, 0);

    one(m, p);
    p = pk_tcp(&s, false, TARGET, 80, GUEST, 40000, TCP_SYN | TCP_ACK, 7, 2);
    one(m, p);
    p = pk_tcp(&s, true, GUEST, 40000, TARGET, 80, TCP_ACK, 2, 8);
    p.ip_len = 7280;
    p.payload_len = 7240;
    p.flags |= PKT_VNET | PKT_CSUM_PARTIAL | PKT_TRUNCATED;
    p.vnet_len = 12;
    one(m, p);
    model_conclude(m, true);
    assert_int_equal(q->gso_frames, 1);
    assert_int_equal(q->gso_max_len, 7280);
    assert_int_equal(q->gso_at.frame[0], 3);
    assert_int_equal(q->vnet12, 1);
    assert_int_equal(q->csum_partial, 1);
    assert_int_equal(q->csum_checked, 3);
    assert_int_equal(q->truncated, 1);
    assert_int_equal(q->truncated_headers, 0);
}

static void test_gap(void **state)
{
    struct model *m = *state;
    struct scene s = { SEC, 0 };
    const struct quality *q = &model_facts(m)->quality;

    for (unsigned i = 0; i < 20; i++, s.ns += SEC)
        one(m, pk_echo(&s, GUEST, TARGET, 8, 1, (uint16_t)i));
    s.ns += 60 * SEC;
    one(m, pk_echo(&s, GUEST, TARGET, 8, 1, 90));
    s.ns += 60 * SEC; /* a second one, not after steady traffic */
    one(m, pk_echo(&s, GUEST, TARGET, 8, 1, 91));
    assert_int_equal(q->time_gaps, 1);
    assert_int_equal(q->longest_gap_ns, 61 * SEC);
}

/* More flows than fit: the oldest leave, and what they proved stays. */
static void test_small_memory(void **state)
{
    struct model_config config = { .hash_seed = 5, .mem_limit = 1 << 20 };
    struct model *m = model_new(&config);
    struct scene s = { SEC, 0 };
    const struct facts *f = model_facts(m);

    (void)state;
    for (unsigned i = 0; i < 20000; i++, s.ns += MS) {
        uint16_t port = (uint16_t)(1024 + i);
        union addr to = V4(198, 51, 100 + i % 8, 1);

        one(m, pk_tcp(&s, true, GUEST, port, to, 80, TCP_SYN, 1, 0));
        one(m, pk_tcp(&s, false, to, 80, GUEST, port, TCP_RST | TCP_ACK, 0, 2));
    }
    model_conclude(m, true);
    assert_true(flow_table_counts(f->flows)->retired +
                    flow_table_counts(f->flows)->evicted >
                10000);
    assert_int_equal(f->quality.tcp_two_sided, 20000);
    model_free(m);
}

static void test_forced_backend(void **state)
{
    struct model_config config = { .backend = BACKEND_PASST };
    struct model *m = model_new(&config);
    struct scene s = { SEC, 0 };

    (void)state;
    one(m, pk_arp(&s, &guest_mac, &all_macs, 1, GUEST, V4(10, 0, 2, 2)));
    model_conclude(m, true);
    assert_int_equal(model_facts(m)->nguest, 1);
    assert_int_equal(model_facts(m)->guest[0].backend.id, BACKEND_PASST);
    assert_int_equal(model_facts(m)->guest[0].backend.confidence, 100);
    assert_true(model_facts(m)->guest[0].backend.terminates_tcp);
    model_free(m);
}

#define model_test(f) cmocka_unit_test_setup_teardown(f, setup, teardown)

int main(void)
{
    const struct CMUnitTest tests[] = {
        model_test(test_batches),
        model_test(test_times),
        model_test(test_empty),
        model_test(test_icmp_flood),
        model_test(test_one_sided),
        model_test(test_unanswered_is_not_one_sided),
        model_test(test_quality),
        model_test(test_gap),
        model_test(test_small_memory),
        model_test(test_forced_backend),
    };

    return cmocka_run_group_tests(tests, NULL, NULL);
}
