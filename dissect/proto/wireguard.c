/* SPDX-License-Identifier: BSD-3-Clause
 *
 * WireGuard (wireguard.com/protocol): type, session indexes, counter, all
 * little-endian. Handshake messages have one size each, by which they are
 * recognised away from the usual port; data has no such sign.
 */
#include "dissect/proto/wireguard.h"

#include "dissect/proto/fields.h"

#define PORT_WIREGUARD 51820
#define DATA_HEADER    16
#define TAG_LEN        16

static const uint8_t sizes[] = { [WIREGUARD_INITIATION] = 148,
                                 [WIREGUARD_RESPONSE] = 92,
                                 [WIREGUARD_COOKIE] = 64 };

const char *wireguard_type_name(unsigned type)
{
    static const char *const names[] = { "unknown", "handshake initiation",
                                         "handshake response", "cookie reply",
                                         "transport data" };

    return names[type <= WIREGUARD_DATA ? type : 0];
}

static bool has_sender(uint8_t type)
{
    return type == WIREGUARD_INITIATION || type == WIREGUARD_RESPONSE;
}

bool wireguard_parse(struct cursor c, struct wireguard_msg *m)
{
    uint32_t reserved;

    memset(m, 0, sizeof(*m));
    m->type = cursor_u8(&c);
    reserved = cursor_be24(&c);
    if (has_sender(m->type))
        m->sender = cursor_le32(&c);
    if (m->type != WIREGUARD_INITIATION)
        m->receiver = cursor_le32(&c);
    if (m->type == WIREGUARD_DATA) {
        uint64_t low = cursor_le32(&c);

        m->counter = (uint64_t)cursor_le32(&c) << 32 | low;
        m->keepalive = cursor_left(&c) == TAG_LEN;
    }
    return !c.bad && reserved == 0 && m->type >= WIREGUARD_INITIATION &&
           m->type <= WIREGUARD_DATA;
}

static bool wireguard_recognise(struct cursor payload, uint8_t ip_proto,
                                uint16_t sport, uint16_t dport)
{
    struct wireguard_msg m;
    size_t len = cursor_left(&payload);

    if (ip_proto != 17 || !wireguard_parse(payload, &m))
        return false;
    if (m.type != WIREGUARD_DATA)
        return len == sizes[m.type];
    /* The payload is padded to 16 octets before it is sealed. */
    return (sport == PORT_WIREGUARD || dport == PORT_WIREGUARD) &&
           len >= DATA_HEADER + TAG_LEN;
}

static void show(struct dissect *d, const struct wireguard_msg *m, bool valid)
{
    uint32_t off = dissect_off(d), at = off + 4;

    tree_add(d->tree, "wg.type", off, 1, "Type: %s (%u)",
             wireguard_type_name(m->type), m->type);
    if (!valid)
        return;
    if (has_sender(m->type)) {
        tree_add(d->tree, "wg.sender", at, 4, "Sender: 0x%08x", m->sender);
        at += 4;
    }
    if (m->type != WIREGUARD_INITIATION)
        tree_add(d->tree, "wg.receiver", at, 4, "Receiver: 0x%08x",
                 m->receiver);
    if (m->type == WIREGUARD_DATA)
        tree_add(d->tree, "wg.counter", off + 8, 8, "Counter: %llu",
                 (unsigned long long)m->counter);
}

static enum proto wireguard_dissect(struct dissect *d, struct layer *l)
{
    uint32_t len = (uint32_t)cursor_left(&d->c);
    struct wireguard_msg m;
    bool valid = wireguard_parse(d->c, &m);

    if (valid && m.type == WIREGUARD_DATA)
        len = DATA_HEADER;
    if (d->tree && len) {
        tree_open(d->tree, "wg", dissect_off(d), len, "WireGuard Protocol (%s)",
                  wireguard_type_name(m.type));
        show(d, &m, valid);
    }
    return app_done(d, l, len, LAYER_OK);
}

const struct dissector wireguard_dissector = {
    .name = "wireguard",
    .title = "WireGuard Protocol",
    .ref = "wireguard.com/protocol",
    .proto = PROTO_WIREGUARD,
    .app = true,
    .dissect = wireguard_dissect,
    .recognise = wireguard_recognise,
    .bind = { { BIND_UDP_PORT, PORT_WIREGUARD } },
};
