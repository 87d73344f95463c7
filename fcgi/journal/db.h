/* db.h: our own data in SQLite.  Every statement is in sql.def. */
#ifndef JOURNAL_DB_H
#define JOURNAL_DB_H

#include <json-c/json.h>
#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "base/err.h"
#include "journal/rows.h"
#include "journal/transaction.h"
#include "plan/result.h"

/* The program that opens it: its statements, and whether it writes. */
enum db_program {
	DB_WEB = 1,                     /* reads */
	DB_KEEPER = 2,                  /* the one writer */
	DB_RUNNER = 4,                  /* reads */
	DB_CLI = 8,                     /* reads: verify, report, backup */
	DB_REPLAY = DB_RUNNER | DB_CLI, /* the runner, in memory */
};

enum stmt {
#define SQL(name, programs, args, text) name,
#include "journal/sql.def"
#undef SQL
	STMT__MAX
};

struct db;

/* One typed argument of a statement. */
struct db_arg {
	char type; /* 'i' 't' 'b', or 0 at the end */
	int64_t i;
	const void *p; /* text or blob; NULL is SQL's NULL */
	size_t len;
};

#define INT(n) ((struct db_arg){ 'i', (n), "", 0 })
#define TEXT(s) ((struct db_arg){ 't', 0, (s), 0 })
#define BLOB(data, n) ((struct db_arg){ 'b', 0, (data), (n) })
#define DB_ARGS(...) \
	((struct db_arg[]){ __VA_ARGS__ __VA_OPT__(, ){ 0, 0, NULL, 0 } })

/* As the folder: a database in memory, for verify and for tests. */
#define DB_MEMORY ":memory:"

/*
 * Opens DATA/countersign.db. The keeper creates and migrates it; the others get
 * ERR_UNAVAILABLE while it is missing or of another version.
 */
enum err db_open(const char *data_dir, enum db_program who, struct db **ret);

/*
 * The version of the database in the folder: 0 where there is none, -1 where it
 * cannot be read.  Waits for a process that is closing it, 30 s at most.
 */
int64_t db_version_in(const char *data_dir);
void db_close(struct db *db);

/*
 * Runs a statement that gives no rows.  ERR_CONFLICT on a broken UNIQUE or
 * PRIMARY KEY, ERR_UNAVAILABLE if the transaction has failed, ERR_INTERNAL
 * otherwise (logged).  db_run(db, STMT_X, INT(run), TEXT("running"))
 */
#define db_run(db, stmt, ...) db_run_args((db), (stmt), DB_ARGS(__VA_ARGS__))
enum err db_run_args(struct db *db, enum stmt stmt, const struct db_arg *args);

/*
 * While a statement runs, asks from time to time (DB_WATCH_OPS instructions of
 * SQLite's machine) whether it may go on.  If not, it ends like a failed read.
 */
#define DB_WATCH_OPS 4000
void db_watch(struct db *db, bool (*may_go_on)(void *ctx), void *ctx);

/*
 * A number that grows with each write to attempts and looks, also with one that
 * is rolled back.
 */
uint64_t db_execution_writes(const struct db *db);

/*
 * The number of writes to rows of steps so far; and the ids of the steps of a
 * run that were written after that number, at most DB_STEPS, so that a reader
 * reads those alone again. They are valid until the next write. False: they
 * are too many, or not known, as writes were rolled back; all have to be read.
 */
#define DB_STEPS 64
uint64_t db_step_writes(const struct db *db);
bool db_steps_since(const struct db *db, uint64_t writes, int64_t run,
    const char *ret_ids[DB_STEPS], size_t *ret_count);

/* The database is the keeper's. */
bool db_is_writer(const struct db *db);

/* The number of rows that the last db_run() changed. */
int db_changes(struct db *db);

/*
 * Rows of a query (rows.h): while (db_next(rows)) …; db_done(rows), possibly
 * early. A statement can have one set of rows at a time.
 */
#define db_query(db, stmt, ...) \
	db_query_args((db), (stmt), DB_ARGS(__VA_ARGS__))
struct rows *db_query_args(
    struct db *db, enum stmt stmt, const struct db_arg *args);
/* A number that changes whenever another process has committed. */
int64_t db_version(struct db *db);

/* No other process has committed since the first such question. */
bool db_is_alone(struct db *db);

/* The name and text of a statement, for the test that walks all of them. */
const char *db_stmt_name(enum stmt stmt);
const char *db_stmt_text(enum stmt stmt);

#endif
