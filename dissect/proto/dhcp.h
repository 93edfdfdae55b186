/* SPDX-License-Identifier: BSD-3-Clause
 *
 * DHCP (RFC 2131) with the options of RFC 2132 that a guest's network rests
 * on, and BOOTP (RFC 951), which is the same message without options.
 */
#ifndef DISSECT_PROTO_DHCP_H
#define DISSECT_PROTO_DHCP_H

#include "dissect/core/addr.h"
#include "dissect/core/cursor.h"

#define DHCP_ROUTERS_MAX 4
#define DHCP_DNS_MAX     3
#define DHCP_ORDER_MAX   32

/** enum dhcp_type - Option 53 (RFC 2132 section 9.6) */
enum dhcp_type {
    DHCP_BOOTP = 0, /* no option 53 */
    DHCP_DISCOVER = 1,
    DHCP_OFFER = 2,
    DHCP_REQUEST = 3,
    DHCP_DECLINE = 4,
    DHCP_ACK = 5,
    DHCP_NAK = 6,
    DHCP_RELEASE = 7,
    DHCP_INFORM = 8,
};

/**
 * struct dhcp_msg - One message; ranges of octets are borrowed from the packet
 *
 * Addresses of options that were not sent are all zero octets ("::"), which no
 * IPv4 address in this form is; dhcp_has() tells what was sent. Of an option
 * that comes twice the first counts; long options in parts (RFC 3396) are not
 * joined.
 *
 * @msg_type:     enum dhcp_type
 * @chaddr:       Zero unless @hlen is 6
 * @router:       [nrouter]
 * @dns:          [ndns]
 * @lease_s:      0xffffffff is for ever (RFC 2131 section 3.3); 0 not sent
 * @bootfile:     Option 67, else the file field
 * @option_order: [norder] option codes as on the wire, pad and end left out:
 *                a fingerprint of who wrote the message
 * @has_cookie:   false for plain BOOTP
 * @end_seen:     The options had their end mark
 * @verdict:      enum layer_verdict bits of the first thing that was wrong
 */
struct dhcp_msg {
    uint8_t op, htype, hlen, hops;
    uint32_t xid;
    uint16_t secs, flags;
    union addr ciaddr, yiaddr, siaddr, giaddr;
    struct mac chaddr;
    uint8_t msg_type;
    uint8_t overload; /* option 52: 1 file, 2 sname, 3 both */
    bool broadcast, has_cookie, end_seen;
    uint8_t verdict;
    uint8_t nrouter, ndns, norder;
    uint16_t mtu;      /* option 26, 0 not sent */
    uint16_t max_size; /* option 57, 0 not sent */
    uint32_t lease_s, t1_s, t2_s;
    union addr server_id, subnet_mask, requested_ip;
    union addr router[DHCP_ROUTERS_MAX];
    union addr dns[DHCP_DNS_MAX];
    struct octets domain, hostname, client_id, vendor_class;
    struct octets bootfile, tftp_server, message, params, sname;
    uint8_t option_order[DHCP_ORDER_MAX];
    uint64_t seen[4]; /* bit set of option codes */
};

/** dhcp_has() - Was the option in the message? */
static inline bool dhcp_has(const struct dhcp_msg *m, uint8_t code)
{
    return m->seen[code / 64] >> (code % 64) & 1;
}

/**
 * dhcp_parse() - Read a message
 * @payload: UDP payload as captured; @m borrows from it
 * @m:       Written as far as the octets go, also when false is returned
 *
 * Options continue in the file and sname fields when option 52 says so
 * (RFC 2131 section 4.1).
 *
 * Return: false when the fixed part up to chaddr (RFC 2131 section 2) was not
 * there or its op is neither request nor reply
 */
bool dhcp_parse(struct cursor payload, struct dhcp_msg *m);

/** dhcp_type_name() - "DISCOVER"; "BOOTP" for 0 and "unknown" out of range */
const char *dhcp_type_name(unsigned type);

#endif
