/* SPDX-License-Identifier: BSD-3-Clause
 *
 * Shared by the parts of the text report; nobody else's business.
 */
#ifndef VIEWS_REPORT_TEXT_H
#define VIEWS_REPORT_TEXT_H

#include "views/report.h"
#include "views/text.h"

#define TEXT_INDENT 9 /* columns of a label: "backend  " */
#define TEXT_PARA   4096

/** struct text_report - What every part needs at hand */
struct text_report {
    const struct facts *facts;
    const struct findings *findings;
    const struct report_options *opt;
    struct out *o;
    unsigned width;
};

/** text_report_rest() - What was looked at: fine, partly, flows, limits,
 * unclear, capture */
void text_report_rest(const struct text_report *t);

/** text_report_findings() - Findings of a guest, or GUEST_NONE for those of
 * the capture; @full of them in full, the rest in a line each */
void text_report_findings(const struct text_report *t, uint16_t guest,
                          unsigned *full);

/** text_report_line() - One "label    text" row of the report */
void text_report_line(const struct text_report *t, const char *label,
                      const char *text);

/** text_guest_name() - "10.0.2.15" or the MAC when no address is known */
const char *text_guest_name(const struct guest *g, char out[ADDR_STRLEN]);

#endif
