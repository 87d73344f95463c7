/*
 * candidates.h: the folders of executions that may be packed.
 */
#ifndef PACKER_CANDIDATES_H
#define PACKER_CANDIDATES_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "journal/db.h"
#include "pack/pack.h"

/* A folder of DATA/exec, of a run that has ended. */
struct candidate {
	int64_t run;
	char exec[2 * PACK_EXEC + 1];
	bool named; /* by the events of the run */
};

struct candidates {
	struct candidate *all; /* by run, and by execution */
	size_t count;
};

/*
 * Finds them.  ERR_IO: the folder cannot be read; ERR_UNAVAILABLE: the journal
 * cannot.  The caller clears *ret in any case.
 */
enum err candidates_find(
    struct db *db, const char *data, struct candidates *ret);
void candidates_clear(struct candidates *c);

/*
 * Reads the events of the run of these `count` candidates, whose hashes are
 * computed.  ERR_OK: they say that the run has ended, when, and that each
 * candidate belongs to it.  ERR_FORBIDDEN: they do not; ERR_UNAVAILABLE.
 */
enum err candidates_check(struct db *db, struct candidate *of_run, size_t count,
    int64_t *ret_ended_at);

#endif
