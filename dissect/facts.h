/* SPDX-License-Identifier: BSD-3-Clause
 *
 * Everything the capture has shown so far, in one read-only bundle: what
 * symptoms judge and views print. Filled by model.c, never by its readers.
 */
#ifndef DISSECT_FACTS_H
#define DISSECT_FACTS_H

#include "dissect/flow.h"
#include "dissect/guest.h"
#include "dissect/icmp_error.h"
#include "dissect/request.h"
#include "dissect/station.h"

#define SOURCES_MAX        16
#define QUALITY_FRAMES_MAX 4

/** struct source_facts - One capture as its reader saw it */
struct source_facts {
    char name[256];          /* as the user gave it */
    const char *kind;        /* "file", "stdin" */
    const char *format;      /* "pcap", "pcapng" */
    const char *compression; /* "gzip", "zstd", "lz4" or NULL */
    uint16_t linktype;       /* of the first interface */
    bool mixed_linktypes;
    uint32_t snaplen;          /* 0 unknown */
    uint64_t packets, bytes;   /* captured octets */
    uint64_t skipped;          /* packets of link types that cannot be read */
    uint16_t skipped_linktype; /* the first such */
    int64_t first_ns, last_ns;
    uint64_t dropped; /* as told by the capture (ISB), 0 none */
    bool dropped_known;
    bool damaged; /* ended early: damage text */
    char damage[160];
    bool nictrace;     /* VirtualBox: time since VM start, dummy first */
    char comment[160]; /* section comment or application, escaped */
};

/** struct quality - What the capture does to what can be concluded */
struct quality {
    uint64_t vnet10, vnet12, vnet_gso, vnet_needs_csum;
    uint64_t gso_frames; /* larger than any MTU in use allows */
    uint32_t gso_max_len;
    uint64_t csum_partial; /* TCP/UDP with the bare pseudo-header sum */
    uint64_t csum_checked; /* TCP/UDP packets with a checksum field */
    uint64_t ip_csum_bad;
    uint64_t duplicates;        /* copies made by the capture */
    uint64_t truncated;         /* caplen < wirelen */
    uint64_t truncated_headers; /* so short that transport header is cut */
    uint64_t malformed;
    uint64_t fragments;
    uint64_t time_backwards; /* timestamps before the newest one, > 1 ms */
    int64_t worst_backwards_ns;
    uint64_t time_gaps; /* silent for > 30 s after steady traffic */
    int64_t longest_gap_ns;
    uint64_t tcp_one_sided, tcp_two_sided; /* flows at conclusion */
    uint64_t ack_unseen; /* ACKs of data never captured: drops */
    struct {
        uint64_t frame[QUALITY_FRAMES_MAX];
        uint8_t count;
    } vnet_at, gso_at, csum_at, dup_at, trunc_at, back_at, ack_unseen_at;
    bool one_sided; /* verdict at conclusion */
    bool dropped;   /* verdict: the capture itself lost packets */
};

/** struct facts - The bundle */
struct facts {
    int64_t first_ns, now_ns; /* of packets; now = newest */
    uint64_t packets, bytes;
    uint64_t protocol[PROTO_COUNT]; /* packets holding the layer */
    struct source_facts source[SOURCES_MAX];
    unsigned nsource;
    struct flow_table *flows;
    struct station_table *stations;
    struct request_ledger *requests;
    const struct icmp_error *icmp; /* [nicmp], oldest first */
    unsigned nicmp;
    uint64_t icmp_lost;
    struct quality quality;
    struct guest guest[GUESTS_MAX];
    unsigned nguest;
    uint64_t last_frame;
};

/** facts_frame() - Widen a frame32 to the frame number it came from */
static inline uint64_t facts_frame(const struct facts *f, uint32_t frame32)
{
    uint64_t high = f->last_frame & ~(uint64_t)UINT32_MAX;

    if (frame32 == 0)
        return 0;
    return frame32 > (uint32_t)f->last_frame && high
               ? high - (uint64_t)UINT32_MAX - 1 + frame32
               : high + frame32;
}

/**
 * facts_guest_dir() - Seen from a guest, which direction leaves it?
 *
 * Return: 0 when the guest is the originator of @f, 1 when it is the
 * responder, -1 when it is neither (or both: guest to guest is 0).
 */
int facts_guest_dir(const struct facts *facts, const struct guest *g,
                    const struct flow *f);

/** facts_guest_owns() - Is @a one of the guest's addresses? */
bool facts_guest_owns(const struct guest *g, const union addr *a);

/** facts_off_link() - Must @a be reached through the guest's gateway? Uses the
 * lease's prefix when known, else /24; link-local, multicast, broadcast: no */
bool facts_off_link(const struct guest *g, const union addr *a);

/** facts_is_gateway() - Is @a the backend itself: gateway, DHCP or DNS address
 * of the guest's own subnet? */
bool facts_is_gateway(const struct facts *facts, const struct guest *g,
                      const union addr *a);

#endif
