/*
 * plan.c: the plan of a run. The five parts form one JSON array in canonical
 * form, so that different plans never give the same bytes.
 */
#include <string.h>

#include "base/buf.h"
#include "base/json.h"
#include "base/text.h"
#include "journal/check.h"
#include "journal/hash.h"
#include "journal/plan.h"

void
plan_hash(const char *document, const char *environment,
    struct json_object *targets, struct json_object *parameters,
    struct json_object *sealed, char out[65])
{
	struct json_object *all = json_object_new_array();
	const char *text;

	json_object_array_add(all, json_object_new_string(document));
	json_object_array_add(all, json_object_new_string(environment));
	json_object_array_add(all, json_object_get(targets));
	json_object_array_add(all, json_object_get(parameters));
	json_object_array_add(all, json_object_get(sealed));
	text = json_write(all);
	hash_hex(text, strlen(text), out);
	json_object_put(all);
}

void
plan_runbook_key(const char *document, struct json_object *lists, char out[65])
{
	struct buf text = { 0 };

	buf_printf(&text, "%s%s", document, json_write(lists));
	hash_hex(buf_text(&text), text.len, out);
	buf_clear(&text);
}

void
plan_of_row(struct json_object *row, char out[65])
{
	plan_hash(json_text(row, "document", ""),
	    json_text(row, "environment", ""), json_get(row, "targets"),
	    json_get(row, "parameters"), json_get(row, "sealed"), out);
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

/* A later row is another decision of the same person. */
static bool
is_taken_back(struct json_object *all, size_t i)
{
	struct json_object *a = json_object_array_get_idx(all, i);

	for (size_t k = i + 1; k < json_object_array_length(all); k++) {
		struct json_object *b = json_object_array_get_idx(all, k);

		if (text_eq(json_text(a, "by", ""), json_text(b, "by", "")) &&
		    text_eq(
			json_text(a, "step", ""), json_text(b, "step", "")) &&
		    text_eq(json_text(a, "plan", ""), json_text(b, "plan", "")))
			return true;
	}
	return false;
}

struct json_object *
plan_standing(struct json_object *all, const char *plan, const char *step)
{
	struct json_object *given = json_object_new_array();

	for (size_t i = 0; i < json_object_array_length(all); i++) {
		struct json_object *a = json_object_array_get_idx(all, i);

		if (text_eq(json_text(a, "step", ""), step) &&
		    text_eq(json_text(a, "plan", ""), plan) &&
		    !CHECK(ended_decision, json_get(a, "ended") != NULL) &&
		    !is_taken_back(all, i))
			json_object_array_add(given, json_object_get(a));
	}
	return given;
}

struct json_object *
plan_decisions(struct db *db, int64_t run, const char *plan, const char *step)
{
	struct json_object *all = db_rows_json(
	    db_query(db, STMT_APPROVALS, INT(run)));
	struct json_object *given = plan_standing(all, plan, step);

	json_object_put(all);
	return given;
}
