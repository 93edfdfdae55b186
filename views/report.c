/* SPDX-License-Identifier: BSD-3-Clause
 *
 * The formats a report can be written in. A format is a file and a row here.
 */
#include "views/report.h"

#include <string.h>

static const struct report_format *const formats[] = {
    &report_text_format,
    &report_json_format,
    NULL,
};

const struct report_format *report_format_by_name(const char *name)
{
    for (unsigned i = 0; formats[i]; i++)
        if (strcmp(formats[i]->name, name) == 0)
            return formats[i];
    return NULL;
}
