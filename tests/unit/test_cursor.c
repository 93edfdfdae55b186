/* SPDX-License-Identifier: BSD-3-Clause
 *
 * The checked reader: values, the sticky error, and why a range ends.
 */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>

#include <cmocka.h>

#include "dissect/core/cursor.h"

static const uint8_t octets[8] = { 1, 2, 3, 4, 5, 6, 7, 8 };

static void test_values(void **state)
{
    struct cursor c = cursor_over(octets, 8, LAYER_TRUNCATED);

    (void)state;
    assert_int_equal(cursor_u8(&c), 1);
    assert_int_equal(cursor_be16(&c), 0x0203);
    assert_int_equal(cursor_be24(&c), 0x040506);
    assert_int_equal(cursor_le16(&c), 0x0807);
    assert_int_equal(cursor_left(&c), 0);
    assert_int_equal(c.bad, 0);
    c = cursor_over(octets, 8, LAYER_TRUNCATED);
    assert_int_equal(cursor_be32(&c), 0x01020304);
    assert_int_equal(cursor_le32(&c), 0x08070605);
    c = cursor_over(octets, 8, LAYER_TRUNCATED);
    assert_true(cursor_be64(&c) == UINT64_C(0x0102030405060708));
    assert_int_equal(be16_at(octets), 0x0102);
    assert_int_equal(be32_at(octets), 0x01020304);
    assert_int_equal(le16_at(octets), 0x0201);
}

static void test_sticky(void **state)
{
    struct cursor c = cursor_over(octets, 3, LAYER_TRUNCATED);
    uint8_t copy[4] = { 9, 9, 9, 9 };

    (void)state;
    assert_int_equal(cursor_be16(&c), 0x0102);
    assert_int_equal(cursor_be32(&c), 0);
    assert_int_equal(c.bad, LAYER_TRUNCATED);
    /* One octet is there, but a reader behind a failure gets nothing. */
    assert_int_equal(cursor_u8(&c), 0);
    assert_false(cursor_has(&c, 1));
    assert_null(cursor_take(&c, 0));
    cursor_copy(&c, copy, sizeof(copy));
    assert_int_equal(be32_at(copy), 0);
    assert_ptr_equal(c.p, octets + 2);
}

static void test_why(void **state)
{
    struct cursor c = cursor_over(octets, 8, LAYER_TRUNCATED);
    struct cursor sub = cursor_sub(&c, 4);

    (void)state;
    assert_int_equal(cursor_left(&sub), 4);
    assert_ptr_equal(c.p, octets + 4);
    cursor_skip(&sub, 5);
    assert_int_equal(sub.bad, LAYER_CUT_BY_OUTER);
    assert_int_equal(c.bad, 0);
    /* More than is left: the end is the capture's, not the length's. */
    sub = cursor_sub(&c, 100);
    assert_int_equal(cursor_left(&sub), 4);
    cursor_skip(&sub, 5);
    assert_int_equal(sub.bad, LAYER_TRUNCATED);
    assert_int_equal(cursor_left(&c), 0);
}

static void test_trim(void **state)
{
    struct cursor c = cursor_over(octets, 8, LAYER_TRUNCATED);

    (void)state;
    cursor_trim(&c, 100);
    assert_int_equal(cursor_left(&c), 8);
    assert_int_equal(c.why_end, LAYER_TRUNCATED);
    cursor_trim(&c, 3);
    assert_int_equal(cursor_left(&c), 3);
    cursor_skip(&c, SIZE_MAX);
    assert_int_equal(c.bad, LAYER_CUT_BY_OUTER);
    assert_ptr_equal(c.p, octets);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(test_values),
        cmocka_unit_test(test_sticky),
        cmocka_unit_test(test_why),
        cmocka_unit_test(test_trim),
    };

    return cmocka_run_group_tests(tests, NULL, NULL);
}
