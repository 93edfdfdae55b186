/* SPDX-License-Identifier: BSD-3-Clause
 *
 * Payloads in frames, for the tests of application dissectors: an Ethernet
 * frame with IPv4 and UDP or TCP around given octets, and the tree of it.
 */
#ifndef TESTS_UNIT_APP_FRAME_H
#define TESTS_UNIT_APP_FRAME_H

#include <string.h>

#include "dissect/packet.h"
#include "dissect/proto/proto.h"
#include "dissect/tree.h"

#define UDP_PAYLOAD_OFF 42
#define TCP_PAYLOAD_OFF 54

/** struct app_frame - A frame, its dissection and its tree */
struct app_frame {
    uint8_t data[2048];
    uint32_t len;
    struct packet pkt;
    struct tree tree;
};

static inline void app_be16(uint8_t *p, uint32_t v)
{
    p[0] = (uint8_t)(v >> 8);
    p[1] = (uint8_t)v;
}

static inline struct cursor app_cursor(const void *p, size_t n)
{
    return cursor_over(p, n, LAYER_TRUNCATED);
}

/* 10.0.2.15 to 10.0.2.2 */
static inline void app_ip(struct app_frame *f, uint8_t proto, const void *body,
                          size_t n)
{
    static const uint8_t head[] = {
        0x52, 0x55, 10,   0, 2, 2,  0x52, 0x54, 0, 0x12, 0x34, 0x56,
        8,    0,    0x45, 0, 0, 0,  0,    1,    0, 0,    64,   0,
        0,    0,    10,   0, 2, 15, 10,   0,    2, 2,
    };

    memset(f, 0, sizeof(*f));
    memcpy(f->data, head, sizeof(head));
    memcpy(f->data + sizeof(head), body, n);
    f->data[23] = proto;
    f->len = (uint32_t)(sizeof(head) + n);
    app_be16(f->data + 16, f->len - 14);
}

static inline void app_udp(struct app_frame *f, uint16_t sport, uint16_t dport,
                           const void *payload, size_t n)
{
    uint8_t body[1500] = { 0 };

    app_be16(body, sport);
    app_be16(body + 2, dport);
    app_be16(body + 4, (uint32_t)n + 8);
    memcpy(body + 8, payload, n);
    app_ip(f, 17, body, n + 8);
}

static inline void app_tcp(struct app_frame *f, uint16_t sport, uint16_t dport,
                           const void *payload, size_t n)
{
    uint8_t body[1500] = { 0 };

    app_be16(body, sport);
    app_be16(body + 2, dport);
    body[12] = 0x50;
    body[13] = TCP_ACK | TCP_PSH;
    memcpy(body + 20, payload, n);
    app_ip(f, 6, body, n + 20);
}

static inline void app_dissect(struct app_frame *f, bool with_tree)
{
    f->pkt = (struct packet){ .data = f->data,
                              .caplen = f->len,
                              .wirelen = f->len,
                              .number = 1,
                              .linktype = 1 };
    packet_dissect(&f->pkt, with_tree ? &f->tree : NULL);
}

/* The @n-th field of a name, or NULL. */
static inline const struct field *app_field(const struct app_frame *f,
                                            const char *name, unsigned n)
{
    for (unsigned i = 0; i < f->tree.count; i++)
        if (strcmp(f->tree.field[i].name, name) == 0 && n-- == 0)
            return &f->tree.field[i];
    return NULL;
}

static inline const char *app_text(const struct app_frame *f, const char *name)
{
    const struct field *at = app_field(f, name, 0);

    return at ? f->tree.text + at->text : "";
}

#endif
