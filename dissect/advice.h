/* SPDX-License-Identifier: BSD-3-Clause
 *
 * The words of findings: summaries, causes, host checks and fixes, one table
 * for each symptom, so that every view says the same and nobody words a
 * command twice.
 *
 * Texts are templates: {name} is a metric of the finding, {peer}, {endpoint}
 * (peer with port), {port}, {guest}, {guest_mac}, {gateway}, {backend} and
 * {count} come from the finding itself, {iptables} is iptables or ip6tables as
 * the peer's address wants. {count:packet} is the number with its
 * noun: "1 packet", "3 packets". {wait_s:duration} and {gap_ms:duration} are
 * times as people say them: "9.6 h". Counts print as integers, metrics with a
 * unit in their name (other than octets) with at most three significant digits.
 *
 * A step whose command names a {peer}, {endpoint} or {port} that the finding
 * does not have is left out: what is pasted has to run.
 */
#ifndef DISSECT_ADVICE_H
#define DISSECT_ADVICE_H

#include <stddef.h>
#include <stdint.h>

#include "dissect/backend.h"
#include "dissect/facts.h"
#include "dissect/finding.h"

#define ANY_BACKEND UINT32_MAX

enum advice_where { WHERE_HOST, WHERE_GUEST, WHERE_VM_CONFIG };

/** struct advice_summary - One-line summary of a finding, by variant */
struct advice_summary {
    const char *variant; /* NULL: the default */
    const char *text;    /* what happens, template, one line */
    const char *verdict; /* a sentence a person would say, for the top of a
                            report: template */
};

/** struct advice_cause - Why; referred to by key from findings and steps */
struct advice_cause {
    const char *key;
    const char *text; /* one or two sentences, template */
};

/**
 * struct advice_step - A command that confirms or fixes
 * @cause:    Key it belongs to, NULL: to any
 * @backends: Bit set of BACKEND_BIT()s or ANY_BACKEND
 * @command:  Template, to be pasted: no "$"-prompt
 * @expect:   For checks: what output means what. For fixes: NULL or the risk
 * @persistent: For fixes: survives a reboot
 */
struct advice_step {
    const char *cause;
    uint32_t backends;
    enum advice_where where;
    bool root;
    bool persistent;
    const char *command;
    const char *expect;
};

/** struct advice - All words for one symptom; arrays end with a zero row */
struct advice {
    const char *id;
    const struct advice_summary *summaries;
    const struct advice_cause *causes;
    const struct advice_step *checks;
    const struct advice_step *fixes;
    const char *const *refs; /* "RFC 1191", "libslirp 4.7 ip_icmp.c", URLs */
};

/** advice_of() - Words for a symptom id; NULL only when unknown */
const struct advice *advice_of(const char *id);

/** advice_expand() - Fill a template; unknown names stay as they are */
void advice_expand(const char *tmpl, const struct facts *facts,
                   const struct finding *f, char *out, size_t size);

/** advice_text() - Expanded summary of a finding */
void advice_text(const struct facts *facts, const struct finding *f, char *out,
                 size_t size);
/** advice_verdict() - Expanded verdict sentence */
void advice_verdict(const struct facts *facts, const struct finding *f,
                    char *out, size_t size);
/** advice_cause_text() - Template of a cause, NULL when the key is unknown */
const char *advice_cause_text(const char *id, const char *key);

/** advice_step_applies() - Is it for this finding's causes and backend? */
bool advice_step_applies(const struct advice_step *s, const struct facts *facts,
                         const struct finding *f);

const char *advice_where_name(enum advice_where w); /* "vm-config" */

#endif
