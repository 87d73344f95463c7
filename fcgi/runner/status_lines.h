/*
 * status_lines.h: passes the status lines of executors on to the keeper.
 */
#ifndef RUNNER_STATUS_LINES_H
#define RUNNER_STATUS_LINES_H

#include <stdbool.h>

struct exec;
struct runner;

/* Passes all complete lines of its status on. True: the keeper has the last. */
bool lines_pass(struct runner *r, struct exec *e);

#endif
