/* SPDX-License-Identifier: BSD-3-Clause
 *
 * tapscope: options to config, command by name, exit status. What each
 * command does is in its own file.
 */
#include <errno.h>
#include <stdio.h>
#include <string.h>
#include <unistd.h>

#include "cli/command.h"
#include "cli/signals.h"
#include "cli/version.h"
#include "dissect/proto/proto.h"

static void print_help(void)
{
    char label[64];

    printf("Say which network backend a VM guest is on, what is wrong, which "
           "frames prove\nit and what to do, from a packet capture.\n\n"
           "usage: tapscope [COMMAND] [OPTIONS] FILE...\n\n");
    for (unsigned i = 0; commands[i].name; i++)
        printf("  %-8s%-14s%s\n", commands[i].name, commands[i].operands,
               commands[i].summary);
    printf("\nFILE is a pcap or pcapng file, also in gzip, zstd or lz4, or "
           "'-'.\n\n");
    for (unsigned i = 0; option_rows[i].set; i++) {
        args_option_label(&option_rows[i], label, sizeof(label));
        printf("  %-24s%s\n", label, option_rows[i].help);
    }
    printf("\nexit status: 0 done, 1 a finding at or above --fail-on, 2 usage "
           "or unreadable\ninput, 3 damaged input (report written), 4 "
           "permission, 128+n signal n\n");
}

/* The word after the options that is a command is taken out of the operands;
 * a file of that name can be given as ./NAME. */
static const struct command *take_command(struct config *c)
{
    const struct command *found;

    if (c->positional == c->noperand)
        return &commands[0];
    found = command_find(c->operand[c->positional]);
    if (!found)
        return &commands[0];
    c->noperand--;
    memmove(&c->operand[c->positional], &c->operand[c->positional + 1],
            (c->noperand - c->positional) * sizeof(c->operand[0]));
    return found;
}

static int refuse_later(const char *name)
{
    complain("%s: not in this version; it has the commands report and "
             "explain",
             name);
    return EXIT_USAGE;
}

int main(int argc, char **argv)
{
    const struct command *command;
    char err[ARGS_ERROR_LEN];
    struct config config;

    if (!args_parse(&config, argc, argv, err)) {
        complain("%s", err);
        return EXIT_USAGE;
    }
    if (config.help || config.version) {
        if (config.help)
            print_help();
        else
            printf("tapscope %s\n", TAPSCOPE_VERSION);
        return EXIT_DONE;
    }
    if (config.positional < config.noperand &&
        command_later(config.operand[config.positional]) &&
        access(config.operand[config.positional], F_OK) != 0)
        return refuse_later(config.operand[config.positional]);
    command = take_command(&config);
    signals_init();
    proto_init();
    return command->run(&config);
}
