/*
 * supervise.h: one countersign-executor process per attempt.
 */
#ifndef RUNNER_SUPERVISE_H
#define RUNNER_SUPERVISE_H

struct runner;

/* Path of a file in the folder of an execution; the caller frees it. */
char *exec_path(struct runner *r, const char *exec, const char *file);

/*
 * Asks for the open attempts; starts, adopts and cancels.  Failed actions are
 * repeated at the next call, which is due at r->hello_at.
 */
void supervise_jobs(struct runner *r);

/* Passes new status lines on, reaps, finds executions that are lost. */
void supervise_tick(struct runner *r);

#endif
