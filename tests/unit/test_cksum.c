/* SPDX-License-Identifier: BSD-3-Clause
 *
 * Internet checksum against the example of RFC 1071 section 3 and a header
 * from the wire.
 */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>

#include <cmocka.h>

#include "dissect/core/cksum.h"

static void test_rfc1071(void **state)
{
    static const uint8_t p[] = {
        0x00, 0x01, 0xf2, 0x03, 0xf4, 0xf5, 0xf6, 0xf7
    };

    (void)state;
    assert_int_equal(cksum_of(0, p, sizeof(p)), 0xffff - 0xddf2);
}

static void test_ip_header(void **state)
{
    uint8_t p[] = {
        0x45, 0x00, 0x00, 0x73, 0x00, 0x00, 0x40, 0x00, 0x40, 0x11,
        0x00, 0x00, 0xc0, 0xa8, 0x00, 0x01, 0xc0, 0xa8, 0x00, 0xc7
    };

    (void)state;
    assert_int_equal(cksum_of(0, p, sizeof(p)), 0xb861);
    p[10] = 0xb8;
    p[11] = 0x61;
    assert_int_equal(cksum_fold(cksum_add(0, p, sizeof(p))), 0xffff);
    p[8]--;
    assert_int_not_equal(cksum_fold(cksum_add(0, p, sizeof(p))), 0xffff);
}

static void test_odd(void **state)
{
    static const uint8_t odd[] = { 0x12, 0x34, 0x56, 0x78, 0x9a };
    static const uint8_t padded[] = { 0x12, 0x34, 0x56, 0x78, 0x9a, 0x00 };

    (void)state;
    assert_int_equal(cksum_of(0, odd, 5), cksum_of(0, padded, 6));
    assert_int_equal(cksum_of(0, odd, 5),
                     0xffff - (0x1234 + 0x5678 + 0x9a00 - 0x10000 + 1));
    assert_int_equal(cksum_of(0, odd, 0), 0xffff);
    assert_int_equal(cksum_of(cksum_be16(0x1234), odd + 2, 3),
                     cksum_of(0, odd, 5));
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(test_rfc1071),
        cmocka_unit_test(test_ip_header),
        cmocka_unit_test(test_odd),
    };

    return cmocka_run_group_tests(tests, NULL, NULL);
}
