/* SPDX-License-Identifier: BSD-3-Clause
 *
 * Reports: the model written out in one of several formats, one row each.
 */
#ifndef VIEWS_REPORT_H
#define VIEWS_REPORT_H

#include "dissect/model.h"
#include "views/out.h"

enum report_status { REPORT_COMPLETE, REPORT_PARTIAL, REPORT_INTERRUPTED };

/** struct report_options - How to write it */
struct report_options {
    enum report_status status;
    bool colour;
    bool ascii;     /* no characters beyond ASCII of our own */
    unsigned width; /* columns, 0: 80 */
    unsigned top;   /* rows of listings, 0: default of the format */
    int verbosity;  /* -1: verdict and findings in a line each, 1: all */
    enum severity min_severity;
};

/** struct report_format - -F NAME */
struct report_format {
    const char *name;
    void (*write)(const struct model *m, const struct report_options *opt,
                  struct out *o);
};

extern const struct report_format report_text_format;
extern const struct report_format report_json_format;

/** report_text() - The text report of facts and findings in hand */
void report_text(const struct facts *facts, const struct findings *findings,
                 const struct report_options *opt, struct out *o);

/** report_json() - The JSON report, schema docs/tapscope.report.schema.json */
void report_json(const struct facts *facts, const struct findings *findings,
                 const struct report_options *opt, struct out *o);

/** report_format_by_name() - Or NULL */
const struct report_format *report_format_by_name(const char *name);

#endif
