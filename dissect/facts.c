/* SPDX-License-Identifier: BSD-3-Clause
 *
 * Questions about a guest's place in its network, asked by most rules.
 */
#include "dissect/facts.h"

#define V4_PREFIX 96u /* IPv4 is mapped into IPv6: RFC 4291 2.5.5.2 */

#define SLIRP_LIKE                                                        \
    (BACKEND_BIT(BACKEND_QEMU_SLIRP) | BACKEND_BIT(BACKEND_SLIRP4NETNS) | \
     BACKEND_BIT(BACKEND_VBOX_NAT))

/** struct helper_hosts - Last octets by which a backend itself is reached */
struct helper_hosts {
    uint32_t backends;
    uint8_t octet[4];
    uint8_t n;
};

// clang-format off
static const struct helper_hosts helper_hosts[] = {
    { SLIRP_LIKE,                                  { 2, 3, 4 },   3 },
    { BACKEND_BIT(BACKEND_VBOX_NATNETWORK),        { 1, 2, 3 },   3 },
    { BACKEND_BIT(BACKEND_GVPROXY),                { 1, 254 },    2 },
    { BACKEND_BIT(BACKEND_VMWARE_NAT) |
      BACKEND_BIT(BACKEND_VMWARE_HOSTONLY),        { 1, 2, 254 }, 3 },
    { BACKEND_BIT(BACKEND_VBOX_HOSTONLY),          { 1, 100 },    2 },
};
// clang-format on

bool facts_guest_owns(const struct guest *g, const union addr *a)
{
    for (unsigned i = 0; i < g->nipv4; i++)
        if (addr_eq(&g->ipv4[i], a))
            return true;
    for (unsigned i = 0; i < g->nipv6; i++)
        if (addr_eq(&g->ipv6[i], a))
            return true;
    return false;
}

int facts_guest_dir(const struct facts *facts, const struct guest *g,
                    const struct flow *f)
{
    (void)facts;
    if (g->station != STATION_NONE) {
        if (f->station[0] == g->station)
            return 0;
        return f->station[1] == g->station ? 1 : -1;
    }
    if (facts_guest_owns(g, &f->addr[0]))
        return 0;
    return facts_guest_owns(g, &f->addr[1]) ? 1 : -1;
}

static bool is_local_by_form(const union addr *a)
{
    return addr_is_unspecified(a) || addr_is_multicast(a) ||
           addr_is_broadcast(a) || addr_is_loopback(a) || addr_is_linklocal(a);
}

static bool in_any(const union addr *list, unsigned n, const union addr *a,
                   unsigned bits)
{
    for (unsigned i = 0; i < n; i++)
        if (!addr_is_linklocal(&list[i]) && addr_in_prefix(a, &list[i], bits))
            return true;
    return false;
}

bool facts_off_link(const struct guest *g, const union addr *a)
{
    const struct lease *l = &g->lease;

    if (is_local_by_form(a) || addr_eq(a, &g->gateway_ip))
        return false;
    if (!addr_is_v4(a))
        return !in_any(g->ipv6, g->nipv6, a, 64);
    if (l->valid && l->prefix_len)
        return !addr_in_prefix(a, &l->address, V4_PREFIX + l->prefix_len);
    return !in_any(g->ipv4, g->nipv4, a, V4_PREFIX + 24);
}

static bool is_lease_helper(const struct guest *g, const union addr *a)
{
    const struct lease *l = &g->lease;

    if (!l->valid)
        return false;
    if (addr_eq(a, &l->router) || addr_eq(a, &l->server))
        return true;
    for (unsigned i = 0; i < l->ndns; i++)
        if (addr_eq(a, &l->dns[i]))
            return !facts_off_link(g, a);
    return false;
}

static bool is_known_helper(const struct guest *g, const union addr *a)
{
    uint32_t backend = BACKEND_BIT(g->backend.id);

    if (facts_off_link(g, a) || is_local_by_form(a))
        return false;
    for (unsigned i = 0; i < sizeof(helper_hosts) / sizeof(helper_hosts[0]);
         i++) {
        const struct helper_hosts *h = &helper_hosts[i];

        for (unsigned k = 0; (h->backends & backend) && k < h->n; k++)
            if (a->b[15] == h->octet[k])
                return true;
    }
    return false;
}

bool facts_is_gateway(const struct facts *facts, const struct guest *g,
                      const union addr *a)
{
    if (addr_is_unspecified(a) || facts_guest_owns(g, a))
        return false;
    if (addr_eq(a, &g->gateway_ip) || is_lease_helper(g, a))
        return true;
    /* passt answers ARP for every address: owning one means nothing there. */
    if (g->gateway != STATION_NONE && g->backend.id != BACKEND_PASST &&
        station_owns(facts->stations, g->gateway, a) && !facts_off_link(g, a))
        return true;
    return is_known_helper(g, a);
}
