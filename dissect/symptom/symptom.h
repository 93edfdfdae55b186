/* SPDX-License-Identifier: BSD-3-Clause
 *
 * A symptom: a name for one kind of trouble and the rule that finds it.
 *
 * Theory of operation: symptoms never see packets. Flows, requests and ICMP
 * errors have kept what happened; a symptom folds those records into a small
 * plain-data state of its own and then concludes. The engine folds a record
 * when it leaves its table (it is gone afterwards) and folds all that is still
 * there into a copy of the state at each assessment. So memory stays bounded,
 * an assessment can be made at any time, and it equals that of a replay.
 *
 * There is one state for each guest, zeroed at start, copied by memcpy: no
 * pointers in it that the engine would have to know about.
 *
 * Adding one: a file with a "const struct symptom NAME_symptom", a row in
 * symptom_list.h, its words in docs/explain/ID.md and dissect/advice/, and
 * three fixtures in tests/.
 */
#ifndef DISSECT_SYMPTOM_SYMPTOM_H
#define DISSECT_SYMPTOM_SYMPTOM_H

#include "dissect/facts.h"
#include "dissect/finding.h"

/** struct symptom_ctx - What a hook may look at */
struct symptom_ctx {
    const struct facts *facts;
    const struct guest *guest;
    uint16_t guest_index;
    const struct symptom *self;
};

/**
 * struct symptom - One row of the catalogue
 * @id:         Stable kebab-case id
 * @title:      A few words: "Ping is not possible"
 * @severity:   Default severity of its findings
 * @state_size: Octets of the fold state, 0 when it needs none; <= 4096
 * @on_flow:    Each flow of the guest once; @dir is the direction index that
 *              leaves the guest. May be NULL, as the others
 * @on_request: Each request asked by the guest, once (also gratuitous ones)
 * @conclude:   Judge: add findings, or gaps with the reason
 * @whole_capture: Concluded once with guest NULL instead of once per guest
 * @state_of:   Symptom whose state it concludes from, NULL: its own. One fold
 *              then serves a family; @state_size and the hooks are unused
 * @suppresses: Ids, ended by NULL, of symptoms that this one explains. Their
 *              findings of the same guest are dropped when they overlap a
 *              finding of this one in time and peer (one without a peer
 *              covers all), unless their own cause is proven
 */
struct symptom {
    const char *id;
    const char *title;
    enum severity severity;
    bool whole_capture;
    size_t state_size;
    const struct symptom *state_of;
    const char *const *suppresses;
    void (*on_flow)(const struct symptom_ctx *c, void *state,
                    const struct flow *f, int dir);
    void (*on_request)(const struct symptom_ctx *c, void *state,
                       const struct request *r);
    void (*conclude)(const struct symptom_ctx *c, const void *state,
                     struct findings *out);
};

/* The catalogue, ended by NULL, in the order of symptom_list.h. */
extern const struct symptom *const symptoms[];

/** symptom_by_id() - Or NULL */
const struct symptom *symptom_by_id(const char *id);

struct symptom_engine;

/** symptom_engine_new() - States for GUESTS_MAX guests */
struct symptom_engine *symptom_engine_new(void);
void symptom_engine_free(struct symptom_engine *e);

/** symptom_retire_flow() - @f leaves the flow table: fold it for good */
void symptom_retire_flow(struct symptom_engine *e, const struct facts *facts,
                         const struct flow *f);
void symptom_retire_request(struct symptom_engine *e, const struct facts *facts,
                            const struct request *r);

/** symptom_assess() - Findings as of now; @out is overwritten and sorted */
void symptom_assess(struct symptom_engine *e, const struct facts *facts,
                    struct findings *out);

/* Gates shared by the rules (symptoms.md section 0). */

/** gate_loss() - May "no answer", loss or retransmission be concluded from
 * this capture at all? NULL when yes, else the reason why not */
const char *gate_loss(const struct facts *facts);

/** gate_terminates() - 1 the backend ends TCP itself, 0 it does not, -1 not
 * known */
int gate_terminates(const struct guest *g);

/** gate_waited() - Did the capture go on for @ns after @since_ns? */
bool gate_waited(const struct facts *facts, int64_t since_ns, int64_t ns);

/** SYN tries that count as unanswered (RFC-independent; Linux >= 6.5 repeats
 * linearly): >= 3 SYNs of one ISN over >= 3 s, nothing back */
bool flow_syn_unanswered(const struct flow *f);

#endif
