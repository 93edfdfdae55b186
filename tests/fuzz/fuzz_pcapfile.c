/* SPDX-License-Identifier: BSD-3-Clause
 *
 * Fuzz driver of the record parser and of decompression. The same octets are
 * read in one piece and in pieces; both must give the same packets, all of
 * them inside the buffer. Then they are decompressed, if they claim to be
 * compressed.
 */
#include <stdlib.h>
#include <string.h>

#include "captures/compress.h"
#include "captures/pcapfile.h"

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size);

enum { STEP = 61, BATCH = 5, DECODE_ROUNDS = 256, DECODE_ROOM = 4096 };

static volatile uint8_t touched;

/** struct total - What was read, in a form that compares */
struct total {
    uint64_t packets, hash;
    uint32_t header_len;
    enum pcapfile_status status;
};

static void add(struct total *t, const struct packet *p)
{
    uint64_t v = (uint64_t)p->ts_ns ^ (uint64_t)p->caplen << 40 ^
                 (uint64_t)p->wirelen << 20 ^ p->number ^ p->linktype ^
                 p->flags;

    t->packets++;
    t->hash = (t->hash ^ v) * 1099511628211u;
    if (p->caplen)
        touched ^= p->data[0] ^ p->data[p->caplen - 1];
}

static struct total read_input(const uint8_t *data, size_t size, size_t step)
{
    struct source_info info = { 0 };
    struct packet pkts[BATCH];
    struct total t = { 0 };
    struct pcapfile f;
    size_t pos = 0, have = step ? 0 : size;

    pcapfile_init(&f, &info);
    for (;;) {
        size_t used;
        unsigned n;

        t.status = pcapfile_read(&f, data + pos, have - pos, have == size, pkts,
                                 BATCH, &n, &used);
        if (used > have - pos || n > BATCH)
            abort();
        for (unsigned i = 0; i < n; i++)
            add(&t, &pkts[i]);
        pos += used;
        if (t.status == PCAPFILE_MORE && have == size)
            abort();
        if (t.status == PCAPFILE_MORE)
            have = size - have < step ? size : have + step;
        else if (t.status != PCAPFILE_OK)
            break;
    }
    t.header_len = f.header_len;
    pcapfile_fini(&f);
    return t;
}

static void decompress(const uint8_t *data, size_t size)
{
    static uint8_t out[DECODE_ROOM];
    enum codec codec = codec_sniff(data, size);
    struct decode_io io = { .in = data, .in_len = size };
    struct decoder *d;

    if (codec == CODEC_NONE)
        return;
    d = decoder_new(codec);
    if (!d)
        return;
    for (unsigned i = 0; i < DECODE_ROUNDS; i++) {
        size_t before = io.in_len;

        io.out = out;
        io.out_len = sizeof(out);
        if (decoder_run(d, &io, true) != DECODE_OK)
            break;
        if (io.in_len == before && io.out_len == sizeof(out))
            break;
    }
    decoder_free(d);
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
    struct total whole, pieces;

    whole = read_input(data, size, 0);
    pieces = read_input(data, size, STEP);
    /* Which variant of pcap it is is told by more in one piece; and a long
       record that is cut short is shown in pieces, and not in one. */
    if (size < PCAPFILE_FRAME_MAX && whole.header_len == pieces.header_len &&
        (whole.status != pieces.status || whole.packets != pieces.packets ||
         whole.hash != pieces.hash))
        abort();
    decompress(data, size);
    return 0;
}
