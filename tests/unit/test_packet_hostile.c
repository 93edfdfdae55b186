/* SPDX-License-Identifier: BSD-3-Clause
 *
 * Frames of every kind cut at every length and with every octet set to values
 * that hurt: no read outside, offsets inside the frame, and the same with a
 * tree as without.
 */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>

#include <cmocka.h>

#include "tests/unit/frame.h"

static struct tree tree;

static void check_invariants(const struct packet *p, bool with_tree)
{
    char text[128];

    assert_true(p->nlayer >= 1 && p->nlayer <= LAYERS_MAX);
    assert_true(p->payload_off == OFF_NONE || p->payload_off <= p->caplen);
    assert_true(p->l4_off == OFF_NONE || p->l4_off <= p->caplen);
    for (unsigned i = 0; i < p->nlayer; i++)
        assert_true(p->layer[i].off + p->layer[i].header_len <= p->caplen);
    packet_summary(p, text, sizeof(text));
    if (!with_tree)
        return;
    for (unsigned i = 0; i < tree.count; i++)
        assert_true(tree.field[i].off <= p->caplen &&
                    tree.field[i].len <= p->caplen - tree.field[i].off);
}

static const char *const hostile_frames[] = {
    ETH_IP IP_TCP("003c") TCP_SYN_OPTIONS,
    ETH_IP IP_UDP("0020") "c3500035 000c 0000 0001 0002",
    ETH_IP IP_ICMP("0038") "0304 0000 0000 0514 " QUOTE_TCP,
    ETH_IP6 IP6("0024", "00") "3c00 0502 0000 0100 2b00 0000 0000 0000 "
                              "1100 0400 0000 0000 "
                              "c3500035 000c 0000 00010002",
    ETH_IP6 IP6("0058", "3a") "8600 0000 40 c0 0708 00000000 00000000 "
                              "0101 525600000002 0501 0000 000005dc "
                              "0304 40 c0 00015180 00003840 00000000 "
                              "fec00000000000000000000000000000 "
                              "1903 0000 00000708 "
                              "fec00000000000000000000000000003",
    ETH_IP6 IP6("0024", "00") "3a00 0502 0000 0100 8f00 0000 0000 0001 "
                              "0400 0000 ff020000000000000000000000000016",
    "525400123456 525500020202 88a8 2064 8100 0007 0806 0001 0800 06 04 0001 "
    "525400123456 0a00020f 000000000000 0a000202",
    "00000000000000000000 0000 333300000016 b6a88a71ac77 86dd " IP6(
        "0004", "3b") "00000000",
};

/* Every frame cut at every length, as snap length and as short frame. */
static void test_hostile_cut(void **state)
{
    (void)state;
    for (size_t k = 0; k < sizeof(hostile_frames) / sizeof(hostile_frames[0]);
         k++) {
        struct frame f = frame_of(hostile_frames[k]);

        for (size_t n = 0; n <= f.len; n++) {
            check_invariants(dissect_cut(&f, n, f.len, LT_ETH, NULL), false);
            check_invariants(dissect_cut(&f, n, f.len, LT_ETH, &tree), true);
            check_invariants(dissect_cut(&f, n, n, LT_ETH, &tree), true);
            check_invariants(dissect_cut(&f, n, n, LT_SLL, &tree), true);
        }
    }
}

static void check_same(const struct packet *p, const struct packet *fast)
{
    check_invariants(p, true);
    assert_int_equal(p->events, fast->events);
    assert_int_equal(p->flags, fast->flags);
    assert_int_equal(p->sport, fast->sport);
    assert_int_equal(p->app, fast->app);
    assert_int_equal(p->payload_len, fast->payload_len);
}

/* Every octet set to values that hurt; with and without a tree the same. */
static void test_hostile_flip(void **state)
{
    static const uint8_t value[] = { 0x00, 0x01, 0x7f, 0x80, 0xff };

    (void)state;
    for (size_t k = 0; k < sizeof(hostile_frames) / sizeof(hostile_frames[0]);
         k++) {
        struct frame f = frame_of(hostile_frames[k]);

        for (size_t n = 0; n < f.len * (sizeof(value) + 1); n++) {
            size_t at = n / (sizeof(value) + 1), v = n % (sizeof(value) + 1);
            uint8_t keep = f.b[at];
            struct packet fast;

            f.b[at] = v < sizeof(value) ? value[v] : keep ^ 0x10;
            fast = *dissect_cut(&f, f.len, f.len, LT_ETH, NULL);
            check_invariants(dissect_cut(&f, f.len, f.len, LT_ETH, NULL),
                             false);
            check_same(dissect_cut(&f, f.len, f.len, LT_ETH, &tree), &fast);
            f.b[at] = keep;
        }
    }
}

static int setup(void **state)
{
    (void)state;
    proto_init();
    return 0;
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(test_hostile_cut),
        cmocka_unit_test(test_hostile_flip),
    };

    return cmocka_run_group_tests(tests, setup, NULL);
}
