/*
 * shape.c: the types of the lists and objects in an event.
 *
 * An event may come from a fabricated report: json-c ends the program if a text
 * is walked as a list.  So every value that is walked is checked here once,
 * before an event is projected, and later code may rely on it.  Keys that are
 * not in events.def are never walked.
 */
#include "base/json.h"
#include "base/text.h"
#include "journal/project/shape.h"

/* The type of a value, or of each member of it: events.def has examples. */
enum shape {
	SHAPE_TEXTS,
	SHAPE_ROWS,
	SHAPE_VALUES,
	SHAPE_NUMBERS,
	SHAPE_OBJECT,
	SHAPE_RESULTS,
	SHAPE_LISTS,
	SHAPE_TARGETS,
};

struct member {
	const char *key; /* NULL: the end */
	enum shape shape;
};

#define TEXTS(member) { #member, SHAPE_TEXTS },
#define ROWS(member) { #member, SHAPE_ROWS },
#define VALUES(member) { #member, SHAPE_VALUES },
#define NUMBERS(member) { #member, SHAPE_NUMBERS },
#define OBJECT(member) { #member, SHAPE_OBJECT },
#define RESULTS(member) { #member, SHAPE_RESULTS },
#define LISTS(member) { #member, SHAPE_LISTS },
#define TARGETS(member) { #member, SHAPE_TARGETS },
#define MEMBERS(...) ((const struct member[]){ __VA_ARGS__{ .key = NULL } })

/* clang-format off */
static const struct member *const members_of[EVENT_KIND__MAX] = {
#define EVENT(name, word, project, text, detail, members) \
	[EVENT_##name] = MEMBERS(members),
#define EVERY(members)
#include "journal/events.def"
};

static const struct member *const members_of_every =
#define EVENT(name, word, project, text, detail, members)
#define EVERY(members) MEMBERS(members);
#include "journal/events.def"
    /* clang-format on */

    static bool is_list_of(struct json_object * v, enum json_type type)
{
	if (!json_object_is_type(v, json_type_array))
		return false;
	for (size_t i = 0; i < json_count(v); i++)
		if (!json_object_is_type(json_at(v, i), type))
			return false;
	return true;
}

/* An object whose members are of the type; or null, if allowed. */
static bool
is_map_of(struct json_object *v, enum json_type type, bool or_null)
{
	if (!json_object_is_type(v, json_type_object))
		return false;
	json_object_object_foreach (v, key, member) {
		(void)key;
		if (!json_object_is_type(member, type) &&
		    !(or_null && member == NULL))
			return false;
	}
	return true;
}

static bool
is_map_of_lists(struct json_object *v, enum json_type type)
{
	if (!is_map_of(v, json_type_array, true))
		return false;
	json_object_object_foreach (v, key, list) {
		(void)key;
		if (list != NULL && !is_list_of(list, type))
			return false;
	}
	return true;
}

static bool
are_results(struct json_object *v)
{
	if (!is_map_of(v, json_type_object, true))
		return false;
	json_object_object_foreach (v, name, result) {
		struct json_object *checks = json_get(result, "checks");

		(void)name;
		if (checks != NULL && !is_list_of(checks, json_type_object))
			return false;
	}
	return true;
}

static bool
are_targets(struct json_object *v)
{
	if (!is_map_of(v, json_type_object, false))
		return false;
	json_object_object_foreach (v, name, target) {
		struct json_object *members = json_get(target, "members");

		(void)name;
		if ((members != NULL ||
			text_eq(json_text(target, "kind", ""), "group")) &&
		    !is_list_of(members, json_type_string))
			return false;
	}
	return true;
}

static bool
fits(struct json_object *v, enum shape shape)
{
	switch (shape) {
	case SHAPE_TEXTS:
		return is_list_of(v, json_type_string);
	case SHAPE_ROWS:
		return is_list_of(v, json_type_object);
	case SHAPE_VALUES:
		return is_map_of(v, json_type_string, true);
	case SHAPE_NUMBERS:
		return is_map_of(v, json_type_int, true);
	case SHAPE_RESULTS:
		return are_results(v);
	case SHAPE_LISTS:
		return is_map_of_lists(v, json_type_int);
	case SHAPE_TARGETS:
		return are_targets(v);
	default:
		return json_object_is_type(v, json_type_object);
	}
}

static bool
all_fit(struct json_object *data, const struct member *m)
{
	for (; m->key != NULL; m++) {
		struct json_object *v = json_get(data, m->key);

		if (v != NULL && !fits(v, m->shape))
			return false;
	}
	return true;
}

bool
shape_fits(const struct event *e)
{
	return all_fit(e->data, members_of[e->kind]) &&
	    all_fit(e->data, members_of_every);
}
