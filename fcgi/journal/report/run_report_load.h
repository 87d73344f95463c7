/*
 * run_report_load.h: loads the rows and events of a report.
 */
#ifndef JOURNAL_REPORT_RUN_REPORT_LOAD_H
#define JOURNAL_REPORT_RUN_REPORT_LOAD_H

#include <json-c/json.h>

#include "base/json.h"
#include "journal/db.h"
#include "plan/plan.h"

struct run_report {
	struct db *db;
	int64_t run;
	struct json_object *row; /* of STMT_RUN_GET */
	const struct plan *plan;
	struct json_object *steps;      /* {id: row of STMT_STEPS} */
	struct json_object *attempts;   /* {step: [attempts with targets]} */
	struct json_object *decisions;  /* of STMT_APPROVALS_MADE */
	struct json_object *signatures; /* {step: [the last]} */
	struct json_object *comments;
	struct json_object *artifacts;
};

/* Copies the value of `key` there to `name` here. */
static inline void
copy(struct json_object *to, const char *name, struct json_object *from,
    const char *key)
{
	json_set(to, name, json_object_get(json_get(from, key)));
}

/* Copies each of a NULL-terminated list under the same name. */
static inline void
copy_all(
    struct json_object *to, struct json_object *from, const char *const *keys)
{
	for (; *keys != NULL; keys++)
		copy(to, *keys, from, *keys);
}

/* The array under that key, created if missing; belongs to o. */
static inline struct json_object *
list_in(struct json_object *o, const char *key)
{
	struct json_object *list = json_get(o, key);

	if (list == NULL)
		json_set(o, key, list = json_object_new_array());
	return list;
}

/* Loads all but `row` and `plan`, which are set already. */
void run_report_load(struct run_report *r);
void run_report_clear(struct run_report *r);

#endif
