/*
 * cmd_change.c: changes the parameters of a run, which makes a new plan.
 *
 * Decisions on the old plan end: the run waits for its approvals again, and its
 * gates are decided anew, including those that a condition had excluded.
 */
#include "base/text.h"
#include "lang/parameter_value.h"
#include "lang/plan_scope.h"
#include "journal/event.h"
#include "journal/plan.h"
#include "keeper/plans/draft.h"
#include "keeper/plans/new_plan.h"
#include "keeper/run.h"

/* The new values over the old ones; secrets that are not given are kept. */
static enum err
change_parameters(struct command *c, const struct run *run, struct draft *d)
{
	struct json_object *given = json_get(c->body, "parameters");
	struct json_object *old = json_get(run->row, "parameters");
	struct json_object *sealed = json_get(run->row, "sealed");
	struct json_object *fixed = json_get(run->row, "fixed");
	const char *environment = json_text(run->row, "environment", "");
	enum err err = draft_check_names(c, run->plan, given);

	for (size_t i = 0; i < run->plan->parameters_count && err == ERR_OK;
	     i++) {
		const struct parameter *p = &run->plan->parameters[i];
		const char *value = json_text(given, p->name, NULL);
		const char *box = json_text(sealed, p->name, NULL);

		if (p->type == PARAMETER_SECRET && box != NULL &&
		    (value == NULL || value[0] == '\0')) {
			json_set(d->parameters, p->name, NULL);
			json_set_text(d->sealed, p->name, box);
			continue;
		}
		if (json_text(fixed, p->name, NULL) == NULL && value == NULL)
			value = json_text(old, p->name, "");
		if (plan_shapes(run->plan, p->name) &&
		    !parameter_is_same(p, json_text(old, p->name, ""), value))
			return fault_set(&c->fault, ERR_INVALID, "shapes_run",
			    p->name, "refused_shapes_run name=%s", p->label);
		if (draft_asks(d, p, environment))
			err = draft_take(c, d, p, value, fixed, environment);
		else
			json_set_text(d->parameters, p->name, "");
	}
	return err;
}

static enum err
append_changed(struct command *c, struct run *run, const struct draft *d)
{
	struct json_object *data = json_object_new_object();
	enum err err;

	json_set_text(data, "plan", d->plan_hash);
	json_set(data, "parameters", json_object_get(d->parameters));
	json_set(data, "sealed", json_object_get(d->sealed));
	new_plan_put(run, data);
	err = event_append(c->keeper->db, run->id, EVENT_ANY_SEQ, c->actor.name,
	    EVENT_RUN_CHANGED, data);
	if (err == ERR_OK)
		err = draft_store_boxes(c, d, run->id);
	if (err == ERR_OK)
		err = run_decide(c->keeper, run->id);
	return err == ERR_OK ? run_advance(c->keeper, run->id) : err;
}

enum err
cmd_run_change(struct command *c)
{
	struct draft d = { 0 };
	struct run run;
	enum err err = run_permit(c, VERB_run_change, &run, NULL);

	if (err != ERR_OK)
		return err;
	draft_begin(&d);
	if ((err = change_parameters(c, &run, &d)) != ERR_OK)
		goto out;
	plan_hash(&(struct plan_parts){ json_text(run.row, "document", ""),
		      json_text(run.row, "environment", ""),
		      json_get(run.row, "targets"), d.parameters, d.sealed,
		      json_text(run.row, "compiled", NULL) },
	    d.plan_hash);
	if (!text_eq(d.plan_hash, run.lifecycle.plan))
		err = append_changed(c, &run, &d);
	json_set_text(c->result, "plan", d.plan_hash);
	run_report(c, run.id);
out:
	draft_clear(&d);
	run_clear(&run);
	return err;
}
