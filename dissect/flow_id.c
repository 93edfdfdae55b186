/* SPDX-License-Identifier: BSD-3-Clause
 *
 * Community ID v1 (github.com/corelight/community-id-spec): one name for a
 * flow in the reports of many tools. "1:" and the base64 of SHA-1 over seed,
 * ordered addresses, protocol, padding and ordered ports.
 */
#include "dissect/core/sha1.h"
#include "dissect/flow.h"

/* ICMP has no ports: a type and the type that answers it stand for them, and
 * so do the codes of messages that nobody answers. Flows here are made by
 * echoes; both types are the same in either order. */
#define ICMP_ECHO        8
#define ICMP_ECHO_REPLY  0
#define ICMP6_ECHO       128
#define ICMP6_ECHO_REPLY 129

struct id_input {
    uint8_t b[48];
    size_t n;
};

static void put(struct id_input *o, const void *p, size_t n)
{
    memcpy(o->b + o->n, p, n);
    o->n += n;
}

static void put_be16(struct id_input *o, uint16_t v)
{
    uint8_t b[2] = { (uint8_t)(v >> 8), (uint8_t)v };

    put(o, b, sizeof(b));
}

static void put_addr(struct id_input *o, const union addr *a)
{
    if (addr_is_v4(a))
        put(o, a->b + 12, 4);
    else
        put(o, a->b, 16);
}

static bool has_ports(uint8_t ip_proto)
{
    return ip_proto == 1 || ip_proto == 6 || ip_proto == 17 || ip_proto == 58 ||
           ip_proto == 132;
}

static void flow_ports(const struct flow *f, uint16_t port[2])
{
    port[0] = f->port[0];
    port[1] = f->port[1];
    if (f->ip_proto == 1) {
        port[0] = ICMP_ECHO;
        port[1] = ICMP_ECHO_REPLY;
    } else if (f->ip_proto == 58) {
        port[0] = ICMP6_ECHO;
        port[1] = ICMP6_ECHO_REPLY;
    }
}

static void base64(const uint8_t *in, size_t n, char *out)
{
    static const char digit[] = "ABCDEFGHIJKLMNOPQRSTUVWXYZ"
                                "abcdefghijklmnopqrstuvwxyz0123456789+/";

    for (size_t i = 0; i < n; i += 3) {
        uint32_t v = (uint32_t)in[i] << 16;

        if (i + 1 < n)
            v |= (uint32_t)in[i + 1] << 8;
        if (i + 2 < n)
            v |= in[i + 2];
        *out++ = digit[v >> 18];
        *out++ = digit[v >> 12 & 63];
        *out++ = i + 1 < n ? digit[v >> 6 & 63] : '=';
        *out++ = i + 2 < n ? digit[v & 63] : '=';
    }
    *out = '\0';
}

void flow_community_id(const struct flow *f, char *out, size_t size)
{
    struct id_input o = { .n = 0 };
    uint8_t digest[SHA1_SIZE];
    uint16_t port[2];
    int order = addr_cmp(&f->addr[0], &f->addr[1]);
    unsigned first;

    if (size > 0)
        out[0] = '\0';
    if (size < 40)
        return;
    flow_ports(f, port);
    first = order > 0 || (order == 0 && port[0] > port[1]);
    put_be16(&o, 0); /* seed */
    put_addr(&o, &f->addr[first]);
    put_addr(&o, &f->addr[!first]);
    put(&o, (const uint8_t[]){ f->ip_proto, 0 }, 2);
    if (has_ports(f->ip_proto)) {
        put_be16(&o, port[first]);
        put_be16(&o, port[!first]);
    }
    sha1(o.b, o.n, digest);
    memcpy(out, "1:", 2);
    base64(digest, sizeof(digest), out + 2);
}
