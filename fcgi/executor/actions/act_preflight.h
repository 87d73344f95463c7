/* act_preflight.h: the findings of a preflight. */
#ifndef EXECUTOR_ACTIONS_ACT_PREFLIGHT_H
#define EXECUTOR_ACTIONS_ACT_PREFLIGHT_H

struct job;

/*
 * Adds a finding to the job's checks and shows it; state is "ok", "warning" or
 * "failed", and "failed" is also the job's ending.
 */
void preflight_found(
    struct job *job, const char *check, const char *state, const char *text);

#endif
