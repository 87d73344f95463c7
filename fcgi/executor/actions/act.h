/* act.h: executes a step once, on one target. */
#ifndef EXECUTOR_ACTIONS_ACT_H
#define EXECUTOR_ACTIONS_ACT_H

#include <stdbool.h>

#include "base/buf.h"
#include "executor/job_spec.h"
#include "executor/event_loop.h"
#include "plan/result.h"

enum ending {
	ENDING_EXITED,      /* the exit status is known: `code` */
	ENDING_SIGNALLED,   /* terminated by the signal `code` */
	ENDING_NOT_STARTED, /* nothing ran; `why` */
	ENDING_STOPPED,     /* ended, because of `stop`; `why` or empty */
	ENDING_FAILED,      /* ran, and surely failed; `why` */
	ENDING_UNKNOWN,     /* the outcome is unknown; `why` */
	ENDING__MAX
};

struct job {
	const struct job_spec *spec;
	const struct job_target *target;
	struct output *output;
	struct event_loop *loop;
	int *group;     /* see target.h */
	int repeat;     /* counted from 1 */
	bool announced; /* "running" was reported */
	/* the result */
	enum ending ending;
	int code;
	enum stop stop;
	bool output_open;     /* a background process holds it */
	const char *absent;   /* SQL: why the database is missing */
	struct buf why;       /* sentences */
	struct result result; /* what the action itself knows of it */
	char seen[65];        /* edit: the text of result.seen */
	void *conn;           /* private to act_ssh */
};

/*
 * Execute the step and fill in ending and its fields; output has been recorded.
 */
void act_shell(struct job *job);
void act_ssh(struct job *job);
void act_edit(struct job *job);
void act_copy(struct job *job);
void act_sql(struct job *job);
void act_http(struct job *job);
void act_preflight(struct job *job);

/*
 * Removes the files of the attempt from the target, after the result is known
 * (and, after the last repeat, durable).
 */
void act_ssh_clean(struct job *job);

/* Releases the state that is kept between repeats, after the last one. */
void act_ssh_close(struct job *job);

/* Reports once that the script runs. */
void act_announce(struct job *job);

/* Sets the ending and its reason, a sentence. */
void act_end(struct job *job, enum ending ending, const char *fmt, ...)
    __attribute__((format(printf, 3, 4)));

#endif
