/* SPDX-License-Identifier: BSD-3-Clause
 *
 * The walk from link layer to transport: values, the three verdicts, events.
 */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>

#include <cmocka.h>

#include "dissect/core/cksum.h"
#include "tests/unit/frame.h"

static struct tree tree;

static const struct layer *layer_of(const struct packet *p, enum proto proto)
{
    const struct layer *l = packet_find_layer(p, proto);

    if (!l)
        fail_msg("no layer %s", proto_name(proto));
    return l;
}

static void addr_is(const union addr *a, const char *want)
{
    char text[ADDR_STRLEN];

    assert_string_equal(addr_format(a, text), want);
}

static void test_tcp(void **state)
{
    struct frame f = frame_of(ETH_IP IP_TCP("003c") TCP_SYN_OPTIONS);
    const struct packet *p = dissect_whole(&f);

    (void)state;
    assert_int_equal(p->nlayer, 3);
    assert_int_equal(p->ethertype, 0x0800);
    assert_int_equal(p->vlan, VLAN_NONE);
    assert_true(p->flags & PKT_HAS_MAC);
    assert_int_equal(p->ip_version, 4);
    assert_int_equal(p->ip_off, 14);
    assert_int_equal(p->ip_len, 60);
    assert_int_equal(p->ip_id, 0x1234);
    assert_int_equal(p->ip_df, 1);
    assert_int_equal(p->ttl, 64);
    assert_int_equal(p->ip_proto, 6);
    addr_is(&p->src, "10.0.2.2");
    addr_is(&p->dst, "10.0.2.15");
    assert_int_equal(p->sport, 50000);
    assert_int_equal(p->dport, 80);
    assert_int_equal(p->l4_off, 34);
    assert_int_equal(p->payload_off, 74);
    assert_int_equal(p->payload_len, 0);
    assert_int_equal(p->app, PROTO_HTTP);
    assert_int_equal(p->events, EV_TCP | EV_TCP_SYN);
    assert_int_equal(p->flags, PKT_HAS_MAC);
    assert_int_equal(p->tcp.seq, 1);
    assert_int_equal(p->tcp.flags, TCP_SYN);
    assert_int_equal(p->tcp.window, 64240);
    assert_int_equal(p->tcp.mss, 1460);
    assert_int_equal(p->tcp.wscale, 7);
    assert_int_equal(p->tcp.tsval, 100);
    assert_int_equal(p->tcp.options, TCPO_MSS | TCPO_WSCALE | TCPO_SACK_PERM |
                                         TCPO_TS | TCPO_NOP);
    assert_int_equal(layer_of(p, PROTO_TCP)->header_len, 40);
}

static void test_tcp_sack(void **state)
{
    struct frame f = frame_of(
        ETH_IP IP_TCP("0048") "c3500050 00000001 00000002 d010 faf0 0000 0000 "
                              "0101 0512 0000000a 00000014 0000001e 00000028 "
                              "00000000 00000000 0000 0000");
    const struct packet *p;

    (void)state;
    frame_set16(&f, 16, 0x48);
    p = dissect_whole(&f);
    assert_int_equal(p->tcp.nsack, 2);
    assert_int_equal(p->tcp.sack[0].left, 10);
    assert_int_equal(p->tcp.sack[1].right, 40);
    /* kind 0 ends the list; what follows is padding */
    assert_int_equal(p->tcp.options, TCPO_SACK | TCPO_NOP);
    assert_int_equal(p->events, EV_TCP);
}

/* What is behind the IP length is Ethernet padding, not payload. */
static void test_padding(void **state)
{
    struct frame f = frame_of(
        ETH_IP IP_TCP("0028") "c3500050 00000001 00000000 5004 0000 0000 0000");
    const struct packet *p;

    (void)state;
    frame_zeros(&f, 6);
    p = dissect_whole(&f);
    assert_int_equal(p->payload_len, 0);
    assert_int_equal(p->events, EV_TCP | EV_TCP_RST);
}

static uint16_t flags_at(const struct frame *f, size_t caplen, size_t wirelen,
                         enum proto proto)
{
    const struct packet *p = dissect_cut(f, caplen, wirelen, LT_ETH, NULL);
    uint16_t flags = layer_of(p, proto)->flags;

    assert_int_equal(!!(p->events & EV_DAMAGED), flags != 0);
    return flags;
}

static void test_truncated(void **state)
{
    struct frame f = frame_of(ETH_IP IP_TCP("003c") TCP_SYN_OPTIONS);
    const struct packet *p;

    (void)state;
    assert_int_equal(flags_at(&f, 13, 74, PROTO_ETH), LAYER_TRUNCATED);
    assert_int_equal(flags_at(&f, 33, 74, PROTO_IP), LAYER_TRUNCATED);
    assert_int_equal(flags_at(&f, 53, 74, PROTO_TCP), LAYER_TRUNCATED);
    /* Options cut by the capture: the fixed header still counts. */
    assert_int_equal(flags_at(&f, 64, 74, PROTO_TCP), LAYER_TRUNCATED);
    p = dissect_cut(&f, 64, 74, LT_ETH, NULL);
    assert_true(p->events & EV_TCP_SYN);
    assert_true(p->flags & PKT_TRUNCATED);
    assert_int_equal(p->tcp.mss, 1460);
    assert_int_equal(p->payload_off, OFF_NONE);
    assert_int_equal(p->payload_len, 0);
    /* Ports are known from the first four octets on. */
    p = dissect_cut(&f, 38, 74, LT_ETH, NULL);
    assert_int_equal(p->sport, 50000);
    assert_false(p->events & EV_TCP);
    assert_int_equal(p->tcp.flags, 0);
}

/* The snap length cut payload alone: no header is damaged. */
static void test_payload_cut(void **state)
{
    struct frame f = frame_of(
        ETH_IP IP_TCP("05dc") "c3500050 00000001 00000000 5010 0000 0000 0000 "
                              "4142434445464748");
    const struct packet *p = dissect_cut(&f, f.len, 1514, LT_ETH, NULL);
    struct cursor c = packet_payload(p);

    (void)state;
    assert_int_equal(p->flags & PKT_TRUNCATED, PKT_TRUNCATED);
    assert_false(p->events & EV_DAMAGED);
    assert_int_equal(p->payload_len, 1460);
    assert_int_equal(cursor_left(&c), 8);
    assert_int_equal(c.why_end, LAYER_TRUNCATED);
}

static void test_malformed(void **state)
{
    struct frame f = frame_of(ETH_IP IP_TCP("003c") TCP_SYN_OPTIONS);

    (void)state;
    f.b[14] = 0x44; /* ihl 4 */
    assert_int_equal(flags_at(&f, f.len, f.len, PROTO_IP), LAYER_MALFORMED);
    f.b[14] = 0x65; /* version 6 under the EtherType of 4 */
    assert_int_equal(flags_at(&f, f.len, f.len, PROTO_IP), LAYER_MALFORMED);
    f.b[14] = 0x45;
    frame_set16(&f, 16, 19); /* shorter than its header */
    assert_int_equal(flags_at(&f, f.len, f.len, PROTO_IP), LAYER_MALFORMED);
    frame_set16(&f, 16, 0); /* zero, but too small for offload */
    assert_int_equal(flags_at(&f, f.len, f.len, PROTO_IP), LAYER_MALFORMED);
    frame_set16(&f, 16, 60);
    f.b[46] = 0x40; /* data offset 4 */
    assert_int_equal(flags_at(&f, f.len, f.len, PROTO_TCP), LAYER_MALFORMED);
    f.b[46] = 0xa0;
    f.b[55] = 0; /* option length 0 */
    assert_int_equal(flags_at(&f, f.len, f.len, PROTO_TCP), LAYER_MALFORMED);
    f.b[55] = 3; /* MSS of three octets */
    assert_int_equal(flags_at(&f, f.len, f.len, PROTO_TCP), LAYER_MALFORMED);
    f.b[55] = 4;
    f.b[72] = 9; /* the last option leaves the header */
    assert_int_equal(flags_at(&f, f.len, f.len, PROTO_TCP), LAYER_MALFORMED);
}

static void test_cut_by_outer(void **state)
{
    struct frame f = frame_of(ETH_IP IP_TCP("003c") TCP_SYN_OPTIONS);
    struct frame u =
        frame_of(ETH_IP IP_UDP("0020") "c3500045 0028 0000 0001 0002");

    (void)state;
    /* The frame ended on the wire before IP's total length. */
    assert_int_equal(flags_at(&f, 70, 70, PROTO_IP), LAYER_CUT_BY_OUTER);
    /* The frame ended inside the IP header. */
    assert_int_equal(flags_at(&f, 30, 30, PROTO_IP), LAYER_CUT_BY_OUTER);
    /* IP ends before TCP's options do. */
    frame_set16(&f, 16, 50);
    assert_int_equal(flags_at(&f, f.len, f.len, PROTO_TCP), LAYER_CUT_BY_OUTER);
    frame_set16(&f, 16, 30);
    assert_int_equal(flags_at(&f, f.len, f.len, PROTO_TCP), LAYER_CUT_BY_OUTER);
    /* UDP's length is longer than IP's payload. */
    assert_int_equal(layer_of(dissect_whole(&u), PROTO_IP)->flags, LAYER_OK);
    assert_int_equal(flags_at(&u, u.len, u.len, PROTO_UDP), LAYER_CUT_BY_OUTER);
}

static void test_udp_lengths(void **state)
{
    struct frame f =
        frame_of(ETH_IP IP_UDP("0020") "c3500050 000c 0000 0001 0002");
    const struct packet *p = dissect_whole(&f);

    (void)state;
    assert_int_equal(p->events, EV_UDP);
    assert_int_equal(p->payload_off, 42);
    assert_int_equal(p->payload_len, 4);
    frame_set16(&f, 38, 10); /* UDP ends before IP does: allowed */
    p = dissect_whole(&f);
    assert_int_equal(p->payload_len, 2);
    assert_false(p->events & EV_DAMAGED);
    frame_set16(&f, 38, 7);
    assert_int_equal(flags_at(&f, f.len, f.len, PROTO_UDP), LAYER_MALFORMED);
    frame_set16(&f, 38, 0);
    assert_int_equal(flags_at(&f, f.len, f.len, PROTO_UDP), LAYER_MALFORMED);
}

static void test_udp_events(void **state)
{
    static const struct {
        uint16_t sport, dport;
        uint32_t events;
        enum proto app;
    } row[] = {
        { 40000, 53, EV_DNS, PROTO_DNS },
        { 53, 4789, EV_DNS, PROTO_DNS }, /* ephemeral port of VXLAN's number */
        { 68, 67, EV_DHCP, PROTO_DHCP },
        { 67, 68, EV_DHCP, PROTO_DHCP },
        { 8962, 546, EV_DHCPV6, PROTO_DHCPV6 },
        { 40000, 69, EV_TFTP, PROTO_TFTP },
        { 123, 123, EV_NTP, PROTO_NTP },
        { 5353, 5353, EV_MDNS, PROTO_DNS },
        { 40000, 5355, EV_MDNS, PROTO_DNS },
        { 1900, 40000, EV_MDNS, PROTO_NONE },
        { 137, 137, EV_MDNS, PROTO_DNS },
        { 40000, 4789, EV_TUNNEL, PROTO_VXLAN },
        { 40000, 6081, EV_TUNNEL, PROTO_GENEVE },
        { 51820, 40000, EV_TUNNEL, PROTO_WIREGUARD },
        { 40000, 40001, 0, PROTO_NONE },
    };
    struct frame f =
        frame_of(ETH_IP IP_UDP("0020") "00000000 000c 0000 0001 0002");

    (void)state;
    for (size_t i = 0; i < sizeof(row) / sizeof(row[0]); i++) {
        const struct packet *p;

        frame_set16(&f, 34, row[i].sport);
        frame_set16(&f, 36, row[i].dport);
        p = dissect_whole(&f);
        if ((p->events & ~EV_DAMAGED) != (EV_UDP | row[i].events) ||
            (row[i].app && p->app != row[i].app))
            fail_msg("%u > %u: events %x app %s", row[i].sport, row[i].dport,
                     p->events, proto_name(p->app));
        if (row[i].app && !packet_find_layer(p, row[i].app))
            fail_msg("no layer %s", proto_name(row[i].app));
    }
}

static void test_dns_over_tcp(void **state)
{
    struct frame f = frame_of(
        ETH_IP IP_TCP("0028") "c3500035 00000001 00000000 5010 0000 0000 0000");

    (void)state;
    assert_int_equal(dissect_whole(&f)->events, EV_TCP | EV_DNS);
}

/* TSO: total length 0 in a large frame means the frame's. */
static void test_len_zero(void **state)
{
    struct frame f = frame_of(
        ETH_IP IP_TCP("0000") "c3500050 00000001 00000000 5010 0000 0000 0000");
    const struct packet *p = dissect_cut(&f, f.len, 14 + 66000, LT_ETH, NULL);

    (void)state;
    assert_true(p->flags & PKT_IP_LEN_ZERO);
    assert_int_equal(p->ip_len, 66000);
    assert_int_equal(p->payload_len, 66000 - 40);
    assert_false(p->events & EV_DAMAGED);
}

static void test_ip_checksum(void **state)
{
    struct frame f = frame_of(
        ETH_IP IP_TCP("0028") "c3500050 00000001 00000000 5010 0000 0000 0000");

    (void)state;
    assert_false(dissect_whole(&f)->flags & PKT_IP_CSUM_BAD);
    frame_set16(&f, 24, 0x1234);
    assert_true(dissect_whole(&f)->flags & PKT_IP_CSUM_BAD);
    frame_set16(&f, 24, 0);
    frame_set16(&f, 24, cksum_of(0, f.b + 14, 20));
    assert_false(dissect_whole(&f)->flags & PKT_IP_CSUM_BAD);
}

static void test_csum_partial(void **state)
{
    /* 0a00+0202+0a00+020f+0006+0014 = 182b */
    struct frame f = frame_of(
        ETH_IP IP_TCP("0028") "c3500050 00000001 00000000 5010 0000 182b 0000");

    (void)state;
    assert_true(dissect_whole(&f)->flags & PKT_CSUM_PARTIAL);
    frame_set16(&f, 50, 0x182c);
    assert_false(dissect_whole(&f)->flags & PKT_CSUM_PARTIAL);
    frame_set16(&f, 50, 0);
    assert_false(dissect_whole(&f)->flags & PKT_CSUM_PARTIAL);
    frame_set16(&f, 50, 0x182b);
    frame_set16(&f, 20, 0x2000); /* a fragment has no checksum of its own */
    assert_false(dissect_whole(&f)->flags & PKT_CSUM_PARTIAL);
}

static void test_fragments(void **state)
{
    struct frame f = frame_of(ETH_IP IP_UDP("0024") "c3500035 0578 0000 "
                                                    "0102030405060708");
    const struct packet *p;

    (void)state;
    frame_set16(&f, 20, 0x2000);
    p = dissect_whole(&f);
    assert_int_equal(p->flags & (PKT_FRAG | PKT_FRAG_LATER), PKT_FRAG);
    assert_int_equal(p->events, EV_UDP | EV_DNS | EV_FRAGMENT);
    assert_int_equal(p->ip_mf, 1);
    assert_int_equal(p->payload_len, 8); /* of this packet */
    frame_set16(&f, 20, 0x00b9);
    p = dissect_whole(&f);
    assert_int_equal(p->flags & (PKT_FRAG | PKT_FRAG_LATER),
                     PKT_FRAG | PKT_FRAG_LATER);
    assert_int_equal(p->events, EV_FRAGMENT);
    assert_int_equal(p->frag_off, 1480);
    assert_int_equal(p->ip_proto, 17);
    assert_int_equal(p->sport, 0);
    assert_int_equal(p->l4_off, OFF_NONE);
    assert_int_equal(p->payload_off, OFF_NONE);
    assert_null(packet_find_layer(p, PROTO_UDP));
    frame_set16(&f, 20, 0x1fff); /* ends beyond 65535 */
    assert_int_equal(flags_at(&f, f.len, f.len, PROTO_IP), LAYER_MALFORMED);
}

static void test_ip_options(void **state)
{
    struct frame f = frame_of(
        ETH_IP "4600 0020 1234 0000 0102 0000 0a000202 e0000016 94040000 "
               "1600 0000 e00000fb");
    const struct packet *p = dissect_whole(&f);

    (void)state;
    assert_int_equal(layer_of(p, PROTO_IP)->header_len, 24);
    assert_int_equal(p->events, EV_MULTICAST_MGMT | EV_OTHER_IP);
    p = dissect_cut(&f, 36, f.len, LT_ETH, NULL);
    assert_int_equal(layer_of(p, PROTO_IP)->flags, LAYER_TRUNCATED);
    addr_is(&p->dst, "224.0.0.22");
}

static void test_vlan(void **state)
{
    struct frame f =
        frame_of("525400123456 525500020202 88a8 2064 8100 0007 0800 " IP_UDP(
            "0020") "c3500050 000c 0000 0001 0002");
    const struct packet *p = dissect_whole(&f);

    (void)state;
    assert_int_equal(p->vlan, 100);
    assert_int_equal(p->ethertype, 0x0800);
    assert_int_equal(p->nlayer, 5);
    assert_int_equal(p->dport, 80);
}

static void test_arp(void **state)
{
    struct frame f =
        frame_of("ffffffffffff 525400123456 0806 0001 0800 06 04 0001 "
                 "525400123456 0a00020f 000000000000 0a000202");
    const struct packet *p = dissect_whole(&f);

    (void)state;
    assert_int_equal(p->events, EV_ARP);
    assert_int_equal(p->arp.op, 1);
    addr_is(&p->arp.spa, "10.0.2.15");
    addr_is(&p->arp.tpa, "10.0.2.2");
    assert_int_equal(p->arp.sha.b[5], 0x56);
    assert_int_equal(p->ip_version, 0);
    assert_int_equal(flags_at(&f, 41, 42, PROTO_ARP), LAYER_TRUNCATED);
    f.b[18] = 8; /* other hardware addresses: longer than the frame */
    assert_int_equal(flags_at(&f, 42, 42, PROTO_ARP), LAYER_CUT_BY_OUTER);
    assert_int_equal(dissect_whole(&f)->arp.op, 0);
}

static void test_icmp_echo(void **state)
{
    struct frame f =
        frame_of(ETH_IP IP_ICMP("0020") "0800 0000 0076 0003 01020304");
    const struct packet *p = dissect_whole(&f);

    (void)state;
    assert_int_equal(p->events, EV_ICMP_ECHO);
    assert_int_equal(p->icmp.type, 8);
    assert_int_equal(p->icmp.id, 0x76);
    assert_int_equal(p->icmp.seq, 3);
    assert_int_equal(p->payload_off, 42);
    assert_int_equal(p->payload_len, 4);
    assert_false(p->icmp.is_error);
    assert_false(p->icmp.quoted.valid);
}

static void test_icmp_error(void **state)
{
    struct frame f =
        frame_of(ETH_IP IP_ICMP("0038") "0304 0000 0000 0514 " QUOTE_TCP);
    const struct packet *p = dissect_whole(&f);
    const struct quoted *q = &p->icmp.quoted;

    (void)state;
    assert_int_equal(p->events, EV_ICMP_ERROR);
    assert_true(p->icmp.is_error);
    assert_int_equal(p->icmp.mtu, 1300);
    assert_true(q->valid && q->l4_valid && q->df);
    assert_int_equal(q->ip_proto, 6);
    assert_int_equal(q->ip_len, 1500);
    assert_int_equal(q->ip_id, 0xbeef);
    assert_int_equal(q->ttl, 63);
    assert_int_equal(q->sport, 50000);
    assert_int_equal(q->dport, 80);
    assert_int_equal(q->seq, 100);
    addr_is(&q->dst, "198.51.100.1");
    /* The outer packet's are its own. */
    addr_is(&p->src, "10.0.2.2");
    assert_int_equal(p->sport, 0);
    assert_int_equal(p->nlayer, 3);
}

/* A quote that is cut: what is there counts, and it is no damage. */
static void test_icmp_quote_cut(void **state)
{
    struct frame f =
        frame_of(ETH_IP IP_ICMP("0038") "0301 0000 0000 0000 " QUOTE_TCP);
    const struct packet *p = dissect_cut(&f, f.len - 6, f.len, LT_ETH, &tree);

    (void)state;
    assert_true(p->icmp.quoted.valid);
    assert_false(p->icmp.quoted.l4_valid);
    assert_false(p->events & EV_DAMAGED);
    p = dissect_cut(&f, f.len - 9, f.len, LT_ETH, NULL);
    assert_false(p->icmp.quoted.valid);
    assert_false(p->events & EV_DAMAGED);
}

/* With a tree the quote is shown as layers, without touching the packet. */
static void test_icmp_quote_tree(void **state)
{
    struct frame f =
        frame_of(ETH_IP IP_ICMP("0038") "0301 0000 0000 0000 " QUOTE_TCP);
    const struct packet *p = dissect_cut(&f, f.len, f.len, LT_ETH, &tree);
    unsigned seen = 0;

    (void)state;
    assert_int_equal(p->nlayer, 5);
    assert_int_equal(p->ip_proto, 1);
    assert_int_equal(p->events, EV_ICMP_ERROR);
    addr_is(&p->src, "10.0.2.2");
    for (unsigned i = 0; i < tree.count; i++) {
        if (strcmp(tree.field[i].name, "tcp.dstport") == 0) {
            assert_int_equal(tree.field[i].off, 14 + 20 + 8 + 20 + 2);
            assert_string_equal(tree_text(&tree, i), "Destination port: 80");
            seen++;
        }
    }
    assert_int_equal(seen, 1);
}

static void test_ra(void **state)
{
    struct frame f = frame_of(
        ETH_IP6 IP6("0058", "3a") "8600 0000 40 c0 0708 00000000 00000000 "
                                  "0101 525600000002 0501 0000 000005dc "
                                  "0304 40 c0 00015180 00003840 00000000 "
                                  "fec00000000000000000000000000000 "
                                  "1903 0000 00000708 "
                                  "fec00000000000000000000000000003");
    const struct packet *p = dissect_whole(&f);

    (void)state;
    assert_int_equal(p->events, EV_NDP);
    assert_true(p->icmp.is_v6);
    assert_int_equal(p->icmp.type, 134);
    assert_int_equal(p->icmp.ra_hop_limit, 64);
    assert_int_equal(p->icmp.ndp_flags, 0xc0);
    assert_int_equal(p->icmp.ra_lifetime_s, 1800);
    assert_int_equal(p->icmp.ra_mtu, 1500);
    assert_true(p->icmp.has_link_addr);
    assert_int_equal(p->icmp.link_addr.b[1], 0x56);
    assert_int_equal(p->icmp.ra_prefix_len, 64);
    assert_int_equal(p->icmp.ra_prefix_flags, 0xc0);
    addr_is(&p->icmp.ra_prefix, "fec0::");
    assert_int_equal(p->icmp.ra_rdnss_count, 1);
    addr_is(&p->icmp.ra_rdnss, "fec0::3");
    assert_int_equal(layer_of(p, PROTO_NDP)->flags, 0);
    f.b[14 + 40 + 16 + 1] = 0; /* option length 0: RFC 4861 4.6 */
    assert_int_equal(flags_at(&f, f.len, f.len, PROTO_NDP), LAYER_MALFORMED);
    f.b[14 + 40 + 16 + 1] = 30; /* leaves the packet */
    assert_int_equal(flags_at(&f, f.len, f.len, PROTO_NDP), LAYER_MALFORMED);
    f.b[14 + 40 + 16 + 1] = 1;
    assert_int_equal(flags_at(&f, f.len - 1, f.len, PROTO_NDP),
                     LAYER_TRUNCATED);
}

static void test_ns(void **state)
{
    struct frame f =
        frame_of(ETH_IP6 IP6("0020", "3a") "8700 0000 00000000 "
                                           "fe800000000000000000000000000002 "
                                           "0101 525400123456");
    const struct packet *p = dissect_whole(&f);

    (void)state;
    assert_int_equal(p->events, EV_NDP);
    addr_is(&p->icmp.target, "fe80::2");
    assert_true(p->icmp.has_link_addr);
}

static void test_ip6_chain(void **state)
{
    struct frame f = frame_of(
        ETH_IP6 IP6("0024", "00") "3c00 0502 0000 0100 2b00 0000 0000 0000 "
                                  "1100 0400 0000 0000 "
                                  "c3500035 000c 0000 00010002");
    const struct packet *p = dissect_whole(&f);

    (void)state;
    assert_int_equal(p->ip_proto, 17);
    assert_int_equal(p->dport, 53);
    assert_int_equal(p->l4_off, 14 + 40 + 24);
    assert_int_equal(p->events, EV_UDP | EV_DNS);
    f.b[14 + 40 + 1] = 9; /* header longer than the packet */
    assert_int_equal(flags_at(&f, f.len, f.len, PROTO_IP6EXT),
                     LAYER_CUT_BY_OUTER);
}

static void test_ip6_chain_long(void **state)
{
    struct frame f = frame_of(ETH_IP6 IP6("0058", "3c"));
    const struct packet *p;

    (void)state;
    for (unsigned i = 0; i < 11; i++)
        frame_hex(&f, "3c00 0104 0000 0000 ");
    p = dissect_whole(&f);
    assert_true(p->events & EV_DAMAGED);
    assert_true(p->nlayer <= LAYERS_MAX);
}

static void test_ip6_fragment(void **state)
{
    struct frame f = frame_of(
        ETH_IP6 IP6("0014", "2c") "1100 0001 deadbeef c3500035 0578 0000 "
                                  "00010002");
    const struct packet *p = dissect_whole(&f);

    (void)state;
    assert_int_equal(p->flags & (PKT_FRAG | PKT_FRAG_LATER), PKT_FRAG);
    assert_true(p->ip_id == 0xdeadbeef);
    assert_int_equal(p->dport, 53);
    assert_int_equal(p->events, EV_UDP | EV_DNS | EV_FRAGMENT);
    frame_set16(&f, 14 + 40 + 2, 1480);
    p = dissect_whole(&f);
    assert_true(p->flags & PKT_FRAG_LATER);
    assert_int_equal(p->frag_off, 1480);
    assert_int_equal(p->l4_off, OFF_NONE);
    /* RFC 6946: an atomic fragment is none. */
    frame_set16(&f, 14 + 40 + 2, 0);
    frame_set16(&f, 14 + 40 + 8 + 4, 12);
    p = dissect_whole(&f);
    assert_int_equal(p->events, EV_UDP | EV_DNS);
}

static void test_tunnel(void **state)
{
    struct frame f = frame_of(
        ETH_IP "4500 0034 0000 0000 4004 0000 0a000202 0a00020f " IP_UDP(
            "0020") "c3500050 000c 0000 0001 0002");
    const struct packet *p = dissect_whole(&f);

    (void)state;
    assert_int_equal(p->events, EV_TUNNEL | EV_OTHER_IP);
    assert_true(p->flags & PKT_TUNNEL);
    assert_int_equal(p->nlayer, 2);
    assert_int_equal(p->ip_proto, 4);
    p = dissect_cut(&f, f.len, f.len, LT_ETH, &tree);
    assert_int_equal(p->events, EV_TUNNEL | EV_OTHER_IP);
    assert_true(p->nlayer >= 4);
    assert_int_equal(p->ip_proto, 4);
    assert_int_equal(p->sport, 0);
    assert_int_equal(p->ip_off, 14);
}

static void test_link_types(void **state)
{
    static const char ip[] = IP_UDP("0020") "c3500050 000c 0000 0001 0002";
    struct frame f = frame_of("0000 0001 0006 525400123456 0000 0800 ");
    const struct packet *p;

    (void)state;
    frame_hex(&f, ip);
    p = dissect_cut(&f, f.len, f.len, LT_SLL, NULL);
    assert_int_equal(p->flags, PKT_TO_HOST | PKT_HAS_SRC_MAC);
    assert_int_equal(p->dport, 80);
    f.b[1] = 4;
    p = dissect_cut(&f, f.len, f.len, LT_SLL, NULL);
    assert_int_equal(p->flags, PKT_FROM_HOST | PKT_HAS_SRC_MAC);

    f = frame_of("0800 0000 00000002 0001 04 06 525400123456 0000 ");
    frame_hex(&f, ip);
    p = dissect_cut(&f, f.len, f.len, LT_SLL2, NULL);
    assert_int_equal(p->flags, PKT_FROM_HOST | PKT_HAS_SRC_MAC);
    assert_int_equal(p->dport, 80);

    f = frame_of("02000000");
    frame_hex(&f, ip);
    assert_int_equal(dissect_cut(&f, f.len, f.len, LT_NULL, NULL)->dport, 80);
    f.b[0] = 0;
    f.b[3] = 2;
    assert_int_equal(dissect_cut(&f, f.len, f.len, LT_NULL, NULL)->dport, 80);
    assert_int_equal(dissect_cut(&f, f.len, f.len, LT_LOOP, NULL)->dport, 80);

    f = frame_of(ip);
    assert_int_equal(dissect_cut(&f, f.len, f.len, LT_RAW, NULL)->dport, 80);
    p = dissect_cut(&f, 0, 0, LT_RAW, NULL);
    assert_true(p->events & EV_DAMAGED);
    p = dissect_cut(&f, f.len, f.len, 105, NULL);
    assert_int_equal(p->nlayer, 1);
    assert_int_equal(p->layer[0].proto, PROTO_RAW);
    assert_int_equal(p->events, 0);
    assert_false(packet_linktype_known(105));
    assert_false(packet_linktype_known(65535));
    assert_true(packet_linktype_known(LT_SLL2));
}

static void test_loopback_macs(void **state)
{
    struct frame f = frame_of(
        "000000000000 000000000000 0800 " IP_UDP("0020") "c3500050 000c 0000 "
                                                         "0001 0002");
    const struct packet *p = dissect_whole(&f);

    (void)state;
    assert_int_equal(p->flags, 0);
    assert_int_equal(p->dport, 80);
}

static void test_summary(void **state)
{
    struct frame f = frame_of(ETH_IP IP_TCP("003c") TCP_SYN_OPTIONS);
    char text[200], tiny[8];

    (void)state;
    packet_summary(dissect_whole(&f), text, sizeof(text));
    assert_string_equal(text, "10.0.2.2:50000 > 10.0.2.15:80 TCP SYN seq 1 "
                              "win 64240 mss 1460 ws 7 sackOK");
    packet_summary(dissect_whole(&f), tiny, sizeof(tiny));
    assert_string_equal(tiny, "10.0.2.");
    packet_summary(dissect_cut(&f, 40, f.len, LT_ETH, NULL), text,
                   sizeof(text));
    assert_string_equal(text, "10.0.2.2:50000 > 10.0.2.15:80 TCP [truncated]");
    f = frame_of(ETH_IP IP_ICMP("0038") "0304 0000 0000 0514 " QUOTE_TCP);
    packet_summary(dissect_whole(&f), text, sizeof(text));
    assert_string_equal(text, "10.0.2.2 > 10.0.2.15 ICMP fragmentation needed "
                              "mtu 1300, quotes TCP 10.0.2.15:50000 > "
                              "198.51.100.1:80");
    f = frame_of("525400123456 525500020202 1234 0000");
    packet_summary(dissect_whole(&f), text, sizeof(text));
    assert_string_equal(text, "52:55:00:02:02:02 > 52:54:00:12:34:56 unknown "
                              "(0x1234) len 16");
}

static void test_names(void **state)
{
    (void)state;
    assert_string_equal(proto_name(PROTO_NONE), "none");
    assert_string_equal(proto_name(PROTO_TCP), "tcp");
    assert_string_equal(proto_name(PROTO_COUNT), "none");
}

static void test_batch(void **state)
{
    struct frame f = frame_of(ETH_IP IP_TCP("003c") TCP_SYN_OPTIONS);
    static struct packet pkt[BATCH_MAX];

    (void)state;
    for (unsigned i = 0; i < BATCH_MAX; i++)
        pkt[i] = (struct packet){ .data = f.b,
                                  .caplen = i,
                                  .wirelen = (uint32_t)f.len,
                                  .linktype = LT_ETH,
                                  .flags = PKT_TO_HOST };
    packet_dissect_batch(pkt, BATCH_MAX);
    assert_int_equal(pkt[0].events, EV_DAMAGED);
    assert_int_equal(pkt[63].dport, 80);
    assert_true(pkt[63].flags & PKT_TO_HOST);
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
        cmocka_unit_test(test_tcp),
        cmocka_unit_test(test_tcp_sack),
        cmocka_unit_test(test_padding),
        cmocka_unit_test(test_truncated),
        cmocka_unit_test(test_payload_cut),
        cmocka_unit_test(test_malformed),
        cmocka_unit_test(test_cut_by_outer),
        cmocka_unit_test(test_udp_lengths),
        cmocka_unit_test(test_udp_events),
        cmocka_unit_test(test_dns_over_tcp),
        cmocka_unit_test(test_len_zero),
        cmocka_unit_test(test_ip_checksum),
        cmocka_unit_test(test_csum_partial),
        cmocka_unit_test(test_fragments),
        cmocka_unit_test(test_ip_options),
        cmocka_unit_test(test_vlan),
        cmocka_unit_test(test_arp),
        cmocka_unit_test(test_icmp_echo),
        cmocka_unit_test(test_icmp_error),
        cmocka_unit_test(test_icmp_quote_cut),
        cmocka_unit_test(test_icmp_quote_tree),
        cmocka_unit_test(test_ra),
        cmocka_unit_test(test_ns),
        cmocka_unit_test(test_ip6_chain),
        cmocka_unit_test(test_ip6_chain_long),
        cmocka_unit_test(test_ip6_fragment),
        cmocka_unit_test(test_tunnel),
        cmocka_unit_test(test_link_types),
        cmocka_unit_test(test_loopback_macs),
        cmocka_unit_test(test_summary),
        cmocka_unit_test(test_names),
        cmocka_unit_test(test_batch),
    };

    return cmocka_run_group_tests(tests, setup, NULL);
}
