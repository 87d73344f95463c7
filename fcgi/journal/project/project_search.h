/*
 * project_search.h: the texts in which runs are searched (project.c).
 */
#ifndef JOURNAL_PROJECT_PROJECT_SEARCH_H
#define JOURNAL_PROJECT_PROJECT_SEARCH_H

#include "base/err.h"

struct db;
struct event;

/* Adds title, reason and name of the runbook of the run that was created. */
enum err project_search_add(struct db *db, const struct event *e);

#endif
