/* copy.h: structures and functions shared by the files of the copy step. */
#ifndef EXECUTOR_COPY_COPY_H
#define EXECUTOR_COPY_COPY_H

#include "executor/actions/act.h"
#include "executor/copy/copy_end.h"

/* A line of the step: [target:]path -> [target:]path. */
struct copy_line {
	const struct job_target *from, *to;
	struct buf from_path, to_path; /* with values; ~/ is not expanded */
	bool folder;                   /* both end with a slash */
	bool into;                     /* a file into a folder */
	int number;                    /* in the document */
};

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

/*
 * Reads the lines; unprefixed paths are of the job's target.  False: why gets a
 * sentence.  The caller releases *ret with copy_plan_free().
 */
bool copy_plan(const struct job *job, struct copy_line **ret, size_t *ret_count,
    struct buf *why);
void copy_plan_free(struct copy_line *lines, size_t count);

/* Appends a path with its values, each checked for its place. */
bool copy_fill(const struct job_spec *o, const char *s, size_t len,
    struct buf *out, struct buf *why);

/*
 * Lists the items to copy.  All of these set the job's ending if they return
 * COPY_FAILED.
 */
enum copy_err copy_scan(struct copy *c);

/*
 * Creates a folder at the destination.  One that another copy made meanwhile
 * will do; `follow` says whether a link to a folder will, too.
 */
enum copy_err copy_mkdir(struct copy *c, const char *path, bool follow);

/* Creates the folder and its parents. */
enum copy_err copy_folders(struct copy *c, const char *path, bool *ret_made);

/* Copies one file; `from` and `to` are complete paths. */
enum copy_err copy_file(struct copy *c, const struct copy_item *item,
    const char *from, const char *to);

/* Removes the unfinished file, if there is one. */
void copy_discard(struct copy *c);

/* Counts bytes that have arrived (negative after a restart). */
void copy_progress(struct copy *c, int64_t bytes);

/* Prints a line of the output. */
void copy_print(struct copy *c, const char *fmt, ...)
    __attribute__((format(printf, 2, 3)));

/* "1.2 GB" */
const char *copy_size(int64_t bytes, char text[32]);

/*
 * If the end has failed, sets the job's ending: the operation, the path, the
 * reason, and what to do.  Other errors are returned unchanged.
 */
enum copy_err copy_fail(struct copy *c, struct copy_end *e, enum copy_err err,
    const char *path, const char *what);

/* The same with a reason of ours. */
enum copy_err copy_refuse(struct copy *c, const char *fmt, ...)
    __attribute__((format(printf, 2, 3)));

#endif
