/* SPDX-License-Identifier: BSD-3-Clause
 *
 * Sources as the program opens them: files, pipes, compressed data, and all
 * that can be wrong with each. Inputs are made here, in a directory that is
 * removed at the end.
 */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>

#include <cmocka.h>

#include <fcntl.h>
#include <inttypes.h>
#include <lz4frame.h>
#include <malloc.h>
#include <pthread.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>
#include <zlib.h>
#include <zstd.h>

#include "captures/compress.h"
#include "captures/source.h"
#include "tests/unit/capbytes.h"

enum { SKIPPED_OCTETS = 20 };

static char dir[] = "/tmp/tapscope-source-XXXXXX";
static char path[128];

static int make_dir(void **state)
{
    (void)state;
    return mkdtemp(dir) ? 0 : -1;
}

static int remove_dir(void **state)
{
    (void)state;
    unlink(path);
    return rmdir(dir);
}

/* The one input file; written anew by each test. */
static const char *input(const char *name, const struct bytes *b)
{
    int fd;

    unlink(path);
    snprintf(path, sizeof(path), "%s/%s", dir, name);
    fd = open(path, O_WRONLY | O_CREAT | O_TRUNC, 0600);
    assert_true(fd >= 0);
    assert_int_equal(write(fd, b->p, b->len), (ssize_t)b->len);
    close(fd);
    return path;
}

/* --- compression, by the libraries ------------------------------------- */

static void gzip_to(struct bytes *out, const void *p, size_t n)
{
    z_stream z = { 0 };
    uint8_t *buf;
    size_t room;

    assert_int_equal(deflateInit2(&z, 1, Z_DEFLATED, 15 + 16, 8, 0), Z_OK);
    room = deflateBound(&z, n) + 64;
    buf = malloc(room);
    assert_non_null(buf);
    z.next_in = (Bytef *)(uintptr_t)p;
    z.avail_in = (uInt)n;
    z.next_out = buf;
    z.avail_out = (uInt)room;
    assert_int_equal(deflate(&z, Z_FINISH), Z_STREAM_END);
    put(out, buf, room - z.avail_out);
    deflateEnd(&z);
    free(buf);
}

static void zstd_to(struct bytes *out, const void *p, size_t n)
{
    size_t room = ZSTD_compressBound(n), len;
    uint8_t *buf = malloc(room);
    ZSTD_CCtx *ctx = ZSTD_createCCtx();

    assert_non_null(buf);
    assert_non_null(ctx);
    ZSTD_CCtx_setParameter(ctx, ZSTD_c_compressionLevel, 1);
    ZSTD_CCtx_setParameter(ctx, ZSTD_c_checksumFlag, 1);
    len = ZSTD_compress2(ctx, buf, room, p, n);
    assert_false(ZSTD_isError(len));
    put(out, buf, len);
    ZSTD_freeCCtx(ctx);
    free(buf);
}

static void lz4_to(struct bytes *out, const void *p, size_t n)
{
    LZ4F_preferences_t prefs = { .frameInfo.contentChecksumFlag =
                                     LZ4F_contentChecksumEnabled };
    size_t room = LZ4F_compressFrameBound(n, &prefs), len;
    uint8_t *buf = malloc(room);

    assert_non_null(buf);
    len = LZ4F_compressFrame(buf, room, p, n, &prefs);
    assert_false(LZ4F_isError(len));
    put(out, buf, len);
    free(buf);
}

/* zstd and lz4 share these frames. */
static void put_skippable(struct bytes *b)
{
    put32(b, 0x184d2a53);
    put32(b, SKIPPED_OCTETS);
    put_fill(b, 0xee, SKIPPED_OCTETS);
}

/** struct wrap - A codec and how to make it */
struct wrap {
    const char *name;
    void (*to)(struct bytes *out, const void *p, size_t n);
};

static const struct wrap wraps[] = {
    { "gzip", gzip_to },
    { "zstd", zstd_to },
    { "lz4", lz4_to },
};

#define WRAPS (sizeof(wraps) / sizeof(wraps[0]))

/* --- captures ----------------------------------------------------------- */

/* @n packets that differ from each other; the seed makes them hard to pack. */
static void put_capture(struct bytes *b, unsigned n, unsigned caplen)
{
    uint32_t x = 12345;

    put_file_header(b, MAGIC_USEC, 4, 65535, 1);
    for (unsigned i = 0; i < n; i++) {
        put_record_header(b, i, 0, caplen, caplen);
        for (unsigned k = 0; k < caplen; k += 4) {
            x = x * 1664525 + 1013904223;
            put32(b, x & 0xf0f0ffff);
        }
    }
}

/** struct outcome - A source read to its end */
struct outcome {
    bool opened;
    enum source_status last;
    uint64_t packets, number;
    uint64_t sum; /* of all octets */
    struct source_info info;
    struct source_error err;
};

static uint64_t sum_packet(const struct packet *p)
{
    uint64_t sum = 1469598103934665603u;

    for (uint32_t i = 0; i < p->caplen; i++)
        sum = (sum ^ p->data[i]) * 1099511628211u;
    return sum;
}

static void read_to_end(struct source *s, struct outcome *o)
{
    struct packet pkts[BATCH_MAX];
    unsigned n;

    while ((o->last = source_read(s, pkts, BATCH_MAX, &n)) == SOURCE_OK) {
        assert_true(n > 0 && n <= BATCH_MAX);
        for (unsigned i = 0; i < n; i++)
            o->sum += sum_packet(&pkts[i]);
        o->packets += n;
        o->number = pkts[n - 1].number;
    }
    /* The end stays the end. */
    assert_int_equal(source_read(s, pkts, BATCH_MAX, &n), o->last);
    assert_int_equal(n, 0);
    o->info = *source_info(s);
    if (o->last == SOURCE_DAMAGED)
        o->err = *source_error(s);
}

static void read_spec(const char *spec, struct outcome *o)
{
    struct source *s;

    memset(o, 0, sizeof(*o));
    s = source_open(spec, &o->err);
    o->opened = s != NULL;
    if (s)
        read_to_end(s, o);
    source_close(s);
}

/* --- files -------------------------------------------------------------- */

static void plain_file(void **state)
{
    struct bytes b = { 0 };
    struct outcome o;

    (void)state;
    put_capture(&b, 1000, 100);
    read_spec(input("lies.gz", &b), &o); /* the name means nothing */
    assert_int_equal(o.last, SOURCE_END);
    assert_int_equal(o.packets, 1000);
    assert_int_equal(o.number, 1000);
    assert_string_equal(o.info.kind, "file");
    assert_string_equal(o.info.format, "pcap");
    assert_null(o.info.compression);
    assert_int_equal(o.info.position, b.len);
    assert_int_equal(o.info.size, b.len);
    assert_int_equal(o.info.packets, 1000);
    bytes_free(&b);
}

static void header_and_no_packet(void **state)
{
    struct bytes b = { 0 };
    struct outcome o;

    (void)state;
    put_capture(&b, 0, 0);
    read_spec(input("none.pcap", &b), &o);
    assert_int_equal(o.last, SOURCE_END);
    assert_int_equal(o.packets, 0);
    bytes_free(&b);
}

static void cut_in_the_file_header(void **state)
{
    struct bytes b = { 0 };
    struct outcome o;

    (void)state;
    put_capture(&b, 0, 0);
    b.len = 20;
    read_spec(input("cut.pcap", &b), &o);
    assert_true(o.opened);
    assert_int_equal(o.last, SOURCE_DAMAGED);
    assert_int_equal(o.err.exit_code, 3);
    bytes_free(&b);
}

static void expect_failure(const char *spec, int exit_code, const char *says)
{
    struct outcome o;

    read_spec(spec, &o);
    assert_false(o.opened);
    assert_int_equal(o.err.exit_code, exit_code);
    assert_non_null(strstr(o.err.text, says));
}

static void cannot_be_opened(void **state)
{
    struct bytes b = { 0 };

    (void)state;
    expect_failure("/nonexistent/x.pcap", 2, "no such file");
    expect_failure("/", 2, "is a directory");
    expect_failure("/dev/null", 2, "empty");
    expect_failure(input("empty.pcap", &b), 2, "empty file");
    put(&b, "snoop\0\0\0\0\0\0\2\0\0\0\4", 16);
    expect_failure(input("x.pcap", &b), 2, "editcap -F pcapng");
    bytes_free(&b);
    gzip_to(&b, "", 0);
    expect_failure(input("empty.gz", &b), 2, "empty");
    bytes_free(&b);
}

static void permission_denied(void **state)
{
    enum { NOBODY = 65534 };
    struct bytes b = { 0 };
    const char *name = input("secret.pcap", &b);
    bool is_root = geteuid() == 0;

    (void)state;
    assert_int_equal(chmod(name, 0), 0);
    if (is_root) /* who may read everything */
        assert_int_equal(seteuid(NOBODY), 0);
    expect_failure(name, 4, "permission");
    if (is_root)
        assert_int_equal(seteuid(0), 0);
}

/* Another process cuts the file while packets point into it. */
static void file_shrinks(void **state)
{
    struct bytes b = { 0 };
    struct packet pkts[BATCH_MAX];
    struct source_error err;
    struct outcome o = { 0 };
    struct source *s;
    unsigned n, sum = 0;

    (void)state;
    put_capture(&b, 4000, 4000);
    s = source_open(input("shrinks.pcap", &b), &err);
    assert_non_null(s);
    assert_int_equal(source_read(s, pkts, BATCH_MAX, &n), SOURCE_OK);
    assert_int_equal(truncate(path, 100), 0);
    for (unsigned i = 0; i < n; i++)
        sum += pkts[i].data[pkts[i].caplen - 1]; /* zeros, and no signal */
    assert_true(sum < UINT32_MAX);
    read_to_end(s, &o);
    assert_int_equal(o.last, SOURCE_DAMAGED);
    assert_int_equal(o.err.exit_code, 3);
    assert_non_null(strstr(o.err.text, "cut short while"));
    source_close(s);
    bytes_free(&b);
}

/* --- compressed --------------------------------------------------------- */

static void compressed_equals_plain(void **state)
{
    struct bytes b = { 0 };
    struct outcome plain, o;

    (void)state;
    put_capture(&b, 3000, 800);
    read_spec(input("x.pcap", &b), &plain);
    for (unsigned i = 0; i < WRAPS; i++) {
        struct bytes c = { 0 };

        wraps[i].to(&c, b.p, b.len);
        read_spec(input("x.pcap", &c), &o);
        assert_int_equal(o.last, SOURCE_END);
        assert_int_equal(o.packets, 3000);
        assert_int_equal(o.sum, plain.sum);
        assert_string_equal(o.info.compression, wraps[i].name);
        assert_int_equal(o.info.position, c.len);
        bytes_free(&c);
    }
    bytes_free(&b);
}

/* Members that split a record; skippable frames; octets behind the end. */
static void compressed_in_parts(void **state)
{
    struct bytes b = { 0 };
    struct outcome o;

    (void)state;
    put_capture(&b, 100, 800);
    for (unsigned i = 0; i < 2 * WRAPS; i++) {
        const struct wrap *w = &wraps[i / 2];
        struct bytes c = { 0 };

        if (i >= 2)
            put_skippable(&c);
        w->to(&c, b.p, 33);
        if (i >= 2)
            put_skippable(&c);
        w->to(&c, b.p + 33, 10000);
        w->to(&c, b.p, 0);
        w->to(&c, b.p + 10033, b.len - 10033);
        if (i & 1)
            put_fill(&c, 0, 1000);
        read_spec(input("parts", &c), &o);
        assert_int_equal(o.last, SOURCE_END);
        assert_int_equal(o.packets, 100);
        assert_string_equal(o.info.compression, w->name);
        bytes_free(&c);
    }
    bytes_free(&b);
}

/* Whatever is decoded before a cut is read. */
static void compressed_and_cut(void **state)
{
    struct bytes b = { 0 };

    (void)state;
    put_capture(&b, 3000, 800);
    for (unsigned i = 0; i < WRAPS; i++) {
        struct bytes c = { 0 };
        struct outcome o;

        wraps[i].to(&c, b.p, b.len);
        c.len = c.len * 3 / 4;
        read_spec(input("cut", &c), &o);
        assert_true(o.opened);
        assert_int_equal(o.last, SOURCE_DAMAGED);
        assert_int_equal(o.err.exit_code, 3);
        assert_non_null(strstr(o.err.text, "data cut short"));
        assert_true(o.packets > 1000 && o.packets < 3000);
        bytes_free(&c);
    }
    bytes_free(&b);
}

/* Every cut of a small one: never a crash, never an orderly end. */
static void compressed_cut_everywhere(void **state)
{
    struct bytes b = { 0 };

    (void)state;
    put_capture(&b, 3, 60);
    for (unsigned i = 0; i < WRAPS; i++) {
        struct bytes c = { 0 };

        wraps[i].to(&c, b.p, b.len);
        for (size_t len = c.len; len-- > 0;) {
            struct outcome o;

            c.len = len;
            read_spec(input("cut", &c), &o);
            assert_true(!o.opened || o.last == SOURCE_DAMAGED);
            assert_int_equal(o.err.exit_code, len < CODEC_PEEK ? 2 : 3);
        }
        bytes_free(&c);
    }
    bytes_free(&b);
}

static void compressed_and_damaged(void **state)
{
    struct bytes b = { 0 };

    (void)state;
    put_capture(&b, 3000, 800);
    for (unsigned i = 0; i < WRAPS; i++) {
        struct bytes c = { 0 };
        struct outcome o;

        wraps[i].to(&c, b.p, b.len);
        memset(c.p + c.len / 2, 0xff, 64);
        read_spec(input("damaged", &c), &o);
        assert_true(o.opened);
        /* A capture is noticed as damaged by one layer or the other. */
        assert_int_equal(o.last, SOURCE_DAMAGED);
        assert_int_equal(o.err.exit_code, 3);
        assert_true(o.packets > 100 && o.packets <= 3000);
        bytes_free(&c);
    }
    bytes_free(&b);
}

static void compressed_twice(void **state)
{
    struct bytes b = { 0 }, c = { 0 }, d = { 0 };

    (void)state;
    put_capture(&b, 10, 60);
    gzip_to(&c, b.p, b.len);
    zstd_to(&d, c.p, c.len);
    expect_failure(input("x.pcap.gz.zst", &d), 2, "unpack it once");
    bytes_free(&b);
    bytes_free(&c);
    bytes_free(&d);
}

/** struct lent - A batch as it was when it was lent out */
struct lent {
    struct packet pkts[BATCH_MAX];
    uint64_t sum[BATCH_MAX];
    unsigned n;
};

/* Octets must stay as they are during SOURCE_HOLD further calls. */
static void octets_are_held(void **state)
{
    static const unsigned sizes[] = { 64, 1500, 60000, 200000 };
    static struct lent ring[SOURCE_HOLD + 1];
    struct source_error err;

    (void)state;
    for (unsigned k = 0; k < 4; k++) {
        struct bytes b = { 0 }, c = { 0 };
        struct source *s;
        unsigned call = 0;

        memset(ring, 0, sizeof(ring));
        put_capture(&b, 12000000 / sizes[k], sizes[k]);
        lz4_to(&c, b.p, b.len);
        s = source_open(input("held", &c), &err);
        assert_non_null(s);
        for (;; call++) {
            struct lent *now = &ring[call % (SOURCE_HOLD + 1)];

            if (source_read(s, now->pkts, BATCH_MAX, &now->n) != SOURCE_OK)
                break;
            for (unsigned i = 0; i < now->n; i++)
                now->sum[i] = sum_packet(&now->pkts[i]);
            /* All of the ring: this call and the SOURCE_HOLD before it. */
            for (unsigned r = 0; r <= SOURCE_HOLD; r += call % 7 ? 16 : 1)
                for (unsigned i = 0; i < ring[r].n; i += 5)
                    assert_int_equal(sum_packet(&ring[r].pkts[i]),
                                     ring[r].sum[i]);
        }
        assert_true(call > SOURCE_HOLD);
        source_close(s);
        bytes_free(&b);
        bytes_free(&c);
    }
}

/* 200 MB that compress to little must not be in memory together. */
static void memory_is_bounded(void **state)
{
    enum { RECORDS = 1000, CAPLEN = 200000, LIMIT = 24 << 20 };
    struct bytes b = { 0 }, c = { 0 };
    struct source_error err;
    struct outcome o = { 0 };
    struct mallinfo2 before, after;
    struct packet pkts[BATCH_MAX];
    struct source *s;
    unsigned n;

    (void)state;
    put_file_header(&b, MAGIC_USEC, 4, 262144, 1);
    lz4_to(&c, b.p, b.len);
    b.len = 0;
    put_record_header(&b, 1, 1, CAPLEN, CAPLEN);
    b.room = b.len + CAPLEN;
    b.p = realloc(b.p, b.room);
    assert_non_null(b.p);
    memset(b.p + b.len, 'x', CAPLEN);
    b.len = b.room;
    for (unsigned i = 0; i < RECORDS; i++)
        lz4_to(&c, b.p, b.len);
    input("bomb", &c);
    bytes_free(&b);
    bytes_free(&c);
    before = mallinfo2();
    s = source_open(path, &err);
    assert_non_null(s);
    while (source_read(s, pkts, BATCH_MAX, &n) == SOURCE_OK)
        o.packets += n;
    after = mallinfo2();
    source_close(s);
    assert_int_equal(o.packets, RECORDS);
    assert_true(after.uordblks + after.hblkhd <
                before.uordblks + before.hblkhd + LIMIT);
}

/* --- pipes -------------------------------------------------------------- */

/** struct feed - What a thread writes into a pipe */
struct feed {
    int fd;
    const struct bytes *b;
    size_t step;
};

static void *feed_main(void *arg)
{
    struct feed *f = arg;

    for (size_t at = 0; at < f->b->len;) {
        size_t n = f->b->len - at < f->step ? f->b->len - at : f->step;
        ssize_t got = write(f->fd, f->b->p + at, n);

        if (got <= 0)
            break;
        at += (size_t)got;
    }
    close(f->fd);
    return NULL;
}

/* Read @b through standard input, coming in steps of @step octets. */
static void read_stdin(const struct bytes *b, size_t step, struct outcome *o)
{
    int saved = dup(STDIN_FILENO), ends[2];
    pthread_t thread;
    struct feed f;

    assert_int_equal(pipe(ends), 0);
    f = (struct feed){ ends[1], b, step };
    dup2(ends[0], STDIN_FILENO);
    close(ends[0]);
    assert_int_equal(pthread_create(&thread, NULL, feed_main, &f), 0);
    read_spec("-", o);
    pthread_join(thread, NULL);
    dup2(saved, STDIN_FILENO);
    close(saved);
}

static void standard_input(void **state)
{
    struct bytes b = { 0 }, c = { 0 };
    struct outcome plain, o;

    (void)state;
    put_capture(&b, 500, 700);
    gzip_to(&c, b.p, b.len);
    read_spec(input("x.pcap", &b), &plain);
    for (size_t step = 1; step < 100000; step = step * 40 + 3) {
        read_stdin(&b, step, &o);
        assert_int_equal(o.last, SOURCE_END);
        assert_int_equal(o.packets, 500);
        assert_int_equal(o.sum, plain.sum);
        assert_string_equal(o.info.kind, "stdin");
        read_stdin(&c, step, &o);
        assert_int_equal(o.last, SOURCE_END);
        assert_int_equal(o.sum, plain.sum);
        assert_string_equal(o.info.compression, "gzip");
    }
    b.len -= 10;
    read_stdin(&b, 1000, &o);
    assert_int_equal(o.last, SOURCE_DAMAGED);
    assert_int_equal(o.packets, 499);
    b.len = 0;
    read_stdin(&b, 1, &o);
    assert_false(o.opened);
    assert_int_equal(o.err.exit_code, 2);
    bytes_free(&b);
    bytes_free(&c);
}

static void *fifo_main(void *arg)
{
    struct feed *f = arg;

    f->fd = open(path, O_WRONLY);
    return f->fd < 0 ? NULL : feed_main(f);
}

static void fifo(void **state)
{
    struct bytes b = { 0 };
    struct feed f = { .b = &b, .step = 333 };
    pthread_t thread;
    struct outcome o;

    (void)state;
    input("fifo", &b);
    unlink(path);
    assert_int_equal(mkfifo(path, 0600), 0);
    put_shb(&b);
    put_idb(&b, 1, 0);
    for (unsigned i = 0; i < 100; i++)
        put_epb(&b, 0, i, 99, 99, 'x');
    assert_int_equal(pthread_create(&thread, NULL, fifo_main, &f), 0);
    read_spec(path, &o);
    pthread_join(thread, NULL);
    assert_int_equal(o.last, SOURCE_END);
    assert_int_equal(o.packets, 100);
    assert_string_equal(o.info.kind, "fifo");
    assert_string_equal(o.info.format, "pcapng");
    bytes_free(&b);
}

/* What came is delivered although the writer is silent; then AGAIN. */
static void quiet_pipe(void **state)
{
    struct bytes b = { 0 };
    struct source_error err;
    struct packet pkts[BATCH_MAX];
    struct source *s;
    char name[32];
    int ends[2];
    unsigned n;

    (void)state;
    put_capture(&b, 3, 60);
    assert_int_equal(pipe2(ends, O_NONBLOCK), 0);
    assert_int_equal(write(ends[1], b.p, b.len - 10), (ssize_t)b.len - 10);
    snprintf(name, sizeof(name), "/proc/self/fd/%d", ends[0]);
    s = source_open(name, &err);
    assert_non_null(s);
    /* The description is opened anew: make it not block either. */
    for (int fd = ends[1] + 1; fd < ends[1] + 4; fd++)
        fcntl(fd, F_SETFL, O_NONBLOCK);
    assert_int_equal(source_read(s, pkts, BATCH_MAX, &n), SOURCE_OK);
    assert_int_equal(n, 2);
    assert_int_equal(source_read(s, pkts, BATCH_MAX, &n), SOURCE_AGAIN);
    assert_int_equal(n, 0);
    assert_int_equal(write(ends[1], b.p + b.len - 10, 10), 10);
    assert_int_equal(source_read(s, pkts, BATCH_MAX, &n), SOURCE_OK);
    assert_int_equal(n, 1);
    assert_int_equal(pkts[0].number, 3);
    close(ends[1]);
    assert_int_equal(source_read(s, pkts, BATCH_MAX, &n), SOURCE_END);
    source_close(s);
    close(ends[0]);
    bytes_free(&b);
}

/* --- the shared captures ------------------------------------------------ */

/* "path,packets,..." of index.csv; paths hold no comma. */
static bool next_row(FILE *index, char *name, size_t size, uint64_t *packets)
{
    char line[1024];
    char *comma;

    do {
        if (!fgets(line, sizeof(line), index))
            return false;
        comma = strchr(line, ',');
    } while (!comma || strstr(line, ",other:"));
    *comma = '\0';
    snprintf(name, size, "%s", line);
    *packets = strtoull(comma + 1, NULL, 10);
    return true;
}

/* Whole files hold what the index says, damaged ones not more. */
static void shared_captures(void **state)
{
    const char *root = getenv("TAPSCOPE_CAPTURES");
    char name[2048], row[1024];
    uint64_t packets;
    unsigned whole = 0, damaged = 0;
    FILE *index;

    (void)state;
    root = root ? root : "../shared/captures";
    snprintf(name, sizeof(name), "%s/index.csv", root);
    index = fopen(name, "r");
    if (!index)
        skip();
    assert_non_null(fgets(name, sizeof(name), index)); /* titles */
    while (next_row(index, row, sizeof(row), &packets)) {
        struct outcome o;
        uint64_t want;

        snprintf(name, sizeof(name), "%s/%s", root, row);
        read_spec(name, &o);
        /* Its blocks do not count their padding: the index has only one. */
        if (!o.opened || strstr(row, "/icmp2.ntar"))
            continue;
        /* tshark's count has the dummy of a nictrace in it. */
        want = packets - o.info.nictrace;
        if (o.last == SOURCE_END ? o.packets != want : o.packets > want)
            fail_msg("%s: %" PRIu64 " packets, not %" PRIu64, row, o.packets,
                     want);
        whole += o.last == SOURCE_END;
        damaged += o.last == SOURCE_DAMAGED;
    }
    fclose(index);
    assert_true(whole > 1000);
    assert_true(damaged > 10);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(plain_file),
        cmocka_unit_test(header_and_no_packet),
        cmocka_unit_test(cut_in_the_file_header),
        cmocka_unit_test(cannot_be_opened),
        cmocka_unit_test(permission_denied),
        cmocka_unit_test(file_shrinks),
        cmocka_unit_test(compressed_equals_plain),
        cmocka_unit_test(compressed_in_parts),
        cmocka_unit_test(compressed_and_cut),
        cmocka_unit_test(compressed_cut_everywhere),
        cmocka_unit_test(compressed_and_damaged),
        cmocka_unit_test(compressed_twice),
        cmocka_unit_test(octets_are_held),
        cmocka_unit_test(memory_is_bounded),
        cmocka_unit_test(standard_input),
        cmocka_unit_test(fifo),
        cmocka_unit_test(quiet_pipe),
        cmocka_unit_test(shared_captures),
    };

    return cmocka_run_group_tests_name("source", tests, make_dir, remove_dir);
}
