/* SPDX-License-Identifier: BSD-3-Clause
 *
 * Options of pcapng blocks (draft-ietf-opsawg-pcapng section 3.5): only those
 * that change how packets are read or what the report says of the capture.
 * An option list that runs out is simply over: options are hints.
 */
#include "captures/pcapfile.h"

#include "dissect/core/str.h"

enum {
    OPT_END = 0,
    OPT_COMMENT = 1,
    SHB_USERAPPL = 4,
    IF_TSRESOL = 9,
    IF_TSOFFSET = 14,
    ISB_IFDROP = 5,
    ISB_OSDROP = 7,
    EPB_FLAGS = 2, /* the same in the obsolete Packet Block */
    EPB_DROPCOUNT = 4,
    EPB_INBOUND = 1,
    EPB_OUTBOUND = 2,
};

/** struct option - Code and value; @value is exactly the value */
struct option {
    uint16_t code;
    struct cursor value;
};

static bool next_option(const struct pcapfile *f, struct cursor *c,
                        struct option *o)
{
    uint16_t len;

    o->code = pcapfile_u16(c, f->be);
    len = pcapfile_u16(c, f->be);
    if (c->bad || o->code == OPT_END || cursor_left(c) < len)
        return false;
    o->value = cursor_sub(c, len);
    cursor_skip(c, -(unsigned)len & 3);
    return true;
}

static uint64_t option_u64(const struct pcapfile *f, struct cursor c)
{
    uint64_t first = pcapfile_u32(&c, f->be);
    uint64_t second = pcapfile_u32(&c, f->be);

    if (c.bad)
        return 0;
    return f->be ? first << 32 | second : second << 32 | first;
}

static void add_text(struct str *s, const char *before, struct cursor value)
{
    size_t n = cursor_left(&value);
    const uint8_t *p;

    /* Some writers count the terminating zero. */
    p = cursor_take(&value, n);
    while (n && p[n - 1] == 0)
        n--;
    if (n == 0)
        return;
    if (s->len)
        str_add(s, "; ");
    str_add(s, before);
    str_printable(s, p, n);
}

/* The first section that has something to say describes the file. */
void pcapng_section_options(struct pcapfile *f, struct cursor c)
{
    struct source_info *info = f->info;
    struct option o;
    struct str s;

    if (info->comment[0])
        return;
    str_init(&s, info->comment, sizeof(info->comment));
    while (next_option(f, &c, &o)) {
        if (o.code == OPT_COMMENT)
            add_text(&s, "", o.value);
        if (o.code == SHB_USERAPPL)
            add_text(&s, "written by ", o.value);
    }
}

void pcapng_interface_options(const struct pcapfile *f, struct cursor c,
                              struct pcapfile_interface *iface)
{
    struct option o;

    while (next_option(f, &c, &o)) {
        if (o.code == IF_TSRESOL && cursor_left(&o.value) >= 1)
            iface->tsresol = cursor_u8(&o.value);
        if (o.code == IF_TSOFFSET)
            iface->tsoffset_s = (int64_t)option_u64(f, o.value);
    }
}

/*
 * Block statistics and packet options count the same losses in two ways, and
 * a file may hold both: the larger of the two sums is nearer the truth.
 */
static void set_dropped(struct pcapfile *f)
{
    f->info->dropped_known = true;
    f->info->dropped =
        f->dropped_isb > f->dropped_epb ? f->dropped_isb : f->dropped_epb;
}

void pcapng_add_drops(struct pcapfile *f, uint64_t n)
{
    if (__builtin_add_overflow(f->dropped_epb, n, &f->dropped_epb))
        f->dropped_epb = UINT64_MAX;
    set_dropped(f);
}

/* Statistics run from the start of the capture: the newest replace. */
void pcapng_statistics_options(struct pcapfile *f, struct cursor c,
                               struct pcapfile_interface *iface)
{
    uint64_t sum = 0;
    bool seen = false;
    struct option o;

    while (next_option(f, &c, &o)) {
        if (o.code != ISB_IFDROP && o.code != ISB_OSDROP)
            continue;
        sum += option_u64(f, o.value);
        seen = true;
    }
    if (!seen)
        return;
    f->dropped_isb += sum - iface->dropped;
    iface->dropped = sum;
    set_dropped(f);
}

void pcapng_packet_options(struct pcapfile *f, struct cursor c,
                           struct packet *pkt)
{
    struct option o;

    while (next_option(f, &c, &o)) {
        if (o.code == EPB_FLAGS) {
            uint32_t direction = pcapfile_u32(&o.value, f->be) & 3;

            if (direction == EPB_INBOUND)
                pkt->flags |= PKT_TO_HOST;
            if (direction == EPB_OUTBOUND)
                pkt->flags |= PKT_FROM_HOST;
        }
        if (o.code == EPB_DROPCOUNT)
            pcapng_add_drops(f, option_u64(f, o.value));
    }
}
