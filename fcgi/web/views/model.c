/* model.c: small pieces of the models of pages. */
#include <inttypes.h>
#include <string.h>

#include "base/clock.h"
#include "base/text.h"
#include "html/url.h"
#include "plan/state.h"
#include "web/views/runbook_cache.h"
#include "web/views/model.h"

struct json_object *
model_true_or_false(bool b)
{
	static struct json_object *both[2];

	if (both[b] == NULL)
		both[b] = json_object_new_boolean(b);
	return both[b];
}

const char *
model_duration(const struct req *req, int64_t ms)
{
	static const struct {
		int64_t ms;
		const char *key;
	} units[] = {
		{ 24 * 3600 * 1000, "unit_d" },
		{ 3600 * 1000, "unit_h" },
		{ 60 * 1000, "unit_min" },
		{ 1000, "unit_s" },
		{ 1, "unit_ms" },
	};
	size_t last = sizeof(units) / sizeof(units[0]) - 1, i = 0;
	const char *big, *small;

	ms = ms > 0 ? ms : 0;
	while (i < last && ms < units[i].ms)
		i++;
	big = request_text(req, units[i].key);
	if (i + 2 > last || ms % units[i].ms < units[i + 1].ms)
		return arena_printf(
		    req->arena, "%" PRId64 " %s", ms / units[i].ms, big);
	small = request_text(req, units[i + 1].key);
	return arena_printf(req->arena, "%" PRId64 " %s %" PRId64 " %s",
	    ms / units[i].ms, big, ms % units[i].ms / units[i + 1].ms, small);
}

const char *
model_size(const struct req *req, int64_t bytes)
{
	static const char *const units[] = { "B", "KB", "MB", "GB", "TB" };
	double size = (double)bytes;
	size_t i = 0;

	while (size >= 1000 && i < 4) {
		size /= 1000;
		i++;
	}
	return arena_printf(req->arena,
	    i == 0 || size >= 100 ? "%.0f %s" : "%.1f %s", size, units[i]);
}

const char *
model_between(const struct req *req, const char *from, const char *to)
{
	int64_t start, end = clock_now();

	if (from == NULL || !clock_parse(from, &start) ||
	    (to != NULL && !clock_parse(to, &end)))
		return NULL;
	return model_duration(req, end - start);
}

const char *
model_exit(const struct req *req, struct json_object *exit)
{
	if (!json_object_is_type(exit, json_type_int))
		return NULL;
	return request_fill(
	    req, "exit_code", "code", json_object_to_json_string(exit), NULL);
}

const char *
model_word(const struct req *req, const char *what, const char *name)
{
	char key[80];
	size_t len = strlen(what);
	const char *text;

	if (len + strlen(name) + 2 > sizeof(key))
		return name;
	memcpy(key, what, len);
	key[len] = '_';
	memcpy(key + len + 1, name, strlen(name) + 1);
	text = request_text_if(req, key);
	return text != NULL ? text : name;
}

void
model_state(const struct req *req, struct json_object *o, const char *state,
    const char *result)
{
	bool ended = result != NULL && state_find(state) == STATE_COMPLETED;

	model_text(o, "icon", ended ? result : state);
	model_text(o, "state_text",
	    ended ? model_word(req, "result", result)
		  : model_word(req, "state", state));
}

void
model_run_state(const struct req *req, struct json_object *o, const char *state,
    const char *result, const char *step_state)
{
	enum state step = state_find(step_state);
	bool stuck = state_find(state) == STATE_RUNNING &&
	    state_in(step, IN(FAILED) | IN(UNKNOWN) | IN(AWAITING_SIGNATURE));

	if (stuck && step == STATE_FAILED) {
		model_text(o, "icon", step_state);
		model_text(o, "state_text", request_text(req, "step_failed"));
		return;
	}
	model_state(req, o, stuck ? step_state : state, result);
}

static void
row_texts(struct json_object *o, struct rows *rows)
{
	static const char *const names[] = { "title", "runbook", "environment",
		"state", "result", "created_by" };

	for (int i = 0; i < 6; i++)
		model_text(o, names[i], db_text(rows, names[i]));
}

static void
row_times(struct json_object *o, struct rows *rows)
{
	static const char *const names[] = { "created_at", "started_at",
		"ended_at" };
	char text[CLOCK_TEXT];

	for (int i = 0; i < 3; i++) {
		if (!db_is_null(rows, names[i]))
			clock_format(db_int(rows, names[i]), text);
		model_text(
		    o, names[i], db_is_null(rows, names[i]) ? NULL : text);
	}
}

const char *
tally_text(const struct req *req, bool back, int done, int total)
{
	return request_fill(req, back ? "progress_rollback" : "progress_of",
	    "done", arena_printf(req->arena, "%d", done), "total",
	    arena_printf(req->arena, "%d", total), NULL);
}

struct json_object *
model_run_row(struct req *req, struct rows *rows)
{
	struct json_object *o = model_object(32);
	const char *state, *result;
	int64_t done = db_int(rows, "steps_done"),
		total = db_int(rows, "steps_total");
	bool back = part_find(db_text(rows, "mode")) == PART_ROLLBACK;

	model_int(o, "id", db_int(rows, "id"));
	row_texts(o, rows);
	row_times(o, rows);
	model_text(o, "environment_label",
	    runbook_cache_environment_label(req, db_text(rows, "environment")));
	model_bool(o, "is_production", db_int(rows, "production") != 0);
	model_int(o, "steps_done", done);
	model_int(o, "steps_total", total);
	model_int(o, "percent", OUTCOME_PERCENT(done, total));
	model_bool(o, "is_full",
	    !back && total > 0 && done == total &&
		db_is_null(rows, "ended_at"));
	model_text(
	    o, "steps_text", tally_text(req, back, (int)done, (int)total));
	model_int(o, "steps_skipped", db_int(rows, "steps_skipped"));
	model_int(
	    o, "steps_skipped_failed", db_int(rows, "steps_skipped_failed"));
	model_put(o, "notes",
	    tally_notes(req,
		&(struct tally){ .skipped = (int)db_int(rows, "steps_skipped"),
		    .skipped_failed = (int)db_int(
			rows, "steps_skipped_failed") }));
	state = db_text(rows, "state");
	result = db_text(rows, "result");
	model_run_state(req, o, state, result, db_text(rows, "trouble"));
	model_text(o, "state_key",
	    state_find(state) == STATE_COMPLETED
		? arena_printf(req->arena, "result_%s", result)
		: arena_printf(req->arena, "state_%s", state));
	return o;
}

struct json_object *
model_choices(const struct req *req, const char *what,
    const char *const *values, const char *selected)
{
	struct json_object *list = json_object_new_array();

	for (; *values != NULL; values++) {
		struct json_object *o = json_object_new_object();

		model_text(o, "value", *values);
		model_text(o, "text", model_word(req, what, *values));
		model_bool(o, "is_selected", text_eq(*values, selected));
		json_object_array_add(list, o);
	}
	return list;
}

void
model_path(struct json_object *o, const char *key, const char *name)
{
	struct buf path = { 0 };

	url_put_path(&path, name);
	model_text(o, key, buf_text(&path));
	buf_clear(&path);
}

const char *
model_names(const struct req *req, struct json_object *names)
{
	size_t n = json_count(names);
	const char *text = "";

	for (size_t i = 0; i < n; i++)
		text = arena_printf(req->arena, "%s%s%s", text,
		    i > 0 ? ", " : "",
		    json_object_get_string(json_at(names, i)));
	return text;
}

static void
add_pair(struct json_object *list, const char *name, struct json_object *value)
{
	struct json_object *o = json_object_new_object();

	model_text(o, "name", name);
	model_text(o, "value", json_object_get_string(value));
	json_object_array_add(list, o);
}

struct json_object *
model_pairs(struct json_object *o)
{
	struct json_object *list = json_object_new_array();

	json_object_object_foreach (o, name, value) {
		if (!json_object_is_type(value, json_type_array)) {
			add_pair(list, name, value);
			continue;
		}
		for (size_t i = 0; i < json_count(value); i++)
			add_pair(list, name, json_at(value, i));
	}
	return list;
}

void
model_reset(
    const struct req *req, struct json_object *o, struct json_object *from)
{
	const char *by = json_text(from, "reset_by", NULL);
	const char *at = json_text(from, "reset_at", "");

	model_text(o, "reset_by", by);
	model_text(o, "reset_at", by != NULL ? at : NULL);
	model_text(o, "reset_text",
	    by == NULL ? NULL
		       : request_fill(req, "password_reset_by", "by", by, "at",
			     at, NULL));
}

const char *
tally_state(const struct tally *t)
{
	if (t->failed || t->unknown || t->busy)
		return t->failed ? "failed"
		    : t->unknown ? "unknown"
				 : "running";
	if (t->total == 0)
		return t->skipped_optional > 0 ? "skipped_optional"
		    : t->left_out > 0          ? "excluded"
					       : "pending";
	if (tally_is_settled(t))
		return t->skipped_failed > 0 ? "skipped_failed"
		    : t->skipped > 0         ? "skipped"
					     : "succeeded";
	return t->not_done > 0 ? "not_done" : "pending";
}

static void
add_note(const struct req *req, struct json_object *list, const char *key,
    int64_t count)
{
	if (count > 0)
		json_object_array_add(list,
		    json_object_new_string(request_fill(req, key, "count",
			arena_printf(req->arena, "%" PRId64, count), NULL)));
}

struct json_object *
tally_notes(const struct req *req, const struct tally *t)
{
	struct json_object *list = json_object_new_array();

	add_note(req, list, "count_skipped", t->skipped);
	add_note(req, list, "count_skipped_failed", t->skipped_failed);
	add_note(req, list, "count_skipped_optional", t->skipped_optional);
	add_note(req, list, "count_left_out", t->left_out);
	return list;
}
