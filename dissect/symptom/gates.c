/* SPDX-License-Identifier: BSD-3-Clause
 *
 * Gates that several rules share: what a capture must show before its silence
 * means anything.
 */
#include "dissect/symptom/symptom.h"

#define IPPROTO_TCP_NUM 6
#define SYN_TRIES_MIN   3
#define SYN_SPAN_MS     3000

const char *gate_loss(const struct facts *facts)
{
    const struct quality *q = &facts->quality;

    if (q->dropped)
        return "the capture itself lost packets";
    if (q->one_sided)
        return "the capture holds only one direction of the traffic";
    if (q->truncated_headers > facts->packets / 10)
        return "the snap length cut off transport headers";
    return NULL;
}

int gate_terminates(const struct guest *g)
{
    if (!g || !g->backend.terminates_known)
        return -1;
    return g->backend.terminates_tcp ? 1 : 0;
}

bool gate_waited(const struct facts *facts, int64_t since_ns, int64_t ns)
{
    return facts->now_ns - since_ns >= ns;
}

bool flow_syn_unanswered(const struct flow *f)
{
    return f->ip_proto == IPPROTO_TCP_NUM && !(f->flags & FLOW_MIDSTREAM) &&
           f->syn_count >= SYN_TRIES_MIN && f->syn_span_ms >= SYN_SPAN_MS &&
           f->dir[1].packets == 0;
}
