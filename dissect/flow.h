/* SPDX-License-Identifier: BSD-3-Clause
 *
 * Flows: who talked to whom, and how well it went.
 *
 * A flow is a 5-tuple plus VLAN between its first packet and its close or idle
 * timeout. Direction 0 is originator to responder (as in Zeek: the side whose
 * first packet was seen; a SYN-ACK seen first swaps them), direction 1 is the
 * way back. Which side is the guest is not known here; see guest.h.
 *
 * Theory of operation: one array of slots, one open-addressing index of slot
 * numbers, no pointer leaves the module. Closed flows stay readable in order
 * of closing until their slot is needed; a flow that leaves (retired or
 * evicted) is handed to the retire callback first, so that nothing it proved
 * is lost. What only troubled flows need lives in a second, smaller pool
 * (struct flow_trouble), so that a healthy flow stays below 300 octets.
 */
#ifndef DISSECT_FLOW_H
#define DISSECT_FLOW_H

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
    FLOW_PORT_REUSED = 1 << 10,  /* a new SYN with another ISN began it anew */
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
};

/**
 * struct flow_dir - One direction of a flow
 *
 * Sequence numbers are as on the wire (modulo 2^32). Segment sizes are IP
 * packet lengths in octets as they would cross a wire: a GSO super-frame
 * counts as segments of mss + headers.
 */
struct flow_dir {
    uint64_t bytes;   /* IP octets */
    uint64_t payload; /* transport payload octets, retransmissions included */
    uint32_t packets;
    uint32_t isn;       /* valid with FDIR_SYN or FDIR_SYNACK */
    uint32_t nxt;       /* one past the highest octet sent */
    uint32_t ack;       /* highest acknowledgment number sent */
    uint32_t data_segs; /* wire segments that carried data, GSO expanded */
    uint32_t retrans;   /* segments sent again, capture copies not counted */
    uint32_t max_flight; /* octets sent and not yet acknowledged, maximum */
    uint32_t timed_end;  /* RTT sample running: ends when acked (Karn) */
    uint32_t timed_us;   /* its send time, microseconds modulo 2^32 */
    uint32_t rtt_min_us; /* data to ACK, 0 when none measured */
    uint32_t rtt_sum_us; /* saturating */
    uint32_t pend_end;   /* largest segment not acked yet: its end, and */
    uint16_t pend_len;   /* its size */
    uint16_t acked_len;  /* largest size known acknowledged */
    uint16_t max_len;    /* largest size sent */
    uint16_t rtt_count;
    uint16_t window;  /* last advertised, unscaled wire value */
    uint16_t mss;     /* from its SYN; 0 when absent */
    uint16_t dup_acks; /* saturating, as all 16-bit counts here */
    uint16_t out_of_order;
    uint16_t zero_windows; /* times its window went from open to zero */
    uint16_t keepalives;
    uint16_t capture_copies; /* duplicates made by the capture */
    uint16_t flags;          /* enum flow_dir_flag */
    uint8_t wscale;
    uint8_t ttl; /* of its first packet */
};

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
    uint8_t state;      /* enum flow_state */
    uint16_t station[2]; /* station.h index of each side, STATION_NONE */
    uint16_t flags;      /* enum flow_flag */
    uint8_t app;         /* enum proto, recognised by content, then port */
    uint8_t syn_count;   /* SYNs of the originator with the same ISN */
    int64_t first_ns, last_ns;
    uint32_t id;         /* counts from 1 over the capture */
    uint32_t hash;
    uint32_t lru_prev, lru_next;
    uint32_t first_frame, last_frame;   /* frame32 */
    uint32_t syn_frame, synack_frame;   /* frame32, 0 when not seen */
    uint32_t end_frame;                 /* frame32 of first FIN or RST */
    uint32_t syn_span_ms;    /* first to last SYN */
    uint32_t handshake_us;   /* SYN (last before it) to SYN-ACK, 0 unknown */
    uint32_t answer_us;      /* UDP, ICMP: first packet to first answer */
    uint32_t trouble;        /* index into troubles, FLOW_NONE */
    uint16_t history_bits;   /* events seen in order are in history */
    uint16_t source;
    char history[14];        /* Zeek's letters, NUL-terminated, cut when full */
    uint8_t rst_ttl;         /* TTL of the first RST, 0 none */
    uint8_t end_dir;         /* who sent the first FIN or RST: 0, 1 */
    struct flow_dir dir[2];
};

#define TROUBLE_FRAMES 6

/**
 * struct stuck_segment - A segment sent again and again
 *
 * The one of its direction with most tries is kept.
 */
struct stuck_segment {
    uint32_t seq;
    uint16_t len;    /* IP length of the tries, wire size */
    uint16_t tries;  /* transmissions, the first included when seen */
    int64_t first_ns, last_ns;
    uint32_t frame[TROUBLE_FRAMES]; /* frame32, oldest first; 0 = none */
    uint16_t smaller_len; /* size of a later, smaller try that was acked */
    bool acked;
    bool full_size; /* len >= 0.95 * (mss + headers) of the flow */
    bool df;
};

/** struct zero_window - Times one side said it can take nothing */
struct zero_window {
    int64_t since_ns;  /* of the open episode, 0 when the window is open */
    int64_t total_ns, longest_ns;
    uint32_t first_frame, last_frame; /* frame32 */
    uint16_t episodes;
    uint16_t probes; /* probes that met it */
};

/**
 * struct stream_hole - Data that one side says it sent and that never came
 *
 * Octets [start, announced) of this direction: a pure ACK, keep-alive, FIN or
 * later segment carried a sequence number beyond what arrived.
 */
struct stream_hole {
    uint32_t start, announced;
    int64_t first_ns, last_ns;
    uint32_t first_frame, last_frame; /* frame32 */
    uint16_t sacked; /* segments that arrived beyond it */
    bool filled;
};

/** struct trouble_dir - What went wrong with segments of one direction */
struct trouble_dir {
    struct stuck_segment stuck;
    struct stream_hole hole;
    struct zero_window zwin; /* advertised BY this direction's sender */
    uint32_t retrans_full;   /* retransmissions of full-size segments */
    uint32_t retrans_small;
    uint32_t retrans_fast;   /* after >= 3 duplicate ACKs */
    uint32_t retrans_rto;    /* >= 200 ms after the previous transmission */
    uint32_t spurious;       /* told by DSACK */
    uint32_t retrans_frame[4]; /* frame32 of the first ones */
    uint16_t stalls;         /* gaps >= 1 s with data outstanding */
    int64_t longest_stall_ns;
    uint16_t oversize_after_icmp; /* segments > icmp_mtu, > 1 RTT after it */
    uint32_t oversize_frame[3];   /* frame32 */
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
    uint8_t icmp_type, icmp_code;
};

/** flow_retire_fn - @f (and its trouble) leave the table after this call */
typedef void (*flow_retire_fn)(void *ctx, const struct flow *f);

/** struct flow_counts - Totals over the capture */
struct flow_counts {
    uint64_t opened, retired, evicted;
    uint64_t tcp, udp, icmp, other;
    uint64_t trouble_lost; /* troubles not kept: the pool was full */
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
 * flow_observe() - Account one packet to its flow
 * @t:   Table
 * @pkt: Dissected packet with an IP header; PKT_DUPLICATE may be set on it
 * @src_station, @dst_station: station.h indexes of the frame's two MACs
 *
 * Return: slot, or FLOW_NONE for packets without a flow (ARP, later
 * fragments, IGMP). The slot stays valid until the next call.
 */
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
