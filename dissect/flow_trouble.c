/* SPDX-License-Identifier: BSD-3-Clause
 *
 * What went wrong in a flow: segments sent again, octets that never came,
 * windows that closed, ICMP errors that were or were not heeded. Symptom rules
 * read the result; the judgement about one packet is made in flow_tcp.c.
 *
 * RFC 9293 (TCP), RFC 1191 and RFC 8201 (path MTU discovery), RFC 5681 (loss
 * recovery). Every list here is of fixed length, so a hostile capture can cost
 * no more than the pool.
 */
#include "dissect/flow_impl.h"

static uint32_t pool_take(struct flow_table *t)
{
    uint32_t i = t->trouble_free;

    if (i != FLOW_NONE) {
        t->trouble_free = t->trouble[i].flow;
        return i;
    }
    return t->trouble_high < t->trouble_max ? t->trouble_high++ : FLOW_NONE;
}

struct flow_trouble *flow_trouble_get(struct flow_table *t, struct flow *f)
{
    struct flow_trouble *tr;

    if (f->trouble != FLOW_NONE)
        return &t->trouble[f->trouble];
    f->trouble = pool_take(t);
    if (f->trouble == FLOW_NONE) {
        t->counts.trouble_lost++;
        return NULL;
    }
    tr = &t->trouble[f->trouble];
    memset(tr, 0, sizeof(*tr));
    tr->flow = (uint32_t)(f - t->slot);
    tr->icmp_error = FLOW_NONE;
    return tr;
}

void flow_trouble_release(struct flow_table *t, struct flow *f)
{
    if (f->trouble == FLOW_NONE)
        return;
    t->trouble[f->trouble].flow = t->trouble_free;
    t->trouble_free = f->trouble;
    f->trouble = FLOW_NONE;
}

static bool is_full(uint16_t wire, unsigned full)
{
    return full && wire * 100u >= full * 95u;
}

/* Another repeat of the segment that @s describes. */
static void stuck_again(struct stuck_segment *s, const struct resend *r)
{
    unsigned i = 0;

    while (i < TROUBLE_FRAMES - 1 && s->frame[i])
        i++;
    s->frame[i] = r->frame;
    s->tries = sat16_add(s->tries, 1);
    s->last_ns = r->now_ns;
    /* A clearly smaller try of the same octets tests a smaller MTU
     * (RFC 4821); same-size ones vary by their options only. */
    if (r->wire + 40u < s->len) {
        s->small_len = r->wire;
        s->small_end = r->end;
    } else if (r->wire > s->len) {
        s->len = r->wire;
        s->end = r->end;
        s->full_size = is_full(r->wire, r->full);
    }
}

static void stuck_begin(struct stuck_segment *s, const struct resend *r)
{
    *s = (struct stuck_segment){
        .seq = r->seq,
        .end = r->end,
        .len = r->wire,
        .tries = r->seen_first ? 2 : 1,
        .first_ns = r->now_ns,
        .last_ns = r->now_ns,
        .frame = { r->frame },
        .full_size = is_full(r->wire, r->full),
        .df = r->df,
    };
}

/* How often was this segment sent? The two last repeated ones are known. */
static struct stuck_segment *stuck_note(struct trouble_dir *td,
                                        const struct resend *r)
{
    struct stuck_segment *s = &td->stuck, swap;

    if (s->tries && s->seq == r->seq && !s->acked && !s->smaller_len) {
        stuck_again(s, r);
        return s;
    }
    s = &td->cand;
    if (s->tries && s->seq == r->seq && !s->acked)
        stuck_again(s, r);
    else
        stuck_begin(s, r);
    if (s->tries < td->stuck.tries ||
        (s->tries == td->stuck.tries && !td->stuck.acked))
        return s;
    swap = td->stuck;
    td->stuck = td->cand;
    td->cand = swap;
    return &td->stuck;
}

static void resend_why(struct trouble_dir *td, const struct resend *r,
                       int64_t last_try_ns)
{
    bool waited = last_try_ns ? ns_since(r->now_ns, last_try_ns) >=
                                    RTO_MS * INT64_C(1000000)
                              : r->since_nxt_ms >= RTO_MS;

    if (r->dup_acked && r->quiet_ns < RTO_MS * INT64_C(1000000))
        td->retrans_fast += r->count;
    else if (waited || r->quiet_ns >= RTO_MS * INT64_C(1000000))
        td->retrans_rto += r->count;
}

static void resend_frame(struct trouble_dir *td, uint32_t frame)
{
    for (unsigned i = 0; i < 4; i++) {
        if (td->retrans_frame[i] == 0) {
            td->retrans_frame[i] = frame;
            return;
        }
    }
}

static int64_t last_try_ns(const struct trouble_dir *td, uint32_t seq)
{
    if (td->stuck.tries && td->stuck.seq == seq)
        return td->stuck.last_ns;
    if (td->cand.tries && td->cand.seq == seq)
        return td->cand.last_ns;
    return 0;
}

void trouble_resend(struct trouble_dir *td, const struct resend *r)
{
    const struct stuck_segment *s;

    resend_why(td, r, last_try_ns(td, r->seq));
    resend_frame(td, r->frame);
    if (is_full(r->wire, r->full))
        td->retrans_full += r->count;
    else
        td->retrans_small += r->count;
    if (r->quiet_ns >= STALL_NS && r->outstanding) {
        td->stalls = sat16_add(td->stalls, 1);
        if (r->quiet_ns > td->longest_stall_ns)
            td->longest_stall_ns = r->quiet_ns;
    }
    if (r->was_acked) {
        td->resent_acked += r->count;
        return;
    }
    s = stuck_note(td, r);
    if (s->tries >= 3 && (!td->lost_len || s->len < td->lost_len))
        td->lost_len = s->len;
}

static void stuck_acked(struct trouble_dir *td, struct stuck_segment *s,
                        uint32_t ack)
{
    if (!s->tries || s->acked || s->smaller_len)
        return;
    if (s->small_len && seq_diff(ack, s->small_end) >= 0) {
        s->smaller_len = s->small_len;
        return;
    }
    if (seq_diff(ack, s->end) < 0)
        return;
    s->acked = true;
    if (td->lost_len == s->len) /* it was not lost for good */
        td->lost_len = 0;
}

static void gap_drop(struct trouble_dir *td, unsigned i)
{
    td->ngap--;
    memmove(&td->gap[i], &td->gap[i + 1], (td->ngap - i) * sizeof(td->gap[0]));
}

static void hole_touch(struct trouble_dir *td, int64_t now_ns, uint32_t frame)
{
    td->hole.last_ns = now_ns;
    if (frame)
        td->hole.last_frame = frame;
}

/* The hole is closed when no gap is left inside it. */
static void hole_check(struct trouble_dir *td, int64_t now_ns, uint32_t frame)
{
    struct stream_hole *h = &td->hole;

    if (!h->first_ns || h->filled)
        return;
    for (unsigned i = 0; i < td->ngap; i++) {
        if (!td->gap[i].acked && seq_diff(td->gap[i].start, h->announced) < 0 &&
            seq_diff(td->gap[i].end, h->start) > 0)
            return;
    }
    h->filled = true;
    hole_touch(td, now_ns, frame);
}

unsigned trouble_acked(struct trouble_dir *td, uint32_t ack, int64_t now_ns)
{
    unsigned unseen = 0;

    stuck_acked(td, &td->stuck, ack);
    stuck_acked(td, &td->cand, ack);
    for (unsigned i = 0; i < td->ngap; i++) {
        struct trouble_gap *g = &td->gap[i];

        if (!g->acked && seq_diff(ack, g->end) >= 0) {
            g->acked = true;
            g->us = ts_us(now_ns);
            unseen++;
        }
    }
    if (unseen)
        hole_check(td, now_ns, 0);
    return unseen;
}

void trouble_gap_open(struct trouble_dir *td, struct trouble_gap gap,
                      int64_t now_ns, uint32_t frame)
{
    struct stream_hole *h = &td->hole;

    if (td->ngap == TROUBLE_GAPS)
        gap_drop(td, 0);
    td->gap[td->ngap++] = gap;
    if (gap.acked || (h->first_ns && !h->filled))
        return;
    *h = (struct stream_hole){
        .start = gap.start,
        .announced = gap.end,
        .first_ns = now_ns,
        .last_ns = now_ns,
        .first_frame = frame,
        .last_frame = frame,
    };
}

/* Take [seq, end) out of gap @i, which it overlaps. */
static void gap_cut(struct trouble_dir *td, unsigned i, uint32_t seq,
                    uint32_t end)
{
    struct trouble_gap *g = &td->gap[i];
    bool left = seq_diff(seq, g->start) > 0;
    bool right = seq_diff(end, g->end) < 0;

    if (left && right && td->ngap < TROUBLE_GAPS) {
        td->gap[td->ngap] = *g;
        td->gap[td->ngap++].start = end;
    }
    if (left)
        g->end = seq;
    else if (right)
        g->start = end;
    else
        gap_drop(td, i);
}

/* A filler whose IP id shortly precedes that of the packet which left the gap
 * was sent before it: reordered. Without ids (0, IPv6), or with random ones,
 * only time can tell. */
static bool is_reordered(const struct trouble_gap *g, uint16_t ip_id,
                         uint32_t age_us, uint32_t reorder_us)
{
    int16_t order = (int16_t)(uint16_t)(ip_id - g->ip_id);

    if (g->ip_id && ip_id && order != 0 && order > -256 && order < 256 &&
        age_us < RTO_MS * 1000)
        return order < 0;
    return age_us < reorder_us;
}

enum gap_fill trouble_gap_fill(struct trouble_dir *td, uint32_t seq,
                               uint32_t end, uint16_t ip_id, int64_t now_ns,
                               uint32_t frame, uint32_t reorder_us)
{
    enum gap_fill fill = GAP_SEEN;

    for (unsigned i = td->ngap; i-- > 0;) { /* cutting may drop or append */
        struct trouble_gap g = td->gap[i];

        if (seq_diff(seq, g.end) >= 0 || seq_diff(end, g.start) <= 0)
            continue;
        if (!is_reordered(&g, ip_id, ts_us(now_ns) - g.us, reorder_us))
            fill = GAP_RESENT;
        else if (fill == GAP_SEEN)
            fill = GAP_REORDERED;
        gap_cut(td, i, seq, end);
    }
    if (fill != GAP_SEEN)
        hole_check(td, now_ns, frame);
    return fill;
}

void trouble_window_zero(struct trouble_dir *td, int64_t now_ns, uint32_t frame)
{
    struct zero_window *z = &td->zwin;

    z->last_frame = frame;
    if (z->since_ns)
        return;
    z->since_ns = now_ns;
    z->episodes = sat16_add(z->episodes, 1);
    if (!z->first_frame)
        z->first_frame = frame;
}

void trouble_window_open(struct trouble_dir *td, int64_t now_ns, uint32_t frame)
{
    struct zero_window *z = &td->zwin;
    int64_t ns = ns_since(now_ns, z->since_ns);

    if (!z->since_ns)
        return;
    z->since_ns = 0;
    z->last_frame = frame;
    if (ns <= 0)
        return;
    z->total_ns = (int64_t)((uint64_t)z->total_ns + (uint64_t)ns);
    if (ns > z->longest_ns)
        z->longest_ns = ns;
}

void trouble_idle(struct flow_trouble *tr, unsigned dir, int64_t gap_ns,
                  uint32_t frame)
{
    struct idle_gap *g = &tr->idle;

    if (gap_ns >= IDLE_GAP_NS) {
        g->len_ns = gap_ns;
        g->frame = frame;
        g->dir = (uint8_t)dir;
        g->packets[0] = g->packets[1] = 0;
    }
    if (!g->len_ns)
        return;
    g->packets[dir]++;
    if (g->packets[0] && g->packets[1] && g->len_ns > g->survived_ns)
        g->survived_ns = g->len_ns;
}

/* One round trip for what is under way, and some time for the guest to run;
 * who does not listen repeats itself after 200 ms at the earliest. */
static uint32_t grace_us(const struct flow *f, unsigned dir)
{
    const struct flow_dir *d = &f->dir[dir];
    uint32_t rtt = 0;

    if (d->rtt_count)
        rtt = d->rtt_sum_us / d->rtt_count;
    else if (dir == 0 && f->ip_proto == 6)
        rtt = f->handshake_us;
    if (rtt == 0)
        return MTU_GRACE_US;
    return rtt > MTU_GRACE_MIN_US ? rtt : MTU_GRACE_MIN_US;
}

void trouble_after_icmp(struct flow_trouble *tr, const struct flow *f,
                        unsigned dir, uint32_t wire, int64_t now_ns,
                        uint32_t frame)
{
    struct trouble_dir *td = &tr->dir[dir];

    if (!tr->icmp_mtu || tr->icmp_dir != dir || wire <= tr->icmp_mtu ||
        ns_since(now_ns, tr->icmp_ns) / 1000 <= grace_us(f, dir))
        return;
    if (td->oversize_after_icmp < 3)
        td->oversize_frame[td->oversize_after_icmp] = frame;
    td->oversize_after_icmp = sat16_add(td->oversize_after_icmp, 1);
}

static bool is_too_big(const struct icmp_info *icmp)
{
    return icmp->is_v6 ? icmp->type == 2 : icmp->type == 3 && icmp->code == 4;
}

void flow_note_icmp(struct flow_table *t, uint32_t slot, uint32_t error,
                    const struct packet *pkt)
{
    const struct icmp_info *icmp = &pkt->icmp;
    struct flow_trouble *tr;
    struct flow *f;
    bool too_big = is_too_big(icmp);
    bool was_too_big;

    if (slot >= t->high || t->slot[slot].state == FLOW_FREE)
        return;
    f = &t->slot[slot];
    f->flags |= FLOW_ICMP_ERROR;
    tr = flow_trouble_get(t, f);
    if (!tr)
        return;
    if (!tr->icmp_count)
        tr->icmp_error = error;
    was_too_big = tr->icmp_count && tr->icmp_type == (icmp->is_v6 ? 2 : 3) &&
                  (icmp->is_v6 || tr->icmp_code == 4);
    if (!tr->icmp_count || (too_big && !was_too_big)) {
        tr->icmp_error = error;
        tr->icmp_type = icmp->type;
        tr->icmp_code = icmp->code;
        tr->icmp_frame = (uint32_t)pkt->number;
        tr->icmp_ns = pkt->ts_ns;
        tr->icmp_dir = !addr_eq(&icmp->quoted.src, &f->addr[0]);
    }
    tr->icmp_count++;
    if (!too_big || (tr->icmp_mtu && tr->icmp_mtu <= icmp->mtu))
        return;
    tr->icmp_mtu = icmp->mtu;
    tr->icmp_ns = pkt->ts_ns;
    tr->icmp_frame = (uint32_t)pkt->number;
}
