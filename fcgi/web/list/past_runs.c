/*
 * past_runs.c: the last runs of a runbook, and how many of them succeeded.
 *
 * The newest ones alone are read and counted: a page costs the same after a
 * million runs, and what happened last year says little of tonight.
 */
#include "base/clock.h"
#include "base/text.h"
#include "web/list/past_runs.h"
#include "web/list/run_row.h"
#include "web/views/model.h"

#define LOWEST 3 /* the bar of a run that took no time */

void
past_runs_add(struct req *req, struct json_object *o, const char *runbook)
{
	struct json_object *list = json_object_new_array();
	struct rows *rows = db_query(
	    req->web->db, STMT_WEB_RUNS_PAST, TEXT(runbook), INT(PAST_RUNS));
	int succeeded = 0, ended = 0;

	while (db_next(rows)) {
		const char *result = db_text(rows, "result");

		ended += result != NULL;
		succeeded += text_eq(result, "succeeded");
		json_object_array_add(list, model_run_row(req, rows));
	}
	db_done(rows);
	model_bool(o, "has_past", json_count(list) > 0);
	model_put(o, "past_runs", list);
	model_int(o, "succeeded", succeeded);
	model_int(o, "ended", ended);
	model_text(o, "succeeded_text",
	    ended < 2 ? NULL
		      : request_fill(req, "succeeded_of", "count",
			    arena_printf(req->arena, "%d", succeeded), "ended",
			    arena_printf(req->arena, "%d", ended), NULL));
}

/* Milliseconds from the start of a run to its end, or to now. */
static int64_t
took(struct json_object *run)
{
	int64_t start, end = clock_now();
	const char *ended = json_text(run, "ended_at", NULL);

	if (!clock_parse(json_text(run, "started_at", ""), &start))
		return 0;
	if (ended != NULL && !clock_parse(ended, &end))
		return 0;
	return end > start ? end - start : 0;
}

static struct json_object *
bar(struct req *req, struct json_object *run, int64_t longest)
{
	struct json_object *o = json_object_new_object();
	const char *duration = json_text(run, "duration_text", NULL);
	int64_t height = longest == 0 ? LOWEST
				      : took(run) * PAST_RUNS_HIGH / longest;

	height = height < LOWEST      ? LOWEST
	    : height > PAST_RUNS_HIGH ? PAST_RUNS_HIGH
				      : height;
	model_text(o, "url", json_text(run, "url", ""));
	model_text(o, "icon", json_text(run, "icon", NULL));
	model_text(o, "text",
	    arena_printf(req->arena, "#%s %s%s%s",
		json_object_get_string(json_get(run, "id")),
		json_text(run, "state_text", ""), duration != NULL ? ", " : "",
		duration != NULL ? duration : ""));
	model_int(o, "y", PAST_RUNS_HIGH - height);
	model_int(o, "height", height);
	return o;
}

void
past_runs_add_strip(struct req *req, struct json_object *o)
{
	struct json_object *runs = json_get(o, "past_runs");
	struct json_object *list = json_object_new_array();
	size_t n = json_count(runs);
	int64_t longest = 0, ms;

	for (size_t i = 0; i < n; i++) {
		struct json_object *run = json_at(runs, i);

		/* one that is open may wait for days */
		if (json_get(run, "ended_at") != NULL &&
		    (ms = took(run)) > longest)
			longest = ms;
	}
	for (size_t i = n; i-- > 0;)
		json_object_array_add(
		    list, bar(req, json_at(runs, i), longest));
	model_put(o, "strip", list);
}
