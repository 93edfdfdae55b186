/* SPDX-License-Identifier: BSD-3-Clause
 *
 * Capture quality. None of it is a fault of the guest's network, all of it
 * limits what may be said: super-frames are no MTU trouble, a bare checksum is
 * no corruption, and what the capture lost was not lost by the network.
 */
#include "dissect/quality.h"

#define MS_NS          1000000LL
#define SEC_NS         1000000000LL
#define BACKWARDS_NS   MS_NS
#define STEADY_PACKETS 10
#define GAP_NS         (30 * SEC_NS)

/* One-sided: at least so many TCP flows, and so many tenths of them. */
#define SIDED_FLOWS_MIN 3
#define SIDED_TENTHS    8

/* Dropped: ACKs for data never captured, at least so many and one in this
 * number of TCP and UDP packets. A single one may be a reordering. */
#define UNSEEN_MIN  3
#define UNSEEN_RATE 2000

#define SUPER_FRAME_SURE 9216u /* larger than any jumbo MTU in use */
#define IPPROTO_TCP_NUM  6

static void remember(uint64_t frame[QUALITY_FRAMES_MAX], uint8_t *count,
                     uint64_t number)
{
    if (*count < QUALITY_FRAMES_MAX)
        frame[(*count)++] = number;
}

#define REMEMBER(at, pkt) remember((at).frame, &(at).count, (pkt)->number)

void quality_odd_time(struct quality *q, struct quality_clock *c,
                      const struct packet *pkt)
{
    int64_t step = pkt->ts_ns - c->newest_ns;

    if (step < 0) {
        if (-step <= BACKWARDS_NS)
            return;
        q->time_backwards++;
        if (-step > q->worst_backwards_ns)
            q->worst_backwards_ns = -step;
        REMEMBER(q->back_at, pkt);
        return;
    }
    if (step > GAP_NS && c->run_packets >= STEADY_PACKETS &&
        c->newest_ns - c->run_since_ns >= QUALITY_STEADY_NS) {
        q->time_gaps++;
        if (step > q->longest_gap_ns)
            q->longest_gap_ns = step;
    }
    c->run_since_ns = pkt->ts_ns;
    c->run_packets = 0;
}

/* Did no wire carry this segment as it is? When the handshake was seen, what
 * exceeds the receiver's MSS is a super-frame; else only the size tells. */
static bool is_super_frame(const struct packet *pkt, const struct flow *f)
{
    unsigned to;

    if (!(pkt->events & EV_TCP))
        return false;
    if ((pkt->flags & (PKT_VNET_GSO | PKT_IP_LEN_ZERO)) ||
        pkt->ip_len > SUPER_FRAME_SURE + 60)
        return true;
    if (!f || f->ip_proto != IPPROTO_TCP_NUM)
        return pkt->ip_len > QUALITY_IP_LEN;
    to = addr_eq(&f->addr[0], &pkt->src) && f->port[0] == pkt->sport;
    if (f->dir[to].flags & FDIR_MSS)
        return pkt->payload_len > f->dir[to].mss;
    return pkt->ip_len > QUALITY_IP_LEN;
}

static void count_vnet(struct quality *q, const struct packet *pkt)
{
    if (pkt->vnet_len == 10)
        q->vnet10++;
    else
        q->vnet12++;
    q->vnet_gso += (pkt->flags & PKT_VNET_GSO) != 0;
    q->vnet_needs_csum += (pkt->flags & PKT_VNET_NEEDS_CSUM) != 0;
    REMEMBER(q->vnet_at, pkt);
}

static void count_damage(struct quality *q, const struct packet *pkt)
{
    uint16_t flags = 0;

    for (unsigned i = 0; i < pkt->nlayer; i++)
        flags |= pkt->layer[i].flags;
    q->malformed += (flags & LAYER_MALFORMED) != 0;
}

/* Was it cut inside the headers that flows and requests are known by? In a
 * capture with a snap length this is asked for every packet: layers with a
 * verdict have left EV_DAMAGED. */
static bool header_cut(const struct packet *pkt)
{
    if (!(pkt->events & EV_DAMAGED))
        return false;
    for (unsigned i = 0; i < pkt->nlayer; i++) {
        const struct layer *l = &pkt->layer[i];

        if ((l->flags & LAYER_TRUNCATED) && l->off <= pkt->l4_off)
            return true;
    }
    return false;
}

static void count_flags(struct quality *q, const struct packet *pkt)
{
    if (pkt->flags & PKT_CSUM_PARTIAL) {
        q->csum_partial++;
        REMEMBER(q->csum_at, pkt);
    }
    q->ip_csum_bad += (pkt->flags & PKT_IP_CSUM_BAD) != 0;
    if (pkt->flags & PKT_DUPLICATE) {
        q->duplicates++;
        REMEMBER(q->dup_at, pkt);
    }
    if (pkt->flags & PKT_TRUNCATED) {
        q->truncated++;
        REMEMBER(q->trunc_at, pkt);
        q->truncated_headers += header_cut(pkt);
    }
}

void quality_odd(struct quality *q, const struct packet *pkt,
                 const struct flow *f)
{
    if (pkt->flags & PKT_VNET)
        count_vnet(q, pkt);
    count_flags(q, pkt);
    q->fragments += (pkt->events & EV_FRAGMENT) != 0;
    if (pkt->events & EV_DAMAGED)
        count_damage(q, pkt);
    if (!(pkt->flags & (PKT_VNET_GSO | PKT_IP_LEN_ZERO)) &&
        pkt->ip_len <= QUALITY_IP_LEN)
        return;
    if (!is_super_frame(pkt, f))
        return;
    q->gso_frames++;
    if (pkt->ip_len > q->gso_max_len)
        q->gso_max_len = pkt->ip_len;
    REMEMBER(q->gso_at, pkt);
}

void quality_flow(struct quality *q, const struct flow *f)
{
    const struct flow_dir *d;

    if (f->ip_proto != IPPROTO_TCP_NUM)
        return;
    if (f->dir[0].packets && f->dir[1].packets) {
        q->tcp_two_sided++;
        return;
    }
    /* Unanswered SYNs are no sign of a missing side; acknowledging again and
     * again what never came is. */
    d = &f->dir[f->dir[0].packets ? 0 : 1];
    if (d->packets >= 2 && (d->flags & FDIR_ACK) &&
        !(d->flags & FDIR_RST && d->packets < 3))
        q->tcp_one_sided++;
}

static bool was_dropped(const struct facts *facts)
{
    const struct quality *q = &facts->quality;

    for (unsigned i = 0; i < facts->nsource; i++)
        if (facts->source[i].dropped_known && facts->source[i].dropped)
            return true;
    return !q->one_sided && q->ack_unseen >= UNSEEN_MIN &&
           q->ack_unseen >= q->csum_checked / UNSEEN_RATE;
}

void quality_conclude(struct facts *facts)
{
    struct quality *q = &facts->quality;
    const struct flow_counts *n = flow_table_counts(facts->flows);
    uint64_t all = q->tcp_one_sided + q->tcp_two_sided;

    q->ack_unseen = n->ack_unseen;
    q->ack_unseen_at.count = 0;
    for (unsigned i = 0; i < QUALITY_FRAMES_MAX && i < 4; i++)
        if (n->ack_unseen_frame[i])
            remember(q->ack_unseen_at.frame, &q->ack_unseen_at.count,
                     n->ack_unseen_frame[i]);
    q->one_sided =
        all >= SIDED_FLOWS_MIN && q->tcp_one_sided * 10 >= all * SIDED_TENTHS;
    q->dropped = was_dropped(facts);
}
