/*
 * rows.h: the rows of a query, column by column or as JSON.
 */
#ifndef JOURNAL_ROWS_H
#define JOURNAL_ROWS_H

#include <json-c/json.h>
#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

struct rows;

/*
 * The next row.  False: there is none, or it cannot be read; then the end of
 * the transaction fails (transaction.h).
 */
bool db_next(struct rows *rows);

/* For db.c: SQLite's extended code of the next step. */
int rows_step(struct rows *rows);

/* Ends the query. */
void db_done(struct rows *rows);

/*
 * A column by its name in the statement; valid until the next db_next() or
 * db_done(). Text is NULL if the column is. Another name is a bug and aborts.
 */
int64_t db_int(struct rows *rows, const char *column);
const char *db_text(struct rows *rows, const char *column);
const void *db_blob(struct rows *rows, const char *column, size_t *ret_len);
bool db_is_null(struct rows *rows, const char *column);

/*
 * The current row as a new object, by the names of its columns. A column that
 * ends in _json is parsed and put without the ending; _at becomes RFC 3339
 * text.
 */
struct json_object *db_row_json(struct rows *rows);

/*
 * True if a text of the row has a NUL inside: db_text() gives the part before
 * it, which only the programs of others write.
 */
bool db_has_nul(const struct rows *rows);

/* True if both rows, of the same statement, have the same values. */
bool db_same_row(const struct rows *a, const struct rows *b);

/* All rows as an array of such objects; calls db_done(). */
struct json_object *db_rows_json(struct rows *rows);

/* The first row, or NULL if there is none; calls db_done(). */
struct json_object *db_first_json(struct rows *rows);

/* The first column of the first row, or the fallback; calls db_done(). */
int64_t db_first_int(struct rows *rows, int64_t fallback);

#endif
