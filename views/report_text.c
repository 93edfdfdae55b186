/* SPDX-License-Identifier: BSD-3-Clause
 *
 * The text report: verdict first, then who and where, then each finding, then
 * what was looked at. Words come from the advice table, numbers from the
 * capture; this file only lays them out. All lines but commands, which are
 * there to be pasted, stay within the width.
 */
#include "views/report_text.h"

#include <stdio.h>
#include <string.h>

#include "dissect/advice.h"
#include "dissect/symptom/symptom.h"

#define SECTIONS_MAX  8  /* guests with findings shown in full */
#define ONE_LINE_MAX  5  /* guests without */
#define FULL_FINDINGS 10 /* findings in full, --top overrides */
#define CLUES_SHOWN   3

void text_report_line(const struct text_report *t, const char *label,
                      const char *text)
{
    text_label(t->o, 0, label, TEXT_INDENT, t->width, text);
}

const char *text_guest_name(const struct guest *g, char out[ADDR_STRLEN])
{
    if (g->nipv4)
        return addr_format(&g->ipv4[0], out);
    if (g->nipv6)
        return addr_format(&g->ipv6[0], out);
    if (g->has_mac)
        return mac_format(&g->mac, out);
    return "(no address)";
}

static void write_source(const struct text_report *t, unsigned i)
{
    const struct source_facts *src = &t->facts->source[i];
    const char *link = text_linktype(src->linktype);
    char name[512], when[TEXT_TIME_LEN], line[1024];
    struct str s;

    str_init(&s, line, sizeof(line));
    text_count(&s, src->packets, "packet", "packets");
    if (src->packets) {
        str_add(&s, ", ");
        text_duration(&s, src->last_ns - src->first_ns);
    }
    if (src->mixed_linktypes)
        str_add(&s, ", several link types");
    else if (link)
        str_addf(&s, ", %s", link);
    else
        str_addf(&s, ", link type %u", src->linktype);
    if (src->compression)
        str_addf(&s, ", %s", src->compression);
    if (src->packets && src->nictrace)
        str_add(&s, ", times count from the VM's start");
    else if (src->packets)
        str_addf(&s, ", %s", text_time(when, src->first_ns, 0));
    text_printable(name, sizeof(name), src->name);
    if (t->facts->nsource > 1)
        outf(t->o, "[%u] ", i + 1);
    outf(t->o, "%s%s%s", text_on(STYLE_BOLD, t->opt->colour), name,
         text_off(t->opt->colour));
    /* A long path has a line of its own. */
    if (text_width(name, strlen(name)) + s.len + 7 > t->width)
        outf(t->o, "\n    ");
    else
        out_str(t->o, "   ");
    outf(t->o, "%s\n", line);
}

static void write_sources(const struct text_report *t)
{
    for (unsigned i = 0; i < t->facts->nsource; i++)
        write_source(t, i);
    out_str(t->o, "\n");
}

static unsigned count_from(const struct text_report *t, enum severity least)
{
    unsigned n = 0;

    for (unsigned i = 0; i < t->findings->count; i++)
        n += t->findings->item[i].severity >= least;
    return n;
}

static uint64_t skipped_packets(const struct facts *facts)
{
    uint64_t n = 0;

    for (unsigned i = 0; i < facts->nsource; i++)
        n += facts->source[i].skipped;
    return n;
}

static uint64_t read_packets(const struct facts *facts)
{
    uint64_t n = 0;

    for (unsigned i = 0; i < facts->nsource; i++)
        n += facts->source[i].packets;
    return n;
}

/* What nobody answered at all; "Nothing wrong" alone would be too smooth. */
static void add_no_finding(const struct facts *f, struct str *s)
{
    static const struct {
        enum request_kind kind;
        const char *name;
    } kinds[] = {
        { REQUEST_DHCP, "DHCP" },
        { REQUEST_DNS, "DNS" },
        { REQUEST_ECHO, "ping" },
    };
    unsigned n = 0;

    for (size_t i = 0; i < sizeof(kinds) / sizeof(kinds[0]); i++) {
        struct request_stats st = request_stats(f->requests, kinds[i].kind);

        if (st.answered || st.never + st.error == 0)
            continue;
        str_addf(s, "%s%s", n++ ? ", " : "Nothing can be proved wrong, but ",
                 kinds[i].name);
    }
    if (n)
        str_addf(s, " %s no answer in this capture.", n > 1 ? "get" : "gets");
    else
        str_add(s, "Nothing wrong in what this capture shows.");
}

/* Without a finding: nothing wrong, or nothing to judge by? */
static void quiet_verdict(const struct text_report *t, struct str *s)
{
    const struct facts *f = t->facts;

    if (read_packets(f) == 0) {
        str_add(s, "The capture holds no packets, so nothing can be said.");
    } else if (f->packets == 0) {
        str_add(s, "No packet of the capture passes the filter, so nothing "
                   "can be said.");
    } else if (skipped_packets(f) >= f->packets) {
        str_add(s, "No packet of the capture can be read: this link type is "
                   "not supported.");
    } else if (f->quality.one_sided) {
        str_add(s, "The capture shows one direction only, so answers cannot "
                   "be judged. Nothing else is wrong in it.");
    } else {
        add_no_finding(f, s);
    }
}

/* The worst finding speaks; it is first after findings_sort(). */
static void write_verdict(const struct text_report *t)
{
    static const enum text_style styles[] = {
        [SEVERITY_INFO] = STYLE_BOLD,
        [SEVERITY_NOTE] = STYLE_BOLD,
        [SEVERITY_WARNING] = STYLE_WARNING,
        [SEVERITY_ERROR] = STYLE_ERROR,
    };
    const struct finding *first = &t->findings->item[0];
    unsigned trouble = count_from(t, SEVERITY_NOTE);
    enum text_style style = STYLE_GOOD;
    char text[1024];
    struct str s;

    str_init(&s, text, sizeof(text));
    if (trouble) {
        style = styles[first->severity];
        advice_verdict(t->facts, first, text, sizeof(text));
        s.len = strlen(text);
        if (trouble == 2)
            str_add(&s, " One more finding below.");
        else if (trouble > 2)
            str_addf(&s, " %u more findings below.", trouble - 1);
    } else {
        quiet_verdict(t, &s);
    }
    out_str(t->o, text_on(style, t->opt->colour));
    text_wrap(t->o, 0, 0, t->width, text);
    outf(t->o, "%s\n\n", text_off(t->opt->colour));
}

/** struct seen - Facts by which a backend could be told */
struct seen {
    bool mac, dhcp, synack, ra;
};

static struct seen look_for_facts(const struct facts *f, const struct guest *g)
{
    struct seen seen = { .mac = g->has_mac && g->gateway != STATION_NONE };

    for (unsigned i = 0; i < station_count(f->stations); i++) {
        const struct station *st = station_get(f->stations, (uint16_t)i);

        seen.dhcp |= (st->flags & STATION_DHCP_SERVER) != 0;
        seen.ra |= (st->flags & STATION_RA) != 0;
    }
    for (uint32_t i = flow_next(f->flows, FLOW_NONE);
         i != FLOW_NONE && !seen.synack; i = flow_next(f->flows, i))
        seen.synack = (flow_get(f->flows, i)->dir[1].flags & FDIR_SYNACK) != 0;
    return seen;
}

/* What is not in the capture but would have told. */
static void add_missing(struct str *s, const struct facts *f,
                        const struct guest *g)
{
    struct seen seen = look_for_facts(f, g);
    const char *sep = "; to tell it takes ";
    const struct {
        bool there;
        const char *name;
    } rows[] = {
        { seen.mac, "the gateway's MAC address" },
        { seen.dhcp || seen.ra, "a DHCP answer or RA" },
        { seen.synack, "an answered TCP connection" },
    };
    bool any = false;

    for (size_t i = 0; i < sizeof(rows) / sizeof(rows[0]); i++) {
        if (rows[i].there)
            continue;
        str_addf(s, "%s%s", sep, rows[i].name);
        sep = ", ";
        any = true;
    }
    if (any)
        str_add(s, " (capture from the guest's start)");
    else
        str_add(s, "; gateway, DHCP and TCP fit none that is known by heart");
}

static void add_backend_name(struct str *s, const struct backend_verdict *b)
{
    const char *name = backend_info(b->id)->name;

    str_add(s, name);
    if (b->engine && !strstr(name, b->engine))
        str_addf(s, " with the %s engine", b->engine);
}

static void write_backend(const struct text_report *t, const struct guest *g)
{
    const struct backend_verdict *b = &g->backend;
    unsigned shown = t->opt->verbosity > 0 ? CLUES_MAX : CLUES_SHOWN;
    char text[TEXT_PARA];
    struct str s;

    str_init(&s, text, sizeof(text));
    if (b->id == BACKEND_UNKNOWN) {
        str_add(&s, "unknown");
        add_missing(&s, t->facts, g);
    } else {
        add_backend_name(&s, b);
        str_addf(&s, ", %u %%", b->confidence);
    }
    text_report_line(t, "backend", text);
    str_init(&s, text, sizeof(text));
    for (unsigned i = 0; i < b->nclue && i < shown; i++) {
        str_addf(&s, "%s%s", i ? "; " : "", b->clue[i].text);
        if (b->clue[i].frame)
            str_addf(&s, " (frame %llu)", (unsigned long long)b->clue[i].frame);
    }
    if (s.len)
        text_report_line(t, "", text);
}

/* Addresses are what makes a guest "up"; when it first asks for a name is its
 * user's choice. 0: the capture began later. */
static int64_t time_to_up(const struct bringup *b)
{
    static const enum bringup_stage needed[] = { BRINGUP_DHCP, BRINGUP_RA,
                                                 BRINGUP_ARP_GW };
    bool addressed = false;
    int64_t up = 0;

    for (size_t i = 0; i < sizeof(needed) / sizeof(needed[0]); i++) {
        const struct bringup *stage = &b[needed[i]];
        int64_t at =
            stage->at_ns + stage->took_ns - b[BRINGUP_FIRST_FRAME].at_ns;

        if (!stage->seen || !stage->ok)
            continue;
        /* An advertisement that nobody asked for may come at any time. */
        if (stage->took_ns == 0)
            continue;
        addressed |= needed[i] != BRINGUP_ARP_GW;
        if (at > up)
            up = at;
    }
    return addressed && b[BRINGUP_FIRST_FRAME].seen ? up : 0;
}

/* "up in 0.11 s: DHCP 60 ms, ARP 12 us"; empty when nothing was seen. */
static void add_bringup(struct str *s, const struct guest *g, bool all)
{
    static const char *const names[] = {
        [BRINGUP_FIRST_FRAME] = NULL, [BRINGUP_DHCP] = "DHCP",
        [BRINGUP_ARP_GW] = "ARP",     [BRINGUP_RA] = "RA",
        [BRINGUP_DNS] = "DNS",        [BRINGUP_FIRST_TCP] = "first TCP",
    };
    const struct bringup *b = g->bringup;
    int64_t up = time_to_up(b);
    const char *sep = "";
    char text[256];
    struct str list;

    str_init(&list, text, sizeof(text));
    for (unsigned i = BRINGUP_DHCP; i < BRINGUP_STAGES; i++) {
        /* Most networks have no IPv6 router: no news. */
        if (!b[i].seen || (i == BRINGUP_RA && !b[i].ok && !all))
            continue;
        str_addf(&list, "%s%s ", sep, names[i]);
        sep = ", ";
        if (!b[i].ok)
            str_add(&list, "unanswered");
        else if (b[i].took_ns == 0)
            str_add(&list, "unasked");
        else
            text_duration(&list, b[i].took_ns);
    }
    if (!list.len)
        return;
    if (up > 0) {
        str_add(s, "up in ");
        text_duration(s, up);
        str_addf(s, ": %s", text);
    } else {
        str_addf(s, "seen so far: %s", text);
    }
}

static void add_guest_names(struct str *s, const struct guest *g, unsigned max)
{
    char buf[ADDR_STRLEN];
    unsigned n = 0;

    for (unsigned i = 0; i < g->nipv4 && n < max; i++, n++)
        str_addf(s, "%s%s", s->len ? ", " : "", addr_format(&g->ipv4[i], buf));
    for (unsigned i = 0; i < g->nipv6 && n < max; i++, n++)
        str_addf(s, "%s%s", s->len ? ", " : "", addr_format(&g->ipv6[i], buf));
    if (g->has_mac)
        str_addf(s, "%s%s", s->len ? ", " : "", mac_format(&g->mac, buf));
    if (g->hostname[0])
        str_addf(s, ", %s", g->hostname);
}

static void write_lease(const struct text_report *t, const struct guest *g)
{
    char text[256], buf[ADDR_STRLEN];
    const struct lease *l = &g->lease;
    struct str s;

    if (!l->valid || t->opt->verbosity < 1)
        return;
    str_init(&s, text, sizeof(text));
    str_addf(&s, "lease %s/%u", addr_format(&l->address, buf), l->prefix_len);
    str_addf(&s, " from %s", addr_format(&l->server, buf));
    if (!addr_is_unspecified(&l->router))
        str_addf(&s, ", router %s", addr_format(&l->router, buf));
    for (unsigned i = 0; i < l->ndns; i++)
        str_addf(&s, "%s%s", i ? " " : ", DNS ", addr_format(&l->dns[i], buf));
    str_add(&s, ", ");
    text_duration(&s, (int64_t)l->lease_s * INT64_C(1000000000));
    if (l->mtu)
        str_addf(&s, ", MTU %u", l->mtu);
    str_addf(&s, " (frame %llu)", (unsigned long long)l->ack_frame);
    text_report_line(t, "", text);
}

static void write_guest(const struct text_report *t, const struct guest *g)
{
    char text[1024];
    struct str s;

    write_backend(t, g);
    str_init(&s, text, sizeof(text));
    add_guest_names(&s, g, t->opt->verbosity > 0 ? 8 : 3);
    text_report_line(t, "guest", text);
    str_init(&s, text, sizeof(text));
    add_bringup(&s, g, t->opt->verbosity > 0);
    if (s.len)
        text_report_line(t, "", text);
    write_lease(t, g);
}

static void write_no_guest(const struct text_report *t)
{
    unsigned n = station_count(t->facts->stations), hosts = 0;
    char text[256];
    struct str s;

    if (t->facts->packets == 0 || n == 0)
        return;
    for (unsigned i = 0; i < n; i++)
        hosts += !(station_get(t->facts->stations, (uint16_t)i)->flags &
                   STATION_GROUP);
    str_init(&s, text, sizeof(text));
    str_add(&s, "none recognised among ");
    text_count(&s, hosts, "station", "stations");
    str_add(&s, "; name it with --guest MAC or --guest IP");
    text_report_line(t, "guest", text);
    out_str(t->o, "\n");
}

static bool guest_has_findings(const struct text_report *t, unsigned guest)
{
    for (unsigned i = 0; i < t->findings->count; i++)
        if (t->findings->item[i].guest == guest &&
            t->findings->item[i].severity >= SEVERITY_NOTE)
            return true;
    return false;
}

static void guest_heading(const struct text_report *t, const struct guest *g)
{
    char buf[ADDR_STRLEN];

    outf(t->o, "%s== guest %s ==%s\n", text_on(STYLE_BOLD, t->opt->colour),
         text_guest_name(g, buf), text_off(t->opt->colour));
}

static void guest_in_a_line(const struct text_report *t, const struct guest *g)
{
    char text[512];
    struct str s;

    str_init(&s, text, sizeof(text));
    add_guest_names(&s, g, 1);
    if (g->backend.id == BACKEND_UNKNOWN) {
        str_add(&s, ", backend unknown");
    } else {
        str_add(&s, ", ");
        add_backend_name(&s, &g->backend);
        str_addf(&s, ", %u %%", g->backend.confidence);
    }
    text_report_line(t, "guest", text);
}

/* Guests with findings get a section each, the others a line. */
static void write_guests(const struct text_report *t, unsigned *full)
{
    unsigned most = t->opt->top ? t->opt->top : ONE_LINE_MAX;
    unsigned sections = 0, lines = 0, left = 0;
    const struct facts *f = t->facts;

    for (unsigned i = 0; i < f->nguest; i++) {
        if (!guest_has_findings(t, i))
            continue;
        guest_heading(t, &f->guest[i]);
        if (sections++ < SECTIONS_MAX)
            write_guest(t, &f->guest[i]);
        out_str(t->o, "\n");
        text_report_findings(t, (uint16_t)i, full);
    }
    for (unsigned i = 0; i < f->nguest; i++) {
        if (guest_has_findings(t, i))
            continue;
        if (lines < most)
            guest_in_a_line(t, &f->guest[i]);
        left += lines++ >= most;
    }
    if (left)
        outf(t->o, "%*sand %u more\n", TEXT_INDENT, "", left);
    if (lines)
        out_str(t->o, "\n");
}

static void write_body(const struct text_report *t)
{
    unsigned full = t->opt->top ? t->opt->top : FULL_FINDINGS;

    write_sources(t);
    write_verdict(t);
    if (t->facts->nguest == 0) {
        write_no_guest(t);
    } else if (t->facts->nguest == 1) {
        write_guest(t, &t->facts->guest[0]);
        out_str(t->o, "\n");
        text_report_findings(t, 0, &full);
    } else {
        write_guests(t, &full);
    }
    text_report_findings(t, GUEST_NONE, &full);
    text_report_rest(t);
}

static void write_brief(const struct text_report *t)
{
    unsigned full = 0;

    write_verdict(t);
    for (unsigned i = 0; i < t->facts->nguest; i++)
        text_report_findings(t, (uint16_t)i, &full);
    text_report_findings(t, GUEST_NONE, &full);
}

void report_text(const struct facts *facts, const struct findings *findings,
                 const struct report_options *opt, struct out *o)
{
    struct out ascii = out_ascii(o);
    struct text_report t = { .facts = facts,
                             .findings = findings,
                             .opt = opt,
                             .o = opt->ascii ? &ascii : o,
                             .width = opt->width ? opt->width : 80 };

    if (opt->verbosity < 0)
        write_brief(&t);
    else
        write_body(&t);
}

static void write_text(const struct model *m, const struct report_options *opt,
                       struct out *o)
{
    report_text(model_facts(m), model_findings(m), opt, o);
}

const struct report_format report_text_format = { "text", write_text };
