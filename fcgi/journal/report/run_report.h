/*
 * run_report.h: the report of a run as JSON, made from its record alone.
 */
#ifndef JOURNAL_REPORT_RUN_REPORT_H
#define JOURNAL_REPORT_RUN_REPORT_H

#include <json-c/json.h>
#include <stdint.h>

#include "journal/db.h"
#include "journal/report/report_out.h"
#include "plan/plan.h"

/* The value of "format"; older reports had none. */
#define RUN_REPORT_FORMAT 2

/* The columns that pages, JSON and reports show as they are; ended by NULL. */
extern const char *const run_report_keys[];

/*
 * Writes the whole report: a function of the run's events, document and plan
 * (which is compiled from them), and of nothing else. False, and nothing is
 * written: there is no such run or no document of its hash.
 */
bool run_report_write(struct db *db, int64_t run, const struct plan *plan,
    struct report_out *out);

/* The same as a new object, or NULL. */
struct json_object *run_report_make(
    struct db *db, int64_t run, const struct plan *plan);

#endif
