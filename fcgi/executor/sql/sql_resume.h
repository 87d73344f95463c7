/*
 * sql_resume.h: whether the statements from one on can be run without those
 * before it.
 */
#ifndef EXECUTOR_SQL_SQL_RESUME_H
#define EXECUTOR_SQL_SQL_RESUME_H

#include "lang/sql_split.h"

enum sql_part {
	SQL_DONE,   /* it stays applied: left out */
	SQL_REPEAT, /* it set up the connection: run again */
	SQL_BLOCKS, /* later ones may need what ended with its connection */
};

/* What statement i is to those after it. */
enum sql_part sql_part_of(const struct statements *all, const char *text,
    size_t i, enum dialect dialect);

/* Whether a new connection can go on at statement `first`, from 0. */
bool sql_resumable(const struct statements *all, const char *text, size_t first,
    enum dialect dialect);

#endif
