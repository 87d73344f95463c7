/*
 * project.h: projections in files of their own; the table of project.c names
 * them.
 */
#ifndef JOURNAL_PROJECT_H
#define JOURNAL_PROJECT_H

#include "base/json.h"
#include "journal/event.h"

/* A text of the event's data, or NULL; a part of it as JSON text. */
static inline const char *
text_of(const struct event *e, const char *key)
{
	return json_text(e->data, key, NULL);
}

static inline const char *
written(const struct event *e, const char *key)
{
	return json_write(json_get(e->data, key));
}

/*
 * Sets state, actor and reason of the event's step, and recounts the done
 * steps.
 */
enum err project_set_step(struct db *db, const struct event *e,
    const char *state, const char *reason);

/* Calls one(db, e, element, index) for each element of an array of the data. */
enum err project_for_each(struct db *db, const struct event *e, const char *key,
    enum err (*one)(
	struct db *, const struct event *, struct json_object *, size_t));

/*
 * The actor works on the event's step; a step starts, possibly the first of its
 * run (project_plan.c).
 */
enum err project_work(struct db *db, const struct event *e);
enum err project_begin(struct db *db, const struct event *e);

enum err project_run_changed(struct db *db, const struct event *e);
enum err project_decided(struct db *db, const struct event *e);
enum err project_withdrawn(struct db *db, const struct event *e);

enum err project_account_added(struct db *db, const struct event *e);
enum err project_account_changed(struct db *db, const struct event *e);
enum err project_password_set(struct db *db, const struct event *e);
enum err project_reset_confirmed(struct db *db, const struct event *e);
enum err project_migrated(struct db *db, const struct event *e);
enum err project_decision_reset(struct db *db, const struct event *e);
enum err project_token_added(struct db *db, const struct event *e);
enum err project_token_revoked(struct db *db, const struct event *e);
enum err project_secret_set(struct db *db, const struct event *e);
enum err project_secret_deleted(struct db *db, const struct event *e);

enum err project_dry_run_requested(struct db *db, const struct event *e);
enum err project_dry_run_ended(struct db *db, const struct event *e);
enum err project_step_typed(struct db *db, const struct event *e);

#endif
