/* SPDX-License-Identifier: BSD-3-Clause
 *
 * Capture files as octets in memory, for the tests of the readers: every
 * variant, both byte orders, any lie.
 */
#ifndef TESTS_UNIT_CAPBYTES_H
#define TESTS_UNIT_CAPBYTES_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>
#include <stdlib.h>
#include <string.h>

/** struct bytes - Growing buffer; @be is the byte order of what is put */
struct bytes {
    uint8_t *p;
    size_t len, room;
    bool be;
};

static inline void bytes_free(struct bytes *b)
{
    free(b->p);
    *b = (struct bytes){ 0 };
}

static inline void put(struct bytes *b, const void *p, size_t n)
{
    if (b->len + n > b->room) {
        b->room = (b->len + n) * 2 + 64;
        b->p = realloc(b->p, b->room);
        if (!b->p)
            abort();
    }
    if (n)
        memcpy(b->p + b->len, p, n);
    b->len += n;
}

static inline void put_fill(struct bytes *b, uint8_t value, size_t n)
{
    while (n--)
        put(b, &value, 1);
}

static inline void put_num(struct bytes *b, uint64_t v, unsigned octets)
{
    for (unsigned i = 0; i < octets; i++) {
        unsigned shift = 8 * (b->be ? octets - 1 - i : i);
        uint8_t octet = (uint8_t)(v >> shift);

        put(b, &octet, 1);
    }
}

static inline void put16(struct bytes *b, uint32_t v)
{
    put_num(b, v, 2);
}

static inline void put32(struct bytes *b, uint32_t v)
{
    put_num(b, v, 4);
}

static inline void put64(struct bytes *b, uint64_t v)
{
    put_num(b, v, 8);
}

static inline void set32(struct bytes *b, size_t at, uint32_t v)
{
    struct bytes one = { .be = b->be };

    put32(&one, v);
    memcpy(b->p + at, one.p, 4);
    bytes_free(&one);
}

/* --- pcap --------------------------------------------------------------- */

#define MAGIC_USEC     0xa1b2c3d4u
#define MAGIC_NSEC     0xa1b23c4du
#define MAGIC_MODIFIED 0xa1b2cd34u

static inline void put_file_header(struct bytes *b, uint32_t magic,
                                   uint16_t minor, uint32_t snaplen,
                                   uint32_t linktype)
{
    put32(b, magic);
    put16(b, 2);
    put16(b, minor);
    put64(b, 0);
    put32(b, snaplen);
    put32(b, linktype);
}

static inline void put_record_header(struct bytes *b, uint32_t sec,
                                     uint32_t frac, uint32_t caplen,
                                     uint32_t wirelen)
{
    put32(b, sec);
    put32(b, frac);
    put32(b, caplen);
    put32(b, wirelen);
}

/* A record whose octets all are @fill. */
static inline void put_record(struct bytes *b, uint32_t sec, uint32_t frac,
                              uint32_t caplen, uint32_t wirelen, uint8_t fill)
{
    put_record_header(b, sec, frac, caplen, wirelen);
    put_fill(b, fill, caplen);
}

/* --- pcapng ------------------------------------------------------------- */

/* block_begin() .. block_end() write both lengths. */
static inline size_t block_begin(struct bytes *b, uint32_t type)
{
    size_t at = b->len;

    put32(b, type);
    put32(b, 0);
    return at;
}

static inline void block_end(struct bytes *b, size_t at)
{
    uint32_t len = (uint32_t)(b->len - at) + 4;

    put32(b, len);
    set32(b, at + 4, len);
}

static inline void put_option(struct bytes *b, uint16_t code, const void *p,
                              uint16_t n)
{
    put16(b, code);
    put16(b, n);
    put(b, p, n);
    put_fill(b, 0, -(unsigned)n & 3);
}

static inline void put_option_num(struct bytes *b, uint16_t code, uint64_t v,
                                  unsigned octets)
{
    put16(b, code);
    put16(b, octets);
    put_num(b, v, octets);
    put_fill(b, 0, -octets & 3);
}

static inline size_t shb_begin(struct bytes *b)
{
    size_t at = block_begin(b, 0x0a0d0d0a);

    put32(b, 0x1a2b3c4d);
    put16(b, 1);
    put16(b, 0);
    put64(b, UINT64_MAX);
    return at;
}

static inline void put_shb(struct bytes *b)
{
    block_end(b, shb_begin(b));
}

static inline size_t idb_begin(struct bytes *b, uint16_t linktype,
                               uint32_t snaplen)
{
    size_t at = block_begin(b, 1);

    put16(b, linktype);
    put16(b, 0);
    put32(b, snaplen);
    return at;
}

static inline void put_idb(struct bytes *b, uint16_t linktype, uint32_t snaplen)
{
    block_end(b, idb_begin(b, linktype, snaplen));
}

static inline size_t epb_begin(struct bytes *b, uint32_t iface, uint64_t units,
                               uint32_t caplen, uint32_t wirelen, uint8_t fill)
{
    size_t at = block_begin(b, 6);

    put32(b, iface);
    put32(b, (uint32_t)(units >> 32));
    put32(b, (uint32_t)units);
    put32(b, caplen);
    put32(b, wirelen);
    put_fill(b, fill, caplen);
    put_fill(b, 0, -caplen & 3);
    return at;
}

static inline void put_epb(struct bytes *b, uint32_t iface, uint64_t units,
                           uint32_t caplen, uint32_t wirelen, uint8_t fill)
{
    block_end(b, epb_begin(b, iface, units, caplen, wirelen, fill));
}

#endif
