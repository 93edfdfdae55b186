/* SPDX-License-Identifier: BSD-3-Clause
 *
 * Buffers are filled to the end, then the partial record at the end moves to
 * the next one. A buffer is used again when SOURCE_HOLD calls have passed
 * since a packet in it was last lent out. A buffer holds more than any record
 * needs (PCAPFILE_WINDOW), so that each one makes progress.
 */
#include "captures/stream.h"

#include <errno.h>
#include <inttypes.h>
#include <poll.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include "captures/pcapfile.h"

enum {
    CHUNK_SIZE = 512 * 1024,
    INPUT_SIZE = 128 * 1024,
    CHUNKS_MAX = SOURCE_HOLD + 3,
};

_Static_assert(CHUNK_SIZE > PCAPFILE_WINDOW, "a record must fit");

/**
 * struct chunk - One buffer
 * @len:  Octets in it
 * @pos:  Octets of it already used
 * @lent: Number of the last call that lent out packets in it, 0 for none
 */
struct chunk {
    size_t len, pos;
    uint64_t lent;
    uint8_t data[CHUNK_SIZE];
};

struct stream {
    int fd;
    bool in_end, sniffed, failed;
    struct decoder *decoder;
    enum codec codec;
    uint64_t call;
    uint64_t taken;    /* octets read from fd */
    uint64_t produced; /* octets put into chunks */
    struct chunk *now; /* being filled and read */
    struct chunk *chunk[CHUNKS_MAX];
    size_t in_pos, in_len;
    uint8_t input[INPUT_SIZE];
};

struct stream *stream_new(int fd)
{
    struct stream *s = malloc(sizeof(*s));

    if (!s) {
        close(fd);
        return NULL;
    }
    memset(s, 0, offsetof(struct stream, input));
    s->fd = fd;
    return s;
}

void stream_free(struct stream *s)
{
    if (!s)
        return;
    decoder_free(s->decoder);
    for (size_t i = 0; i < CHUNKS_MAX; i++)
        free(s->chunk[i]);
    close(s->fd);
    free(s);
}

static enum stream_status bad(struct stream *s, struct source_error *err,
                              const char *what, const char *why)
{
    s->failed = true;
    err->exit_code = 3;
    err->offset = s->produced;
    snprintf(err->text, sizeof(err->text), "%s at octet %" PRIu64 ": %s", what,
             stream_position(s), why);
    return STREAM_BAD;
}

/* A buffer in which nothing is lent out any more, or a new one, or NULL. */
static struct chunk *free_chunk(struct stream *s)
{
    for (size_t i = 0; i < CHUNKS_MAX; i++) {
        struct chunk *c = s->chunk[i];

        if (!c) {
            c = s->chunk[i] = malloc(sizeof(*c));
            if (!c)
                return NULL;
        } else if (c == s->now ||
                   (c->lent && s->call - c->lent <= SOURCE_HOLD)) {
            continue;
        }
        c->len = c->pos = 0;
        c->lent = 0;
        return c;
    }
    return NULL;
}

/* Make room behind the octets that are not used yet. */
static bool make_room(struct stream *s)
{
    struct chunk *old = s->now, *next;
    size_t left = old ? old->len - old->pos : 0;

    if (old && left == 0 && old->lent == 0)
        old->len = old->pos = 0;
    if (old && old->len < CHUNK_SIZE)
        return true;
    next = free_chunk(s);
    if (!next)
        return false;
    if (left)
        memcpy(next->data, old->data + old->pos, left);
    next->len = left;
    s->now = next;
    return true;
}

/* read(2) into @buf; @n 0 with STREAM_OK at the end. */
static enum stream_status take(struct stream *s, uint8_t *buf, size_t room,
                               size_t *n, struct source_error *err)
{
    ssize_t got = read(s->fd, buf, room);

    *n = 0;
    if (got < 0 && (errno == EAGAIN || errno == EINTR))
        return STREAM_AGAIN;
    if (got < 0)
        return bad(s, err, "cannot read on", strerror(errno));
    *n = (size_t)got;
    s->taken += *n;
    if (got == 0)
        s->in_end = true;
    return STREAM_OK;
}

static enum stream_status take_input(struct stream *s, struct source_error *err)
{
    enum stream_status status;
    size_t n;

    memmove(s->input, s->input + s->in_pos, s->in_len);
    s->in_pos = 0;
    status = take(s, s->input + s->in_len, INPUT_SIZE - s->in_len, &n, err);
    s->in_len += n;
    return status;
}

/* Enough input to know whether it is compressed. */
static enum stream_status sniff(struct stream *s, struct source_error *err)
{
    while (s->in_len < CODEC_PEEK && !s->in_end) {
        enum stream_status status = take_input(s, err);

        if (status != STREAM_OK)
            return status;
    }
    s->sniffed = true;
    s->codec = codec_sniff(s->input, s->in_len);
    if (s->codec == CODEC_NONE)
        return STREAM_OK;
    s->decoder = decoder_new(s->codec);
    return s->decoder ? STREAM_OK : bad(s, err, "stopped", "out of memory");
}

static enum stream_status fill_plain(struct stream *s, struct source_error *err)
{
    struct chunk *c = s->now;
    size_t room = CHUNK_SIZE - c->len, n = s->in_len;
    enum stream_status status = STREAM_OK;

    if (n) {
        if (n > room)
            n = room;
        memcpy(c->data + c->len, s->input + s->in_pos, n);
        s->in_pos += n;
        s->in_len -= n;
    } else if (!s->in_end) {
        status = take(s, c->data + c->len, room, &n, err);
    }
    c->len += n;
    s->produced += n;
    if (status != STREAM_OK)
        return status;
    return n ? STREAM_OK : STREAM_END;
}

/* One run of the decoder; @moved: input was taken or output made. */
static enum decode_status decode(struct stream *s, bool *moved)
{
    struct chunk *c = s->now;
    struct decode_io io = { s->input + s->in_pos, s->in_len, c->data + c->len,
                            CHUNK_SIZE - c->len };
    enum decode_status status = decoder_run(s->decoder, &io, s->in_end);
    size_t in = s->in_len - io.in_len;
    size_t out = CHUNK_SIZE - c->len - io.out_len;

    s->in_pos += in;
    s->in_len -= in;
    c->len += out;
    s->produced += out;
    *moved = in || out;
    return status;
}

static enum stream_status fill_decoded(struct stream *s,
                                       struct source_error *err)
{
    uint64_t before = s->produced;

    for (;;) {
        enum stream_status status = STREAM_OK;
        enum decode_status decoded;
        char what[32];
        bool moved;

        if (s->in_len == 0 && !s->in_end)
            status = take_input(s, err);
        if (status != STREAM_OK)
            return status;
        decoded = decode(s, &moved);
        if (decoded == DECODE_BAD) {
            snprintf(what, sizeof(what), "%s data damaged",
                     codec_name(s->codec));
            status = bad(s, err, what, decoder_reason(s->decoder));
        }
        if (s->produced > before)
            return STREAM_OK; /* the damage will be told by the next call */
        if (decoded == DECODE_END || status != STREAM_OK)
            return decoded == DECODE_END ? STREAM_END : status;
        if (moved)
            continue;
        if (s->in_end && !decoder_is_whole(s->decoder)) {
            snprintf(what, sizeof(what), "%s data cut short",
                     codec_name(s->codec));
            return bad(s, err, what, "the end of the file came first");
        }
        if (s->in_end)
            return STREAM_END;
        status = take_input(s, err);
        if (status != STREAM_OK)
            return status;
    }
}

enum stream_status stream_fill(struct stream *s, struct source_error *err)
{
    if (s->failed)
        return STREAM_BAD;
    if (!s->sniffed) {
        enum stream_status status = sniff(s, err);

        if (status != STREAM_OK)
            return status;
    }
    if (!make_room(s))
        return bad(s, err, "stopped", "out of memory");
    return s->decoder ? fill_decoded(s, err) : fill_plain(s, err);
}

bool stream_wait(const struct stream *s)
{
    struct pollfd p = { .fd = s->fd, .events = POLLIN };

    return poll(&p, 1, -1) > 0;
}

const uint8_t *stream_data(const struct stream *s, size_t *len)
{
    const struct chunk *c = s->now;

    *len = c ? c->len - c->pos : 0;
    return c ? c->data + c->pos : s->input;
}

void stream_use(struct stream *s, size_t used, bool lent)
{
    if (!s->now)
        return;
    s->now->pos += used;
    if (lent)
        s->now->lent = s->call;
}

void stream_next_call(struct stream *s)
{
    s->call++;
}

enum codec stream_codec(const struct stream *s)
{
    return s->codec;
}

uint64_t stream_position(const struct stream *s)
{
    return s->taken - s->in_len;
}
