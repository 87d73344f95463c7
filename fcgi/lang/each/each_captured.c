/*
 * each_captured.c: lists that steps capture.
 *
 * The output of a target is hostile: an item is checked like one of a
 * parameter, and nothing else is ever read in it.  The document decides on the
 * form of a list (capture="name" or capture="name=/pointer"), not the text of
 * the list.
 */
#include <inttypes.h>
#include <string.h>

#include "base/json.h"
#include "base/message.h"
#include "base/text.h"
#include "lang/each/each_captured.h"
#include "lang/each/each_expand.h"
#include "lang/list.h"

#define EXACT \
	(INT64_C(1) << 53) /* larger numbers are not the same anywhere \
			    */

int
each_template(const struct plan *plan, int section)
{
	while (section >= 0 && plan->sections[section].each_name == NULL)
		section = plan->sections[section].parent;
	return section;
}

static void
add(struct json_object *list, const char *id, const char *label)
{
	struct json_object *o = json_object_new_object();

	json_set_text(o, "id", id);
	if (label != NULL && strcmp(label, id) != 0)
		json_set_text(o, "label", label);
	json_object_array_add(list, o);
}

/* A text that holds no NUL, which would end it for everybody else. */
static bool
is_text(struct json_object *v)
{
	return json_object_is_type(v, json_type_string) &&
	    strlen(json_object_get_string(v)) ==
	    (size_t)json_object_get_string_len(v);
}

/* The text of an id; NULL: it is none. */
static const char *
id_text(struct json_object *v)
{
	int64_t n = json_object_get_int64(v);
	bool exact = json_object_is_type(v, json_type_int) && n > -EXACT &&
	    n < EXACT;

	return exact || is_text(v) ? json_object_get_string(v) : NULL;
}

/* Adds a member of an array; false: it is none of the forms of an item. */
static bool
add_member(struct json_object *list, struct json_object *v)
{
	struct json_object *label = json_get(v, "label");
	const char *id;

	if (!json_object_is_type(v, json_type_object)) {
		if ((id = id_text(v)) != NULL)
			add(list, id, NULL);
		return id != NULL;
	}
	if (json_get(v, "id") != NULL) {
		if ((id = id_text(json_get(v, "id"))) == NULL ||
		    (label != NULL && !is_text(label)))
			return false;
		add(list, id,
		    label != NULL ? json_object_get_string(label) : NULL);
		return true;
	}
	if (json_object_object_length(v) != 1)
		return false;
	json_object_object_foreach (v, key, text) {
		if (!is_text(text))
			return false;
		add(list, key, json_object_get_string(text));
	}
	return true;
}

static bool
read_array(const char *text, struct json_object *list, struct buf *why)
{
	struct json_object *all = NULL;
	struct fault fault = { 0 };
	bool ok = json_read(text, strlen(text), &all, &fault) == ERR_OK &&
	    json_object_is_type(all, json_type_array);
	size_t n = ok ? json_count(all) : 0;

	if (!ok)
		message_put(why, "list_no_array");
	for (size_t i = 0; i < n && ok; i++) {
		ok = add_member(list, json_at(all, i));
		if (!ok)
			message_put(why, "list_no_member n=%zu", i + 1);
	}
	json_object_put(all);
	return ok;
}

static char *
trimmed(char *s)
{
	char *end = s + strlen(s);

	while (end > s && strchr(" \t\r", end[-1]) != NULL)
		*--end = '\0';
	return s + strspn(s, " ");
}

static void
read_lines(char *text, struct json_object *list)
{
	char *next, *line, *tab;

	for (; text != NULL; text = next) {
		if ((next = strchr(text, '\n')) != NULL)
			*next++ = '\0';
		line = trimmed(text);
		if ((tab = strchr(line, '\t')) != NULL)
			*tab++ = '\0';
		if (*line != '\0' || tab != NULL)
			add(list, trimmed(line),
			    tab != NULL ? trimmed(tab) : NULL);
	}
}

struct json_object *
each_read_list(const struct capture *c, const char *text, struct buf *why)
{
	struct json_object *list = json_object_new_array();
	struct buf copy = { 0 };
	const char *item = "", *refused = NULL;
	bool ok = true;

	if (c->how == CAPTURE_POINTER) {
		ok = read_array(text, list, why);
	} else {
		buf_puts(&copy, text);
		buf_putc(&copy, '\0');
		read_lines(copy.data, list);
		buf_clear(&copy);
	}
	if (ok && (refused = list_refused(list, &item)) != NULL)
		message_put(
		    why, "list_wrong_item item=%.60s reason=%s", item, refused);
	if (ok && refused == NULL)
		return list;
	json_object_put(list);
	return NULL;
}

struct list {
	const char *step, *name;
	struct json_object *items;
	bool used;
};

static struct json_object *
list_of(void *ctx, const struct section *s)
{
	struct list *l = ctx;

	if (!text_eq(s->each_step, l->step) || !text_eq(s->each_list, l->name))
		return NULL;
	l->used = true;
	return l->items;
}

static enum err
check_items(struct json_object *items, struct fault *fault)
{
	const char *item = "", *why = MESSAGE("list_no_array");

	if (json_object_is_type(items, json_type_array))
		why = list_refused(items, &item);
	return why == NULL
	    ? ERR_OK
	    : fault_set(fault, ERR_INVALID, "wrong_list", "items",
		  "list_wrong_item item=%.60s reason=%s", item, why);
}

enum err
each_expand_captured(const struct plan *plan, struct json_object *expansion,
    struct plan **ret, struct fault *fault)
{
	struct list l = { .step = json_text(expansion, "step", ""),
		.name = json_text(expansion, "name", ""),
		.items = json_get(expansion, "items") };
	struct arena *arena;
	struct plan *out;
	enum err err = check_items(l.items, fault);

	if (err != ERR_OK)
		return err;
	out = plan_new(&arena);
	if (!each_expand(plan, list_of, &l, arena, out))
		err = fault_set(fault, ERR_INVALID, "too_many_steps", "items",
		    "list_many_steps count=%d", PLAN_MAX_STEPS);
	else if (!l.used)
		err = fault_set(fault, ERR_INVALID, "unknown_list", "name",
		    "list_of_no_section name=%.64s step=%.64s", l.name, l.step);
	if (err == ERR_OK)
		*ret = out;
	else
		plan_free(out);
	return err;
}
