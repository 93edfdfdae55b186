/* SPDX-License-Identifier: BSD-3-Clause
 *
 * Collect what far ends show of themselves. Nothing is judged here; the only
 * invariant is that a row describes packets sent BY that far end.
 */
#include "dissect/backend_evidence.h"

#include <stdlib.h>
#include <string.h>

#include "dissect/proto/dhcp.h"

struct backend_evidence *backend_evidence_new(void)
{
    return calloc(1, sizeof(struct backend_evidence));
}

void backend_evidence_free(struct backend_evidence *e)
{
    free(e);
}

/* In captures without MAC addresses there is no telling far ends apart, so
 * what one guest heard is one row. */
static struct far_end *far_of(struct backend_evidence *e,
                              const struct packet *pkt, uint16_t src,
                              uint16_t dst)
{
    bool has_mac = pkt->flags & (PKT_HAS_MAC | PKT_HAS_SRC_MAC);
    uint16_t key = has_mac ? src : dst;
    struct far_end *far;

    if (key >= STATIONS_MAX)
        return NULL;
    if (e->of_station[key])
        return &e->far[e->of_station[key] - 1];
    if (e->count == FAR_MAX) {
        e->overflow++;
        return NULL;
    }
    far = &e->far[e->count++];
    e->of_station[key] = (uint8_t)e->count;
    far->station = key;
    far->heard_by = STATION_NONE;
    far->has_mac = has_mac;
    far->mac = pkt->eth_src;
    return far;
}

static void note_arp(struct far_end *far, const struct packet *pkt)
{
    if (pkt->arp.op != 2 || addr_is_unspecified(&pkt->arp.spa))
        return;
    for (unsigned i = 0; i < far->narp; i++)
        if (addr_eq(&far->arp[i].ip, &pkt->arp.spa))
            return;
    far->arp_targets++;
    if (far->narp == FAR_IPS_MAX)
        return;
    far->arp[far->narp].ip = pkt->arp.spa;
    far->arp[far->narp].frame = pkt->number;
    far->narp++;
}

/* libslirp 4.7 tcp_subr.c: tcp_iss starts at 1 and grows by multiples of
 * 64000 (TCP_ISSINCR / 2), so every ISN it chooses is 1 modulo 64000. */
static void note_slirp_isn(struct tcp_traits *t, const struct packet *pkt)
{
    if (pkt->tcp.seq % 64000 != 1 || pkt->tcp.seq == t->last_slirp_isn)
        return;
    t->isn_slirp++;
    t->last_slirp_isn = pkt->tcp.seq;
    if (!t->isn_frame)
        t->isn_frame = pkt->number;
}

static void note_synack_options(struct tcp_traits *t,
                                const struct tcp_info *tcp)
{
    unsigned opts = tcp->options & (unsigned)~TCPO_NOP;

    t->no_options += opts == 0;
    t->mss_only += opts == TCPO_MSS;
    t->mss_ws_only += opts == (TCPO_MSS | TCPO_WSCALE);
    t->rich += (opts & (TCPO_SACK_PERM | TCPO_TS)) != 0;
    if (!(opts & TCPO_MSS))
        return;
    if (!t->mss_min || tcp->mss < t->mss_min)
        t->mss_min = tcp->mss;
    if (tcp->mss > t->mss_max)
        t->mss_max = tcp->mss;
}

static void note_synack(struct far_end *far, const struct packet *pkt)
{
    struct tcp_traits *t = &far->tcp;

    if (t->synacks++ == 0) {
        t->frame = pkt->number;
        t->ttl_min = t->ttl_max = pkt->ttl;
    }
    if (pkt->ttl < t->ttl_min)
        t->ttl_min = pkt->ttl;
    if (pkt->ttl > t->ttl_max)
        t->ttl_max = pkt->ttl;
    note_synack_options(t, &pkt->tcp);
    t->win_65535 += pkt->tcp.window == 65535;
    t->win_32768 += pkt->tcp.window == 32768;
    t->win_64240 += pkt->tcp.window == 64240;
    t->win_8k += pkt->tcp.window == 8192 || pkt->tcp.window == 8760;
    t->df += pkt->ip_df != 0;
    t->id_zero += pkt->ip_id == 0;
    t->ttl_64 += pkt->ttl == 64;
    t->ttl_128 += pkt->ttl == 128;
    t->ttl_255 += pkt->ttl == 255;
    note_slirp_isn(t, pkt);
}

static bool ends_with(const uint8_t *text, size_t n, const char *end)
{
    size_t m = strlen(end);

    return n >= m && memcmp(text + n - m, end, m) == 0;
}

static void note_dhcp(struct far_end *far, const struct packet *pkt)
{
    struct dhcp_traits *d = &far->dhcp;
    struct dhcp_msg m;
    unsigned n;

    if (d->seen || pkt->sport != 67 || !dhcp_parse(packet_payload(pkt), &m))
        return;
    if (m.msg_type != DHCP_OFFER && m.msg_type != DHCP_ACK)
        return;
    *d = (struct dhcp_traits){
        .seen = true,
        .frame = pkt->number,
        .server_id = m.server_id,
        .siaddr = m.siaddr,
        .src = pkt->src,
        .lease_s = m.lease_s,
        .mtu = m.mtu,
        .ip_len = (uint16_t)pkt->ip_len,
        .ttl = pkt->ttl,
        .has_router = m.nrouter > 0,
        .broadcast = addr_is_broadcast(&pkt->dst),
        .bootfile_pxe = ends_with(m.bootfile.p, m.bootfile.len, ".pxe"),
        .host_vbox =
            m.hostname.len == 4 && memcmp(m.hostname.p, "vbox", 4) == 0,
    };
    if (d->has_router)
        d->router = m.router[0];
    n = m.norder < FAR_ORDER_MAX ? m.norder : FAR_ORDER_MAX;
    memcpy(d->order, m.option_order, n);
    d->norder = (uint8_t)n;
}

static void note_ra(struct far_end *far, const struct packet *pkt)
{
    struct ra_traits *r = &far->ra;

    if (r->seen || pkt->icmp.type != 134)
        return;
    *r = (struct ra_traits){
        .seen = true,
        .frame = pkt->number,
        .src = pkt->src,
        .prefix = pkt->icmp.ra_prefix,
        .prefix_len = pkt->icmp.ra_prefix_len,
        .flags = pkt->icmp.ndp_flags,
        .hop_limit = pkt->icmp.ra_hop_limit,
        .lifetime_s = pkt->icmp.ra_lifetime_s,
        .mtu = pkt->icmp.ra_mtu,
    };
}

static void note_rst(struct far_end *far, const struct packet *pkt)
{
    if (!far->rst_frame)
        far->rst_frame = pkt->number;
    far->rst_ttl255 += pkt->ttl == 255;
    far->rst_ttl64 += pkt->ttl == 64;
}

/* TTL 255 with IP id 0 on everything is passt's mark; a lone packet may be
 * anybody's, so both counts are kept. */
static void note_ip(struct far_end *far, const struct packet *pkt)
{
    if (!far->first_src_frame) {
        far->first_src = pkt->src;
        far->first_src_frame = pkt->number;
    } else if (!addr_eq(&far->first_src, &pkt->src)) {
        far->many_srcs = true;
    }
    if (pkt->ip_version != 4 || addr_is_multicast(&pkt->dst))
        return; /* mDNS has TTL 255 and id 0 from anybody: RFC 6762 11 */
    far->in_v4++;
    if (pkt->ttl != 255)
        return;
    far->in_ttl255++;
    if (pkt->ip_id == 0) {
        far->in_ttl255_id0++;
        if (!far->ttl255_id0_frame)
            far->ttl255_id0_frame = pkt->number;
    }
}

static void note_udp(struct far_end *far, const struct packet *pkt)
{
    far->udp++;
    far->udp_ttl255 += pkt->ttl == 255;
    far->udp_ttl128 += pkt->ttl == 128;
    /* libslirp 4.7 dhcpv6.c:194 stores port 547 without htons(). */
    if (pkt->sport == 8962 && pkt->dport == 546 && !far->dhcpv6_8962_frame)
        far->dhcpv6_8962_frame = pkt->number;
}

static void note_echo(struct far_end *far, const struct packet *pkt)
{
    if (pkt->icmp.type != 0 && pkt->icmp.type != 129)
        return;
    far->echo_replies++;
    far->echo_ttl255 += pkt->ttl == 255;
}

void backend_observe(struct backend_evidence *e, const struct packet *pkt,
                     uint16_t src_station, uint16_t dst_station)
{
    struct far_end *far = far_of(e, pkt, src_station, dst_station);

    if (!far)
        return;
    far->packets++;
    if (dst_station != STATION_NONE && !mac_is_multicast(&pkt->eth_dst))
        far->heard_by = dst_station;
    if (pkt->events & EV_ARP)
        note_arp(far, pkt);
    if (pkt->events & EV_STP)
        far->sends_stp = true;
    if (!pkt->ip_version)
        return;
    note_ip(far, pkt);
    if (pkt->events & EV_TCP_SYNACK)
        note_synack(far, pkt);
    if (pkt->events & EV_TCP_RST)
        note_rst(far, pkt);
    if (pkt->events & EV_UDP)
        note_udp(far, pkt);
    if (pkt->events & EV_DHCP)
        note_dhcp(far, pkt);
    if ((pkt->events & EV_NDP) && pkt->icmp.is_v6)
        note_ra(far, pkt);
    if (pkt->events & EV_ICMP_ECHO)
        note_echo(far, pkt);
}

bool evidence_dhcp_order(const struct dhcp_traits *d, const uint8_t *codes,
                         unsigned n)
{
    unsigned at = 0;

    for (unsigned i = 0; i < d->norder && at < n; i++) {
        if (d->order[i] == codes[at])
            at++;
        else if (d->order[i] != 15 && d->order[i] != 12)
            return false;
    }
    return at == n;
}
