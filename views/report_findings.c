/* SPDX-License-Identifier: BSD-3-Clause
 *
 * Findings in the text report: letter, id and summary; then why, which frames,
 * how to check, how to fix, how sure. What is only information has a line.
 */
#include "views/report_text.h"

#include <stdio.h>
#include <string.h>

#include "dissect/advice.h"
#include "dissect/symptom/symptom.h"

#define STEPS_SHOWN 3

static enum text_style style_of(enum severity severity)
{
    static const enum text_style styles[] = {
        [SEVERITY_INFO] = STYLE_INFO,
        [SEVERITY_NOTE] = STYLE_NOTE,
        [SEVERITY_WARNING] = STYLE_WARNING,
        [SEVERITY_ERROR] = STYLE_ERROR,
    };

    return styles[severity];
}

static void write_headline(const struct text_report *t, const struct finding *f)
{
    bool colour = t->opt->colour;
    char summary[512];
    unsigned column = (unsigned)strlen(f->symptom->id) + 5;

    advice_text(t->facts, f, summary, sizeof(summary));
    outf(t->o, "%s%c %s%s   ", text_on(style_of(f->severity), colour),
         severity_letter(f->severity), f->symptom->id, text_off(colour));
    text_wrap(t->o, column, TEXT_INDENT, t->width, summary);
    out_str(t->o, "\n");
}

static void row(const struct text_report *t, const char *label,
                const char *text)
{
    text_label(t->o, 2, label, TEXT_INDENT, t->width, text);
}

static void expand_cause(const struct text_report *t, const struct finding *f,
                         const char *key, char *out, size_t size)
{
    const char *tmpl = advice_cause_text(f->symptom->id, key);

    if (tmpl)
        advice_expand(tmpl, t->facts, f, out, size);
    else
        snprintf(out, size, "%s", key);
}

/* One cause is an answer; several are what the capture cannot tell apart. */
static void write_why(const struct text_report *t, const struct finding *f)
{
    char text[1024];

    if (f->cause || f->ncauses == 1) {
        expand_cause(t, f, f->cause ? f->cause : f->causes[0], text,
                     sizeof(text));
        row(t, "why", text);
        return;
    }
    for (unsigned i = 0; i < f->ncauses; i++) {
        if (i == 0)
            row(t, "why", "one of these, the capture alone cannot tell:");
        expand_cause(t, f, f->causes[i], text, sizeof(text));
        outf(t->o, "%*s- ", TEXT_INDENT, "");
        text_wrap(t->o, TEXT_INDENT + 2, TEXT_INDENT + 2, t->width, text);
        out_str(t->o, "\n");
    }
}

/* Frames that show the same thing share one note. */
static void write_frames(const struct text_report *t, const struct finding *f)
{
    char text[TEXT_PARA];
    struct str s;

    str_init(&s, text, sizeof(text));
    for (unsigned i = 0; i < f->nevidence; i++) {
        const struct evidence *e = &f->evidence[i];
        const struct evidence *next =
            i + 1 < f->nevidence ? &f->evidence[i + 1] : NULL;

        if (i)
            str_add(&s, ", ");
        if (t->facts->nsource > 1 && (i == 0 || e[-1].source != e->source))
            str_addf(&s, "[%u] ", e->source + 1u);
        str_addf(&s, "%llu", (unsigned long long)e->frame);
        if (e->note[0] && (!next || strcmp(next->note, e->note) != 0))
            str_addf(&s, " (%s)", e->note);
    }
    if (s.len)
        row(t, "frames", text);
}

/* A prompt says where a command is typed and whether it needs root. */
static const char *prompt(const struct advice_step *step)
{
    static const char *const prompts[][2] = {
        [WHERE_HOST] = { "host$ ", "host# " },
        [WHERE_GUEST] = { "guest$ ", "guest# " },
        [WHERE_VM_CONFIG] = { "VM: ", "VM: " },
    };

    return prompts[step->where][step->root];
}

/* Commands are not wrapped: they are there to be pasted. */
static void write_step(const struct text_report *t, const struct finding *f,
                       const struct advice_step *step, const char *label,
                       const char *about)
{
    char command[1024], expect[512];

    advice_expand(step->command, t->facts, f, command, sizeof(command));
    outf(t->o, "  %-*s%s%s%s%s\n", TEXT_INDENT - 2, label, prompt(step),
         text_on(STYLE_BOLD, t->opt->colour), command,
         text_off(t->opt->colour));
    if (!step->expect)
        return;
    advice_expand(step->expect, t->facts, f, expect, sizeof(expect));
    outf(t->o, "%*s%s", TEXT_INDENT, "", about);
    text_wrap(t->o, TEXT_INDENT + (unsigned)strlen(about), TEXT_INDENT,
              t->width, expect);
    out_str(t->o, "\n");
}

static unsigned write_steps(const struct text_report *t,
                            const struct finding *f,
                            const struct advice_step *steps, const char *label,
                            const char *about)
{
    unsigned most = t->opt->verbosity > 0 ? 100 : STEPS_SHOWN;
    unsigned shown = 0, left = 0;

    for (; steps && steps->command; steps++) {
        if (!advice_step_applies(steps, t->facts, f))
            continue;
        if (shown == most) {
            left++;
            continue;
        }
        write_step(t, f, steps, shown++ ? "" : label, about);
    }
    return left;
}

static void add_metrics(struct str *s, const struct finding *f)
{
    for (unsigned i = 0; i < f->nmetric; i++)
        str_addf(s, "%s%s %.6g", i ? ", " : "; ", f->metric[i].name,
                 f->metric[i].value);
}

static void write_sure(const struct text_report *t, const struct finding *f)
{
    char text[1024];
    struct str s;

    str_init(&s, text, sizeof(text));
    str_addf(&s, "%u %%", f->confidence);
    if (t->opt->verbosity > 0)
        add_metrics(&s, f);
    row(t, "sure", text);
}

static void write_full(const struct text_report *t, const struct finding *f)
{
    const struct advice *advice = advice_of(f->symptom->id);
    unsigned left = 0;

    write_headline(t, f);
    write_why(t, f);
    write_frames(t, f);
    if (advice) {
        left += write_steps(t, f, advice->checks, "check", "expect: ");
        left += write_steps(t, f, advice->fixes, "fix", "");
    }
    write_sure(t, f);
    if (left)
        outf(t->o, "  %-*stapscope explain %s\n", TEXT_INDENT - 2, "more",
             f->symptom->id);
    out_str(t->o, "\n");
}

static void write_short(const struct text_report *t, const struct finding *f)
{
    write_headline(t, f);
    if (t->opt->verbosity >= 0)
        write_frames(t, f);
}

void text_report_findings(const struct text_report *t, uint16_t guest,
                          unsigned *full)
{
    bool open = false; /* a line without its empty line yet */

    for (unsigned i = 0; i < t->findings->count; i++) {
        const struct finding *f = &t->findings->item[i];

        if (f->guest != guest || f->severity < t->opt->min_severity)
            continue;
        if (f->severity > SEVERITY_INFO && *full) {
            write_full(t, f);
            (*full)--;
        } else {
            write_short(t, f);
            open = true;
        }
    }
    if (open && t->opt->verbosity >= 0)
        out_str(t->o, "\n");
}
