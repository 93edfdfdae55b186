/* SPDX-License-Identifier: BSD-3-Clause
 *
 * Decide which backend a guest is on.
 *
 * Theory of operation: each fact casts a vote for one or several backends, in
 * the group of facts it depends on (the gateway's MAC, DHCP, the router
 * advertisement, the TCP stack, other IP traits, addresses, the guest's own
 * MAC). Within a group the strongest vote counts, for two facts about one
 * DHCP offer are not independent; across groups the doubts multiply. High
 * confidence needs two of the groups that cannot be had by choosing an
 * address. Weights follow how often a fact was right on captures whose origin
 * is certain; docs/explain/backends.md tells the reader what is behind them.
 */
#include "dissect/backend_ballot.h"

#include <stdarg.h>
#include <stdio.h>
#include <string.h>

/* Below ACCEPT_MIN the answer is "unknown". One strong group alone may say at
 * most ONE_GROUP_MAX. Addresses prove nothing (WEAK_MAX), nor does the guest's
 * MAC; only when both point to one backend it is a guess (GUESS_MAX). */
#define ACCEPT_MIN    45
#define ONE_GROUP_MAX 78
#define GUESS_MAX     55
#define WEAK_MAX      40

void vote(struct ballot *b, enum group g, uint32_t backends, uint8_t weight,
          uint64_t frame, const char *fmt, ...)
{
    struct vote *v;
    va_list ap;

    for (int i = 0; i < BACKEND_COUNT; i++)
        if ((backends & BIT(i)) && b->weight[i][g] < weight)
            b->weight[i][g] = weight;
    if (b->nvote == VOTES_MAX)
        return;
    v = &b->vote[b->nvote++];
    v->backends = backends;
    v->weight = weight;
    v->clue.frame = frame;
    va_start(ap, fmt);
    vsnprintf(v->clue.text, sizeof(v->clue.text), fmt, ap);
    va_end(ap);
}

void vote_owner(struct ballot *b, enum backend_id id, uint8_t weight)
{
    if (b->owner[id] < weight)
        b->owner[id] = weight;
}

bool v4_in(const union addr *a, uint32_t net, unsigned bits)
{
    union addr n = addr_v4(net);

    return addr_in_prefix(a, &n, 96 + bits);
}

const uint8_t oui_qemu[3] = { 0x52, 0x54, 0x00 };
const uint8_t oui_vbox[3] = { 0x08, 0x00, 0x27 };
const uint8_t oui_hyperv[3] = { 0x00, 0x15, 0x5d };

bool guest_has_oui(const struct ballot *b, const uint8_t oui[3])
{
    return b->guest->has_mac && mac_starts(&b->guest->mac, oui, 3);
}

/* ---- groups that anybody can choose: addresses, the guest's MAC ---- */

/** struct subnet_sign - A default subnet, worth little by itself */
struct subnet_sign {
    uint32_t net;
    uint8_t bits;
    uint32_t backends;
    uint8_t weight;
    const char *text;
};

/* clang-format off */
static const struct subnet_sign subnets[] = {
    { 0x0a00020f, 32, SLIRP_FAMILY, 30,
      "guest address 10.0.2.15, the default behind user-mode NAT" },
    { 0x0a000264, 32, BIT(BACKEND_SLIRP4NETNS), 40,
      "guest address 10.0.2.100, slirp4netns's default" },
    { 0x0a000200, 24, BIT(BACKEND_VBOX_NATNETWORK), 20,
      "guest in 10.0.2.0/24" },
    { 0xc0a87a00, 24, BIT(BACKEND_LIBVIRT_NAT), 38,
      "guest in 192.168.122.0/24, libvirt's default network" },
    { 0xc0a87f00, 24, BIT(BACKEND_GVPROXY), 35,
      "guest in 192.168.127.0/24, gvproxy's default" },
    { 0xc0a83800, 24, BIT(BACKEND_VBOX_HOSTONLY), 30,
      "guest in 192.168.56.0/24, VirtualBox's host-only default" },
    { 0x0ad33700, 24, BIT(BACKEND_PARALLELS_NAT), 35,
      "guest in 10.211.55.0/24, Parallels' shared network" },
    { 0xac100000, 12, BIT(BACKEND_HYPERV_NAT), 15, "guest in 172.16.0.0/12" },
};
/* clang-format on */

static void vote_addresses(struct ballot *b)
{
    const struct guest *g = b->guest;

    for (size_t i = 0; i < ARRAY_LEN(subnets); i++)
        for (unsigned k = 0; k < g->nipv4; k++)
            if (v4_in(&g->ipv4[k], subnets[i].net, subnets[i].bits)) {
                vote(b, G_ADDR, subnets[i].backends, subnets[i].weight, 0, "%s",
                     subnets[i].text);
                break;
            }
}

static void vote_guest_mac(struct ballot *b)
{
    if (guest_has_oui(b, oui_vbox)) {
        vote(b, G_GUEST,
             BIT(BACKEND_VBOX_NAT) | BIT(BACKEND_VBOX_NATNETWORK) |
                 BIT(BACKEND_VBOX_HOSTONLY),
             30, 0, "guest MAC 08:00:27 is VirtualBox's default");
        if (!b->own_mac && !b->terminating &&
            b->weight[BACKEND_VBOX_HOSTONLY][G_ADDR] +
                    b->weight[BACKEND_VBOX_NAT][G_ADDR] ==
                0)
            vote(b, G_GUEST, BIT(BACKEND_VBOX_BRIDGED), 50, 0,
                 "guest MAC 08:00:27 is VirtualBox's default, and no sign of "
                 "its NAT");
    }
    if (guest_has_oui(b, oui_qemu) && !b->own_mac) {
        vote(b, G_GUEST, BIT(BACKEND_LIBVIRT_NAT), 25, 0,
             "guest MAC 52:54:00 is QEMU's and libvirt's default");
        if (!b->terminating)
            vote(b, G_GUEST, BIT(BACKEND_TAP_BRIDGED), 48, 0,
                 "guest MAC 52:54:00 is QEMU's and libvirt's default, and no "
                 "sign of user-mode NAT");
    }
}

/* libslirp looks the same from QEMU, slirp4netns and VirtualBox 7.1+. What
 * tells them apart decides which of them stays a candidate; without a deciding
 * fact it is QEMU, which is by far the most used. */
static void settle_slirp_owner(struct ballot *b)
{
    static const enum backend_id family[] = { BACKEND_QEMU_SLIRP,
                                              BACKEND_SLIRP4NETNS,
                                              BACKEND_VBOX_NAT };
    enum backend_id best = BACKEND_QEMU_SLIRP;

    if (!b->libslirp_mac)
        return;
    if (guest_has_oui(b, oui_vbox))
        vote_owner(b, BACKEND_VBOX_NAT, 40);
    if (b->weight[BACKEND_SLIRP4NETNS][G_ADDR] >= 40)
        vote_owner(b, BACKEND_SLIRP4NETNS, 40);
    for (size_t i = 0; i < ARRAY_LEN(family); i++)
        if (b->owner[family[i]] > b->owner[best])
            best = family[i];
    for (size_t i = 0; i < ARRAY_LEN(family); i++)
        if (family[i] != best)
            memset(b->weight[family[i]], 0, G_COUNT);
    if (!b->owner[best])
        vote(b, G_GUEST, BIT(best), 35, 0,
             "no sign of VirtualBox or slirp4netns, which share libslirp");
}

/* A VirtualBox MAC of the classic engine excludes libslirp's other users. */
static void exclude_contradictions(struct ballot *b)
{
    if (b->weight[BACKEND_VBOX_NAT][G_MAC] >
        b->weight[BACKEND_QEMU_SLIRP][G_MAC]) {
        memset(b->weight[BACKEND_QEMU_SLIRP], 0, G_COUNT);
        memset(b->weight[BACKEND_SLIRP4NETNS], 0, G_COUNT);
    }
    if (!b->libslirp_mac && b->guest->has_mac)
        memset(b->weight[BACKEND_SLIRP4NETNS], 0, G_COUNT);
    /* A NAT'ed guest is neither bridged ... */
    if (b->weight[BACKEND_LIBVIRT_NAT][G_ADDR])
        memset(b->weight[BACKEND_TAP_BRIDGED], 0, G_COUNT);
    else if (b->weight[BACKEND_LIBVIRT_NAT][G_DHCP] < 60)
        b->weight[BACKEND_LIBVIRT_NAT][G_GUEST] = 0;
}

static unsigned confidence_of(const uint8_t weight[G_COUNT])
{
    unsigned doubt = 1000, strong = 0;

    for (int g = 0; g < G_COUNT; g++) {
        doubt = doubt * (100u - weight[g]) / 100u;
        strong += weight[g] >= 35 && g != G_ADDR && g != G_GUEST;
    }
    doubt = 100 - doubt / 10 > 99 ? 99 : 100 - doubt / 10;
    if (strong == 0 && weight[G_GUEST] < 45) {
        unsigned most = weight[G_ADDR] >= 30 && weight[G_GUEST] >= 25
                            ? GUESS_MAX
                            : WEAK_MAX;

        return doubt < most ? doubt : most;
    }
    if (strong < 2)
        return doubt < ONE_GROUP_MAX ? doubt : ONE_GROUP_MAX;
    return doubt;
}

static void add_clues(const struct ballot *b, struct backend_verdict *out)
{
    bool used[VOTES_MAX] = { false };

    while (out->nclue < CLUES_MAX) {
        int best = -1;

        for (unsigned i = 0; i < b->nvote; i++)
            if (!used[i] && (b->vote[i].backends & BIT(out->id)) &&
                (best < 0 || b->vote[i].weight > b->vote[best].weight))
                best = (int)i;
        if (best < 0)
            return;
        used[best] = true;
        out->clue[out->nclue++] = b->vote[best].clue;
    }
}

static const char *engine_of(const struct ballot *b, enum backend_id id)
{
    if (id == BACKEND_VBOX_NAT && b->libslirp_mac)
        return "libslirp";
    if (id == BACKEND_VBOX_NAT && b->weight[id][G_MAC] | b->weight[id][G_DHCP])
        return "classic";
    if (id == BACKEND_VBOX_NATNETWORK && b->weight[id][G_TCP])
        return "lwIP";
    if (id == BACKEND_QEMU_SLIRP || id == BACKEND_SLIRP4NETNS)
        return "libslirp";
    return NULL;
}

static void settle(struct ballot *b, struct backend_verdict *out)
{
    for (int i = 1; i < BACKEND_COUNT; i++) {
        unsigned c = confidence_of(b->weight[i]);

        if (c >= ACCEPT_MIN && c > out->confidence) {
            out->id = (enum backend_id)i;
            out->confidence = (uint8_t)c;
        }
    }
    out->engine = engine_of(b, out->id);
    add_clues(b, out);
    if (out->id != BACKEND_UNKNOWN) {
        out->terminates_tcp = backend_info(out->id)->terminates_tcp;
        out->terminates_known = true;
    } else if (b->terminating != b->transparent) {
        out->terminates_tcp = b->terminating;
        out->terminates_known = true;
    }
}

/* A row speaks about this guest when it was heard by it, or by nobody in
 * particular, and is not the guest itself. */
static bool row_concerns(const struct far_end *far, const struct guest *g)
{
    if (!far->has_mac)
        return far->station == g->station;
    if (far->station == g->station)
        return false;
    return far->heard_by == g->station || far->heard_by == STATION_NONE ||
           far->station == g->gateway;
}

void backend_decide(const struct backend_evidence *e, const struct facts *facts,
                    const struct guest *guest, struct backend_verdict *out)
{
    struct ballot b = { .facts = facts, .guest = guest };

    memset(out, 0, sizeof(*out));
    for (unsigned i = 0; i < e->count; i++)
        if (row_concerns(&e->far[i], guest) && e->far[i].has_mac)
            vote_mac(&b, &e->far[i]);
    vote_silent_macs(&b, e);
    for (unsigned i = 0; i < e->count; i++) {
        const struct far_end *far = &e->far[i];

        if (!row_concerns(far, guest))
            continue;
        vote_dhcp(&b, far);
        vote_ra(&b, far);
        vote_tcp(&b, far);
        vote_ip(&b, far);
    }
    vote_addresses(&b);
    vote_guest_mac(&b);
    settle_slirp_owner(&b);
    exclude_contradictions(&b);
    settle(&b, out);
}
