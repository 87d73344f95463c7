/*
 * spawn.h: starts a countersign-executor in the folder of its execution.
 */
#ifndef RUNNER_SPAWN_H
#define RUNNER_SPAWN_H

#include <stdbool.h>
#include <sys/types.h>

#include "base/buf.h"

struct runner;

/* The job spec of an executor, and which executor it is. */
struct spawn {
	struct buf spec; /* job spec; it holds opened secrets */
	bool clients;    /* the step is one of KIND_CLIENT */
};

/* Makes the folder and an empty status file.  False: it cannot. */
bool spawn_make_folder(struct runner *r, const char *exec);

/* The program of a step; the caller frees it. */
char *spawn_program(const struct runner *r, bool clients);

/* Gives it to a process, a child; -1: it failed. */
pid_t spawn_executor(
    struct runner *r, const char *exec, const struct spawn *spawn);

/* Starts processes for the next executions when they are due. */
void spawn_tick(struct runner *r);

/* Ends the processes that wait for an execution. */
void spawn_end(struct runner *r);

/* Wipes the job spec. */
void spawn_clear(struct spawn *spawn);

#endif
