/* SPDX-License-Identifier: BSD-3-Clause
 *
 * The model: what has been understood so far. Packets go in, in the order of
 * their source; facts and findings come out. Time is the packets' own clock.
 */
#ifndef DISSECT_MODEL_H
#define DISSECT_MODEL_H

#include "dissect/facts.h"
#include "dissect/finding.h"

/** struct model_config - Fixed at start */
struct model_config {
    uint64_t mem_limit; /* octets for tables; 0: 512 MiB */
    uint64_t hash_seed;
    bool has_guest_mac, has_guest_ip; /* --guest */
    struct mac guest_mac;
    union addr guest_ip;
    enum backend_id backend; /* --backend, BACKEND_UNKNOWN: find out */
};

struct model;

/** model_new() - NULL when memory is short */
struct model *model_new(const struct model_config *config);
void model_free(struct model *m);

/** model_source() - Facts of source @i, written by cli as the reader tells */
struct source_facts *model_source(struct model *m, unsigned i);

/** model_prepare() - What observing needs and the packets alone tell
 *
 * Optional, and the only call that may run in another thread beside the rest:
 * it reads nothing of the model that changes after model_new(). */
void model_prepare(const struct model *m, struct packet *pkts, unsigned n);

/** model_observe() - @n dissected packets, in order; flags may be added */
void model_observe(struct model *m, struct packet *pkts, unsigned n);

/** model_conclude() - Assess as of the newest packet; may be called often.
 * @final: the capture is over */
void model_conclude(struct model *m, bool final);

const struct facts *model_facts(const struct model *m);
const struct findings *model_findings(const struct model *m);

#endif
