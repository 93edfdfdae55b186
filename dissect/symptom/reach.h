/* SPDX-License-Identifier: BSD-3-Clause
 *
 * What became of a guest's attempts to reach somebody: the fold that all
 * reachability symptoms conclude from.
 *
 * Every attempt is classified once, here, so that "no answer" means the same
 * to each of them: silence counts only after enough tries and enough waiting
 * (symptoms.md section 0), and an attempt whose outcome the capture does not
 * show counts as nothing at all. Peers are kept only when something failed;
 * that a peer ever answered is remembered in a small bitmap, whose collisions
 * can hide a failure but never invent one.
 */
#ifndef DISSECT_SYMPTOM_REACH_H
#define DISSECT_SYMPTOM_REACH_H

#include "dissect/symptom/symptom.h"

#define REACH_PEERS 20
#define REACH_QUIET 6
#define REACH_TRIES 2

#define SECOND_NS 1000000000LL

/** enum attempt - How a guest's attempt to open a TCP connection ended */
enum attempt {
    ATTEMPT_NONE,     /* no attempt of the guest, or begun before the capture */
    ATTEMPT_OK,       /* SYN-ACK */
    ATTEMPT_SILENT,   /* >= 3 SYNs over >= 3 s, nothing back */
    ATTEMPT_SHORT,    /* 1 or 2 SYNs and >= 3 s of nothing: the guest gave up */
    ATTEMPT_LATE_RST, /* RST after >= 20 s of silence: the backend gave up */
    ATTEMPT_REFUSED,  /* RST with ACK */
    ATTEMPT_BARE_RST, /* RST without ACK, which a guest must ignore */
    ATTEMPT_FIN,      /* FIN in place of a SYN-ACK (libslirp) */
    ATTEMPT_UNREACH,  /* an ICMP error quoted it */
    ATTEMPT_UNSEEN,   /* the guest went on: the answer was not captured */
    ATTEMPT_PENDING,  /* the capture ended too soon to tell */
    ATTEMPT_KINDS
};

/** struct reach_try - One failed attempt, for evidence */
struct reach_try {
    int64_t first_ns, last_ns;
    uint32_t first_frame, last_frame; /* frame32: SYN, and what ended it */
    uint16_t source;
    uint8_t kind;  /* enum attempt */
    uint8_t tries; /* SYNs */
    uint8_t icmp_type, icmp_code;
};

/** struct reach_peer - A TCP endpoint with at least one failed attempt */
struct reach_peer {
    union addr addr;
    int64_t first_ns, last_ns; /* of failed attempts */
    uint16_t port;
    uint8_t rst_ttl; /* of the first RST, 0 none */
    bool off_link;
    uint16_t n[ATTEMPT_KINDS]; /* attempts by outcome; ATTEMPT_OK is not kept */
    uint16_t syns;
    struct reach_try at[REACH_TRIES]; /* the earliest, see peer_try() */
};

/** struct reach_quiet - An address whose echo or DNS stays silent: off-link
 * ones, and the backend's own DNS */
struct reach_quiet {
    union addr addr;
    int64_t first_ns, last_ns;
    uint32_t frame;
    uint16_t source;
    uint16_t tries;
    uint8_t kind; /* enum request_kind */
    bool off_link;
};

/** struct reach - Fold state; plain data */
struct reach {
    uint64_t ok_bits[32]; /* endpoints that ever answered a SYN, by hash */
    uint32_t n[ATTEMPT_KINDS];
    uint32_t lost;  /* failing endpoints that did not fit */
    uint32_t heard; /* off-link flows that brought something back */
    int64_t heard_last_ns;
    uint32_t gateway_answers;
    int64_t gateway_last_ns; /* its last proof of life */
    int64_t gateway_ns;      /* its first */
    uint32_t gateway_frame;
    uint8_t gateway_kind; /* enum request_kind */
    uint8_t npeer, nquiet;
    struct reach_peer peer[REACH_PEERS];
    struct reach_quiet quiet[REACH_QUIET];
};

/* Owns the fold: the others conclude from its state (connect.c). */
extern const struct symptom connect_timeout_symptom;

/** attempt_of() - Classify a flow; @dir as for on_flow */
enum attempt attempt_of(const struct facts *facts, const struct flow *f,
                        int dir);

/** attempt_name() - "no answer", "refused": for evidence notes */
const char *attempt_name(enum attempt a);

/* The hooks of a symptom that folds a struct reach. */
void reach_on_flow(const struct symptom_ctx *c, void *state,
                   const struct flow *f, int dir);
void reach_on_request(const struct symptom_ctx *c, void *state,
                      const struct request *r);

/** reach_ever_ok() - Did this endpoint answer a SYN at any time? */
bool reach_ever_ok(const struct reach *r, const union addr *a, uint16_t port);

/* Attempts that met a refusal, as bits of enum attempt; the rest met silence
 * or an error. */
#define REACH_REFUSALS (1u << ATTEMPT_REFUSED | 1u << ATTEMPT_BARE_RST)
#define REACH_SILENCES (~REACH_REFUSALS)

/** reach_evidence() - Add the frames of a peer's attempts of these @kinds, or
 *                     of any when none of these is kept; at most @max */
void reach_evidence(const struct symptom_ctx *c, struct finding *f,
                    unsigned kinds, const struct reach_peer *p, unsigned max);

/**
 * struct reach_open - Established flows of the guest at one moment
 * @all, @same:   Open then; and of these to the given endpoint
 * @peers:        Distinct endpoints among @all are more than one
 * @moved_later:  Open then, and packets followed more than a second later
 * @ok_later:     Off-link connections begun later and answered
 * @ok_until:     Of these begun by @until_ns
 * @ok_elsewhere: Of these to another endpoint, while @same were still open
 * @ok_frame, @ok_ns: SYN-ACK of the first of @ok_elsewhere, else @ok_later
 */
struct reach_open {
    uint32_t all, same, moved_later, ok_later, ok_until, ok_elsewhere;
    uint32_t ok_frame;
    int64_t ok_ns;
    uint16_t ok_source;
    uint32_t same_frame; /* SYN of the last @same that was opened */
    int64_t same_ns;
    uint16_t same_source;
};

/** reach_open_at() - Walk the kept flows; only for a rule that has a suspect
 *
 * Flows that have left the table are not seen: the counts are lower bounds.
 */
struct reach_open reach_open_at(const struct symptom_ctx *c, int64_t at_ns,
                                int64_t until_ns, const union addr *a,
                                uint16_t port);

/** unicast_visible() - Would an answer sent to the guest alone be captured?
 *
 * A bystander's capture holds the broadcasts of others and never the unicast
 * answers to them. True when the guest received any unicast frame, or when no
 * other station did (then the wire is the guest's own).
 */
bool unicast_visible(const struct facts *facts, const struct guest *g);

#endif
