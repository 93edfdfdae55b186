/* SPDX-License-Identifier: BSD-3-Clause
 *
 * The fold engine, with a catalogue of its own: who gets which record, that an
 * assessment changes nothing, what retires, what is suppressed.
 */
#include "packet_make.h"

#include <stdlib.h>

#include "dissect/symptom/symptom.h"

/** struct sum - State of the test's symptoms */
struct sum {
    unsigned flows, out, in, requests;
};

static void sum_flow(const struct symptom_ctx *c, void *state,
                     const struct flow *f, int dir)
{
    struct sum *s = state;

    assert_non_null(c->guest);
    assert_non_null(f);
    s->flows++;
    if (dir == 0)
        s->out++;
    else
        s->in++;
}

static void sum_request(const struct symptom_ctx *c, void *state,
                        const struct request *r)
{
    struct sum *s = state;

    (void)c;
    assert_int_equal(r->kind, REQUEST_ECHO);
    s->requests++;
}

static void sum_conclude(const struct symptom_ctx *c, const void *state,
                         struct findings *out)
{
    const struct sum *s = state;
    struct finding *f = finding_add(out, c->self, c->guest_index, 50);

    finding_metric(f, "flows", s->flows);
    finding_metric(f, "out", s->out);
    finding_metric(f, "in", s->in);
    finding_metric(f, "requests", s->requests);
}

static void capture_conclude(const struct symptom_ctx *c, const void *state,
                             struct findings *out)
{
    (void)state;
    assert_null(c->guest);
    finding_add(out, c->self, GUEST_NONE, 50);
}

static void peer_conclude(const struct symptom_ctx *c, const void *state,
                          struct findings *out)
{
    (void)state;
    for (unsigned i = 0; i < 3; i++) {
        struct finding *f = finding_add(out, c->self, c->guest_index, 40);

        f->has_peer = true;
        f->peer = V4(198, 51, 100, i);
        if (i == 2)
            f->cause = "proven";
    }
}

static void explain_conclude(const struct symptom_ctx *c, const void *state,
                             struct findings *out)
{
    struct finding *f = finding_add(out, c->self, c->guest_index, 60);

    (void)state;
    f->has_peer = c->guest_index == 0;
    f->peer = V4(198, 51, 100, 0);
}

static const struct symptom sum_symptom = {
    .id = "sum",
    .severity = SEVERITY_ERROR,
    .state_size = sizeof(struct sum),
    .on_flow = sum_flow,
    .on_request = sum_request,
    .conclude = sum_conclude,
};
static const struct symptom same_symptom = {
    .id = "same",
    .severity = SEVERITY_WARNING,
    .state_of = &sum_symptom,
    .conclude = sum_conclude,
};
static const struct symptom capture_symptom = {
    .id = "capture",
    .whole_capture = true,
    .conclude = capture_conclude,
};
static const char *const explained[] = { "peer", NULL };
static const struct symptom explain_symptom = {
    .id = "explain",
    .suppresses = explained,
    .conclude = explain_conclude,
};
static const struct symptom peer_symptom = {
    .id = "peer",
    .conclude = peer_conclude,
};

/* In place of the real catalogue, whose object is then not linked. */
const struct symptom *const symptoms[] = {
    &same_symptom, &sum_symptom,     &capture_symptom,
    &peer_symptom, &explain_symptom, NULL,
};

/** struct bench - Facts with two guests at stations 0 and 1 */
struct bench {
    struct facts facts;
    struct findings out;
    struct symptom_engine *e;
    struct scene s;
};

static int setup(void **state)
{
    struct bench *b = calloc(1, sizeof(*b));

    b->facts.flows = flow_table_new(1024, 256, 64, 1);
    b->facts.requests = request_ledger_new(64, 1);
    b->facts.stations = station_table_new(1);
    b->facts.nguest = 2;
    b->facts.guest[1].station = 1;
    b->e = symptom_engine_new();
    *state = b;
    return b->e ? 0 : -1;
}

static int teardown(void **state)
{
    struct bench *b = *state;

    flow_table_free(b->facts.flows);
    request_ledger_free(b->facts.requests);
    station_table_free(b->facts.stations);
    symptom_engine_free(b->e);
    free(b);
    return 0;
}

static uint32_t open_flow(struct bench *b, uint16_t from, uint16_t to,
                          uint16_t port)
{
    struct packet p = pk_tcp(&b->s, true, V4(10, 0, 2, from), port,
                             V4(198, 51, 100, 1), 80, TCP_SYN, 1, 0);

    return flow_observe(b->facts.flows, &p, from, to);
}

static double metric(const struct bench *b, const char *id, uint16_t guest,
                     unsigned i)
{
    for (unsigned k = 0; k < b->out.count; k++)
        if (strcmp(b->out.item[k].symptom->id, id) == 0 &&
            b->out.item[k].guest == guest)
            return b->out.item[k].metric[i].value;
    return -1;
}

static void test_who_gets_what(void **state)
{
    struct bench *b = *state;
    struct packet p =
        pk_echo(&b->s, V4(10, 0, 2, 15), V4(10, 0, 2, 2), 8, 1, 1);

    open_flow(b, 0, 7, 1000); /* guest 0 outwards */
    open_flow(b, 7, 0, 1001); /* inwards */
    open_flow(b, 8, 7, 1002); /* nobody's */
    open_flow(b, 0, 1, 1003); /* guest to guest: both have it */
    request_observe(b->facts.requests, &p, 1, 7);
    for (unsigned again = 0; again < 2; again++) {
        symptom_assess(b->e, &b->facts, &b->out);
        assert_int_equal(metric(b, "sum", 0, 0), 3);
        assert_int_equal(metric(b, "sum", 0, 1), 2);
        assert_int_equal(metric(b, "sum", 0, 2), 1);
        assert_int_equal(metric(b, "sum", 1, 0), 1);
        assert_int_equal(metric(b, "sum", 1, 2), 1);
        assert_int_equal(metric(b, "sum", 0, 3), 0);
        assert_int_equal(metric(b, "sum", 1, 3), 1);
        /* The family concludes from the same fold, folded once. */
        assert_int_equal(metric(b, "same", 0, 0), 3);
    }
}

static void test_retired(void **state)
{
    struct bench *b = *state;
    const struct flow *f = flow_get(b->facts.flows, open_flow(b, 0, 7, 1000));
    struct flow gone = *f;

    for (unsigned i = 0; i < 5; i++)
        symptom_retire_flow(b->e, &b->facts, &gone);
    symptom_assess(b->e, &b->facts, &b->out);
    assert_int_equal(metric(b, "sum", 0, 0), 6);
    /* The station is another place in the list now: its past goes along. */
    b->facts.guest[0].station = 1;
    b->facts.guest[1].station = 0;
    symptom_assess(b->e, &b->facts, &b->out);
    assert_int_equal(metric(b, "sum", 1, 0), 6);
    assert_int_equal(metric(b, "sum", 0, 0), 0);
}

/* More stations than blocks: those of former guests are taken again. */
static void test_former_guests(void **state)
{
    struct bench *b = *state;
    struct flow f;

    b->facts.nguest = 1;
    memset(&f, 0, sizeof(f));
    f.station[1] = STATION_NONE;
    for (uint16_t i = 0; i < 3 * GUESTS_MAX; i++) {
        b->facts.guest[0].station = i;
        f.station[0] = i;
        symptom_retire_flow(b->e, &b->facts, &f);
        symptom_assess(b->e, &b->facts, &b->out);
        assert_int_equal(metric(b, "sum", 0, 0), 1);
    }
}

static unsigned count(const struct bench *b, const char *id, uint16_t guest)
{
    unsigned n = 0;

    for (unsigned k = 0; k < b->out.count; k++)
        n += strcmp(b->out.item[k].symptom->id, id) == 0 &&
             b->out.item[k].guest == guest;
    return n;
}

static void test_suppression(void **state)
{
    struct bench *b = *state;

    symptom_assess(b->e, &b->facts, &b->out);
    /* Guest 0: one peer is explained; guest 1: all but the proven one. */
    assert_int_equal(count(b, "peer", 0), 2);
    assert_int_equal(count(b, "peer", 1), 1);
    assert_int_equal(count(b, "explain", 1), 1);
    assert_int_equal(count(b, "capture", GUEST_NONE), 1);
    assert_string_equal(b->out.item[0].symptom->id, "sum");
}

static void test_no_guest(void **state)
{
    struct bench *b = *state;

    b->facts.nguest = 0;
    open_flow(b, 0, 7, 1000);
    symptom_assess(b->e, &b->facts, &b->out);
    assert_int_equal(b->out.count, 1);
    assert_string_equal(b->out.item[0].symptom->id, "capture");
}

static void test_gates(void **state)
{
    struct bench *b = *state;
    struct guest g = { .station = 0 };
    struct flow f;

    b->facts.packets = 100;
    assert_null(gate_loss(&b->facts));
    b->facts.quality.truncated_headers = 11;
    assert_non_null(gate_loss(&b->facts));
    b->facts.quality.truncated_headers = 0;
    b->facts.quality.dropped = true;
    assert_non_null(gate_loss(&b->facts));
    assert_int_equal(gate_terminates(&g), -1);
    g.backend.terminates_known = true;
    assert_int_equal(gate_terminates(&g), 0);
    b->facts.now_ns = 5 * SEC;
    assert_true(gate_waited(&b->facts, 2 * SEC, 3 * SEC));
    assert_false(gate_waited(&b->facts, 2 * SEC + 1, 3 * SEC));
    memset(&f, 0, sizeof(f));
    f.ip_proto = 6;
    f.syn_count = 3;
    f.syn_span_ms = 3000;
    assert_true(flow_syn_unanswered(&f));
    f.dir[1].packets = 1;
    assert_false(flow_syn_unanswered(&f));
}

#define engine_test(f) cmocka_unit_test_setup_teardown(f, setup, teardown)

int main(void)
{
    const struct CMUnitTest tests[] = {
        engine_test(test_who_gets_what), engine_test(test_retired),
        engine_test(test_former_guests), engine_test(test_suppression),
        engine_test(test_no_guest),      engine_test(test_gates),
    };

    return cmocka_run_group_tests(tests, NULL, NULL);
}
