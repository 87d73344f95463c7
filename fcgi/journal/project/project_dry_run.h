/*
 * project_dry_run.h: projections of actions beside the steps.
 */
#ifndef JOURNAL_PROJECT_PROJECT_DRY_RUN_H
#define JOURNAL_PROJECT_PROJECT_DRY_RUN_H

#include "base/err.h"

struct db;
struct event;

/* One function for each kind of event. */
enum err project_dry_run_requested(struct db *db, const struct event *e);
enum err project_dry_run_ended(struct db *db, const struct event *e);
enum err project_step_typed(struct db *db, const struct event *e);

#endif
