/*
 * dry_run.c: the results of dry runs.
 *
 * They are one object in the journal; differences are in the recordings of the
 * dry run, which are read like those of attempts.  A dry run of another plan
 * than the present one is shown as old.
 */
#include <string.h>

#include "base/message.h"
#include "base/text.h"
#include "journal/plan.h"
#include "web/views/dry_run.h"
#include "web/views/model.h"
#include "web/views/output_text.h"

#define SHOWN_BYTES (64 * 1024)

static struct json_object *
last_dry_run(struct view *v, const char *step)
{
	return request_own(v->req,
	    db_first_json(db_query(v->req->web->db, STMT_LOOK_LAST,
		INT(v->lifecycle.id), TEXT(step))));
}

/* The common part of each model; callers add the rows. */
static struct json_object *
model_of(struct view *v, struct json_object *dry_run)
{
	struct json_object *o = json_object_new_object();
	bool running = json_text(dry_run, "ended_at", NULL) == NULL;

	model_text(o, "by", json_text(dry_run, "by", ""));
	model_text(o, "at",
	    json_text(dry_run, running ? "requested_at" : "ended_at", ""));
	model_bool(o, "is_running", running);
	model_bool(o, "is_old",
	    !text_eq(json_text(dry_run, "plan", ""), v->lifecycle.plan));
	model_text(o, "message",
	    request_message(v->req, message_text(dry_run, "message")));
	return o;
}

/* After the end of the dry run, a target without a result is not running. */
static const char *
state_of(struct json_object *dry_run, struct json_object *line)
{
	bool ended = json_text(dry_run, "ended_at", NULL) != NULL;

	return json_text(line, "state", ended ? "unknown" : "running");
}

static struct json_object *
row_of(struct view *v, struct json_object *dry_run, const char *name,
    struct json_object *line)
{
	struct json_object *o = json_object_new_object();
	const char *state = state_of(dry_run, line);
	const char *message = message_text(line, "message");

	model_text(o, "name", name);
	model_text(o, "state", state);
	model_text(o, "icon", state);
	model_text(o, "state_text",
	    state_find(state) == STATE_SUCCEEDED
		? request_text(v->req, "look_answered")
		: model_word(v->req, "state", state));
	model_text(o, "message",
	    message != NULL && *message != '\0'
		? request_message(v->req, message)
		: NULL);
	return o;
}

static struct json_object *
names_of(struct json_object *dry_run)
{
	return json_get(dry_run, "targets");
}

static const char *
name_at(struct json_object *names, size_t i)
{
	return json_object_get_string(json_at(names, i));
}

bool
dry_run_is_possible(const struct step *step)
{
	return kind_is(step->kind, KIND_DRY_RUN);
}

static const char *
title_of(struct req *req, const struct step *step)
{
	return step->kind == STEP_HTTP ? request_text(req, "look_requests")
				       : request_text(req, "look_title");
}

const char *
dry_run_label(struct req *req, const struct step *step)
{
	return step->kind == STEP_HTTP
	    ? request_text(req, "look_requests_button")
	    : request_text(req, "look_button");
}

struct json_object *
dry_run_of_step(struct view *v, int step)
{
	struct json_object *dry_run = last_dry_run(v, v->plan->steps[step].id);
	struct json_object *o, *rows, *names = names_of(dry_run);
	struct buf shown = { 0 };

	if (dry_run == NULL)
		return NULL;
	o = model_of(v, dry_run);
	model_text(o, "title", title_of(v->req, &v->plan->steps[step]));
	rows = json_object_new_array();
	for (size_t i = 0; i < json_count(names); i++) {
		const char *name = name_at(names, i);
		struct json_object *line = json_get(
		    json_get(dry_run, "results"), name);
		struct json_object *row = row_of(v, dry_run, name, line);

		buf_reset(&shown);
		if (json_int(line, "bytes", 0) > 0)
			(void)output_text_read(v->req,
			    json_text(dry_run, "exec", ""), name, SHOWN_BYTES,
			    &shown);
		model_text(row, "shown", buf_text(&shown));
		json_object_array_add(rows, row);
	}
	buf_clear(&shown);
	model_put(o, "targets", rows);
	return o;
}

static bool
has_warning(struct json_object *checks)
{
	size_t n = json_count(checks);

	for (size_t i = 0; i < n; i++)
		if (text_eq(
			json_text(json_at(checks, i), "state", ""), "warning"))
			return true;
	return false;
}

static struct json_object *
checks_of(struct view *v, struct json_object *checks)
{
	struct json_object *list = json_object_new_array();
	size_t n = json_count(checks);

	for (size_t i = 0; i < n; i++) {
		struct json_object *c = json_at(checks, i);
		struct json_object *o = json_object_new_object();
		const char *state = json_text(c, "state", "");
		const char *check = json_text(c, "check", "");

		model_text(o, "check", check);
		model_text(o, "check_text", model_word(v->req, "check", check));
		model_text(o, "state", state);
		model_text(o, "icon",
		    text_eq(state, "ok")            ? "succeeded"
			: text_eq(state, "warning") ? "error"
						    : "failed");
		model_text(o, "state_text", model_word(v->req, "look", state));
		model_text(o, "text",
		    request_message(v->req, message_text(c, "text")));
		json_object_array_add(list, o);
	}
	return list;
}

/* Adds the targets in that state, in the order of the plan. */
static int64_t
add_rows(struct view *v, struct json_object *dry_run, const char *state,
    struct json_object *rows, int64_t *warned)
{
	struct json_object *names = names_of(dry_run), *line, *row, *checks;
	int64_t count = 0;

	for (size_t i = 0; i < json_count(names); i++) {
		line = json_get(
		    json_get(dry_run, "results"), name_at(names, i));
		if (!text_eq(state_of(dry_run, line), state))
			continue;
		row = row_of(v, dry_run, name_at(names, i), line);
		checks = json_get(line, "checks");
		*warned += has_warning(checks);
		model_put(row, "checks", checks_of(v, checks));
		json_object_array_add(rows, row);
		count++;
	}
	return count;
}

static const char *
summary(
    struct view *v, bool running, int64_t failed, int64_t warned, int64_t total)
{
	struct req *req = v->req;
	const char *all = arena_printf(req->arena, "%lld", (long long)total);

	if (running)
		return request_fill(
		    req, "preflight_running", "count", all, NULL);
	if (total == 1 && failed + warned == 0)
		return request_text(req, "preflight_ok_one");
	if (failed > 0)
		return request_fill(req, "preflight_failed", "failed",
		    arena_printf(req->arena, "%lld", (long long)failed),
		    "count", all, NULL);
	if (warned > 0)
		return request_fill(req, "preflight_warned", "count", all,
		    "warned",
		    arena_printf(req->arena, "%lld", (long long)warned), NULL);
	return request_fill(req, "preflight_ok", "count", all, NULL);
}

bool
dry_run_has_targets(struct view *v)
{
	struct json_object *names = plan_targets_to_try(
	    v->plan, json_get(v->run, "targets"), view_value, v);
	bool any = json_count(names) > 0;

	json_object_put(names);
	return any;
}

struct json_object *
dry_run_preflight_of(struct view *v, struct json_object *dry_run)
{
	struct json_object *o = model_of(v, dry_run);
	struct json_object *rows = json_object_new_array();
	int64_t failed, warned = 0, total;

	failed = add_rows(v, dry_run, "failed", rows, &warned) +
	    add_rows(v, dry_run, "unknown", rows, &warned);
	add_rows(v, dry_run, "running", rows, &warned);
	warned = 0;
	add_rows(v, dry_run, "succeeded", rows, &warned);
	total = (int64_t)json_count(rows);
	model_int(o, "failed", failed);
	model_int(o, "warned", warned);
	model_int(o, "total", total);
	model_text(o, "icon",
	    json_text(dry_run, "ended_at", NULL) == NULL ? "running"
		: failed > 0                             ? "failed"
		: warned > 0                             ? "error"
							 : "succeeded");
	model_bool(o, "has_failed", failed > 0);
	model_text(o, "state_text",
	    summary(v, json_text(dry_run, "ended_at", NULL) == NULL, failed,
		warned, total));
	model_put(o, "targets", rows);
	return o;
}

struct json_object *
dry_run_preflight(struct view *v)
{
	struct json_object *dry_run = last_dry_run(v, "");

	return dry_run == NULL ? NULL : dry_run_preflight_of(v, dry_run);
}
