/* SPDX-License-Identifier: BSD-3-Clause
 *
 * LLDP (IEEE 802.1AB section 8): which switch port is at the other end.
 */
#ifndef DISSECT_PROTO_LLDP_H
#define DISSECT_PROTO_LLDP_H

#include "dissect/core/cursor.h"

/**
 * struct lldp_msg - What an LLDPDU says; octets are borrowed
 * @chassis_id, @port_id: Without their subtype octet
 */
struct lldp_msg {
    uint8_t chassis_subtype, port_subtype;
    uint8_t verdict; /* enum layer_verdict bits */
    uint16_t ttl_s;
    struct octets chassis_id, port_id;
    struct octets port_description, system_name, system_description;
};

/** lldp_parse() - Read an LLDPDU; false without its first mandatory TLV */
bool lldp_parse(struct cursor c, struct lldp_msg *m);

#endif
