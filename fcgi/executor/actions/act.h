/*
 * act.h: performing a step once, on one target.
 */
#ifndef EXECUTOR_ACTIONS_ACT_H
#define EXECUTOR_ACTIONS_ACT_H

#include <stdbool.h>

#include "base/buf.h"
#include "executor/job_spec.h"
#include "executor/event_loop.h"

enum ending {
	ENDING_EXITED,      /* all evidence is there; `code` */
	ENDING_SIGNALLED,   /* ended by the signal `code` */
	ENDING_NOT_STARTED, /* nothing ran; `why` */
	ENDING_STOPPED,     /* ended by us for `stop`; surely gone; `why`
			     * may say more */
	ENDING_FAILED,      /* ran, and surely failed; `why` */
	ENDING_UNKNOWN,     /* nobody knows; `why` */
	ENDING__MAX
};

struct job {
	const struct job_spec *spec;
	const struct job_target *target;
	struct output *output;
	struct event_loop *loop;
	int *group;     /* see target.h */
	int repeat;     /* from 1 */
	bool announced; /* "running" is said */
	/* what came of it */
	enum ending ending;
	int code;
	enum stop stop;
	bool output_open; /* held by a child */
	size_t resume;    /* see status.h */
	size_t resume_of;
	const char *absent;       /* SQL: why there is no
				   * such database */
	struct buf why;           /* sentences */
	struct json_object *more; /* for the last line of
				   * the target */
	void *conn;               /* act_ssh's own */
};

/* Fills in ending and what belongs to it; output has been taken. */
void act_shell(struct job *job);
void act_ssh(struct job *job);
void act_edit(struct job *job);
void act_copy(struct job *job);
void act_sql(struct job *job);
void act_http(struct job *job);
void act_preflight(struct job *job);

/* After the result is known (and, the last time, durable): removes what the
 * try left on the target. */
void act_ssh_clean(struct job *job);

/* After the last try: releases what was kept for the next one. */
void act_ssh_close(struct job *job);

/* Says once that the script runs. */
void act_announce(struct job *job);

/* Sets the ending with a reason, a sentence. */
void act_end(struct job *job, enum ending ending, const char *fmt, ...)
    __attribute__((format(printf, 3, 4)));

#endif
