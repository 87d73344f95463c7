/* run_report_load.c: loads the rows and events of a report. */
#include <string.h>

#include "journal/report/run_report_load.h"
#include "base/json.h"
#include "base/message.h"
#include "base/text.h"
#include "journal/event.h"

static void
read_steps(struct run_report *r)
{
	struct rows *rows = db_query(r->db, STMT_STEPS, INT(r->run));

	while (db_next(rows))
		json_set(r->steps, db_text(rows, "id"), db_row_json(rows));
	db_done(rows);
}

static void
read_artifacts(struct run_report *r)
{
	r->artifacts = db_rows_json(
	    db_query(r->db, STMT_WEB_ARTIFACTS, INT(r->run)));
	for (size_t i = 0; i < json_object_array_length(r->artifacts); i++) {
		struct json_object *o = json_object_array_get_idx(
		    r->artifacts, i);

		copy(o, "id", o, "seq");
		copy(o, "attempt", o, "n");
		if (json_int(o, "sealed", 0) != 0)
			json_set_bool(o, "sealed", true);
		else /* reports of older versions lack it */
			json_object_object_del(o, "sealed");
		json_object_object_del(o, "seq");
		json_object_object_del(o, "n");
	}
}

/* The artifact of that attempt on that target, or NULL. */
static struct json_object *
artifact_of(
    const struct run_report *r, const char *step, int64_t n, const char *target)
{
	for (size_t i = 0; i < json_object_array_length(r->artifacts); i++) {
		struct json_object *o = json_object_array_get_idx(
		    r->artifacts, i);

		if (json_int(o, "attempt", 0) == n &&
		    text_eq(json_text(o, "step", ""), step) &&
		    text_eq(json_text(o, "target", ""), target))
			return json_object_get(o);
	}
	return NULL;
}

/*
 * The exit status of an attempt is that of its first target that did not
 * succeed.
 */
static void
add_target(const struct run_report *r, struct json_object *attempt,
    struct json_object *row)
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
	    artifact_of(
		r, json_text(row, "step", ""), json_int(row, "n", 0), target));
	copy(row, "name", row, "target");
	json_object_object_del(row, "step");
	json_object_object_del(row, "target");
	json_object_object_del(row, "n");
	json_object_array_add(json_get(attempt, "targets"), row);
}

static void
read_attempts(struct run_report *r)
{
	struct rows *rows = db_query(r->db, STMT_WEB_ATTEMPTS, INT(r->run));
	struct json_object *row, *attempt;

	while (db_next(rows)) {
		row = db_row_json(rows);
		json_object_object_del(row, "step");
		json_object_object_del(row, "exec");
		message_set(row, "message", json_text(row, "message", NULL));
		json_set(row, "exit", NULL);
		json_set(row, "targets", json_object_new_array());
		json_object_array_add(
		    list_in(r->attempts, db_text(rows, "step")), row);
	}
	db_done(rows);
	rows = db_query(r->db, STMT_WEB_TARGETS, INT(r->run));
	while (db_next(rows)) {
		row = json_get(r->attempts, db_text(rows, "step"));
		attempt = row == NULL || db_int(rows, "n") < 1
		    ? NULL
		    : json_object_array_get_idx(
			  row, (size_t)db_int(rows, "n") - 1);
		if (attempt != NULL)
			add_target(r, attempt, db_row_json(rows));
	}
	db_done(rows);
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
	json_object_array_add(r->comments, o);
}

void
run_report_load(struct run_report *r)
{
	r->steps = json_object_new_object();
	r->attempts = json_object_new_object();
	r->signatures = json_object_new_object();
	r->comments = json_object_new_array();
	r->decisions = db_rows_json(
	    db_query(r->db, STMT_APPROVALS_MADE, INT(r->run)));
	read_steps(r);
	read_artifacts(r);
	read_attempts(r);
	read_events(r, EVENT_STEP_SIGNED, add_signature);
	read_events(r, EVENT_RUN_COMMENTED, add_comment);
}

void
run_report_clear(struct run_report *r)
{
	json_object_put(r->row);
	json_object_put(r->steps);
	json_object_put(r->attempts);
	json_object_put(r->decisions);
	json_object_put(r->signatures);
	json_object_put(r->comments);
	json_object_put(r->artifacts);
}
