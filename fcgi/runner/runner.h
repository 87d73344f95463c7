/* runner.h: structures and functions shared within countersign-runner. */
#ifndef RUNNER_RUNNER_H
#define RUNNER_RUNNER_H

#include <json-c/json.h>
#include <poll.h>
#include <stdbool.h>
#include <stdint.h>
#include <sys/types.h>

#include "base/buf.h"
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
	bool reported;     /* by itself, to its final line */
	bool refused;      /* the keeper refused that line */
	bool not_begun;    /* our child ended before EXEC_PID */
	int64_t seen;      /* monotonic: when we first saw it */
	struct json_object *results; /* of a dry run, so far; else NULL */
	bool asked;                  /* one of its targets has ended */
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

/* Passes of countersign-pack (packing.h); times are monotonic. */
struct packing {
	pid_t child;      /* the pass that is under way, or 0 */
	int64_t check_at; /* when the journal is asked again */
	int64_t due_at;   /* of the next pass; 0: nothing is to be done */
	int64_t ended_at; /* the last end of a run that is known */
	bool restored;    /* no open run has a pack, or nobody can help it */
};

/* An executor that waits for the next execution (spawn.c). */
struct stand_by {
	pid_t child;    /* 0: none */
	int fd;         /* socket to it */
	int64_t due_at; /* monotonic: start one then; or 0 */
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
	struct packing packing;
	struct stand_by stand_by[2]; /* without and with clients */
};

#endif
