/* SPDX-License-Identifier: BSD-3-Clause
 *
 * The text report: what stands where, and that nothing from a packet or a
 * file name reaches the terminal raw.
 */
#include "tests/unit/report_fixture.h"

static const char *written(struct fixture *x)
{
    struct out o = new_page();

    report_text(&x->facts, &x->findings, &x->opt, &o);
    assert_int_equal(o.err, 0);
    return page;
}

static void assert_has(const char *text, const char *part)
{
    if (!strstr(text, part))
        fail_msg("no \"%s\" in:\n%s", part, text);
}

static void assert_lacks(const char *text, const char *part)
{
    if (strstr(text, part))
        fail_msg("\"%s\" in:\n%s", part, text);
}

/* Commands are the only lines that may be longer. */
static void assert_narrow(const char *text, size_t width)
{
    for (const char *line = text; *line;) {
        size_t n = strcspn(line, "\n");

        if (n > width && !memmem(line, n, "host", 4) &&
            !memmem(line, n, "guest", 5) && !memmem(line, n, "VM: ", 4))
            fail_msg("%zu columns: %.*s", n, (int)n, line);
        line += n + (line[n] == '\n');
    }
}

static void test_nothing_wrong(void **state)
{
    const char *text = written(*state);

    assert_has(text, "a.pcap   51 packets, 9.7 s, Ethernet, "
                     "2026-11-22T12:08:01Z\n\n"
                     "Nothing wrong in what this capture shows.\n\n"
                     "backend  QEMU user mode (libslirp), 98 %\n"
                     "         gateway 52:55:0a:00:02:02 is 10.0.2.2 "
                     "(frame 6); SYN-ACK with MSS only\n"
                     "         (frame 40)\n"
                     "guest    10.0.2.15, 52:54:00:12:34:56\n");
    assert_has(text, "\ncapture  complete");
    assert_has(text, "\nfine     MTU 1500\n");
    assert_narrow(text, 80);
}

static void test_finding(void **state)
{
    struct fixture *x = *state;
    struct finding *f = add_finding(x, "icmp-echo-missing", 0);
    const char *text;

    f->severity = SEVERITY_ERROR;
    f->has_peer = true;
    f->peer = addr_v4(0xc612010a);
    add_evidence(f, 7, "");
    add_evidence(f, 8, "port 7");
    add_evidence(f, 9, "port 7");
    add_evidence(f, 12, "");
    text = written(x);
    assert_has(text, "\nE icmp-echo-missing   ");
    assert_has(text, "\n  frames 7, 8, 9 (port 7), 12\n");
    assert_has(text, "\n  sure   97 %");
    assert_has(text, "\n  fix    ");
    assert_has(text, "\n  check  ");
    assert_lacks(text, "Nothing wrong");
    assert_narrow(text, 80);
}

/* The verdict is about the first finding and counts the others. */
static void test_verdict_counts(void **state)
{
    struct fixture *x = *state;

    add_finding(x, "dns-dead", 0);
    add_finding(x, "icmp-echo-missing", 0);
    add_finding(x, "mtu-blackhole-up", 0);
    add_finding(x, "capture-gso-frames", GUEST_NONE)->severity = SEVERITY_INFO;
    assert_has(written(x), " 2 more findings below.");
}

static void test_information_alone_is_nothing_wrong(void **state)
{
    struct fixture *x = *state;
    struct finding *f = add_finding(x, "capture-gso-frames", GUEST_NONE);
    const char *text;

    f->severity = SEVERITY_INFO;
    add_evidence(f, 3, "");
    text = written(x);
    assert_has(text, "Nothing wrong");
    assert_has(text, "\ni capture-gso-frames   ");
    assert_lacks(text, "  sure ");
}

static void test_min_severity(void **state)
{
    struct fixture *x = *state;

    add_finding(x, "dns-dead", 0)->severity = SEVERITY_ERROR;
    add_finding(x, "icmp-echo-missing", 0)->severity = SEVERITY_NOTE;
    x->opt.min_severity = SEVERITY_WARNING;
    assert_has(written(x), "E dns-dead");
    assert_lacks(page, "icmp-echo-missing");
}

static void test_brief(void **state)
{
    struct fixture *x = *state;
    unsigned lines = 0;

    add_finding(x, "dns-dead", 0)->severity = SEVERITY_ERROR;
    x->opt.verbosity = -1;
    x->opt.width = 500;
    for (const char *p = written(x); *p; p++)
        lines += *p == '\n';
    assert_int_equal(lines, 3); /* verdict, empty, finding */
}

static void test_several_guests(void **state)
{
    struct fixture *x = *state;
    const char *text, *second;

    add_guest(x, 0xc0a87a0a, 0x57);
    add_finding(x, "dns-dead", 1)->severity = SEVERITY_ERROR;
    text = written(x);
    assert_has(text, "== guest 192.168.122.10 ==\n");
    assert_has(text, "\nguest    10.0.2.15, 52:54:00:12:34:56, QEMU user mode");
    second = strstr(text, "== guest 192.168.122.10 ==");
    assert_non_null(strstr(second, "\nbackend  unknown"));
    assert_non_null(strstr(second, "\nE dns-dead"));
    assert_narrow(text, 80);
}

static void test_no_guest(void **state)
{
    struct fixture *x = *state;

    x->facts.nguest = 0;
    assert_has(written(x), "Nothing wrong");
    assert_lacks(page, "backend ");
}

static void test_no_packets(void **state)
{
    struct fixture *x = *state;

    x->facts.nguest = 0;
    x->facts.packets = 0;
    x->facts.source[0].packets = 0;
    assert_has(written(x), "The capture holds no packets");
    assert_has(page, "a.pcap   no packets, Ethernet\n");
    x->facts.source[0].packets = 5;
    assert_has(written(x), "No packet of the capture passes the filter");
}

static void test_unreadable_link_type(void **state)
{
    struct fixture *x = *state;

    x->facts.nguest = 0;
    x->facts.source[0].linktype = 105;
    x->facts.source[0].skipped = 51;
    x->facts.source[0].skipped_linktype = 105;
    assert_has(written(x), "No packet of the capture can be read");
    assert_has(page, "802.11");
}

static void test_partial(void **state)
{
    struct fixture *x = *state;

    x->opt.status = REPORT_PARTIAL;
    x->facts.source[0].damaged = true;
    strcpy(x->facts.source[0].damage, "cut record at offset 99");
    assert_has(written(x), "capture  ends early (cut record at offset 99)");
    x->opt.status = REPORT_INTERRUPTED;
    assert_has(written(x), "capture  reading was interrupted");
}

/* Escape sequences in a file's name, its comment or its damage stay text. */
static void test_hostile_name(void **state)
{
    struct fixture *x = *state;

    strcpy(x->facts.source[0].name, "a\x1b]0;x\x07\n\xff.pcap");
    x->facts.source[0].damaged = true;
    strcpy(x->facts.source[0].damage, "\x1b[31mred");
    assert_has(written(x), "a\\x1b]0;x\\x07\\x0a\\xff.pcap");
    assert_null(strchr(page, '\x1b'));
    assert_null(strchr(page, 0xff));
}

/* Without its SGR sequences the coloured report is the plain one. */
static void test_colour_is_only_emphasis(void **state)
{
    struct fixture *x = *state;
    char *plain, *to;

    add_finding(x, "dns-dead", 0)->severity = SEVERITY_ERROR;
    plain = strdup(written(x));
    assert_null(strchr(plain, '\x1b'));
    x->opt.colour = true;
    written(x);
    assert_has(page, "\x1b[1;31mE dns-dead\x1b[0m");
    to = page;
    for (const char *from = page; *from;) {
        if (*from == '\x1b')
            from += strcspn(from, "m") + 1;
        else
            *to++ = *from++;
    }
    *to = '\0';
    assert_string_equal(page, plain);
    free(plain);
}

static void test_ascii(void **state)
{
    struct fixture *x = *state;

    strcpy(x->facts.source[0].name, "gr\xc3\xbc\xc3\x9f"
                                    "e.pcap");
    assert_has(written(x), "gr\xc3\xbc\xc3\x9f"
                           "e.pcap");
    x->opt.ascii = true;
    assert_has(written(x), "gr\\xc3\\xbc\\xc3\\x9fe.pcap");
}

static void test_sources_are_numbered(void **state)
{
    struct fixture *x = *state;
    struct finding *f = add_finding(x, "dns-dead", 0);

    x->facts.nsource = 2;
    x->facts.source[1] = x->facts.source[0];
    strcpy(x->facts.source[1].name, "b.pcap");
    add_evidence(f, 3, "");
    add_evidence(f, 4, "");
    add_evidence(f, 1, "x");
    f->evidence[2].source = 1;
    assert_has(written(x), "[1] a.pcap ");
    assert_has(page, "[2] b.pcap ");
    assert_has(page, "  frames [1] 3, 4, [2] 1 (x)\n");
}

/* A reason that stops several rules is told once. */
static void test_unclear_is_grouped(void **state)
{
    static const char why[] = "one direction only";
    struct fixture *x = *state;

    x->findings.ngap = 3;
    x->findings.gap[0] =
        (struct not_assessable){ symptom_by_id("dns-dead"), 0, why };
    x->findings.gap[1] =
        (struct not_assessable){ symptom_by_id("dhcp-no-offer"), 0,
                                 "too short" };
    x->findings.gap[2] =
        (struct not_assessable){ symptom_by_id("connect-timeout"), 0, why };
    assert_has(written(x), "unclear  dns-dead, connect-timeout: one direction "
                           "only\n         dhcp-no-offer: too short\n");
}

static void test_flows(void **state)
{
    struct fixture *x = *state;
    const char *text;

    for (unsigned i = 0; i < 6; i++)
        add_flow(x, (uint16_t)(5000 + i), 100 * (i + 1));
    x->opt.top = 2;
    text = written(x);
    assert_has(text, "flows    6 UDP");
    assert_has(text, "10.0.2.15:5005 > 192.0.2.1:99 UDP");
    assert_has(text, "10.0.2.15:5004 > 192.0.2.1:99 UDP");
    assert_lacks(text, "10.0.2.15:5003 >");
    assert_narrow(text, 80);
}

static void test_bringup(void **state)
{
    struct fixture *x = *state;
    struct bringup *b = x->facts.guest[0].bringup;

    b[BRINGUP_FIRST_FRAME] = (struct bringup){ true, true, T0, 0, 1 };
    b[BRINGUP_DHCP] = (struct bringup){ true, true, T0, 60 * MS, 2 };
    b[BRINGUP_ARP_GW] = (struct bringup){ true, true, T0 + 70 * MS, 12000, 4 };
    b[BRINGUP_DNS] = (struct bringup){ true, false, T0 + 80 * MS, -1, 6 };
    b[BRINGUP_FIRST_TCP] =
        (struct bringup){ true, true, T0 + 103 * MS, 7 * MS, 8 };
    assert_has(written(x), "up in 70 ms: DHCP 60 ms, ARP 12 us, DNS "
                           "unanswered, first TCP 7 ms\n");
    b[BRINGUP_DHCP].seen = false; /* begun later: no claim about "up" */
    assert_has(written(x), "seen so far: ARP 12 us");
}

static void test_every_finding_fits(void **state)
{
    struct fixture *x = *state;

    for (unsigned i = 0; symptoms[i]; i++) {
        struct finding *f = add_finding(
            x, symptoms[i]->id, symptoms[i]->whole_capture ? GUEST_NONE : 0);

        f->has_peer = true;
        f->peer = addr_v4(0xc612010a);
        f->peer_port = 443;
        add_evidence(f, i + 1, "what it shows");
    }
    x->opt.top = 1000;
    written(x);
    for (unsigned i = 0; symptoms[i]; i++)
        assert_has(page, symptoms[i]->id);
    assert_narrow(page, 80);
}

#define TEXT_TEST(fn) \
    cmocka_unit_test_setup_teardown(fn, make_fixture, free_fixture)

int main(void)
{
    const struct CMUnitTest tests[] = {
        TEXT_TEST(test_nothing_wrong),
        TEXT_TEST(test_finding),
        TEXT_TEST(test_verdict_counts),
        TEXT_TEST(test_information_alone_is_nothing_wrong),
        TEXT_TEST(test_min_severity),
        TEXT_TEST(test_brief),
        TEXT_TEST(test_several_guests),
        TEXT_TEST(test_no_guest),
        TEXT_TEST(test_no_packets),
        TEXT_TEST(test_unreadable_link_type),
        TEXT_TEST(test_partial),
        TEXT_TEST(test_hostile_name),
        TEXT_TEST(test_colour_is_only_emphasis),
        TEXT_TEST(test_ascii),
        TEXT_TEST(test_sources_are_numbered),
        TEXT_TEST(test_unclear_is_grouped),
        TEXT_TEST(test_flows),
        TEXT_TEST(test_bringup),
        TEXT_TEST(test_every_finding_fits),
    };
    int failed = cmocka_run_group_tests(tests, NULL, NULL);

    free(page);
    return failed;
}
