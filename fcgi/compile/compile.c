/*
 * compile.c: document, targets.yml and values to a plan.
 *
 * It works on what the request holds and calls the compiler, which web and the
 * command line call for their previews as well.  An error in a text of somebody
 * is a refusal in the answer.
 */
#include <string.h>

#include "base/json.h"
#include "compile/compile.h"
#include "base/err.h"
#include "compiler/runbook.h"
#include "compiler/scope.h"
#include "inventory/targets.h"
#include "inventory/resolve.h"
#include "wire/compile_message.h"

#define PLAN_MOST (COMPILE_ANSWER_MOST / 2) /* JSON escapes line breaks */

static void
put_answer(const struct compile_request *r, struct compile_answer *a,
    const struct fault *fault, struct buf *out)
{
	struct compile_refusal refused = {
		.err = fault->err,
		.code = fault->code,
		.field = fault->field,
		.message = fault->message,
	};

	a->key = r->key;
	a->refused = &refused;
	a->refused_count = fault->err != ERR_OK;
	compile_answer_write(a, out);
}

static struct targets *
parse_targets(const struct compile_request *r)
{
	return targets_parse(r->targets, (size_t)r->targets_bytes, r->folder);
}

static void
answer_targets(const struct compile_request *r, struct buf *out)
{
	struct targets *t = parse_targets(r);
	struct json_object *list = targets_environments(t);
	size_t n = json_count(list);
	struct compile_environment *all = arena_alloc(
	    r->arena, (n + 1) * sizeof(*all));
	struct compile_answer a = { .environments = all,
		.environments_count = n };

	for (size_t i = 0; i < n; i++) {
		struct json_object *e = json_at(list, i);

		all[i].name = json_text(e, "name", "");
		all[i].label = json_text(e, "label", "");
		all[i].production = json_flag(e, "production", false);
		all[i].approvals = json_get(e, "approvals");
		all[i].values = json_get(e, "values");
		all[i].targets = targets_all(t, all[i].name);
	}
	put_answer(r, &a, &(struct fault){ 0 }, out);
	for (size_t i = 0; i < n; i++)
		json_object_put(all[i].targets);
	json_object_put(list);
	targets_free(t);
}

/* The first error of a document is a fault. */
static enum err
check_document(const struct runbook *b, struct fault *fault)
{
	for (size_t i = 0; i < b->diagnostics_count; i++)
		if (b->diagnostics[i].severity == SEVERITY_ERROR)
			return fault_set(fault, ERR_INVALID, "broken_runbook",
			    "runbook",
			    "refused_broken_runbook count=%zu line=%d "
			    "reason=%s",
			    b->errors, b->diagnostics[i].line,
			    b->diagnostics[i].message);
	return ERR_OK;
}

static enum err
check_targets(const struct targets *t, struct fault *fault)
{
	size_t count, errors;
	const struct diagnostic *all = targets_diagnostics(t, &count, &errors);

	for (size_t i = 0; i < count; i++)
		if (all[i].severity == SEVERITY_ERROR)
			return fault_set(fault, ERR_INVALID, "broken_targets",
			    "environment", "targets.yml:%d:%d: %s", all[i].line,
			    all[i].column, all[i].message);
	return ERR_OK;
}

/* A long script that is repeated often makes a plan of any size. */
static enum err
check_size(const struct plan *plan, struct fault *fault)
{
	size_t bytes = 0;

	for (size_t i = 0; i < plan->steps_count; i++)
		bytes += plan->steps[i].text != NULL
		    ? strlen(plan->steps[i].text)
		    : 0;
	return bytes <= PLAN_MOST
	    ? ERR_OK
	    : fault_set(fault, ERR_INVALID, "plan_too_large", NULL,
		  "refused_plan_too_large size=%d", PLAN_MOST / 1048576);
}

/* Expands the sections that repeat; the runbook stays as it is without any. */
static enum err
expand(const struct compile_request *r, struct json_object *groups,
    struct runbook **runbook, struct fault *fault)
{
	struct json_object *lists = NULL;
	struct runbook *expanded;
	enum err err = runbook_lists(
	    *runbook, r->values, groups, &lists, fault);

	if (err == ERR_OK && lists != NULL) {
		err = runbook_expand(r->document, (size_t)r->document_bytes,
		    lists, &expanded, fault);
		if (err == ERR_OK) {
			runbook_free(*runbook);
			*runbook = expanded;
		}
	}
	json_object_put(lists);
	return err == ERR_OK ? check_size(&(*runbook)->plan, fault) : err;
}

/* Sets the names of what the steps use.  They belong to `resolved`. */
static void
set_uses(struct compile_request *r, struct json_object *resolved,
    struct compile_answer *a)
{
	size_t n = (size_t)json_object_object_length(resolved);
	struct compile_use *all = arena_alloc(r->arena, (n + 1) * sizeof(*all));

	a->uses = all;
	json_object_object_foreach (resolved, name, target) {
		all[a->uses_count].name = arena_strdup(r->arena, name);
		all[a->uses_count++].way = json_flag(target, "way", false);
	}
}

/* A document without the values of its lists has no targets yet. */
static enum err
resolve(struct compile_request *r, const struct targets *t,
    struct runbook **runbook, struct compile_answer *a, struct fault *fault)
{
	struct json_object *groups, *resolved = NULL;
	enum err err;

	if (r->values == NULL && (*runbook)->plan.lists_count > 0)
		return ERR_OK;
	groups = targets_groups(t, r->environment);
	err = expand(r, groups, runbook, fault);
	json_object_put(groups);
	if (err != ERR_OK)
		return err;
	err = targets_use(
	    t, r->environment, &(*runbook)->plan, &resolved, fault);
	if (err == ERR_OK)
		set_uses(r, resolved, a);
	json_object_put(resolved);
	return err == ERR_OK ? ERR_OK : (fault->err = ERR_INVALID);
}

static void
answer_document(struct compile_request *r, struct buf *out)
{
	struct runbook *runbook = runbook_parse(
	    r->document, (size_t)r->document_bytes);
	struct targets *t = parse_targets(r);
	struct compile_answer a = { 0 };
	struct fault fault = { 0 };

	if (check_document(runbook, &fault) == ERR_OK &&
	    check_targets(t, &fault) == ERR_OK) {
		(void)resolve(r, t, &runbook, &a, &fault);
		if (check_size(&runbook->plan, &fault) == ERR_OK)
			a.plan_json = plan_write(&runbook->plan);
	}
	put_answer(r, &a, &fault, out);
	json_object_put(a.plan_json);
	targets_free(t);
	runbook_free(runbook);
}

/* True if the keeper can read the plan. */
static bool
is_plan(struct json_object *o, struct fault *fault)
{
	struct plan *plan = NULL;
	bool ok = plan_read(o, &plan, fault) == ERR_OK;

	if (ok)
		plan_free(plan);
	return ok;
}

/*
 * Errors that only this version sees are none for a run that is there, unless
 * they leave no plan: two steps of one name.
 */
static void
answer_run(const struct compile_request *r, struct buf *out)
{
	struct runbook *runbook = runbook_parse(
	    r->document, (size_t)r->document_bytes);
	struct compile_answer a = { 0 };
	struct fault fault = { 0 };

	if (expand(r, r->groups, &runbook, &fault) == ERR_OK) {
		a.plan_json = plan_write(&runbook->plan);
		if (!is_plan(a.plan_json, &fault)) {
			(void)check_document(runbook, &fault);
			json_object_put(a.plan_json);
			a.plan_json = NULL;
		}
	}
	put_answer(r, &a, &fault, out);
	json_object_put(a.plan_json);
	runbook_free(runbook);
}

enum err
compile_answer(const char *request, size_t len, struct buf *out)
{
	struct compile_request r;
	enum err err = compile_request_read(request, len, &r, NULL);

	if (err != ERR_OK)
		return err;
	if (r.kind == COMPILE_TARGETS)
		answer_targets(&r, out);
	else if (r.kind == COMPILE_DOCUMENT)
		answer_document(&r, out);
	else
		answer_run(&r, out);
	compile_request_clear(&r);
	return ERR_OK;
}
