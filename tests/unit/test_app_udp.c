/* SPDX-License-Identifier: BSD-3-Clause
 *
 * DHCPv6, TFTP and NTP messages, whole, cut and lying.
 */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdlib.h>

#include <cmocka.h>

#include "dissect/proto/dhcpv6.h"
#include "dissect/proto/ntp.h"
#include "dissect/proto/tftp.h"

#include "tests/unit/app_frame.h"

/* clang-format off */
static const uint8_t reply6[] = {
    7, 0x12, 0x34, 0x56,
    0, 1, 0, 4, 0, 3, 0, 1,                           /* client DUID */
    0, 3, 0, 46, 0, 0, 0, 9, 0, 0, 0, 10, 0, 0, 0, 20,  /* IA_NA */
    0, 5, 0, 30, 0xfe, 0xc0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0x15,
    0, 0, 0, 30, 0, 0, 0, 40,
    0, 13, 0, 2, 0, 2,                                  /* inside IAADDR */
    0, 23, 0, 16, 0xfe, 0xc0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 3,
};
/* clang-format on */

static void test_dhcpv6(void **state)
{
    char text[ADDR_STRLEN];
    struct dhcpv6_msg m;

    (void)state;
    assert_true(dhcpv6_parse(app_cursor(reply6, sizeof(reply6)), &m));
    assert_int_equal(m.msg_type, DHCPV6_REPLY);
    assert_int_equal(m.xid, 0x123456);
    assert_int_equal(m.client_duid.len, 4);
    assert_true(m.has_ia_addr && m.has_status);
    assert_int_equal(m.iaid, 9);
    assert_int_equal(m.t2_s, 20);
    assert_string_equal(addr_format(&m.ia_addr, text), "fec0::15");
    assert_int_equal(m.valid_s, 40);
    assert_int_equal(m.status, 2);
    assert_string_equal(dhcpv6_status_name(m.status), "NoAddrsAvail");
    assert_int_equal(m.ndns, 1);
    assert_string_equal(addr_format(&m.dns[0], text), "fec0::3");
    assert_int_equal(m.verdict, 0);
}

static void test_dhcpv6_cut_and_nested(void **state)
{
    uint8_t deep[200] = { 1, 0, 0, 1 };
    struct dhcpv6_msg m;
    size_t n = 4;

    (void)state;
    for (size_t i = 0; i < sizeof(reply6); i++) {
        assert_int_equal(dhcpv6_parse(app_cursor(reply6, i), &m), i >= 4);
        assert_int_equal(m.ndns, 0);
    }
    for (unsigned i = 0; i < 10; i++) { /* IA_NA in IA_NA in ... */
        app_be16(deep + n, 3);
        app_be16(deep + n + 2, 12 + (9 - i) * 16);
        n += 16;
    }
    assert_true(dhcpv6_parse(app_cursor(deep, n), &m));
    assert_true(m.has_ia);
}

/* libslirp sends from port 547 with its octets swapped. */
static void test_dhcpv6_from_libslirp(void **state)
{
    static struct app_frame f;

    (void)state;
    app_udp(&f, 8962, 546, reply6, sizeof(reply6));
    app_dissect(&f, false);
    assert_int_equal(f.pkt.app, PROTO_DHCPV6);
    assert_true(f.pkt.events & EV_DHCPV6);
    app_dissect(&f, true);
    assert_string_equal(app_text(&f, "dhcpv6.iaaddr.ip"), "Address: fec0::15");
    assert_int_equal(app_field(&f, "dhcpv6.xid", 0)->off, UDP_PAYLOAD_OFF + 1);
}

static bool is_text(const struct octets *o, const char *text)
{
    return o->len == strlen(text) && memcmp(o->p, text, o->len) == 0;
}

static bool tftp(const char *octets, size_t n, struct tftp_msg *m)
{
    return tftp_parse(app_cursor(octets, n), m);
}

#define TFTP(literal, m) tftp(literal, sizeof(literal) - 1, m)

static void test_tftp(void **state)
{
    struct tftp_msg m;

    (void)state;
    assert_true(TFTP("\0\1boot/grub\0octet\0blksize\0"
                     "1428\0tsize\0"
                     "0\0",
                     &m));
    assert_int_equal(m.opcode, TFTP_RRQ);
    assert_true(is_text(&m.filename, "boot/grub"));
    assert_true(is_text(&m.mode, "octet"));
    assert_int_equal(m.blksize, 1428);
    assert_true(m.has_tsize);
    assert_int_equal(m.verdict, 0);

    assert_true(TFTP("\0\5\0\1File not found\0", &m));
    assert_int_equal(m.error, 1);
    assert_true(is_text(&m.message, "File not found"));
    assert_true(TFTP("\0\3\0\7abc", &m));
    assert_int_equal(m.block, 7);
    assert_int_equal(m.data_len, 3);
    assert_true(TFTP("\0\6blksize\0"
                     "99999999999999999999\0",
                     &m));
    assert_int_equal(m.blksize, 0);
}

static void test_tftp_bad(void **state)
{
    struct tftp_msg m;

    (void)state;
    assert_false(TFTP("\0", &m));
    assert_int_equal(m.verdict, LAYER_TRUNCATED);
    assert_false(TFTP("\0\11abc", &m));
    assert_int_equal(m.verdict, LAYER_MALFORMED);
    assert_true(TFTP("\0\1no end", &m));
    assert_int_equal(m.verdict, LAYER_TRUNCATED);
    assert_true(is_text(&m.filename, "no end"));
    assert_int_equal(m.mode.len, 0);
    assert_true(TFTP("\0\4", &m));
    assert_int_equal(m.verdict, LAYER_TRUNCATED);
}

static const uint8_t ntp_server[48] = {
    0x24,
    2,
    6,
    0xe9,
    0,
    0,
    1,
    0,
    0,
    0,
    2,
    0,
    'G',
    'P',
    'S',
    0,
    /* reference: 1970-01-01 and a half second */
    0x83,
    0xaa,
    0x7e,
    0x80,
    0x80,
    0,
    0,
    0,
    /* origin: not set; receive: first second of the era after 2036 */
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
    0,
    0,
    /* transmit: 2020-01-01 */
    0xe1,
    0xb6,
    0x5f,
    0x80,
    0,
    0,
    0,
    0,
};

static void test_ntp(void **state)
{
    struct ntp_msg m;

    (void)state;
    assert_true(ntp_parse(app_cursor(ntp_server, 48), &m));
    assert_int_equal(m.version, 4);
    assert_int_equal(m.mode, NTP_SERVER);
    assert_int_equal(m.stratum, 2);
    assert_int_equal(m.precision, -23);
    assert_int_equal(m.ref_id, 0x47505300);
    assert_true(m.reference_ns == 500000000);
    assert_true(m.origin_ns == 0);
    assert_true(m.receive_ns == INT64_C(2085978497000000000));
    assert_true(m.transmit_ns == INT64_C(1577836800000000000));
}

static void test_ntp_bad(void **state)
{
    uint8_t other[48];
    struct ntp_msg m;

    (void)state;
    for (size_t n = 0; n < 48; n++) {
        assert_false(ntp_parse(app_cursor(ntp_server, n), &m));
        assert_int_equal(m.verdict, LAYER_TRUNCATED);
    }
    memcpy(other, ntp_server, 48);
    other[0] = 0x3c; /* version 7 */
    assert_false(ntp_parse(app_cursor(other, 48), &m));
    assert_int_equal(m.verdict, LAYER_MALFORMED);
    other[0] = 0x16; /* control message, version 2 */
    assert_true(ntp_parse(app_cursor(other, 12), &m));
    assert_int_equal(m.mode, NTP_CONTROL);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(test_dhcpv6),
        cmocka_unit_test(test_dhcpv6_cut_and_nested),
        cmocka_unit_test(test_dhcpv6_from_libslirp),
        cmocka_unit_test(test_tftp),
        cmocka_unit_test(test_tftp_bad),
        cmocka_unit_test(test_ntp),
        cmocka_unit_test(test_ntp_bad),
    };

    proto_init();
    return cmocka_run_group_tests(tests, NULL, NULL);
}
