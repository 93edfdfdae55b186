/* SPDX-License-Identifier: BSD-3-Clause
 *
 * The catalogue: SYMPTOM(identifier). Each row needs
 * "const struct symptom identifier_symptom". No include guard: included
 * several times.
 */
/* clang-format off */
SYMPTOM(icmp_echo_missing)
SYMPTOM(icmp_false_reply)
SYMPTOM(host_not_forwarding)
SYMPTOM(firewall_reject)
SYMPTOM(host_no_route)
SYMPTOM(connect_refused)
SYMPTOM(connect_timeout)
SYMPTOM(mtu_blackhole_up)
SYMPTOM(mtu_blackhole_down)
SYMPTOM(mtu_icmp_ignored)
SYMPTOM(mtu_hidden_by_proxy)
SYMPTOM(path_mtu_reduced)
SYMPTOM(backend_fds_exhausted)
SYMPTOM(nat_ports_exhausted)
SYMPTOM(conntrack_full)
SYMPTOM(dns_dead)
SYMPTOM(dhcp_no_offer)
SYMPTOM(arp_gateway_silent)
SYMPTOM(capture_vnet_header)
SYMPTOM(capture_gso_frames)
SYMPTOM(capture_checksum_offload)
SYMPTOM(capture_duplicates)
SYMPTOM(capture_truncated)
SYMPTOM(capture_dropped)
SYMPTOM(capture_clock)
SYMPTOM(capture_one_sided)
/* clang-format on */
