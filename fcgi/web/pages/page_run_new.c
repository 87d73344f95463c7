/*
 * page_run_new.c: the form of a new run, made from the document's parameters,
 * and the form that changes those of a run.
 *
 * A form with errors comes back with its values (but for secrets) and an error
 * at each field.  Values are checked here as well as in the keeper, so that all
 * wrong fields show at once.
 */
#include <inttypes.h>
#include <string.h>

#include "base/text.h"
#include "html/url.h"
#include "base/hash.h"
#include "inventory/resolve.h"
#include "web/http/command.h"
#include "web/views/model.h"
#include "web/views/parameter_fields.h"
#include "web/pages/page.h"
#include "web/views/view.h"

#define TARGETS_NAMED 3 /* in the choice of an environment */

/* "web1, web2" or "14 targets": those on which steps run. */
static const char *
used_targets(struct req *req, struct json_object *use)
{
	struct json_object *names = request_own(req, json_object_new_array());
	size_t n;

	json_object_object_foreach (use, name, target)
		if (!text_eq(json_text(target, "kind", ""), "group") &&
		    !json_flag(target, "way", false))
			json_object_array_add(
			    names, json_object_new_string(name));
	n = json_count(names);
	if (n == 0)
		return request_text(req, "environment_no_targets");
	return n <= TARGETS_NAMED
	    ? model_names(req, names)
	    : request_fill(req, "environment_targets", "count",
		  arena_printf(req->arena, "%zu", n), NULL);
}

static const char *
rule_text(struct req *req, const char *before, const char *role, int64_t count)
{
	return arena_printf(req->arena, "%s%s%s × %" PRId64, before,
	    *before == '\0' ? "" : ", ", role, count);
}

/* "Approval by approver × 1": the rules of the document and of the environment.
 */
static const char *
rules_text(
    struct req *req, const struct plan *plan, struct json_object *environment)
{
	struct json_object *more = json_get(environment, "approvals"), *rule;
	size_t n = json_count(more);
	const char *text = "";

	for (size_t i = 0; i < plan->approvals_count; i++)
		text = rule_text(req, text, plan->approvals[i].role,
		    plan->approvals[i].count);
	for (size_t i = 0; i < n; i++) {
		rule = json_at(more, i);
		text = rule_text(req, text, json_text(rule, "role", ""),
		    json_int(rule, "count", 1));
	}
	return *text == '\0' ? request_text(req, "environment_no_approval")
			     : arena_printf(req->arena, "%s %s",
				   request_text(req, "approval_by"), text);
}

/*
 * Adds the meaning of the choice of an environment, or the reason against it.
 * True: it can be chosen.
 */
static bool
add_meaning(struct req *req, struct json_object *o, const struct plan *plan,
    struct json_object *environment)
{
	struct json_object *use = NULL;
	struct fault why = { 0 };
	bool can = targets_use(runbook_cache_targets(req),
		       json_text(environment, "name", ""), plan, &use,
		       &why) == ERR_OK;

	request_own(req, use);
	model_text(
	    o, "refused", can ? NULL : request_message(req, why.message));
	model_text(o, "meaning",
	    !can ? NULL
		 : arena_printf(req->arena, "%s · %s", used_targets(req, use),
		       rules_text(req, plan, environment)));
	return can;
}

static void
put_environments(struct req *req, struct json_object *model,
    struct json_object *all, const struct plan *plan, const char *selected)
{
	struct json_object *list = json_object_new_array(), *only = NULL;
	size_t n = json_count(all), possible = 0;

	for (size_t i = 0; i < n; i++) {
		struct json_object *e = json_at(all, i);
		struct json_object *o = json_object_new_object();
		const char *name = json_text(e, "name", "");

		model_text(o, "name", name);
		model_text(o, "label", json_text(e, "label", name));
		model_text(o, "environment_more",
		    runbook_cache_environment_more(req,
			json_text(e, "label", name),
			json_flag(e, "production", false)));
		model_bool(
		    o, "is_production", json_flag(e, "production", false));
		if (add_meaning(req, o, plan, e)) {
			only = o;
			possible++;
		}
		json_set_bool(o, "is_selected",
		    json_text(o, "refused", NULL) == NULL &&
			text_eq(name, selected));
		json_object_array_add(list, o);
	}
	if (possible == 1)
		json_set_bool(only, "is_selected", true);
	model_put(model, "environments", list);
	model_bool(model, "is_possible", possible > 0);
	model_bool(model, "is_nowhere", n > 0 && possible == 0);
	model_bool(model, "no_environments",
	    n == 0 && runbook_cache_targets_mistakes(req) == 0);
}

/*
 * Puts the keeper's error once: at its field, unless the form has found it
 * already, or else at the top.
 */
static void
place_problem(struct req *req, struct json_object *model, enum err err)
{
	struct json_object *problem = reply_problem(req, err);
	struct json_object *list = json_get(model, "parameters");
	const char *field = json_text(problem, "field", "");

	for (size_t i = 0; i < json_count(list); i++) {
		struct json_object *p = json_at(list, i);

		if (!text_eq(json_text(p, "name", ""), field))
			continue;
		if (json_text(p, "error", NULL) == NULL)
			json_set_text(
			    p, "error", json_text(problem, "message", ""));
		json_object_put(problem);
		return;
	}
	json_set(model, "error", problem);
}

/* The rehearsal that must come before the start. */
static void
add_rehearsal(struct req *req, struct json_object *o, const char *name,
    const struct plan *plan)
{
	const char *text = NULL;
	struct buf url = { 0 };

	if (plan->rehearsal != NULL)
		text = request_fill(
		    req, "rehearsal_asked", "in", plan->rehearsal, NULL);
	if (text != NULL && plan->rehearsal_ms > 0)
		text = arena_printf(req->arena, "%s %s", text,
		    request_fill(req, "rehearsal_within", "time",
			model_duration(req, plan->rehearsal_ms), NULL));
	model_text(o, "rehearsal_text", text);
	model_text(o, "rehearsal_in", plan->rehearsal);
	url_put_query(&url, name);
	model_text(o, "runbook_query", buf_text(&url));
	buf_clear(&url);
}

/* The run of the same runbook that from= names: its values are proposed. */
static struct json_object *
earlier_run(struct req *req, const char *name)
{
	struct json_object *run;
	int64_t id;

	if (!text_int(request_query(req, "from"), 1, INT64_MAX, &id))
		return NULL;
	run = request_own(
	    req, db_first_json(db_query(req->web->db, STMT_RUN_GET, INT(id))));
	return text_eq(json_text(run, "runbook", NULL), name) ? run : NULL;
}

static enum err
show_new(struct req *req, struct reply *reply, const char *name, bool posted,
    enum err why)
{
	struct filling f = { .req = req, .posted = posted };
	struct json_object *earlier = earlier_run(req, name);
	struct cached_runbook *entry;
	struct json_object *model;
	char number[33];
	enum err err = runbook_cache_current(req, name, &entry);

	if (err != ERR_OK)
		return err;
	model = json_object_new_object();
	model_text(model, "runbook", name);
	model_path(model, "runbook_path", name);
	model_text(model, "title", entry->plan->title);
	f.environments = request_own(req, runbook_cache_environments(req));
	f.proposed = json_get(earlier, "parameters");
	put_environments(req, model, f.environments, entry->plan,
	    posted ? request_field(req, "environment")
		   : json_text(earlier, "environment",
			 request_query(req, "environment")));
	model_put(model, "parameters", parameter_fields(&f, entry->plan));
	model_bool(
	    model, "targets_wrong", runbook_cache_targets_mistakes(req) > 0);
	text_random_hex(number, 16);
	model_text(model, "number", number);
	add_rehearsal(req, model, name, entry->plan);
	model_put(model, "error", NULL);
	if (why != ERR_OK) {
		place_problem(req, model, why);
		reply->status = reply_status(why, req->fault.code);
	}
	return reply_model(req, reply, "run_new.html",
	    request_fill(req, "new_run_of", "title", entry->plan->title, NULL),
	    model);
}

enum err
page_run_new(struct req *req, struct reply *reply)
{
	const char *name = request_query(req, "runbook");

	if (*name == '\0' && req->wants == WANTS_HTML)
		return reply_redirect(req, reply, "/runbooks");
	return show_new(req, reply, name, false, ERR_OK);
}

/* The parameters of a form in the keeper's format.  A new object. */
static struct json_object *
posted_parameters(struct req *req, const struct plan *plan, bool keep_empty)
{
	struct json_object *o = json_object_new_object();

	for (size_t i = 0; i < plan->parameters_count; i++) {
		const struct parameter *p = &plan->parameters[i];
		const char *name = parameter_field_name(req, p);
		const char *value = request_field(req, name);

		if (json_get(req->fields, name) != NULL &&
		    (keep_empty || *value != '\0'))
			json_set_text(o, p->name, value);
	}
	return o;
}

/*
 * The same form, sent twice, creates one run. Its key is made of a number in
 * the form and of all values, so a changed form is another request.
 */
static void
add_form_key(struct req *req, struct json_object *body)
{
	const char *number = request_field(req, "number");
	char key[65];
	struct buf all = { 0 };

	if (*number == '\0')
		return;
	buf_printf(&all, "%s %s", number, json_write(body));
	hash_hex(buf_text(&all), all.len, key);
	buf_clear(&all);
	json_set_text(body, "idempotency_key", key);
}

static enum err
form_body(struct req *req, struct json_object **ret)
{
	static const char *const texts[] = { "runbook", "environment", "title",
		"reason", NULL };
	struct cached_runbook *entry;
	enum err err = runbook_cache_current(
	    req, request_field(req, "runbook"), &entry);

	if (err != ERR_OK)
		return err;
	*ret = json_object_new_object();
	for (size_t i = 0; texts[i] != NULL; i++)
		json_set_text(*ret, texts[i], request_field(req, texts[i]));
	if (*json_text(*ret, "title", "") == '\0')
		json_object_object_del(*ret, "title");
	json_set(
	    *ret, "parameters", posted_parameters(req, entry->plan, false));
	add_form_key(req, *ret);
	return ERR_OK;
}

/* The key of a program's request, and the body that it belongs to. */
static void
add_header_key(struct req *req, struct json_object *body)
{
	const char *key = request_env(req, "HTTP_IDEMPOTENCY_KEY");

	if (key != NULL)
		json_set_text(body, "idempotency_key", key);
}

enum err
post_run_create(struct req *req, struct reply *reply)
{
	struct json_object *body = NULL, *answer;
	const char *url;
	enum err err;

	if (!req->is_form)
		body = json_object_get(req->fields);
	else if ((err = form_body(req, &body)) != ERR_OK)
		return err;
	add_header_key(req, body);
	err = command_ask(req, VERB_run_create, body, &answer);
	if (err != ERR_OK && req->wants == WANTS_HTML && req->is_form &&
	    (err == ERR_INVALID || err == ERR_CONFLICT))
		return show_new(
		    req, reply, request_field(req, "runbook"), true, err);
	if (err != ERR_OK)
		return err;
	url = arena_printf(
	    req->arena, "/runs/%" PRId64, json_int(answer, "id", 0));
	if (req->wants == WANTS_HTML)
		return reply_redirect(req, reply, url);
	reply->status = 201;
	reply_header(reply, "Location", url);
	return reply_json(req, reply, json_object_get(answer));
}

static enum err
show_change(struct req *req, struct reply *reply, bool posted, enum err why)
{
	struct filling f = { .req = req, .posted = posted };
	struct json_object *model;
	struct view *v;
	enum err err = view_load(req, req->run, &v);

	if (err == ERR_OK)
		err = run_authorize(VERB_run_change, &v->lifecycle, NULL,
		    &req->actor, &req->fault);
	if (err != ERR_OK)
		return err;
	f.old = json_get(v->run, "parameters");
	f.fixed = json_get(v->run, "fixed");
	model = json_object_new_object();
	model_int(model, "id", req->run);
	model_text(
	    model, "url", arena_printf(req->arena, "/runs/%" PRId64, req->run));
	model_text(model, "title", json_text(v->run, "title", ""));
	model_text(model, "runbook", json_text(v->run, "runbook", ""));
	model_text(model, "environment", json_text(v->run, "environment", ""));
	model_put(model, "parameters", parameter_fields(&f, v->plan));
	model_bool(model, "is_shaped", f.shaped);
	model_put(model, "error", NULL);
	if (why != ERR_OK) {
		place_problem(req, model, why);
		reply->status = reply_status(why, req->fault.code);
	}
	return reply_model(req, reply, "run_change.html",
	    request_text(req, "change_parameters"), model);
}

enum err
page_run_change(struct req *req, struct reply *reply)
{
	return show_change(req, reply, false, ERR_OK);
}

enum err
post_run_change(struct req *req, struct reply *reply)
{
	struct json_object *body, *answer;
	struct view *v;
	enum err err;

	if (!req->is_form) {
		body = json_object_get(req->fields);
	} else {
		if ((err = view_load(req, req->run, &v)) != ERR_OK)
			return err;
		body = json_object_new_object();
		json_set(
		    body, "parameters", posted_parameters(req, v->plan, false));
	}
	err = command_ask(req, VERB_run_change, body, &answer);
	if (err == ERR_INVALID && req->wants == WANTS_HTML && req->is_form)
		return show_change(req, reply, true, err);
	if (err != ERR_OK)
		return err;
	if (req->wants != WANTS_HTML)
		return reply_json(req, reply, json_object_get(answer));
	return reply_redirect(
	    req, reply, arena_printf(req->arena, "/runs/%" PRId64, req->run));
}
