/*
 * project.h: projections in files of their own; the table of project.c names
 * them.
 */
#ifndef JOURNAL_PROJECT_PROJECT_H
#define JOURNAL_PROJECT_PROJECT_H

#include "base/json.h"
#include "journal/event.h"
#include "base/err.h"

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

/* Adds a step of a run: {id, part, when, optional}. */
enum err project_add_step(struct db *db, const struct event *e,
    struct json_object *step, int64_t position);

/* Sets the state alone: the actor stays recorded beside it. */
enum err project_progress(
    struct db *db, const struct event *e, const char *state);

/* Calls one(db, e, element, index) for each element of an array of the data. */
enum err project_for_each(struct db *db, const struct event *e, const char *key,
    enum err (*one)(
	struct db *, const struct event *, struct json_object *, size_t));

/*
 * Updates the projections with one event. A pure function of the
 * event and the projections before it, as `verify` replays it. ERR_INVALID:
 * unknown kind.
 */
enum err event_project(struct db *db, const struct event *e);

/*
 * Copies the documents that the event names, which are no events themselves
 * and to which rows refer, for a replay of the events of `from` in `replay`.
 */
void event_bring_documents(
    struct db *from, struct db *replay, const struct event *e);

#endif
