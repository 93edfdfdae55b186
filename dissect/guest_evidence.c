/* SPDX-License-Identifier: BSD-3-Clause
 *
 * What packets tell of a guest beyond being one: DHCP lease (RFC 2131, RFC
 * 2132), the stages in which its network came up, its gateway. Kept for every
 * station, since who is a guest is decided later.
 */
#include "dissect/guest_impl.h"

#include <assert.h>

#include "dissect/core/str.h"
#include "dissect/proto/dhcp.h"

enum { PORT_DNS = 53, PORT_DHCP_SERVER = 67, V4_PREFIX = 96 };
enum { NDP_RS = 133, NDP_RA = 134 };

static void exchange_ask(struct exchange *x, const struct packet *pkt)
{
    if (x->frame)
        return;
    x->frame = pkt->number;
    x->ask_ns = pkt->ts_ns;
}

static void exchange_answer(struct exchange *x, const struct packet *pkt)
{
    if (x->frame && !x->answer_ns)
        x->answer_ns = pkt->ts_ns;
}

/* ---- DHCP ---- */

static uint8_t prefix_of_mask(const union addr *mask)
{
    uint32_t m = addr_v4_host(mask);
    uint8_t bits = 0;

    /* Ones, then zeros: anything else is no mask. */
    if (m == 0 || (~m & (~m + 1)) != 0)
        return 0;
    for (; m; m <<= 1)
        bits++;
    return bits;
}

static void copy_text(char *out, size_t size, const struct octets *o)
{
    struct str s;
    size_t n = o->len;

    while (n && o->p[n - 1] == 0) /* some servers count a final NUL */
        n--;
    str_init(&s, out, size);
    str_printable(&s, o->p, n);
}

static void take_lease(struct lease *l, const struct packet *pkt,
                       const struct dhcp_msg *m)
{
    *l = (struct lease){
        .valid = true,
        .address = m->yiaddr,
        .server = dhcp_has(m, 54) ? m->server_id : pkt->src,
        .prefix_len = dhcp_has(m, 1) ? prefix_of_mask(&m->subnet_mask) : 0,
        .lease_s = m->lease_s,
        .mtu = m->mtu,
        .ack_frame = pkt->number,
    };
    if (m->nrouter)
        l->router = m->router[0];
    for (unsigned i = 0; i < m->ndns && i < 3; i++)
        l->dns[l->ndns++] = m->dns[i];
    copy_text(l->domain, sizeof(l->domain), &m->domain);
}

/* Whom an answer is for: chaddr says it, also when the frame is broadcast. */
static uint16_t dhcp_client(const struct station_table *st,
                            const struct dhcp_msg *m, uint16_t dst)
{
    uint16_t i = station_find_mac(st, &m->chaddr);

    if (i != STATION_NONE)
        return i;
    i = station_find_ip(st, &m->yiaddr);
    return i != STATION_NONE ? i : dst;
}

static void note_dhcp(struct guest_tracker *t, struct station_table *st,
                      const struct packet *pkt, uint16_t src, uint16_t dst)
{
    struct dhcp_msg m;
    struct guest_evidence *e;
    uint16_t client;

    if (!dhcp_parse(packet_payload(pkt), &m))
        return;
    if (m.msg_type == DHCP_DISCOVER || m.msg_type == DHCP_REQUEST) {
        if (src == STATION_NONE)
            return;
        /* A client with an address in use renews it; that is no start (RFC
         * 2131 section 4.3.2). */
        if (addr_is_unspecified(&m.ciaddr))
            exchange_ask(&t->evidence[src].dhcp, pkt);
        station_set_hostname(st, src, m.hostname.p, m.hostname.len);
        return;
    }
    if (m.msg_type != DHCP_ACK || !addr_is_v4(&m.yiaddr) ||
        addr_is_unspecified(&m.yiaddr) || addr_is_broadcast(&m.yiaddr))
        return;
    client = dhcp_client(st, &m, dst);
    if (client == STATION_NONE ||
        (station_get(st, client)->flags & STATION_GROUP))
        return;
    e = &t->evidence[client];
    exchange_answer(&e->dhcp, pkt);
    take_lease(&e->lease, pkt, &m);
    if (!(station_get(st, client)->flags & STATION_NO_MAC))
        station_claim(st, client, &m.yiaddr);
}

/* ---- ARP, NDP, DNS, TCP ---- */

static struct asked_arp *arp_target(struct guest_evidence *e,
                                    const union addr *a, bool add)
{
    for (unsigned i = 0; i < e->narp; i++)
        if (addr_eq(&e->arp[i].target, a))
            return &e->arp[i];
    if (!add)
        return NULL;
    if (e->narp == ARP_TARGETS) {
        e->asked_more = true;
        return NULL;
    }
    e->arp[e->narp].target = *a;
    return &e->arp[e->narp++];
}

static void note_arp(struct guest_tracker *t, const struct packet *pkt,
                     uint16_t src, uint16_t dst)
{
    const struct arp_info *arp = &pkt->arp;
    struct asked_arp *a;

    if (arp->op == 1 && src != STATION_NONE) {
        if (addr_is_unspecified(&arp->spa) || addr_eq(&arp->spa, &arp->tpa))
            return;
        a = arp_target(&t->evidence[src], &arp->tpa, true);
        if (!a)
            return;
        a->tries++;
        exchange_ask(&a->x, pkt);
    } else if (arp->op == 2 && dst != STATION_NONE) {
        a = arp_target(&t->evidence[dst], &arp->spa, false);
        if (a)
            exchange_answer(&a->x, pkt);
    }
}

static void note_ndp(struct guest_tracker *t, const struct packet *pkt,
                     uint16_t src)
{
    const struct icmp_info *ic = &pkt->icmp;

    if (ic->type == NDP_RS && src != STATION_NONE)
        exchange_ask(&t->evidence[src].rs, pkt);
    if (ic->type != NDP_RA)
        return;
    if (!t->ra.frame) {
        t->ra_src = pkt->src;
        t->ra_station = src;
    }
    exchange_ask(&t->ra, pkt);
    t->ra.answer_ns = pkt->ts_ns; /* the latest one */
    if (ic->ra_mtu >= 1280 && ic->ra_mtu <= UINT16_MAX)
        t->ra_mtu = (uint16_t)ic->ra_mtu;
}

static void answer_rs(struct guest_tracker *t, const struct station_table *st,
                      const struct packet *pkt)
{
    unsigned n = station_count(st);

    /* An advertisement is rare, and to all. */
    for (unsigned i = 0; i < n; i++)
        exchange_answer(&t->evidence[i].rs, pkt);
}

static void note_dns(struct guest_tracker *t, const struct packet *pkt,
                     uint16_t src, uint16_t dst)
{
    if (pkt->dport == PORT_DNS && src != STATION_NONE && pkt->payload_len > 0) {
        struct guest_evidence *e = &t->evidence[src];

        if (!e->dns.frame)
            e->dns_cport = pkt->sport;
        exchange_ask(&e->dns, pkt);
    } else if (pkt->sport == PORT_DNS && dst != STATION_NONE &&
               pkt->payload_len > 0 &&
               pkt->dport == t->evidence[dst].dns_cport) {
        exchange_answer(&t->evidence[dst].dns, pkt);
    }
}

/* Off-link by the look of it: the lease may not have been captured. */
static bool looks_off_link(const union addr *from, const union addr *to)
{
    return !addr_in_prefix(to, from, addr_is_v4(from) ? V4_PREFIX + 24 : 64) &&
           !addr_is_linklocal(to) && !addr_is_multicast(to) &&
           !addr_is_broadcast(to) && !addr_is_loopback(to);
}

static void note_tcp(struct guest_tracker *t, const struct packet *pkt,
                     uint16_t src, uint16_t dst)
{
    struct guest_evidence *e;

    if (pkt->events & EV_TCP_SYN) {
        if (src == STATION_NONE || !looks_off_link(&pkt->src, &pkt->dst))
            return;
        e = &t->evidence[src];
        if (!e->tcp.frame) {
            e->tcp_peer = pkt->dst;
            e->tcp_sport = pkt->sport;
            e->tcp_dport = pkt->dport;
        }
        exchange_ask(&e->tcp, pkt);
    } else if (dst != STATION_NONE) {
        e = &t->evidence[dst];
        if (e->tcp_sport == pkt->dport && e->tcp_dport == pkt->sport &&
            addr_eq(&e->tcp_peer, &pkt->src))
            exchange_answer(&e->tcp, pkt);
    }
}

static void vote_next_hop(struct guest_tracker *t,
                          const struct station_table *st,
                          const struct packet *pkt, uint16_t src, uint16_t dst)
{
    struct guest_evidence *e;

    if (src == STATION_NONE || dst == STATION_NONE || !pkt->ip_version ||
        (station_get(st, dst)->flags & (STATION_GROUP | STATION_NO_MAC)) ||
        !looks_off_link(&pkt->src, &pkt->dst))
        return;
    e = &t->evidence[src];
    if (e->next_hop_votes == 0)
        e->next_hop = dst;
    if (e->next_hop == dst)
        e->next_hop_votes++;
    else
        e->next_hop_votes--;
}

void guest_observe(struct guest_tracker *t, struct station_table *stations,
                   const struct packet *pkt, uint16_t src_station,
                   uint16_t dst_station)
{
    if (pkt->events & EV_ARP) {
        note_arp(t, pkt, src_station, dst_station);
        return;
    }
    if (pkt->events & EV_NDP) {
        note_ndp(t, pkt, src_station);
        if (pkt->icmp.type == NDP_RA)
            answer_rs(t, stations, pkt);
        return;
    }
    if (pkt->events & EV_DHCP)
        note_dhcp(t, stations, pkt, src_station, dst_station);
    if (pkt->events & EV_DNS)
        note_dns(t, pkt, src_station, dst_station);
    if (pkt->events & (EV_TCP_SYN | EV_TCP_SYNACK))
        note_tcp(t, pkt, src_station, dst_station);
    vote_next_hop(t, stations, pkt, src_station, dst_station);
}

/* ---- description ---- */

void guest_add_address(struct guest *g, const union addr *a)
{
    bool v4 = addr_is_v4(a);
    union addr *list = v4 ? g->ipv4 : g->ipv6;
    uint8_t *n = v4 ? &g->nipv4 : &g->nipv6;

    for (unsigned i = 0; i < *n; i++)
        if (addr_eq(&list[i], a))
            return;
    if (*n < GUEST_ADDRS_MAX)
        list[(*n)++] = *a;
}

/* The leased one first, link-local ones last: readers show the first. */
static void describe_addresses(struct guest *g, const struct station *s)
{
    if (g->lease.valid)
        guest_add_address(g, &g->lease.address);
    for (unsigned i = 0; i < s->nip; i++)
        if (!addr_is_linklocal(&s->ip[i]))
            guest_add_address(g, &s->ip[i]);
    for (unsigned i = 0; i < s->nip; i++)
        if (addr_is_linklocal(&s->ip[i]))
            guest_add_address(g, &s->ip[i]);
}

/* A target that it asks for before all others and that never answers is what
 * it takes for its gateway, as far as can be seen. */
static const struct asked_arp *silent_target(const struct guest_evidence *e)
{
    const struct asked_arp *a = NULL;

    for (unsigned i = 0; i < e->narp; i++)
        if (!e->arp[i].x.answer_ns && e->arp[i].tries >= 2 && !a)
            a = &e->arp[i];
        else
            return NULL;
    return a;
}

static void address_of_gateway(const struct guest_tracker *t,
                               const struct facts *facts, struct guest *g)
{
    const struct guest_evidence *e = &t->evidence[g->station];
    const struct station *s = station_get(facts->stations, g->gateway);
    const struct asked_arp *a = NULL;

    if (!s) {
        a = e->asked_more ? NULL : silent_target(e);
        if (a)
            g->gateway_ip = a->target;
        return;
    }
    /* What it asked for by ARP and that station owns; else its first one. An
     * address it merely carried may be that of a private network beyond. */
    for (unsigned i = 0; i < e->narp; i++)
        if (e->arp[i].x.answer_ns &&
            station_owns(facts->stations, g->gateway, &e->arp[i].target)) {
            g->gateway_ip = e->arp[i].target;
            return;
        }
    for (unsigned i = 0; i < s->nip; i++)
        if (addr_is_v4(&s->ip[i]) &&
            station_proved(facts->stations, g->gateway, &s->ip[i])) {
            g->gateway_ip = s->ip[i];
            return;
        }
    if (t->ra.frame && t->ra_station == g->gateway)
        g->gateway_ip = t->ra_src;
}

static void describe_gateway(const struct guest_tracker *t,
                             const struct facts *facts, struct guest *g)
{
    const struct guest_evidence *e = &t->evidence[g->station];

    g->gateway = e->next_hop_votes ? e->next_hop : STATION_NONE;
    if (g->lease.valid && !addr_is_unspecified(&g->lease.router) &&
        addr_is_v4(&g->lease.router)) {
        g->gateway_ip = g->lease.router;
        if (g->gateway == STATION_NONE)
            g->gateway = station_find_ip(facts->stations, &g->gateway_ip);
    } else {
        if (g->gateway == STATION_NONE && t->ra.frame)
            g->gateway = t->ra_station;
        address_of_gateway(t, facts, g);
    }
    if (g->gateway == g->station)
        g->gateway = STATION_NONE;
}

static void describe_mtu(const struct guest_tracker *t,
                         const struct facts *facts, const struct station *s,
                         struct guest *g)
{
    uint16_t syn = station_syn_mtu(facts->stations, g->station);

    g->mtu = s->max_ip_len > syn ? s->max_ip_len : syn;
    if (g->lease.mtu >= 68 && g->lease.mtu > g->mtu)
        g->mtu = g->lease.mtu;
    else if (!syn && t->ra_mtu > g->mtu)
        g->mtu = t->ra_mtu;
}

static void stage(struct guest *g, enum bringup_stage at,
                  const struct exchange *x)
{
    struct bringup *b = &g->bringup[at];

    if (!x->frame)
        return;
    b->seen = true;
    b->ok = x->answer_ns != 0;
    b->at_ns = x->ask_ns;
    b->took_ns = b->ok ? x->answer_ns - x->ask_ns : -1;
    b->frame = x->frame;
}

static void describe_bringup(const struct guest_tracker *t,
                             const struct station *s, struct guest *g)
{
    const struct guest_evidence *e = &t->evidence[g->station];
    struct exchange first = { s->first_ns, s->first_ns, s->first_frame };

    if (!first.answer_ns)
        first.answer_ns = 1; /* a clock that starts at zero: still seen */
    stage(g, BRINGUP_FIRST_FRAME, &first);
    g->bringup[BRINGUP_FIRST_FRAME].took_ns = 0;
    stage(g, BRINGUP_DHCP, &e->dhcp);
    for (unsigned i = 0; i < e->narp; i++)
        if (addr_eq(&e->arp[i].target, &g->gateway_ip))
            stage(g, BRINGUP_ARP_GW, &e->arp[i].x);
    /* Routers advertise every few minutes (RFC 4861 section 6.2.4): only an
     * answer to a solicitation tells of this guest's start. */
    stage(g, BRINGUP_RA, &e->rs);
    stage(g, BRINGUP_DNS, &e->dns);
    stage(g, BRINGUP_FIRST_TCP, &e->tcp);
}

void guest_describe(const struct guest_tracker *t, const struct facts *facts,
                    struct guest *g)
{
    const struct station *s = station_get(facts->stations, g->station);

    g->gateway = STATION_NONE;
    if (!s) {
        g->station = STATION_NONE;
        return;
    }
    g->has_mac = !(s->flags & STATION_NO_MAC);
    if (g->has_mac)
        g->mac = s->mac;
    memcpy(g->hostname, s->hostname, sizeof(g->hostname));
    g->lease = t->evidence[g->station].lease;
    describe_addresses(g, s);
    describe_gateway(t, facts, g);
    describe_mtu(t, facts, s, g);
    describe_bringup(t, s, g);
}

const char *bringup_stage_name(enum bringup_stage stage)
{
    static const char *const names[] = {
        [BRINGUP_FIRST_FRAME] = "first-frame",
        [BRINGUP_DHCP] = "dhcp",
        [BRINGUP_ARP_GW] = "arp-gateway",
        [BRINGUP_RA] = "ra",
        [BRINGUP_DNS] = "dns",
        [BRINGUP_FIRST_TCP] = "first-tcp",
    };

    static_assert(sizeof(names) / sizeof(names[0]) == BRINGUP_STAGES, "names");
    return names[stage];
}
