/*
 * page_runbook.c: one document, rendered, with its parameters and the findings
 * of the check.
 */
#include <string.h>

#include "base/json.h"
#include "base/message.h"
#include "html/render.h"
#include "html/url.h"
#include "web/card/card.h"
#include "web/list/library.h"
#include "web/list/past_runs.h"
#include "web/list/run_row.h"
#include "web/views/model.h"
#include "web/pages/page.h"
#include "journal/lifecycle_people.h"

#define NEWEST 5

static const char *const severities[SEVERITY_NOTE + 1] = {
	[SEVERITY_ERROR] = "error",
	[SEVERITY_WARNING] = "warning",
	[SEVERITY_NOTE] = "note",
};

static const char *const types[PARAMETER_TYPE__MAX] = {
	[PARAMETER_TEXT] = "text",
	[PARAMETER_NUMBER] = "number",
	[PARAMETER_BOOL] = "bool",
	[PARAMETER_CHOICE] = "choice",
	[PARAMETER_SECRET] = "secret",
	[PARAMETER_LIST] = "list",
};

struct making {
	struct req *req;
	struct cached_runbook *entry;
};

static bool
keep_all(void *ctx, const struct item *item)
{
	(void)ctx;
	(void)item;
	return true;
}

static struct json_object *
make_step(void *ctx, int step)
{
	struct making *m = ctx;
	struct json_object *o = json_object_new_object();

	card_what(m->req, o, m->entry, step);
	html_inherit(o, card_base(m->req, m->entry, step));
	return o;
}

static void
add_diagnostic(
    struct req *req, struct json_object *list, const struct diagnostic *d)
{
	struct json_object *o = json_object_new_object();

	model_int(o, "line", d->line);
	model_int(o, "column", d->column);
	model_text(o, "severity", severities[d->severity]);
	model_text(o, "severity_text",
	    model_word(req, "severity", severities[d->severity]));
	model_text(o, "message", request_message(req, d->message));
	json_object_array_add(list, o);
}

/*
 * A role that no account has: nobody could start the step, or approve.  It is
 * told at its first place; `told` has the roles that were looked for.
 */
static void
check_role(struct req *req, struct json_object *list, struct json_object *told,
    const char *role, int line, int column)
{
	struct diagnostic d = {
		.severity = SEVERITY_WARNING, .line = line, .column = column
	};
	int64_t count = 0;
	struct rows *rows;

	if (role == NULL || json_object_object_get_ex(told, role, NULL))
		return;
	json_set_int(told, role, line);
	rows = db_query(req->web->db, STMT_ROLE_COUNT, TEXT(role));
	if (db_next(rows))
		count = db_int(rows, "count(*)");
	db_done(rows);
	d.message = message_arena(req->arena, "check_role role=%s", role);
	if (count == 0)
		add_diagnostic(req, list, &d);
}

static struct json_object *
diagnostics(struct req *req, const struct runbook *runbook)
{
	struct json_object *list = json_object_new_array();
	struct json_object *told = json_object_new_object();

	for (size_t i = 0; i < runbook->diagnostics_count; i++)
		add_diagnostic(req, list, &runbook->diagnostics[i]);
	for (size_t i = 0; i < runbook->plan.approvals_count; i++)
		check_role(
		    req, list, told, runbook->plan.approvals[i].role, 1, 1);
	for (size_t i = 0; i < runbook->plan.steps_count; i++) {
		const struct step *s = &runbook->plan.steps[i];

		check_role(req, list, told, s->role, s->line, s->column);
		check_role(req, list, told, s->sign, s->line, s->column);
	}
	json_object_put(told);
	return list;
}

static struct json_object *
parameters(struct req *req, const struct runbook *runbook)
{
	struct json_object *list = json_object_new_array();

	for (size_t i = 0; i < runbook->plan.parameters_count; i++) {
		const struct parameter *p = &runbook->plan.parameters[i];
		struct json_object *o = json_object_new_object();
		struct json_object *choices = json_object_new_array();

		for (size_t k = 0; k < p->choices_count; k++)
			json_object_array_add(
			    choices, json_object_new_string(p->choices[k]));
		model_text(o, "name", p->name);
		model_text(o, "label", p->label);
		model_text(o, "help", p->help);
		model_text(o, "type", types[p->type]);
		model_text(
		    o, "type_text", model_word(req, "type", types[p->type]));
		model_text(o, "fallback", p->fallback);
		model_text(o, "pattern", p->pattern);
		model_put(o, "choices", choices);
		model_text(o, "choices_text",
		    p->choices_count > 0 ? model_names(req, choices) : NULL);
		model_bool(o, "required", p->required);
		json_object_array_add(list, o);
	}
	return list;
}

static struct json_object *
approvals(const struct runbook *runbook)
{
	struct json_object *list = json_object_new_array();

	for (size_t i = 0; i < runbook->plan.approvals_count; i++) {
		struct json_object *o = json_object_new_object();

		model_text(o, "role", runbook->plan.approvals[i].role);
		model_int(o, "count", runbook->plan.approvals[i].count);
		json_object_array_add(list, o);
	}
	return list;
}

static struct json_object *
tags_and_outline(const struct runbook *runbook, struct json_object *model)
{
	struct json_object *tags = json_object_new_array();
	struct json_object *outline = json_object_new_array();

	for (size_t i = 0; i < runbook->tags_count; i++)
		json_object_array_add(
		    tags, json_object_new_string(runbook->tags[i]));
	for (size_t i = 1; i < runbook->plan.sections_count; i++) {
		struct json_object *o = json_object_new_object();

		model_text(o, "id", runbook->plan.sections[i].id);
		model_text(o, "title", runbook->plan.sections[i].title);
		model_int(o, "level", runbook->plan.sections[i].level);
		json_object_array_add(outline, o);
	}
	model_put(model, "tag_links", library_tag_links(tags));
	model_put(model, "tags", tags);
	model_put(model, "outline", outline);
	return model;
}

static const char *
list_note(void *ctx, int section)
{
	const struct making *m = ctx;
	const struct plan *plan = m->entry->plan;
	const struct section *s = &plan->sections[section];
	int step = runbook_cache_find_step(m->entry, s->each_step);

	return request_fill(m->req, "each_later", "list", s->each_list, "step",
	    step >= 0 ? card_title(m->req, plan, step) : s->each_step, NULL);
}

/* The runs that stand in the table of the page. */
static struct json_object *
newest(struct json_object *runs)
{
	struct json_object *list = json_object_new_array();
	size_t n = json_count(runs);

	for (size_t i = 0; i < n && i < NEWEST; i++)
		json_object_array_add(list, json_object_get(json_at(runs, i)));
	return list;
}

static void
add_past(struct req *req, struct json_object *model)
{
	past_runs_add(req, model, req->name);
	run_row_add_all(req, json_get(model, "past_runs"));
	past_runs_add_strip(req, model);
	model_put(model, "_newest", newest(json_get(model, "past_runs")));
}

enum err
page_runbook(struct req *req, struct reply *reply)
{
	struct making making = { .req = req };
	struct card_maker maker = { keep_all, make_step, NULL, req->lang, NULL,
		&making, list_note };
	struct json_object *model, *list, *environments;
	const struct runbook *runbook;
	struct buf url = { 0 };
	enum err err = runbook_cache_current(req, req->name, &making.entry);

	if (err != ERR_OK)
		return err;
	runbook = making.entry->runbook;
	environments = runbook_cache_environments(req);
	model = json_object_new_object();
	url_put_query(&url, req->name);
	model_text(model, "name", req->name);
	model_text(model, "name_url", buf_text(&url));
	buf_clear(&url);
	model_text(model, "title", runbook->plan.title);
	model_text(model, "summary", runbook->summary);
	model_text(model, "owner", runbook->owner);
	tags_and_outline(runbook, model);
	list = diagnostics(req, runbook);
	model_put(model, "diagnostics", list);
	model_bool(model, "has_diagnostics", json_count(list) > 0);
	model_bool(model, "is_broken", runbook->errors > 0);
	model_bool(
	    model, "targets_wrong", runbook_cache_targets_mistakes(req) > 0);
	model_bool(model, "can_run",
	    runbook->errors == 0 && runbook->plan.steps_count > 0 &&
		json_count(environments) > 0 &&
		actor_has(&req->actor, "operator"));
	model_bool(model, "no_environments",
	    json_count(environments) == 0 &&
		runbook_cache_targets_mistakes(req) == 0);
	model_put(model, "parameters", parameters(req, runbook));
	model_bool(model, "has_parameters", runbook->plan.parameters_count > 0);
	model_put(model, "approvals", approvals(runbook));
	model_text(model, "rehearsal", runbook->plan.rehearsal);
	model_bool(model, "has_rules",
	    runbook->plan.approvals_count > 0 ||
		runbook->plan.rehearsal != NULL);
	add_past(req, model);
	model_put(model, "items", card_items(making.entry, &maker));
	model_put(model, "environments", environments);
	return reply_model(
	    req, reply, "runbook.html", runbook->plan.title, model);
}
