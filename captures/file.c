/* SPDX-License-Identifier: BSD-3-Clause
 *
 * A FILE or standard input as a source. Plain files are mapped and packets
 * point into the map; everything else (pipes, FIFOs, compressed files) comes
 * through a stream. The parser is the same.
 *
 * Mapped pages are brought in by the thread that calls source_read(), some MiB
 * ahead, so that the threads behind it do not fault.
 */
#include "captures/source.h"

#include <errno.h>
#include <fcntl.h>
#include <inttypes.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/mman.h>
#include <sys/stat.h>
#include <unistd.h>

#include "captures/mapguard.h"
#include "captures/pcapfile.h"
#include "captures/stream.h"

#ifndef MADV_POPULATE_READ
#define MADV_POPULATE_READ 22 /* Linux 5.14; older ones say EINVAL */
#endif

/* How much is populated at once, and how far before it is needed. */
#define POPULATE_STEP  (4u << 20)
#define POPULATE_AHEAD (1u << 20)

/**
 * struct mapped - A mapped file
 * @size:      Readable octets
 * @map_size:  Of the mapping; more than @size when the file shrank
 * @populated: Offset up to which pages were brought in
 */
struct mapped {
    const uint8_t *base;
    size_t size, map_size, pos, populated;
    int fd;
    bool can_populate;
    struct mapguard *guard;
};

struct source {
    struct pcapfile parser;
    struct source_info info;
    struct source_error err;
    enum source_status last; /* END, DAMAGED stay */
    struct stream *stream;   /* or */
    struct mapped map;
};

static void set_error(struct source_error *err, int exit_code, const char *text)
{
    err->exit_code = exit_code;
    err->offset = UINT64_MAX;
    snprintf(err->text, sizeof(err->text), "%s", text);
}

static void set_errno_error(struct source_error *err, int number)
{
    static const struct {
        int number, exit_code;
        const char *text;
    } rows[] = {
        { EACCES, 4,
          "permission denied; you need read permission (ls -l shows who has)" },
        { EPERM, 4, "not permitted; you need read permission" },
        { ENOENT, 2, "no such file" },
        { EISDIR, 2, "is a directory; name a capture file in it" },
        { ENXIO, 2, "is a socket or a device that cannot be opened" },
        { ENOMEM, 2, "out of memory" },
    };

    for (size_t i = 0; i < sizeof(rows) / sizeof(rows[0]); i++) {
        if (rows[i].number == number) {
            set_error(err, rows[i].exit_code, rows[i].text);
            return;
        }
    }
    set_error(err, 2, strerror(number));
}

/* --- mapped ------------------------------------------------------------- */

/* Only plain captures are mapped: nothing in a compressed one can be lent. */
static bool wants_map(int fd, const struct stat *st)
{
    uint8_t magic[CODEC_PEEK];

    if (!S_ISREG(st->st_mode) || st->st_size <= 0 ||
        (uint64_t)st->st_size > SIZE_MAX)
        return false;
    return pread(fd, magic, sizeof(magic), 0) != (ssize_t)sizeof(magic) ||
           codec_sniff(magic, sizeof(magic)) == CODEC_NONE;
}

static bool map_file(struct source *s, int fd, size_t size)
{
    struct mapped *m = &s->map;
    void *base = mmap(NULL, size, PROT_READ, MAP_PRIVATE, fd, 0);

    if (base == MAP_FAILED)
        return false;
    madvise(base, size, MADV_SEQUENTIAL);
    m->base = base;
    m->size = m->map_size = size;
    m->fd = fd;
    m->can_populate = true;
    m->guard = mapguard_add(base, size);
    return true;
}

static void unmap_file(struct mapped *m)
{
    if (!m->base)
        return;
    mapguard_remove(m->guard);
    munmap((void *)(uintptr_t)m->base, m->map_size);
    close(m->fd);
}

/* A file cut by somebody meanwhile ends where it ends now. */
static void notice_shrinking(struct source *s)
{
    struct mapped *m = &s->map;
    struct stat st;

    if (fstat(m->fd, &st) == 0 && (uint64_t)st.st_size < m->size)
        m->size = st.st_size < 0 ? 0 : (size_t)st.st_size;
    if (m->size < m->pos)
        m->size = m->pos;
}

static void populate(struct source *s)
{
    struct mapped *m = &s->map;
    size_t n = POPULATE_STEP;

    if (m->populated < m->pos)
        m->populated = m->pos & ~(size_t)(POPULATE_STEP - 1);
    notice_shrinking(s);
    if (m->populated >= m->size)
        return;
    if (m->size - m->populated < n)
        n = m->size - m->populated;
    if (m->can_populate)
        m->can_populate = madvise((uint8_t *)(uintptr_t)m->base + m->populated,
                                  n, MADV_POPULATE_READ) == 0 ||
                          errno != EINVAL;
    m->populated += n;
}

/* The file shrank under us: what was read before stands. */
static enum pcapfile_status shrunk(struct source *s)
{
    return pcapfile_bad(&s->parser, 3, s->map.pos,
                        "the file was cut short while it was being read, or "
                        "its disk failed, after offset %zu",
                        s->map.pos);
}

static enum pcapfile_status read_mapped(struct source *s, struct packet *pkts,
                                        unsigned max, unsigned *n)
{
    struct mapped *m = &s->map;
    enum pcapfile_status status;
    size_t used;

    if (m->pos + POPULATE_AHEAD >= m->populated)
        populate(s);
    status = pcapfile_read(&s->parser, m->base + m->pos, m->size - m->pos, true,
                           pkts, max, n, &used);
    if (mapguard_was_hit(m->guard)) {
        *n = 0; /* they may be zeros */
        return shrunk(s);
    }
    m->pos += used;
    s->info.position = m->pos;
    if (m->size < m->map_size &&
        (status == PCAPFILE_END || status == PCAPFILE_BAD))
        return shrunk(s);
    return status;
}

/* --- stream ------------------------------------------------------------- */

static enum pcapfile_status stream_failed(struct source *s)
{
    s->parser.bad = true;
    s->parser.err = s->err;
    return PCAPFILE_BAD;
}

/*
 * Packets of what is buffered already come first: a pipe that is quiet must
 * not hold back what it brought.
 */
static enum pcapfile_status read_stream(struct source *s, struct packet *pkts,
                                        unsigned max, unsigned *n)
{
    enum pcapfile_status status;
    enum stream_status filled = STREAM_OK;

    stream_next_call(s->stream);
    for (;;) {
        size_t len, used;
        const uint8_t *data = stream_data(s->stream, &len);

        status = pcapfile_read(&s->parser, data, len, filled == STREAM_END,
                               pkts, max, n, &used);
        stream_use(s->stream, used, *n > 0);
        s->info.position = stream_position(s->stream);
        if (*n || status != PCAPFILE_MORE || (max == 0 && s->info.format))
            return status;
        filled = stream_fill(s->stream, &s->err);
        if (filled == STREAM_AGAIN)
            return PCAPFILE_MORE;
        if (filled == STREAM_BAD)
            return stream_failed(s);
    }
}

/* --- open, read, close -------------------------------------------------- */

static int open_spec(const char *spec, struct source_error *err)
{
    int fd;

    if (strcmp(spec, "-") == 0)
        fd = fcntl(STDIN_FILENO, F_DUPFD_CLOEXEC, 3);
    else
        fd = open(spec, O_RDONLY | O_CLOEXEC | O_NOCTTY);
    if (fd < 0)
        set_errno_error(err, errno);
    return fd;
}

static bool attach(struct source *s, const char *spec, int fd,
                   struct source_error *err)
{
    struct stat st;
    bool is_stdin = strcmp(spec, "-") == 0;

    if (fstat(fd, &st) < 0 || S_ISDIR(st.st_mode)) {
        set_errno_error(err, EISDIR);
        close(fd);
        return false;
    }
    s->info.kind = is_stdin ? "stdin" : S_ISREG(st.st_mode) ? "file" : "fifo";
    if (isatty(fd)) {
        set_error(err, 2, "is a terminal; pipe a capture into it");
        close(fd);
        return false;
    }
    if (S_ISREG(st.st_mode) && st.st_size > 0)
        s->info.size = (uint64_t)st.st_size;
    if (!is_stdin && wants_map(fd, &st) && map_file(s, fd, (size_t)st.st_size))
        return true;
    s->stream = stream_new(fd);
    if (!s->stream)
        set_errno_error(err, ENOMEM);
    return s->stream != NULL;
}

static enum pcapfile_status read_some(struct source *s, struct packet *pkts,
                                      unsigned max, unsigned *n)
{
    return s->stream ? read_stream(s, pkts, max, n)
                     : read_mapped(s, pkts, max, n);
}

/*
 * Read until the format is known. Damage behind that point is told by
 * source_read(), so that the report can be written.
 */
static bool prime(struct source *s, struct source_error *err)
{
    unsigned n;

    while (read_some(s, NULL, 0, &n) == PCAPFILE_MORE && !s->info.format) {
        if (stream_wait(s->stream))
            continue;
        set_error(err, 2, "interrupted before anything came");
        return false;
    }
    if (s->stream)
        s->info.compression = codec_name(stream_codec(s->stream));
    if (!s->parser.bad || (s->info.format && s->parser.err.exit_code == 3))
        return true;
    *err = s->parser.err;
    return false;
}

struct source *source_open(const char *spec, struct source_error *err)
{
    struct source *s;
    int fd = open_spec(spec, err);

    if (fd < 0)
        return NULL;
    s = calloc(1, sizeof(*s));
    if (!s) {
        close(fd);
        set_errno_error(err, ENOMEM);
        return NULL;
    }
    pcapfile_init(&s->parser, &s->info);
    if (attach(s, spec, fd, err) && prime(s, err))
        return s;
    source_close(s);
    return NULL;
}

enum source_status source_read(struct source *s, struct packet *pkts,
                               unsigned max, unsigned *n)
{
    enum pcapfile_status status = read_some(s, pkts, max, n);

    if (*n)
        return SOURCE_OK; /* an end or damage is told by the next call */
    switch (status) {
    case PCAPFILE_END:
        return SOURCE_END;
    case PCAPFILE_BAD:
        s->err = s->parser.err;
        return SOURCE_DAMAGED;
    default:
        return SOURCE_AGAIN;
    }
}

const struct source_info *source_info(const struct source *s)
{
    return &s->info;
}

const struct source_error *source_error(const struct source *s)
{
    return &s->err;
}

void source_close(struct source *s)
{
    if (!s)
        return;
    pcapfile_fini(&s->parser);
    stream_free(s->stream);
    unmap_file(&s->map);
    free(s);
}
