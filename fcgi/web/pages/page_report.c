/*
 * page_report.c: the report of a run, as page, JSON and CSV.
 *
 * journal/report/run_report.c makes the JSON report from the record alone:
 * `countersign verify` makes it again from the report's events.  The page
 * (report_steps.c has its steps) shows the newest attempts, entries and
 * comments, and says what it leaves out.  JSON and CSV have all of it and are
 * sent in parts.
 */
#include <inttypes.h>
#include <string.h>

#include "base/text.h"
#include "journal/event.h"
#include "journal/report/run_report.h"
#include "web/views/timeline.h"
#include "web/views/model.h"
#include "web/views/view.h"
#include "web/views/view_attempts.h"
#include "web/pages/page.h"
#include "web/pages/report_counts.h"
#include "web/pages/report_steps.h"
#include "web/views/run_model.h"

/* The number and hash of the last event. */
static void
add_head(struct view *v, struct json_object *o)
{
	struct rows *rows = db_query(
	    v->req->web->db, STMT_WEB_HEAD_HASH, INT(v->lifecycle.id));
	char hex[65] = "";
	const void *hash;
	size_t len;

	if (db_next(rows)) {
		hash = db_blob(rows, "hash", &len);
		if (len == 32)
			text_hex(hash, len, hex);
	}
	db_done(rows);
	model_text(o, "head", hex);
}

static void
add_list(struct json_object *o, const char *name, const char *has,
    struct json_object *list)
{
	json_set_bool(o, has, json_count(list) > 0);
	json_set(o, name, list);
}

/* The address of the report from the event on that a list begins before. */
static const char *
earlier_url(struct view *v, const char *list, int64_t earlier)
{
	return earlier == 0
	    ? NULL
	    : arena_printf(v->req->arena,
		  "/runs/%" PRId64 "/report?%s=%" PRId64 "#h-%s",
		  v->lifecycle.id, list, earlier, list);
}

static const char *
cut_text(struct view *v, const char *key, int count)
{
	return request_fill(v->req, key, "count",
	    arena_printf(v->req->arena, "%d", count), NULL);
}

/* The newest entries and comments, or those before the events of the address.
 */
static void
add_events(struct view *v, struct json_object *o)
{
	int64_t before = INT64_MAX, earlier;

	text_int(request_query(v->req, "chronology"), 1, INT64_MAX, &before);
	model_put(o, "chronology", timeline(v, before, &earlier));
	model_text(o, "chronology_url", earlier_url(v, "chronology", earlier));
	model_text(
	    o, "chronology_text", cut_text(v, "chronology_cut", TIMELINE_MOST));
	before = INT64_MAX;
	text_int(request_query(v->req, "comments"), 1, INT64_MAX, &before);
	add_list(o, "comments", "has_comments",
	    run_model_comments(v, before, RUN_MODEL_COMMENTS, &earlier));
	model_text(o, "comments_url", earlier_url(v, "comments", earlier));
	model_text(o, "comments_text",
	    cut_text(v, "comments_cut", RUN_MODEL_COMMENTS));
}

/* "approver × 1, lead × 2": the roles that had to approve; NULL: none. */
static const char *
asked(struct view *v)
{
	struct json_object *rules = v->lifecycle.approvals, *rule;
	const char *text = "";

	for (size_t i = 0; i < json_count(rules); i++) {
		rule = json_at(rules, i);
		text = arena_printf(v->req->arena, "%s%s%s × %" PRId64, text,
		    i > 0 ? ", " : "", json_text(rule, "role", ""),
		    json_int(rule, "count", 1));
	}
	return *text == '\0'
	    ? NULL
	    : request_fill(v->req, "approvals_asked", "rules", text, NULL);
}

static void
add_page(struct view *v, struct json_object *o)
{
	const char *rules = asked(v);

	model_text(o, "approvals_asked", rules);
	model_put(o, "rolled_back", run_model_rolled_back(v));
	model_text(o, "url",
	    arena_printf(v->req->arena, "/runs/%" PRId64, v->lifecycle.id));
	model_state(v->req, o, state_word(v->lifecycle.state),
	    json_text(v->run, "result", NULL));
	model_put(o, "count_rows", report_counts(v));
	model_text(o, "environment_more",
	    runbook_cache_environment_more(v->req,
		json_text(o, "environment_label", ""),
		json_flag(o, "is_production", false)));
	model_text(o, "elapsed_text",
	    model_between(v->req, json_text(v->run, "started_at", NULL),
		json_text(v->run, "ended_at", NULL)));
	add_list(
	    o, "parameter_rows", "has_parameters", run_model_parameters(v));
	add_list(o, "approval_rows", "has_decisions",
	    json_object_get(json_get(json_get(o, "approvals"), "given")));
	json_set_bool(o, "has_approvals",
	    rules != NULL || json_flag(o, "has_decisions", false));
	report_add_steps(v, o);
	add_events(v, o);
}

enum err
page_report(struct req *req, struct reply *reply)
{
	struct json_object *o;
	struct view *v;
	enum err err = view_load(req, req->run, &v);

	if (err != ERR_OK)
		return err;
	if (req->wants != WANTS_HTML)
		return page_report_json(req, reply);
	v->all_targets = true;
	o = run_model(v);
	add_head(v, o);
	add_page(v, o);
	return reply_page(
	    req, reply, "report.html", json_text(v->run, "title", ""), o);
}

static void
flush(void *ctx)
{
	reply_flush(ctx);
}

enum err
page_report_json(struct req *req, struct reply *reply)
{
	struct report_out out = {
		.text = &reply->body, .part = flush, .ctx = reply
	};
	struct view *v;
	enum err err = view_load(req, req->run, &v);

	if (err != ERR_OK)
		return err;
	reply->type = "application/json";
	return run_report_write(req->web->db, req->run, v->plan, &out)
	    ? ERR_OK
	    : ERR_INTERNAL;
}

/* A CSV field (RFC 4180) that no spreadsheet interprets as a formula. */
static void
put_field(struct buf *out, const char *s, char after)
{
	buf_putc(out, '"');
	if (s != NULL && *s != '\0' && strchr("=+-@\t\r", *s) != NULL)
		buf_putc(out, '\'');
	for (; s != NULL && *s != '\0'; s++) {
		if (*s == '"')
			buf_putc(out, '"');
		buf_putc(out, *s);
	}
	buf_putc(out, '"');
	if (after == '\n')
		buf_putc(out, '\r');
	buf_putc(out, after);
}

static void
put_values(
    struct buf *out, struct json_object *o, const char *const *keys, char last)
{
	for (size_t i = 0; keys[i] != NULL; i++) {
		struct json_object *value = json_get(o, keys[i]);

		put_field(out,
		    value == NULL ? "" : json_object_get_string(value),
		    keys[i + 1] != NULL ? ',' : last);
	}
}

/* The lines of the attempts that are loaded: one for each target. */
static struct json_object *
attempt_lines(struct view *v, int i)
{
	static const char *const of_target[] = { "state", "message", "skipped",
		"exit", "started_at", "ended_at", "bytes", "hash", "artifact" };
	struct json_object *list = json_object_new_array(), *attempt, *targets;
	struct json_object *tries = view_attempts(v, i);
	size_t n = json_count(tries);

	for (size_t k = 0; k < n; k++) {
		attempt = json_at(tries, k);
		targets = json_get(attempt, "targets");
		for (size_t t = 0; t < json_count(targets); t++) {
			struct json_object *of = json_at(targets, t);
			struct json_object *o = json_object_new_object();

			model_int(o, "n", json_int(attempt, "n", 0));
			model_text(o, "target", json_text(of, "name", ""));
			model_text(o, "by", json_text(attempt, "by", NULL));
			for (size_t f = 0;
			     f < sizeof(of_target) / sizeof(of_target[0]); f++)
				model_put(o, of_target[f],
				    json_object_get(
					json_get(of, of_target[f])));
			json_object_array_add(list, o);
		}
	}
	return list;
}

/* The fields of a step, which stand on each of its lines. */
static struct json_object *
csv_step(struct view *v, int i)
{
	const struct view_step *s = &v->steps[i];
	struct json_object *o = json_object_new_object();

	model_text(o, "id", s->step->id);
	model_text(o, "title", view_title(v, i));
	model_text(o, "section", run_model_section(v, s->step->section));
	model_text(o, "state", view_outcome(v, s));
	model_text(o, "by", s->by);
	model_text(o, "at", s->at);
	model_text(o, "reason", s->reason);
	return o;
}

/* A line: a step, an attempt of it on one target, its artifact. */
static void
put_line(struct buf *out, struct json_object *step, struct json_object *try)
{
	static const char *const of_step[] = { "id", "title", "section",
		"state", "by", "at", "reason", NULL };
	static const char *const of_try[] = { "n", "target", "state", "exit",
		"by", "started_at", "ended_at", "bytes", "hash", "message",
		"skipped", NULL };
	static const char *const of_kept[] = { "name", "bytes", "hash",
		"sealed", NULL };

	put_values(out, step, of_step, ',');
	put_values(out, try, of_try, ',');
	put_values(out, json_get(try, "artifact"), of_kept, '\n');
}

/*
 * All attempts of a step, as many at a time as a page shows: `piece` has the
 * memory for these, and is emptied behind them.
 */
static void
put_step(struct view *v, int i, struct arena *piece, struct reply *reply)
{
	struct arena *whole = v->req->arena;
	int64_t below = 1;

	v->req->arena = piece;
	do {
		struct json_object *step, *rows;
		size_t n;

		v->steps[i].tries = NULL;
		v->below = below += VIEW_ATTEMPTS;
		step = request_own(v->req, csv_step(v, i));
		rows = request_own(v->req, attempt_lines(v, i));
		n = json_count(rows);
		for (size_t k = 0;
		     k < n || (k == 0 && below == 1 + VIEW_ATTEMPTS); k++)
			put_line(&reply->body, step,
			    k < n ? json_at(rows, k) : NULL);
		arena_reset(piece);
		reply_flush(reply);
	} while (below <= v->steps[i].attempts);
	v->req->arena = whole;
	v->steps[i].tries = NULL;
}

enum err
page_report_csv(struct req *req, struct reply *reply)
{
	struct arena *piece;
	struct view *v;
	enum err err = view_load(req, req->run, &v);

	if (err != ERR_OK)
		return err;
	v->all_targets = true;
	reply->type = "text/csv; charset=utf-8";
	reply_header(reply, "Content-Disposition",
	    arena_printf(req->arena,
		"attachment; filename=\"run-%" PRId64 ".csv\"", req->run));
	buf_puts(&reply->body,
	    "step,title,section,state,by,at,reason,"
	    "attempt,target,outcome,exit,pressed_by,started_at,ended_at,"
	    "bytes,hash,message,skipped,artifact,artifact_bytes,"
	    "artifact_hash,artifact_sealed\r\n");
	piece = arena_new();
	for (size_t i = 0; i < v->plan->steps_count; i++)
		if (report_has(v, i))
			put_step(v, (int)i, piece, reply);
	arena_free(piece);
	return ERR_OK;
}
