/* SPDX-License-Identifier: BSD-3-Clause
 *
 * Where a report goes: a sink of octets. A failed write is remembered, so that
 * writers need not test every call; EPIPE is the caller's to judge.
 */
#ifndef VIEWS_OUT_H
#define VIEWS_OUT_H

#include <stdbool.h>
#include <stddef.h>

/** struct out - Sink; @err is the errno of the first failed write, 0 none */
struct out {
    int (*write)(void *ctx, const char *bytes, size_t n); /* 0 or errno */
    void *ctx;
    int err;
};

void out_n(struct out *o, const char *bytes, size_t n);
void out_str(struct out *o, const char *text);
void outf(struct out *o, const char *fmt, ...)
    __attribute__((format(printf, 2, 3)));

/** out_file() - Sink over a stdio FILE (a FILE pointer as @file) */
struct out out_file(void *file);

/** out_ascii() - Sink that hands ASCII on to @inner and shows the rest as \xNN
 * @inner must outlive it */
struct out out_ascii(struct out *inner);

#endif
