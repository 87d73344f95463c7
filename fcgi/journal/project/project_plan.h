/*
 * project_plan.h: projections of the people of a run.
 */
#ifndef JOURNAL_PROJECT_PROJECT_PLAN_H
#define JOURNAL_PROJECT_PROJECT_PLAN_H

#include "base/err.h"

struct db;
struct event;

/*
 * The actor works on the event's step; a step starts, possibly the first of its
 * run.
 */
enum err project_work(struct db *db, const struct event *e);
enum err project_begin(struct db *db, const struct event *e);

/* One function for each kind of event. */
enum err project_run_changed(struct db *db, const struct event *e);
enum err project_run_expanded(struct db *db, const struct event *e);
enum err project_decided(struct db *db, const struct event *e);
enum err project_withdrawn(struct db *db, const struct event *e);

#endif
