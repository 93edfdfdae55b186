/* SPDX-License-Identifier: BSD-3-Clause
 *
 * Every protocol that is dissected: PROTO(IDENTIFIER, name). Included several
 * times (enum, externs, registry), hence no include guard. A row without its
 * "struct dissector <name>_dissector" fails at link time.
 */
/* clang-format off */
PROTO(RAW,       raw)       /* octets nobody claimed */
PROTO(VNET,      vnet)      /* virtio-net header, virtio 1.2 section 5.1.6 */
PROTO(ETH,       eth)       /* IEEE 802.3 / Ethernet II */
PROTO(SLL,       sll)       /* Linux cooked capture, v1 */
PROTO(SLL2,      sll2)      /* Linux cooked capture, v2 */
PROTO(NULLLOOP,  nullloop)  /* BSD NULL and OpenBSD LOOP */
PROTO(RAWIP,     rawip)     /* LINKTYPE_RAW, IPV4, IPV6 */
PROTO(VLAN,      vlan)      /* IEEE 802.1Q, 802.1ad */
PROTO(LLC,       llc)       /* IEEE 802.2 */
PROTO(ARP,       arp)       /* RFC 826 */
PROTO(IP,        ip)        /* RFC 791 */
PROTO(IP6,       ip6)       /* RFC 8200 */
PROTO(IP6EXT,    ip6ext)    /* RFC 8200 section 4 */
PROTO(ICMP,      icmp)      /* RFC 792 */
PROTO(ICMP6,     icmp6)     /* RFC 4443 */
PROTO(NDP,       ndp)       /* RFC 4861 */
PROTO(IGMP,      igmp)      /* RFC 3376 */
PROTO(MLD,       mld)       /* RFC 3810 */
PROTO(TCP,       tcp)       /* RFC 9293 */
PROTO(UDP,       udp)       /* RFC 768 */
PROTO(SCTP,      sctp)      /* RFC 9260 */
PROTO(GRE,       gre)       /* RFC 2784, RFC 2890 */
PROTO(ESP,       esp)       /* RFC 4303 */
PROTO(AH,        ah)        /* RFC 4302 */
PROTO(DHCP,      dhcp)      /* RFC 2131 */
PROTO(DHCPV6,    dhcpv6)    /* RFC 8415 */
PROTO(DNS,       dns)       /* RFC 1035; also mDNS RFC 6762, LLMNR RFC 4795 */
PROTO(TFTP,      tftp)      /* RFC 1350, RFC 2347 */
PROTO(NTP,       ntp)       /* RFC 5905 */
PROTO(TLS,       tls)       /* RFC 8446 record layer and ClientHello */
PROTO(QUIC,      quic)      /* RFC 9000 long header, RFC 8999 */
PROTO(HTTP,      http)      /* RFC 9112 request and status line */
PROTO(SSH,       ssh)       /* RFC 4253 section 4.2 banner */
PROTO(STP,       stp)       /* IEEE 802.1D, 802.1w */
PROTO(LLDP,      lldp)      /* IEEE 802.1AB */
PROTO(VXLAN,     vxlan)     /* RFC 7348 */
PROTO(GENEVE,    geneve)    /* RFC 8926 */
PROTO(WIREGUARD, wireguard) /* wireguard.com/protocol */
PROTO(OPENVPN,   openvpn)   /* OpenVPN wire protocol, opcodes */
/* clang-format on */
