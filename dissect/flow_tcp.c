/* SPDX-License-Identifier: BSD-3-Clause
 *
 * TCP as it passed the capture point: state, acknowledgments, windows, round
 * trips. RFC 9293 with RFC 7323 (scaling, timestamps), RFC 2018 and RFC 2883
 * (SACK, DSACK), RFC 5681 (duplicate ACKs), RFC 6298 (Karn).
 *
 * What a segment's octets are is judged in flow_seq.c. Copies made by the
 * capture never come here (flow.c). Sizes and counts are those of wire
 * segments: a super-frame stands for ceil(payload / mss).
 *
 * Invariant: the peer's word is believed only within SEQ_JUMP_MAX of what was
 * seen, so that one forged segment cannot put the analysis out of step.
 */
#include "dissect/flow_impl.h"

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
    uint32_t limit, options, plain;

    if ((pkt->flags & PKT_VNET_GSO) && pkt->vnet_gso_size >= MSS_SANE)
        return pkt->payload_len > pkt->vnet_gso_size ? pkt->vnet_gso_size : 0;
    limit = mss_limit(f);
    if (!limit || pkt->payload_len <= (peer >= MSS_SANE ? peer : limit))
        return 0;
    if (pkt->payload_len <= most && pkt->ip_len <= 1500)
        return 0;
    plain = flow_headers_len(f);
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

static void note_syn(struct segment *s)
{
    struct flow *f = s->f;
    struct flow_dir *d = s->d;
    int64_t span = ns_since(s->now_ns, f->first_ns);

    if (!(d->flags & FDIR_SYN)) {
        segment_begin_at(d, s->seq, s->end);
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
    segment_begin_at(d, s->seq, s->end);
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
    flow_sequence(t, s);
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
        segment_count_data(&s);
    return false;
}
