/* SPDX-License-Identifier: BSD-3-Clause
 *
 * DHCP and BOOTP: what libslirp sends, options in odd places, options that
 * lie, captures that end.
 */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdlib.h>

#include <cmocka.h>

#include "dissect/proto/dhcp.h"

#include "tests/unit/app_frame.h"

enum { FIXED = 236, SNAME = 44, FILE_OFF = 108, OPTIONS = 240 };

/** struct message - Octets of a DHCP message; @n grows with its options */
struct message {
    uint8_t b[600];
    size_t n;
};

static void begin(struct message *m, uint8_t op)
{
    memset(m, 0, sizeof(*m));
    m->b[0] = op;
    m->b[1] = 1;
    m->b[2] = 6;
    memcpy(m->b + 4, "\xde\xad\xbe\xef", 4);
    memcpy(m->b + 28, "\x52\x54\x00\x12\x34\x56", 6);
    memcpy(m->b + FIXED, "\x63\x82\x53\x63", 4);
    m->n = OPTIONS;
}

static void option(struct message *m, uint8_t code, const void *value,
                   uint8_t len)
{
    m->b[m->n++] = code;
    m->b[m->n++] = len;
    memcpy(m->b + m->n, value, len);
    m->n += len;
}

static bool parse(const struct message *m, struct dhcp_msg *out)
{
    return dhcp_parse(app_cursor(m->b, m->n), out);
}

/* The order and the values of libslirp's ACK. */
static void slirp_ack(struct message *m)
{
    begin(m, 2);
    memcpy(m->b + 16, "\x0a\x00\x02\x0f", 4);
    memcpy(m->b + 20, "\x0a\x00\x02\x02", 4);
    memcpy(m->b + FILE_OFF, "pxelinux.0", 11);
    option(m, 53, "\5", 1);
    option(m, 54, "\x0a\0\2\2", 4);
    option(m, 1, "\xff\xff\xff\0", 4);
    option(m, 3, "\x0a\0\2\2", 4);
    option(m, 6, "\x0a\0\2\3", 4);
    option(m, 51, "\0\1\x51\x80", 4);
    m->b[m->n++] = 255;
}

static bool is_text(const struct octets *o, const char *text)
{
    return o->len == strlen(text) && memcmp(o->p, text, o->len) == 0;
}

static void test_ack(void **state)
{
    static const uint8_t order[] = { 53, 54, 1, 3, 6, 51 };
    char text[ADDR_STRLEN];
    struct message m;
    struct dhcp_msg d;

    (void)state;
    slirp_ack(&m);
    assert_true(parse(&m, &d));
    assert_int_equal(d.msg_type, DHCP_ACK);
    assert_int_equal(d.xid, 0xdeadbeef);
    assert_string_equal(addr_format(&d.yiaddr, text), "10.0.2.15");
    assert_string_equal(addr_format(&d.server_id, text), "10.0.2.2");
    assert_string_equal(addr_format(&d.subnet_mask, text), "255.255.255.0");
    assert_int_equal(d.nrouter, 1);
    assert_int_equal(d.ndns, 1);
    assert_string_equal(addr_format(&d.dns[0], text), "10.0.2.3");
    assert_int_equal(d.lease_s, 86400);
    assert_string_equal(mac_format(&d.chaddr, text), "52:54:00:12:34:56");
    assert_int_equal(d.norder, sizeof(order));
    assert_memory_equal(d.option_order, order, sizeof(order));
    assert_true(is_text(&d.bootfile, "pxelinux.0"));
    assert_true(dhcp_has(&d, 54) && !dhcp_has(&d, 12) && !dhcp_has(&d, 255));
    assert_true(d.end_seen && d.has_cookie);
    assert_int_equal(d.verdict, 0);
}

static void test_client_options(void **state)
{
    struct message m;
    struct dhcp_msg d;

    (void)state;
    begin(&m, 1);
    m.b[10] = 0x80;
    option(&m, 53, "\3", 1);
    m.b[m.n++] = 0; /* pad */
    option(&m, 50, "\x0a\0\2\x0f", 4);
    option(&m, 12, "guest\x1b[", 7);
    option(&m, 61, "\1\x52\x54\0\x12\x34\x56", 7);
    option(&m, 60, "MSFT 5.0", 8);
    option(&m, 57, "\5\xdc", 2);
    m.b[m.n++] = 255;
    assert_true(parse(&m, &d));
    assert_true(d.broadcast);
    assert_int_equal(d.msg_type, DHCP_REQUEST);
    assert_true(is_text(&d.hostname, "guest\x1b["));
    assert_int_equal(d.client_id.len, 7);
    assert_true(is_text(&d.vendor_class, "MSFT 5.0"));
    assert_int_equal(d.max_size, 1500);
    assert_int_equal(addr_v4_host(&d.requested_ip), 0x0a00020f);
    assert_true(addr_eq(&d.server_id, &(union addr){ { 0 } }));
}

/* RFC 2131 section 4.1: options, then file, then sname. */
static void test_overload(void **state)
{
    struct message m;
    struct dhcp_msg d;

    (void)state;
    begin(&m, 2);
    memcpy(m.b + FILE_OFF, "\x1a\2\5\x78\xff", 5);
    memcpy(m.b + SNAME, "\x06\4\x0a\0\2\3\xff", 7);
    option(&m, 53, "\2", 1);
    option(&m, 52, "\3", 1);
    m.b[m.n++] = 255;
    assert_true(parse(&m, &d));
    assert_int_equal(d.overload, 3);
    assert_int_equal(d.mtu, 1400);
    assert_int_equal(d.ndns, 1);
    assert_int_equal(d.bootfile.len, 0);
    assert_memory_equal(d.option_order, "\x35\x34\x1a\x06", 4);
    m.b[m.n - 2] = 1; /* file only */
    assert_true(parse(&m, &d));
    assert_int_equal(d.mtu, 1400);
    assert_int_equal(d.ndns, 0);
}

static void test_lies(void **state)
{
    struct message m;
    struct dhcp_msg d;

    (void)state;
    begin(&m, 2);
    option(&m, 53, "\5", 1);
    option(&m, 51, "\0\1", 2);          /* too short for a lease time */
    option(&m, 6, "\x0a\0\2\3\x0a", 5); /* one address and a bit */
    option(&m, 54, "", 0);
    option(&m, 53, "\6", 1); /* a second one does not count */
    m.b[m.n++] = 3;
    m.b[m.n++] = 200; /* reaches beyond the message */
    assert_true(parse(&m, &d));
    assert_int_equal(d.msg_type, DHCP_ACK);
    assert_int_equal(d.lease_s, 0);
    assert_int_equal(d.ndns, 1);
    assert_int_equal(d.nrouter, 0);
    assert_true(dhcp_has(&d, 54));
    assert_false(dhcp_has(&d, 3));
    assert_false(d.end_seen);
    assert_int_equal(d.verdict, LAYER_TRUNCATED);
}

static void test_lists_and_order_are_bounded(void **state)
{
    uint8_t many[40] = { 0 };
    struct message m;
    struct dhcp_msg d;

    (void)state;
    begin(&m, 2);
    option(&m, 3, many, 40);
    option(&m, 6, many, 40);
    for (uint8_t i = 0; i < 60; i++)
        option(&m, (uint8_t)(100 + i), "", 0);
    assert_true(parse(&m, &d));
    assert_int_equal(d.nrouter, DHCP_ROUTERS_MAX);
    assert_int_equal(d.ndns, DHCP_DNS_MAX);
    assert_int_equal(d.norder, DHCP_ORDER_MAX);
    assert_true(dhcp_has(&d, 159));
}

static void test_bootp(void **state)
{
    struct message m;
    struct dhcp_msg d;

    (void)state;
    begin(&m, 1);
    memset(m.b + FIXED, 0, 64);
    m.n = 300;
    assert_true(parse(&m, &d));
    assert_false(d.has_cookie);
    assert_int_equal(d.msg_type, DHCP_BOOTP);
    m.b[0] = 3;
    assert_false(parse(&m, &d));
    assert_int_equal(d.verdict, LAYER_MALFORMED);
}

static void test_cut_anywhere(void **state)
{
    struct message m;
    struct dhcp_msg d;
    size_t whole;

    (void)state;
    slirp_ack(&m);
    whole = m.n;
    for (m.n = 0; m.n < whole; m.n++) {
        assert_int_equal(parse(&m, &d), m.n >= SNAME);
        assert_int_equal(d.msg_type, m.n >= OPTIONS + 3 ? DHCP_ACK : 0);
        assert_false(d.end_seen);
    }
}

static void test_tree(void **state)
{
    static struct app_frame f;
    const struct field *at;
    struct message m;

    (void)state;
    slirp_ack(&m);
    app_udp(&f, 67, 68, m.b, m.n);
    app_dissect(&f, true);
    assert_string_equal(app_text(&f, "dhcp.ip.your"),
                        "Your IP address: 10.0.2.15");
    assert_string_equal(app_text(&f, "dhcp.option.dhcp"), "DHCP: ACK (5)");
    assert_string_equal(app_text(&f, "dhcp.file"),
                        "Boot file name: pxelinux.0");
    at = app_field(&f, "dhcp.option.router", 0);
    assert_non_null(at);
    assert_int_equal(at->off, UDP_PAYLOAD_OFF + OPTIONS + 3 + 6 + 6 + 2);
    assert_int_equal(at->len, 4);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(test_ack),
        cmocka_unit_test(test_client_options),
        cmocka_unit_test(test_overload),
        cmocka_unit_test(test_lies),
        cmocka_unit_test(test_lists_and_order_are_bounded),
        cmocka_unit_test(test_bootp),
        cmocka_unit_test(test_cut_anywhere),
        cmocka_unit_test(test_tree),
    };

    proto_init();
    return cmocka_run_group_tests(tests, NULL, NULL);
}
