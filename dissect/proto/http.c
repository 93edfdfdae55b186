/* SPDX-License-Identifier: BSD-3-Clause
 *
 * HTTP/1 (RFC 9112): start line and Host of a message whose beginning is in
 * this segment. The line may be cut by the segment or the capture; then what
 * is there must still be what only HTTP would send.
 */
#include "dissect/proto/http.h"

#include <strings.h>

#include "dissect/proto/fields.h"

#define SCAN_MAX  8192
#define LINES_MAX 128

static const char *const methods[] = {
    "GET",    "HEAD",      "POST",     "PUT",    "DELETE", "CONNECT", "OPTIONS",
    "TRACE",  "PATCH",     "PROPFIND", "MKCOL",  "COPY",   "MOVE",    "LOCK",
    "UNLOCK", "PROPPATCH", "REPORT",   "SEARCH", "NOTIFY", "PURGE",   "BREW",
};

/* Next line without its end; false when no end was there (@line: the rest). */
static bool read_line(struct cursor *c, struct octets *line)
{
    const uint8_t *lf;

    *line = cursor_rest(c);
    lf = line->p && line->len ? memchr(line->p, '\n', line->len) : NULL;
    if (!lf) {
        cursor_skip(c, line->len);
        return false;
    }
    line->len = (size_t)(lf - line->p);
    cursor_skip(c, line->len + 1);
    if (line->len && line->p[line->len - 1] == '\r')
        line->len--;
    return true;
}

/* Octets up to a space, which is stepped over; false without one. */
static bool read_word(struct cursor *c, struct octets *word)
{
    const uint8_t *space;

    *word = cursor_rest(c);
    space = word->p && word->len ? memchr(word->p, ' ', word->len) : NULL;
    if (!space)
        return false;
    word->len = (size_t)(space - word->p);
    cursor_skip(c, word->len + 1);
    return true;
}

static bool octets_are(const struct octets *o, const char *text)
{
    return o->len == strlen(text) && memcmp(o->p, text, o->len) == 0;
}

static bool is_method(const struct octets *word)
{
    for (size_t i = 0; i < sizeof(methods) / sizeof(methods[0]); i++)
        if (octets_are(word, methods[i]))
            return true;
    return false;
}

/* "HTTP/1." and a digit */
static bool read_version(const struct octets *o, uint8_t *minor)
{
    if (o->len != 8 || memcmp(o->p, "HTTP/1.", 7) != 0 || o->p[7] < '0' ||
        o->p[7] > '9')
        return false;
    *minor = (uint8_t)(o->p[7] - '0');
    return true;
}

static bool is_target_start(const struct octets *o, bool connect)
{
    if (!o->len)
        return false;
    if (connect)
        return o->p[0] > ' ' && o->p[0] < 0x7f;
    return o->p[0] == '/' || o->p[0] == '*' ||
           (o->len >= 4 && memcmp(o->p, "http", 4) == 0);
}

static bool is_visible(const struct octets *o)
{
    for (size_t i = 0; i < o->len; i++)
        if (o->p[i] <= ' ' || o->p[i] == 0x7f)
            return false;
    return true;
}

/* RFC 9112 section 3: method SP request-target SP HTTP-version */
static bool read_request(struct cursor line, bool line_whole,
                         struct http_msg *m)
{
    struct octets rest;

    if (!read_word(&line, &m->method) || !is_method(&m->method))
        return false;
    m->is_request = true;
    if (read_word(&line, &m->target)) {
        rest = cursor_rest(&line);
        /* A line cut within its version is still a request. */
        if ((line_whole || rest.len >= 8) && !read_version(&rest, &m->minor))
            return false;
    } else if (line_whole) {
        return false; /* HTTP/0.9 had no version; nobody speaks it */
    }
    return is_target_start(&m->target, octets_are(&m->method, "CONNECT")) &&
           is_visible(&m->target);
}

/* RFC 9112 section 4: HTTP-version SP status-code SP [ reason-phrase ] */
static bool read_status(struct cursor line, struct http_msg *m)
{
    struct octets version;
    const uint8_t *p;

    if (!read_word(&line, &version) || !read_version(&version, &m->minor))
        return false;
    p = cursor_take(&line, 3);
    if (!p)
        return false;
    for (unsigned i = 0; i < 3; i++) {
        if (p[i] < '0' || p[i] > '9')
            return false;
        m->status = (uint16_t)(m->status * 10 + (p[i] - '0'));
    }
    if (cursor_left(&line) && cursor_u8(&line) != ' ')
        return false;
    m->reason = cursor_rest(&line);
    return m->status >= 100 && m->status <= 599;
}

static struct octets trimmed(struct octets o)
{
    while (o.len && (o.p[0] == ' ' || o.p[0] == '\t')) {
        o.p++;
        o.len--;
    }
    while (o.len && (o.p[o.len - 1] == ' ' || o.p[o.len - 1] == '\t'))
        o.len--;
    return o;
}

static void note_field(struct http_msg *m, const struct octets *line)
{
    struct octets value = *line;

    if (m->host.len || line->len < 5 ||
        strncasecmp((const char *)line->p, "host:", 5) != 0)
        return;
    value.p += 5;
    value.len -= 5;
    m->host = trimmed(value);
}

bool http_parse(struct cursor c, struct http_msg *m)
{
    struct cursor start, at;
    struct octets line;
    bool line_whole;

    memset(m, 0, sizeof(*m));
    cursor_trim(&c, SCAN_MAX);
    start = c;
    line_whole = read_line(&c, &line);
    at = start;
    cursor_trim(&at, line.len);
    if (!read_request(at, line_whole, m)) {
        memset(m, 0, sizeof(*m));
        if (!read_status(at, m))
            return false;
    }
    for (unsigned i = 0; i < LINES_MAX && !m->whole; i++) {
        if (!read_line(&c, &line))
            break;
        m->whole = line.len == 0;
        note_field(m, &line);
    }
    m->header_len = (uint32_t)(cursor_left(&start) - cursor_left(&c));
    return true;
}

static bool http_recognise(struct cursor payload, uint8_t ip_proto,
                           uint16_t sport, uint16_t dport)
{
    struct http_msg m;

    (void)sport;
    (void)dport;
    return ip_proto == 6 && http_parse(payload, &m);
}

static void show_octets(struct dissect *d, const struct octets *o,
                        const char *name, const char *label)
{
    struct cursor c;

    if (!o->len)
        return;
    c = cursor_over(o->p, o->len, LAYER_CUT_BY_OUTER);
    field_add_value(d, c, name, label, FORM_TEXT, o->len);
}

static void show(struct dissect *d, const struct http_msg *m)
{
    show_octets(d, &m->method, "http.request.method", "Method");
    show_octets(d, &m->target, "http.request.uri", "Target");
    show_octets(d, &m->host, "http.host", "Host");
    if (!m->is_request) {
        tree_add(d->tree, "http.response.code", dissect_off(d) + 9, 3,
                 "Status: %u", m->status);
        show_octets(d, &m->reason, "http.response.phrase", "Reason");
    }
}

/* Without a start line this is the middle of a message: all of it payload. */
static enum proto http_dissect(struct dissect *d, struct layer *l)
{
    struct http_msg m;

    if (!http_parse(d->c, &m)) {
        l->payload_len = d->wire_left;
        return PROTO_RAW;
    }
    if (d->tree) {
        tree_open(d->tree, "http", dissect_off(d), m.header_len,
                  "Hypertext Transfer Protocol (%s)",
                  m.is_request ? "request" : "response");
        show(d, &m);
    }
    app_done(d, l, m.header_len, LAYER_OK);
    return l->payload_len ? PROTO_RAW : PROTO_NONE;
}

const struct dissector http_dissector = {
    .name = "http",
    .title = "Hypertext Transfer Protocol",
    .ref = "RFC 9112",
    .proto = PROTO_HTTP,
    .app = true,
    .dissect = http_dissect,
    .recognise = http_recognise,
    .bind = { { BIND_TCP_PORT, 80 },
              { BIND_TCP_PORT, 591 },
              { BIND_TCP_PORT, 3128 },
              { BIND_TCP_PORT, 8000 },
              { BIND_TCP_PORT, 8008 },
              { BIND_TCP_PORT, 8080 },
              { BIND_TCP_PORT, 8888 } },
};
