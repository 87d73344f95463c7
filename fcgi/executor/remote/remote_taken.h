/*
 * remote_taken.h: reports to a target how much of a script's output is durable
 * here, so that the target need not hold it any longer (script.sh).
 */
#ifndef EXECUTOR_REMOTE_REMOTE_TAKEN_H
#define EXECUTOR_REMOTE_REMOTE_TAKEN_H

#include <stdint.h>

#include "base/buf.h"
#include "executor/output/recorder.h"

/* All 0: nothing was received. */
struct taken {
	int64_t passed;  /* bytes that were given to the recorder, */
	int64_t durable; /* and those that are on its disk */
	struct buf line; /* to be sent */
};

/*
 * Another call, whose program runs: the last report may have been lost. Before,
 * its sh could take a report for a part of the program.
 */
void taken_again(struct taken *t);

/* `received` bytes came, all of which the recorder has got. */
void taken_put(struct taken *t, int64_t received, struct recorder *recorder);

void taken_clear(struct taken *t);

#endif
