/*
 * spawn.h: starts a countersign-executor in the folder of its execution.
 */
#ifndef RUNNER_SPAWN_H
#define RUNNER_SPAWN_H

#include <stdbool.h>
#include <sys/types.h>

struct buf;
struct runner;

/* Makes the folder and an empty status file.  False: it cannot. */
bool spawn_make_folder(struct runner *r, const char *exec);

/* Starts it with the job spec.  Its process, a child; -1: it failed. */
pid_t spawn_executor(
    struct runner *r, const char *exec, const struct buf *spec);

#endif
