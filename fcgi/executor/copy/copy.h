/*
 * copy.h: what the files of the copy step share.
 */
#ifndef EXECUTOR_COPY_COPY_H
#define EXECUTOR_COPY_COPY_H

#include "executor/actions/act.h"
#include "executor/copy/copy_end.h"

/* A line of the step: [target:]path -> [target:]path. */
struct copy_line {
	const struct job_target *from, *to;
	struct buf from_path, to_path; /* with values; ~/ as it is */
	bool folder;                   /* both end with a slash */
	bool into;                     /* a file into a folder */
	int number;                    /* in the document */
};

/* What there is to copy, in the order in which it is done. */
struct copy_item {
	char *name;    /* below the folder, or "" */
	char *content; /* of a link, else NULL */
	struct copy_stat stat;
	bool done;
};

struct copy {
	struct job *job;
	const struct copy_line *line;
	struct copy_end from, to;
	uint32_t mode;             /* mode= of the step, or 0 */
	struct buf source, target; /* paths, whole */
	struct copy_item *items;
	size_t count, cap;
	bool scanned;
	struct buf part;       /* the unfinished file, or empty */
	bool renaming;         /* it is not known whether it is */
	int64_t lost, backoff; /* monotonic, ms; 0: connected */
	/* what came of it */
	size_t files, same, conns, skipped;
	/* progress */
	int64_t bytes, total, sent, begun, next;
	int64_t certain; /* bytes that are there for good */
};

/*
 * Reads the lines; unprefixed paths are of the job's target.  False: why gets
 * a sentence.  The caller releases *ret with copy_plan_free().
 */
bool copy_plan(const struct job *job, struct copy_line **ret, size_t *ret_count,
    struct buf *why);
void copy_plan_free(struct copy_line *lines, size_t count);

/* Appends a path with its values, each held to its place. */
bool copy_fill(const struct job_spec *o, const char *s, size_t len,
    struct buf *out, struct buf *why);

/* Finds out what there is to copy.  All of these set the job's ending where
 * they return COPY_FAILED. */
enum copy_err copy_scan(struct copy *c);

/* Makes the folder and those above it. */
enum copy_err copy_folders(struct copy *c, const char *path, bool *ret_made);

/* Copies one file; `from` and `to` are whole paths. */
enum copy_err copy_file(struct copy *c, const struct copy_item *item,
    const char *from, const char *to);

/* Removes the unfinished file, where there is one. */
void copy_discard(struct copy *c);

/* So many bytes more have arrived (or, begun anew, fewer). */
void copy_progress(struct copy *c, int64_t bytes);

/* A line of the output. */
void copy_say(struct copy *c, const char *fmt, ...)
    __attribute__((format(printf, 2, 3)));

/* "1.2 GB" */
const char *copy_size(int64_t bytes, char text[32]);

/*
 * The ending, where the end has failed: what could not be done with which
 * path, why, and what to do.  Other errors only pass through.
 */
enum copy_err copy_fail(struct copy *c, struct copy_end *e, enum copy_err err,
    const char *path, const char *what);

/* The same where the reason is ours. */
enum copy_err copy_refuse(struct copy *c, const char *fmt, ...)
    __attribute__((format(printf, 2, 3)));

#endif
