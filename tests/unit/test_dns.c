/* SPDX-License-Identifier: BSD-3-Clause
 *
 * DNS: messages as they are, as they are cut, and as somebody would write them
 * who wants the reader to loop.
 */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdlib.h>

#include <cmocka.h>

#include "dissect/proto/dns.h"

#include "tests/unit/app_frame.h"

/* Header with counts; flags 0x0100 is a query with RD. */
#define HEADER(flags, qd, an, ns, ar) \
    0x12, 0x34, (flags) >> 8, (flags)&0xff, 0, qd, 0, an, 0, ns, 0, ar
#define QUESTION_WWW                                                          \
    3, 'W', 'w', 'w', 7, 'E', 'x', 'a', 'm', 'p', 'l', 'e', 3, 'o', 'r', 'g', \
        0, 0, 1, 0, 1
#define RECORD(name, type, ttl, len) \
    0xc0, name, 0, type, 0, 1, 0, 0, (ttl) >> 8, (ttl)&0xff, 0, len

static const uint8_t query[] = { HEADER(0x0100, 1, 0, 0, 0), QUESTION_WWW };

static const uint8_t answer[] = {
    HEADER(0x8180, 1, 3, 0, 1),
    QUESTION_WWW,
    RECORD(12, DNS_CNAME, 600, 6),
    3,
    'c',
    'd',
    'n',
    0xc0,
    16,
    RECORD(45, DNS_A, 300, 4),
    192,
    0,
    2,
    1,
    RECORD(45, DNS_AAAA, 60, 16),
    0x20,
    1,
    0xd,
    0xb8,
    0,
    0,
    0,
    0,
    0,
    0,
    0,
    0,
    0,
    0,
    0,
    1,
    0,
    0,
    DNS_OPT,
    0x04,
    0xd0,
    1,
    0,
    0,
    0,
    0,
    0, /* ext rcode 1, 1232 */
};

static bool parse(const void *p, size_t n, struct dns_msg *m)
{
    return dns_parse(app_cursor(p, n), m);
}

static void test_query(void **state)
{
    struct dns_msg m;

    (void)state;
    assert_true(parse(query, sizeof(query), &m));
    assert_string_equal(m.qname, "www.example.org");
    assert_int_equal(m.id, 0x1234);
    assert_int_equal(m.qtype, DNS_A);
    assert_int_equal(m.qclass, 1);
    assert_false(m.qr);
    assert_true(m.rd);
    assert_false(m.cut);
    assert_int_equal(m.verdict, 0);
}

static void test_answer(void **state)
{
    char text[ADDR_STRLEN];
    struct dns_msg m;

    (void)state;
    assert_true(parse(answer, sizeof(answer), &m));
    assert_true(m.qr && m.ra && m.has_cname && m.has_edns && !m.has_soa);
    assert_int_equal(m.answers, 3);
    assert_int_equal(m.naddr, 2);
    assert_string_equal(addr_format(&m.addr[0], text), "192.0.2.1");
    assert_string_equal(addr_format(&m.addr[1], text), "2001:db8::1");
    assert_int_equal(m.min_ttl_s, 60);
    assert_int_equal(m.edns_size, 1232);
    assert_int_equal(m.rcode, 16); /* BADVERS: 1 << 4 */
    assert_string_equal(dns_rcode_name(m.rcode), "BADVERS");
}

/* Whatever the snap length: no more is said than was read. */
static void test_cut_anywhere(void **state)
{
    struct dns_msg m;

    (void)state;
    for (size_t n = 0; n < sizeof(answer); n++) {
        bool whole = parse(answer, n, &m);

        assert_int_equal(whole, n >= 33);
        assert_int_equal(m.verdict, LAYER_TRUNCATED);
        assert_true(m.answers <= 3);
        assert_int_equal(m.cut, n >= 8 && m.answers < 3);
        if (m.naddr == 2)
            assert_true(n >= sizeof(answer) - 11);
    }
}

static void test_counts_that_lie(void **state)
{
    static const uint8_t lie[] = { HEADER(0x8180, 1, 255, 255, 255),
                                   QUESTION_WWW };
    struct dns_msg m;

    (void)state;
    assert_true(parse(lie, sizeof(lie), &m));
    assert_true(m.cut);
    assert_int_equal(m.answers, 0);
    assert_int_equal(m.min_ttl_s, 0);
}

static void test_soa_of_nxdomain(void **state)
{
    static const uint8_t nx[] = {
        HEADER(0x8183, 1, 0, 1, 0),
        QUESTION_WWW,
        RECORD(16, DNS_SOA, 60, 22),
        0,
        0,
        1,
        2,
        3,
        4,
        0,
        0,
        0,
        1,
        0,
        0,
        0,
        2,
        0,
        0,
        0,
        3,
        0,
        0,
        0,
        4,
    };
    struct dns_msg m;

    (void)state;
    assert_true(parse(nx, sizeof(nx), &m));
    assert_int_equal(m.rcode, DNS_NXDOMAIN);
    assert_true(m.has_soa);
    assert_int_equal(m.answers, 0);
}

static void test_no_question(void **state)
{
    static const uint8_t refused[] = { HEADER(0x8185, 0, 0, 0, 0) };
    struct dns_msg m;

    (void)state;
    assert_true(parse(refused, sizeof(refused), &m));
    assert_false(m.has_question);
    assert_string_equal(m.qname, "");
    assert_int_equal(m.rcode, DNS_REFUSED);
}

static void test_hostile_pointers(void **state)
{
    static const uint8_t self[] = {
        HEADER(0, 1, 0, 0, 0), 0xc0, 12, 0, 1, 0, 1
    };
    static const uint8_t forward[] = {
        HEADER(0, 1, 0, 0, 0), 0xc0, 18, 0, 1, 0, 1, 1, 'a', 0
    };
    static const uint8_t loop[] = {
        HEADER(0, 1, 0, 0, 0), 1, 'a', 0xc0, 12, 0, 1, 0, 1
    };
    static const uint8_t reserved[] = {
        HEADER(0, 1, 0, 0, 0), 0x80, 0, 0, 1, 0, 1
    };
    static const struct {
        const uint8_t *p;
        size_t n;
    } cases[] = { { self, sizeof(self) },
                  { forward, sizeof(forward) },
                  { loop, sizeof(loop) },
                  { reserved, sizeof(reserved) } };
    struct dns_msg m;

    (void)state;
    for (size_t i = 0; i < 4; i++) {
        assert_false(parse(cases[i].p, cases[i].n, &m));
        assert_int_equal(m.verdict, LAYER_MALFORMED);
    }
}

/* A chain of pointers, each to the one before it; the last starts the name. */
static size_t put_chain(uint8_t *out, unsigned hops)
{
    static const uint8_t head[] = { HEADER(0x8000, 0, 1, 0, 0) };
    size_t n = sizeof(head), at;

    memcpy(out, head, n);
    /* An answer of unknown type holds the chain as its data. */
    memcpy(out + n, "\0\0\x63\0\1\0\0\0\0\0", 10);
    n += 10;
    out[n++] = (uint8_t)(2 * hops + 3);
    at = n;
    memcpy(out + n, "\1a\0", 3);
    n += 3;
    for (unsigned i = 0; i < hops; i++) {
        app_be16(out + n, (uint32_t)(0xc000 | at));
        at = n;
        n += 2;
    }
    return n;
}

/* The question's name is the only one that is followed without a tree, and
 * nothing lies before it; with one, owner names are. */
static void test_chain_of_pointers(void **state)
{
    static struct app_frame f;
    uint8_t msg[200];
    size_t n;

    (void)state;
    for (unsigned hops = 14; hops < 20; hops++) {
        n = put_chain(msg, hops);
        msg[7] = 2;
        app_be16(msg + n, (uint32_t)(0xc000 | (n - 2)));
        memcpy(msg + n + 2, "\0\1\0\1\0\0\0\x3c\0\4\xc0\0\2\1", 14);
        app_udp(&f, 53, 5000, msg, n + 16);
        app_dissect(&f, true);
        /* one hop more than in the chain: the owner name's own pointer */
        assert_non_null(app_field(&f, "dns.resp.name", 1));
        assert_string_equal(f.tree.text +
                                app_field(&f, "dns.resp.name", 1)->text,
                            hops + 1 <= 16 ? "Name: a" : "Name: ");
    }
}

static void test_name_lengths(void **state)
{
    uint8_t msg[400] = { HEADER(0, 1, 0, 0, 0) };
    struct dns_msg m;
    size_t n = 12;

    (void)state;
    for (unsigned i = 0; i < 3; i++) {
        msg[n] = 63;
        memset(msg + n + 1, 'x', 63);
        n += 64;
    }
    msg[n] = 61; /* 3 * 64 + 62 + root = 255 */
    memset(msg + n + 1, 'y', 61);
    memcpy(msg + n + 62, "\0\0\1\0\1", 5);
    assert_true(parse(msg, n + 67, &m));
    assert_int_equal(strlen(m.qname), 253);
    msg[n] = 62;
    msg[n + 62] = 'y';
    memcpy(msg + n + 63, "\0\0\1\0\1", 5);
    assert_false(parse(msg, n + 68, &m));
    assert_int_equal(m.verdict, LAYER_MALFORMED);
}

static void test_names_as_text(void **state)
{
    static const uint8_t odd[] = {
        HEADER(0, 1, 0, 0, 0),
        4,
        'a',
        '.',
        'B',
        0x1b,
        2,
        0xc3,
        0xbc,
        2,
        '\\',
        0xff,
        0,
        0,
        1,
        0x80,
        1,
    };
    static const uint8_t root[] = { HEADER(0, 1, 0, 0, 0), 0, 0, 2, 0, 1 };
    struct dns_msg m;

    (void)state;
    assert_true(parse(odd, sizeof(odd), &m));
    assert_string_equal(m.qname, "a\\.b\\x1b.\xc3\xbc.\\\\\\xff");
    assert_int_equal(m.qclass, 1);
    assert_true(m.unicast_wanted);
    assert_true(parse(root, sizeof(root), &m));
    assert_string_equal(m.qname, ".");
    assert_int_equal(m.qtype, DNS_NS);
}

/* Every octet escaped: the text is cut, never the buffer overrun. */
static void test_name_longer_than_buffer(void **state)
{
    uint8_t msg[400] = { HEADER(0, 1, 0, 0, 0) };
    struct dns_msg m;
    size_t n = 12;

    (void)state;
    for (unsigned i = 0; i < 3; i++, n += 64) {
        msg[n] = 63;
        memset(msg + n + 1, 1, 63);
    }
    memcpy(msg + n, "\0\0\1\0\1", 5);
    assert_true(parse(msg, n + 5, &m));
    assert_true(strlen(m.qname) < sizeof(m.qname));
    assert_memory_equal(m.qname, "\\x01\\x01", 8);
}

static void test_tcp(void **state)
{
    uint8_t msg[sizeof(query) + 2] = { 0, sizeof(query) };
    struct dns_msg m;

    (void)state;
    memcpy(msg + 2, query, sizeof(query));
    assert_true(dns_parse_tcp(app_cursor(msg, sizeof(msg)), &m));
    assert_string_equal(m.qname, "www.example.org");
    msg[1] = 12; /* the length ends before the question */
    assert_false(dns_parse_tcp(app_cursor(msg, sizeof(msg)), &m));
    assert_int_equal(m.verdict, LAYER_CUT_BY_OUTER);
    assert_false(dns_parse_tcp(app_cursor(msg, 1), &m));
}

static void test_tree(void **state)
{
    static struct app_frame f;
    const struct field *at;

    (void)state;
    app_udp(&f, 53, 40000, answer, sizeof(answer));
    app_dissect(&f, true);
    at = app_field(&f, "dns.qry.name", 0);
    assert_non_null(at);
    assert_int_equal(at->off, UDP_PAYLOAD_OFF + 12);
    assert_int_equal(at->len, 17);
    assert_string_equal(f.tree.text + at->text, "Name: www.example.org");
    at = app_field(&f, "dns.a", 0);
    assert_non_null(at);
    assert_int_equal(at->off, UDP_PAYLOAD_OFF + 12 + 21 + 18 + 12);
    assert_string_equal(app_text(&f, "dns.cname"), "CNAME: cdn.example.org");
    assert_string_equal(app_text(&f, "dns.rr.udp_payload_size"),
                        "UDP payload size: 1232");
    assert_int_equal(f.pkt.layer[f.pkt.nlayer - 1].flags, 0);
}

static void test_tree_tcp(void **state)
{
    uint8_t msg[sizeof(query) + 2] = { 0, sizeof(query) };
    static struct app_frame f;

    (void)state;
    memcpy(msg + 2, query, sizeof(query));
    app_tcp(&f, 40000, 53, msg, sizeof(msg));
    app_dissect(&f, true);
    assert_string_equal(app_text(&f, "dns.length"), "Length: 33");
    assert_int_equal(app_field(&f, "dns.id", 0)->off, TCP_PAYLOAD_OFF + 2);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(test_query),
        cmocka_unit_test(test_answer),
        cmocka_unit_test(test_cut_anywhere),
        cmocka_unit_test(test_counts_that_lie),
        cmocka_unit_test(test_soa_of_nxdomain),
        cmocka_unit_test(test_no_question),
        cmocka_unit_test(test_hostile_pointers),
        cmocka_unit_test(test_chain_of_pointers),
        cmocka_unit_test(test_name_lengths),
        cmocka_unit_test(test_names_as_text),
        cmocka_unit_test(test_name_longer_than_buffer),
        cmocka_unit_test(test_tcp),
        cmocka_unit_test(test_tree),
        cmocka_unit_test(test_tree_tcp),
    };

    proto_init();
    return cmocka_run_group_tests(tests, NULL, NULL);
}
