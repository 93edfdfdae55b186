/* SPDX-License-Identifier: BSD-3-Clause
 *
 * The tables of scenarios, SCENARIOS(table): one row for each file
 * tests/gen/scene_*.c. No include guard: included several times.
 */
/* clang-format off */
SCENARIOS(backend_scenes)   /* each backend, nothing wrong */
SCENARIOS(demo_scenes)      /* make demo */
SCENARIOS(echo_scenes)      /* icmp-* */
SCENARIOS(connect_scenes)   /* connect-*, host-*, firewall-reject */
SCENARIOS(exhaustion_scenes) /* fds, ports, conntrack */
SCENARIOS(names_scenes)     /* dns-dead, dhcp-no-offer, arp-gateway-silent */
SCENARIOS(healthy_scenes)   /* odd, and nothing wrong */
SCENARIOS(mtu_scenes)      /* mtu-*, path-mtu-reduced */
SCENARIOS(capture_scenes)  /* capture-* */
/* clang-format on */
