/* SPDX-License-Identifier: BSD-3-Clause
 *
 * A source of frames. Files, streams and devices look alike from here: open,
 * read batches until the end, ask what was lost, close.
 */
#ifndef CAPTURES_SOURCE_H
#define CAPTURES_SOURCE_H

#include <stddef.h>

#include "dissect/packet.h"

enum source_status {
    SOURCE_OK,      /* packets were read */
    SOURCE_AGAIN,   /* nothing now; more may come */
    SOURCE_END,     /* orderly end */
    SOURCE_DAMAGED, /* the rest cannot be read: struct source_error */
    SOURCE_FAILED,  /* cannot be opened or read at all */
};

/**
 * struct source_error - What failed, for one line to the user
 * @exit_code: 2 unknown or unreadable, 3 damaged, 4 permission
 * @offset:    Octet in the (decompressed) input, or UINT64_MAX
 */
struct source_error {
    int exit_code;
    uint64_t offset;
    char text[200]; /* "record of 4294967295 octets at offset 1024: ..." */
};

/** struct source_info - What the reader knows; grows while reading */
struct source_info {
    const char *kind;        /* "file", "stdin", "fifo" */
    const char *format;      /* "pcap", "pcapng" */
    const char *compression; /* "gzip", "zstd", "lz4" or NULL */
    uint16_t linktype;       /* of the first interface */
    bool mixed_linktypes;
    uint32_t snaplen;
    uint64_t packets, bytes;
    uint64_t position, size; /* for progress, raw input octets; size 0:
                                unknown */
    uint64_t dropped;
    bool dropped_known;
    bool nictrace;
    char comment[160];
};

struct source;

/**
 * source_open() - Open a SOURCE spec: FILE or "-"
 * @spec: As the user typed it
 * @err:  Written when NULL is returned
 */
struct source *source_open(const char *spec, struct source_error *err);

/**
 * source_read() - Next packets
 * @s:    Source
 * @pkts: [max]; data, caplen, wirelen, ts_ns, number, interface, linktype,
 *        flags (TRUNCATED, FROM_HOST, TO_HOST) are set
 * @max:  At most BATCH_MAX
 * @n:    How many were read; may be > 0 together with DAMAGED or END
 *
 * Octets are borrowed until SOURCE_HOLD further calls have been made or the
 * source is closed, so that a pipeline of that depth may work on them.
 */
#define SOURCE_HOLD 32
enum source_status source_read(struct source *s, struct packet *pkts,
                               unsigned max, unsigned *n);

const struct source_info *source_info(const struct source *s);
const struct source_error *source_error(const struct source *s);
void source_close(struct source *s);

#endif
