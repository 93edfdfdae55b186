/* SPDX-License-Identifier: BSD-3-Clause
 *
 * IEEE 802.2 LLC: the frames whose type field is a length. SNAP carries
 * EtherTypes and Cisco's per-VLAN spanning tree.
 */
#include "dissect/proto/llc.h"

#include "dissect/proto/fields.h"

#define SAP_SNAP   0xaa
#define CONTROL_UI 0x03
#define OUI_ETHER  0x000000
#define OUI_CISCO  0x00000c
#define PID_PVST   0x010b

// clang-format off
static const struct field_row rows[] = {
    { "llc.dsap",    "DSAP",    0, 1, FORM_HEX, 0, NULL },
    { "llc.ssap",    "SSAP",    1, 1, FORM_HEX, 0, NULL },
    { "llc.control", "Control", 2, 1, FORM_HEX, 0, NULL },
};
static const struct field_row snap_type_rows[] = {
    { "llc.oui",     "OUI",     3, 3, FORM_HEX, 0, NULL },
    { "llc.type",    "Type",    6, 2, FORM_HEX, 0, NULL },
};
static const struct field_row snap_rows[] = {
    { "llc.oui",     "OUI",     3, 3, FORM_HEX, 0, NULL },
    { "llc.pid",     "PID",     6, 2, FORM_HEX, 0, NULL },
};
// clang-format on

bool llc_parse(struct cursor c, struct llc_hdr *h)
{
    struct cursor start = c;

    memset(h, 0, sizeof(*h));
    h->dsap = cursor_u8(&c);
    h->ssap = cursor_u8(&c);
    h->control = cursor_u8(&c);
    if ((h->control & 3) != 3) /* information and supervisory frames */
        h->control = (uint16_t)(h->control << 8 | cursor_u8(&c));
    h->snap = h->dsap == SAP_SNAP && h->control == CONTROL_UI;
    if (h->snap) {
        h->oui = cursor_be24(&c);
        h->pid = cursor_be16(&c);
    }
    h->header_len = (uint8_t)(cursor_left(&start) - cursor_left(&c));
    return !c.bad;
}

static enum proto next_of(const struct llc_hdr *h)
{
    enum proto next = PROTO_NONE;

    if (h->snap && h->oui == OUI_ETHER)
        next = proto_bound(BIND_ETHERTYPE, h->pid);
    else if (h->snap && h->oui == OUI_CISCO && h->pid == PID_PVST)
        next = PROTO_STP;
    else if (!h->snap && h->control == CONTROL_UI)
        next = proto_bound(BIND_LLC_DSAP, h->dsap);
    return next != PROTO_NONE ? next : PROTO_RAW;
}

static enum proto llc_dissect(struct dissect *d, struct layer *l)
{
    struct cursor start = d->c;
    struct llc_hdr h;

    if (!llc_parse(d->c, &h)) {
        cursor_skip(&d->c, cursor_left(&d->c) + 1);
        return dissect_bad(d, l);
    }
    cursor_skip(&d->c, h.header_len);
    dissect_done(d, l);
    if (d->tree) {
        tree_open(d->tree, "llc", l->off, l->header_len,
                  "Logical Link Control");
        fields_add(d, start, FIELD_ROWS(rows));
        if (h.snap && h.oui == OUI_ETHER)
            fields_add(d, start, FIELD_ROWS(snap_type_rows));
        else if (h.snap)
            fields_add(d, start, FIELD_ROWS(snap_rows));
        tree_close(d->tree);
    }
    return next_of(&h);
}

const struct dissector llc_dissector = {
    .name = "llc",
    .title = "Logical Link Control",
    .ref = "IEEE 802.2",
    .proto = PROTO_LLC,
    .dissect = llc_dissect,
};
