/* keeper.h: the one writer: declarations shared by its parts. */
#ifndef KEEPER_KEEPER_H
#define KEEPER_KEEPER_H

#include <json-c/json.h>
#include <stdbool.h>
#include <stdint.h>

#include "base/buf.h"
#include "base/err.h"
#include "base/json.h"
#include "plan/plan.h"
#include "journal/db.h"
#include "journal/event.h"
#include "journal/lifecycle.h"
#include "wire/exec.h"
#include "wire/tty_message.h"
#include "wire/secret.h"
#include "plan/command.h"
#include "wire/wire.h"

#define KEEPER_DISK_FLOOR (64ULL << 20) /* bytes; no step starts below that */

struct cache;
struct step_cache;
struct compiler;

/* The length of a page's terminal input that came (wire/tty_message.h). */
struct arrived {
	char exec[2 * EXEC_ID_BYTES + 1];
	char session[TTY_SESSION + 1];
	char target[65];
	int64_t count;
};

/* A press that the runner has not accepted (unaccepted.h). */
struct waiting {
	char exec[2 * EXEC_ID_BYTES + 1];
	int64_t since; /* monotonic */
	bool old;      /* from before this keeper */
};

#define KEEPER_ARRIVED 128 /* the oldest is forgotten */

struct keeper {
	const char *data_dir;
	const char *runbooks_dir;
	struct db *db;
	struct cache *cache; /* plans by hash (plan_cache.c) */
	struct step_cache *steps;
	struct compiler *compiler;      /* compile_ask.c */
	unsigned char ledger_key[64];   /* Ed25519 secret key */
	struct json_object *ledgered;   /* {run: events}, or NULL: not read */
	int64_t ledger_at;              /* monotonic: heads due; -1 */
	bool ledger_grew;               /* in this transaction */
	int ledger_fd;                  /* ledger.jsonl, or -1 */
	int64_t ledger_written;         /* the last entry there */
	bool ledger_torn;               /* the file ends within a line */
	unsigned char output_key[32];   /* X25519: opens secrets */
	char admin_secret[WIRE_SECRET]; /* of these sockets */
	char runner_secret[WIRE_SECRET];
	bool jobs_changed; /* the runner has work */
	bool runner_here;  /* it is connected */
	int commits_fd;    /* eventfd that wakes the live hub, or 0 */
	struct buf typed;  /* frames for it, sent after the commit */
	struct arrived arrived[KEEPER_ARRIVED];
	size_t arrived_next; /* the entry to be used next */
	struct waiting *waiting;
	size_t waiting_count;
	bool waiting_known;      /* they were loaded once */
	uint64_t waiting_writes; /* db_execution_writes() of then */
	int64_t waiting_at;      /* monotonic: next tick; -1 */
	int64_t expire_at;       /* monotonic: next session_expire() */
};

/* The origin of a call; each is a socket of its own. */
enum channel { CHANNEL_WEB, CHANNEL_LOCAL, CHANNEL_RUNNER };

/* One call being carried out. */
struct command {
	struct keeper *keeper;
	const struct wire_call *call;
	enum channel channel;
	char name[65]; /* storage of actor.name */
	struct actor actor;
	struct json_object *body;   /* checked against the keys */
	struct json_object *result; /* an object to fill in */
	struct fault fault;
	bool around; /* a refusal to be recorded for the run */

	/*
	 * The event of chain 0 that a refusal leaves (the command's own changes
	 * are undone); NULL: none.
	 */
	enum event_kind refused_kind;
	struct json_object *refused;

	/*
	 * Passwords are hashed by a child process. A command that needs it sets
	 * hash_old and hash_against (to verify), hash_password (to hash), or
	 * all, and returns ERR_OK; it is called once more with `hashed` set:
	 * "no", "yes", or the new hash.
	 */
	const char *hash_old;
	char *hash_against;
	const char *hash_password;
	const char *hashed;
};

/* The commands of plan/commands.def, one function each. */
/* clang-format off */
#define PAGE(verb, role)
#define COMMAND(verb, ...) enum err cmd_##verb(struct command *c);
#define RUN COMMAND
#define STEP COMMAND
#define INTERNAL COMMAND
#include "plan/commands.def"
/* clang-format on */

#endif
