/* SPDX-License-Identifier: BSD-3-Clause
 *
 * Tables of header fields become lines of the field tree. Used only when a
 * person looks at a packet, so plainness counts for more than speed here.
 */
#include "dissect/proto/fields.h"

#include "dissect/core/addr.h"
#include "dissect/core/str.h"

#define OCTETS_SHOWN 32

static uint64_t number_of(const uint8_t *p, size_t len, uint32_t mask)
{
    uint64_t v = 0;

    for (size_t i = 0; i < len; i++)
        v = v << 8 | p[i];
    return mask ? (v & mask) >> __builtin_ctz(mask) : v;
}

static void add_octets(struct str *s, const uint8_t *p, size_t len)
{
    for (size_t i = 0; i < len && i < OCTETS_SHOWN; i++)
        str_addf(s, "%02x", p[i]);
    if (len > OCTETS_SHOWN)
        str_add(s, "...");
}

static size_t text_len(const uint8_t *p, size_t len)
{
    const uint8_t *nul = memchr(p, 0, len);

    return nul ? (size_t)(nul - p) : len;
}

static void add_address(struct str *s, const struct field_row *row,
                        const uint8_t *p)
{
    char text[ADDR_STRLEN];
    union addr a;
    struct mac m;

    if (row->form == FORM_MAC) {
        memcpy(m.b, p, sizeof(m.b));
        str_add(s, mac_format(&m, text));
        return;
    }
    if (row->form == FORM_IPV4)
        addr_from_v4(&a, p);
    else
        memcpy(a.b, p, sizeof(a.b));
    str_add(s, addr_format(&a, text));
}

static void add_number(struct str *s, const struct field_row *row,
                       const uint8_t *p)
{
    uint64_t v = number_of(p, row->len, row->mask);

    if (row->form == FORM_FLAG)
        str_add(s, v ? "set" : "not set");
    else if (row->names)
        str_addf(s, "%s (%llu)", row->names((unsigned)v),
                 (unsigned long long)v);
    else if (row->form == FORM_MASKED)
        str_addf(s, "%llu",
                 (unsigned long long)(v << __builtin_ctz(row->mask)));
    else if (row->form == FORM_256THS)
        str_addf(s, "%llu.%03llu s", (unsigned long long)(v / 256),
                 (unsigned long long)(v % 256 * 1000 / 256));
    else if (row->form == FORM_HEX)
        str_addf(s, "0x%0*llx", row->mask ? 1 : row->len * 2,
                 (unsigned long long)v);
    else
        str_addf(s, "%llu", (unsigned long long)v);
}

static bool form_fits(const struct field_row *row)
{
    switch (row->form) {
    case FORM_IPV4:
        return row->len == 4;
    case FORM_IPV6:
        return row->len == 16;
    case FORM_MAC:
        return row->len == 6;
    case FORM_TEXT:
    case FORM_OCTETS:
        return true;
    default:
        return row->len <= 8;
    }
}

/* A value in an unexpected length is shown as the octets it is. */
static void add_value(struct str *s, const struct field_row *row,
                      const uint8_t *p, size_t len)
{
    if (!form_fits(row) || row->form == FORM_OCTETS)
        add_octets(s, p, len);
    else if (row->form == FORM_TEXT)
        str_printable(s, p, text_len(p, len));
    else if (row->form >= FORM_IPV4)
        add_address(s, row, p);
    else
        add_number(s, row, p);
}

static void row_add(struct dissect *d, struct cursor c,
                    const struct field_row *row, size_t len)
{
    uint32_t off = packet_off(d, &c);
    const uint8_t *p = cursor_take(&c, len);
    char text[1100];
    struct str s;

    if (!p)
        return;
    str_init(&s, text, sizeof(text));
    add_value(&s, row, p, len);
    tree_add(d->tree, row->name, off, (uint32_t)len, "%s: %s", row->label,
             text);
}

void fields_add(struct dissect *d, struct cursor header,
                const struct field_row *rows, size_t n)
{
    for (size_t i = 0; i < n; i++) {
        struct cursor c = header;

        if (cursor_skip(&c, rows[i].off))
            row_add(d, c, &rows[i], rows[i].len);
    }
}

void field_add_value(struct dissect *d, struct cursor c, const char *name,
                     const char *label, enum field_form form, size_t len)
{
    struct field_row row = { .name = name,
                             .label = label,
                             .len = len < UINT8_MAX ? (uint8_t)len : UINT8_MAX,
                             .form = (uint8_t)form };

    row_add(d, c, &row, len);
}

enum proto app_done(struct dissect *d, struct layer *l, uint32_t len,
                    uint8_t verdict)
{
    l->header_len = len;
    l->payload_len = d->wire_left > len ? d->wire_left - len : 0;
    cursor_skip(&d->c, len);
    if (verdict) {
        d->c.bad = verdict;
        dissect_bad(d, l);
    }
    if (d->tree)
        tree_close(d->tree);
    return PROTO_NONE;
}
