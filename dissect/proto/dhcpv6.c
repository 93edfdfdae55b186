/* SPDX-License-Identifier: BSD-3-Clause
 *
 * DHCPv6 (RFC 8415). Options nest (IA_NA holds addresses, which hold status
 * codes), so the walk over options calls itself, to a fixed depth.
 *
 * libslirp answers from UDP port 8962, which is 547 with its octets swapped;
 * port 546 at the other end still leads here.
 */
#include "dissect/proto/dhcpv6.h"

#include "dissect/proto/fields.h"

#define OPTION_DEPTH_MAX 4

enum dhcpv6_option {
    OPT_CLIENTID = 1,
    OPT_SERVERID = 2,
    OPT_IA_NA = 3,
    OPT_IAADDR = 5,
    OPT_STATUS_CODE = 13,
    OPT_DNS_SERVERS = 23,
    OPT_BOOTFILE_URL = 59,
};

static const char *const type_names[] = {
    [DHCPV6_SOLICIT] = "SOLICIT",
    [DHCPV6_ADVERTISE] = "ADVERTISE",
    [DHCPV6_REQUEST] = "REQUEST",
    [DHCPV6_CONFIRM] = "CONFIRM",
    [DHCPV6_RENEW] = "RENEW",
    [DHCPV6_REBIND] = "REBIND",
    [DHCPV6_REPLY] = "REPLY",
    [DHCPV6_RELEASE] = "RELEASE",
    [DHCPV6_DECLINE] = "DECLINE",
    [DHCPV6_RECONFIGURE] = "RECONFIGURE",
    [DHCPV6_INFO_REQUEST] = "INFORMATION-REQUEST",
    [DHCPV6_RELAY_FORW] = "RELAY-FORW",
    [DHCPV6_RELAY_REPL] = "RELAY-REPL",
};

static const char *const status_names[] = { "Success",      "UnspecFail",
                                            "NoAddrsAvail", "NoBinding",
                                            "NotOnLink",    "UseMulticast",
                                            "NoPrefixAvail" };

const char *dhcpv6_type_name(unsigned type)
{
    if (type < sizeof(type_names) / sizeof(type_names[0]) && type_names[type])
        return type_names[type];
    return "unknown";
}

const char *dhcpv6_status_name(unsigned status)
{
    if (status < sizeof(status_names) / sizeof(status_names[0]))
        return status_names[status];
    return "unknown";
}

static const char *option_name(unsigned code)
{
    static const char *const names[] = {
        [OPT_CLIENTID] = "Client identifier",
        [OPT_SERVERID] = "Server identifier",
        [OPT_IA_NA] = "Identity association for addresses",
        [4] = "Identity association for temporary addresses",
        [OPT_IAADDR] = "IA address",
        [6] = "Option request",
        [7] = "Preference",
        [8] = "Elapsed time",
        [9] = "Relayed message",
        [11] = "Authentication",
        [OPT_STATUS_CODE] = "Status code",
        [14] = "Rapid commit",
        [15] = "User class",
        [16] = "Vendor class",
        [OPT_DNS_SERVERS] = "DNS servers",
        [24] = "Domain search list",
        [25] = "Identity association for prefixes",
        [26] = "IA prefix",
        [39] = "Client FQDN",
        [OPT_BOOTFILE_URL] = "Boot file URL",
    };

    if (code < sizeof(names) / sizeof(names[0]) && names[code])
        return names[code];
    return "";
}

static const struct field_row ia_rows[] = {
    { "dhcpv6.iaid", "IAID", 0, 4, FORM_HEX, 0, NULL },
    { "dhcpv6.iaid.t1", "T1 in seconds", 4, 4, FORM_DEC, 0, NULL },
    { "dhcpv6.iaid.t2", "T2 in seconds", 8, 4, FORM_DEC, 0, NULL },
};

static const struct field_row iaaddr_rows[] = {
    { "dhcpv6.iaaddr.ip", "Address", 0, 16, FORM_IPV6, 0, NULL },
    { "dhcpv6.iaaddr.pref_lifetime", "Preferred lifetime in seconds", 16, 4,
      FORM_DEC, 0, NULL },
    { "dhcpv6.iaaddr.valid_lifetime", "Valid lifetime in seconds", 20, 4,
      FORM_DEC, 0, NULL },
};

static const struct field_row status_rows[] = {
    { "dhcpv6.status_code", "Status code", 0, 2, FORM_DEC, 0,
      dhcpv6_status_name },
};

static const struct field_row header_rows[] = {
    { "dhcpv6.msgtype", "Message type", 0, 1, FORM_DEC, 0, dhcpv6_type_name },
    { "dhcpv6.xid", "Transaction ID", 1, 3, FORM_HEX, 0, NULL },
};

static const struct field_row relay_rows[] = {
    { "dhcpv6.msgtype", "Message type", 0, 1, FORM_DEC, 0, dhcpv6_type_name },
    { "dhcpv6.hopcount", "Hop count", 1, 1, FORM_DEC, 0, NULL },
    { "dhcpv6.linkaddr", "Link address", 2, 16, FORM_IPV6, 0, NULL },
    { "dhcpv6.peeraddr", "Peer address", 18, 16, FORM_IPV6, 0, NULL },
};

static bool is_relay(uint8_t type)
{
    return type == DHCPV6_RELAY_FORW || type == DHCPV6_RELAY_REPL;
}

static void read_options(struct dissect *d, struct cursor c,
                         struct dhcpv6_msg *m, unsigned depth);

static void read_ia(struct dissect *d, struct cursor c, struct dhcpv6_msg *m,
                    unsigned depth)
{
    bool first = !m->has_ia;
    uint32_t iaid, t1_s, t2_s;

    if (d)
        fields_add(d, c, FIELD_ROWS(ia_rows));
    iaid = cursor_be32(&c);
    t1_s = cursor_be32(&c);
    t2_s = cursor_be32(&c);
    if (c.bad)
        return;
    if (first) {
        m->has_ia = true;
        m->iaid = iaid;
        m->t1_s = t1_s;
        m->t2_s = t2_s;
    }
    read_options(d, c, m, depth + 1);
}

static void read_iaaddr(struct dissect *d, struct cursor c,
                        struct dhcpv6_msg *m, unsigned depth)
{
    union addr a;
    uint32_t preferred_s, valid_s;

    if (d)
        fields_add(d, c, FIELD_ROWS(iaaddr_rows));
    cursor_copy(&c, a.b, sizeof(a.b));
    preferred_s = cursor_be32(&c);
    valid_s = cursor_be32(&c);
    if (c.bad)
        return;
    if (!m->has_ia_addr) {
        m->has_ia_addr = true;
        m->ia_addr = a;
        m->preferred_s = preferred_s;
        m->valid_s = valid_s;
    }
    read_options(d, c, m, depth + 1);
}

static void read_status(struct dissect *d, struct cursor c,
                        struct dhcpv6_msg *m)
{
    uint16_t status;

    if (d)
        fields_add(d, c, FIELD_ROWS(status_rows));
    status = cursor_be16(&c);
    if (c.bad)
        return;
    if (!m->has_status) {
        m->has_status = true;
        m->status = status;
    }
    if (d && cursor_left(&c))
        field_add_value(d, c, "dhcpv6.status_msg", "Status message", FORM_TEXT,
                        cursor_left(&c));
}

static void read_dns(struct dissect *d, struct cursor c, struct dhcpv6_msg *m)
{
    while (cursor_has(&c, sizeof(union addr))) {
        if (d)
            field_add_value(d, c, "dhcpv6.dns_server", "DNS server", FORM_IPV6,
                            sizeof(union addr));
        if (m->ndns < DHCPV6_DNS_MAX)
            cursor_copy(&c, m->dns[m->ndns++].b, sizeof(union addr));
        else
            cursor_skip(&c, sizeof(union addr));
    }
}

static void read_octets(struct dissect *d, const struct cursor *c,
                        struct octets *keep, const char *name,
                        const char *label, enum field_form form)
{
    if (!keep->len)
        *keep = cursor_rest(c);
    if (d)
        field_add_value(d, *c, name, label, form, cursor_left(c));
}

static void read_option(struct dissect *d, uint16_t code, struct cursor value,
                        struct dhcpv6_msg *m, unsigned depth)
{
    switch (code) {
    case OPT_CLIENTID:
        read_octets(d, &value, &m->client_duid, "dhcpv6.duid.bytes", "DUID",
                    FORM_OCTETS);
        break;
    case OPT_SERVERID:
        read_octets(d, &value, &m->server_duid, "dhcpv6.duid.bytes", "DUID",
                    FORM_OCTETS);
        break;
    case OPT_IA_NA:
        read_ia(d, value, m, depth);
        break;
    case OPT_IAADDR:
        read_iaaddr(d, value, m, depth);
        break;
    case OPT_STATUS_CODE:
        read_status(d, value, m);
        break;
    case OPT_DNS_SERVERS:
        read_dns(d, value, m);
        break;
    case OPT_BOOTFILE_URL:
        read_octets(d, &value, &m->bootfile, "dhcpv6.bootfile_url",
                    "Boot file URL", FORM_TEXT);
        break;
    default:
        break;
    }
}

static void open_option(struct dissect *d, struct cursor at, uint16_t code,
                        uint16_t len, uint32_t captured)
{
    uint32_t off = packet_off(d, &at);

    tree_open(d->tree, "dhcpv6.option", off, 4 + captured, "Option: (%u) %s",
              code, option_name(code));
    tree_add(d->tree, "dhcpv6.option.type", off, 2, "Option: %s (%u)",
             option_name(code), code);
    tree_add(d->tree, "dhcpv6.option.length", off + 2, 2, "Length: %u", len);
}

static void read_options(struct dissect *d, struct cursor c,
                         struct dhcpv6_msg *m, unsigned depth)
{
    if (depth >= OPTION_DEPTH_MAX)
        return;
    while (cursor_left(&c)) {
        struct cursor at = c, value;
        uint16_t code = cursor_be16(&c);
        uint16_t len = cursor_be16(&c);

        value = cursor_sub(&c, len);
        if (!m->verdict && (c.bad || cursor_left(&value) < len))
            m->verdict = c.bad ? c.bad : value.why_end;
        if (c.bad)
            return;
        if (d)
            open_option(d, at, code, len, (uint32_t)cursor_left(&value));
        if (cursor_left(&value) == len)
            read_option(d, code, value, m, depth);
        if (d)
            tree_close(d->tree);
    }
}

static void read_relay(struct cursor *c, struct dhcpv6_msg *m)
{
    m->hop_count = cursor_u8(c);
    cursor_copy(c, m->link_addr.b, sizeof(m->link_addr.b));
    cursor_copy(c, m->peer_addr.b, sizeof(m->peer_addr.b));
}

static bool read_message(struct dissect *d, struct cursor c,
                         struct dhcpv6_msg *m)
{
    struct cursor start = c;
    bool relay;

    memset(m, 0, sizeof(*m));
    m->msg_type = cursor_u8(&c);
    relay = is_relay(m->msg_type);
    if (d && relay)
        fields_add(d, start, FIELD_ROWS(relay_rows));
    else if (d)
        fields_add(d, start, FIELD_ROWS(header_rows));
    if (relay)
        read_relay(&c, m);
    else
        m->xid = cursor_be24(&c);
    if (!c.bad && m->msg_type == 0)
        c.bad = LAYER_MALFORMED;
    m->verdict = c.bad;
    if (c.bad)
        return false;
    read_options(d, c, m, 0);
    return true;
}

bool dhcpv6_parse(struct cursor payload, struct dhcpv6_msg *m)
{
    return read_message(NULL, payload, m);
}

static enum proto dhcpv6_dissect(struct dissect *d, struct layer *l)
{
    uint32_t len = (uint32_t)cursor_left(&d->c);
    struct dhcpv6_msg m;

    dhcpv6_parse(d->c, &m);
    if (d->tree) {
        tree_open(d->tree, "dhcpv6", dissect_off(d), len, "DHCPv6 (%s)",
                  dhcpv6_type_name(m.msg_type));
        read_message(d, d->c, &m);
    }
    return app_done(d, l, len, m.verdict);
}

const struct dissector dhcpv6_dissector = {
    .name = "dhcpv6",
    .title = "DHCP for IPv6",
    .ref = "RFC 8415",
    .proto = PROTO_DHCPV6,
    .app = true,
    .dissect = dhcpv6_dissect,
    .bind = { { BIND_UDP_PORT, 546 }, { BIND_UDP_PORT, 547 } },
};
