/*
 * dry_run.h: orders that read from targets and change nothing, and what comes
 * of them.
 */
#ifndef RUNNER_DRY_RUN_H
#define RUNNER_DRY_RUN_H

#include "base/buf.h"
#include "compiler/runbook.h"
#include "runner/runner.h"

/* Makes of a step's part of an order one that only looks. */
void dry_run_step(struct json_object *step);

/* The step of a preflight's order; the caller owns it. */
struct json_object *dry_run_preflight(void);

/* Which interpreters the scripts on each target need: {target: [names]}. */
struct json_object *dry_run_needs(
    const struct runbook *runbook, struct json_object *resolved);

/* The users that steps on this machine name; a new array. */
struct json_object *dry_run_users(const struct runbook *runbook);

/*
 * What the last look at an edit has seen on each target, {target: hash},
 * but for those whose file the step itself has changed since.  An attempt
 * that was refused changes nothing about it: somebody has to look again.
 */
struct json_object *dry_run_seen(
    struct runner *r, struct json_object *run, const struct step *step);

/*
 * What an edit changed on each target: {target: {"backup", "sum"}}, the first
 * backup that it made and the SHA-256 of the file when it was done.
 */
struct json_object *dry_run_changed(
    struct runner *r, int64_t run, const char *step);

/* Adds the result of a target that could not be tried. */
void dry_run_refuse(
    struct json_object *results, const char *target, const char *message);

/*
 * Adds each target's last line of a status file to results.  True: the last
 * line of all was there, too; where it ended before it had asked a target,
 * `why` gets the reason that it gave.
 */
bool dry_run_collect(
    const char *text, size_t len, struct json_object *results, struct buf *why);

#endif
