/*
 * step_cache.h: the rows of the steps of some runs, so that a command reads
 * those alone that were written since the one before.
 */
#ifndef KEEPER_PLANS_STEP_CACHE_H
#define KEEPER_PLANS_STEP_CACHE_H

#include "journal/run_load.h"
#include "keeper/keeper.h"

/*
 * Sets the rows of the run, which are bare, for run_load(): db, arena, plan and
 * row are set already.
 */
void step_cache_load(struct keeper *k, struct lifecycle *l);

/* Before the database is closed. */
void step_cache_free(struct keeper *k);

#endif
