/* SPDX-License-Identifier: BSD-3-Clause
 *
 * Verbs that put one packet on the guest's link. A host is what the link shows
 * of it: a server on the Internet has the gateway's MAC and a TTL already
 * counted down. Whoever sends comes first, whoever receives second. The clock
 * does not move: call gen_wait() between packets.
 */
#ifndef TESTS_GEN_WIRE_H
#define TESTS_GEN_WIRE_H

#include "tests/gen/gen.h"

enum csum_mode {
    CSUM_RIGHT,
    CSUM_PARTIAL, /* only the pseudo-header's sum: offload */
    CSUM_WRONG,
    CSUM_ZERO, /* UDP: no checksum */
};

enum ipid_mode {
    IPID_COUNT, /* +1 a packet, host.id or *host.shared_id */
    IPID_ZERO,
    IPID_RANDOM,
};

/** struct stack - How a host's TCP opens; see tcp.h */
struct stack {
    uint16_t mss;  /* in its SYN; 0: no option */
    int8_t wscale; /* -1: not offered */
    bool sack, ts;
    uint32_t window;   /* octets; sent unscaled in a SYN, at most 65535 */
    uint16_t segment;  /* largest payload it sends, 0: what the peer's MSS
                           and its timestamps allow */
    bool answer_all;   /* SYN-ACK offers its own options even if the SYN did
                           not; else only what was offered */
    uint32_t isn_step; /* ISN = 1 mod 64000 (libslirp) when not 0 */
};

/** struct host - A station as this link sees it */
struct host {
    uint8_t mac[6];
    uint8_t version;  /* 4 or 6 */
    uint8_t ip[16];   /* network order, first 4 octets for IPv4 */
    uint8_t ttl;      /* TCP and UDP */
    uint8_t icmp_ttl; /* ICMP echo replies and errors; 0: as ttl */
    uint8_t rst_ttl;  /* 0: as ttl */
    uint8_t tos;
    bool df;
    enum ipid_mode ipid;
    uint16_t id;
    uint16_t *shared_id; /* a counter for all the backend sends, or NULL */
    uint16_t mtu;        /* fragments what is larger (TCP: super-frames) */
    enum csum_mode csum; /* of TCP and UDP */
    struct stack tcp;
};

/** host_v4() - Host with Linux's manners: TTL 64, DF, all TCP options */
struct host host_v4(const char *ip, const char *mac);
struct host host_v6(const char *ip, const char *mac);

/** ip_bytes() - Octets of an address in text, 4 or 16 of them written */
void ip_bytes(const char *text, uint8_t *out);
void mac_bytes(const char *text, uint8_t out[6]);

/* 255.255.255.255 at ff:ff:ff:ff:ff:ff. */
extern const struct host everyone;

/* --- IP ----------------------------------------------------------------- */

/** gen_ip() - Any IP payload, checksummed; @ttl 0: the sender's */
void gen_ip(struct gen *g, struct host *from, const struct host *to,
            uint8_t proto, uint8_t ttl, const uint8_t *payload, size_t len,
            const struct offload *off);

/* --- ARP (RFC 826) ------------------------------------------------------ */

/** gen_arp_request() - Who has @ip? Broadcast */
void gen_arp_request(struct gen *g, const struct host *from, const char *ip);

/** gen_arp_reply() - @from says its address is at its MAC, to @to */
void gen_arp_reply(struct gen *g, const struct host *from,
                   const struct host *to);

/** gen_arp_claim() - @ip is at @mac, said to @to */
void gen_arp_claim(struct gen *g, const uint8_t mac[6], const char *ip,
                   const struct host *to);

/** gen_arp_gratuitous() - Announcement of its own address (RFC 5227) */
void gen_arp_gratuitous(struct gen *g, const struct host *from);

/* --- ICMP (RFC 792, RFC 4443) ------------------------------------------- */

/** gen_echo() - Echo request with @len octets of data */
void gen_echo(struct gen *g, struct host *from, const struct host *to,
              uint16_t id, uint16_t seq, size_t len);

/** gen_echo_reply() - Its answer: the same data */
void gen_echo_reply(struct gen *g, struct host *from, const struct host *to,
                    uint16_t id, uint16_t seq, size_t len);

/** gen_icmp() - Any message; @rest: octets 4-7 of the header */
void gen_icmp(struct gen *g, struct host *from, const struct host *to,
              uint8_t type, uint8_t code, uint32_t rest, const uint8_t *data,
              size_t len);

/** struct quote - A packet to be quoted in an ICMP error */
struct quote {
    uint8_t src_mac[6];
    uint8_t bytes[1280];
    uint32_t len;
};

/** gen_quote() - The IP packet made last, captured or not */
struct quote gen_quote(const struct gen *g);

/** gen_icmp_error() - Error about a quoted packet, to its sender
 * @mtu: Next-hop MTU of IPv4 3/4 and IPv6 type 2, else 0
 *
 * Quotes at most 548 octets (IPv4), 1232 (IPv6).
 */
void gen_icmp_error(struct gen *g, struct host *from, const struct quote *q,
                    uint8_t type, uint8_t code, uint32_t mtu);

/* --- NDP (RFC 4861) ----------------------------------------------------- */

/** struct ra - A router advertisement */
struct ra {
    const char *prefix; /* /64; NULL none */
    const char *rdnss;  /* NULL none */
    uint32_t mtu;       /* 0 none */
    uint16_t lifetime_s;
    uint8_t flags; /* M 0x80, O 0x40 */
    uint8_t hop_limit;
    uint32_t valid_s, preferred_s;
};

void gen_rs(struct gen *g, struct host *from);
void gen_ra(struct gen *g, struct host *from, const struct ra *ra);
void gen_ns(struct gen *g, struct host *from, const char *target);
void gen_na(struct gen *g, struct host *from, const struct host *to);

/* --- UDP ---------------------------------------------------------------- */

/** gen_udp() - Datagram; @payload NULL: @len octets of a pattern. Larger than
 * the sender's MTU: fragments, whatever its DF says of smaller ones */
void gen_udp(struct gen *g, struct host *from, uint16_t sport,
             const struct host *to, uint16_t dport, const void *payload,
             size_t len);

/* --- DNS (RFC 1035) ----------------------------------------------------- */

enum {
    DNS_A = 1,
    DNS_AAAA = 28,
    DNS_NOERROR = 0,
    DNS_SERVFAIL = 2,
    DNS_NXDOMAIN = 3,
    DNS_REFUSED = 5
};

void gen_dns_query(struct gen *g, struct host *from, uint16_t sport,
                   const struct host *to, uint16_t id, const char *name,
                   uint16_t qtype);

/** gen_dns_answer() - @address: text of the record, NULL for none */
void gen_dns_answer(struct gen *g, struct host *from, const struct host *to,
                    uint16_t dport, uint16_t id, const char *name,
                    uint16_t qtype, uint8_t rcode, const char *address);

/* --- DHCP (RFC 2131) ---------------------------------------------------- */

enum {
    DHCP_DISCOVER = 1,
    DHCP_OFFER,
    DHCP_REQUEST,
    DHCP_DECLINE,
    DHCP_ACK,
    DHCP_NAK,
    DHCP_RELEASE,
    DHCP_INFORM
};

/**
 * struct dhcp - What a message says; text NULL or number 0: left out
 * @order: Options in wire order: "53,54,1,3,6,51". An option whose value is
 *         not set here is skipped
 */
struct dhcp {
    uint8_t type;
    uint32_t xid;
    uint16_t secs;
    bool broadcast;
    const char *order;
    const char *ciaddr, *yiaddr, *siaddr;
    const char *requested, *server;           /* options 50, 54 */
    const char *mask, *router, *dns, *bcast;  /* 1, 3, 6, 28 */
    const char *domain, *hostname, *bootfile; /* 15, 12, the file field */
    uint32_t lease_s;                         /* 51 */
    uint16_t mtu;                             /* 26 */
    size_t pad; /* BOOTP octets at least; 0: 300 */
};

/** gen_dhcp() - Message of a client (port 68 to 67) or a server
 * @client: Whose hardware address is chaddr */
void gen_dhcp(struct gen *g, struct host *from, const struct host *to,
              const struct host *client, const struct dhcp *d);

/* --- sums --------------------------------------------------------------- */

/** inet_sum() - RFC 1071 sum of @n octets on top of @sum, not folded */
uint32_t inet_sum(uint32_t sum, const uint8_t *p, size_t n);
uint16_t inet_fold(uint32_t sum);

/** pseudo_sum() - Of the pseudo-header (RFC 9293 3.1, RFC 8200 8.1) */
uint32_t pseudo_sum(const struct host *from, const struct host *to,
                    uint8_t proto, size_t len);

/** put16() put32() - Big-endian store; return the next octet */
uint8_t *put16(uint8_t *p, unsigned v);
uint8_t *put32(uint8_t *p, uint32_t v);

/** fill() - @n octets of a pattern that begins at stream offset @at */
void fill(uint8_t *p, size_t n, uint32_t at);

#endif
