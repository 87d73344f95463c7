/*
 * job_spec_make.h: makes the job spec of an attempt from the run snapshot
 * (run_snapshot.c).
 */
#ifndef RUNNER_JOB_SPEC_MAKE_H
#define RUNNER_JOB_SPEC_MAKE_H

#include "base/err.h"

struct json_object;
struct runner;
struct spawn;

/*
 * Makes the job spec of an attempt from the run snapshot
 * (wire/job_message.h), after
 * checking that it was approved and may run now.  The caller clears it. `state`
 * is the state that the attempt must have: requested, or starting if we know
 * that nobody started it.  On ERR_FORBIDDEN `why` has the reason for the
 * record; on ERR_UNAVAILABLE the journal could not be read, and the caller
 * retries.
 */
enum err job_spec_make(struct runner *r, const char *exec, const char *state,
    struct spawn *ret, struct fault *why);

/*
 * The same for a dry run, which needs no running run and, for a preflight, no
 * approvals.  Targets that cannot be tried are added to `refused`, as results;
 * if no other is left, ret->spec stays empty.
 */
enum err job_spec_make_dry_run(struct runner *r, const char *exec,
    struct spawn *ret, struct json_object *refused, struct fault *why);

#endif
