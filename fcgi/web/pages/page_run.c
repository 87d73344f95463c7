/*
 * page_run.c: the checklist of a run, for people and for programs.
 *
 * The JSON answer is the record of the run; under "_page" are the additions for
 * the page: the document's items with their step cards, the outline, and the
 * possible actions.
 */
#include <inttypes.h>
#include <string.h>

#include "base/clock.h"
#include "base/text.h"
#include "web/card/card.h"
#include "web/card/card_actions.h"
#include "web/card/card_run.h"
#include "web/views/approvals.h"
#include "web/card/fragments.h"
#include "web/run/approved.h"
#include "web/run/expected.h"
#include "web/views/dry_run.h"
#include "web/http/fault_page.h"
#include "web/views/model.h"
#include "web/run/outline_steps.h"
#include "web/views/view.h"
#include "web/list/run_row.h"
#include "web/pages/page.h"
#include "web/pages/page_run.h"
#include "web/views/rollback_view.h"
#include "web/run/run_actions.h"
#include "web/views/run_model.h"
#include "web/pages/run_parts.h"

/* The item belongs to the rollback, not to the forward part. */
static bool
is_rollback_item(const struct view *v, const struct item *item)
{
	if (item->kind == ITEM_STEP)
		return v->plan->steps[item->index].rollback ||
		    v->steps[item->index].part == PART_ROLLBACK;
	return v->plan
	    ->sections[item->kind == ITEM_HEADING ? item->index : item->section]
	    .rollback;
}

static bool
keep_forward(void *ctx, const struct item *item)
{
	return !is_rollback_item(ctx, item);
}

static bool
keep_rollback(void *ctx, const struct item *item)
{
	return is_rollback_item(ctx, item);
}

static struct json_object *
make_card(void *ctx, int step)
{
	return card_page(ctx, step);
}

static struct json_object *
ready_card(void *ctx, const struct item *item)
{
	struct view *v = ctx;
	const struct plan *plan;

	if (runbook_cache_prose(v->entry, item, &plan) != NULL ||
	    card_may_change(v, item->index) || view_is_current(v, item->index))
		return NULL;
	return fragments_card(v, item->index);
}

static struct json_object *
items(struct view *v, bool (*keep)(void *, const struct item *))
{
	const struct card_maker maker = { keep, make_card, ready_card,
		v->req->lang, view_value, v, view_list_note };

	return card_items(v->entry, &maker);
}

static int
by_position(const void *a, const void *b)
{
	const struct view_step *const *x = a, *const *y = b;

	return (*x)->position < (*y)->position
	    ? -1
	    : (*x)->position > (*y)->position;
}

/* The steps of a running rollback, in their order. */
static struct json_object *
rollback_in_order(struct view *v)
{
	struct json_object *list = json_object_new_array();
	const struct view_step **order = arena_alloc(
	    v->req->arena, (v->plan->steps_count + 1) * sizeof(*order));
	size_t n = 0;

	for (size_t i = 0; i < v->plan->steps_count; i++)
		if (v->steps[i].part == PART_ROLLBACK &&
		    !view_is_excluded(&v->steps[i]))
			order[n++] = &v->steps[i];
	qsort(order, n, sizeof(*order), by_position);
	for (size_t i = 0; i < n; i++) {
		struct json_object *o = json_object_new_object();
		struct json_object *card = card_page(
		    v, (int)(order[i] - v->steps));

		model_text(o, "name",
		    arena_printf(v->req->arena, "step-%s", order[i]->step->id));
		model_bool(o, "is_heading", false);
		model_bool(o, "is_prose", false);
		model_bool(o, "is_step", true);
		model_bool(o, "is_card", false);
		model_put(o, "step", card);
		json_object_array_add(list, o);
	}
	return list;
}

/* The section is the other one, or below it. */
static bool
is_within(const struct plan *plan, int section, int other)
{
	for (; section >= 0; section = plan->sections[section].parent)
		if (section == other)
			return true;
	return false;
}

/* Counts the steps of a section and of those below it. */
static struct tally
tally_section(const struct view *v, int section)
{
	struct tally t = { 0 };

	for (size_t i = 0; i < v->plan->steps_count; i++) {
		const struct view_step *s = &v->steps[i];

		if (is_within(v->plan, s->step->section, section) &&
		    !s->step->restores && s->part != PART_PROBE &&
		    s->part != PART_NONE)
			tally_add(&t, view_outcome(v, s));
	}
	return t;
}

/* During a rollback, one entry stands for all of its steps. */
static struct tally
tally_rollback(const struct view *v)
{
	struct tally t = { 0 };

	for (size_t i = 0; i < v->plan->steps_count; i++)
		if (v->steps[i].part == PART_ROLLBACK)
			tally_add(&t, view_outcome(v, &v->steps[i]));
	return t;
}

static struct json_object *
outline_entry(struct view *v, const char *id, const char *title, int level,
    const struct tally *t)
{
	struct json_object *o = json_object_new_object();
	const char *state = tally_state(t);

	model_text(o, "name", arena_printf(v->req->arena, "outline-%s", id));
	model_text(o, "id", id);
	model_text(o, "title", title);
	model_int(o, "level", level);
	model_state(v->req, o, state, NULL);
	model_text(o, "state", state);
	model_int(o, "done", t->done);
	model_put(
	    o, "total", t->total > 0 ? json_object_new_int(t->total) : NULL);
	model_put(o, "notes", tally_notes(v->req, t));
	return o;
}

/* A current step stands directly in the section. */
static bool
is_here(const struct view *v, int section)
{
	for (size_t i = 0; i < v->plan->steps_count; i++)
		if (v->plan->steps[i].section == section &&
		    view_is_current(v, (int)i))
			return true;
	return false;
}

/* The entry of a section in which somebody works has its steps. */
static void
add_outline_steps(struct view *v, struct json_object *o, int section, bool here)
{
	const char *before = NULL, *behind = NULL;

	model_bool(o, "is_current", here);
	model_put(o, "steps",
	    here ? outline_steps(v, section, &before, &behind)
		 : json_object_new_array());
	model_text(o, "before_text", before);
	model_text(o, "behind_text", behind);
}

static struct json_object *
outline(struct view *v)
{
	struct json_object *list = json_object_new_array(), *o;
	bool back = v->lifecycle.mode == PART_ROLLBACK;
	struct tally t;

	for (size_t i = 0; i < v->plan->sections_count; i++) {
		const struct section *s = &v->plan->sections[i];

		if (s->level == 0 || (back && s->rollback))
			continue;
		t = tally_section(v, (int)i);
		o = outline_entry(
		    v, s->id, run_model_section(v, (int)i), s->level, &t);
		add_outline_steps(v, o, (int)i, !back && is_here(v, (int)i));
		model_bool(o, "is_parallel", s->parallel);
		json_object_array_add(list, o);
	}
	if (back) {
		t = tally_rollback(v);
		o = outline_entry(
		    v, "rollback", request_text(v->req, "rollback"), 1, &t);
		add_outline_steps(v, o, -1, run_model_focused(v) >= 0);
		model_bool(o, "is_parallel", false);
		json_object_array_add(list, o);
	}
	return list;
}

static struct json_object *
primary(struct view *v)
{
	struct json_object *o;
	int i = run_model_focused(v);

	if (i < 0)
		return NULL;
	o = json_object_new_object();
	model_path(o, "path", v->plan->steps[i].id);
	model_text(o, "title", view_title(v, i));
	model_text(o, "word", run_model_focus(v, i));
	return o;
}

/* The page has a field for a text, which a refresh would empty. */
static bool
has_field(struct view *v)
{
	static const enum verb verbs[] = { VERB_step_type, VERB_step_confirm,
		VERB_step_sign, VERB_step_resolve, VERB_step_skip };

	for (int i = 0; i < (int)v->plan->steps_count; i++)
		for (size_t k = 0; view_is_current(v, i) &&
		     k < sizeof(verbs) / sizeof(verbs[0]);
		     k++)
			if (view_may(v, verbs[k], i))
				return true;
	return false;
}

static void
add_flags(struct view *v, struct json_object *o)
{
	static const struct {
		const char *flag;
		enum verb verb;
	} can[] = {
		{ "can_start", VERB_run_start },
		{ "can_resume", VERB_run_resume },
		{ "can_approve", VERB_run_approve },
		{ "can_withdraw", VERB_run_withdraw },
		{ "can_comment", VERB_run_comment },
		{ "can_preflight", VERB_run_preflight },
		{ "can_change", VERB_run_change },
		{ "can_rollback", VERB_run_rollback },
		{ "can_rollback_cancel", VERB_run_rollback_cancel },
		{ "can_close", VERB_run_close },
	};
	enum state state = v->lifecycle.state;
	bool ended = json_get(v->run, "ended_at") != NULL;

	for (size_t i = 0; i < sizeof(can) / sizeof(can[0]); i++) {
		bool may = view_may(v, can[i].verb, -1);

		if (can[i].verb == VERB_run_change &&
		    v->plan->parameters_count == 0)
			may = false;
		model_bool(o, can[i].flag, may);
	}
	model_bool(o, "is_live", !ended);
	model_bool(o, "is_ended", ended);
	model_bool(o, "is_refreshed", v->lifecycle.busy && !has_field(v));
	model_bool(o, "is_awaiting_approval", approvals_are_awaited(v));
	model_bool(
	    o, "is_ready", state == STATE_READY && !approvals_are_awaited(v));
	model_bool(o, "is_reading", view_is_reading(v));
	model_text(o, "unfold_url",
	    !view_is_planned(v) || view_is_reading(v)
		? NULL
		: arena_printf(v->req->arena, "/runs/%" PRId64 "?plan=open",
		      v->lifecycle.id));
	model_bool(o, "is_paused", state == STATE_PAUSED);
	model_bool(o, "is_finished",
	    v->finished && !ended && json_get(v->run, "started_at") != NULL);
	model_bool(o, "is_troubled", v->troubled);
	model_bool(o, "is_nothing", v->finished && v->tally.done == 0);
	model_bool(o, "is_deviating", v->tally.skipped_failed > 0);
	model_bool(o, "is_skipping", v->tally.skipped > 0);
	model_bool(o, "is_rollback", v->lifecycle.mode == PART_ROLLBACK);
}

/*
 * The address with which a page without scripts reloads: at the step in focus,
 * and different each time, as a browser only scrolls if the address differs in
 * nothing but the fragment.
 */
static const char *
again_url(struct view *v)
{
	return request_step_place(v->req,
	    arena_printf(v->req->arena, "/runs/%" PRId64 "?at=%" PRId64,
		v->lifecycle.id, clock_now()),
	    json_text(v->run, "current", ""));
}

/* The newest comments, or those before the event that the address names. */
static void
add_comments(struct view *v, struct json_object *o)
{
	int64_t before = INT64_MAX, earlier;
	struct json_object *comments;

	text_int(request_query(v->req, "comments"), 1, INT64_MAX, &before);
	comments = run_model_comments(v, before, RUN_MODEL_COMMENTS, &earlier);
	model_bool(o, "has_comments", json_count(comments) > 0);
	model_put(o, "comments", comments);
	model_text(o, "earlier_url",
	    earlier == 0
		? NULL
		: arena_printf(v->req->arena,
		      "/runs/%" PRId64 "?comments=%" PRId64 "#h-comments",
		      v->lifecycle.id, earlier));
	model_text(o, "newest_url",
	    before == INT64_MAX
		? NULL
		: arena_printf(v->req->arena, "/runs/%" PRId64 "#h-comments",
		      v->lifecycle.id));
}

/* The bar offers the one thing that is next, and a menu. */
static void
add_offers(struct view *v, struct json_object *o)
{
	struct json_object *presses, *menu = run_actions(v, &presses);
	struct json_object *holders = run_model_holders(v);

	model_bool(o, "is_held", json_count(holders) > 0);
	model_put(o, "holders", holders);
	model_put(o, "next", run_actions_next(v, json_at(holders, 0)));
	model_put(o, "presses", presses);
	model_bool(o, "has_actions", json_count(menu) > 0);
	model_put(o, "actions", menu);
}

/* The values; and, while it waits for approvals, all else that is approved. */
static void
add_approved(struct view *v, struct json_object *o)
{
	struct json_object *values = run_model_parameters(v);

	model_bool(o, "has_parameters", json_count(values) > 0);
	model_put(o, "parameters", values);
	model_put(
	    o, "approved", approvals_are_awaited(v) ? approved_model(v) : NULL);
}

/* A page has a clock of its own: as time alone passes no part changes. */
static const char *
elapsed(struct view *v)
{
	if (v->req->parts != NULL && json_get(v->run, "ended_at") == NULL)
		return "";
	return model_between(v->req, json_text(v->run, "started_at", NULL),
	    json_text(v->run, "ended_at", NULL));
}

static struct json_object *
page_part(struct view *v)
{
	struct json_object *o = json_object_new_object();

	model_text(o, "url",
	    arena_printf(v->req->arena, "/runs/%" PRId64, v->lifecycle.id));
	model_text(o, "again_url", again_url(v));
	model_path(o, "runbook_path", json_text(v->run, "runbook", ""));
	model_run_state(v->req, o, state_word(v->lifecycle.state),
	    json_text(v->run, "result", NULL),
	    state_word(run_model_trouble(v)));
	run_model_phase(v, o);
	model_text(o, "full", run_model_full(v, o));
	model_text(o, "usual_text",
	    json_get(v->run, "ended_at") == NULL ? view_usual(v, -1) : NULL);
	expected_add(v, o);
	model_text(o, "elapsed_text", elapsed(v));
	model_text(o, "progress_text", run_model_progress(v));
	model_put(o, "notes", view_notes(v));
	model_text(o, "ended_by", json_text(v->run, "ended_by", NULL));
	add_approved(v, o);
	add_flags(v, o);
	approvals_add(v, o);
	model_bool(o, "has_targets", dry_run_has_targets(v));
	model_put(o, "preflight",
	    json_get(v->run, "ended_at") == NULL ? dry_run_preflight(v) : NULL);
	model_put(o, "rollback", json_object_get(rollback_model(v)));
	model_put(o, "primary", primary(v));
	add_offers(v, o);
	model_put(o, "outline", outline(v));
	add_comments(v, o);
	return o;
}

/* The document with its cards. */
static void
add_items(struct view *v, struct json_object *o)
{
	struct json_object *back = v->lifecycle.mode == PART_ROLLBACK
	    ? rollback_in_order(v)
	    : items(v, keep_rollback);

	model_put(o, "items", items(v, keep_forward));
	model_bool(o, "has_rollback_items", json_count(back) > 0);
	model_put(o, "rollback_items", back);
}

/* The refused command, the run that blocks it, and what was entered. */
static struct json_object *
refused(const struct view *v)
{
	struct json_object *o, *problem = v->req->problem;
	int64_t other;

	if (problem == NULL)
		return NULL;
	o = json_object_new_object();
	other = json_int(problem, "run", v->lifecycle.id);
	model_text(o, "message", json_text(problem, "message", ""));
	model_put(o, "other",
	    other == v->lifecycle.id ? NULL : json_object_new_int64(other));
	model_text(o, "other_title", json_text(problem, "run_title", NULL));
	fault_page_add(v->req, o);
	return o;
}

struct json_object *
page_run_frame(struct view *v)
{
	struct json_object *o = run_model(v), *page = page_part(v);

	model_bool(
	    page, "has_artifacts", json_count(json_get(o, "artifacts")) > 0);
	model_put(page, "refused", refused(v));
	model_put(page, "production", json_object_get(v->req->production));
	model_put(page, "parked",
	    v->lifecycle.state == STATE_PARKED ? run_model_parked(v) : NULL);
	model_put(o, "_page", page);
	return o;
}

enum err
page_run(struct req *req, struct reply *reply)
{
	struct json_object *o;
	struct view *v;
	enum err err = view_load(req, req->run, &v);

	if (err != ERR_OK)
		return err;
	if (req->wants != WANTS_HTML) {
		o = run_model(v);
		run_model_add_steps(v, o);
		return reply_json(req, reply, o);
	}
	o = page_run_frame(v);
	req->tab = run_row_tab(
	    v, json_flag(json_get(o, "_page"), "is_held", false));
	req->production = NULL; /* it stands in the bar */
	add_items(v, json_get(o, "_page"));
	return run_parts_reply(req, reply, json_text(v->run, "title", ""), o);
}
