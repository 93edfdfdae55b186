/* SPDX-License-Identifier: BSD-3-Clause
 *
 * What a kind of request is to the ledger: one row of functions and times, and
 * the calls by which a kind keeps its records. For request*.c only.
 *
 * Theory of operation: records live in one pool. An index finds them by a hash
 * that the kind computes from what request and answer have in common; several
 * records may share a hash, so the kind compares. Three lists run through the
 * pool: by age (next, prev; the oldest leaves first), by hash chain, and for
 * each kind those still waiting in order of their last try, so that settling
 * looks only at the first ones. Time comes from the packets alone.
 */
#ifndef DISSECT_REQUEST_OPS_H
#define DISSECT_REQUEST_OPS_H

#include "dissect/request.h"

#define MS_NS  ((int64_t)1000000)
#define SEC_NS (1000 * MS_NS)

/* A request seen twice within this time was copied by the capture. */
#define COPY_NS MS_NS

/* How many records of one hash are compared before giving up. */
#define CHAIN_MAX 32

/**
 * struct request_ops - One kind
 * @events:     Packets it wants: enum packet_event bits
 * @observe:    Reads one such packet into the ledger
 * @timeout_ns: After the last try, without answer: NEVER
 * @late_ns:    An answer later than this after the first try is LATE
 * @retry_ns:   The same request within this time of the last one is a retry
 */
struct request_ops {
    enum request_kind kind;
    uint32_t events;
    void (*observe)(struct request_ledger *l, const struct packet *pkt,
                    uint16_t src_station, uint16_t dst_station);
    int64_t timeout_ns;
    int64_t late_ns;
    int64_t retry_ns;
};

extern const struct request_ops request_arp_ops;
extern const struct request_ops request_ndp_ops;
extern const struct request_ops request_echo_ops;
extern const struct request_ops request_dns_ops;
extern const struct request_ops request_dhcp_ops;

/** request_hash() - Keyed hash over a padding-free key of @n octets */
uint64_t request_hash(const struct request_ledger *l, enum request_kind kind,
                      const void *key, size_t n);

/** request_hash_pair() - The same over two addresses and a number */
uint64_t request_hash_pair(const struct request_ledger *l,
                           enum request_kind kind, const union addr *a,
                           const union addr *b, uint64_t number);

/** request_chain() - Newest record with this hash, after @r when not NULL */
struct request *request_chain(struct request_ledger *l, uint64_t hash,
                              const struct request *r);

/** request_waiting() - Oldest record of a kind that waits, after @r when not
 * NULL */
struct request *request_waiting(struct request_ledger *l,
                                enum request_kind kind,
                                const struct request *r);

/** request_waiting_last() - The same from the latest try backwards */
struct request *request_waiting_last(struct request_ledger *l,
                                     enum request_kind kind,
                                     const struct request *r);

/** request_at() - Record @i, or NULL when it is not (or no longer) in use */
struct request *request_at(struct request_ledger *l, uint32_t i);
uint32_t request_index(const struct request_ledger *l, const struct request *r);

/**
 * request_new() - A new record with its times, frame, stations and TTL set
 * @flags: REQ_GRATUITOUS keeps it out of what waits for an answer
 *
 * Never NULL: the oldest one leaves when the pool is full.
 */
struct request *request_new(struct request_ledger *l,
                            const struct request_ops *ops, uint64_t hash,
                            const struct packet *pkt, uint16_t src_station,
                            uint16_t flags);

/** request_is_retry() - Would @pkt be one more try of @r, or a copy of it? */
bool request_is_retry(const struct request_ops *ops, const struct request *r,
                      const struct packet *pkt);

/** request_retry() - One more try; a copy by the capture changes nothing */
void request_retry(struct request_ledger *l, struct request *r,
                   const struct packet *pkt);

/** request_answer() - @pkt answers @r; a second answer only counts in
 * alt_count */
void request_answer(struct request_ledger *l, struct request *r,
                    const struct packet *pkt, uint16_t src_station);

/** request_odd_reply() - @pkt is an answer that does not fit; @flag says how */
void request_odd_reply(struct request *r, const struct packet *pkt,
                       uint16_t flag);

/** request_error() - An ICMP error quoted @r */
void request_error(struct request_ledger *l, struct request *r,
                   const struct packet *pkt);

/** request_excuse() - It turns out that @r wanted no answer: from now on it is
 * gratuitous */
void request_excuse(struct request_ledger *l, struct request *r);

/** request_arp_find() - ARP request of @client for @server, or NULL */
struct request *request_arp_find(struct request_ledger *l,
                                 const union addr *client,
                                 const union addr *server);

/** request_echo_latest() - Latest echo of @client to @server, or NULL */
struct request *request_echo_latest(struct request_ledger *l,
                                    const union addr *client,
                                    const union addr *server);

/** struct echo_memory - Latest echo of a pair of addresses */
struct echo_memory {
    uint64_t hash;
    uint32_t request; /* REQUEST_NONE: free */
    uint16_t id, first_seq, last_seq;
};

/** request_echo_memory() - The entry a pair of addresses falls on */
struct echo_memory *request_echo_memory(struct request_ledger *l,
                                        uint64_t hash);

#endif
