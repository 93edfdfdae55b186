/* SPDX-License-Identifier: BSD-3-Clause
 *
 * A batch run: open what was named, read it in the order of time, conclude.
 */
#ifndef CLI_RUN_H
#define CLI_RUN_H

#include "cli/args.h"

/** struct run_result - A model that has seen everything, and how it went */
struct run_result {
    struct model *model;
    enum report_status status;
    int exit_status; /* of what happened to the input */
};

/**
 * run_batch() - Read all sources of @c into a model
 *
 * Return: false when nothing could be read; then the user has been told and
 * @result->exit_status says how to end. run_free() in either case.
 */
bool run_batch(const struct config *c, struct run_result *result);
void run_free(struct run_result *result);

#endif
