/*
 * plan.c: the plan of a run. Its parts form one JSON array in canonical form,
 * so that different plans never give the same bytes.  Runs of older versions
 * have five parts, without the compiled plan.
 */
#include <inttypes.h>
#include <stdio.h>
#include <string.h>

#include "base/buf.h"
#include "base/json.h"
#include "base/text.h"
#include "journal/check.h"
#include "base/hash.h"
#include "journal/plan.h"
#include "lang/each/each_captured.h"
#include "lang/plan_scope.h"

void
plan_hash(const struct plan_parts *parts, char out[65])
{
	struct json_object *all = json_object_new_array();
	const char *text;

	json_object_array_add(all, json_object_new_string(parts->document));
	json_object_array_add(all, json_object_new_string(parts->environment));
	json_object_array_add(all, json_object_get(parts->targets));
	json_object_array_add(all, json_object_get(parts->parameters));
	json_object_array_add(all, json_object_get(parts->sealed));
	if (parts->compiled != NULL)
		json_object_array_add(
		    all, json_object_new_string(parts->compiled));
	text = json_write(all);
	hash_hex(text, strlen(text), out);
	json_object_put(all);
}

void
plan_of_row(struct json_object *row, char out[65])
{
	plan_hash(
	    &(struct plan_parts){ .document = json_text(row, "document", ""),
		.environment = json_text(row, "environment", ""),
		.targets = json_get(row, "targets"),
		.parameters = json_get(row, "parameters"),
		.sealed = json_get(row, "sealed"),
		.compiled = json_text(row, "compiled", NULL) },
	    out);
}

struct json_object *
plan_compiled(const struct plan *plan, char hash[65])
{
	struct json_object *o = plan_write(plan);
	const char *text = json_write(o);

	hash_hex(text, strlen(text), hash);
	return o;
}

/* Reads a text that has the right hash. */
static enum err
read_text(const char *text, struct plan **ret, struct fault *fault)
{
	struct json_object *o = NULL;
	enum err err = json_read(text, strlen(text), &o, fault);

	if (err == ERR_OK)
		err = plan_read(o, ret, fault);
	json_object_put(o);
	return err;
}

/* The expanded lists of a row, or NULL; the table may hold anything. */
static struct json_object *
lists_of(struct json_object *row)
{
	struct json_object *all = json_get(row, "expanded");

	return json_object_is_type(all, json_type_array) ? all : NULL;
}

static size_t
count_of(struct json_object *list)
{
	return json_count(list);
}

static void
free_plan(void *plan)
{
	plan_free(plan);
}

enum err
plan_expand(const struct plan *plan, struct json_object *row, struct plan **ret,
    struct fault *fault)
{
	struct json_object *all = lists_of(row);
	size_t n = count_of(all);
	struct plan *last = NULL, *next;
	enum err err = ERR_OK;

	for (size_t i = 0; i < n && err == ERR_OK; i++) {
		err = each_expand_captured(
		    last != NULL ? last : plan, json_at(all, i), &next, fault);
		if (err != ERR_OK)
			break;
		if (last != NULL)
			plan_own(next, free_plan, last);
		last = next;
	}
	if (err == ERR_OK)
		*ret = last;
	else
		plan_free(last);
	return err;
}

/* The same in place: the new plan owns the one before. */
static enum err
expand(struct json_object *row, struct plan **plan, struct fault *fault)
{
	struct plan *expanded = NULL;
	enum err err = plan_expand(*plan, row, &expanded, fault);

	if (expanded != NULL) {
		plan_own(expanded, free_plan, *plan);
		*plan = expanded;
	}
	return err;
}

void
plan_key(struct json_object *row, char out[PLAN_KEY])
{
	struct json_object *all = lists_of(row);
	size_t n = count_of(all);

	if (n == 0)
		snprintf(out, PLAN_KEY, "%.64s", json_text(row, "plan", ""));
	else
		snprintf(out, PLAN_KEY, "%.64s of %" PRId64 ", %zu",
		    json_text(row, "plan", ""), json_int(row, "id", 0), n);
}

enum err
plan_load(struct db *db, struct json_object *row, struct plan **ret,
    struct fault *fault)
{
	const char *hash = json_text(row, "compiled", NULL);
	char found[2 * HASH_BYTES + 1] = "";
	struct rows *rows;
	enum err err = ERR_OK;

	*ret = NULL;
	if (hash == NULL)
		return ERR_OK;
	rows = db_query(db, STMT_DOCUMENT_TEXT, TEXT(hash));
	if (db_next(rows)) {
		const char *text = db_text(rows, "text");

		hash_hex(text, strlen(text), found);
		if (text_eq(found, hash))
			err = read_text(text, ret, fault);
	}
	db_done(rows);
	if (text_eq(found, hash) && err == ERR_OK)
		err = expand(row, ret, fault);
	if (text_eq(found, hash) && err == ERR_OK) {
		plan_index(*ret);
		return ERR_OK;
	}
	plan_free(*ret);
	*ret = NULL;
	return fault_set(
	    fault, ERR_FORBIDDEN, "no_plan", NULL, "refused_no_plan");
}

static struct json_object *
find_list(struct json_object *all, const char *step, const char *name)
{
	for (size_t i = 0; i < count_of(all); i++) {
		struct json_object *o = json_at(all, i);

		if (text_eq(json_text(o, "step", ""), step) &&
		    text_eq(json_text(o, "name", ""), name))
			return o;
	}
	return NULL;
}

struct json_object *
plan_list(struct json_object *row, const char *step, const char *name)
{
	return find_list(lists_of(row), step, name);
}

struct json_object *
plan_lists(const struct plan *plan, struct json_object *row)
{
	struct json_object *known = lists_of(row), *o;
	struct json_object *all = json_object_new_array();
	size_t n = count_of(known);

	for (size_t i = 0; i < n; i++)
		json_object_array_add(all, json_object_get(json_at(known, i)));
	for (size_t i = 0; i < plan->sections_count; i++) {
		const struct section *s = &plan->sections[i];

		if (s->each_name == NULL || s->each_step == NULL ||
		    find_list(all, s->each_step, s->each_list) != NULL)
			continue;
		o = json_object_new_object();
		json_set_text(o, "step", s->each_step);
		json_set_text(o, "name", s->each_list);
		json_object_array_add(all, o);
	}
	if (json_count(all) > 0)
		return all;
	json_object_put(all);
	return NULL;
}

/* The items of one list, as the run captured them; NULL: it has not. */
static struct json_object *
captured_items(const struct plan *plan, struct json_object *list,
    struct json_object *captured)
{
	const char *name = json_text(list, "name", ""), *value = NULL;
	int i = plan_find_step(plan, json_text(list, "step", ""));
	const struct step *s = i >= 0 ? &plan->steps[i] : NULL;
	struct json_object *items = NULL;
	struct buf key = { 0 }, why = { 0 };

	for (size_t k = 0; s != NULL && k < s->captures_count; k++) {
		if (!s->captures[k].list || !text_eq(s->captures[k].name, name))
			continue;
		buf_printf(&key, "%s%s", name, plan_scope(plan, s->section));
		value = json_text(captured, buf_text(&key), NULL);
		if (value != NULL)
			items = each_read_list(&s->captures[k], value, &why);
		break;
	}
	buf_clear(&key);
	buf_clear(&why);
	return items;
}

bool
plan_lists_are_captured(const struct plan *plan, struct json_object *row,
    struct json_object *captured)
{
	struct json_object *all = lists_of(row), *list, *items;
	size_t n = count_of(all);
	bool same = true;

	for (size_t i = 0; i < n && same; i++) {
		list = json_at(all, i);
		items = captured_items(plan, list, captured);
		same = items != NULL &&
		    json_object_equal(items, json_get(list, "items"));
		json_object_put(items);
	}
	return same;
}

bool
plan_is_held(struct json_object *target)
{
	return !json_flag(target, "shared", false) &&
	    !json_flag(target, "way", false) &&
	    !text_eq(json_text(target, "kind", ""), "group");
}

struct json_object *
plan_targets_of(struct json_object *targets, const char *on)
{
	struct json_object *target = json_get(targets, on);
	struct json_object *names;

	if (text_eq(json_text(target, "kind", ""), "group"))
		return json_object_get(json_get(target, "members"));
	names = json_object_new_array();
	json_object_array_add(names, json_object_new_string(on));
	return names;
}

static void
add_name(struct json_object *names, struct json_object *seen, const char *name)
{
	if (json_get(seen, name) != NULL)
		return;
	json_set(seen, name, json_object_new_boolean(true));
	json_object_array_add(names, json_object_new_string(name));
}

/* The machines that a copy may name: all of the plan. */
static void
add_machines(struct json_object *targets, struct json_object *names,
    struct json_object *seen)
{
	json_object_object_foreach (targets, name, target) {
		if (text_eq(json_text(target, "kind", ""), "ssh"))
			add_name(names, seen, name);
	}
}

/* Of a template, conditions on its items exclude nothing yet. */
static bool
is_left_out(const struct plan *plan, int step, value_fn value, void *ctx)
{
	const char *why;

	return each_template(plan, plan->steps[step].section) >= 0
	    ? plan_is_excluded_early(plan, step, value, ctx, &why)
	    : plan_is_excluded(plan, step, value, ctx, &why);
}

struct json_object *
plan_targets_to_try(const struct plan *plan, struct json_object *targets,
    value_fn value, void *ctx)
{
	struct json_object *names = json_object_new_array();
	struct json_object *seen = json_object_new_object(), *on;

	for (size_t i = 0; i < plan->steps_count; i++) {
		const struct step *s = &plan->steps[i];

		if (kind_is(s->kind, KIND_PERSON) ||
		    is_left_out(plan, (int)i, value, ctx))
			continue;
		on = plan_targets_of(targets, s->on);
		for (size_t k = 0; k < json_count(on); k++)
			add_name(names, seen,
			    json_object_get_string(json_at(on, k)));
		json_object_put(on);
		for (size_t k = 0; k < s->with_targets_count; k++)
			add_name(names, seen, s->with_targets[k]);
		if (s->kind == STEP_COPY)
			add_machines(targets, names, seen);
	}
	json_object_put(seen);
	return names;
}
