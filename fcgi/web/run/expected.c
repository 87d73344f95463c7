/*
 * expected.c: when a run will end, as earlier ones tell.
 *
 * A run waits for people most of the time, so what its steps take says little:
 * the whole runs are compared.  Of the last few that succeeded in the same
 * environment the mean gives the time, the shortest and the longest the range.
 * Once the run takes longer than all of them there is no time to be given.
 */
#include <inttypes.h>

#include "base/clock.h"
#include "web/run/expected.h"
#include "web/views/model.h"

static int64_t
later(int64_t a, int64_t b)
{
	return a > b ? a : b;
}

struct expected
expected_end(const struct view *v)
{
	struct expected e = { 0 };
	int64_t start, now = clock_now();
	struct rows *rows;

	if (json_get(v->run, "ended_at") != NULL ||
	    !clock_parse(json_text(v->run, "started_at", ""), &start))
		return e;
	rows = db_query(v->req->web->db, STMT_USUAL_RUN,
	    TEXT(json_text(v->run, "runbook", "")),
	    TEXT(json_text(v->run, "environment", "")));
	if (db_next(rows) && (e.runs = db_int(rows, "runs")) > 0) {
		e.is_late = now > start + db_int(rows, "most");
		e.likely = later(now, start + db_int(rows, "took"));
		e.least = later(now, start + db_int(rows, "least"));
		e.most = later(now, start + db_int(rows, "most"));
	}
	db_done(rows);
	return e;
}

static void
add_time(struct json_object *o, const char *key, int64_t at, bool given)
{
	char text[CLOCK_TEXT];

	clock_format(at, text);
	model_text(o, key, given ? text : NULL);
}

void
expected_add(const struct view *v, struct json_object *o)
{
	struct expected e = expected_end(v);
	bool given = e.runs > 0 && !e.is_late;

	add_time(o, "ends_at", e.likely, given);
	add_time(o, "ends_from", e.least, given && e.runs > 1);
	add_time(o, "ends_to", e.most, given && e.runs > 1);
	model_text(o, "ends_text",
	    e.runs == 0
		? NULL
		: request_fill(v->req,
		      e.is_late         ? "ends_late"
			  : e.runs == 1 ? "ends_one"
					: "ends_basis",
		      "count", arena_printf(v->req->arena, "%" PRId64, e.runs),
		      NULL));
}
