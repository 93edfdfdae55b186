/* SPDX-License-Identifier: BSD-3-Clause
 *
 * Which stations are guests. Each fact about a station scores; who reaches
 * ACCEPT is a guest. Nobody does in a capture of an ordinary LAN: then the
 * station that opens most connections is taken, with a confidence that says
 * how little is known.
 *
 * Captures without MAC addresses have one pseudo-station for each IP address;
 * there only the best one counts, for all others are somewhere behind it.
 */
#include "dissect/guest_impl.h"

#include <stdlib.h>

#define ACCEPT         40
#define NEVER_A_GUEST  -1000
#define CONFIDENCE_MAX 98
#define FALLBACK_MIN   10
#define FALLBACK_MAX   35
/* Below this even a fallback would be wrong. */
#define FALLBACK_SCORE -50

/** struct mac_role - What a range of MAC addresses is used for */
struct mac_role {
    uint8_t first[6], last[6];
    int16_t score;
};

// clang-format off
/* The first row that holds an address counts. Sources: field guide 1.1, 1.3:
 * guests' default prefixes, and the fixed cards of backends. */
static const struct mac_role mac_roles[] = {
    /* gvproxy's default guest */
    { { 0x5a, 0x94, 0xef, 0xe4, 0x0c, 0xee },
      { 0x5a, 0x94, 0xef, 0xe4, 0x0c, 0xee }, 40 },
    /* VMware: addresses set by hand, then the default */
    { { 0x00, 0x50, 0x56, 0x00, 0x00, 0x00 },
      { 0x00, 0x50, 0x56, 0xbf, 0xff, 0xff }, 25 },
    { { 0x00, 0x0c, 0x29, 0x00, 0x00, 0x00 },
      { 0x00, 0x0c, 0x29, 0xff, 0xff, 0xff }, 30 },
    { { 0x08, 0x00, 0x27, 0x00, 0x00, 0x00 },
      { 0x08, 0x00, 0x27, 0xff, 0xff, 0xff }, 30 },
    /* QEMU and libvirt; libvirt's bridge has one of them, too */
    { { 0x52, 0x54, 0x00, 0x00, 0x00, 0x00 },
      { 0x52, 0x54, 0x00, 0xff, 0xff, 0xff }, 30 },
    /* the host's end of a guest's tap */
    { { 0xfe, 0x54, 0x00, 0x00, 0x00, 0x00 },
      { 0xfe, 0x54, 0x00, 0xff, 0xff, 0xff }, -80 },
    /* Parallels */
    { { 0x00, 0x1c, 0x42, 0x00, 0x00, 0x00 },
      { 0x00, 0x1c, 0x42, 0xff, 0xff, 0xff }, 30 },
    /* Hyper-V, Xen, OpenStack, bhyve, Google: host and guest alike */
    { { 0x00, 0x15, 0x5d, 0x00, 0x00, 0x00 },
      { 0x00, 0x15, 0x5d, 0xff, 0xff, 0xff }, 20 },
    { { 0x00, 0x16, 0x3e, 0x00, 0x00, 0x00 },
      { 0x00, 0x16, 0x3e, 0xff, 0xff, 0xff }, 25 },
    { { 0xfa, 0x16, 0x3e, 0x00, 0x00, 0x00 },
      { 0xfa, 0x16, 0x3e, 0xff, 0xff, 0xff }, 25 },
    { { 0x58, 0x9c, 0xfc, 0x00, 0x00, 0x00 },
      { 0x58, 0x9c, 0xfc, 0xff, 0xff, 0xff }, 25 },
    { { 0x42, 0x01, 0x0a, 0x00, 0x00, 0x00 },
      { 0x42, 0x01, 0x0a, 0xff, 0xff, 0xff }, 20 },
};

/** struct flag_score - What a station flag speaks for */
struct flag_score {
    uint16_t flag;
    int16_t score;
};

static const struct flag_score flag_scores[] = {
    { STATION_ASKED_FIRST, 10 },
    { STATION_VNET,         5 },
    { STATION_DHCP_SERVER, -40 },
    { STATION_RA,          -30 },
    { STATION_DNS_SERVER,  -20 },
    { STATION_BRIDGE,      -40 },
    { STATION_AT_BACKEND,   45 },
};
// clang-format on

/** struct crowd - What is true of all stations together */
struct crowd {
    unsigned in_all;   /* stations that every frame concerns */
    uint16_t one, two; /* the first two of them */
    unsigned senders;  /* stations that sent anything */
    bool pseudo;       /* most are pseudo-stations */
};

static int mac_score(const struct mac *m)
{
    if (mac_is_backend(m))
        return NEVER_A_GUEST;
    for (size_t i = 0; i < sizeof(mac_roles) / sizeof(mac_roles[0]); i++)
        if (memcmp(m->b, mac_roles[i].first, 6) >= 0 &&
            memcmp(m->b, mac_roles[i].last, 6) <= 0)
            return mac_roles[i].score;
    /* Locally administered (IEEE 802 8.4): somebody made it up. */
    return m->b[0] & 2 ? 10 : 0;
}

/* libvirt's bridge wears a MAC of the guests' range; its default network's
 * gateway address tells it (network/default.xml.in). */
static bool is_libvirt_bridge(const struct station *s)
{
    static const uint8_t qemu[3] = { 0x52, 0x54, 0x00 };
    union addr gateway = addr_v4(0xc0a87a01); /* 192.168.122.1 */

    if (memcmp(s->mac.b, qemu, sizeof(qemu)) != 0)
        return false;
    for (unsigned i = 0; i < s->nip; i++)
        if (addr_eq(&s->ip[i], &gateway))
            return true;
    return false;
}

static bool is_gateway_like(const struct station *s)
{
    return s->flags & (STATION_GATEWAY | STATION_DHCP_SERVER | STATION_RA) ||
           (!(s->flags & STATION_NO_MAC) &&
            (mac_score(&s->mac) == NEVER_A_GUEST || is_libvirt_bridge(s)));
}

static struct crowd look_around(const struct station_table *t)
{
    struct crowd c = { .one = STATION_NONE, .two = STATION_NONE };
    unsigned n = station_count(t), pseudo = 0;

    for (unsigned i = 0; i < n; i++) {
        const struct station *s = station_get(t, (uint16_t)i);

        if (s->sent == 0)
            continue;
        c.senders++;
        pseudo += (s->flags & STATION_NO_MAC) != 0;
        if (!station_in_all(t, (uint16_t)i))
            continue;
        if (c.in_all == 0)
            c.one = (uint16_t)i;
        else if (c.in_all == 1)
            c.two = (uint16_t)i;
        c.in_all++;
    }
    c.pseudo = pseudo * 2 > c.senders;
    return c;
}

/* How the capture's own place speaks for a station. */
static int place_score(const struct station_table *t, const struct crowd *c,
                       uint16_t i)
{
    uint16_t other;

    if (c->in_all == 0 || c->senders < 2)
        return 0;
    if (c->in_all == 1) {
        if (i == c->one)
            return 40;
        /* The one at which it was taken is a guest: the others are not. Taken
         * at a gateway, all who talk to it may be guests. */
        return is_gateway_like(station_get(t, c->one)) ? 15 : -40;
    }
    if (i != c->one && i != c->two)
        return 0;
    other = i == c->one ? c->two : c->one;
    return is_gateway_like(station_get(t, other)) ? 40 : 10;
}

static int dhcp_score(const struct station *s)
{
    if (!(s->flags & STATION_DHCP_CLIENT))
        return 0;
    /* Every machine of an ordinary LAN asks, and broadcasts are all that is
     * seen of most: never enough without the place or the MAC. */
    return s->received ? 25 : 10;
}

static int score_station(const struct station_table *t, const struct crowd *c,
                         uint16_t i)
{
    const struct station *s = station_get(t, i);
    int sum = 0;

    if ((s->flags & STATION_GROUP) ||
        (s->sent == 0 && !(s->flags & STATION_AT_BACKEND)))
        return NEVER_A_GUEST;
    for (size_t k = 0; k < sizeof(flag_scores) / sizeof(flag_scores[0]); k++)
        if (s->flags & flag_scores[k].flag)
            sum += flag_scores[k].score;
    sum += dhcp_score(s);
    sum += place_score(t, c, i);
    if (s->syn_sent > s->syn_received)
        sum += 10;
    if (s->flags & STATION_NO_MAC) {
        if (s->nip && addr_is_private(&s->ip[0]))
            sum += 20;
        if (s->nip &&
            (addr_is_loopback(&s->ip[0]) || addr_is_unspecified(&s->ip[0])))
            sum = NEVER_A_GUEST;
        return sum;
    }
    if (s->flags & STATION_GATEWAY)
        sum -= 60;
    if (is_libvirt_bridge(s))
        sum -= 60;
    return sum + mac_score(&s->mac);
}

static bool is_better(const struct station *a, const struct station *b)
{
    if (a->syn_sent != b->syn_sent)
        return a->syn_sent > b->syn_sent;
    return a->sent > b->sent;
}

/* The best station, to be the only guest; STATION_NONE when there is none. */
static uint16_t best_station(const struct station_table *t,
                             const struct crowd *c, int *score)
{
    unsigned n = station_count(t);
    uint16_t best = STATION_NONE;

    for (unsigned i = 0; i < n; i++) {
        int s = score_station(t, c, (uint16_t)i);

        if (s < FALLBACK_SCORE)
            continue;
        if (best == STATION_NONE || s > *score ||
            (s == *score &&
             is_better(station_get(t, (uint16_t)i), station_get(t, best)))) {
            best = (uint16_t)i;
            *score = s;
        }
    }
    return best;
}

/* When nothing tells, who asks most is looked at. */
static uint16_t busiest_station(const struct station_table *t,
                                const struct crowd *c)
{
    unsigned n = station_count(t);
    uint16_t best = STATION_NONE;

    for (unsigned i = 0; i < n; i++) {
        const struct station *s = station_get(t, (uint16_t)i);

        if (score_station(t, c, (uint16_t)i) < FALLBACK_SCORE ||
            (s->flags & STATION_GATEWAY))
            continue;
        if (best == STATION_NONE || is_better(s, station_get(t, best)))
            best = (uint16_t)i;
    }
    return best;
}

static int clamp(int v, int low, int high)
{
    return v < low ? low : v > high ? high : v;
}

static struct guest *add_guest(const struct guest_tracker *t,
                               struct facts *facts, const struct guest *old,
                               unsigned nold, uint16_t station, int confidence)
{
    struct guest *g;

    if (facts->nguest == GUESTS_MAX)
        return NULL;
    g = &facts->guest[facts->nguest++];
    memset(g, 0, sizeof(*g));
    g->station = station;
    g->confidence = (uint8_t)confidence;
    guest_describe(t, facts, g);
    for (unsigned i = 0; i < nold; i++)
        if (old[i].station == station)
            g->backend = old[i].backend;
    return g;
}

static void add_forced(const struct guest_tracker *t, struct facts *facts,
                       const struct guest *old, unsigned nold)
{
    const struct guest_choice *choice = &t->choice;
    uint16_t station = choice->has_mac
                           ? station_find_mac(facts->stations, &choice->mac)
                           : station_find_ip(facts->stations, &choice->ip);
    struct guest *g = add_guest(t, facts, old, nold, station, 100);

    g->forced = true;
    if (choice->has_mac) {
        g->mac = choice->mac;
        g->has_mac = true;
    } else if (station == STATION_NONE) {
        guest_add_address(g, &choice->ip);
    }
}

static void add_all(const struct guest_tracker *t, struct facts *facts,
                    const struct guest *old, unsigned nold)
{
    const struct station_table *st = facts->stations;
    struct crowd c = look_around(st);
    unsigned n = station_count(st);
    int score = 0;
    uint16_t best;

    for (unsigned i = 0; !c.pseudo && i < n; i++) {
        score = score_station(st, &c, (uint16_t)i);
        if (score >= ACCEPT)
            add_guest(t, facts, old, nold, (uint16_t)i,
                      clamp(score, ACCEPT, CONFIDENCE_MAX));
    }
    if (facts->nguest)
        return;
    best = best_station(st, &c, &score);
    if (best == STATION_NONE)
        return;
    if (score < ACCEPT && c.senders > 2 && c.in_all != 1) {
        uint16_t busy = busiest_station(st, &c);

        best = busy == STATION_NONE ? best : busy;
    }
    add_guest(t, facts, old, nold, best,
              score >= ACCEPT ? clamp(score, ACCEPT, CONFIDENCE_MAX)
                              : clamp(score, FALLBACK_MIN, FALLBACK_MAX));
}

void guest_decide(const struct guest_tracker *t, struct facts *facts)
{
    struct guest *old = t->old;
    unsigned nold = facts->nguest;

    memcpy(old, facts->guest, nold * sizeof(*old));
    facts->nguest = 0;
    if (t->choice.has_mac || t->choice.has_ip)
        add_forced(t, facts, old, nold);
    else
        add_all(t, facts, old, nold);
}

struct guest_tracker *guest_tracker_new(const struct guest_choice *choice)
{
    struct guest_tracker *t = calloc(1, sizeof(*t));

    if (!t)
        return NULL;
    if (choice)
        t->choice = *choice;
    t->old = calloc(GUESTS_MAX, sizeof(*t->old));
    t->evidence = calloc(STATIONS_MAX, sizeof(*t->evidence));
    if (!t->old || !t->evidence) {
        guest_tracker_free(t);
        return NULL;
    }
    return t;
}

void guest_tracker_free(struct guest_tracker *t)
{
    if (!t)
        return;
    free(t->old);
    free(t->evidence);
    free(t);
}
