/* SPDX-License-Identifier: BSD-3-Clause
 *
 * TCP, RFC 9293 section 3.1, with its options. Most segments carry either no
 * option or NOP NOP Timestamps, so both are taken before the general loop.
 */
#include "dissect/proto/l4.h"

#define TCP_HEADER_MIN 20

enum tcp_kind {
    KIND_EOL = 0,
    KIND_NOP = 1,
    KIND_MSS = 2,
    KIND_WSCALE = 3,
    KIND_SACK_PERM = 4,
    KIND_SACK = 5,
    KIND_TS = 8,
    KIND_MD5 = 19,
    KIND_MPTCP = 30,
    KIND_FASTOPEN = 34,
    KIND_EXPERIMENT = 254,
};

/* NOP, NOP, kind 8, length 10: RFC 7323 appendix A. */
#define TS_ALIGNED UINT32_C(0x0101080a)

/**
 * struct tcp_option - What is right for an option kind
 * @len: Its only length, or 0 when that varies
 */
struct tcp_option {
    const char *name;
    const char *field;
    uint16_t seen;
    uint8_t len;
};

static const struct tcp_option *option_row(uint8_t kind)
{
    // clang-format off
    static const struct tcp_option row[] = {
        [KIND_MSS] = { "Maximum segment size", "tcp.options.mss",
                       TCPO_MSS, 4 },
        [KIND_WSCALE] = { "Window scale", "tcp.options.wscale",
                          TCPO_WSCALE, 3 },
        [KIND_SACK_PERM] = { "SACK permitted", "tcp.options.sack_perm",
                             TCPO_SACK_PERM, 2 },
        [KIND_SACK] = { "SACK", "tcp.options.sack", TCPO_SACK, 0 },
        [KIND_TS] = { "Timestamps", "tcp.options.timestamp", TCPO_TS, 10 },
        [KIND_MD5] = { "MD5 signature", "tcp.options.md5", TCPO_MD5, 18 },
        [KIND_MPTCP] = { "Multipath TCP", "tcp.options.mptcp",
                         TCPO_MPTCP, 0 },
        [KIND_FASTOPEN] = { "Fast open", "tcp.options.tfo",
                            TCPO_FASTOPEN, 0 },
    };
    // clang-format on
    static const struct tcp_option other = { "Unknown option",
                                             "tcp.options.unknown", TCPO_OTHER,
                                             0 };

    if (kind < sizeof(row) / sizeof(row[0]) && row[kind].name)
        return &row[kind];
    return &other;
}

static void sack_read(struct tcp_info *tcp, struct cursor body)
{
    while (cursor_has(&body, 8) && tcp->nsack < SACK_MAX) {
        tcp->sack[tcp->nsack].left = cursor_be32(&body);
        tcp->sack[tcp->nsack].right = cursor_be32(&body);
        tcp->nsack++;
    }
}

/* Body of a well-formed option into @tcp. */
static void option_read(struct tcp_info *tcp, uint8_t kind, struct cursor body)
{
    switch (kind) {
    case KIND_MSS:
        tcp->mss = cursor_be16(&body);
        break;
    case KIND_WSCALE:
        /* RFC 7323 section 2.3: more than 14 counts as 14. */
        tcp->wscale = cursor_u8(&body);
        if (tcp->wscale > 14)
            tcp->wscale = 14;
        break;
    case KIND_SACK:
        sack_read(tcp, body);
        break;
    case KIND_TS:
        tcp->tsval = cursor_be32(&body);
        tcp->tsecr = cursor_be32(&body);
        break;
    default:
        break;
    }
}

static void option_tree(struct tree *t, const struct tcp_option *row,
                        uint8_t kind, uint32_t off, uint32_t len,
                        const struct tcp_info *tcp)
{
    switch (kind) {
    case KIND_MSS:
        tree_open(t, row->field, off, len, "%s", row->name);
        tree_add(t, "tcp.options.mss_val", off + 2, 2, "MSS: %u", tcp->mss);
        tree_close(t);
        break;
    case KIND_WSCALE:
        tree_open(t, row->field, off, len, "%s", row->name);
        tree_add(t, "tcp.options.wscale.shift", off + 2, 1, "Shift: %u (by %u)",
                 tcp->wscale, 1u << tcp->wscale);
        tree_close(t);
        break;
    case KIND_SACK:
        tree_open(t, row->field, off, len, "SACK (%u blocks)", tcp->nsack);
        for (uint32_t i = 0; i < tcp->nsack; i++)
            tree_add(t, "tcp.options.sack_le", off + 2 + 8 * i, 8,
                     "Block: %u to %u", tcp->sack[i].left, tcp->sack[i].right);
        tree_close(t);
        break;
    case KIND_TS:
        tree_open(t, row->field, off, len, "Timestamps");
        tree_add(t, "tcp.options.timestamp.tsval", off + 2, 4, "Value: %u",
                 tcp->tsval);
        tree_add(t, "tcp.options.timestamp.tsecr", off + 6, 4, "Echo reply: %u",
                 tcp->tsecr);
        tree_close(t);
        break;
    default:
        tree_add(t, row->field, off, len, "%s (kind %u, %u octets)", row->name,
                 kind, len);
        break;
    }
}

/* One option behind its kind octet; returns verdict bits. A length that leaves
 * the header is a lie unless the capture ended first. */
static uint16_t option_next(struct cursor *c, uint8_t kind,
                            struct tcp_info *tcp, struct tree *t, uint32_t off)
{
    const struct tcp_option *row = option_row(kind);
    uint8_t len = cursor_u8(c);
    struct cursor body;

    if (c->bad)
        return c->bad;
    if (len < 2)
        return LAYER_MALFORMED;
    if (!cursor_has(c, len - 2u)) {
        cursor_skip(c, len - 2u);
        return c->bad;
    }
    body = cursor_sub(c, len - 2u);
    if (row->len && row->len != len)
        return LAYER_MALFORMED;
    if (kind == KIND_SACK && (len - 2) % 8 != 0)
        return LAYER_MALFORMED;
    tcp->options |= row->seen;
    option_read(tcp, kind, body);
    if (t)
        option_tree(t, row, kind, off, len, tcp);
    return LAYER_OK;
}

static uint16_t options_read(struct cursor c, struct tcp_info *tcp,
                             struct tree *t, uint32_t off)
{
    const uint8_t *start = c.p;

    while (cursor_left(&c) > 0) {
        uint32_t at = off + (uint32_t)(c.p - start);
        uint8_t kind = cursor_u8(&c);
        uint16_t bad;

        if (kind == KIND_EOL)
            return LAYER_OK;
        if (kind == KIND_NOP) {
            tcp->options |= TCPO_NOP;
            continue;
        }
        bad = option_next(&c, kind, tcp, t, at);
        if (bad)
            return bad;
    }
    return LAYER_OK;
}

static const char *flags_text(uint8_t flags, char out[40])
{
    static const char name[8][4] = { "FIN", "SYN", "RST", "PSH",
                                     "ACK", "URG", "ECE", "CWR" };
    char *p = out;

    for (unsigned i = 0; i < 8; i++) {
        if (!(flags >> i & 1))
            continue;
        if (p != out)
            *p++ = ' ';
        memcpy(p, name[i], 3);
        p += 3;
    }
    *p = '\0';
    return out;
}

static void tcp_tree(struct dissect *d, const struct layer *l, const uint8_t *p,
                     const struct tcp_info *tcp)
{
    static const struct {
        const char *name;
        const char *label;
    } bit[8] = {
        { "tcp.flags.fin", "FIN" },   { "tcp.flags.syn", "SYN" },
        { "tcp.flags.reset", "RST" }, { "tcp.flags.push", "PSH" },
        { "tcp.flags.ack", "ACK" },   { "tcp.flags.urg", "URG" },
        { "tcp.flags.ece", "ECE" },   { "tcp.flags.cwr", "CWR" },
    };
    struct tree *t = d->tree;
    uint32_t off = l->off;
    char flags[40];

    tree_open(t, "tcp", off, l->header_len,
              "Transmission Control Protocol, Src Port: %u, Dst Port: %u, "
              "Seq: %u, Len: %u",
              be16_at(p), be16_at(p + 2), tcp->seq, l->payload_len);
    tree_add(t, "tcp.srcport", off, 2, "Source port: %u", be16_at(p));
    tree_add(t, "tcp.dstport", off + 2, 2, "Destination port: %u",
             be16_at(p + 2));
    tree_add(t, "tcp.seq_raw", off + 4, 4, "Sequence number: %u", tcp->seq);
    tree_add(t, "tcp.ack_raw", off + 8, 4, "Acknowledgement number: %u",
             tcp->ack);
    tree_add(t, "tcp.hdr_len", off + 12, 1, "Header length: %u octets",
             (p[12] >> 4) * 4u);
    tree_open(t, "tcp.flags", off + 12, 2, "Flags: %s",
              flags_text(tcp->flags, flags));
    for (unsigned i = 8; i-- > 0;)
        tree_add(t, bit[i].name, off + 13, 1, "%s: %s", bit[i].label,
                 tcp->flags >> i & 1 ? "set" : "not set");
    tree_close(t);
    tree_add(t, "tcp.window_size_value", off + 14, 2, "Window: %u",
             tcp->window);
    tree_add(t, "tcp.checksum", off + 16, 2, "Checksum: 0x%04x",
             be16_at(p + 16));
    tree_add(t, "tcp.urgent_pointer", off + 18, 2, "Urgent pointer: %u",
             be16_at(p + 18));
}

static void options_tree(struct dissect *d, const struct layer *l,
                         struct cursor options, uint32_t len)
{
    struct tcp_info again = { 0 };

    if (len > 0) {
        tree_open(d->tree, "tcp.options", l->off + TCP_HEADER_MIN, len,
                  "Options (%u octets)", len);
        options_read(options, &again, d->tree, l->off + TCP_HEADER_MIN);
        tree_close(d->tree);
    }
    tree_close(d->tree);
}

static inline void tcp_fixed(struct tcp_info *tcp, const uint8_t *p)
{
    tcp->seq = be32_at(p + 4);
    tcp->ack = be32_at(p + 8);
    tcp->flags = p[13];
    tcp->window = be16_at(p + 14);
}

static inline uint32_t tcp_events(uint8_t flags)
{
    uint32_t ev = EV_TCP;

    if (flags & TCP_SYN)
        ev |= flags & TCP_ACK ? EV_TCP_SYNACK : EV_TCP_SYN;
    if (flags & TCP_RST)
        ev |= EV_TCP_RST;
    if (flags & TCP_FIN)
        ev |= EV_TCP_FIN;
    return ev;
}

/* The capture or an outer length ended inside the fixed header: the ports are
 * worth having still, and all that an ICMP error is bound to quote is the
 * first eight octets (RFC 792). */
static enum proto tcp_short(struct dissect *d, struct layer *l)
{
    struct cursor c = cursor_over(d->c.p, cursor_left(&d->c), LAYER_TRUNCATED);
    uint16_t sport = cursor_be16(&c), dport = cursor_be16(&c);
    uint32_t seq = cursor_be32(&c);

    if (!c.bad && d->tree) {
        tree_open(d->tree, "tcp", l->off, 8,
                  "Transmission Control Protocol, Src Port: %u, Dst Port: %u",
                  sport, dport);
        tree_add(d->tree, "tcp.srcport", l->off, 2, "Source port: %u", sport);
        tree_add(d->tree, "tcp.dstport", l->off + 2, 2, "Destination port: %u",
                 dport);
        tree_add(d->tree, "tcp.seq_raw", l->off + 4, 4, "Sequence number: %u",
                 seq);
    }
    if (!d->inner) {
        d->pkt->sport = sport;
        d->pkt->dport = dport;
    }
    return dissect_bad(d, l);
}

/* By its port on the fast path (in pkt->app), by content for a person. */
static enum proto tcp_app(struct dissect *d, uint16_t sport, uint16_t dport)
{
    enum proto app;

    if (!d->tree || cursor_left(&d->c) == 0)
        return PROTO_NONE;
    d->inner = true;
    if (d->quote)
        return PROTO_RAW;
    app = proto_recognise(d->c, IPN_TCP, sport, dport);
    return app != PROTO_NONE ? app : PROTO_RAW;
}

/* Options of @len octets into @tcp; the header's verdict into @l. */
static inline struct cursor tcp_options(struct dissect *d, struct layer *l,
                                        struct tcp_info *tcp, uint32_t len)
{
    struct cursor c = cursor_sub(&d->c, len);

    if (__builtin_expect(cursor_left(&c) < len, 0)) {
        if (!d->quote)
            l->flags |= c.why_end;
    } else {
        /* They are all here: one that runs out of them lies. */
        c.why_end = LAYER_MALFORMED;
    }
    if (len == 12 && cursor_left(&c) == 12 && be32_at(c.p) == TS_ALIGNED) {
        tcp->options = TCPO_TS | TCPO_NOP;
        tcp->tsval = be32_at(c.p + 4);
        tcp->tsecr = be32_at(c.p + 8);
    } else if (len > 0) {
        uint16_t bad = options_read(c, tcp, NULL, 0);

        if (!d->quote)
            l->flags |= bad;
    }
    return c;
}

/* What the fast path needs of a segment whose fixed header is whole. */
static inline void tcp_fill(const struct dissect *d, const uint8_t *p,
                            uint16_t sport, uint16_t dport)
{
    struct packet *pkt = d->pkt;

    pkt->sport = sport;
    pkt->dport = dport;
    pkt->events |= tcp_events(p[13]);
    pkt->app = (uint16_t)proto_of_ports(BIND_TCP_PORT, sport, dport);
    if (__builtin_expect(sport == 53 || dport == 53, 0))
        pkt->events |= EV_DNS;
    if (!(pkt->flags & PKT_FRAG) &&
        l4_csum_partial(d, p + 16, IPN_TCP, d->wire_left))
        pkt->flags |= PKT_CSUM_PARTIAL;
}

static enum proto tcp_dissect(struct dissect *d, struct layer *l)
{
    const uint8_t *p = cursor_take(&d->c, TCP_HEADER_MIN);
    struct tcp_info *tcp = &d->pkt->tcp;
    struct tcp_info scratch;
    struct cursor options;
    uint16_t sport, dport;
    uint32_t header;

    if (!p)
        return tcp_short(d, l);
    if (__builtin_expect(d->inner, 0)) {
        scratch = (struct tcp_info){ 0 };
        tcp = &scratch;
    }
    sport = be16_at(p);
    dport = be16_at(p + 2);
    header = (p[12] >> 4) * 4u;
    tcp_fixed(tcp, p);
    if (!d->inner)
        tcp_fill(d, p, sport, dport);
    if (header < TCP_HEADER_MIN) {
        dissect_done(d, l);
        if (d->tree)
            tcp_tree(d, l, p, tcp);
        return dissect_malformed(d, l);
    }
    options = tcp_options(d, l, tcp, header - TCP_HEADER_MIN);
    dissect_done(d, l);
    l->payload_len = d->wire_left > header ? d->wire_left - header : 0;
    if (!d->inner) {
        d->pkt->payload_len = l->payload_len;
        if (l->header_len == header)
            d->pkt->payload_off = l->off + header;
    }
    if (d->tree) {
        tcp_tree(d, l, p, tcp);
        options_tree(d, l, options, l->header_len - TCP_HEADER_MIN);
    }
    return tcp_app(d, sport, dport);
}

const struct dissector tcp_dissector = {
    .name = "tcp",
    .title = "Transmission Control Protocol",
    .ref = "RFC 9293",
    .proto = PROTO_TCP,
    .dissect = tcp_dissect,
    .bind = { { BIND_IPPROTO, IPN_TCP } },
};
