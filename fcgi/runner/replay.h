/* replay.h: the state of a run, computed from its events. */
#ifndef RUNNER_REPLAY_H
#define RUNNER_REPLAY_H

#include "runner/runner.h"

/*
 * Brings r->replayed, a database in memory with all projections, up to the end
 * of the run's chain and chain 0 (accounts, roles) in the snapshot of r->db.
 * ERR_FORBIDDEN with a fault that names the broken event of a chain;
 * ERR_UNAVAILABLE: the journal could not be read now.  r->replayed is read in
 * the transaction that this begins.
 */
enum err replay_run(struct runner *r, int64_t run, struct fault *why);

/* Ends it, if one has begun.  ERR_UNAVAILABLE: something was not read. */
enum err replay_end(struct runner *r);

/* Drops the cache. */
void replay_clear(struct runner *r);

#endif
