/*
 * transaction.c: transactions, which notice a failed read.
 *
 * A statement that fails while it is read (a damaged page, a lock, a disk that
 * does not answer, no memory) looks to its caller like the end of the rows.  So
 * the failure is noted in the connection: the rest of the transaction reads no
 * row and writes none, and its end fails.  Outside of a transaction nobody
 * would ask, so that the process ends.  A result of each loop was rejected: a
 * hundred callers would have to pass it on, and one that forgets it takes a
 * part for the whole.
 */
#include "base/log.h"
#include "journal/db_own.h"

/* The statements around every command, each prepared once. */
static int
frame(struct db *db, enum frame which)
{
	static const char *const texts[FRAMES] = {
		"BEGIN",
		"COMMIT",
		"ROLLBACK",
		"SAVEPOINT command",
		"ROLLBACK TO command",
		"RELEASE command",
	};
	const char *text = which == BEGIN && db->who == DB_KEEPER
	    ? "BEGIN IMMEDIATE"
	    : texts[which];
	sqlite3_stmt **stmt = &db->frames[which];
	int rc = SQLITE_OK;

	if (*stmt == NULL)
		rc = sqlite3_prepare_v3(db->handle, text, -1,
		    SQLITE_PREPARE_PERSISTENT, stmt, NULL);
	if (rc == SQLITE_OK) {
		sqlite3_step(*stmt);
		rc = sqlite3_reset(*stmt);
	}
	if (rc != SQLITE_OK)
		log_warn("database: %s: %s", text, sqlite3_errmsg(db->handle));
	return rc;
}

static void
note(struct db *db, const char *what, int rc)
{
	log_warn("database: %s: %s (%d)", what, sqlite3_errstr(rc), rc);
	rc &= 0xff;
	db->stale |= rc == SQLITE_READONLY || rc == SQLITE_CANTOPEN ||
	    rc == SQLITE_PROTOCOL;
}

/* Rows of steps that were read since are not what is there. */
static void
forget_steps(struct db *db)
{
	db->step_writes += DB_STEPS + 1;
}

bool
db_fail(struct db *db, const char *what, int rc)
{
	note(db, what, rc);
	db->failed = db_is_within(db);
	return db->failed;
}

enum err
db_error(struct db *db, const char *what, int rc)
{
	switch (rc & 0xff) {
	case SQLITE_OK:
	case SQLITE_DONE:
	case SQLITE_ROW:
		return ERR_OK;
	case SQLITE_CONSTRAINT:
		if (rc == SQLITE_CONSTRAINT_PRIMARYKEY ||
		    rc == SQLITE_CONSTRAINT_UNIQUE ||
		    rc == SQLITE_CONSTRAINT_ROWID)
			return ERR_CONFLICT;
		/* fall through */
	case SQLITE_TOOBIG:
		log_warn("database: %s: %s (%d)", what,
		    sqlite3_errmsg(db->handle), rc);
		return ERR_INTERNAL;
	case SQLITE_READONLY:
	case SQLITE_CANTOPEN:
	case SQLITE_PROTOCOL:
	case SQLITE_FULL:
	case SQLITE_IOERR: /* the disk takes no writes, and can be read */
		note(db, what, rc);
		return ERR_UNAVAILABLE;
	}
	(void)db_fail(db, what, rc);
	return ERR_UNAVAILABLE;
}

bool
db_is_within(const struct db *db)
{
	return db->within || !sqlite3_get_autocommit(db->handle);
}

bool
db_is_lost(const struct db *db)
{
	return db->within && sqlite3_get_autocommit(db->handle);
}

bool
db_has_failed(const struct db *db)
{
	return db->failed;
}

bool
db_is_stale(const struct db *db)
{
	return db->stale;
}

enum err
db_begin(struct db *db)
{
	int rc;

	if (!sqlite3_get_autocommit(db->handle))
		log_bug("a transaction begins within another");
	rc = frame(db, BEGIN);
	db->within = true;
	db->failed = false;
	if (rc == SQLITE_OK)
		return ERR_OK;
	db->failed = db->stale = true;
	return ERR_UNAVAILABLE;
}

enum err
db_end(struct db *db, enum err err)
{
	int rc;

	if (err == ERR_OK && (db->failed || db_is_lost(db)))
		err = ERR_UNAVAILABLE;
	if (err == ERR_OK && (rc = frame(db, COMMIT)) != SQLITE_OK)
		err = db_error(db, "commit", rc);
	if (!sqlite3_get_autocommit(db->handle))
		frame(db, ROLLBACK);
	if (err != ERR_OK)
		forget_steps(db);
	db->within = db->failed = false;
	return err;
}

enum err
db_savepoint(struct db *db)
{
	if (!db_is_within(db))
		db->failed = false;
	db->step_writes_saved = db->step_writes;
	return !db->failed && !db_is_lost(db) &&
		frame(db, SAVEPOINT) == SQLITE_OK
	    ? ERR_OK
	    : ERR_UNAVAILABLE;
}

enum err
db_release(struct db *db, enum err err)
{
	if (err == ERR_OK && db->failed)
		err = ERR_UNAVAILABLE;
	if (err != ERR_OK && db->step_writes != db->step_writes_saved)
		forget_steps(db);
	if (!db_is_lost(db) &&
	    (err == ERR_OK || frame(db, ROLLBACK_TO) == SQLITE_OK) &&
	    frame(db, RELEASE) == SQLITE_OK) {
		db->failed = false;
		return err;
	}
	if (!sqlite3_get_autocommit(db->handle))
		frame(db, ROLLBACK);
	forget_steps(db);
	return ERR_UNAVAILABLE;
}
