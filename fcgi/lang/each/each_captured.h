/*
 * each_captured.h: sections that repeat over a list which a step of the run
 * captures.
 *
 * Until then they are templates: sections with a name of each=, whose steps the
 * run does not have.
 */
#ifndef LANG_EACH_EACH_CAPTURED_H
#define LANG_EACH_EACH_CAPTURED_H

#include <json-c/json.h>

#include "base/buf.h"
#include "base/err.h"
#include "plan/plan.h"

/* The template around a section, or itself: its index; -1: there is none. */
int each_template(const struct plan *plan, int section);

/*
 * The items of a captured value: the members of a JSON array (a pointer was
 * captured), texts or objects with "id" and "label" or one {id: label}; else
 * lines, id or id, tab and label.  A new array of {"id", "label"}. NULL: it is
 * no such list, or an item is refused (lang/list.h); the reason is appended.
 */
struct json_object *each_read_list(
    const struct capture *c, const char *text, struct buf *why);

/*
 * The plan with the templates of one list expanded: {"step", "name": of its
 * capture, "items"}, which may come from anywhere. Free it with plan_free(),
 * before `plan`.  ERR_INVALID with a fault: it has no such template, an item is
 * refused, or the result would be too large.
 */
enum err each_expand_captured(const struct plan *plan,
    struct json_object *expansion, struct plan **ret, struct fault *fault);

#endif
