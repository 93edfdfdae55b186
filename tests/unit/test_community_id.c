/* SPDX-License-Identifier: BSD-3-Clause
 *
 * Community ID against the values of its specification's baseline, and SHA-1
 * against the test vectors of RFC 3174 section 7.3 and FIPS 180.
 */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>

#include <cmocka.h>

#include "dissect/core/sha1.h"
#include "dissect/flow.h"

static void check_sha1(const void *data, size_t n, const char *want)
{
    static const char hex[] = "0123456789abcdef";
    uint8_t d[SHA1_SIZE];
    char text[2 * SHA1_SIZE + 1] = { 0 };

    sha1(data, n, d);
    for (unsigned i = 0; i < SHA1_SIZE; i++) {
        text[2 * i] = hex[d[i] >> 4];
        text[2 * i + 1] = hex[d[i] & 15];
    }
    assert_string_equal(text, want);
}

static void test_sha1(void **state)
{
    static char million[1000000];
    char eight[640];

    (void)state;
    memset(million, 'a', sizeof(million));
    for (unsigned i = 0; i < sizeof(eight); i++)
        eight[i] = (char)('0' + i % 8);
    check_sha1("abc", 3, "a9993e364706816aba3e25717850c26c9cd0d89d");
    check_sha1("abcdbcdecdefdefgefghfghighijhijkijkljklmklmnlmnomnopnopq", 56,
               "84983e441c3bd26ebaae4aa1f95129e5e54670f1");
    check_sha1(million, sizeof(million),
               "34aa973cd4c4daa4f61eeb2bdbad27316534016f");
    check_sha1(eight, sizeof(eight),
               "dea356a2cddd90c7a7ecedc5ebb563934f460452");
    check_sha1("", 0, "da39a3ee5e6b4b0d3255bfef95601890afd80709");
}

/* clang-format off */
static const struct row {
    uint8_t proto;
    const char *src, *dst;
    uint16_t sport, dport;
    const char *id;
} rows[] = {
    {   6, "128.232.110.120", "66.35.250.204", 34855, 80,
        "1:LQU9qZlK+B5F3KDmev6m5PMibrg=" },
    {   6, "66.35.250.204", "128.232.110.120", 80, 34855,
        "1:LQU9qZlK+B5F3KDmev6m5PMibrg=" },
    {  17, "192.168.1.52", "8.8.8.8", 54585, 53,
        "1:d/FP5EW3wiY1vCndhwleRRKHowQ=" },
    {   1, "192.168.0.89", "192.168.0.1", 4711, 0,
        "1:X0snYXpgwiv9TZtqg64sgzUn6Dk=" },
    {  58, "fe80::200:86ff:fe05:80da", "fe80::260:97ff:fe07:69ea", 1, 0,
        NULL },
    { 132, "192.168.170.8", "192.168.170.56", 7, 80,
        "1:jQgCxbku+pNGw8WPbEc/TS/uTpQ=" },
    {  46, "10.1.24.4", "10.1.12.1", 0, 0,
        "1:/nQI4Rh/TtY3mf0R2gJFBkVlgS4=" },
};
/* clang-format on */

static void test_ids(void **state)
{
    (void)state;
    for (unsigned i = 0; i < sizeof(rows) / sizeof(rows[0]); i++) {
        const struct row *r = &rows[i];
        struct flow f = { .ip_proto = r->proto,
                          .port = { r->sport, r->dport } };
        char out[40], back[40];
        struct flow g;

        assert_true(addr_parse(r->src, &f.addr[0]));
        assert_true(addr_parse(r->dst, &f.addr[1]));
        flow_community_id(&f, out, sizeof(out));
        if (r->id)
            assert_string_equal(out, r->id);
        assert_int_equal(strlen(out), 30);
        if (r->proto == 1 || r->proto == 58)
            continue;
        g = f; /* both directions have one name */
        g.addr[0] = f.addr[1];
        g.addr[1] = f.addr[0];
        g.port[0] = f.port[1];
        g.port[1] = f.port[0];
        flow_community_id(&g, back, sizeof(back));
        assert_string_equal(out, back);
    }
}

static void test_no_room(void **state)
{
    struct flow f = { .ip_proto = 6 };
    char out[40] = "x";

    (void)state;
    flow_community_id(&f, out, 10);
    assert_string_equal(out, "");
    flow_community_id(&f, out, 0);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(test_sha1),
        cmocka_unit_test(test_ids),
        cmocka_unit_test(test_no_room),
    };

    return cmocka_run_group_tests(tests, NULL, NULL);
}
