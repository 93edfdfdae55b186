/* SPDX-License-Identifier: BSD-3-Clause
 *
 * The JSON report, read back: keys, kinds, nulls, escapes, limits. The schema
 * itself is held against whole reports by tests/cli/run.
 */
#include <jansson.h>

#include "tests/unit/report_fixture.h"

static json_t *report; /* of the running test */

static json_t *written(struct fixture *x)
{
    struct out o = new_page();
    json_error_t err;

    report_json(&x->facts, &x->findings, &x->opt, &o);
    assert_int_equal(o.err, 0);
    json_decref(report);
    report = json_loads(page, JSON_REJECT_DUPLICATES, &err);
    if (!report)
        fail_msg("line %d: %s\n%s", err.line, err.text, page);
    return report;
}

static int drop(void **state)
{
    json_decref(report);
    report = NULL;
    return free_fixture(state);
}

static json_t *at(json_t *v, const char *key)
{
    json_t *found = json_object_get(v, key);

    if (!found)
        fail_msg("no key %s in\n%s", key, page);
    return found;
}

static void assert_text(json_t *v, const char *key, const char *want)
{
    assert_true(json_is_string(at(v, key)));
    assert_string_equal(json_string_value(at(v, key)), want);
}

static void assert_number(json_t *v, const char *key, double want)
{
    assert_true(json_is_number(at(v, key)));
    assert_true(json_number_value(at(v, key)) == want);
}

static void assert_null_at(json_t *v, const char *key)
{
    assert_true(json_is_null(at(v, key)));
}

static const char *const keys[] = {
    "schema",         "schema_version",  "tool",     "status",
    "sources",        "backend",         "guests",   "findings",
    "not_assessable", "capture_quality", "limits",   "redaction",
    "protocols",      "flows",           "requests", "endpoints",
};

/* A null here would mean that a value could not be built. */
static void test_top_level(void **state)
{
    json_t *r = written(*state);

    for (size_t i = 0; i < sizeof(keys) / sizeof(keys[0]); i++)
        assert_false(json_is_null(at(r, keys[i])));
    assert_int_equal(json_object_size(r), sizeof(keys) / sizeof(keys[0]));
    assert_text(r, "schema", "tapscope.report");
    assert_number(r, "schema_version", 1);
    assert_text(r, "status", "complete");
    assert_text(at(r, "redaction"), "level", "none");
}

static void test_source(void **state)
{
    json_t *s = json_array_get(at(written(*state), "sources"), 0);

    assert_text(s, "name", "a.pcap");
    assert_text(s, "link_type", "ethernet");
    assert_text(s, "first", "2026-11-22T12:08:01.000000000Z");
    assert_text(s, "last", "2026-11-22T12:08:10.700000000Z");
    assert_number(s, "duration_s", 9.7);
    assert_null_at(s, "dropped"); /* the format does not tell */
    assert_null_at(s, "snaplen");
    assert_null_at(s, "compression");
    assert_number(s, "vnet_header_bytes", 0);
    assert_text(s, "clock", "utc");
}

static void test_source_without_packets(void **state)
{
    struct fixture *x = *state;
    json_t *s;

    x->facts.source[0].packets = 0;
    s = json_array_get(at(written(x), "sources"), 0);
    assert_null_at(s, "first");
    assert_null_at(s, "duration_s");
    assert_null_at(s, "link_type");
}

static void test_backend_and_guest(void **state)
{
    struct fixture *x = *state;
    json_t *r = written(x), *b = at(r, "backend");
    json_t *g = json_array_get(at(r, "guests"), 0);

    assert_text(b, "id", "qemu-slirp");
    assert_number(b, "confidence", 98);
    assert_true(json_is_true(at(b, "terminates_tcp")));
    assert_number(json_array_get(at(b, "clues"), 1), "frame", 40);
    assert_text(g, "mac", "52:54:00:12:34:56");
    assert_null_at(g, "hostname");
    assert_null_at(g, "lease");
    assert_number(g, "mtu_bytes", 1500);
    x->facts.guest[0].backend.terminates_known = false;
    x->facts.guest[0].backend.clue[0].frame = 0;
    b = at(written(x), "backend");
    assert_null_at(b, "terminates_tcp");
    assert_null_at(json_array_get(at(b, "clues"), 0), "frame");
}

static void test_no_guest_is_unknown_backend(void **state)
{
    struct fixture *x = *state;
    json_t *r;

    x->facts.nguest = 0;
    r = written(x);
    assert_text(at(r, "backend"), "id", "unknown");
    assert_int_equal(json_array_size(at(r, "guests")), 0);
}

static void test_surest_guest_gives_the_backend(void **state)
{
    struct fixture *x = *state;

    add_guest(x, 0xc0a87a0a, 0x57);
    x->facts.guest[1].backend.id = BACKEND_PASST;
    x->facts.guest[1].backend.confidence = 99;
    assert_text(at(written(x), "backend"), "id", "passt");
}

static void test_finding(void **state)
{
    struct fixture *x = *state;
    struct finding *f = add_finding(x, "icmp-echo-missing", 0);
    json_t *j, *e;

    f->severity = SEVERITY_ERROR;
    f->has_peer = true;
    f->peer = addr_v4(0xc612010a);
    f->metric[0] = (struct metric){ "requests", 4 };
    f->metric[1] = (struct metric){ "rtt_ms", 0.1 };
    f->nmetric = 2;
    add_evidence(f, 7, "no reply");
    add_evidence(f, 9, "");
    j = json_array_get(at(written(x), "findings"), 0);
    assert_text(j, "id", "icmp-echo-missing");
    assert_text(j, "severity", "error");
    assert_text(j, "guest", "52:54:00:12:34:56");
    assert_text(j, "peer", "198.18.1.10");
    assert_null_at(j, "peer_port");
    assert_null_at(j, "cause");
    assert_true(json_is_integer(at(at(j, "metrics"), "requests")));
    assert_number(at(j, "metrics"), "rtt_ms", 0.1);
    assert_non_null(strstr(page, "0.1")); /* and not 0.1000000000001 */
    assert_null(strstr(page, "0.10000000"));
    e = at(j, "evidence");
    assert_number(json_array_get(e, 0), "frame", 7);
    assert_text(json_array_get(e, 0), "note", "no reply");
    assert_null_at(json_array_get(e, 1), "note");
    assert_text(json_array_get(e, 0), "time", "2026-11-22T12:08:01.007000000Z");
}

static void test_numbers_that_are_none(void **state)
{
    struct fixture *x = *state;
    struct finding *f = add_finding(x, "dns-dead", 0);
    json_t *m;

    f->metric[0] = (struct metric){ "nan", 0.0 / 0.0 };
    f->metric[1] = (struct metric){ "huge", 1e300 };
    f->metric[2] = (struct metric){ "negative", -3 };
    f->nmetric = 3;
    m = at(json_array_get(at(written(x), "findings"), 0), "metrics");
    assert_null_at(m, "nan");
    assert_number(m, "huge", 1e300);
    assert_number(m, "negative", -3);
}

static void test_min_severity(void **state)
{
    struct fixture *x = *state;

    add_finding(x, "dns-dead", 0)->severity = SEVERITY_ERROR;
    add_finding(x, "icmp-echo-missing", 0)->severity = SEVERITY_NOTE;
    x->opt.min_severity = SEVERITY_WARNING;
    assert_int_equal(json_array_size(at(written(x), "findings")), 1);
}

static void test_every_finding(void **state)
{
    struct fixture *x = *state;
    size_t i;
    json_t *f;

    for (i = 0; symptoms[i]; i++)
        add_finding(x, symptoms[i]->id,
                    symptoms[i]->whole_capture ? GUEST_NONE : 0);
    written(x);
    assert_int_equal(json_array_size(at(report, "findings")), i);
    json_array_foreach(at(report, "findings"), i, f)
    {
        assert_true(json_is_object(f));
        assert_true(json_string_length(at(f, "summary")) > 0);
        if (symptoms[i]->whole_capture)
            assert_null_at(f, "guest");
    }
}

/* Octets that are no UTF-8, controls and a sequence cut at a buffer's end. */
static void test_hostile_text(void **state)
{
    struct fixture *x = *state;
    struct guest *g = &x->facts.guest[0];
    json_t *r;

    strcpy(x->facts.source[0].name, "a\xff\x1b\".pcap");
    memset(g->hostname, 'h', sizeof(g->hostname) - 1);
    g->hostname[sizeof(g->hostname) - 2] = '\xc3';
    r = written(x);
    assert_text(json_array_get(at(r, "sources"), 0), "name",
                "a\\xff\\x1b\".pcap");
    assert_non_null(strstr(
        json_string_value(at(json_array_get(at(r, "guests"), 0), "hostname")),
        "\\xc3"));
    assert_null(strchr(page, '\x1b'));
}

static void test_ascii(void **state)
{
    struct fixture *x = *state;
    json_t *r;

    strcpy(x->facts.source[0].name, "\xc3\xbc.pcap");
    x->opt.ascii = true;
    r = written(x);
    assert_non_null(strstr(page, "\\u00FC.pcap"));
    assert_text(json_array_get(at(r, "sources"), 0), "name", "\xc3\xbc.pcap");
}

static void test_flows_and_endpoints(void **state)
{
    struct fixture *x = *state;
    json_t *r, *f, *e;

    for (unsigned i = 0; i < 5; i++)
        add_flow(x, (uint16_t)(5000 + i), 100 * (i + 1));
    x->opt.top = 2;
    r = written(x);
    assert_int_equal(json_array_size(at(r, "flows")), 2);
    assert_number(at(r, "limits"), "unlisted_flows", 3);
    assert_number(at(r, "limits"), "flows", 5);
    f = json_array_get(at(r, "flows"), 0);
    assert_number(f, "orig_p", 5004);
    assert_number(f, "orig_ip_bytes", 528);
    assert_text(f, "orig_h", "10.0.2.15");
    assert_text(f, "proto", "udp");
    assert_text(f, "guest", "52:54:00:12:34:56");
    assert_null_at(f, "tcp");
    assert_null_at(f, "vlan");
    assert_int_equal(json_string_length(at(f, "uid")), 17);
    assert_memory_equal(json_string_value(at(f, "community_id")), "1:", 2);
    e = json_array_get(at(r, "endpoints"), 0);
    assert_int_equal(json_array_size(at(r, "endpoints")), 2);
    assert_number(e, "flows", 5);
    assert_null_at(e, "country");
}

static void test_same_twice(void **state)
{
    struct fixture *x = *state;
    char *first;

    for (unsigned i = 0; i < 20; i++)
        add_flow(x, (uint16_t)(5000 + i), 100);
    written(x);
    first = strdup(page);
    written(x);
    assert_string_equal(first, page);
    free(first);
}

static void test_partial(void **state)
{
    struct fixture *x = *state;
    json_t *r;

    x->opt.status = REPORT_PARTIAL;
    x->facts.source[0].damaged = true;
    strcpy(x->facts.source[0].damage, "cut");
    r = written(x);
    assert_text(r, "status", "partial");
    assert_text(json_array_get(at(r, "sources"), 0), "damage", "cut");
    x->opt.status = REPORT_INTERRUPTED;
    assert_text(written(x), "status", "interrupted");
}

static int refuse(void *ctx, const char *bytes, size_t n)
{
    (void)ctx;
    (void)bytes;
    (void)n;
    return 5; /* EIO */
}

static void test_write_error(void **state)
{
    struct fixture *x = *state;
    struct out o = { .write = refuse };

    report_json(&x->facts, &x->findings, &x->opt, &o);
    assert_int_equal(o.err, 5);
}

#define JSON_TEST(fn) cmocka_unit_test_setup_teardown(fn, make_fixture, drop)

int main(void)
{
    const struct CMUnitTest tests[] = {
        JSON_TEST(test_top_level),
        JSON_TEST(test_source),
        JSON_TEST(test_source_without_packets),
        JSON_TEST(test_backend_and_guest),
        JSON_TEST(test_no_guest_is_unknown_backend),
        JSON_TEST(test_surest_guest_gives_the_backend),
        JSON_TEST(test_finding),
        JSON_TEST(test_numbers_that_are_none),
        JSON_TEST(test_min_severity),
        JSON_TEST(test_every_finding),
        JSON_TEST(test_hostile_text),
        JSON_TEST(test_ascii),
        JSON_TEST(test_flows_and_endpoints),
        JSON_TEST(test_same_twice),
        JSON_TEST(test_partial),
        JSON_TEST(test_write_error),
    };
    int failed = cmocka_run_group_tests(tests, NULL, NULL);

    free(page);
    return failed;
}
