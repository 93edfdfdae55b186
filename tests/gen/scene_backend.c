/* SPDX-License-Identifier: BSD-3-Clause
 *
 * Each backend with a guest that comes up and works: the backend must be
 * named, and nothing may be found.
 */
#include "tests/gen/scenario.h"

/* Two connections, so that a signature can be seen to repeat. */
static void at_work(struct gen *g)
{
    struct host *peer = gen_peer(g, "198.51.100.10");

    gen_bringup(g);
    gen_healthy(g, peer);
    gen_wait(g, 200 * MS);
    tcp_http(g, &g->net->guest, gen_peer(g, "203.0.113.80"), 4000);
}

#define SCENE(name)                         \
    static void build_##name(struct gen *g) \
    {                                       \
        gen_##name(g);                      \
        at_work(g);                         \
    }

SCENE(slirp)
SCENE(slirp4netns)
SCENE(passt)
SCENE(passt_new)
SCENE(vbox_nat)
SCENE(vbox_nat_libslirp)
SCENE(vbox_natnetwork)
SCENE(vbox_bridged)
SCENE(libvirt)
SCENE(bridged)
SCENE(gvproxy)
SCENE(vmware_nat)
SCENE(hyperv_nat)
SCENE(parallels)

static void build_vbox_hostonly(struct gen *g)
{
    gen_vbox_hostonly(g);
    gen_bringup(g);
    gen_ping(g, &g->net->gw, 2, PING_ANSWERED);
    tcp_http(g, &g->net->guest, &g->net->gw, 4000);
}

/* As QEMU 7.2 dumps a tap: 10 octets at first, 12 once virtio is up. */
static void build_libvirt_vnet(struct gen *g)
{
    gen_libvirt(g);
    gen_offload(g, 10);
    gen_bringup_dhcp(g);
    g->vnet = 12;
    gen_arp_gateway(g);
    gen_healthy(g, gen_peer(g, "198.51.100.10"));
}

/* A 4.3BSD server on the LAN: it counts its ISNs as slirp does, which took
 * that from it, and has another window. */
static void build_bsd_server(struct gen *g)
{
    struct host *peer;

    gen_bridged(g);
    gen_arp_gateway(g);
    peer = gen_peer(g, "198.51.100.10");
    peer->df = false;
    peer->tcp = (struct stack){
        .mss = 1460, .wscale = -1, .window = 4096, .isn_step = 64000
    };
    for (int i = 0; i < 6; i++) {
        tcp_http(g, &g->net->guest, peer, 4000);
        gen_wait(g, 200 * MS);
    }
}

/* clang-format off */
const struct scenario backend_scenes[] = {
    { "backend.qemu-slirp", "QEMU user mode, healthy", build_slirp },
    { "backend.slirp4netns", "slirp4netns, static address", build_slirp4netns },
    { "backend.passt", "passt 2023, healthy", build_passt },
    { "backend.passt-2025", "passt 2025 with IPv6", build_passt_new },
    { "backend.virtualbox-nat", "VirtualBox NAT, classic engine",
      build_vbox_nat },
    { "backend.virtualbox-nat-7.1", "VirtualBox NAT, libslirp engine",
      build_vbox_nat_libslirp },
    { "backend.virtualbox-natnetwork", "VirtualBox NAT Network, lwIP",
      build_vbox_natnetwork },
    { "backend.virtualbox-hostonly", "VirtualBox host-only",
      build_vbox_hostonly },
    { "backend.virtualbox-bridged", "VirtualBox bridged to a LAN",
      build_vbox_bridged },
    { "backend.libvirt-nat", "virbr0 with dnsmasq", build_libvirt },
    { "backend.libvirt-nat-vnet", "the same with virtio-net headers",
      build_libvirt_vnet },
    { "backend.tap-bridged", "QEMU guest on a bridge to a LAN",
      build_bridged },
    { "backend.bsd-server", "ISNs like slirp's from a server of the 1990s",
      build_bsd_server },
    { "backend.gvproxy", "gvproxy (podman machine)", build_gvproxy },
    { "backend.vmware-nat", "VMware vmnet8", build_vmware_nat },
    { "backend.hyperv-nat", "Hyper-V Default Switch", build_hyperv_nat },
    { "backend.parallels-nat", "Parallels shared network", build_parallels },
    { NULL, NULL, NULL },
};
/* clang-format on */
