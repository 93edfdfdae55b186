/* SPDX-License-Identifier: BSD-3-Clause
 *
 * pcapng blocks: draft-ietf-opsawg-pcapng. Sections may differ in byte order,
 * interfaces in link type, snap length and clock. Blocks that mean nothing to
 * us are passed over by their length; a length that contradicts itself ends
 * the reading, for there is no safe way to find the next block.
 */
#include "captures/pcapfile.h"

#include <inttypes.h>
#include <stdlib.h>

enum {
    BLOCK_IDB = 1,
    BLOCK_PB = 2, /* obsolete Packet Block, appendix A */
    BLOCK_SPB = 3,
    BLOCK_ISB = 5,
    BLOCK_EPB = 6,
    BLOCK_JOURNAL = 9, /* systemd journal export */
    BLOCK_SYSDIG_EVENT = 0x204,
    BLOCK_SYSDIG_EVENT_V2 = 0x216,
    BLOCK_SYSDIG_EVENT_V2_LARGE = 0x221,
    BLOCK_CUSTOM = 0xbad,
    BLOCK_CUSTOM_NO_COPY = 0x40000bad,
    BLOCK_HEADER = 8,
    BLOCK_TRAILER = 4,
    BLOCK_MIN = BLOCK_HEADER + BLOCK_TRAILER,
    SHB_MIN = BLOCK_MIN + 16,
    IFACE_MAX = 65536, /* in a section, so that a hostile file ends */
    TSRESOL_DEFAULT = 6,
    DROPS_UNKNOWN = 0xffff,
};

#define BYTE_ORDER_MAGIC 0x1a2b3c4du

/**
 * struct block - One block
 * @type:   Block type code
 * @len:    Total length as the block says
 * @offset: In the input
 * @body:   What of the body is in the buffer: all of it, or the first
 *          PCAPFILE_WINDOW octets of a longer block
 */
struct block {
    uint32_t type;
    uint32_t len;
    uint64_t offset;
    struct cursor body;
};

static enum pcapfile_status bad_block(struct pcapfile *f, const struct block *b,
                                      const char *what, uint64_t value)
{
    return pcapfile_bad(f, 3, b->offset,
                        "damaged: the block at offset %" PRIu64 " (type "
                        "0x%" PRIx32 ") has %s %" PRIu64,
                        b->offset, b->type, what, value);
}

/* --- section and interface -------------------------------------------- */

static enum pcapfile_status read_section(struct pcapfile *f, struct block *b)
{
    uint16_t major, minor;

    cursor_skip(&b->body, 4); /* the byte order was read with the header */
    major = pcapfile_u16(&b->body, f->be);
    minor = pcapfile_u16(&b->body, f->be);
    cursor_skip(&b->body, 8); /* section length: a hint we do not need */
    if (b->body.bad)
        return bad_block(f, b, "a length too small for a section header,",
                         b->len);
    /* Section 4.1: minor 2 was written by mistake and means 0. */
    if (major != 1)
        return bad_block(f, b, "an unknown pcapng version,", major);
    if (minor != 0 && minor != 2)
        return bad_block(f, b, "an unknown pcapng minor version,", minor);
    f->iface_base += f->iface_count;
    f->iface_count = 0;
    pcapng_section_options(f, b->body);
    return PCAPFILE_OK;
}

static struct pcapfile_interface *new_interface(struct pcapfile *f)
{
    if (f->iface_count == f->iface_room) {
        uint32_t room = f->iface_room ? f->iface_room * 2 : 8;
        struct pcapfile_interface *grown;

        grown = realloc(f->iface, room * sizeof(*grown));
        if (!grown)
            return NULL;
        f->iface = grown;
        f->iface_room = room;
    }
    return &f->iface[f->iface_count];
}

static enum pcapfile_status read_interface(struct pcapfile *f, struct block *b)
{
    struct pcapfile_interface *iface;
    struct source_info *info = f->info;

    if (f->iface_count == IFACE_MAX)
        return bad_block(f, b, "one interface more than the limit of",
                         IFACE_MAX);
    iface = new_interface(f);
    if (!iface)
        return pcapfile_bad(f, 2, b->offset, "out of memory");
    *iface = (struct pcapfile_interface){ .tsresol = TSRESOL_DEFAULT };
    iface->linktype = pcapfile_linktype(pcapfile_u16(&b->body, f->be));
    cursor_skip(&b->body, 2);
    iface->snaplen = pcapfile_u32(&b->body, f->be);
    if (b->body.bad)
        return bad_block(f, b, "a length too small for an interface,", b->len);
    pcapng_interface_options(f, b->body, iface);
    iface->tick_ns = pcapng_tick_ns(iface->tsresol);
    if (f->iface_base == 0 && f->iface_count == 0) {
        info->linktype = iface->linktype;
        info->snaplen = iface->snaplen;
    }
    info->mixed_linktypes |= info->linktype != iface->linktype;
    f->iface_count++;
    return PCAPFILE_OK;
}

static enum pcapfile_status read_statistics(struct pcapfile *f, struct block *b)
{
    uint32_t id = pcapfile_u32(&b->body, f->be);

    cursor_skip(&b->body, 8); /* when */
    /* Statistics of an interface that is none are only statistics. */
    if (!b->body.bad && id < f->iface_count)
        pcapng_statistics_options(f, b->body, &f->iface[id]);
    return PCAPFILE_OK;
}

/* --- packets ------------------------------------------------------------ */

/** struct record - What the three packet blocks have in common */
struct record {
    uint32_t interface, ts_high, ts_low, caplen, wirelen;
    bool has_time;
};

static void read_record(const struct pcapfile *f, struct block *b,
                        struct record *r)
{
    struct cursor *c = &b->body;

    *r = (struct record){ .has_time = true };
    if (b->type == BLOCK_SPB) {
        r->has_time = false;
        r->wirelen = pcapfile_u32(c, f->be);
        return;
    }
    if (b->type == BLOCK_PB)
        r->interface = pcapfile_u16(c, f->be);
    else
        r->interface = pcapfile_u32(c, f->be);
    if (b->type == BLOCK_PB)
        cursor_skip(c, 2); /* drops: see read_pb_drops() */
    r->ts_high = pcapfile_u32(c, f->be);
    r->ts_low = pcapfile_u32(c, f->be);
    r->caplen = pcapfile_u32(c, f->be);
    r->wirelen = pcapfile_u32(c, f->be);
}

/* Section 4.4: an SPB does not say caplen; the snap length and the block do. */
static uint32_t simple_caplen(const struct pcapfile_interface *iface,
                              const struct record *r, uint64_t room)
{
    uint64_t n = r->wirelen < room ? r->wirelen : room;

    return (uint32_t)(iface->snaplen && iface->snaplen < n ? iface->snaplen
                                                           : n);
}

static void read_pb_drops(struct pcapfile *f, struct cursor c)
{
    uint16_t drops;

    cursor_skip(&c, 2);
    drops = pcapfile_u16(&c, f->be);
    if (!c.bad && drops != DROPS_UNKNOWN)
        pcapng_add_drops(f, drops);
}

static void fill(struct pcapfile *f, struct packet *pkt, const struct record *r)
{
    const struct pcapfile_interface *iface = &f->iface[r->interface];
    uint32_t id = f->iface_base + r->interface;

    if (r->has_time)
        f->last_ts_ns = pcapng_timestamp(iface, r->ts_high, r->ts_low);
    pkt->ts_ns = f->last_ts_ns; /* SPB: as the packet before */
    pkt->wirelen = r->wirelen < r->caplen ? r->caplen : r->wirelen;
    pkt->number = ++f->number;
    pkt->interface = id < UINT16_MAX ? (uint16_t)id : UINT16_MAX;
    pkt->flags = r->caplen < r->wirelen ? PKT_TRUNCATED : 0;
    pkt->linktype = iface->linktype;
    f->info->packets++;
    f->info->bytes += pkt->wirelen;
}

static enum pcapfile_status read_packet(struct pcapfile *f, struct block *b,
                                        struct packet *pkt)
{
    struct cursor start = b->body;
    struct record r;
    uint64_t room; /* for data and options, in the block */
    size_t shown;

    read_record(f, b, &r);
    if (b->body.bad)
        return bad_block(f, b, "a length too small for a packet,", b->len);
    if (r.interface >= f->iface_count)
        return bad_block(f, b, "an undefined interface,", r.interface);
    room = (uint64_t)b->len - BLOCK_MIN -
           (cursor_left(&start) - cursor_left(&b->body));
    if (b->type == BLOCK_SPB)
        r.caplen = simple_caplen(&f->iface[0], &r, room);
    if (r.caplen > room)
        return bad_block(f, b, "room for less than its captured length,",
                         r.caplen);
    shown = r.caplen < PCAPFILE_FRAME_MAX ? r.caplen : PCAPFILE_FRAME_MAX;
    fill(f, pkt, &r);
    pkt->caplen = (uint32_t)shown;
    pkt->data = cursor_take(&b->body, shown);
    if (shown < pkt->wirelen)
        pkt->flags |= PKT_TRUNCATED;
    if (shown < r.caplen || b->type == BLOCK_SPB)
        return PCAPFILE_OK;
    if (b->type == BLOCK_PB)
        read_pb_drops(f, start);
    cursor_skip(&b->body, -r.caplen & 3);
    if (cursor_left(&b->body))
        pcapng_packet_options(f, b->body, pkt);
    return PCAPFILE_OK;
}

/* --- blocks -------------------------------------------------------------- */

/*
 * The byte order belongs to the section, and stands behind the length it is
 * needed for; section 4.1.
 */
static enum pcapfile_status read_byte_order(struct pcapfile *f, struct cursor c,
                                            uint64_t offset)
{
    struct cursor magic = c;

    cursor_skip(&magic, BLOCK_HEADER);
    c = magic;
    if (cursor_be32(&c) == BYTE_ORDER_MAGIC)
        f->be = true;
    else if (cursor_le32(&magic) == BYTE_ORDER_MAGIC)
        f->be = false;
    else
        return pcapfile_bad(f, 3, offset,
                            "damaged: the section header at offset %" PRIu64
                            " has no byte order mark",
                            offset);
    return PCAPFILE_OK;
}

/* Section 3.1 asks for a multiple of 4; some writers forget the padding in the
   length, but not in the file. */
static uint32_t padded(uint32_t len)
{
    return (len + 3) & ~3u;
}

/* Header and bounds of the block at @c, which does not move. */
static enum pcapfile_status peek_block(struct pcapfile *f,
                                       const struct cursor *c, bool final,
                                       struct block *b)
{
    struct cursor h = *c;
    uint32_t min = BLOCK_MIN;
    size_t need;

    *b = (struct block){ .offset = pcapfile_offset(f, c) };
    if (cursor_left(c) < BLOCK_MIN)
        return pcapfile_cut(f, c, "block", BLOCK_MIN, final);
    b->type = pcapfile_u32(&h, f->be);
    if (b->type == PCAPNG_SHB_TYPE) {
        if (read_byte_order(f, *c, b->offset) != PCAPFILE_OK)
            return PCAPFILE_BAD;
        min = SHB_MIN;
    }
    b->len = pcapfile_u32(&h, f->be);
    if (b->len < min || b->len > UINT32_MAX - 3)
        return bad_block(f, b, "an impossible length,", b->len);
    b->len = padded(b->len);
    need = b->len < PCAPFILE_WINDOW ? b->len : PCAPFILE_WINDOW;
    if (cursor_left(c) < need || (final && cursor_left(c) < b->len))
        return pcapfile_cut(f, c, "block", b->len, final);
    b->body = cursor_sub(&h, need - (need < b->len ? BLOCK_HEADER : BLOCK_MIN));
    if (need == b->len && padded(pcapfile_u32(&h, f->be)) != b->len)
        return bad_block(f, b, "two different lengths, the first is", b->len);
    return PCAPFILE_OK;
}

static bool is_packet(uint32_t type)
{
    return type == BLOCK_EPB || type == BLOCK_SPB || type == BLOCK_PB;
}

static enum pcapfile_status read_other(struct pcapfile *f, struct block *b)
{
    switch (b->type) {
    case PCAPNG_SHB_TYPE:
        return read_section(f, b);
    case BLOCK_IDB:
        return read_interface(f, b);
    case BLOCK_ISB:
        return read_statistics(f, b);
    case BLOCK_JOURNAL:
    case BLOCK_CUSTOM:
    case BLOCK_CUSTOM_NO_COPY:
    case BLOCK_SYSDIG_EVENT:
    case BLOCK_SYSDIG_EVENT_V2:
    case BLOCK_SYSDIG_EVENT_V2_LARGE:
        f->number++; /* no packet, but a frame to Wireshark 4.0 */
        return PCAPFILE_OK;
    default: /* names, secrets, and what others invented */
        return PCAPFILE_OK;
    }
}

enum pcapfile_status pcapng_read_blocks(struct pcapfile *f, struct cursor *c,
                                        struct pcapfile_batch *out)
{
    enum pcapfile_status status;
    struct block b;

    while (f->skip == 0) {
        if (cursor_left(c) == 0)
            return out->final ? PCAPFILE_END : PCAPFILE_MORE;
        status = peek_block(f, c, out->final, &b);
        if (status != PCAPFILE_OK)
            return status;
        if (is_packet(b.type)) {
            if (out->n == out->max)
                return PCAPFILE_OK;
            status = read_packet(f, &b, &out->pkts[out->n]);
            if (status == PCAPFILE_OK)
                lookahead(&f->ahead, out->pkts[out->n++].data, b.len);
        } else {
            status = read_other(f, &b);
        }
        if (status != PCAPFILE_OK)
            return status;
        f->skip = b.len;
        if (f->skip > cursor_left(c))
            break;
        cursor_skip(c, b.len);
        f->skip = 0;
    }
    return PCAPFILE_OK;
}
