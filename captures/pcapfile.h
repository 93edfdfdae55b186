/* SPDX-License-Identifier: BSD-3-Clause
 *
 * Incremental reader of pcap and pcapng records. It works over whatever
 * octets its caller has: a mapped file, or the part of a stream that came so
 * far. A record that is not whole yet is "come back later", and becomes damage
 * only when the caller says that nothing more will come.
 *
 * Nothing is copied: packets point into the caller's buffer. No record needs
 * more than PCAPFILE_WINDOW octets at once, whatever length it claims.
 */
#ifndef CAPTURES_PCAPFILE_H
#define CAPTURES_PCAPFILE_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "captures/lookahead.h"
#include "captures/source.h"
#include "dissect/core/cursor.h"
#include "dissect/packet.h"

/* libpcap's MAXIMUM_SNAPLEN and Wireshark's standard limit. Of a longer record
   this much is shown and the rest is skipped. */
#define PCAPFILE_FRAME_MAX 262144u
/* A frame, the headers before it and the options after it. */
#define PCAPFILE_WINDOW (PCAPFILE_FRAME_MAX + 131072u)

enum pcapfile_format {
    PCAPFILE_UNKNOWN, /* nothing read yet */
    PCAPFILE_CLASSIC,
    PCAPFILE_NG,
};

enum pcapfile_status {
    PCAPFILE_OK,   /* max packets were read; there may be more in the buffer */
    PCAPFILE_MORE, /* the next record goes on behind the buffer's end */
    PCAPFILE_END,  /* final, and all of it was read */
    PCAPFILE_BAD,  /* pcapfile.err says why; everything later is the same */
};

/** enum pcapfile_lengths - Order of the two lengths in a classic record */
enum pcapfile_lengths {
    LENGTHS_CAPLEN_FIRST,  /* as specified */
    LENGTHS_WIRELEN_FIRST, /* before version 2.3, and DG/UX */
    LENGTHS_UNSURE,        /* 2.3: the smaller one is caplen */
};

/** struct pcapfile_interface - From an Interface Description Block */
struct pcapfile_interface {
    uint16_t linktype;
    uint8_t tsresol;    /* if_tsresol as written */
    uint32_t snaplen;   /* 0: no limit */
    uint64_t tick_ns;   /* ns a unit, or 0: see tsresol */
    int64_t tsoffset_s; /* if_tsoffset */
    uint64_t dropped;   /* newest isb_ifdrop + isb_osdrop */
};

/**
 * struct pcapfile - Reader state; embed, then pcapfile_init()
 * @info:   Where facts about the file go; borrowed
 * @number: Of the last record, counted as Wireshark's frame.number
 * @end:    Offset in the input of the end of the current buffer
 * @skip:   Octets still to be passed over
 */
struct pcapfile {
    enum pcapfile_format format;
    struct source_info *info;
    struct source_error err;
    bool bad;
    bool be;
    uint64_t number;
    uint64_t end;
    uint64_t skip;
    struct lookahead ahead;

    /* classic */
    uint32_t header_len; /* of a record: 16, or 20, 24, 28 in old variants */
    uint32_t tick_ns;    /* 1000 or 1 */
    uint32_t limit;      /* an honest caplen is not above it */
    uint16_t linktype;
    uint8_t lengths; /* enum pcapfile_lengths */
    bool started;    /* the variant is decided and the dummy record passed */

    /* pcapng, current section */
    struct pcapfile_interface *iface; /* [iface_count] */
    uint32_t iface_count, iface_room;
    uint32_t iface_base; /* interfaces in earlier sections */
    int64_t last_ts_ns;
    uint64_t dropped_isb; /* sums over interfaces of all sections */
    uint64_t dropped_epb;
};

/** pcapfile_init() - Start; @info must outlive @f */
void pcapfile_init(struct pcapfile *f, struct source_info *info);
void pcapfile_fini(struct pcapfile *f);

/**
 * pcapfile_read() - Next packets from the next octets of the input
 * @f:     Reader
 * @buf:   [len] octets that follow what earlier calls used; borrowed as long
 *         as the packets are
 * @final: Nothing follows @buf
 * @pkts:  [max]; the fields source_read() names are written, the rest is not
 *         touched. @max 0 reads the file header, and no packet.
 * @n:     How many were read
 * @used:  How many octets of @buf were consumed
 *
 * Cost: O(packets) with @max > 0, no allocation but for pcapng interfaces.
 */
enum pcapfile_status pcapfile_read(struct pcapfile *f, const uint8_t *buf,
                                   size_t len, bool final, struct packet *pkts,
                                   unsigned max, unsigned *n, size_t *used);

/* --- for the parts of the reader ------------------------------------- */

enum {
    PCAPNG_SHB_TYPE = 0x0a0d0d0a, /* a palindrome: no byte order needed */
};

/** struct pcapfile_batch - Where a call's packets go */
struct pcapfile_batch {
    struct packet *pkts;
    unsigned max, n;
    bool final;
};

/** pcapfile_bad() - Remember the damage; always returns PCAPFILE_BAD */
enum pcapfile_status pcapfile_bad(struct pcapfile *f, int exit_code,
                                  uint64_t offset, const char *fmt, ...)
    __attribute__((format(printf, 4, 5)));

/** pcapfile_cut() - The input ends inside a record: more, or damage if final */
enum pcapfile_status pcapfile_cut(struct pcapfile *f, const struct cursor *c,
                                  const char *what, uint64_t want, bool final);

/** pcapfile_linktype() - LINKTYPE_ value from what the file says */
uint16_t pcapfile_linktype(uint32_t field);

/** pcapfile_offset() - Where in the input a cursor over the buffer stands */
static inline uint64_t pcapfile_offset(const struct pcapfile *f,
                                       const struct cursor *c)
{
    return f->end - cursor_left(c);
}

static inline uint16_t pcapfile_u16(struct cursor *c, bool be)
{
    return be ? cursor_be16(c) : cursor_le16(c);
}

static inline uint32_t pcapfile_u32(struct cursor *c, bool be)
{
    return be ? cursor_be32(c) : cursor_le32(c);
}

bool pcap_is_magic(uint32_t magic_le);
enum pcapfile_status pcap_read_header(struct pcapfile *f, struct cursor *c,
                                      bool final);
enum pcapfile_status pcap_read_records(struct pcapfile *f, struct cursor *c,
                                       struct pcapfile_batch *out);
enum pcapfile_status pcapng_read_blocks(struct pcapfile *f, struct cursor *c,
                                        struct pcapfile_batch *out);

/** pcapng_tick_ns() - ns a unit, or 0 when they are not whole */
uint64_t pcapng_tick_ns(uint8_t tsresol);
int64_t pcapng_timestamp(const struct pcapfile_interface *iface, uint32_t high,
                         uint32_t low);

/* pcapng_options.c: what the options of a block say */
void pcapng_section_options(struct pcapfile *f, struct cursor c);
void pcapng_interface_options(const struct pcapfile *f, struct cursor c,
                              struct pcapfile_interface *iface);
void pcapng_statistics_options(struct pcapfile *f, struct cursor c,
                               struct pcapfile_interface *iface);
void pcapng_packet_options(struct pcapfile *f, struct cursor c,
                           struct packet *pkt);
void pcapng_add_drops(struct pcapfile *f, uint64_t n);

#endif
