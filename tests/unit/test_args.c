/* SPDX-License-Identifier: BSD-3-Clause
 *
 * Command line: values and their edges, and that the manual has exactly the
 * options of the table.
 */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdio.h>
#include <string.h>

#include <cmocka.h>

#include "cli/args.h"
#include "cli/command.h"

static struct config config;
static char err[ARGS_ERROR_LEN];

/* Parse a command line given as words, the last one NULL. */
static bool parse(const char *first, ...)
{
    char *argv[32] = { (char *)"tapscope" };
    const char *word = first;
    int argc = 1;
    va_list ap;

    va_start(ap, first);
    for (; word; word = va_arg(ap, const char *))
        argv[argc++] = (char *)word;
    va_end(ap);
    err[0] = '\0';
    return args_parse(&config, argc, argv, err);
}

static void test_defaults(void **state)
{
    (void)state;
    assert_true(parse("a.pcap", NULL));
    assert_ptr_equal(config.format, &report_text_format);
    assert_int_equal(config.noperand, 1);
    assert_int_equal(config.positional, 0);
    assert_null(config.output);
    assert_false(config.has_fail_on);
    assert_int_equal(config.min_severity, SEVERITY_INFO);
}

static void test_operands_and_options_mix(void **state)
{
    (void)state;
    assert_true(parse("report", "-r", "a", "b", "-q", "-", "--", "-c", NULL));
    assert_int_equal(config.noperand, 5);
    assert_string_equal(config.operand[0], "a"); /* -r stands first */
    assert_int_equal(config.positional, 1);
    assert_string_equal(config.operand[1], "report");
    assert_string_equal(config.operand[3], "-");
    assert_string_equal(config.operand[4], "-c");
    assert_int_equal(config.verbosity, -1);
}

static void test_too_many_sources(void **state)
{
    char *argv[OPERANDS_MAX + 2];

    (void)state;
    for (int i = 0; i < OPERANDS_MAX + 2; i++)
        argv[i] = (char *)"x";
    assert_true(args_parse(&config, OPERANDS_MAX + 1, argv, err));
    assert_false(args_parse(&config, OPERANDS_MAX + 2, argv, err));
}

static void test_values(void **state)
{
    (void)state;
    assert_true(parse("-Fjson", "-o", "out", "-c", "12", "--top=7",
                      "--min-severity", "warning", "--fail-on=note",
                      "--color=never", "--progress=always", "--ascii",
                      "--mem-limit=64M", "-v", NULL));
    assert_ptr_equal(config.format, &report_json_format);
    assert_string_equal(config.output, "out");
    assert_int_equal(config.count, 12);
    assert_int_equal(config.top, 7);
    assert_int_equal(config.min_severity, SEVERITY_WARNING);
    assert_true(config.has_fail_on);
    assert_int_equal(config.fail_on, SEVERITY_NOTE);
    assert_int_equal(config.colour, CHOICE_NEVER);
    assert_int_equal(config.progress, CHOICE_ALWAYS);
    assert_true(config.ascii);
    assert_int_equal(config.model.mem_limit, 64u << 20);
    assert_int_equal(config.verbosity, 1);
}

static void test_output_dash_is_stdout(void **state)
{
    (void)state;
    assert_true(parse("-o", "-", NULL));
    assert_null(config.output);
}

static void test_guest(void **state)
{
    static const uint8_t mac[6] = { 0x52, 0x54, 0, 0x12, 0x34, 0x56 };

    (void)state;
    assert_true(parse("--guest", "52:54:00:12:34:56", NULL));
    assert_true(config.model.has_guest_mac);
    assert_false(config.model.has_guest_ip);
    assert_memory_equal(config.model.guest_mac.b, mac, 6);
    assert_true(parse("--guest", "10.0.2.15", NULL));
    assert_true(config.model.has_guest_ip);
    assert_int_equal(addr_v4_host(&config.model.guest_ip), 0x0a00020f);
    assert_true(parse("--guest", "fe80::1", NULL));
    assert_true(config.model.has_guest_ip);
    assert_false(parse("--guest", "10.0.2", NULL));
    assert_non_null(strstr(err, "10.0.2"));
}

static void test_backend(void **state)
{
    (void)state;
    assert_true(parse("--backend=passt", NULL));
    assert_int_equal(config.model.backend, BACKEND_PASST);
    assert_false(parse("--backend=slurp", NULL));
    assert_non_null(strstr(err, "qemu-slirp"));
    assert_non_null(strstr(err, "tap-bridged")); /* the list is whole */
}

static void test_refusals(void **state)
{
    static const char *const bad[][2] = {
        { "-F", "html" },
        { "-c", "0" },
        { "-c", "-1" },
        { "-c", "1x" },
        { "-c", "" },
        { "--top", "0" },
        { "--top", "1000001" },
        { "--color", "yes" },
        { "--progress", "" },
        { "--fail-on", "bad" },
        { "--min-severity", "E" },
        { "--mem-limit", "1023K" },
        { "--since", "yesterday" },
        { "--until", "+" },
    };

    (void)state;
    for (size_t i = 0; i < sizeof(bad) / sizeof(bad[0]); i++) {
        assert_false(parse(bad[i][0], bad[i][1], NULL));
        assert_true(err[0] != '\0');
        assert_null(strchr(err, '\n'));
    }
}

static void test_unknown_options(void **state)
{
    (void)state;
    assert_false(parse("--nonsense", "x", NULL));
    assert_non_null(strstr(err, "--nonsense"));
    assert_false(parse("-Z", NULL));
    assert_non_null(strstr(err, "'-Z'"));
    assert_false(parse("-qZ", NULL));
    assert_non_null(strstr(err, "'-Z'"));
    assert_false(parse("-o", NULL));
    assert_non_null(strstr(err, "needs a value"));
    assert_false(parse("--ascii=no", NULL));
    assert_non_null(strstr(err, "takes no value"));
}

static void test_format_names_what_there_is(void **state)
{
    (void)state;
    assert_false(parse("-F", "markdown", NULL));
    assert_non_null(strstr(err, "not in this version"));
    assert_non_null(strstr(err, "text or json"));
}

static void test_size(void **state)
{
    uint64_t n;

    (void)state;
    assert_true(args_size("0", &n));
    assert_int_equal(n, 0);
    assert_true(args_size("3k", &n));
    assert_int_equal(n, 3 << 10);
    assert_true(args_size("2G", &n));
    assert_int_equal(n, UINT64_C(2) << 30);
    assert_true(args_size("18446744073709551615", &n));
    assert_true(args_size("17179869183G", &n));
    assert_false(args_size("17179869184G", &n)); /* 2^64 */
    assert_false(args_size("18446744073709551616", &n));
    assert_false(args_size("", &n));
    assert_false(args_size("M", &n));
    assert_false(args_size("1MB", &n));
    assert_false(args_size("1T", &n));
    assert_false(args_size("-1", &n));
    assert_false(args_size(" 1", &n));
}

static void check_time(const char *text, int64_t want)
{
    struct time_limit t;

    assert_true(args_time(text, &t));
    assert_true(t.set);
    assert_false(t.relative);
    assert_int_equal(t.ns, want);
}

static void test_time_absolute(void **state)
{
    static const char *const bad[] = {
        "2026-11-22",
        "2026-11-22T12:08",
        "2026-11-22T12:08:01",
        "2026-13-22T12:08:01Z",
        "2026-00-22T12:08:01Z",
        "2026-11-32T12:08:01Z",
        "2026-11-22T24:00:00Z",
        "2026-11-22T12:60:00Z",
        "2026-11-22T12:08:61Z",
        "2026-11-22T12:08:01Zx",
        "2026-11-22T12:08:01+2:00",
        "9999-11-22T12:08:01Z",
        "2026-11-22T12:08:-1Z",
        "",
        "now",
    };
    struct time_limit t;

    (void)state;
    check_time("1970-01-01T00:00:00Z", 0);
    check_time("1969-12-31T23:59:59.5Z", -500000000);
    check_time("2026-11-22T12:08:01Z", INT64_C(1795349281) * 1000000000);
    check_time("2026-11-22 12:08:01.123456789z", INT64_C(1795349281123456789));
    check_time("2026-11-22T14:08:01+02:00", INT64_C(1795349281) * 1000000000);
    check_time("2024-02-29T00:00:00-00:30", INT64_C(1709166600) * 1000000000);
    for (size_t i = 0; i < sizeof(bad) / sizeof(bad[0]); i++)
        assert_false(args_time(bad[i], &t));
}

static void test_time_relative(void **state)
{
    struct time_limit t;

    (void)state;
    assert_true(args_time("+12.5", &t));
    assert_true(t.relative);
    assert_int_equal(t.ns, INT64_C(12500000000));
    assert_true(args_time("+0", &t));
    assert_true(args_time("+1.0000000019", &t)); /* beyond ns: cut */
    assert_int_equal(t.ns, INT64_C(1000000001));
    assert_false(args_time("+", &t));
    assert_false(args_time("+-1", &t));
    assert_false(args_time("+1s", &t));
    assert_false(args_time("+99999999999999999999", &t));
    assert_false(args_time("+9223372036", &t)); /* 2^63 ns */
    assert_false(args_time("12.5", &t));
}

static void test_labels(void **state)
{
    static const struct option_row rows[] = {
        { 'o', NULL, "FILE", "", NULL },
        { 0, "top", "N", "", NULL },
        { 'h', "help", NULL, "", NULL },
        { 'q', NULL, NULL, "", NULL },
    };
    static const char *const want[] = { "-o FILE", "--top=N", "-h, --help",
                                        "-q" };
    char label[64];

    (void)state;
    for (unsigned i = 0; i < 4; i++) {
        args_option_label(&rows[i], label, sizeof(label));
        assert_string_equal(label, want[i]);
    }
}

/* Each letter and name once, or one row would hide another. */
static void test_table_is_unambiguous(void **state)
{
    (void)state;
    for (unsigned i = 0; option_rows[i].set; i++) {
        assert_true(option_rows[i].letter || option_rows[i].name);
        for (unsigned j = 0; j < i; j++) {
            if (option_rows[i].letter)
                assert_int_not_equal(option_rows[i].letter,
                                     option_rows[j].letter);
            if (option_rows[i].name && option_rows[j].name)
                assert_string_not_equal(option_rows[i].name,
                                        option_rows[j].name);
        }
    }
}

/* ".B \-\-top=N" to "--top=N". */
static void unescape(char *line)
{
    char *to = line;

    for (const char *from = line + 3; *from && *from != '\n'; from++)
        if (*from != '\\')
            *to++ = *from;
    *to = '\0';
}

/* The tags of the manual's OPTIONS section are the table's rows, in order. */
static void test_manual_agrees(void **state)
{
    FILE *f = fopen("docs/tapscope.1", "r");
    bool options = false, tag = false;
    char line[256], label[64];
    unsigned row = 0;

    (void)state;
    assert_non_null(f);
    while (fgets(line, sizeof(line), f)) {
        if (strncmp(line, ".SH ", 4) == 0)
            options = strcmp(line, ".SH OPTIONS\n") == 0;
        if (options && tag) {
            unescape(line);
            assert_non_null(option_rows[row].set);
            args_option_label(&option_rows[row++], label, sizeof(label));
            assert_string_equal(line, label);
        }
        tag = strcmp(line, ".TP\n") == 0;
    }
    fclose(f);
    assert_null(option_rows[row].set);
}

static void test_commands(void **state)
{
    (void)state;
    assert_string_equal(commands[0].name, "report");
    assert_ptr_equal(command_find("report"), &commands[0]);
    assert_non_null(command_find("explain"));
    assert_null(command_find("redact"));
    assert_true(command_later("redact"));
    assert_false(command_later("report"));
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(test_defaults),
        cmocka_unit_test(test_operands_and_options_mix),
        cmocka_unit_test(test_too_many_sources),
        cmocka_unit_test(test_values),
        cmocka_unit_test(test_output_dash_is_stdout),
        cmocka_unit_test(test_guest),
        cmocka_unit_test(test_backend),
        cmocka_unit_test(test_refusals),
        cmocka_unit_test(test_unknown_options),
        cmocka_unit_test(test_format_names_what_there_is),
        cmocka_unit_test(test_size),
        cmocka_unit_test(test_time_absolute),
        cmocka_unit_test(test_time_relative),
        cmocka_unit_test(test_labels),
        cmocka_unit_test(test_table_is_unambiguous),
        cmocka_unit_test(test_manual_agrees),
        cmocka_unit_test(test_commands),
    };

    return cmocka_run_group_tests(tests, NULL, NULL);
}
