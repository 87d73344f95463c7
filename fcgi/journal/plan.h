/*
 * plan.h: the plan of a run: what approvals are given to.
 */
#ifndef JOURNAL_PLAN_H
#define JOURNAL_PLAN_H

#include <json-c/json.h>
#include <stdbool.h>
#include <stdint.h>

#include "journal/db.h"

/*
 * BLAKE2b-256, in hex, over document hash, environment, targets, parameters
 * and the hashes of the sealed secrets: the columns of a run, as it is made
 * or as its row gives them back.  `out` takes 65 bytes.
 */
void plan_hash(const char *document, const char *environment,
    struct json_object *targets, struct json_object *parameters,
    struct json_object *sealed, char out[65]);

/*
 * The book of a run: the document as its lists (runbook_lists(); not NULL) make
 * it.  A key for it, which takes 65 bytes.
 */
void plan_runbook_key(
    const char *document, struct json_object *lists, char out[65]);

/* The plan of a row of STMT_RUN_GET, computed anew. */
void plan_of_row(struct json_object *row, char out[65]);

/*
 * The names of the targets that `on` means in a run's resolved targets: the
 * members of a group, or the target itself.  A new array.
 */
struct json_object *plan_targets_of(
    struct json_object *targets, const char *on);

/* Whether a run holds this one of its resolved targets, so that no other run
 * starts on it. */
bool plan_is_held(struct json_object *target);

/*
 * The decisions on a run (step "") or on one of its gates that were made on
 * this very plan and have not ended since (a change of the plan ends them, a
 * person can withdraw their own), each person's last: rows with by, decision,
 * comment, at, roles (those the person has now), disabled.  A new array.
 */
struct json_object *plan_decisions(
    struct db *db, int64_t run, const char *plan, const char *step);

/* The same out of all rows of STMT_APPROVALS.  A new array. */
struct json_object *plan_standing(
    struct json_object *all, const char *plan, const char *step);

#endif
