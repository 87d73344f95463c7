/*
 * run_row.c: what a list says of a run: what is next, what waits for the person
 * and in which role, and which step failed, and why.
 *
 * A step is named by the plan of its run, so that the run is loaded; only of
 * runs that are open or did not end well.  Rejected: a column with the reason,
 * as its language is that of the reader.
 */
#include <inttypes.h>

#include "base/text.h"
#include "journal/approval.h"
#include "journal/lifecycle_people.h"
#include "web/card/titled.h"
#include "web/list/run_row.h"
#include "web/views/approvals.h"
#include "web/views/model.h"
#include "web/views/run_model.h"

static const struct {
	enum verb verb;
	const char *key;
} run_waits[] = {
	{ VERB_run_approve, "wait_approve" },
	{ VERB_run_start, "wait_start" },
	{ VERB_run_resume, "wait_resume" },
};

/* A command that the person could give: a verb, and its step or -1. */
struct wait {
	enum verb verb; /* VERB__MAX: nothing */
	int step;
	const char *text;
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
	case VERB_step_confirm:
		return "wait_confirm";
	case VERB_step_approve:
		return "wait_gate";
	default:
		return "wait_step";
	}
}

static const char *
step_text(struct view *v, enum verb verb, int step)
{
	const char *key = step_key(verb), *title = view_title(v, step);

	return verb == VERB_step_confirm || verb == VERB_step_sign
	    ? titled(v->req, key, title)
	    : request_fill(v->req, key, "title", title, NULL);
}

/* `held`: it cannot begin, as another run holds a target of it. */
static struct wait
find_wait(struct view *v, bool held)
{
	struct req *req = v->req;
	int step = run_model_focused(v);
	enum verb verb = step < 0 ? VERB__MAX : run_model_verb(v, step);

	/* a parked run was put aside: it waits for those who decide */
	for (size_t i = 0; i < sizeof(run_waits) / sizeof(run_waits[0]); i++)
		if (v->lifecycle.state != STATE_PARKED &&
		    !(held && run_waits[i].verb != VERB_run_approve) &&
		    view_may(v, run_waits[i].verb, -1))
			return (struct wait){ run_waits[i].verb, -1,
				request_text(req, run_waits[i].key) };
	if (verb != VERB__MAX)
		return (struct wait){ verb, step, step_text(v, verb, step) };
	if (v->finished && view_may(v, VERB_run_close, -1))
		return (struct wait){ VERB_run_close, -1,
			request_text(req,
			    v->tally.total > 0 ? "wait_close"
					       : "finish_nothing_title") };
	return (struct wait){ .verb = VERB__MAX, .step = -1 };
}

const char *
run_row_tab(struct view *v, bool held)
{
	enum state state = v->lifecycle.state, trouble = run_model_trouble(v);

	if (json_get(v->run, "ended_at") != NULL)
		return state == STATE_ABORTED ||
			text_eq(json_text(v->run, "result", ""), "failed")
		    ? "failed"
		    : text_eq(json_text(v->run, "result", ""), "rolled_back")
		    ? "rolled_back"
		    : "done";
	if (state_in(trouble, IN(FAILED) | IN(UNKNOWN)))
		return "failed";
	return find_wait(v, held).text != NULL ? "waiting"
	    : state == STATE_RUNNING           ? "running"
					       : NULL;
}

/* The first role of the run's rules that the person has. */
static const char *
rule_role(const struct view *v)
{
	struct json_object *rules = v->lifecycle.approvals;

	for (size_t i = 0; i < json_count(rules); i++) {
		const char *role = json_text(
		    json_at(rules, i), "role", "approver");

		if (actor_has(&v->req->actor, role))
			return role;
	}
	return "approver";
}

/* The role in which the person would do it. */
static const char *
role_for(const struct view *v, const struct wait *w)
{
	const struct step *step = w->step < 0 ? NULL : v->plan->steps + w->step;
	const char *role = NULL;

	switch (verb_role(w->verb)) {
	case ROLE_RULE:
		role = step != NULL ? approval_gate_role(step) : rule_role(v);
		break;
	case ROLE_SIGNER:
		role = step != NULL ? step->sign : NULL;
		break;
	case ROLE_STEP:
		role = step != NULL ? step->role : NULL;
		break;
	default:
		break;
	}
	return role != NULL ? role : "operator";
}

/*
 * "May approve: bo": whom a plan waits for, by role if it has several rules;
 * NULL: it waits for nobody.
 */
static const char *
approvers(struct view *v)
{
	struct json_object *rules, *o;
	const char *all = NULL, *people;

	if (!approvals_are_awaited(v))
		return NULL;
	rules = request_own(v->req, approvals_rules(v));
	for (size_t i = 0; i < json_count(rules); i++) {
		o = json_at(rules, i);
		people = json_text(o, "people_text", NULL);
		if (people != NULL && json_count(rules) > 1)
			people = arena_printf(v->req->arena, "%s \xc2\xb7 %s",
			    json_text(o, "role", ""), people);
		if (people != NULL)
			all = all == NULL ? people
					  : arena_printf(v->req->arena,
						"%s; %s", all, people);
	}
	return all;
}

static void
add_next(struct view *v, struct json_object *o, const char *held)
{
	int focused = run_model_focused(v);
	struct wait w = find_wait(v, held != NULL);
	const char *since = focused < 0 ? NULL : v->steps[focused].at;

	model_text(o, "current_title",
	    held != NULL && !approvals_are_awaited(v) ? held
		: focused < 0                         ? approvers(v)
			      : run_model_focus_text(v));
	model_text(o, "waiting_for", w.text);
	model_text(o, "waiting_as",
	    w.text == NULL ? NULL
			   : request_fill(v->req, "wait_as", "role",
				 role_for(v, &w), NULL));
	model_text(o, "since",
	    since != NULL && json_get(o, "started_at") != NULL
		? since
		: json_text(o, "created_at", NULL));
}

/*
 * The step for which the run failed: of the part that the run is in, or else of
 * the other; or the first that was skipped after it had failed, unless a person
 * ended the run for a reason of their own; or -1.
 */
static int
failed_step(const struct view *v, const char *icon)
{
	bool by_choice = text_eq(icon, "rolled_back") ||
	    text_eq(icon, "aborted");
	int other = -1, skipped = -1;

	for (int i = (int)v->plan->steps_count - 1; i >= 0; i--) {
		const struct view_step *s = &v->steps[i];
		bool failed = state_in(s->state, IN(FAILED) | IN(UNKNOWN));

		if (s->part == PART_PROBE || s->part == PART_NOT_TAKEN)
			continue;
		if (failed && s->part == v->lifecycle.mode)
			return i;
		if (failed)
			other = i;
		if (text_eq(view_outcome(v, s), "skipped_failed"))
			skipped = i;
	}
	return other >= 0 || by_choice ? other : skipped;
}

/*
 * The reason why an attempt failed: that of its first target, which names it,
 * and how many others failed; or that of the attempt; or NULL.
 */
static const char *
attempt_failure(struct view *v, struct rows *rows)
{
	struct req *req = v->req;
	const char *what = request_message(req, db_text(rows, "message"));
	int64_t more = db_int(rows, "targets") - 1;

	if (what == NULL && !db_is_null(rows, "exit"))
		what = request_fill(req, "failed_on", "code",
		    arena_printf(req->arena, "%" PRId64, db_int(rows, "exit")),
		    "target", db_text(rows, "target"), NULL);
	if (what == NULL)
		what = request_message(req, db_text(rows, "reason"));
	return what == NULL || more <= 0
	    ? what
	    : request_fill(req, "failed_more", "what", what, "count",
		  arena_printf(req->arena, "%" PRId64, more), NULL);
}

/* The reason why the step failed; its state in words if nothing says more. */
static const char *
step_failure(struct view *v, int step)
{
	const struct view_step *s = &v->steps[step];
	const char *outcome = view_outcome(v, s), *why = NULL;
	struct rows *rows;

	rows = db_query(v->req->web->db, STMT_WEB_FAILURE, INT(v->lifecycle.id),
	    TEXT(s->step->id), INT(s->attempts));
	if (db_next(rows))
		why = attempt_failure(v, rows);
	if (why != NULL)
		why = arena_strdup(v->req->arena, why);
	db_done(rows);
	return why != NULL ? why : model_word(v->req, "state", outcome);
}

static void
add_rollback(struct view *v, struct json_object *o)
{
	struct json_object *back = request_own(
	    v->req, run_model_rolled_back(v));
	const char *reason = json_text(back, "reason", "");

	model_text(o, "rollback_why",
	    *reason == '\0'
		? NULL
		: request_fill(v->req, "rollback_why", "reason", reason, NULL));
}

static void
add_failure(struct view *v, struct json_object *o)
{
	int step = failed_step(v, json_text(o, "icon", ""));

	model_text(o, "failed_title", step < 0 ? NULL : view_title(v, step));
	model_text(o, "failure",
	    step < 0 ? json_text(v->run, "note", NULL) : step_failure(v, step));
	if (step >= 0)
		json_set_text(o, "url",
		    request_step_place(v->req, json_text(o, "url", ""),
			v->plan->steps[step].id));
}

/* The run ended in another way than it should, or stands for a failure. */
static bool
has_failed(struct json_object *o)
{
	const char *icon = json_text(o, "icon", "");

	return text_eq(icon, "failed") || text_eq(icon, "unknown") ||
	    text_eq(icon, "rolled_back") || text_eq(icon, "aborted");
}

/* `held`: the run that holds a target of it, in words; or NULL. */
static void
add_row(struct req *req, struct json_object *row, const char *held)
{
	int64_t id = json_int(row, "id", 0);
	const char *end = json_text(row, "ended_at", NULL);
	bool failed = has_failed(row);
	struct view *v = NULL;

	model_text(row, "url", arena_printf(req->arena, "/runs/%" PRId64, id));
	model_text(row, "duration_text",
	    model_between(req, json_text(row, "started_at", NULL), end));
	if (end == NULL || failed)
		(void)view_load(req, id, &v);
	if (v != NULL && end == NULL) {
		run_model_phase(v, row);
		add_next(v, row, held);
	} else {
		model_put(row, "current_title", NULL);
		model_put(row, "waiting_for", NULL);
		model_put(row, "waiting_as", NULL);
		model_put(row, "since", NULL);
	}
	if (v != NULL)
		add_rollback(v, row);
	else
		model_put(row, "rollback_why", NULL);
	if (v != NULL && failed) {
		add_failure(v, row);
	} else {
		model_put(row, "failed_title", NULL);
		model_put(row, "failure", NULL);
	}
}

/* The runs of the rows that have to take their targets, as a JSON array. */
static struct json_object *
takers(struct json_object *rows)
{
	struct json_object *ids = json_object_new_array();

	for (size_t i = 0; i < json_count(rows); i++) {
		struct json_object *row = json_at(rows, i);

		if (state_in(state_read(row), IN(READY) | IN(PARKED)))
			json_object_array_add(
			    ids, json_object_get(json_get(row, "id")));
	}
	return ids;
}

/* {run: "Waits for run #3 …"}, by one query for all rows.  A new object. */
static struct json_object *
held_texts(struct req *req, struct json_object *rows)
{
	struct json_object *texts = json_object_new_object();
	struct json_object *ids = takers(rows);
	struct rows *found;

	if (json_count(ids) > 0) {
		found = db_query(req->web->db, STMT_WEB_HELD,
		    TEXT(json_object_get_string(ids)));
		while (db_next(found))
			json_set_text(texts, db_text(found, "id"),
			    request_fill(req, "held_row", "run",
				db_text(found, "holder"), "title",
				db_text(found, "title"), "target",
				db_text(found, "target"), NULL));
		db_done(found);
	}
	json_object_put(ids);
	return texts;
}

void
run_row_add_all(struct req *req, struct json_object *rows)
{
	struct json_object *held = held_texts(req, rows);

	for (size_t i = 0; i < json_count(rows); i++) {
		struct json_object *row = json_at(rows, i);
		const char *id = arena_printf(
		    req->arena, "%" PRId64, json_int(row, "id", 0));

		add_row(req, row, json_text(held, id, NULL));
	}
	json_object_put(held);
}
