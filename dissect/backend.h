/* SPDX-License-Identifier: BSD-3-Clause
 *
 * Which network backend a guest is on. Independent facts (gateway MAC, DHCP
 * server and options or RA, TCP signature, addresses) each vote; a high
 * confidence needs two that do not depend on each other, and addresses alone
 * prove nothing.
 */
#ifndef DISSECT_BACKEND_H
#define DISSECT_BACKEND_H

#include "dissect/packet.h"

struct facts;
struct guest;

enum backend_id {
    BACKEND_UNKNOWN = 0,
    BACKEND_QEMU_SLIRP,
    BACKEND_SLIRP4NETNS,
    BACKEND_PASST,
    BACKEND_VBOX_NAT,
    BACKEND_VBOX_NATNETWORK,
    BACKEND_VBOX_HOSTONLY,
    BACKEND_VBOX_BRIDGED,
    BACKEND_LIBVIRT_NAT,
    BACKEND_GVPROXY,
    BACKEND_VMWARE_NAT,
    BACKEND_VMWARE_HOSTONLY,
    BACKEND_HYPERV_NAT,
    BACKEND_PARALLELS_NAT,
    BACKEND_TAP_BRIDGED,
    BACKEND_COUNT
};

#define BACKEND_BIT(id) (1u << (id))
#define CLUES_MAX       8
#define CLUE_TEXT_MAX   120

/** struct clue - A fact that spoke for the verdict, in words, with its frame */
struct clue {
    char text[CLUE_TEXT_MAX]; /* escaped */
    uint64_t frame;           /* 0: a fact about several frames */
};

/** struct backend_verdict - For one guest */
struct backend_verdict {
    enum backend_id id;
    uint8_t confidence;  /* 0-100 */
    bool terminates_tcp; /* the backend's own TCP answers the guest */
    bool terminates_known;
    const char *engine; /* "libslirp", "classic", "lwIP" or NULL */
    struct clue clue[CLUES_MAX];
    uint8_t nclue;
};

/** struct backend_info - What is always true of a backend */
struct backend_info {
    enum backend_id id;
    const char *word; /* "qemu-slirp": the JSON id */
    const char *name; /* "QEMU user mode (libslirp)" */
    bool terminates_tcp;
    bool nat;           /* hides the guest's address */
    const char *limits; /* one sentence of non-obvious limits, or NULL */
};

const struct backend_info *backend_info(enum backend_id id);

/** backend_by_word() - For --backend ID; BACKEND_COUNT when unknown */
enum backend_id backend_by_word(const char *word);

/* Packets that may tell something about the backend. */
#define BACKEND_EVENTS                                                    \
    (EV_ARP | EV_NDP | EV_DHCP | EV_DHCPV6 | EV_TCP_SYN | EV_TCP_SYNACK | \
     EV_TCP_RST | EV_ICMP_ECHO | EV_ICMP_ERROR | EV_NTP | EV_DNS | EV_STP)

/* Beside those, the first this many UDP packets are shown too. */
#define BACKEND_UDP_MAX 4096

struct backend_evidence;

/** backend_evidence_new() - NULL when memory is short */
struct backend_evidence *backend_evidence_new(void);
void backend_evidence_free(struct backend_evidence *e);

/**
 * backend_observe() - Note what a packet tells of the backend
 * @e:   Evidence of all guests; keyed by station, for guests are named later
 * @pkt: Packet with one of BACKEND_EVENTS, or one of the first UDP packets
 * @src_station, @dst_station: station.h indexes of the frame's ends
 */
void backend_observe(struct backend_evidence *e, const struct packet *pkt,
                     uint16_t src_station, uint16_t dst_station);

/** backend_decide() - Verdict for one guest from all that was seen; @out is
 * overwritten. Reads @facts and writes nothing else. */
void backend_decide(const struct backend_evidence *e, const struct facts *facts,
                    const struct guest *guest, struct backend_verdict *out);

#endif
