/* SPDX-License-Identifier: BSD-3-Clause
 *
 * What is always true of each backend: its word, its name, whether its own
 * TCP answers the guest, and the limits that surprise people. Measured or
 * read in the sources named in docs/explain/<word>.md.
 */
#include "dissect/backend.h"

#include <assert.h>
#include <string.h>

/* clang-format off */
static const struct backend_info infos[] = {
    [BACKEND_UNKNOWN] = { BACKEND_UNKNOWN, "unknown", "unknown backend",
        false, false, NULL },
    [BACKEND_QEMU_SLIRP] = { BACKEND_QEMU_SLIRP, "qemu-slirp",
        "QEMU user mode (libslirp)", true, true,
        "pinging 10.0.2.2 or 10.0.2.3 proves nothing (libslirp answers "
        "itself); only TCP, UDP and echo leave; every service on the host's "
        "127.0.0.1 is open to the guest as 10.0.2.2" },
    [BACKEND_SLIRP4NETNS] = { BACKEND_SLIRP4NETNS, "slirp4netns",
        "slirp4netns (libslirp)", true, true,
        "pinging the gateway proves nothing (libslirp answers itself); only "
        "TCP, UDP and echo leave" },
    [BACKEND_PASST] = { BACKEND_PASST, "passt", "passt or pasta", true, false,
        "the guest wears the host's own address; only TCP, UDP and echo "
        "leave; ARP is answered for every address, so an ARP reply proves "
        "nothing" },
    [BACKEND_VBOX_NAT] = { BACKEND_VBOX_NAT, "virtualbox-nat",
        "VirtualBox NAT", true, true,
        "every VM is 10.0.2.15 behind a NAT of its own; only TCP, UDP and "
        "echo leave; inbound needs a port forwarding rule" },
    [BACKEND_VBOX_NATNETWORK] = { BACKEND_VBOX_NATNETWORK,
        "virtualbox-natnetwork", "VirtualBox NAT Network", true, true,
        "VMs of one NAT Network see each other; only TCP, UDP and echo "
        "leave" },
    [BACKEND_VBOX_HOSTONLY] = { BACKEND_VBOX_HOSTONLY, "virtualbox-hostonly",
        "VirtualBox host-only", false, false,
        "DHCP gives no router and no DNS: only the host and its other VMs "
        "can be reached" },
    [BACKEND_VBOX_BRIDGED] = { BACKEND_VBOX_BRIDGED, "virtualbox-bridged",
        "VirtualBox bridged", false, false,
        "over Wi-Fi the access point drops foreign MAC addresses, which "
        "VirtualBox hides by rewriting them" },
    [BACKEND_LIBVIRT_NAT] = { BACKEND_LIBVIRT_NAT, "libvirt-nat",
        "libvirt NAT (virbr0)", false, true,
        "another firewall's FORWARD drop (Docker, ufw) silences the guest "
        "even though libvirt's own rules accept it" },
    [BACKEND_GVPROXY] = { BACKEND_GVPROXY, "gvproxy",
        "gvproxy (gvisor-tap-vsock)", true, true,
        "IPv4 only; at most ten outgoing connections can be in their "
        "handshake at once" },
    [BACKEND_VMWARE_NAT] = { BACKEND_VMWARE_NAT, "vmware-nat",
        "VMware NAT (vmnet8)", true, true,
        "inbound needs a forwarding rule in vmnetnat" },
    [BACKEND_VMWARE_HOSTONLY] = { BACKEND_VMWARE_HOSTONLY, "vmware-hostonly",
        "VMware host-only (vmnet1)", false, false,
        "DHCP gives no router: only the host and its other VMs can be "
        "reached" },
    [BACKEND_HYPERV_NAT] = { BACKEND_HYPERV_NAT, "hyperv-nat",
        "Hyper-V NAT (Default Switch, WSL2)", false, true,
        "the subnet changes at every start of the host" },
    [BACKEND_PARALLELS_NAT] = { BACKEND_PARALLELS_NAT, "parallels-nat",
        "Parallels shared network", true, true, NULL },
    [BACKEND_TAP_BRIDGED] = { BACKEND_TAP_BRIDGED, "tap-bridged",
        "tap on a bridge or routed host", false, false, NULL },
};
/* clang-format on */

static_assert(sizeof(infos) / sizeof(infos[0]) == BACKEND_COUNT,
              "one row for each backend");

const struct backend_info *backend_info(enum backend_id id)
{
    return &infos[id < BACKEND_COUNT ? id : BACKEND_UNKNOWN];
}

enum backend_id backend_by_word(const char *word)
{
    for (int i = 0; i < BACKEND_COUNT; i++)
        if (strcmp(infos[i].word, word) == 0)
            return (enum backend_id)i;
    return BACKEND_COUNT;
}
