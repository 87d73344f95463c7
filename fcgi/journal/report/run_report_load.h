/*
 * run_report_load.h: loads the rows of a report that are few, and reads those
 * that may be many one by one.
 */
#ifndef JOURNAL_REPORT_RUN_REPORT_LOAD_H
#define JOURNAL_REPORT_RUN_REPORT_LOAD_H

#include <json-c/json.h>

#include "base/json.h"
#include "journal/db.h"
#include "journal/report/report_out.h"
#include "plan/plan.h"

struct run_report {
	struct db *db;
	int64_t run;
	struct json_object *row; /* of STMT_RUN_GET */
	const struct plan *plan;
	struct json_object *steps;      /* {id: row of STMT_STEPS} */
	struct json_object *decisions;  /* of STMT_APPROVALS_MADE */
	struct json_object *signatures; /* {step: [the last]} */
	bool has_artifacts; /* run_report_put_artifacts() wrote any */
	struct report_out *out;
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

/* Loads steps, decisions and signatures. */
void run_report_load(struct run_report *r);
void run_report_clear(struct run_report *r);

/* Write the list "artifacts", "comments", or "attempts" of a step with targets.
 */
void run_report_put_artifacts(struct run_report *r);
void run_report_put_comments(struct run_report *r);
void run_report_put_attempts(struct run_report *r, const char *step);

#endif
