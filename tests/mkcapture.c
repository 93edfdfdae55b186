/* SPDX-License-Identifier: BSD-3-Clause
 *
 * Write the capture of a scenario:
 *
 *     mkcapture NAME OUT.pcap     one; OUT may be "-"
 *     mkcapture --list            names and what they are
 *     mkcapture --all DIR         every one as DIR/NAME.pcap
 */
#include <stdio.h>
#include <string.h>

#include "tests/gen/scenario.h"

static int write_one(const struct scenario *s, const char *path)
{
    struct gen *g = scenario_make(s);
    int rc = strcmp(path, "-") ? gen_write_file(g, path) : gen_write(g, stdout);

    if (rc)
        fprintf(stderr, "mkcapture: %s: %s\n", path, strerror(-rc));
    gen_free(g);
    return rc ? 1 : 0;
}

static int write_all(const char *dir)
{
    const struct scenario *s = NULL;
    char path[4096];
    int rc = 0;

    while ((s = scenario_next(s))) {
        snprintf(path, sizeof(path), "%s/%s.pcap", dir, s->name);
        rc |= write_one(s, path);
    }
    return rc;
}

int main(int argc, char **argv)
{
    const struct scenario *s = NULL;

    if (argc == 2 && !strcmp(argv[1], "--list")) {
        while ((s = scenario_next(s)))
            printf("%-36s %s\n", s->name, s->about);
        return 0;
    }
    if (argc != 3) {
        fputs("usage: mkcapture NAME OUT.pcap | --list | --all DIR\n", stderr);
        return 2;
    }
    if (!strcmp(argv[1], "--all"))
        return write_all(argv[2]);
    s = scenario_find(argv[1]);
    if (!s) {
        fprintf(stderr, "mkcapture: no scenario %s\n", argv[1]);
        return 2;
    }
    return write_one(s, argv[2]);
}
