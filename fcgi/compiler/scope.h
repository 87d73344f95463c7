/*
 * scope.h: the lists that the sections of a document repeat over.
 */
#ifndef COMPILER_SCOPE_H
#define COMPILER_SCOPE_H

#include "base/err.h"

struct json_object;
struct runbook;

/*
 * The items of the lists that the sections of a document repeat over, as {list
 * as written: [items]}; NULL if none repeats. A list is written out, a
 * parameter of type list (a value of `parameters`), or a group of `targets`
 * (from targets_resolve() or targets_groups()). A new object. ERR_INVALID with
 * a fault that names the parameter, or environment.
 */
enum err runbook_lists(const struct runbook *runbook,
    struct json_object *parameters, struct json_object *targets,
    struct json_object **ret, struct fault *fault);

/*
 * The document as a run with these parameters and targets has it: both of the
 * above.  Free with runbook_free().  ERR_INVALID with a fault.
 */
enum err runbook_of_run(const char *text, struct json_object *parameters,
    struct json_object *targets, struct runbook **ret, struct fault *fault);

#endif
