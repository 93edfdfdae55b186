/* SPDX-License-Identifier: BSD-3-Clause
 *
 * A capture under construction: frames with their times, and how the file that
 * holds them is written. Everything is deterministic: the clock starts at
 * 2026-01-15T10:00:00Z, random numbers come from a fixed seed.
 *
 * Frames are sorted by time when written, so a scenario may tell one
 * conversation to its end, turn the clock back with gen_at() and tell the next.
 *
 * The library under test is not used here, so that a mistake in its arithmetic
 * cannot hide behind the same mistake in its fixtures.
 */
#ifndef TESTS_GEN_GEN_H
#define TESTS_GEN_GEN_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>
#include <stdio.h>

#define US  INT64_C(1000)
#define MS  INT64_C(1000000)
#define SEC INT64_C(1000000000)

#define GEN_START     (INT64_C(1768471200) * SEC) /* 2026-01-15T10:00:00Z */
#define GEN_FRAME_MAX 65700

enum gen_format { GEN_PCAP_US, GEN_PCAP_NS, GEN_PCAPNG };

/* LINKTYPE_ values a capture can be written with. */
enum gen_link {
    GEN_NULL = 0,
    GEN_ETHERNET = 1,
    GEN_RAW = 101,
    GEN_SLL = 113,
    GEN_SLL2 = 276,
};

/** struct gen_frame - A recorded frame; octets at @off of the arena */
struct gen_frame {
    int64_t ts_ns;
    size_t off;
    uint32_t len;   /* on the wire, virtio-net header included */
    uint32_t order; /* in which it was made, for a stable sort */
    uint8_t vnet;   /* octets of virtio-net header in front */
};

/** struct offload - What a virtio-net header says of a frame */
struct offload {
    bool needs_csum;
    uint8_t gso_type; /* virtio 1.2 section 5.1.6: 0 none, 1 TCPv4, 4 TCPv6 */
    uint16_t gso_size, hdr_len, csum_start, csum_offset;
};

struct net; /* net.h */

/**
 * struct gen - The capture
 *
 * Scenarios may set: @link, @format, @snaplen, @vnet, @vlan, @mute, @hide,
 * @copies, @copy_delay, @keep_order, @drops, @cut_octets; at any time where
 * "from now on" is said, else before the end.
 */
struct gen {
    int64_t now; /* time of the next frame; gen_wait(), gen_at() */
    enum gen_format format;
    enum gen_link link;
    uint32_t snaplen;
    uint8_t vnet;        /* 0, 10, 12 octets of virtio-net header before
                              each frame, from now on */
    uint16_t vlan;       /* 802.1Q tag on each frame from now on, 0 none */
    bool mute;           /* frames are made but not captured, from now on */
    const uint8_t *hide; /* MAC whose frames are not captured from now on */
    unsigned copies;     /* each frame is captured again so many times ... */
    int64_t copy_delay;  /* ... so much later; from now on */
    bool keep_order;     /* do not sort by time */
    int64_t drops;       /* pcapng: drops the ISB tells of, -1 no ISB */
    uint32_t cut_octets; /* the file ends so many octets early */
    int64_t end_at;      /* frames later than this are left out */
    FILE *stream;        /* write each frame at once and keep nothing */

    struct net *net; /* the guest's network, net.h */

    /* the maker's own */
    uint64_t rng;
    uint8_t *arena;
    size_t used, size;
    struct gen_frame *frame;
    uint32_t count, room;
    uint8_t last_ip[GEN_FRAME_MAX]; /* last IP packet made, for quotes */
    uint32_t last_ip_len;
    uint8_t last_mac[12];
    uint64_t frames_made;
};

struct gen *gen_new(void);
void gen_free(struct gen *g);

/** gen_wait() - The next frame comes @ns later */
static inline void gen_wait(struct gen *g, int64_t ns)
{
    g->now += ns;
}

/** gen_at() - The next frame comes @ns after the start of the capture */
static inline void gen_at(struct gen *g, int64_t ns)
{
    g->now = GEN_START + ns;
}

/** gen_time() - Nanoseconds since the start of the capture */
static inline int64_t gen_time(const struct gen *g)
{
    return g->now - GEN_START;
}

/** gen_end_at() - The capture was stopped @ns after its start */
static inline void gen_end_at(struct gen *g, int64_t ns)
{
    g->end_at = GEN_START + ns;
}

/** gen_random() - Next pseudo-random number (splitmix64) */
uint64_t gen_random(struct gen *g);

/** gen_frame() - An Ethernet frame at g->now; @off may be NULL */
void gen_frame(struct gen *g, const uint8_t *bytes, size_t len,
               const struct offload *off);

/** gen_copy_last() - The last frame is captured again, @delay_ns later, its
 * IPv4 TTL changed by @ttl_delta (checksum kept right) */
void gen_copy_last(struct gen *g, int64_t delay_ns, int ttl_delta);

/** gen_bytes() - Octets of frame @i as Ethernet (after any vnet header) */
const uint8_t *gen_bytes(const struct gen *g, uint32_t i);

/** gen_finish() - Sort and drop what comes after gen_end_at() */
void gen_finish(struct gen *g);

/** gen_write() - The capture file; 0 or -errno */
int gen_write(struct gen *g, FILE *out);
int gen_write_file(struct gen *g, const char *path);

/** gen_file_header() - Only the pcap header, for g->stream */
void gen_file_header(struct gen *g, FILE *out);

#endif
