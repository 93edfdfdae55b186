/* SPDX-License-Identifier: BSD-3-Clause
 *
 * TLS record layer and the hellos (RFC 8446, RFC 5246): who is called, what
 * is offered. Nothing is decrypted.
 */
#ifndef DISSECT_PROTO_TLS_H
#define DISSECT_PROTO_TLS_H

#include "dissect/core/cursor.h"

#define TLS_SNI_SIZE  256
#define TLS_ALPN_SIZE 24
#define TLS_ALPN_MAX  2

/** enum tls_content - Record types (RFC 8446 section 5.1) */
enum tls_content {
    TLS_CHANGE_CIPHER_SPEC = 20,
    TLS_ALERT = 21,
    TLS_HANDSHAKE = 22,
    TLS_APPLICATION_DATA = 23,
};

/** enum tls_handshake_type - RFC 8446 section 4 */
enum tls_handshake_type {
    TLS_CLIENT_HELLO = 1,
    TLS_SERVER_HELLO = 2,
};

/**
 * struct tls_msg - The first record of a segment
 * @record_len:     Octets the record claims
 * @handshake_type: enum tls_handshake_type, 0 for other records and where the
 *                  handshake is encrypted
 * @hello_version:  legacy_version of a hello
 * @max_version:    Highest version a ClientHello offers, or the one that a
 *                  ServerHello chose: 0x0304 is TLS 1.3
 * @cipher:         ServerHello: cipher suite
 * @sni:            First host name of server_name (RFC 6066), lower case,
 *                  escaped; empty when there is none
 * @alpn:           [nalpn] first protocols offered (RFC 7301), escaped
 * @has_ech:        encrypted_client_hello: @sni is the public name
 * @alert_level:    1 warning, 2 fatal; 0 when no alert or an encrypted one
 * @cut:            The hello goes on in another segment or was not captured;
 *                  what is missing here may still have been sent
 * @verdict:        LAYER_MALFORMED when lengths contradict each other
 */
struct tls_msg {
    uint8_t record_type; /* enum tls_content */
    uint8_t handshake_type;
    uint8_t alert_level, alert_description;
    uint16_t record_version, record_len;
    uint32_t handshake_len;
    uint16_t hello_version, max_version, cipher;
    bool has_sni, has_ech, cut;
    uint8_t nalpn;
    uint8_t verdict;
    char sni[TLS_SNI_SIZE];
    char alpn[TLS_ALPN_MAX][TLS_ALPN_SIZE];
};

/**
 * tls_parse() - Read the first record of a TCP payload
 * @payload: From the start of a record
 * @m:       Written as far as the octets go, also when false is returned
 *
 * Return: false when it is not a TLS record
 */
bool tls_parse(struct cursor payload, struct tls_msg *m);

/** tls_version_name() - "TLS 1.3", or "unknown" */
const char *tls_version_name(unsigned version);

/** tls_alert_name() - "handshake_failure", or "unknown" */
const char *tls_alert_name(unsigned description);

/** tls_handshake_name() - "Client Hello", or "encrypted" */
const char *tls_handshake_name(unsigned type);

#endif
