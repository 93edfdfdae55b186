/* SPDX-License-Identifier: BSD-3-Clause
 *
 * The backends a guest may be on, as measured on the wire (libslirp 4.7,
 * passt 2023-03-09, QEMU 7.2, dnsmasq), read in public captures (VirtualBox,
 * VMware, Parallels) or in source (VirtualBox 7.1, gvproxy, passt 2025,
 * Hyper-V). What is set here is what such a backend's packets show.
 */
#include <string.h>

#include "tests/gen/net.h"

#define GUEST_QEMU "52:54:00:12:34:56"
#define GUEST_VBOX "08:00:27:3c:5e:91"

/* TCP that names no option but MSS: all user-mode NATs of the BSD line. */
static struct stack mss_only(uint32_t window)
{
    return (struct stack){ .mss = 1460,
                           .wscale = -1,
                           .window = window,
                           .segment = 1460,
                           .answer_all = true };
}

/* A net whose gateway ends TCP itself and numbers all it sends with one
 * counter. */
static struct net *user_mode(struct gen *g, const char *name, const char *mac,
                             const char *guest, const char *gw,
                             const char *gw_mac)
{
    struct net *net = g->net;

    memset(net, 0, sizeof(*net));
    net->name = name;
    net->guest = host_v4(guest, mac);
    net->gw = host_v4(gw, gw_mac);
    net->gw.df = false;
    net->gw.ipid = IPID_COUNT;
    net->gw.shared_id = &net->id;
    net->gw.tcp = mss_only(65535);
    net->server = net->dns = net->far = net->gw;
    net->terminates = true;
    net->wan_rtt = 20 * MS;
    net->lan_rtt = 150 * US;
    net->ack_delay = 30 * US;
    net->next_port = 40000;
    net->echo_id = 0x100;
    net->isn = 1;
    return net;
}

/* A net where the guest's own TCP crosses the path to real peers. */
static struct net *kernel_path(struct gen *g, const char *name, const char *mac,
                               const char *guest, const char *gw,
                               const char *gw_mac)
{
    struct net *net = user_mode(g, name, mac, guest, gw, gw_mac);

    net->gw = host_v4(gw, gw_mac);
    net->gw.df = false;
    net->gw.tos = 0xc0; /* dnsmasq and the kernel's own ICMP */
    net->server = net->dns = net->gw;
    net->dns.tos = 0;
    net->dns.df = true;
    net->far = host_v4(gw, gw_mac);
    net->far.ttl = 53;
    net->far.tcp.window = 65160;
    net->terminates = false;
    net->ack_delay = net->wan_rtt;
    return net;
}

static void set_dns(struct net *net, const char *ip, const char *mac)
{
    ip_bytes(ip, net->dns.ip);
    if (mac)
        mac_bytes(mac, net->dns.mac);
}

static void set_ipv6(struct net *net, const char *guest, const char *gw,
                     const char *gw_mac, const char *guest_mac)
{
    net->guest6 = host_v6(guest, guest_mac);
    net->gw6 = host_v6(gw, gw_mac);
    net->far6 = net->gw6;
    net->far6.tcp = net->far.tcp;
    net->far6.tcp.mss = 1440;
}

/* --- libslirp ----------------------------------------------------------- */

static struct net *libslirp(struct gen *g, const char *name, const char *mac,
                            const char *guest)
{
    struct net *net =
        user_mode(g, name, mac, guest, "10.0.2.2", "52:55:0a:00:02:02");

    net->gw.icmp_ttl = 255;
    net->gw.rst_ttl = 255; /* tcp_respond(); the answer to a SYN has 64 */
    net->gw.tcp.segment = 1440;
    net->gw.tcp.isn_step = 64000;
    net->far = net->dns = net->server = net->gw;
    net->server.tos = 0x10;
    set_dns(net, "10.0.2.3", NULL);
    net->dhcp_broadcast = true;
    net->arp_padded = true;
    net->offer = (struct dhcp){ .order = "53,54,1,3,6,51,12",
                                .yiaddr = "10.0.2.15",
                                .siaddr = "10.0.2.2",
                                .server = "10.0.2.2",
                                .mask = "255.255.255.0",
                                .router = "10.0.2.2",
                                .dns = "10.0.2.3",
                                .lease_s = 86400,
                                .pad = 548 };
    set_ipv6(net, "fec0::5054:ff:fe12:3456", "fe80::2", "52:56:00:00:00:02",
             mac);
    net->ra = (struct ra){ .prefix = "fec0::",
                           .lifetime_s = 1800,
                           .hop_limit = 64,
                           .valid_s = 86400,
                           .preferred_s = 14400 };
    return net;
}

void gen_slirp(struct gen *g)
{
    libslirp(g, "qemu-slirp", GUEST_QEMU, "10.0.2.15");
}

void gen_slirp4netns(struct gen *g)
{
    struct net *net =
        libslirp(g, "slirp4netns", "f6:2b:81:9d:0c:3e", "10.0.2.100");

    net->server.version = 0;
    ip_bytes("fd00::f42b:81ff:fe9d:c3e", net->guest6.ip);
    net->ra.prefix = "fd00::";
}

void gen_vbox_nat_libslirp(struct gen *g)
{
    struct net *net = libslirp(g, "virtualbox-nat", GUEST_VBOX, "10.0.2.15");

    net->offer.hostname = "vbox";
    ip_bytes("fd17:625c:f037:2:a00:27ff:fe3c:5e91", net->guest6.ip);
    net->ra.prefix = "fd17:625c:f037:2::";
}

/* --- passt -------------------------------------------------------------- */

void gen_passt(struct gen *g)
{
    struct net *net = user_mode(g, "passt", GUEST_QEMU, "192.0.2.17",
                                "192.0.2.1", "e2:b7:bb:5a:07:44");

    net->gw.ttl = 255;
    net->gw.ipid = IPID_ZERO;
    net->gw.tcp = (struct stack){ .mss = 61440,
                                  .wscale = 8,
                                  .window = 65535,
                                  .segment = 1460,
                                  .answer_all = true };
    net->gw.mtu = 65520;
    net->server = net->dns = net->far = net->gw;
    net->server.csum = CSUM_ZERO;
    ip_bytes("192.0.2.53", net->dns.ip);
    net->ack_delay = net->wan_rtt; /* it acknowledges what the peer did */
    net->offer = (struct dhcp){ .order = "1,3,6,26,51,53,54",
                                .yiaddr = "192.0.2.17",
                                .server = "192.0.2.1",
                                .mask = "255.255.255.0",
                                .router = "192.0.2.1",
                                .dns = "192.0.2.53",
                                .mtu = 65520,
                                .lease_s = 0xffffffff,
                                .pad = 300 };
}

void gen_passt_new(struct gen *g)
{
    struct net *net;

    gen_passt(g);
    net = g->net;
    mac_bytes("9a:55:9a:55:9a:55", net->gw.mac);
    net->gw.df = true;
    memcpy(net->server.mac, net->gw.mac, 6);
    memcpy(net->dns.mac, net->gw.mac, 6);
    net->far = net->gw;
    net->server.df = net->dns.df = true;
    net->offer.order = "53,1,3,6,26,51,54";
    set_ipv6(net, "2001:db8:17::17", "fe80::1", "9a:55:9a:55:9a:55",
             GUEST_QEMU);
    net->gw6.ttl = net->far6.ttl = 255;
    net->ra = (struct ra){ .prefix = "2001:db8:17::",
                           .mtu = 65520,
                           .lifetime_s = 65535,
                           .flags = 0x80,
                           .hop_limit = 255,
                           .valid_s = 0xffffffff,
                           .preferred_s = 0xffffffff };
}

/* --- VirtualBox --------------------------------------------------------- */

void gen_vbox_nat(struct gen *g)
{
    struct net *net = user_mode(g, "virtualbox-nat", GUEST_VBOX, "10.0.2.15",
                                "10.0.2.2", "52:54:00:12:35:02");

    net->gw.icmp_ttl = 255;
    net->gw.rst_ttl = 255;
    net->server = net->dns = net->far = net->gw;
    net->far.icmp_ttl = 53; /* echo replies keep the real TTL */
    set_dns(net, "10.0.2.3", "52:54:00:12:35:03");
    net->offer = (struct dhcp){ .order = "53,1,3,6,15,51,54",
                                .yiaddr = "10.0.2.15",
                                .siaddr = "10.0.2.4",
                                .server = "10.0.2.2",
                                .mask = "255.255.255.0",
                                .router = "10.0.2.2",
                                .dns = "10.0.2.3",
                                .bootfile = "debian.pxe",
                                .lease_s = 86400,
                                .pad = 548 };
}

void gen_vbox_natnetwork(struct gen *g)
{
    struct net *net = user_mode(g, "virtualbox-natnetwork", GUEST_VBOX,
                                "10.0.2.4", "10.0.2.1", "52:54:00:12:35:00");

    net->gw.ttl = 255;
    net->gw.tcp.window = 32768;
    net->dns = net->far = net->gw;
    net->far.icmp_ttl = 53;
    net->server = host_v4("10.0.2.3", "08:00:27:6b:a4:10");
    net->server.ttl = 255;
    net->server.df = false;
    net->offer = (struct dhcp){ .order = "54,53,51,1,3,6",
                                .yiaddr = "10.0.2.4",
                                .server = "10.0.2.3",
                                .mask = "255.255.255.0",
                                .router = "10.0.2.1",
                                .dns = "10.0.2.1",
                                .lease_s = 600 };
}

void gen_vbox_hostonly(struct gen *g)
{
    struct net *net =
        kernel_path(g, "virtualbox-hostonly", GUEST_VBOX, "192.168.56.101",
                    "192.168.56.1", "0a:00:27:00:00:00");

    net->server = host_v4("192.168.56.100", "08:00:27:d5:12:7e");
    net->server.ttl = 255;
    net->server.df = false;
    net->far = net->gw;
    net->wan_rtt = net->ack_delay = net->lan_rtt;
    net->offer = (struct dhcp){ .order = "54,53,1,51",
                                .yiaddr = "192.168.56.101",
                                .server = "192.168.56.100",
                                .mask = "255.255.255.0",
                                .lease_s = 600 };
}

/* --- the host's kernel -------------------------------------------------- */

void gen_libvirt(struct gen *g)
{
    struct net *net =
        kernel_path(g, "libvirt-nat", GUEST_QEMU, "192.168.122.76",
                    "192.168.122.1", "52:54:00:aa:bb:01");

    net->offer = (struct dhcp){ .order = "53,54,51,58,59,1,28,3,6",
                                .yiaddr = "192.168.122.76",
                                .siaddr = "192.168.122.1",
                                .server = "192.168.122.1",
                                .mask = "255.255.255.0",
                                .bcast = "192.168.122.255",
                                .router = "192.168.122.1",
                                .dns = "192.168.122.1",
                                .lease_s = 3600 };
}

static void lan(struct gen *g, const char *name, const char *mac)
{
    struct net *net = kernel_path(g, name, mac, "192.168.1.57", "192.168.1.1",
                                  "3c:37:12:4f:90:21");

    net->gw.tos = net->server.tos = 0;
    net->offer = (struct dhcp){ .order = "53,54,51,58,59,1,3,6,28,15",
                                .yiaddr = "192.168.1.57",
                                .siaddr = "192.168.1.1",
                                .server = "192.168.1.1",
                                .mask = "255.255.255.0",
                                .bcast = "192.168.1.255",
                                .router = "192.168.1.1",
                                .dns = "192.168.1.1",
                                .domain = "fritz.box",
                                .lease_s = 864000 };
}

void gen_bridged(struct gen *g)
{
    lan(g, "tap-bridged", GUEST_QEMU);
}

void gen_vbox_bridged(struct gen *g)
{
    lan(g, "virtualbox-bridged", GUEST_VBOX);
}

/* --- others ------------------------------------------------------------- */

void gen_gvproxy(struct gen *g)
{
    struct net *net =
        user_mode(g, "gvproxy", "5a:94:ef:e4:0c:ee", "192.168.127.2",
                  "192.168.127.1", "5a:94:ef:e4:0c:dd");

    /* gVisor's stack answers what it was offered. */
    net->gw.tcp = (struct stack){
        .mss = 1460, .wscale = 7, .sack = true, .ts = true, .window = 65535
    };
    net->gw.ipid = IPID_RANDOM;
    net->server = net->dns = net->far = net->gw;
    net->offer = (struct dhcp){ .order = "53,54,51,1,3,6,26",
                                .yiaddr = "192.168.127.2",
                                .server = "192.168.127.1",
                                .mask = "255.255.255.0",
                                .router = "192.168.127.1",
                                .dns = "192.168.127.1",
                                .mtu = 1500,
                                .lease_s = 3600 };
}

void gen_vmware_nat(struct gen *g)
{
    struct net *net =
        user_mode(g, "vmware-nat", "00:0c:29:6d:42:18", "192.168.174.131",
                  "192.168.174.2", "00:50:56:e8:91:5c");

    net->gw.ttl = 128;
    net->gw.tcp.window = 64240;
    net->server = net->dns = net->far = net->gw;
    net->server = host_v4("192.168.174.254", "00:50:56:f3:0a:77");
    net->server.ttl = 16;
    net->server.df = false;
    net->server.ipid = IPID_ZERO;
    net->offer = (struct dhcp){ .order = "53,54,51,1,28,3,15,6",
                                .yiaddr = "192.168.174.131",
                                .server = "192.168.174.254",
                                .mask = "255.255.255.0",
                                .bcast = "192.168.174.255",
                                .router = "192.168.174.2",
                                .dns = "192.168.174.2",
                                .domain = "localdomain",
                                .lease_s = 1800 };
}

void gen_hyperv_nat(struct gen *g)
{
    struct net *net =
        kernel_path(g, "hyperv-nat", "00:15:5d:01:2a:07", "172.24.131.9",
                    "172.24.128.1", "00:15:5d:9c:4e:d0");

    net->gw.tos = net->server.tos = 0;
    net->gw.ttl = net->server.ttl = net->dns.ttl = 128;
    net->offer = (struct dhcp){ .order = "53,58,59,51,54,1,3,6,15",
                                .yiaddr = "172.24.131.9",
                                .server = "172.24.128.1",
                                .mask = "255.255.240.0",
                                .router = "172.24.128.1",
                                .dns = "172.24.128.1",
                                .domain = "mshome.net",
                                .lease_s = 86400 };
}

void gen_parallels(struct gen *g)
{
    struct net *net =
        user_mode(g, "parallels-nat", "00:1c:42:5e:07:b3", "10.211.55.4",
                  "10.211.55.1", "00:1c:42:00:00:18");

    net->gw.ttl = 128;
    net->gw.tcp.window = 32768;
    net->gw.tcp.wscale = 1;
    net->server = net->dns = net->far = net->gw;
    net->offer = (struct dhcp){ .order = "53,54,51,1,3,6",
                                .yiaddr = "10.211.55.4",
                                .server = "10.211.55.1",
                                .mask = "255.255.255.0",
                                .router = "10.211.55.1",
                                .dns = "10.211.55.1",
                                .lease_s = 1800 };
}
