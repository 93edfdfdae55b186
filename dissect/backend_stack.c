/* SPDX-License-Identifier: BSD-3-Clause
 *
 * Votes by the stack that answers: how its SYN-ACK looks, and its IP header.
 */
#include "dissect/backend_ballot.h"

static void vote_tcp_plain(struct ballot *b, const struct tcp_traits *t,
                           bool mac_fits)
{
    uint32_t n = t->synacks;
    bool no_df = t->df == 0;

    /* BSD stacks of the 1990s count their ISNs like slirp, their heir; their
     * windows are others. */
    if (t->isn_slirp >= 2 && mostly(t->isn_slirp, n) &&
        (mostly(t->win_65535, n) || mostly(t->win_8k, n)))
        vote(b, G_TCP, SLIRP_FAMILY, 88, t->isn_frame,
             "SYN-ACK with MSS only, window %s, ISN = 1 mod 64000",
             mostly(t->win_65535, n) ? "65535" : "8 KiB");
    else if (mac_fits && no_df && mostly(t->ttl_64, n) &&
             mostly(t->win_65535, n))
        vote(b, G_TCP, SLIRP_FAMILY, t->isn_slirp == n ? 70 : 55, t->frame,
             "SYN-ACK with MSS only, window 65535, TTL 64, no DF%s",
             t->isn_slirp == n ? ", ISN = 1 mod 64000" : "");
    else if (mostly(t->ttl_255, n) && mostly(t->win_32768, n))
        vote(b, G_TCP, BIT(BACKEND_VBOX_NATNETWORK), 80, t->frame,
             "SYN-ACK with MSS only, window 32768, TTL 255: lwIP");
    else if (no_df && b->libslirp_mac && mostly(t->win_8k, n))
        vote(b, G_TCP, SLIRP_FAMILY, 60, t->frame,
             "SYN-ACK with MSS only, window 8 KiB, TTL 64: an old slirp");
    else if (no_df && mostly(t->ttl_128, n) && mostly(t->win_64240, n) &&
             b->weight[BACKEND_VMWARE_NAT][G_MAC] +
                 b->weight[BACKEND_VMWARE_NAT][G_DHCP])
        vote(b, G_TCP, BIT(BACKEND_VMWARE_NAT), 65, t->frame,
             "SYN-ACK with MSS only, window 64240, TTL 128, no DF");
}

void vote_tcp(struct ballot *b, const struct far_end *far)
{
    static const uint8_t vbox_own[] = { 0x52, 0x54, 0x00, 0x12, 0x35 };
    const struct tcp_traits *t = &far->tcp;
    bool mac_fits = !far->has_mac || far->mac.b[1] == 0x55 ||
                    mac_starts(&far->mac, vbox_own, 5);

    if (!t->synacks)
        return;
    if (mostly(t->mss_only, t->synacks)) {
        b->terminating = b->terminating || t->ttl_min == t->ttl_max;
        vote_tcp_plain(b, t, mac_fits);
    }
    if (t->rich && (t->ttl_min != t->ttl_max || t->ttl_max % 64 != 0))
        b->transparent = true;
    if (mostly(t->ttl_255, t->synacks) && mostly(t->id_zero, t->synacks) &&
        t->mss_max >= 61440 && mostly(t->mss_ws_only, t->synacks))
        vote(b, G_TCP, BIT(BACKEND_PASST), 85, t->frame,
             "SYN-ACK with MSS %u and window scale only, TTL 255, IP id 0",
             t->mss_max);
}

void vote_ip(struct ballot *b, const struct far_end *far)
{
    if (far->in_ttl255_id0 >= 8 && mostly(far->in_ttl255_id0, far->in_v4))
        vote(b, G_IP, BIT(BACKEND_PASST), 60, far->ttl255_id0_frame,
             "everything arrives with TTL 255 and IP id 0");
    if (b->libslirp_mac && far->rst_ttl255)
        vote(b, G_IP, SLIRP_FAMILY, 40, far->rst_frame,
             "RST with TTL 255, TCP otherwise 64");
    if (far->arp_targets >= 4 && far->in_ttl255_id0)
        vote(b, G_IP, BIT(BACKEND_PASST), 50, far->arp[0].frame,
             "one MAC answers ARP for %u addresses", far->arp_targets);
}
