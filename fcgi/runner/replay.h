/*
 * replay.h: the state of a run as its events give it.
 */
#ifndef RUNNER_REPLAY_H
#define RUNNER_REPLAY_H

#include "runner/runner.h"

/*
 * Brings r->replayed, a database in memory with all projections, up to what
 * the run's chain and chain 0 (accounts, roles) say in the snapshot of r->db.
 * ERR_FORBIDDEN with a fault that says where a chain does not hold;
 * ERR_UNAVAILABLE: it could not be read now.
 */
enum err replay_run(struct runner *r, int64_t run, struct fault *why);

/* Forgets all of it. */
void replay_clear(struct runner *r);

#endif
