/* SPDX-License-Identifier: BSD-3-Clause
 *
 * The JSON report, schema docs/tapscope.report.schema.json. Keys are always
 * there and null when nothing is known; within a schema version keys are only
 * added.
 */
#include "views/report_json.h"

#include <errno.h>
#include <string.h>

#include "cli/version.h" /* one line: the version */
#include "dissect/advice.h"
#include "dissect/symptom/symptom.h"
#include "views/text.h"

#define SCHEMA_VERSION 1

static const char *const status_words[] = {
    [REPORT_COMPLETE] = "complete",
    [REPORT_PARTIAL] = "partial",
    [REPORT_INTERRUPTED] = "interrupted",
};

json_t *json_guest_key(const struct facts *f, uint16_t guest)
{
    const struct guest *g;

    if (guest >= f->nguest)
        return json_null();
    g = &f->guest[guest];
    if (g->has_mac)
        return json_mac(&g->mac);
    if (g->nipv4)
        return json_addr(&g->ipv4[0]);
    return g->nipv6 ? json_addr(&g->ipv6[0]) : json_null();
}

static json_t *tool(void)
{
    return json_pack("{ss ss}", "name", "tapscope", "version",
                     TAPSCOPE_VERSION);
}

static json_t *link_type(uint16_t linktype)
{
    static const struct {
        uint16_t linktype;
        const char *word;
    } words[] = {
        { 0, "null" },   { 1, "ethernet" },     { 101, "raw" },
        { 108, "loop" }, { 113, "linux-sll" },  { 228, "ipv4" },
        { 229, "ipv6" }, { 276, "linux-sll2" },
    };

    for (size_t i = 0; i < sizeof(words) / sizeof(words[0]); i++)
        if (words[i].linktype == linktype)
            return json_string(words[i].word);
    return json_sprintf("link-type-%u", linktype);
}

/* Quality is counted over all sources together. */
static json_t *only_source(const struct facts *f, uint64_t n)
{
    return f->nsource == 1 ? json_count(n) : json_null();
}

static json_t *source(const struct facts *f, const struct source_facts *s)
{
    const struct quality *q = &f->quality;
    char name[1024];
    bool any = s->packets > 0;

    text_printable(name, sizeof(name), s->name);
    return json_pack(
        "{so so so so so so so so so so so so so so so so so so so so}", "name",
        json_text(name), "kind", json_text(s->kind), "format",
        json_text(s->format), "compression", json_text(s->compression),
        "link_type", any ? link_type(s->linktype) : json_null(),
        "mixed_link_types", json_boolean(s->mixed_linktypes), "packets",
        json_count(s->packets), "bytes", json_count(s->bytes), "snaplen",
        json_positive(s->snaplen), "first",
        any ? json_time(s->first_ns) : json_null(), "last",
        any ? json_time(s->last_ns) : json_null(), "duration_s",
        any ? json_real((double)(s->last_ns - s->first_ns) / 1e9) : json_null(),
        "dropped", s->dropped_known ? json_count(s->dropped) : json_null(),
        "truncated_packets", only_source(f, q->truncated), "vnet_header_bytes",
        only_source(f, q->vnet12   ? 12
                       : q->vnet10 ? 10
                                   : 0),
        "skipped_packets", json_count(s->skipped), "skipped_link_type",
        s->skipped ? link_type(s->skipped_linktype) : json_null(), "clock",
        json_string(s->nictrace ? "since-vm-start" : "utc"), "damage",
        s->damaged ? json_word(s->damage) : json_null(), "comment",
        json_word(s->comment));
}

static void sources(struct json_report *r)
{
    json_out_array(&r->j, "sources");
    for (unsigned i = 0; i < r->facts->nsource; i++)
        json_out_item(&r->j, source(r->facts, &r->facts->source[i]));
    json_out_array_end(&r->j);
}

static json_t *backend(const struct backend_verdict *b)
{
    const struct backend_info *info = backend_info(b->id);
    json_t *clues = json_array();

    for (unsigned i = 0; i < b->nclue; i++)
        json_array_append_new(
            clues, json_pack("{so so}", "text", json_text(b->clue[i].text),
                             "frame", json_positive(b->clue[i].frame)));
    return json_pack("{ss ss si so so so}", "id", info->word, "name",
                     info->name, "confidence", b->confidence, "terminates_tcp",
                     b->terminates_known ? json_boolean(b->terminates_tcp)
                                         : json_null(),
                     "engine", json_text(b->engine), "clues", clues);
}

/* With several guests: that of the one whose backend is surest. */
static json_t *main_backend(const struct facts *f)
{
    static const struct backend_verdict none = { .id = BACKEND_UNKNOWN };
    const struct backend_verdict *best = &none;

    for (unsigned i = 0; i < f->nguest; i++) {
        const struct backend_verdict *b = &f->guest[i].backend;

        if (i == 0 ||
            (b->id != BACKEND_UNKNOWN && b->confidence > best->confidence))
            best = b;
    }
    return backend(best);
}

static json_t *addresses(const union addr *a, unsigned n)
{
    json_t *list = json_array();

    for (unsigned i = 0; i < n; i++)
        json_array_append_new(list, json_addr(&a[i]));
    return list;
}

static json_t *lease(const struct lease *l)
{
    if (!l->valid)
        return json_null();
    return json_pack(
        "{so so so so so so so so so}", "address", json_addr(&l->address),
        "prefix_len", json_positive(l->prefix_len), "server",
        json_addr(&l->server), "router", json_addr(&l->router), "dns",
        addresses(l->dns, l->ndns), "lease_s", json_count(l->lease_s),
        "mtu_bytes", json_positive(l->mtu), "domain", json_word(l->domain),
        "frame", json_positive(l->ack_frame));
}

static json_t *bringup(const struct guest *g)
{
    json_t *list = json_array();

    for (unsigned i = 0; i < BRINGUP_STAGES; i++) {
        const struct bringup *b = &g->bringup[i];

        if (!b->seen)
            continue;
        json_array_append_new(
            list,
            json_pack("{ss so so sb so}", "stage",
                      bringup_stage_name((enum bringup_stage)i), "at",
                      json_time(b->at_ns), "took_ms",
                      b->ok && b->took_ns >= 0
                          ? json_real((double)b->took_ns / 1e6)
                          : json_null(),
                      "ok", (int)b->ok, "frame", json_positive(b->frame)));
    }
    return list;
}

static json_t *gateway(const struct facts *f, const struct guest *g)
{
    const struct station *s = g->gateway == STATION_NONE
                                  ? NULL
                                  : station_get(f->stations, g->gateway);
    bool mac = s && !(s->flags & STATION_NO_MAC);

    return json_pack("{so so}", "mac", mac ? json_mac(&s->mac) : json_null(),
                     "address", json_addr(&g->gateway_ip));
}

static json_t *guest(const struct facts *f, const struct guest *g)
{
    return json_pack(
        "{so so so so so so so so so so so so}", "mac",
        g->has_mac ? json_mac(&g->mac) : json_null(), "ipv4",
        addresses(g->ipv4, g->nipv4), "ipv6", addresses(g->ipv6, g->nipv6),
        "hostname", json_word(g->hostname), "vendor",
        json_text(g->has_mac ? mac_vendor(&g->mac) : NULL), "mtu_bytes",
        json_positive(g->mtu), "lease", lease(&g->lease), "bringup", bringup(g),
        "confidence", json_count(g->confidence), "forced",
        json_boolean(g->forced), "gateway", gateway(f, g), "backend",
        backend(&g->backend));
}

static void guests(struct json_report *r)
{
    json_out_array(&r->j, "guests");
    for (unsigned i = 0; i < r->facts->nguest; i++)
        json_out_item(&r->j, guest(r->facts, &r->facts->guest[i]));
    json_out_array_end(&r->j);
}

static json_t *metrics(const struct finding *f)
{
    json_t *object = json_object();

    for (unsigned i = 0; i < f->nmetric; i++) {
        double v = f->metric[i].value;
        bool whole = v >= 0 && v < 1e15 && v == (double)(uint64_t)v;

        json_object_set_new(object, f->metric[i].name,
                            whole ? json_count((uint64_t)v) : json_number(v));
    }
    return object;
}

static json_t *evidence(const struct finding *f)
{
    json_t *list = json_array();

    for (unsigned i = 0; i < f->nevidence; i++) {
        const struct evidence *e = &f->evidence[i];

        json_array_append_new(
            list, json_pack("{si so so so}", "source", (int)e->source, "frame",
                            json_count(e->frame), "time",
                            e->ts_ns ? json_time(e->ts_ns) : json_null(),
                            "note", json_word(e->note)));
    }
    return list;
}

static json_t *cause(const struct facts *facts, const struct finding *f,
                     const char *key)
{
    const char *tmpl = advice_cause_text(f->symptom->id, key);
    char text[1024];

    if (tmpl)
        advice_expand(tmpl, facts, f, text, sizeof(text));
    return json_pack("{so so}", "id", json_text(key), "text",
                     json_text(tmpl ? text : NULL));
}

static json_t *causes(const struct facts *facts, const struct finding *f)
{
    json_t *list = json_array();

    if (f->cause)
        json_array_append_new(list, cause(facts, f, f->cause));
    for (unsigned i = 0; !f->cause && i < f->ncauses; i++)
        json_array_append_new(list, cause(facts, f, f->causes[i]));
    return list;
}

static json_t *check(const struct advice_step *s, const char *command,
                     const char *expect)
{
    return json_pack("{ss so so sb}", "where", advice_where_name(s->where),
                     "command", json_text(command), "expect", json_text(expect),
                     "root", (int)s->root);
}

static json_t *fix(const struct advice_step *s, const char *command,
                   const char *risk)
{
    return json_pack("{ss so sb so sb}", "where", advice_where_name(s->where),
                     "command", json_text(command), "persistent",
                     (int)s->persistent, "risk", json_text(risk), "root",
                     (int)s->root);
}

static json_t *steps(const struct facts *facts, const struct finding *f,
                     const struct advice_step *s,
                     json_t *(*make)(const struct advice_step *, const char *,
                                     const char *))
{
    char command[1024], expect[1024];
    json_t *list = json_array();

    for (; s && s->command; s++) {
        if (!advice_step_applies(s, facts, f))
            continue;
        advice_expand(s->command, facts, f, command, sizeof(command));
        if (s->expect)
            advice_expand(s->expect, facts, f, expect, sizeof(expect));
        json_array_append_new(list,
                              make(s, command, s->expect ? expect : NULL));
    }
    return list;
}

static json_t *refs(const struct advice *a)
{
    json_t *list = json_array();

    for (unsigned i = 0; a && a->refs && a->refs[i]; i++)
        json_array_append_new(list, json_text(a->refs[i]));
    return list;
}

static json_t *finding(const struct facts *facts, const struct finding *f)
{
    const struct advice *a = advice_of(f->symptom->id);
    char summary[1024], verdict[1024];

    advice_text(facts, f, summary, sizeof(summary));
    advice_verdict(facts, f, verdict, sizeof(verdict));
    return json_pack(
        "{ss ss si so so so so so so so so so so so so so so so so}", "id",
        f->symptom->id, "severity", severity_name(f->severity), "confidence",
        f->confidence, "title", json_text(f->symptom->title), "summary",
        json_text(summary), "verdict", json_word(verdict), "guest",
        json_guest_key(facts, f->guest), "peer",
        f->has_peer ? json_addr(&f->peer) : json_null(), "peer_port",
        json_positive(f->peer_port), "first",
        f->first_ns ? json_time(f->first_ns) : json_null(), "last",
        f->last_ns ? json_time(f->last_ns) : json_null(), "count",
        json_count(f->count), "metrics", metrics(f), "evidence", evidence(f),
        "cause", json_text(f->cause), "causes", causes(facts, f), "checks",
        steps(facts, f, a ? a->checks : NULL, check), "fixes",
        steps(facts, f, a ? a->fixes : NULL, fix), "refs", refs(a));
}

static void findings(struct json_report *r)
{
    json_out_array(&r->j, "findings");
    for (unsigned i = 0; i < r->findings->count; i++)
        if (r->findings->item[i].severity >= r->opt->min_severity)
            json_out_item(&r->j, finding(r->facts, &r->findings->item[i]));
    json_out_array_end(&r->j);
}

static void not_assessable(struct json_report *r)
{
    json_out_array(&r->j, "not_assessable");
    for (unsigned i = 0; i < r->findings->ngap; i++) {
        const struct not_assessable *g = &r->findings->gap[i];

        json_out_item(&r->j, json_pack("{ss so so}", "id", g->symptom->id,
                                       "why", json_text(g->why), "guest",
                                       json_guest_key(r->facts, g->guest)));
    }
    json_out_array_end(&r->j);
}

static json_t *limits(const struct json_report *r)
{
    const struct flow_counts *c = flow_table_counts(r->facts->flows);
    unsigned flows, endpoints;

    pick_sorted(r->flows, &flows);
    pick_sorted(r->endpoints, &endpoints);
    return json_pack(
        "{so so so so so so so so}", "flows", json_count(c->opened),
        "retired_flows", json_count(c->retired), "evicted_flows",
        json_count(c->evicted), "unlisted_flows",
        json_count(pick_offered(r->flows) - flows), "unlisted_endpoints",
        json_count(pick_offered(r->endpoints) - endpoints + r->endpoints_lost),
        "lost_flow_details", json_count(c->trouble_lost), "lost_icmp_errors",
        json_count(r->facts->icmp_lost), "lost_findings",
        json_count(r->findings->lost));
}

static void protocols(struct json_report *r)
{
    json_out_array(&r->j, "protocols");
    for (unsigned i = 1; i < PROTO_COUNT; i++)
        if (r->facts->protocol[i])
            json_out_item(&r->j,
                          json_pack("{ss so}", "name", proto_name(i), "packets",
                                    json_count(r->facts->protocol[i])));
    json_out_array_end(&r->j);
}

static void members(struct json_report *r)
{
    json_out_member(&r->j, "schema", json_string("tapscope.report"));
    json_out_member(&r->j, "schema_version", json_integer(SCHEMA_VERSION));
    json_out_member(&r->j, "tool", tool());
    json_out_member(&r->j, "status", json_string(status_words[r->opt->status]));
    sources(r);
    json_out_member(&r->j, "backend", main_backend(r->facts));
    guests(r);
    findings(r);
    not_assessable(r);
    json_out_member(&r->j, "capture_quality",
                    json_report_quality(&r->facts->quality));
    json_out_member(&r->j, "limits", limits(r));
    json_out_member(&r->j, "redaction", json_pack("{ss}", "level", "none"));
    protocols(r);
    json_report_flows(r);
    json_out_member(&r->j, "requests", json_report_requests(r));
    json_report_endpoints(r);
}

void report_json(const struct facts *facts, const struct findings *findings,
                 const struct report_options *opt, struct out *o)
{
    struct json_report r = { .facts = facts, .findings = findings, .opt = opt };

    if (!json_report_pick(&r)) {
        o->err = o->err ? o->err : ENOMEM;
        json_report_unpick(&r);
        return;
    }
    json_out_open(&r.j, o, opt->ascii);
    members(&r);
    json_out_close(&r.j);
    json_report_unpick(&r);
}

static void write_json(const struct model *m, const struct report_options *opt,
                       struct out *o)
{
    report_json(model_facts(m), model_findings(m), opt, o);
}

const struct report_format report_json_format = { "json", write_json };
