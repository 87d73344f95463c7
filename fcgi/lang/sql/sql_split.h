/* sql_split.h: splits the text of a SQL step into statements. */
#ifndef LANG_SQL_SQL_SPLIT_H
#define LANG_SQL_SQL_SPLIT_H

#include <stdbool.h>
#include <stddef.h>

#include "plan/kind.h"

/* A {{name}} where a value may stand. */
struct statement_value {
	size_t at;  /* in the text that was split */
	size_t len; /* with the braces */
	char name[65];
};

struct statement {
	size_t at;          /* in the text, after comments before it */
	size_t len;         /* without its delimiter */
	int line;           /* 0: on the first line of the text */
	size_t values_from; /* in `values` */
	size_t values_count;
	bool is_file;   /* a line "< ./path": `at` and `len` are of the path */
	size_t path_at; /* of a file: where its path stands in the text, and */
	size_t
	    path_len; /* `line` is in the file; 0: it is of the text itself */
};

struct statements {
	struct statement *all;
	size_t count;
	size_t cap;
	struct statement_value *values;
	size_t values_count;
	size_t values_cap;
	size_t wrong_at;   /* place of the error */
	const char *wrong; /* its remedy */
};

/*
 * Splits the text. `backslash`: in plain strings a backslash takes the next
 * character with it, as in MySQL and once in PostgreSQL. False: the text has an
 * error, which ret->wrong describes; the statements before it are returned.
 * Clear with statements_clear() in both cases.
 */
bool statements_split(const char *text, enum step_kind dialect, bool backslash,
    struct statements *ret);

/* The same for the text of a file, in which {{name}} is no value. */
bool statements_split_file(const char *text, enum step_kind dialect,
    bool backslash, struct statements *ret);
void statements_clear(struct statements *s);

/* `backslash` as it is for a server with its default settings. */
bool statements_backslash(enum step_kind dialect);

#endif
