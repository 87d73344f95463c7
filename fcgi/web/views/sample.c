/*
 * sample.c: a run that stands in no journal, for /ui.
 *
 * Its document is a real one, compiled as any other, and its cards are made by
 * the code of real cards: the page cannot show a card that a run cannot have.
 * Only its rows are written down here, as a journal would have them.  A run in
 * the journal was rejected: it would stand in the history of everybody.
 */
#include <string.h>

#include "base/text.h"
#include "web/views/model.h"
#include "web/views/sample.h"

#define AT "2026-11-28T22:05:00Z"
#define ENDED "2026-11-28T22:08:20Z"

/* clang-format off */
static const char *const documents[2] = {
#include "sample.en.md.inc"
	,
#include "sample.zh-CN.md.inc"
};
/* clang-format on */

/* Run 0, which no journal has: whatever is read of it is empty. */
static const char run[] =
    "{\"id\":0,\"title\":\"\",\"reason\":null,\"runbook\":\"ui\","
    "\"document\":\"\",\"environment\":\"test\",\"production\":0,"
    "\"state\":\"running\",\"result\":null,\"mode\":\"main\",\"seq\":0,"
    "\"plan\":\"\",\"parameters\":{},\"sealed\":{},\"fixed\":{},"
    "\"targets\":{\"local\":{\"kind\":\"local\",\"shared\":true}},"
    "\"approvals\":[],\"current\":\"ready\",\"created_by\":\"bo\","
    "\"started_at\":\"" AT "\",\"ended_at\":null}";

static const struct {
	const char *step;
	enum state state;
	const char *by;
	const char *reason;
	int exit;   /* of its attempt */
	bool tried; /* it has one */
} rows[] = {
	{ "confirmed", STATE_CONFIRMED, "bo", "sample_note", 0, false },
	{ "succeeded", STATE_SUCCEEDED, "bo", NULL, 0, true },
	{ "skipped", STATE_SKIPPED, "bo", "sample_note", 0, false },
	{ "ready", STATE_READY, NULL, NULL, 0, false },
	{ "running", STATE_RUNNING, "bo", NULL, 0, true },
	{ "failed", STATE_FAILED, "bo", NULL, 3, true },
	{ "unknown", STATE_UNKNOWN, "bo", NULL, 0, true },
	{ "awaiting-signature", STATE_AWAITING_SIGNATURE, "bo", "sample_note",
	    0, false },
	{ "excluded", STATE_SKIPPED, NULL, "version < '1.4'", 0, false },
	{ "pending", STATE_PENDING, NULL, NULL, 0, false },
};

/* An attempt as view_attempts() has it. */
static struct json_object *
attempt(struct req *req, enum state state, int exit)
{
	struct json_object *list = request_own(req, json_object_new_array());
	struct json_object *o = json_object_new_object();
	struct json_object *t = json_object_new_object();
	bool over = state != STATE_RUNNING;
	const char *message = state == STATE_FAILED
	    ? request_fill(req, "sample_failed", "exit", "3", NULL)
	    : state == STATE_UNKNOWN ? request_text(req, "sample_unknown")
				     : NULL;

	model_text(o, "state", state_word(state));
	model_int(o, "n", 1);
	model_text(o, "by", "bo");
	model_text(o, "started_at", AT);
	model_text(o, "ended_at", over ? ENDED : NULL);
	model_text(o, "message", message);
	model_text(t, "name", "local");
	model_text(t, "state", state_word(state));
	model_put(t, "exit",
	    over && state != STATE_UNKNOWN ? json_object_new_int(exit) : NULL);
	model_bool(t, "sealed", false);
	model_text(t, "message", message);
	model_text(t, "note", NULL);
	model_put(t, "artifact", NULL);
	model_text(t, "started_at", NULL);
	model_text(t, "text_url", "/ui.txt");
	model_put(o, "targets", json_object_new_array());
	json_object_array_add(json_get(o, "targets"), t);
	json_object_array_add(list, o);
	return list;
}

static void
set_row(struct view *v, int step, size_t i)
{
	struct view_step *s = &v->steps[step];
	struct lifecycle_row *row = &v->loaded.rows[step];
	const char *reason = rows[i].reason;

	if (reason != NULL && text_starts(reason, "sample_"))
		reason = request_text(v->req, reason);
	*row = (struct lifecycle_row){ .part = PART_MAIN,
		.state = rows[i].state,
		.by = rows[i].by,
		.at = rows[i].by != NULL ? AT : NULL,
		.reason = reason,
		.position = step,
		.attempts = rows[i].tried };
	s->part = row->part;
	s->state = row->state;
	s->by = row->by;
	s->at = row->at;
	s->reason = row->reason;
	s->position = row->position;
	s->attempts = row->attempts;
	if (rows[i].tried)
		s->tries = attempt(v->req, row->state, rows[i].exit);
}

struct view *
sample_view(struct req *req)
{
	int language = catalogue_index(req->lang);
	struct json_object *row = NULL;
	struct view *v;
	int step;

	(void)json_read(run, strlen(run), &row, NULL);
	v = view_of(req, request_own(req, row),
	    runbook_cache_of_text(
		req, language ? "ui zh" : "ui en", documents[language]));
	for (size_t i = 0; i < sizeof(rows) / sizeof(rows[0]); i++)
		if ((step = runbook_cache_find_step(v->entry, rows[i].step)) >=
		    0)
			set_row(v, step, i);
	return v;
}

static const struct {
	const char *state, *result, *trouble;
	int done; /* of 12 */
	bool production;
} runs[] = {
	{ "awaiting_approval", NULL, NULL, 0, true },
	{ "ready", NULL, NULL, 0, false },
	{ "running", NULL, "failed", 3, true },
	{ "running", NULL, NULL, 7, false },
	{ "paused", NULL, NULL, 7, false },
	{ "completed", "succeeded", NULL, 12, false },
	{ "completed", "failed", NULL, 9, false },
	{ "aborted", NULL, NULL, 2, false },
};

/* The texts that run_row_add() adds. */
static void
add_row_texts(
    struct req *req, const struct view *v, struct json_object *o, size_t i)
{
	const char *title = v->steps[1].step->title;
	bool open = state_in(state_find(runs[i].state), STATES_OPEN);
	bool waits = state_find(runs[i].state) == STATE_AWAITING_APPROVAL;
	bool failed = runs[i].trouble != NULL ||
	    text_eq(runs[i].result, "failed");

	model_text(o, "url", "/ui");
	model_text(
	    o, "waiting_for", waits ? request_text(req, "wait_approve") : NULL);
	model_text(o, "waiting_as",
	    waits ? request_fill(req, "wait_as", "role", "approver", NULL)
		  : NULL);
	model_text(o, "current_title", open ? title : NULL);
	model_text(o, "failed_title", failed ? title : NULL);
	model_text(o, "failure",
	    failed ? request_fill(req, "failed_more", "what",
			 request_fill(req, "failed_on", "code", "3", "target",
			     "fleet142.example", NULL),
			 "count", "7", NULL)
		   : NULL);
	model_text(o, "since", open ? AT : NULL);
	model_text(o, "started_at", runs[i].done > 0 ? AT : NULL);
	model_text(o, "ended_at", open ? NULL : AT);
	model_text(o, "duration_text",
	    runs[i].done > 0 ? model_duration(req, 750000) : NULL);
}

struct json_object *
sample_rows(struct req *req)
{
	struct json_object *list = json_object_new_array(), *o;
	const struct view *v = sample_view(req);

	for (size_t i = 0; i < sizeof(runs) / sizeof(runs[0]); i++) {
		o = model_object(32);
		model_int(o, "id", (int64_t)i + 1);
		model_text(o, "title", v->plan->title);
		model_text(o, "runbook", "greeter");
		model_text(o, "created_by", "bo");
		model_text(o, "created_at", AT);
		model_bool(o, "is_production", runs[i].production);
		model_text(o, "environment_label",
		    request_text(req,
			runs[i].production ? "production" : "sample_place"));
		add_row_texts(req, v, o, i);
		model_int(o, "steps_done", runs[i].done);
		model_int(o, "steps_total", 12);
		model_int(o, "percent", runs[i].done * 100 / 12);
		model_text(
		    o, "steps_text", tally_text(req, false, runs[i].done, 12));
		model_put(o, "notes", json_object_new_array());
		model_run_state(
		    req, o, runs[i].state, runs[i].result, runs[i].trouble);
		json_object_array_add(list, o);
	}
	return list;
}
