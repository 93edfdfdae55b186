/* SPDX-License-Identifier: BSD-3-Clause
 *
 * Tunnels, IPsec, SCTP and what stands on LLC. What is inside a tunnel is read
 * for a person only and never changes what is known about the packet.
 */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdlib.h>

#include <cmocka.h>

#include "dissect/proto/ah.h"
#include "dissect/proto/esp.h"
#include "dissect/proto/geneve.h"
#include "dissect/proto/gre.h"
#include "dissect/proto/lldp.h"
#include "dissect/proto/llc.h"
#include "dissect/proto/sctp.h"
#include "dissect/proto/stp.h"
#include "dissect/proto/vxlan.h"

#include "tests/unit/app_frame.h"

/* 192.168.1.1:1000 to 192.168.1.2:2000, UDP, with and without Ethernet */
static const uint8_t inner_eth[] = { 2, 0, 0, 0, 0, 1, 2, 0, 0, 0, 0, 2, 8, 0 };
static const uint8_t inner_ip[] = {
    0x45, 0,   0, 32, 0, 1,    0, 0,    64, 17, 0, 0, 192, 168, 1,   1,
    192,  168, 1, 2,  3, 0xe8, 7, 0xd0, 0,  12, 0, 0, 'a', 'b', 'c', 'd',
};

/* A header, then the inner frame or packet. */
static size_t wrap(uint8_t *out, const void *header, size_t n, bool ethernet)
{
    memcpy(out, header, n);
    if (ethernet) {
        memcpy(out + n, inner_eth, sizeof(inner_eth));
        n += sizeof(inner_eth);
    }
    memcpy(out + n, inner_ip, sizeof(inner_ip));
    return n + sizeof(inner_ip);
}

static unsigned layers_of(const struct packet *pkt, enum proto proto)
{
    unsigned n = 0;

    for (unsigned i = 0; i < pkt->nlayer; i++)
        n += pkt->layer[i].proto == proto;
    return n;
}

/* With and without a tree: the same packet, one with inner layers. */
static void check_tunnel(struct app_frame *f, enum proto proto)
{
    app_dissect(f, false);
    assert_true(f->pkt.flags & PKT_TUNNEL);
    assert_true(f->pkt.events & EV_TUNNEL);
    assert_int_equal(layers_of(&f->pkt, PROTO_IP), 1);
    assert_non_null(packet_find_layer(&f->pkt, proto));
    app_dissect(f, true);
    assert_true(f->pkt.events & EV_TUNNEL);
    assert_int_equal(layers_of(&f->pkt, PROTO_IP), 2);
    assert_int_equal(layers_of(&f->pkt, PROTO_UDP), proto == PROTO_GRE ? 1 : 2);
    assert_int_equal(addr_v4_host(&f->pkt.src), 0x0a00020f);
    assert_int_not_equal(f->pkt.sport, 1000);
}

static void test_vxlan(void **state)
{
    static const uint16_t ports[] = { 4789, 8472 };
    static struct app_frame f;
    uint8_t b[200];
    size_t n = wrap(b, "\x08\0\0\0\0\x12\x34\0", 8, true);
    struct vxlan_hdr h;

    (void)state;
    assert_true(vxlan_parse(app_cursor(b, n), &h));
    assert_int_equal(h.vni, 0x1234);
    for (unsigned i = 0; i < 2; i++) {
        app_udp(&f, 50000, ports[i], b, n);
        check_tunnel(&f, PROTO_VXLAN);
        assert_string_equal(app_text(&f, "vxlan.vni"), "VNI: 4660");
    }
    b[0] = 0;
    assert_false(vxlan_parse(app_cursor(b, n), &h));
    assert_false(vxlan_parse(app_cursor("\x08\0\0\0\0\1\2", 7), &h));
}

static void test_geneve(void **state)
{
    static struct app_frame f;
    uint8_t b[200];
    size_t n = wrap(b, "\1\x40\x65\x58\0\0\7\0\1\2\x80\0", 12, true);
    struct geneve_hdr h;

    (void)state;
    assert_true(geneve_parse(app_cursor(b, n), &h));
    assert_int_equal(h.vni, 7);
    assert_int_equal(h.options_len, 4);
    assert_true(h.critical && !h.oam);
    app_udp(&f, 50000, 6081, b, n);
    check_tunnel(&f, PROTO_GENEVE);
    assert_string_equal(app_text(&f, "geneve.option.class"), "Class: 0x0102");
    n = wrap(b, "\0\0\x08\0\0\0\7\0", 8, false);
    app_udp(&f, 50000, 6081, b, n);
    check_tunnel(&f, PROTO_GENEVE);
    b[0] = 0x3f; /* options of 252 octets that are not there */
    app_udp(&f, 50000, 6081, b, n);
    app_dissect(&f, true);
    assert_true(f.pkt.layer[3].flags & LAYER_CUT_BY_OUTER);
}

static void test_gre(void **state)
{
    static struct app_frame f;
    uint8_t b[200];
    size_t n = wrap(b, "\xb0\0\x08\0\xab\xcd\0\0\0\0\0\5\0\0\0\6", 16, false);
    struct gre_hdr h;

    (void)state;
    assert_true(gre_parse(app_cursor(b, n), &h));
    assert_int_equal(h.key, 5);
    assert_int_equal(h.seq, 6);
    assert_int_equal(h.header_len, 16);
    app_ip(&f, 47, b, n);
    check_tunnel(&f, PROTO_GRE);
    assert_string_equal(app_text(&f, "gre.key"), "Key: 0x00000005");
    assert_int_equal(app_field(&f, "gre.sequence_number", 0)->off, 34 + 12);
    for (size_t i = 0; i < 16; i++)
        assert_false(gre_parse(app_cursor(b, i), &h));
    /* PPTP: version 1 with key and acknowledgment */
    assert_true(
        gre_parse(app_cursor("\x20\x81\x88\x0b\0\4\0\1\0\0\0\2", 12), &h));
    assert_int_equal(h.version, 1);
    assert_int_equal(h.header_len, 12);
}

static void test_ah_is_transparent(void **state)
{
    static struct app_frame f;
    uint8_t b[200] = { 17, 4, 0, 0, 0, 0, 0, 9, 0, 0, 0, 1 };
    struct ah_hdr h;

    (void)state;
    memcpy(b + 24, inner_ip + 20, 12);
    assert_int_equal(ah_parse(app_cursor(b, 36), &h), LAYER_OK);
    assert_int_equal(h.spi, 9);
    assert_int_equal(h.header_len, 24);
    app_ip(&f, 51, b, 36);
    app_dissect(&f, false);
    assert_int_equal(f.pkt.sport, 1000);
    assert_int_equal(f.pkt.ip_proto, 17);
    assert_int_equal(ah_parse(app_cursor(b, 20), &h), LAYER_TRUNCATED);
    b[1] = 0;
    assert_int_equal(ah_parse(app_cursor(b, 36), &h), LAYER_MALFORMED);
}

/* AH in AH in AH: ends with the layers. */
static void test_ah_chain_is_bounded(void **state)
{
    static struct app_frame f;
    uint8_t b[40 * 12] = { 0 };

    (void)state;
    for (size_t i = 0; i < 40; i++) {
        b[i * 12] = 51;
        b[i * 12 + 1] = 1;
    }
    app_ip(&f, 51, b, sizeof(b));
    app_dissect(&f, true);
    assert_int_equal(f.pkt.nlayer, LAYERS_MAX);
}

static void test_esp(void **state)
{
    static struct app_frame f;
    struct esp_hdr h;

    (void)state;
    assert_true(esp_parse(app_cursor("\0\0\1\0\0\0\0\2xx", 10), &h));
    assert_int_equal(h.spi, 256);
    assert_int_equal(h.seq, 2);
    app_ip(&f, 50, "\0\0\1\0\0\0\0\2xx", 10);
    app_dissect(&f, true);
    assert_string_equal(app_text(&f, "esp.spi"), "SPI: 0x00000100");
    app_ip(&f, 50, "\0\0\1", 3);
    app_dissect(&f, false);
    assert_true(f.pkt.events & EV_DAMAGED);
}

static void test_sctp(void **state)
{
    static const uint8_t init[] = { 0x0b, 0x80, 0x0b, 0x81, 0,  0, 0, 0,
                                    1,    2,    3,    4,    1,  0, 0, 6,
                                    9,    9,    0,    0,    11, 0, 0, 4 };
    static struct app_frame f;
    struct sctp_hdr h;

    (void)state;
    assert_true(sctp_parse(app_cursor(init, sizeof(init)), &h));
    assert_int_equal(h.chunk, 1);
    app_ip(&f, 132, init, sizeof(init));
    app_dissect(&f, false);
    assert_int_equal(f.pkt.sport, 2944);
    assert_int_equal(f.pkt.dport, 2945);
    assert_int_equal(f.pkt.payload_len, 12);
    app_dissect(&f, true);
    assert_int_equal(app_field(&f, "sctp.chunk_type", 1)->off, 34 + 20);
}

/* An 802.3 frame: destination, source, length, then @body. */
static void app_llc(struct app_frame *f, const void *body, size_t n)
{
    static const uint8_t macs[] = { 1, 0x80, 0xc2, 0, 0, 0, 2, 0, 0, 0, 0, 9 };

    memset(f, 0, sizeof(*f));
    memcpy(f->data, macs, 12);
    app_be16(f->data + 12, (uint32_t)n);
    memcpy(f->data + 14, body, n);
    f->len = (uint32_t)(n < 46 ? 60 : n + 14);
}

static const uint8_t rstp[] = {
    0x42, 0x42, 3,    0,    0, 2, 2,  0x3d,                /* LLC, head */
    0x80, 1,    0x52, 0x54, 0, 1, 2,  3,    0,    0, 0, 4, /* root */
    0x90, 0,    0x52, 0x54, 0, 4, 5,  6,    0x80, 2,       /* bridge */
    0,    0,    20,   0,    2, 0, 15, 0,    0,
};

static void test_stp(void **state)
{
    static struct app_frame f;
    struct stp_bpdu b;

    (void)state;
    assert_true(stp_parse(app_cursor(rstp + 3, sizeof(rstp) - 3), &b));
    assert_int_equal(b.version, 2);
    assert_true(b.flags & STP_TC);
    assert_int_equal(b.root.priority, 0x8001);
    assert_int_equal(b.root_cost, 4);
    assert_int_equal(b.bridge.mac.b[5], 6);
    assert_int_equal(b.forward_delay, 15 * 256);
    app_llc(&f, rstp, sizeof(rstp));
    app_dissect(&f, false);
    assert_true(f.pkt.events & EV_STP);
    assert_false(f.pkt.events & EV_DAMAGED);
    app_dissect(&f, true);
    assert_string_equal(app_text(&f, "stp.root.prio"), "Root priority: 32768");
    assert_string_equal(app_text(&f, "stp.forward"), "Forward delay: 15.000 s");
    for (size_t n = 3; n < 38; n++)
        assert_false(stp_parse(app_cursor(rstp + 3, n - 3), &b));
    assert_true(stp_parse(app_cursor("\0\0\0\x80", 4), &b));
    assert_int_equal(b.type, STP_TOPOLOGY_CHANGE);
    assert_false(stp_parse(app_cursor("\0\1\0\x80", 4), &b));
}

static void test_snap(void **state)
{
    static struct app_frame f;
    uint8_t b[100];
    size_t n = wrap(b, "\xaa\xaa\3\0\0\0\x08\0", 8, false);
    struct llc_hdr h;

    (void)state;
    app_llc(&f, b, n);
    app_dissect(&f, false);
    assert_int_equal(f.pkt.sport, 1000);
    assert_true(llc_parse(app_cursor("\x42\x42\0\1", 4), &h));
    assert_int_equal(h.header_len, 4);
    assert_false(llc_parse(app_cursor(b, 6), &h));
}

static void test_lldp(void **state)
{
    static const uint8_t pdu[] = "\2\7\4\x52\x54\0\1\2\3\4\5\5eth7\6\2\0\x78"
                                 "\x0a\6sw\x1b[0m\0\0";
    struct lldp_msg m;

    (void)state;
    assert_true(lldp_parse(app_cursor(pdu, sizeof(pdu) - 1), &m));
    assert_int_equal(m.chassis_subtype, 4);
    assert_int_equal(m.chassis_id.len, 6);
    assert_memory_equal(m.port_id.p, "eth7", 4);
    assert_int_equal(m.ttl_s, 120);
    assert_int_equal(m.system_name.len, 6);
    assert_int_equal(m.verdict, 0);
    assert_false(lldp_parse(app_cursor("\4\2\5a", 4), &m));
    assert_int_equal(m.verdict, LAYER_MALFORMED);
    for (size_t n = 0; n < sizeof(pdu) - 1; n++) {
        lldp_parse(app_cursor(pdu, n), &m);
        assert_int_equal(m.verdict, LAYER_TRUNCATED);
    }
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(test_vxlan),
        cmocka_unit_test(test_geneve),
        cmocka_unit_test(test_gre),
        cmocka_unit_test(test_ah_is_transparent),
        cmocka_unit_test(test_ah_chain_is_bounded),
        cmocka_unit_test(test_esp),
        cmocka_unit_test(test_sctp),
        cmocka_unit_test(test_stp),
        cmocka_unit_test(test_snap),
        cmocka_unit_test(test_lldp),
    };

    proto_init();
    return cmocka_run_group_tests(tests, NULL, NULL);
}
