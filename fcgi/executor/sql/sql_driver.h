/*
 * sql_driver.h: one database as act_sql.c sees it.  Each server's client is
 * included in its own driver file and nowhere else.
 */
#ifndef EXECUTOR_SQL_SQL_DRIVER_H
#define EXECUTOR_SQL_SQL_DRIVER_H

#include <stdbool.h>
#include <stdint.h>
#include <sys/types.h>

#include "base/buf.h"
#include "base/message.h"
#include "lang/sql/sql_split.h"
#include "executor/actions/act.h"
#include "executor/sql/sql_table.h"
#include "executor/ssh/tunnel.h"

#define SQL_CONNECT_MS 10000 /* to connect and log in */
#define SQL_STOP_MS \
	10000 /* for the answer after a statement was \
	       * asked to end */

enum sql_end {
	SQL_OK,
	SQL_FAILED,  /* the server refused: `why` */
	SQL_LOST,    /* the connection is lost: `why` */
	SQL_STOPPED, /* surely ended, because of job->stop */
	SQL__MAX
};

struct sql {
	const struct sql_driver *driver;
	struct job *job;
	const struct job_target *target;
	void *db;             /* private to the driver */
	struct tunnel tunnel; /* over an SSH target, if any */
	/* of the last statement */
	struct table *table;
	struct buf out;   /* its results and notices */
	int64_t affected; /* rows, or -1: unknown */
	unsigned warnings;
	struct buf why; /* the server's message */
};

struct sql_driver {
	enum step_kind kind; /* of the step; its word is the target's kind */
	const char *begin;   /* for transaction=yes */
	int port;            /* default port; 0: has none */

	/*
	 * Connects.  If not SQL_OK, why says what to do, except for
	 * SQL_STOPPED.
	 */
	enum sql_end (*open)(struct sql *s);
	void (*close)(struct sql *s);

	/*
	 * Runs one statement.  While it waits it checks for a stop, asks the
	 * server to end the statement, and sets job->stop.
	 */
	enum sql_end (*run)(struct sql *s, const char *text);

	/*
	 * Appends the value as a quoted literal.  False: it cannot be quoted
	 * safely on this connection, and why says so.
	 */
	bool (*quote)(struct sql *s, const char *value, struct buf *out);

	/* True if a backslash escapes in plain strings. */
	bool (*backslash)(const struct sql *s);

	/* True if a transaction is open. */
	bool (*in_transaction)(const struct sql *s);
};

extern const struct sql_driver sql_mysql;
extern const struct sql_driver sql_postgresql;
extern const struct sql_driver sql_sqlite;

/*
 * The database that a target names does not exist, though the server answered
 * and the login succeeded.
 */
#define SQL_ABSENT MESSAGE("sql_absent")
#define SQL_NO_RIGHTS MESSAGE("sql_no_rights")

/* A key of the target, or NULL if it is absent or empty; its port. */
const char *sql_key(const struct sql *s, const char *key);
int sql_port(const struct sql *s);

/*
 * Opens the tunnel over the SSH target that `over` names; SQL_OK if there is
 * none.  Else why says what to do, except for SQL_STOPPED.  Close it with
 * tunnel_close().
 */
enum sql_end sql_tunnel_open(struct sql *s);

/* The address to connect to: the given one, or the tunnel's local end. */
const char *sql_local_host(const struct sql *s);
int sql_local_port(const struct sql *s);

/*
 * Waits for the descriptor (-1: none) until `until`, 0: without limit.  Returns
 * the events; 0 if the time is over or, the first time, the event loop says
 * stop: then job->stop is set.
 */
short sql_wait(struct sql *s, int fd, short events, int64_t until);

/*
 * A server may have truncated the statement that it quotes within a secret:
 * redacts such a part in `why`.
 */
void sql_redact_cut(struct sql *s);

/* Detects a dead connection within seconds. */
void sql_tune(int fd);

#endif
