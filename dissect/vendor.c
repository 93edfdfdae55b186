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

/** struct own_range - Addresses that only a backend's own end wears */
struct own_range {
    uint8_t first[6], last[6];
};

// clang-format off
/* Sources: field guide of the backends, docs/explain; VMware's guests set by
 * hand end below 00:50:56:c0. */
static const struct own_range own_ranges[] = {
    /* VirtualBox NAT and NAT Network */
    { { 0x52, 0x54, 0x00, 0x12, 0x35, 0x00 },
      { 0x52, 0x54, 0x00, 0x12, 0x35, 0x0f } },
    /* libslirp: 52:55 + IPv4 address, 52:56:00:00:00:xx */
    { { 0x52, 0x55, 0x00, 0x00, 0x00, 0x00 },
      { 0x52, 0x55, 0xff, 0xff, 0xff, 0xff } },
    { { 0x52, 0x56, 0x00, 0x00, 0x00, 0x00 },
      { 0x52, 0x56, 0x00, 0x00, 0x00, 0xff } },
    /* passt since 2025, gvproxy */
    { { 0x9a, 0x55, 0x9a, 0x55, 0x9a, 0x55 },
      { 0x9a, 0x55, 0x9a, 0x55, 0x9a, 0x55 } },
    { { 0x5a, 0x94, 0xef, 0xe4, 0x0c, 0xdd },
      { 0x5a, 0x94, 0xef, 0xe4, 0x0c, 0xdd } },
    /* VMware's host cards and services */
    { { 0x00, 0x50, 0x56, 0xc0, 0x00, 0x00 },
      { 0x00, 0x50, 0x56, 0xff, 0xff, 0xff } },
    /* VirtualBox host-only, Parallels: the host's card */
    { { 0x0a, 0x00, 0x27, 0x00, 0x00, 0x00 },
      { 0x0a, 0x00, 0x27, 0x00, 0xff, 0xff } },
    { { 0x00, 0x1c, 0x42, 0x00, 0x00, 0x00 },
      { 0x00, 0x1c, 0x42, 0x00, 0x00, 0xff } },
};
// clang-format on

bool mac_is_backend(const struct mac *m)
{
    for (size_t i = 0; i < sizeof(own_ranges) / sizeof(own_ranges[0]); i++)
        if (memcmp(m->b, own_ranges[i].first, 6) >= 0 &&
            memcmp(m->b, own_ranges[i].last, 6) <= 0)
            return true;
    return false;
}
