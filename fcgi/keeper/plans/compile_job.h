/*
 * compile_job.h: one process of countersign-compile, or one that hashes the
 * files which requests send.
 */
#ifndef KEEPER_PLANS_COMPILE_JOB_H
#define KEEPER_PLANS_COMPILE_JOB_H

#include <stdbool.h>
#include <stdint.h>
#include <sys/types.h>

#include "wire/compile_message.h"

#define COMPILE_SECONDS 8 /* before it is killed */

/* The reason for which a request has no answer. */
enum compile_failure {
	COMPILE_ANSWERED,
	COMPILE_NOT_STARTED,
	COMPILE_SLOW, /* it was killed, or used up its time */
	COMPILE_DIED,
	COMPILE_WRONG, /* its answer does not fit, or is none */
};

struct compile_job {
	enum compile_kind kind;
	char *folder;             /* files are hashed: of runbooks; else NULL */
	struct json_object *list; /* of plan_files_list() */
	struct json_object *resolved; /* when they are hashed; */
	struct fault fault;           /* or why they are not */
	char key[COMPILE_KEY + 1];
	struct buf request;
	pid_t pid;
	int fd;           /* of the process, readable at its end; -1: none */
	int out, err;     /* what it writes */
	int64_t deadline; /* monotonic */
	bool killed;
	enum compile_failure failure;
};

struct compile_job *compile_job_new(const struct compile_request *r);

/* Of a child that hashes files; takes the list over, plan_files_list(). */
struct compile_job *compile_job_new_files(
    const char *folder, struct json_object *list);

/* Kills the process. */
void compile_job_free(struct compile_job *j);

/* Starts the program. False: it could not be started, which is its failure. */
bool compile_job_start(struct compile_job *j, const char *program);

/* Milliseconds until it is killed; -1: it does not run. */
int compile_job_left(const struct compile_job *j);

/* Kills it if its time is over; its end is then seen as any other. */
void compile_job_tick(struct compile_job *j);

/*
 * After its end: reads the answer.  True: *ret has it, and the caller clears
 * it; false: j->failure, or files were hashed and j->resolved or j->fault is
 * the answer.  Its standard error is logged.
 */
bool compile_job_end(struct compile_job *j, struct compile_answer *ret);

#endif
