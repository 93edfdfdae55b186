/* SPDX-License-Identifier: BSD-3-Clause
 *
 * One captured frame and what its headers say. A packet borrows its octets
 * from the source that read it, until the batch it came in is released; all
 * decoded values are host order.
 *
 * The fast path fills everything here from the first octet to the transport
 * header; applications are only recognised (a layer with an offset) and parsed
 * by whoever needs them (dns_parse() and friends), because most packets need
 * nothing of it.
 */
#ifndef DISSECT_PACKET_H
#define DISSECT_PACKET_H

#include <stdbool.h>
#include <stdint.h>

#include "dissect/core/addr.h"
#include "dissect/core/cursor.h"

struct tree;

#define LAYERS_MAX 12
#define BATCH_MAX  64
#define OFF_NONE   UINT32_MAX
#define VLAN_NONE  UINT16_MAX
#define SACK_MAX   4

/* Every protocol, one row each: proto/proto_list.h. */
enum proto {
    PROTO_NONE = 0,
#define PROTO(id, name) PROTO_##id,
#include "dissect/proto/proto_list.h"
#undef PROTO
    PROTO_COUNT
};

/** enum packet_event - What a packet holds that somebody may wait for */
enum packet_event {
    EV_ARP = 1 << 0,
    EV_NDP = 1 << 1,        /* RS, RA, NS, NA, Redirect */
    EV_ICMP_ECHO = 1 << 2,  /* request or reply, both families */
    EV_ICMP_ERROR = 1 << 3, /* carries a quoted packet, both families */
    EV_TCP = 1 << 4,
    EV_TCP_SYN = 1 << 5, /* SYN without ACK */
    EV_TCP_SYNACK = 1 << 6,
    EV_TCP_RST = 1 << 7,
    EV_TCP_FIN = 1 << 8,
    EV_UDP = 1 << 9,
    EV_DHCP = 1 << 10, /* v4 */
    EV_DHCPV6 = 1 << 11,
    EV_DNS = 1 << 12,  /* unicast DNS over UDP or TCP port 53 */
    EV_MDNS = 1 << 13, /* mDNS, LLMNR, SSDP, NetBIOS name service */
    EV_NTP = 1 << 14,
    EV_TFTP = 1 << 15,
    EV_FRAGMENT = 1 << 16,       /* any fragment, also the first */
    EV_MULTICAST_MGMT = 1 << 17, /* IGMP, MLD */
    EV_STP = 1 << 18,
    EV_OTHER_IP = 1 << 19, /* IP protocol that is none of 1, 6, 17, 58 */
    EV_TUNNEL = 1 << 20,
    EV_DAMAGED = 1 << 21, /* some layer is truncated, malformed or cut */
};

/** enum packet_flag - Facts about the frame as captured */
enum packet_flag {
    PKT_TRUNCATED = 1 << 0, /* caplen < wirelen: the snap length cut it */
    PKT_VNET = 1 << 1,      /* a virtio-net header stood before the frame */
    PKT_VNET_NEEDS_CSUM = 1 << 2,
    PKT_VNET_GSO = 1 << 3,     /* vnet gso_type says super-frame */
    PKT_CSUM_PARTIAL = 1 << 4, /* TCP/UDP checksum is the bare pseudo-header
                                  sum: offload, not corruption */
    PKT_IP_CSUM_BAD = 1 << 5,
    PKT_FROM_HOST = 1 << 6, /* SLL "sent by us", or pcapng epb_flags out */
    PKT_TO_HOST = 1 << 7,   /* SLL "sent to us", or pcapng epb_flags in */
    PKT_DIRECTION_KNOWN = PKT_FROM_HOST | PKT_TO_HOST,
    PKT_IP_LEN_ZERO = 1 << 8,  /* IPv4 tot_len 0 / IPv6 jumbo by TSO: length
                                 taken from the frame */
    PKT_HAS_MAC = 1 << 9,      /* eth_src and eth_dst are both real */
    PKT_HAS_SRC_MAC = 1 << 10, /* only eth_src is (SLL) */
    PKT_FRAG = 1 << 11,        /* part of a fragmented datagram */
    PKT_FRAG_LATER = 1 << 12,  /* offset > 0: no transport header */
    PKT_TUNNEL = 1 << 13,      /* inner layers follow the transport header */
    PKT_DUPLICATE = 1 << 14,   /* set by flow/: a copy made by the capture */
};

/**
 * struct layer - Where a header lies in the frame
 * @proto:       enum proto
 * @flags:       enum layer_verdict bits
 * @off:         Offset of its first octet in packet.data
 * @header_len:  Octets of its header that were captured
 * @payload_len: Octets after the header on the wire, by the lengths in outer
 *               and own headers; may exceed what was captured
 */
struct layer {
    uint16_t proto;
    uint16_t flags;
    uint32_t off;
    uint32_t header_len;
    uint32_t payload_len;
};

enum tcp_flag {
    TCP_FIN = 0x01,
    TCP_SYN = 0x02,
    TCP_RST = 0x04,
    TCP_PSH = 0x08,
    TCP_ACK = 0x10,
    TCP_URG = 0x20,
    TCP_ECE = 0x40,
    TCP_CWR = 0x80,
};

enum tcp_option_seen {
    TCPO_MSS = 1 << 0,
    TCPO_WSCALE = 1 << 1,
    TCPO_SACK_PERM = 1 << 2,
    TCPO_SACK = 1 << 3,
    TCPO_TS = 1 << 4,
    TCPO_MD5 = 1 << 5,
    TCPO_FASTOPEN = 1 << 6,
    TCPO_MPTCP = 1 << 7,
    TCPO_OTHER = 1 << 8,
    TCPO_NOP = 1 << 9,
};

/** struct tcp_info - TCP header (RFC 9293 section 3.1) with its options */
struct tcp_info {
    uint32_t seq, ack;
    uint16_t window;  /* as on the wire, not scaled */
    uint8_t flags;    /* enum tcp_flag */
    uint8_t wscale;   /* shift count, valid with TCPO_WSCALE (RFC 7323) */
    uint16_t mss;     /* valid with TCPO_MSS */
    uint16_t options; /* enum tcp_option_seen */
    uint32_t tsval, tsecr;
    uint8_t nsack;
    struct {
        uint32_t left, right;
    } sack[SACK_MAX]; /* RFC 2018; block 0 is a DSACK per RFC 2883 if it
                         lies below ack or inside block 1 */
};

/**
 * struct quoted - The packet quoted inside an ICMP error (RFC 792, RFC 4443)
 *
 * @valid is false when the quote was too short for an IP header. Ports, ids
 * and seq are zero when the quote ends before them (@l4_valid false).
 */
struct quoted {
    union addr src, dst;
    uint16_t sport, dport; /* or ICMP id in sport, ICMP sequence in dport */
    uint32_t seq;          /* TCP only */
    uint16_t ip_len, ip_id;
    uint8_t ip_proto, ttl;
    uint8_t icmp_type;
    bool valid, l4_valid, df;
};

/** struct icmp_info - ICMP or ICMPv6 message */
struct icmp_info {
    uint8_t type, code;
    uint16_t id, seq; /* echo messages */
    uint32_t mtu;     /* 3/4: next-hop MTU (RFC 1191); v6 type 2: MTU */
    bool is_error;
    bool is_v6;
    struct quoted quoted; /* valid for errors */
    union addr target;    /* NS, NA, Redirect: target address (RFC 4861) */
    struct mac link_addr; /* SLLA or TLLA option when has_link_addr */
    bool has_link_addr;
    uint8_t ndp_flags;      /* NA: R 0x80, S 0x40, O 0x20; RA: M 0x80, O 0x40 */
    uint16_t ra_lifetime_s; /* RA router lifetime */
    uint8_t ra_hop_limit;
    uint32_t ra_mtu;         /* RA MTU option, 0 when absent */
    union addr ra_prefix;    /* first prefix information option */
    uint8_t ra_prefix_len;   /* 0 when absent */
    uint8_t ra_prefix_flags; /* L 0x80, A 0x40 */
    uint8_t ra_rdnss_count;
    union addr ra_rdnss; /* first RDNSS address (RFC 8106) */
};

/** struct arp_info - ARP for IPv4 over Ethernet (RFC 826) */
struct arp_info {
    uint16_t op; /* 1 request, 2 reply */
    struct mac sha, tha;
    union addr spa, tpa;
};

/**
 * struct packet - One frame
 *
 * @number counts from 1 over its source, as Wireshark's frame.number does.
 * Transport fields describe the outermost IP packet: that is what the guest's
 * network card carried; tunnelled packets are inner layers.
 */
struct packet {
    /* from the source */
    const uint8_t *data;
    uint32_t caplen, wirelen;
    int64_t ts_ns; /* since 1970-01-01T00:00:00Z, as recorded */
    uint64_t number;
    uint16_t source;    /* index of the source, 0 based */
    uint16_t interface; /* pcapng interface within it, 0 based */
    uint32_t flags;     /* enum packet_flag */
    uint32_t events;    /* enum packet_event */
    uint16_t linktype;  /* LINKTYPE_ value of the record */

    /* link layer */
    uint8_t nlayer;
    uint8_t vnet_len; /* 0, 10 or 12 octets of virtio-net header */
    uint8_t vnet_flags, vnet_gso_type;
    uint16_t vnet_gso_size;
    uint16_t vlan; /* outermost VLAN id, VLAN_NONE when untagged */
    uint16_t ethertype;
    struct mac eth_src, eth_dst;

    /* network layer; ip_version 0 when there is none */
    uint8_t ip_version;
    uint8_t ip_proto; /* of the transport, after IPv6 extension headers */
    uint8_t ttl;      /* or hop limit */
    uint8_t tos;      /* or traffic class */
    uint8_t ip_df, ip_mf;
    uint16_t frag_off; /* octets */
    uint32_t ip_id;    /* 16 bit in IPv4; 32 bit in the IPv6 fragment header */
    uint32_t ip_len;   /* whole IP packet, headers included, on the wire */
    uint32_t ip_off;   /* offset of the IP header, or OFF_NONE */
    union addr src, dst;

    /* transport; ports 0 when there are none */
    uint16_t sport, dport;
    uint32_t l4_off;      /* offset of the transport header, or OFF_NONE */
    uint32_t payload_off; /* of the transport payload, or OFF_NONE */
    uint32_t payload_len; /* on the wire; see packet_payload() */
    uint16_t app;         /* enum proto recognised by port, or PROTO_NONE */

    /* what flow_prepare_batch() computed, 0: nothing yet */
    uint64_t flow_hash, flow_digest;
    union {
        struct tcp_info tcp;
        struct icmp_info icmp;
        struct arp_info arp;
    };

    struct layer layer[LAYERS_MAX];
};

/**
 * packet_dissect() - Fill a packet from its data, caplen and linktype
 * @pkt:  data, caplen, wirelen, ts_ns, number, source, linktype and flags are
 *        set by the caller; everything else is written here
 * @tree: Where to add fields for a person to read, or NULL on the fast path.
 *        With a tree, tunnels and applications are dissected too.
 *
 * Never fails: what cannot be read is said in layer flags. Cost: O(1), no
 * allocation. @tree does not change what is decoded into @pkt.
 */
void packet_dissect(struct packet *pkt, struct tree *tree);

/** packet_dissect_batch() - packet_dissect() for @n packets with prefetch */
void packet_dissect_batch(struct packet *pkts, unsigned n);

/** packet_linktype_known() - Can frames of this LINKTYPE_ value be read? */
bool packet_linktype_known(uint16_t linktype);

/** packet_payload() - Cursor over the captured transport payload */
struct cursor packet_payload(const struct packet *pkt);

/** packet_find_layer() - First layer of a protocol, or NULL */
const struct layer *packet_find_layer(const struct packet *pkt,
                                      enum proto proto);

/** proto_name() - Lower-case name of a protocol, "none" when out of range */
const char *proto_name(enum proto proto);

/**
 * packet_summary() - One line saying what the packet is, as in a packet list
 *
 * "10.0.2.15:44012 > 198.18.1.10:80 TCP SYN seq 1 win 64240 mss 1460". Text
 * from the packet is escaped. @out is always terminated.
 */
void packet_summary(const struct packet *pkt, char *out, size_t size);

#endif
