/* SPDX-License-Identifier: BSD-3-Clause
 *
 * The virtio-net header before a frame: found where it is, and never seen
 * where it is not.
 */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>

#include <cmocka.h>

#include "tests/unit/frame.h"

#define ZERO10   "00 00 0000 0000 0000 0000 "
#define ZERO12   ZERO10 "0000 "
#define GUEST    "525400123456 "
#define BRIDGE   "525400aabb01 "
#define IP_HDR   "4500 0020 1234 0000 4011 0000 0a000202 0a00020f "
#define UDP      "c3500050 000c 0000 0001 0002 "
#define ARP_HEAD "0001 0800 06 04 0001 "
#define ARP      ARP_HEAD GUEST "0a00020f 000000000000 0a000202 "
#define NS                                                  \
    "60000000 0018 3a ff fe800000000000000000000000000002 " \
    "ff020000000000000000000000000001 8700 0000 00000000 "  \
    "fe800000000000000000000000000002 "
#define STP_BODY                                                              \
    "0026 424203 0000 02 02 7c 8000 525400aabb01 00000000 8000 525400aabb01 " \
    "8001 0000 1400 0200 0f00 "

static unsigned vnet_of(const char *hex)
{
    struct frame f = frame_of(hex);
    const struct packet *p = dissect_whole(&f);

    assert_int_equal(!!(p->flags & PKT_VNET), p->vnet_len != 0);
    if (p->vnet_len) {
        assert_int_equal(p->layer[0].proto, PROTO_VNET);
        assert_int_equal(p->layer[0].header_len, p->vnet_len);
        assert_int_equal(p->layer[1].proto, PROTO_ETH);
        assert_int_equal(p->layer[1].off, p->vnet_len);
        assert_false(p->events & EV_DAMAGED);
    }
    return p->vnet_len;
}

static void test_found(void **state)
{
    (void)state;
    assert_int_equal(vnet_of(ZERO10 GUEST BRIDGE "0800 " IP_HDR UDP), 10);
    assert_int_equal(vnet_of(ZERO12 GUEST BRIDGE "0800 " IP_HDR UDP), 12);
    assert_int_equal(vnet_of(ZERO10 "ffffffffffff " GUEST "0806 " ARP), 10);
    assert_int_equal(vnet_of(ZERO12 "ffffffffffff " GUEST "0806 " ARP), 12);
    assert_int_equal(vnet_of(ZERO10 "333300000001 " GUEST "86dd " NS), 10);
    assert_int_equal(vnet_of(ZERO12 "333300000001 " GUEST "86dd " NS), 12);
    assert_int_equal(vnet_of(ZERO12 GUEST BRIDGE "8100 0007 0800 " IP_HDR UDP),
                     12);
    assert_int_equal(vnet_of(ZERO12 "0180c2000000 " BRIDGE STP_BODY), 12);
    /* The reverse ARP by which QEMU announces a migrated guest. */
    assert_int_equal(vnet_of(ZERO10 "ffffffffffff " GUEST
                                    "8035 0001 0800 06 04 0003 " GUEST
                                    "00000000 " GUEST "00000000"),
                     10);
    /* num_buffers of a modern device */
    assert_int_equal(vnet_of(ZERO10 "0100 " GUEST BRIDGE "0800 " IP_HDR UDP),
                     12);
}

/* Guest addresses that read as EtherType or length where plain Ethernet has
 * them: VirtualBox's OUI is 0800. */
static void test_found_behind_odd_macs(void **state)
{
    (void)state;
    assert_int_equal(vnet_of(ZERO12 "080027123456 " BRIDGE "0800 " IP_HDR UDP),
                     12);
    assert_int_equal(vnet_of(ZERO10 "52540800aabb " BRIDGE "0800 " IP_HDR UDP),
                     10);
    assert_int_equal(vnet_of(ZERO12 "080600123456 " BRIDGE "0800 " IP_HDR UDP),
                     12);
    assert_int_equal(vnet_of(ZERO10 "525400123456 " BRIDGE "0806 " ARP), 10);
    assert_int_equal(vnet_of(ZERO12 "00163e123456 " BRIDGE "0806 " ARP), 12);
}

/* As plain Ethernet: IPv4 with options and a length far beyond the frame. */
static void test_found_behind_options(void **state)
{
    (void)state;
    assert_int_equal(vnet_of(ZERO12 "080046db608f " BRIDGE "0800 " IP_HDR UDP),
                     12);
}

static void test_fields(void **state)
{
    /* NEEDS_CSUM, TCPv4, hdr_len 54, gso_size 1448, csum at 34 + 16 */
    struct frame f =
        frame_of("01 01 3600 a805 2200 1000 0000 " BRIDGE GUEST
                 "0800 4500 1120 1234 4000 4006 0000 0a00020f 0a000202 "
                 "c3500050 00000001 00000002 5010 faf0 0000 0000");
    const struct packet *p =
        dissect_cut(&f, f.len, 12 + 14 + 4384, LT_ETH, NULL);

    (void)state;
    assert_int_equal(p->vnet_len, 12);
    assert_int_equal(p->vnet_flags, 1);
    assert_int_equal(p->vnet_gso_type, 1);
    assert_int_equal(p->vnet_gso_size, 1448);
    assert_true(p->flags & PKT_VNET_NEEDS_CSUM);
    assert_true(p->flags & PKT_VNET_GSO);
    assert_int_equal(p->ip_off, 26);
    assert_int_equal(p->payload_len, 4384 - 40);
    assert_int_equal(p->eth_src.b[3], 0x12);
}

/* Headers no device writes: then it is some frame we do not know. */
static void test_header_refused(void **state)
{
    (void)state;
#define BEHIND GUEST BRIDGE "0800 " IP_HDR UDP
    assert_int_equal(vnet_of("08 00 0000 0000 0000 0000 0000 " BEHIND), 0);
    assert_int_equal(vnet_of("00 02 0000 0000 0000 0000 0000 " BEHIND), 0);
    assert_int_equal(vnet_of("00 80 0000 0000 0000 0000 0000 " BEHIND), 0);
    assert_int_equal(vnet_of("00 00 0000 0100 0000 0000 0000 " BEHIND), 0);
    assert_int_equal(vnet_of("00 01 0000 0000 0000 0000 0000 " BEHIND), 0);
    assert_int_equal(vnet_of("00 00 0000 0000 2200 1000 0000 " BEHIND), 0);
    assert_int_equal(vnet_of("01 00 0000 0000 0100 1000 0000 " BEHIND), 0);
    assert_int_equal(vnet_of("01 00 0000 0000 f0ff 1000 0000 " BEHIND), 0);
    assert_int_equal(vnet_of("00 00 ffff 0000 0000 0000 0000 " BEHIND), 0);
    assert_int_equal(vnet_of("00 00 0000 0000 0000 0000 0001 " BEHIND), 0);
#undef BEHIND
}

/* What stands behind must agree with the frame's length. */
static void test_behind_refused(void **state)
{
    (void)state;
    assert_int_equal(vnet_of(ZERO10 GUEST BRIDGE
                             "0800 4500 0021 1234 0000 4011 "
                             "0000 0a000202 0a00020f " UDP),
                     0);
    assert_int_equal(vnet_of(ZERO10 GUEST BRIDGE
                             "0800 5500 0020 1234 0000 4011 "
                             "0000 0a000202 0a00020f " UDP),
                     0);
    assert_int_equal(vnet_of(ZERO10 GUEST BRIDGE "1234 " IP_HDR UDP), 0);
    assert_int_equal(vnet_of(ZERO12 "0180c2000000 " BRIDGE
                                    "0026 e0e003 0000000000000000000000000000"
                                    "00000000000000000000000000000000000000"),
                     0);
}

/* Frames that are Ethernet, whatever their first octets look like. */
static void test_plain(void **state)
{
    static const char *const plain[] = {
        /* loopback device: no addresses at all */
        "000000000000 000000000000 0800 " IP_HDR UDP,
        "000000000000 000000000000 86dd " NS,
        "000000000000 000000000000 0806 " ARP,
        /* multicast whose first octets are flags 1, gso 0 */
        "01005e0000fb " GUEST "0800 " IP_HDR UDP,
        "0180c2000000 " BRIDGE STP_BODY,
        "0180c200000e " BRIDGE "88cc 0207 04 525400aabb01 0403 0531 0000",
        "000000000000 000000000000 8100 0007 0800 " IP_HDR UDP,
        /* SNAP behind 802.3 */
        "000000000000 000000000000 0030 aaaa03 000000 0800 " IP_HDR UDP,
        /* an unknown type whose payload is an Ethernet frame */
        "000000000000 000000000000 1234 " GUEST BRIDGE "0800 " IP_HDR UDP,
        "000000000000 000000000000 8847 00001140 " IP_HDR UDP,
        "000400010006 000000000000 88f7 " IP_HDR UDP,
        "000000000000 000000000000 0800 ",
        "000000000000 ",
        "",
    };

    (void)state;
    for (size_t i = 0; i < sizeof(plain) / sizeof(plain[0]); i++) {
        if (vnet_of(plain[i]) != 0)
            fail_msg("frame %zu taken for virtio", i);
    }
}

/* A virtio frame cut anywhere is either seen as one or left alone. */
static void test_cut(void **state)
{
    struct frame f = frame_of(ZERO12 GUEST BRIDGE "0800 " IP_HDR UDP);

    (void)state;
    for (size_t n = 0; n <= f.len; n++) {
        const struct packet *p = dissect_cut(&f, n, f.len, LT_ETH, NULL);

        assert_int_equal(p->vnet_len, n >= 30 ? 12 : 0);
    }
    /* Only Ethernet files have it. */
    assert_int_equal(dissect_cut(&f, f.len, f.len, LT_SLL, NULL)->vnet_len, 0);
}

static int setup(void **state)
{
    (void)state;
    proto_init();
    return 0;
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(test_found),
        cmocka_unit_test(test_found_behind_odd_macs),
        cmocka_unit_test(test_found_behind_options),
        cmocka_unit_test(test_fields),
        cmocka_unit_test(test_header_refused),
        cmocka_unit_test(test_behind_refused),
        cmocka_unit_test(test_plain),
        cmocka_unit_test(test_cut),
    };

    return cmocka_run_group_tests(tests, setup, NULL);
}
