/*
 * rows.c: the rows of a query, column by column or as JSON.
 *
 * Columns are read by name: a number would silently mean another column when a
 * statement changes.  A read that fails ends the rows, and the transaction
 * fails with it (transaction.h).
 */
#include <string.h>

#include "journal/rows.h"
#include "base/clock.h"
#include "base/log.h"
#include "journal/db_own.h"

static const char *
name_of(const struct rows *rows)
{
	return db_stmt_name((enum stmt)(rows - rows->db->rows));
}

int
rows_step(struct rows *rows)
{
	int rc = rows->rc == SQLITE_OK ? sqlite3_step(rows->stmt) : rows->rc;

	return rc == rows->rc || rc == SQLITE_ROW || rc == SQLITE_DONE
	    ? rc
	    : sqlite3_extended_errcode(rows->db->handle);
}

bool
db_next(struct rows *rows)
{
	int rc;

	if (rows->db->failed)
		return false;
	rc = rows_step(rows);
	if (rc != SQLITE_ROW && rc != SQLITE_DONE &&
	    !db_fail(rows->db, name_of(rows), rc))
		log_fatal("%s: the database cannot be read", name_of(rows));
	return rc == SQLITE_ROW;
}

void
db_done(struct rows *rows)
{
	if (rows->stmt != NULL) {
		sqlite3_reset(rows->stmt);
		sqlite3_clear_bindings(rows->stmt);
	}
	rows->busy = false;
}

/*
 * The number of a column in the row. Rows are mostly read in the order of
 * their columns, some asked about twice, so the search begins at the column
 * that was read last, and few names begin with the same letter. A name that the
 * statement does not have is a bug; tests/lint/columns finds it without running
 * the code.
 */
static int
column_of(struct rows *rows, const char *name)
{
	int i = rows->last;

	for (int left = rows->columns; left > 0; left--) {
		if (*rows->names[i] == *name &&
		    strcmp(rows->names[i], name) == 0)
			return rows->last = i;
		if (++i == rows->columns)
			i = 0;
	}
	log_bug("%s has no column %s", name_of(rows), name);
}

int64_t
db_int(struct rows *rows, const char *column)
{
	return sqlite3_column_int64(rows->stmt, column_of(rows, column));
}

/* SQLite has no NULL there, but no memory for the value. */
static void
check_value(struct rows *rows, const void *value)
{
	if (value == NULL && sqlite3_errcode(rows->db->handle) == SQLITE_NOMEM)
		log_bug("out of memory");
}

const char *
db_text(struct rows *rows, const char *column)
{
	const char *text = (const char *)sqlite3_column_text(
	    rows->stmt, column_of(rows, column));

	check_value(rows, text);
	return text;
}

const void *
db_blob(struct rows *rows, const char *column, size_t *ret_len)
{
	int i = column_of(rows, column);
	const void *data = sqlite3_column_blob(rows->stmt, i);

	check_value(rows, data);
	*ret_len = (size_t)sqlite3_column_bytes(rows->stmt, i);
	return data;
}

bool
db_is_null(struct rows *rows, const char *column)
{
	return sqlite3_column_type(rows->stmt, column_of(rows, column)) ==
	    SQLITE_NULL;
}

/* The name without its ending, if it has that ending. */
static bool
without(const char *name, const char *ending, char out[64])
{
	size_t len = strlen(name), n = strlen(ending);

	if (len < n || len - n > 63 || strcmp(name + len - n, ending) != 0)
		return false;
	memcpy(out, name, len - n);
	out[len - n] = '\0';
	return true;
}

/* A row has a column once: the object is not searched for it. */
static void
add(struct json_object *o, const char *name, struct json_object *value)
{
	json_object_object_add_ex(o, name, value, JSON_C_OBJECT_ADD_KEY_IS_NEW);
}

static void
put_column(struct json_object *o, struct rows *rows, int i)
{
	const char *name = rows->names[i], *text;
	char base[64], at[CLOCK_TEXT];
	size_t len = strlen(name);

	switch (sqlite3_column_type(rows->stmt, i)) {
	case SQLITE_NULL:
		add(o, without(name, "_json", base) ? base : name, NULL);
		break;
	case SQLITE_INTEGER:
		if ((len > 3 && strcmp(name + len - 3, "_at") == 0) ||
		    strcmp(name, "at") == 0) {
			clock_format(sqlite3_column_int64(rows->stmt, i), at);
			add(o, name, json_object_new_string(at));
			break;
		}
		add(o, name,
		    json_object_new_int64(sqlite3_column_int64(rows->stmt, i)));
		break;
	default:
		text = (const char *)sqlite3_column_text(rows->stmt, i);
		check_value(rows, text);
		if (text == NULL) /* an empty blob */
			text = "";
		if (without(name, "_json", base))
			add(o, base, json_tokener_parse(text));
		else
			add(o, name, json_object_new_string(text));
	}
}

static bool
same_value(sqlite3_stmt *a, sqlite3_stmt *b, int i)
{
	int type = sqlite3_column_type(a, i), len;
	const void *x, *y;

	if (type != sqlite3_column_type(b, i))
		return false;
	if (type == SQLITE_NULL)
		return true;
	if (type == SQLITE_INTEGER)
		return sqlite3_column_int64(a, i) == sqlite3_column_int64(b, i);
	x = sqlite3_column_blob(a, i);
	y = sqlite3_column_blob(b, i);
	len = sqlite3_column_bytes(a, i);
	return len == sqlite3_column_bytes(b, i) &&
	    (len == 0 ||
		(x != NULL && y != NULL && memcmp(x, y, (size_t)len) == 0));
}

bool
db_has_nul(const struct rows *rows)
{
	const char *text;

	for (int i = 0; i < rows->columns; i++) {
		if (sqlite3_column_type(rows->stmt, i) != SQLITE_TEXT)
			continue;
		text = (const char *)sqlite3_column_text(rows->stmt, i);
		if (text == NULL ||
		    (int)strlen(text) != sqlite3_column_bytes(rows->stmt, i))
			return true;
	}
	return false;
}

bool
db_same_row(const struct rows *a, const struct rows *b)
{
	for (int i = 0; i < a->columns; i++)
		if (!same_value(a->stmt, b->stmt, i))
			return false;
	return true;
}

struct json_object *
db_row_json(struct rows *rows)
{
	struct json_object *o = json_object_new_object();

	for (int i = 0; i < rows->columns; i++)
		put_column(o, rows, i);
	return o;
}

struct json_object *
db_rows_json(struct rows *rows)
{
	struct json_object *all = json_object_new_array();

	while (db_next(rows))
		json_object_array_add(all, db_row_json(rows));
	db_done(rows);
	return all;
}

struct json_object *
db_first_json(struct rows *rows)
{
	struct json_object *o = db_next(rows) ? db_row_json(rows) : NULL;

	db_done(rows);
	return o;
}

int64_t
db_first_int(struct rows *rows, int64_t fallback)
{
	int64_t n = db_next(rows) ? sqlite3_column_int64(rows->stmt, 0)
				  : fallback;

	db_done(rows);
	return n;
}
