/* SPDX-License-Identifier: BSD-3-Clause
 *
 * Fuzz driver of the application, tunnel and link protocols that are read from
 * a payload. The first octet chooses the protocol, the second whether TCP
 * carries it and how many octets the capture cut; the rest is the payload.
 * Each is parsed for the diagnosis, dissected with and without a tree, and
 * recognised.
 */
#include <stdlib.h>
#include <string.h>

#include "dissect/proto/ah.h"
#include "dissect/proto/dhcp.h"
#include "dissect/proto/dhcpv6.h"
#include "dissect/proto/dns.h"
#include "dissect/proto/http.h"
#include "dissect/proto/lldp.h"
#include "dissect/proto/ntp.h"
#include "dissect/proto/openvpn.h"
#include "dissect/proto/proto.h"
#include "dissect/proto/quic.h"
#include "dissect/proto/ssh.h"
#include "dissect/proto/stp.h"
#include "dissect/proto/tftp.h"
#include "dissect/proto/tls.h"
#include "dissect/proto/wireguard.h"

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size);

enum { TCP = 6, UDP = 17, ANY_PORT = 40000 };

/* Order matters: it is the first octet of the seeds. */
static const enum proto protos[] = {
    PROTO_DNS,  PROTO_DHCP, PROTO_DHCPV6, PROTO_TFTP,      PROTO_NTP,
    PROTO_TLS,  PROTO_QUIC, PROTO_HTTP,   PROTO_SSH,       PROTO_STP,
    PROTO_LLDP, PROTO_LLC,  PROTO_VXLAN,  PROTO_GENEVE,    PROTO_GRE,
    PROTO_ESP,  PROTO_AH,   PROTO_SCTP,   PROTO_WIREGUARD, PROTO_OPENVPN,
};

static struct tree tree;

static void require(bool holds)
{
    if (!holds)
        abort();
}

/* Text that a reader may print: terminated, no control octets. */
static void require_text(const char *text, size_t size)
{
    size_t n = strnlen(text, size);

    require(n < size);
    for (size_t i = 0; i < n; i++)
        require((unsigned char)text[i] >= 0x20 && text[i] != 0x7f);
}

/* Reads all of what was borrowed, so that a range outside is seen. */
static void require_octets(const struct octets *o, const struct cursor *c)
{
    require(o->len == 0 || (o->p >= c->p && o->p + o->len <= c->end));
}

static void parse_dns(struct cursor c, bool tcp)
{
    struct dns_msg m;

    if (tcp)
        dns_parse_tcp(c, &m);
    else
        dns_parse(c, &m);
    require(m.naddr <= DNS_ADDRS_MAX && m.answers <= m.ancount);
    require_text(m.qname, sizeof(m.qname));
}

static void parse_dhcp(struct cursor c)
{
    struct dhcp_msg m;

    dhcp_parse(c, &m);
    require(m.norder <= DHCP_ORDER_MAX && m.ndns <= DHCP_DNS_MAX &&
            m.nrouter <= DHCP_ROUTERS_MAX);
    require_octets(&m.domain, &c);
    require_octets(&m.hostname, &c);
    require_octets(&m.bootfile, &c);
    require_octets(&m.sname, &c);
}

static void parse_tls(struct cursor c)
{
    struct tls_msg m;

    tls_parse(c, &m);
    require(m.nalpn <= TLS_ALPN_MAX);
    require_text(m.sni, sizeof(m.sni));
    for (unsigned i = 0; i < m.nalpn; i++)
        require_text(m.alpn[i], sizeof(m.alpn[i]));
}

static void parse_texts(struct cursor c)
{
    struct octets banner;
    struct lldp_msg lldp;
    struct tftp_msg tftp;
    struct http_msg http;

    if (http_parse(c, &http)) {
        require(http.header_len <= cursor_left(&c));
        require_octets(&http.target, &c);
        require_octets(&http.host, &c);
    }
    if (ssh_parse(c, &banner))
        require_octets(&banner, &c);
    tftp_parse(c, &tftp);
    require_octets(&tftp.filename, &c);
    require_octets(&tftp.message, &c);
    lldp_parse(c, &lldp);
    require_octets(&lldp.system_name, &c);
}

static void parse_numbers(struct cursor c, bool tcp)
{
    struct dhcpv6_msg dhcpv6;
    struct ntp_msg ntp;
    struct quic_hdr quic;
    struct stp_bpdu stp;
    struct wireguard_msg wg;
    struct openvpn_msg openvpn;

    dhcpv6_parse(c, &dhcpv6);
    require_octets(&dhcpv6.client_duid, &c);
    ntp_parse(c, &ntp);
    quic_parse(c, &quic);
    require_octets(&quic.dcid, &c);
    require(quic.header_len <= cursor_left(&c));
    stp_parse(c, &stp);
    wireguard_parse(c, &wg);
    openvpn_parse(c, tcp, &openvpn);
}

static void parse(enum proto proto, struct cursor c, bool tcp)
{
    switch (proto) {
    case PROTO_DNS:
        parse_dns(c, tcp);
        break;
    case PROTO_DHCP:
        parse_dhcp(c);
        break;
    case PROTO_TLS:
        parse_tls(c);
        break;
    case PROTO_HTTP:
    case PROTO_SSH:
    case PROTO_TFTP:
    case PROTO_LLDP:
        parse_texts(c);
        break;
    default:
        parse_numbers(c, tcp);
        break;
    }
}

/* Every field lies inside the frame and its text may be printed. */
static void require_tree(uint32_t caplen)
{
    require(tree.count <= TREE_FIELDS_MAX);
    for (unsigned i = 0; i < tree.count; i++) {
        const struct field *f = &tree.field[i];

        require(f->off <= caplen && f->len <= caplen - f->off);
        require_text(tree_text(&tree, i), TREE_TEXT_MAX - f->text);
    }
}

static void dissect(enum proto proto, struct cursor c, bool tcp, uint32_t wire,
                    bool with_tree)
{
    struct packet pkt = { .data = c.p,
                          .caplen = (uint32_t)cursor_left(&c),
                          .wirelen = wire,
                          .nlayer = 2,
                          .layer = { { .proto = tcp ? PROTO_TCP : PROTO_UDP },
                                     { .proto = (uint16_t)proto } } };
    struct dissect d = { .pkt = &pkt,
                         .c = c,
                         .wire_left = wire,
                         .wire_end = wire,
                         .tree = with_tree ? &tree : NULL };
    enum proto next;

    tree_init(&tree);
    next = dissectors[proto]->dissect(&d, &pkt.layer[1]);
    require(next < PROTO_COUNT);
    require(pkt.layer[1].header_len <= pkt.caplen);
    require(d.c.p <= c.end && d.c.end <= c.end);
    if (with_tree)
        require_tree(pkt.caplen);
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
    static bool ready;
    enum proto proto;
    struct cursor c;
    bool tcp;
    uint32_t wire;

    if (!ready)
        proto_init();
    ready = true;
    if (size < 2)
        return 0;
    proto = protos[data[0] % (sizeof(protos) / sizeof(protos[0]))];
    tcp = data[1] & 1;
    wire = (uint32_t)(size - 2) + (data[1] >> 1);
    c = cursor_over(data + 2, size - 2,
                    data[1] >> 1 ? LAYER_TRUNCATED : LAYER_CUT_BY_OUTER);
    parse(proto, c, tcp);
    dissect(proto, c, tcp, wire, false);
    dissect(proto, c, tcp, wire, true);
    proto_recognise(c, tcp ? TCP : UDP, ANY_PORT,
                    dissectors[proto]->bind[0].value);
    return 0;
}
