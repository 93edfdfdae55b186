/* SPDX-License-Identifier: BSD-3-Clause
 *
 * The registry of symptoms, made from symptom_list.h. A row without its
 * "const struct symptom" fails at link time.
 */
#include <string.h>

#include "dissect/symptom/symptom.h"

#define SYMPTOM(name) extern const struct symptom name##_symptom;
#include "dissect/symptom/symptom_list.h"
#undef SYMPTOM

const struct symptom *const symptoms[] = {
#define SYMPTOM(name) &name##_symptom,
#include "dissect/symptom/symptom_list.h"
#undef SYMPTOM
    NULL,
};

const struct symptom *symptom_by_id(const char *id)
{
    for (unsigned i = 0; symptoms[i]; i++)
        if (strcmp(symptoms[i]->id, id) == 0)
            return symptoms[i];
    return NULL;
}
