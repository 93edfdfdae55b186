/* SPDX-License-Identifier: BSD-3-Clause
 *
 * Registry of the words of findings, and the filling of their templates.
 *
 * The words themselves are data in dissect/advice/, one "const struct advice
 * NAME_advice" for each row of symptom_list.h: a symptom without words does
 * not link. What goes into a template is a number, an address or one of our
 * own words, never an octet of a packet, so a filled command can be pasted.
 */
#include "dissect/advice.h"

#include <string.h>

#include "dissect/core/str.h"
#include "dissect/symptom/symptom.h"

#define FIELD_NAME_MAX 32

#define SYMPTOM(name) extern const struct advice name##_advice;
#include "dissect/symptom/symptom_list.h"
#undef SYMPTOM

static const struct advice *const registry[] = {
#define SYMPTOM(name) &name##_advice,
#include "dissect/symptom/symptom_list.h"
#undef SYMPTOM
    NULL,
};

const struct advice *advice_of(const char *id)
{
    for (unsigned i = 0; registry[i]; i++)
        if (strcmp(registry[i]->id, id) == 0)
            return registry[i];
    return NULL;
}

const char *advice_where_name(enum advice_where w)
{
    static const char *const name[] = {
        [WHERE_HOST] = "host",
        [WHERE_GUEST] = "guest",
        [WHERE_VM_CONFIG] = "vm-config",
    };

    return name[w];
}

/* The guest of a finding; NULL when it is about the whole capture. */
static const struct guest *guest_of(const struct facts *facts,
                                    const struct finding *f)
{
    return f->guest < facts->nguest ? &facts->guest[f->guest] : NULL;
}

/* A number whose name ends in a unit is measured; without one it is counted,
 * and octets are always whole. */
static bool is_measured(const char *name, size_t len)
{
    static const char *const unit[] = {
        "_s", "_ms", "_us", "_ns", "_bps", "_percent", "_ratio",
    };

    for (unsigned i = 0; i < sizeof(unit) / sizeof(unit[0]); i++) {
        size_t n = strlen(unit[i]);

        if (len > n && memcmp(name + len - n, unit[i], n) == 0)
            return true;
    }
    return false;
}

/* Three significant digits, no exponent, whatever the locale. */
static void put_measured(struct str *s, double v)
{
    unsigned digits = v >= 100 ? 0 : v >= 10 ? 1 : v >= 1 ? 2 : 3;
    uint64_t scale = 1, n;

    for (unsigned i = 0; i < digits; i++)
        scale *= 10;
    n = (uint64_t)(v * (double)scale + 0.5);
    while (digits > 0 && n % 10 == 0) {
        n /= 10;
        scale /= 10;
        digits--;
    }
    str_addf(s, "%llu", (unsigned long long)(n / scale));
    if (digits)
        str_addf(s, ".%0*llu", (int)digits, (unsigned long long)(n % scale));
}

static void put_number(struct str *s, double v, bool measured)
{
    if (!(v > -1e18 && v < 1e18)) {
        str_add(s, "?");
        return;
    }
    if (v < 0) {
        str_add(s, "-");
        v = -v;
    }
    if (measured)
        put_measured(s, v);
    else
        str_addf(s, "%llu", (unsigned long long)(v + 0.5));
}

static void put_addr(struct str *s, const union addr *a)
{
    char text[ADDR_STRLEN];

    str_add(s, addr_format(a, text));
}

static void put_peer(struct str *s, const struct facts *facts,
                     const struct finding *f)
{
    (void)facts;
    if (f->has_peer)
        put_addr(s, &f->peer);
    else
        str_add(s, "several hosts");
}

/* Address and port as users write them: 192.0.2.1:80, [2001:db8::1]:80. */
static void put_endpoint(struct str *s, const struct facts *facts,
                         const struct finding *f)
{
    bool brackets = f->has_peer && f->peer_port && !addr_is_v4(&f->peer);

    if (brackets)
        str_add(s, "[");
    put_peer(s, facts, f);
    if (brackets)
        str_add(s, "]");
    if (f->has_peer && f->peer_port)
        str_addf(s, ":%u", f->peer_port);
}

static void put_port(struct str *s, const struct facts *facts,
                     const struct finding *f)
{
    (void)facts;
    if (f->peer_port)
        str_addf(s, "%u", f->peer_port);
    else
        str_add(s, "PORT");
}

static void put_guest(struct str *s, const struct facts *facts,
                      const struct finding *f)
{
    const struct guest *g = guest_of(facts, f);
    char text[MAC_STRLEN];

    if (g && g->nipv4)
        put_addr(s, &g->ipv4[0]);
    else if (g && g->nipv6)
        put_addr(s, &g->ipv6[0]);
    else if (g && g->has_mac)
        str_add(s, mac_format(&g->mac, text));
    else
        str_add(s, "the guest");
}

static void put_gateway(struct str *s, const struct facts *facts,
                        const struct finding *f)
{
    const struct guest *g = guest_of(facts, f);

    if (g && !addr_is_unspecified(&g->gateway_ip))
        put_addr(s, &g->gateway_ip);
    else if (g && g->lease.valid && !addr_is_unspecified(&g->lease.router))
        put_addr(s, &g->lease.router);
    else
        str_add(s, "the gateway");
}

static void put_backend(struct str *s, const struct facts *facts,
                        const struct finding *f)
{
    const struct guest *g = guest_of(facts, f);

    str_add(s, g && g->backend.id != BACKEND_UNKNOWN
                   ? backend_info(g->backend.id)->name
                   : "the backend");
}

static void put_guest_mac(struct str *s, const struct facts *facts,
                          const struct finding *f)
{
    const struct guest *g = guest_of(facts, f);
    char text[MAC_STRLEN];

    str_add(s, g && g->has_mac ? mac_format(&g->mac, text) : "MAC");
}

/* Rules for one family do nothing for the other. */
static void put_iptables(struct str *s, const struct facts *facts,
                         const struct finding *f)
{
    (void)facts;
    str_add(s, f->has_peer && !addr_is_v4(&f->peer) ? "ip6tables" : "iptables");
}

/** struct field - A name that comes from the finding itself */
struct field {
    const char *name;
    void (*put)(struct str *s, const struct facts *facts,
                const struct finding *f);
};

static const struct field fields[] = {
    { "peer", put_peer },           { "endpoint", put_endpoint },
    { "port", put_port },           { "guest", put_guest },
    { "guest_mac", put_guest_mac }, { "gateway", put_gateway },
    { "backend", put_backend },     { "iptables", put_iptables },
};

static bool put_field(struct str *s, const char *name, size_t len,
                      const struct facts *facts, const struct finding *f)
{
    for (unsigned i = 0; i < sizeof(fields) / sizeof(fields[0]); i++) {
        if (strlen(fields[i].name) != len ||
            memcmp(fields[i].name, name, len) != 0)
            continue;
        fields[i].put(s, facts, f);
        return true;
    }
    return false;
}

static bool find_number(const struct finding *f, const char *name, size_t len,
                        double *v)
{
    if (len == 5 && memcmp(name, "count", 5) == 0) {
        *v = (double)f->count;
        return true;
    }
    for (unsigned i = 0; i < f->nmetric; i++)
        if (strlen(f->metric[i].name) == len &&
            memcmp(f->metric[i].name, name, len) == 0) {
            *v = f->metric[i].value;
            return true;
        }
    return false;
}

/* {name_s:duration}, {name_ms:duration}: in the unit that suits it. */
static bool put_duration(struct str *s, const char *name, size_t len, double v)
{
    static const struct {
        double below, scale;
        const char *unit;
    } row[] = {
        { 0.9995, 1e-3, " ms" }, { 120, 1, " s" },         { 7200, 60, " min" },
        { 172800, 3600, " h" },  { 1e18, 86400, " days" },
    };
    bool ms = len > 3 && memcmp(name + len - 3, "_ms", 3) == 0;
    unsigned i = 0;

    if (!is_measured(name, len))
        return false;
    v = ms ? v / 1e3 : v;
    while (i + 1 < sizeof(row) / sizeof(row[0]) && !(v < row[i].below))
        i++;
    put_number(s, v / row[i].scale, true);
    str_add(s, row[i].unit);
    return true;
}

/* {name:noun}: the number and the noun, in the plural unless there is one. */
static void put_noun(struct str *s, const char *noun, size_t len, double v)
{
    bool plural = v < 0.5 || v >= 1.5;
    bool ies = plural && len > 0 && noun[len - 1] == 'y';

    str_add(s, " ");
    str_add_n(s, noun, ies ? len - 1 : len);
    if (plural)
        str_add(s, ies ? "ies" : "s");
}

/* What stands between braces; false when nobody knows the name. */
static bool put_name(struct str *s, const char *name, size_t len,
                     const struct facts *facts, const struct finding *f)
{
    const char *colon = memchr(name, ':', len);
    size_t name_len = colon ? (size_t)(colon - name) : len;
    double v;

    if (!colon && put_field(s, name, len, facts, f))
        return true;
    if (!find_number(f, name, name_len, &v))
        return false;
    if (colon && len - name_len == sizeof(":duration") - 1 &&
        memcmp(colon, ":duration", len - name_len) == 0 &&
        put_duration(s, name, name_len, v))
        return true;
    put_number(s, v, is_measured(name, name_len));
    if (colon)
        put_noun(s, colon + 1, len - name_len - 1, v);
    return true;
}

/* Length of the name after an opening brace, 0 when it is no name: shell and
 * nft have braces of their own. */
static size_t name_length(const char *p)
{
    size_t n = 0;

    while (n < FIELD_NAME_MAX && ((p[n] >= 'a' && p[n] <= 'z') ||
                                  (p[n] >= '0' && p[n] <= '9') || p[n] == '_'))
        n++;
    if (n && p[n] == ':')
        while (n < FIELD_NAME_MAX && p[n] != '}' && p[n])
            n++; /* a noun, of several words maybe */
    return p[n] == '}' ? n : 0;
}

void advice_expand(const char *tmpl, const struct facts *facts,
                   const struct finding *f, char *out, size_t size)
{
    struct str s;

    str_init(&s, out, size);
    while (*tmpl) {
        size_t plain = strcspn(tmpl, "{");

        str_add_n(&s, tmpl, plain);
        tmpl += plain;
        if (!*tmpl)
            break;
        size_t n = name_length(tmpl + 1);
        if (n && put_name(&s, tmpl + 1, n, facts, f)) {
            tmpl += n + 2;
            continue;
        }
        str_add(&s, "{");
        tmpl++;
    }
}

/* The row of the finding's variant, else the default one. */
static const struct advice_summary *summary_of(const struct finding *f)
{
    const struct advice *a = advice_of(f->symptom->id);
    const struct advice_summary *fallback = NULL;

    for (const struct advice_summary *s = a ? a->summaries : NULL; s && s->text;
         s++) {
        if (!s->variant)
            fallback = fallback ? fallback : s;
        else if (f->variant && strcmp(s->variant, f->variant) == 0)
            return s;
    }
    return fallback;
}

void advice_text(const struct facts *facts, const struct finding *f, char *out,
                 size_t size)
{
    const struct advice_summary *s = summary_of(f);

    advice_expand(s ? s->text : f->symptom->title, facts, f, out, size);
}

void advice_verdict(const struct facts *facts, const struct finding *f,
                    char *out, size_t size)
{
    const struct advice_summary *s = summary_of(f);

    advice_expand(s && s->verdict ? s->verdict : f->symptom->title, facts, f,
                  out, size);
}

const char *advice_cause_text(const char *id, const char *key)
{
    const struct advice *a = advice_of(id);

    for (const struct advice_cause *c = a ? a->causes : NULL; c && c->key; c++)
        if (strcmp(c->key, key) == 0)
            return c->text;
    return NULL;
}

static bool has_cause(const struct finding *f, const char *key)
{
    if (f->cause)
        return strcmp(f->cause, key) == 0;
    for (unsigned i = 0; i < f->ncauses; i++)
        if (strcmp(f->causes[i], key) == 0)
            return true;
    return f->ncauses == 0;
}

/* A command about "several hosts" is none: the shell would take the words. */
static bool can_fill(const char *command, const struct finding *f)
{
    if (!f->has_peer &&
        (strstr(command, "{peer}") || strstr(command, "{endpoint}")))
        return false;
    return f->peer_port || !strstr(command, "{port}");
}

bool advice_step_applies(const struct advice_step *s, const struct facts *facts,
                         const struct finding *f)
{
    const struct guest *g = guest_of(facts, f);

    if (s->cause && !has_cause(f, s->cause))
        return false;
    if (s->command && !can_fill(s->command, f))
        return false;
    if (s->backends == ANY_BACKEND)
        return true;
    return g && s->backends & BACKEND_BIT(g->backend.id);
}
