/*
 * shape.c: the types of the lists and objects in an event.
 *
 * An event may come from a fabricated report: json-c ends the program if a text
 * is walked as a list.  So every value that is walked is checked here once,
 * before an event is projected, and later code may rely on it.  Keys that are
 * not in the table are never walked.
 */
#include "base/json.h"
#include "base/text.h"
#include "journal/shape.h"

/* The type of a value, or of each member of it. */
enum shape {
	TEXTS,   /* ["a"] */
	ROWS,    /* [{}] */
	VALUES,  /* {"name": "text", or null} */
	NUMBERS, /* {"name": 1} */
	OBJECT,  /* {} */
	RESULTS, /* {"name": {"checks": [{}]}} */
	LISTS,   /* {"name": [1], or null} */
	TARGETS, /* {"name": {"members": ["a"]}} */
};

/* clang-format off */
static const struct {
	const char	*kind;		/* NULL: of any other kind */
	const char	*key;
	enum shape	 shape;
} shapes[] = {
	{ "run.created",	"targets",	TARGETS },
	{ "run.created",	"steps",	ROWS },
	{ "run.created",	"sealed",	VALUES },
	{ "run.changed",	"sealed",	VALUES },
	{ "run.changed",	"targets",	TARGETS },
	{ "run.compiled",	"sealed",	VALUES },
	{ "step.requested",	"targets",	TEXTS },
	{ "step.requested",	"skipped",	LISTS },
	{ "look.requested",	"targets",	TEXTS },
	{ "run.rollback_started", "steps",	TEXTS },
	{ "look.ended",		"results",	RESULTS },
	{ NULL,			"approvals",	ROWS },
	{ NULL,			"parameters",	VALUES },
	{ NULL,			"gates",	TEXTS },
	{ NULL,			"holds",	TEXTS },
	{ NULL,			"not_needed",	TEXTS },
	{ NULL,			"roles",	TEXTS },
	{ NULL,			"scopes",	TEXTS },
	{ NULL,			"captures",	VALUES },
	{ NULL,			"from_statement", NUMBERS },
	{ NULL,			"resume",	OBJECT },
	{ NULL,			"artifact",	OBJECT },
	{ NULL,			"changed",	OBJECT },
};
/* clang-format on */

static bool
is_list_of(struct json_object *v, enum json_type type)
{
	if (!json_object_is_type(v, json_type_array))
		return false;
	for (size_t i = 0; i < json_object_array_length(v); i++)
		if (!json_object_is_type(json_object_array_get_idx(v, i), type))
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
	case TEXTS:
		return is_list_of(v, json_type_string);
	case ROWS:
		return is_list_of(v, json_type_object);
	case VALUES:
		return is_map_of(v, json_type_string, true);
	case NUMBERS:
		return is_map_of(v, json_type_int, true);
	case RESULTS:
		return are_results(v);
	case LISTS:
		return is_map_of_lists(v, json_type_int);
	case TARGETS:
		return are_targets(v);
	default:
		return json_object_is_type(v, json_type_object);
	}
}

bool
shape_fits(const struct event *e)
{
	for (size_t i = 0; i < sizeof(shapes) / sizeof(shapes[0]); i++) {
		struct json_object *v = json_get(e->data, shapes[i].key);

		if (v != NULL &&
		    (shapes[i].kind == NULL ||
			text_eq(shapes[i].kind, e->kind)) &&
		    !fits(v, shapes[i].shape))
			return false;
	}
	return true;
}
