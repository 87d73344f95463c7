/*
 * resolve.c: the targets that a runbook's steps use in one environment, as
 * JSON.
 *
 * The text of the object is part of a run's plan and is hashed: names are in
 * alphabetical order, keys in the order written here, and defaults are filled
 * in, so that the same machines always give the same bytes.
 */
#include <stdlib.h>
#include <string.h>

#include "inventory/resolve.h"
#include "base/json.h"
#include "base/mem.h"
#include "base/text.h"
#include "lang/copy_line.h"
#include "base/err.h"
#include "lang/values.h"
#include "base/buf.h"
#include "plan/plan.h"
#include "lang/list.h"
#include "lang/plan_scope.h"
#include "inventory/inventory.h"
#include "inventory/targets.h"
#include "inventory/local.h"
#include "inventory/environment_values.h"
#include "inventory/target_json.h"
#include "inventory/with.h"
#include "plan/plan_files.h"

struct used {
	const char **names;
	size_t count, cap;
	struct json_object *ways; /* {name: null}: used to reach others */
	struct arena *arena;
	const struct plan *plan;
};

struct json_object *
targets_environments(const struct targets *t)
{
	struct json_object *list = json_object_new_array(), *o;

	for (struct environment *e = t->environments; e != NULL; e = e->next) {
		o = json_object_new_object();
		json_set_text(o, "name", e->name);
		json_set_text(o, "label", e->label);
		json_set_bool(o, "production", e->production);
		json_set(o, "approvals",
		    plan_rules_json(e->approvals, e->approvals_count));
		json_set(o, "values", values_json(e));
		json_object_array_add(list, o);
	}
	return list;
}

static const struct group *
find_group(const struct environment *e, const char *name)
{
	for (const struct group *g = e->groups; g != NULL; g = g->next)
		if (strcmp(g->name, name) == 0)
			return g;
	return NULL;
}

static void
use(struct used *u, const char *name)
{
	const char **slot;

	for (size_t i = 0; i < u->count; i++)
		if (strcmp(u->names[i], name) == 0)
			return;
	slot = mem_grow(&u->names, &u->cap, u->count, sizeof(*slot));
	*slot = name;
	u->count++;
}

/* Adds a target or local, and those over which it is reached. */
static void
use_any(struct used *u, const struct environment *e, const char *name)
{
	const struct target *t = targets_find(e, name);

	use(u, name);
	for (int i = 0;
	     i < PLAN_HOPS_MAX && t != NULL && target_jump_host(t) != NULL;
	     i++) {
		json_set(u->ways, target_jump_host(t)->text, NULL);
		t = targets_find(e, target_jump_host(t)->text);
	}
}

/* The same, if the step can act on targets of this kind. */
static enum err
use_target(struct used *u, const struct environment *e, const struct step *s,
    const char *name, struct fault *fault)
{
	const struct target *t = targets_find(e, name);
	const char *kind = t != NULL ? t->kind : "local";

	if (kind_is(s->kind, KIND_EXECUTED) && !kind_acts_on(s->kind, kind))
		return fault_set(fault, ERR_INVALID, "wrong_target",
		    "environment",
		    "target_wrong line=%d step=%s kind=%s target=%s "
		    "target_kind=%s environment=%s wanted=%s",
		    s->line, s->id, kind_name(s->kind), name, kind, e->name,
		    kind_target(s->kind));
	use_any(u, e, name);
	return ERR_OK;
}

static enum err
unknown_target(const struct environment *e, const struct step *s,
    const char *name, struct fault *fault)
{
	struct buf names = { 0 };

	targets_names(e, name, &names);
	fault_set(fault, ERR_NOT_FOUND, "unknown_target", "environment",
	    "target_unknown_of_step line=%d environment=%s target=%s step=%s "
	    "names=%s",
	    s->line, e->name, name, s->id, buf_text(&names));
	buf_clear(&names);
	return ERR_NOT_FOUND;
}

static enum err
use_name(struct used *u, const struct environment *e, const struct step *s,
    const char *name, struct fault *fault)
{
	const struct group *g = find_group(e, name);
	enum err err = ERR_OK;

	if (g != NULL) {
		for (size_t i = 0; i < g->count && err == ERR_OK; i++)
			err = use_target(u, e, s, g->members[i], fault);
		use(u, name);
		return err;
	}
	if (targets_find(e, name) != NULL || strcmp(name, "local") == 0)
		return use_target(u, e, s, name, fault);
	return unknown_target(e, s, name, fault);
}

/*
 * The target of a name at the step: an item of each= around it, or itself;
 * NULL: the item of each= is not known yet.
 */
static const char *
named_target(const struct used *u, const struct step *s, const char *name)
{
	struct plan_place at = { u->plan, s->section, NULL, NULL };
	const char *item = plan_value_at(&at, name);

	for (int i = s->section; i >= 0; i = u->plan->sections[i].parent)
		if (text_eq(u->plan->sections[i].each_name, name))
			return NULL;
	return item != NULL ? item : name;
}

/* The target of one side of a copy's line; absent: the step's own. */
static enum err
use_side(struct used *u, const struct environment *e, const struct step *s,
    const struct copy_side *side, struct fault *fault)
{
	const char *name;

	if (side->target == NULL)
		return ERR_OK;
	name = named_target(
	    u, s, arena_strndup(u->arena, side->target, side->target_len));
	return name == NULL ? ERR_OK : use_name(u, e, s, name, fault);
}

static enum err
use_copies(struct used *u, const struct environment *e, const struct step *s,
    struct fault *fault)
{
	enum err err = ERR_OK;
	const char *line = s->text;
	struct copy_text text;
	size_t len, at;

	for (; *line != '\0' && err == ERR_OK; line += len + (line[len] != 0)) {
		len = strcspn(line, "\n");
		if (copy_line_read(line, len, &text, &at) != NULL ||
		    text.nothing)
			continue;
		err = use_side(u, e, s, &text.from, fault);
		if (err == ERR_OK)
			err = use_side(u, e, s, &text.to, fault);
	}
	return err;
}

/*
 * The list that `on` repeats over in the document: of a section around, or
 * NULL. In the runbook of a run the items are substituted already.
 */
static const char *
each_list(const struct plan *plan, const struct step *s)
{
	for (int i = s->section; i >= 0; i = plan->sections[i].parent)
		if (text_eq(plan->sections[i].each_name, s->on))
			return plan->sections[i].each_list;
	return NULL;
}

static bool
is_parameter(const struct plan *plan, const char *name)
{
	for (size_t i = 0; i < plan->parameters_count; i++)
		if (strcmp(plan->parameters[i].name, name) == 0)
			return true;
	return false;
}

static enum err
use_each(struct used *u, const struct environment *e, const struct plan *plan,
    const struct step *s, const char *list, struct fault *fault)
{
	struct json_object *items;
	enum err err = ERR_OK;

	if (is_parameter(plan, list))
		return ERR_OK; /* known only with the run */
	items = list_items_labelled(list);
	for (size_t i = 0; i < json_count(items) && err == ERR_OK; i++)
		err = use_name(u, e, s,
		    arena_strdup(u->arena, list_item_id(json_at(items, i))),
		    fault);
	json_object_put(items);
	return err;
}

/* For each machine that a script runs on, as far as they are known. */
static enum err
use_with_target(struct used *u, const struct targets *t,
    const struct environment *e, const struct step *s, const char *name,
    struct fault *fault)
{
	bool script = kind_is(s->kind, KIND_SCRIPT);
	const struct group *g = script ? find_group(e, s->on) : NULL;
	const char *place = script ? named_target(u, s, s->on) : NULL;
	enum err err;

	if (find_group(e, name) == NULL && targets_find(e, name) == NULL &&
	    strcmp(name, "local") != 0)
		return unknown_target(e, s, name, fault);
	err = with_allows(t, e, s, name, g != NULL ? NULL : place, fault);
	for (size_t i = 0; g != NULL && i < g->count && err == ERR_OK; i++)
		err = with_allows(t, e, s, name, g->members[i], fault);
	if (err == ERR_OK)
		use_any(u, e, name);
	return err;
}

/* The targets that the step names with with=. */
static enum err
use_with(struct used *u, const struct targets *t, const struct environment *e,
    const struct step *s, struct fault *fault)
{
	enum err err = ERR_OK;

	for (size_t i = 0; i < s->with_targets_count && err == ERR_OK; i++) {
		const char *name = named_target(u, s, s->with_targets[i]);

		if (name != NULL)
			err = use_with_target(u, t, e, s, name, fault);
	}
	return err;
}

static enum err
use_step(struct used *u, const struct environment *e, const struct plan *plan,
    const struct step *s, struct fault *fault)
{
	const char *list = each_list(plan, s);
	enum err err;

	if (s->kind == STEP_APPROVAL || s->kind == STEP_ANSWERS ||
	    (s->kind == STEP_MANUAL && strcmp(s->on, "local") == 0))
		return ERR_OK;
	if (s->kind == STEP_COPY &&
	    (err = use_copies(u, e, s, fault)) != ERR_OK)
		return err;
	return list != NULL ? use_each(u, e, plan, s, list, fault)
			    : use_name(u, e, s, s->on, fault);
}

/*
 * The groups that sections repeat over belong to the plan, with all members,
 * whatever the steps there do.
 */
static enum err
use_lists(struct used *u, const struct environment *e, struct fault *fault)
{
	for (size_t i = 0; i < u->plan->lists_count; i++) {
		const char *name = u->plan->lists[i];
		const struct group *g = find_group(e, name);

		if (is_parameter(u->plan, name) || strchr(name, ',') != NULL)
			continue;
		if (g == NULL)
			return fault_set(fault, ERR_NOT_FOUND, "unknown_list",
			    "environment",
			    "list_unknown list=%s environment=%s", name,
			    e->name);
		for (size_t k = 0; k < g->count; k++)
			use_any(u, e, g->members[k]);
		use(u, g->name);
	}
	return ERR_OK;
}

struct json_object *
targets_groups(const struct targets *t, const char *environment)
{
	const struct environment *e = t->environments;
	struct json_object *all = json_object_new_object();

	while (e != NULL && strcmp(e->name, environment) != 0)
		e = e->next;
	for (const struct group *g = e != NULL ? e->groups : NULL; g != NULL;
	     g = g->next)
		json_set(all, g->name, group_json(g));
	return all;
}

/*
 * Jump hosts are resolved too, and marked if no step uses them: a run need not
 * lock them.
 */
static void
use_jump_hosts(struct used *u, const struct environment *e)
{
	json_object_object_foreach (u->ways, name, unused) {
		size_t before = u->count;

		(void)unused;
		if (targets_find(e, name) == NULL)
			continue;
		use(u, name);
		if (u->count > before)
			json_set_bool(u->ways, name, true);
	}
}

static int
by_name(const void *a, const void *b)
{
	return strcmp(*(const char *const *)a, *(const char *const *)b);
}

static struct environment *
find_environment(const struct targets *t, const char *name, struct fault *fault)
{
	struct environment *e = t->environments;

	while (e != NULL && strcmp(e->name, name) != 0)
		e = e->next;
	if (e == NULL)
		fault_set(fault, ERR_NOT_FOUND, "unknown_environment",
		    "environment", "unknown_environment name=%.64s", name);
	return e;
}

static struct json_object *
write_used(const struct targets *t, const struct environment *e, struct used *u)
{
	struct json_object *all = json_object_new_object(), *one;

	use_jump_hosts(u, e);
	if (u->count > 1)
		qsort(u->names, u->count, sizeof(*u->names), by_name);
	for (size_t i = 0; i < u->count; i++) {
		const struct group *g = find_group(e, u->names[i]);

		one = g != NULL ? group_json(g)
				: target_json(t, e, u->names[i]);
		if (json_flag(u->ways, u->names[i], false))
			json_set_bool(one, "way", true);
		json_set(all, u->names[i], one);
	}
	if (local_is_set(e) && json_get(all, "local") == NULL) {
		one = target_json(t, e, "local"); /* copies use it too */
		json_set_bool(one, "way", true);
		json_set(all, "local", one);
	}
	return all;
}

enum err
targets_use(const struct targets *t, const char *environment,
    const struct plan *plan, struct json_object **ret, struct fault *fault)
{
	struct environment *e = find_environment(t, environment, fault);
	struct used u = { .plan = plan };
	enum err err = e != NULL ? ERR_OK : ERR_NOT_FOUND;

	u.arena = arena_new();
	u.ways = json_object_new_object();
	if (e != NULL)
		err = use_lists(&u, e, fault);
	for (size_t i = 0; i < plan->steps_count && err == ERR_OK; i++) {
		err = local_allows(e, &plan->steps[i], fault);
		if (err == ERR_OK)
			err = use_step(&u, e, plan, &plan->steps[i], fault);
		if (err == ERR_OK)
			err = use_with(&u, t, e, &plan->steps[i], fault);
	}
	if (err == ERR_OK)
		*ret = write_used(t, e, &u);
	json_object_put(u.ways);
	free(u.names);
	arena_free(u.arena);
	return err;
}

enum err
targets_resolve(const struct targets *t, const char *environment,
    const struct plan *plan, struct json_object **ret, struct fault *fault)
{
	struct json_object *all = NULL;
	enum err err = targets_use(t, environment, plan, &all, fault);

	if (err == ERR_OK)
		err = plan_files_resolve(t->dir, plan, all, fault);
	if (err == ERR_OK)
		*ret = all;
	else
		json_object_put(all);
	return err;
}

struct json_object *
targets_all(const struct targets *t, const char *environment)
{
	struct environment *e = find_environment(t, environment, NULL);
	struct json_object *all = json_object_new_object();

	if (e == NULL)
		return all;
	for (const struct target *x = e->targets; x != NULL; x = x->next)
		json_set(all, x->name, target_json(t, e, x->name));
	for (const struct group *g = e->groups; g != NULL; g = g->next)
		json_set(all, g->name, group_json(g));
	json_set(all, "local", target_json(t, e, "local"));
	return all;
}

enum err
targets_resolve_target(const struct targets *t, const char *environment,
    const char *name, struct json_object **ret, struct fault *fault)
{
	struct environment *e = find_environment(t, environment, fault);
	struct used u = { 0 };
	struct buf names = { 0 };

	if (e == NULL)
		return ERR_NOT_FOUND;
	if (targets_find(e, name) == NULL) {
		targets_names(e, name, &names);
		fault_set(fault, ERR_NOT_FOUND, "unknown_target", "target",
		    "target_unknown environment=%s target=%.64s names=%s",
		    e->name, name, buf_text(&names));
		buf_clear(&names);
		return ERR_NOT_FOUND;
	}
	u.ways = json_object_new_object();
	use_any(&u, e, name);
	*ret = write_used(t, e, &u);
	json_object_put(u.ways);
	free(u.names);
	return ERR_OK;
}
