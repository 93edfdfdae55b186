/* SPDX-License-Identifier: BSD-3-Clause
 *
 * Frames for dissector tests, written octet by octet as hexadecimal text, so
 * that a test shows what is on the wire, and dissected from a heap copy of
 * exactly their length, so that a sanitizer sees a read past the end.
 */
#ifndef TESTS_UNIT_FRAME_H
#define TESTS_UNIT_FRAME_H

#include <stdlib.h>
#include <string.h>

#include "dissect/packet.h"
#include "dissect/proto/proto.h"

#define FRAME_MAX 4096

/* Headers in hexadecimal. 10.0.2.2 > 10.0.2.15; checksums of zero count as not
 * computed. */
#define ETH_IP  "525400123456 525500020202 0800 "
#define ETH_IP6 "525400123456 525600000002 86dd "

#define IP_TCP(len)  "4500 " len " 1234 4000 4006 0000 0a000202 0a00020f "
#define IP_UDP(len)  "4500 " len " 1234 0000 4011 0000 0a000202 0a00020f "
#define IP_ICMP(len) "4500 " len " 1234 0000 ff01 0000 0a000202 0a00020f "

#define TCP_SYN_OPTIONS                               \
    "c3500050 00000001 00000000 a002 faf0 0000 0000 " \
    "020405b4 0402 080a 00000064 00000000 01 030307 "

#define QUOTE_TCP \
    "4500 05dc beef 4000 3f06 0000 0a00020f c6336401 c3500050 00000064 "

#define IP6(plen, nxt)              \
    "60000000 " plen " " nxt " ff " \
    "fe800000000000000000000000000002 ff020000000000000000000000000001 "

/* LINKTYPE_ values. */
enum { LT_NULL = 0, LT_ETH = 1, LT_RAW = 101, LT_LOOP = 108, LT_SLL = 113 };
enum { LT_SLL2 = 276 };

struct frame {
    uint8_t b[FRAME_MAX];
    size_t len;
};

static inline int frame_digit(char c)
{
    return c >= '0' && c <= '9'   ? c - '0'
           : c >= 'a' && c <= 'f' ? c - 'a' + 10
                                  : -1;
}

/* Append hex digits; blanks between octets are skipped. */
static inline void frame_hex(struct frame *f, const char *hex)
{
    for (; *hex; hex++) {
        if (frame_digit(*hex) < 0)
            continue;
        f->b[f->len++] =
            (uint8_t)(frame_digit(hex[0]) << 4 | frame_digit(hex[1]));
        hex++;
    }
}

static inline void frame_zeros(struct frame *f, size_t n)
{
    memset(f->b + f->len, 0, n);
    f->len += n;
}

static inline struct frame frame_of(const char *hex)
{
    struct frame f = { .len = 0 };

    frame_hex(&f, hex);
    return f;
}

/**
 * dissect_cut() - Dissect the first @caplen octets of @wirelen
 *
 * The packet's data stays valid until the next call.
 */
static inline const struct packet *dissect_cut(const struct frame *f,
                                               size_t caplen, size_t wirelen,
                                               uint16_t linktype,
                                               struct tree *tree)
{
    static struct packet pkt;
    static uint8_t *copy;

    free(copy);
    copy = malloc(caplen ? caplen : 1);
    memcpy(copy, f->b, caplen);
    /* What the dissector does not write must not look like a value. */
    memset(&pkt, 0xa5, sizeof(pkt));
    pkt.data = copy;
    pkt.caplen = (uint32_t)caplen;
    pkt.wirelen = (uint32_t)wirelen;
    pkt.linktype = linktype;
    pkt.flags = 0;
    packet_dissect(&pkt, tree);
    return &pkt;
}

static inline const struct packet *dissect_whole(const struct frame *f)
{
    return dissect_cut(f, f->len, f->len, LT_ETH, NULL);
}

/** frame_set16() - Overwrite two octets, big-endian */
static inline void frame_set16(struct frame *f, size_t off, unsigned v)
{
    f->b[off] = (uint8_t)(v >> 8);
    f->b[off + 1] = (uint8_t)v;
}

#endif
