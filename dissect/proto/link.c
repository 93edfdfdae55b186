/* SPDX-License-Identifier: BSD-3-Clause
 *
 * Names of EtherTypes (IEEE 802 Numbers, IANA) for people.
 */
#include "dissect/proto/link.h"

const char *ethertype_name(uint16_t type)
{
    // clang-format off
    static const struct { uint16_t type; const char *name; } row[] = {
        { 0x0800, "IPv4" },      { 0x0806, "ARP" },
        { 0x0842, "Wake-on-LAN" }, { 0x8035, "RARP" },
        { 0x809b, "AppleTalk" }, { 0x8100, "802.1Q VLAN" },
        { 0x8137, "IPX" },       { 0x86dd, "IPv6" },
        { 0x8809, "Slow protocols" }, { 0x8847, "MPLS" },
        { 0x8848, "MPLS multicast" }, { 0x8863, "PPPoE discovery" },
        { 0x8864, "PPPoE session" }, { 0x888e, "802.1X" },
        { 0x88a8, "802.1ad VLAN" }, { 0x88cc, "LLDP" },
        { 0x88e5, "MACsec" },    { 0x88e7, "802.1ah" },
        { 0x88f7, "PTP" },       { 0x8902, "CFM" },
        { 0x9000, "Loopback test" }, { 0x9100, "QinQ VLAN" },
    };
    // clang-format on

    for (size_t i = 0; i < sizeof(row) / sizeof(row[0]); i++) {
        if (row[i].type == type)
            return row[i].name;
    }
    return "unknown";
}

void link_type_tree(struct dissect *d, const char *type_name,
                    const char *len_name, uint32_t off, uint16_t type)
{
    if (type < ETHERTYPE_MIN)
        tree_add(d->tree, len_name, off, 2, "Length: %u", type);
    else
        tree_add(d->tree, type_name, off, 2, "Type: %s (0x%04x)",
                 ethertype_name(type), type);
}
