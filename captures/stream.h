/* SPDX-License-Identifier: BSD-3-Clause
 *
 * Octets of a descriptor, decompressed when they are compressed, in buffers
 * that stay where they are as long as packets in them are lent out. The whole
 * input is never in memory: some ten buffers in the usual case, at most
 * SOURCE_HOLD + 3.
 */
#ifndef CAPTURES_STREAM_H
#define CAPTURES_STREAM_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "captures/compress.h"
#include "captures/source.h"

enum stream_status {
    STREAM_OK,    /* there is more to read than before */
    STREAM_AGAIN, /* nothing now, or a signal came */
    STREAM_END,
    STREAM_BAD, /* struct source_error */
};

struct stream;

/**
 * stream_new() - Read from @fd
 * @fd: Taken over, also when NULL is returned (out of memory)
 */
struct stream *stream_new(int fd);
void stream_free(struct stream *s);

/** stream_fill() - Get some more octets; blocks as the descriptor does */
enum stream_status stream_fill(struct stream *s, struct source_error *err);

/** stream_wait() - Block until there is something; false when interrupted */
bool stream_wait(const struct stream *s);

/** stream_data() - Octets not used yet; valid until the next stream_fill() */
const uint8_t *stream_data(const struct stream *s, size_t *len);

/**
 * stream_use() - Move on in stream_data()
 * @used: Octets
 * @lent: Some of them are lent out, until SOURCE_HOLD further calls of
 *        stream_next_call() are over
 */
void stream_use(struct stream *s, size_t used, bool lent);

/** stream_next_call() - A call of source_read() begins */
void stream_next_call(struct stream *s);

enum codec stream_codec(const struct stream *s);

/** stream_position() - Octets taken from the descriptor and worked on */
uint64_t stream_position(const struct stream *s);

#endif
