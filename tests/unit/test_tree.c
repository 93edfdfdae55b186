/* SPDX-License-Identifier: BSD-3-Clause
 *
 * The field tree: depth, text, and what happens when it is full.
 */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <string.h>

#include <cmocka.h>

#include "dissect/tree.h"

static struct tree tree;

static void test_shape(void **state)
{
    (void)state;
    tree_init(&tree);
    tree_open(&tree, "ip", 14, 20, "Internet Protocol");
    tree_add(&tree, "ip.ttl", 22, 1, "Time to live: %u", 64u);
    tree_open(&tree, "ip.flags", 20, 2, "Flags");
    tree_add(&tree, "ip.flags.df", 20, 1, "Don't fragment: set");
    tree_close(&tree);
    tree_close(&tree);
    tree_add_bytes(&tree, "data", 34, 3, "Data: ", "a\x1b\\", 3);
    tree_close(&tree); /* one too many does no harm */
    assert_int_equal(tree.count, 5);
    assert_int_equal(tree.field[0].depth, 0);
    assert_int_equal(tree.field[1].depth, 1);
    assert_int_equal(tree.field[3].depth, 2);
    assert_int_equal(tree.field[4].depth, 0);
    assert_string_equal(tree.field[1].name, "ip.ttl");
    assert_int_equal(tree.field[1].off, 22);
    assert_int_equal(tree.field[1].len, 1);
    assert_string_equal(tree_text(&tree, 1), "Time to live: 64");
    assert_string_equal(tree_text(&tree, 4), "Data: a\\x1b\\\\");
    assert_false(tree.full);
}

static void test_fields_full(void **state)
{
    (void)state;
    tree_init(&tree);
    for (unsigned i = 0; i < TREE_FIELDS_MAX; i++)
        tree_add(&tree, "x", 0, 0, "%u", i);
    assert_false(tree.full);
    tree_add(&tree, "x", 0, 0, "one more");
    assert_true(tree.full);
    assert_int_equal(tree.count, TREE_FIELDS_MAX);
    assert_string_equal(tree_text(&tree, TREE_FIELDS_MAX - 1), "511");
    tree_init(&tree);
    assert_false(tree.full);
    assert_int_equal(tree.count, 0);
}

static void test_text_full(void **state)
{
    static char big[20000];

    (void)state;
    memset(big, 'a', sizeof(big) - 1);
    tree_init(&tree);
    tree_add(&tree, "x", 0, 0, "%s", big);
    tree_add(&tree, "y", 0, 0, "%s", big);
    assert_true(tree.full);
    assert_int_equal(tree.count, 1);
    tree_init(&tree);
    tree_add(&tree, "x", 0, 0, "%s", big);
    tree_add_bytes(&tree, "y", 0, 0, "", big, sizeof(big) - 1);
    assert_true(tree.full);
    assert_int_equal(tree.count, 1);
}

/* Deeper than there are levels: shown at the last one. */
static void test_depth(void **state)
{
    (void)state;
    tree_init(&tree);
    for (unsigned i = 0; i < 40; i++)
        tree_open(&tree, "x", 0, 0, "level");
    for (unsigned i = 0; i < 40; i++)
        tree_close(&tree);
    tree_add(&tree, "y", 0, 0, "top");
    assert_int_equal(tree.field[39].depth, TREE_DEPTH_MAX);
    assert_int_equal(tree.field[40].depth, 0);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(test_shape),
        cmocka_unit_test(test_fields_full),
        cmocka_unit_test(test_text_full),
        cmocka_unit_test(test_depth),
    };

    return cmocka_run_group_tests(tests, NULL, NULL);
}
