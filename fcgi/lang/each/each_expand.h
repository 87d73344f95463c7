/*
 * each_expand.h: a plan whose sections with each= are repeated for the items of
 * their lists.
 */
#ifndef LANG_EACH_EACH_EXPAND_H
#define LANG_EACH_EACH_EXPAND_H

#include <json-c/json.h>
#include <stdbool.h>

#include "base/arena.h"
#include "plan/plan.h"

/*
 * The items of a section's list (lang/list.h), owned by ctx; NULL: they are
 * not known yet, and the section stays as it is.
 */
typedef struct json_object *(*each_items_fn)(
    void *ctx, const struct section *s);

/*
 * Copies sections, steps and items of the plan into the arena, those under
 * each= once for each item.  A repeated step has the id "step.item" and knows
 * its items (plan_value_at()); its references are to copies of the same items.
 * Texts are shared with `plan`.  False: the result would be too large.
 */
bool each_expand(const struct plan *plan, each_items_fn items, void *ctx,
    struct arena *arena, struct plan *ret);

#endif
