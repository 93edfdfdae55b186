/* SPDX-License-Identifier: BSD-3-Clause
 *
 * NTP packets (RFC 5905 section 7.3), which SNTP shares.
 */
#ifndef DISSECT_PROTO_NTP_H
#define DISSECT_PROTO_NTP_H

#include "dissect/core/cursor.h"

enum ntp_mode {
    NTP_SYMMETRIC_ACTIVE = 1,
    NTP_SYMMETRIC_PASSIVE = 2,
    NTP_CLIENT = 3,
    NTP_SERVER = 4,
    NTP_BROADCAST = 5,
    NTP_CONTROL = 6,
    NTP_PRIVATE = 7,
};

/**
 * struct ntp_msg - One packet
 *
 * Times are ns since 1970-01-01T00:00:00Z, 0 when the wire has zero ("not
 * set"); seconds below 2^31 belong to the era that begins in 2036 (RFC 5905
 * section 6).
 *
 * @leap:    0 none, 1 and 2 a leap second is coming, 3 not synchronised
 * @stratum: 0 is a kiss-o'-death whose code is @ref_id in ASCII, 16 is not
 *           synchronised
 */
struct ntp_msg {
    uint8_t leap, version, mode, stratum;
    int8_t poll, precision;               /* log2 seconds */
    uint32_t root_delay, root_dispersion; /* seconds in units of 2^-16 */
    uint32_t ref_id;
    int64_t reference_ns, origin_ns, receive_ns, transmit_ns;
    uint8_t verdict;
};

/**
 * ntp_parse() - Read a packet
 * @payload: UDP payload as captured
 * @m:       Written as far as the octets go, also when false is returned
 *
 * Modes 6 and 7 have another layout: their first octet alone is read.
 *
 * Return: false when it is shorter than its 48 octets or its version is none
 * of 1 to 4
 */
bool ntp_parse(struct cursor payload, struct ntp_msg *m);

/** ntp_mode_name() - "client", or "reserved" */
const char *ntp_mode_name(unsigned mode);

#endif
