/* SPDX-License-Identifier: BSD-3-Clause
 *
 * ICMP echo (RFC 792, RFC 4443 section 4). On the guest's side of a NAT id and
 * sequence of a reply are those of the request, so they match exactly; what
 * does not fit is worth more than what does:
 *
 *   REQ_REPLY_MISMATCH  an "echo reply" with code != 0, another payload
 *                       length, or a sequence number never asked for: libslirp
 *                       on a raw socket hands any ICMP to the guest
 *   REQ_UDP7_REPLY      libslirp without ping sockets tries the UDP echo
 *                       service (RFC 862) of the target; what comes back is
 *                       UDP from port 7, which the guest refuses
 *
 * Two seconds count as never, one second as late: ping itself waits no longer
 * before the next request.
 */
#include "dissect/request_ops.h"

enum icmp_echo_type {
    ICMP_ECHO_REPLY = 0,
    ICMP_UNREACHABLE = 3,
    ICMP_ECHO = 8,
    ICMP6_ECHO = 128,
    ICMP6_ECHO_REPLY = 129,
};

enum { IPPROTO_V4_ICMP = 1, IPPROTO_V4_UDP = 17, IPPROTO_V6_ICMP = 58 };
enum { PORT_UDP_ECHO = 7 };

static uint64_t pair_key(const struct request_ledger *l,
                         const union addr *client, const union addr *server)
{
    return request_hash_pair(l, REQUEST_ECHO, client, server, UINT64_MAX);
}

static uint64_t echo_key(const struct request_ledger *l,
                         const union addr *client, const union addr *server,
                         uint32_t id_seq)
{
    return request_hash_pair(l, REQUEST_ECHO, client, server, id_seq);
}

static bool is_pair(const struct request *r, const union addr *client,
                    const union addr *server)
{
    return r->kind == REQUEST_ECHO && addr_eq(&r->client, client) &&
           addr_eq(&r->server, server);
}

static struct request *find(struct request_ledger *l, const union addr *client,
                            const union addr *server, uint32_t id_seq)
{
    uint64_t hash = echo_key(l, client, server, id_seq);
    struct request *r = NULL;

    while ((r = request_chain(l, hash, r)))
        if (r->id == id_seq && is_pair(r, client, server))
            return r;
    return NULL;
}

/* What is remembered of the latest echo between two addresses, or NULL. */
static struct echo_memory *recall(struct request_ledger *l,
                                  const union addr *client,
                                  const union addr *server,
                                  struct request **latest)
{
    uint64_t hash = pair_key(l, client, server);
    struct echo_memory *m = request_echo_memory(l, hash);

    if (m->hash != hash || m->request == REQUEST_NONE)
        return NULL;
    *latest = request_at(l, m->request);
    if (!*latest || !is_pair(*latest, client, server))
        return NULL;
    return m;
}

struct request *request_echo_latest(struct request_ledger *l,
                                    const union addr *client,
                                    const union addr *server)
{
    struct request *r = NULL;

    return recall(l, client, server, &r) ? r : NULL;
}

static void remember(struct request_ledger *l, const struct request *r,
                     const struct icmp_info *ic)
{
    uint64_t hash = pair_key(l, &r->client, &r->server);
    struct echo_memory *m = request_echo_memory(l, hash);

    if (m->hash != hash || m->request == REQUEST_NONE || m->id != ic->id)
        *m = (struct echo_memory){ .hash = hash,
                                   .id = ic->id,
                                   .first_seq = ic->seq };
    m->request = request_index(l, r);
    m->last_seq = ic->seq;
}

/* Payload in steps of 16 octets, cut to fit. */
static uint8_t payload16(const struct packet *pkt)
{
    uint32_t n = pkt->payload_len / 16;

    return n > UINT8_MAX ? UINT8_MAX : (uint8_t)n;
}

static void ask(struct request_ledger *l, const struct packet *pkt,
                uint16_t src_station)
{
    const struct icmp_info *ic = &pkt->icmp;
    uint32_t id_seq = (uint32_t)ic->id << 16 | ic->seq;
    struct request *r = find(l, &pkt->src, &pkt->dst, id_seq);
    bool group = addr_is_multicast(&pkt->dst) || addr_is_broadcast(&pkt->dst);

    if (r && request_is_retry(&request_echo_ops, r, pkt)) {
        request_retry(l, r, pkt);
        return;
    }
    r = request_new(l, &request_echo_ops,
                    echo_key(l, &pkt->src, &pkt->dst, id_seq), pkt, src_station,
                    group ? REQ_BROADCAST : 0);
    r->id = id_seq;
    r->payload_len16 = payload16(pkt);
    remember(l, r, ic);
}

/* Was @seq asked for by the echoes remembered in @m? Known only when their
 * start was seen (ping counts from 0 or 1); modulo 2^16. */
static bool never_asked(const struct echo_memory *m, uint16_t seq)
{
    uint16_t span = (uint16_t)(m->last_seq - m->first_seq);

    if ((uint16_t)(seq - m->last_seq) < 0x8000 && seq != m->last_seq)
        return true;
    return m->first_seq <= 1 && (uint16_t)(seq - m->first_seq) > span;
}

static void reply(struct request_ledger *l, const struct packet *pkt,
                  uint16_t src_station)
{
    const struct icmp_info *ic = &pkt->icmp;
    uint32_t id_seq = (uint32_t)ic->id << 16 | ic->seq;
    struct request *r = find(l, &pkt->dst, &pkt->src, id_seq);
    const struct echo_memory *m;

    if (r && ic->code == 0 && r->payload_len16 == payload16(pkt)) {
        request_answer(l, r, pkt, src_station);
        return;
    }
    if (r) {
        request_odd_reply(r, pkt, REQ_REPLY_MISMATCH);
        return;
    }
    m = recall(l, &pkt->dst, &pkt->src, &r);
    if (m && m->id == ic->id && (ic->code != 0 || never_asked(m, ic->seq)))
        request_odd_reply(r, pkt, REQ_REPLY_MISMATCH);
}

static void udp_from_echo_port(struct request_ledger *l,
                               const struct packet *pkt)
{
    struct request *r;

    if (pkt->flags & PKT_FRAG_LATER || !recall(l, &pkt->dst, &pkt->src, &r))
        return;
    if (r->answer_frame ||
        pkt->ts_ns - r->last_ns > request_echo_ops.timeout_ns)
        return;
    request_odd_reply(r, pkt, REQ_UDP7_REPLY);
}

/* The asker's kernel knows no socket for the UDP packet from port 7. */
static void own_error(struct request_ledger *l, const struct packet *pkt)
{
    const struct quoted *q = &pkt->icmp.quoted;
    struct request *r;

    if (q->sport != PORT_UDP_ECHO || !recall(l, &q->dst, &q->src, &r))
        return;
    if ((r->flags & REQ_UDP7_REPLY) && !r->guest_error_frame)
        r->guest_error_frame = (uint32_t)pkt->number;
}

static bool quotes_echo(const struct quoted *q)
{
    return (q->ip_proto == IPPROTO_V4_ICMP && q->icmp_type == ICMP_ECHO) ||
           (q->ip_proto == IPPROTO_V6_ICMP && q->icmp_type == ICMP6_ECHO);
}

static void error(struct request_ledger *l, const struct packet *pkt)
{
    const struct quoted *q = &pkt->icmp.quoted;
    struct request *r;

    if (!q->valid)
        return;
    if (q->ip_proto == IPPROTO_V4_UDP && q->l4_valid) {
        own_error(l, pkt);
        return;
    }
    if (!q->l4_valid || !quotes_echo(q))
        return;
    r = find(l, &q->src, &q->dst, (uint32_t)q->sport << 16 | q->dport);
    if (!r && recall(l, &q->src, &q->dst, &r) &&
        pkt->ts_ns - r->last_ns > request_echo_ops.timeout_ns)
        r = NULL;
    if (r)
        request_error(l, r, pkt);
}

static void observe(struct request_ledger *l, const struct packet *pkt,
                    uint16_t src_station, uint16_t dst_station)
{
    (void)dst_station;
    if (pkt->events & EV_ICMP_ERROR) {
        error(l, pkt);
    } else if (pkt->events & EV_ICMP_ECHO) {
        if (pkt->icmp.type == ICMP_ECHO || pkt->icmp.type == ICMP6_ECHO)
            ask(l, pkt, src_station);
        else
            reply(l, pkt, src_station);
    } else if ((pkt->events & EV_UDP) && pkt->sport == PORT_UDP_ECHO) {
        udp_from_echo_port(l, pkt);
    }
}

const struct request_ops request_echo_ops = {
    .kind = REQUEST_ECHO,
    .events = EV_ICMP_ECHO | EV_ICMP_ERROR | EV_UDP,
    .observe = observe,
    .timeout_ns = 2 * SEC_NS,
    .late_ns = 1 * SEC_NS,
    .retry_ns = 10 * SEC_NS,
};
