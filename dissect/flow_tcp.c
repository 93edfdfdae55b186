/* SPDX-License-Identifier: BSD-3-Clause
 *
 * TCP as it passed the capture point: state, sequence, acknowledgments,
 * windows, round trips. RFC 9293 with RFC 7323 (scaling, timestamps), RFC 2018
 * and RFC 2883 (SACK, DSACK), RFC 5681 (duplicate ACKs), RFC 6298 (Karn).
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
 * Copies made by the capture never come here (flow.c). Sizes and counts are
 * those of wire segments: a super-frame stands for ceil(payload / mss).
 *
 * Invariant: the peer's word is believed only within SEQ_JUMP_MAX of what was
 * seen, so that one forged segment cannot put the analysis out of step.
 */
#include "dissect/flow_impl.h"

/**
 * struct segment - One segment and what is derived from it once
 * @end:   One past its last octet, SYN and FIN counted
 * @len:   Payload octets
 * @count: Wire segments, 0 without payload
 * @head:  Payload octets of the first of them
 * @wire:  IP length of the first of them
 */
struct segment {
    const struct packet *pkt;
    const struct tcp_info *tcp;
    struct flow *f;
    struct flow_dir *d, *o; /* its direction, the other one */
    unsigned dir;
    uint32_t seq, end, len;
    uint32_t count, head;
    uint16_t wire;
    uint8_t flags;
    uint32_t us, frame;
    int64_t now_ns, quiet_ns;
};

static uint32_t mss_limit(const struct flow *f)
{
    uint32_t a = f->dir[0].mss, b = f->dir[1].mss;

    a = a >= MSS_SANE ? a : 0;
    b = b >= MSS_SANE ? b : 0;
    if (!a || !b)
        return a + b;
    return a < b ? a : b;
}

unsigned flow_headers_len(const struct flow *f)
{
    return addr_is_v4(&f->addr[0]) ? 40 : 60;
}

unsigned flow_full_size(const struct flow *f, unsigned dir)
{
    uint32_t mss = mss_limit(f);

    return mss ? mss + flow_headers_len(f) : f->dir[dir].max_len;
}

/* Payload octets a super-frame was to be cut into, 0 when it is none. The peer
 * may be sent up to its MSS without regard for options (libslirp does). */
static uint32_t gso_size(const struct flow *f, unsigned dir,
                         const struct packet *pkt, uint32_t hdr, uint32_t mtu)
{
    uint32_t peer = f->dir[!dir].mss, own = f->dir[dir].mss;
    uint32_t most = peer > own ? peer : own;
    uint32_t limit, options, plain = flow_headers_len(f);

    if ((pkt->flags & PKT_VNET_GSO) && pkt->vnet_gso_size >= MSS_SANE)
        return pkt->payload_len > pkt->vnet_gso_size ? pkt->vnet_gso_size : 0;
    limit = mss_limit(f);
    if (!limit || pkt->payload_len <= (peer >= MSS_SANE ? peer : limit))
        return 0;
    if (pkt->payload_len <= most && pkt->ip_len <= 1500)
        return 0;
    options = hdr > plain ? hdr - plain : 0;
    if (limit > options + MSS_SANE)
        limit -= options;
    /* Told of a smaller path MTU it cuts to that, as far as can be seen. */
    return mtu > hdr + MSS_SANE && mtu - hdr < limit ? mtu - hdr : limit;
}

/* How the segment crosses a wire: into how many it is cut, and the first. */
static void wire_size(struct segment *s, uint32_t mtu)
{
    const struct packet *pkt = s->pkt;
    uint32_t hdr = pkt->ip_len > s->len ? pkt->ip_len - s->len : 0;
    uint32_t size = gso_size(s->f, s->dir, pkt, hdr, mtu);

    s->count = s->len != 0;
    s->head = s->len;
    s->wire = clamp16(pkt->ip_len);
    if (!size)
        return;
    s->count = (s->len + size - 1) / size;
    s->head = size;
    s->wire = clamp16(hdr + size);
}

bool flow_tcp_begins_anew(const struct flow *f, unsigned dir,
                          const struct packet *pkt)
{
    const struct flow_dir *d = &f->dir[dir];
    const struct flow_dir *o = &f->dir[!dir];
    uint8_t flags = pkt->tcp.flags & (TCP_SYN | TCP_ACK | TCP_RST);

    if (flags == (TCP_SYN | TCP_ACK)) /* one-sided captures */
        return f->state == FLOW_CLOSED && (d->flags & FDIR_NXT) &&
               (!(d->flags & FDIR_SYNACK) || d->isn != pkt->tcp.seq) &&
               (!(o->flags & FDIR_SYN) || pkt->tcp.ack != o->isn + 1);
    if (flags != TCP_SYN)
        return false;
    if (d->flags & FDIR_SYN)
        return d->isn != pkt->tcp.seq;
    /* Simultaneous open (RFC 9293 section 3.5), or the SYN that was overtaken
     * by its own SYN-ACK */
    if (d->packets == 0)
        return pkt->tcp.seq + 1 != o->ack && (o->flags & FDIR_SYNACK);
    return true;
}

static void note_syn_options(struct segment *s)
{
    const struct tcp_info *tcp = s->tcp;
    struct flow_dir *d = s->d;

    if (tcp->options & TCPO_MSS) {
        d->flags |= FDIR_MSS;
        d->mss = tcp->mss;
    }
    if (tcp->options & TCPO_WSCALE) {
        d->flags |= FDIR_WSCALE;
        /* RFC 7323 section 2.3: more than 14 means 14 */
        d->wscale = (tcp->wscale > 14 ? 14 : tcp->wscale) & 0xfu;
    }
    if (tcp->options & TCPO_SACK_PERM)
        d->flags |= FDIR_SACK_PERM;
}

static void begin_at(struct flow_dir *d, uint32_t isn, uint32_t nxt)
{
    d->isn = isn;
    d->nxt = nxt;
    d->flags |= FDIR_NXT;
}

static void note_syn(struct segment *s)
{
    struct flow *f = s->f;
    struct flow_dir *d = s->d;
    int64_t span = ns_since(s->now_ns, f->first_ns);

    if (!(d->flags & FDIR_SYN)) {
        begin_at(d, s->seq, s->end);
        d->flags |= FDIR_SYN;
        note_syn_options(s);
        flow_history_add(f, s->dir, 's');
    }
    d->timed_us = s->us ? s->us : 1; /* the latest try is timed */
    if (s->dir == 0 || f->syn_frame == 0) {
        if (!f->syn_frame)
            f->syn_frame = s->frame;
        sat8(&f->syn_count);
        if (span > 0)
            f->syn_span_ms = clamp16((uint32_t)(span / 1000000 > UINT16_MAX
                                                    ? UINT16_MAX
                                                    : span / 1000000));
    }
}

static void note_synack(struct segment *s)
{
    struct flow *f = s->f;
    struct flow_dir *d = s->d, *o = s->o;
    uint32_t us = s->us - o->timed_us;

    if (d->flags & FDIR_SYNACK &&
        (d->isn == s->seq || f->flags & FLOW_ESTABLISHED))
        return;
    if (!(d->flags & FDIR_SYNACK)) {
        f->synack_frame = s->frame;
        if ((o->flags & FDIR_SYN) && o->timed_us && (int32_t)us >= 0)
            f->handshake_us = us ? us : 1;
        flow_history_add(f, s->dir, 'h');
    }
    o->timed_us = 0;
    begin_at(d, s->seq, s->end);
    d->flags |= FDIR_SYNACK;
    note_syn_options(s);
}

static void note_end(struct segment *s)
{
    if (s->f->end_frame)
        return;
    s->f->end_frame = s->frame;
    s->f->end_dir = s->dir & 1u;
}

static bool unanswered(const struct flow *f)
{
    return (f->dir[0].flags & FDIR_SYN) && !(f->dir[1].flags & FDIR_SYNACK);
}

/* RFC 9293 section 3.5.3. Windows, acknowledgments and sequence numbers of a
 * RST say nothing more (section 3.5.2 makes many of them up). */
static bool note_rst(struct segment *s)
{
    struct flow *f = s->f;

    if (!(s->d->flags & FDIR_RST)) {
        s->d->flags |= FDIR_RST;
        flow_history_add(f, s->dir, 'r');
    }
    note_end(s);
    if (!f->rst_ttl)
        f->rst_ttl = s->pkt->ttl;
    if (s->dir == 1 && unanswered(f) && !(s->d->flags & FDIR_NXT)) {
        f->flags |= FLOW_REFUSED;
        if (!(s->flags & TCP_ACK))
            f->flags |= FLOW_RST_NO_ACK;
    }
    return true;
}

static void note_fin(struct segment *s)
{
    if (s->d->flags & FDIR_FIN)
        return;
    s->d->flags |= FDIR_FIN;
    note_end(s);
    flow_history_add(s->f, s->dir, 'f');
    if (s->dir == 1 && unanswered(s->f) && !(s->d->flags & FDIR_DATA))
        s->f->flags |= FLOW_FIN_NO_SYNACK;
}

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

static void count_data(struct segment *s)
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

static void note_sequence(struct flow_table *t, struct segment *s)
{
    struct flow_dir *d = s->d;
    int32_t off;

    if (!(d->flags & FDIR_NXT))
        begin_at(d, s->seq, s->seq); /* midstream: no octet before it seen */
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
        count_data(s);
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

static void rtt_sample(struct flow_dir *o, uint32_t now_us)
{
    uint32_t us = now_us - o->timed_us;

    if (!o->timed_us || (int32_t)us < 0 || o->rtt_count == UINT16_MAX)
        return;
    if (us == 0)
        us = 1;
    if (!o->rtt_min_us || us < o->rtt_min_us)
        o->rtt_min_us = us;
    o->rtt_count++;
    o->rtt_sum_us =
        us > UINT32_MAX - o->rtt_sum_us ? UINT32_MAX : o->rtt_sum_us + us;
}

static void count_unseen(struct flow_table *t, struct segment *s)
{
    struct flow_counts *c = &t->counts;

    sat8(&s->f->ack_unseen);
    if (c->ack_unseen < 4)
        c->ack_unseen_frame[c->ack_unseen] = s->pkt->number;
    c->ack_unseen++;
}

static void note_acked(struct flow_table *t, struct segment *s, uint32_t ack)
{
    struct flow_dir *o = s->o;
    struct flow_trouble *tr;

    if (o->pend_len && seq_diff(ack, o->pend_end) >= 0) {
        o->flags |= FDIR_ACKED_DATA;
        if (o->pend_len > o->acked_len)
            o->acked_len = o->pend_len;
        rtt_sample(o, s->us);
        o->pend_len = 0;
        o->timed_us = 0;
    }
    tr = flow_trouble_peek(t, s->f);
    if (!tr)
        return;
    for (unsigned n = trouble_acked(&tr->dir[!s->dir], ack, s->now_ns); n; n--)
        count_unseen(t, s);
}

/* Data was acknowledged that the capture does not hold. Go on from there, and
 * remember the gap: the data may only have been overtaken by its ACK. */
static void note_ack_unseen(struct flow_table *t, struct segment *s)
{
    struct flow_trouble *tr = flow_trouble_get(t, s->f);
    struct trouble_gap gap = {
        .start = s->o->nxt,
        .end = s->tcp->ack,
        .us = s->us,
        .acked = true,
    };

    if (tr)
        trouble_gap_open(&tr->dir[!s->dir], gap, s->now_ns, s->frame);
    count_unseen(t, s);
    s->o->nxt = s->tcp->ack;
}

/* RFC 5681 section 2. */
static bool is_dup_ack(const struct segment *s)
{
    return s->len == 0 && !(s->flags & (TCP_SYN | TCP_FIN)) &&
           s->seq == s->d->nxt && (s->o->flags & FDIR_NXT) &&
           s->o->nxt != s->tcp->ack && s->tcp->window == s->d->window &&
           s->tcp->window != 0; /* that answers a probe */
}

/* RFC 2883: block 0 below the ACK or inside block 1. A report of one octet
 * answers a keep-alive or a window probe. */
static bool has_dsack(const struct tcp_info *tcp)
{
    uint32_t left = tcp->sack[0].left, right = tcp->sack[0].right;

    if (tcp->nsack == 0 || right - left <= 1)
        return false;
    if (seq_diff(right, tcp->ack) <= 0)
        return true;
    return tcp->nsack > 1 && seq_diff(left, tcp->sack[1].left) >= 0 &&
           seq_diff(right, tcp->sack[1].right) <= 0;
}

static void note_dsack(struct flow_table *t, struct segment *s)
{
    struct flow_trouble *tr = flow_trouble_get(t, s->f);

    s->d->flags |= FDIR_DSACK;
    if (tr)
        tr->dir[!s->dir].spurious++;
}

static void note_ack(struct flow_table *t, struct segment *s)
{
    struct flow_dir *d = s->d, *o = s->o;
    uint32_t ack = s->tcp->ack;
    int32_t beyond = seq_diff(ack, o->nxt);
    int32_t ahead = seq_diff(ack, d->ack);

    if (o->flags & FDIR_NXT && beyond > 0) {
        if (beyond > SEQ_JUMP_MAX)
            return;
        note_ack_unseen(t, s);
    }
    if (!(d->flags & FDIR_ACK) || ahead > 0) {
        d->flags |= FDIR_ACK;
        d->ack = ack;
        d->dup_run = 0;
        note_acked(t, s, ack);
    } else if (ahead == 0 && is_dup_ack(s)) {
        d->dup_acks = sat16_add(d->dup_acks, 1);
        if (d->dup_run < 3)
            d->dup_run = (d->dup_run + 1u) & 3u;
    }
    if (s->tcp->nsack && has_dsack(s->tcp))
        note_dsack(t, s);
    if (s->dir == 0 && !(s->f->flags & FLOW_ESTABLISHED) &&
        (d->flags & FDIR_SYN) && (o->flags & FDIR_SYNACK) &&
        !(s->flags & TCP_SYN) && seq_diff(ack, o->isn) > 0)
        s->f->flags |= FLOW_ESTABLISHED;
}

static void note_window(struct flow_table *t, struct segment *s)
{
    struct flow_dir *d = s->d;
    uint16_t was = d->window;
    struct flow_trouble *tr;

    d->window = s->tcp->window;
    if (d->window != 0) {
        if (was == 0 && d->zero_windows && (tr = flow_trouble_peek(t, s->f)))
            trouble_window_open(&tr->dir[s->dir], s->now_ns, s->frame);
        return;
    }
    if (was != 0 || d->zero_windows == 0) {
        sat8(&d->zero_windows);
        flow_history_add(s->f, s->dir, 'w');
    }
    tr = flow_trouble_get(t, s->f);
    if (tr)
        trouble_window_zero(&tr->dir[s->dir], s->now_ns, s->frame);
}

static bool both_closed(const struct flow *f)
{
    const struct flow_dir *a = &f->dir[0], *b = &f->dir[1];

    return (a->flags & b->flags & FDIR_FIN) &&
           (a->flags & b->flags & FDIR_ACK) && seq_diff(a->ack, b->nxt) >= 0 &&
           seq_diff(b->ack, a->nxt) >= 0;
}

static void segment_init(struct segment *s, struct flow *f, unsigned dir,
                         const struct packet *pkt, uint32_t mtu)
{
    uint8_t flags = pkt->tcp.flags;

    s->pkt = pkt;
    s->tcp = &pkt->tcp;
    s->f = f;
    s->d = &f->dir[dir];
    s->o = &f->dir[!dir];
    s->dir = dir;
    s->flags = flags;
    s->seq = pkt->tcp.seq;
    s->len = pkt->payload_len;
    s->end =
        s->seq + s->len + ((flags & TCP_SYN) != 0) + ((flags & TCP_FIN) != 0);
    s->us = ts_us(pkt->ts_ns);
    s->frame = (uint32_t)pkt->number;
    s->now_ns = pkt->ts_ns;
    s->quiet_ns =
        pkt->ts_ns > f->last_ns ? ns_since(pkt->ts_ns, f->last_ns) : 0;
    wire_size(s, mtu);
}

/* Where super-frames occur, one that is shorter than a full segment may stand
 * for two small ones. */
static bool one_segment(const struct segment *s)
{
    return !(s->d->flags & FDIR_GSO) || s->wire == flow_full_size(s->f, s->dir);
}

static void note_plain(struct flow_table *t, struct segment *s)
{
    struct flow_trouble *tr = flow_trouble_peek(t, s->f);

    if (tr && tr->icmp_mtu && one_segment(s))
        trouble_after_icmp(tr, s->f, s->dir, s->wire, s->now_ns, s->frame);
    if (s->tcp->options & TCPO_TS)
        s->d->flags |= FDIR_TS;
    note_sequence(t, s);
    if (s->flags & TCP_FIN)
        note_fin(s);
    if (!(s->flags & TCP_ACK))
        return;
    note_ack(t, s);
    note_window(t, s);
    if (s->end == s->seq && !s->d->pure_ack) {
        s->d->pure_ack = 1;
        flow_history_add(s->f, s->dir, 'a');
    }
}

bool flow_tcp_packet(struct flow_table *t, struct flow *f, unsigned dir,
                     const struct packet *pkt)
{
    const struct flow_trouble *tr = flow_trouble_peek(t, f);
    struct segment s;

    segment_init(&s, f, dir, pkt, tr && tr->icmp_dir == dir ? tr->icmp_mtu : 0);
    if (s.flags & TCP_RST)
        return note_rst(&s);
    if (!(s.flags & TCP_SYN)) {
        note_plain(t, &s);
        return both_closed(f);
    }
    if (s.tcp->options & TCPO_TS)
        s.d->flags |= FDIR_TS;
    if (!(s.flags & TCP_ACK)) {
        note_syn(&s);
    } else {
        note_synack(&s);
        note_ack(t, &s);
    }
    s.d->window = s.tcp->window;
    if (s.len) /* TCP Fast Open, RFC 7413 */
        count_data(&s);
    return false;
}
