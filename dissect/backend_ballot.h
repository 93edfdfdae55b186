/* SPDX-License-Identifier: BSD-3-Clause
 *
 * How facts about a far end become votes for a backend. Private to backend*.c;
 * backend.c tells how votes are counted.
 */
#ifndef DISSECT_BACKEND_BALLOT_H
#define DISSECT_BACKEND_BALLOT_H

#include "dissect/backend_evidence.h"
#include "dissect/facts.h"

#define ARRAY_LEN(a) (sizeof(a) / sizeof((a)[0]))

enum group { G_MAC, G_DHCP, G_RA, G_TCP, G_IP, G_ADDR, G_GUEST, G_COUNT };

#define SLIRP_FAMILY                                                      \
    (BACKEND_BIT(BACKEND_QEMU_SLIRP) | BACKEND_BIT(BACKEND_SLIRP4NETNS) | \
     BACKEND_BIT(BACKEND_VBOX_NAT))
#define BIT BACKEND_BIT

struct vote {
    uint32_t backends;
    uint8_t weight;
    struct clue clue;
};

#define VOTES_MAX 24

/** struct ballot - All votes for one guest */
struct ballot {
    const struct facts *facts;
    const struct guest *guest;
    uint8_t weight[BACKEND_COUNT][G_COUNT];
    struct vote vote[VOTES_MAX];
    unsigned nvote;
    bool libslirp_mac; /* some far end wears libslirp's MAC */
    bool own_mac;      /* a far end's MAC names its backend for certain */
    bool terminating;  /* SYN-ACKs of one plain stack */
    bool transparent;  /* SYN-ACKs of many real stacks */
    uint8_t owner[BACKEND_COUNT]; /* who runs libslirp: facts that decide */
};

/** vote() - A fact of @group speaks for @backends, a set of BIT()s
 * @weight: 0-100, how often the fact was right where the origin is certain
 * @frame:  That shows it, 0: several
 * @fmt:    The fact in words
 */
void vote(struct ballot *b, enum group g, uint32_t backends, uint8_t weight,
          uint64_t frame, const char *fmt, ...)
    __attribute__((format(printf, 6, 7)));

/** vote_owner() - A fact that only this user of libslirp shows */
void vote_owner(struct ballot *b, enum backend_id id, uint8_t weight);

/** mostly() - More than nine of ten */
static inline bool mostly(uint32_t part, uint32_t whole)
{
    return whole > 0 && part >= whole - whole / 10;
}

static inline bool mac_starts(const struct mac *m, const uint8_t *prefix,
                              size_t n)
{
    return memcmp(m->b, prefix, n) == 0;
}

bool v4_in(const union addr *a, uint32_t net, unsigned bits);

/* Default prefixes of guests' cards. */
extern const uint8_t oui_qemu[3], oui_vbox[3], oui_hyperv[3];

bool guest_has_oui(const struct ballot *b, const uint8_t oui[3]);

/* The votes by group of facts: one far end, and what never answered. */
void vote_mac(struct ballot *b, const struct far_end *far);
void vote_silent_macs(struct ballot *b, const struct backend_evidence *e);
void vote_dhcp(struct ballot *b, const struct far_end *far);
void vote_ra(struct ballot *b, const struct far_end *far);
void vote_tcp(struct ballot *b, const struct far_end *far);
void vote_ip(struct ballot *b, const struct far_end *far);

#endif
