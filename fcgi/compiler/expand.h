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
 * id "step.item" and knows its items (runbook_lookup()); its references are to
 * copies of the same items. Free with runbook_free(). ERR_INVALID with a fault
 * if it would become too large.
 */
enum err runbook_expand(const char *text, size_t len, struct json_object *lists,
    struct runbook **ret, struct fault *fault);

/*
 * The value of a name at a section: an item of each= around it, a value
 * captured there for the same items, or value(ctx, name) (`value` may be NULL).
 * A value that a step of scope S captures has the name "name" + S. A value_fn
 * over a struct runbook_place.
 */
struct runbook_place {
	const struct runbook *runbook;
	int section;
	value_fn value;
	void *ctx;
};
const char *runbook_value_at(void *place, const char *name);

/* "@name=item" for each item around the section, outermost first, or "". */
const char *runbook_scope(const struct runbook *runbook, int section);

/*
 * The captured values that a step of the section sees, {name: text} in order of
 * their names, and its items. A new object.
 */
struct json_object *runbook_visible(
    const struct runbook *runbook, int section, struct json_object *captured);

/*
 * Version hops. True if a run from one version to another takes the section: no
 * hop, or one between them. Otherwise *ret_why is the expression that is false.
 */
bool runbook_takes(const struct runbook *runbook, int section, value_fn value,
    void *ctx, const char **ret_why);

/*
 * NULL, or why no hops lead from one version to the other, as a sentence in
 * *scratch; *ret_field is "from" or "to".
 */
const char *runbook_check_hops(const struct runbook *runbook, const char *from,
    const char *to, const char **ret_field, struct buf *scratch);

/* The value of that parameter decides which steps a run has. */
bool runbook_shapes(const struct runbook *runbook, const char *parameter);

#endif
