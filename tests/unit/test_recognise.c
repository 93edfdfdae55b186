/* SPDX-License-Identifier: BSD-3-Clause
 *
 * TLS, QUIC, HTTP, SSH and the VPNs: what their first octets say, and that no
 * recogniser takes noise or another protocol's message for its own.
 */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>

#include <cmocka.h>

#include "dissect/proto/http.h"
#include "dissect/proto/openvpn.h"
#include "dissect/proto/quic.h"
#include "dissect/proto/ssh.h"
#include "dissect/proto/tls.h"
#include "dissect/proto/wireguard.h"

#include "tests/unit/app_frame.h"

enum { TCP = 6, UDP = 17, NOISE_ROUNDS = 1000000, NOISE_MAX = 200 };

/* A ClientHello for "Example.ORG" with ALPN h2 and http/1.1, offering TLS 1.3
 * behind a GREASE value. */
/* clang-format off */
static const uint8_t hello[] = {
    22, 3, 1, 0, 113,
    1, 0, 0, 109, 3, 3,
    1, 2, 3, 4, 5, 6, 7, 8, 9, 10, 11, 12, 13, 14, 15, 16,
    1, 2, 3, 4, 5, 6, 7, 8, 9, 10, 11, 12, 13, 14, 15, 16,
    0, 0, 4, 0x13, 1, 0x13, 2, 1, 0,
    0, 64,
    0x1a, 0x1a, 0, 0,
    0, 0, 0, 16, 0, 14, 0, 0, 11, 'E', 'x', 'a', 'm', 'p', 'l', 'e', '.',
    'O', 'R', 'G',
    0, 16, 0, 14, 0, 12, 2, 'h', '2', 8, 'h', 't', 't', 'p', '/', '1', '.',
    '1',
    0, 43, 0, 7, 6, 0x2a, 0x2a, 3, 3, 3, 4,
    0, 51, 0, 7, 0, 5, 0, 29, 0, 1, 9,
};
static const uint8_t alert[] = { 21, 3, 3, 0, 2, 2, 40 };
static const uint8_t quic_initial[] = {
    0xc3, 0, 0, 0, 1, 8, 1, 2, 3, 4, 5, 6, 7, 8, 0, 0, 0x40, 0x20, 0, 0, 0, 0,
};
static const uint8_t openvpn_reset[14] = { 0x38, 9, 8, 7, 6, 5, 4, 3, 2 };
static const uint8_t wg_initiation[148] = { 1, 0, 0, 0, 0x78, 0x56, 0x34,
                                            0x12 };
/* clang-format on */

static const char get[] = "GET /index.html HTTP/1.1\r\nUser-Agent: x\r\n"
                          "Host:  example.org \r\n\r\nbody";
static const char ok[] = "HTTP/1.1 404 Not Found\r\nServer: x\r\n\r\n";
static const char banner[] = "SSH-2.0-OpenSSH_9.2p1 Debian-2\r\n";

static void test_tls_hello(void **state)
{
    struct tls_msg m;

    (void)state;
    assert_true(tls_parse(app_cursor(hello, sizeof(hello)), &m));
    assert_int_equal(m.record_type, TLS_HANDSHAKE);
    assert_int_equal(m.handshake_type, TLS_CLIENT_HELLO);
    assert_string_equal(m.sni, "example.org");
    assert_int_equal(m.nalpn, 2);
    assert_string_equal(m.alpn[0], "h2");
    assert_string_equal(m.alpn[1], "http/1.1");
    assert_int_equal(m.max_version, 0x0304);
    assert_string_equal(tls_version_name(m.max_version), "TLS 1.3");
    assert_false(m.cut);
    assert_int_equal(m.verdict, 0);
}

/* In the first of two segments, or cut by the snap length. */
static void test_tls_hello_in_pieces(void **state)
{
    struct tls_msg m;

    (void)state;
    for (size_t n = 0; n < sizeof(hello); n++) {
        assert_int_equal(tls_parse(app_cursor(hello, n), &m), n >= 5);
        if (n < 9)
            continue;
        assert_true(m.cut);
        assert_int_equal(m.verdict, 0);
        assert_int_equal(m.nalpn > 0, n >= 87);
    }
}

static void test_tls_lies(void **state)
{
    uint8_t lie[sizeof(hello)];
    struct tls_msg m;

    (void)state;
    memcpy(lie, hello, sizeof(lie));
    lie[43] = 33; /* a session id longer than there may be */
    tls_parse(app_cursor(lie, sizeof(lie)), &m);
    assert_false(m.has_sni);
    memcpy(lie, hello, sizeof(lie));
    lie[53] = 200; /* extensions reach beyond the handshake */
    tls_parse(app_cursor(lie, sizeof(lie)), &m);
    assert_int_equal(m.verdict, LAYER_MALFORMED);
    memcpy(lie, hello, sizeof(lie));
    memcpy(lie + 67, "\x1b[2J\r\n", 6); /* control octets in the name */
    assert_true(tls_parse(app_cursor(lie, sizeof(lie)), &m));
    assert_string_equal(m.sni, "\\x1b[2j\\x0d\\x0ae.org");
}

static void test_tls_alert(void **state)
{
    struct tls_msg m;

    (void)state;
    assert_true(tls_parse(app_cursor(alert, sizeof(alert)), &m));
    assert_int_equal(m.alert_level, 2);
    assert_string_equal(tls_alert_name(m.alert_description),
                        "handshake_failure");
}

static void test_tls_tree(void **state)
{
    static struct app_frame f;
    const struct field *at;

    (void)state;
    app_tcp(&f, 40000, 8444, hello, sizeof(hello));
    app_dissect(&f, true);
    at = app_field(&f, "tls.handshake.extensions_server_name", 0);
    assert_non_null(at);
    assert_int_equal(at->off, TCP_PAYLOAD_OFF + 67);
    assert_int_equal(at->len, 11);
    assert_string_equal(f.tree.text + at->text, "Server name: Example.ORG");
}

static void test_quic(void **state)
{
    uint8_t v2[sizeof(quic_initial)];
    struct quic_hdr h;

    (void)state;
    assert_true(quic_parse(app_cursor(quic_initial, sizeof(v2)), &h));
    assert_int_equal(h.type, QUIC_INITIAL);
    assert_int_equal(h.dcid.len, 8);
    assert_int_equal(h.scid.len, 0);
    assert_int_equal(h.length, 32);
    assert_int_equal(h.header_len, 18);
    memcpy(v2, quic_initial, sizeof(v2));
    memcpy(v2, "\xd3\x6b\x33\x43\xcf", 5);
    assert_true(quic_parse(app_cursor(v2, sizeof(v2)), &h));
    assert_int_equal(h.type, QUIC_INITIAL); /* type bits 1 in version 2 */
    v2[5] = 21;
    assert_false(quic_parse(app_cursor(v2, sizeof(v2)), &h));
    v2[0] = 0x43; /* short header */
    assert_false(quic_parse(app_cursor(v2, sizeof(v2)), &h));
    for (size_t n = 0; n < 15; n++)
        assert_false(quic_parse(app_cursor(quic_initial, n), &h));
}

static bool is_text(const struct octets *o, const char *text)
{
    return o->len == strlen(text) && memcmp(o->p, text, o->len) == 0;
}

static bool http(const char *text, struct http_msg *m)
{
    return http_parse(app_cursor(text, strlen(text)), m);
}

static void test_http(void **state)
{
    struct http_msg m;

    (void)state;
    assert_true(http(get, &m));
    assert_true(m.is_request && m.whole);
    assert_true(is_text(&m.method, "GET"));
    assert_true(is_text(&m.target, "/index.html"));
    assert_true(is_text(&m.host, "example.org"));
    assert_int_equal(m.minor, 1);
    assert_int_equal(m.header_len, sizeof(get) - 1 - 4);
    assert_true(http(ok, &m));
    assert_int_equal(m.status, 404);
    assert_true(is_text(&m.reason, "Not Found"));
    assert_true(http("HTTP/1.0 200\r\n\r\n", &m));
    assert_true(http("CONNECT example.org:443 HTTP/1.1\r\n", &m));
    assert_false(m.whole);
    assert_true(http("GET /a/long/target/that/is/cu", &m));
    assert_true(http("POST /x HTT", &m));
}

static void test_http_not(void **state)
{
    static const char *const others[] = {
        "",
        "GET",
        "GET ",
        "GET index HTTP/1.1\r\n",
        "GET /x\r\n",
        "GET /x HTTP/2.0\r\n",
        "GET /x HTTP/1.1 y\r\n",
        "GET /\x01 HTTP/1.1\r\n",
        "OPTIONS rtsp://x RTSP/1.0\r\n",
        "OPTIONS /x SIP/2.0\r\n",
        "HTTP/1.1 2x0 OK\r\n",
        "HTTP/1.1 999 OK\r\n",
        "HTTP/1.1 2000\r\n",
        "HTTP/2 200\r\n",
        "220 mail ESMTP\r\n",
    };
    struct http_msg m;

    (void)state;
    for (size_t i = 0; i < sizeof(others) / sizeof(others[0]); i++)
        if (http(others[i], &m))
            fail_msg("taken for HTTP: %s", others[i]);
}

static void test_ssh(void **state)
{
    struct octets o;

    (void)state;
    assert_true(ssh_parse(app_cursor(banner, strlen(banner)), &o));
    assert_true(is_text(&o, "SSH-2.0-OpenSSH_9.2p1 Debian-2"));
    assert_true(ssh_parse(app_cursor("SSH-1.99-x\n", 11), &o));
    assert_true(is_text(&o, "SSH-1.99-x"));
    assert_false(ssh_parse(app_cursor("SSH-x.0-x\n", 10), &o));
    assert_false(ssh_parse(app_cursor("SSH-2.0", 7), &o));
}

static void test_vpns(void **state)
{
    uint8_t data[32] = { 4, 0, 0, 0, 1, 0, 0, 0, 5, 0, 0, 0, 0, 0, 0, 1 };
    struct wireguard_msg w;
    struct openvpn_msg o;

    (void)state;
    assert_true(wireguard_parse(app_cursor(wg_initiation, 148), &w));
    assert_int_equal(w.type, WIREGUARD_INITIATION);
    assert_int_equal(w.sender, 0x12345678);
    assert_true(wireguard_parse(app_cursor(data, 32), &w));
    assert_int_equal(w.receiver, 1);
    assert_true(w.counter == 0x0100000000000005);
    assert_true(w.keepalive);
    data[2] = 1;
    assert_false(wireguard_parse(app_cursor(data, 32), &w));
    assert_false(wireguard_parse(app_cursor(wg_initiation, 7), &w));
    assert_true(openvpn_parse(app_cursor(openvpn_reset, 14), false, &o));
    assert_int_equal(o.opcode, OPENVPN_HARD_RESET_CLIENT_V2);
    assert_true(o.session == 0x0908070605040302);
    assert_false(openvpn_parse(app_cursor(openvpn_reset, 8), false, &o));
}

/** struct sample - A real message and what it is on ports that say nothing */
struct sample {
    enum proto proto;
    uint8_t ip_proto;
    const void *p;
    size_t n;
};

static void test_each_takes_its_own(void **state)
{
    const struct sample samples[] = {
        { PROTO_TLS, TCP, hello, sizeof(hello) },
        { PROTO_HTTP, TCP, get, sizeof(get) - 1 },
        { PROTO_HTTP, TCP, ok, sizeof(ok) - 1 },
        { PROTO_SSH, TCP, banner, sizeof(banner) - 1 },
        { PROTO_QUIC, UDP, quic_initial, sizeof(quic_initial) },
        { PROTO_WIREGUARD, UDP, wg_initiation, sizeof(wg_initiation) },
        { PROTO_OPENVPN, UDP, openvpn_reset, sizeof(openvpn_reset) },
        { PROTO_TFTP, UDP, "\0\6blksize\0001428\0", 15 },
        { PROTO_NONE, TCP, "220 mail.example ESMTP\r\n", 24 },
        { PROTO_NONE, UDP, "REGISTER sip:x SIP/2.0\r\n", 24 },
    };

    (void)state;
    for (size_t i = 0; i < sizeof(samples) / sizeof(samples[0]); i++) {
        const struct sample *s = &samples[i];

        for (unsigned k = 1; k < PROTO_COUNT; k++) {
            const struct dissector *row = dissectors[k];

            if (row->recognise)
                assert_int_equal(row->recognise(app_cursor(s->p, s->n),
                                                s->ip_proto, 40001, 40002),
                                 k == s->proto);
        }
        assert_int_equal(
            proto_recognise(app_cursor(s->p, s->n), s->ip_proto, 40001, 40002),
            s->proto);
    }
}

static uint64_t next_random(uint64_t *x)
{
    *x ^= *x << 13;
    *x ^= *x >> 7;
    *x ^= *x << 17;
    return *x;
}

/* Ports of which one is a protocol's own say less than content must. */
static void test_noise(void **state)
{
    static const enum proto strict[] = {
        PROTO_TLS, PROTO_HTTP, PROTO_SSH, PROTO_QUIC, PROTO_WIREGUARD, PROTO_DNS
    };
    uint32_t taken[PROTO_COUNT] = { 0 }, on_port[PROTO_COUNT] = { 0 };
    uint8_t noise[NOISE_MAX];
    uint64_t x = UINT64_C(0x9e3779b97f4a7c15);

    (void)state;
    for (unsigned i = 0; i < NOISE_ROUNDS; i++) {
        size_t n = next_random(&x) % NOISE_MAX;

        for (size_t k = 0; k < n; k += 8) {
            uint64_t r = next_random(&x);

            memcpy(noise + k, &r, n - k < 8 ? n - k : 8);
        }
        for (unsigned k = 1; k < PROTO_COUNT; k++) {
            const struct dissector *row = dissectors[k];
            bool tcp = row->bind[0].kind == BIND_TCP_PORT;
            struct cursor c = app_cursor(noise, n);

            if (!row->recognise)
                continue;
            taken[k] += row->recognise(c, tcp ? TCP : UDP, 40001, 40002);
            on_port[k] +=
                row->recognise(c, tcp ? TCP : UDP, 40001, row->bind[0].value);
        }
    }
    for (unsigned k = 1; k < PROTO_COUNT; k++)
        if (dissectors[k]->recognise)
            print_message("%-9s took %u of %u random payloads, %u at its "
                          "own port\n",
                          dissectors[k]->name, taken[k], NOISE_ROUNDS,
                          on_port[k]);
    for (unsigned k = 1; k < PROTO_COUNT; k++)
        assert_int_equal(taken[k], 0);
    for (size_t i = 0; i < sizeof(strict) / sizeof(strict[0]); i++)
        assert_int_equal(on_port[strict[i]], 0);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(test_tls_hello),
        cmocka_unit_test(test_tls_hello_in_pieces),
        cmocka_unit_test(test_tls_lies),
        cmocka_unit_test(test_tls_alert),
        cmocka_unit_test(test_tls_tree),
        cmocka_unit_test(test_quic),
        cmocka_unit_test(test_http),
        cmocka_unit_test(test_http_not),
        cmocka_unit_test(test_ssh),
        cmocka_unit_test(test_vpns),
        cmocka_unit_test(test_each_takes_its_own),
        cmocka_unit_test(test_noise),
    };

    proto_init();
    return cmocka_run_group_tests(tests, NULL, NULL);
}
