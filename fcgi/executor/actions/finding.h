/* finding.h: functions shared by the files of the preflight. */
#ifndef EXECUTOR_ACTIONS_FINDING_H
#define EXECUTOR_ACTIONS_FINDING_H

#include "executor/actions/act.h"

/*
 * Adds a finding to the job's checks and shows it; state is "ok", "warning" or
 * "failed", and "failed" is also the job's ending.
 */
void preflight_found(
    struct job *job, const char *check, const char *state, const char *text);

/* Tries the server of an http target. */
void preflight_http(struct job *job);

#endif
