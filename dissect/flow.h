/* SPDX-License-Identifier: BSD-3-Clause
 *
 * Flows: who talked to whom, and how well it went.
 *
 * A flow is a 5-tuple plus VLAN between its first packet and its close or idle
 * timeout. Direction 0 is originator to responder (as in Zeek: the side whose
 * first packet was seen; a SYN-ACK seen first swaps them, and for TCP joined
 * midstream the lower port is taken for the responder), direction 1 is the
 * way back. Which side is the guest is not known here; see guest.h.
 *
 * Theory of operation: one array of slots, one open-addressing index of slot
 * numbers, no pointer leaves the module. Closed flows stay readable in order
 * of closing until their slot is needed; a flow that leaves (retired or
 * evicted) is handed to the retire callback first, so that nothing it proved
 * is lost. What only troubled flows need lives in a second, smaller pool
 * (struct flow_trouble), so that a healthy flow costs no more than 288 octets
 * and its share of the index.
 *
 * TCP is judged from what passed the capture point (RFC 9293, RFC 6298, RFC
 * 6675, RFC 2883): flow_tcp.c and flow_seq.c say how.
 */
#ifndef DISSECT_FLOW_H
#define DISSECT_FLOW_H

#include <assert.h>

#include "dissect/packet.h"

#define FLOW_NONE UINT32_MAX

enum flow_state {
    FLOW_FREE = 0,
    FLOW_OPEN,
    FLOW_CLOSED, /* FIN both ways, RST, or idle timeout passed */
};

/** enum flow_flag - Facts about a whole flow */
enum flow_flag {
    FLOW_MIDSTREAM = 1 << 0,   /* TCP without the opening SYN in view */
    FLOW_ESTABLISHED = 1 << 1, /* SYN, SYN-ACK and an ACK of it were seen */
    FLOW_REFUSED = 1 << 2,     /* RST answered the SYN */
    FLOW_GSO = 1 << 3,         /* carried super-frames */
    FLOW_TRUNCATED = 1 << 4,   /* snap length cut its transport headers */
    FLOW_RETIRED = 1 << 5,
    FLOW_FIN_NO_SYNACK = 1 << 6, /* FIN answered a SYN (libslirp) */
    FLOW_RST_NO_ACK = 1 << 7,    /* bare RST answered a SYN (passt 2023) */
    FLOW_ICMP_ERROR = 1 << 8,    /* an ICMP error quoted it */
    FLOW_TUNNEL = 1 << 9,
    FLOW_PORT_REUSED = 1 << 10, /* a new SYN with another ISN began it anew */
};

/** enum flow_dir_flag - What one direction has sent */
enum flow_dir_flag {
    FDIR_SYN = 1 << 0,
    FDIR_SYNACK = 1 << 1,
    FDIR_FIN = 1 << 2,
    FDIR_RST = 1 << 3,
    FDIR_DATA = 1 << 4,
    FDIR_WSCALE = 1 << 5, /* its SYN offered window scaling */
    FDIR_SACK_PERM = 1 << 6,
    FDIR_TS = 1 << 7,
    FDIR_MSS = 1 << 8,
    FDIR_ACKED_DATA = 1 << 9, /* some of its data was acknowledged */
    FDIR_DSACK = 1 << 10,     /* it reported duplicates (RFC 2883) */
    FDIR_DF = 1 << 11,        /* sets DF */
    FDIR_GSO = 1 << 12,
    FDIR_FRAGMENTS = 1 << 13,
    FDIR_NXT = 1 << 14, /* nxt is valid */
    FDIR_ACK = 1 << 15, /* ack is valid */
};

/**
 * struct flow_dir - One direction of a flow
 *
 * Sequence numbers are as on the wire (modulo 2^32). Segment sizes are IP
 * packet lengths in octets as they would cross a wire: a GSO super-frame
 * counts as segments of mss + headers. Counts of 8 and 16 bits saturate.
 *
 * One segment at a time is followed until it is acknowledged, the largest
 * first: it gives the RTT (unless it was sent again, Karn's rule) and shows
 * which size arrives.
 *
 * Aligned to 4 so that two of them leave room in struct flow.
 */
struct flow_dir {
    uint64_t bytes;   /* IP octets */
    uint64_t payload; /* transport payload octets, retransmissions included */
    uint32_t packets;
    uint32_t nxt;        /* one past the highest octet sent, FDIR_NXT */
    uint32_t ack;        /* highest acknowledgment number sent, FDIR_ACK */
    uint32_t isn;        /* valid with FDIR_SYN or FDIR_SYNACK; else the
                            first sequence number seen */
    uint32_t pend_end;   /* followed segment: its end */
    uint32_t timed_us;   /* its send time modulo 2^32, 0 when not timed */
    uint32_t rtt_min_us; /* data to ACK, 0 when none measured */
    uint32_t rtt_sum_us; /* saturating, over rtt_count */
    uint32_t data_segs;  /* wire segments that carried data, GSO expanded */
    uint32_t max_flight; /* octets sent and not yet acknowledged, maximum */
    uint32_t retrans;    /* segments sent again, capture copies not counted */
    uint16_t flags;      /* enum flow_dir_flag */
    uint16_t pend_len;   /* followed segment: its size, 0 when there is none */
    uint16_t acked_len;  /* largest size known acknowledged */
    uint16_t max_len;    /* largest size sent */
    uint16_t rtt_count;
    uint16_t nxt_ms; /* when nxt last moved, ms modulo 2^16 */
    uint16_t window; /* last advertised, unscaled wire value */
    uint16_t mss;    /* from its SYN; 0 when absent */
    uint16_t dup_acks;
    uint16_t out_of_order;
    uint8_t zero_windows; /* times its window went from open to zero */
    uint8_t keepalives;
    uint8_t ttl; /* of its first packet */
    uint8_t wscale : 4;
    uint8_t dup_run : 2;  /* duplicate ACKs in a row, up to 3 */
    uint8_t pure_ack : 1; /* sent a segment with nothing but an ACK */
} __attribute__((packed, aligned(4)));

/**
 * struct flow - A conversation; at most 288 octets
 *
 * Frame numbers are kept modulo 2^32 ("frame32"); facts_frame() widens them.
 */
struct flow {
    union addr addr[2]; /* [0] originator, [1] responder */
    uint16_t port[2];   /* TCP, UDP, SCTP ports; ICMP: id, 0 */
    uint16_t vlan;
    uint8_t ip_proto;
    uint8_t state; /* enum flow_state */
    int64_t last_ns;
    uint16_t flags;        /* enum flow_flag */
    uint8_t app;           /* enum proto, recognised by content, then port */
    uint8_t app_tries : 4; /* payloads looked at, two bits a direction */
    uint8_t end_dir : 1;   /* who sent the first FIN or RST: 0, 1 */
    uint32_t last_frame;   /* frame32 */
    uint32_t trouble;      /* index into troubles, FLOW_NONE */
    uint16_t station[2];   /* station.h index of each side, STATION_NONE */
    struct flow_dir dir[2];
    int64_t first_ns;
    uint32_t id;                      /* counts from 1 over the capture */
    uint32_t first_frame;             /* frame32 */
    uint32_t syn_frame, synack_frame; /* frame32, 0 when not seen */
    uint32_t end_frame;               /* frame32 of first FIN or RST */
    union {
        uint32_t handshake_us; /* TCP: SYN (last before it) to SYN-ACK */
        uint32_t answer_us;    /* others: first packet to first answer */
    };                         /* 0 when not measured */
    uint32_t next;             /* in the closed or the free list */
    uint16_t capture_copies;   /* duplicates made by the capture */
    uint16_t syn_span_ms;      /* first to last SYN of one ISN, saturating */
    uint8_t syn_count;         /* SYNs of the originator with the same ISN */
    uint8_t ack_unseen;        /* ACKs of data the capture does not hold */
    uint8_t source;
    uint8_t rst_ttl;  /* TTL of the first RST, 0 none */
    char history[12]; /* Zeek's letters, NUL-terminated, cut when full */
};

static_assert(sizeof(struct flow) <= 288, "a flow has outgrown its budget");

#define TROUBLE_FRAMES 6

/**
 * struct stuck_segment - A segment sent again and again
 *
 * The one of its direction with most tries is kept. @acked false with
 * @smaller_len set means: only a smaller try of the same octets got through.
 */
struct stuck_segment {
    uint32_t seq;
    uint16_t len;              /* IP length of the tries, wire size */
    uint16_t tries;            /* transmissions, the first included when seen */
    int64_t first_ns, last_ns; /* of the repeats */
    uint32_t frame[TROUBLE_FRAMES]; /* frame32 of the repeats, oldest first,
                                       the last row is the latest; 0 = none */
    uint16_t smaller_len; /* size of a later, smaller try that was acked */
    bool acked;
    bool full_size; /* len >= 0.95 * (mss + headers) of the flow */
    bool df;
    uint16_t small_len; /* smaller try under way: its size, and */
    uint32_t small_end; /* its end */
    uint32_t end;       /* of the segment */
};

/** struct zero_window - Times one side said it can take nothing */
struct zero_window {
    int64_t since_ns; /* of the open episode, 0 when the window is open */
    int64_t total_ns, longest_ns;
    uint32_t first_frame, last_frame; /* frame32 */
    uint16_t episodes;
    uint16_t probes; /* probes that met it */
};

/**
 * struct stream_hole - Data that one side says it sent and that never came
 *
 * Octets [start, announced) of this direction: a pure ACK, keep-alive, FIN or
 * later segment carried a sequence number beyond what arrived. The first one
 * that is still open is kept, else the latest. One that was acknowledged all
 * the same counts as filled: the capture, not the receiver, missed it.
 */
struct stream_hole {
    uint32_t start, announced;
    int64_t first_ns, last_ns;
    uint32_t first_frame, last_frame; /* frame32 */
    uint16_t sacked;                  /* segments that arrived beyond it */
    bool filled;
};

/** struct trouble_gap - Octets not seen so far: reordered, or lost before the
 * capture point */
struct trouble_gap {
    uint32_t start, end;
    uint32_t us;    /* when it was noticed, modulo 2^32 */
    uint16_t ip_id; /* of the packet that left it, 0 unknown */
    bool acked;     /* acknowledged although never seen */
};

#define TROUBLE_GAPS 8

/** struct trouble_dir - What went wrong with segments of one direction */
struct trouble_dir {
    struct stuck_segment stuck;
    struct stream_hole hole;
    struct zero_window zwin; /* advertised BY this direction's sender */
    uint32_t retrans_full;   /* retransmissions of full-size segments */
    uint32_t retrans_small;
    uint32_t retrans_fast;     /* after >= 3 duplicate ACKs */
    uint32_t retrans_rto;      /* >= 200 ms after the previous transmission */
    uint32_t spurious;         /* told by DSACK */
    uint32_t resent_acked;     /* sent again after their ACK had passed */
    uint32_t retrans_frame[4]; /* frame32 of the first ones */
    uint16_t stalls;           /* gaps >= 1 s with data outstanding */
    int64_t longest_stall_ns;
    uint16_t oversize_after_icmp; /* segments > icmp_mtu, > 1 RTT after it */
    uint32_t oversize_frame[3];   /* frame32 */
    uint16_t lost_len; /* smallest size tried >= 3 times and never acked */
    uint8_t ngap;
    struct stuck_segment cand; /* latest repeated one, not yet the worst */
    struct trouble_gap gap[TROUBLE_GAPS];
};

/**
 * struct idle_gap - The latest silence of 20 s or more inside a flow, and what
 * came after it
 */
struct idle_gap {
    int64_t len_ns;      /* 0: none */
    int64_t survived_ns; /* longest after which both sides spoke again */
    uint32_t frame;      /* first one after it, frame32 */
    uint32_t packets[2]; /* of each direction since */
    uint8_t dir;         /* who spoke first */
};

/** struct flow_trouble - Kept only for flows that had any */
struct flow_trouble {
    uint32_t flow; /* owner's slot */
    struct trouble_dir dir[2];
    uint32_t icmp_error; /* first ICMP error that quoted it: number in
                            icmp_error.h ledger, or FLOW_NONE */
    uint32_t icmp_count;
    uint32_t icmp_mtu;   /* of a fragmentation needed / too big, 0 none */
    uint32_t icmp_frame; /* frame32 */
    int64_t icmp_ns;
    uint8_t icmp_type, icmp_code; /* a fragmentation needed wins, else the
                                     first */
    uint8_t icmp_dir;             /* direction whose packet it quoted */
    struct idle_gap idle;
};

/** flow_retire_fn - @f (and its trouble) leave the table after this call */
typedef void (*flow_retire_fn)(void *ctx, const struct flow *f);

/** struct flow_counts - Totals over the capture */
struct flow_counts {
    uint64_t opened, retired, evicted;
    uint64_t tcp, udp, icmp, other;
    uint64_t trouble_lost;        /* troubles not kept: the pool was full */
    uint64_t copies;              /* packets marked PKT_DUPLICATE */
    uint64_t ack_unseen;          /* ACKs of data never captured */
    uint64_t ack_unseen_frame[4]; /* the first of them, 0 = none */
};

struct flow_table;

/**
 * flow_table_new() - Allocate once; pages are touched only as flows come
 * @flows_max:   Slots; when all are in use the oldest idle one is evicted
 * @closed_max:  Closed flows kept readable before the oldest is retired
 * @trouble_max: struct flow_trouble entries
 * @seed:        Hash seed
 * Return: NULL when memory is short.
 */
struct flow_table *flow_table_new(uint32_t flows_max, uint32_t closed_max,
                                  uint32_t trouble_max, uint64_t seed);
void flow_table_free(struct flow_table *t);
void flow_table_on_retire(struct flow_table *t, flow_retire_fn fn, void *ctx);

/**
 * flow_prepare_batch() - Compute what packets are looked up by
 *
 * Optional: flow_observe_batch() does it for those that come without. Reads
 * nothing of @t that ever changes, so it may run in another thread.
 */
void flow_prepare_batch(const struct flow_table *t, struct packet *pkts,
                        unsigned n);

/**
 * flow_observe_batch() - Account packets to their flows
 * @t:    Table
 * @pkts: [n] dissected packets, oldest first; PKT_DUPLICATE may be set on them
 * @n:    How many, best BATCH_MAX
 * @src_station, @dst_station: [n] station.h indexes of the frames' two MACs
 * @slots: [n] out: slot of each, or FLOW_NONE for packets without a flow (ARP,
 *         NDP, ICMP errors, later fragments, IGMP)
 *
 * Slots stay valid until the next call, if the table has room for twice the
 * batch. All keys are hashed first and the memory they need is fetched while
 * earlier packets are worked on.
 */
void flow_observe_batch(struct flow_table *t, struct packet *pkts, unsigned n,
                        const uint16_t src_station[],
                        const uint16_t dst_station[], uint32_t slots[]);

/** flow_observe() - flow_observe_batch() of one packet; returns its slot */
uint32_t flow_observe(struct flow_table *t, struct packet *pkt,
                      uint16_t src_station, uint16_t dst_station);

/** flow_prefetch() - Bring the slot of a packet to come into the cache */
void flow_prefetch(const struct flow_table *t, const struct packet *pkt);

/** flow_tick() - Close flows idle at @now_ns; bounded work per call */
void flow_tick(struct flow_table *t, int64_t now_ns);

/** flow_find_quoted() - Flow an ICMP error's quote belongs to, or FLOW_NONE
 *
 * @quoted_from_src is the direction whose packet was quoted (out).
 */
uint32_t flow_find_quoted(const struct flow_table *t, const struct quoted *q,
                          uint16_t vlan, unsigned *dir);

/** flow_note_icmp() - An ICMP error quoted this flow
 * @error: its number in the ICMP error ledger
 */
void flow_note_icmp(struct flow_table *t, uint32_t slot, uint32_t error,
                    const struct packet *pkt);

const struct flow *flow_get(const struct flow_table *t, uint32_t slot);
const struct flow_trouble *flow_trouble_of(const struct flow_table *t,
                                           const struct flow *f);
const struct flow_counts *flow_table_counts(const struct flow_table *t);

/** flow_next() - Iterate over kept flows in order of first packet's id;
 * start with FLOW_NONE, ends with FLOW_NONE. The order is by slot. */
uint32_t flow_next(const struct flow_table *t, uint32_t slot);

/** flow_conn_state() - Zeek's conn_state word: "SF", "S0", "REJ", ... */
const char *flow_conn_state(const struct flow *f);

/** flow_community_id() - Community ID v1 with seed 0; @out >= 40 octets */
void flow_community_id(const struct flow *f, char *out, size_t size);

/** flow_headers_len() - IP and TCP header octets of a full segment without
 * options: 40 for IPv4, 60 for IPv6 */
unsigned flow_headers_len(const struct flow *f);

#endif
