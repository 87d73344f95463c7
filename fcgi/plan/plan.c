/*
 * plan.c: the plan as JSON, from tables of its members.
 *
 * The reader trusts nothing: the text comes from a sandbox that parsed a
 * document, or from a database that somebody may have changed.  So all indexes
 * that other code follows are checked here, once.
 */
#include <limits.h>
#include <string.h>
#include <stdlib.h>

#include "base/json.h"
#include "base/mem.h"
#include "base/text.h"
#include "plan/plan.h"

/* A plan that was read owns an arena. */
struct whole {
	struct plan plan;
	struct arena *arena;
};

#define IN STEP_IN_PLAN

static const char *const parameter_types[PARAMETER_TYPE__MAX + 1] = {
	[PARAMETER_TEXT] = "text",
	[PARAMETER_NUMBER] = "number",
	[PARAMETER_BOOL] = "bool",
	[PARAMETER_CHOICE] = "choice",
	[PARAMETER_SECRET] = "secret",
	[PARAMETER_LIST] = "list",
};

static const char *const item_kinds[] = {
	[ITEM_HEADING] = "heading",
	[ITEM_PROSE] = "prose",
	[ITEM_STEP] = "step",
	NULL,
};

/* clang-format off */
#define TEXT(type, field)	{ #field, IN, RECORD_TEXT, \
	.at = offsetof(type, field), .least = 1 }
#define NULLABLE(type, field)	{ #field, IN, RECORD_TEXT, \
	.at = offsetof(type, field) }
#define FLAG(type, field)	{ #field, IN, RECORD_FLAG, \
	.at = offsetof(type, field) }
#define WORD(type, field, all)	{ #field, IN, RECORD_WORD, \
	.at = offsetof(type, field), .words = all, .absent = -1 }
#define INT(type, field, low, high, none) { #field, IN, RECORD_INT, \
	.at = offsetof(type, field), .least = low, .most = high, .absent = none }
#define MS(type, field)		{ #field, IN, RECORD_INT64, \
	.at = offsetof(type, field), .least = 1, .most = INT64_MAX }
#define TEXTS(type, field)	{ #field, IN, RECORD_TEXTS, \
	.at = offsetof(type, field), \
	.count_at = offsetof(type, field##_count) }
#define LIST(type, field, table, element) { #field, IN, RECORD_LIST, \
	.at = offsetof(type, field), .of = table, .size = sizeof(element), \
	.count_at = offsetof(type, field##_count) }
#define END			{ .name = NULL }

static const struct record_field label_fields[] = {
	TEXT(struct item_label, id),
	TEXT(struct item_label, text),
	END,
};

static const struct record_field parameter_fields[] = {
	TEXT(struct parameter, name),
	TEXT(struct parameter, label),
	NULLABLE(struct parameter, help),
	WORD(struct parameter, type, parameter_types),
	NULLABLE(struct parameter, fallback),
	NULLABLE(struct parameter, pattern),
	NULLABLE(struct parameter, message),
	TEXTS(struct parameter, choices),
	LIST(struct parameter, labels, label_fields, struct item_label),
	FLAG(struct parameter, required),
	FLAG(struct parameter, multiline),
	FLAG(struct parameter, dash),
	NULLABLE(struct parameter, when),
	INT(struct parameter, line, 1, INT_MAX, 0),
	END,
};

static const struct record_field rule_fields[] = {
	TEXT(struct approval_rule, role),
	INT(struct approval_rule, count, 1, 20, 0),
	MS(struct approval_rule, expires_ms),
	FLAG(struct approval_rule, same_person),
	END,
};

static const struct record_field binding_fields[] = {
	TEXT(struct binding, name),
	TEXT(struct binding, list),
	TEXT(struct binding, item),
	NULLABLE(struct binding, label),
	NULLABLE(struct binding, step),
	TEXT(struct binding, tag),
	TEXT(struct binding, scope),
	END,
};

#define F_TEXT(field)		TEXT(struct section, field)
#define F_TEXT_OR_NULL(field)	NULLABLE(struct section, field)
#define F_LEVEL(field)		INT(struct section, field, 0, 6, -1)
#define F_INDEX(field)		INT(struct section, field, 0, PLAN_MAX_STEPS, -1)
#define F_LINE(field)		INT(struct section, field, 1, INT_MAX, 0)
#define F_FLAG(field)		FLAG(struct section, field)
#define F_BINDINGS(field)	LIST(struct section, field, binding_fields, \
	struct binding)

static const struct record_field section_fields[] = {
#define MEMBER(field, type) F_##type(field),
#define ATTRIBUTE(name, sort, read, field, type) MEMBER(field, type)
#include "plan/section.def"
#undef ATTRIBUTE
#undef MEMBER
	END,
};

static const struct record_field item_fields[] = {
	WORD(struct item, kind, item_kinds),
	INT(struct item, index, 0, PLAN_MAX_STEPS, -1),
	INT(struct item, section, 0, PLAN_MAX_STEPS, -1),
	END,
};

static const struct record_field plan_fields[] = {
	INT(struct plan, version, PLAN_VERSION, PLAN_VERSION, 0),
	TEXT(struct plan, title),
	NULLABLE(struct plan, rehearsal),
	MS(struct plan, rehearsal_ms),
	LIST(struct plan, parameters, parameter_fields, struct parameter),
	LIST(struct plan, approvals, rule_fields, struct approval_rule),
	TEXTS(struct plan, lists),
	LIST(struct plan, sections, section_fields, struct section),
	LIST(struct plan, steps, step_fields, struct step),
	LIST(struct plan, items, item_fields, struct item),
	END,
};
/* clang-format on */

struct json_object *
plan_write(const struct plan *plan)
{
	return record_write(plan_fields, IN, plan);
}

static enum err
wrong(struct fault *fault, const char *field, size_t i, const char *what)
{
	return fault_set(fault, ERR_INVALID, "wrong_plan", field,
	    "The plan is invalid: \"%s\" %zu %s.", field, i, what);
}

/* Parents stand before their sections; each item knows the one around it. */
static enum err
check_sections(struct plan *plan, struct fault *fault)
{
	struct section *all = (struct section *)(uintptr_t)plan->sections;

	if (plan->sections_count == 0 || plan->sections_count > PLAN_MAX_STEPS)
		return wrong(fault, "sections", plan->sections_count,
		    "is not a number of sections");
	for (size_t i = 0; i < plan->sections_count; i++) {
		struct binding *b = (struct binding *)(uintptr_t)all[i].bound;

		if (all[i].parent >= (int)i || (all[i].parent < 0) != (i == 0))
			return wrong(
			    fault, "sections", i, "has a wrong parent");
		if (all[i].level < 0)
			return wrong(fault, "sections", i, "has no level");
		for (size_t k = 0; k + 1 < all[i].bound_count; k++)
			b[k].outer = &b[k + 1];
		if (all[i].bound_count == 0)
			all[i].bound = NULL;
	}
	return ERR_OK;
}

static int
compare_ids(const void *a, const void *b)
{
	return strcmp((*(const struct step *const *)a)->id,
	    (*(const struct step *const *)b)->id);
}

static enum err
check_ids(const struct plan *plan, struct fault *fault)
{
	size_t n = plan->steps_count;
	const struct step **sorted = mem_calloc(n + 1, sizeof(*sorted));
	enum err err = ERR_OK;

	for (size_t i = 0; i < n; i++)
		sorted[i] = &plan->steps[i];
	qsort(sorted, n, sizeof(*sorted), compare_ids);
	for (size_t i = 1; i < n && err == ERR_OK; i++)
		if (compare_ids(&sorted[i - 1], &sorted[i]) == 0)
			err = wrong(fault, "steps",
			    (size_t)(sorted[i] - plan->steps),
			    "has the id of another");
	free(sorted);
	return err;
}

static enum err
check_steps(const struct plan *plan, struct fault *fault)
{
	if (plan->steps_count > 2 * PLAN_MAX_STEPS)
		return wrong(fault, "steps", plan->steps_count, "are too many");
	for (size_t i = 0; i < plan->steps_count; i++) {
		const struct step *s = &plan->steps[i];

		if (s->section < 0 ||
		    (size_t)s->section >= plan->sections_count)
			return wrong(fault, "steps", i, "is in no section");
		if (s->kind == STEP_PREFLIGHT ||
		    (s->kind == STEP_EDIT && s->file == NULL) ||
		    (s->restores && s->undo == NULL) ||
		    s->sends_count != s->sends_artifacts_count ||
		    s->with_count != s->with_targets_count)
			return wrong(fault, "steps", i,
			    "has members that do not go together");
	}
	return check_ids(plan, fault);
}

static enum err
check_items(const struct plan *plan, struct fault *fault)
{
	if (plan->items_count > 2 * PLAN_MAX_ITEMS)
		return wrong(fault, "items", plan->items_count, "are too many");
	for (size_t i = 0; i < plan->items_count; i++) {
		const struct item *item = &plan->items[i];
		size_t most = item->kind == ITEM_STEP ? plan->steps_count
		    : item->kind == ITEM_HEADING      ? plan->sections_count
						      : SIZE_MAX;

		if (item->section < 0 ||
		    (size_t)item->section >= plan->sections_count ||
		    item->index < 0 || (size_t)item->index >= most)
			return wrong(fault, "items", i, "is out of range");
	}
	return ERR_OK;
}

struct plan *
plan_new(struct arena **ret_arena)
{
	struct whole *w = mem_calloc(1, sizeof(*w));

	w->arena = *ret_arena = arena_new();
	return &w->plan;
}

enum err
plan_read(struct json_object *o, struct plan **ret, struct fault *fault)
{
	struct arena *arena;
	struct plan *plan = plan_new(&arena);
	enum err err = record_read(plan_fields, IN, o, arena, plan, fault);

	if (err == ERR_OK && plan->version != PLAN_VERSION)
		err = wrong(fault, "version", 0, "is missing");
	if (err == ERR_OK)
		err = check_sections(plan, fault);
	if (err == ERR_OK)
		err = check_steps(plan, fault);
	if (err == ERR_OK)
		err = check_items(plan, fault);
	if (err == ERR_OK)
		*ret = plan;
	else
		plan_free(plan);
	return err;
}

void
plan_free(struct plan *plan)
{
	struct whole *w = (struct whole *)plan;

	if (plan == NULL)
		return;
	arena_free(w->arena);
	free(w);
}

void
plan_own(struct plan *plan, void (*release)(void *), void *p)
{
	arena_defer(((struct whole *)plan)->arena, release, p);
}

struct json_object *
plan_ids(const struct plan *plan, struct json_object *steps)
{
	struct json_object *ids = json_object_new_array();

	for (size_t i = 0; i < json_count(steps); i++) {
		int step = json_object_get_int(json_at(steps, i));

		json_object_array_add(
		    ids, json_object_new_string(plan->steps[step].id));
	}
	return ids;
}

size_t
plan_count_steps(const struct plan *plan)
{
	size_t count = 0;

	for (size_t i = 0; i < plan->steps_count; i++)
		count += !plan->steps[i].restores;
	return count;
}

static int
compare_steps(const void *a, const void *b, void *ctx)
{
	const struct step *steps = ctx;

	return strcmp(steps[*(const int *)a].id, steps[*(const int *)b].id);
}

void
plan_index(struct plan *plan)
{
	size_t n = plan->steps_count;
	int *by_id = arena_alloc(
	    ((struct whole *)plan)->arena, (n + 1) * sizeof(*by_id));

	for (size_t i = 0; i < n; i++)
		by_id[i] = (int)i;
	qsort_r(by_id, n, sizeof(*by_id), compare_steps,
	    (void *)(uintptr_t)plan->steps);
	plan->by_id = by_id;
}

static int
find_sorted(const struct plan *plan, const char *id)
{
	size_t from = 0, to = plan->steps_count;

	while (from < to) {
		size_t middle = from + (to - from) / 2;
		int step = plan->by_id[middle];
		int order = strcmp(id, plan->steps[step].id);

		if (order == 0)
			return step;
		if (order < 0)
			to = middle;
		else
			from = middle + 1;
	}
	return -1;
}

int
plan_find_step(const struct plan *plan, const char *id)
{
	if (id != NULL && plan->by_id != NULL)
		return find_sorted(plan, id);
	for (size_t i = 0; id != NULL && i < plan->steps_count; i++)
		if (strcmp(plan->steps[i].id, id) == 0)
			return (int)i;
	return -1;
}

bool
plan_is_number(const struct plan *plan, const char *name)
{
	struct parameter asked;

	for (size_t i = 0; i < plan->parameters_count; i++)
		if (text_eq(plan->parameters[i].name, name))
			return plan->parameters[i].type == PARAMETER_NUMBER;
	for (size_t i = 0; i < plan->steps_count; i++)
		if (step_asks(&plan->steps[i], &asked) &&
		    text_eq(asked.name, name))
			return asked.type == PARAMETER_NUMBER;
	return false;
}

struct json_object *
plan_rules_json(const struct approval_rule *rules, size_t count)
{
	struct json_object *list = json_object_new_array(), *o;

	for (size_t i = 0; i < count; i++) {
		o = json_object_new_object();
		json_set_text(o, "role", rules[i].role);
		json_set_int(o, "count", rules[i].count);
		if (rules[i].expires_ms > 0)
			json_set_int(o, "expires", rules[i].expires_ms);
		if (rules[i].same_person)
			json_set_bool(o, "same_person", true);
		json_object_array_add(list, o);
	}
	return list;
}

const char *const plan_secret_keys[] = { "passphrase", "password", "token",
	"secret_key", "secret", NULL };
const char *const plan_secret_maps[] = { "aws", "sign", NULL };

bool
plan_target_names(struct json_object *target, const char *secret)
{
	for (size_t i = 0; plan_secret_keys[i] != NULL; i++)
		if (text_eq(
			json_text(target, plan_secret_keys[i], NULL), secret))
			return true;
	for (size_t i = 0; plan_secret_maps[i] != NULL; i++)
		if (json_get(target, plan_secret_maps[i]) != NULL &&
		    plan_target_names(
			json_get(target, plan_secret_maps[i]), secret))
			return true;
	return false;
}
