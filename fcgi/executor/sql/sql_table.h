/*
 * sql_table.h: a result set as a table of text, bounded in every direction.
 */
#ifndef EXECUTOR_SQL_SQL_TABLE_H
#define EXECUTOR_SQL_SQL_TABLE_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "base/buf.h"
#include "executor/output/redact.h"

#define TABLE_ROWS 200 /* maximum shown; the others are counted */
#define TABLE_COLUMNS 40
#define TABLE_CELL 80 /* columns of the screen */

struct table;

/* The mask redacts secrets in cells; it must outlive the table. */
struct table *table_new(const struct mask *mask);
void table_free(struct table *t);

/*
 * Saves the last result set as CSV (RFC 4180): the names, then the rows, lines
 * that end with CRLF; NULL is nothing, an empty text "".
 */
struct output;
void table_save(struct table *t, struct output *o);

/* Begins a result set with so many columns; a name for each of them follows. */
void table_begin(struct table *t, size_t columns);
void table_name(struct table *t, const char *name);

/* A new row, then its cells from the left; data NULL is SQL's NULL. */
void table_row(struct table *t);
void table_cell(struct table *t, const char *data, size_t len);

/* Rows of this result set, and whether one was begun since the last end. */
int64_t table_rows(const struct table *t);
bool table_is_open(const struct table *t);

/* Ends the result set and appends it; nothing if it has no columns. */
void table_end(struct table *t, struct buf *out);

/*
 * The first cell of the first row of the last result set, unchanged; NULL if it
 * has none or it was NULL.
 */
const struct buf *table_first(const struct table *t);

#endif
