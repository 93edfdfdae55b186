/* SPDX-License-Identifier: BSD-3-Clause
 *
 * DNS (RFC 1035) and DHCP (RFC 2131, options RFC 2132) messages of the capture
 * generator.
 */
#include <stdlib.h>
#include <string.h>

#include "tests/gen/wire.h"

/* --- DNS ---------------------------------------------------------------- */

static uint8_t *put_question(uint8_t *p, const char *name, uint16_t qtype)
{
    while (*name) {
        size_t n = strcspn(name, ".");

        *p++ = (uint8_t)n;
        memcpy(p, name, n);
        p += n;
        name += n + (name[n] == '.');
    }
    *p++ = 0;
    return put16(put16(p, qtype), 1);
}

static uint8_t *put_dns(uint8_t *p, uint16_t id, unsigned flags,
                        unsigned answers, const char *name, uint16_t qtype)
{
    p = put16(put16(put16(p, id), flags), 1);
    p = put16(put16(put16(p, answers), 0), 0);
    return put_question(p, name, qtype);
}

void gen_dns_query(struct gen *g, struct host *from, uint16_t sport,
                   const struct host *to, uint16_t id, const char *name,
                   uint16_t qtype)
{
    uint8_t m[512];
    uint8_t *end = put_dns(m, id, 0x0100, 0, name, qtype);

    gen_udp(g, from, sport, to, 53, m, (size_t)(end - m));
}

void gen_dns_answer(struct gen *g, struct host *from, const struct host *to,
                    uint16_t dport, uint16_t id, const char *name,
                    uint16_t qtype, uint8_t rcode, const char *address)
{
    uint8_t m[512];
    uint8_t *p = put_dns(m, id, 0x8180u | rcode, address != NULL, name, qtype);

    if (address) {
        unsigned n = qtype == DNS_AAAA ? 16 : 4;

        p = put16(put16(put16(p, 0xc00c), qtype), 1);
        p = put16(put32(p, 300), n);
        ip_bytes(address, p);
        p += n;
    }
    gen_udp(g, from, 53, to, dport, m, (size_t)(p - m));
}

/* --- DHCP --------------------------------------------------------------- */

static uint8_t *put_option(uint8_t *p, unsigned code, const void *value,
                           size_t n)
{
    p[0] = (uint8_t)code;
    p[1] = (uint8_t)n;
    memcpy(p + 2, value, n);
    return p + 2 + n;
}

static uint8_t *put_option_ip(uint8_t *p, unsigned code, const char *ip)
{
    uint8_t b[4];

    if (!ip)
        return p;
    ip_bytes(ip, b);
    return put_option(p, code, b, 4);
}

static uint8_t *put_option_text(uint8_t *p, unsigned code, const char *text)
{
    return text ? put_option(p, code, text, strlen(text)) : p;
}

static uint8_t *put_option_num(uint8_t *p, unsigned code, uint32_t v, size_t n)
{
    uint8_t b[4];

    if (!v)
        return p;
    put32(b, v);
    return put_option(p, code, b + 4 - n, n);
}

static uint8_t *put_dhcp_option(uint8_t *p, unsigned code,
                                const struct host *client, const struct dhcp *d)
{
    static const uint8_t wanted[] = { 1, 3, 6, 12, 15, 28, 42 };
    uint8_t id[7] = { 1 };

    switch (code) {
    case 1:
        return put_option_ip(p, code, d->mask);
    case 3:
        return put_option_ip(p, code, d->router);
    case 6:
        return put_option_ip(p, code, d->dns);
    case 12:
        return put_option_text(p, code, d->hostname);
    case 15:
        return put_option_text(p, code, d->domain);
    case 26:
        return put_option_num(p, code, d->mtu, 2);
    case 28:
        return put_option_ip(p, code, d->bcast);
    case 50:
        return put_option_ip(p, code, d->requested);
    case 51:
        return put_option_num(p, code, d->lease_s, 4);
    case 53:
        return put_option_num(p, code, d->type, 1);
    case 54:
        return put_option_ip(p, code, d->server);
    case 55:
        return put_option(p, code, wanted, sizeof(wanted));
    case 57:
        return put_option_num(p, code, 576, 2);
    case 58:
        return put_option_num(p, code, d->lease_s / 2, 4);
    case 59:
        return put_option_num(p, code, d->lease_s / 8 * 7, 4);
    case 60:
        return put_option_text(p, code, "udhcp 1.35.0");
    case 61:
        memcpy(id + 1, client->mac, 6);
        return put_option(p, code, id, sizeof(id));
    default:
        fprintf(stderr, "gen: DHCP option %u is not known\n", code);
        abort();
    }
}

static void put_ip_field(uint8_t *p, const char *ip)
{
    if (ip)
        ip_bytes(ip, p);
}

void gen_dhcp(struct gen *g, struct host *from, const struct host *to,
              const struct host *client, const struct dhcp *d)
{
    uint8_t m[1024] = { 0 };
    uint8_t *p = m + 240;
    bool reply =
        d->type == DHCP_OFFER || d->type == DHCP_ACK || d->type == DHCP_NAK;
    size_t len;

    m[0] = reply ? 2 : 1;
    m[1] = 1;
    m[2] = 6;
    put32(m + 4, d->xid);
    put16(m + 8, d->secs);
    put16(m + 10, d->broadcast ? 0x8000 : 0);
    put_ip_field(m + 12, d->ciaddr);
    put_ip_field(m + 16, d->yiaddr);
    put_ip_field(m + 20, d->siaddr);
    memcpy(m + 28, client->mac, 6);
    if (d->bootfile)
        memcpy(m + 108, d->bootfile, strlen(d->bootfile));
    put32(m + 236, 0x63825363); /* RFC 2131 section 3: magic cookie */
    for (const char *o = d->order; *o; o += strspn(o, ",")) {
        p = put_dhcp_option(p, (unsigned)strtoul(o, NULL, 10), client, d);
        o += strcspn(o, ",");
    }
    *p++ = 255;
    len = (size_t)(p - m);
    if (len < (d->pad ? d->pad : 300))
        len = d->pad ? d->pad : 300;
    gen_udp(g, from, reply ? 67 : 68, to, reply ? 68 : 67, m, len);
}
