/* SPDX-License-Identifier: BSD-3-Clause
 *
 * One compiled program for each link type met, at most BPF_PROGRAMS_MAX of
 * them: files with more kinds than that do not exist outside of fuzzing, and
 * there the rest simply does not match.
 */
#include "captures/bpf.h"

#include <pcap.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#define BPF_PROGRAMS_MAX 16
#define BPF_SNAPLEN      262144

/** struct bpf_entry - The expression for one link type */
struct bpf_entry {
    uint16_t linktype;
    bool usable;
    struct bpf_program program;
};

struct bpf_filter {
    char *expr;
    unsigned count, last;
    struct bpf_entry entry[BPF_PROGRAMS_MAX];
    char unusable[200];
};

/* LINKTYPE_ values are DLT_ values but for the few whose DLT_ differs between
 * systems (tcpdump.org/linktypes.html); only RAW matters here. */
static int dlt_of(uint16_t linktype)
{
    switch (linktype) {
    case 101: /* LINKTYPE_RAW */
        return DLT_RAW;
    case 108: /* LINKTYPE_LOOP */
        return DLT_LOOP;
    default:
        return linktype;
    }
}

static bool compile(const char *expr, uint16_t linktype,
                    struct bpf_program *program, char *err, size_t size)
{
    pcap_t *p = pcap_open_dead(dlt_of(linktype), BPF_SNAPLEN);
    bool ok;

    if (!p) {
        snprintf(err, size, "libpcap does not know link type %u", linktype);
        return false;
    }
    ok = pcap_compile(p, program, expr, 1, PCAP_NETMASK_UNKNOWN) == 0;
    if (!ok)
        snprintf(err, size, "%s", pcap_geterr(p));
    pcap_close(p);
    return ok;
}

struct bpf_filter *bpf_filter_new(const char *expr, char *err, size_t size)
{
    struct bpf_filter *f = calloc(1, sizeof(*f));

    if (!f || !(f->expr = strdup(expr))) {
        snprintf(err, size, "out of memory");
        bpf_filter_free(f);
        return NULL;
    }
    f->entry[0].linktype = DLT_EN10MB;
    if (!compile(expr, DLT_EN10MB, &f->entry[0].program, err, size)) {
        bpf_filter_free(f);
        return NULL;
    }
    f->entry[0].usable = true;
    f->count = 1;
    return f;
}

void bpf_filter_free(struct bpf_filter *f)
{
    if (!f)
        return;
    for (unsigned i = 0; i < f->count; i++)
        if (f->entry[i].usable)
            pcap_freecode(&f->entry[i].program);
    free(f->expr);
    free(f);
}

static struct bpf_entry *entry_for(struct bpf_filter *f, uint16_t linktype)
{
    struct bpf_entry *e;

    if (f->entry[f->last].linktype == linktype)
        return &f->entry[f->last];
    for (unsigned i = 0; i < f->count; i++) {
        if (f->entry[i].linktype == linktype) {
            f->last = i;
            return &f->entry[i];
        }
    }
    if (f->count == BPF_PROGRAMS_MAX)
        return NULL;
    e = &f->entry[f->count];
    f->last = f->count++;
    e->linktype = linktype;
    e->usable = compile(f->expr, linktype, &e->program, f->unusable,
                        sizeof(f->unusable));
    return e;
}

bool bpf_filter_match(struct bpf_filter *f, const struct packet *pkt)
{
    const struct bpf_entry *e = entry_for(f, pkt->linktype);
    struct pcap_pkthdr hdr = { 0 };
    uint32_t skip = pkt->vnet_len;

    if (!e || !e->usable || skip > pkt->caplen)
        return false;
    hdr.caplen = pkt->caplen - skip;
    hdr.len = pkt->wirelen > skip ? pkt->wirelen - skip : hdr.caplen;
    return pcap_offline_filter(&e->program, &hdr, pkt->data + skip) > 0;
}

const char *bpf_filter_unusable(const struct bpf_filter *f)
{
    return f->unusable[0] ? f->unusable : NULL;
}
