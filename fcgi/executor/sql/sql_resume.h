/*
 * sql_resume.h: decides whether a retry can start at a statement without
 * running those before it.
 */
#ifndef EXECUTOR_SQL_SQL_RESUME_H
#define EXECUTOR_SQL_SQL_RESUME_H

#include "executor/actions/act.h"
#include "lang/sql/sql_split.h"

enum sql_part {
	SQL_DONE,   /* it stays applied: skip it */
	SQL_REPEAT, /* it set up the connection: run it again */
	SQL_BLOCKS, /* later ones may need the state of its connection */
};

/* The effect of statement i on a retry that starts after it. */
enum sql_part sql_part_of(const struct statements *all, const char *text,
    size_t i, enum step_kind dialect);

/* True if a new connection can start at statement `first`, from 0. */
bool sql_resumable(const struct statements *all, const char *text, size_t first,
    enum step_kind dialect);

/*
 * The statements that people decided to skip on the target: how many, and
 * whether it is statement i, from 0.
 */
size_t sql_skipped(const struct job *job);
bool sql_is_skipped(const struct job *job, size_t i);

#endif
