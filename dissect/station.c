/* SPDX-License-Identifier: BSD-3-Clause
 *
 * Stations. Every frame is looked up here twice, so the common case, a frame
 * between the same two cards as the last one, is two compares of 48 bits.
 *
 * Whose address is a source address? Its station's own, when it claimed it
 * (ARP, NDP, DHCP), when it is link-local, or when it is the first private one
 * and nothing was claimed yet. All others are foreign: a station that carries
 * foreign addresses forwards for others and is marked STATION_GATEWAY.
 */
#include "dissect/station.h"

#include <assert.h>
#include <stdlib.h>

#include "dissect/core/hash.h"
#include "dissect/core/str.h"

#define INDEX_SIZE     4096u /* power of two, >= 4 * STATIONS_MAX */
#define GROUPS_MAX     256u  /* group addresses that get a station */
#define FOREIGN_ENOUGH 64u   /* a gateway: who else it carries is no news */
#define FOREIGN_BITS   256u
#define RECENT_BITS    5u
#define TENTATIVE_V6   3 /* SLAAC gives a card several: RFC 4862, RFC 8981 */
#define ETHERNET_MTU   1500u
#define KEY_NONE       UINT64_MAX /* no MAC is this long */

static_assert(INDEX_SIZE >= 4 * STATIONS_MAX, "index at most a quarter full");

/* Events that say more of a station than that it sent something. */
#define EV_TELLING \
    (EV_ARP | EV_NDP | EV_DHCP | EV_DNS | EV_STP | EV_TCP_SYN | EV_TCP_SYNACK)

/** struct source_memory - What tells own from foreign source addresses */
struct source_memory {
    uint64_t last[2]; /* source of the latest frame: nothing new to learn */
    union addr recent[1u << RECENT_BITS]; /* nothing new to learn of these */
    uint64_t seen[FOREIGN_BITS / 64];     /* hashes of foreign sources */
    uint8_t claimed;     /* the first of ip[] that are proven */
    bool global;         /* a foreign one was global */
    uint16_t syn_mtu;    /* MSS of its SYN plus headers */
    uint64_t group_sent; /* frames it sent to a group */
};

struct station_table {
    uint64_t last_src_key, last_dst_key;
    uint16_t last_src, last_dst;
    uint16_t index[INDEX_SIZE]; /* station + 1, 0 empty */
    uint64_t key[STATIONS_MAX]; /* mac_key(), KEY_NONE for those without */
    unsigned count, groups;
    uint64_t seed;
    uint64_t overflow; /* frames whose station found no room */
    uint64_t frames, group_frames;
    struct source_memory memory[STATIONS_MAX];
    struct station station[STATIONS_MAX] __attribute__((aligned(64)));
};

struct station_table *station_table_new(uint64_t seed)
{
    void *p = NULL;
    struct station_table *t;

    if (posix_memalign(&p, 64, sizeof(*t)))
        return NULL;
    t = memset(p, 0, sizeof(*t));
    t->seed = seed;
    t->last_src_key = t->last_dst_key = KEY_NONE;
    return t;
}

void station_table_free(struct station_table *t)
{
    free(t);
}

static uint64_t mac_key(const struct mac *m)
{
    uint32_t high;
    uint16_t low;

    memcpy(&high, m->b, sizeof(high));
    memcpy(&low, m->b + 4, sizeof(low));
    return (uint64_t)high << 16 | low;
}

/* Of a 48-bit key; multiplication by an odd number drawn from the seed spreads
 * it, the upper bits are the good ones. */
static unsigned key_slot(const struct station_table *t, uint64_t key)
{
    uint64_t h = (key ^ t->seed) * 0x9e3779b97f4a7c15u;

    h ^= h >> 29;
    h *= t->seed | 1;
    return (unsigned)(h >> 52) & (INDEX_SIZE - 1);
}

static uint16_t take_slot(struct station_table *t, unsigned slot,
                          const struct packet *pkt, bool group)
{
    struct station *s;

    if (t->count == STATIONS_MAX || (group && t->groups == GROUPS_MAX)) {
        t->overflow++;
        return STATION_NONE;
    }
    s = &t->station[t->count];
    s->first_ns = pkt->ts_ns;
    s->first_frame = pkt->number;
    if (group) {
        s->flags |= STATION_GROUP;
        t->groups++;
    }
    t->index[slot] = (uint16_t)(t->count + 1);
    return (uint16_t)t->count++;
}

static uint16_t new_mac_station(struct station_table *t, unsigned slot,
                                const struct mac *m, uint64_t key,
                                const struct packet *pkt)
{
    uint16_t i = take_slot(t, slot, pkt, mac_is_multicast(m));

    if (i == STATION_NONE)
        return i;
    t->key[i] = key;
    t->station[i].mac = *m;
    if (mac_is_backend(m))
        t->station[i].flags |= STATION_BACKEND;
    return i;
}

static inline uint16_t mac_station(struct station_table *t, const struct mac *m,
                                   uint64_t key, const struct packet *pkt)
{
    unsigned slot = key_slot(t, key);

    for (; t->index[slot]; slot = (slot + 1) & (INDEX_SIZE - 1)) {
        if (t->key[t->index[slot] - 1] == key)
            return (uint16_t)(t->index[slot] - 1);
    }
    return new_mac_station(t, slot, m, key, pkt);
}

/* A pseudo-station: the address stands for the card that is not shown. */
static uint16_t ip_station(struct station_table *t, const union addr *a,
                           const struct packet *pkt)
{
    unsigned slot =
        (unsigned)hash_bytes(a->b, sizeof(a->b), t->seed) & (INDEX_SIZE - 1);
    struct station *s;
    uint16_t i;

    for (; t->index[slot]; slot = (slot + 1) & (INDEX_SIZE - 1)) {
        s = &t->station[t->index[slot] - 1];
        if ((s->flags & STATION_NO_MAC) && addr_eq(&s->ip[0], a))
            return (uint16_t)(t->index[slot] - 1);
    }
    i = take_slot(t, slot, pkt, addr_is_multicast(a) || addr_is_broadcast(a));
    if (i == STATION_NONE)
        return i;
    s = &t->station[i];
    t->key[i] = KEY_NONE;
    s->flags |= STATION_NO_MAC;
    s->ip[0] = *a;
    s->nip = 1;
    t->memory[i].claimed = 1;
    return i;
}

static int find_own(const struct station *s, const union addr *a)
{
    for (int i = 0; i < s->nip; i++)
        if (addr_eq(&s->ip[i], a))
            return i;
    return -1;
}

static void drop_own(struct station *s, int at)
{
    memmove(&s->ip[at], &s->ip[at + 1],
            sizeof(s->ip[0]) * (size_t)(s->nip - at - 1));
    s->nip--;
}

static uint64_t *foreign_word(const struct station_table *t,
                              struct source_memory *m, const union addr *a,
                              uint64_t *bit)
{
    uint64_t h = hash_bytes(a->b, sizeof(a->b), t->seed);

    *bit = (uint64_t)1 << (h & 63);
    return &m->seen[h >> 6 & (FOREIGN_BITS / 64 - 1)];
}

/* Something changed: what was nothing new may be now. Octets of zero are "::",
 * of which there is never anything to learn. */
static void forget_recent(struct source_memory *m)
{
    memset(m->recent, 0, sizeof(m->recent));
}

static void mark_gateway(struct station *s, struct source_memory *m)
{
    if (s->flags & STATION_GATEWAY)
        return;
    if (s->foreign_ips < 2 && !m->global)
        return;
    s->flags |= STATION_GATEWAY;
    /* What was taken for its own because it came first is as foreign. */
    s->foreign_ips += (uint32_t)(s->nip - m->claimed);
    s->nip = m->claimed;
}

static void add_foreign(struct station_table *t, struct station *s,
                        struct source_memory *m, const union addr *a)
{
    uint64_t bit, *word = foreign_word(t, m, a, &bit);

    if (*word & bit)
        return;
    *word |= bit;
    forget_recent(m);
    s->foreign_ips++;
    if (addr_is_global(a) && addr_is_v4(a))
        m->global = true;
    mark_gateway(s, m);
}

static bool is_tentative(const struct station *s, const struct source_memory *m,
                         const union addr *a)
{
    bool v4 = addr_is_v4(a);
    int same = 0, proven = 0;

    if (s->nip == STATION_IPS || (s->flags & STATION_GATEWAY) ||
        (v4 && addr_is_global(a)))
        return false;
    for (int i = 0; i < s->nip; i++) {
        if (addr_is_v4(&s->ip[i]) != v4 || addr_is_linklocal(&s->ip[i]))
            continue;
        same++;
        proven += v4 && i < m->claimed;
    }
    return !proven && same < (v4 ? 1 : TENTATIVE_V6);
}

/* A source address other than the station's last one. */
static void note_source(struct station_table *t, uint16_t i,
                        const union addr *a)
{
    struct station *s = &t->station[i];
    struct source_memory *m = &t->memory[i];

    if (addr_is_unspecified(a) || addr_is_multicast(a) ||
        addr_is_broadcast(a) || find_own(s, a) >= 0)
        return;
    if (addr_is_linklocal(a))
        station_claim(t, i, a); /* never forwarded: RFC 4291 2.5.6 */
    else if (is_tentative(s, m, a))
        s->ip[s->nip++] = *a;
    else
        add_foreign(t, s, m, a);
}

/* A gateway's sources come in turn, most of them again and again. */
static void note_turn(struct station_table *t, uint16_t i, const union addr *a)
{
    struct source_memory *m = &t->memory[i];
    uint32_t hash = (a->w[2] ^ a->w[3]) * UINT32_C(0x9e3779b1);
    union addr *slot = &m->recent[hash >> (32 - RECENT_BITS)];

    if (addr_eq(slot, a))
        return;
    note_source(t, i, a);
    *slot = *a;
}

void station_claim(struct station_table *t, uint16_t i, const union addr *a)
{
    struct station *s;
    struct source_memory *m;
    uint64_t bit, *word;
    int at;

    if (i >= t->count || addr_is_unspecified(a) || addr_is_multicast(a) ||
        addr_is_broadcast(a))
        return;
    s = &t->station[i];
    m = &t->memory[i];
    at = find_own(s, a);
    if (at >= 0 && at < m->claimed)
        return;
    if (m->claimed == STATION_IPS)
        return;
    forget_recent(m);
    if (at >= 0)
        drop_own(s, at);
    else if (s->nip == STATION_IPS)
        s->nip--; /* a proven one is worth more than the last guess */
    memmove(&s->ip[m->claimed + 1], &s->ip[m->claimed],
            sizeof(s->ip[0]) * (size_t)(s->nip - m->claimed));
    s->ip[m->claimed++] = *a;
    s->nip++;
    word = foreign_word(t, m, a, &bit);
    if ((*word & bit) && s->foreign_ips) {
        *word &= ~bit;
        /* Counted as foreign before it was known to be its own. */
        if (--s->foreign_ips < 2 && (s->foreign_ips == 0 || !m->global)) {
            m->global = false;
            s->flags &= (uint16_t)~STATION_GATEWAY;
        }
    }
}

static void note_ndp(struct station_table *t, uint16_t src,
                     const struct packet *pkt)
{
    const struct icmp_info *ic = &pkt->icmp;

    if (ic->type == 134)
        t->station[src].flags |= STATION_RA;
    /* NA: the target is its own; NS from "::": DAD for an address to be. */
    if (ic->type == 136 || (ic->type == 135 && addr_is_unspecified(&pkt->src)))
        station_claim(t, src, &ic->target);
    else if (ic->type == 135 || ic->type == 133 || ic->type == 134)
        station_claim(t, src, &pkt->src);
}

static uint16_t syn_mtu(const struct packet *pkt)
{
    unsigned mtu = pkt->tcp.mss + (pkt->ip_version == 6 ? 60u : 40u);

    if (!(pkt->tcp.options & TCPO_MSS))
        return 0;
    return mtu > UINT16_MAX ? UINT16_MAX : (uint16_t)mtu;
}

static void note_tcp_open(struct station_table *t, uint16_t src, uint16_t dst,
                          const struct packet *pkt)
{
    uint16_t mtu = syn_mtu(pkt);

    if (src != STATION_NONE && mtu > t->memory[src].syn_mtu)
        t->memory[src].syn_mtu = mtu;
    if (!(pkt->events & EV_TCP_SYN))
        return;
    if (src != STATION_NONE)
        t->station[src].syn_sent++;
    if (dst != STATION_NONE)
        t->station[dst].syn_received++;
}

static void note_events(struct station_table *t, uint16_t src, uint16_t dst,
                        const struct packet *pkt)
{
    struct station *s = src == STATION_NONE ? NULL : &t->station[src];

    if (pkt->events & (EV_TCP_SYN | EV_TCP_SYNACK))
        note_tcp_open(t, src, dst, pkt);
    if (!s)
        return;
    if (pkt->events & EV_ARP) {
        s->flags |= STATION_ARP;
        station_claim(t, src, &pkt->arp.spa);
    }
    if (pkt->events & EV_NDP)
        note_ndp(t, src, pkt);
    if (pkt->events & EV_STP)
        s->flags |= STATION_BRIDGE;
    if (pkt->events & EV_DHCP)
        s->flags |=
            pkt->sport == 67 ? STATION_DHCP_SERVER : STATION_DHCP_CLIENT;
    if ((pkt->events & EV_DNS) && pkt->sport == 53)
        s->flags |= STATION_DNS_SERVER;
    if (s->sent == 0 && (pkt->events & (EV_TCP_SYN | EV_ARP | EV_DHCP)) &&
        pkt->sport != 67 && !((pkt->events & EV_ARP) && pkt->arp.op != 1))
        s->flags |= STATION_ASKED_FIRST;
}

/* Largest IP packet as a card would send it: super-frames that the card or the
 * capture put together do not count. */
static void note_length(struct station *s, const struct source_memory *m,
                        const struct packet *pkt)
{
    unsigned most = m->syn_mtu ? m->syn_mtu : ETHERNET_MTU;

    if (pkt->flags & (PKT_VNET_GSO | PKT_IP_LEN_ZERO) ||
        pkt->ip_len > UINT16_MAX)
        return;
    if ((pkt->events & EV_TCP) && pkt->ip_len > most)
        return;
    s->max_ip_len = (uint16_t)pkt->ip_len;
}

static void account_source(struct station_table *t, uint16_t i,
                           const struct packet *pkt)
{
    struct station *s = &t->station[i];
    struct source_memory *m = &t->memory[i];

    if (pkt->ip_version &&
        (pkt->src.q[0] != m->last[0] || pkt->src.q[1] != m->last[1])) {
        m->last[0] = pkt->src.q[0];
        m->last[1] = pkt->src.q[1];
        if (s->foreign_ips < FOREIGN_ENOUGH && !(s->flags & STATION_NO_MAC))
            note_turn(t, i, &pkt->src);
    }
    s->sent++;
    s->sent_bytes += pkt->wirelen;
    s->last_ns = pkt->ts_ns;
    if (pkt->ip_len > s->max_ip_len)
        note_length(s, m, pkt);
    if (pkt->flags & (PKT_VNET_NEEDS_CSUM | PKT_VNET_GSO))
        s->flags |= STATION_VNET;
}

static void account_destination(struct station *s, const struct packet *pkt)
{
    s->received++;
    s->received_bytes += pkt->wirelen;
    s->last_ns = pkt->ts_ns;
}

/* Whoever exchanges frames with a backend's own card is on that backend. */
static void note_backend(struct station_table *t, uint16_t a, uint16_t b)
{
    if (a == STATION_NONE || b == STATION_NONE ||
        !((t->station[a].flags | t->station[b].flags) & STATION_BACKEND))
        return;
    if (t->station[a].flags & STATION_BACKEND)
        t->station[b].flags |= STATION_AT_BACKEND;
    if (t->station[b].flags & STATION_BACKEND)
        t->station[a].flags |= STATION_AT_BACKEND;
}

static void find_by_mac(struct station_table *t, const struct packet *pkt,
                        uint16_t *src, uint16_t *dst)
{
    uint64_t from = mac_key(&pkt->eth_src), to = mac_key(&pkt->eth_dst);

    if (from == t->last_src_key && to == t->last_dst_key) {
        *src = t->last_src;
        *dst = t->last_dst;
        return;
    }
    if (to == t->last_src_key && from == t->last_dst_key) {
        *src = t->last_dst;
        *dst = t->last_src;
        return;
    }
    *src = mac_station(t, &pkt->eth_src, from, pkt);
    *dst = mac_station(t, &pkt->eth_dst, to, pkt);
    note_backend(t, *src, *dst);
    t->last_src_key = from;
    t->last_dst_key = to;
    t->last_src = *src;
    t->last_dst = *dst;
}

static void find_by_address(struct station_table *t, const struct packet *pkt,
                            uint16_t *src, uint16_t *dst)
{
    *src = *dst = STATION_NONE;
    if (pkt->events & EV_ARP) {
        *src = ip_station(t, &pkt->arp.spa, pkt);
        *dst = ip_station(t, &pkt->arp.tpa, pkt);
    } else if (pkt->ip_version) {
        *src = ip_station(t, &pkt->src, pkt);
        *dst = ip_station(t, &pkt->dst, pkt);
    }
    /* Cooked captures show the sender's card (pcap-linktype, LINUX_SLL). */
    if (*src != STATION_NONE && (pkt->flags & PKT_HAS_SRC_MAC))
        t->station[*src].mac = pkt->eth_src;
}

void station_observe(struct station_table *t, const struct packet *pkt,
                     uint16_t *src, uint16_t *dst)
{
    if (__builtin_expect(pkt->flags & PKT_HAS_MAC, 1))
        find_by_mac(t, pkt, src, dst);
    else
        find_by_address(t, pkt, src, dst);
    if (__builtin_expect(pkt->events & EV_TELLING, 0))
        note_events(t, *src, *dst, pkt);
    t->frames++;
    if (*src != STATION_NONE)
        account_source(t, *src, pkt);
    if (*dst == STATION_NONE)
        return;
    account_destination(&t->station[*dst], pkt);
    if (__builtin_expect(t->station[*dst].flags & STATION_GROUP, 0)) {
        t->group_frames++;
        if (*src != STATION_NONE)
            t->memory[*src].group_sent++;
    }
}

bool station_in_all(const struct station_table *t, uint16_t i)
{
    const struct station *s = station_get(t, i);
    uint64_t with;

    if (!s || (s->flags & STATION_GROUP))
        return false;
    with = s->sent + s->received + t->group_frames - t->memory[i].group_sent;
    return with >= t->frames - t->frames / 100;
}

unsigned station_count(const struct station_table *t)
{
    return t->count;
}

uint64_t station_overflow(const struct station_table *t)
{
    return t->overflow;
}

const struct station *station_get(const struct station_table *t, uint16_t i)
{
    return i < t->count ? &t->station[i] : NULL;
}

uint16_t station_find_mac(const struct station_table *t, const struct mac *m)
{
    unsigned slot = key_slot(t, mac_key(m));

    for (; t->index[slot]; slot = (slot + 1) & (INDEX_SIZE - 1)) {
        const struct station *s = &t->station[t->index[slot] - 1];

        if (mac_eq(&s->mac, m) && !(s->flags & STATION_NO_MAC))
            return (uint16_t)(t->index[slot] - 1);
    }
    return STATION_NONE;
}

uint16_t station_find_ip(const struct station_table *t, const union addr *a)
{
    uint16_t guess = STATION_NONE;

    for (unsigned i = 0; i < t->count; i++) {
        int at = find_own(&t->station[i], a);

        if (at >= 0 && at < t->memory[i].claimed)
            return (uint16_t)i;
        if (at >= 0 && guess == STATION_NONE)
            guess = (uint16_t)i;
    }
    return guess;
}

bool station_owns(const struct station_table *t, uint16_t i,
                  const union addr *a)
{
    return i < t->count && find_own(&t->station[i], a) >= 0;
}

bool station_proved(const struct station_table *t, uint16_t i,
                    const union addr *a)
{
    int at = i < t->count ? find_own(&t->station[i], a) : -1;

    return at >= 0 && at < t->memory[i].claimed;
}

uint16_t station_syn_mtu(const struct station_table *t, uint16_t i)
{
    return i < t->count ? t->memory[i].syn_mtu : 0;
}

void station_set_hostname(struct station_table *t, uint16_t i,
                          const uint8_t *name, size_t n)
{
    struct str s;

    if (i >= t->count || n == 0)
        return;
    str_init(&s, t->station[i].hostname, sizeof(t->station[i].hostname));
    str_printable(&s, name, n);
}
