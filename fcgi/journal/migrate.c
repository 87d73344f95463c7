/*
 * migrate.c: migrates an older database to the present schema.  schema.sql is
 * the only description of the tables.
 *
 * Projections, which stand between two marks in it, are dropped, created and
 * filled again from the events.  Any other table whose definition changed is
 * copied column by column: a new column needs a default.  The rest stays, the
 * events among it.  Indexes are created when the rows are there.  A list of
 * ALTER statements per version was rejected, as it repeats the schema.
 */
#include <stdlib.h>
#include <string.h>

#include "base/buf.h"
#include "base/clock.h"
#include "base/log.h"
#include "base/mem.h"
#include "base/json.h"
#include "journal/event.h"
#include "journal/project/project.h"
#include "journal/migrate.h"

#define REPORT_MS 10000

static const char schema[] =
#include "schema.inc"
    ;

const char *
migrate_schema(void)
{
	return schema;
}

/* The table is created between the marks of schema.sql, or not at all. */
static bool
is_projection(const char *table)
{
	const char *from = strstr(schema, "-- From here to the line below");
	const char *to = strstr(schema, "-- Projections end here");
	char *create = mem_printf("CREATE TABLE %s (", table);
	const char *at = strstr(schema, create);

	free(create);
	return at == NULL || (at > from && at < to);
}

/* Not after an error that made SQLite roll back the transaction. */
static bool
run(sqlite3 *handle, const char *sql)
{
	char *message = NULL;
	bool ok = !sqlite3_get_autocommit(handle) &&
	    sqlite3_exec(handle, sql, NULL, NULL, &message) == SQLITE_OK;

	if (!ok)
		log_warn("migration: %.100s: %s", sql,
		    message != NULL ? message : "no transaction");
	sqlite3_free(message);
	return ok;
}

/*
 * Formats a statement with the name, which is of our own schema, and runs it.
 */
static bool
run_for(sqlite3 *handle, const char *format, const char *name)
{
	char *sql = sqlite3_mprintf(format, name, name);
	bool ok = run(handle, sql);

	sqlite3_free(sql);
	return ok;
}

/*
 * One text column of all rows, as an array that the caller puts; NULL: they
 * cannot all be read.
 */
static struct json_object *
list(sqlite3 *handle, const char *format, const char *name)
{
	struct json_object *all = json_object_new_array();
	char *sql = sqlite3_mprintf(format, name, name);
	sqlite3_stmt *stmt = NULL;
	const char *text;
	int rc = sqlite3_prepare_v2(handle, sql, -1, &stmt, NULL);

	while (rc == SQLITE_OK && (rc = sqlite3_step(stmt)) == SQLITE_ROW) {
		text = (const char *)sqlite3_column_text(stmt, 0);
		rc = text != NULL ? SQLITE_OK : SQLITE_NOMEM;
		if (text != NULL)
			json_object_array_add(
			    all, json_object_new_string(text));
	}
	if (rc != SQLITE_DONE) {
		log_warn("migration: %s: %s", sql, sqlite3_errmsg(handle));
		json_object_put(all);
		all = NULL;
	}
	sqlite3_finalize(stmt);
	sqlite3_free(sql);
	return all;
}

static const char *
item(struct json_object *all, size_t i)
{
	return json_object_get_string(json_at(all, i));
}

/* The columns that both versions of a table have; the caller puts them. */
static struct json_object *
shared_columns(sqlite3 *handle, const char *table)
{
	return list(handle,
	    "SELECT name FROM pragma_table_info('%q') INTERSECT"
	    " SELECT name FROM pragma_table_info('before_%q')",
	    table);
}

/* Moves the rows of before_TABLE into TABLE. */
static bool
copy_back(sqlite3 *handle, const char *table)
{
	struct json_object *columns = shared_columns(handle, table);
	struct buf names = { 0 };
	char *sql;
	bool ok;

	for (size_t i = 0; i < json_count(columns); i++)
		buf_printf(
		    &names, "%s\"%s\"", i > 0 ? ", " : "", item(columns, i));
	sql = sqlite3_mprintf("INSERT INTO \"%w\" (%s) SELECT %s FROM"
			      " \"before_%w\"",
	    table, buf_text(&names), buf_text(&names), table);
	ok = names.len > 0 && run(handle, sql) &&
	    run_for(handle, "DROP TABLE \"before_%w\"", table);
	sqlite3_free(sql);
	buf_clear(&names);
	json_object_put(columns);
	return ok;
}

/* Calls the function for each item of a list, which is put; NULL is a failure.
 */
static bool
for_each(sqlite3 *handle, struct json_object *all,
    bool (*one)(sqlite3 *, const char *name))
{
	bool ok = all != NULL;

	for (size_t i = 0; ok && i < json_count(all); i++)
		ok = one(handle, item(all, i));
	json_object_put(all);
	return ok;
}

static bool
drop_index(sqlite3 *handle, const char *name)
{
	return run_for(handle, "DROP INDEX \"%w\"", name);
}

static bool
clear_indexes(sqlite3 *handle)
{
	return for_each(handle,
	    list(handle,
		"SELECT name FROM"
		" sqlite_schema WHERE type = 'index' AND sql IS NOT NULL",
		""),
	    drop_index);
}

/*
 * Drops a projection, and renames another table unless it has the same
 * definition now.
 */
static bool
clear_table(sqlite3 *handle, const char *table)
{
	struct json_object *texts;
	bool ok, same;

	if (is_projection(table))
		return run_for(handle, "DROP TABLE \"%w\"", table);
	texts = list(handle,
	    "SELECT sql || ';' FROM sqlite_schema WHERE type = 'table' AND"
	    " name = %Q",
	    table);
	same = texts != NULL && strstr(schema, item(texts, 0)) != NULL;
	ok = texts != NULL &&
	    (same ||
		run_for(handle, "ALTER TABLE \"%w\" RENAME TO \"before_%w\"",
		    table));
	json_object_put(texts);
	return ok;
}

/* Creates what is missing. */
static bool
create(sqlite3 *handle)
{
	const char *at = schema, *next;
	struct buf sql = { 0 };
	bool ok;

	while ((next = strstr(at, "\nCREATE ")) != NULL) {
		next += strlen("\nCREATE ");
		next += strcspn(next, " ");
		if (strncmp(next, " TABLE ", 7) == 0) /* VIRTUAL TABLE */
			next += strlen(" TABLE");
		buf_put(&sql, at, (size_t)(next - at));
		buf_puts(&sql, " IF NOT EXISTS");
		at = next;
	}
	buf_puts(&sql, at);
	ok = run(handle, buf_text(&sql));
	buf_clear(&sql);
	return ok;
}

bool
migrate_indexes(sqlite3 *handle)
{
	return create(handle);
}

/* Empties the tables that change, under their new definitions. */
static bool
change_tables(sqlite3 *handle)
{
	static const char tables[] =
	    "SELECT name FROM sqlite_schema AS t WHERE type = 'table' AND name"
	    " NOT GLOB 'sqlite_*' AND NOT EXISTS (SELECT 1 FROM sqlite_schema"
	    " AS v WHERE v.sql LIKE 'CREATE VIRTUAL%%' AND t.name LIKE"
	    " v.name || '_%%')"; /* its tables go with a virtual one */

	return clear_indexes(handle) &&
	    for_each(handle, list(handle, tables, ""), clear_table) &&
	    create(handle) && clear_indexes(handle);
}

/* Moves the rows of all that were renamed. */
static bool
copy_all_back(sqlite3 *handle)
{
	static const char tables[] =
	    "SELECT substr(name, 8) FROM sqlite_schema WHERE type = 'table'"
	    " AND name LIKE 'before!_%%' ESCAPE '!'";

	return for_each(handle, list(handle, tables, ""), copy_back);
}

bool
migrate_tables(sqlite3 *handle, int from)
{
	bool ok;

	if (from == 0)
		return run(handle, schema);
	ok = run(handle, "PRAGMA legacy_alter_table = ON") &&
	    change_tables(handle) && copy_all_back(handle);
	return run(handle, "PRAGMA legacy_alter_table = OFF") && ok;
}

/* Reports how far it has come, every ten seconds. */
struct progress {
	int64_t all; /* events */
	int64_t done;
	int64_t begin;
	int64_t next; /* report */
};

static void
progress_begin(struct db *db, struct progress *p)
{
	struct rows *rows = db_query(db, STMT_EVENTS_COUNT);

	*p = (struct progress){ .begin = clock_monotonic() };
	p->next = p->begin + REPORT_MS;
	if (db_next(rows))
		p->all = db_int(rows, "events");
	db_done(rows);
}

static void
progress_add(struct progress *p)
{
	int64_t now;

	if (++p->done % 1024 != 0 || (now = clock_monotonic()) < p->next)
		return;
	p->next = now + REPORT_MS;
	log_info("migration: %lld of %lld events in %lld s", (long long)p->done,
	    (long long)p->all, (long long)(now - p->begin) / 1000);
}

enum err
migrate_replay(struct db *db, int from)
{
	struct json_object *body, *data;
	struct progress progress;
	enum err err = ERR_OK;
	struct rows *rows;
	struct event e;

	progress_begin(db, &progress);
	rows = db_query(db, STMT_EVENTS_OF, INT(INT64_MIN), INT(INT64_MAX));
	while (err == ERR_OK && db_next(rows)) {
		body = NULL;
		err = event_parse(db_text(rows, "body"), &e, &body);
		if (err == ERR_OK)
			err = event_project(db, &e);
		if (err != ERR_OK)
			log_warn("migration: event %lld of run %lld cannot be "
				 "replayed",
			    (long long)db_int(rows, "seq"),
			    (long long)db_int(rows, "run"));
		json_object_put(body);
		progress_add(&progress);
	}
	db_done(rows);
	if (err != ERR_OK)
		return err;
	log_info("migration: all %lld events in %lld s",
	    (long long)progress.done,
	    (long long)(clock_monotonic() - progress.begin) / 1000);
	data = json_object_new_object();
	json_set_int(data, "from", from);
	json_set_int(data, "to", MIGRATE_VERSION);
	return event_append(
	    db, 0, EVENT_ANY_SEQ, "keeper", EVENT_JOURNAL_MIGRATED, data);
}
