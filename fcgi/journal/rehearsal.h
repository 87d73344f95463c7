/* rehearsal.h: whether a run was rehearsed, if its document asks for that. */
#ifndef JOURNAL_REHEARSAL_H
#define JOURNAL_REHEARSAL_H

#include <json-c/json.h>
#include <stdbool.h>
#include <stdint.h>

#include "plan/plan.h"
#include "journal/db.h"

/* The document asks for a rehearsal of runs in that environment. */
bool rehearsal_is_needed(const struct plan *plan, const char *environment);

/*
 * The run that counts as the rehearsal of `run` (a row of STMT_RUN_GET), or 0.
 * It has the same document, files and parameters, was closed as succeeded
 * within the document's time limit, kept the plan with which it was started,
 * and each step not excluded by a `when` ended as succeeded or confirmed.
 */
int64_t rehearsal_find(
    struct db *db, const struct plan *plan, struct json_object *run);

#endif
