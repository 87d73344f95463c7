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
#include "lang/sql_split.h"
#include "executor/actions/act.h"
#include "executor/sql/sql_table.h"
#include "executor/ssh/tunnel.h"

#define SQL_CONNECT_MS 10000 /* for reaching and logging in */
#define SQL_STOP_MS \
	10000 /* for the answer after a statement was \
	       * asked to end */

enum sql_end {
	SQL_OK,
	SQL_FAILED,  /* the server said no: `why` */
	SQL_LOST,    /* the connection is gone: `why` */
	SQL_STOPPED, /* ended as job->stop asked, and surely */
	SQL__MAX
};

struct sql {
	const struct sql_driver *driver;
	struct job *job;
	const struct job_target *target;
	void *db;             /* the driver's own */
	struct tunnel tunnel; /* over an SSH target, if any */
	/* of the last statement */
	struct table *table;
	struct buf out;   /* its results and notices */
	int64_t affected; /* rows, or -1: not said */
	unsigned warnings;
	struct buf why; /* the server's words */
};

struct sql_driver {
	const char *kind; /* of the target and the step */
	enum dialect dialect;
	const char *begin; /* for transaction=yes */
	int port;          /* the usual one; 0: has none */

	/* Connects.  Not SQL_OK: why says what to do, but for SQL_STOPPED. */
	enum sql_end (*open)(struct sql *s);
	void (*close)(struct sql *s);

	/* Runs one statement.  While it waits it watches for an end, asks
	 * the server to end the statement, and sets job->stop. */
	enum sql_end (*run)(struct sql *s, const char *text);

	/* Appends the value as a literal in quotes.  False: it cannot be
	 * quoted safely on this connection, and why says so. */
	bool (*quote)(struct sql *s, const char *value, struct buf *out);

	/* In plain strings, a backslash escapes. */
	bool (*backslash)(const struct sql *s);

	/* A transaction is open. */
	bool (*in_transaction)(const struct sql *s);
};

extern const struct sql_driver sql_mysql;
extern const struct sql_driver sql_postgresql;
extern const struct sql_driver sql_sqlite;

/* Why the database that a target names could not be had, though the server
 * answered and the login was good. */
#define SQL_ABSENT "does not exist yet"
#define SQL_NO_RIGHTS "does not exist yet, or its user has no rights to it"

/* A key of the target, or NULL where it is absent or empty; its port. */
const char *sql_key(const struct sql *s, const char *key);
int sql_port(const struct sql *s);

/* The way over the SSH target that `over` names; SQL_OK where there is none.
 * Else why says what to do, but for SQL_STOPPED.  To be closed with
 * tunnel_close(). */
enum sql_end sql_tunnel_open(struct sql *s);

/* Where the client connects to: these, or this end of the way. */
const char *sql_local_host(const struct sql *s);
int sql_local_port(const struct sql *s);

/*
 * Waits for the descriptor (-1: for none) until `until`, 0: as long as it
 * takes.  The events that came; 0 where the time is over or, the first time,
 * the watch says stop: then job->stop is set.
 */
short sql_wait(struct sql *s, int fd, short events, int64_t until);

/* A server may have cut what it quotes of a statement within a secret: what
 * `why` has of that is hidden. */
void sql_redact_cut(struct sql *s);

/* Makes a dead link noticed within seconds. */
void sql_tune(int fd);

#endif
