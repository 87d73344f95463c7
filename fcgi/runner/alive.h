/*
 * alive.h: detects executions that hang, and ends them.
 */
#ifndef RUNNER_ALIVE_H
#define RUNNER_ALIVE_H

#include <stdbool.h>

struct exec;
struct runner;

/*
 * Checks whether the execution's process goes on.  If it is silent, the page
 * shows since when; after its deadline or a cancel request it is continued if
 * it was stopped, and then killed: e->killed.
 */
void alive_check(struct runner *r, struct exec *e);

/* Signals its process. False: there is none, or it is not known. */
bool alive_signal(struct runner *r, const struct exec *e, int number);

#endif
