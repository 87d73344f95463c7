/*
 * approvals.c: the approval rules of a run, and who has approved.
 *
 * An approval that does not count any more, because its giver has lost the role
 * or because it is too old, is shown with the reason: page and keeper must
 * agree on what counts.
 */
#include <stdlib.h>

#include "lang/each/each_captured.h"
#include "lang/plan_scope.h"
#include "base/mem.h"
#include "base/text.h"
#include "journal/captured.h"
#include "journal/approval.h"
#include "journal/plan.h"
#include "journal/rehearsal.h"
#include "web/card/people.h"
#include "web/views/approvals.h"
#include "web/views/model.h"

static bool
is_open(const struct view *v)
{
	return json_get(v->run, "ended_at") == NULL;
}

static struct json_object *
decision_model(struct view *v, struct json_object *d)
{
	struct json_object *o = json_object_new_object();
	const char *decision = json_text(d, "decision", "");
	const char *lapse = !is_open(v) || !text_eq(decision, "approve")
	    ? NULL
	    : approval_void(v->lifecycle.approvals, d, v->lifecycle.moment);

	model_text(o, "by", json_text(d, "by", ""));
	model_text(o, "decision", decision);
	model_text(
	    o, "decision_text", model_word(v->req, "decision", decision));
	model_text(o, "comment", json_text(d, "comment", NULL));
	model_text(o, "at", json_text(d, "at", NULL));
	model_reset(v->req, o, d);
	model_text(o, "lapse", lapse);
	model_text(o, "lapse_text",
	    lapse == NULL ? NULL : model_word(v->req, "lapse", lapse));
	return o;
}

struct json_object *
approvals_model(struct view *v)
{
	struct json_object *o = json_object_new_object();
	struct json_object *list = json_object_new_array();

	for (size_t i = 0; i < json_count(v->lifecycle.given); i++)
		json_object_array_add(
		    list, decision_model(v, json_at(v->lifecycle.given, i)));
	model_put(o, "required", json_object_get(v->lifecycle.approvals));
	model_put(o, "given", list);
	model_bool(o, "is_complete",
	    approval_is_complete(v->lifecycle.approvals, v->lifecycle.given,
		v->lifecycle.moment));
	return o;
}

bool
approvals_are_awaited(const struct view *v)
{
	return is_open(v) &&
	    (v->lifecycle.state == STATE_AWAITING_APPROVAL ||
		!approval_is_complete(v->lifecycle.approvals,
		    v->lifecycle.given, v->lifecycle.moment));
}

static struct json_object *
rule_model(struct view *v, struct json_object *rule, int given)
{
	struct json_object *o = json_object_new_object();
	int64_t count = json_int(rule, "count", 1);
	int64_t expires = json_int(rule, "expires", 0);

	model_text(o, "role", json_text(rule, "role", "approver"));
	model_int(o, "count", count);
	model_int(o, "given", given);
	model_text(o, "icon", given >= count ? "approve" : "awaiting_approval");
	model_text(o, "people_text",
	    given >= count || !approvals_are_awaited(v)
		? NULL
		: people_for(v, VERB_run_approve, -1,
		      json_text(rule, "role", "approver")));
	model_text(o, "expires_text",
	    expires == 0 ? NULL
			 : request_fill(v->req, "approval_expires", "time",
			       model_duration(v->req, expires), NULL));
	model_text(o, "same_text",
	    !json_flag(rule, "same_person", false)
		? NULL
		: request_text(v->req, "approval_same"));
	return o;
}

struct json_object *
approvals_rules(struct view *v)
{
	struct json_object *list = json_object_new_array();
	size_t n = json_count(v->lifecycle.approvals);
	int *given = mem_calloc(n + 1, sizeof(*given));

	approval_count(v->lifecycle.approvals, v->lifecycle.given,
	    v->lifecycle.moment, given);
	for (size_t i = 0; i < n; i++)
		json_object_array_add(list,
		    rule_model(
			v, json_at(v->lifecycle.approvals, i), given[i]));
	free(given);
	return list;
}

/*
 * Adds who rejected the plan, and the consequence; people can withdraw their
 * own rejection here.
 */
static void
add_rejection(struct view *v, struct json_object *o)
{
	struct json_object *no = approval_find(
	    v->lifecycle.given, NULL, "reject");
	const char *by = json_text(no, "by", NULL);
	bool mine = by != NULL && text_eq(by, v->req->actor.name);

	model_bool(o, "has_rejected", mine);
	model_text(o, "rejected_text",
	    by == NULL ? NULL
		: mine ? request_text(v->req, "plan_take_back")
		       : request_fill(v->req, "plan_rejected", "by", by, NULL));
}

/* A value as the run to be rehearsed would have it. */
struct lookup {
	struct view *v;
	struct json_object *variables; /* captured by the rehearsal */
};

static const char *
lookup(void *ctx, const char *name)
{
	struct lookup *l = ctx;
	const char *value = json_text(l->variables, name, NULL);

	return value != NULL ? value : view_value(l->v, name);
}

/* Steps under a list that had no item there. */
static void
add_unrepeated(struct view *v, struct json_object *list)
{
	struct json_object *past = request_own(v->req,
	    db_first_json(db_query(
		v->req->web->db, STMT_RUN_GET, INT(v->loaded.rehearsal))));

	for (size_t i = 0; i < v->plan->steps_count; i++) {
		const struct step *s = &v->plan->steps[i];
		int t = each_template(v->plan, s->section);
		struct json_object *there;

		if (t < 0 || s->rollback || s->probe_of != NULL)
			continue;
		there = plan_list(past, v->plan->sections[t].each_step,
		    v->plan->sections[t].each_list);
		if (there == NULL || json_count(json_get(there, "items")) == 0)
			json_object_array_add(
			    list, json_object_new_int((int)i));
	}
}

/* The steps that the rehearsal excluded and this run includes: [indexes]. */
static struct json_object *
not_rehearsed(struct view *v)
{
	struct lookup l = { v,
		captured_values(v->req->web->db, v->loaded.rehearsal) };
	struct json_object *list = json_object_new_array();
	struct rows *rows = db_query(
	    v->req->web->db, STMT_STEPS_EXCLUDED, INT(v->loaded.rehearsal));
	const char *why;

	while (db_next(rows)) {
		int i = runbook_cache_find_step(v->entry, db_text(rows, "id"));

		if (i >= 0 && v->steps[i].part == PART_MAIN &&
		    !plan_is_excluded(v->plan, i, lookup, &l, &why))
			json_object_array_add(list, json_object_new_int(i));
	}
	db_done(rows);
	json_object_put(l.variables);
	add_unrepeated(v, list);
	return list;
}

struct json_object *
approvals_rehearsal(struct view *v)
{
	struct json_object *o, *steps;

	if (!rehearsal_is_needed(v->plan, json_text(v->run, "environment", "")))
		return NULL;
	o = json_object_new_object();
	model_text(o, "in", v->plan->rehearsal);
	model_put(o, "within_ms",
	    v->plan->rehearsal_ms == 0
		? NULL
		: json_object_new_int64(v->plan->rehearsal_ms));
	model_put(o, "run",
	    v->loaded.rehearsal == 0
		? NULL
		: json_object_new_int64(v->loaded.rehearsal));
	model_bool(o, "missing", v->lifecycle.unrehearsed != NULL);
	steps = v->loaded.rehearsal == 0 ? json_object_new_array()
					 : not_rehearsed(v);
	model_put(o, "not_rehearsed", plan_ids(v->plan, steps));
	json_object_put(steps);
	return o;
}

/* For people: what is missing, or the rehearsal and the steps it excluded. */
static void
add_rehearsal(struct view *v, struct json_object *o)
{
	struct json_object *r = approvals_rehearsal(v), *titles, *ids;

	model_text(o, "unrehearsed_text",
	    !is_open(v) || !json_flag(r, "missing", false)
		? NULL
		: request_fill(v->req, "rehearsal_missing", "in",
		      v->plan->rehearsal, NULL));
	model_put(o, "rehearsal_run", json_object_get(json_get(r, "run")));
	titles = json_object_new_array();
	ids = json_get(r, "not_rehearsed");
	for (size_t i = 0; i < json_count(ids); i++)
		json_object_array_add(titles,
		    json_object_new_string(view_title(v,
			runbook_cache_find_step(v->entry,
			    json_object_get_string(json_at(ids, i))))));
	model_bool(o, "has_not_rehearsed", json_count(titles) > 0);
	model_put(o, "not_rehearsed", titles);
	json_object_put(r);
}

/* "A, B": the headings that repeat over the list. */
static const char *
titles_of(struct view *v, const char *step, const char *list)
{
	const char *titles = "";

	for (size_t i = 0; i < v->plan->sections_count; i++) {
		const struct section *s = &v->plan->sections[i];

		if (s->each_name != NULL && text_eq(s->each_step, step) &&
		    text_eq(s->each_list, list))
			titles = arena_printf(v->req->arena, "%s%s%s", titles,
			    *titles != '\0' ? ", " : "", s->title);
	}
	return titles;
}

/* The lists that are not known when the plan is approved. */
static struct json_object *
list_notes(struct view *v)
{
	struct json_object *notes = json_object_new_array(), *list;
	struct json_object *all = request_own(
	    v->req, plan_lists(v->plan, v->run));

	for (size_t i = 0; i < json_count(all); i++) {
		const char *name, *step;
		int index;

		list = json_at(all, i);
		name = json_text(list, "name", "");
		step = json_text(list, "step", "");
		index = runbook_cache_find_step(v->entry, step);
		if (json_get(list, "items") != NULL || index < 0)
			continue;
		json_object_array_add(notes,
		    json_object_new_string(request_fill(v->req, "each_approve",
			"titles", titles_of(v, step, name), "list", name,
			"step", view_title(v, index), NULL)));
	}
	return notes;
}

void
approvals_add(struct view *v, struct json_object *o)
{
	model_put(o, "list_notes", list_notes(v));
	model_put(o, "rules", approvals_rules(v));
	add_rejection(v, o);
	people_add_ask(v, o);
	add_rehearsal(v, o);
}
