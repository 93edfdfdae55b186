/* SPDX-License-Identifier: BSD-3-Clause
 *
 * gzip (RFC 1952, several members), zstd (RFC 8878, several and skippable
 * frames) and the lz4 frame format. Between frames the next four octets
 * decide: a frame of the same kind goes on, anything else is the end, as
 * gzip(1) ignores what tape or network put behind a file.
 */
#include "captures/compress.h"

#include <lz4frame.h>
#include <stdlib.h>
#include <zlib.h>
#include <zstd.h>
#include <zstd_errors.h>

#include "dissect/core/cursor.h"

enum {
    GZIP_WINDOW_BITS = 15 + 16, /* zlib: expect a gzip header */
};

/* With the third octet, the method: 8 (deflate) is the only one there is. */
#define MAGIC_GZIP           0x088b1fu
#define MAGIC_GZIP_MASK      0xffffffu
#define MAGIC_ZSTD           0xfd2fb528u
#define MAGIC_LZ4            0x184d2204u
#define MAGIC_SKIPPABLE      0x184d2a50u
#define MAGIC_SKIPPABLE_MASK 0xfffffff0u

/**
 * struct decoder - One stream
 * @in_frame: Inside a frame or member: an end here is damage
 */
struct decoder {
    enum codec codec;
    bool in_frame;
    const char *reason;
    z_stream gzip;
    ZSTD_DStream *zstd;
    LZ4F_dctx *lz4;
};

/** struct codec_ops - What each library does */
struct codec_ops {
    const char *name;
    bool (*open)(struct decoder *d);
    void (*close)(struct decoder *d);
    enum decode_status (*run)(struct decoder *d, struct decode_io *io);
};

/*
 * zstd and lz4 have the same skippable frames, and pzstd begins with one: the
 * first real frame in sight decides, else zstd is the likelier.
 */
static enum codec sniff_skippable(struct cursor c)
{
    enum { SKIPPABLE_MAX = 16 };

    for (unsigned i = 0; i < SKIPPABLE_MAX; i++) {
        uint32_t magic = cursor_le32(&c);

        if (magic == MAGIC_LZ4)
            return CODEC_LZ4;
        if ((magic & MAGIC_SKIPPABLE_MASK) != MAGIC_SKIPPABLE)
            break;
        cursor_skip(&c, cursor_le32(&c));
    }
    return CODEC_ZSTD;
}

enum codec codec_sniff(const uint8_t *p, size_t n)
{
    struct cursor c = cursor_over(p, n, LAYER_TRUNCATED);
    struct cursor peek = c;
    uint32_t magic = cursor_le32(&peek);

    if (peek.bad)
        return CODEC_NONE;
    if ((magic & MAGIC_GZIP_MASK) == MAGIC_GZIP)
        return CODEC_GZIP;
    if (magic == MAGIC_LZ4)
        return CODEC_LZ4;
    if (magic == MAGIC_ZSTD)
        return CODEC_ZSTD;
    if ((magic & MAGIC_SKIPPABLE_MASK) == MAGIC_SKIPPABLE)
        return sniff_skippable(c);
    return CODEC_NONE;
}

static void advance(struct decode_io *io, size_t in, size_t out)
{
    io->in += in;
    io->in_len -= in;
    io->out += out;
    io->out_len -= out;
}

/* --- gzip ------------------------------------------------------------ */

static bool gzip_open(struct decoder *d)
{
    return inflateInit2(&d->gzip, GZIP_WINDOW_BITS) == Z_OK;
}

static void gzip_close(struct decoder *d)
{
    inflateEnd(&d->gzip);
}

static enum decode_status gzip_run(struct decoder *d, struct decode_io *io)
{
    z_stream *z = &d->gzip;
    uInt in = io->in_len < UINT32_MAX ? (uInt)io->in_len : UINT32_MAX;
    uInt out = io->out_len < UINT32_MAX ? (uInt)io->out_len : UINT32_MAX;
    int rc;

    z->next_in = (Bytef *)(uintptr_t)io->in; /* zlib does not write there */
    z->avail_in = in;
    z->next_out = io->out;
    z->avail_out = out;
    rc = inflate(z, Z_NO_FLUSH);
    advance(io, in - z->avail_in, out - z->avail_out);
    d->in_frame = true;
    if (rc == Z_STREAM_END) {
        d->in_frame = false;
        inflateReset(z);
        return DECODE_OK;
    }
    if (rc == Z_OK || rc == Z_BUF_ERROR)
        return DECODE_OK;
    d->reason = z->msg ? z->msg : "invalid data";
    return DECODE_BAD;
}

/* --- zstd ------------------------------------------------------------ */

static bool zstd_open(struct decoder *d)
{
    d->zstd = ZSTD_createDStream();
    return d->zstd && !ZSTD_isError(ZSTD_initDStream(d->zstd));
}

static void zstd_close(struct decoder *d)
{
    ZSTD_freeDStream(d->zstd);
}

static enum decode_status zstd_run(struct decoder *d, struct decode_io *io)
{
    ZSTD_inBuffer in = { io->in, io->in_len, 0 };
    ZSTD_outBuffer out = { io->out, io->out_len, 0 };
    size_t rc = ZSTD_decompressStream(d->zstd, &out, &in);

    advance(io, in.pos, out.pos);
    d->in_frame = rc != 0;
    if (!ZSTD_isError(rc))
        return DECODE_OK;
    d->reason = ZSTD_getErrorName(rc);
    if (ZSTD_getErrorCode(rc) == ZSTD_error_frameParameter_windowTooLarge)
        d->reason = "needs over 128 MiB of memory; unpack it first: "
                    "zstd -d --long=31 IN";
    return DECODE_BAD;
}

/* --- lz4 ------------------------------------------------------------- */

static bool lz4_open(struct decoder *d)
{
    return !LZ4F_isError(
        LZ4F_createDecompressionContext(&d->lz4, LZ4F_VERSION));
}

static void lz4_close(struct decoder *d)
{
    LZ4F_freeDecompressionContext(d->lz4);
}

static enum decode_status lz4_run(struct decoder *d, struct decode_io *io)
{
    size_t in = io->in_len, out = io->out_len;
    size_t rc = LZ4F_decompress(d->lz4, io->out, &out, io->in, &in, NULL);

    if (LZ4F_isError(rc)) {
        d->reason = LZ4F_getErrorName(rc);
        return DECODE_BAD;
    }
    advance(io, in, out);
    d->in_frame = rc != 0;
    return DECODE_OK;
}

// clang-format off
static const struct codec_ops codecs[CODEC_COUNT] = {
    [CODEC_NONE] = { NULL,   NULL,      NULL,       NULL },
    [CODEC_GZIP] = { "gzip", gzip_open, gzip_close, gzip_run },
    [CODEC_ZSTD] = { "zstd", zstd_open, zstd_close, zstd_run },
    [CODEC_LZ4]  = { "lz4",  lz4_open,  lz4_close,  lz4_run },
};
// clang-format on

const char *codec_name(enum codec codec)
{
    return codecs[codec].name;
}

struct decoder *decoder_new(enum codec codec)
{
    struct decoder *d = calloc(1, sizeof(*d));

    if (!d)
        return NULL;
    d->codec = codec;
    d->reason = "";
    if (codecs[codec].open(d))
        return d;
    decoder_free(d);
    return NULL;
}

void decoder_free(struct decoder *d)
{
    if (!d)
        return;
    codecs[d->codec].close(d);
    free(d);
}

/* Between two frames: does another one of the kind begin? */
static bool next_frame(struct decoder *d, const struct decode_io *io)
{
    struct cursor c = cursor_over(io->in, io->in_len, LAYER_TRUNCATED);
    uint32_t magic = cursor_le32(&c);

    if (d->codec == CODEC_GZIP)
        return (magic & MAGIC_GZIP_MASK) == MAGIC_GZIP;
    if ((magic & MAGIC_SKIPPABLE_MASK) == MAGIC_SKIPPABLE)
        return true;
    return magic == (d->codec == CODEC_ZSTD ? MAGIC_ZSTD : MAGIC_LZ4);
}

enum decode_status decoder_run(struct decoder *d, struct decode_io *io,
                               bool final)
{
    if (!d->in_frame) {
        if (io->in_len < CODEC_PEEK)
            return final ? DECODE_END : DECODE_OK;
        if (!next_frame(d, io))
            return DECODE_END;
    }
    return codecs[d->codec].run(d, io);
}

bool decoder_is_whole(const struct decoder *d)
{
    return !d->in_frame;
}

const char *decoder_reason(const struct decoder *d)
{
    return d->reason;
}
