/*
 * bundle_told.c: what a report tells, held against what its events come to.
 *
 * From the replay and the document the same tree is made that the report is,
 * as far as events and document say what stands there; what people read is in
 * it, what links to pages and what buttons there were is not.
 */
#include <string.h>

#include "base/json.h"
#include "base/text.h"
#include "book/expand.h"
#include "cli/bundle.h"
#include "journal/plan.h"

/* Whatever the tree has, the report must have too; `path` is where. */
static void
same(struct bundle *b, const char *path, struct json_object *made,
    struct json_object *told)
{
	struct buf at = {0};

	if (json_object_is_type(made, json_type_object) &&
	    json_object_is_type(told, json_type_object)) {
		json_object_object_foreach(made, key, value) {
			buf_reset(&at);
			buf_printf(&at, "%s%s%s", path,
			    *path != '\0' ? "." : "", key);
			same(b, at.data, value, json_get(told, key));
		}
	} else if (json_object_is_type(made, json_type_array) &&
	    json_object_is_type(told, json_type_array) &&
	    json_object_array_length(made) == json_object_array_length(told)) {
		for (size_t i = 0; i < json_object_array_length(made); i++) {
			buf_reset(&at);
			buf_printf(&at, "%s[%zu]", path, i);
			same(b, at.data, json_object_array_get_idx(made, i),
			    json_object_array_get_idx(told, i));
		}
	} else if (!json_object_equal(made, told)) {
		bundle_wrong(b, "%s is %.200s, and by the events %.200s", path,
		    told == NULL ? "not there" : json_write(told),
		    made == NULL ? "not there" : json_write(made));
	}
	buf_clear(&at);
}

static void
keep(struct json_object *to, const char *name, struct json_object *from,
    const char *key)
{
	json_set(to, name, json_object_get(json_get(from, key)));
}

static struct json_object *
run_of(struct bundle *b, struct json_object *row)
{
	static const char *const keys[] = { "id", "title", "reason", "state",
	    "result", "mode", "seq", "plan", "document", "runbook",
	    "environment", "parameters", "created_by", "created_at",
	    "started_by", "started_at", "ended_by", "ended_at", "note",
	    "current", NULL };
	struct json_object *o = json_object_new_object();

	for (size_t i = 0; keys[i] != NULL; i++)
		keep(o, keys[i], row, keys[i]);
	json_set_bool(o, "is_production", json_int(row, "production", 0) != 0);
	json_set_int(o, "seq", b->seq);
	return o;
}

/* The exit of an attempt is that of its first target that did not succeed. */
static void
add_target(struct json_object *try, struct json_object *row)
{
	struct json_object *exit = json_get(row, "exit");

	if (exit != NULL && (json_get(try, "exit") == NULL ||
	    json_int(try, "exit", 0) == 0))
		json_set(try, "exit", json_object_get(exit));
	keep(row, "name", row, "target");
	json_set_bool(row, "sealed", json_get(row, "sealed") != NULL);
	json_object_object_del(row, "step");
	json_object_object_del(row, "target");
	json_object_object_del(row, "n");
	json_object_array_add(json_get(try, "targets"), row);
}

/* {step: [attempts with their targets]} */
static struct json_object *
attempts_of(struct bundle *b)
{
	struct json_object *all = json_object_new_object(), *row, *list;
	struct rows *rows = db_query(b->replay, STMT_WEB_ATTEMPTS, INT(b->run));

	while (db_next(rows)) {
		row = db_row_json(rows);
		if ((list = json_get(all, db_text(rows, 0))) == NULL)
			json_set(all, db_text(rows, 0),
			    list = json_object_new_array());
		json_object_object_del(row, "step");
		json_object_object_del(row, "exec");
		json_set(row, "exit", NULL);
		json_set(row, "targets", json_object_new_array());
		json_object_array_add(list, row);
	}
	db_done(rows);
	rows = db_query(b->replay, STMT_WEB_TARGETS, INT(b->run));
	while (db_next(rows)) {
		list = json_get(all, db_text(rows, 0));
		row = list == NULL ? NULL : json_object_array_get_idx(list,
		    (size_t)db_int(rows, 1) - 1);
		if (row != NULL)
			add_target(row, db_row_json(rows));
	}
	db_done(rows);
	return all;
}

/* The signature that stands: the last of the step. */
static struct json_object *
signatures_of(struct bundle *b, const char *step)
{
	struct json_object *all = json_get(b->said, "signatures");
	struct json_object *list = json_object_new_array(), *o;

	for (size_t i = json_object_array_length(all); i > 0; i--) {
		struct json_object *e = json_object_array_get_idx(all, i - 1);
		struct json_object *data = json_get(e, "data");

		if (!text_eq(json_text(data, "step", ""), step))
			continue;
		o = json_object_new_object();
		keep(o, "by", e, "actor");
		keep(o, "note", data, "note");
		keep(o, "reset_by", data, "reset_by");
		keep(o, "reset_at", data, "reset_at");
		json_object_array_add(list, o);
		break;
	}
	return list;
}

static struct json_object *
step_of(struct bundle *b, const struct step *s, struct json_object *row,
    struct json_object *attempts)
{
	struct json_object *o = json_object_new_object();
	struct json_object *tries = json_get(attempts, s->id);

	json_set_text(o, "id", s->id);
	json_set_text(o, "title", s->title);
	json_set_text(o, "kind", book_kind_name(s->kind));
	json_set_text(o, "text", s->text);
	keep(o, "part", row, "part");
	keep(o, "state", row, "state");
	keep(o, "by", row, "by");
	keep(o, "at", row, "at");
	keep(o, "reason", row, "reason");
	json_set(o, "attempts", tries == NULL ? json_object_new_array() :
	    json_object_get(tries));
	json_set(o, "signatures", signatures_of(b, s->id));
	return o;
}

/* The document as the run had it, or NULL. */
static struct book *
book_of(struct bundle *b, struct json_object *row)
{
	const char *text = json_text(b->report, "document_text", "");
	struct book *book = book_parse(text, strlen(text)), *whole = NULL;
	struct json_object *lists = NULL;

	if (book_lists(book, json_get(row, "parameters"),
	    json_get(row, "targets"), &lists, NULL) == ERR_OK && lists != NULL)
		(void)book_expand(text, strlen(text), lists, &whole, NULL);
	json_object_put(lists);
	if (whole == NULL)
		return book;
	book_free(book);
	return whole;
}

/* In the order of the document, as far as the run has them. */
static struct json_object *
steps_of(struct bundle *b, struct json_object *run)
{
	struct json_object *list = json_object_new_array();
	struct json_object *attempts = attempts_of(b);
	struct json_object *by_id = json_object_new_object();
	struct rows *rows = db_query(b->replay, STMT_STEPS, INT(b->run));
	struct book *book = book_of(b, run);

	while (db_next(rows))
		json_set(by_id, db_text(rows, 0), db_row_json(rows));
	db_done(rows);
	for (size_t i = 0; i < book->steps_count; i++) {
		struct json_object *row = json_get(by_id, book->steps[i].id);

		if (row != NULL)
			json_object_array_add(list, step_of(b,
			    &book->steps[i], row, attempts));
	}
	json_object_put(attempts);
	json_object_put(by_id);
	book_free(book);
	return list;
}

static struct json_object *
comments_of(struct bundle *b)
{
	struct json_object *all = json_get(b->said, "comments");
	struct json_object *list = json_object_new_array();

	for (size_t i = 0; i < json_object_array_length(all); i++) {
		struct json_object *e = json_object_array_get_idx(all, i);
		struct json_object *o = json_object_new_object();

		keep(o, "by", e, "actor");
		keep(o, "text", json_get(e, "data"), "text");
		json_object_array_add(list, o);
	}
	return list;
}

static struct json_object *
approvals_of(struct bundle *b, struct json_object *run)
{
	struct json_object *all = db_rows_json(db_query(b->replay,
	    STMT_ALL_APPROVAL));
	struct json_object *given = plan_standing(all,
	    json_text(run, "plan", ""), "");
	struct json_object *o = json_object_new_object();
	struct json_object *list = json_object_new_array();

	for (size_t i = 0; i < json_object_array_length(given); i++) {
		struct json_object *row = json_object_array_get_idx(given, i);
		struct json_object *one = json_object_new_object();

		keep(one, "by", row, "by");
		keep(one, "decision", row, "decision");
		keep(one, "comment", row, "comment");
		keep(one, "at", row, "at");
		keep(one, "reset_by", row, "reset_by");
		keep(one, "reset_at", row, "reset_at");
		json_object_array_add(list, one);
	}
	keep(o, "required", run, "approvals");
	json_set(o, "given", list);
	json_object_put(given);
	json_object_put(all);
	return o;
}

static struct json_object *
artifacts_of(struct bundle *b)
{
	struct json_object *rows = db_rows_json(db_query(b->replay,
	    STMT_WEB_ARTIFACTS, INT(b->run)));

	for (size_t i = 0; i < json_object_array_length(rows); i++) {
		struct json_object *o = json_object_array_get_idx(rows, i);

		keep(o, "id", o, "seq");
		keep(o, "attempt", o, "n");
		json_object_object_del(o, "seq");
		json_object_object_del(o, "n");
	}
	return rows;
}

static struct json_object *
variables_of(struct bundle *b)
{
	struct json_object *o = json_object_new_object();
	struct rows *rows = db_query(b->replay, STMT_VARIABLES, INT(b->run));

	while (db_next(rows))
		json_set_text(o, db_text(rows, 0), db_text(rows, 1));
	db_done(rows);
	return o;
}

void
bundle_compare(struct bundle *b)
{
	struct json_object *row = db_first_json(db_query(b->replay,
	    STMT_RUN_GET, INT(b->run)));
	struct json_object *made;

	if (row == NULL) {
		bundle_wrong(b, "the events do not make the run");
		return;
	}
	made = run_of(b, row);
	json_set(made, "steps", steps_of(b, row));
	json_set(made, "approvals", approvals_of(b, row));
	json_set(made, "artifacts", artifacts_of(b));
	json_set(made, "variables", variables_of(b));
	json_set(made, "comments", comments_of(b));
	same(b, "", made, b->report);
	json_object_put(made);
	json_object_put(row);
}
