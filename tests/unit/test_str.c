/* SPDX-License-Identifier: BSD-3-Clause
 *
 * String builder: never overruns, always terminates, shows wire octets safely.
 */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <string.h>

#include <cmocka.h>

#include "dissect/core/str.h"

static void printable_is(const char *in, size_t n, const char *want)
{
    char buf[256];
    struct str s;

    str_init(&s, buf, sizeof(buf));
    str_printable(&s, in, n);
    assert_string_equal(buf, want);
    assert_int_equal(s.len, strlen(want));
}

#define SHOWN(in, want) printable_is(in, sizeof(in) - 1, want)

static void test_printable(void **state)
{
    (void)state;
    SHOWN("example.test", "example.test");
    SHOWN("gr\xc3\xbc\xc3\x9f", "gr\xc3\xbc\xc3\x9f");
    SHOWN("a\\b", "a\\\\b");
    SHOWN("\x1b[31m", "\\x1b[31m");
    SHOWN("a\0b\n", "a\\x00b\\x0a");
    SHOWN("\x7f", "\\x7f");
    SHOWN("\xc2\x9b", "\\xc2\\x9b");          /* C1: CSI */
    SHOWN("\xe2\x80\xae", "\\xe2\\x80\\xae"); /* U+202E */
    SHOWN("\xe2\x81\xa6", "\\xe2\\x81\\xa6"); /* U+2066 */
    SHOWN("\xd8\x9c", "\\xd8\\x9c");          /* U+061C */
    SHOWN("\xe2\x80\x8b", "\\xe2\\x80\\x8b"); /* U+200B */
    SHOWN("\xe2\x80\x8e", "\\xe2\\x80\\x8e"); /* U+200E */
    SHOWN("\xe2\x80\xa8", "\\xe2\\x80\\xa8"); /* U+2028 */
    SHOWN("\xef\xbb\xbf", "\\xef\\xbb\\xbf"); /* U+FEFF */
    SHOWN("\xf0\x9f\x90\xa7", "\xf0\x9f\x90\xa7");
}

static void test_printable_bad_utf8(void **state)
{
    (void)state;
    SHOWN("\x80", "\\x80");
    SHOWN("\xc0\xaf", "\\xc0\\xaf");                   /* overlong */
    SHOWN("\xe0\x80\x80", "\\xe0\\x80\\x80");          /* overlong */
    SHOWN("\xed\xa0\x80", "\\xed\\xa0\\x80");          /* surrogate */
    SHOWN("\xf4\x90\x80\x80", "\\xf4\\x90\\x80\\x80"); /* > U+10FFFF */
    SHOWN("\xc3", "\\xc3");                            /* cut */
    SHOWN("\xc3(", "\\xc3(");
    SHOWN("\xff\xfe", "\\xff\\xfe");
}

/* Every size: terminated, no octet outside, no half escape. */
static void test_cut(void **state)
{
    static const char in[] = "ab\x01\xc3\xbc\\z";
    static const char whole[] = "ab\\x01\xc3\xbc\\\\z";
    char buf[32];
    struct str s;

    (void)state;
    for (size_t size = 1; size < 20; size++) {
        memset(buf, '#', sizeof(buf));
        str_init(&s, buf, size);
        str_printable(&s, in, sizeof(in) - 1);
        assert_int_equal(buf[size], '#');
        assert_int_equal(buf[s.len], '\0');
        assert_int_equal(strncmp(buf, whole, s.len), 0);
        assert_int_equal(s.cut, size <= strlen(whole));
        if (s.len == 3 || s.len == 4 || s.len == 5 || s.len == 7)
            fail_msg("half a unit at size %zu", size);
    }
}

static void test_add(void **state)
{
    char buf[8];
    struct str s;

    (void)state;
    str_init(&s, buf, sizeof(buf));
    str_add(&s, "ab");
    str_addf(&s, "%d", 42);
    assert_string_equal(buf, "ab42");
    assert_false(s.cut);
    str_addf(&s, "%s", "xyz");
    assert_string_equal(buf, "ab42xyz");
    assert_false(s.cut);
    str_add(&s, "!");
    assert_true(s.cut);
    assert_string_equal(buf, "ab42xyz");
    str_init(&s, buf, 4);
    str_addf(&s, "%s", "abcdef");
    assert_true(s.cut);
    assert_string_equal(buf, "abc");
    assert_int_equal(s.len, 3);
    str_add(&s, "");
    str_addf(&s, "x");
    assert_string_equal(buf, "abc");
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(test_printable),
        cmocka_unit_test(test_printable_bad_utf8),
        cmocka_unit_test(test_cut),
        cmocka_unit_test(test_add),
    };

    return cmocka_run_group_tests(tests, NULL, NULL);
}
