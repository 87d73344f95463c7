/*
 * page_home.c: runs that wait for the person, active runs, recently ended runs.
 *
 * A run waits for the person if run_authorize() allows them now to approve,
 * start, resume, start or sign the next step, or close.  The newest open runs
 * are looked at; a further page begins below the last of them.
 */
#include <inttypes.h>
#include <string.h>

#include "base/text.h"
#include "web/views/model.h"
#include "web/pages/page.h"
#include "web/views/run_model.h"
#include "journal/lifecycle_people.h"

#define MAX_OPEN 50
#define MAX_RECENT 10

static const struct {
	enum verb verb;
	const char *key;
} run_waits[] = {
	{ VERB_run_approve, "wait_approve" },
	{ VERB_run_start, "wait_start" },
	{ VERB_run_resume, "wait_resume" },
};

/* The key of what a step waits for, which may be for one of several. */
static const char *
step_key(enum verb verb)
{
	switch (verb) {
	case VERB_step_retry:
		return "wait_failed";
	case VERB_step_resolve:
		return "wait_unknown";
	case VERB_step_sign:
		return "wait_sign";
	default:
		return "wait_step";
	}
}

/* The verb that the person could apply to the run, or NULL. */
static const char *
waiting_for(struct req *req, const struct view *v)
{
	int step = run_model_focused(v);
	enum verb verb = step < 0 ? VERB__MAX : run_model_verb(v, step);

	/* a parked run was put aside: it waits for those who decide */
	for (size_t i = 0; i < sizeof(run_waits) / sizeof(run_waits[0]); i++)
		if (v->lifecycle.state != STATE_PARKED &&
		    view_may(v, run_waits[i].verb, -1))
			return request_text(req, run_waits[i].key);
	if (verb != VERB__MAX)
		return request_fill(
		    req, step_key(verb), "title", view_title(v, step), NULL);
	if (v->finished && view_may(v, VERB_run_close, -1))
		return v->tally.total > 0
		    ? request_text(req, "wait_close")
		    : request_text(req, "finish_nothing_title");
	return NULL;
}

/* All rows of a query as rows of a list.  A new array. */
static struct json_object *
row_models(struct req *req, struct rows *rows)
{
	struct json_object *list = json_object_new_array();

	while (db_next(rows))
		json_object_array_add(list, model_run_row(req, rows));
	db_done(rows);
	return list;
}

static void
add_open(struct req *req, struct json_object *o, struct json_object *waiting,
    struct json_object *running)
{
	const char *what = NULL, *title = NULL;
	struct view *v;

	if (view_load(req, json_int(o, "id", 0), &v) == ERR_OK) {
		what = waiting_for(req, v);
		title = run_model_focus_text(v);
	}
	model_text(o, "current_title", title);
	model_text(o, "waiting_for", what);
	json_object_array_add(
	    what != NULL ? waiting : running, json_object_get(o));
}

static void
add_list(struct json_object *model, const char *name, const char *has,
    struct json_object *list)
{
	json_set_bool(model, has, json_object_array_length(list) > 0);
	json_set(model, name, list);
}

/* Password resets that the person could confirm. */
static struct json_object *
resets(struct req *req)
{
	struct json_object *all;

	if (!req->actor.session || req->actor.reset_by[0] != '\0' ||
	    (!actor_has(&req->actor, "admin") &&
		!actor_has(&req->actor, "approver")))
		return json_object_new_array();
	all = db_rows_json(
	    db_query(req->web->db, STMT_RESETS_OPEN, TEXT(req->actor.name)));
	for (size_t i = 0; i < json_object_array_length(all); i++) {
		struct json_object *o = json_object_array_get_idx(all, i);
		const char *name = json_text(o, "name", "");

		model_text(o, "text",
		    request_fill(req, "reset_text", "name", name, "by",
			json_text(o, "reset_by", ""), NULL));
		model_text(o, "button",
		    request_fill(req, "reset_confirm", "name", name, NULL));
	}
	return all;
}

/* Instructions if somebody else has set the person's own password. */
static const char *
own_reset(struct req *req)
{
	const struct actor *a = &req->actor;

	if (a->reset_by[0] == '\0' || (a->reset_own && !a->reset_open))
		return NULL;
	return !a->reset_own
	    ? request_fill(req, "own_reset_choose", "by", a->reset_by, NULL)
	    : request_fill(req, "own_reset_wait", "by", a->reset_by, NULL);
}

/* The open runs below that id, or all, as far as a page has room for them. */
static void
add_all_open(struct req *req, struct json_object *model, int64_t before)
{
	struct json_object *waiting = json_object_new_array();
	struct json_object *running = json_object_new_array();
	struct json_object *open, *o = NULL;
	size_t n;

	open = request_own(req,
	    row_models(req,
		db_query(req->web->db, STMT_WEB_RUNS_OPEN, INT(before),
		    INT(MAX_OPEN + 1))));
	n = json_object_array_length(open);
	for (size_t i = 0; i < n && i < MAX_OPEN; i++)
		add_open(req, o = json_object_array_get_idx(open, i), waiting,
		    running);
	add_list(model, "waiting", "has_waiting", waiting);
	add_list(model, "running", "has_running", running);
	model_text(model, "first_url", before < INT64_MAX ? "/" : NULL);
	model_text(model, "next_url",
	    n <= MAX_OPEN ? NULL
			  : arena_printf(req->arena, "/?before=%" PRId64,
				json_int(o, "id", 0)));
}

static struct json_object *
recent(struct req *req)
{
	struct json_object *list = row_models(
	    req, db_query(req->web->db, STMT_WEB_RUNS_ENDED, INT(MAX_RECENT)));

	for (size_t i = 0; i < json_object_array_length(list); i++) {
		struct json_object *o = json_object_array_get_idx(list, i);

		model_put(o, "current_title", NULL);
		model_put(o, "waiting_for", NULL);
	}
	return list;
}

enum err
page_home(struct req *req, struct reply *reply)
{
	struct json_object *model = json_object_new_object();
	int64_t before = INT64_MAX;

	text_int(request_query(req, "before"), 1, INT64_MAX, &before);
	model_text(model, "own_reset", own_reset(req));
	json_set_bool(model, "own_reset_choose",
	    req->actor.reset_by[0] != '\0' && !req->actor.reset_own);
	add_list(model, "resets", "has_resets", resets(req));
	add_all_open(req, model, before);
	add_list(model, "recent", "has_recent", recent(req));
	return reply_model(
	    req, reply, "home.html", request_text(req, "home_title"), model);
}
