/* SPDX-License-Identifier: BSD-3-Clause
 *
 * The record parser over memory. Every input is read in one piece and in
 * pieces of a few octets; both must say the same. The one-piece buffer is
 * exactly as long as the input, so that ASan sees a read behind it.
 */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>

#include <cmocka.h>

#include <stdlib.h>
#include <string.h>

#include "captures/pcapfile.h"
#include "tests/unit/capbytes.h"

enum { PKTS_MAX = 64, LINKTYPE_SLL = 113 };

/** struct result - What reading an input to its end gave */
struct result {
    struct pcapfile f;
    struct source_info info;
    struct packet pkt[PKTS_MAX];
    uint8_t first[PKTS_MAX]; /* octet of each packet */
    unsigned n;
    enum pcapfile_status status;
};

static void keep(struct result *r, const struct packet *pkts, unsigned n)
{
    for (unsigned i = 0; i < n; i++) {
        const struct packet *p = &pkts[i];

        assert_true(r->n < PKTS_MAX);
        /* Touch both ends: they must be inside the buffer. */
        r->first[r->n] = p->caplen ? p->data[0] : 0;
        if (p->caplen)
            assert_int_equal(p->data[p->caplen - 1], r->first[r->n]);
        r->pkt[r->n++] = *p;
    }
}

/* @step 0: all at once; else @step more octets whenever it asks for more. */
static void read_all(struct result *r, const uint8_t *p, size_t len,
                     size_t step)
{
    size_t pos = 0, have = step ? 0 : len;

    memset(r, 0, sizeof(*r));
    pcapfile_init(&r->f, &r->info);
    for (;;) {
        struct packet pkts[3];
        size_t used, n = have - pos;
        uint8_t *exact = malloc(n ? n : 1);
        unsigned got;

        assert_non_null(exact);
        if (n)
            memcpy(exact, p + pos, n);
        r->status =
            pcapfile_read(&r->f, exact, n, have == len, pkts, 3, &got, &used);
        assert_true(used <= n);
        keep(r, pkts, got);
        free(exact);
        pos += used;
        if (r->status == PCAPFILE_MORE) {
            assert_true(have < len);
            have = len - have < step ? len : have + step;
        } else if (r->status != PCAPFILE_OK) {
            break;
        }
    }
    pcapfile_fini(&r->f);
}

static void assert_same(const struct result *a, const struct result *b)
{
    assert_int_equal(a->status, b->status);
    assert_int_equal(a->n, b->n);
    assert_string_equal(a->f.err.text, b->f.err.text);
    assert_int_equal(a->info.dropped, b->info.dropped);
    for (unsigned i = 0; i < a->n; i++) {
        assert_int_equal(a->pkt[i].ts_ns, b->pkt[i].ts_ns);
        assert_int_equal(a->pkt[i].caplen, b->pkt[i].caplen);
        assert_int_equal(a->pkt[i].wirelen, b->pkt[i].wirelen);
        assert_int_equal(a->pkt[i].number, b->pkt[i].number);
        assert_int_equal(a->pkt[i].flags, b->pkt[i].flags);
        assert_int_equal(a->first[i], b->first[i]);
    }
}

/* Both ways; the buffer is freed. */
static void read_bytes(struct result *r, struct bytes *b)
{
    static struct result pieces;

    read_all(r, b->p, b->len, 0);
    read_all(&pieces, b->p, b->len, 7);
    assert_same(r, &pieces);
    bytes_free(b);
}

static struct result res;

/* --- pcap --------------------------------------------------------------- */

static void classic_all_magics(void **state)
{
    static const struct {
        uint32_t magic;
        unsigned extra;
        int64_t tick;
    } rows[] = { { MAGIC_USEC, 0, 1000 },
                 { MAGIC_NSEC, 0, 1 },
                 { 0x1c0001ac, 4, 1 },
                 { 0x1c0001ab, 4, 1000 } };

    (void)state;
    for (unsigned i = 0; i < 8; i++) {
        struct bytes b = { .be = i & 1 };

        put_file_header(&b, rows[i / 2].magic, 4, 96, 1);
        put_fill(&b, 9, rows[i / 2].extra);
        put_record(&b, 1000, 123456, 60, 60, 'a');
        put_record(&b, 4000000000u, 999999, 96, 1514, 'b');
        read_bytes(&res, &b);
        assert_int_equal(res.status, PCAPFILE_END);
        assert_int_equal(res.n, 2);
        assert_int_equal(res.pkt[0].ts_ns,
                         1000000000000 + 123456 * rows[i / 2].tick);
        assert_int_equal(res.pkt[1].ts_ns,
                         4000000000000000000 + 999999 * rows[i / 2].tick);
        assert_int_equal(res.pkt[0].flags, 0);
        assert_int_equal(res.pkt[1].flags, PKT_TRUNCATED);
        assert_int_equal(res.pkt[1].wirelen, 1514);
        assert_int_equal(res.pkt[1].number, 2);
        assert_int_equal(res.first[1], 'b');
        assert_string_equal(res.info.format, "pcap");
        assert_int_equal(res.info.snaplen, 96);
        assert_int_equal(res.info.bytes, 60 + 1514);
    }
}

static void put_modified(struct bytes *b, uint32_t sec, uint8_t type,
                         unsigned more, uint8_t fill)
{
    put_record_header(b, sec, 5, 60, 60);
    put32(b, 2);      /* ifindex */
    put16(b, 0x0800); /* protocol */
    put_num(b, type, 1);
    put_fill(b, 0, 1 + more);
    put_fill(b, fill, 60);
}

/* Kuznetsov's, SuSE's under the same magic, Red Hat's under the standard. */
static void classic_modified(void **state)
{
    static const struct {
        uint32_t magic;
        unsigned more;
    } rows[] = { { MAGIC_MODIFIED, 0 },
                 { MAGIC_MODIFIED, 4 },
                 { MAGIC_USEC, 0 } };

    (void)state;
    for (unsigned i = 0; i < 6; i++) {
        struct bytes b = { .be = i & 1 };

        put_file_header(&b, rows[i / 2].magic, 4, 65535, 1);
        put_modified(&b, 7, 0, rows[i / 2].more, 'x');
        put_modified(&b, 8, 4, rows[i / 2].more, 'y');
        put_modified(&b, 9, 3, rows[i / 2].more, 'z');
        read_all(&res, b.p, b.len, 0);
        bytes_free(&b);
        assert_int_equal(res.status, PCAPFILE_END);
        assert_int_equal(res.n, 3);
        assert_int_equal(res.first[2], 'z');
        assert_int_equal(res.pkt[2].ts_ns, 9000005000);
        assert_int_equal(res.pkt[0].flags, PKT_TO_HOST);
        assert_int_equal(res.pkt[1].flags, PKT_FROM_HOST);
        assert_int_equal(res.pkt[2].flags, 0);
    }
}

static void classic_nokia(void **state)
{
    struct bytes b = { 0 };

    (void)state;
    put_file_header(&b, MAGIC_USEC, 4, 65535, 1);
    for (unsigned i = 0; i < 3; i++) {
        put_record_header(&b, 7, 5, 60, 60);
        put32(&b, 0xffffffff);
        put_fill(&b, (uint8_t)('a' + i), 60);
    }
    read_all(&res, b.p, b.len, 0);
    bytes_free(&b);
    assert_int_equal(res.status, PCAPFILE_END);
    assert_int_equal(res.n, 3);
    assert_int_equal(res.first[0], 'a');
}

/* A damaged standard file must not be taken for an exotic variant. */
static void classic_variant_is_not_guessed_from_damage(void **state)
{
    for (unsigned good = 1; good < 4; good++) {
        struct bytes b = { 0 };

        (void)state;
        put_file_header(&b, MAGIC_USEC, 4, 65535, 1);
        for (unsigned i = 0; i < good; i++)
            put_record(&b, 1, 1, 60, 60, 0);
        put_record_header(&b, 0xffffffff, 0xffffffff, 0xffffffff, 0xffffffff);
        put_fill(&b, 0xff, 100);
        read_bytes(&res, &b);
        assert_int_equal(res.status, PCAPFILE_BAD);
        assert_int_equal(res.n, good);
        assert_int_equal(res.f.err.exit_code, 3);
        assert_int_equal(res.f.err.offset, 24 + good * (16 + 60));
        assert_non_null(strstr(res.f.err.text, "claims 4294967295 octets"));
    }
}

static void classic_old_versions_swap_lengths(void **state)
{
    (void)state;
    for (uint16_t minor = 2; minor <= 3; minor++) {
        struct bytes b = { 0 };

        put_file_header(&b, MAGIC_USEC, minor, 65535, 1);
        put_record_header(&b, 1, 1, 1514, 60); /* wire first */
        put_fill(&b, 'q', 60);
        read_bytes(&res, &b);
        assert_int_equal(res.status, PCAPFILE_END);
        assert_int_equal(res.n, 1);
        assert_int_equal(res.pkt[0].caplen, 60);
        assert_int_equal(res.pkt[0].wirelen, 1514);
    }
}

static void classic_aix(void **state)
{
    struct bytes b = { .be = true };

    (void)state;
    put_file_header(&b, MAGIC_USEC, 2, 65535, 6);
    put_record_header(&b, 1, 999999999, 90, 60); /* wire first */
    put_fill(&b, 'x', 60);
    read_bytes(&res, &b);
    assert_int_equal(res.n, 1);
    assert_int_equal(res.pkt[0].caplen, 60);
    assert_int_equal(res.pkt[0].linktype, 1);
    assert_int_equal(res.pkt[0].ts_ns, 1999999999);
}

static void classic_linktype_field(void **state)
{
    static const uint32_t rows[][2] = { { 1, 1 },
                                        { 12, 101 },
                                        { 14, 101 },
                                        { 101, 101 },
                                        { 0x24000001, 1 }, /* 4 octets FCS */
                                        { LINKTYPE_SLL, LINKTYPE_SLL } };

    (void)state;
    for (unsigned i = 0; i < sizeof(rows) / sizeof(rows[0]); i++) {
        struct bytes b = { 0 };

        put_file_header(&b, MAGIC_USEC, 4, 65535, rows[i][0]);
        put_record(&b, 1, 1, 60, 60, 'x');
        read_bytes(&res, &b);
        assert_int_equal(res.pkt[0].linktype, rows[i][1]);
        assert_int_equal(res.info.linktype, rows[i][1]);
    }
}

/* The dummy is frame 1, as Wireshark counts, and no packet. */
static void classic_nictrace(void **state)
{
    struct bytes b = { 0 };

    (void)state;
    put_file_header(&b, MAGIC_USEC, 4, 0xffff, 1);
    put_record(&b, 0, 22, 4, 60, 0);
    put_record(&b, 3, 0, 60, 60, 'x');
    read_bytes(&res, &b);
    assert_true(res.info.nictrace);
    assert_int_equal(res.n, 1);
    assert_int_equal(res.pkt[0].number, 2);
    assert_int_equal(res.info.packets, 1);
}

static void classic_nictrace_lookalikes(void **state)
{
    (void)state;
    for (unsigned i = 0; i < 3; i++) {
        struct bytes b = { 0 };

        put_file_header(&b, MAGIC_USEC, 4, i == 0 ? 4 : 0xffff, 1);
        put_record(&b, 0, 22, 4, i == 1 ? 4 : 60, i == 2 ? 'x' : 0);
        read_bytes(&res, &b);
        assert_false(res.info.nictrace);
        assert_int_equal(res.n, 1);
        assert_int_equal(res.pkt[0].number, 1);
    }
}

/* Wireshark accepts more than the snap length, and less wire than captured. */
static void classic_tolerates(void **state)
{
    struct bytes b = { 0 };

    (void)state;
    put_file_header(&b, MAGIC_USEC, 4, 60, 1);
    put_record(&b, 1, 1, 1514, 1514, 'x');
    put_record(&b, 1, 1, 60, 40, 'x');
    put_record(&b, 1, 1, 0, 0, 'x');
    put_record(&b, 1, 5000000, 60, 60, 'x');
    read_bytes(&res, &b);
    assert_int_equal(res.status, PCAPFILE_END);
    assert_int_equal(res.n, 4);
    assert_int_equal(res.pkt[0].caplen, 1514);
    assert_int_equal(res.pkt[1].wirelen, 60);
    assert_int_equal(res.pkt[1].flags, 0);
    assert_int_equal(res.pkt[3].ts_ns, 6000000000);
}

/* A record over 256 KiB is clipped; what follows is still found. */
static void classic_long_record(void **state)
{
    struct bytes b = { 0 };
    static struct result pieces;

    (void)state;
    put_file_header(&b, MAGIC_USEC, 4, 1 << 20, 1);
    put_record(&b, 1, 1, 600000, 600000, 'x');
    put_record(&b, 2, 1, 60, 60, 'y');
    read_all(&res, b.p, b.len, 0);
    read_all(&pieces, b.p, b.len, 50000);
    assert_same(&res, &pieces);
    assert_int_equal(res.status, PCAPFILE_END);
    assert_int_equal(res.n, 2);
    assert_int_equal(res.pkt[0].caplen, PCAPFILE_FRAME_MAX);
    assert_int_equal(res.pkt[0].wirelen, 600000);
    assert_int_equal(res.pkt[0].flags, PKT_TRUNCATED);
    assert_int_equal(res.first[1], 'y');
    read_all(&res, b.p, b.len - 100, 0);
    assert_int_equal(res.status, PCAPFILE_BAD);
    assert_int_equal(res.n, 0);
    bytes_free(&b);
}

static void classic_header_only(void **state)
{
    struct bytes b = { 0 };

    (void)state;
    put_file_header(&b, MAGIC_USEC, 4, 60, 1);
    read_bytes(&res, &b);
    assert_int_equal(res.status, PCAPFILE_END);
    assert_int_equal(res.n, 0);
}

/* --- pcapng ------------------------------------------------------------- */

static void ng_both_orders(void **state)
{
    (void)state;
    for (unsigned be = 0; be < 2; be++) {
        struct bytes b = { .be = be };
        size_t at;

        at = shb_begin(&b);
        put_option(&b, 1, "a \x1b[31mred\n", 11);
        put_option(&b, 4, "dumpcap", 8);
        put32(&b, 0);
        block_end(&b, at);
        put_idb(&b, 1, 65535);
        put_epb(&b, 0, 1700000000123456, 61, 90, 'x');
        at = epb_begin(&b, 0, 1700000000123457, 60, 60, 'y');
        put_option_num(&b, 2, 1, 4);
        put_option_num(&b, 4, 3, 8);
        put32(&b, 0);
        block_end(&b, at);
        at = epb_begin(&b, 0, 1700000000123458, 60, 60, 'z');
        put_option_num(&b, 2, 0xfffffffe, 4);
        put_option_num(&b, 4, 4, 8); /* no end of options */
        block_end(&b, at);
        read_bytes(&res, &b);
        assert_int_equal(res.status, PCAPFILE_END);
        assert_int_equal(res.n, 3);
        assert_int_equal(res.pkt[0].ts_ns, 1700000000123456000);
        assert_int_equal(res.pkt[0].flags, PKT_TRUNCATED);
        assert_int_equal(res.pkt[1].flags, PKT_TO_HOST);
        assert_int_equal(res.pkt[2].flags, PKT_FROM_HOST);
        assert_int_equal(res.pkt[2].number, 3);
        assert_true(res.info.dropped_known);
        assert_int_equal(res.info.dropped, 7);
        assert_string_equal(res.info.comment,
                            "a \\x1b[31mred\\x0a; written by dumpcap");
        assert_string_equal(res.info.format, "pcapng");
    }
}

/* Two sections of different byte order; interfaces are numbered through. */
static void ng_sections_and_interfaces(void **state)
{
    struct bytes b = { 0 };

    (void)state;
    put_shb(&b);
    put_idb(&b, 1, 128);
    put_idb(&b, LINKTYPE_SLL, 0);
    put_epb(&b, 1, 5, 60, 60, 'a');
    put_epb(&b, 0, 6, 60, 60, 'b');
    b.be = true;
    put_shb(&b);
    put_idb(&b, 14, 65535);
    put_epb(&b, 0, 7, 60, 60, 'c');
    read_bytes(&res, &b);
    assert_int_equal(res.status, PCAPFILE_END);
    assert_int_equal(res.n, 3);
    assert_int_equal(res.pkt[0].interface, 1);
    assert_int_equal(res.pkt[0].linktype, LINKTYPE_SLL);
    assert_int_equal(res.pkt[1].interface, 0);
    assert_int_equal(res.pkt[1].linktype, 1);
    assert_int_equal(res.pkt[2].interface, 2);
    assert_int_equal(res.pkt[2].linktype, 101);
    assert_int_equal(res.pkt[2].ts_ns, 7000);
    assert_true(res.info.mixed_linktypes);
    assert_int_equal(res.info.linktype, 1);
    assert_int_equal(res.info.snaplen, 128);
}

/* An interface of the section before is none of this section. */
static void ng_interface_does_not_outlive_section(void **state)
{
    struct bytes b = { 0 };

    (void)state;
    put_shb(&b);
    put_idb(&b, 1, 128);
    put_epb(&b, 0, 6, 60, 60, 'b');
    put_shb(&b);
    put_epb(&b, 0, 6, 60, 60, 'b');
    read_bytes(&res, &b);
    assert_int_equal(res.status, PCAPFILE_BAD);
    assert_int_equal(res.n, 1);
    assert_non_null(strstr(res.f.err.text, "undefined interface, 0"));
}

static void ng_time_units(void **state)
{
    static const struct {
        uint8_t tsresol;
        int64_t offset_s;
        uint64_t units;
        int64_t ns;
    } rows[] = {
        { 0, 0, 12, 12000000000 },
        { 3, 0, 1500, 1500000000 },
        { 6, 0, 1500000, 1500000000 },
        { 9, 0, 1500000000, 1500000000 },
        { 12, 0, 1500000000999, 1500000000 },
        { 9, 1000, 5, 1000000000005 },
        { 9, -1, 5, -999999995 },
        { 0x80, 0, 3, 3000000000 },
        { 0x80 | 10, 0, 1024 + 512, 1500000000 },
        { 0x80 | 32, 0, (UINT64_C(7) << 32) + (1u << 31), 7500000000 },
        { 0x80 | 40, 0, UINT64_C(3) << 39, 1500000000 },
        { 0x80 | 63, 0, UINT64_C(3) << 62, 1500000000 },
        { 0x80 | 70, 0, UINT64_C(1) << 63, 7812500 },
        { 0xff, 0, UINT64_MAX, 0 },
        { 0x7f, 0, UINT64_MAX, 0 },
        /* What does not fit is the nearest that does. */
        { 0, 0, UINT64_MAX, INT64_MAX / 2 },
        { 6, 0, UINT64_MAX, INT64_MAX / 2 },
        { 9, 0, UINT64_MAX, INT64_MAX / 2 },
        { 0x80, 0, UINT64_MAX, INT64_MAX / 2 },
        { 9, INT64_MAX, 1, INT64_MAX / 2 },
        { 9, INT64_MIN, 1, -(INT64_MAX / 2) },
        { 9, 9223372036, INT64_MAX, INT64_MAX / 2 },
        { 9, -9223372036, 5, -(INT64_MAX / 2) },
    };

    (void)state;
    for (unsigned i = 0; i < sizeof(rows) / sizeof(rows[0]); i++) {
        struct bytes b = { .be = i & 1 };
        size_t at;

        put_shb(&b);
        at = idb_begin(&b, 1, 0);
        put_option_num(&b, 9, rows[i].tsresol, 1);
        put_option_num(&b, 14, (uint64_t)rows[i].offset_s, 8);
        put32(&b, 0);
        block_end(&b, at);
        put_epb(&b, 0, rows[i].units, 60, 60, 'x');
        read_bytes(&res, &b);
        assert_int_equal(res.n, 1);
        assert_int_equal(res.pkt[0].ts_ns, rows[i].ns);
    }
}

/* SPB: no time, no interface, captured length from the snap length. */
static void ng_simple_packets(void **state)
{
    struct bytes b = { 0 };
    size_t at;

    (void)state;
    put_shb(&b);
    put_idb(&b, 1, 50);
    put_epb(&b, 0, 1000, 50, 60, 'a');
    at = block_begin(&b, 3);
    put32(&b, 1514);
    put_fill(&b, 'b', 50);
    put_fill(&b, 0, 2);
    block_end(&b, at);
    at = block_begin(&b, 3);
    put32(&b, 3);
    put_fill(&b, 'c', 3);
    put_fill(&b, 0, 1);
    block_end(&b, at);
    read_bytes(&res, &b);
    assert_int_equal(res.status, PCAPFILE_END);
    assert_int_equal(res.n, 3);
    assert_int_equal(res.pkt[1].caplen, 50);
    assert_int_equal(res.pkt[1].wirelen, 1514);
    assert_int_equal(res.pkt[1].flags, PKT_TRUNCATED);
    assert_int_equal(res.pkt[1].ts_ns, 1000000);
    assert_int_equal(res.pkt[2].caplen, 3);
}

static void put_obsolete(struct bytes *b, uint16_t drops)
{
    size_t at = block_begin(b, 2);

    put16(b, 1);
    put16(b, drops);
    put32(b, 0);
    put32(b, 77);
    put32(b, 60);
    put32(b, 61);
    put_fill(b, 'o', 60);
    put_option_num(b, 2, 2, 4);
    block_end(b, at);
}

static void ng_obsolete_packets(void **state)
{
    (void)state;
    for (unsigned be = 0; be < 2; be++) {
        struct bytes b = { .be = be };

        put_shb(&b);
        put_idb(&b, 1, 0);
        put_idb(&b, 113, 0);
        put_obsolete(&b, 0xffff); /* not known */
        if (be)
            put_obsolete(&b, 6);
        read_bytes(&res, &b);
        assert_int_equal(res.status, PCAPFILE_END);
        assert_int_equal(res.n, 1 + be);
        assert_int_equal(res.pkt[0].linktype, 113);
        assert_int_equal(res.pkt[0].ts_ns, 77000);
        assert_int_equal(res.pkt[0].flags, PKT_TRUNCATED | PKT_FROM_HOST);
        assert_int_equal(res.info.dropped_known, be);
        assert_int_equal(res.info.dropped, be ? 6 : 0);
    }
}

static void put_isb(struct bytes *b, uint32_t iface, uint64_t ifdrop,
                    uint64_t osdrop)
{
    size_t at = block_begin(b, 5);

    put32(b, iface);
    put64(b, 0);
    put_option_num(b, 5, ifdrop, 8);
    put_option_num(b, 7, osdrop, 8);
    put32(b, 0);
    block_end(b, at);
}

/* Statistics are totals: the newest counts, and per interface. */
static void ng_statistics(void **state)
{
    (void)state;
    for (unsigned be = 0; be < 2; be++) {
        struct bytes b = { .be = be };

        put_shb(&b);
        put_idb(&b, 1, 0);
        put_idb(&b, 1, 0);
        put_isb(&b, 0, 5, 0);
        put_isb(&b, 0, 7, 2);
        put_isb(&b, 1, 0, 1);
        put_isb(&b, 99, 1000, 0); /* no such interface */
        read_bytes(&res, &b);
        assert_int_equal(res.status, PCAPFILE_END);
        assert_true(res.info.dropped_known);
        assert_int_equal(res.info.dropped, 10);
    }
}

/* Skipped, whatever they hold; some count as frames in Wireshark. */
static void ng_other_blocks(void **state)
{
    static const uint32_t types[] = { 4, 10, 0x1234, 9, 0xbad, 0x40000bad };
    struct bytes b = { 0 };

    (void)state;
    put_shb(&b);
    put_idb(&b, 1, 0);
    for (unsigned i = 0; i < sizeof(types) / sizeof(types[0]); i++) {
        size_t at = block_begin(&b, types[i]);

        put_fill(&b, 0xff, 32);
        block_end(&b, at);
    }
    put_epb(&b, 0, 1, 60, 60, 'x');
    read_bytes(&res, &b);
    assert_int_equal(res.status, PCAPFILE_END);
    assert_int_equal(res.n, 1);
    assert_int_equal(res.pkt[0].number, 4);
    assert_int_equal(res.info.packets, 1);
}

static void ng_long_blocks(void **state)
{
    static struct result pieces;
    struct bytes b = { 0 };
    size_t at;

    (void)state;
    put_shb(&b);
    put_idb(&b, 1, 0);
    at = block_begin(&b, 0x1234);
    put_fill(&b, 0, 3 * PCAPFILE_WINDOW);
    block_end(&b, at);
    put_epb(&b, 0, 1, 600000, 700000, 'x');
    put_epb(&b, 0, 2, 60, 60, 'y');
    read_all(&res, b.p, b.len, 0);
    read_all(&pieces, b.p, b.len, 50000);
    bytes_free(&b);
    assert_same(&res, &pieces);
    assert_int_equal(res.status, PCAPFILE_END);
    assert_int_equal(res.n, 2);
    assert_int_equal(res.pkt[0].caplen, PCAPFILE_FRAME_MAX);
    assert_int_equal(res.pkt[0].wirelen, 700000);
    assert_int_equal(res.first[1], 'y');
}

/* Length without its padding, as an old writer made them. */
static void ng_unpadded_length(void **state)
{
    struct bytes b = { 0 };
    size_t at;

    (void)state;
    put_shb(&b);
    put_idb(&b, 1, 0);
    at = b.len;
    put_epb(&b, 0, 1, 61, 61, 'x');
    set32(&b, at + 4, (uint32_t)(b.len - at) - 3);
    set32(&b, b.len - 4, (uint32_t)(b.len - at) - 3);
    put_epb(&b, 0, 1, 60, 60, 'y');
    read_bytes(&res, &b);
    assert_int_equal(res.status, PCAPFILE_END);
    assert_int_equal(res.n, 2);
}

/* One good packet, then a block with one field wrong. */
static void ng_damage(void **state)
{
    static const struct {
        size_t at; /* in the second packet block */
        uint32_t value;
        const char *says;
    } rows[] = {
        { 4, 0, "impossible length, 0" },
        { 4, 11, "impossible length, 11" },
        { 4, 0xffffffff, "impossible length" },
        { 4, 0xfffffff0, "needs 4294967280 octets and 92 are there" },
        { 4, 96, "cut short" },
        { 4, 16, "two different lengths" },
        { 8, 1, "undefined interface, 1" },
        { 20, 61, "less than its captured length, 61" },
        { 20, 0xffffffff, "less than its captured length" },
        { 88, 96, "two different lengths" },
    };

    (void)state;
    for (unsigned i = 0; i < sizeof(rows) / sizeof(rows[0]); i++) {
        struct bytes b = { 0 };
        size_t at;

        put_shb(&b);
        put_idb(&b, 1, 0);
        put_epb(&b, 0, 1, 60, 60, 'x');
        at = b.len;
        put_epb(&b, 0, 2, 60, 60, 'y');
        set32(&b, at + rows[i].at, rows[i].value);
        read_bytes(&res, &b);
        assert_int_equal(res.status, PCAPFILE_BAD);
        assert_int_equal(res.f.err.exit_code, 3);
        assert_int_equal(res.f.err.offset, at);
        assert_int_equal(res.n, 1);
        assert_non_null(strstr(res.f.err.text, rows[i].says));
    }
}

/* Options that lie end the options, and nothing else. */
static void ng_lying_options(void **state)
{
    struct bytes b = { 0 };
    size_t at;

    (void)state;
    put_shb(&b);
    at = idb_begin(&b, 1, 0);
    put16(&b, 9);
    put16(&b, 0xffff);
    block_end(&b, at);
    at = epb_begin(&b, 0, 1, 60, 60, 'x');
    put16(&b, 2);
    put16(&b, 4);
    block_end(&b, at);
    at = epb_begin(&b, 0, 2, 60, 60, 'y');
    put_option_num(&b, 2, 1, 2); /* half of the flags */
    block_end(&b, at);
    read_bytes(&res, &b);
    assert_int_equal(res.status, PCAPFILE_END);
    assert_int_equal(res.n, 2);
    assert_int_equal(res.pkt[0].ts_ns, 1000);
    assert_int_equal(res.pkt[1].flags, 0);
}

static void ng_bad_sections(void **state)
{
    (void)state;
    for (unsigned i = 0; i < 3; i++) {
        struct bytes b = { 0 };

        put_shb(&b);
        if (i == 0)
            set32(&b, 8, 0x12345678);
        else
            b.p[i == 1 ? 12 : 14] = 3;
        read_bytes(&res, &b);
        assert_int_equal(res.status, PCAPFILE_BAD);
        assert_int_equal(res.f.err.exit_code, 3);
    }
}

/* --- cuts, and what is no capture --------------------------------------- */

static void build_small(struct bytes *b, unsigned kind)
{
    size_t at;

    b->be = kind & 1;
    if (kind < 4) {
        put_file_header(b, kind < 2 ? MAGIC_USEC : MAGIC_MODIFIED, 4, 65535, 1);
        for (unsigned i = 0; i < 3 && kind < 2; i++)
            put_record(b, i, i, 40, 50, 'x');
        for (unsigned i = 0; i < 3 && kind >= 2; i++)
            put_modified(b, i, 1, 0, 'x');
        return;
    }
    put_shb(b);
    put_idb(b, 1, 0);
    put_epb(b, 0, 1, 41, 41, 'x');
    at = epb_begin(b, 0, 2, 41, 41, 'x');
    put_option_num(b, 2, 1, 4);
    block_end(b, at);
    put_isb(b, 0, 1, 1);
    put_epb(b, 0, 3, 41, 41, 'x');
}

/* A cut file gives the whole records before the cut, and says so. */
static void cut_everywhere(void **state)
{
    (void)state;
    for (unsigned kind = 0; kind < 6; kind++) {
        struct bytes whole = { 0 };
        unsigned seen = 0, ends = 0;

        build_small(&whole, kind);
        for (size_t len = 0; len <= whole.len; len++) {
            struct bytes b = { 0 };

            put(&b, whole.p, len);
            read_bytes(&res, &b);
            assert_true(res.status == PCAPFILE_END ||
                        res.status == PCAPFILE_BAD);
            assert_true(res.n >= seen && res.n <= 3);
            seen = res.n;
            ends += res.status == PCAPFILE_END;
            if (res.status == PCAPFILE_BAD && len >= 4)
                assert_int_equal(res.f.err.exit_code, 3);
        }
        assert_int_equal(seen, 3);
        /* Only between records: header, 3 records; or 6 blocks. */
        assert_int_equal(ends, kind < 4 ? 4 : 6);
        bytes_free(&whole);
    }
}

static void read_hostile(const struct bytes *b)
{
    uint8_t *exact = malloc(b->len);
    struct source_info info = { 0 };
    struct packet pkt[8];
    struct pcapfile f;
    size_t used;
    unsigned n;

    assert_non_null(exact);
    memcpy(exact, b->p, b->len);
    pcapfile_init(&f, &info);
    pcapfile_read(&f, exact, b->len, true, pkt, 8, &n, &used);
    assert_true(n <= 8 && used <= b->len);
    for (unsigned k = 0; k < n; k++)
        assert_true(pkt[k].data >= exact &&
                    pkt[k].data + pkt[k].caplen <= exact + b->len);
    pcapfile_fini(&f);
    free(exact);
}

/* Any octet may become any other: no crash, no loop, no read outside. */
static void flip_everywhere(void **state)
{
    static const uint8_t values[] = { 0x00, 0x01, 0x7f, 0x80, 0xff };

    (void)state;
    for (unsigned kind = 0; kind < 6; kind++) {
        struct bytes whole = { 0 };

        build_small(&whole, kind);
        for (size_t i = 0; i < whole.len * sizeof(values); i++) {
            size_t at = i / sizeof(values);
            uint8_t old = whole.p[at];

            whole.p[at] = values[i % sizeof(values)];
            read_hostile(&whole);
            whole.p[at] = old;
        }
        bytes_free(&whole);
    }
}

static void foreign_formats(void **state)
{
    static const struct {
        const char *octets;
        size_t len;
        const char *says;
    } rows[] = {
        { "", 0, "empty file" },
        { "a", 1, "not a pcap" },
        { "snoop\0\0\0\0\0\0\2", 12, "snoop" },
        { "GMBU\0\2", 6, "Network Monitor 2" },
        { "XCP\0", 4, "Sniffer" },
        { "\xfd"
          "7zXZ\0\0",
          7, "unxz" },
        { "PK\3\4", 4, "unzip" },
        { "\x1f\x8b\x08\0", 4, "compressed data" },
        { "0000  45 00 00 3c", 17, "text2pcap" },
        { "\0\1\2\3\4\5\6\7", 8, "starts with 00 01 02 03" },
        { "\1\2\3\4\5\6\7\1\2\4\0\x14\0\0\0\4abcd", 20, "ERF" },
    };

    (void)state;
    for (unsigned i = 0; i < sizeof(rows) / sizeof(rows[0]); i++) {
        struct bytes b = { 0 };

        put(&b, rows[i].octets, rows[i].len);
        read_bytes(&res, &b);
        assert_int_equal(res.status, PCAPFILE_BAD);
        assert_int_equal(res.f.err.exit_code, 2);
        assert_non_null(strstr(res.f.err.text, rows[i].says));
        assert_null(strchr(res.f.err.text, '\n'));
    }
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(classic_all_magics),
        cmocka_unit_test(classic_modified),
        cmocka_unit_test(classic_nokia),
        cmocka_unit_test(classic_variant_is_not_guessed_from_damage),
        cmocka_unit_test(classic_old_versions_swap_lengths),
        cmocka_unit_test(classic_aix),
        cmocka_unit_test(classic_linktype_field),
        cmocka_unit_test(classic_nictrace),
        cmocka_unit_test(classic_nictrace_lookalikes),
        cmocka_unit_test(classic_tolerates),
        cmocka_unit_test(classic_long_record),
        cmocka_unit_test(classic_header_only),
        cmocka_unit_test(ng_both_orders),
        cmocka_unit_test(ng_sections_and_interfaces),
        cmocka_unit_test(ng_interface_does_not_outlive_section),
        cmocka_unit_test(ng_time_units),
        cmocka_unit_test(ng_simple_packets),
        cmocka_unit_test(ng_obsolete_packets),
        cmocka_unit_test(ng_statistics),
        cmocka_unit_test(ng_other_blocks),
        cmocka_unit_test(ng_long_blocks),
        cmocka_unit_test(ng_unpadded_length),
        cmocka_unit_test(ng_damage),
        cmocka_unit_test(ng_lying_options),
        cmocka_unit_test(ng_bad_sections),
        cmocka_unit_test(cut_everywhere),
        cmocka_unit_test(flip_everywhere),
        cmocka_unit_test(foreign_formats),
    };

    return cmocka_run_group_tests_name("pcapfile", tests, NULL, NULL);
}
