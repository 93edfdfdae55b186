/* SPDX-License-Identifier: BSD-3-Clause
 *
 * Findings: what a symptom says, as data. Words come from advice.h, so that
 * every view words a finding alike and tests compare ids and numbers.
 */
#ifndef DISSECT_FINDING_H
#define DISSECT_FINDING_H

#include "dissect/backend.h"
#include "dissect/core/addr.h"

#define FINDINGS_MAX         256
#define FINDING_EVIDENCE_MAX 8
#define FINDING_METRICS_MAX  8
#define FINDING_CAUSES_MAX   6
#define EVIDENCE_NOTE_MAX    96

enum severity {
    SEVERITY_INFO,    /* S4, capture quality */
    SEVERITY_NOTE,    /* S3, security observations */
    SEVERITY_WARNING, /* S2 */
    SEVERITY_ERROR,   /* S1 */
    SEVERITY_COUNT
};

/** struct metric - A number with its unit in its name: "rtt_ms", "mtu_bytes",
 * "requests" (counts have no suffix) */
struct metric {
    const char *name;
    double value;
};

/** struct evidence - A frame that proves, and what it shows */
struct evidence {
    uint64_t frame; /* as Wireshark counts */
    uint16_t source;
    int64_t ts_ns; /* 0: unknown */
    char note[EVIDENCE_NOTE_MAX];
};

struct symptom;

/**
 * struct finding - One named trouble of one guest
 * @cause: Key of the cause in the advice table, or NULL when the capture
 *         cannot decide; then @causes has the candidates, likeliest first
 */
struct finding {
    const struct symptom *symptom;
    enum severity severity;
    uint8_t confidence; /* 0-100 */
    uint16_t guest;     /* index in facts.guest, GUEST_NONE: the capture */
    bool has_peer;
    union addr peer;
    uint16_t peer_port; /* 0: none */
    int64_t first_ns, last_ns;
    uint64_t count;
    const char *variant; /* summary template to use, or NULL */
    const char *cause;
    const char *causes[FINDING_CAUSES_MAX];
    struct metric metric[FINDING_METRICS_MAX];
    struct evidence evidence[FINDING_EVIDENCE_MAX];
    uint8_t ncauses, nmetric, nevidence;
};

/** struct not_assessable - A symptom that the capture cannot decide */
struct not_assessable {
    const struct symptom *symptom;
    uint16_t guest;
    const char *why; /* static text */
};

/** struct findings - What an assessment returns; most severe first after
 * findings_sort() */
struct findings {
    struct finding item[FINDINGS_MAX];
    unsigned count;
    struct not_assessable gap[FINDINGS_MAX];
    unsigned ngap;
    uint32_t lost;          /* did not fit */
    struct finding scratch; /* where those go, and room to sort */
};

const char *severity_name(enum severity s); /* "error" */
char severity_letter(enum severity s);      /* 'E' 'W' 'N' 'i' */

/** finding_add() - A finding with defaults from the symptom, or a scratch one
 * that is dropped when the list is full; never NULL */
struct finding *finding_add(struct findings *out, const struct symptom *s,
                            uint16_t guest, uint8_t confidence);

/** finding_metric() - Append a number; silently dropped when full */
void finding_metric(struct finding *f, const char *name, double value);

/** finding_frame() - Append an evidence frame, kept sorted by frame number;
 * frame 0 and repeated frames are ignored */
void finding_frame(struct finding *f, uint16_t source, uint64_t frame,
                   int64_t ts_ns, const char *note, ...)
    __attribute__((format(printf, 5, 6)));

/** finding_cause() - Append a candidate cause (advice key) */
void finding_cause(struct finding *f, const char *key);

/** finding_gap() - Say that a symptom cannot be assessed, and why */
void finding_gap(struct findings *out, const struct symptom *s, uint16_t guest,
                 const char *why);

/** findings_sort() - By severity, confidence, first frame; stable */
void findings_sort(struct findings *f);

#endif
