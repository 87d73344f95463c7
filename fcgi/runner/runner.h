/* runner.h: structures and functions shared within countersign-runner. */
#ifndef RUNNER_RUNNER_H
#define RUNNER_RUNNER_H

#include <json-c/json.h>
#include <poll.h>
#include <stdbool.h>
#include <stdint.h>
#include <sys/types.h>

#include "base/buf.h"
#include "base/err.h"
#include "plan/state.h"
#include "plan/plan.h"
#include "journal/db.h"
#include "wire/exec.h"
#include "wire/runner_message.h"
#include "wire/secret.h"
#include "wire/wire.h"

struct job_message;

/* An execution that has not ended. */
struct exec {
	struct exec *next;
	char id[2 * EXEC_ID_BYTES + 1];
	pid_t child;       /* our child, or 0: adopted */
	bool reaped;       /* our child was reaped */
	bool open;         /* listed by the keeper at the last hello */
	bool cancel;       /* cancellation was requested */
	bool cancelled;    /* its process was signalled */
	int64_t cancel_at; /* monotonic time of the request; or 0 */
	bool settled;      /* the keeper has its result */
	int64_t seen;      /* monotonic: when we first saw it */
	struct json_object *results; /* of a dry run, so far; else NULL */
	int watch;                   /* inotify watch of its status file */
	off_t offset;                /* offset of the next status line */
	/* for alive.c; times are monotonic */
	int64_t check_at; /* time of the next check */
	int64_t beat;     /* when the alive file was last touched */
	int64_t touched;  /* mtime of that file, since 1970 */
	int64_t deadline; /* of the current action; or 0 */
	bool silent;      /* silence was reported to the keeper */
	bool woken;       /* SIGCONT was sent */
	bool killed;      /* SIGKILL was sent */
	int64_t sweep_at; /* kill leftover processes then; or 0 */
};

/* A terminal with input from pages. */
struct terminal {
	int fd; /* of its executor (wire/tty_message.h); 0: none */
	char exec[2 * EXEC_ID_BYTES + 1];
	char target[65];
	uint64_t used; /* counter value of the last use */
};

#define TERMINALS 64 /* the least recently used is replaced */

#define RUNNER_AGAIN_MS 1000 /* after a missing reply */
#define RUNNER_HELLO_MS 5000 /* a hint of the keeper may get lost */
#define RUNNER_ASKED 64

/*
 * An attempt with an exec_starting call that got no reply.  It was not started:
 * if the keeper has it as starting, it can be started.
 */
struct asked {
	char exec[2 * EXEC_ID_BYTES + 1];
};

struct runner {
	const char *data_dir;
	const char *step_program;
	int64_t output_limit; /* bytes per target */
	struct db *db;        /* NULL until the keeper has created it */
	struct db *replayed;  /* computed from events (replay.h) */
	struct replay *replay;
	unsigned char public_key[32];
	unsigned char secret_key[32];
	int keeper;               /* socket, or -1 */
	char secret[WIRE_SECRET]; /* sent when connecting */
	struct buf in;
	int64_t next_id;
	bool jobs;        /* the keeper hinted: ask for jobs */
	int64_t hello_at; /* monotonic: ask at the latest then */
	struct asked asked[RUNNER_ASKED];
	size_t asked_next; /* next entry to use */
	int inotify;
	struct exec *execs;
	struct terminal terminals[TERMINALS];
	uint64_t use_count; /* use counter of terminals */
};

/*
 * Sends a call to the keeper and waits.  ERR_UNAVAILABLE: it is gone (the
 * socket is closed); otherwise the error of its reply.  The caller frees the
 * reply's body, *ret_body (may be NULL).
 */
enum err keeper_ask(struct runner *r, const char *verb,
    struct json_object *body, char **ret_body);

/* The same for a message that has no answer but its error. */
enum err keeper_report(struct runner *r, enum runner_message_kind kind,
    const struct runner_message *m);

/*
 * Sends one call for each body, all at once, and waits for the replies.
 * Returns how many arrived, in order, before the keeper was gone.
 */
size_t keeper_ask_each(struct runner *r, enum runner_message_kind kind,
    struct json_object *const *bodies, size_t n, enum err *ret);

/* Path of a file in the folder of an execution; the caller frees it. */
char *exec_path(struct runner *r, const char *exec, const char *file);

/* Passes all complete lines of its status on. True: the keeper has the last. */
bool lines_pass(struct runner *r, struct exec *e);

/*
 * Checks whether the execution's process goes on.  If it is silent, the page
 * shows since when; after its deadline or a cancel request it is continued if
 * it was stopped, and then killed: e->killed.
 */
void alive_check(struct runner *r, struct exec *e);

/* Signals its process. False: there is none, or it is not known. */
bool alive_signal(struct runner *r, const struct exec *e, int number);

/* Connects unless connected. False: failed for now. */
bool keeper_connect(struct runner *r);

/* Reads pushed frames of the keeper; sets r->jobs. */
void keeper_read(struct runner *r);

/*
 * Makes the job spec of an attempt from the run snapshot
 * (wire/job_message.h), after
 * checking that it was approved and may run now.  It holds opened secrets: the
 * caller wipes it.  `state` is the state that the attempt must have: requested,
 * or starting if we know that nobody started it.  On ERR_FORBIDDEN `why` has
 * the reason for the record; on ERR_UNAVAILABLE the journal could not be read,
 * and the caller retries.
 */
enum err job_spec_make(struct runner *r, const char *exec, const char *state,
    struct buf *ret, struct fault *why);

/*
 * The same for a dry run, which needs no running run and, for a preflight, no
 * approvals.  Targets that cannot be tried are added to `refused`, as results;
 * if no other is left, *ret stays empty.
 */
enum err job_spec_make_dry_run(struct runner *r, const char *exec,
    struct buf *ret, struct json_object *refused, struct fault *why);

/*
 * A target for the executor: resolved, with its secrets opened; the names of
 * SSH targets in over and jump are replaced by those targets.  The caller puts
 * *ret.
 */
enum err job_target(struct runner *r, struct json_object *resolved,
    const char *name, struct json_object **ret, struct fault *why);

/*
 * Opens a sealed box.  Returns a text that the caller wipes and frees; or NULL.
 */
char *job_spec_open_box(struct runner *r, const void *box, size_t len);

/* Puts the text into the object, wipes it and frees it. */
void job_spec_put_secret(
    struct json_object *secrets, const char *name, char *text);

/*
 * Adds to the job spec the artifacts that the step compares its output with
 * (same-as) and that it sends, each file with the hash from the journal; files
 * of the runbook folder with the hash from the plan's resolved targets.
 * ERR_FORBIDDEN: an artifact is missing or was changed.
 */
enum err job_spec_put_artifacts(struct runner *r, int64_t run,
    const struct step *step, struct json_object *targets, struct job_message *m,
    struct fault *why);

/*
 * Passes a pushed frame with terminal input (wire/tty_message.h) to the
 * executor.  If the executor does not accept it now, it is dropped without its
 * content in the log; the page sends it again.
 */
void tty_relay_pass(struct runner *r, const char *body);

/*
 * Adds one pollfd per terminal; then reports to the keeper how many bytes of
 * input the executors have accepted.
 */
void tty_relay_fds(const struct runner *r, struct pollfd fds[TERMINALS]);
void tty_relay_report(struct runner *r, const struct pollfd fds[TERMINALS]);
void tty_relay_close(struct runner *r);

/*
 * Asks for the open attempts; starts, adopts and cancels.  Failed actions are
 * repeated at the next call, which is due at r->hello_at.
 */
void supervise_jobs(struct runner *r);

/* After a failed call: schedules the next hello in a second. */
void runner_again(struct runner *r);

/* Passes new status lines on, reaps, finds executions that are lost. */
void supervise_tick(struct runner *r);

#endif
