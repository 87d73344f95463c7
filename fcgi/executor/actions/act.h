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
	/*
	 * Set by the action, or NULL: its state between repeats; a function
	 * that removes the files of a repeat from the target, once the result
	 * is known (and, after the last one, durable); one that releases the
	 * state, after the last one.
	 */
	void *state;
	void (*clean)(struct job *job);
	void (*close)(struct job *job);
};

/*
 * Executes the step and fills in ending and its fields; output has been
 * recorded.
 */
typedef void (*act_function)(struct job *job);

/* Weak: countersign-executor is linked without those of KIND_CLIENT. */
#define ACTION(steps, target, function) \
	void __attribute__((weak)) function(struct job *job);
#include "executor/actions/actions.def"

/* The function for this step on a target of this kind; NULL: there is none. */
act_function act_find(enum step_kind step, const char *target);

/* Reports once that the script runs. */
void act_announce(struct job *job);

/* Sets the ending and its reason, a sentence. */
void act_end(struct job *job, enum ending ending, const char *fmt, ...)
    __attribute__((format(printf, 3, 4)));

#endif
