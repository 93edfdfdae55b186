/* SPDX-License-Identifier: BSD-3-Clause
 *
 * DNS (RFC 1035) over UDP and TCP, with EDNS (RFC 6891), multicast DNS
 * (RFC 6762) and LLMNR (RFC 4795). One reader serves the request ledger and
 * the field tree. Invariant: a compression pointer is followed only to before
 * the octets that led to it, so no name can loop, and names that nobody wants
 * to see are stepped over without following pointers.
 */
#include "dissect/proto/dns.h"

#include "dissect/core/str.h"
#include "dissect/proto/fields.h"

#define DNS_HEADER_LEN 12
#define DNS_HOPS_MAX   16
#define DNS_NAME_MAX   255 /* RFC 1035 section 2.3.4, root octet included */
#define DNS_LABEL_MAX  63
#define FLAG_Z         0x0040
#define OPCODE_MAX     9  /* NetBIOS uses up to 9 (RFC 1002 section 4.2.1.1) */
#define RCODE_MAX      11 /* RFC 8490; more comes with EDNS */
#define MDNS_TOP_BIT   0x8000 /* unicast wanted, or cache flush */

#define PORT_DNS   53
#define PORT_NBNS  137
#define PORT_MDNS  5353
#define PORT_LLMNR 5355

/**
 * struct dns_reader - One pass over a message
 * @msg: The whole message; compression pointers count from its start
 * @c:   Where we are
 * @m:   What is filled
 * @d:   Walk with a tree, or NULL
 */
struct dns_reader {
    struct cursor msg, c;
    struct dns_msg *m;
    struct dissect *d;
};

enum dns_section { SECTION_ANSWER, SECTION_AUTHORITY, SECTION_ADDITIONAL };

struct dns_rr {
    uint16_t type, class;
    uint32_t ttl_s;
    uint16_t len;
};

// clang-format off
static const struct {
    uint16_t type;
    const char *name;
} type_names[] = {
    { DNS_A, "A" },         { DNS_NS, "NS" },       { DNS_CNAME, "CNAME" },
    { DNS_SOA, "SOA" },     { 10, "NULL" },         { DNS_PTR, "PTR" },
    { 13, "HINFO" },        { DNS_MX, "MX" },       { DNS_TXT, "TXT" },
    { DNS_AAAA, "AAAA" },   { 32, "NB" },           { DNS_SRV, "SRV" },
    { 35, "NAPTR" },        { DNS_DNAME, "DNAME" }, { DNS_OPT, "OPT" },
    { 43, "DS" },           { 44, "SSHFP" },        { 46, "RRSIG" },
    { 47, "NSEC" },         { 48, "DNSKEY" },       { 50, "NSEC3" },
    { 52, "TLSA" },         { 64, "SVCB" },         { 65, "HTTPS" },
    { 99, "SPF" },          { 249, "TKEY" },        { 250, "TSIG" },
    { 251, "IXFR" },        { 252, "AXFR" },        { 255, "ANY" },
    { 257, "CAA" },
};

static const char *const rcode_names[] = {
    [DNS_NOERROR] = "NOERROR",   [DNS_FORMERR] = "FORMERR",
    [DNS_SERVFAIL] = "SERVFAIL", [DNS_NXDOMAIN] = "NXDOMAIN",
    [DNS_NOTIMP] = "NOTIMP",     [DNS_REFUSED] = "REFUSED",
    [6] = "YXDOMAIN",            [7] = "YXRRSET",
    [8] = "NXRRSET",             [9] = "NOTAUTH",
    [10] = "NOTZONE",            [16] = "BADVERS",
    [17] = "BADKEY",             [18] = "BADTIME",
    [23] = "BADCOOKIE",
};
// clang-format on

const char *dns_type_name(uint16_t type)
{
    for (size_t i = 0; i < sizeof(type_names) / sizeof(type_names[0]); i++)
        if (type_names[i].type == type)
            return type_names[i].name;
    return "TYPE";
}

const char *dns_rcode_name(uint16_t rcode)
{
    if (rcode < sizeof(rcode_names) / sizeof(rcode_names[0]) &&
        rcode_names[rcode])
        return rcode_names[rcode];
    return "RCODE";
}

static bool is_plain(uint8_t ch)
{
    return (ch >= 'a' && ch <= 'z') || (ch >= '0' && ch <= '9') || ch == '-' ||
           ch == '_';
}

/* Host names pass as they are; for the rest str_printable() decides, and a dot
 * that is part of a label must not look like one between labels. */
static void label_add(struct str *out, const uint8_t *label, size_t len)
{
    uint8_t low[DNS_LABEL_MAX];
    bool plain = true;
    size_t from = 0;

    for (size_t i = 0; i < len; i++) {
        bool upper = label[i] >= 'A' && label[i] <= 'Z';

        low[i] = upper ? (uint8_t)(label[i] | 0x20) : label[i];
        plain = plain && is_plain(low[i]);
    }
    if (plain) {
        str_add_n(out, (const char *)low, len);
        return;
    }
    for (size_t i = 0; i < len; i++) {
        if (low[i] != '.')
            continue;
        str_printable(out, low + from, i - from);
        str_add(out, "\\.");
        from = i + 1;
    }
    str_printable(out, low + from, len - from);
}

/* Set @at to where a pointer leads; it must lead to before @limit. */
static bool name_jump(const struct cursor *msg, struct cursor *at, size_t to,
                      size_t *limit)
{
    if (to >= *limit)
        return false;
    *limit = to;
    *at = *msg;
    return cursor_skip(at, to);
}

/* Append the label of @len octets that follows; false when it ended early. */
static bool name_label(struct cursor *at, uint8_t len, struct str *out)
{
    const uint8_t *label = cursor_take(at, len);

    if (!label || !out)
        return label != NULL;
    if (out->len)
        str_add(out, ".");
    label_add(out, label, len);
    return true;
}

/**
 * name_walk() - Labels and pointers from *@c on; see name_read()
 *
 * Return: LAYER_OK, or what was wrong
 */
static uint8_t name_walk(const struct cursor *msg, struct cursor *c,
                         struct str *out)
{
    size_t limit = (size_t)(c->p - msg->p);
    unsigned hops = 0, total = 1;
    struct cursor *after = c; /* moves until the first pointer */
    struct cursor far;

    for (;;) {
        uint8_t len = cursor_u8(after);

        if (len >= 0xc0) {
            size_t to = (size_t)(len & 0x3f) << 8 | cursor_u8(after);

            if (after->bad || !out) /* who wants no text need not follow */
                return after->bad;
            if (++hops > DNS_HOPS_MAX || !name_jump(msg, &far, to, &limit))
                return LAYER_MALFORMED;
            after = &far;
            continue;
        }
        if (len == 0)
            return after->bad;
        total += len + 1u;
        if (len > DNS_LABEL_MAX || total > DNS_NAME_MAX)
            return LAYER_MALFORMED;
        if (!name_label(after, len, out))
            return after->bad;
    }
}

/**
 * name_read() - Step over a name, and write it when @out is not NULL
 *
 * RFC 1035 section 4.1.4. On failure @c->bad says why.
 */
static void name_read(const struct cursor *msg, struct cursor *c,
                      struct str *out)
{
    uint8_t bad = name_walk(msg, c, out);

    if (!c->bad)
        c->bad = bad;
    if (out && !out->len && !c->bad)
        str_add(out, ".");
}

static void name_text(const struct cursor *msg, struct cursor *c, char *buf,
                      size_t size)
{
    struct str s;

    str_init(&s, buf, size);
    name_read(msg, c, &s);
}

static void note_verdict(struct dns_reader *r)
{
    if (!r->m->verdict)
        r->m->verdict = r->c.bad;
}

static const char *opcode_name(unsigned opcode)
{
    static const char *const names[] = { "query",  "inverse query", "status",
                                         "opcode", "notify",        "update" };

    return opcode < sizeof(names) / sizeof(names[0]) ? names[opcode] : "opcode";
}

static const char *rcode_name(unsigned rcode)
{
    return dns_rcode_name((uint16_t)rcode);
}

// clang-format off
static const struct field_row header_rows[] = {
    { "dns.id", "Transaction ID", 0, 2, FORM_HEX, 0, NULL },
    { "dns.flags", "Flags", 2, 2, FORM_HEX, 0, NULL },
    { "dns.flags.response", "Response", 2, 2, FORM_FLAG, 0x8000, NULL },
    { "dns.flags.opcode", "Opcode", 2, 2, FORM_DEC, 0x7800, opcode_name },
    { "dns.flags.authoritative", "Authoritative", 2, 2, FORM_FLAG, 0x0400,
      NULL },
    { "dns.flags.truncated", "Truncated", 2, 2, FORM_FLAG, 0x0200, NULL },
    { "dns.flags.recdesired", "Recursion desired", 2, 2, FORM_FLAG, 0x0100,
      NULL },
    { "dns.flags.recavail", "Recursion available", 2, 2, FORM_FLAG, 0x0080,
      NULL },
    { "dns.flags.authenticated", "Authenticated", 2, 2, FORM_FLAG, 0x0020,
      NULL },
    { "dns.flags.checkdisable", "Checking disabled", 2, 2, FORM_FLAG, 0x0010,
      NULL },
    { "dns.flags.rcode", "Reply code", 2, 2, FORM_DEC, 0x000f, rcode_name },
    { "dns.count.queries", "Questions", 4, 2, FORM_DEC, 0, NULL },
    { "dns.count.answers", "Answer RRs", 6, 2, FORM_DEC, 0, NULL },
    { "dns.count.auth_rr", "Authority RRs", 8, 2, FORM_DEC, 0, NULL },
    { "dns.count.add_rr", "Additional RRs", 10, 2, FORM_DEC, 0, NULL },
};

/* Records whose data is a name after @skip octets. */
static const struct {
    uint16_t type, skip;
    const char *field, *label;
} name_records[] = {
    { DNS_NS,    0, "dns.ns",               "Name server" },
    { DNS_CNAME, 0, "dns.cname",            "CNAME" },
    { DNS_PTR,   0, "dns.ptr.domain_name",  "Domain name" },
    { DNS_DNAME, 0, "dns.dname",            "DNAME" },
    { DNS_MX,    2, "dns.mx.mail_exchange", "Mail exchange" },
    { DNS_SRV,   6, "dns.srv.target",       "Target" },
    { DNS_SOA,   0, "dns.soa.mname",        "Primary name server" },
};
// clang-format on

static void read_header(struct dns_reader *r)
{
    struct dns_msg *m = r->m;

    if (r->d)
        fields_add(r->d, r->c, FIELD_ROWS(header_rows));
    m->id = cursor_be16(&r->c);
    m->flags = cursor_be16(&r->c);
    m->qr = m->flags & 0x8000;
    m->opcode = (m->flags >> 11) & 0xf;
    m->aa = m->flags & 0x0400;
    m->tc = m->flags & 0x0200;
    m->rd = m->flags & 0x0100;
    m->ra = m->flags & 0x0080;
    m->rcode = m->flags & 0x000f;
    m->qdcount = cursor_be16(&r->c);
    m->ancount = cursor_be16(&r->c);
    m->nscount = cursor_be16(&r->c);
    m->arcount = cursor_be16(&r->c);
}

static void show_question(struct dns_reader *r, struct cursor at)
{
    struct dissect *d = r->d;
    struct cursor name = at;
    char text[DNS_NAME_SIZE];
    uint32_t off = packet_off(d, &at), name_len;
    uint16_t type, class;

    name_text(&r->msg, &at, text, sizeof(text));
    name_len = packet_off(d, &at) - off;
    type = cursor_be16(&at);
    class = cursor_be16(&at);
    if (at.bad)
        return;
    tree_open(d->tree, "dns.qry", off, name_len + 4, "Question: %s %s", text,
              dns_type_name(type));
    tree_add(d->tree, "dns.qry.name", packet_off(d, &name), name_len,
             "Name: %s", text);
    tree_add(d->tree, "dns.qry.type", off + name_len, 2, "Type: %s (%u)",
             dns_type_name(type), type);
    tree_add(d->tree, "dns.qry.class", off + name_len + 2, 2, "Class: %u",
             class & ~MDNS_TOP_BIT);
    tree_close(d->tree);
}

static void read_question(struct dns_reader *r, bool first)
{
    struct dns_msg *m = r->m;
    struct cursor at = r->c;
    uint16_t type, class;

    if (first)
        name_text(&r->msg, &r->c, m->qname, sizeof(m->qname));
    else
        name_read(&r->msg, &r->c, NULL);
    type = cursor_be16(&r->c);
    class = cursor_be16(&r->c);
    if (r->c.bad)
        return;
    if (r->d)
        show_question(r, at);
    if (!first)
        return;
    m->has_question = true;
    m->qtype = type;
    m->qclass = class & (uint16_t)~MDNS_TOP_BIT;
    m->unicast_wanted = class & MDNS_TOP_BIT;
}

static void note_address(struct dns_msg *m, const struct dns_rr *rr,
                         struct cursor data)
{
    union addr a;
    uint8_t v4[4];

    if (m->naddr == DNS_ADDRS_MAX)
        return;
    if (rr->type == DNS_A && rr->len == 4) {
        cursor_copy(&data, v4, sizeof(v4));
        addr_from_v4(&a, v4);
    } else if (rr->type == DNS_AAAA && rr->len == 16) {
        cursor_copy(&data, a.b, sizeof(a.b));
    } else {
        return;
    }
    if (!data.bad)
        m->addr[m->naddr++] = a;
}

static void note_answer(struct dns_msg *m, const struct dns_rr *rr,
                        struct cursor data)
{
    if (!m->answers || rr->ttl_s < m->min_ttl_s)
        m->min_ttl_s = rr->ttl_s;
    m->answers++;
    if (rr->type == DNS_CNAME)
        m->has_cname = true;
    note_address(m, rr, data);
}

/* RFC 6891 section 6.1.2: class is the UDP size, TTL holds extended bits. */
static void note_opt(struct dns_msg *m, const struct dns_rr *rr)
{
    if (m->has_edns)
        return;
    m->has_edns = true;
    m->edns_size = rr->class;
    m->rcode = (uint16_t)(m->rcode | (rr->ttl_s >> 24) << 4);
}

static void show_soa(struct dns_reader *r, struct cursor data)
{
    static const char *const names[] = {
        "dns.soa.serial_number",  "dns.soa.refresh_interval",
        "dns.soa.retry_interval", "dns.soa.expire_limit",
        "dns.soa.minimum_ttl",
    };
    static const char *const labels[] = { "Serial number", "Refresh interval",
                                          "Retry interval", "Expire limit",
                                          "Minimum TTL" };
    uint32_t off;
    char text[DNS_NAME_SIZE];

    name_read(&r->msg, &data, NULL);
    off = packet_off(r->d, &data);
    name_text(&r->msg, &data, text, sizeof(text));
    if (data.bad)
        return;
    tree_add(r->d->tree, "dns.soa.rname", off, packet_off(r->d, &data) - off,
             "Responsible authority: %s", text);
    for (size_t i = 0; i < 5; i++) {
        off = packet_off(r->d, &data);
        uint32_t v = cursor_be32(&data);

        if (!data.bad)
            tree_add(r->d->tree, names[i], off, 4, "%s: %u", labels[i], v);
    }
}

static void show_txt(struct dns_reader *r, struct cursor data)
{
    while (cursor_left(&data) && !r->d->tree->full) {
        uint8_t len = cursor_u8(&data);
        struct cursor text = cursor_sub(&data, len);

        field_add_value(r->d, text, "dns.txt", "TXT", FORM_TEXT,
                        cursor_left(&text));
    }
}

static void show_srv_or_mx(struct dns_reader *r, uint16_t type,
                           struct cursor data)
{
    if (type == DNS_MX) {
        field_add_value(r->d, data, "dns.mx.preference", "Preference", FORM_DEC,
                        2);
        return;
    }
    field_add_value(r->d, data, "dns.srv.priority", "Priority", FORM_DEC, 2);
    cursor_skip(&data, 2);
    field_add_value(r->d, data, "dns.srv.weight", "Weight", FORM_DEC, 2);
    cursor_skip(&data, 2);
    field_add_value(r->d, data, "dns.srv.port", "Port", FORM_DEC, 2);
}

static void show_name_record(struct dns_reader *r, uint16_t type,
                             struct cursor data)
{
    char text[DNS_NAME_SIZE];

    for (size_t i = 0; i < sizeof(name_records) / sizeof(name_records[0]);
         i++) {
        uint32_t off;

        if (name_records[i].type != type)
            continue;
        cursor_skip(&data, name_records[i].skip);
        off = packet_off(r->d, &data);
        name_text(&r->msg, &data, text, sizeof(text));
        if (!data.bad)
            tree_add(r->d->tree, name_records[i].field, off,
                     packet_off(r->d, &data) - off, "%s: %s",
                     name_records[i].label, text);
        return;
    }
}

static void show_rdata(struct dns_reader *r, const struct dns_rr *rr,
                       struct cursor data)
{
    switch (rr->type) {
    case DNS_A:
        field_add_value(r->d, data, "dns.a", "Address", FORM_IPV4, rr->len);
        break;
    case DNS_AAAA:
        field_add_value(r->d, data, "dns.aaaa", "AAAA address", FORM_IPV6,
                        rr->len);
        break;
    case DNS_TXT:
        show_txt(r, data);
        break;
    case DNS_MX:
    case DNS_SRV:
        show_srv_or_mx(r, rr->type, data);
        show_name_record(r, rr->type, data);
        break;
    case DNS_SOA:
        show_name_record(r, rr->type, data);
        show_soa(r, data);
        break;
    default:
        show_name_record(r, rr->type, data);
        break;
    }
}

static void show_fixed(struct dns_reader *r, const struct dns_rr *rr,
                       uint32_t off)
{
    struct tree *t = r->d->tree;

    tree_add(t, "dns.resp.type", off, 2, "Type: %s (%u)",
             dns_type_name(rr->type), rr->type);
    if (rr->type == DNS_OPT) {
        tree_add(t, "dns.rr.udp_payload_size", off + 2, 2,
                 "UDP payload size: %u", rr->class);
        tree_add(t, "dns.resp.ext_rcode", off + 4, 1,
                 "Higher bits of the reply code: %u", rr->ttl_s >> 24);
        tree_add(t, "dns.resp.edns0_version", off + 5, 1, "EDNS version: %u",
                 rr->ttl_s >> 16 & 0xff);
        tree_add(t, "dns.resp.z", off + 6, 2, "Z: 0x%04x", rr->ttl_s & 0xffff);
    } else {
        tree_add(t, "dns.resp.class", off + 2, 2, "Class: %u",
                 rr->class & ~MDNS_TOP_BIT);
        tree_add(t, "dns.resp.ttl", off + 4, 4, "Time to live: %u", rr->ttl_s);
    }
    tree_add(t, "dns.resp.len", off + 8, 2, "Data length: %u", rr->len);
}

/* @at stands at the record's owner name, @fixed at its type. */
static void show_record(struct dns_reader *r, enum dns_section section,
                        const struct dns_rr *rr, struct cursor at,
                        struct cursor fixed, struct cursor data)
{
    static const char *const titles[] = { "Answer", "Authority", "Additional" };
    struct tree *t = r->d->tree;
    uint32_t off = packet_off(r->d, &at), fixed_off = packet_off(r->d, &fixed);
    char text[DNS_NAME_SIZE];

    if (t->full)
        return;
    name_text(&r->msg, &at, text, sizeof(text));
    tree_open(t, "dns.resp", off,
              fixed_off - off + 10 + (uint32_t)cursor_left(&data), "%s: %s %s",
              titles[section], text, dns_type_name(rr->type));
    tree_add(t, "dns.resp.name", off, fixed_off - off, "Name: %s", text);
    show_fixed(r, rr, fixed_off);
    show_rdata(r, rr, data);
    tree_close(t);
}

/* Return: false when the message ended or lied. */
static bool read_record(struct dns_reader *r, enum dns_section section)
{
    struct cursor at = r->c, fixed, data;
    struct dns_rr rr;

    name_read(&r->msg, &r->c, NULL);
    fixed = r->c;
    rr.type = cursor_be16(&r->c);
    rr.class = cursor_be16(&r->c);
    rr.ttl_s = cursor_be32(&r->c);
    rr.len = cursor_be16(&r->c);
    if (r->c.bad)
        return false;
    data = cursor_sub(&r->c, rr.len);
    if (r->d)
        show_record(r, section, &rr, at, fixed, data);
    if (cursor_left(&data) < rr.len) {
        r->c.bad = data.why_end;
        return false;
    }
    if (section == SECTION_ANSWER)
        note_answer(r->m, &rr, data);
    if (section == SECTION_AUTHORITY && rr.type == DNS_SOA)
        r->m->has_soa = true;
    if (section == SECTION_ADDITIONAL && rr.type == DNS_OPT)
        note_opt(r->m, &rr);
    return true;
}

static bool read_section(struct dns_reader *r, enum dns_section section,
                         uint16_t count)
{
    for (unsigned i = 0; i < count; i++)
        if (!read_record(r, section))
            return false;
    return true;
}

static void read_records(struct dns_reader *r)
{
    struct dns_msg *m = r->m;

    if (read_section(r, SECTION_ANSWER, m->ancount) &&
        read_section(r, SECTION_AUTHORITY, m->nscount))
        read_section(r, SECTION_ADDITIONAL, m->arcount);
    m->cut = m->answers < m->ancount;
}

/* Every question and record takes octets, so counts that lie end early. */
static bool read_message(struct dissect *d, struct cursor msg,
                         struct dns_msg *m)
{
    struct dns_reader r = { .msg = msg, .c = msg, .m = m, .d = d };

    memset(m, 0, sizeof(*m));
    read_header(&r);
    for (unsigned i = 0; i < m->qdcount && !r.c.bad; i++)
        read_question(&r, i == 0);
    m->cut = r.c.bad && m->ancount;
    if (!r.c.bad)
        read_records(&r);
    note_verdict(&r);
    if (m->qdcount)
        return m->has_question;
    return cursor_left(&msg) >= DNS_HEADER_LEN;
}

/* The length that stands before a message in a TCP stream. */
static struct cursor tcp_message(struct cursor payload)
{
    uint16_t len = cursor_be16(&payload);

    return cursor_sub(&payload, len);
}

bool dns_parse(struct cursor payload, struct dns_msg *m)
{
    return read_message(NULL, payload, m);
}

bool dns_parse_tcp(struct cursor payload, struct dns_msg *m)
{
    return read_message(NULL, tcp_message(payload), m);
}

static bool is_dns_port(uint16_t port)
{
    return port == PORT_DNS || port == PORT_MDNS || port == PORT_LLMNR ||
           port == PORT_NBNS;
}

/* Only the header is judged, so that a message that is malformed further on
 * is still shown as one. No implementation sends so many of anything. */
static bool header_is_sane(struct cursor c)
{
    uint16_t flags, questions, records[3];

    cursor_skip(&c, 2);
    flags = cursor_be16(&c);
    questions = cursor_be16(&c);
    for (unsigned i = 0; i < 3; i++)
        records[i] = cursor_be16(&c);
    return !c.bad && ((flags >> 11) & 0xf) <= OPCODE_MAX && !(flags & FLAG_Z) &&
           (flags & 0xf) <= RCODE_MAX && questions <= 255 &&
           records[0] <= 4096 && records[1] <= 4096 && records[2] <= 4096;
}

static bool dns_recognise(struct cursor payload, uint8_t ip_proto,
                          uint16_t sport, uint16_t dport)
{
    if (!is_dns_port(sport) && !is_dns_port(dport))
        return false;
    if (ip_proto == 6 && cursor_be16(&payload) < DNS_HEADER_LEN)
        return false;
    return header_is_sane(payload);
}

static bool is_over_tcp(const struct packet *pkt)
{
    return pkt->nlayer > 1 && pkt->layer[pkt->nlayer - 2].proto == PROTO_TCP;
}

static enum proto dns_dissect(struct dissect *d, struct layer *l)
{
    bool tcp = is_over_tcp(d->pkt);
    struct cursor msg = tcp ? tcp_message(d->c) : d->c;
    uint32_t len = (uint32_t)cursor_left(&msg) + (tcp ? 2 : 0);
    struct dns_msg m;

    len = captured_len(&d->c, len);
    read_message(NULL, msg, &m);
    if (d->tree) {
        tree_open(d->tree, "dns", dissect_off(d), len,
                  "Domain Name System (%s): %s %s", m.qr ? "response" : "query",
                  m.qname, m.has_question ? dns_type_name(m.qtype) : "");
        if (tcp)
            field_add_value(d, d->c, "dns.length", "Length", FORM_DEC, 2);
        read_message(d, msg, &m);
    }
    return app_done(d, l, len, m.verdict);
}

const struct dissector dns_dissector = {
    .name = "dns",
    .title = "Domain Name System",
    .ref = "RFC 1035, RFC 6762, RFC 4795",
    .proto = PROTO_DNS,
    .app = true,
    .dissect = dns_dissect,
    .recognise = dns_recognise,
    .bind = { { BIND_UDP_PORT, PORT_DNS },
              { BIND_TCP_PORT, PORT_DNS },
              { BIND_UDP_PORT, PORT_MDNS },
              { BIND_UDP_PORT, PORT_LLMNR },
              { BIND_UDP_PORT, PORT_NBNS } },
};
