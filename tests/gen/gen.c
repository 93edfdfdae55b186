/* SPDX-License-Identifier: BSD-3-Clause
 *
 * Frame store and file writers of the capture generator. Formats: pcap as in
 * draft-ietf-opsawg-pcap, pcapng as in draft-ietf-opsawg-pcapng, both written
 * little-endian whatever the machine.
 */
#include "tests/gen/gen.h"

#include <errno.h>
#include <stdlib.h>
#include <string.h>

#include "tests/gen/net.h"

static void *must(void *p)
{
    if (!p) {
        fputs("gen: out of memory\n", stderr);
        abort();
    }
    return p;
}

struct gen *gen_new(void)
{
    struct gen *g = must(calloc(1, sizeof(*g)));

    g->net = must(calloc(1, sizeof(*g->net)));
    g->now = GEN_START;
    g->link = GEN_ETHERNET;
    g->snaplen = 262144;
    g->drops = -1;
    g->end_at = INT64_MAX;
    g->rng = 0x7461707363 /* "tapsc" */;
    return g;
}

void gen_free(struct gen *g)
{
    if (!g)
        return;
    free(g->net);
    free(g->arena);
    free(g->frame);
    free(g);
}

uint64_t gen_random(struct gen *g)
{
    uint64_t z = g->rng += 0x9e3779b97f4a7c15u;

    z = (z ^ (z >> 30)) * 0xbf58476d1ce4e5b9u;
    z = (z ^ (z >> 27)) * 0x94d049bb133111ebu;
    return z ^ (z >> 31);
}

/* --- writing ------------------------------------------------------------ */

static uint8_t *le16(uint8_t *p, unsigned v)
{
    p[0] = (uint8_t)v;
    p[1] = (uint8_t)(v >> 8);
    return p + 2;
}

static uint8_t *le32(uint8_t *p, uint32_t v)
{
    return le16(le16(p, v & 0xffff), v >> 16);
}

void gen_file_header(struct gen *g, FILE *out)
{
    uint8_t h[24] = { 0 };
    uint8_t *p = le32(h, g->format == GEN_PCAP_NS ? 0xa1b23c4d : 0xa1b2c3d4);

    p = le16(le16(p, 2), 4);
    p = le32(p + 8, g->snaplen);
    le32(p, g->link);
    fwrite(h, 1, sizeof(h), out);
}

static void write_pcapng_header(struct gen *g, FILE *out)
{
    uint8_t shb[28], idb[32] = { 0 };
    uint8_t *p = le32(le32(shb, 0x0a0d0d0a), sizeof(shb));

    p = le16(le16(le32(p, 0x1a2b3c4d), 1), 0);
    p = le32(le32(p, 0xffffffff), 0xffffffff);
    le32(p, sizeof(shb));
    fwrite(shb, 1, sizeof(shb), out);

    p = le32(le32(idb, 1), sizeof(idb));
    p = le32(le16(le16(p, g->link), 0), g->snaplen);
    p = le16(le16(p, 9), 1); /* if_tsresol: nanoseconds */
    *p = 9;
    le32(idb + sizeof(idb) - 4, sizeof(idb));
    fwrite(idb, 1, sizeof(idb), out);
}

static void write_pcapng_isb(struct gen *g, FILE *out)
{
    uint8_t isb[40] = { 0 };
    uint8_t *p = le32(le32(isb, 5), sizeof(isb));
    uint64_t ts = (uint64_t)g->now;

    p = le32(p, 0);
    p = le32(le32(p, (uint32_t)(ts >> 32)), (uint32_t)ts);
    p = le16(le16(p, 5), 8); /* isb_ifdrop */
    p = le32(le32(p, (uint32_t)g->drops), 0);
    le32(p, 0); /* opt_endofopt */
    le32(isb + sizeof(isb) - 4, sizeof(isb));
    fwrite(isb, 1, sizeof(isb), out);
}

static void write_record(struct gen *g, FILE *out, int64_t ts_ns,
                         const uint8_t *bytes, uint32_t len)
{
    uint8_t h[32];
    uint8_t *p = h;
    uint32_t cap = len < g->snaplen ? len : g->snaplen;
    uint32_t pad = -cap & 3;

    if (g->format == GEN_PCAPNG) {
        p = le32(le32(le32(p, 6), 32 + cap + pad), 0);
        p = le32(p, (uint32_t)((uint64_t)ts_ns >> 32));
        p = le32(p, (uint32_t)ts_ns);
    } else {
        int64_t fraction = ts_ns % SEC;

        p = le32(p, (uint32_t)(ts_ns / SEC));
        p = le32(
            p, (uint32_t)(g->format == GEN_PCAP_NS ? fraction : fraction / US));
    }
    p = le32(le32(p, cap), len);
    fwrite(h, 1, (size_t)(p - h), out);
    fwrite(bytes, 1, cap, out);
    if (g->format == GEN_PCAPNG) {
        memset(h, 0, sizeof(h));
        le32(h + pad, 32 + cap + pad);
        fwrite(h, 1, pad + 4, out);
    }
}

/* Ethernet to the link type asked for: [at] becomes the new first octet. */
static const uint8_t *relink(struct gen *g, const struct gen_frame *f,
                             uint8_t *tmp, uint32_t *len)
{
    const uint8_t *eth = g->arena + f->off + f->vnet;
    uint32_t left = f->len - f->vnet;
    uint32_t head;
    uint8_t *p = tmp;
    bool sent_by_guest = !memcmp(eth + 6, g->net->guest.mac, 6);

    if (g->link == GEN_ETHERNET || left < 14) {
        *len = f->len;
        return g->arena + f->off;
    }
    memset(tmp, 0, 20);
    switch (g->link) {
    case GEN_NULL:
        p = le32(p, eth[12] == 0x86 ? 10 : 2);
        break;
    case GEN_SLL: /* tap seen from the host: the guest's frames come in */
        tmp[1] = (eth[0] & 1) ? 1 : sent_by_guest ? 0 : 4;
        tmp[3] = 1;
        tmp[5] = 6;
        memcpy(tmp + 6, eth + 6, 6);
        memcpy(tmp + 14, eth + 12, 2);
        p += 16;
        break;
    case GEN_SLL2:
        memcpy(tmp, eth + 12, 2);
        tmp[7] = 3; /* interface index */
        tmp[9] = 1;
        tmp[10] = (eth[0] & 1) ? 1 : sent_by_guest ? 0 : 4;
        tmp[11] = 6;
        memcpy(tmp + 12, eth + 6, 6);
        p += 20;
        break;
    default:
        break;
    }
    head = (uint32_t)(p - tmp);
    memcpy(p, eth + 14, left - 14);
    *len = head + left - 14;
    return tmp;
}

static bool is_ip(const uint8_t *eth)
{
    return (eth[12] == 0x08 && eth[13] == 0) ||
           (eth[12] == 0x86 && eth[13] == 0xdd);
}

int gen_write(struct gen *g, FILE *out)
{
    uint8_t *tmp = must(malloc(GEN_FRAME_MAX + 64));

    gen_finish(g);
    if (g->format == GEN_PCAPNG)
        write_pcapng_header(g, out);
    else
        gen_file_header(g, out);
    for (uint32_t i = 0; i < g->count; i++) {
        uint32_t len;
        const uint8_t *bytes;

        /* RAW and NULL carry IP and nothing else. */
        if ((g->link == GEN_RAW || g->link == GEN_NULL) &&
            !is_ip(gen_bytes(g, i)))
            continue;
        bytes = relink(g, &g->frame[i], tmp, &len);
        write_record(g, out, g->frame[i].ts_ns, bytes, len);
    }
    if (g->format == GEN_PCAPNG && g->drops >= 0)
        write_pcapng_isb(g, out);
    free(tmp);
    return ferror(out) ? -EIO : 0;
}

int gen_write_file(struct gen *g, const char *path)
{
    FILE *out;
    int rc;
    char *text = NULL;
    size_t size = 0;
    FILE *mem = must(open_memstream(&text, &size));

    rc = gen_write(g, mem);
    if (fclose(mem) && !rc)
        rc = -EIO;
    out = fopen(path, "wb");
    if (!out) {
        free(text);
        return -errno;
    }
    size -= g->cut_octets < size ? g->cut_octets : size;
    if (fwrite(text, 1, size, out) != size)
        rc = -EIO;
    if (fclose(out) && !rc)
        rc = -errno;
    free(text);
    return rc;
}

/* --- frames ------------------------------------------------------------- */

static void put_vnet(uint8_t *p, unsigned size, const struct offload *off)
{
    memset(p, 0, size);
    if (off) {
        p[0] = off->needs_csum;
        p[1] = off->gso_type;
        p = le16(le16(p + 2, off->hdr_len), off->gso_size);
        if (off->needs_csum)
            le16(le16(p, off->csum_start), off->csum_offset);
    }
}

static void record(struct gen *g, int64_t ts_ns, const uint8_t *vnet,
                   const uint8_t *bytes, size_t len)
{
    struct gen_frame *f;
    size_t all = len + g->vnet;

    if (g->used + all > g->size) {
        g->size = (g->used + all) * 2;
        g->arena = must(realloc(g->arena, g->size));
    }
    if (g->count == g->room) {
        g->room = g->room ? g->room * 2 : 256;
        g->frame = must(realloc(g->frame, g->room * sizeof(*g->frame)));
    }
    f = &g->frame[g->count];
    *f = (struct gen_frame){ .ts_ns = ts_ns,
                             .off = g->used,
                             .len = (uint32_t)all,
                             .order = g->count,
                             .vnet = g->vnet };
    g->count++;
    memcpy(g->arena + g->used, vnet, g->vnet);
    memcpy(g->arena + g->used + g->vnet, bytes, len);
    g->used += all;
}

void gen_frame(struct gen *g, const uint8_t *bytes, size_t len,
               const struct offload *off)
{
    uint8_t tagged[GEN_FRAME_MAX + 4];
    uint8_t vnet[12];

    memcpy(g->last_mac, bytes, 12);
    g->frames_made++;
    if (g->mute || (g->hide && !memcmp(bytes + 6, g->hide, 6)))
        return;
    if (g->vlan) {
        memcpy(tagged, bytes, 12);
        tagged[12] = 0x81;
        tagged[13] = 0;
        tagged[14] = (uint8_t)(g->vlan >> 8);
        tagged[15] = (uint8_t)g->vlan;
        memcpy(tagged + 16, bytes + 12, len - 12);
        bytes = tagged;
        len += 4;
    }
    if (g->stream) {
        write_record(g, g->stream, g->now, bytes, (uint32_t)len);
        return;
    }
    put_vnet(vnet, sizeof(vnet), off);
    for (unsigned i = 0; i <= g->copies; i++)
        record(g, g->now + (int64_t)i * g->copy_delay, vnet, bytes, len);
}

void gen_copy_last(struct gen *g, int64_t delay_ns, int ttl_delta)
{
    const struct gen_frame f = g->frame[g->count - 1];
    uint8_t vnet[12], bytes[GEN_FRAME_MAX];
    size_t len = f.len - f.vnet;

    memcpy(vnet, g->arena + f.off, f.vnet);
    memcpy(bytes, g->arena + f.off + f.vnet, len);
    if (ttl_delta && bytes[12] == 0x08 && bytes[13] == 0) {
        /* RFC 1624: the sum moves against the word that holds the TTL. */
        uint32_t sum = (uint32_t)bytes[24] << 8 | bytes[25];

        bytes[22] = (uint8_t)(bytes[22] + ttl_delta);
        sum = sum + 0xffff * 256u - (uint32_t)(ttl_delta * 256);
        while (sum >> 16)
            sum = (sum & 0xffff) + (sum >> 16);
        bytes[24] = (uint8_t)(sum >> 8);
        bytes[25] = (uint8_t)sum;
    }
    record(g, f.ts_ns + delay_ns, vnet, bytes, len);
}

const uint8_t *gen_bytes(const struct gen *g, uint32_t i)
{
    return g->arena + g->frame[i].off + g->frame[i].vnet;
}

static int by_time(const void *a, const void *b)
{
    const struct gen_frame *x = a, *y = b;

    if (x->ts_ns != y->ts_ns)
        return x->ts_ns < y->ts_ns ? -1 : 1;
    return x->order < y->order ? -1 : x->order > y->order;
}

void gen_finish(struct gen *g)
{
    uint32_t kept = 0;

    for (uint32_t i = 0; i < g->count; i++)
        if (g->frame[i].ts_ns <= g->end_at)
            g->frame[kept++] = g->frame[i];
    g->count = kept;
    if (!g->keep_order && kept)
        qsort(g->frame, kept, sizeof(*g->frame), by_time);
}
