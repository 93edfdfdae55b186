/* SPDX-License-Identifier: BSD-3-Clause
 *
 * Addresses: text both ways and what kind of address each is.
 */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>

#include <cmocka.h>

#include "dissect/core/addr.h"

static void format_is(const char *text, const char *want)
{
    char out[ADDR_STRLEN];
    union addr a;

    assert_true(addr_parse(text, &a));
    assert_string_equal(addr_format(&a, out), want);
}

static void test_format(void **state)
{
    (void)state;
    format_is("10.0.2.15", "10.0.2.15");
    format_is("255.255.255.255", "255.255.255.255");
    format_is("::ffff:1.2.3.4", "1.2.3.4");
    format_is("::", "::");
    format_is("::1", "::1");
    format_is("1::", "1::");
    format_is("fe80::5054:ff:fe12:3456", "fe80::5054:ff:fe12:3456");
    format_is("2001:DB8:0:0:1:0:0:1", "2001:db8::1:0:0:1");
    format_is("2001:db8:0:1:1:1:1:1", "2001:db8:0:1:1:1:1:1");
    format_is("1:0:0:2:0:0:0:3", "1:0:0:2::3");
    format_is("0:0:1:2:3:4:5:6", "::1:2:3:4:5:6");
    format_is("1:2:3:4:5:6:0:0", "1:2:3:4:5:6::");
    format_is("64:ff9b::192.0.2.33", "64:ff9b::c000:221");
    format_is("1111:2222:3333:4444:5555:6666:7777:8888",
              "1111:2222:3333:4444:5555:6666:7777:8888");
}

static void test_parse_refuses(void **state)
{
    static const char *const bad[] = {
        "",
        "1.2.3",
        "1.2.3.4.5",
        "256.1.1.1",
        "1.2.3.04",
        "1.2.3.4 ",
        ":",
        ":::",
        "1:2:3",
        "1:2:3:4:5:6:7",
        "1::2::3",
        "12345::",
        "g::",
        "1:2:3:4:5:6:7:8:9",
        "1:",
        ":1::",
        "::1.2.3",
        "1.2.3.4::",
        "::1:",
        "1:2:3:4:5:6:7:1.2.3.4",
        "fe80::1%eth0",
        "1:2:3:4:5:6:7:8::",
    };
    union addr a = { .w = { 1, 2, 3, 4 } }, before = a;

    (void)state;
    for (size_t i = 0; i < sizeof(bad) / sizeof(bad[0]); i++) {
        if (addr_parse(bad[i], &a))
            fail_msg("accepted \"%s\"", bad[i]);
        assert_true(addr_eq(&a, &before));
    }
}

static union addr of(const char *text)
{
    union addr a;

    assert_true(addr_parse(text, &a));
    return a;
}

enum kind { UNSPEC, MULTI, BCAST, LOOP, LINK, PRIV, GLOBAL };

static void kind_is(const char *text, enum kind want)
{
    union addr a = of(text);
    bool is[] = {
        [UNSPEC] = addr_is_unspecified(&a), [MULTI] = addr_is_multicast(&a),
        [BCAST] = addr_is_broadcast(&a),    [LOOP] = addr_is_loopback(&a),
        [LINK] = addr_is_linklocal(&a),     [PRIV] = addr_is_private(&a),
        [GLOBAL] = addr_is_global(&a),
    };

    for (unsigned i = 0; i <= GLOBAL; i++) {
        if (is[i] != (i == want))
            fail_msg("%s: test %u says %d", text, i, is[i]);
    }
}

static void test_kinds(void **state)
{
    (void)state;
    kind_is("0.0.0.0", UNSPEC);
    kind_is("::", UNSPEC);
    kind_is("224.0.0.1", MULTI);
    kind_is("239.255.255.255", MULTI);
    kind_is("ff02::1", MULTI);
    kind_is("255.255.255.255", BCAST);
    kind_is("127.0.0.53", LOOP);
    kind_is("::1", LOOP);
    kind_is("169.254.1.1", LINK);
    kind_is("fe80::1", LINK);
    kind_is("febf::1", LINK);
    kind_is("10.0.2.15", PRIV);
    kind_is("172.16.0.1", PRIV);
    kind_is("172.31.255.255", PRIV);
    kind_is("192.168.122.1", PRIV);
    kind_is("100.64.0.1", PRIV);
    kind_is("fd00::2", PRIV);
    kind_is("fec0::2", PRIV);
    kind_is("172.32.0.1", GLOBAL);
    kind_is("172.15.255.255", GLOBAL);
    kind_is("100.128.0.1", GLOBAL);
    kind_is("8.8.8.8", GLOBAL);
    kind_is("2001:db8::1", GLOBAL);
    kind_is("223.255.255.255", GLOBAL);
}

static void test_prefix(void **state)
{
    union addr a = of("192.168.122.76"), net = of("192.168.122.0");
    union addr v6 = of("fec0::5054:ff:fe12:3456"), net6 = of("fec0::");

    (void)state;
    assert_true(addr_in_prefix(&a, &net, 96 + 24));
    assert_true(addr_in_prefix(&a, &net, 0));
    net = of("192.168.122.77");
    assert_false(addr_in_prefix(&a, &net, 128));
    assert_true(addr_in_prefix(&a, &net, 127 - 3));
    assert_false(addr_in_prefix(&a, &net, 129));
    assert_true(addr_in_prefix(&v6, &net6, 64));
    assert_false(addr_in_prefix(&v6, &net6, 65 + 8));
    assert_false(addr_in_prefix(&a, &net6, 1));
}

static void test_v4_numbers(void **state)
{
    union addr a = addr_v4(0x0a000202), v6 = of("fec0::2");

    (void)state;
    assert_true(addr_is_v4(&a));
    assert_int_equal(addr_v4_host(&a), 0x0a000202);
    assert_false(addr_is_v4(&v6));
    assert_int_equal(addr_v4_host(&v6), 0);
    assert_true(addr_cmp(&a, &v6) < 0);
    assert_true(addr_cmp(&v6, &a) > 0);
    assert_int_equal(addr_cmp(&a, &a), 0);
}

static void test_mac(void **state)
{
    static const char *const bad[] = { "",
                                       "52:54:00:12:34",
                                       "52:54:00:12:34:5",
                                       "52:54:00:12:34:567",
                                       "52:54-00:12:34:56",
                                       "52.54.00.12.34.56",
                                       "g2:54:00:12:34:56",
                                       "5" };
    char out[MAC_STRLEN];
    struct mac m, n;

    (void)state;
    assert_true(mac_parse("52:54:00:AB:cd:ef", &m));
    assert_string_equal(mac_format(&m, out), "52:54:00:ab:cd:ef");
    assert_true(mac_parse("52-54-00-ab-cd-ef", &n));
    assert_true(mac_eq(&m, &n));
    assert_false(mac_is_multicast(&m));
    for (size_t i = 0; i < sizeof(bad) / sizeof(bad[0]); i++)
        assert_false(mac_parse(bad[i], &m));
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(test_format),     cmocka_unit_test(test_parse_refuses),
        cmocka_unit_test(test_kinds),      cmocka_unit_test(test_prefix),
        cmocka_unit_test(test_v4_numbers), cmocka_unit_test(test_mac),
    };

    return cmocka_run_group_tests(tests, NULL, NULL);
}
