/* SPDX-License-Identifier: BSD-3-Clause
 *
 * The words of findings: complete for every symptom and variant, and filled
 * without surprises.
 */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>

#include <cmocka.h>
#include <stdio.h>
#include <string.h>

#include "dissect/advice.h"
#include "dissect/symptom/symptom.h"
#include "views/explain.h"

static struct facts facts; /* zero: no guest */
static const struct symptom symptom = {
    .id = "connect-timeout",
    .title = "A connection gets no answer",
};

static struct finding finding(void)
{
    struct finding f = { .symptom = &symptom, .guest = GUEST_NONE };

    return f;
}

static const char *fill(const char *tmpl, const struct finding *f)
{
    static char out[512];

    memset(out, 'x', sizeof(out));
    advice_expand(tmpl, &facts, f, out, sizeof(out));
    return out;
}

static void add_metric(struct finding *f, const char *name, double value)
{
    f->metric[f->nmetric].name = name;
    f->metric[f->nmetric++].value = value;
}

static struct finding peer_finding(const char *addr, uint16_t port)
{
    struct finding f = finding();

    f.has_peer = true;
    f.peer_port = port;
    assert_true(addr_parse(addr, &f.peer));
    return f;
}

static void test_counts_are_whole(void **state)
{
    struct finding f = finding();

    (void)state;
    add_metric(&f, "syns", 12345);
    add_metric(&f, "mtu_bytes", 1447.6);
    f.count = 7;
    assert_string_equal(fill("{syns} {mtu_bytes} {count}", &f), "12345 1448 7");
}

static void test_measures_have_three_digits(void **state)
{
    static const struct {
        double value;
        const char *text;
    } row[] = {
        { 0, "0" },           { 0.0004, "0" },
        { 0.5, "0.5" },       { 1.2345, "1.23" },
        { 2, "2" },           { 12.34, "12.3" },
        { 99.96, "100" },     { 123.4, "123" },
        { 65535.4, "65535" }, { -3.14159, "-3.14" },
    };

    (void)state;
    for (size_t i = 0; i < sizeof(row) / sizeof(row[0]); i++) {
        struct finding f = finding();

        add_metric(&f, "rtt_ms", row[i].value);
        assert_string_equal(fill("{rtt_ms}", &f), row[i].text);
    }
}

static void test_numbers_that_are_none(void **state)
{
    struct finding f = finding();

    (void)state;
    add_metric(&f, "rtt_ms", 1e300);
    add_metric(&f, "syns", 0.0 / 0.0);
    assert_string_equal(fill("{rtt_ms} {syns}", &f), "? ?");
}

static void test_nouns_follow_their_number(void **state)
{
    struct finding f = finding();

    (void)state;
    add_metric(&f, "a", 1);
    add_metric(&f, "b", 2);
    add_metric(&f, "c", 0);
    assert_string_equal(fill("{a:packet}, {b:new connection}, {c:query}", &f),
                        "1 packet, 2 new connections, 0 queries");
    assert_string_equal(fill("{a:super-frame}, {b:TCP flow}", &f),
                        "1 super-frame, 2 TCP flows");
}

static void test_durations_in_their_unit(void **state)
{
    static const struct {
        const char *name;
        double value;
        const char *text;
    } row[] = {
        { "wait_s", 0.25, "250 ms" },      { "wait_s", 9.03, "9.03 s" },
        { "wait_s", 217, "3.62 min" },     { "wait_s", 34682, "9.63 h" },
        { "wait_s", 864000, "10 days" },   { "wait_ms", 1.69, "1.69 ms" },
        { "wait_ms", 6249926, "104 min" },
    };

    (void)state;
    for (size_t i = 0; i < sizeof(row) / sizeof(row[0]); i++) {
        struct finding f = finding();
        char tmpl[32];

        add_metric(&f, row[i].name, row[i].value);
        snprintf(tmpl, sizeof(tmpl), "{%s:duration}", row[i].name);
        assert_string_equal(fill(tmpl, &f), row[i].text);
    }
}

/* "host several hosts" is no command. */
static void test_commands_need_their_peer(void **state)
{
    struct advice_step s = { .backends = ANY_BACKEND };
    struct finding f = finding();

    (void)state;
    s.command = "ping -c 3 {peer}";
    assert_false(advice_step_applies(&s, &facts, &f));
    s.command = "tcpdump -nni any 'port {port}'";
    assert_false(advice_step_applies(&s, &facts, &f));
    s.command = "ss -tan";
    assert_true(advice_step_applies(&s, &facts, &f));
    f = peer_finding("2001:db8::1", 0);
    s.command = "{iptables} -d {peer}";
    assert_true(advice_step_applies(&s, &facts, &f));
    assert_string_equal(fill(s.command, &f), "ip6tables -d 2001:db8::1");
    s.command = "host {peer} and port {port}";
    assert_false(advice_step_applies(&s, &facts, &f));
}

static void test_endpoints(void **state)
{
    struct finding f = peer_finding("198.18.1.10", 80);

    (void)state;
    assert_string_equal(fill("{endpoint} {peer} {port}", &f),
                        "198.18.1.10:80 198.18.1.10 80");
    f = peer_finding("2001:db8::1", 443);
    assert_string_equal(fill("{endpoint}", &f), "[2001:db8::1]:443");
    f.peer_port = 0;
    assert_string_equal(fill("{endpoint}", &f), "2001:db8::1");
    f = finding();
    assert_string_equal(fill("{endpoint}/{guest}/{gateway}", &f),
                        "several hosts/the guest/the gateway");
}

static void test_unknown_names_stay(void **state)
{
    struct finding f = finding();

    (void)state;
    assert_string_equal(fill("{nobody} { accept; } {", &f),
                        "{nobody} { accept; } {");
    assert_string_equal(fill("awk '{n[$1]++} END {for (s in n) print s}'", &f),
                        "awk '{n[$1]++} END {for (s in n) print s}'");
    assert_string_equal(fill("{count", &f), "{count");
    assert_string_equal(fill("{}", &f), "{}");
    assert_string_equal(fill("{{count}}", &f), "{0}");
}

static void test_short_buffers(void **state)
{
    struct finding f = peer_finding("198.18.1.10", 80);
    char out[8];

    (void)state;
    for (size_t n = 1; n <= sizeof(out); n++) {
        memset(out, 'x', sizeof(out));
        advice_expand("{endpoint} does not answer", &facts, &f, out, n);
        assert_int_equal(strlen(out), n - 1);
    }
}

static void test_variants(void **state)
{
    struct finding f = peer_finding("198.18.1.10", 80);
    char plain[256], other[256];

    (void)state;
    advice_text(&facts, &f, plain, sizeof(plain));
    f.variant = "unreachable";
    advice_text(&facts, &f, other, sizeof(other));
    assert_string_not_equal(plain, other);
    f.variant = "no such variant";
    advice_text(&facts, &f, other, sizeof(other));
    assert_string_equal(plain, other);
}

static struct advice_step step(const char *cause, uint32_t backends)
{
    struct advice_step s = { .cause = cause, .backends = backends };

    return s;
}

static void test_steps_follow_cause_and_backend(void **state)
{
    static struct facts one = { .nguest = 1 };
    struct finding f = finding();
    struct advice_step any = step(NULL, ANY_BACKEND);
    struct advice_step down = step("peer-down", ANY_BACKEND);
    struct advice_step qemu = step(NULL, BACKEND_BIT(BACKEND_QEMU_SLIRP));

    (void)state;
    f.guest = 0;
    one.guest[0].backend.id = BACKEND_QEMU_SLIRP;
    assert_true(advice_step_applies(&any, &one, &f));
    assert_true(advice_step_applies(&down, &one, &f)); /* no cause is named */
    f.cause = "filtered";
    assert_false(advice_step_applies(&down, &one, &f));
    f.cause = NULL;
    f.causes[f.ncauses++] = "filtered";
    assert_false(advice_step_applies(&down, &one, &f));
    f.causes[f.ncauses++] = "peer-down";
    assert_true(advice_step_applies(&down, &one, &f));
    assert_true(advice_step_applies(&qemu, &one, &f));
    one.guest[0].backend.id = BACKEND_LIBVIRT_NAT;
    assert_false(advice_step_applies(&qemu, &one, &f));
    f.guest = GUEST_NONE; /* about the capture: no backend */
    assert_false(advice_step_applies(&qemu, &one, &f));
    assert_true(advice_step_applies(&any, &one, &f));
}

static void check_text(const char *id, const char *text)
{
    size_t len = strlen(text);

    if (len == 0 || strchr(text, '\n') || strstr(text, "  "))
        fail_msg("%s: not one clean line: %s", id, text);
}

static void check_steps(const struct advice *a, const struct advice_step *s,
                        bool fix)
{
    for (; s && s->command; s++) {
        if (strchr(s->command, '\n'))
            fail_msg("%s: more than one line: %s", a->id, s->command);
        if (s->command[0] == '$' || s->command[0] == '#')
            fail_msg("%s: a prompt in %s", a->id, s->command);
        if (!fix && !s->expect)
            fail_msg("%s: check without expectation: %s", a->id, s->command);
        if (s->backends == 0)
            fail_msg("%s: for no backend: %s", a->id, s->command);
        if (s->cause && !advice_cause_text(a->id, s->cause))
            fail_msg("%s: unknown cause %s", a->id, s->cause);
    }
}

static void test_every_symptom_has_words(void **state)
{
    (void)state;
    for (unsigned i = 0; symptoms[i]; i++) {
        const struct advice *a = advice_of(symptoms[i]->id);

        if (!a)
            fail_msg("%s: no advice", symptoms[i]->id);
        assert_non_null(a->summaries);
        assert_non_null(a->refs);
        assert_non_null(a->refs[0]);
        for (const struct advice_summary *s = a->summaries; s->text; s++) {
            check_text(a->id, s->text);
            assert_non_null(s->verdict);
            check_text(a->id, s->verdict);
        }
        for (const struct advice_cause *c = a->causes; c && c->key; c++)
            check_text(a->id, c->text);
        check_steps(a, a->checks, false);
        check_steps(a, a->fixes, true);
    }
    assert_null(advice_of("no-such-symptom"));
}

static void test_every_symptom_has_a_page(void **state)
{
    (void)state;
    for (unsigned i = 0; symptoms[i]; i++) {
        const struct explain_page *p = explain_find(symptoms[i]->id);
        size_t n = strlen(symptoms[i]->id);

        if (!p)
            fail_msg("%s: no page", symptoms[i]->id);
        if (strncmp(p->text, "# ", 2) != 0 ||
            strncmp(p->text + 2, symptoms[i]->id, n) != 0 ||
            p->text[2 + n] != ':')
            fail_msg("%s: first line is not \"# id: title\"", symptoms[i]->id);
    }
}

static void test_where(void **state)
{
    (void)state;
    assert_string_equal(advice_where_name(WHERE_HOST), "host");
    assert_string_equal(advice_where_name(WHERE_GUEST), "guest");
    assert_string_equal(advice_where_name(WHERE_VM_CONFIG), "vm-config");
}

int main(void)
{
    static const struct CMUnitTest tests[] = {
        cmocka_unit_test(test_counts_are_whole),
        cmocka_unit_test(test_measures_have_three_digits),
        cmocka_unit_test(test_numbers_that_are_none),
        cmocka_unit_test(test_nouns_follow_their_number),
        cmocka_unit_test(test_durations_in_their_unit),
        cmocka_unit_test(test_commands_need_their_peer),
        cmocka_unit_test(test_endpoints),
        cmocka_unit_test(test_unknown_names_stay),
        cmocka_unit_test(test_short_buffers),
        cmocka_unit_test(test_variants),
        cmocka_unit_test(test_steps_follow_cause_and_backend),
        cmocka_unit_test(test_every_symptom_has_words),
        cmocka_unit_test(test_every_symptom_has_a_page),
        cmocka_unit_test(test_where),
    };

    return cmocka_run_group_tests(tests, NULL, NULL);
}
