/* SPDX-License-Identifier: BSD-3-Clause
 *
 * Capture filters in tcpdump's language (pcap-filter(7)), applied to frames
 * that were already read. libpcap compiles; the octets are ours, so a virtio
 * header in front of a frame does not shift what the filter sees.
 */
#ifndef CAPTURES_BPF_H
#define CAPTURES_BPF_H

#include <stddef.h>

#include "dissect/packet.h"

struct bpf_filter;

/**
 * bpf_filter_new() - Compile an expression
 * @expr: pcap-filter(7) expression; checked against Ethernet at once
 * @err:  [size] libpcap's words when NULL is returned
 */
struct bpf_filter *bpf_filter_new(const char *expr, char *err, size_t size);
void bpf_filter_free(struct bpf_filter *f);

/**
 * bpf_filter_match() - Does the dissected packet pass?
 *
 * A link type for which the expression makes no sense ("ether host" on raw IP)
 * matches nothing; bpf_filter_unusable() names it. Cost: one BPF run; a new
 * link type compiles once.
 */
bool bpf_filter_match(struct bpf_filter *f, const struct packet *pkt);

/** bpf_filter_unusable() - Why some link type could not be filtered, or NULL */
const char *bpf_filter_unusable(const struct bpf_filter *f);

#endif
