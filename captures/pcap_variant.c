/* SPDX-License-Identifier: BSD-3-Clause
 *
 * Telling old pcap variants apart. Red Hat 6.1 and some Nokia boxes wrote
 * longer record headers under the standard magic; two patches share the
 * modified magic. The only way is to read the first records each way and see
 * which makes sense, as Wireshark does. We are stricter: another variant must
 * be flawless and be confirmed by a second record or by ending exactly where
 * the input does, because a damaged standard file is the likelier thing.
 */
#include "captures/pcap_variant.h"

#include "captures/pcapfile.h"

enum {
    RECORDS_TO_TRY = 3,
    USEC_MAX = 999999,
    IFINDEX_MAX = 10000,
    PACKET_TYPE_MAX = 4, /* PACKET_OUTGOING */
};

/* Wireshark's bound on a believable wire length. */
#define WIRELEN_MAX (128u << 20)

/** enum sense - What reading some records one way gave */
enum sense {
    SENSE_NONE,      /* contradictions */
    SENSE_TOO_SHORT, /* nothing wrong, but not enough to be sure */
    SENSE_MADE,
};

static bool header_is_sane(const struct pcapfile *f, struct cursor *h,
                           uint32_t header_len, uint32_t *caplen)
{
    uint32_t usec, wirelen, ifindex;
    uint8_t type;

    cursor_skip(h, 4);
    usec = pcapfile_u32(h, f->be);
    *caplen = pcapfile_u32(h, f->be);
    wirelen = pcapfile_u32(h, f->be);
    if (usec > USEC_MAX || *caplen > f->limit || *caplen > wirelen ||
        wirelen > WIRELEN_MAX)
        return false;
    if (f->info->snaplen && *caplen > f->info->snaplen)
        return false;
    if (header_len < PCAP_MODIFIED_HEADER)
        return true;
    ifindex = pcapfile_u32(h, f->be);
    cursor_skip(h, 2);
    type = cursor_u8(h);
    return ifindex <= IFINDEX_MAX && type <= PACKET_TYPE_MAX;
}

static enum sense try_header(const struct pcapfile *f, struct cursor c,
                             uint32_t header_len)
{
    for (unsigned i = 0; i < RECORDS_TO_TRY; i++) {
        struct cursor head;
        uint32_t caplen;

        if (cursor_left(&c) == 0)
            return SENSE_MADE;
        if (cursor_left(&c) < header_len)
            return i > 1 ? SENSE_MADE : SENSE_TOO_SHORT;
        head = cursor_sub(&c, header_len);
        if (!header_is_sane(f, &head, header_len, &caplen))
            return SENSE_NONE;
        if (!cursor_skip(&c, caplen))
            return i > 0 ? SENSE_MADE : SENSE_TOO_SHORT;
    }
    return SENSE_MADE;
}

uint32_t pcap_guess_header(const struct pcapfile *f, struct cursor c)
{
    static const uint32_t standard[] = { PCAP_MODIFIED_HEADER,
                                         PCAP_NOKIA_HEADER };
    static const uint32_t modified[] = { PCAP_SUSE_HEADER };
    bool is_modified = f->header_len == PCAP_MODIFIED_HEADER;
    const uint32_t *others = is_modified ? modified : standard;
    size_t count = is_modified ? 1 : 2;

    if (try_header(f, c, f->header_len) != SENSE_NONE)
        return f->header_len;
    for (size_t i = 0; i < count; i++)
        if (try_header(f, c, others[i]) == SENSE_MADE)
            return others[i];
    return f->header_len;
}
