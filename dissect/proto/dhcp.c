/* SPDX-License-Identifier: BSD-3-Clause
 *
 * DHCP (RFC 2131, options RFC 2132) and BOOTP (RFC 951). One walk over the
 * options fills the message and, with a tree, shows each option. A table says
 * for each option how it is written and where it is kept.
 */
#include "dissect/proto/dhcp.h"

#include <stddef.h>

#include "dissect/proto/fields.h"

#define DHCP_FIXED_LEN  236 /* RFC 2131 section 2, up to the options */
#define DHCP_CHADDR_END 44
#define DHCP_SNAME_OFF  44
#define DHCP_SNAME_LEN  64
#define DHCP_FILE_OFF   108
#define DHCP_FILE_LEN   128
#define DHCP_COOKIE     0x63825363 /* RFC 2132 section 2 */
#define BOOTREQUEST     1
#define BOOTREPLY       2

enum dhcp_option {
    OPT_PAD = 0,
    OPT_OVERLOAD = 52,
    OPT_MSG_TYPE = 53,
    OPT_PARAMS = 55,
    OPT_BOOTFILE = 67,
    OPT_END = 255,
};

/** enum keep - What of an option's value is kept, and as what */
enum keep {
    KEEP_NOT,
    KEEP_U8,
    KEEP_U16,
    KEEP_U32,
    KEEP_ADDR,
    KEEP_ROUTERS,
    KEEP_DNS,
    KEEP_OCTETS,
};

/**
 * struct option_row - One option
 * @keep: enum keep
 * @at:   Where in struct dhcp_msg
 * @form: How the tree writes it; numbers as wide as the value
 */
struct option_row {
    uint8_t code, keep;
    uint16_t at;
    uint8_t form;
    const char *name, *label;
};

#define AT(member) (uint16_t) offsetof(struct dhcp_msg, member)

static const struct option_row option_rows[] = {
    { 1, KEEP_ADDR, AT(subnet_mask), FORM_IPV4, "dhcp.option.subnet_mask",
      "Subnet mask" },
    { 3, KEEP_ROUTERS, AT(router), FORM_IPV4, "dhcp.option.router", "Router" },
    { 6, KEEP_DNS, AT(dns), FORM_IPV4, "dhcp.option.domain_name_server",
      "Domain name server" },
    { 12, KEEP_OCTETS, AT(hostname), FORM_TEXT, "dhcp.option.hostname",
      "Host name" },
    { 15, KEEP_OCTETS, AT(domain), FORM_TEXT, "dhcp.option.domain_name",
      "Domain name" },
    { 26, KEEP_U16, AT(mtu), FORM_DEC, "dhcp.option.interface_mtu",
      "Interface MTU" },
    { 28, KEEP_NOT, 0, FORM_IPV4, "dhcp.option.broadcast_address",
      "Broadcast address" },
    { 42, KEEP_NOT, 0, FORM_IPV4, "dhcp.option.ntp_server", "NTP server" },
    { 50, KEEP_ADDR, AT(requested_ip), FORM_IPV4,
      "dhcp.option.requested_ip_address", "Requested IP address" },
    { 51, KEEP_U32, AT(lease_s), FORM_DEC, "dhcp.option.ip_address_lease_time",
      "Lease time in seconds" },
    { OPT_OVERLOAD, KEEP_U8, AT(overload), FORM_DEC,
      "dhcp.option.option_overload", "Option overload" },
    { OPT_MSG_TYPE, KEEP_U8, AT(msg_type), FORM_DEC, "dhcp.option.dhcp",
      "Message type" },
    { 54, KEEP_ADDR, AT(server_id), FORM_IPV4, "dhcp.option.dhcp_server_id",
      "Server identifier" },
    { OPT_PARAMS, KEEP_OCTETS, AT(params), FORM_OCTETS,
      "dhcp.option.request_list_item", "Parameters requested" },
    { 56, KEEP_OCTETS, AT(message), FORM_TEXT, "dhcp.option.message",
      "Message" },
    { 57, KEEP_U16, AT(max_size), FORM_DEC, "dhcp.option.dhcp_max_message_size",
      "Maximum message size" },
    { 58, KEEP_U32, AT(t1_s), FORM_DEC, "dhcp.option.renewal_time_value",
      "Renewal time in seconds" },
    { 59, KEEP_U32, AT(t2_s), FORM_DEC, "dhcp.option.rebinding_time_value",
      "Rebinding time in seconds" },
    { 60, KEEP_OCTETS, AT(vendor_class), FORM_TEXT,
      "dhcp.option.vendor_class_id", "Vendor class" },
    { 61, KEEP_OCTETS, AT(client_id), FORM_OCTETS, "dhcp.client_id",
      "Client identifier" },
    { 66, KEEP_OCTETS, AT(tftp_server), FORM_TEXT,
      "dhcp.option.tftp_server_name", "TFTP server" },
    { OPT_BOOTFILE, KEEP_OCTETS, AT(bootfile), FORM_TEXT,
      "dhcp.option.bootfile_name", "Boot file" },
};

static const char *op_name(unsigned op)
{
    return op == BOOTREQUEST ? "Boot request" : "Boot reply";
}

static const struct field_row fixed_rows[] = {
    { "dhcp.type", "Message op", 0, 1, FORM_DEC, 0, op_name },
    { "dhcp.hw.type", "Hardware type", 1, 1, FORM_HEX, 0, NULL },
    { "dhcp.hw.len", "Hardware address length", 2, 1, FORM_DEC, 0, NULL },
    { "dhcp.hops", "Hops", 3, 1, FORM_DEC, 0, NULL },
    { "dhcp.id", "Transaction ID", 4, 4, FORM_HEX, 0, NULL },
    { "dhcp.secs", "Seconds elapsed", 8, 2, FORM_DEC, 0, NULL },
    { "dhcp.flags", "Flags", 10, 2, FORM_HEX, 0, NULL },
    { "dhcp.flags.bc", "Broadcast", 10, 2, FORM_FLAG, 0x8000, NULL },
    { "dhcp.ip.client", "Client IP address", 12, 4, FORM_IPV4, 0, NULL },
    { "dhcp.ip.your", "Your IP address", 16, 4, FORM_IPV4, 0, NULL },
    { "dhcp.ip.server", "Next server IP address", 20, 4, FORM_IPV4, 0, NULL },
    { "dhcp.ip.relay", "Relay agent IP address", 24, 4, FORM_IPV4, 0, NULL },
    { "dhcp.hw.mac_addr", "Client MAC address", 28, 6, FORM_MAC, 0, NULL },
    { "dhcp.cookie", "Magic cookie", DHCP_FIXED_LEN, 4, FORM_HEX, 0, NULL },
};

const char *dhcp_type_name(unsigned type)
{
    static const char *const names[] = {
        [DHCP_BOOTP] = "BOOTP",     [DHCP_DISCOVER] = "DISCOVER",
        [DHCP_OFFER] = "OFFER",     [DHCP_REQUEST] = "REQUEST",
        [DHCP_DECLINE] = "DECLINE", [DHCP_ACK] = "ACK",
        [DHCP_NAK] = "NAK",         [DHCP_RELEASE] = "RELEASE",
        [DHCP_INFORM] = "INFORM",
    };

    return type < sizeof(names) / sizeof(names[0]) ? names[type] : "unknown";
}

static const struct option_row *row_of(uint8_t code)
{
    for (size_t i = 0; i < sizeof(option_rows) / sizeof(option_rows[0]); i++)
        if (option_rows[i].code == code)
            return &option_rows[i];
    return NULL;
}

static bool read_addr(struct cursor *c, union addr *a)
{
    const uint8_t *p = cursor_take(c, 4);

    if (p)
        addr_from_v4(a, p);
    return p != NULL;
}

static uint8_t read_addrs(struct cursor c, union addr *list, unsigned max)
{
    uint8_t n = 0;

    while (n < max && read_addr(&c, &list[n]))
        n++;
    return n;
}

/* A value shorter than its kind is not kept: nothing is made up. */
static void keep_value(struct dhcp_msg *m, const struct option_row *row,
                       struct cursor c)
{
    uint8_t *at = (uint8_t *)m + row->at;
    uint8_t u8 = cursor_has(&c, 1) ? c.p[0] : 0;
    uint16_t u16;
    uint32_t u32;

    switch ((enum keep)row->keep) {
    case KEEP_NOT:
        break;
    case KEEP_U8:
        *at = u8;
        break;
    case KEEP_U16:
        u16 = cursor_be16(&c);
        memcpy(at, &u16, sizeof(u16));
        break;
    case KEEP_U32:
        u32 = cursor_be32(&c);
        memcpy(at, &u32, sizeof(u32));
        break;
    case KEEP_ADDR:
        read_addr(&c, (union addr *)(void *)at);
        break;
    case KEEP_ROUTERS:
        m->nrouter = read_addrs(c, m->router, DHCP_ROUTERS_MAX);
        break;
    case KEEP_DNS:
        m->ndns = read_addrs(c, m->dns, DHCP_DNS_MAX);
        break;
    case KEEP_OCTETS:
        *(struct octets *)(void *)at = cursor_rest(&c);
        break;
    }
}

/* Option 55: codes of other options, one octet each. */
static void show_params(struct dissect *d, struct cursor value)
{
    while (cursor_left(&value) && !d->tree->full) {
        uint32_t off = packet_off(d, &value);
        uint8_t code = cursor_u8(&value);
        const struct option_row *row = row_of(code);

        tree_add(d->tree, "dhcp.option.request_list_item", off, 1,
                 "Item: %s (%u)", row ? row->label : "option", code);
    }
}

static void show_value(struct dissect *d, const struct option_row *row,
                       struct cursor value)
{
    if (row->code == OPT_PARAMS) {
        show_params(d, value);
        return;
    }
    if (row->form == FORM_IPV4) {
        while (cursor_has(&value, 4)) {
            field_add_value(d, value, row->name, row->label, FORM_IPV4, 4);
            cursor_skip(&value, 4);
        }
        return;
    }
    field_add_value(d, value, row->name, row->label, (enum field_form)row->form,
                    cursor_left(&value));
}

/* @at stands at the option's code. */
static void show_option(struct dissect *d, struct cursor at, uint8_t code,
                        struct cursor value)
{
    const struct option_row *row = row_of(code);
    uint32_t off = packet_off(d, &at);
    uint32_t len = (uint32_t)cursor_left(&value);
    uint8_t first = len ? value.p[0] : 0;

    tree_open(d->tree, "dhcp.option.type", off, 2 + len, "Option: (%u) %s",
              code, row ? row->label : "");
    if (cursor_has(&at, 2))
        tree_add(d->tree, "dhcp.option.length", off + 1, 1, "Length: %u",
                 at.p[1]);
    if (code == OPT_MSG_TYPE && len)
        tree_add(d->tree, "dhcp.option.dhcp", off + 2, 1, "DHCP: %s (%u)",
                 dhcp_type_name(first), first);
    else if (row)
        show_value(d, row, value);
    else if (len)
        field_add_value(d, value, "dhcp.option.value", "Value", FORM_OCTETS,
                        len);
    tree_close(d->tree);
}

static void note_option(struct dhcp_msg *m, uint8_t code, struct cursor value)
{
    const struct option_row *row = row_of(code);
    bool again = dhcp_has(m, code);

    if (m->norder < DHCP_ORDER_MAX)
        m->option_order[m->norder++] = code;
    m->seen[code / 64] |= UINT64_C(1) << (code % 64);
    if (row && !again)
        keep_value(m, row, value);
}

/* Options up to the end mark or the end of the octets. */
static void read_options(struct dissect *d, struct cursor c, struct dhcp_msg *m)
{
    m->end_seen = false;
    while (cursor_left(&c)) {
        struct cursor at = c, value;
        uint8_t code = cursor_u8(&c), len;

        if (code == OPT_PAD)
            continue;
        if (code == OPT_END) {
            m->end_seen = true;
            if (d)
                tree_add(d->tree, "dhcp.option.end", packet_off(d, &at), 1,
                         "End of options");
            return;
        }
        len = cursor_u8(&c);
        value = cursor_sub(&c, len);
        if (!m->verdict && (c.bad || cursor_left(&value) < len))
            m->verdict = c.bad ? c.bad : value.why_end;
        if (c.bad)
            return;
        if (d)
            show_option(d, at, code, value);
        if (cursor_left(&value) == len)
            note_option(m, code, value);
    }
}

/* A field of fixed size that holds text up to a NUL. */
static void read_text(struct dissect *d, struct cursor c, struct octets *keep,
                      const char *name, const char *label)
{
    size_t size = cursor_left(&c);
    const uint8_t *nul = size ? memchr(c.p, 0, size) : NULL;

    if (d && size)
        field_add_value(d, c, name, label, FORM_TEXT, size);
    if (nul)
        cursor_trim(&c, (size_t)(nul - c.p));
    if (!keep->len)
        *keep = cursor_rest(&c);
}

static void read_fixed(struct cursor *c, struct dhcp_msg *m)
{
    struct mac mac = { { 0 } };

    m->op = cursor_u8(c);
    m->htype = cursor_u8(c);
    m->hlen = cursor_u8(c);
    m->hops = cursor_u8(c);
    m->xid = cursor_be32(c);
    m->secs = cursor_be16(c);
    m->flags = cursor_be16(c);
    m->broadcast = m->flags & 0x8000;
    read_addr(c, &m->ciaddr);
    read_addr(c, &m->yiaddr);
    read_addr(c, &m->siaddr);
    read_addr(c, &m->giaddr);
    cursor_copy(c, mac.b, sizeof(mac.b));
    cursor_skip(c, 10); /* chaddr is 16 octets wide */
    if (m->hlen == sizeof(mac.b))
        m->chaddr = mac;
    if (m->op != BOOTREQUEST && m->op != BOOTREPLY && !c->bad)
        c->bad = LAYER_MALFORMED;
}

/* Fields that option 52 turned into options are read after the options, file
 * first (RFC 2131 section 4.1); else they are text. */
static void read_text_fields(struct dissect *d, struct cursor sname,
                             struct cursor file, struct dhcp_msg *m)
{
    bool end_seen = m->end_seen;

    if (m->overload & 1)
        read_options(d, file, m);
    else
        read_text(d, file, &m->bootfile, "dhcp.file", "Boot file name");
    if (m->overload & 2)
        read_options(d, sname, m);
    else
        read_text(d, sname, &m->sname, "dhcp.server", "Server host name");
    m->end_seen = end_seen;
}

static bool read_message(struct dissect *d, struct cursor c, struct dhcp_msg *m)
{
    struct cursor sname, file;

    memset(m, 0, sizeof(*m));
    if (d)
        fields_add(d, c, FIELD_ROWS(fixed_rows));
    read_fixed(&c, m);
    m->verdict = c.bad;
    if (c.bad)
        return false;
    sname = cursor_sub(&c, DHCP_SNAME_LEN);
    file = cursor_sub(&c, DHCP_FILE_LEN);
    if (cursor_left(&c)) {
        m->has_cookie = cursor_be32(&c) == DHCP_COOKIE;
        if (m->has_cookie)
            read_options(d, c, m);
    }
    read_text_fields(d, sname, file, m);
    if (!m->verdict && cursor_left(&file) < DHCP_FILE_LEN)
        m->verdict = file.why_end;
    return true;
}

bool dhcp_parse(struct cursor payload, struct dhcp_msg *m)
{
    return read_message(NULL, payload, m);
}

static enum proto dhcp_dissect(struct dissect *d, struct layer *l)
{
    uint32_t len = (uint32_t)cursor_left(&d->c);
    struct dhcp_msg m;

    dhcp_parse(d->c, &m);
    if (d->tree) {
        tree_open(d->tree, "dhcp", dissect_off(d), len,
                  "Dynamic Host Configuration Protocol (%s)",
                  dhcp_type_name(m.msg_type));
        read_message(d, d->c, &m);
    }
    return app_done(d, l, len, m.verdict);
}

const struct dissector dhcp_dissector = {
    .name = "dhcp",
    .title = "Dynamic Host Configuration Protocol",
    .ref = "RFC 2131, RFC 2132",
    .proto = PROTO_DHCP,
    .app = true,
    .dissect = dhcp_dissect,
    .bind = { { BIND_UDP_PORT, 67 }, { BIND_UDP_PORT, 68 } },
};
