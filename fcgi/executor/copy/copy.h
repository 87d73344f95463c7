/* copy.h: a copy while it is done. */
#ifndef EXECUTOR_COPY_COPY_H
#define EXECUTOR_COPY_COPY_H

#include "executor/copy/copy_end.h"
#include "executor/copy/copy_plan.h"

/* An item to copy, in the order of execution. */
struct copy_item {
	char *name;    /* below the folder, or "" */
	char *content; /* of a symbolic link, else NULL */
	struct copy_stat stat;
	bool done;
};

struct copy {
	struct job *job;
	const struct copy_line *line;
	struct copy_end from, to;
	uint32_t mode;             /* mode= of the step, or 0 */
	struct buf source, target; /* complete paths */
	struct copy_item *items;
	size_t count, cap;
	bool scanned;
	struct buf part;       /* the unfinished file, or empty */
	bool renaming;         /* the result of the rename is unknown */
	int64_t lost, backoff; /* monotonic, ms; 0: connected */
	/* counts of the result */
	size_t files, same, conns, skipped;
	/* progress */
	int64_t bytes, total, sent, begun, next;
	int64_t certain; /* bytes stored for good */
};

#endif
