/* SPDX-License-Identifier: BSD-3-Clause
 *
 * SSH up to its identification string (RFC 4253 section 4.2); what follows is
 * key exchange and then encrypted.
 */
#include "dissect/proto/ssh.h"

#include "dissect/proto/fields.h"

static bool is_digit(uint8_t ch)
{
    return ch >= '0' && ch <= '9';
}

/* "SSH-protoversion-softwareversion", protoversion "2.0" or "1.x" */
static bool is_banner(const struct octets *o)
{
    return o->len >= 8 && memcmp(o->p, "SSH-", 4) == 0 && is_digit(o->p[4]) &&
           o->p[5] == '.' && is_digit(o->p[6]) &&
           (o->p[7] == '-' || is_digit(o->p[7]));
}

bool ssh_parse(struct cursor payload, struct octets *banner)
{
    const uint8_t *lf;

    cursor_trim(&payload, SSH_BANNER_MAX);
    *banner = cursor_rest(&payload);
    if (!is_banner(banner))
        return false;
    lf = memchr(banner->p, '\n', banner->len);
    if (lf)
        banner->len = (size_t)(lf - banner->p);
    if (banner->p[banner->len - 1] == '\r')
        banner->len--;
    return true;
}

static bool ssh_recognise(struct cursor payload, uint8_t ip_proto,
                          uint16_t sport, uint16_t dport)
{
    struct octets banner;

    (void)sport;
    (void)dport;
    return ip_proto == 6 && ssh_parse(payload, &banner);
}

static enum proto ssh_dissect(struct dissect *d, struct layer *l)
{
    struct octets banner;
    uint32_t len;

    if (!ssh_parse(d->c, &banner)) {
        l->payload_len = d->wire_left;
        return PROTO_RAW;
    }
    len = (uint32_t)banner.len;
    if (d->tree) {
        tree_open(d->tree, "ssh", dissect_off(d), len, "SSH Protocol");
        field_add_value(d, d->c, "ssh.protocol", "Protocol", FORM_TEXT, len);
    }
    app_done(d, l, len, LAYER_OK);
    return l->payload_len ? PROTO_RAW : PROTO_NONE;
}

const struct dissector ssh_dissector = {
    .name = "ssh",
    .title = "SSH Protocol",
    .ref = "RFC 4253",
    .proto = PROTO_SSH,
    .app = true,
    .dissect = ssh_dissect,
    .recognise = ssh_recognise,
    .bind = { { BIND_TCP_PORT, 22 }, { BIND_TCP_PORT, 2222 } },
};
