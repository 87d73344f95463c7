/*
 * unaccepted.h: presses that the runner has not accepted yet.
 */
#ifndef KEEPER_UNACCEPTED_H
#define KEEPER_UNACCEPTED_H

#include <stdbool.h>
#include <stdint.h>

#include "keeper/keeper.h"

/* The time that a press may wait for the runner, on the monotonic clock. */
#define WAITING_MOST_MS 60000

/* The period at which the runner is notified of pending presses. */
#define WAITING_AGAIN_MS 2000

/* Loads the pending presses. */
void waiting_read(struct keeper *k);

/* After a transaction: the same, if they may have changed. */
void waiting_refresh(struct keeper *k);

/* Milliseconds until waiting_tick() is due, or -1: never. */
int waiting_next(const struct keeper *k);

/*
 * Within a transaction: ends the presses that have waited too long, and has the
 * runner notified (k->jobs_changed), in case it missed the others.
 */
void waiting_tick(struct keeper *k);

/* The press came before this keeper, or too long ago, to be started now. */
bool waiting_is_old(const struct keeper *k, const char *exec);

void waiting_clear(struct keeper *k);

#endif
