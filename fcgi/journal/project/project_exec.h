/*
 * project_exec.h: projections of attempts, their targets and results
 * (project.c).
 */
#ifndef JOURNAL_PROJECT_PROJECT_EXEC_H
#define JOURNAL_PROJECT_PROJECT_EXEC_H

#include "base/err.h"

struct db;
struct event;

/* One function for each kind of event. */
enum err project_step_requested(struct db *db, const struct event *e);
enum err project_step_starting(struct db *db, const struct event *e);
enum err project_step_running(struct db *db, const struct event *e);
enum err project_step_noted(struct db *db, const struct event *e);
enum err project_target_ended(struct db *db, const struct event *e);
enum err project_step_ended(struct db *db, const struct event *e);

/* Sets the captured values of the event's step, if it has any. */
enum err project_set_variables(struct db *db, const struct event *e);

#endif
