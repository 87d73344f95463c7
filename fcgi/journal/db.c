/*
 * db.c: our own data in SQLite.
 *
 * One process, the keeper, writes and checkpoints.  The others open read-only
 * and never checkpoint, as some versions of SQLite can corrupt a WAL that two
 * processes reset.  Statements are prepared on first use and cached; preparing
 * one that the program may not use is a bug and aborts.
 */
#include <errno.h>
#include <fcntl.h>
#include <sqlite3.h>
#include <stdarg.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

#include "base/log.h"
#include "base/mem.h"
#include "base/text.h"
#include "journal/db.h"
#include "journal/db_own.h"
#include "journal/migrate.h"
#include "journal/search/search_text.h"

static const struct {
	const char *name;
	int programs;
	const char *args;
	const char *text;
} statements[STMT__MAX] = {
#define SQL(name, programs, args, text) \
	[name] = { #name, programs, args, text },
#include "journal/sql.def"
#undef SQL
};

const char *
db_stmt_name(enum stmt stmt)
{
	return statements[stmt].name;
}

const char *
db_stmt_text(enum stmt stmt)
{
	return statements[stmt].text;
}

/* For statements without arguments and rows: pragmas and transactions. */
static int
plain(struct db *db, const char *sql)
{
	char *message = NULL;
	int rc = sqlite3_exec(db->handle, sql, NULL, NULL, &message);

	if (rc != SQLITE_OK)
		log_warn("database: %s: %s", sql,
		    message != NULL ? message : sqlite3_errstr(rc));
	sqlite3_free(message);
	return rc;
}

/*
 * SQLite does not check whether the release of a lock worked. A lock that stays
 * would block all readers for the lifetime of this process: the release is
 * retried; if it fails, the process ends, which releases the lock.
 */
static int
release_surely(int fd, int op, ...)
{
	const struct flock *lock;
	va_list ap;
	void *arg;
	int rc;

	va_start(ap, op);
	arg = va_arg(ap, void *);
	va_end(ap);
	lock = arg;
	rc = fcntl(fd, op, arg);
	if (op != F_SETLK || lock->l_type != F_UNLCK)
		return rc;
	for (int i = 0; rc != 0 && i < 3; i++)
		rc = fcntl(fd, op, arg);
	if (rc != 0)
		log_fatal("a lock of the database cannot be released: %s",
		    strerror(errno));
	return rc;
}

static void
watch_locks(void)
{
	sqlite3_vfs *vfs = sqlite3_vfs_find(NULL);

	if (vfs != NULL && vfs->iVersion >= 3 && vfs->xSetSystemCall != NULL)
		(void)vfs->xSetSystemCall(
		    vfs, "fcntl", (sqlite3_syscall_ptr)release_surely);
}

#define CACHE "PRAGMA cache_size = -4000"

static bool
configure(struct db *db)
{
	sqlite3_db_config(db->handle, SQLITE_DBCONFIG_DEFENSIVE, 1, NULL);
	sqlite3_db_config(db->handle, SQLITE_DBCONFIG_TRUSTED_SCHEMA, 0, NULL);
	sqlite3_busy_timeout(db->handle, 5000);
	if (db->who != DB_KEEPER)
		sqlite3_db_config(
		    db->handle, SQLITE_DBCONFIG_NO_CKPT_ON_CLOSE, 1, NULL);
	if (plain(db,
		"PRAGMA foreign_keys = ON; PRAGMA cell_size_check = "
		"ON;" CACHE) != SQLITE_OK ||
	    plain(db,
		db->who == DB_WEB ? "PRAGMA mmap_size = 2147418112"
				  : "PRAGMA mmap_size = 0") != SQLITE_OK ||
	    !search_text_add(db->handle))
		return false;
	return db->who != DB_KEEPER ||
	    plain(db, "PRAGMA journal_mode = WAL; PRAGMA synchronous = FULL") ==
	    SQLITE_OK;
}

#define USER_VERSION "PRAGMA user_version"

static int64_t
pragma(struct db *db, const char *sql, int64_t fallback)
{
	sqlite3_stmt *stmt = NULL;
	int64_t n = fallback;

	if (sqlite3_prepare_v2(db->handle, sql, -1, &stmt, NULL) == SQLITE_OK &&
	    sqlite3_step(stmt) == SQLITE_ROW)
		n = sqlite3_column_int64(stmt, 0);
	sqlite3_finalize(stmt);
	return n;
}

/* Copies the database of an older version into a file beside it, durably. */
static bool
copy_old(struct db *db, int64_t version)
{
	const char *path = sqlite3_db_filename(db->handle, "main");
	char *copy = mem_printf("%s.version-%lld", path, (long long)version);
	char *into = sqlite3_mprintf("VACUUM INTO %Q", copy);
	int fd = -1;
	bool ok;

	(void)unlink(copy); /* of a migration that was not completed */
	ok = plain(db, into) == SQLITE_OK && chmod(copy, 0600) == 0 &&
	    (fd = open(copy, O_RDONLY | O_CLOEXEC)) >= 0 && fsync(fd) == 0;
	if (ok)
		log_info("The database is migrated from version %lld to %d. "
			 "The old one is in %s.",
		    (long long)version, MIGRATE_VERSION, copy);
	else
		log_warn("%s: the old database cannot be copied", copy);
	if (fd >= 0)
		close(fd);
	sqlite3_free(into);
	free(copy);
	return ok;
}

/* Creates the tables or migrates them to the newest version, all or nothing. */
static bool
migrate(struct db *db)
{
	int64_t version = pragma(db, USER_VERSION, -1);
	char *set;
	bool ok;

	if (version == MIGRATE_VERSION)
		return true;
	if (version < 0 || version > MIGRATE_VERSION ||
	    (version > 0 && !db->memory && !copy_old(db, version)))
		return false;
	set = mem_printf("PRAGMA user_version = %d", MIGRATE_VERSION);
	/* projections that are dropped are no secrets: the events stay */
	ok = plain(db,
		 "PRAGMA foreign_keys = OFF; PRAGMA secure_delete = FAST;"
		 "PRAGMA cache_size = -200000") == SQLITE_OK &&
	    db_begin(db) == ERR_OK &&
	    migrate_tables(db->handle, (int)version) &&
	    (version == 0 ||
		(migrate_replay(db, (int)version) == ERR_OK &&
		    migrate_indexes(db->handle))) &&
	    !db_is_lost(db) && plain(db, set) == SQLITE_OK;
	ok = db_end(db, ok ? ERR_OK : ERR_UNAVAILABLE) == ERR_OK;
	free(set);
	return plain(db,
		   "PRAGMA foreign_keys = ON; PRAGMA secure_delete = "
		   "ON;" CACHE) == SQLITE_OK &&
	    ok;
}

enum err
db_open(const char *data_dir, enum db_program who, struct db **ret)
{
	struct db *db = mem_calloc(1, sizeof(*db));
	char *path = mem_printf("%s/countersign.db", data_dir);
	bool memory = strcmp(data_dir, DB_MEMORY) == 0;
	enum err err = ERR_UNAVAILABLE;
	int flags = who == DB_KEEPER || memory
	    ? SQLITE_OPEN_READWRITE | SQLITE_OPEN_CREATE
	    : SQLITE_OPEN_READONLY;

	/* All our programs have one thread; refused harmlessly when open. */
	sqlite3_config(SQLITE_CONFIG_SINGLETHREAD);
	sqlite3_config(SQLITE_CONFIG_MEMSTATUS, 0);
	watch_locks();
	db->who = who;
	db->memory = memory;
	if (sqlite3_open_v2(memory ? ":memory:" : path, &db->handle, flags,
		NULL) != SQLITE_OK ||
	    !configure(db))
		goto out;
	/* SQLite reads a file that cannot be opened for writing. */
	if ((flags & SQLITE_OPEN_READWRITE) &&
	    sqlite3_db_readonly(db->handle, "main") != 0) {
		log_warn("%s cannot be opened for writing", path);
		goto out;
	}
	if ((who == DB_KEEPER || memory) && !migrate(db)) {
		log_warn("%s: the database cannot be brought to version %d",
		    path, MIGRATE_VERSION);
		goto out;
	}
	if (pragma(db, USER_VERSION, -1) != MIGRATE_VERSION)
		goto out;
	*ret = db;
	db = NULL;
	err = ERR_OK;
out:
	db_close(db);
	free(path);
	return err;
}

int64_t
db_version_in(const char *data_dir)
{
	struct db db = { 0 };
	char *path = mem_printf("%s/countersign.db", data_dir);
	int64_t version = access(path, F_OK) != 0 && errno == ENOENT ? 0 : -1;

	if (version < 0 &&
	    sqlite3_open_v2(path, &db.handle, SQLITE_OPEN_READONLY, NULL) ==
		SQLITE_OK &&
	    sqlite3_busy_timeout(db.handle, 30000) == SQLITE_OK)
		version = pragma(&db, USER_VERSION, -1);
	if (version < 0)
		log_warn("%s: %s", path, sqlite3_errmsg(db.handle));
	sqlite3_close(db.handle);
	free(path);
	return version;
}

/* Copies the names of the columns of a statement that was prepared. */
static void
copy_names(struct rows *rows)
{
	rows->columns = sqlite3_column_count(rows->stmt);
	rows->names = mem_calloc(
	    (size_t)rows->columns + 1, sizeof(*rows->names));
	for (int i = 0; i < rows->columns; i++)
		rows->names[i] = mem_strdup(sqlite3_column_name(rows->stmt, i));
}

static void
rows_clear(struct rows *rows)
{
	for (int i = 0; i < rows->columns; i++)
		free(rows->names[i]);
	free(rows->names);
	sqlite3_finalize(rows->stmt);
}

void
db_close(struct db *db)
{
	if (db == NULL)
		return;
	for (int i = 0; i < STMT__MAX; i++)
		rows_clear(&db->rows[i]);
	for (int i = 0; i < FRAMES; i++)
		sqlite3_finalize(db->frames[i]);
	sqlite3_close(db->handle);
	for (int i = 0; i < DB_STEPS; i++)
		free(db->written[i].step);
	free(db);
}

/*
 * An invalid statement is a bug. A schema that cannot be read because the disk
 * fails is not: that is a failed read.
 */
static int
prepare_text(struct db *db, enum stmt id, struct rows *rows)
{
	int rc;

	if (!(statements[id].programs & (int)db->who))
		log_bug("%s is not for this program", statements[id].name);
	if (rows->busy)
		log_bug("%s is still being read", statements[id].name);
	rows->db = db;
	if (rows->stmt != NULL)
		return SQLITE_OK;
	rc = sqlite3_prepare_v3(db->handle, statements[id].text, -1,
	    SQLITE_PREPARE_PERSISTENT, &rows->stmt, NULL);
	if (rc == SQLITE_ERROR || rc == SQLITE_MISUSE)
		log_bug(
		    "%s: %s", statements[id].name, sqlite3_errmsg(db->handle));
	if (rc == SQLITE_OK)
		copy_names(rows);
	return rc;
}

static int
bind(sqlite3_stmt *stmt, int i, const struct db_arg *arg)
{
	if (arg->p == NULL)
		return sqlite3_bind_null(stmt, i);
	if (arg->type == 'i')
		return sqlite3_bind_int64(stmt, i, arg->i);
	if (arg->type == 't')
		return sqlite3_bind_text(stmt, i, arg->p, -1, SQLITE_TRANSIENT);
	return sqlite3_bind_blob64(stmt, i, arg->p, arg->len, SQLITE_TRANSIENT);
}

static struct rows *
prepare(struct db *db, enum stmt id, const struct db_arg *args)
{
	struct rows *rows = &db->rows[id];
	const char *types = statements[id].args;
	int n = 0;

	rows->rc = prepare_text(db, id, rows);
	for (; args[n].type != 0; n++) {
		if (types[n] != args[n].type)
			log_bug("%s: argument %d is of the wrong type",
			    statements[id].name, n + 1);
		if (rows->rc == SQLITE_OK)
			rows->rc = bind(rows->stmt, n + 1, &args[n]);
	}
	if (types[n] != '\0')
		log_bug("%s needs %zu arguments", statements[id].name,
		    strlen(types));
	rows->busy = true;
	return rows;
}

/*
 * A statement of sql.def may write executions, or writes the row of the step ?2
 * of the run ?1, or other rows of `step`.
 */
static void
note_write(struct db *db, enum stmt id, const struct db_arg *args)
{
	static const char one[] = " WHERE run = ?1 AND id = ?2";
	const char *text = statements[id].text;
	size_t len, at;

	if (strstr(text, " attempt ") != NULL || strstr(text, " look ") != NULL)
		db->execution_writes++;
	if (!text_starts(text, "UPDATE step ") &&
	    !text_starts(text, "INSERT INTO step ") &&
	    !text_starts(text, "DELETE FROM step "))
		return;
	len = strlen(text);
	if (len < sizeof(one) || !text_eq(text + len - strlen(one), one)) {
		db->step_writes += DB_STEPS + 1;
		return;
	}
	at = db->step_writes++ % DB_STEPS;
	free(db->written[at].step);
	db->written[at].run = args[0].i;
	db->written[at].step = mem_strdup(args[1].p);
}

uint64_t
db_execution_writes(const struct db *db)
{
	return db->execution_writes;
}

uint64_t
db_step_writes(const struct db *db)
{
	return db->step_writes;
}

bool
db_steps_since(const struct db *db, uint64_t writes, int64_t run,
    const char *ret_ids[DB_STEPS], size_t *ret_count)
{
	*ret_count = 0;
	if (db->step_writes - writes > DB_STEPS)
		return false;
	for (; writes < db->step_writes; writes++) {
		size_t at = writes % DB_STEPS;

		if (db->written[at].run == run)
			ret_ids[(*ret_count)++] = db->written[at].step;
	}
	return true;
}

enum err
db_run_args(struct db *db, enum stmt id, const struct db_arg *args)
{
	struct rows *rows = prepare(db, id, args);
	enum err err = db->failed || db_is_lost(db)
	    ? ERR_UNAVAILABLE
	    : db_error(db, statements[id].name, rows_step(rows));

	note_write(db, id, args);
	db_done(rows);
	return err;
}

static int
ask_watch(void *ctx)
{
	struct db *db = ctx;

	return db->may_go_on(db->watch_ctx) ? 0 : 1;
}

void
db_watch(struct db *db, bool (*may_go_on)(void *ctx), void *ctx)
{
	db->may_go_on = may_go_on;
	db->watch_ctx = ctx;
	sqlite3_progress_handler(db->handle, DB_WATCH_OPS, ask_watch, db);
}

bool
db_is_writer(const struct db *db)
{
	return db->who == DB_KEEPER;
}

int
db_changes(struct db *db)
{
	return sqlite3_changes(db->handle);
}

struct rows *
db_query_args(struct db *db, enum stmt id, const struct db_arg *args)
{
	return prepare(db, id, args);
}

bool
db_is_alone(struct db *db)
{
	int64_t version = db_version(db);

	if (db->version == 0)
		db->version = version;
	return version == db->version;
}

int64_t
db_version(struct db *db)
{
	return pragma(db, "PRAGMA data_version", 0);
}
