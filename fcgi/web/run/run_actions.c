/*
 * run_actions.c: the offers of the bar on the page of a run.
 *
 * The bar stays in view, so it holds the one thing to do and a menu of all that
 * can be done with the run.  Its button submits the form that stands in the
 * card or panel (the attribute `form`), with what was typed there.  It leads
 * there instead if a text or a confirmation is needed, or if there are choices.
 * Rejected: a form of its own, which would send the note of a card empty.
 */
#include <inttypes.h>

#include "plan/step.h"
#include "web/card/card_actions.h"
#include "web/views/approvals.h"
#include "web/views/model.h"
#include "web/run/run_actions.h"
#include "web/views/run_model.h"

/* An action asks for this before it is sent. */
enum ask {
	ASK_NOTHING,  /* a press: its button stands beside the menu */
	ASK_PAGE,     /* a page of its own */
	ASK_REASON,   /* why */
	ASK_WITHDRAW, /* _withdraw.html, and so on */
	ASK_ROLLBACK,
	ASK_CLOSE
};

/* clang-format off */
static const struct action {
	enum verb verb;
	enum ask ask;
	bool is_danger;
	const char *path; /* behind the address of the run */
	const char *label, *help; /* texts, or NULL */
} actions[] = {
	{ VERB_run_pause, ASK_NOTHING, false, "pause", "pause_run", NULL },
	{ VERB_run_change, ASK_PAGE, false, "parameters", "change_parameters", NULL },
	{ VERB_run_park, ASK_REASON, false, "park", "park_run", "park_text" },
	{ VERB_run_withdraw, ASK_WITHDRAW, true, NULL, NULL, NULL },
	{ VERB_run_rollback, ASK_ROLLBACK, true, NULL, NULL, NULL },
	{ VERB_run_rollback_cancel, ASK_REASON, false, "rollback/cancel", "rollback_cancel", "rollback_cancel_text" },
	{ VERB_run_close, ASK_CLOSE, false, NULL, "close_run", NULL },
	{ VERB_run_abort, ASK_REASON, true, "abort", "abort_run", "abort_text" },
};
/* clang-format on */

static const char *
text_or_null(const struct req *req, const char *key)
{
	return key != NULL ? request_text(req, key) : NULL;
}

static struct json_object *
row(struct view *v, const struct action *a)
{
	struct json_object *o = json_object_new_object();

	model_text(o, "label", text_or_null(v->req, a->label));
	model_text(o, "help", text_or_null(v->req, a->help));
	model_text(o, "url",
	    a->path == NULL
		? NULL
		: arena_printf(v->req->arena, "/runs/%" PRId64 "/%s",
		      v->lifecycle.id, a->path));
	model_bool(o, "is_danger", a->is_danger);
	model_bool(o, "is_page", a->ask == ASK_PAGE);
	model_bool(o, "has_reason", a->ask == ASK_REASON);
	model_bool(o, "is_withdraw", a->ask == ASK_WITHDRAW);
	model_bool(o, "is_rollback", a->ask == ASK_ROLLBACK);
	model_bool(o, "is_close", a->ask == ASK_CLOSE);
	return o;
}

struct json_object *
run_actions(struct view *v, struct json_object **ret_presses)
{
	struct json_object *list = json_object_new_array();

	*ret_presses = json_object_new_array();
	for (size_t i = 0; i < sizeof(actions) / sizeof(actions[0]); i++) {
		const struct action *a = &actions[i];

		if (!view_may(v, a->verb, -1) ||
		    (a->verb == VERB_run_change &&
			v->plan->parameters_count == 0))
			continue;
		json_object_array_add(
		    a->ask == ASK_NOTHING ? *ret_presses : list, row(v, a));
	}
	return list;
}

static struct json_object *
offer(const char *label, const char *form, const char *href, bool says_title)
{
	struct json_object *o = json_object_new_object();

	model_text(o, "label", label);
	model_text(o, "form", form);
	model_text(o, "href", href);
	model_bool(o, "says_title", says_title);
	return o;
}

/* The verb needs no more than a press: no text, no confirmation, no choice. */
static bool
is_a_press(const struct view *v, int step, enum verb verb)
{
	const struct step *s = &v->plan->steps[step];
	struct parameter asked;

	return (verb == VERB_step_execute && !s->irreversible) ||
	    (verb == VERB_step_confirm && !s->evidence &&
		!step_asks(s, &asked));
}

static struct json_object *
next_step(struct view *v, int step)
{
	const char *id = v->plan->steps[step].id;
	enum verb verb = run_model_verb(v, step);

	if (is_a_press(v, step, verb))
		return offer(card_label(v, step),
		    arena_printf(v->req->arena, "do-%s", id), NULL,
		    verb == VERB_step_confirm);
	return offer(request_text(v->req,
			 verb == VERB_step_retry || verb == VERB_step_resolve
			     ? "bar_choices"
			     : "bar_step"),
	    NULL, request_step_place(v->req, "", id), false);
}

struct json_object *
run_actions_next(struct view *v, struct json_object *holder)
{
	const struct req *req = v->req;
	enum state state = v->lifecycle.state;
	int step = run_model_focused(v);

	if (approvals_are_awaited(v))
		return offer(
		    request_text(req,
			view_may(v, VERB_run_approve, -1) ? "bar_approve"
							  : "bar_approval"),
		    NULL, "#panel", false);
	if (holder != NULL)
		return offer(
		    request_fill(req, "bar_holder", "run",
			json_object_get_string(json_get(holder, "id")), NULL),
		    NULL,
		    arena_printf(req->arena, "/runs/%" PRId64,
			json_int(holder, "id", 0)),
		    false);
	if (state == STATE_READY && view_may(v, VERB_run_start, -1))
		return offer(request_text(req, "start_the_run"), "do-start",
		    NULL, false);
	if (state_in(state, IN(PAUSED) | IN(PARKED)) &&
	    view_may(v, VERB_run_resume, -1))
		return offer(
		    request_text(req,
			state == STATE_PARKED ? "take_up_run" : "resume_run"),
		    "do-resume", NULL, false);
	if (step >= 0)
		return next_step(v, step);
	if (v->finished && state == STATE_RUNNING &&
	    view_may(v, VERB_run_close, -1))
		return offer(
		    request_text(req, "close_run"), NULL, "#finish", false);
	return NULL;
}
