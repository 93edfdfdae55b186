/* SPDX-License-Identifier: BSD-3-Clause
 *
 * Unicast DNS queries (RFC 1035), over UDP and over TCP. Clients repeat a
 * question with the same or a new id and port, so the record is the question:
 * client, name, type and server; id and port are those of the latest try. An
 * answer carries the question, by which it finds its record, and another
 * source than the one asked is noted (RFC 5452 section 9.1).
 *
 * glibc waits five seconds before it asks again: so long counts as never, two
 * seconds as late, and what comes within fifteen is one more try.
 */
#include "dissect/proto/dns.h"

#include "dissect/core/str.h"
#include "dissect/request_ops.h"

enum { IPPROTO_V4_TCP = 6, IPPROTO_V4_UDP = 17, PORT_DNS = 53 };

/** struct dns_key - What retries and answers of a question share */
struct dns_key {
    union addr client;
    uint64_t name_hash;
    uint64_t qtype;
};

static uint64_t hash_of(const struct request_ledger *l,
                        const struct dns_key *key)
{
    return request_hash(l, REQUEST_DNS, key, sizeof(*key));
}

static struct dns_key key_of(const struct request_ledger *l,
                             const union addr *client, const struct dns_msg *m)
{
    return (struct dns_key){
        .client = *client,
        .name_hash = request_hash(l, REQUEST_DNS, m->qname, strlen(m->qname)),
        .qtype = m->qtype,
    };
}

static bool has_key(const struct request *r, const struct dns_key *k)
{
    return r->kind == REQUEST_DNS && r->name_hash == k->name_hash &&
           r->qtype == k->qtype && addr_eq(&r->client, &k->client);
}

static struct request *find_question(struct request_ledger *l,
                                     const struct dns_key *key,
                                     const union addr *server, bool tcp)
{
    uint64_t hash = hash_of(l, key);
    struct request *r = NULL;

    while ((r = request_chain(l, hash, r)))
        if (has_key(r, key) && addr_eq(&r->server, server) &&
            !!(r->flags & REQ_TCP) == tcp)
            return r;
    return NULL;
}

static void query(struct request_ledger *l, const struct packet *pkt,
                  uint16_t src_station, const struct dns_msg *m)
{
    struct dns_key key = key_of(l, &pkt->src, m);
    bool tcp = pkt->events & EV_TCP;
    struct request *r = find_question(l, &key, &pkt->dst, tcp);
    struct str s;

    if (r && request_is_retry(&request_dns_ops, r, pkt)) {
        request_retry(l, r, pkt);
        r->id = m->id;
        r->cport = pkt->sport;
        return;
    }
    r = request_new(l, &request_dns_ops, hash_of(l, &key), pkt, src_station,
                    tcp ? REQ_TCP : 0);
    r->id = m->id;
    r->qtype = m->qtype;
    r->name_hash = key.name_hash;
    str_init(&s, r->name, sizeof(r->name));
    str_add(&s, m->qname); /* dns_parse() has escaped it */
}

/* The record of this question whose server answered; else the one whose latest
 * try carried this id and port, asked of another. */
static struct request *find_asked(struct request_ledger *l,
                                  const struct packet *pkt,
                                  const struct dns_msg *m)
{
    struct dns_key key = key_of(l, &pkt->dst, m);
    uint64_t hash = hash_of(l, &key);
    struct request *r = NULL, *other = NULL;
    bool tcp = pkt->events & EV_TCP;

    while ((r = request_chain(l, hash, r))) {
        if (!has_key(r, &key) || !!(r->flags & REQ_TCP) != tcp)
            continue;
        if (addr_eq(&r->server, &pkt->src) && r->sport == pkt->sport)
            return r;
        if (!other && r->id == m->id && r->cport == pkt->dport &&
            !r->answer_frame)
            other = r;
    }
    if (other)
        other->flags |= REQ_OTHER_SOURCE;
    return other;
}

static void answer(struct request_ledger *l, const struct packet *pkt,
                   uint16_t src_station, const struct dns_msg *m)
{
    struct request *r = find_asked(l, pkt, m);

    if (!r)
        return;
    if (!r->answer_frame) {
        r->rcode = m->rcode;
        if (m->tc)
            r->flags |= REQ_TRUNCATED_REPLY;
    }
    request_answer(l, r, pkt, src_station);
}

/* An error quotes no more than ports; the record is one that waits. */
static void error(struct request_ledger *l, const struct packet *pkt)
{
    const struct quoted *q = &pkt->icmp.quoted;
    struct request *r = NULL;

    if (!q->valid || !q->l4_valid || q->dport != PORT_DNS ||
        (q->ip_proto != IPPROTO_V4_UDP && q->ip_proto != IPPROTO_V4_TCP))
        return;
    for (unsigned n = 0; n < CHAIN_MAX; n++) {
        r = request_waiting_last(l, REQUEST_DNS, r);
        if (!r)
            return;
        if (r->cport == q->sport && addr_eq(&r->client, &q->src) &&
            addr_eq(&r->server, &q->dst)) {
            request_error(l, r, pkt);
            return;
        }
    }
}

static void observe(struct request_ledger *l, const struct packet *pkt,
                    uint16_t src_station, uint16_t dst_station)
{
    struct dns_msg m;
    bool whole;

    (void)dst_station;
    if (pkt->events & EV_ICMP_ERROR) {
        error(l, pkt);
        return;
    }
    if (pkt->payload_len == 0 || (pkt->flags & PKT_FRAG_LATER))
        return;
    whole = pkt->events & EV_TCP ? dns_parse_tcp(packet_payload(pkt), &m)
                                 : dns_parse(packet_payload(pkt), &m);
    if (!whole || !m.has_question)
        return;
    if (!m.qr && pkt->dport == PORT_DNS)
        query(l, pkt, src_station, &m);
    else if (m.qr)
        answer(l, pkt, src_station, &m);
}

const struct request_ops request_dns_ops = {
    .kind = REQUEST_DNS,
    .events = EV_DNS | EV_ICMP_ERROR,
    .observe = observe,
    .timeout_ns = 5 * SEC_NS,
    .late_ns = 2 * SEC_NS,
    .retry_ns = 15 * SEC_NS,
};
