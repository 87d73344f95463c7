/*
 * cmd_create.c: creates a run: the present document and the plan compiled from
 * it (both stored by hash), the resolved targets and the checked parameters,
 * which together are what is approved.
 */
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "base/text.h"
#include "lang/plan_hops.h"
#include "plan/plan.h"
#include "journal/event.h"
#include "journal/plan.h"
#include "journal/rehearsal.h"
#include "keeper/plans/draft_plan.h"
#include "keeper/plans/step_rows.h"
#include "keeper/idempotency.h"
#include "keeper/run.h"

/* A chain of version hops leads from one version to the other. */
static enum err
check_hops(struct command *c, struct draft *d)
{
	struct buf scratch = { 0 };
	const char *field = "",
		   *why = plan_check_hops(d->plan,
		       json_text(d->parameters, "from", ""),
		       json_text(d->parameters, "to", ""), &field, &scratch);
	enum err err = why == NULL
	    ? ERR_OK
	    : fault_set(&c->fault, ERR_INVALID, "no_hops", field, "%s", why);

	buf_clear(&scratch);
	return err;
}

static enum err
take_parameters(struct command *c, struct draft *d)
{
	struct json_object *given = json_get(c->body, "parameters");
	const char *environment = json_text(c->body, "environment", "");
	enum err err = draft_check_names(c, d->plan, given);

	for (size_t i = 0; i < d->plan->parameters_count && err == ERR_OK;
	     i++) {
		const struct parameter *p = &d->plan->parameters[i];

		if (draft_asks(d, p, environment))
			err = draft_take(c, d, p,
			    json_text(given, p->name, NULL),
			    d->environment->values, environment);
		else
			json_set_text(d->parameters, p->name, "");
	}
	return err;
}

/* The document's rules and those of the environment, in one array. */
static struct json_object *
all_rules(const struct draft *d)
{
	struct json_object *rules = plan_rules_json(
	    d->plan->approvals, d->plan->approvals_count);
	struct json_object *more = d->environment->approvals;
	size_t n = json_count(more);

	for (size_t i = 0; i < n; i++)
		json_object_array_add(rules, json_object_get(json_at(more, i)));
	return rules;
}

/* The values known before anything runs. */
struct known {
	const struct draft *draft;
	const char *environment;
};

static const char *
known_value(void *ctx, const char *name)
{
	const struct known *k = ctx;

	return text_eq(name, "environment")
	    ? k->environment
	    : json_text(k->draft->parameters, name, NULL);
}

/* The values of the environment that parameters of the document have. */
static struct json_object *
fixed_values(const struct draft *d)
{
	struct json_object *o = json_object_new_object();

	for (size_t i = 0; i < d->plan->parameters_count; i++) {
		const char *name = d->plan->parameters[i].name;
		struct json_object *value = json_get(
		    d->environment->values, name);

		if (value != NULL)
			json_set(o, name, json_object_get(value));
	}
	return o;
}

static enum err
append_created(struct command *c, struct draft *d, int64_t id)
{
	struct json_object *data = json_object_new_object();
	struct json_object *rules = all_rules(d);
	const char *environment = json_text(c->body, "environment", "");
	const char *title = json_text(c->body, "title", "");
	struct known known = { d, environment };
	struct json_object *steps = step_rows(d->plan, known_value, &known);
	int64_t total = step_rows_count(steps);

	plan_hash(&(struct plan_parts){ d->document, environment, d->resolved,
		      d->parameters, d->sealed, d->compiled_hash },
	    d->plan_hash);
	json_set_text(data, "title", title[0] != '\0' ? title : d->plan->title);
	json_set_text(data, "reason", json_text(c->body, "reason", ""));
	json_set_text(data, "runbook", json_text(c->body, "runbook", ""));
	json_set_text(data, "document", d->document);
	json_set_text(data, "environment", environment);
	json_set_bool(data, "production", d->environment->production);
	json_set_text(data, "state",
	    json_count(rules) > 0 ? "awaiting_approval" : "ready");
	json_set_text(data, "plan", d->plan_hash);
	json_set_text(data, "compiled", d->compiled_hash);
	json_set(data, "parameters", json_object_get(d->parameters));
	json_set(data, "sealed", json_object_get(d->sealed));
	json_set(data, "fixed", fixed_values(d));
	json_set(data, "targets", json_object_get(d->resolved));
	json_set(data, "approvals", rules);
	json_set(data, "steps", steps);
	json_set_int(data, "steps_total", total);
	if (total == 0) {
		json_object_put(data);
		return fault_set(&c->fault, ERR_INVALID, "no_steps", NULL,
		    "refused_no_steps");
	}
	idempotency_put(c, data);
	return event_append(
	    c->keeper->db, id, 0, c->actor.name, EVENT_RUN_CREATED, data);
}

/* The answer to the person who creates the run. */
static void
report(struct command *c, const struct plan *plan, int64_t id)
{
	struct json_object *row = db_first_json(
	    db_query(c->keeper->db, STMT_RUN_GET, INT(id)));

	json_set_text(c->result, "plan", json_text(row, "plan", ""));
	if (plan != NULL &&
	    rehearsal_is_needed(plan, json_text(row, "environment", "")) &&
	    rehearsal_find(c->keeper->db, plan, row) == 0)
		json_set_text(c->result, "unrehearsed", plan->rehearsal);
	json_object_put(row);
	run_report(c, id);
}

enum err
cmd_run_create(struct command *c)
{
	struct draft d = { 0 };
	int64_t id;
	enum err err;

	draft_begin(&d);
	if ((err = idempotency_find(c, &id)) != ERR_OK || id != 0)
		goto out;
	if ((err = draft_plan_open(c, &d)) != ERR_OK ||
	    (err = take_parameters(c, &d)) != ERR_OK ||
	    (err = check_hops(c, &d)) != ERR_OK ||
	    (err = draft_plan_finish(c, &d)) != ERR_OK)
		goto out;
	id = db_first_int(db_query(c->keeper->db, STMT_RUN_NEXT_ID), 1);
	err = db_run(c->keeper->db, STMT_DOCUMENT_ADD, TEXT(d.document),
	    TEXT(buf_text(&d.text)));
	d.compiled = plan_compiled(d.plan, d.compiled_hash);
	if (err == ERR_OK)
		err = db_run(c->keeper->db, STMT_DOCUMENT_ADD,
		    TEXT(d.compiled_hash), TEXT(json_write(d.compiled)));
	if (err == ERR_OK)
		err = append_created(c, &d, id);
	if (err == ERR_OK)
		err = draft_store_boxes(c, &d, id);
out:
	if (err == ERR_OK)
		report(c, d.plan, id);
	draft_clear(&d);
	return err;
}
