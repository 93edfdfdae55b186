/* SPDX-License-Identifier: BSD-3-Clause
 *
 * Sinks of octets and formatted writing to them.
 */
#include "views/out.h"

#include <errno.h>
#include <stdarg.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

void out_n(struct out *o, const char *bytes, size_t n)
{
    if (o->err || n == 0)
        return;
    o->err = o->write(o->ctx, bytes, n);
}

void out_str(struct out *o, const char *text)
{
    out_n(o, text, strlen(text));
}

void outf(struct out *o, const char *fmt, ...)
{
    char small[512];
    char *big = NULL;
    va_list ap;
    int n;

    va_start(ap, fmt);
    n = vsnprintf(small, sizeof(small), fmt, ap);
    va_end(ap);
    if (n < 0) {
        o->err = o->err ? o->err : EINVAL;
        return;
    }
    if ((size_t)n < sizeof(small)) {
        out_n(o, small, (size_t)n);
        return;
    }
    va_start(ap, fmt);
    n = vasprintf(&big, fmt, ap);
    va_end(ap);
    if (n < 0) {
        o->err = o->err ? o->err : ENOMEM;
        return;
    }
    out_n(o, big, (size_t)n);
    free(big);
}

static int write_file(void *ctx, const char *bytes, size_t n)
{
    errno = 0;
    if (fwrite(bytes, 1, n, ctx) == n)
        return 0;
    return errno ? errno : EIO;
}

struct out out_file(void *file)
{
    return (struct out){ .write = write_file, .ctx = file };
}

/* Valid octets pass in runs; the rest is shown as \xNN. */
static int write_ascii(void *ctx, const char *bytes, size_t n)
{
    struct out *inner = ctx;
    size_t run = 0;

    for (size_t i = 0; i < n; i++) {
        if (!((unsigned char)bytes[i] & 0x80))
            continue;
        out_n(inner, bytes + run, i - run);
        outf(inner, "\\x%02x", (unsigned char)bytes[i]);
        run = i + 1;
    }
    out_n(inner, bytes + run, n - run);
    return inner->err;
}

struct out out_ascii(struct out *inner)
{
    return (struct out){ .write = write_ascii, .ctx = inner };
}
