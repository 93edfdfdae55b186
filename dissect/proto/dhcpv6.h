/* SPDX-License-Identifier: BSD-3-Clause
 *
 * DHCPv6 messages (RFC 8415).
 */
#ifndef DISSECT_PROTO_DHCPV6_H
#define DISSECT_PROTO_DHCPV6_H

#include "dissect/core/addr.h"
#include "dissect/core/cursor.h"

#define DHCPV6_DNS_MAX 3

/** enum dhcpv6_type - RFC 8415 section 7.3 */
enum dhcpv6_type {
    DHCPV6_SOLICIT = 1,
    DHCPV6_ADVERTISE = 2,
    DHCPV6_REQUEST = 3,
    DHCPV6_CONFIRM = 4,
    DHCPV6_RENEW = 5,
    DHCPV6_REBIND = 6,
    DHCPV6_REPLY = 7,
    DHCPV6_RELEASE = 8,
    DHCPV6_DECLINE = 9,
    DHCPV6_RECONFIGURE = 10,
    DHCPV6_INFO_REQUEST = 11,
    DHCPV6_RELAY_FORW = 12,
    DHCPV6_RELAY_REPL = 13,
};

/**
 * struct dhcpv6_msg - One message; of a relayed one only the relay's header
 * @xid:         Transaction id, 24 bits; 0 in relay messages
 * @ia_addr:     First IA address (RFC 8415 section 21.6), with @has_ia_addr
 * @status:      First status code (section 21.13), with @has_status; 0 Success
 * @dns:         [ndns] option 23 (RFC 3646)
 * @client_duid: Option 1, borrowed
 * @server_duid: Option 2, borrowed
 * @bootfile:    Option 59, a URL (RFC 5970), borrowed
 * @verdict:     enum layer_verdict bits of the first thing that was wrong
 */
struct dhcpv6_msg {
    uint8_t msg_type; /* enum dhcpv6_type */
    uint8_t hop_count;
    uint32_t xid;
    bool has_ia, has_ia_addr, has_status;
    uint8_t ndns;
    uint8_t verdict;
    uint16_t status;
    uint32_t iaid, t1_s, t2_s;
    uint32_t preferred_s, valid_s;
    union addr ia_addr;
    union addr link_addr, peer_addr; /* relay messages only */
    union addr dns[DHCPV6_DNS_MAX];
    struct octets client_duid, server_duid, bootfile;
};

/**
 * dhcpv6_parse() - Read a message
 * @payload: UDP payload as captured; @m borrows from it
 * @m:       Written as far as the octets go, also when false is returned
 *
 * Return: false when the fixed header was not there or the type is 0
 */
bool dhcpv6_parse(struct cursor payload, struct dhcpv6_msg *m);

/** dhcpv6_type_name() - "SOLICIT", or "unknown" */
const char *dhcpv6_type_name(unsigned type);

/** dhcpv6_status_name() - "NoAddrsAvail", or "unknown" */
const char *dhcpv6_status_name(unsigned status);

#endif
