/* SPDX-License-Identifier: BSD-3-Clause
 *
 * See json_out.h. Text from packets has been escaped when it was stored, but
 * may have been cut inside a UTF-8 sequence to fit its buffer: json_text()
 * escapes what jansson would refuse.
 */
#include "views/json_out.h"

#include <math.h>
#include <string.h>

#include "views/text.h"

/* Enough digits for any number here, few enough that 0.1 stays 0.1. */
#define DUMP_FLAGS (JSON_ENCODE_ANY | JSON_REAL_PRECISION(15))

static int dump(const char *bytes, size_t n, void *ctx)
{
    struct out *o = ctx;

    out_n(o, bytes, n);
    return o->err ? -1 : 0;
}

static void put(struct json_out *j, json_t *value)
{
    if (value && !j->o->err)
        json_dump_callback(value, dump, j->o, j->flags);
    else
        out_str(j->o, "null");
    json_decref(value);
}

void json_out_open(struct json_out *j, struct out *o, bool ascii)
{
    *j = (struct json_out){ .o = o, .flags = DUMP_FLAGS };
    if (ascii)
        j->flags |= JSON_ENSURE_ASCII;
    out_str(o, "{\n");
}

void json_out_close(struct json_out *j)
{
    out_str(j->o, "\n}\n");
}

static void key(struct json_out *j, const char *name)
{
    outf(j->o, "%s  \"%s\": ", j->any_member ? ",\n" : "", name);
    j->any_member = true;
}

void json_out_member(struct json_out *j, const char *name, json_t *value)
{
    key(j, name);
    put(j, value);
}

void json_out_array(struct json_out *j, const char *name)
{
    key(j, name);
    out_str(j->o, "[");
    j->any_item = false;
}

void json_out_item(struct json_out *j, json_t *value)
{
    out_str(j->o, j->any_item ? ",\n    " : "\n    ");
    j->any_item = true;
    put(j, value);
}

void json_out_array_end(struct json_out *j)
{
    out_str(j->o, j->any_item ? "\n  ]" : "]");
}

json_t *json_text(const char *text)
{
    char safe[4096];
    json_t *value;

    if (!text)
        return json_null();
    value = json_string(text);
    return value ? value
                 : json_string(text_printable(safe, sizeof(safe), text));
}

json_t *json_word(const char *text)
{
    return json_text(text && *text ? text : NULL);
}

json_t *json_count(uint64_t n)
{
    return json_integer(n > INT64_MAX ? INT64_MAX : (json_int_t)n);
}

json_t *json_time(int64_t ns)
{
    char text[TEXT_TIME_LEN];

    return json_string(text_time(text, ns, 9));
}

json_t *json_number(double value)
{
    return isfinite(value) ? json_real(value) : json_null();
}

json_t *json_positive_ms(uint64_t us)
{
    return us ? json_real((double)us / 1000) : json_null();
}

json_t *json_positive(uint64_t n)
{
    return n ? json_count(n) : json_null();
}

json_t *json_addr(const union addr *a)
{
    return addr_is_unspecified(a) ? json_null() : json_wire_addr(a);
}

json_t *json_wire_addr(const union addr *a)
{
    char text[ADDR_STRLEN];

    return json_string(addr_format(a, text));
}

json_t *json_mac(const struct mac *m)
{
    char text[MAC_STRLEN];

    return json_string(mac_format(m, text));
}
