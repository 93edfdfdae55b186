/* SPDX-License-Identifier: BSD-3-Clause
 *
 * Sinks and text for people: wrapping, units, times, distances, picking.
 */
#include <errno.h>
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdio.h>
#include <string.h>

#include <cmocka.h>

#include "views/explain.h"
#include "views/out.h"
#include "views/pick.h"
#include "views/text.h"

static char page[8192];
static size_t page_len;
static int fail_after = -1; /* writes */

static int to_page(void *ctx, const char *bytes, size_t n)
{
    (void)ctx;
    if (fail_after == 0)
        return ENOSPC;
    if (fail_after > 0)
        fail_after--;
    assert_true(page_len + n < sizeof(page));
    memcpy(page + page_len, bytes, n);
    page_len += n;
    page[page_len] = '\0';
    return 0;
}

static struct out new_page(void)
{
    page_len = 0;
    page[0] = '\0';
    fail_after = -1;
    return (struct out){ .write = to_page };
}

static void test_formats(void **state)
{
    struct out o = new_page();

    (void)state;
    outf(&o, "%s %d", "a", 7);
    out_str(&o, "");
    out_str(&o, "b");
    assert_string_equal(page, "a 7b");
}

static void test_long_format(void **state)
{
    struct out o = new_page();

    (void)state;
    outf(&o, "%*s|", 2000, "x");
    assert_int_equal(page_len, 2001);
    assert_int_equal(page[2000], '|');
}

static void test_first_error_stays(void **state)
{
    struct out o = new_page();

    (void)state;
    fail_after = 1;
    out_str(&o, "a");
    out_str(&o, "b");
    fail_after = -1;
    out_str(&o, "c");
    assert_int_equal(o.err, ENOSPC);
    assert_string_equal(page, "a");
}

static void test_full_device(void **state)
{
    FILE *f = fopen("/dev/full", "w");
    struct out o;

    (void)state;
    if (!f)
        skip();
    setvbuf(f, NULL, _IONBF, 0);
    o = out_file(f);
    out_str(&o, "x");
    assert_int_equal(o.err, ENOSPC);
    fclose(f);
}

static void test_ascii(void **state)
{
    struct out o = new_page(), a = out_ascii(&o);

    (void)state;
    out_str(&a, "gr\xc3\xbc\xc3\x9f"
                "e \x1b[0m");
    assert_string_equal(page, "gr\\xc3\\xbc\\xc3\\x9fe \x1b[0m");
}

static void test_wrap(void **state)
{
    struct out o = new_page();

    (void)state;
    text_label(&o, 2, "why", 9, 20, "one two three four");
    assert_string_equal(page, "  why    one two\n"
                              "         three four\n");
}

static void test_wrap_long_word(void **state)
{
    struct out o = new_page();

    (void)state;
    text_label(&o, 0, "a", 2, 10, "aaaaaaaaaaaaaaaa b");
    assert_string_equal(page, "a aaaaaaaaaaaaaaaa\n  b\n");
}

static void test_wrap_counts_code_points(void **state)
{
    struct out o = new_page();

    (void)state;
    /* 4 + 1 + 5 columns although 6 octets more */
    text_wrap(&o, 0, 0, 10,
              "\xc3\xbc\xc3\xbc\xc3\xbc\xc3\xbc "
              "\xc3\xbc\xc3\xbc\xc3\xbc\xc3\xbc\xc3\xbc");
    assert_null(strchr(page, '\n'));
}

static void test_long_label(void **state)
{
    struct out o = new_page();

    (void)state;
    text_label(&o, 0, "a-label-beyond", 9, 40, "text");
    assert_string_equal(page, "a-label-beyond text\n");
}

static const char *duration(int64_t ns)
{
    static char text[64];
    struct str s;

    str_init(&s, text, sizeof(text));
    text_duration(&s, ns);
    return text;
}

static void test_durations(void **state)
{
    (void)state;
    assert_string_equal(duration(0), "0 s");
    assert_string_equal(duration(12), "12 ns");
    assert_string_equal(duration(12345), "12 us");
    assert_string_equal(duration(999499), "999 us");
    assert_string_equal(duration(999999), "1.0 ms");
    assert_string_equal(duration(1400000), "1.4 ms");
    assert_string_equal(duration(110000000), "110 ms");
    assert_string_equal(duration(1000000000), "1 s");
    assert_string_equal(duration(9700000000), "9.7 s");
    assert_string_equal(duration(9960000000), "10 s");
    assert_string_equal(duration(INT64_C(150) * 1000000000), "2.5 min");
    assert_string_equal(duration(INT64_C(7200) * 1000000000), "2 h");
    assert_string_equal(duration(INT64_C(86400) * 1000000000), "24 h");
    assert_string_equal(duration(INT64_C(86400) * 3000000000), "3 days");
    assert_string_equal(duration(-1400000), "-1.4 ms");
    assert_true(strlen(duration(INT64_MIN)) > 0);
    assert_true(strlen(duration(INT64_MAX)) > 0);
}

static void test_bytes(void **state)
{
    char text[64];
    struct str s;

    (void)state;
    str_init(&s, text, sizeof(text));
    text_bytes(&s, 0);
    str_add(&s, "|");
    text_bytes(&s, 999);
    str_add(&s, "|");
    text_bytes(&s, 1234);
    str_add(&s, "|");
    text_bytes(&s, 12345678);
    str_add(&s, "|");
    text_bytes(&s, UINT64_MAX);
    assert_string_equal(text, "0 B|999 B|1.2 kB|12 MB|18446744 TB");
}

static void test_count(void **state)
{
    char text[64];
    struct str s;

    (void)state;
    str_init(&s, text, sizeof(text));
    text_count(&s, 0, "frame", "frames");
    str_add(&s, "|");
    text_count(&s, 1, "frame", "frames");
    str_add(&s, "|");
    text_count(&s, 2, "frame", "frames");
    assert_string_equal(text, "no frames|1 frame|2 frames");
}

static void test_times(void **state)
{
    char text[TEXT_TIME_LEN];

    (void)state;
    assert_string_equal(text_time(text, 0, 9),
                        "1970-01-01T00:00:00.000000000Z");
    assert_string_equal(text_time(text, 0, 0), "1970-01-01T00:00:00Z");
    assert_string_equal(text_time(text, -1, 9),
                        "1969-12-31T23:59:59.999999999Z");
    assert_string_equal(text_time(text, INT64_C(1795349281123456789), 3),
                        "2026-11-22T12:08:01.123Z");
    assert_string_equal(text_time(text, INT64_MAX, 9),
                        "2262-04-11T23:47:16.854775807Z");
    assert_string_equal(text_time(text, INT64_MIN, 0), "1677-09-21T00:12:43Z");
}

static void test_distance(void **state)
{
    (void)state;
    assert_int_equal(text_distance("", ""), 0);
    assert_int_equal(text_distance("", "abc"), 3);
    assert_int_equal(text_distance("dns-dead", "dns-dead"), 0);
    assert_int_equal(text_distance("dns-daed", "dns-dead"), 1); /* swap */
    assert_int_equal(text_distance("DNS-dead", "dns-dead"), 0);
    assert_int_equal(text_distance("dns-ded", "dns-dead"), 1);
    assert_int_equal(text_distance("kitten", "sitting"), 3);
}

static void test_pick(void **state)
{
    static const uint64_t weight[] = { 5, 1, 9, 5, 7, 0, 9 };
    struct pick *p = pick_new(4);
    const uint64_t *got;
    unsigned n;

    (void)state;
    for (unsigned i = 0; i < 7; i++)
        pick_offer(p, weight[i], i, i);
    got = pick_sorted(p, &n);
    assert_int_equal(n, 4);
    assert_int_equal(pick_offered(p), 7);
    assert_int_equal(got[0], 2); /* equal weights: the smaller order first */
    assert_int_equal(got[1], 6);
    assert_int_equal(got[2], 4);
    assert_int_equal(got[3], 0);
    pick_free(p);
}

static void test_pick_many(void **state)
{
    struct pick *p = pick_new(10);
    const uint64_t *got;
    unsigned n;

    (void)state;
    for (uint64_t i = 0; i < 1000; i++)
        pick_offer(p, i * 7919 % 1000, i, i * 7919 % 1000);
    got = pick_sorted(p, &n);
    assert_int_equal(n, 10);
    for (unsigned i = 0; i < 10; i++)
        assert_int_equal(got[i], 999 - i);
    pick_free(p);
    pick_free(NULL);
}

static void test_explain(void **state)
{
    static const struct explain_page sample = {
        "sample", "# sample: a page\n\nSome `code` and **strong** words that "
                  "wrap somewhere.\n\n- an item that is longer than the "
                  "line\n- b\n\n```\n$ ls **  `x`\n```\n    $ id\n"
    };
    struct out o = new_page();

    (void)state;
    explain_write(&sample, false, 30, &o);
    assert_string_equal(page, "sample: a page\n"
                              "\n"
                              "Some code and strong words\n"
                              "that wrap somewhere.\n"
                              "\n"
                              "- an item that is longer than\n"
                              "  the line\n"
                              "- b\n"
                              "\n"
                              "    $ ls **  `x`\n"
                              "    $ id\n");
}

static void test_explain_colour(void **state)
{
    static const struct explain_page sample = { "s", "# head\n" };
    struct out o = new_page();

    (void)state;
    explain_write(&sample, true, 80, &o);
    assert_string_equal(page, "\033[1mhead\033[0m\n");
}

static void test_explain_names(void **state)
{
    (void)state;
    assert_non_null(explain_find("mtu-blackhole-up"));
    assert_null(explain_find("mtu-blackhole"));
    assert_string_equal(explain_near("mtu-blckhole-up")->name,
                        "mtu-blackhole-up");
    assert_null(explain_near("zzzzzzzzzzzzzzz"));
    for (unsigned i = 0; explain_pages[i].name; i++)
        if (i) /* sorted, each once */
            assert_true(
                strcmp(explain_pages[i - 1].name, explain_pages[i].name) < 0);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(test_formats),
        cmocka_unit_test(test_long_format),
        cmocka_unit_test(test_first_error_stays),
        cmocka_unit_test(test_full_device),
        cmocka_unit_test(test_ascii),
        cmocka_unit_test(test_wrap),
        cmocka_unit_test(test_wrap_long_word),
        cmocka_unit_test(test_wrap_counts_code_points),
        cmocka_unit_test(test_long_label),
        cmocka_unit_test(test_durations),
        cmocka_unit_test(test_bytes),
        cmocka_unit_test(test_count),
        cmocka_unit_test(test_times),
        cmocka_unit_test(test_distance),
        cmocka_unit_test(test_pick),
        cmocka_unit_test(test_pick_many),
        cmocka_unit_test(test_explain),
        cmocka_unit_test(test_explain_colour),
        cmocka_unit_test(test_explain_names),
    };

    return cmocka_run_group_tests(tests, NULL, NULL);
}
