/*
 * run_report_load.c: the rows and events of a report.
 *
 * Attempts, artifacts, comments and events are as many as a run is long: they
 * are written as they are read (report_out.h).
 */
#include <string.h>

#include "journal/report/run_report_load.h"
#include "base/json.h"
#include "base/message.h"
#include "journal/event.h"

static void
read_steps(struct run_report *r)
{
	struct rows *rows = db_query(r->db, STMT_STEPS, INT(r->run));

	while (db_next(rows))
		json_set(r->steps, db_text(rows, "id"), db_row_json(rows));
	db_done(rows);
}

/* The present row as an artifact of the report.  A new object. */
static struct json_object *
artifact(struct rows *rows)
{
	struct json_object *o = db_row_json(rows);

	copy(o, "id", o, "seq");
	copy(o, "attempt", o, "n");
	if (json_int(o, "sealed", 0) != 0)
		json_set_bool(o, "sealed", true);
	else /* reports of older versions lack it */
		json_object_object_del(o, "sealed");
	json_object_object_del(o, "seq");
	json_object_object_del(o, "n");
	return o;
}

void
run_report_put_artifacts(struct run_report *r)
{
	struct rows *rows = db_query(r->db, STMT_WEB_ARTIFACTS, INT(r->run));

	report_out_begin(r->out, "artifacts", '[');
	while (db_next(rows)) {
		report_out_put(r->out, NULL, artifact(rows));
		r->has_artifacts = true;
	}
	db_done(rows);
	report_out_end(r->out, ']');
}

/* The artifact of that attempt on that target, or NULL. */
static struct json_object *
artifact_of(
    const struct run_report *r, const char *step, int64_t n, const char *target)
{
	struct json_object *o = NULL;
	struct rows *rows;

	if (!r->has_artifacts)
		return NULL;
	rows = db_query(r->db, STMT_WEB_ARTIFACT_OF, INT(r->run), TEXT(step),
	    INT(n), TEXT(target));
	if (db_next(rows))
		o = artifact(rows);
	db_done(rows);
	return o;
}

/*
 * The exit status of an attempt is that of its first target that did not
 * succeed.
 */
static void
add_target(const struct run_report *r, const char *step,
    struct json_object *attempt, struct json_object *row)
{
	static const char *const messages[] = { "message", "note", "progress",
		NULL };
	struct json_object *exit = json_get(row, "exit");
	const char *target = json_text(row, "target", "");

	if (exit != NULL &&
	    (json_get(attempt, "exit") == NULL ||
		json_int(attempt, "exit", 0) == 0))
		json_set(attempt, "exit", json_object_get(exit));
	for (int i = 0; messages[i] != NULL; i++)
		message_set(
		    row, messages[i], json_text(row, messages[i], NULL));
	json_set_bool(row, "sealed", json_get(row, "sealed") != NULL);
	json_set(row, "artifact",
	    artifact_of(r, step, json_int(row, "n", 0), target));
	copy(row, "name", row, "target");
	json_object_object_del(row, "target");
	json_object_object_del(row, "n");
	json_object_array_add(json_get(attempt, "targets"), row);
}

void
run_report_put_attempts(struct run_report *r, const char *step)
{
	struct rows *rows = db_query(r->db, STMT_WEB_ATTEMPTS_OF, INT(r->run),
	    TEXT(step), INT(1), INT(INT64_MAX));
	struct rows *targets = db_query(r->db, STMT_WEB_TARGETS_OF, INT(r->run),
	    TEXT(step), INT(1), INT(INT64_MAX));
	bool more = db_next(targets);

	report_out_begin(r->out, "attempts", '[');
	while (db_next(rows)) {
		struct json_object *o = db_row_json(rows);

		json_object_object_del(o, "exec");
		message_set(o, "message", json_text(o, "message", NULL));
		json_set(o, "exit", NULL);
		json_set(o, "targets", json_object_new_array());
		for (; more && db_int(targets, "n") <= db_int(rows, "n");
		     more = db_next(targets))
			add_target(r, step, o, db_row_json(targets));
		report_out_put(r->out, NULL, o);
	}
	db_done(rows);
	db_done(targets);
	report_out_end(r->out, ']');
}

/* Calls add(r, o, data) for each event of a kind; o is a new {by, at}. */
static void
read_events(struct run_report *r, enum event_kind kind,
    void (*add)(
	struct run_report *, struct json_object *, struct json_object *))
{
	struct rows *rows = db_query(r->db, STMT_WEB_EVENTS_OF_KIND,
	    INT(r->run), TEXT(event_word(kind)));

	while (db_next(rows)) {
		struct json_object *body = NULL, *o;
		struct event e;

		if (event_parse(db_text(rows, "body"), &e, &body) != ERR_OK)
			continue;
		o = json_object_new_object();
		json_set_text(o, "by", e.actor);
		copy(o, "at", body, "at");
		add(r, o, e.data);
		json_object_put(body);
	}
	db_done(rows);
}

/* Only the last signature of a signed step is in force. */
static void
add_signature(
    struct run_report *r, struct json_object *o, struct json_object *data)
{
	const char *step = json_text(data, "step", "");
	struct json_object *list = json_object_new_array();

	copy(o, "note", data, "note");
	copy(o, "reset_by", data, "reset_by");
	copy(o, "reset_at", data, "reset_at");
	json_object_array_add(list, o);
	json_set(r->signatures, step, list);
}

static void
add_comment(
    struct run_report *r, struct json_object *o, struct json_object *data)
{
	copy(o, "text", data, "text");
	report_out_put(r->out, NULL, o);
}

void
run_report_put_comments(struct run_report *r)
{
	report_out_begin(r->out, "comments", '[');
	read_events(r, EVENT_RUN_COMMENTED, add_comment);
	report_out_end(r->out, ']');
}

void
run_report_load(struct run_report *r)
{
	r->steps = json_object_new_object();
	r->signatures = json_object_new_object();
	r->decisions = db_rows_json(
	    db_query(r->db, STMT_APPROVALS_MADE, INT(r->run)));
	read_steps(r);
	read_events(r, EVENT_STEP_SIGNED, add_signature);
}

void
run_report_clear(struct run_report *r)
{
	json_object_put(r->row);
	json_object_put(r->steps);
	json_object_put(r->decisions);
	json_object_put(r->signatures);
}
