/* SPDX-License-Identifier: BSD-3-Clause
 *
 * Stations: identity, own and foreign addresses, limits.
 */
#include "packet_make.h"

#include "dissect/station.h"

static int setup(void **state)
{
    *state = station_table_new(1);
    return *state ? 0 : -1;
}

static int teardown(void **state)
{
    station_table_free(*state);
    return 0;
}

static void see(struct station_table *t, const struct packet *p)
{
    uint16_t a, b;

    station_observe(t, p, &a, &b);
}

static void test_both_ways(void **state)
{
    struct station_table *t = *state;
    struct scene s = { 0, 0 };
    uint16_t a, b, c, d;
    struct packet p = pk_ip(&s, &guest_mac, &slirp_mac, V4(10, 0, 2, 15),
                            V4(198, 51, 100, 1));

    station_observe(t, &p, &a, &b);
    p = pk_ip(&s, &slirp_mac, &guest_mac, V4(198, 51, 100, 1),
              V4(10, 0, 2, 15));
    station_observe(t, &p, &c, &d);
    assert_int_equal(a, d);
    assert_int_equal(b, c);
    assert_int_equal(station_count(t), 2);
    assert_int_equal(station_get(t, a)->sent, 1);
    assert_int_equal(station_get(t, a)->received, 1);
    assert_int_equal(station_find_mac(t, &guest_mac), a);
    assert_int_equal(station_find_mac(t, &other_mac), STATION_NONE);
}

/* One global source is enough; a private one may be its own. */
static void test_gateway(void **state)
{
    struct station_table *t = *state;
    struct scene s = { 0, 0 };
    struct packet p =
        pk_ip(&s, &slirp_mac, &guest_mac, V4(10, 0, 2, 3), V4(10, 0, 2, 15));
    union addr dns = V4(10, 0, 2, 3), far = V4(198, 51, 100, 1);
    uint16_t gw;

    see(t, &p);
    gw = station_find_mac(t, &slirp_mac);
    assert_false(station_get(t, gw)->flags & STATION_GATEWAY);
    assert_int_equal(station_find_ip(t, &dns), gw);
    p = pk_ip(&s, &slirp_mac, &guest_mac, far, V4(10, 0, 2, 15));
    see(t, &p);
    assert_true(station_get(t, gw)->flags & STATION_GATEWAY);
    assert_int_equal(station_find_ip(t, &far), STATION_NONE);
    assert_false(station_get(t, station_find_mac(t, &guest_mac))->flags &
                 STATION_GATEWAY);
}

/* A guest with a global address of its own, once ARP proves it. */
static void test_global_guest(void **state)
{
    struct station_table *t = *state;
    struct scene s = { 0, 0 };
    union addr own = V4(198, 51, 100, 9);
    struct packet p =
        pk_ip(&s, &guest_mac, &slirp_mac, own, V4(198, 51, 100, 1));
    uint16_t i;

    see(t, &p);
    i = station_find_mac(t, &guest_mac);
    assert_true(station_get(t, i)->flags & STATION_GATEWAY);
    p = pk_arp(&s, &guest_mac, &all_macs, 1, own, V4(198, 51, 100, 1));
    see(t, &p);
    assert_false(station_get(t, i)->flags & STATION_GATEWAY);
    assert_true(station_proved(t, i, &own));
}

static void test_claims_are_bounded(void **state)
{
    struct station_table *t = *state;
    struct scene s = { 0, 0 };
    uint16_t i;

    for (unsigned k = 1; k < 200; k++) {
        struct packet p = pk_arp(&s, &guest_mac, &all_macs, 1, V4(10, 0, 2, k),
                                 V4(10, 0, 2, 2));

        see(t, &p);
    }
    i = station_find_mac(t, &guest_mac);
    assert_int_equal(station_get(t, i)->nip, STATION_IPS);
}

static void test_table_is_bounded(void **state)
{
    struct station_table *t = *state;
    struct scene s = { 0, 0 };
    uint16_t a = 0, b = 0;

    for (unsigned k = 0; k < 3000; k++) {
        struct mac m = { { 2, 0, 0, 0, (uint8_t)(k >> 8), (uint8_t)k } };
        struct packet p =
            pk_ip(&s, &m, &slirp_mac, V4(10, 0, 2, 9), V4(10, 0, 2, 2));

        station_observe(t, &p, &a, &b);
    }
    assert_int_equal(station_count(t), STATIONS_MAX);
    assert_int_equal(a, STATION_NONE);
    assert_true(station_overflow(t) > 0);
    assert_null(station_get(t, STATION_NONE));
}

/* Group addresses may not take the places of cards. */
static void test_groups_are_bounded(void **state)
{
    struct station_table *t = *state;
    struct scene s = { 0, 0 };

    for (unsigned k = 0; k < 3000; k++) {
        struct mac m = { { 0x33, 0x33, 0, 0, (uint8_t)(k >> 8), (uint8_t)k } };
        struct packet p = pk_frame(&s, &guest_mac, &m);

        see(t, &p);
    }
    assert_true(station_count(t) < STATIONS_MAX / 2);
    assert_true(station_in_all(t, station_find_mac(t, &guest_mac)));
}

static void test_in_all(void **state)
{
    struct station_table *t = *state;
    struct scene s = { 0, 0 };
    struct packet p;

    for (unsigned k = 0; k < 100; k++) {
        p = pk_ip(&s, &guest_mac, k & 1 ? &slirp_mac : &other_mac,
                  V4(10, 0, 2, 15), V4(10, 0, 2, 2));
        see(t, &p);
    }
    p = pk_frame(&s, &other_mac, &all_macs);
    see(t, &p);
    assert_true(station_in_all(t, station_find_mac(t, &guest_mac)));
    assert_false(station_in_all(t, station_find_mac(t, &slirp_mac)));
    assert_false(station_in_all(t, station_find_mac(t, &all_macs)));
}

static void test_without_macs(void **state)
{
    struct station_table *t = *state;
    struct scene s = { 0, 0 };
    union addr guest = V4(192, 168, 127, 2), far = V4(198, 51, 100, 1);
    struct packet p = pk_ip(&s, &guest_mac, &slirp_mac, guest, far);
    uint16_t a, b;

    p.flags = 0;
    station_observe(t, &p, &a, &b);
    assert_int_not_equal(a, b);
    assert_true(station_get(t, a)->flags & STATION_NO_MAC);
    assert_int_equal(station_find_ip(t, &far), b);
    assert_int_equal(station_find_mac(t, &guest_mac), STATION_NONE);
}

static void test_lengths(void **state)
{
    struct station_table *t = *state;
    struct scene s = { 0, 0 };
    struct packet p = pk_tcp(&s, true, V4(10, 0, 2, 15), 40000,
                             V4(198, 51, 100, 1), 80, TCP_SYN, 1, 0);
    uint16_t i;

    see(t, &p);
    i = station_find_mac(t, &guest_mac);
    assert_int_equal(station_syn_mtu(t, i), 1500);
    p = pk_tcp(&s, true, V4(10, 0, 2, 15), 40000, V4(198, 51, 100, 1), 80,
               TCP_ACK, 2, 1);
    p.ip_len = 65000; /* a super-frame: no MTU */
    see(t, &p);
    assert_int_equal(station_get(t, i)->max_ip_len, 60);
    p.ip_len = 1500;
    see(t, &p);
    assert_int_equal(station_get(t, i)->max_ip_len, 1500);
}

static void test_hostname_is_escaped(void **state)
{
    struct station_table *t = *state;
    struct scene s = { 0, 0 };
    struct packet p = pk_frame(&s, &guest_mac, &slirp_mac);

    see(t, &p);
    station_set_hostname(t, 0, (const uint8_t *)"vm\x1b[2J", 6);
    assert_string_equal(station_get(t, 0)->hostname, "vm\\x1b[2J");
    station_set_hostname(t, STATION_NONE, (const uint8_t *)"x", 1);
}

static void test_vendor(void **state)
{
    (void)state;
    assert_string_equal(mac_vendor(&guest_mac), "QEMU/KVM");
    assert_string_equal(mac_vendor(&slirp_mac), "libslirp");
    assert_null(mac_vendor(&other_mac));
}

#define station_test(f) cmocka_unit_test_setup_teardown(f, setup, teardown)

int main(void)
{
    const struct CMUnitTest tests[] = {
        station_test(test_both_ways),
        station_test(test_gateway),
        station_test(test_global_guest),
        station_test(test_claims_are_bounded),
        station_test(test_table_is_bounded),
        station_test(test_groups_are_bounded),
        station_test(test_in_all),
        station_test(test_without_macs),
        station_test(test_lengths),
        station_test(test_hostname_is_escaped),
        cmocka_unit_test(test_vendor),
    };

    return cmocka_run_group_tests(tests, NULL, NULL);
}
