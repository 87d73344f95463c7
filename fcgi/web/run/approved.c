/*
 * approved.c: all that an approval of a run's plan is given to.
 *
 * An approver reads what is new: the values, targets and document are compared
 * with those of the last run of the runbook that succeeded in the same
 * environment.  A secret is compared by the hash of its sealed box, so the same
 * value that was entered again counts as another one.
 */
#include <inttypes.h>
#include <string.h>

#include "base/text.h"
#include "web/run/approved.h"
#include "web/views/model.h"

#define TARGETS 12 /* that are named, */
#define FOLDED 200 /* and behind a fold */
#define SINCE 20   /* differences */
#define DIGITS 8   /* of a hash */

/* "ops@db.example:22", the URL, the file or the socket; "" of this machine. */
static const char *
address_of(struct req *req, struct json_object *t)
{
	const char *host = json_text(t, "host", NULL);
	const char *user = json_text(t, "user", NULL);

	if (host == NULL)
		return json_text(
		    t, "url", json_text(t, "file", json_text(t, "socket", "")));
	if (json_get(t, "port") != NULL)
		host = arena_printf(
		    req->arena, "%s:%" PRId64, host, json_int(t, "port", 0));
	return user == NULL ? host
			    : arena_printf(req->arena, "%s@%s", user, host);
}

/* Groups are their members; ways lead to targets. */
static bool
is_acted_on(struct json_object *t)
{
	return !text_eq(json_text(t, "kind", ""), "group") &&
	    !json_flag(t, "way", false);
}

static const char *
more_text(struct view *v, int64_t count)
{
	return count <= 0
	    ? NULL
	    : request_fill(v->req, "approved_more", "count",
		  arena_printf(v->req->arena, "%" PRId64, count), NULL);
}

static void
add_targets(struct view *v, struct json_object *o)
{
	struct json_object *few = json_object_new_array(), *one;
	struct json_object *more = json_object_new_array();
	struct json_object *all = json_get(v->run, "targets");
	int64_t count = 0;

	json_object_object_foreach (all, name, t) {
		if (!is_acted_on(t) || count++ >= TARGETS + FOLDED)
			continue;
		one = json_object_new_object();
		model_text(one, "name", name);
		model_text(one, "address", address_of(v->req, t));
		json_object_array_add(count <= TARGETS ? few : more, one);
	}
	model_bool(o, "has_targets", count > 0);
	model_put(o, "targets", few);
	model_bool(o, "has_more", count > TARGETS);
	model_put(o, "more", more);
	model_text(o, "more_text", more_text(v, count - TARGETS));
	model_text(o, "rest_text", more_text(v, count - TARGETS - FOLDED));
}

static void
add_finals(struct view *v, struct json_object *o)
{
	struct json_object *list = json_object_new_array(), *one;

	for (int i = 0; i < (int)v->plan->steps_count; i++) {
		if (!v->plan->steps[i].irreversible ||
		    v->steps[i].part != PART_MAIN ||
		    view_is_excluded(&v->steps[i]))
			continue;
		one = json_object_new_object();
		model_path(one, "path", v->plan->steps[i].id);
		model_text(one, "title", view_title(v, i));
		json_object_array_add(list, one);
	}
	model_bool(o, "has_finals", json_count(list) > 0);
	model_put(o, "finals", list);
}

static void
say(struct view *v, struct json_object *list, const char *key, const char *name,
    const char *before, const char *now)
{
	if (json_count(list) < SINCE)
		json_object_array_add(list,
		    json_object_new_string(request_fill(v->req, key, "name",
			name, "before", before, "now", now, NULL)));
}

static void
compare_values(
    struct view *v, struct json_object *list, struct json_object *past)
{
	struct json_object *was = json_get(past, "parameters");
	struct json_object *boxes = json_get(past, "sealed");

	json_object_object_foreach (json_get(v->run, "parameters"), name, now) {
		struct json_object *before = json_get(was, name);

		if (now == NULL &&
		    !json_object_equal(json_get(boxes, name),
			json_get(json_get(v->run, "sealed"), name)))
			say(v, list, "since_secret", name, "", "");
		if (now != NULL && !json_object_equal(before, now))
			say(v, list, "since_value", name,
			    before != NULL ? json_object_get_string(before)
					   : "",
			    json_object_get_string(now));
	}
}

static void
compare_targets(
    struct view *v, struct json_object *list, struct json_object *past)
{
	struct json_object *was = json_get(past, "targets");
	struct json_object *is = json_get(v->run, "targets");

	json_object_object_foreach (is, name, now) {
		struct json_object *before = json_get(was, name);

		if (before == NULL)
			say(v, list, "since_target_new", name, "", "");
		else if (!json_object_equal(before, now))
			say(v, list, "since_target_changed", name, "", "");
	}
	json_object_object_foreach (was, gone, before) {
		(void)before;
		if (json_get(is, gone) == NULL)
			say(v, list, "since_target_gone", gone, "", "");
	}
}

static void
add_since(struct view *v, struct json_object *o)
{
	struct db *db = v->req->web->db;
	struct json_object *list = json_object_new_array(), *past;
	int64_t run = db_first_int(
	    db_query(db, STMT_LAST_SUCCESS,
		TEXT(json_text(v->run, "runbook", "")),
		TEXT(json_text(v->run, "environment", "")),
		INT(v->lifecycle.id)),
	    0);

	model_put(o, "since_run", run > 0 ? json_object_new_int64(run) : NULL);
	model_put(o, "since", list);
	if (run == 0) {
		say(v, list, "since_first", "", "", "");
		return;
	}
	past = request_own(
	    v->req, db_first_json(db_query(db, STMT_RUN_GET, INT(run))));
	if (!text_eq(json_text(past, "document", ""),
		json_text(v->run, "document", "")))
		say(v, list, "since_document", "", "", "");
	compare_values(v, list, past);
	compare_targets(v, list, past);
	if (json_count(list) == 0)
		say(v, list, "since_same", "", "", "");
}

struct json_object *
approved_model(struct view *v)
{
	struct json_object *o = json_object_new_object();
	const char *plan = json_text(v->run, "plan", "");

	model_text(o, "plan_short",
	    arena_strndup(v->req->arena, plan,
		strlen(plan) < DIGITS ? strlen(plan) : DIGITS));
	add_targets(v, o);
	add_finals(v, o);
	add_since(v, o);
	return o;
}
