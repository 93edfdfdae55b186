/* SPDX-License-Identifier: BSD-3-Clause
 *
 * Spanning tree: configuration, topology change and rapid BPDUs (IEEE
 * 802.1D-2004 section 9.3). What MSTP appends is left as payload.
 */
#include "dissect/proto/stp.h"

#include "dissect/proto/fields.h"

static const char *version_name(unsigned version)
{
    static const char *const names[] = { "STP", "unknown", "RSTP", "MSTP" };

    return names[version < 4 ? version : 1];
}

static const char *type_name(unsigned type)
{
    switch (type) {
    case STP_CONFIGURATION:
        return "Configuration";
    case STP_RAPID:
        return "Rapid";
    case STP_TOPOLOGY_CHANGE:
        return "Topology Change Notification";
    default:
        return "unknown";
    }
}

static const struct field_row head_rows[] = {
    { "stp.protocol", "Protocol identifier", 0, 2, FORM_HEX, 0, NULL },
    { "stp.version", "Version", 2, 1, FORM_DEC, 0, version_name },
    { "stp.type", "BPDU type", 3, 1, FORM_DEC, 0, type_name },
};
static const struct field_row body_rows[] = {
    { "stp.flags", "Flags", 4, 1, FORM_HEX, 0, NULL },
    { "stp.flags.tc", "Topology change", 4, 1, FORM_FLAG, STP_TC, NULL },
    { "stp.flags.tcack", "Topology change acknowledgment", 4, 1, FORM_FLAG,
      STP_TC_ACK, NULL },
    { "stp.root.prio", "Root priority", 5, 2, FORM_MASKED, 0xf000, NULL },
    { "stp.root.ext", "Root extension", 5, 2, FORM_DEC, 0x0fff, NULL },
    { "stp.root.hw", "Root bridge", 7, 6, FORM_MAC, 0, NULL },
    { "stp.root.cost", "Root path cost", 13, 4, FORM_DEC, 0, NULL },
    { "stp.bridge.prio", "Bridge priority", 17, 2, FORM_MASKED, 0xf000, NULL },
    { "stp.bridge.ext", "Bridge extension", 17, 2, FORM_DEC, 0x0fff, NULL },
    { "stp.bridge.hw", "Bridge", 19, 6, FORM_MAC, 0, NULL },
    { "stp.port", "Port identifier", 25, 2, FORM_HEX, 0, NULL },
    { "stp.msg_age", "Message age", 27, 2, FORM_256THS, 0, NULL },
    { "stp.max_age", "Max age", 29, 2, FORM_256THS, 0, NULL },
    { "stp.hello", "Hello time", 31, 2, FORM_256THS, 0, NULL },
    { "stp.forward", "Forward delay", 33, 2, FORM_256THS, 0, NULL },
};

#define HEAD_LEN 4
#define BPDU_LEN 35

static void read_id(struct cursor *c, struct stp_id *id)
{
    id->priority = cursor_be16(c);
    cursor_copy(c, id->mac.b, sizeof(id->mac.b));
}

static void read_body(struct cursor *c, struct stp_bpdu *b)
{
    b->flags = cursor_u8(c);
    read_id(c, &b->root);
    b->root_cost = cursor_be32(c);
    read_id(c, &b->bridge);
    b->port = cursor_be16(c);
    b->message_age = cursor_be16(c);
    b->max_age = cursor_be16(c);
    b->hello_time = cursor_be16(c);
    b->forward_delay = cursor_be16(c);
}

bool stp_parse(struct cursor c, struct stp_bpdu *b)
{
    uint16_t protocol;

    memset(b, 0, sizeof(*b));
    protocol = cursor_be16(&c);
    b->version = cursor_u8(&c);
    b->type = cursor_u8(&c);
    if (!c.bad && protocol != 0)
        c.bad = LAYER_MALFORMED;
    if (b->type == STP_CONFIGURATION || b->type == STP_RAPID)
        read_body(&c, b);
    else if (!c.bad && b->type != STP_TOPOLOGY_CHANGE)
        c.bad = LAYER_MALFORMED;
    b->verdict = c.bad;
    return !c.bad;
}

static enum proto stp_dissect(struct dissect *d, struct layer *l)
{
    struct cursor start = d->c;
    struct stp_bpdu b;
    uint32_t len;

    if (!stp_parse(d->c, &b)) {
        if (b.verdict == LAYER_MALFORMED)
            return dissect_malformed(d, l);
        d->c.bad = b.verdict;
        return dissect_bad(d, l);
    }
    len = b.type == STP_TOPOLOGY_CHANGE ? HEAD_LEN : BPDU_LEN;
    cursor_skip(&d->c, len);
    dissect_done(d, l);
    if (d->tree) {
        tree_open(d->tree, "stp", l->off, len, "Spanning Tree Protocol (%s)",
                  version_name(b.version));
        fields_add(d, start, FIELD_ROWS(head_rows));
        if (len == BPDU_LEN)
            fields_add(d, start, FIELD_ROWS(body_rows));
        tree_close(d->tree);
    }
    return PROTO_NONE;
}

const struct dissector stp_dissector = {
    .name = "stp",
    .title = "Spanning Tree Protocol",
    .ref = "IEEE 802.1D",
    .proto = PROTO_STP,
    .dissect = stp_dissect,
    .bind = { { BIND_LLC_DSAP, 0x42 } },
};
