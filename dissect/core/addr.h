/* SPDX-License-Identifier: BSD-3-Clause
 *
 * Addresses: Ethernet, IPv4 and IPv6 in fixed-size values that compare and
 * hash bytewise. IPv4 is held as an IPv4-mapped IPv6 address (RFC 4291
 * section 2.5.5.2), so that every table has one key form for both families.
 */
#ifndef DISSECT_CORE_ADDR_H
#define DISSECT_CORE_ADDR_H

#include <stdbool.h>
#include <stdint.h>
#include <string.h>

/** struct mac - IEEE 802 MAC-48 address, network order */
struct mac {
    uint8_t b[6];
};

/** union addr - IPv4 (as ::ffff:a.b.c.d) or IPv6 address, network order */
union addr {
    uint8_t b[16];
    uint32_t w[4];
    uint64_t q[2];
};

/* Enough for any form below with its terminating NUL. */
#define MAC_STRLEN  18
#define ADDR_STRLEN 46

static inline bool addr_eq(const union addr *a, const union addr *b)
{
    return a->q[0] == b->q[0] && a->q[1] == b->q[1];
}

static inline bool mac_eq(const struct mac *a, const struct mac *b)
{
    return memcmp(a->b, b->b, sizeof(a->b)) == 0;
}

static inline bool mac_is_multicast(const struct mac *m)
{
    return m->b[0] & 1;
}

/** addr_from_v4() - IPv4 address from four octets in network order */
static inline void addr_from_v4(union addr *a, const uint8_t v4[4])
{
    a->q[0] = 0;
    a->b[8] = a->b[9] = 0;
    a->b[10] = a->b[11] = 0xff;
    memcpy(&a->b[12], v4, 4);
}

/** addr_v4() - IPv4 address from a host-order number, 0x0a000202 = 10.0.2.2 */
union addr addr_v4(uint32_t host_order);

/** addr_v4_host() - Host-order number of an IPv4 address; 0 for IPv6 */
uint32_t addr_v4_host(const union addr *a);

bool addr_is_v4(const union addr *a);
bool addr_is_unspecified(const union addr *a); /* 0.0.0.0 and :: */
bool addr_is_multicast(const union addr *a);   /* 224/4, ff00::/8 */
bool addr_is_broadcast(const union addr *a);   /* 255.255.255.255 only */
bool addr_is_loopback(const union addr *a);    /* 127/8, ::1 */
bool addr_is_linklocal(const union addr *a);   /* 169.254/16, fe80::/10 */

/** addr_is_private() - RFC 1918, RFC 6598, RFC 4193 fc00::/7, fec0::/10 */
bool addr_is_private(const union addr *a);

/** addr_is_global() - A unicast address none of the tests above claims */
bool addr_is_global(const union addr *a);

/**
 * addr_in_prefix() - Is the address inside a prefix?
 * @a:    Address
 * @net:  Network, same family form
 * @bits: Prefix length over the 128-bit form (IPv4 /24 is 96 + 24)
 */
bool addr_in_prefix(const union addr *a, const union addr *net, unsigned bits);

/** addr_cmp() - Total order, for keys that hold both directions; <0, 0, >0 */
int addr_cmp(const union addr *a, const union addr *b);

/** addr_format() - RFC 5952 text (IPv4 dotted quad); @out has ADDR_STRLEN */
const char *addr_format(const union addr *a, char out[ADDR_STRLEN]);

/** addr_parse() - Text to address; false when it is neither IPv4 nor IPv6 */
bool addr_parse(const char *text, union addr *out);

/** mac_format() - Lower-case, colon-separated; @out has MAC_STRLEN */
const char *mac_format(const struct mac *m, char out[MAC_STRLEN]);

/** mac_parse() - "52:54:00:12:34:56" or with dashes; false when malformed */
bool mac_parse(const char *text, struct mac *out);

#endif
