/* SPDX-License-Identifier: BSD-3-Clause
 *
 * ICMP errors quote the packet they are about: its IP header and at least
 * eight octets of what follows (RFC 792; RFC 1812 section 4.3.2.3 and RFC 4443
 * section 2.4 allow more). Read apart from the walk, because it ends wherever
 * the sender's patience did and nothing of that is damage.
 */
#include "dissect/proto/quote.h"

#include "dissect/proto/ip.h"

static void quote_transport(struct cursor c, struct quoted *q)
{
    switch (q->ip_proto) {
    case IPN_TCP:
        q->sport = cursor_be16(&c);
        q->dport = cursor_be16(&c);
        q->l4_valid = !c.bad;
        q->seq = cursor_be32(&c);
        break;
    case IPN_UDP:
        q->sport = cursor_be16(&c);
        q->dport = cursor_be16(&c);
        q->l4_valid = !c.bad;
        break;
    case IPN_ICMP:
    case IPN_ICMPV6:
        q->icmp_type = cursor_u8(&c);
        cursor_skip(&c, 3);
        q->sport = cursor_be16(&c);
        q->dport = cursor_be16(&c);
        q->l4_valid = !c.bad;
        break;
    default:
        break;
    }
}

static void quote_ip4(struct cursor c, struct quoted *q)
{
    const uint8_t *p = cursor_take(&c, 20);
    uint32_t ihl;

    if (!p)
        return;
    ihl = (p[0] & 15u) * 4;
    if (ihl < 20)
        return;
    q->valid = true;
    q->ip_len = be16_at(p + 2);
    q->ip_id = be16_at(p + 4);
    q->df = p[6] & 0x40;
    q->ttl = p[8];
    q->ip_proto = p[9];
    addr_from_v4(&q->src, p + 12);
    addr_from_v4(&q->dst, p + 16);
    if (be16_at(p + 6) & 0x1fff || !cursor_skip(&c, ihl - 20))
        return;
    quote_transport(c, q);
}

/* One extension header; false when the transport was not reached. */
static bool quote_ext(struct cursor *c, struct quoted *q)
{
    const uint8_t *p = cursor_take(c, 8);
    uint32_t more;

    if (!p)
        return false;
    if (q->ip_proto == IPN_FRAGMENT) {
        more = 0;
        if (be16_at(p + 2) & 0xfff8)
            return false;
    } else {
        more = p[1] * 8u;
    }
    q->ip_proto = p[0];
    return cursor_skip(c, more);
}

static bool is_extension(uint8_t number)
{
    return proto_bound(BIND_IPPROTO, number) == PROTO_IP6EXT;
}

static void quote_ip6(struct cursor c, struct quoted *q)
{
    const uint8_t *p = cursor_take(&c, 40);
    uint32_t len;

    if (!p)
        return;
    q->valid = true;
    len = be16_at(p + 4) + 40u;
    q->ip_len = (uint16_t)(len < 65535 ? len : 65535);
    q->ip_proto = p[6];
    q->ttl = p[7];
    q->df = true; /* routers do not fragment IPv6 */
    memcpy(q->src.b, p + 8, 16);
    memcpy(q->dst.b, p + 24, 16);
    for (unsigned i = 0; i < IPPROTO_EXT_MAX && is_extension(q->ip_proto);
         i++) {
        if (!quote_ext(&c, q))
            return;
    }
    quote_transport(c, q);
}

void quote_read(struct cursor c, struct quoted *q)
{
    struct cursor peek = c;
    uint8_t first = cursor_u8(&peek);

    *q = (struct quoted){ 0 };
    if (peek.bad)
        return;
    if (first >> 4 == 4)
        quote_ip4(c, q);
    else if (first >> 4 == 6)
        quote_ip6(c, q);
}
