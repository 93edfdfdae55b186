/* SPDX-License-Identifier: BSD-3-Clause
 *
 * Scenarios: small stories of a guest's network, each a capture. They are the
 * fixtures of the golden tests (tests/golden/TESTLIST) and can be looked at:
 *
 *     build/mkcapture --list
 *     build/mkcapture icmp-echo-missing.positive-slirp /tmp/x.pcap
 *
 * Adding one: a "static void build_x(struct gen *g)" in a file of tests/gen
 * (one file a symptom family, scene_NAME.c), a table of struct scenario in it
 * that ends with a row of NULLs, and one row in scenario_list.h for the table.
 *
 * A symptom needs three kinds: ID.positive*, where it must be found,
 * ID.lookalike*, which resembles it and where it must not be found, and
 * ID.cut*, the positive one whose capture ended too soon to say so.
 */
#ifndef TESTS_GEN_SCENARIO_H
#define TESTS_GEN_SCENARIO_H

#include "tests/gen/net.h"

/** struct scenario - A capture to be made */
struct scenario {
    const char *name;  /* "mtu-blackhole-up.positive-tap" */
    const char *about; /* one sentence */
    void (*build)(struct gen *g);
};

/* Every table of scenarios. */
#define SCENARIOS(table) extern const struct scenario table[];
#include "tests/gen/scenario_list.h"
#undef SCENARIOS

/** scenario_next() - All of them in order: start with NULL, ends with NULL */
const struct scenario *scenario_next(const struct scenario *s);

const struct scenario *scenario_find(const char *name);

/** scenario_make() - A new capture of it, finished; free with gen_free() */
struct gen *scenario_make(const struct scenario *s);

#endif
