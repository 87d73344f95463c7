/*
 * sql_sqlite.c: SQLite, the one file of this folder that uses it.  The
 * databases are the targets'; our own data belongs to the journal alone.
 *
 * SQLite runs in our own process, so its progress handler checks for a stop,
 * every so many instructions, and so does the wait for a lock.  A missing file
 * is not created: an empty database in its place would make a wrong path look
 * right.
 */
#include <errno.h>
#include <sqlite3.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include "base/clock.h"
#include "base/mem.h"
#include "base/message.h"
#include "executor/confine/confine.h"
#include "executor/sql/sql_driver.h"

#define INSTRUCTIONS 20000
#define LOCKED_MS 30000 /* for a lock of another process */
#define RETRY_MS 20

struct lite {
	sqlite3 *db;
	int64_t locked_until;   /* end of the wait for a lock */
	struct confine_who who; /* whose rights to files it has */
};

/* Progress handler of SQLite: not 0 ends the statement. */
static int
on_progress(void *ctx)
{
	struct sql *s = ctx;

	(void)sql_wait(s, -1, 0, clock_monotonic());
	return s->job->stop != STOP_NONE;
}

/* Busy handler: another process holds the lock; 0 gives up. */
static int
on_busy(void *ctx, int tries)
{
	struct sql *s = ctx;
	struct lite *l = s->db;

	if (tries == 0)
		l->locked_until = clock_monotonic() + LOCKED_MS;
	(void)sql_wait(s, -1, 0, clock_monotonic() + RETRY_MS);
	return s->job->stop == STOP_NONE && clock_monotonic() < l->locked_until;
}

static enum sql_end
lite_open(struct sql *s)
{
	struct lite *l = mem_calloc(1, sizeof(*l));
	const char *file = sql_key(s, "file");
	int rc;

	s->db = l;
	if (!confine_choose(NULL, &l->who, &s->why) ||
	    !confine_view(&l->who, &s->why))
		return SQL_FAILED;
	confine_files_as(&l->who); /* until lite_close() */
	rc = sqlite3_open_v2(
	    file != NULL ? file : "", &l->db, SQLITE_OPEN_READWRITE, NULL);
	if (rc == SQLITE_OK) {
		sqlite3_progress_handler(l->db, INSTRUCTIONS, on_progress, s);
		sqlite3_busy_handler(l->db, on_busy, s);
		sqlite3_extended_result_codes(l->db, 1);
		rc = sqlite3_exec(
		    l->db, "SELECT 1 FROM sqlite_master", NULL, NULL, NULL);
	}
	if (rc == SQLITE_OK)
		return SQL_OK;
	if (s->job->stop != STOP_NONE)
		return SQL_STOPPED;
	if (file != NULL && access(file, F_OK) != 0 && errno == ENOENT)
		s->job->absent = SQL_ABSENT;
	message_put(&s->why,
	    "sql_sqlite_unusable file=%s reason=%s user=%s target=%s",
	    file != NULL ? file : "(none)", sqlite3_errmsg(l->db), l->who.user,
	    s->target->name);
	return SQL_FAILED;
}

static void
lite_close(struct sql *s)
{
	struct lite *l = s->db;

	if (l != NULL) {
		sqlite3_close(l->db);
		confine_who_clear(&l->who);
	}
	confine_files_own();
	free(l);
	s->db = NULL;
}

static enum sql_end
lite_error(struct sql *s)
{
	struct lite *l = s->db;
	int code = sqlite3_extended_errcode(l->db);

	if (s->job->stop != STOP_NONE &&
	    ((code & 0xff) == SQLITE_INTERRUPT || (code & 0xff) == SQLITE_BUSY))
		return SQL_STOPPED;
	buf_printf(&s->why, "%s (%d)", sqlite3_errmsg(l->db), code);
	if ((code & 0xff) == SQLITE_BUSY)
		message_put(
		    &s->why, "sql_sqlite_locked seconds=%d", LOCKED_MS / 1000);
	return SQL_FAILED;
}

static void
take_row(struct sql *s, sqlite3_stmt *stmt)
{
	int n = sqlite3_column_count(stmt);

	table_row(s->table);
	for (int i = 0; i < n; i++) {
		bool null = sqlite3_column_type(stmt, i) == SQLITE_NULL;
		const void *data = sqlite3_column_blob(stmt, i);

		if (data == NULL && !null)
			data = ""; /* an empty one has no address */
		table_cell(
		    s->table, data, (size_t)sqlite3_column_bytes(stmt, i));
	}
}

static enum sql_end
lite_run(struct sql *s, const char *text)
{
	struct lite *l = s->db;
	int64_t before = sqlite3_total_changes64(l->db);
	sqlite3_stmt *stmt = NULL;
	enum sql_end end = SQL_OK;
	const char *rest = "";
	int rc, n;

	rc = sqlite3_prepare_v2(l->db, text, -1, &stmt, &rest);
	if (rc != SQLITE_OK)
		return lite_error(s);
	if (rest[strspn(rest, " \t\r\n;")] != '\0') {
		message_put(&s->why, "sql_sqlite_two rest=%.60s", rest);
		sqlite3_finalize(stmt);
		return SQL_FAILED;
	}
	n = sqlite3_column_count(stmt);
	if (n > 0)
		table_begin(s->table, (size_t)n);
	for (int i = 0; i < n; i++)
		table_name(s->table, sqlite3_column_name(stmt, i));
	while ((rc = sqlite3_step(stmt)) == SQLITE_ROW)
		take_row(s, stmt);
	if (rc != SQLITE_DONE)
		end = lite_error(s);
	s->affected = n > 0 ? table_rows(s->table)
			    : sqlite3_total_changes64(l->db) - before;
	table_end(s->table, &s->out);
	sqlite3_finalize(stmt);
	return end;
}

static bool
lite_quote(struct sql *s, const char *value, struct buf *out)
{
	char *text = sqlite3_mprintf("%Q", value);

	(void)s;
	buf_puts(out, text);
	sqlite3_free(text);
	return true;
}

static bool
lite_backslash(const struct sql *s)
{
	(void)s;
	return false;
}

static bool
lite_in_transaction(const struct sql *s)
{
	const struct lite *l = s->db;

	return sqlite3_get_autocommit(l->db) == 0;
}

const struct sql_driver sql_sqlite = {
	STEP_SQLITE,
	"BEGIN IMMEDIATE",
	0,
	lite_open,
	lite_close,
	lite_run,
	lite_quote,
	lite_backslash,
	lite_in_transaction,
};
