/* SPDX-License-Identifier: BSD-3-Clause
 *
 * One line that says what a packet is, as in a packet list. Numbers are those
 * on the wire (sequence numbers are not made relative: there is no flow here).
 */
#include "dissect/packet.h"

#include "dissect/core/str.h"
#include "dissect/proto/dhcp.h"
#include "dissect/proto/dns.h"
#include "dissect/proto/ip.h"
#include "dissect/proto/link.h"

static void add_addr(struct str *s, const union addr *a)
{
    char text[ADDR_STRLEN];

    str_add(s, addr_format(a, text));
}

/* "10.0.2.15:53" or "[fe80::1]:53" */
static void add_endpoint(struct str *s, const union addr *a, uint16_t port)
{
    bool brackets = port && !addr_is_v4(a);

    str_add(s, brackets ? "[" : "");
    add_addr(s, a);
    str_add(s, brackets ? "]" : "");
    if (port)
        str_addf(s, ":%u", port);
}

static void add_endpoints(struct str *s, const struct packet *pkt)
{
    add_endpoint(s, &pkt->src, pkt->sport);
    str_add(s, " > ");
    add_endpoint(s, &pkt->dst, pkt->dport);
    str_add(s, " ");
}

static void add_macs(struct str *s, const struct packet *pkt)
{
    char src[MAC_STRLEN], dst[MAC_STRLEN];

    if (pkt->flags & PKT_HAS_MAC)
        str_addf(s, "%s > %s ", mac_format(&pkt->eth_src, src),
                 mac_format(&pkt->eth_dst, dst));
    else if (pkt->flags & PKT_HAS_SRC_MAC)
        str_addf(s, "%s ", mac_format(&pkt->eth_src, src));
}

static void add_tcp_flags(struct str *s, uint8_t flags)
{
    static const struct {
        uint8_t bit;
        const char *name;
    } row[] = {
        { TCP_SYN, "SYN" }, { TCP_FIN, "FIN" }, { TCP_RST, "RST" },
        { TCP_PSH, "PSH" }, { TCP_ACK, "ACK" }, { TCP_URG, "URG" },
        { TCP_ECE, "ECE" }, { TCP_CWR, "CWR" },
    };
    const char *comma = " ";

    for (size_t i = 0; i < sizeof(row) / sizeof(row[0]); i++) {
        if (!(flags & row[i].bit))
            continue;
        str_addf(s, "%s%s", comma, row[i].name);
        comma = ",";
    }
}

/* What the port says the payload is, where nothing better is known. */
static void add_app(struct str *s, const struct packet *pkt)
{
    if (pkt->app != PROTO_NONE && pkt->payload_len > 0)
        str_addf(s, " (%s)", proto_name((enum proto)pkt->app));
}

static void add_tcp(struct str *s, const struct packet *pkt)
{
    const struct tcp_info *tcp = &pkt->tcp;

    str_add(s, "TCP");
    if (!(pkt->events & EV_TCP))
        return;
    add_tcp_flags(s, tcp->flags);
    str_addf(s, " seq %u", tcp->seq);
    if (tcp->flags & TCP_ACK)
        str_addf(s, " ack %u", tcp->ack);
    str_addf(s, " win %u", tcp->window);
    if (pkt->payload_len > 0)
        str_addf(s, " len %u", pkt->payload_len);
    if (tcp->options & TCPO_MSS)
        str_addf(s, " mss %u", tcp->mss);
    if (tcp->options & TCPO_WSCALE)
        str_addf(s, " ws %u", tcp->wscale);
    if (tcp->options & TCPO_SACK_PERM)
        str_add(s, " sackOK");
    for (unsigned i = 0; i < tcp->nsack && i < SACK_MAX; i++)
        str_addf(s, " sack %u-%u", tcp->sack[i].left, tcp->sack[i].right);
    add_app(s, pkt);
}

/* Long names fill a line and say no more than their beginning. */
static void add_dns(struct str *s, const struct packet *pkt)
{
    struct dns_msg m;

    if (!dns_parse(packet_payload(pkt), &m)) {
        str_addf(s, " len %u", pkt->payload_len);
        return;
    }
    str_addf(s, " %s 0x%04x", m.qr ? "response" : "query", m.id);
    if (m.qr && m.rcode != DNS_NOERROR)
        str_addf(s, " %s", dns_rcode_name(m.rcode));
    if (m.has_question)
        str_addf(s, " %s %s", dns_type_name(m.qtype), m.qname);
    for (unsigned i = 0; m.qr && i < m.naddr && i < 2; i++) {
        str_add(s, i ? ", " : ": ");
        add_addr(s, &m.addr[i]);
    }
}

static void add_dhcp(struct str *s, const struct packet *pkt)
{
    struct dhcp_msg m;

    if (!dhcp_parse(packet_payload(pkt), &m)) {
        str_addf(s, " len %u", pkt->payload_len);
        return;
    }
    str_addf(s, " %s xid 0x%08x", dhcp_type_name(m.msg_type), m.xid);
    if (addr_is_v4(&m.yiaddr) && !addr_is_unspecified(&m.yiaddr)) {
        str_add(s, " for ");
        add_addr(s, &m.yiaddr);
    }
}

static void add_udp(struct str *s, const struct packet *pkt)
{
    switch (pkt->app) {
    case PROTO_DNS:
        str_add(s, pkt->events & EV_MDNS ? "MDNS" : "DNS");
        add_dns(s, pkt);
        return;
    case PROTO_DHCP:
        str_add(s, "DHCP");
        add_dhcp(s, pkt);
        return;
    default:
        str_addf(s, "UDP len %u", pkt->payload_len);
        add_app(s, pkt);
        return;
    }
}

static void add_quoted(struct str *s, const struct quoted *q)
{
    if (!q->valid)
        return;
    str_addf(s, ", quotes %s ", ip_proto_name(q->ip_proto));
    if (q->ip_proto == IPN_TCP || q->ip_proto == IPN_UDP) {
        add_endpoint(s, &q->src, q->sport);
        str_add(s, " > ");
        add_endpoint(s, &q->dst, q->dport);
        return;
    }
    add_addr(s, &q->src);
    str_add(s, " > ");
    add_addr(s, &q->dst);
}

static const char *unreachable_name(uint8_t code)
{
    static const char *const name[] = {
        "network unreachable",       "host unreachable",
        "protocol unreachable",      "port unreachable",
        "fragmentation needed",      "source route failed",
        "network unknown",           "host unknown",
        "source host isolated",      "network prohibited",
        "host prohibited",           "network unreachable for TOS",
        "host unreachable for TOS",  "communication prohibited",
        "host precedence violation", "precedence cutoff",
    };

    return code < sizeof(name) / sizeof(name[0]) ? name[code]
                                                 : "destination unreachable";
}

static const char *unreachable6_name(uint8_t code)
{
    static const char *const name[] = {
        "no route",
        "communication prohibited",
        "beyond scope of source",
        "address unreachable",
        "port unreachable",
        "source address failed policy",
        "reject route",
    };

    return code < sizeof(name) / sizeof(name[0]) ? name[code]
                                                 : "destination unreachable";
}

static const char *icmp_name(const struct icmp_info *icmp)
{
    switch (icmp->type) {
    case 0:
        return "echo reply";
    case 3:
        return unreachable_name(icmp->code);
    case 4:
        return "source quench";
    case 5:
        return "redirect";
    case 8:
        return "echo request";
    case 11:
        return icmp->code ? "reassembly time exceeded" : "time exceeded";
    case 12:
        return "parameter problem";
    default:
        return NULL;
    }
}

static const char *icmp6_name(const struct icmp_info *icmp)
{
    switch (icmp->type) {
    case 1:
        return unreachable6_name(icmp->code);
    case 2:
        return "packet too big";
    case 3:
        return icmp->code ? "reassembly time exceeded" : "time exceeded";
    case 4:
        return "parameter problem";
    case 128:
        return "echo request";
    case 129:
        return "echo reply";
    case 130:
        return "listener query";
    case 131:
    case 143:
        return "listener report";
    case 132:
        return "listener done";
    case 133:
        return "router solicitation";
    case 134:
        return "router advertisement";
    case 135:
        return "neighbour solicitation";
    case 136:
        return "neighbour advertisement";
    case 137:
        return "redirect";
    default:
        return NULL;
    }
}

static void add_ndp(struct str *s, const struct icmp_info *icmp)
{
    char mac[MAC_STRLEN];

    if (icmp->type >= 135) {
        str_add(s, " ");
        add_addr(s, &icmp->target);
    }
    if (icmp->type == 134 && icmp->ra_prefix_len) {
        str_add(s, " prefix ");
        add_addr(s, &icmp->ra_prefix);
        str_addf(s, "/%u", icmp->ra_prefix_len);
    }
    if (icmp->has_link_addr)
        str_addf(s, " at %s", mac_format(&icmp->link_addr, mac));
}

static void add_icmp(struct str *s, const struct packet *pkt)
{
    const struct icmp_info *icmp = &pkt->icmp;
    const char *name = icmp->is_v6 ? icmp6_name(icmp) : icmp_name(icmp);

    str_add(s, icmp->is_v6 ? "ICMPv6 " : "ICMP ");
    if (name)
        str_add(s, name);
    else
        str_addf(s, "type %u code %u", icmp->type, icmp->code);
    if (pkt->events & EV_ICMP_ECHO)
        str_addf(s, " id %u seq %u", icmp->id, icmp->seq);
    if (icmp->mtu)
        str_addf(s, " mtu %u", icmp->mtu);
    if (pkt->events & EV_NDP)
        add_ndp(s, icmp);
    if (icmp->is_error)
        add_quoted(s, &icmp->quoted);
}

static void add_arp(struct str *s, const struct packet *pkt)
{
    const struct arp_info *a = &pkt->arp;
    char mac[MAC_STRLEN];

    if (a->op == 1) {
        str_add(s, "ARP who has ");
        add_addr(s, &a->tpa);
        str_add(s, ", tell ");
        add_addr(s, &a->spa);
    } else if (a->op == 2) {
        str_add(s, "ARP ");
        add_addr(s, &a->spa);
        str_addf(s, " is at %s", mac_format(&a->sha, mac));
    } else {
        str_addf(s, "ARP op %u from %s", a->op, mac_format(&a->sha, mac));
    }
}

/* Has the transport header been reached and is it there? */
static bool has_layer(const struct packet *pkt, enum proto proto)
{
    return packet_find_layer(pkt, proto) != NULL;
}

static void add_ip(struct str *s, const struct packet *pkt)
{
    add_endpoints(s, pkt);
    if (pkt->flags & PKT_FRAG_LATER)
        str_addf(s, "%s fragment id %u offset %u", ip_proto_name(pkt->ip_proto),
                 pkt->ip_id, pkt->frag_off);
    else if (pkt->ip_proto == IPN_TCP && has_layer(pkt, PROTO_TCP))
        add_tcp(s, pkt);
    else if (pkt->ip_proto == IPN_UDP && has_layer(pkt, PROTO_UDP))
        add_udp(s, pkt);
    else if ((pkt->ip_proto == IPN_ICMP && has_layer(pkt, PROTO_ICMP)) ||
             (pkt->ip_proto == IPN_ICMPV6 && has_layer(pkt, PROTO_ICMP6)))
        add_icmp(s, pkt);
    else
        str_addf(s, "%s (%u) len %u", ip_proto_name(pkt->ip_proto),
                 pkt->ip_proto, pkt->ip_len);
    if ((pkt->flags & (PKT_FRAG | PKT_FRAG_LATER)) == PKT_FRAG)
        str_addf(s, " first fragment id %u", pkt->ip_id);
}

static void add_link(struct str *s, const struct packet *pkt)
{
    const struct layer *last =
        pkt->nlayer ? &pkt->layer[pkt->nlayer - 1] : NULL;

    add_macs(s, pkt);
    if (last && last->proto != PROTO_RAW && last->proto != PROTO_ETH &&
        last->proto != PROTO_VLAN)
        str_add(s, proto_name((enum proto)last->proto));
    else if (pkt->ethertype >= ETHERTYPE_MIN)
        str_addf(s, "%s (0x%04x)", ethertype_name(pkt->ethertype),
                 pkt->ethertype);
    else
        str_add(s, "data");
    str_addf(s, " len %u", pkt->wirelen);
}

static void add_verdicts(struct str *s, const struct packet *pkt)
{
    uint16_t flags = 0;

    if (!(pkt->events & EV_DAMAGED))
        return;
    for (unsigned i = 0; i < pkt->nlayer; i++)
        flags |= pkt->layer[i].flags;
    if (flags & LAYER_TRUNCATED)
        str_add(s, " [truncated]");
    if (flags & LAYER_CUT_BY_OUTER)
        str_add(s, " [cut short]");
    if (flags & LAYER_MALFORMED)
        str_add(s, " [malformed]");
}

void packet_summary(const struct packet *pkt, char *out, size_t size)
{
    struct str s;

    str_init(&s, out, size);
    if (pkt->ip_version)
        add_ip(&s, pkt);
    else if (pkt->events & EV_ARP)
        add_arp(&s, pkt);
    else
        add_link(&s, pkt);
    add_verdicts(&s, pkt);
}
