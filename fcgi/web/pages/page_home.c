/*
 * page_home.c: runs that wait for the person, other open runs, those that
 * failed lately, and those that ended lately.
 *
 * A run waits for the person if run_authorize() allows them now to approve,
 * start, resume, start or sign the next step, or close (run_row.c).  The newest
 * open runs are looked at; a further page begins below the last of them.
 */
#include <inttypes.h>
#include <string.h>

#include "base/clock.h"
#include "base/text.h"
#include "web/list/run_row.h"
#include "web/views/model.h"
#include "web/views/runbook_cache.h"
#include "web/pages/page.h"
#include "journal/lifecycle_people.h"

#define EXAMPLE \
	"hello" /* a runbook that needs nothing (templates/home.html) \
		 */
#define MAX_OPEN 50
#define MAX_FAILED 5
#define MAX_RECENT 10
#define LATELY_MS (14 * 24 * 3600 * 1000LL)

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
add_list(struct json_object *model, const char *name, const char *has,
    struct json_object *list)
{
	json_set_bool(model, has, json_count(list) > 0);
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
	for (size_t i = 0; i < json_count(all); i++) {
		struct json_object *o = json_at(all, i);
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
	n = json_count(open);
	if (n > MAX_OPEN)
		json_object_array_del_idx(open, MAX_OPEN, n - MAX_OPEN);
	run_row_add_all(req, open);
	for (size_t i = 0; i < json_count(open); i++) {
		o = json_at(open, i);
		json_object_array_add(
		    json_get(o, "waiting_for") != NULL ? waiting : running,
		    json_object_get(o));
	}
	add_list(model, "waiting", "has_waiting", waiting);
	add_list(model, "running", "has_running", running);
	model_text(model, "first_url", before < INT64_MAX ? "/" : NULL);
	model_text(model, "next_url",
	    n <= MAX_OPEN ? NULL
			  : arena_printf(req->arena, "/?before=%" PRId64,
				json_int(o, "id", 0)));
}

static struct json_object *
ended(struct req *req, struct rows *rows)
{
	struct json_object *list = row_models(req, rows);

	run_row_add_all(req, list);
	return list;
}

static bool
has_run(struct json_object *list, int64_t id)
{
	for (size_t i = 0; i < json_count(list); i++)
		if (json_int(json_at(list, i), "id", 0) == id)
			return true;
	return false;
}

/* The runs of `recent` that the page does not have in `failed` already. */
static struct json_object *
others(struct json_object *recent, struct json_object *failed)
{
	struct json_object *list = json_object_new_array();

	for (size_t i = 0; i < json_count(recent); i++) {
		struct json_object *o = json_at(recent, i);

		if (!has_run(failed, json_int(o, "id", 0)))
			json_object_array_add(list, json_object_get(o));
	}
	return list;
}

/* The state that the tab shows: the worst of the open runs. */
static const char *
tab_of(struct json_object *model)
{
	static const char *const lists[] = { "waiting", "running" };

	for (int k = 0; k < 2; k++) {
		struct json_object *runs = json_get(model, lists[k]);

		for (size_t i = 0; i < json_count(runs); i++)
			if (text_eq(json_text(json_at(runs, i), "icon", ""),
				"failed"))
				return "failed";
	}
	return json_flag(model, "has_waiting", false) ? "waiting"
	    : json_flag(model, "has_running", false)  ? "running"
						      : NULL;
}

/*
 * Nothing has run yet: where to begin.  The example is offered if the library
 * has it.
 */
static void
add_first(struct req *req, struct json_object *model)
{
	struct json_object *names = request_own(req, runbook_cache_names(req));
	bool first = !json_flag(model, "has_waiting", false) &&
	    !json_flag(model, "has_running", false) &&
	    !json_flag(model, "has_failed", false) &&
	    !json_flag(model, "has_recent", false);
	bool has = false;

	for (size_t i = 0; i < json_count(names); i++)
		has |= text_eq(
		    json_object_get_string(json_at(names, i)), EXAMPLE);
	json_set_bool(model, "_is_first", first);
	json_set_bool(model, "_has_example", has);
}

enum err
page_home(struct req *req, struct reply *reply)
{
	struct json_object *model = json_object_new_object(), *recent, *failed;
	int64_t before = INT64_MAX, since = clock_now() - LATELY_MS;

	text_int(request_query(req, "before"), 1, INT64_MAX, &before);
	model_text(model, "own_reset", own_reset(req));
	json_set_bool(model, "own_reset_choose",
	    req->actor.reset_by[0] != '\0' && !req->actor.reset_own);
	add_list(model, "resets", "has_resets", resets(req));
	add_all_open(req, model, before);
	failed = ended(req,
	    db_query(req->web->db, STMT_WEB_RUNS_FAILED, INT(MAX_FAILED),
		INT(since)));
	recent = ended(
	    req, db_query(req->web->db, STMT_WEB_RUNS_ENDED, INT(MAX_RECENT)));
	add_list(model, "_others", "_has_others", others(recent, failed));
	add_list(model, "failed", "has_failed", failed);
	add_list(model, "recent", "has_recent", recent);
	add_first(req, model);
	req->tab = tab_of(model);
	return reply_model(
	    req, reply, "home.html", request_text(req, "home_title"), model);
}
