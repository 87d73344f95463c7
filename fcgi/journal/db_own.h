/*
 * db_own.h: a connection and its statements, for db.c, rows.c and
 * transaction.c.
 */
#ifndef JOURNAL_DB_OWN_H
#define JOURNAL_DB_OWN_H

#include <sqlite3.h>

#include "journal/db.h"

struct rows {
	struct db *db;
	sqlite3_stmt *stmt;
	char **names; /* of its columns: SQLite's own do not last */
	int columns;
	int last; /* the column that was read last */
	int rc;   /* of preparing it */
	bool busy;
};

/* The statements that begin and end transactions. */
enum frame { BEGIN, COMMIT, ROLLBACK, SAVEPOINT, ROLLBACK_TO, RELEASE, FRAMES };

struct db {
	sqlite3 *handle;
	sqlite3_stmt *frames[FRAMES];
	enum db_program who;
	bool memory;     /* it has no file */
	bool within;     /* a transaction has begun and was not ended */
	bool failed;     /* a statement of it has failed */
	bool stale;      /* must be opened again */
	int64_t version; /* db_version() at the first db_is_alone() */
	bool (*may_go_on)(void *ctx); /* db_watch() */
	void *watch_ctx;
	uint64_t execution_writes;
	uint64_t step_writes;
	uint64_t step_writes_saved; /* at the savepoint */
	struct {
		int64_t run;
		char *step;
	} written[DB_STEPS]; /* by their number */
	struct rows rows[STMT__MAX];
};

#endif
