/*
 * move_run.h: moves the files of a run's executions into its pack.
 */
#ifndef PACKER_MOVE_RUN_H
#define PACKER_MOVE_RUN_H

#include "packer/candidates.h"

/*
 * Packs these folders of one run and removes them.  ERR_UNAVAILABLE: one of
 * them is still at work.  ERR_LIMIT: the disk is full.  ERR_IO: another error
 * of the disk.  ERR_CONFLICT: something stands there that is not understood, or
 * contradicts the pack that is there.  Nothing is removed that the pack does
 * not have; after ERR_IO, the pack may be complete and a folder be left.
 */
enum err move_run(
    const char *data, const struct candidate *of_run, size_t count);

#endif
