/*
 * dry_run.c: jobs that read from targets and change nothing.
 *
 * The status lines of an attempt are passed on one by one.  A dry run is short
 * and only useful as a whole, so its lines are collected and sent to the keeper
 * as one event, for any number of targets.
 */
#include <string.h>

#include "base/json.h"
#include "base/text.h"
#include "journal/plan.h"
#include "lang/plan_scope.h"
#include "runner/dry_run.h"
#include "wire/status_line.h"

#define DRY_RUN_MS 30000 /* per target */

void
dry_run_step(struct step *step)
{
	step->timeout_ms = DRY_RUN_MS;
	step->every_ms = step->within_ms = 0;
	step->captures_count = 0;
	step->expect = step->reject = NULL;
	step->artifact = step->same_as = NULL;
	step->batch = 0;
	step->max_fail = -1;
}

struct json_object *
dry_run_preflight(void)
{
	struct step step;

	step_init(&step);
	step.id = "preflight";
	step.kind = STEP_PREFLIGHT;
	step.text = "";
	step.timeout_ms = DRY_RUN_MS;
	return step_write(&step, STEP_IN_JOB);
}

static void
need(struct json_object *all, const char *target, const char *word)
{
	struct json_object *list = json_get(all, target);

	if (list == NULL) {
		list = json_object_new_array();
		json_set(all, target, list);
	}
	for (size_t i = 0; i < json_count(list); i++)
		if (text_eq(json_object_get_string(json_at(list, i)), word))
			return;
	json_object_array_add(list, json_object_new_string(word));
}

struct json_object *
dry_run_needs(const struct plan *plan, struct json_object *resolved)
{
	struct json_object *all = json_object_new_object(), *names;

	for (size_t i = 0; i < plan->steps_count; i++) {
		const struct step *s = &plan->steps[i];

		if (kind_interpreter(s->kind) == NULL)
			continue;
		names = plan_targets_of(resolved, s->on);
		for (size_t k = 0; k < json_count(names); k++)
			need(all, json_object_get_string(json_at(names, k)),
			    kind_interpreter(s->kind));
		json_object_put(names);
	}
	return all;
}

static const char *
early_value(void *ctx, const char *name)
{
	struct json_object *run = ctx;

	return strcmp(name, "environment") == 0
	    ? json_text(run, "environment", "")
	    : json_text(json_get(run, "parameters"), name, NULL);
}

static void
add_programs(struct json_object *all, const struct step *s, const char *target)
{
	const char *user = s->user == NULL || strcmp(target, "local") == 0
	    ? ""
	    : s->user;

	if (json_get(all, target) == NULL)
		json_set(all, target, json_object_new_object());
	for (size_t i = 0; i < s->needs_count; i++)
		need(json_get(all, target), user, s->needs[i]);
	if (s->sends_count > 0 && strcmp(target, "local") != 0)
		need(json_get(all, target), user, "base64");
}

struct json_object *
dry_run_programs(const struct plan *plan, struct json_object *run)
{
	struct json_object *all = json_object_new_object(), *names;
	const char *why;

	for (size_t i = 0; i < plan->steps_count; i++) {
		const struct step *s = &plan->steps[i];

		if ((s->needs_count == 0 && s->sends_count == 0) ||
		    !kind_is(s->kind, KIND_SCRIPT) ||
		    plan_is_excluded_early(
			plan, (int)i, early_value, run, &why))
			continue;
		names = plan_targets_of(json_get(run, "targets"), s->on);
		for (size_t k = 0; k < json_count(names); k++)
			add_programs(
			    all, s, json_object_get_string(json_at(names, k)));
		json_object_put(names);
	}
	return all;
}

struct json_object *
dry_run_users(const struct plan *plan)
{
	struct json_object *all = json_object_new_array();

	for (size_t i = 0; i < plan->steps_count; i++) {
		const struct step *s = &plan->steps[i];

		if (s->user != NULL && strcmp(s->on, "local") == 0)
			json_object_array_add(
			    all, json_object_new_string(s->user));
	}
	return all;
}

/* The hashes of the files that a dry run found, {target: hash}. */
static struct json_object *
hashes_of(const char *results)
{
	struct json_object *seen = json_object_new_object(), *all = NULL;

	if (results != NULL)
		(void)json_read(results, strlen(results), &all, NULL);
	if (all != NULL) {
		json_object_object_foreach (all, target, line) {
			const char *hash = json_text(line, "seen", NULL);

			if (hash != NULL)
				json_set_text(seen, target, hash);
		}
	}
	json_object_put(all);
	return seen;
}

struct json_object *
dry_run_seen(struct runner *r, struct json_object *run, const struct step *step)
{
	struct json_object *seen = NULL;
	int64_t id = json_int(run, "id", 0), at = 0;
	struct rows *rows = db_query(
	    r->replayed, STMT_LOOK_SEEN, INT(id), TEXT(step->id));

	/* with other values, {{names}} in file= may name another file */
	if (db_next(rows) &&
	    (strstr(step->file, "{{") == NULL ||
		text_eq(db_text(rows, "plan"), json_text(run, "plan", "")))) {
		at = db_int(rows, "requested_at");
		seen = hashes_of(db_text(rows, "results"));
	}
	db_done(rows);
	if (seen == NULL)
		return json_object_new_object();
	rows = db_query(
	    r->replayed, STMT_CHANGED_SINCE, INT(id), TEXT(step->id), INT(at));
	while (db_next(rows))
		json_object_object_del(seen, db_text(rows, "target"));
	db_done(rows);
	return seen;
}

struct json_object *
dry_run_changed(struct runner *r, int64_t run, const char *step)
{
	struct json_object *all = json_object_new_object(), *known;
	struct json_object *rows = db_rows_json(
	    db_query(r->replayed, STMT_TARGETS_CHANGED, INT(run), TEXT(step)));

	for (size_t i = 0; i < json_count(rows); i++) {
		struct json_object *row = json_at(rows, i);
		struct json_object *changed = json_get(row, "changed");
		const char *target = json_text(row, "target", "");

		known = json_get(all, target);
		if (known == NULL) {
			known = json_object_new_object();
			json_set_text(
			    known, "backup", json_text(changed, "backup", ""));
			json_set(all, target, known);
		}
		json_set_text(known, "sum", json_text(changed, "sum", ""));
	}
	json_object_put(rows);
	return all;
}

void
dry_run_refuse(
    struct json_object *results, const char *target, const char *message)
{
	struct json_object *o = json_object_new_object();

	json_set_text(o, "state", "failed");
	json_set_text(o, "message", message);
	json_set(results, target, o);
}

static const char *
message_of(const struct status_line *line)
{
	return line->result.message != NULL ? line->result.message : "";
}

/* Stores the result of a target. */
static void
store_line(struct json_object *results, const struct status_line *line)
{
	struct json_object *o = json_object_new_object();

	result_put_dry_run(&line->result, o);
	json_set(results, line->target, o);
}

bool
dry_run_collect(const char *text, size_t len, struct json_object *results,
    bool *asked, struct buf *why)
{
	const char *end;
	bool done = false;

	while (!done && (end = memchr(text, '\n', len)) != NULL) {
		size_t n = (size_t)(end - text);
		struct status_line line;

		if (status_line_parse(text, n, &line) == ERR_OK) {
			done = line.kind == STATUS_DONE;
			*asked |= line.kind == STATUS_ENDED;
			if (line.kind == STATUS_ENDED)
				store_line(results, &line);
			if (done && !*asked)
				buf_puts(why, message_of(&line));
			json_object_put(line.json);
		}
		text += n + 1;
		len -= n + 1;
	}
	return done;
}
