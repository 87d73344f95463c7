/*
 * dry_run.h: jobs that read from targets and change nothing, and their results.
 */
#ifndef RUNNER_DRY_RUN_H
#define RUNNER_DRY_RUN_H

#include "base/buf.h"
#include "plan/plan.h"
#include "runner/runner.h"

/* Changes a copy of the step into its dry run. */
void dry_run_step(struct step *step);

/* The step of a preflight's job spec; the caller owns it. */
struct json_object *dry_run_preflight(void);

/* The interpreters that the scripts on each target need: {target: [names]}. */
struct json_object *dry_run_needs(
    const struct plan *plan, struct json_object *resolved);

/*
 * The programs that needs= names, {target: {user: [names]}}, for the steps that
 * parameters and environment leave in the run.  The user is "" where the script
 * runs as the one that logs in, and on this machine.
 */
struct json_object *dry_run_programs(
    const struct plan *plan, struct json_object *run);

/* The users that steps on this machine name; a new array. */
struct json_object *dry_run_users(const struct plan *plan);

/*
 * The hash of the file that the last dry run of an edit found on each target,
 * {target: hash}, without targets on which the step itself has changed the file
 * since.  A refused attempt does not update it: a new dry run is needed.
 */
struct json_object *dry_run_seen(
    struct runner *r, struct json_object *run, const struct step *step);

/*
 * The changes of an edit on each target: {target: {"backup", "sum"}}, the first
 * backup that it made and the SHA-256 of the file when it was done.
 */
struct json_object *dry_run_changed(
    struct runner *r, int64_t run, const char *step);

/* Adds the result of a target that could not be tried. */
void dry_run_refuse(
    struct json_object *results, const char *target, const char *message);

/*
 * Adds the last line of each target in a piece of a status file to results, and
 * sets *asked if there is one.  True: the final line of the execution was
 * there, too; if it ended before it had tried a target, `why` gets the reason.
 */
bool dry_run_collect(const char *text, size_t len, struct json_object *results,
    bool *asked, struct buf *why);

#endif
