/* SPDX-License-Identifier: BSD-3-Clause
 *
 * Classic pcap: draft-ietf-opsawg-pcap, and the records of its old relatives.
 * Micro- and nanosecond magic in both byte orders, Kuznetsov's patches, Ixia,
 * Nokia and AIX. read_run() is the hot loop: it takes whole, sane records, and
 * leaves everything else to read_odd().
 */
#include "captures/pcapfile.h"

#include <inttypes.h>

#include "captures/pcap_variant.h"

enum {
    FILE_HEADER = 24,
    VERSION_AIX_MINOR = 2,
    VERSION_DG_UX = 543,
    NS_PER_US = 1000,
};

/* Absurd lengths: see record_limit(). */
#define SNAPLEN_HONEST (16u << 20)
#define SNAPLEN_USB    (128u << 20)

enum {
    LINKTYPE_DBUS = 231,
    LINKTYPE_USBPCAP = 249,
    LINKTYPE_EBHSCR = 279,
};

/**
 * struct pcap_magic - What the first four octets of a file mean
 * @value: As a little-endian number
 * @extra: Octets of file header beyond the usual 24 (Ixia: length of all
 *         records)
 */
struct pcap_magic {
    uint32_t value;
    bool be;
    bool modified;
    uint32_t tick_ns;
    uint32_t extra;
};

// clang-format off
static const struct pcap_magic magics[] = {
    { 0xa1b2c3d4, false, false, NS_PER_US, 0 },
    { 0xd4c3b2a1, true,  false, NS_PER_US, 0 },
    { 0xa1b23c4d, false, false, 1,         0 },
    { 0x4d3cb2a1, true,  false, 1,         0 },
    { 0xa1b2cd34, false, true,  NS_PER_US, 0 }, /* Kuznetsov */
    { 0x34cdb2a1, true,  true,  NS_PER_US, 0 },
    { 0x1c0001ac, false, false, 1,         4 }, /* Ixia hardware */
    { 0xac01001c, true,  false, 1,         4 },
    { 0x1c0001ab, false, false, NS_PER_US, 4 }, /* Ixia software */
    { 0xab01001c, true,  false, NS_PER_US, 4 },
};
// clang-format on

static const struct pcap_magic *find_magic(uint32_t magic_le)
{
    for (size_t i = 0; i < sizeof(magics) / sizeof(magics[0]); i++)
        if (magics[i].value == magic_le)
            return &magics[i];
    return NULL;
}

bool pcap_is_magic(uint32_t magic_le)
{
    return find_magic(magic_le) != NULL;
}

/*
 * Wireshark takes no record above 256 KiB but for three link types. A file
 * whose own snap length is larger is believed up to 16 MiB.
 */
static uint32_t record_limit(uint16_t linktype, uint32_t snaplen)
{
    if (linktype == LINKTYPE_DBUS || linktype == LINKTYPE_USBPCAP)
        return SNAPLEN_USB;
    if (linktype == LINKTYPE_EBHSCR || snaplen > SNAPLEN_HONEST)
        return SNAPLEN_HONEST;
    return snaplen > PCAPFILE_FRAME_MAX ? snaplen : PCAPFILE_FRAME_MAX;
}

/* AIX writes version 2.2, an RFC 1573 ifType and nanoseconds. */
static void adopt_aix(struct pcapfile *f, uint32_t network)
{
    static const struct {
        uint8_t iftype, linktype;
    } map[] = { { 6, 1 }, { 9, 6 }, { 15, 10 }, { 24, 0 } };

    for (size_t i = 0; i < sizeof(map) / sizeof(map[0]); i++) {
        if (map[i].iftype != network)
            continue;
        f->linktype = map[i].linktype;
        f->tick_ns = 1;
    }
}

static void adopt_version(struct pcapfile *f, uint16_t major, uint16_t minor)
{
    if (major == VERSION_DG_UX || (major == 2 && minor < 3))
        f->lengths = LENGTHS_WIRELEN_FIRST;
    else if (major == 2 && minor == 3)
        f->lengths = LENGTHS_UNSURE;
    else
        f->lengths = LENGTHS_CAPLEN_FIRST;
}

enum pcapfile_status pcap_read_header(struct pcapfile *f, struct cursor *c,
                                      bool final)
{
    struct cursor h = *c;
    const struct pcap_magic *magic = find_magic(cursor_le32(&h));
    uint16_t major, minor;
    uint32_t snaplen, network;

    if (cursor_left(c) < FILE_HEADER + magic->extra)
        return pcapfile_cut(f, c, "file header", FILE_HEADER + magic->extra,
                            final);
    f->be = magic->be;
    f->tick_ns = magic->tick_ns;
    f->header_len = PCAP_RECORD_HEADER;
    major = pcapfile_u16(&h, f->be);
    minor = pcapfile_u16(&h, f->be);
    cursor_skip(&h, 8); /* time zone and accuracy: always 0 */
    snaplen = pcapfile_u32(&h, f->be);
    network = pcapfile_u32(&h, f->be);
    if (major < 2)
        return pcapfile_bad(f, 2, 4,
                            "pcap version %u.%u is not known (2.4 is); the "
                            "file header is damaged",
                            major, minor);
    cursor_skip(&h, magic->extra);
    *c = h;
    f->format = PCAPFILE_CLASSIC;
    f->linktype = pcapfile_linktype(network);
    adopt_version(f, major, minor);
    if (magic->tick_ns != 1 && major == 2 && minor == VERSION_AIX_MINOR)
        adopt_aix(f, network);
    f->limit = record_limit(f->linktype, snaplen);
    f->info->linktype = f->linktype;
    f->info->snaplen = snaplen;
    if (magic->modified)
        f->header_len = PCAP_MODIFIED_HEADER;
    return PCAPFILE_OK;
}

/** struct record - Header of a record, host order */
struct record {
    uint32_t sec, frac, caplen, wirelen;
};

static inline void read_record(const struct pcapfile *f, struct cursor *h,
                               bool be, struct record *r)
{
    r->sec = pcapfile_u32(h, be);
    r->frac = pcapfile_u32(h, be);
    r->caplen = pcapfile_u32(h, be);
    r->wirelen = pcapfile_u32(h, be);
    if (__builtin_expect(f->lengths != LENGTHS_CAPLEN_FIRST, 0) &&
        (f->lengths == LENGTHS_WIRELEN_FIRST || r->caplen > r->wirelen)) {
        uint32_t swap = r->caplen;

        r->caplen = r->wirelen;
        r->wirelen = swap;
    }
}

/*
 * Kuznetsov's headers: u32 ifindex, u16 protocol, u8 type, the type being
 * Linux's PACKET_HOST.. as in packet(7).
 */
static uint32_t modified_direction(struct cursor *extra)
{
    enum { PACKET_MULTICAST = 2, PACKET_OUTGOING = 4 };
    uint8_t type;

    cursor_skip(extra, 6);
    type = cursor_u8(extra);
    if (extra->bad)
        return 0;
    if (type == PACKET_OUTGOING)
        return PKT_FROM_HOST;
    return type <= PACKET_MULTICAST ? PKT_TO_HOST : 0;
}

static inline void fill(const struct pcapfile *f, struct packet *pkt,
                        const struct record *r, uint64_t number)
{
    pkt->caplen = r->caplen;
    pkt->wirelen = r->wirelen < r->caplen ? r->caplen : r->wirelen;
    pkt->ts_ns = (int64_t)((uint64_t)r->sec * 1000000000u +
                           (uint64_t)r->frac * f->tick_ns);
    pkt->number = number;
    pkt->interface = 0;
    pkt->flags = r->caplen < r->wirelen ? PKT_TRUNCATED : 0;
    pkt->linktype = f->linktype;
}

/*
 * Whole records of at most PCAPFILE_FRAME_MAX octets, until the batch is full
 * or something else comes. @be is a constant at each call, so that the
 * compiler makes one loop for each byte order.
 */
static inline __attribute__((always_inline)) void
read_run(struct pcapfile *f, struct cursor *c, struct pcapfile_batch *out,
         const bool be)
{
    struct cursor at = *c;
    uint64_t number = f->number, bytes = 0;
    const size_t extra = f->header_len - PCAP_RECORD_HEADER;
    unsigned n = out->n;

    for (; n < out->max; n++) {
        struct packet *pkt = &out->pkts[n];
        struct cursor next = at, head, more;
        struct record r;

        if (cursor_left(&next) < PCAP_RECORD_HEADER + extra)
            break;
        head = cursor_sub(&next, PCAP_RECORD_HEADER);
        read_record(f, &head, be, &r);
        more = cursor_sub(&next, extra);
        if (r.caplen > PCAPFILE_FRAME_MAX || r.caplen > cursor_left(&next))
            break;
        pkt->data = cursor_take(&next, r.caplen);
        lookahead(&f->ahead, pkt->data, PCAP_RECORD_HEADER + r.caplen);
        fill(f, pkt, &r, ++number);
        if (__builtin_expect(extra != 0, 0))
            pkt->flags |= modified_direction(&more);
        bytes += pkt->wirelen;
        at = next;
    }
    f->info->packets += n - out->n;
    f->info->bytes += bytes;
    f->number = number;
    out->n = n;
    *c = at;
}

/* The record that read_run() would not take: cut, absurd, or very long. */
static enum pcapfile_status read_odd(struct pcapfile *f, struct cursor *c,
                                     struct pcapfile_batch *out)
{
    struct packet *pkt = &out->pkts[out->n];
    struct cursor h = *c;
    struct record r;
    uint32_t whole;

    if (cursor_left(c) == 0)
        return out->final ? PCAPFILE_END : PCAPFILE_MORE;
    if (cursor_left(c) < f->header_len)
        return pcapfile_cut(f, c, "record header", f->header_len, out->final);
    read_record(f, &h, f->be, &r);
    cursor_skip(&h, f->header_len - PCAP_RECORD_HEADER);
    if (r.caplen > f->limit)
        return pcapfile_bad(f, 3, pcapfile_offset(f, c),
                            "damaged: the record at offset %" PRIu64
                            " claims %" PRIu32 " octets, the limit is %" PRIu32,
                            pcapfile_offset(f, c), r.caplen, f->limit);
    whole = r.caplen;
    if (r.caplen > PCAPFILE_FRAME_MAX)
        r.caplen = PCAPFILE_FRAME_MAX;
    if (cursor_left(&h) < r.caplen || (out->final && cursor_left(&h) < whole))
        return pcapfile_cut(f, c, "record", (uint64_t)f->header_len + whole,
                            out->final);
    pkt->data = cursor_take(&h, r.caplen);
    fill(f, pkt, &r, ++f->number);
    f->info->packets++;
    f->info->bytes += pkt->wirelen;
    f->skip = whole - r.caplen;
    out->n++;
    *c = h;
    return PCAPFILE_OK;
}

/*
 * VirtualBox starts each nictrace with a record of 4 zero octets, said to be
 * 60 long, seconds since the VM process started (Pcap.cpp). No Ethernet card
 * delivers 4 octets, and no snap length of 65535 cuts to 4. It counts as frame
 * 1, as in Wireshark, and is not delivered.
 */
static void pass_nictrace_dummy(struct pcapfile *f, struct cursor *c)
{
    enum { DUMMY_CAPLEN = 4, DUMMY_WIRELEN = 60, LINKTYPE_ETHERNET = 1 };
    struct cursor h = *c;
    struct record r;
    uint32_t data;

    if (f->linktype != LINKTYPE_ETHERNET || f->info->snaplen != 0xffff ||
        f->header_len != PCAP_RECORD_HEADER)
        return;
    read_record(f, &h, f->be, &r);
    data = cursor_le32(&h);
    if (h.bad || r.caplen != DUMMY_CAPLEN || r.wirelen != DUMMY_WIRELEN ||
        data != 0)
        return;
    f->info->nictrace = true;
    f->number++;
    *c = h;
}

/* Once, as soon as a record is there: which variant, and the dummy. */
static void start_records(struct pcapfile *f, struct cursor *c, bool final)
{
    if (cursor_left(c) < PCAP_RECORD_HEADER + 4 && !final)
        return;
    f->started = true;
    if (f->tick_ns == NS_PER_US && f->lengths == LENGTHS_CAPLEN_FIRST)
        f->header_len = pcap_guess_header(f, *c);
    pass_nictrace_dummy(f, c);
}

enum pcapfile_status pcap_read_records(struct pcapfile *f, struct cursor *c,
                                       struct pcapfile_batch *out)
{
    if (out->max == 0)
        return PCAPFILE_OK;
    if (!f->started)
        start_records(f, c, out->final);
    if (!f->started)
        return PCAPFILE_MORE;
    if (f->be)
        read_run(f, c, out, true);
    else
        read_run(f, c, out, false);
    return out->n == out->max ? PCAPFILE_OK : read_odd(f, c, out);
}
