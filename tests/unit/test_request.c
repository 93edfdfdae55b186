/* SPDX-License-Identifier: BSD-3-Clause
 *
 * The request ledger: matching, retries, timeouts and odd answers of each
 * kind, and its bounds.
 */
#include "packet_make.h"

#include "dissect/request.h"
#include "dissect/station.h"

#define GUEST  V4(10, 0, 2, 15)
#define GW     V4(10, 0, 2, 2)
#define TARGET V4(198, 51, 100, 1)

/** struct bench - Ledger and clock of a test */
struct bench {
    struct request_ledger *l;
    struct scene s;
    unsigned retired;
    uint8_t retired_status;
};

static int setup(void **state)
{
    static struct bench b;

    b = (struct bench){ .l = request_ledger_new(64, 7),
                        .s = { 1000 * SEC, 0 } };
    *state = &b;
    return b.l ? 0 : -1;
}

static int teardown(void **state)
{
    struct bench *b = *state;

    request_ledger_free(b->l);
    return 0;
}

static void see(struct bench *b, const struct packet *p)
{
    request_observe(b->l, p, 0, 1);
}

static const struct request *first(const struct bench *b)
{
    uint32_t i = request_next(b->l, REQUEST_NONE);

    assert_int_not_equal(i, REQUEST_NONE);
    return request_get(b->l, i);
}

static unsigned count(const struct bench *b)
{
    unsigned n = 0;

    for (uint32_t i = request_next(b->l, REQUEST_NONE); i != REQUEST_NONE;
         i = request_next(b->l, i))
        n++;
    return n;
}

static void test_arp(void **state)
{
    struct bench *b = *state;
    struct packet p = pk_arp(&b->s, &guest_mac, &all_macs, 1, GUEST, GW);

    see(b, &p);
    assert_int_equal(first(b)->status, REQUEST_OPEN);
    assert_true(first(b)->flags & REQ_BROADCAST);
    b->s.ns += MS;
    p = pk_arp(&b->s, &slirp_mac, &guest_mac, 2, GW, GUEST);
    see(b, &p);
    assert_int_equal(first(b)->status, REQUEST_ANSWERED);
    assert_int_equal(first(b)->answer_frame, 2);
    assert_int_equal(request_stats(b->l, REQUEST_ARP).answered, 1);
    assert_int_equal(request_stats(b->l, REQUEST_ARP).open, 0);
}

static void test_arp_never_and_retry(void **state)
{
    struct bench *b = *state;
    struct packet p;

    for (unsigned i = 0; i < 3; i++, b->s.ns += SEC) {
        p = pk_arp(&b->s, &guest_mac, &all_macs, 1, GUEST, GW);
        see(b, &p);
        see(b, &p); /* a copy by the capture */
    }
    assert_int_equal(count(b), 1);
    assert_int_equal(first(b)->tries, 3);
    request_settle(b->l, b->s.ns);
    assert_int_equal(first(b)->status, REQUEST_OPEN); /* 1 s after the last */
    request_settle(b->l, b->s.ns + 2 * SEC);
    assert_int_equal(first(b)->status, REQUEST_NEVER);
    assert_int_equal(request_stats(b->l, REQUEST_ARP).never, 1);
}

static void test_arp_probe(void **state)
{
    struct bench *b = *state;
    struct packet p =
        pk_arp(&b->s, &guest_mac, &all_macs, 1, V4(0, 0, 0, 0), GUEST);

    see(b, &p);
    b->s.ns += SEC;
    p = pk_arp(&b->s, &guest_mac, &all_macs, 1, GUEST, GUEST);
    see(b, &p);
    request_settle(b->l, b->s.ns + 60 * SEC);
    assert_int_equal(request_stats(b->l, REQUEST_ARP).gratuitous, 2);
    assert_int_equal(request_stats(b->l, REQUEST_ARP).sent, 0);
    assert_int_equal(request_stats(b->l, REQUEST_ARP).never, 0);
}

static void test_ndp(void **state)
{
    struct bench *b = *state;
    union addr me, peer, all;
    struct packet p;

    assert_true(addr_parse("fd00::15", &me));
    assert_true(addr_parse("fd00::2", &peer));
    assert_true(addr_parse("ff02::1", &all));
    p = pk_ip(&b->s, &guest_mac, &slirp_mac, me, peer);
    p.events = EV_NDP;
    p.icmp.type = 135;
    p.icmp.target = peer;
    see(b, &p);
    p.icmp.type = 133; /* and a router solicitation */
    see(b, &p);
    b->s.ns += MS;
    p = pk_ip(&b->s, &slirp_mac, &guest_mac, peer, me);
    p.events = EV_NDP;
    p.icmp.type = 136;
    p.icmp.target = peer;
    request_observe(b->l, &p, 1, 0);
    assert_int_equal(request_stats(b->l, REQUEST_NDP).answered, 1);
    p = pk_ip(&b->s, &slirp_mac, &all_macs, peer, all);
    p.events = EV_NDP;
    p.icmp.type = 134;
    request_observe(b->l, &p, 1, 2);
    for (uint32_t i = request_next(b->l, REQUEST_NONE); i != REQUEST_NONE;
         i = request_next(b->l, i))
        assert_int_equal(request_get(b->l, i)->status, REQUEST_ANSWERED);
    /* The router solicitation is a row but no statistic. */
    assert_int_equal(count(b), 2);
    assert_int_equal(request_stats(b->l, REQUEST_NDP).sent, 1);
}

static void test_echo(void **state)
{
    struct bench *b = *state;
    struct packet p = pk_echo(&b->s, GUEST, TARGET, 8, 77, 1);

    see(b, &p);
    b->s.ns += 1500 * MS;
    p = pk_echo(&b->s, TARGET, GUEST, 0, 77, 1);
    see(b, &p);
    assert_int_equal(first(b)->status, REQUEST_LATE);
    assert_int_equal(request_stats(b->l, REQUEST_ECHO).late, 1);
    assert_in_range(request_stats(b->l, REQUEST_ECHO).p50_us, 1200000, 1800000);
    b->s.ns += SEC;
    p = pk_echo(&b->s, TARGET, GUEST, 0, 77, 1);
    see(b, &p); /* DUP! */
    assert_int_equal(first(b)->alt_count, 1);
    assert_false(first(b)->flags & REQ_REPLY_MISMATCH);
}

static void test_false_reply(void **state)
{
    struct bench *b = *state;
    struct packet p = pk_echo(&b->s, GUEST, TARGET, 8, 77, 1);

    see(b, &p);
    b->s.ns += MS;
    p = pk_echo(&b->s, TARGET, GUEST, 0, 77, 0);
    p.icmp.code = 1;
    see(b, &p);
    assert_true(first(b)->flags & REQ_REPLY_MISMATCH);
    assert_int_equal(first(b)->alt_frame, 2);
    assert_int_equal(first(b)->status, REQUEST_OPEN);
    p = pk_echo(&b->s, TARGET, GUEST, 0, 77, 1);
    p.payload_len = 500; /* right id and seq, another payload */
    see(b, &p);
    assert_int_equal(first(b)->status, REQUEST_OPEN);
    assert_int_equal(first(b)->alt_count, 2);
}

/* A reply to a request from before the capture is no false one. */
static void test_reply_from_before(void **state)
{
    struct bench *b = *state;
    struct packet p = pk_echo(&b->s, GUEST, TARGET, 8, 77, 40);

    see(b, &p);
    b->s.ns += MS;
    p = pk_echo(&b->s, TARGET, GUEST, 0, 77, 39);
    see(b, &p);
    assert_false(first(b)->flags & REQ_REPLY_MISMATCH);
    assert_int_equal(first(b)->alt_count, 0);
}

static void test_udp7(void **state)
{
    struct bench *b = *state;
    struct packet p = pk_echo(&b->s, GUEST, TARGET, 8, 77, 1), u;

    see(b, &p);
    b->s.ns += MS;
    u = pk_udp(&b->s, false, TARGET, 7, GUEST, 77, "abcd", 4);
    see(b, &u);
    p = pk_error(&b->s, GUEST, &u, 3, 3);
    p.dst = TARGET;
    see(b, &p);
    assert_true(first(b)->flags & REQ_UDP7_REPLY);
    assert_int_equal(first(b)->alt_frame, 2);
    assert_int_equal(first(b)->guest_error_frame, 3);
    request_settle(b->l, b->s.ns + 3 * SEC);
    assert_int_equal(first(b)->status, REQUEST_NEVER);
}

static void test_echo_error(void **state)
{
    struct bench *b = *state;
    struct packet q = pk_echo(&b->s, GUEST, TARGET, 8, 77, 1), p;

    see(b, &q);
    b->s.ns += MS;
    p = pk_error(&b->s, TARGET, &q, 3, 3);
    see(b, &p);
    assert_int_equal(first(b)->status, REQUEST_ERROR);
    assert_int_equal(first(b)->error_type, 3);
    assert_int_equal(first(b)->error_code, 3);
    assert_true(addr_eq(&first(b)->error_src, &q.dst));
    assert_int_equal(request_stats(b->l, REQUEST_ECHO).error, 1);
}

static struct packet dns(struct bench *b, bool out, uint8_t *buf, uint16_t id,
                         uint16_t port, const char *name, uint8_t rcode)
{
    uint32_t n = dns_bytes(buf, id, !out, rcode, name);
    struct packet p =
        out ? pk_udp(&b->s, true, GUEST, port, V4(10, 0, 2, 3), 53, buf, n)
            : pk_udp(&b->s, false, V4(10, 0, 2, 3), 53, GUEST, port, buf, n);

    p.events |= EV_DNS;
    return p;
}

static void test_dns(void **state)
{
    struct bench *b = *state;
    uint8_t buf[64];
    struct packet p = dns(b, true, buf, 1, 40000, "example", 0);

    see(b, &p);
    assert_string_equal(first(b)->name, "example");
    b->s.ns += 5 * SEC;
    p = dns(b, true, buf, 2, 40001, "EXAMPLE", 0); /* new id, port, case */
    see(b, &p);
    assert_int_equal(count(b), 1);
    assert_int_equal(first(b)->tries, 2);
    b->s.ns += MS;
    p = dns(b, false, buf, 2, 40001, "example", 3);
    see(b, &p);
    assert_int_equal(first(b)->status, REQUEST_LATE);
    assert_int_equal(first(b)->rcode, 3);
    b->s.ns += MS;
    p = dns(b, true, buf, 3, 40002, "example", 0); /* asked anew */
    see(b, &p);
    assert_int_equal(count(b), 2);
}

static void test_dns_other_source(void **state)
{
    struct bench *b = *state;
    uint8_t buf[64];
    struct packet p = dns(b, true, buf, 1, 40000, "example", 0);

    see(b, &p);
    b->s.ns += MS;
    p = dns(b, false, buf, 1, 40000, "example", 0);
    p.src = TARGET;
    see(b, &p);
    assert_true(first(b)->flags & REQ_OTHER_SOURCE);
    assert_int_equal(first(b)->status, REQUEST_ANSWERED);
}

/* libslirp: the refusal comes from the host's own resolver address. */
static void test_dns_error(void **state)
{
    struct bench *b = *state;
    uint8_t buf[64];
    struct packet q = dns(b, true, buf, 1, 40000, "example", 0), p;
    union addr loopback = V4(127, 0, 0, 1);

    see(b, &q);
    b->s.ns += MS;
    p = pk_error(&b->s, loopback, &q, 3, 3);
    see(b, &p);
    assert_int_equal(first(b)->status, REQUEST_ERROR);
    assert_true(addr_eq(&first(b)->error_src, &loopback));
}

static void test_dns_hostile(void **state)
{
    struct bench *b = *state;
    static const uint8_t bytes[] = { 0, 1, 1, 0, 0, 1,    0,
                                     0, 0, 0, 0, 0, 0xc0, 0x0c };
    struct packet p =
        pk_udp(&b->s, true, GUEST, 40000, GW, 53, bytes, sizeof(bytes));

    p.events |= EV_DNS;
    see(b, &p); /* a name that points to itself */
    for (uint32_t n = 0; n < sizeof(bytes); n++) {
        p.payload_len = p.caplen = n;
        see(b, &p);
    }
    p.payload_len = 60000; /* says more than was captured */
    see(b, &p);
    assert_int_equal(request_next(b->l, REQUEST_NONE), REQUEST_NONE);
}

static struct packet dhcp(struct bench *b, uint8_t *buf, uint8_t type,
                          uint32_t xid)
{
    bool reply = type == 2 || type == 5 || type == 6;
    uint32_t n = dhcp_bytes(buf, type, xid, &guest_mac, reply ? 15 : 0);
    struct packet p =
        reply ? pk_udp(&b->s, false, GW, 67, V4(255, 255, 255, 255), 68, buf, n)
              : pk_udp(&b->s, true, V4(0, 0, 0, 0), 68, V4(255, 255, 255, 255),
                       67, buf, n);

    p.events |= EV_DHCP;
    return p;
}

static void test_dhcp(void **state)
{
    struct bench *b = *state;
    uint8_t buf[320];
    struct packet p = dhcp(b, buf, 1, 99);
    union addr mine = GUEST;

    see(b, &p);
    b->s.ns += 3 * SEC;
    p = dhcp(b, buf, 1, 99);
    see(b, &p);
    b->s.ns += MS;
    p = dhcp(b, buf, 2, 98); /* another transaction's */
    see(b, &p);
    assert_int_equal(first(b)->status, REQUEST_OPEN);
    p = dhcp(b, buf, 2, 99);
    p.flags |= PKT_CSUM_PARTIAL;
    see(b, &p);
    assert_int_equal(first(b)->status, REQUEST_LATE);
    assert_int_equal(first(b)->tries, 2);
    assert_true(first(b)->flags & REQ_REPLY_CSUM_PARTIAL);
    assert_true(addr_eq(&first(b)->yiaddr, &mine));
    p = dhcp(b, buf, 3, 99);
    see(b, &p);
    p = dhcp(b, buf, 6, 99);
    see(b, &p);
    assert_int_equal(count(b), 2);
    assert_int_equal(request_stats(b->l, REQUEST_DHCP).answered, 2);
}

/* RFC 2131 section 2.2: the server hopes for silence. */
static void test_dhcp_server_probes(void **state)
{
    struct bench *b = *state;
    uint8_t buf[320];
    struct packet p = dhcp(b, buf, 1, 99);

    see(b, &p);
    p = pk_arp(&b->s, &slirp_mac, &all_macs, 1, GW, GUEST);
    see(b, &p);
    p = pk_echo(&b->s, GW, GUEST, 8, 5, 0);
    see(b, &p);
    b->s.ns += 3 * SEC;
    p = dhcp(b, buf, 2, 99);
    see(b, &p);
    assert_int_equal(request_stats(b->l, REQUEST_ARP).never, 0);
    assert_int_equal(request_stats(b->l, REQUEST_ARP).gratuitous, 1);
    assert_int_equal(request_stats(b->l, REQUEST_ECHO).sent, 0);
}

static void on_retire(void *ctx, const struct request *r)
{
    struct bench *b = ctx;

    b->retired++;
    b->retired_status = r->status;
}

/* More open requests than places: the oldest leave, none is called lost. */
static void test_overflow(void **state)
{
    struct bench *b = *state;
    struct request_stats n;

    request_ledger_on_retire(b->l, on_retire, b);
    for (unsigned i = 0; i < 1000; i++, b->s.ns += 100) {
        struct packet p =
            pk_echo(&b->s, GUEST, TARGET, 8, (uint16_t)(i >> 4), (uint16_t)i);

        see(b, &p);
    }
    assert_int_equal(count(b), 64);
    assert_int_equal(b->retired, 1000 - 64);
    assert_int_equal(b->retired_status, REQUEST_OPEN);
    n = request_stats(b->l, REQUEST_ECHO);
    assert_int_equal(n.sent, 1000);
    assert_int_equal(n.never, 0);
    request_settle(b->l, b->s.ns + 10 * SEC);
    n = request_stats(b->l, REQUEST_ECHO);
    assert_int_equal(n.never, 64);
}

static void test_percentiles(void **state)
{
    struct bench *b = *state;
    struct request_stats n;

    for (unsigned i = 1; i <= 100; i++) {
        struct packet p = pk_echo(&b->s, GUEST, TARGET, 8, 1, (uint16_t)i);

        see(b, &p);
        b->s.ns += i * MS;
        p = pk_echo(&b->s, TARGET, GUEST, 0, 1, (uint16_t)i);
        see(b, &p);
    }
    n = request_stats(b->l, REQUEST_ECHO);
    assert_int_equal(n.answered, 100);
    assert_in_range(n.p50_us, 50000 * 81 / 100, 50000 * 119 / 100);
    assert_in_range(n.p95_us, 95000 * 81 / 100, 95000 * 119 / 100);
}

static void test_names(void **state)
{
    (void)state;
    assert_string_equal(request_kind_name(REQUEST_DHCP), "dhcp");
    assert_string_equal(request_status_name(REQUEST_ERROR), "error");
    assert_int_equal(request_timeout_ns(REQUEST_DNS), 5 * SEC);
}

#define request_test(f) cmocka_unit_test_setup_teardown(f, setup, teardown)

int main(void)
{
    const struct CMUnitTest tests[] = {
        request_test(test_arp),
        request_test(test_arp_never_and_retry),
        request_test(test_arp_probe),
        request_test(test_ndp),
        request_test(test_echo),
        request_test(test_false_reply),
        request_test(test_reply_from_before),
        request_test(test_udp7),
        request_test(test_echo_error),
        request_test(test_dns),
        request_test(test_dns_other_source),
        request_test(test_dns_error),
        request_test(test_dns_hostile),
        request_test(test_dhcp),
        request_test(test_dhcp_server_probes),
        request_test(test_overflow),
        request_test(test_percentiles),
        cmocka_unit_test(test_names),
    };

    return cmocka_run_group_tests(tests, NULL, NULL);
}
