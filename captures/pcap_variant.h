/* SPDX-License-Identifier: BSD-3-Clause
 *
 * Old variants of classic pcap that share a magic number and differ in the
 * length of the record header.
 */
#ifndef CAPTURES_PCAP_VARIANT_H
#define CAPTURES_PCAP_VARIANT_H

#include <stdint.h>

#include "dissect/core/cursor.h"

struct pcapfile;

enum {
    PCAP_RECORD_HEADER = 16,
    PCAP_NOKIA_HEADER = 20,    /* and 4 octets nobody documented */
    PCAP_MODIFIED_HEADER = 24, /* patches of 1999-04-17 and 1999-10-29 */
    PCAP_SUSE_HEADER = 28,     /* patch of 1999-09-15 */
};

/**
 * pcap_guess_header() - Length of the record header, told by the records
 * @f: After the file header; header_len is the default for its magic
 * @c: Over the first records
 *
 * The default stands unless its first records make no sense, and those of
 * another variant do without a flaw.
 */
uint32_t pcap_guess_header(const struct pcapfile *f, struct cursor c);

#endif
