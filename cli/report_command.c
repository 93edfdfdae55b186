/* SPDX-License-Identifier: BSD-3-Clause
 *
 * tapscope report: read, conclude, write.
 */
#include <errno.h>
#include <fcntl.h>
#include <stdio.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

#include "cli/command.h"
#include "cli/run.h"

/** struct target - Where the report goes */
struct target {
    const char *name; /* for messages */
    FILE *file;
    bool created; /* by us: taken away again when nothing is written */
};

/* A report over its own input would destroy the capture. */
static bool is_input(const struct config *c, int fd)
{
    struct stat out, in;

    if (fstat(fd, &out) != 0 || !S_ISREG(out.st_mode))
        return false;
    for (unsigned i = 0; i < c->noperand; i++)
        if (stat(c->operand[i], &in) == 0 && in.st_dev == out.st_dev &&
            in.st_ino == out.st_ino)
            return true;
    return false;
}

/* Opened before the capture is read, so that a bad name costs no time, and
 * emptied only when the report is there to take the old one's place. */
static int open_target(const struct config *c, struct target *t)
{
    struct stat st;
    int fd;

    t->name = c->output ? c->output : "standard output";
    t->file = stdout;
    if (!c->output)
        return EXIT_DONE;
    t->created = stat(c->output, &st) != 0 && errno == ENOENT;
    fd = open(c->output, O_WRONLY | O_CREAT | O_CLOEXEC, 0666);
    if (fd < 0 || !(t->file = fdopen(fd, "w"))) {
        int err = errno;

        complain("%s: cannot write: %s", c->output, strerror(err));
        return err == EACCES || err == EPERM ? EXIT_PERMISSION : EXIT_USAGE;
    }
    if (is_input(c, fd)) {
        complain("%s: is also the input; name another file", c->output);
        fclose(t->file);
        t->file = NULL;
        return EXIT_USAGE;
    }
    return EXIT_DONE;
}

static void abandon_target(struct target *t)
{
    if (!t->file || t->file == stdout)
        return;
    fclose(t->file);
    if (t->created)
        unlink(t->name);
}

/* Return: errno of the first failed write. */
static int write_report(const struct config *c, const struct run_result *run,
                        struct target *t)
{
    struct report_options options = {
        .status = run->status,
        .colour = use_colour(c->colour, fileno(t->file)),
        .ascii = c->ascii,
        .width = output_width(fileno(t->file)),
        .top = c->top,
        .verbosity = c->verbosity,
        .min_severity = c->min_severity,
    };
    struct out out = out_file(t->file);

    if (t->file != stdout && ftruncate(fileno(t->file), 0) != 0 &&
        errno != EINVAL)
        return errno;
    c->format->write(run->model, &options, &out);
    if (!out.err && fflush(t->file) != 0)
        out.err = errno;
    if (t->file != stdout && fclose(t->file) != 0 && !out.err)
        out.err = errno;
    return out.err;
}

static int worst(const struct config *c, const struct model *m)
{
    const struct findings *f = model_findings(m);

    for (unsigned i = 0; c->has_fail_on && i < f->count; i++)
        if (f->item[i].severity >= c->fail_on)
            return EXIT_FINDING;
    return EXIT_DONE;
}

/* Input trouble outranks findings: what was not read may hold worse. */
static int finish(const struct config *c, const struct run_result *run,
                  int write_err, const char *name)
{
    if (write_err == EPIPE)
        return EXIT_DONE; /* the reader has seen enough */
    if (write_err) {
        complain("%s: cannot write: %s", name, strerror(write_err));
        return EXIT_USAGE;
    }
    return run->exit_status ? run->exit_status : worst(c, run->model);
}

int report_command(const struct config *c)
{
    struct target target = { 0 };
    struct run_result run;
    int status;

    if (c->noperand == 0) {
        complain("no capture named; try 'tapscope report FILE', or '-' for "
                 "standard input");
        return EXIT_USAGE;
    }
    status = open_target(c, &target);
    if (status != EXIT_DONE)
        return status;
    if (!run_batch(c, &run)) {
        abandon_target(&target);
        run_free(&run);
        return run.exit_status;
    }
    status = finish(c, &run, write_report(c, &run, &target), target.name);
    run_free(&run);
    return status;
}
