/* SPDX-License-Identifier: BSD-3-Clause
 *
 * Which capture format the octets are, and what both formats share: errors,
 * skipping, link types. draft-ietf-opsawg-pcap, draft-ietf-opsawg-pcapng.
 */
#include "captures/pcapfile.h"

#include <inttypes.h>
#include <stdarg.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "captures/foreign.h"

enum {
    LINKTYPE_RAW = 101,
    DLT_RAW_BSD = 12,     /* DLT_RAW nearly everywhere */
    DLT_RAW_OPENBSD = 14, /* and on OpenBSD */
};

void pcapfile_init(struct pcapfile *f, struct source_info *info)
{
    memset(f, 0, sizeof(*f));
    f->info = info;
    f->err.offset = UINT64_MAX;
}

void pcapfile_fini(struct pcapfile *f)
{
    free(f->iface);
    f->iface = NULL;
    f->iface_count = f->iface_room = 0;
}

enum pcapfile_status pcapfile_bad(struct pcapfile *f, int exit_code,
                                  uint64_t offset, const char *fmt, ...)
{
    va_list ap;

    f->bad = true;
    f->err.exit_code = exit_code;
    f->err.offset = offset;
    va_start(ap, fmt);
    vsnprintf(f->err.text, sizeof(f->err.text), fmt, ap);
    va_end(ap);
    return PCAPFILE_BAD;
}

enum pcapfile_status pcapfile_cut(struct pcapfile *f, const struct cursor *c,
                                  const char *what, uint64_t want, bool final)
{
    uint64_t off = pcapfile_offset(f, c);

    if (!final)
        return PCAPFILE_MORE;
    return pcapfile_bad(f, 3, off,
                        "cut short: the %s at offset %" PRIu64 " needs %" PRIu64
                        " octets and %zu are there",
                        what, off, want, cursor_left(c));
}

/*
 * Programs that write the DLT_ value of their system in place of the
 * LINKTYPE_ value make raw IP appear as 12 or 14; libpcap reads both so. The
 * upper 16 bits of the classic field hold the FCS length.
 */
uint16_t pcapfile_linktype(uint32_t field)
{
    uint16_t type = (uint16_t)(field & 0xffff);

    if (type == DLT_RAW_BSD || type == DLT_RAW_OPENBSD)
        return LINKTYPE_RAW;
    return type;
}

/* Decide the format by the first four octets. */
static enum pcapfile_status sniff(struct pcapfile *f, const struct cursor *c,
                                  bool final)
{
    struct cursor peek = *c;
    uint32_t magic = cursor_le32(&peek);

    if (!peek.bad && magic == PCAPNG_SHB_TYPE) {
        f->format = PCAPFILE_NG;
        f->info->format = "pcapng";
        return PCAPFILE_OK;
    }
    if (!peek.bad && pcap_is_magic(magic)) {
        f->info->format = "pcap";
        return PCAPFILE_OK;
    }
    /* The names of other formats take up to FOREIGN_PEEK octets to tell. */
    if (!final && cursor_left(c) < FOREIGN_PEEK)
        return PCAPFILE_MORE;
    pcapfile_bad(f, 2, UINT64_MAX, "%s", "");
    foreign_describe(*c, f->err.text, sizeof(f->err.text));
    return PCAPFILE_BAD;
}

static enum pcapfile_status start(struct pcapfile *f, struct cursor *c,
                                  bool final)
{
    enum pcapfile_status status = sniff(f, c, final);

    if (status != PCAPFILE_OK || f->format == PCAPFILE_NG)
        return status;
    return pcap_read_header(f, c, final);
}

/* Pass over what an earlier record said does not matter. */
static enum pcapfile_status pass(struct pcapfile *f, struct cursor *c,
                                 bool final)
{
    size_t n = cursor_left(c);

    if (f->skip < n)
        n = (size_t)f->skip;
    cursor_skip(c, n);
    f->skip -= n;
    if (f->skip == 0)
        return PCAPFILE_OK;
    return pcapfile_cut(f, c, "rest of the record", f->skip, final);
}

/* One step; OK with room left in the batch means that another may follow. */
static enum pcapfile_status read_step(struct pcapfile *f, struct cursor *c,
                                      struct pcapfile_batch *out)
{
    enum pcapfile_status status = PCAPFILE_OK;

    if (f->skip)
        status = pass(f, c, out->final);
    if (status == PCAPFILE_OK && f->format == PCAPFILE_UNKNOWN)
        status = start(f, c, out->final);
    if (status != PCAPFILE_OK)
        return status;
    if (f->format == PCAPFILE_CLASSIC)
        return pcap_read_records(f, c, out);
    return pcapng_read_blocks(f, c, out);
}

enum pcapfile_status pcapfile_read(struct pcapfile *f, const uint8_t *buf,
                                   size_t len, bool final, struct packet *pkts,
                                   unsigned max, unsigned *n, size_t *used)
{
    struct cursor c = cursor_over(buf, len, LAYER_TRUNCATED);
    struct pcapfile_batch out = { .pkts = pkts, .max = max, .final = final };
    uint64_t base = f->end;
    enum pcapfile_status status;

    *n = 0;
    *used = 0;
    if (f->bad)
        return PCAPFILE_BAD;
    f->end = base + len;
    do
        status = read_step(f, &c, &out);
    while (status == PCAPFILE_OK && out.n < max);
    *n = out.n;
    *used = len - cursor_left(&c);
    f->end = base + *used;
    return status;
}
