/* sql_source.h: the text of a SQL step, with that of the files that it names.
 */
#ifndef EXECUTOR_SQL_SQL_SOURCE_H
#define EXECUTOR_SQL_SQL_SOURCE_H

#include "executor/job_spec.h"
#include "lang/sql/sql_split.h"

#define SQL_PLACE_MAX 256

struct sql_source {
	const struct job_spec *spec;
	struct buf text; /* of the step, and behind it those of the files */
	struct sql_source_file *files;
	size_t count;
};

/*
 * Reads the files, if they are those of the plan.  False: why gets a sentence.
 * The caller clears *ret in both cases.
 */
bool sql_source_read(
    const struct job_spec *o, struct sql_source *ret, struct buf *why);
void sql_source_clear(struct sql_source *s);

/*
 * Splits all of it; each line "< ./path" is replaced by the statements of its
 * file.  False: why gets a sentence with the place of the error.  The caller
 * clears *ret.
 */
bool sql_source_split(struct sql_source *s, enum step_kind dialect,
    bool backslash, struct statements *ret, struct buf *why);

/* The line of a statement in the document, or in its file. */
int sql_source_line(const struct sql_source *s, const struct statement *st);

/* The same for people: "45", or "./ddl.sql:3". */
const char *sql_source_place(const struct sql_source *s,
    const struct statement *st, char place[SQL_PLACE_MAX]);

#endif
