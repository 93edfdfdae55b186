/* SPDX-License-Identifier: BSD-3-Clause
 *
 * Capture quality: what the capture itself does to what can be seen in it.
 * None of these is a fault of the guest's network; they are said so that
 * nobody hunts them, and so that the other rules are trusted where they kept
 * silent. All are concluded once for the whole capture from facts.quality.
 */
#include <stddef.h>

#include "dissect/symptom/symptom.h"

/* A checksum equals the bare pseudo-header sum by chance once in 65536. */
#define CSUM_MIN       3
#define CSUM_PER_MILLE 2
#define DUP_MIN        5
#define DUP_PERCENT    2
#define BACKWARDS_NS   1000000 /* batching of the writer stays below 1 ms */

#define PROOF(f, at, note)                                          \
    do {                                                            \
        for (unsigned i_ = 0; i_ < (at).count; i_++)                \
            finding_frame((f), 0, (at).frame[i_], 0, "%s", (note)); \
    } while (0)

static struct finding *capture_finding(const struct symptom_ctx *c,
                                       uint8_t confidence, uint64_t count,
                                       struct findings *out)
{
    struct finding *f = finding_add(out, c->self, GUEST_NONE, confidence);

    f->count = count;
    f->first_ns = c->facts->first_ns;
    f->last_ns = c->facts->now_ns;
    return f;
}

static void conclude_vnet(const struct symptom_ctx *c, const void *state,
                          struct findings *out)
{
    const struct quality *q = &c->facts->quality;
    uint64_t n = q->vnet10 + q->vnet12;
    struct finding *f;

    (void)state;
    if (!n)
        return;
    f = capture_finding(c, 99, n, out);
    f->cause = "qemu-filter-dump";
    finding_metric(f, "frames_10_bytes", (double)q->vnet10);
    finding_metric(f, "frames_12_bytes", (double)q->vnet12);
    finding_metric(f, "gso_frames", (double)q->vnet_gso);
    finding_metric(f, "unfinished_checksums", (double)q->vnet_needs_csum);
    PROOF(f, q->vnet_at, "virtio-net header before the Ethernet frame");
}

static void conclude_gso(const struct symptom_ctx *c, const void *state,
                         struct findings *out)
{
    const struct quality *q = &c->facts->quality;
    struct finding *f;

    (void)state;
    if (!q->gso_frames)
        return;
    f = capture_finding(c, 95, q->gso_frames, out);
    f->cause = "segmentation-offload";
    finding_metric(f, "gso_frames", (double)q->gso_frames);
    finding_metric(f, "largest_bytes", (double)q->gso_max_len);
    PROOF(f, q->gso_at, "larger than the segment size both sides agreed");
}

static void conclude_csum(const struct symptom_ctx *c, const void *state,
                          struct findings *out)
{
    const struct quality *q = &c->facts->quality;
    struct finding *f;

    (void)state;
    if (q->csum_partial < CSUM_MIN ||
        q->csum_partial * 1000 < q->csum_checked * CSUM_PER_MILLE)
        return;
    f = capture_finding(c, 97, q->csum_partial, out);
    f->cause = "checksum-offload";
    finding_metric(f, "unfinished_checksums", (double)q->csum_partial);
    finding_metric(f, "checked", (double)q->csum_checked);
    PROOF(f, q->csum_at, "checksum field holds the bare pseudo-header sum");
}

static void conclude_duplicates(const struct symptom_ctx *c, const void *state,
                                struct findings *out)
{
    const struct quality *q = &c->facts->quality;
    struct finding *f;

    (void)state;
    if (q->duplicates < DUP_MIN ||
        q->duplicates * 100 < c->facts->packets * DUP_PERCENT)
        return;
    f = capture_finding(c, 90, q->duplicates, out);
    f->cause = "captured-twice";
    finding_metric(f, "copies", (double)q->duplicates);
    finding_metric(f, "copies_percent",
                   100.0 * (double)q->duplicates / (double)c->facts->packets);
    PROOF(f, q->dup_at, "copy of a frame less than 1 ms before it");
}

static void conclude_truncated(const struct symptom_ctx *c, const void *state,
                               struct findings *out)
{
    const struct quality *q = &c->facts->quality;
    struct finding *f;

    (void)state;
    if (!q->truncated)
        return;
    f = capture_finding(c, 99, q->truncated, out);
    f->cause = "snap-length";
    f->variant = q->truncated_headers ? "headers" : NULL;
    finding_metric(f, "truncated", (double)q->truncated);
    finding_metric(f, "truncated_headers", (double)q->truncated_headers);
    PROOF(f, q->trunc_at, "captured shorter than it was on the wire");
}

static uint64_t told_drops(const struct facts *facts)
{
    uint64_t n = 0;

    for (unsigned i = 0; i < facts->nsource; i++)
        n += facts->source[i].dropped;
    return n;
}

static void conclude_dropped(const struct symptom_ctx *c, const void *state,
                             struct findings *out)
{
    const struct quality *q = &c->facts->quality;
    uint64_t told = told_drops(c->facts);
    struct finding *f;

    (void)state;
    if (!told && !q->dropped)
        return;
    f = capture_finding(c, told ? 99 : 90, told ? told : q->ack_unseen, out);
    f->cause = "capture-too-slow";
    f->variant = told ? "told" : NULL;
    finding_metric(f, "dropped", (double)told);
    finding_metric(f, "unseen_acked", (double)q->ack_unseen);
    PROOF(f, q->ack_unseen_at, "acknowledges data that was not captured");
}

static bool any_nictrace(const struct facts *facts)
{
    for (unsigned i = 0; i < facts->nsource; i++)
        if (facts->source[i].nictrace)
            return true;
    return false;
}

static void conclude_clock(const struct symptom_ctx *c, const void *state,
                           struct findings *out)
{
    const struct quality *q = &c->facts->quality;
    bool nictrace = any_nictrace(c->facts);
    bool back = q->time_backwards && q->worst_backwards_ns >= BACKWARDS_NS;
    struct finding *f;

    (void)state;
    if (!nictrace && !back)
        return;
    f = capture_finding(c, 97, back ? q->time_backwards : 1, out);
    f->variant = nictrace ? "nictrace" : NULL;
    f->cause = nictrace ? "since-vm-start" : "unordered";
    finding_metric(f, "backwards", (double)q->time_backwards);
    finding_metric(f, "worst_ms", (double)q->worst_backwards_ns / 1e6);
    PROOF(f, q->back_at, "earlier than the frame before it");
}

static void conclude_one_sided(const struct symptom_ctx *c, const void *state,
                               struct findings *out)
{
    const struct quality *q = &c->facts->quality;
    struct finding *f;

    (void)state;
    if (!q->one_sided)
        return;
    f = capture_finding(c, 90, q->tcp_one_sided, out);
    f->cause = "one-direction";
    finding_metric(f, "one_sided_flows", (double)q->tcp_one_sided);
    finding_metric(f, "two_sided_flows", (double)q->tcp_two_sided);
}

#define CAPTURE_SYMPTOM(name, word, text, fn) \
    const struct symptom name##_symptom = {   \
        .id = word,                           \
        .title = text,                        \
        .severity = SEVERITY_INFO,            \
        .whole_capture = true,                \
        .conclude = fn,                       \
    }

CAPTURE_SYMPTOM(capture_vnet_header, "capture-vnet-header",
                "Frames carry a virtio-net header", conclude_vnet);
CAPTURE_SYMPTOM(capture_gso_frames, "capture-gso-frames",
                "Frames larger than the MTU, by offload", conclude_gso);
CAPTURE_SYMPTOM(capture_checksum_offload, "capture-checksum-offload",
                "Checksums left to hardware", conclude_csum);
CAPTURE_SYMPTOM(capture_duplicates, "capture-duplicates",
                "Frames captured twice", conclude_duplicates);
CAPTURE_SYMPTOM(capture_truncated, "capture-truncated",
                "Frames cut by the snap length", conclude_truncated);
CAPTURE_SYMPTOM(capture_dropped, "capture-dropped", "The capture lost frames",
                conclude_dropped);
CAPTURE_SYMPTOM(capture_clock, "capture-clock",
                "The timestamps are not wall-clock time in order",
                conclude_clock);
CAPTURE_SYMPTOM(capture_one_sided, "capture-one-sided",
                "Only one direction was captured", conclude_one_sided);
