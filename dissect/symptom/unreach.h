/* SPDX-License-Identifier: BSD-3-Clause
 *
 * "Network unreachable" from the gateway: one ICMP message, three troubles.
 *
 * A kernel says type 3 code 0 (RFC 792) when it has no route. libslirp says it
 * for every connect() that fails at once for a reason other than "refused" or
 * "host unreachable" (tcp_input.c): no route, no descriptor left, no local
 * port left. What else works at that moment tells them apart; here it is told
 * once, so that exactly one of host-no-route, backend-fds-exhausted and
 * nat-ports-exhausted speaks.
 */
#ifndef DISSECT_SYMPTOM_UNREACH_H
#define DISSECT_SYMPTOM_UNREACH_H

#include "dissect/symptom/reach.h"

#define UNREACH_DSTS   8
#define UNREACH_FRAMES 3

enum unreach_verdict {
    UNREACH_NOTHING,
    UNREACH_PORTS,    /* one endpoint, many open flows to it */
    UNREACH_FDS,      /* many open flows, several endpoints */
    UNREACH_NO_ROUTE, /* everything, and nothing succeeds meanwhile */
    UNREACH_SOME,     /* some destinations only */
    UNREACH_EARLY,    /* many open flows, but too few failures yet */
};

/** struct unreach_dst - A destination the gateway has no way to */
struct unreach_dst {
    union addr addr;
    uint16_t port; /* TCP only, else 0 */
    uint32_t count;
};

/**
 * struct unreach - The 3/0 errors a guest got from its gateway
 * @tcp, @udp, @echo: Errors by what they quote; @udp also for the backend's
 *                    own services, as a failed sendto() is answered like that
 * @addrs:        Distinct off-link addresses, up to UNREACH_DSTS
 * @udp_silent:   New DNS or echo stayed silent after the first error: no
 *                descriptor even for these
 * @at:           The first errors, in order
 * @open:         What was open when the first came
 */
struct unreach {
    enum unreach_verdict verdict;
    uint32_t tcp, udp, echo;
    unsigned addrs, ndst, nat;
    struct unreach_dst dst[UNREACH_DSTS];
    bool udp_silent;
    int64_t first_ns, last_ns;
    const struct icmp_error *at[UNREACH_FRAMES];
    struct reach_open open;
};

/** unreach_judge() - Sum up and decide; @r is the guest's fold */
struct unreach unreach_judge(const struct symptom_ctx *c,
                             const struct reach *r);

/** unreach_top() - The destination quoted most often */
const struct unreach_dst *unreach_top(const struct unreach *u);

/** unreach_evidence() - Add the first errors as evidence */
void unreach_evidence(const struct unreach *u, struct finding *f);

/** icmp_for_guest() - Is @e an error that quotes a packet of the guest? */
bool icmp_for_guest(const struct guest *g, const struct icmp_error *e);

#endif
