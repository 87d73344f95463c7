/*
 * runner.h: what the parts of countersign-runner share.
 */
#ifndef RUNNER_RUNNER_H
#define RUNNER_RUNNER_H

#include <json-c/json.h>
#include <poll.h>
#include <stdbool.h>
#include <stdint.h>
#include <sys/types.h>

#include "base/buf.h"
#include "base/err.h"
#include "compiler/runbook.h"
#include "journal/db.h"
#include "wire/exec.h"
#include "wire/secret.h"
#include "wire/wire.h"

/* An execution that has not ended. */
struct exec {
	struct exec *next;
	char id[2 * EXEC_ID_BYTES + 1];
	pid_t child;                 /* ours, or 0: adopted */
	bool reaped;                 /* our child has ended */
	bool open;                   /* the keeper named it at last hello */
	bool cancel;                 /* somebody asked for its end */
	bool cancelled;              /* its process was told */
	int64_t cancel_at;           /* monotonic: since then; or 0 */
	bool settled;                /* the keeper knows how it ended */
	int64_t seen;                /* monotonic: when we met it */
	struct json_object *results; /* of a look, so far; else NULL */
	int watch;                   /* inotify watch of its status */
	off_t offset;                /* of the next line of its status */
	/* of alive.c; times are monotonic */
	int64_t look_at;  /* when to look again */
	int64_t beat;     /* when its file was last touched */
	int64_t touched;  /* what that file says, since 1970 */
	int64_t deadline; /* of what it does; or 0 */
	bool silent;      /* the keeper knows that it is */
	bool woken;       /* continued, if it was stopped */
	bool killed;      /* it did not answer */
	int64_t sweep_at; /* what it left is ended then; or 0 */
};

/* A terminal that people type into. */
struct terminal {
	int fd; /* of its step (wire/exec.h); 0: none */
	char exec[2 * EXEC_ID_BYTES + 1];
	char target[65];
	uint64_t used; /* when last, by a count */
};

#define TERMINALS 64 /* the one unused for longest goes */

#define RUNNER_AGAIN_MS 1000 /* after an answer that did not come */
#define RUNNER_HELLO_MS 5000 /* a hint of the keeper may get lost */
#define RUNNER_ASKED 64

/* An attempt whose acceptance was sent, and the answer to that did not come.
 * It was not started: where the keeper has it as starting, it can be. */
struct asked {
	char exec[2 * EXEC_ID_BYTES + 1];
};

struct runner {
	const char *data_dir;
	const char *step_program;
	int64_t output_limit; /* bytes, of one target */
	struct db *db;        /* NULL until the keeper made it */
	struct db *replayed;  /* what the events say (replay.h) */
	struct replay *replay;
	unsigned char public_key[32];
	unsigned char secret_key[32];
	int keeper;               /* socket, or -1 */
	char secret[WIRE_SECRET]; /* which it asks for */
	struct buf in;
	int64_t next_id;
	bool jobs;        /* the keeper says: ask again */
	int64_t hello_at; /* monotonic: or ask by then */
	struct asked asked[RUNNER_ASKED];
	size_t asked_next; /* the entry to be used next */
	int inotify;
	struct exec *execs;
	struct terminal terminals[TERMINALS];
	uint64_t typed; /* how often something was */
};

/*
 * Asks the keeper and waits.  ERR_UNAVAILABLE: it is gone (the socket is
 * closed); otherwise the error of its reply, whose body, which the caller
 * frees, is *ret_body (may be NULL).
 */
enum err keeper_ask(struct runner *r, const char *verb,
    struct json_object *body, char **ret_body);

/*
 * Asks the same of each body, all at once, and waits for the answers; how
 * many came, in their order, before the keeper was gone.
 */
size_t keeper_ask_each(struct runner *r, const char *verb,
    struct json_object *const *bodies, size_t n, enum err *ret);

/* A file in the folder of an execution; the caller frees it. */
char *exec_path(struct runner *r, const char *exec, const char *file);

/* {"exec": exec}, as the body of what is told of it. */
struct json_object *exec_about(const char *exec);

/* Passes all whole lines of its status on.  True: the keeper has the last. */
bool lines_pass(struct runner *r, struct exec *e);

/*
 * Looks whether the execution's process goes on.  Where it shows no sign of
 * life, the page says since when; once its time is over or somebody wants it
 * to end, it is continued if it was stopped, and then ended: e->killed.
 */
void alive_look(struct runner *r, struct exec *e);

/* Sends a signal to its process.  False: it is not there, or not known. */
bool alive_signal(struct runner *r, const struct exec *e, int number);

/* Connects where there is no connection.  False: not now. */
bool keeper_connect(struct runner *r);

/* Reads what the keeper pushed; sets r->orders. */
void keeper_read(struct runner *r);

/*
 * Makes the order of an attempt from the pinned plan (wire/exec.h), after
 * checking that it is what was approved and may run now.  The order holds
 * opened secrets: the caller wipes it.  `state` is the one that the attempt
 * must have: requested, or starting where we know that nobody started it.  On
 * ERR_FORBIDDEN `why` says for the record what was wrong; ERR_UNAVAILABLE: the
 * journal could not be read, which is to be tried again.
 */
enum err job_spec_make(struct runner *r, const char *exec, const char *state,
    struct buf *ret, struct fault *why);

/*
 * The same for a look, which needs no run that runs and, where it is a
 * preflight, no approvals.  Targets that cannot be tried are put into
 * `refused`, as results; where no other is left, *ret stays empty.
 */
enum err job_spec_make_look(struct runner *r, const char *exec, struct buf *ret,
    struct json_object *refused, struct fault *why);

/*
 * A target as the step needs it: what was resolved, with the names of secrets
 * opened, and the SSH targets that it is reached through (over, jump) in
 * place of their names.  The caller puts *ret.
 */
enum err job_target(struct runner *r, struct json_object *resolved,
    const char *name, struct json_object **ret, struct fault *why);

/* Opens a sealed box: a text that the caller wipes and frees; or NULL. */
char *job_spec_open_box(struct runner *r, const void *box, size_t len);

/* Puts the text into the object, wipes it and frees it. */
void job_spec_put_secret(
    struct json_object *secrets, const char *name, char *text);

/*
 * Adds to the order what the step compares its output with (same-as) and
 * what its requests send, each file with the hash that the journal has;
 * files of the runbook folder with that of the plan's resolved targets.
 * ERR_FORBIDDEN: one was not kept, or was changed.
 */
enum err job_spec_put_kept(struct runner *r, int64_t run,
    const struct step *step, struct json_object *targets,
    struct json_object *spec, struct fault *why);

/*
 * Passes what the keeper pushed ({"exec", "target", and what wire/exec.h says
 * of what people type}) on to the step.  Where nobody takes it now, it is
 * dropped, and the log says that much: who typed it sends it again.
 */
void tty_relay_pass(struct runner *r, const char *body);

/* What to wait for, one entry a terminal; and telling the keeper what the
 * steps say there: how much has arrived. */
void tty_relay_fds(const struct runner *r, struct pollfd fds[TERMINALS]);
void tty_relay_tell(struct runner *r, const struct pollfd fds[TERMINALS]);
void tty_relay_close(struct runner *r);

/* Asks for the open attempts; starts, adopts and cancels.  Whatever could not
 * be done now is done when it is called again, which is due at r->hello_at. */
void supervise_jobs(struct runner *r);

/* Something did not get through: asks again in a second. */
void runner_again(struct runner *r);

/* Passes new status lines on, reaps, finds executions that are lost. */
void supervise_tick(struct runner *r);

#endif
