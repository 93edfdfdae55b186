/* SPDX-License-Identifier: BSD-3-Clause
 *
 * Facts and findings made by hand, for the tests of the reports: what the
 * writers do must not hang on what the rules find today.
 */
#ifndef TESTS_UNIT_REPORT_FIXTURE_H
#define TESTS_UNIT_REPORT_FIXTURE_H

#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include <cmocka.h>

#include "dissect/proto/proto.h"
#include "dissect/symptom/symptom.h"
#include "views/report.h"

#define T0 INT64_C(1795349281000000000) /* 2026-11-22T12:08:01Z */
#define MS INT64_C(1000000)

static char *page;
static size_t page_len, page_size;

static int to_page(void *ctx, const char *bytes, size_t n)
{
    (void)ctx;
    if (page_len + n + 1 > page_size) {
        page_size = (page_len + n + 1) * 2;
        char *more = realloc(page, page_size);

        assert_non_null(more);
        page = more;
    }
    memcpy(page + page_len, bytes, n);
    page_len += n;
    page[page_len] = '\0';
    return 0;
}

static struct out new_page(void)
{
    page_len = 0;
    to_page(NULL, "", 0);
    return (struct out){ .write = to_page };
}

/** struct fixture - What a report is written from */
struct fixture {
    struct facts facts;
    struct findings findings;
    struct report_options opt;
};

static void add_guest(struct fixture *x, uint32_t ip, uint8_t last)
{
    struct guest *g = &x->facts.guest[x->facts.nguest++];

    g->station = g->gateway = STATION_NONE;
    g->confidence = 90;
    g->has_mac = true;
    g->mac = (struct mac){ { 0x52, 0x54, 0, 0x12, 0x34, last } };
    g->ipv4[0] = addr_v4(ip);
    g->nipv4 = 1;
    g->mtu = 1500;
}

static int make_fixture(void **state)
{
    struct fixture *x = calloc(1, sizeof(*x));
    struct source_facts *s;

    assert_non_null(x);
    proto_init();
    x->facts.flows = flow_table_new(64, 32, 8, 1);
    x->facts.stations = station_table_new(1);
    x->facts.requests = request_ledger_new(64, 1);
    x->facts.nsource = 1;
    s = &x->facts.source[0];
    strcpy(s->name, "a.pcap");
    s->kind = "file";
    s->format = "pcap";
    s->linktype = 1;
    s->packets = x->facts.packets = 51;
    s->bytes = x->facts.bytes = 5100;
    s->first_ns = x->facts.first_ns = T0;
    s->last_ns = x->facts.now_ns = T0 + 9700 * MS;
    add_guest(x, 0x0a00020f, 0x56);
    x->facts.guest[0].backend = (struct backend_verdict){
        .id = BACKEND_QEMU_SLIRP,
        .confidence = 98,
        .terminates_tcp = true,
        .terminates_known = true,
        .nclue = 2,
        .clue = { { "gateway 52:55:0a:00:02:02 is 10.0.2.2", 6 },
                  { "SYN-ACK with MSS only", 40 } },
    };
    *state = x;
    return 0;
}

static int free_fixture(void **state)
{
    struct fixture *x = *state;

    flow_table_free(x->facts.flows);
    station_table_free(x->facts.stations);
    request_ledger_free(x->facts.requests);
    free(x);
    return 0;
}

static struct finding *add_finding(struct fixture *x, const char *id,
                                   uint16_t guest)
{
    const struct symptom *s = symptom_by_id(id);
    struct finding *f = &x->findings.item[x->findings.count++];

    assert_non_null(s);
    f->symptom = s;
    f->severity = s->severity;
    f->confidence = 97;
    f->guest = guest;
    f->count = 4;
    f->first_ns = T0 + MS;
    f->last_ns = T0 + 5 * MS;
    return f;
}

static void add_evidence(struct finding *f, uint64_t frame, const char *note)
{
    struct evidence *e = &f->evidence[f->nevidence++];

    e->frame = frame;
    e->ts_ns = T0 + (int64_t)frame * MS;
    snprintf(e->note, sizeof(e->note), "%s", note);
}

/* An Ethernet/IPv4/UDP frame into the flow table. */
static void add_flow(struct fixture *x, uint16_t sport, unsigned payload)
{
    uint8_t b[14 + 20 + 8 + 1400] = { 0 };
    unsigned len = 20 + 8 + payload;
    struct packet p = { .data = b,
                        .caplen = 14 + len,
                        .wirelen = 14 + len,
                        .ts_ns = T0,
                        .number = ++x->facts.last_frame,
                        .linktype = 1 };
    static const uint8_t addresses[8] = { 10, 0, 2, 15, 192, 0, 2, 1 };

    memcpy(b, "\x52\x55\x0a\x00\x02\x02\x52\x54\x00\x12\x34\x56\x08\x00", 14);
    b[14] = 0x45;
    b[16] = (uint8_t)(len >> 8);
    b[17] = (uint8_t)len;
    b[22] = 64;
    b[23] = 17;
    memcpy(&b[26], addresses, 8);
    b[34] = (uint8_t)(sport >> 8);
    b[35] = (uint8_t)sport;
    b[37] = 99;
    b[38] = (uint8_t)((8 + payload) >> 8);
    b[39] = (uint8_t)(8 + payload);
    packet_dissect(&p, NULL);
    flow_observe(x->facts.flows, &p, STATION_NONE, STATION_NONE);
}

#endif
