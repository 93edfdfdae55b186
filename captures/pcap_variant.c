/* SPDX-License-Identifier: BSD-3-Clause
 *
 * Telling old pcap variants apart. Red Hat 6.1 and some Nokia boxes wrote
 * longer record headers under the standard magic; two patches share the
 * modified magic. The only way is to read the first records each way and see
 * which makes sense, as Wireshark does. We are stricter: another variant must
 * be flawless for three records or end exactly where the input does, because a
 * damaged standard file is the likelier thing.
 */
#include "captures/pcap_variant.h"

#include "captures/pcapfile.h"

enum {
    RECORDS_TO_TRY = 3,
    USEC_MAX = 999999,
    IFINDEX_MAX = 10000,
    APART_MAX_S = 90 * 86400,
    PACKET_TYPE_MAX = 4, /* PACKET_OUTGOING */
};

/* Wireshark's bound on a believable wire length. */
#define WIRELEN_MAX (128u << 20)

/**
 * struct trial - What reading the first records one way gave
 * @sane:         Whole records that make sense
 * @contradicted: The one after them does not
 * @odd:          Possible, but not what a proof is made of
 * @at_end:       The input ends exactly behind them
 */
struct trial {
    unsigned sane;
    bool contradicted, odd, at_end;
};

/** struct guess - The fields of a record header that all variants have */
struct guess {
    uint32_t sec, usec, caplen, wirelen;
};

static bool header_is_sane(const struct pcapfile *f, struct cursor *h,
                           uint32_t header_len, struct guess *g)
{
    uint32_t ifindex;
    uint8_t type;

    g->sec = pcapfile_u32(h, f->be);
    g->usec = pcapfile_u32(h, f->be);
    g->caplen = pcapfile_u32(h, f->be);
    g->wirelen = pcapfile_u32(h, f->be);
    if (g->usec > USEC_MAX || g->caplen > f->limit || g->caplen > g->wirelen ||
        g->wirelen > WIRELEN_MAX)
        return false;
    if (f->info->snaplen && g->caplen > f->info->snaplen)
        return false;
    if (header_len < PCAP_MODIFIED_HEADER)
        return true;
    ifindex = pcapfile_u32(h, f->be);
    cursor_skip(h, 2);
    type = cursor_u8(h);
    return ifindex <= IFINDEX_MAX && type <= PACKET_TYPE_MAX;
}

/* Zero octets look like a header; what follows one is not months away. */
static bool follows(const struct guess *first, const struct guess *g)
{
    uint32_t apart =
        first->sec > g->sec ? first->sec - g->sec : g->sec - first->sec;

    return g->caplen > 0 && apart < APART_MAX_S;
}

static struct trial try_header(const struct pcapfile *f, struct cursor c,
                               uint32_t header_len)
{
    struct trial t = { 0 };
    struct guess first = { 0 };

    while (t.sane < RECORDS_TO_TRY && cursor_left(&c) >= header_len) {
        struct cursor head = cursor_sub(&c, header_len);
        struct guess g;

        if (!header_is_sane(f, &head, header_len, &g)) {
            t.contradicted = true;
            break;
        }
        if (t.sane == 0)
            first = g;
        if (!follows(&first, &g))
            t.odd = true;
        if (!cursor_skip(&c, g.caplen))
            break;
        t.sane++;
    }
    t.at_end = t.sane > 0 && !c.bad && cursor_left(&c) == 0;
    return t;
}

static bool is_proven(struct trial t)
{
    return !t.contradicted && !t.odd && (t.sane == RECORDS_TO_TRY || t.at_end);
}

uint32_t pcap_guess_header(const struct pcapfile *f, struct cursor c)
{
    static const uint32_t standard[] = { PCAP_MODIFIED_HEADER,
                                         PCAP_NOKIA_HEADER };
    static const uint32_t modified[] = { PCAP_SUSE_HEADER };
    bool is_modified = f->header_len == PCAP_MODIFIED_HEADER;
    const uint32_t *others = is_modified ? modified : standard;
    size_t count = is_modified ? 1 : 2;

    if (!try_header(f, c, f->header_len).contradicted)
        return f->header_len;
    for (size_t i = 0; i < count; i++)
        if (is_proven(try_header(f, c, others[i])))
            return others[i];
    return f->header_len;
}
