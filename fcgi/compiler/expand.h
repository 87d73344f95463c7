/*
 * expand.h: the document as expanded for a run: sections with each= repeated
 * for the items of their lists, and version hops selected.
 */
#ifndef COMPILER_EXPAND_H
#define COMPILER_EXPAND_H

#include <json-c/json.h>

#include "base/err.h"
#include "compiler/runbook.h"
#include "lang/list.h"

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
 * Parses the document and expands it with these lists. A repeated step has the
 * id "step.item" and knows its items (plan_value_at()); its references are to
 * copies of the same items. Free with runbook_free(). ERR_INVALID with a fault
 * if it would become too large.
 */
enum err runbook_expand(const char *text, size_t len, struct json_object *lists,
    struct runbook **ret, struct fault *fault);

/*
 * The document as a run with these parameters and targets has it: both of the
 * above.  Free with runbook_free().  ERR_INVALID with a fault.
 */
enum err runbook_of_run(const char *text, struct json_object *parameters,
    struct json_object *targets, struct runbook **ret, struct fault *fault);

#endif
