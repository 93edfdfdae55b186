/* SPDX-License-Identifier: BSD-3-Clause
 *
 * Who is a guest, what it was given, and what is off its link.
 */
#include "packet_make.h"

#include <stdlib.h>

#include "dissect/facts.h"

#define GUEST  V4(10, 0, 2, 15)
#define GW     V4(10, 0, 2, 2)
#define TARGET V4(198, 51, 100, 1)

/** struct bench - What the model would hold of it */
struct bench {
    struct facts f;
    struct guest_tracker *t;
    struct scene s;
};

static int setup(void **state)
{
    struct bench *b = calloc(1, sizeof(*b));

    b->f.stations = station_table_new(1);
    b->t = guest_tracker_new(NULL);
    b->s.ns = 1000 * SEC;
    *state = b;
    return b->t ? 0 : -1;
}

static int teardown(void **state)
{
    struct bench *b = *state;

    station_table_free(b->f.stations);
    guest_tracker_free(b->t);
    free(b);
    return 0;
}

static void see(struct bench *b, const struct packet *p)
{
    uint16_t src, dst;

    station_observe(b->f.stations, p, &src, &dst);
    if (p->events & GUEST_EVENTS)
        guest_observe(b->t, b->f.stations, p, src, dst);
    b->s.ns += MS;
}

static void dhcp(struct bench *b, uint8_t type)
{
    uint8_t buf[320];
    bool reply = type == 2 || type == 5;
    uint32_t n = dhcp_bytes(buf, type, 7, &guest_mac, reply ? 15 : 0);
    struct packet p =
        reply ? pk_udp(&b->s, false, GW, 67, V4(255, 255, 255, 255), 68, buf, n)
              : pk_udp(&b->s, true, V4(0, 0, 0, 0), 68, V4(255, 255, 255, 255),
                       67, buf, n);

    p.eth_dst = all_macs;
    p.events |= EV_DHCP;
    see(b, &p);
}

static void boot(struct bench *b)
{
    struct packet p;

    dhcp(b, 1);
    dhcp(b, 2);
    dhcp(b, 3);
    dhcp(b, 5);
    p = pk_arp(&b->s, &guest_mac, &all_macs, 1, GUEST, GW);
    see(b, &p);
    p = pk_arp(&b->s, &slirp_mac, &guest_mac, 2, GW, GUEST);
    see(b, &p);
    p = pk_tcp(&b->s, true, GUEST, 40000, TARGET, 80, TCP_SYN, 1, 0);
    see(b, &p);
    p = pk_tcp(&b->s, false, TARGET, 80, GUEST, 40000, TCP_SYN | TCP_ACK, 9, 2);
    see(b, &p);
}

static void test_boot(void **state)
{
    struct bench *b = *state;
    const struct guest *g = &b->f.guest[0];
    union addr mine = GUEST, gw = GW;

    boot(b);
    guest_decide(b->t, &b->f);
    assert_int_equal(b->f.nguest, 1);
    assert_true(mac_eq(&g->mac, &guest_mac));
    assert_true(g->confidence >= 80);
    assert_true(g->lease.valid);
    assert_int_equal(g->lease.prefix_len, 24);
    assert_int_equal(g->lease.lease_s, 86400);
    assert_true(addr_eq(&g->ipv4[0], &mine));
    assert_true(addr_eq(&g->gateway_ip, &gw));
    assert_int_equal(g->gateway, station_find_mac(b->f.stations, &slirp_mac));
    assert_string_equal(g->hostname, "vm\\x1b!");
    assert_int_equal(g->mtu, 1500);
    assert_true(g->bringup[BRINGUP_DHCP].ok);
    assert_int_equal(g->bringup[BRINGUP_DHCP].took_ns, 3 * MS);
    assert_int_equal(g->bringup[BRINGUP_DHCP].frame, 1);
    assert_true(g->bringup[BRINGUP_ARP_GW].ok);
    assert_int_equal(g->bringup[BRINGUP_FIRST_TCP].took_ns, MS);
    assert_false(g->bringup[BRINGUP_DNS].seen);
}

static void test_unanswered_stage(void **state)
{
    struct bench *b = *state;

    dhcp(b, 1);
    dhcp(b, 1);
    guest_decide(b->t, &b->f);
    assert_int_equal(b->f.nguest, 1);
    assert_true(b->f.guest[0].bringup[BRINGUP_DHCP].seen);
    assert_false(b->f.guest[0].bringup[BRINGUP_DHCP].ok);
    assert_int_equal(b->f.guest[0].bringup[BRINGUP_DHCP].took_ns, -1);
}

/* A renewal, minutes into a capture that began later, is no start. */
static void test_renewal_is_no_start(void **state)
{
    struct bench *b = *state;
    uint8_t buf[320];
    uint32_t n = dhcp_bytes(buf, 3, 7, &guest_mac, 0);
    struct packet p;

    memcpy(buf + 12, "\x0a\x00\x02\x0f", 4); /* ciaddr */
    p = pk_udp(&b->s, true, GUEST, 68, GW, 67, buf, n);
    p.events |= EV_DHCP;
    see(b, &p);
    dhcp(b, 5);
    guest_decide(b->t, &b->f);
    assert_int_equal(b->f.nguest, 1);
    assert_true(b->f.guest[0].lease.valid);
    assert_false(b->f.guest[0].bringup[BRINGUP_DHCP].seen);
}

static void test_off_link(void **state)
{
    struct bench *b = *state;
    const struct guest *g = &b->f.guest[0];
    union addr far = TARGET, near = V4(10, 0, 2, 77), gw = GW, mine = GUEST,
               dns = V4(10, 0, 2, 3), group = V4(224, 0, 0, 251),
               all = V4(255, 255, 255, 255);

    boot(b);
    guest_decide(b->t, &b->f);
    assert_true(facts_off_link(g, &far));
    assert_false(facts_off_link(g, &near));
    assert_false(facts_off_link(g, &group));
    assert_false(facts_off_link(g, &all));
    assert_true(facts_is_gateway(&b->f, g, &gw));
    assert_true(facts_is_gateway(&b->f, g, &dns));
    assert_false(facts_is_gateway(&b->f, g, &near));
    assert_false(facts_is_gateway(&b->f, g, &far));
    assert_false(facts_is_gateway(&b->f, g, &mine));
    assert_true(facts_guest_owns(g, &mine));
}

static void test_direction(void **state)
{
    struct bench *b = *state;
    struct guest g = { .station = 4 };
    struct flow f;

    memset(&f, 0, sizeof(f));
    f.station[0] = 4;
    f.station[1] = 4;
    assert_int_equal(facts_guest_dir(&b->f, &g, &f), 0);
    f.station[0] = 2;
    assert_int_equal(facts_guest_dir(&b->f, &g, &f), 1);
    f.station[1] = STATION_NONE;
    assert_int_equal(facts_guest_dir(&b->f, &g, &f), -1);
    g.station = STATION_NONE; /* known by address only */
    g.ipv4[0] = f.addr[1] = GUEST;
    g.nipv4 = 1;
    assert_int_equal(facts_guest_dir(&b->f, &g, &f), 1);
}

/* Neither MAC nor DHCP tells; the place of the capture does. */
static void test_passt_like(void **state)
{
    struct bench *b = *state;
    static const struct mac odd = { { 0x00, 0x25, 0x90, 1, 2, 3 } };

    for (unsigned i = 0; i < 10; i++) {
        struct packet p = pk_ip(&b->s, &odd, &other_mac, V4(192, 0, 2, 5),
                                V4(198, 51, 100, i));

        p.src = V4(192, 168, 1, 5);
        see(b, &p);
        p = pk_ip(&b->s, &other_mac, &odd, V4(198, 51, 100, i),
                  V4(192, 168, 1, 5));
        see(b, &p);
    }
    guest_decide(b->t, &b->f);
    assert_int_equal(b->f.nguest, 1);
    assert_true(mac_eq(&b->f.guest[0].mac, &odd));
    assert_true(b->f.guest[0].confidence >= 40);
}

/* An ordinary LAN: somebody is shown, and that little is known. */
static void test_lan(void **state)
{
    struct bench *b = *state;

    for (unsigned i = 0; i < 60; i++) {
        struct mac a = { { 0, 0x25, 0x90, 0, 0, (uint8_t)(i % 6) } };
        struct mac c = { { 0, 0x25, 0x90, 0, 0, (uint8_t)((i + 1) % 6) } };
        struct packet p = pk_ip(&b->s, &a, &c, V4(192, 168, 1, 10 + i % 6),
                                V4(192, 168, 1, 10 + (i + 1) % 6));

        see(b, &p);
    }
    guest_decide(b->t, &b->f);
    assert_int_equal(b->f.nguest, 1);
    assert_true(b->f.guest[0].confidence < 40);
}

static void test_two_guests(void **state)
{
    struct bench *b = *state;
    struct mac m[2] = { { { 0x52, 0x54, 0, 1, 1, 1 } },
                        { { 0x52, 0x54, 0, 2, 2, 2 } } };

    for (unsigned i = 0; i < 20; i++) {
        struct packet p = pk_ip(&b->s, &m[i & 1], &other_mac,
                                V4(192, 168, 122, 20 + (i & 1)), TARGET);

        see(b, &p);
        p = pk_ip(&b->s, &other_mac, &m[i & 1], TARGET,
                  V4(192, 168, 122, 20 + (i & 1)));
        see(b, &p);
    }
    guest_decide(b->t, &b->f);
    assert_int_equal(b->f.nguest, 2);
    assert_true(mac_eq(&b->f.guest[0].mac, &m[0]));
    assert_true(mac_eq(&b->f.guest[1].mac, &m[1]));
}

static void test_raw(void **state)
{
    struct bench *b = *state;

    for (unsigned i = 0; i < 20; i++) {
        struct packet p = pk_tcp(&b->s, true, V4(192, 168, 127, 2), 40000,
                                 V4(198, 51, 100, i), 443, TCP_SYN, 1, 0);

        p.flags = 0;
        see(b, &p);
    }
    guest_decide(b->t, &b->f);
    assert_int_equal(b->f.nguest, 1);
    assert_false(b->f.guest[0].has_mac);
    assert_int_equal(addr_v4_host(&b->f.guest[0].ipv4[0]), 0xc0a87f02);
}

static void test_forced(void **state)
{
    struct bench *b = *state;
    struct guest_choice choice = { .has_ip = true, .ip = V4(9, 9, 9, 9) };
    struct guest_tracker *t = guest_tracker_new(&choice);

    boot(b);
    guest_decide(t, &b->f); /* an address that is not there */
    assert_int_equal(b->f.nguest, 1);
    assert_true(b->f.guest[0].forced);
    assert_int_equal(b->f.guest[0].station, STATION_NONE);
    assert_true(facts_guest_owns(&b->f.guest[0], &choice.ip));
    guest_tracker_free(t);
    choice = (struct guest_choice){ .has_mac = true, .mac = slirp_mac };
    t = guest_tracker_new(&choice);
    guest_decide(t, &b->f);
    assert_int_equal(b->f.nguest, 1);
    assert_int_equal(b->f.guest[0].confidence, 100);
    assert_true(mac_eq(&b->f.guest[0].mac, &slirp_mac));
    guest_tracker_free(t);
}

/* A static guest whose gateway is dead: whom it asks for is what it means. */
static void test_silent_gateway(void **state)
{
    struct bench *b = *state;
    union addr wrong = V4(10, 0, 2, 1);

    for (unsigned i = 0; i < 4; i++) {
        struct packet p = pk_arp(&b->s, &guest_mac, &all_macs, 1, GUEST, wrong);

        see(b, &p);
    }
    guest_decide(b->t, &b->f);
    assert_int_equal(b->f.nguest, 1);
    assert_int_equal(b->f.guest[0].gateway, STATION_NONE);
    assert_true(addr_eq(&b->f.guest[0].gateway_ip, &wrong));
    assert_true(b->f.guest[0].bringup[BRINGUP_ARP_GW].seen);
    assert_false(b->f.guest[0].bringup[BRINGUP_ARP_GW].ok);
}

static void test_nothing(void **state)
{
    struct bench *b = *state;

    guest_decide(b->t, &b->f);
    assert_int_equal(b->f.nguest, 0);
    assert_string_equal(bringup_stage_name(BRINGUP_FIRST_TCP), "first-tcp");
}

#define guest_test(f) cmocka_unit_test_setup_teardown(f, setup, teardown)

int main(void)
{
    const struct CMUnitTest tests[] = {
        guest_test(test_boot),       guest_test(test_unanswered_stage),
        guest_test(test_boot),       guest_test(test_renewal_is_no_start),
        guest_test(test_off_link),   guest_test(test_direction),
        guest_test(test_passt_like), guest_test(test_lan),
        guest_test(test_two_guests), guest_test(test_raw),
        guest_test(test_forced),     guest_test(test_silent_gateway),
        guest_test(test_nothing),
    };

    return cmocka_run_group_tests(tests, NULL, NULL);
}
