/*
 * unaccepted.h: presses that the runner has not accepted yet.
 */
#ifndef KEEPER_UNACCEPTED_H
#define KEEPER_UNACCEPTED_H

#include <stdbool.h>
#include <stdint.h>

#include "keeper/keeper.h"

/* How long a press may wait for the runner, on the monotonic clock. */
#define WAITING_MOST_MS 60000

/* How often the runner is told again of what waits for it. */
#define WAITING_AGAIN_MS 2000

/* Reads what waits now; call after each commit that may have changed it. */
void waiting_read(struct keeper *k);

/* Milliseconds until waiting_tick() has something to do, or -1: never. */
int waiting_next(const struct keeper *k);

/*
 * Within a transaction: ends the presses that have waited too long, and sets
 * k->orders_changed where others go on waiting.
 */
void waiting_tick(struct keeper *k);

/* The press came before this keeper, or too long ago, to be started now. */
bool waiting_is_old(const struct keeper *k, const char *exec);

void waiting_clear(struct keeper *k);

#endif
