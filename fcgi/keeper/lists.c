/*
 * lists.c: the lists that a step captures, over which sections repeat.
 *
 * A list is expanded once, in the transaction that ends its step: the event
 * "run.expanded" has its items and the rows of the steps that the run gets.
 * The plan that was approved stays the same, as it has the section.  A list
 * that is refused fails its step: a part of it would look like all of it.
 */
#include <stdlib.h>

#include "base/mem.h"
#include "base/message.h"
#include "journal/event.h"
#include "journal/plan.h"
#include "keeper/lists.h"
#include "keeper/plans/step_rows.h"
#include "lang/each/each_captured.h"
#include "lang/plan_scope.h"

static struct json_object *
read_items(const struct run *run, const struct step *s, const struct capture *c,
    struct json_object *captures, struct buf *why)
{
	char *name = mem_printf(
	    "%s%s", c->name, plan_scope(run->plan, s->section));
	const char *value = json_text(captures, name, NULL);
	struct json_object *items = NULL;

	if (value == NULL)
		message_put(why, "list_differs");
	else
		items = each_read_list(c, value, why);
	free(name);
	return items;
}

/* The plan, and those that a list was tried on. */
struct trial {
	const struct plan *plan;
	struct plan *own; /* NULL: it is the run's */
};

static void
free_plan(void *plan)
{
	plan_free(plan);
}

/* Expands the list, so that its step does not succeed if that is impossible. */
static bool
try_list(struct trial *t, struct json_object *list, struct buf *why)
{
	struct fault fault = { 0 };
	struct plan *next;

	if (each_expand_captured(t->plan, list, &next, &fault) != ERR_OK) {
		buf_puts(why, fault.message);
		return false;
	}
	if (t->own != NULL)
		plan_own(next, free_plan, t->own);
	t->plan = t->own = next;
	return true;
}

static struct json_object *
list_of(
    const struct step *s, const struct capture *c, struct json_object *items)
{
	struct json_object *list = json_object_new_object();

	json_set_text(list, "step", s->id);
	json_set_text(list, "name", c->name);
	json_set(list, "items", items);
	return list;
}

bool
lists_read(const struct run *run, const struct step *s,
    struct json_object *captures, struct json_object **ret, struct buf *why)
{
	struct json_object *all = json_object_new_array(), *items, *list;
	struct trial t = { run->plan, NULL };
	struct buf reason = { 0 };
	bool ok = true;

	for (size_t i = 0; i < s->captures_count && ok; i++) {
		const struct capture *c = &s->captures[i];

		if (!c->list || plan_list(run->row, s->id, c->name) != NULL)
			continue; /* of an earlier attempt */
		items = read_items(run, s, c, captures, &reason);
		list = list_of(s, c, items);
		ok = items != NULL && try_list(&t, list, &reason);
		json_object_array_add(all, list);
		if (!ok)
			message_put(why, "list_refused name=%s reason=%s",
			    c->name, buf_text(&reason));
	}
	buf_clear(&reason);
	plan_free(t.own);
	if (ok)
		*ret = all;
	else
		json_object_put(all);
	return ok;
}

/* The rows of the plan that the one before has not, with their positions. */
static struct json_object *
new_rows(struct run *run, const struct plan *plan)
{
	struct json_object *before = step_rows(run->plan, run_known_value, run);
	struct json_object *after = step_rows(plan, run_known_value, run);
	struct json_object *known = json_object_new_object();
	struct json_object *rows = json_object_new_array(), *row;

	for (size_t i = 0; i < json_count(before); i++)
		json_set(known, json_text(json_at(before, i), "id", ""), NULL);
	for (size_t i = 0; i < json_count(after); i++) {
		row = json_at(after, i);
		if (json_object_object_get_ex(
			known, json_text(row, "id", ""), NULL))
			continue;
		json_set_int(row, "position", (int64_t)i);
		json_object_array_add(rows, json_object_get(row));
	}
	json_object_put(before);
	json_object_put(after);
	json_object_put(known);
	return rows;
}

static enum err
append(struct run *run, struct json_object *list)
{
	struct json_object *data = json_object_new_object();
	struct plan *plan;
	enum err err = each_expand_captured(run->plan, list, &plan, NULL);

	if (err != ERR_OK) {
		json_object_put(data);
		return err;
	}
	json_object_object_foreach (list, key, value) {
		json_set(data, key, json_object_get(value));
	}
	json_set(data, "steps", new_rows(run, plan));
	plan_free(plan);
	return event_append(run->keeper->db, run->id, EVENT_ANY_SEQ, "keeper",
	    EVENT_RUN_EXPANDED, data);
}

enum err
lists_append(struct run *run, struct json_object *lists)
{
	enum err err = ERR_OK;
	struct run now;

	for (size_t i = 0; i < json_count(lists) && err == ERR_OK; i++) {
		err = run_open(run->keeper, run->id, &now, NULL);
		if (err != ERR_OK)
			break;
		err = append(&now, json_at(lists, i));
		run_clear(&now);
	}
	return err;
}
