/*
 * runner.h: what the parts of countersign-runner share.
 */
#ifndef RUNNER_RUNNER_H
#define RUNNER_RUNNER_H

#include <json-c/json.h>
#include <stdbool.h>
#include <stdint.h>
#include <sys/types.h>

#include "base/buf.h"
#include "base/err.h"
#include "book/book.h"
#include "journal/db.h"
#include "wire/exec.h"
#include "wire/wire.h"

/* An execution that has not ended. */
struct exec {
	struct exec	*next;
	char		 id[2 * EXEC_ID_BYTES + 1];
	pid_t		 child;		/* ours, or 0: adopted */
	bool		 reaped;	/* our child has ended */
	bool		 open;		/* the keeper named it at last hello */
	bool		 cancel;	/* somebody asked for its end */
	bool		 cancelled;	/* its process was told */
	int64_t		 seen;		/* monotonic: when we met it */
	int		 watch;		/* inotify watch of its status */
	off_t		 offset;	/* of the next line of its status */
};

struct runner {
	const char	*data_dir;
	const char	*step_program;
	struct db	*db;		/* NULL until the keeper made it */
	unsigned char	 public_key[32];
	unsigned char	 secret_key[32];
	int		 keeper;	/* socket, or -1 */
	struct buf	 in;
	int64_t		 next_id;
	bool		 orders;	/* the keeper says: ask again */
	int		 inotify;
	struct exec	*execs;
};

/*
 * Asks the keeper and waits.  ERR_UNAVAILABLE: it is gone (the socket is
 * closed); otherwise the error of its reply, whose body, which the caller
 * frees, is *ret_body (may be NULL).
 */
enum err keeper_ask(struct runner *r, const char *verb,
	    struct json_object *body, char **ret_body);

/* Connects where there is no connection.  False: not now. */
bool	 keeper_connect(struct runner *r);

/* Reads what the keeper pushed; sets r->orders. */
void	 keeper_read(struct runner *r);

/*
 * Makes the order of an attempt from the pinned plan (wire/exec.h), after
 * checking that it is what was approved and may run now.  The order holds
 * opened secrets: the caller wipes it.  On failure `why` says for the record
 * what was wrong.
 */
enum err order_make(struct runner *r, const char *exec, struct buf *ret,
	    struct fault *why);

/*
 * Adds to the order what the step compares its output with (same-as) and
 * what its requests send, each file with the hash that the journal has.
 * ERR_FORBIDDEN: one was not kept, or was changed.
 */
enum err order_put_kept(struct runner *r, int64_t run,
	    const struct step *step, struct json_object *order,
	    struct fault *why);

/* Asks for the open attempts; starts, adopts and cancels. */
void	 supervise_orders(struct runner *r);

/* Passes new status lines on, reaps, finds executions that are lost. */
void	 supervise_tick(struct runner *r);

#endif
