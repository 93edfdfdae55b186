/* SPDX-License-Identifier: BSD-3-Clause
 *
 * The listings of the JSON report: flows in Zeek's words, requests, endpoints,
 * and how good the capture is.
 */
#include <stdlib.h>
#include <string.h>

#include "views/report_json.h"

#define LISTED_MAX     1000 /* flows and endpoints, unless --top says else */
#define UNANSWERED_MAX 20
#define ENDPOINT_SLOTS 8192 /* a power of two */
#define ENDPOINT_PROBE 64

/* Table order must not show: it is found again by address alone. */
static uint32_t endpoint_hash(const union addr *a)
{
    uint64_t h = a->q[0] * UINT64_C(0x9e3779b97f4a7c15) ^ a->q[1];

    h ^= h >> 31;
    h *= UINT64_C(0xbf58476d1ce4e5b9);
    return (uint32_t)(h >> 32);
}

static struct endpoint *endpoint_of(struct json_report *r, const union addr *a)
{
    uint32_t at = endpoint_hash(a);

    for (unsigned i = 0; i < ENDPOINT_PROBE; i++, at++) {
        struct endpoint *e = &r->endpoint[at % ENDPOINT_SLOTS];

        if (!e->used) {
            e->used = true;
            e->addr = *a;
            return e;
        }
        if (addr_eq(&e->addr, a))
            return e;
    }
    r->endpoints_lost++;
    return NULL;
}

static void add_endpoint(struct json_report *r, const struct flow *f,
                         unsigned side)
{
    struct endpoint *e = endpoint_of(r, &f->addr[side]);

    if (!e)
        return;
    e->flows++;
    e->sent_packets += f->dir[side].packets;
    e->sent_bytes += f->dir[side].bytes;
    e->received_packets += f->dir[!side].packets;
    e->received_bytes += f->dir[!side].bytes;
}

bool json_report_pick(struct json_report *r)
{
    unsigned most = r->opt->top ? r->opt->top : LISTED_MAX;
    const struct flow_table *flows = r->facts->flows;

    r->flows = pick_new(most);
    r->endpoints = pick_new(most);
    r->endpoint = calloc(ENDPOINT_SLOTS, sizeof(*r->endpoint));
    if (!r->flows || !r->endpoints || !r->endpoint)
        return false;
    for (uint32_t i = flow_next(flows, FLOW_NONE); i != FLOW_NONE;
         i = flow_next(flows, i)) {
        const struct flow *f = flow_get(flows, i);

        pick_offer(r->flows, f->dir[0].bytes + f->dir[1].bytes, f->id, i);
        add_endpoint(r, f, 0);
        add_endpoint(r, f, 1);
    }
    for (uint32_t i = 0; i < ENDPOINT_SLOTS; i++) {
        const struct endpoint *e = &r->endpoint[i];

        if (e->used)
            pick_offer(r->endpoints, e->sent_bytes + e->received_bytes, i, i);
    }
    return true;
}

void json_report_unpick(struct json_report *r)
{
    pick_free(r->flows);
    pick_free(r->endpoints);
    free(r->endpoint);
}

/* Zeek's uid is random; ours is a mix of what makes the flow this one, so
 * that two reports of one capture can be compared line by line. */
static json_t *flow_uid(const struct flow *f)
{
    static const char digits[] = "0123456789ABCDEFGHIJKLMNOPQRSTUVWXYZ"
                                 "abcdefghijklmnopqrstuvwxyz";
    uint64_t h = (uint64_t)f->first_ns ^ (uint64_t)f->id << 40;
    char text[18] = "C";

    for (unsigned half = 0; half < 2; half++) {
        uint64_t v = h + (half + 1) * UINT64_C(0x9e3779b97f4a7c15);

        v = (v ^ v >> 30) * UINT64_C(0xbf58476d1ce4e5b9);
        v = (v ^ v >> 27) * UINT64_C(0x94d049bb133111eb);
        v ^= v >> 31;
        for (unsigned i = 0; i < 8; i++, v /= 62)
            text[1 + half * 8 + i] = digits[v % 62];
    }
    return json_string(text);
}

static json_t *transport(uint8_t ip_proto)
{
    static const char *const words[] = {
        [1] = "icmp", [2] = "igmp",   [6] = "tcp",
        [17] = "udp", [47] = "gre",   [50] = "esp",
        [51] = "ah",  [58] = "icmp6", [132] = "sctp",
    };

    if (ip_proto < sizeof(words) / sizeof(words[0]) && words[ip_proto])
        return json_string(words[ip_proto]);
    return json_sprintf("ip-%u", ip_proto);
}

static json_t *tcp_side(const struct flow_dir *d)
{
    bool mss = d->flags & FDIR_MSS, wscale = d->flags & FDIR_WSCALE;

    return json_pack(
        "{so so so so so so so so so so so so so}", "mss_bytes",
        mss ? json_count(d->mss) : json_null(), "wscale",
        wscale ? json_count(d->wscale) : json_null(), "sack_permitted",
        json_boolean(d->flags & FDIR_SACK_PERM), "data_segments",
        json_count(d->data_segs), "retransmitted_segments",
        json_count(d->retrans), "out_of_order_segments",
        json_count(d->out_of_order), "duplicate_acks", json_count(d->dup_acks),
        "zero_windows", json_count(d->zero_windows), "keepalives",
        json_count(d->keepalives), "max_flight_bytes",
        json_count(d->max_flight), "rtt_min_ms",
        json_positive_ms(d->rtt_min_us), "rtt_mean_ms",
        d->rtt_count ? json_real((double)d->rtt_sum_us / d->rtt_count / 1000)
                     : json_null(),
        "ttl", json_positive(d->ttl));
}

static json_t *tcp_part(const struct flow *f)
{
    if (f->ip_proto != 6)
        return json_null();
    return json_pack("{so so so so so so}", "handshake_ms",
                     json_positive_ms(f->handshake_us), "syn_tries",
                     json_count(f->syn_count), "midstream",
                     json_boolean(f->flags & FLOW_MIDSTREAM), "super_frames",
                     json_boolean(f->flags & FLOW_GSO), "orig",
                     tcp_side(&f->dir[0]), "resp", tcp_side(&f->dir[1]));
}

static json_t *flow_guest(const struct facts *facts, const struct flow *f)
{
    for (unsigned i = 0; i < facts->nguest; i++)
        if (facts_guest_dir(facts, &facts->guest[i], f) >= 0)
            return json_guest_key(facts, (uint16_t)i);
    return json_null();
}

static json_t *flow(const struct facts *facts, const struct flow *f)
{
    const struct flow_dir *orig = &f->dir[0], *resp = &f->dir[1];
    char community[64] = "";

    flow_community_id(f, community, sizeof(community));
    return json_pack(
        "{so so so so so so so so so so so so so so so so so so so so so so"
        " so so so so so so}",
        "uid", flow_uid(f), "community_id", json_word(community), "source",
        json_count(f->source), "guest", flow_guest(facts, f), "first",
        json_time(f->first_ns), "last", json_time(f->last_ns), "duration_s",
        json_real((double)(f->last_ns - f->first_ns) / 1e9), "proto",
        transport(f->ip_proto), "service",
        json_text(f->app != PROTO_NONE ? proto_name(f->app) : NULL), "vlan",
        f->vlan == VLAN_NONE ? json_null() : json_count(f->vlan), "orig_h",
        json_wire_addr(&f->addr[0]), "orig_p", json_count(f->port[0]), "resp_h",
        json_wire_addr(&f->addr[1]), "resp_p", json_count(f->port[1]),
        "orig_pkts", json_count(orig->packets), "orig_ip_bytes",
        json_count(orig->bytes), "orig_bytes", json_count(orig->payload),
        "resp_pkts", json_count(resp->packets), "resp_ip_bytes",
        json_count(resp->bytes), "resp_bytes", json_count(resp->payload),
        "conn_state", json_text(flow_conn_state(f)), "history",
        json_word(f->history), "closed", json_boolean(f->state == FLOW_CLOSED),
        "answer_ms", json_positive_ms(f->answer_us), "first_frame",
        json_positive(facts_frame(facts, f->first_frame)), "last_frame",
        json_positive(facts_frame(facts, f->last_frame)), "icmp_error",
        json_boolean(f->flags & FLOW_ICMP_ERROR), "tcp", tcp_part(f));
}

void json_report_flows(struct json_report *r)
{
    const uint64_t *slot;
    unsigned n;

    json_out_array(&r->j, "flows");
    slot = pick_sorted(r->flows, &n);
    for (unsigned i = 0; i < n; i++)
        json_out_item(&r->j, flow(r->facts, flow_get(r->facts->flows,
                                                     (uint32_t)slot[i])));
    json_out_array_end(&r->j);
}

static json_t *endpoint(const struct facts *f, const struct endpoint *e)
{
    uint16_t at = station_find_ip(f->stations, &e->addr);
    const struct station *s =
        at == STATION_NONE ? NULL : station_get(f->stations, at);
    bool mac = s && !(s->flags & STATION_NO_MAC), guest = false;

    for (unsigned i = 0; i < f->nguest; i++)
        guest |= facts_guest_owns(&f->guest[i], &e->addr);
    return json_pack(
        "{so so so so so so so so so so so so so}", "address",
        json_wire_addr(&e->addr), "mac", mac ? json_mac(&s->mac) : json_null(),
        "vendor", json_text(mac ? mac_vendor(&s->mac) : NULL), "hostname",
        json_word(s ? s->hostname : NULL), "is_guest", json_boolean(guest),
        "flows", json_count(e->flows), "sent_packets",
        json_count(e->sent_packets), "sent_bytes", json_count(e->sent_bytes),
        "received_packets", json_count(e->received_packets), "received_bytes",
        json_count(e->received_bytes), "country", json_null(), "asn",
        json_null(), "as_org", json_null());
}

void json_report_endpoints(struct json_report *r)
{
    const uint64_t *slot;
    unsigned n;

    json_out_array(&r->j, "endpoints");
    slot = pick_sorted(r->endpoints, &n);
    for (unsigned i = 0; i < n; i++)
        json_out_item(&r->j, endpoint(r->facts, &r->endpoint[slot[i]]));
    json_out_array_end(&r->j);
}

static json_t *unanswered(const struct facts *f, const struct request *q)
{
    return json_pack(
        "{ss so so so so so so so so so so}", "status",
        request_status_name((enum request_status)q->status), "client",
        json_wire_addr(&q->client), "server", json_wire_addr(&q->server),
        "name", json_word(q->name), "tries", json_count(q->tries), "first",
        json_time(q->first_ns), "last", json_time(q->last_ns), "frame",
        json_positive(facts_frame(f, q->first_frame)), "error_frame",
        json_positive(facts_frame(f, q->error_frame)), "error_type",
        q->error_frame ? json_count(q->error_type) : json_null(), "error_code",
        q->error_frame ? json_count(q->error_code) : json_null());
}

static json_t *unanswered_list(const struct json_report *r,
                               enum request_kind kind)
{
    const struct request_ledger *l = r->facts->requests;
    json_t *list = json_array();

    for (uint32_t i = request_next(l, REQUEST_NONE);
         i != REQUEST_NONE && json_array_size(list) < UNANSWERED_MAX;
         i = request_next(l, i)) {
        const struct request *q = request_get(l, i);

        if (q->kind == kind && !(q->flags & REQ_GRATUITOUS) &&
            (q->status == REQUEST_NEVER || q->status == REQUEST_ERROR))
            json_array_append_new(list, unanswered(r->facts, q));
    }
    return list;
}

static json_t *request_kind(const struct json_report *r, enum request_kind kind)
{
    struct request_stats st = request_stats(r->facts->requests, kind);

    return json_pack(
        "{so so so so so so so so so so}", "sent", json_count(st.sent),
        "answered", json_count(st.answered), "late", json_count(st.late),
        "never", json_count(st.never), "error", json_count(st.error), "open",
        json_count(st.open), "gratuitous", json_count(st.gratuitous), "p50_ms",
        json_positive_ms(st.p50_us), "p95_ms", json_positive_ms(st.p95_us),
        "unanswered", unanswered_list(r, kind));
}

json_t *json_report_requests(const struct json_report *r)
{
    return json_pack("{so so so so so}", "arp", request_kind(r, REQUEST_ARP),
                     "ndp", request_kind(r, REQUEST_NDP), "icmp",
                     request_kind(r, REQUEST_ECHO), "dns",
                     request_kind(r, REQUEST_DNS), "dhcp",
                     request_kind(r, REQUEST_DHCP));
}

static json_t *frames(const uint64_t *frame, unsigned n)
{
    json_t *list = json_array();

    for (unsigned i = 0; i < n; i++)
        json_array_append_new(list, json_count(frame[i]));
    return list;
}

static json_t *quality_frames(const struct quality *q)
{
    return json_pack(
        "{so so so so so so so}", "vnet_header",
        frames(q->vnet_at.frame, q->vnet_at.count), "gso",
        frames(q->gso_at.frame, q->gso_at.count), "checksum_partial",
        frames(q->csum_at.frame, q->csum_at.count), "duplicate",
        frames(q->dup_at.frame, q->dup_at.count), "truncated",
        frames(q->trunc_at.frame, q->trunc_at.count), "time_backwards",
        frames(q->back_at.frame, q->back_at.count), "unseen_data",
        frames(q->ack_unseen_at.frame, q->ack_unseen_at.count));
}

json_t *json_report_quality(const struct quality *q)
{
    /* clang-format off */
    const struct {
        const char *key;
        uint64_t n;
    } counts[] = {
        { "vnet_header_10_packets",    q->vnet10 },
        { "vnet_header_12_packets",    q->vnet12 },
        { "vnet_gso_packets",          q->vnet_gso },
        { "vnet_needs_csum_packets",   q->vnet_needs_csum },
        { "gso_packets",               q->gso_frames },
        { "gso_max_bytes",             q->gso_max_len },
        { "checksum_partial_packets",  q->csum_partial },
        { "checksum_checked_packets",  q->csum_checked },
        { "ip_checksum_bad_packets",   q->ip_csum_bad },
        { "duplicate_packets",         q->duplicates },
        { "truncated_packets",         q->truncated },
        { "truncated_header_packets",  q->truncated_headers },
        { "malformed_packets",         q->malformed },
        { "fragment_packets",          q->fragments },
        { "time_backwards_packets",    q->time_backwards },
        { "time_gaps",                 q->time_gaps },
        { "tcp_one_sided_flows",       q->tcp_one_sided },
        { "tcp_two_sided_flows",       q->tcp_two_sided },
        { "unseen_data_acks",          q->ack_unseen },
    };
    /* clang-format on */
    json_t *object = json_object();

    for (size_t i = 0; i < sizeof(counts) / sizeof(counts[0]); i++)
        json_object_set_new(object, counts[i].key, json_count(counts[i].n));
    json_object_set_new(object, "worst_backwards_ms",
                        json_real((double)q->worst_backwards_ns / 1e6));
    json_object_set_new(object, "longest_gap_s",
                        json_real((double)q->longest_gap_ns / 1e9));
    json_object_set_new(object, "one_sided", json_boolean(q->one_sided));
    json_object_set_new(object, "dropped", json_boolean(q->dropped));
    json_object_set_new(object, "frames", quality_frames(q));
    return object;
}
