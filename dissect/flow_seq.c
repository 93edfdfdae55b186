/* SPDX-License-Identifier: BSD-3-Clause
 *
 * Sequence analysis of TCP: what the octets of a segment are, given all that
 * its side has sent past the capture point. RFC 9293 section 3.4, RFC 6298
 * section 3 (Karn).
 *
 * Theory of operation: a segment is compared with nxt, one past the highest
 * octet its side has sent. At nxt it is new; beyond it, it leaves a gap
 * (flow_trouble.c keeps up to TROUBLE_GAPS of a direction); before it, it is
 *   a keep-alive        one octet before nxt, at most one octet, all acked
 *   a window probe      the same, or any old data, while the other side's
 *                       window is zero
 *   reordered           it fills a gap and was sent before what overtook it:
 *                       by IP id where there is one, else within 3 ms (or the
 *                       handshake RTT, as Wireshark does)
 *   a retransmission    all else
 *
 * Where this differs from Wireshark's tcp.analysis, on purpose: copies made by
 * the capture are none of these; a hole filled within an RTT by a packet with
 * a later IP id is a retransmission, octets overtaken by their own ACK are
 * reordered; one octet that is still to be acknowledged is data, not a
 * keep-alive; an ACK counts as duplicate only while data is outstanding;
 * against a zero window, old data is a probe; an ACK of a retransmission that
 * overlaps new data acknowledges nothing unseen.
 */
#include "dissect/flow_impl.h"

/* Wireshark's keep-alive, but octets still to be acknowledged are data. */
static bool is_keepalive(const struct segment *s)
{
    return s->len <= 1 && s->seq == s->d->nxt - 1 &&
           !(s->flags & (TCP_SYN | TCP_FIN)) &&
           (s->len == 0 ||
            ((s->o->flags & FDIR_ACK) && s->o->ack == s->d->nxt));
}

static bool window_is_zero(const struct flow_dir *d)
{
    return (d->flags & FDIR_ACK) && d->window == 0 && d->zero_windows;
}

static void note_probe(struct flow_table *t, struct segment *s)
{
    struct flow_trouble *tr = flow_trouble_get(t, s->f);

    if (tr)
        tr->dir[!s->dir].zwin.probes =
            sat16_add(tr->dir[!s->dir].zwin.probes, 1);
}

/* Follow this segment until it is acknowledged, if it is the largest. */
static void follow(struct segment *s)
{
    struct flow_dir *d = s->d;

    if (s->wire <= d->pend_len)
        return;
    d->pend_len = s->wire;
    d->pend_end = s->seq + s->head;
    d->timed_us = s->us ? s->us : 1;
}

static void note_new_data(struct segment *s)
{
    struct flow_dir *d = s->d;

    follow(s);
    if (s->wire > d->max_len)
        d->max_len = s->wire;
}

static void note_flight(struct flow_dir *d, const struct flow_dir *o)
{
    int32_t flight = seq_diff(d->nxt, o->ack);

    if ((o->flags & FDIR_ACK) && flight > 0 &&
        (uint32_t)flight > d->max_flight && flight < 1 << 30)
        d->max_flight = (uint32_t)flight;
}

static void note_gap(struct flow_table *t, struct segment *s)
{
    struct flow_trouble *tr;
    struct trouble_gap gap = {
        .start = s->d->nxt,
        .end = s->seq,
        .us = s->us,
        .ip_id = s->pkt->ip_version == 4 ? (uint16_t)s->pkt->ip_id : 0,
    };

    if (seq_diff(s->seq, s->d->nxt) > SEQ_JUMP_MAX)
        return; /* another conversation: start afresh from here */
    tr = flow_trouble_get(t, s->f);
    if (!tr)
        return;
    flow_history_add(s->f, s->dir, 'g');
    trouble_gap_open(&tr->dir[s->dir], gap, s->now_ns, s->frame);
}

static uint32_t reorder_limit(const struct segment *s)
{
    uint32_t rtt = s->dir == 1 ? s->f->handshake_us : 0;

    return rtt > REORDER_US ? rtt : REORDER_US;
}

static uint16_t late_by_ms(const struct segment *s)
{
    return (uint16_t)(ts_ms(s->now_ns) - s->d->nxt_ms);
}

/* Octets before the first seen of a flow joined midstream */
static bool before_first(const struct segment *s)
{
    return !(s->d->flags & (FDIR_SYN | FDIR_SYNACK)) &&
           seq_diff(s->seq, s->d->isn) < 0;
}

/* Karn: an ACK of what was sent again does not tell which transmission it
 * answers; and if that was in smaller pieces, not that the size arrived. */
static void forget_followed(struct segment *s)
{
    struct flow_dir *d = s->d;

    if (!d->pend_len || seq_diff(d->pend_end, s->seq) <= 0)
        return;
    d->timed_us = 0;
    if (s->wire < d->pend_len &&
        seq_diff(s->end, d->pend_end - d->pend_len) > 0)
        d->pend_len = 0;
}

static void note_resend(struct segment *s, struct flow_trouble *tr,
                        uint32_t old_end, bool seen_first)
{
    struct flow_dir *d = s->d, *o = s->o;
    uint32_t head_end = s->seq + (s->head ? s->head : 1);
    bool acked = (o->flags & FDIR_ACK) && seq_diff(o->ack, old_end) >= 0;
    struct resend r = {
        .seq = s->seq,
        .end = head_end,
        .wire = s->wire,
        .count = s->count ? s->count : 1,
        .full = flow_full_size(s->f, s->dir),
        .now_ns = s->now_ns,
        .quiet_ns = s->quiet_ns,
        .since_nxt_ms = late_by_ms(s),
        .frame = s->frame,
        .df = s->pkt->ip_df || s->pkt->ip_version == 6,
        .seen_first = seen_first,
        .was_acked = acked,
        .dup_acked = o->dup_run == 3,
        .outstanding = !acked,
    };

    if (d->retrans == 0)
        flow_history_add(s->f, s->dir, 't');
    d->retrans += r.count;
    forget_followed(s);
    if (tr)
        trouble_resend(&tr->dir[s->dir], &r);
}

/* [seq, old_end) lies before nxt. */
static void note_old_data(struct flow_table *t, struct segment *s,
                          uint32_t old_end)
{
    struct flow_trouble *tr;
    enum gap_fill fill = GAP_SEEN;

    if (window_is_zero(s->o)) {
        note_probe(t, s);
        return;
    }
    tr = flow_trouble_get(t, s->f);
    if (before_first(s))
        fill = late_by_ms(s) < REORDER_US / 1000 ? GAP_REORDERED : GAP_RESENT;
    else if (tr)
        fill = trouble_gap_fill(
            &tr->dir[s->dir], s->seq, old_end,
            s->pkt->ip_version == 4 ? (uint16_t)s->pkt->ip_id : 0, s->now_ns,
            s->frame, reorder_limit(s));
    if (fill == GAP_REORDERED)
        s->d->out_of_order = sat16_add(s->d->out_of_order, 1);
    else
        note_resend(s, tr, old_end, fill == GAP_SEEN);
}

void segment_count_data(struct segment *s)
{
    struct flow_dir *d = s->d;

    d->payload += s->len;
    d->data_segs += s->count;
    if (s->count > 1) {
        d->flags |= FDIR_GSO;
        s->f->flags |= FLOW_GSO;
    }
    if (!(d->flags & FDIR_DATA)) {
        d->flags |= FDIR_DATA;
        flow_history_add(s->f, s->dir, 'd');
    }
}

/* Segments beyond an open hole: the receiver holds them back (RFC 2018). */
static void note_beyond_hole(struct flow_table *t, struct segment *s)
{
    struct flow_trouble *tr = flow_trouble_peek(t, s->f);
    struct stream_hole *h;

    if (!tr)
        return;
    h = &tr->dir[s->dir].hole;
    if (!h->first_ns || h->filled || seq_diff(s->seq, h->announced) < 0)
        return;
    h->sacked = sat16_add(h->sacked, s->count);
    h->last_ns = s->now_ns;
    h->last_frame = s->frame;
}

void flow_sequence(struct flow_table *t, struct segment *s)
{
    struct flow_dir *d = s->d;
    int32_t off;

    if (!(d->flags & FDIR_NXT))
        segment_begin_at(d, s->seq,
                         s->seq); /* midstream: no octet before it seen */
    if (is_keepalive(s)) {
        if (window_is_zero(s->o))
            note_probe(t, s);
        else
            sat8(&d->keepalives);
        return;
    }
    off = seq_diff(s->seq, d->nxt);
    if (off > 0)
        note_gap(t, s);
    if (s->len)
        segment_count_data(s);
    if (off < 0 && s->end != s->seq) {
        note_old_data(t, s, seq_diff(s->end, d->nxt) < 0 ? s->end : d->nxt);
    } else if (s->len) {
        if (s->len == 1 && window_is_zero(s->o))
            note_probe(t, s);
        note_new_data(s);
        note_beyond_hole(t, s);
    }
    if (seq_diff(s->end, d->nxt) <= 0)
        return;
    d->nxt = s->end;
    d->nxt_ms = ts_ms(s->now_ns);
    note_flight(d, s->o);
}
