/* SPDX-License-Identifier: BSD-3-Clause
 *
 * The command line. One table of options; parsing, --help and the check of
 * the man page all read it.
 */
#ifndef CLI_ARGS_H
#define CLI_ARGS_H

#include "captures/bpf.h"
#include "cli/pipeline.h"
#include "dissect/model.h"
#include "views/report.h"

enum choice { CHOICE_AUTO, CHOICE_ALWAYS, CHOICE_NEVER };

/* Exit status, a contract: docs/tapscope.1. */
enum exit_status {
    EXIT_DONE = 0,
    EXIT_FINDING = 1,
    EXIT_USAGE = 2,
    EXIT_DAMAGED = 3,
    EXIT_PERMISSION = 4,
    EXIT_SIGNAL = 128,
};

#define OPERANDS_MAX 64

/** struct config - What the user asked for; strings are argv's own */
struct config {
    const char *operand[OPERANDS_MAX]; /* sources or names, in order */
    unsigned noperand;
    unsigned positional; /* index of the first that no option named */
    const struct report_format *format;
    const char *output; /* -o, NULL: standard output */
    const char *bpf;    /* -f, NULL: none */
    uint64_t count;
    struct time_limit since, until;
    struct model_config model;
    unsigned top;
    enum severity min_severity;
    bool has_fail_on;
    enum severity fail_on;
    enum choice colour, progress;
    bool ascii;
    int verbosity; /* -1 quiet, 0, 1 verbose */
    bool help, version;
};

#define ARGS_ERROR_LEN 256

/** struct option_row - An option: a sentence of the manual
 * @letter: 0 when it has only a long name
 * @name:   NULL when it has only a letter
 * @value:  Name of its value as help shows it, NULL when it takes none
 * @set:    Reads @value into @c; false with one line in @err */
struct option_row {
    char letter;
    const char *name;
    const char *value;
    const char *help;
    bool (*set)(struct config *c, const char *value, char *err);
};

/* The table, ended by a row without @set. */
extern const struct option_row option_rows[];

/**
 * args_parse() - Command line to config
 * @argv: with argv[0], as main() got it; options and operands in any order,
 *        "--" ends the options
 * @err:  [ARGS_ERROR_LEN] written when false is returned
 */
bool args_parse(struct config *c, int argc, char *const argv[], char *err);

/** args_option_label() - "-o FILE" or "--top N", as help and manual say it */
void args_option_label(const struct option_row *row, char *out, size_t size);

/** args_time() - RFC 3339 or "+SECONDS"; false when it is neither */
bool args_time(const char *text, struct time_limit *out);

/** args_size() - Number with an optional K, M or G (powers of 1024) */
bool args_size(const char *text, uint64_t *out);

#endif
