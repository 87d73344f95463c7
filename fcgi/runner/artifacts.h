/*
 * artifacts.h: artifacts of earlier steps, for a job spec.
 */
#ifndef RUNNER_ARTIFACTS_H
#define RUNNER_ARTIFACTS_H

#include <stdint.h>

#include "base/err.h"

struct job_message;
struct json_object;
struct runner;
struct step;

/*
 * Adds to the job spec the artifacts that the step compares its output with
 * (same-as) and that it sends, each file with the hash from the journal; files
 * of the runbook folder with the hash from the plan's resolved targets.
 * Sealed ones are opened.  ERR_FORBIDDEN: an artifact is missing, was changed
 * or cannot be opened.
 */
enum err job_spec_put_artifacts(struct runner *r, int64_t run,
    const struct step *step, struct json_object *targets, struct job_message *m,
    struct fault *why);

#endif
