/* SPDX-License-Identifier: BSD-3-Clause
 *
 * The few vendor prefixes of MAC addresses that say something about virtual
 * networks, known by heart. The full IEEE registry would add names, not
 * knowledge: what matters here is whether a card is virtual.
 */
#include "dissect/station.h"

/** struct vendor - Leading octets, their number of bits, and who uses them */
struct vendor {
    uint8_t prefix[6];
    uint8_t octets;
    const char *name;
};

// clang-format off
/* Longest prefix first where two overlap. */
static const struct vendor vendors[] = {
    { { 0x52, 0x54, 0x00, 0x12, 0x35 },  5, "VirtualBox NAT" },
    { { 0x5a, 0x94, 0xef, 0xe4, 0x0c },  5, "gvproxy" },
    { { 0x9a, 0x55, 0x9a, 0x55, 0x9a },  5, "passt" },
    { { 0x0a, 0x00, 0x27, 0x00, 0x00 },  5, "VirtualBox host-only" },
    { { 0x52, 0x54, 0x00 },              3, "QEMU/KVM" },
    { { 0xfe, 0x54, 0x00 },              3, "QEMU/KVM tap" },
    { { 0x52, 0x55 },                    2, "libslirp" },
    { { 0x52, 0x56, 0x00, 0x00, 0x00 },  5, "libslirp" },
    { { 0x08, 0x00, 0x27 },              3, "VirtualBox" },
    { { 0x00, 0x0c, 0x29 },              3, "VMware" },
    { { 0x00, 0x50, 0x56 },              3, "VMware" },
    { { 0x00, 0x05, 0x69 },              3, "VMware" },
    { { 0x00, 0x1c, 0x14 },              3, "VMware" },
    { { 0x00, 0x15, 0x5d },              3, "Hyper-V" },
    { { 0x00, 0x16, 0x3e },              3, "Xen" },
    { { 0x00, 0x1c, 0x42 },              3, "Parallels" },
    { { 0x02, 0x42 },                    2, "Docker" },
    { { 0xfa, 0x16, 0x3e },              3, "OpenStack" },
    { { 0x42, 0x01, 0x0a },              3, "Google Compute" },
    { { 0x58, 0x9c, 0xfc },              3, "bhyve" },
};
// clang-format on

const char *mac_vendor(const struct mac *m)
{
    for (size_t i = 0; i < sizeof(vendors) / sizeof(vendors[0]); i++)
        if (memcmp(m->b, vendors[i].prefix, vendors[i].octets) == 0)
            return vendors[i].name;
    return NULL;
}
