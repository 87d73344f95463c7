/*
 * migrate.c: migrates an older database to the present schema.  schema.sql is
 * the only description of the tables.
 *
 * Projections, which stand between two marks in it, are dropped, created and
 * filled again from the events.  Any other table whose definition changed is
 * copied column by column: a new column needs a default.  A list of ALTER
 * statements per version was rejected, as it repeats the schema.
 */
#include <stdlib.h>
#include <string.h>

#include "base/buf.h"
#include "base/log.h"
#include "base/mem.h"
#include "base/json.h"
#include "journal/event.h"
#include "journal/project/project.h"
#include "journal/migrate.h"

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
		log_warn("migration: %s: %s", sql,
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
	return json_object_get_string(json_object_array_get_idx(all, i));
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

	for (size_t i = 0;
	     columns != NULL && i < json_object_array_length(columns); i++)
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

/* Renames the old tables, or drops them. */
static bool
clear_tables(sqlite3 *handle, struct json_object *tables)
{
	size_t n = json_object_array_length(tables);
	bool ok = true;

	for (size_t i = 0; ok && i < n; i++)
		ok = run_for(handle,
		    is_projection(item(tables, i))
			? "DROP TABLE \"%w\""
			: "ALTER TABLE \"%w\" RENAME TO \"before_%w\"",
		    item(tables, i));
	return ok;
}

static bool
clear_indexes(sqlite3 *handle)
{
	struct json_object *indexes = list(handle,
	    "SELECT name FROM"
	    " sqlite_schema WHERE type = 'index' AND sql IS NOT NULL",
	    "");
	bool ok = indexes != NULL;

	for (size_t i = 0; ok && i < json_object_array_length(indexes); i++)
		ok = run_for(handle, "DROP INDEX \"%w\"", item(indexes, i));
	json_object_put(indexes);
	return ok;
}

bool
migrate_tables(sqlite3 *handle, int from)
{
	struct json_object *tables;
	bool ok;

	if (from == 0)
		return run(handle, schema);
	tables = list(handle,
	    "SELECT name FROM sqlite_schema WHERE"
	    " type = 'table' AND name NOT LIKE 'sqlite_%%'",
	    "");
	ok = tables != NULL && run(handle, "PRAGMA legacy_alter_table = ON") &&
	    clear_indexes(handle) && clear_tables(handle, tables) &&
	    run(handle, schema);
	for (size_t i = 0; ok && i < json_object_array_length(tables); i++)
		if (!is_projection(item(tables, i)))
			ok = copy_back(handle, item(tables, i));
	json_object_put(tables);
	return run(handle, "PRAGMA legacy_alter_table = OFF") && ok;
}

enum err
migrate_replay(struct db *db, int from)
{
	struct rows *rows = db_query(
	    db, STMT_EVENTS_OF, INT(INT64_MIN), INT(INT64_MAX));
	struct json_object *body, *data;
	enum err err = ERR_OK;
	struct event e;

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
	}
	db_done(rows);
	if (err != ERR_OK)
		return err;
	data = json_object_new_object();
	json_set_int(data, "from", from);
	json_set_int(data, "to", MIGRATE_VERSION);
	return event_append(
	    db, 0, EVENT_ANY_SEQ, "keeper", EVENT_JOURNAL_MIGRATED, data);
}
