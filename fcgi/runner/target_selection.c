/*
 * target_selection.c: the targets of an attempt, and how many run at a time.
 *
 * A retry may select some targets of a group.  The attempt stores the
 * selection; this file checks that it belongs to the plan.  A share such as
 * batch=25% is always of the whole group, also in a retry for a few targets: it
 * is the author's limit of concurrent changes.
 */
#include "base/json.h"
#include "journal/plan.h"
#include "runner/target_selection.h"

struct json_object *
target_selection_read(struct db *db, int64_t run, const char *step, int64_t n,
    struct json_object *group)
{
	struct json_object *asked = json_object_new_object();
	struct json_object *names = json_object_new_array();
	struct rows *rows = db_query(
	    db, STMT_TARGETS_OF_ATTEMPT, INT(run), TEXT(step), INT(n));
	size_t count;

	while (db_next(rows))
		json_set_bool(asked, db_text(rows, "target"), true);
	db_done(rows);
	for (size_t i = 0; i < json_count(group); i++) {
		struct json_object *name = json_at(group, i);

		if (json_get(asked, json_object_get_string(name)) != NULL)
			json_object_array_add(names, json_object_get(name));
	}
	count = (size_t)json_object_object_length(asked);
	json_object_put(asked);
	if (count > 0 && json_count(names) == count)
		return names;
	json_object_put(names);
	return NULL;
}

/*
 * The last failed statement was skipped by a person, so the attempt starts
 * after it.
 */
static bool
is_skipped(struct json_object *list, int64_t statement)
{
	size_t n = json_count(list);

	return n > 0 &&
	    json_object_get_int64(json_at(list, n - 1)) == statement;
}

struct json_object *
target_selection_statements(struct db *db, int64_t run, const char *step,
    int64_t n, const char *plan, struct json_object **ret_skipped)
{
	struct rows *rows = db_query(
	    db, STMT_TARGETS_OF_ATTEMPT, INT(run), TEXT(step), INT(n));
	struct json_object *from = json_object_new_object();
	struct json_object *skipped = json_object_new_object();
	bool good = true;

	while (db_next(rows)) {
		if (!db_is_null(rows, "from_statement"))
			json_set_int(from, db_text(rows, "target"),
			    db_int(rows, "from_statement"));
		if (!db_is_null(rows, "skipped"))
			json_set(skipped, db_text(rows, "target"),
			    json_tokener_parse(db_text(rows, "skipped")));
	}
	db_done(rows);
	json_object_object_foreach (from, target, statement) {
		int64_t first = json_object_get_int64(statement);

		if (is_skipped(json_get(skipped, target), first - 1))
			first--;
		good = good &&
		    db_first_int(
			db_query(db, STMT_RESUMABLE, INT(run), TEXT(step),
			    INT(n), TEXT(target), INT(first), TEXT(plan)),
			0) > 0;
	}
	if (good) {
		*ret_skipped = skipped;
		return from;
	}
	json_object_put(from);
	json_object_put(skipped);
	return NULL;
}

void
target_selection_pace(struct step *step, struct json_object *resolved)
{
	struct json_object *group = plan_targets_of(resolved, step->on);
	int n = (int)json_count(group);

	json_object_put(group);
	if (step->serial)
		step->batch = 1;
	else if (step->batch_percent > 0)
		step->batch = (n * step->batch_percent + 99) / 100;
}
