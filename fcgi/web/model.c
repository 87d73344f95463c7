/*
 * model.c: small pieces of which the models of pages are built.
 */
#include <inttypes.h>
#include <stdio.h>
#include <string.h>

#include "base/clock.h"
#include "base/text.h"
#include "web/model.h"

const char *
model_duration(const struct req *req, int64_t ms)
{
	static const struct {
		int64_t		 ms;
		const char	*key, *fallback;
	} units[] = {
		{ 24 * 3600 * 1000, "unit_d", "d" },
		{ 3600 * 1000, "unit_h", "h" },
		{ 60 * 1000, "unit_min", "min" },
		{ 1000, "unit_s", "s" },
		{ 1, "unit_ms", "ms" },
	};
	size_t last = sizeof(units) / sizeof(units[0]) - 1, i = 0;
	const char *big, *small;

	ms = ms > 0 ? ms : 0;
	while (i < last && ms < units[i].ms)
		i++;
	big = request_text(req, units[i].key, units[i].fallback);
	if (i + 2 > last || ms % units[i].ms < units[i + 1].ms)
		return arena_printf(req->arena, "%" PRId64 " %s",
		    ms / units[i].ms, big);
	small = request_text(req, units[i + 1].key, units[i + 1].fallback);
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
	return arena_printf(req->arena, i == 0 || size >= 100 ? "%.0f %s" :
	    "%.1f %s", size, units[i]);
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
	return request_fill(req, "exit_code", "exit code {code}", "code",
	    json_object_to_json_string(exit), NULL);
}

const char *
model_word(const struct req *req, const char *what, const char *name)
{
	char key[80];

	snprintf(key, sizeof(key), "%s_%s", what, name);
	return request_text(req, key, name);
}

void
model_state(const struct req *req, struct json_object *o, const char *state,
    const char *result)
{
	bool ended = result != NULL && text_eq(state, "completed");

	model_text(o, "icon", ended ? result : state);
	model_text(o, "state_text", ended ?
	    model_word(req, "result", result) :
	    model_word(req, "state", state));
}

struct json_object *
model_run_row(const struct req *req, struct json_object *row)
{
	static const char *const same[] = { "id", "title", "runbook",
	    "environment", "state", "result", "steps_done", "steps_total",
	    "created_by", "created_at", "started_at", "ended_at", NULL };
	struct json_object *o = json_object_new_object();
	int64_t total = json_int(row, "steps_total", 0);

	for (size_t i = 0; same[i] != NULL; i++)
		model_put(o, same[i],
		    json_object_get(json_get(row, same[i])));
	model_bool(o, "is_production", json_int(row, "production", 0) != 0);
	model_int(o, "percent",
	    MODEL_PERCENT(json_int(row, "steps_done", 0), total));
	model_state(req, o, json_text(row, "state", ""),
	    json_text(row, "result", NULL));
	model_text(o, "state_key", arena_printf(req->arena, "%s_%s",
	    json_text(row, "result", NULL) != NULL ? "result" : "state",
	    json_text(o, "icon", "")));
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
