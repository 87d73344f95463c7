/*
 * run_report.c: the report of a run as JSON, made from its record alone.
 *
 * The web program makes it from its database, `countersign verify` from a
 * database in memory into which it replays the events of the report; both must
 * be equal.  So the report contains nothing that depends on the reader,
 * language or time, or on anything but the run: texts for people, URLs,
 * buttons, whether an approval still counts, and the rehearsal (another run)
 * are on the run's page only.
 *
 * It is written while the rows are read: a run may have more attempts, comments
 * and events than memory should hold.
 */

#include "base/json.h"
#include "base/text.h"
#include "journal/captured.h"
#include "journal/approval.h"
#include "base/hash.h"
#include "journal/target_status.h"
#include "journal/outcome.h"
#include "journal/plan.h"
#include "journal/report/run_report.h"
#include "journal/report/run_report_load.h"

static struct json_object *
decision_of(struct json_object *row)
{
	static const char *const keys[] = { "by", "decision", "comment", "at",
		"reset_by", "reset_at", NULL };
	struct json_object *o = json_object_new_object();

	copy_all(o, row, keys);
	return o;
}

/* The decisions in force on the plan (step "") or on a gate. */
static struct json_object *
decisions_of(const struct run_report *r, const char *step)
{
	struct json_object *list = json_object_new_array();
	struct json_object *given = approval_standing(
	    r->decisions, json_text(r->row, "plan", ""), step);

	for (size_t i = 0; i < json_count(given); i++)
		json_object_array_add(list, decision_of(json_at(given, i)));
	json_object_put(given);
	return list;
}

static struct json_object *
approvals_of(const struct run_report *r)
{
	struct json_object *o = json_object_new_object();

	copy(o, "required", r->row, "approvals");
	json_set(o, "given", decisions_of(r, ""));
	return o;
}

/* Approvers had the role when they approved: the keeper refuses others. */
static struct json_object *
gate_of(const struct run_report *r, const struct step *s, enum state state)
{
	struct json_object *o, *decisions;
	int count = approval_gate_count(s), given = 0;

	if (s->kind != STEP_APPROVAL)
		return NULL;
	o = json_object_new_object();
	decisions = decisions_of(r, s->id);
	for (size_t i = 0; i < json_count(decisions); i++) {
		struct json_object *d = json_at(decisions, i);

		given += text_eq(json_text(d, "decision", ""), "approve");
		if (text_eq(json_text(d, "comment", ""), ""))
			json_set(d, "comment", NULL);
	}
	json_set_text(o, "role", approval_gate_role(s));
	json_set_int(o, "count", count);
	json_set_int(o, "given", given);
	json_set_int(o, "missing", given < count ? count - given : 0);
	json_set_bool(o, "is_given", state == STATE_SUCCEEDED);
	json_set(o, "decisions", decisions);
	return o;
}

static struct json_object *
targets_of(const struct run_report *r, const struct step *s)
{
	struct json_object *resolved = json_get(r->row, "targets"), *names;

	if (kind_is(s->kind, KIND_PERSON))
		return json_object_new_array();
	names = target_status_for(r->db, r->run, resolved, s);
	if (json_count(names) > 0)
		return names;
	json_object_put(names); /* no undoable edit so far */
	return plan_targets_of(resolved, s->on);
}

/* {state: number of targets}, each by its last attempt. */
static struct json_object *
target_states(const struct run_report *r, const char *step)
{
	struct rows *rows = db_query(r->db, STMT_WEB_HOST_COUNTS, INT(r->run),
	    TEXT(step), INT(INT64_MAX));
	struct json_object *o = json_object_new_object();

	while (db_next(rows))
		json_set_int(
		    o, db_text(rows, "state"), db_int(rows, "targets"));
	db_done(rows);
	return o;
}

static const char *
view_outcome(
    const struct run_report *r, const struct step *s, struct json_object *row)
{
	return outcome_of_row(r->row,
	    &(struct outcome_row){ .part = part_read(row),
		.optional = s->optional,
		.state = state_read(row),
		.by = json_text(row, "by", NULL),
		.attempts = json_int(row, "attempts", 0) });
}

/* Puts the document's fields of the step. */
static void
put_document(
    const struct run_report *r, struct json_object *o, const struct step *s)
{
	json_set_text(o, "id", s->id);
	json_set_text(o, "title", s->title);
	json_set_text(o, "section", r->plan->sections[s->section].title);
	json_set_text(o, "kind", kind_name(s->kind));
	json_set_text(o, "on", s->on);
	json_set_int(o, "line", s->line);
	json_set_text(o, "text", s->text);
	json_set_text(o, "answers", s->answers);
	json_set_text(o, "role", s->role);
	json_set_text(o, "sign", s->sign);
	json_set_text(o, "when", s->when);
	json_set_text(o, "keeps", s->artifact);
	json_set_text(o, "undo", s->undo);
	json_set_text(o, "probe_of", s->probe_of);
	json_set_bool(o, "irreversible", s->irreversible);
	json_set_bool(o, "essential", s->essential);
	json_set_bool(o, "secret", s->secret);
	if (s->optional) /* reports of older versions lack it */
		json_set_bool(o, "optional", true);
}

/* Lists are there where they have names. */
static void
put_names(struct json_object *o, const char *key, const char *const *names,
    size_t count)
{
	struct json_object *list;

	if (count == 0)
		return;
	list = json_object_new_array();
	for (size_t i = 0; i < count; i++)
		json_object_array_add(list, json_object_new_string(names[i]));
	json_set(o, key, list);
}

/* Of a comparison of parts; the whole output follows from the plan. */
static void
put_compared(struct json_object *o, const struct step *s)
{
	if (s->same_parts_count == 0 && !s->unordered)
		return;
	json_set_text(o, "same_as", s->same_as);
	put_names(o, "same_parts", s->same_parts, s->same_parts_count);
	json_set_bool(o, "unordered", s->unordered);
}

/* A step without its attempts. */
static struct json_object *
step_of(
    const struct run_report *r, const struct step *s, struct json_object *row)
{
	static const char *const keys[] = { "part", "state", "reason", "by",
		"at", "signed_by", NULL };
	struct json_object *o = json_object_new_object();
	enum state state = state_read(row);

	put_document(r, o, s);
	put_names(o, "with", s->with_targets, s->with_targets_count);
	put_names(o, "needs", s->needs, s->needs_count);
	put_compared(o, s);
	if (kind_is(s->kind, KIND_SCRIPT))
		put_names(
		    o, "uses", s->sends_artifacts, s->sends_artifacts_count);
	copy_all(o, row, keys);
	json_set_text(o, "outcome", view_outcome(r, s, row));
	json_set_bool(o, "excluded",
	    outcome_is_excluded(state, json_text(row, "by", NULL)));
	json_set(o, "targets", targets_of(r, s));
	json_set(o, "approval", gate_of(r, s, state));
	json_set(o, "hosts", target_states(r, s->id));
	return o;
}

/* Writes the members of an object, which it takes over. */
static void
put_all(struct report_out *out, struct json_object *o)
{
	json_object_object_foreach (o, key, value)
		report_out_put(out, key, json_object_get(value));
	json_object_put(o);
}

static void
put_step(struct run_report *r, const struct step *s, struct json_object *row)
{
	struct json_object *signatures = json_get(row, "signed_by") == NULL
	    ? NULL
	    : json_get(r->signatures, s->id);

	report_out_begin(r->out, NULL, '{');
	put_all(r->out, step_of(r, s, row));
	run_report_put_attempts(r, s->id);
	report_out_put(r->out, "signatures",
	    signatures == NULL ? json_object_new_array()
			       : json_object_get(signatures));
	report_out_end(r->out, '}');
}

/* In document order, as far as the run has them. */
static void
put_steps(struct run_report *r)
{
	struct json_object *row;

	report_out_begin(r->out, "steps", '[');
	for (size_t i = 0; i < r->plan->steps_count; i++)
		if ((row = json_get(r->steps, r->plan->steps[i].id)) != NULL)
			put_step(r, &r->plan->steps[i], row);
	report_out_end(r->out, ']');
}

static struct json_object *
progress_of(const struct run_report *r)
{
	struct json_object *o = json_object_new_object(), *row;
	enum part mode = part_find(json_text(r->row, "mode", "")), part;
	struct tally t = { 0 };
	int not_taken = 0;

	for (size_t i = 0; i < r->plan->steps_count; i++) {
		const struct step *s = &r->plan->steps[i];

		row = json_get(r->steps, s->id);
		part = part_read(row);
		not_taken += part == PART_NOT_TAKEN && !s->rollback &&
		    s->probe_of == NULL;
		if (part == mode)
			tally_add(&t, view_outcome(r, s, row));
	}
	json_set_int(o, "done", t.done);
	json_set_int(o, "total", t.total);
	json_set_int(o, "skipped", t.skipped);
	json_set_int(o, "skipped_failed", t.skipped_failed);
	if (t.skipped_optional > 0)
		json_set_int(o, "skipped_optional", t.skipped_optional);
	json_set_int(o, "left_out", t.left_out);
	json_set_int(o, "not_taken", not_taken);
	json_set_int(o, "percent", OUTCOME_PERCENT(t.done, t.total));
	return o;
}

/* Writes a text of the document table, if there is one of that hash. */
static void
put_document_text(const struct run_report *r, const char *key, const char *hash)
{
	struct rows *rows = db_query(
	    r->db, STMT_DOCUMENT_TEXT, TEXT(json_text(r->row, hash, "")));

	if (db_next(rows))
		report_out_put(
		    r->out, key, json_object_new_string(db_text(rows, "text")));
	db_done(rows);
}

/* Writes events and document as the exact texts that are hashed. */
static void
put_evidence(const struct run_report *r)
{
	struct rows *rows = db_query(r->db, STMT_WEB_HEAD_HASH, INT(r->run));
	char head[2 * HASH_BYTES + 1] = "";
	const void *hash;
	size_t len;

	if (db_next(rows)) {
		hash = db_blob(rows, "hash", &len);
		text_hex(hash, len == HASH_BYTES ? len : 0, head);
	}
	db_done(rows);
	report_out_put(r->out, "head", json_object_new_string(head));
	put_document_text(r, "document_text", "document");
	put_document_text(r, "plan_text", "compiled");
	report_out_begin(r->out, "events", '[');
	rows = db_query(
	    r->db, STMT_WEB_EVENTS, INT(r->run), INT(0), INT(INT64_MAX));
	while (db_next(rows))
		report_out_put(r->out, NULL,
		    json_object_new_string(db_text(rows, "body")));
	db_done(rows);
	report_out_end(r->out, ']');
}

const char *const run_report_keys[] = { "id", "title", "reason", "state",
	"result", "mode", "seq", "plan", "document", "runbook", "environment",
	"parameters", "created_by", "created_at", "started_by", "started_at",
	"ended_by", "ended_at", "note", "current", NULL };

/* The members of the report that concern the run as a whole. */
static struct json_object *
head_of(const struct run_report *r)
{
	struct json_object *fixed = json_get(r->row, "fixed");
	struct json_object *lists = plan_lists(r->plan, r->row);
	struct json_object *o = json_object_new_object();

	json_set_int(o, "format", RUN_REPORT_FORMAT);
	copy_all(o, r->row, run_report_keys);
	json_set_bool(
	    o, "is_production", json_int(r->row, "production", 0) != 0);
	if (fixed != NULL && json_object_object_length(fixed) > 0)
		json_set(o, "fixed", json_object_get(fixed));
	if (lists != NULL)
		json_set(o, "lists", lists);
	json_set(o, "approvals", approvals_of(r));
	json_set(o, "progress", progress_of(r));
	json_set(o, "variables", captured_values(r->db, r->run));
	return o;
}

static bool
has_document(const struct run_report *r)
{
	struct rows *rows = db_query(
	    r->db, STMT_DOCUMENT_TEXT, TEXT(json_text(r->row, "document", "")));
	bool has = db_next(rows);

	db_done(rows);
	return has;
}

bool
run_report_write(
    struct db *db, int64_t run, const struct plan *plan, struct report_out *out)
{
	struct run_report r = {
		.db = db, .run = run, .plan = plan, .out = out
	};
	bool there;

	r.row = db_first_json(db_query(db, STMT_RUN_GET, INT(run)));
	there = r.row != NULL && has_document(&r);
	if (there) {
		run_report_load(&r);
		report_out_begin(out, NULL, '{');
		put_all(out, head_of(&r));
		run_report_put_artifacts(&r);
		put_steps(&r);
		run_report_put_comments(&r);
		put_evidence(&r);
		report_out_end(out, '}');
	}
	run_report_clear(&r);
	return there;
}

struct json_object *
run_report_make(struct db *db, int64_t run, const struct plan *plan)
{
	struct buf text = { 0 };
	struct report_out out = { .text = &text };
	struct json_object *o = NULL;

	if (run_report_write(db, run, plan, &out))
		(void)json_read(text.data, text.len, &o, NULL);
	buf_clear(&text);
	return o;
}
