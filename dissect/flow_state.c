/* SPDX-License-Identifier: BSD-3-Clause
 *
 * A flow's life in the words of Zeek's conn.log, which many people can read:
 * conn_state and history (docs.zeek.org, base/protocols/conn/main.zeek).
 *
 * conn_state is computed from what each end has done. Of the history letters
 * these are used: s SYN, h SYN-ACK, a pure ACK, d data, f FIN, r RST, t data
 * sent again, w window zero, g data missing, ^ ends swapped by a guess;
 * capitals for the originator. Each is written once a direction; Zeek writes
 * t, w and g again at 10, 100, ... of them.
 */
#include "dissect/flow_impl.h"

/* States of one end, after Zeek's TCP_INACTIVE, TCP_PARTIAL, ... */
enum end_state {
    END_INACTIVE,
    END_PARTIAL,
    END_SYN_SENT,
    END_SYN_ACK_SENT,
    END_ESTABLISHED,
    END_CLOSED,
    END_RESET,
};

void flow_history_add(struct flow *f, unsigned dir, char lower)
{
    size_t n = 0;
    char c = lower;

    if (dir == 0 && c >= 'a' && c <= 'z')
        c = (char)(c - 'a' + 'A');
    for (; f->history[n]; n++) {
        if (f->history[n] == c)
            return;
    }
    if (n + 1 < sizeof(f->history))
        f->history[n] = c;
}

static enum end_state tcp_end(const struct flow *f, unsigned dir)
{
    const struct flow_dir *d = &f->dir[dir];

    if (d->packets == 0)
        return END_INACTIVE;
    if (d->flags & FDIR_RST)
        return END_RESET;
    if (d->flags & FDIR_FIN)
        return END_CLOSED;
    if (f->flags & FLOW_ESTABLISHED)
        return END_ESTABLISHED;
    if (d->flags & FDIR_SYNACK)
        return END_SYN_ACK_SENT;
    if (d->flags & FDIR_SYN)
        return END_SYN_SENT;
    return END_PARTIAL;
}

/* Of two resets only the first ended anything; the other end is judged by what
 * it did before. */
static enum end_state tcp_end_first(const struct flow *f, unsigned dir)
{
    const struct flow_dir *d = &f->dir[dir];

    if (!(f->dir[!dir].flags & FDIR_RST) || f->end_dir == dir)
        return tcp_end(f, dir);
    if (f->flags & FLOW_ESTABLISHED)
        return END_ESTABLISHED;
    if (d->flags & FDIR_SYNACK)
        return END_SYN_ACK_SENT;
    return d->flags & FDIR_SYN ? END_SYN_SENT : tcp_end(f, dir);
}

static const char *tcp_conn_state(const struct flow *f)
{
    enum end_state o = tcp_end(f, 0), r = tcp_end(f, 1);
    bool o_inactive, r_inactive;

    if (o == END_RESET && r == END_RESET) {
        o = tcp_end_first(f, 0);
        r = tcp_end_first(f, 1);
    }
    o_inactive = o == END_INACTIVE || o == END_PARTIAL;
    r_inactive = r == END_INACTIVE || r == END_PARTIAL;
    if (r == END_RESET) {
        if (o == END_SYN_SENT || o == END_SYN_ACK_SENT)
            return f->dir[1].flags & FDIR_SYNACK ? "RSTR" : "REJ";
        return o_inactive ? "RSTRH" : "RSTR";
    }
    if (o == END_RESET)
        return r_inactive ? "RSTOS0" : "RSTO";
    if (o == END_CLOSED && r == END_CLOSED)
        return "SF";
    if (o == END_CLOSED)
        return r_inactive ? "SH" : "S2";
    if (r == END_CLOSED)
        return o_inactive ? "SHR" : "S3";
    if (o == END_SYN_SENT && r == END_INACTIVE)
        return "S0";
    if (o == END_ESTABLISHED && r == END_ESTABLISHED)
        return "S1";
    return "OTH";
}

const char *flow_conn_state(const struct flow *f)
{
    bool o = f->dir[0].packets != 0, r = f->dir[1].packets != 0;

    if (f->ip_proto == 6)
        return tcp_conn_state(f);
    if (f->ip_proto != 17)
        return "OTH";
    if (o)
        return r ? "SF" : "S0";
    return r ? "SHR" : "OTH";
}
