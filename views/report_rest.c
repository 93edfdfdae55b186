/* SPDX-License-Identifier: BSD-3-Clause
 *
 * The tail of the text report: what was looked at and is fine, what worked
 * only in part, who talked, what the backend cannot do, what could not be
 * told, and how good the capture is.
 */
#include "views/report_text.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "dissect/symptom/symptom.h"
#include "views/pick.h"

#define FLOWS_SHOWN  3
#define UNCLEAR_ROWS 2

/** struct tcp_sum - Over the flows that are kept */
struct tcp_sum {
    uint64_t tried, connected, refused, silent, midstream;
    uint64_t segments, retrans;
};

static struct tcp_sum sum_tcp(const struct facts *f)
{
    struct tcp_sum sum = { 0 };

    for (uint32_t i = flow_next(f->flows, FLOW_NONE); i != FLOW_NONE;
         i = flow_next(f->flows, i)) {
        const struct flow *flow = flow_get(f->flows, i);

        if (flow->ip_proto != 6)
            continue;
        sum.segments +=
            (uint64_t)flow->dir[0].data_segs + flow->dir[1].data_segs;
        sum.retrans += (uint64_t)flow->dir[0].retrans + flow->dir[1].retrans;
        if (flow->flags & FLOW_MIDSTREAM) {
            sum.midstream++;
            continue;
        }
        sum.tried++;
        if (flow->flags & FLOW_ESTABLISHED || flow->dir[1].flags & FDIR_SYNACK)
            sum.connected++;
        else if (flow->flags & FLOW_REFUSED)
            sum.refused++;
        else
            sum.silent++;
    }
    return sum;
}

static const char *separator(const struct str *s)
{
    return s->len ? ", " : "";
}

static void add_median(struct str *s, uint64_t p50_us)
{
    if (!p50_us)
        return;
    str_add(s, " (median ");
    text_duration(s, (int64_t)(p50_us * 1000));
    str_add(s, ")");
}

static void add_request_kind(struct str *fine, struct str *partly,
                             const char *name, const struct request_stats *st)
{
    uint64_t asked = st->sent > st->open ? st->sent - st->open : 0;

    if (asked == 0)
        return;
    if (st->answered >= asked) {
        str_addf(fine, "%s%s %llu of %llu answered", separator(fine), name,
                 (unsigned long long)asked, (unsigned long long)asked);
        add_median(fine, st->p50_us);
        return;
    }
    str_addf(partly, "%s%s %llu of %llu answered", separator(partly), name,
             (unsigned long long)st->answered, (unsigned long long)asked);
    if (st->error)
        str_addf(partly, " (%llu met an ICMP error)",
                 (unsigned long long)st->error);
}

static void add_requests(const struct facts *f, struct str *fine,
                         struct str *partly)
{
    static const char *const names[] = {
        [REQUEST_DHCP] = "DHCP", [REQUEST_ARP] = "ARP",   [REQUEST_NDP] = "NDP",
        [REQUEST_DNS] = "DNS",   [REQUEST_ECHO] = "ping",
    };
    static const enum request_kind order[] = { REQUEST_DHCP, REQUEST_ARP,
                                               REQUEST_NDP, REQUEST_DNS,
                                               REQUEST_ECHO };

    for (size_t i = 0; i < sizeof(order) / sizeof(order[0]); i++) {
        struct request_stats st = request_stats(f->requests, order[i]);

        add_request_kind(fine, partly, names[order[i]], &st);
    }
}

static void add_tcp(const struct facts *f, struct str *fine, struct str *partly)
{
    struct tcp_sum sum = sum_tcp(f);
    struct str *where = sum.connected == sum.tried ? fine : partly;

    if (sum.tried) {
        str_addf(where, "%sTCP %llu of %llu connected", separator(where),
                 (unsigned long long)sum.connected,
                 (unsigned long long)sum.tried);
        if (sum.refused)
            str_addf(where, " (%llu refused)", (unsigned long long)sum.refused);
    }
    if (sum.segments && sum.retrans == 0)
        str_addf(fine, "%sno retransmission", separator(fine));
    else if (sum.retrans)
        str_addf(partly, "%s%llu of %llu TCP segments sent again",
                 separator(partly), (unsigned long long)sum.retrans,
                 (unsigned long long)sum.segments);
}

static void write_fine(const struct text_report *t)
{
    const struct facts *f = t->facts;
    char fine_text[1024], partly_text[1024];
    struct str fine, partly;

    str_init(&fine, fine_text, sizeof(fine_text));
    str_init(&partly, partly_text, sizeof(partly_text));
    add_requests(f, &fine, &partly);
    add_tcp(f, &fine, &partly);
    /* The largest packet it sent: small ones say nothing about the MTU. */
    if (f->nguest == 1 && f->guest[0].mtu >= 1280)
        str_addf(&fine, "%sMTU %u", separator(&fine), f->guest[0].mtu);
    if (fine.len)
        text_report_line(t, "fine", fine_text);
    if (partly.len)
        text_report_line(t, "partly", partly_text);
}

static void add_end(struct str *s, const struct flow *f, unsigned side)
{
    char buf[ADDR_STRLEN];

    if (!f->port[side])
        str_add(s, addr_format(&f->addr[side], buf));
    else if (addr_is_v4(&f->addr[side]))
        str_addf(s, "%s:%u", addr_format(&f->addr[side], buf), f->port[side]);
    else
        str_addf(s, "[%s]:%u", addr_format(&f->addr[side], buf), f->port[side]);
}

static const char *ip_proto_word(uint8_t ip_proto)
{
    static const char *const words[] = {
        [1] = "ICMP", [2] = "IGMP",    [6] = "TCP",
        [17] = "UDP", [47] = "GRE",    [50] = "ESP",
        [51] = "AH",  [58] = "ICMPv6", [132] = "SCTP",
    };

    if (ip_proto < sizeof(words) / sizeof(words[0]) && words[ip_proto])
        return words[ip_proto];
    return "IP";
}

static void write_flow(const struct text_report *t, const struct flow *f)
{
    char text[256];
    struct str s;

    str_init(&s, text, sizeof(text));
    add_end(&s, f, 0);
    str_add(&s, " > ");
    add_end(&s, f, 1);
    str_addf(&s, " %s", ip_proto_word(f->ip_proto));
    if (f->app != PROTO_NONE)
        str_addf(&s, " %s", proto_name(f->app));
    str_add(&s, ", ");
    text_bytes(&s, f->dir[0].bytes);
    str_add(&s, " out, ");
    text_bytes(&s, f->dir[1].bytes);
    str_add(&s, " back, ");
    text_duration(&s, f->last_ns - f->first_ns);
    outf(t->o, "%*s", TEXT_INDENT, "");
    text_wrap(t->o, TEXT_INDENT, TEXT_INDENT + 2, t->width, text);
    out_str(t->o, "\n");
}

static void write_largest(const struct text_report *t, unsigned most)
{
    struct pick *pick = pick_new(most);
    const uint64_t *slot;
    unsigned n;

    if (!pick)
        return;
    for (uint32_t i = flow_next(t->facts->flows, FLOW_NONE); i != FLOW_NONE;
         i = flow_next(t->facts->flows, i)) {
        const struct flow *f = flow_get(t->facts->flows, i);

        pick_offer(pick, f->dir[0].bytes + f->dir[1].bytes, f->id, i);
    }
    slot = pick_sorted(pick, &n);
    for (unsigned i = 0; i < n; i++)
        write_flow(t, flow_get(t->facts->flows, (uint32_t)slot[i]));
    pick_free(pick);
}

static bool has_trouble(const struct text_report *t)
{
    return t->findings->count &&
           t->findings->item[0].severity >= SEVERITY_WARNING;
}

/* Who talked: the counts always, the largest when nothing else is the topic. */
static void write_flows(const struct text_report *t)
{
    const struct flow_counts *c = flow_table_counts(t->facts->flows);
    unsigned most = t->opt->top ? t->opt->top : FLOWS_SHOWN;
    const struct {
        uint64_t n;
        const char *name;
    } rows[] = {
        { c->tcp, "TCP" },
        { c->udp, "UDP" },
        { c->icmp, "ICMP" },
        { c->other, "other" },
    };
    char text[256];
    struct str s;

    if (c->opened == 0)
        return;
    str_init(&s, text, sizeof(text));
    for (size_t i = 0; i < sizeof(rows) / sizeof(rows[0]); i++)
        if (rows[i].n)
            str_addf(&s, "%s%llu %s", separator(&s),
                     (unsigned long long)rows[i].n, rows[i].name);
    str_add(&s, "; ");
    text_count(&s, t->facts->packets, "packet", "packets");
    str_add(&s, ", ");
    text_bytes(&s, t->facts->bytes);
    if (c->evicted)
        str_addf(&s, "; %llu were dropped from memory before their end",
                 (unsigned long long)c->evicted);
    text_report_line(t, "flows", text);
    if (!has_trouble(t) || t->opt->top || t->opt->verbosity > 0)
        write_largest(t, most);
}

static void write_protocols(const struct text_report *t)
{
    char text[1024];
    struct str s;

    if (t->opt->verbosity < 1)
        return;
    str_init(&s, text, sizeof(text));
    for (unsigned i = 1; i < PROTO_COUNT; i++)
        if (t->facts->protocol[i])
            str_addf(&s, "%s%s %llu", separator(&s), proto_name(i),
                     (unsigned long long)t->facts->protocol[i]);
    if (s.len)
        text_report_line(t, "packets", text);
}

static void write_limits(const struct text_report *t)
{
    const struct facts *f = t->facts;
    uint32_t told = 0;

    for (unsigned i = 0; i < f->nguest; i++) {
        enum backend_id id = f->guest[i].backend.id;

        if (id == BACKEND_UNKNOWN || told & BACKEND_BIT(id) ||
            !backend_info(id)->limits)
            continue;
        told |= BACKEND_BIT(id);
        text_report_line(t, "limits", backend_info(id)->limits);
    }
}

/* The same reason often stops several rules: one row a reason. */
static void write_unclear(const struct text_report *t)
{
    const struct findings *fs = t->findings;
    unsigned most = t->opt->verbosity > 0 ? FINDINGS_MAX : UNCLEAR_ROWS;
    unsigned rows = 0, left = 0;
    char text[TEXT_PARA];
    struct str s;

    for (unsigned i = 0; i < fs->ngap; i++) {
        const struct not_assessable *g = &fs->gap[i];
        unsigned first = 0;

        while (strcmp(fs->gap[first].why, g->why) != 0)
            first++;
        if (first < i)
            continue; /* told with the first of its reason */
        if (rows++ >= most) {
            left++;
            continue;
        }
        str_init(&s, text, sizeof(text));
        for (unsigned j = i; j < fs->ngap; j++) {
            bool again = false;

            if (strcmp(fs->gap[j].why, g->why) != 0)
                continue;
            for (unsigned k = i; k < j; k++)
                again |= fs->gap[k].symptom == fs->gap[j].symptom;
            if (!again)
                str_addf(&s, "%s%s", separator(&s), fs->gap[j].symptom->id);
        }
        str_addf(&s, ": %s", g->why);
        text_report_line(t, rows == 1 ? "unclear" : "", text);
    }
    if (left)
        outf(t->o, "%*sand %u more reasons (-v)\n", TEXT_INDENT, "", left);
}

static void add_source_state(const struct text_report *t, struct str *s)
{
    static const char *const words[] = {
        [REPORT_COMPLETE] = "complete",
        [REPORT_PARTIAL] = "ends early",
        [REPORT_INTERRUPTED] = "reading was interrupted: the rest is missing",
    };
    const struct facts *f = t->facts;
    uint64_t dropped = 0;
    bool known = f->nsource > 0;
    char buf[512];

    str_add(s, words[t->opt->status]);
    for (unsigned i = 0; i < f->nsource; i++) {
        const struct source_facts *src = &f->source[i];

        if (src->damaged)
            str_addf(s, " (%s)", text_printable(buf, sizeof(buf), src->damage));
        if (src->skipped)
            str_addf(s, ", %llu packets of link type %u cannot be read",
                     (unsigned long long)src->skipped, src->skipped_linktype);
        known = known && src->dropped_known;
        dropped += src->dropped;
    }
    if (dropped)
        str_addf(s, ", %llu packets dropped by the capture",
                 (unsigned long long)dropped);
    else if (known)
        str_add(s, ", nothing dropped");
}

static void write_capture(const struct text_report *t)
{
    const struct quality *q = &t->facts->quality;
    const struct {
        uint64_t n;
        const char *what;
    } rows[] = {
        { q->truncated, "truncated by the snap length" },
        { q->duplicates, "captured twice" },
        { q->malformed, "malformed" },
        { q->fragments, "fragments" },
    };
    char text[1024];
    struct str s;

    str_init(&s, text, sizeof(text));
    add_source_state(t, &s);
    if (t->facts->packets && !q->truncated)
        str_add(&s, ", not truncated");
    for (size_t i = 0; i < sizeof(rows) / sizeof(rows[0]); i++)
        if (rows[i].n)
            str_addf(&s, ", %llu %s", (unsigned long long)rows[i].n,
                     rows[i].what);
    if (q->one_sided)
        str_add(&s, ", one direction only");
    if (q->dropped)
        str_add(&s, ", the capture itself lost packets");
    if (t->findings->lost)
        str_addf(&s, ", %u findings did not fit", t->findings->lost);
    text_report_line(t, "capture", text);
}

static void write_comments(const struct text_report *t)
{
    for (unsigned i = 0; i < t->facts->nsource; i++)
        if (t->facts->source[i].comment[0] && t->opt->verbosity > 0)
            text_report_line(t, "comment", t->facts->source[i].comment);
}

void text_report_rest(const struct text_report *t)
{
    write_fine(t);
    write_flows(t);
    write_protocols(t);
    write_limits(t);
    write_unclear(t);
    write_capture(t);
    write_comments(t);
}
