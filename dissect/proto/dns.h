/* SPDX-License-Identifier: BSD-3-Clause
 *
 * DNS messages (RFC 1035 section 4), also in the forms of multicast DNS
 * (RFC 6762), LLMNR (RFC 4795) and the NetBIOS name service (RFC 1002), which
 * share header and record layout.
 */
#ifndef DISSECT_PROTO_DNS_H
#define DISSECT_PROTO_DNS_H

#include "dissect/core/addr.h"
#include "dissect/core/cursor.h"

/* A name has at most 255 octets (RFC 1035 section 2.3.4); escapes may make its
 * text longer, which is then cut. */
#define DNS_NAME_SIZE 320
#define DNS_ADDRS_MAX 4

enum dns_type {
    DNS_A = 1,
    DNS_NS = 2,
    DNS_CNAME = 5,
    DNS_SOA = 6,
    DNS_PTR = 12,
    DNS_MX = 15,
    DNS_TXT = 16,
    DNS_AAAA = 28,
    DNS_SRV = 33,
    DNS_DNAME = 39,
    DNS_OPT = 41, /* RFC 6891 */
};

enum dns_rcode {
    DNS_NOERROR = 0,
    DNS_FORMERR = 1,
    DNS_SERVFAIL = 2,
    DNS_NXDOMAIN = 3,
    DNS_NOTIMP = 4,
    DNS_REFUSED = 5,
};

/**
 * struct dns_msg - Header, first question, and what its records come to
 * @id:         Transaction id
 * @flags:      The second word of the header as on the wire
 * @rcode:      With the upper bits of an OPT record (RFC 6891 section 6.1.3)
 * @qname:      Name of the first question: lower case, labels joined by dots,
 *              "." for the root; octets that are not printable as str.h says,
 *              a dot inside a label as "\."; empty without a question
 * @qclass:     Class without the mDNS unicast bit (RFC 6762 section 5.4)
 * @answers:    Records of the answer section that could be read
 * @addr:       [naddr] first addresses of A and AAAA answers
 * @min_ttl_s:  Smallest TTL of the answers, 0 without answers
 * @edns_size:  UDP payload size of the OPT record, valid with @has_edns
 * @cut:        The octets ended before the last announced answer
 * @verdict:    enum layer_verdict bits of the first thing that was wrong
 */
struct dns_msg {
    uint16_t id, flags;
    uint8_t opcode;
    bool qr, aa, tc, rd, ra;
    uint16_t rcode;
    uint16_t qdcount, ancount, nscount, arcount;
    uint16_t qtype, qclass;
    uint16_t answers;
    uint16_t edns_size;
    uint32_t min_ttl_s;
    bool has_question, has_edns, has_cname, has_soa;
    bool unicast_wanted; /* mDNS "QU" */
    bool cut;
    uint8_t verdict;
    uint8_t naddr;
    union addr addr[DNS_ADDRS_MAX];
    char qname[DNS_NAME_SIZE];
};

/**
 * dns_parse() - Read a message as UDP carries it
 * @payload: The UDP payload as captured
 * @m:       Written as far as the octets go, also when false is returned
 *
 * Compression pointers must point backwards and are followed 16 times at most
 * (RFC 1035 section 4.1.4); the work is linear in the payload.
 *
 * Return: false when header or first question (if one is announced) could not
 * be read; what comes after may be missing, see @cut and @verdict
 */
bool dns_parse(struct cursor payload, struct dns_msg *m);

/** dns_parse_tcp() - The same behind a length of two octets (RFC 1035 4.2.2)
 *
 * Reads the first message of the segment only.
 */
bool dns_parse_tcp(struct cursor payload, struct dns_msg *m);

/** dns_type_name() - "AAAA", or "TYPE" for one that has no name here */
const char *dns_type_name(uint16_t type);

/** dns_rcode_name() - "NXDOMAIN", or "RCODE" for one that has no name here */
const char *dns_rcode_name(uint16_t rcode);

#endif
