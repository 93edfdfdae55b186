/* SPDX-License-Identifier: BSD-3-Clause
 *
 * Requests and their answers: ARP, NDP, ICMP echo, DNS, DHCP. One record a
 * transaction, retries included, so that "answered, late, never" and the
 * latency of each kind come from one engine.
 *
 * A request is NEVER answered only when the capture went on for the kind's
 * timeout after its last try; before that it is OPEN, which no rule may count
 * as a failure.
 */
#ifndef DISSECT_REQUEST_H
#define DISSECT_REQUEST_H

#include "dissect/packet.h"

#define REQUEST_NONE     UINT32_MAX
#define REQUEST_NAME_MAX 64

enum request_kind {
    REQUEST_ARP,
    REQUEST_NDP,
    REQUEST_ECHO, /* ICMP and ICMPv6 */
    REQUEST_DNS,  /* unicast only */
    REQUEST_DHCP, /* v4 */
    REQUEST_KINDS
};

enum request_status {
    REQUEST_OPEN,     /* no answer yet and the timeout has not passed */
    REQUEST_ANSWERED, /* within the kind's "late" limit */
    REQUEST_LATE,     /* answered after it */
    REQUEST_NEVER,    /* timeout passed */
    REQUEST_ERROR,    /* an ICMP error quoted it */
};

enum request_flag {
    REQ_GRATUITOUS = 1 << 0,     /* ARP announcement or probe, DAD: needs no
                                 answer */
    REQ_TCP = 1 << 1,            /* DNS over TCP */
    REQ_REPLY_MISMATCH = 1 << 3, /* echo reply with code != 0, or right id but
                                    wrong seq or payload length */
    REQ_UDP7_REPLY = 1 << 4,     /* libslirp's fallback: UDP from port 7 of the
                                  pinged address in place of an echo reply */
    REQ_REPLY_CSUM_PARTIAL = 1 << 5, /* answer's UDP checksum is the bare
                                        pseudo-header sum */
    REQ_TRUNCATED_REPLY = 1 << 6,    /* DNS TC bit */
    REQ_OTHER_SOURCE = 1 << 7, /* answer came from another address or port */
    REQ_BROADCAST = 1 << 8,
    REQ_UNCOUNTED = 1 << 9, /* waits as others do, but silence is usual and it
                               is left out of statistics: router
                               solicitations */
};

/** struct request - One transaction; frame numbers are frame32 (flow.h) */
struct request {
    uint8_t kind;   /* enum request_kind */
    uint8_t status; /* enum request_status */
    uint16_t flags; /* enum request_flag */
    uint16_t tries;
    uint16_t qtype;      /* DNS type; DHCP: message type of the request */
    uint16_t rcode;      /* DNS rcode; DHCP: message type of the answer */
    uint16_t station[2]; /* asker, answerer (STATION_NONE before an answer) */
    uint16_t vlan;
    uint8_t answer_ttl; /* IP TTL of the answer, 0 when none */
    uint8_t request_ttl;
    union addr client, server; /* server: whom it was sent to, or the address
                                  asked for (ARP, NDP) */
    uint32_t id;               /* DNS id, echo id<<16|seq, DHCP xid */
    uint16_t cport;
    uint16_t sport;
    int64_t first_ns, last_ns, answer_ns; /* answer 0 when none */
    uint32_t first_frame, last_frame, answer_frame;
    uint32_t error_frame; /* ICMP error that quoted it, 0 none */
    uint8_t error_type, error_code;
    uint8_t error_ttl;
    uint8_t alt_count;          /* other answers to it */
    uint32_t alt_frame;         /* UDP port 7 fallback or mismatching reply */
    uint32_t guest_error_frame; /* the asker's own ICMP error to alt_frame */
    union addr error_src;
    uint64_t name_hash;
    struct mac chaddr;     /* DHCP */
    union addr yiaddr;     /* DHCP answer */
    uint8_t payload_len16; /* echo: payload length / 16, to match replies */
    char name[REQUEST_NAME_MAX]; /* DNS question, escaped; empty otherwise */
    uint32_t next, prev;         /* ledger's own */
};

/** struct request_stats - Of one kind over the capture */
struct request_stats {
    uint64_t sent;     /* transactions; gratuitous ones not counted */
    uint64_t answered; /* late ones included */
    uint64_t late, never, error, open;
    uint64_t gratuitous;
    uint64_t p50_us, p95_us; /* of answered; 0 when none; from a histogram of
                                quarter-octave bins: within 19 % */
};

typedef void (*request_retire_fn)(void *ctx, const struct request *r);

struct request_ledger;

/** request_ledger_new() - @max transactions kept; oldest settled retire */
struct request_ledger *request_ledger_new(uint32_t max, uint64_t seed);
void request_ledger_free(struct request_ledger *l);
void request_ledger_on_retire(struct request_ledger *l, request_retire_fn fn,
                              void *ctx);

/** request_observe() - Feed a packet whose events have EV_ARP, EV_NDP,
 * EV_ICMP_ECHO, EV_ICMP_ERROR, EV_DNS, EV_DHCP or EV_UDP (port 7) */
void request_observe(struct request_ledger *l, const struct packet *pkt,
                     uint16_t src_station, uint16_t dst_station);

/** request_settle() - Mark NEVER what timed out by @now_ns */
void request_settle(struct request_ledger *l, int64_t now_ns);

const struct request *request_get(const struct request_ledger *l, uint32_t i);

/** request_next() - Iterate kept requests, oldest first; from REQUEST_NONE to
 * REQUEST_NONE */
uint32_t request_next(const struct request_ledger *l, uint32_t i);

struct request_stats request_stats(const struct request_ledger *l,
                                   enum request_kind kind);

/** request_timeout_ns() - After which a kind counts as never answered */
int64_t request_timeout_ns(enum request_kind kind);

const char *request_kind_name(enum request_kind kind);       /* "arp" */
const char *request_status_name(enum request_status status); /* "never" */

#endif
