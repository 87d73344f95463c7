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
    "\"created_at\":\"" AT "\","
    "\"started_at\":\"" AT "\",\"ended_at\":null}";
/* The parts that people approve. */
static const char plan_hash[] =
    "0c3f5b1e9a7d22460c3f5b1e9a7d22460c3f5b1e9a7d22460c3f5b1e9a7d2246";
static const char values[] = "{\"version\":\"1.4.1\",\"pass\":null}";
static const char boxes[] = "{\"pass\":\"\"}";
static const char targets[] =
    "{\"local\":{\"kind\":\"local\",\"shared\":true},\"fleet142\":{"
    "\"kind\":\"ssh\",\"host\":\"fleet142.example\",\"user\":\"deploy\"}}";
static const char rules[] = "[{\"role\":\"approver\",\"count\":2}]";
static const char given[] =
    "[{\"by\":\"bo\",\"decision\":\"approve\",\"comment\":\"CHG-4711\","
    "\"at\":\"" AT "\",\"roles\":[\"approver\"],\"disabled\":0}]";

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
set_row(struct view *v, int step, size_t i, enum state state)
{
	struct view_step *s = &v->steps[step];
	struct lifecycle_row *row = &v->loaded.rows[step];
	bool over = state_in(state, STATES_DONE),
	     is_so = state == rows[i].state;
	bool tried = rows[i].tried && (is_so || over);
	const char *reason = is_so ? rows[i].reason : NULL;
	const char *by = is_so || !over ? rows[i].by : "bo";

	if (state_in(state, IN(PENDING) | IN(READY)))
		by = NULL;
	if (reason != NULL && text_starts(reason, "sample_"))
		reason = request_text(v->req, reason);
	*row = (struct lifecycle_row){ .part = PART_MAIN,
		.state = state,
		.by = by,
		.at = by != NULL ? AT : NULL,
		.reason = reason,
		.pressed = lifecycle_is_pressed(by, tried),
		.position = step,
		.attempts = tried };
	s->part = row->part;
	s->state = row->state;
	s->by = row->by;
	s->at = row->at;
	s->reason = row->reason;
	s->position = row->position;
	s->attempts = row->attempts;
	s->tries = tried ? attempt(v->req, row->state, is_so ? rows[i].exit : 0)
			 : NULL;
}

static struct json_object *
parsed(const char *text)
{
	struct json_object *o = NULL;

	(void)json_read(text, strlen(text), &o, NULL);
	return o;
}

static struct cached_runbook *
document(struct req *req)
{
	int language = catalogue_index(req->lang);

	return runbook_cache_of_text(
	    req, language ? "ui zh" : "ui en", documents[language]);
}

struct view *
sample_view(struct req *req)
{
	struct view *v = view_of(
	    req, request_own(req, parsed(run)), document(req));
	int step;

	for (size_t i = 0; i < sizeof(rows) / sizeof(rows[0]); i++)
		if ((step = runbook_cache_find_step(v->entry, rows[i].step)) >=
		    0)
			set_row(v, step, i, rows[i].state);
	return v;
}

/* The row of the run in that state, with `step` next. */
static struct json_object *
row_at(struct req *req, const struct sample_moment *m)
{
	struct json_object *row = request_own(req, parsed(run));
	bool waits = m->state == STATE_AWAITING_APPROVAL;

	json_set_text(row, "title", document(req)->plan->title);
	json_set_text(row, "reason", request_text(req, "sample_reason"));
	json_set_text(row, "state", state_word(m->state));
	json_set_int(row, "production", m->is_production);
	json_set_text(row, "plan", plan_hash);
	json_set(row, "parameters", parsed(values));
	json_set(row, "sealed", parsed(boxes));
	json_set(row, "targets", parsed(targets));
	json_set(row, "current",
	    m->step != NULL ? json_object_new_string(m->step) : NULL);
	if (waits)
		json_set(row, "approvals", parsed(rules));
	if (m->is_before)
		json_set(row, "started_at", NULL);
	if (m->state == STATE_COMPLETED) {
		json_set_text(row, "result", "succeeded");
		json_set_text(row, "ended_at", ENDED);
		json_set_text(row, "ended_by", "bo");
	}
	return row;
}

/* The steps before that one are done, and those behind it wait. */
static void
set_rows_at(struct view *v, const struct sample_moment *m)
{
	bool behind = m->is_before;

	for (size_t i = 0; i < sizeof(rows) / sizeof(rows[0]); i++) {
		int step = runbook_cache_find_step(v->entry, rows[i].step);
		enum state state = rows[i].state;
		bool is_next = m->step != NULL &&
		    text_eq(rows[i].step, m->step);

		if (step < 0)
			continue;
		if (behind && (rows[i].by != NULL || state != STATE_SKIPPED))
			state = STATE_PENDING;
		else if (!is_next && !state_in(state, STATES_DONE))
			state = v->plan->steps[step].kind == STEP_MANUAL
			    ? STATE_CONFIRMED
			    : STATE_SUCCEEDED;
		set_row(v, step, i, state);
		tally_add(&v->tally, view_outcome(v, &v->steps[step]));
		behind |= is_next;
	}
	v->troubled = v->tally.failed || v->tally.unknown;
	v->finished = tally_is_settled(&v->tally);
}

struct view *
sample_view_at(struct req *req, const struct sample_moment *m)
{
	struct view *v = view_of(req, row_at(req, m), document(req));
	int step = m->step != NULL ? runbook_cache_find_step(v->entry, m->step)
				   : -1;

	if (m->state == STATE_AWAITING_APPROVAL)
		v->lifecycle.given = request_own(req, parsed(given));
	set_rows_at(v, m);
	v->lifecycle.has_begun = !m->is_before;
	v->lifecycle.busy = step >= 0 &&
	    state_in(v->steps[step].state, STATES_BUSY);
	v->loaded.run = v->lifecycle;
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
	{ "parked", NULL, NULL, 7, false },
	{ "completed", "succeeded", NULL, 12, false },
	{ "completed", "failed", NULL, 9, false },
	{ "aborted", NULL, NULL, 2, false },
};

/* The texts that run_row_add_all() adds. */
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
	model_text(o, "rollback_why", NULL);
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
		model_bool(o, "is_full", false);
		model_text(
		    o, "steps_text", tally_text(req, false, runs[i].done, 12));
		model_put(o, "notes", json_object_new_array());
		model_run_state(
		    req, o, runs[i].state, runs[i].result, runs[i].trouble);
		json_object_array_add(list, o);
	}
	return list;
}
