/* captured.h: values that the steps of a run captured on each target. */
#ifndef JOURNAL_CAPTURED_H
#define JOURNAL_CAPTURED_H

#include <json-c/json.h>
#include <stdint.h>

#include "plan/plan.h"
#include "journal/db.h"

/*
 * {target: {name: text}} of all targets on which other steps captured values
 * that this step sees; the last one of each name. A new object.
 */
struct json_object *captured_by_target(struct db *db, int64_t run,
    const struct plan *plan, const struct step *step);

/*
 * The names that the step reads and that have a value on some target of
 * `by_target` but none in `values`, because they differ between targets. A new
 * object, {name: [targets]}.
 */
struct json_object *captured_apart(struct json_object *by_target,
    const struct step *step, struct json_object *values);

/* The captured values of a run, {name: text}.  A new object. */
struct json_object *captured_values(struct db *db, int64_t run);

#endif
