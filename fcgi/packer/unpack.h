/*
 * unpack.h: gives open runs the folders of their executions back.
 */
#ifndef PACKER_UNPACK_H
#define PACKER_UNPACK_H

#include <stdbool.h>

struct db;

/*
 * A restored database may be older than the packs: a run that has a pack is
 * then open again.  False: that of some run is still packed.
 */
bool unpack_open_runs(struct db *db, const char *data);

#endif
