/* SPDX-License-Identifier: BSD-3-Clause
 *
 * Names for inputs that cannot be read, so that the message can say what the
 * file is and how to make a capture of it.
 */
#ifndef CAPTURES_FOREIGN_H
#define CAPTURES_FOREIGN_H

#include <stddef.h>

#include "dissect/core/cursor.h"

/* Octets of the input that foreign_describe() looks at, at most. */
#define FOREIGN_PEEK 512

/**
 * foreign_describe() - One line: what this is and what to do
 * @c:    Over the beginning of the input; empty for an empty input
 * @text: [size] Always terminated
 */
void foreign_describe(struct cursor c, char *text, size_t size);

#endif
