/* SPDX-License-Identifier: BSD-3-Clause
 *
 * OpenVPN (openvpn.net, "Network protocol"): first octet is opcode and key
 * id, control packets go on with a session id. One octet is little to go by,
 * so away from the usual port only a bare first packet is recognised.
 */
#include "dissect/proto/openvpn.h"

#include "dissect/proto/fields.h"

#define PORT_OPENVPN   1194
#define BARE_RESET_LEN 14 /* opcode, session, no acks, packet id 0 */
#define ACKS_MAX       8

static const char *const opcode_names[] = {
    [OPENVPN_SOFT_RESET] = "P_CONTROL_SOFT_RESET_V1",
    [OPENVPN_CONTROL] = "P_CONTROL_V1",
    [OPENVPN_ACK] = "P_ACK_V1",
    [OPENVPN_DATA_V1] = "P_DATA_V1",
    [OPENVPN_HARD_RESET_CLIENT_V2] = "P_CONTROL_HARD_RESET_CLIENT_V2",
    [OPENVPN_HARD_RESET_SERVER_V2] = "P_CONTROL_HARD_RESET_SERVER_V2",
    [OPENVPN_DATA_V2] = "P_DATA_V2",
    [OPENVPN_HARD_RESET_CLIENT_V3] = "P_CONTROL_HARD_RESET_CLIENT_V3",
    [OPENVPN_CONTROL_WKC] = "P_CONTROL_WKC_V1",
};

const char *openvpn_opcode_name(unsigned opcode)
{
    if (opcode >= OPENVPN_SOFT_RESET && opcode <= OPENVPN_CONTROL_WKC)
        return opcode_names[opcode];
    return "unknown";
}

static bool is_data(uint8_t opcode)
{
    return opcode == OPENVPN_DATA_V1 || opcode == OPENVPN_DATA_V2;
}

bool openvpn_parse(struct cursor c, bool tcp, struct openvpn_msg *m)
{
    uint8_t first;

    memset(m, 0, sizeof(*m));
    if (tcp)
        m->packet_len = cursor_be16(&c);
    first = cursor_u8(&c);
    m->opcode = first >> 3;
    m->key_id = first & 7;
    if (!is_data(m->opcode))
        m->session = cursor_be64(&c);
    return !c.bad && m->opcode >= OPENVPN_SOFT_RESET &&
           m->opcode <= OPENVPN_CONTROL_WKC;
}

/* The first packet either side sends, without tls-auth or tls-crypt. */
static bool is_bare_reset(struct cursor c, const struct openvpn_msg *m)
{
    if (m->opcode != OPENVPN_HARD_RESET_CLIENT_V2 || m->key_id != 0 ||
        m->session == 0)
        return false;
    cursor_skip(&c, 9);
    return cursor_u8(&c) == 0 && cursor_be32(&c) == 0 && !c.bad;
}

static bool openvpn_recognise(struct cursor payload, uint8_t ip_proto,
                              uint16_t sport, uint16_t dport)
{
    bool tcp = ip_proto == 6;
    bool usual = sport == PORT_OPENVPN || dport == PORT_OPENVPN;
    struct openvpn_msg m;
    size_t len = cursor_left(&payload);

    if (!openvpn_parse(payload, tcp, &m))
        return false;
    if (tcp)
        return usual && m.packet_len >= 9 && m.packet_len <= len - 2;
    return usual || (len == BARE_RESET_LEN && is_bare_reset(payload, &m));
}

static enum proto openvpn_dissect(struct dissect *d, struct layer *l)
{
    uint32_t len = (uint32_t)cursor_left(&d->c), off = dissect_off(d);
    bool tcp = d->pkt->nlayer > 1 &&
               d->pkt->layer[d->pkt->nlayer - 2].proto == PROTO_TCP;
    uint32_t at = off + (tcp ? 2 : 0);
    struct openvpn_msg m;

    if (!openvpn_parse(d->c, tcp, &m)) {
        l->payload_len = d->wire_left;
        return PROTO_RAW;
    }
    if (d->tree) {
        tree_open(d->tree, "openvpn", off, len, "OpenVPN (%s)",
                  openvpn_opcode_name(m.opcode));
        if (tcp)
            tree_add(d->tree, "openvpn.plen", off, 2, "Length: %u",
                     m.packet_len);
        tree_add(d->tree, "openvpn.opcode", at, 1, "Opcode: %s (%u)",
                 openvpn_opcode_name(m.opcode), m.opcode);
        tree_add(d->tree, "openvpn.keyid", at, 1, "Key ID: %u", m.key_id);
        if (!is_data(m.opcode))
            tree_add(d->tree, "openvpn.sessionid", at + 1, 8,
                     "Session ID: %016llx", (unsigned long long)m.session);
    }
    return app_done(d, l, len, LAYER_OK);
}

const struct dissector openvpn_dissector = {
    .name = "openvpn",
    .title = "OpenVPN",
    .ref = "openvpn.net network protocol",
    .proto = PROTO_OPENVPN,
    .app = true,
    .dissect = openvpn_dissect,
    .recognise = openvpn_recognise,
    .bind = { { BIND_UDP_PORT, PORT_OPENVPN },
              { BIND_TCP_PORT, PORT_OPENVPN } },
};
