/* SPDX-License-Identifier: BSD-3-Clause
 *
 * Shared by the parts of the JSON report.
 */
#ifndef VIEWS_REPORT_JSON_H
#define VIEWS_REPORT_JSON_H

#include "views/json_out.h"
#include "views/pick.h"
#include "views/report.h"

/** struct endpoint - One address, summed over the flows that are kept */
struct endpoint {
    union addr addr;
    uint64_t flows;
    uint64_t sent_packets, received_packets;
    uint64_t sent_bytes, received_bytes;
    bool used;
};

/** struct json_report - What every part needs at hand */
struct json_report {
    const struct facts *facts;
    const struct findings *findings;
    const struct report_options *opt;
    struct json_out j;
    struct pick *flows, *endpoints; /* what is listed */
    struct endpoint *endpoint;      /* table that @endpoints points into */
    uint64_t endpoints_lost;        /* addresses the table had no room for */
};

/** json_report_pick() - Choose flows and endpoints; before anything is
 * written, because limits say how many are left out */
bool json_report_pick(struct json_report *r);
void json_report_unpick(struct json_report *r);

void json_report_flows(struct json_report *r);
void json_report_endpoints(struct json_report *r);
json_t *json_report_requests(const struct json_report *r);
json_t *json_report_quality(const struct quality *q);

/** json_guest_key() - How other members name a guest: MAC, or address */
json_t *json_guest_key(const struct facts *f, uint16_t guest);

#endif
