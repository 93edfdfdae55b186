/* SPDX-License-Identifier: BSD-3-Clause
 *
 * A queue of packet batches from one thread to another: one writer, one
 * reader, order kept. Reading and dissecting run in the writer while flows and
 * requests are kept in the reader, so that two cores work on one capture and
 * the model sees exactly what one thread would have shown it.
 */
#ifndef CLI_RELAY_H
#define CLI_RELAY_H

#include <stdbool.h>

#include "dissect/packet.h"

/* Batches in flight; a source keeps octets for SOURCE_HOLD reads, which must
 * be more than this. */
#define RELAY_DEPTH 16

/** struct batch - Packets read together, dissected */
struct batch {
    unsigned n;
    struct packet pkt[BATCH_MAX];
};

struct relay;

/** relay_new() - NULL when memory is short */
struct relay *relay_new(void);
void relay_free(struct relay *r);

/** relay_slot() - Writer: a batch to fill; waits while all are in flight */
struct batch *relay_slot(struct relay *r);

/** relay_send() - Writer: the slot is filled
 * @flush: nothing more is at hand, so the reader should not wait for more */
void relay_send(struct relay *r, bool flush);

/** relay_finish() - Writer: nothing more will come */
void relay_finish(struct relay *r);

/** relay_next() - Reader: the next batch, or NULL when the writer finished */
struct batch *relay_next(struct relay *r);

/** relay_done() - Reader: the batch may be reused */
void relay_done(struct relay *r);

#endif
