/* SPDX-License-Identifier: BSD-3-Clause
 *
 * LLDP (IEEE 802.1AB): a list of TLVs of 7 bits type and 9 bits length.
 */
#include "dissect/proto/lldp.h"

#include "dissect/proto/fields.h"

#define TLVS_MAX            64
#define SUBTYPE_MAC_CHASSIS 4
#define SUBTYPE_MAC_PORT    3

enum lldp_tlv {
    TLV_END = 0,
    TLV_CHASSIS = 1,
    TLV_PORT = 2,
    TLV_TTL = 3,
    TLV_PORT_DESC = 4,
    TLV_NAME = 5,
    TLV_DESC = 6,
};

static const char *tlv_name(unsigned type)
{
    static const char *const names[] = {
        "End",
        "Chassis ID",
        "Port ID",
        "Time to live",
        "Port description",
        "System name",
        "System description",
        "System capabilities",
        "Management address",
    };

    if (type == 127)
        return "Organizationally specific";
    return type < sizeof(names) / sizeof(names[0]) ? names[type] : "unknown";
}

// clang-format off
static const struct field_row tlv_rows[] = {
    { "lldp.tlv.type", "Type",   0, 2, FORM_DEC, 0xfe00, tlv_name },
    { "lldp.tlv.len",  "Length", 0, 2, FORM_DEC, 0x01ff, NULL },
};
// clang-format on

static void show_id(struct dissect *d, struct cursor value, bool chassis)
{
    uint8_t subtype = cursor_u8(&value);
    bool mac = subtype == (chassis ? SUBTYPE_MAC_CHASSIS : SUBTYPE_MAC_PORT) &&
               cursor_left(&value) == 6;

    field_add_value(d, value,
                    mac ? chassis ? "lldp.chassis.id.mac" : "lldp.port.id.mac"
                    : chassis ? "lldp.chassis.id"
                              : "lldp.port.id",
                    chassis ? "Chassis ID" : "Port ID",
                    mac ? FORM_MAC : FORM_TEXT, cursor_left(&value));
}

static void show_value(struct dissect *d, unsigned type, struct cursor value)
{
    size_t len = cursor_left(&value);

    if (type == TLV_CHASSIS || type == TLV_PORT)
        show_id(d, value, type == TLV_CHASSIS);
    else if (type == TLV_TTL)
        field_add_value(d, value, "lldp.time_to_live", "Seconds", FORM_DEC, 2);
    else if (type == TLV_PORT_DESC)
        field_add_value(d, value, "lldp.port.desc", "Port description",
                        FORM_TEXT, len);
    else if (type == TLV_NAME)
        field_add_value(d, value, "lldp.tlv.system.name", "System name",
                        FORM_TEXT, len);
    else if (type == TLV_DESC)
        field_add_value(d, value, "lldp.tlv.system.desc", "System description",
                        FORM_TEXT, len);
}

static void note_value(struct lldp_msg *m, unsigned type, struct cursor value)
{
    switch (type) {
    case TLV_CHASSIS:
        m->chassis_subtype = cursor_u8(&value);
        m->chassis_id = cursor_rest(&value);
        break;
    case TLV_PORT:
        m->port_subtype = cursor_u8(&value);
        m->port_id = cursor_rest(&value);
        break;
    case TLV_TTL:
        m->ttl_s = cursor_be16(&value);
        break;
    case TLV_PORT_DESC:
        m->port_description = cursor_rest(&value);
        break;
    case TLV_NAME:
        m->system_name = cursor_rest(&value);
        break;
    case TLV_DESC:
        m->system_description = cursor_rest(&value);
        break;
    default:
        break;
    }
}

/* Return: octets of the list, its end included. */
static uint32_t read_tlvs(struct dissect *d, struct cursor c,
                          struct lldp_msg *m)
{
    struct cursor start = c;

    memset(m, 0, sizeof(*m));
    for (unsigned i = 0; i < TLVS_MAX; i++) {
        struct cursor at = c, value;
        uint16_t head = cursor_be16(&c), len = head & 0x1ff;
        unsigned type = head >> 9;

        value = cursor_sub(&c, len);
        if (!c.bad && cursor_left(&value) < len)
            c.bad = value.why_end;
        if (i == 0 && !c.bad && type != TLV_CHASSIS)
            c.bad = LAYER_MALFORMED;
        if (c.bad)
            break;
        note_value(m, type, value);
        if (d) {
            tree_open(d->tree, "lldp.tlv", packet_off(d, &at), 2u + len, "%s",
                      tlv_name(type));
            fields_add(d, at, FIELD_ROWS(tlv_rows));
            show_value(d, type, value);
            tree_close(d->tree);
        }
        if (type == TLV_END)
            break;
    }
    m->verdict = c.bad;
    return (uint32_t)(cursor_left(&start) - cursor_left(&c));
}

bool lldp_parse(struct cursor c, struct lldp_msg *m)
{
    read_tlvs(NULL, c, m);
    return m->chassis_id.len > 0;
}

static enum proto lldp_dissect(struct dissect *d, struct layer *l)
{
    struct lldp_msg m;
    uint32_t len = read_tlvs(NULL, d->c, &m);

    if (d->tree) {
        tree_open(d->tree, "lldp", dissect_off(d), len,
                  "Link Layer Discovery Protocol");
        read_tlvs(d, d->c, &m);
    }
    return app_done(d, l, len, m.verdict);
}

const struct dissector lldp_dissector = {
    .name = "lldp",
    .title = "Link Layer Discovery Protocol",
    .ref = "IEEE 802.1AB",
    .proto = PROTO_LLDP,
    .app = true,
    .dissect = lldp_dissect,
    .bind = { { BIND_ETHERTYPE, 0x88cc } },
};
