/* SPDX-License-Identifier: BSD-3-Clause
 *
 * Writing a large JSON object member by member, so that an array of a million
 * flows is never in memory as a whole. Values are jansson's.
 */
#ifndef VIEWS_JSON_OUT_H
#define VIEWS_JSON_OUT_H

#include <jansson.h>
#include <stdbool.h>
#include <stdint.h>

#include "dissect/core/addr.h"
#include "views/out.h"

/** struct json_out - An object being written */
struct json_out {
    struct out *o;
    size_t flags; /* of json_dump */
    bool any_member, any_item;
};

void json_out_open(struct json_out *j, struct out *o, bool ascii);
void json_out_close(struct json_out *j);

/** json_out_member() - "key": value; takes the reference to @value */
void json_out_member(struct json_out *j, const char *key, json_t *value);

/** json_out_array() - "key": [ ...items... ], one item a line */
void json_out_array(struct json_out *j, const char *key);
void json_out_item(struct json_out *j, json_t *value);
void json_out_array_end(struct json_out *j);

/* Values; all return a new reference. */

/** json_text() - String, whatever the octets; NULL: null */
json_t *json_text(const char *text);
/** json_word() - As json_text(), but an empty text is null as well */
json_t *json_word(const char *text);
json_t *json_count(uint64_t n);
/** json_time() - RFC 3339 UTC, nine digits */
json_t *json_time(int64_t ns);
/** json_number() - Double; null when it is not finite */
json_t *json_number(double value);
/** json_positive_ms() - Microseconds as milliseconds; 0 is null */
json_t *json_positive_ms(uint64_t us);
/** json_positive() - Count of which 0 means unknown: null */
json_t *json_positive(uint64_t n);
/** json_addr() - Address text; null when unspecified */
json_t *json_addr(const union addr *a);
/** json_wire_addr() - Address text, as it stood in a packet: also 0.0.0.0 */
json_t *json_wire_addr(const union addr *a);
json_t *json_mac(const struct mac *m);

#endif
