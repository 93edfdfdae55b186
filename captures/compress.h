/* SPDX-License-Identifier: BSD-3-Clause
 *
 * Streaming decompression, recognised by content. One interface over three
 * libraries; the caller owns both buffers.
 */
#ifndef CAPTURES_COMPRESS_H
#define CAPTURES_COMPRESS_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

enum codec { CODEC_NONE, CODEC_GZIP, CODEC_ZSTD, CODEC_LZ4, CODEC_COUNT };

enum decode_status {
    DECODE_OK,  /* progress was made, or more input is needed */
    DECODE_END, /* complete; what follows is not compressed data */
    DECODE_BAD, /* decoder_reason() says why */
};

/** struct decode_io - Buffers; decoder_run() moves both ends forward */
struct decode_io {
    const uint8_t *in;
    size_t in_len;
    uint8_t *out;
    size_t out_len;
};

struct decoder;

/* Octets with which codec_sniff() is sure. */
#define CODEC_PEEK 4

/**
 * codec_sniff() - How the input is compressed, by its first octets
 * @p: [n]; with less than CODEC_PEEK octets the answer may be CODEC_NONE
 */
enum codec codec_sniff(const uint8_t *p, size_t n);

/** codec_name() - "gzip", "zstd", "lz4"; NULL for CODEC_NONE */
const char *codec_name(enum codec codec);

/** decoder_new() - NULL when out of memory; @codec is not CODEC_NONE */
struct decoder *decoder_new(enum codec codec);
void decoder_free(struct decoder *d);

/**
 * decoder_run() - Decompress what there is of input into what there is of room
 * @final: Nothing follows the input
 *
 * Members and frames that follow each other are one stream. DECODE_OK with
 * room left and no input taken means that more input is needed.
 */
enum decode_status decoder_run(struct decoder *d, struct decode_io *io,
                               bool final);

/** decoder_is_whole() - Would it be in order for the input to end here? */
bool decoder_is_whole(const struct decoder *d);

/** decoder_reason() - Why DECODE_BAD, in a few words */
const char *decoder_reason(const struct decoder *d);

#endif
