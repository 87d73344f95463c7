/*
 * view_attempts.c: the attempts of a step, with their targets.
 *
 * A page shows the newest attempts.  Of a large group an attempt has those of
 * its targets that need a person, and the number of all; an export has all.
 */
#include <inttypes.h>

#include "journal/plan.h"
#include "web/views/model.h"
#include "web/views/output_text.h"
#include "web/views/view_attempts.h"

/* The attempts of a step with these numbers. */
static void
load_attempts(struct view *v, struct view_step *s, int64_t first, int64_t last)
{
	struct rows *rows = db_query(v->req->web->db, STMT_WEB_ATTEMPTS_OF,
	    INT(v->lifecycle.id), TEXT(s->step->id), INT(first), INT(last));
	struct json_object *o;

	s->tries = request_own(v->req, json_object_new_array());
	while (db_next(rows)) {
		o = model_object(32);
		model_int(o, "n", db_int(rows, "n"));
		model_text(o, "state", db_text(rows, "state"));
		model_text(o, "by", db_text(rows, "by"));
		model_text(
		    o, "requested_at", view_time(v, rows, "requested_at"));
		model_text(o, "started_at", view_time(v, rows, "started_at"));
		model_text(o, "ended_at", view_time(v, rows, "ended_at"));
		model_text(o, "cancelled_by", db_text(rows, "cancelled_by"));
		model_text(o, "message",
		    request_message(v->req, db_text(rows, "message")));
		model_text(o, "_exec", db_text(rows, "exec"));
		model_text(o, "plan", db_text(rows, "plan"));
		model_put(o, "exit", NULL);
		model_put(o, "targets", json_object_new_array());
		json_object_array_add(s->tries, o);
	}
	db_done(rows);
}

/* A number, or null. */
static void
show_number(struct json_object *o, struct rows *rows, const char *name)
{
	model_put(o, name,
	    db_is_null(rows, name) ? NULL
				   : json_object_new_int64(db_int(rows, name)));
}

/* The fields of result.def that pages show. */
#define SHOW(name, type, use, dry) RESULT_IF_PAGE_##use(SHOW_##type(#name))
#define SHOW_TEXT(name) model_text(o, name, db_text(rows, name));
#define SHOW_MESSAGE(name) \
	model_text(o, name, request_message(v->req, db_text(rows, name)));
#define SHOW_EXIT(name) show_number(o, rows, name);
#define SHOW_COUNT(name) model_int(o, name, db_int(rows, name));
#define SHOW_FLAG(name) model_bool(o, name, db_int(rows, name) != 0);
#define SHOW_SEALED(name) model_bool(o, name, !db_is_null(rows, name));
#define SHOW_OBJECT(name) show_object(o, name, db_text(rows, name "_json"));
#define SHOW_POSITION(name) \
	show_number(o, rows, name); \
	show_number(o, rows, name "_of");

static void
show_object(struct json_object *o, const char *name, const char *text)
{
	model_put(o, name, text != NULL ? json_tokener_parse(text) : NULL);
}

static struct json_object *
target_model(struct view *v, const struct view_step *s, struct rows *rows)
{
	struct json_object *o = model_object(32);
	const char *url;

	url = output_text_url(v->req, v->lifecycle.id, s->step->id,
	    db_int(rows, "n"), db_text(rows, "target"));
	model_text(o, "name", db_text(rows, "target"));
	RESULT_FIELDS(SHOW)
	model_text(o, "note", request_message(v->req, db_text(rows, "note")));
	model_text(
	    o, "progress", request_message(v->req, db_text(rows, "progress")));
	model_text(o, "started_at", view_time(v, rows, "started_at"));
	model_text(o, "ended_at", view_time(v, rows, "ended_at"));
	model_put(o, "skipped",
	    db_is_null(rows, "skipped_json")
		? NULL
		: json_tokener_parse(db_text(rows, "skipped_json")));
	model_put(o, "artifact",
	    s->step->artifact == NULL
		? NULL
		: artifacts_find(v, s->step->id, db_int(rows, "n"),
		      db_text(rows, "target")));
	model_text(o, "text_url", arena_printf(v->req->arena, "%s.txt", url));
	model_text(o, "cast_url", arena_printf(v->req->arena, "%s.cast", url));
	return o;
}

/*
 * The exit status of an attempt is that of its first target that did not
 * succeed.
 */
static void
add_target(struct json_object *attempt, struct json_object *target)
{
	struct json_object *exit = json_get(target, "exit");

	if (exit != NULL &&
	    (json_get(attempt, "exit") == NULL ||
		json_int(attempt, "exit", 0) == 0))
		json_set(attempt, "exit", json_object_get(exit));
	json_object_array_add(json_get(attempt, "targets"), target);
}

/* The group of the step is too large for pages. */
static bool
is_large(const struct view *v, const struct view_step *s)
{
	struct json_object *members = s->step->on == NULL
	    ? NULL
	    : json_get(json_get(json_get(v->run, "targets"), s->step->on),
		  "members");

	return members != NULL && json_count(members) > VIEW_TARGETS;
}

static void
count_targets(struct view *v, struct view_step *s, struct json_object *attempt)
{
	int64_t n = (int64_t)json_count(json_get(attempt, "targets"));

	if (json_get(attempt, "targets_count") == NULL)
		model_int(attempt, "targets_count", n);
	model_text(attempt, "targets_url",
	    !view_is_cut(attempt)
		? NULL
		: arena_printf(v->req->arena, "%s/attempts/%" PRId64,
		      request_step_url(v->req, v->lifecycle.id, s->step->id),
		      json_int(attempt, "n", 0)));
}

static void
load_targets(struct view *v, struct view_step *s, int64_t first, int64_t last)
{
	bool few = !v->all_targets && is_large(v, s);
	struct db *db = v->req->web->db;
	struct json_object *attempt;
	struct rows *rows = few
	    ? db_query(db, STMT_WEB_TARGETS_FEW, INT(v->lifecycle.id),
		  TEXT(s->step->id), INT(first), INT(last), INT(VIEW_TARGETS))
	    : db_query(db, STMT_WEB_TARGETS_OF, INT(v->lifecycle.id),
		  TEXT(s->step->id), INT(first), INT(last));

	while (db_next(rows)) {
		attempt = json_at(
		    s->tries, (size_t)(db_int(rows, "n") - first));
		if (attempt == NULL)
			continue;
		add_target(attempt, target_model(v, s, rows));
		if (few)
			json_set_int(attempt, "targets_count",
			    db_int(rows, "of_attempt"));
	}
	db_done(rows);
	for (size_t i = 0; i < json_count(s->tries); i++)
		count_targets(v, s, json_at(s->tries, i));
}

bool
view_is_cut(struct json_object *attempt)
{
	size_t n = json_count(json_get(attempt, "targets"));

	return json_int(attempt, "targets_count", (int64_t)n) > (int64_t)n;
}

/* The first and the last number of the attempts that are shown. */
static void
shown(const struct view *v, const struct view_step *s, int64_t *ret_first,
    int64_t *ret_last)
{
	*ret_last = s->attempts < v->below ? s->attempts : v->below - 1;
	*ret_first = *ret_last <= VIEW_ATTEMPTS ? 1
						: *ret_last - VIEW_ATTEMPTS + 1;
}

struct json_object *
view_attempts(struct view *v, int step)
{
	struct view_step *s = &v->steps[step];
	int64_t first, last;

	shown(v, s, &first, &last);
	if (last >= first && s->tries == NULL) {
		load_attempts(v, s, first, last);
		load_targets(v, s, first, last);
	}
	/* None of some, if they could not be read: the page becomes an error.
	 */
	return json_count(s->tries) > 0 ? s->tries : NULL;
}

struct json_object *
view_attempt(struct view *v, int step, int64_t n)
{
	struct json_object *tries = view_attempts(v, step), *o;

	for (size_t i = 0; i < json_count(tries); i++) {
		o = json_at(tries, i);
		if (json_int(o, "n", 0) == n)
			return o;
	}
	return NULL;
}

bool
view_is_answered(struct view *v, const struct view_step *s, int64_t n)
{
	struct json_object *attempt = s->part != PART_PROBE
	    ? NULL
	    : view_attempt(v, (int)(s - v->steps), n);

	return attempt != NULL && state_read(attempt) == STATE_SUCCEEDED;
}

const char *
view_earlier_url(struct view *v, int step)
{
	const struct view_step *s = &v->steps[step];
	int64_t first, last;

	shown(v, s, &first, &last);
	return first == 1
	    ? NULL
	    : arena_printf(v->req->arena, "%s/attempts?before=%" PRId64,
		  request_step_url(v->req, v->lifecycle.id, s->step->id),
		  first);
}
