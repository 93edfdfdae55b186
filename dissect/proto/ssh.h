/* SPDX-License-Identifier: BSD-3-Clause
 *
 * The SSH identification string (RFC 4253 section 4.2).
 */
#ifndef DISSECT_PROTO_SSH_H
#define DISSECT_PROTO_SSH_H

#include "dissect/core/cursor.h"

#define SSH_BANNER_MAX 255

/**
 * ssh_parse() - Find the identification string
 * @payload: TCP payload as captured
 * @banner:  "SSH-2.0-OpenSSH_9.2p1", without its line end; borrowed
 *
 * Return: false when the payload does not begin with one
 */
bool ssh_parse(struct cursor payload, struct octets *banner);

#endif
