/* SPDX-License-Identifier: BSD-3-Clause
 *
 * Lists of findings: appending with bounds, and their order.
 */
#include "dissect/finding.h"

#include <assert.h>
#include <stdarg.h>
#include <stdio.h>
#include <string.h>

#include "dissect/symptom/symptom.h"

const char *severity_name(enum severity s)
{
    static const char *const names[] = {
        [SEVERITY_INFO] = "info",
        [SEVERITY_NOTE] = "note",
        [SEVERITY_WARNING] = "warning",
        [SEVERITY_ERROR] = "error",
    };

    static_assert(sizeof(names) / sizeof(names[0]) == SEVERITY_COUNT, "names");
    return names[s];
}

char severity_letter(enum severity s)
{
    static const char letters[] = {
        [SEVERITY_INFO] = 'i',
        [SEVERITY_NOTE] = 'N',
        [SEVERITY_WARNING] = 'W',
        [SEVERITY_ERROR] = 'E',
    };

    static_assert(sizeof(letters) == SEVERITY_COUNT, "letters");
    return letters[s];
}

struct finding *finding_add(struct findings *out, const struct symptom *s,
                            uint16_t guest, uint8_t confidence)
{
    struct finding *f;

    if (out->count < FINDINGS_MAX) {
        f = &out->item[out->count++];
    } else {
        f = &out->scratch;
        out->lost++;
    }
    memset(f, 0, sizeof(*f));
    f->symptom = s;
    f->severity = s->severity;
    f->confidence = confidence > 100 ? 100 : confidence;
    f->guest = guest;
    f->count = 1;
    return f;
}

void finding_metric(struct finding *f, const char *name, double value)
{
    if (f->nmetric == FINDING_METRICS_MAX)
        return;
    f->metric[f->nmetric++] = (struct metric){ name, value };
}

/* Where frame @frame belongs in the sorted list; -1 when it is there. */
static int evidence_place(const struct finding *f, uint16_t source,
                          uint64_t frame)
{
    int at = f->nevidence;

    for (int i = 0; i < f->nevidence; i++)
        if (f->evidence[i].frame == frame && f->evidence[i].source == source)
            return -1;
    while (at > 0 && (f->evidence[at - 1].source > source ||
                      (f->evidence[at - 1].source == source &&
                       f->evidence[at - 1].frame > frame)))
        at--;
    return at;
}

void finding_frame(struct finding *f, uint16_t source, uint64_t frame,
                   int64_t ts_ns, const char *note, ...)
{
    struct evidence *e;
    va_list ap;
    int at;

    if (frame == 0 || f->nevidence == FINDING_EVIDENCE_MAX)
        return;
    at = evidence_place(f, source, frame);
    if (at < 0)
        return;
    e = &f->evidence[at];
    memmove(e + 1, e, sizeof(*e) * (size_t)(f->nevidence - at));
    f->nevidence++;
    memset(e, 0, sizeof(*e));
    e->frame = frame;
    e->source = source;
    e->ts_ns = ts_ns;
    va_start(ap, note);
    vsnprintf(e->note, sizeof(e->note), note, ap);
    va_end(ap);
}

void finding_cause(struct finding *f, const char *key)
{
    for (unsigned i = 0; i < f->ncauses; i++)
        if (strcmp(f->causes[i], key) == 0)
            return;
    if (f->ncauses < FINDING_CAUSES_MAX)
        f->causes[f->ncauses++] = key;
}

void finding_gap(struct findings *out, const struct symptom *s, uint16_t guest,
                 const char *why)
{
    if (out->ngap == FINDINGS_MAX) {
        out->lost++;
        return;
    }
    out->gap[out->ngap++] = (struct not_assessable){ s, guest, why };
}

static uint64_t first_frame(const struct finding *f)
{
    return f->nevidence ? f->evidence[0].frame : UINT64_MAX;
}

static bool goes_before(const struct finding *a, const struct finding *b)
{
    if (a->severity != b->severity)
        return a->severity > b->severity;
    if (a->confidence != b->confidence)
        return a->confidence > b->confidence;
    return first_frame(a) < first_frame(b);
}

void findings_sort(struct findings *f)
{
    /* Insertion: stable, and there are a few dozen at most in practice. */
    for (unsigned i = 1; i < f->count; i++) {
        unsigned k = i;

        while (k > 0 && goes_before(&f->item[i], &f->item[k - 1]))
            k--;
        if (k == i)
            continue;
        f->scratch = f->item[i];
        memmove(&f->item[k + 1], &f->item[k],
                sizeof(f->item[0]) * (size_t)(i - k));
        f->item[k] = f->scratch;
    }
}
