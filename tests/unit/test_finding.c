/* SPDX-License-Identifier: BSD-3-Clause
 *
 * Finding lists: bounds, order of evidence, order of findings.
 */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdlib.h>
#include <string.h>

#include <cmocka.h>

#include "dissect/symptom/symptom.h"

static const struct symptom bad = { .id = "bad", .severity = SEVERITY_ERROR };
static const struct symptom note = { .id = "note", .severity = SEVERITY_NOTE };

static int setup(void **state)
{
    *state = calloc(1, sizeof(struct findings));
    return *state ? 0 : -1;
}

static int teardown(void **state)
{
    free(*state);
    return 0;
}

static void test_defaults(void **state)
{
    struct finding *f = finding_add(*state, &bad, 3, 200);

    assert_ptr_equal(f->symptom, &bad);
    assert_int_equal(f->severity, SEVERITY_ERROR);
    assert_int_equal(f->confidence, 100);
    assert_int_equal(f->guest, 3);
    assert_int_equal(f->count, 1);
}

static void test_evidence_is_sorted(void **state)
{
    struct finding *f = finding_add(*state, &bad, 0, 50);

    finding_frame(f, 0, 9, 1, "nine");
    finding_frame(f, 0, 3, 1, "three %d", 3);
    finding_frame(f, 0, 9, 1, "again");
    finding_frame(f, 0, 0, 1, "none");
    finding_frame(f, 1, 1, 1, "another source");
    assert_int_equal(f->nevidence, 3);
    assert_int_equal(f->evidence[0].frame, 3);
    assert_string_equal(f->evidence[0].note, "three 3");
    assert_string_equal(f->evidence[1].note, "nine");
    assert_int_equal(f->evidence[2].source, 1);
}

static void test_everything_is_bounded(void **state)
{
    struct findings *out = *state;
    struct finding *f = finding_add(out, &bad, 0, 50);
    char note_text[300];

    memset(note_text, 'x', sizeof(note_text) - 1);
    note_text[sizeof(note_text) - 1] = 0;
    for (unsigned i = 1; i < 100; i++) {
        finding_frame(f, 0, i, 0, "%s", note_text);
        finding_metric(f, "m", i);
        finding_cause(f, i & 1 ? "odd" : "even");
    }
    assert_int_equal(f->nevidence, FINDING_EVIDENCE_MAX);
    assert_int_equal(strlen(f->evidence[0].note), EVIDENCE_NOTE_MAX - 1);
    assert_int_equal(f->nmetric, FINDING_METRICS_MAX);
    assert_int_equal(f->ncauses, 2);
    for (unsigned i = 0; i < 2 * FINDINGS_MAX; i++) {
        assert_non_null(finding_add(out, &note, 0, 1));
        finding_gap(out, &note, 0, "why");
    }
    assert_int_equal(out->count, FINDINGS_MAX);
    assert_int_equal(out->ngap, FINDINGS_MAX);
    assert_int_equal(out->lost, 1 + 2 * FINDINGS_MAX);
}

static void test_sort(void **state)
{
    struct findings *out = *state;

    finding_add(out, &note, 0, 99);
    finding_add(out, &bad, 1, 50);
    finding_frame(finding_add(out, &bad, 2, 80), 0, 20, 0, "late");
    finding_frame(finding_add(out, &bad, 3, 80), 0, 10, 0, "early");
    finding_frame(finding_add(out, &bad, 4, 80), 0, 10, 0, "as early");
    findings_sort(out);
    assert_int_equal(out->item[0].guest, 3);
    assert_int_equal(out->item[1].guest, 4);
    assert_int_equal(out->item[2].guest, 2);
    assert_int_equal(out->item[3].guest, 1);
    assert_ptr_equal(out->item[4].symptom, &note);
    assert_string_equal(severity_name(SEVERITY_NOTE), "note");
    assert_int_equal(severity_letter(SEVERITY_WARNING), 'W');
}

#define finding_test(f) cmocka_unit_test_setup_teardown(f, setup, teardown)

int main(void)
{
    const struct CMUnitTest tests[] = {
        finding_test(test_defaults),
        finding_test(test_evidence_is_sorted),
        finding_test(test_everything_is_bounded),
        finding_test(test_sort),
    };

    return cmocka_run_group_tests(tests, NULL, NULL);
}
