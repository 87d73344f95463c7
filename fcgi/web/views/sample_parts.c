/*
 * sample_parts.c: what leads on from a run, for /ui.
 *
 * These parts show what a journal has recorded, and the run of sample.c stands
 * in none: here is what the pages would have read.
 */
#include <string.h>

#include "web/views/dry_run.h"
#include "web/views/model.h"
#include "web/views/sample_parts.h"

#define AT "2026-11-28T22:05:00Z"
#define MIDDLE "2026-11-28T22:11:15Z"
#define ENDS "2026-11-28T22:17:30Z"
#define AT_MOST "2026-11-28T22:25:00Z"

/* A row of STMT_LOOK_LAST. */
static const char preflight[] =
    "{\"by\":\"bo\",\"requested_at\":\"" AT "\",\"ended_at\":\"" AT "\","
    "\"plan\":\"\",\"targets\":[\"fleet142\",\"fleet143\",\"fleet144\"],"
    "\"results\":{\"fleet142\":{\"state\":\"failed\",\"checks\":["
    "{\"check\":\"connection\",\"state\":\"ok\",\"text\":{\"code\":"
    "\"found_connection\",\"args\":{\"host\":\"fleet142.example\","
    "\"port\":\"22\",\"time\":\"14\"}}},"
    "{\"check\":\"program\",\"state\":\"failed\",\"text\":{\"code\":"
    "\"found_lacks\",\"args\":{\"program\":\"rsync\",\"target\":"
    "\"fleet142\"}}}]},"
    "\"fleet143\":{\"state\":\"succeeded\",\"checks\":["
    "{\"check\":\"connection\",\"state\":\"ok\",\"text\":{\"code\":"
    "\"found_connection\",\"args\":{\"host\":\"fleet143.example\","
    "\"port\":\"22\",\"time\":\"11\"}}},"
    "{\"check\":\"disk\",\"state\":\"warning\",\"text\":{\"code\":"
    "\"found_little\",\"args\":{\"size\":\"212\",\"unit\":\"MB\","
    "\"folder\":\"/var\"}}}]},"
    "\"fleet144\":{\"state\":\"unknown\"}}}";

struct json_object *
sample_preflight(struct view *v)
{
	struct json_object *row = NULL;

	(void)json_read(preflight, strlen(preflight), &row, NULL);
	return dry_run_preflight_of(v, request_own(v->req, row));
}

static const struct {
	const char *step, *state; /* NULL: it has not run */
	int from, width;          /* of 1000 */
	int usual_from, usual;
	int64_t took; /* ms */
} bars[] = {
	{ "confirmed", "confirmed", 0, 4, 0, 0, 0 },
	{ "succeeded", "succeeded", 10, 190, 10, 160, 142000 },
	{ "ready", "succeeded", 205, 30, 205, 40, 22000 },
	{ "running", "running", 240, 260, 240, 300, 195000 },
	{ "failed", NULL, 0, 0, 540, 180, 0 },
	{ "pending", NULL, 0, 0, 720, 280, 0 },
};

static struct json_object *
rect(int x, int width, const char *icon)
{
	struct json_object *list = json_object_new_array();
	struct json_object *o = json_object_new_object();

	model_int(o, "x", x);
	model_int(o, "width", width);
	model_text(o, "icon", icon);
	if (width > 0)
		json_object_array_add(list, o);
	else
		json_object_put(o);
	return list;
}

static struct json_object *
people(bool pressed)
{
	struct json_object *list = json_object_new_array(), *o;

	if (!pressed)
		return list;
	o = json_object_new_object();
	model_text(o, "name", "bo");
	model_text(o, "initials", "BO");
	json_object_array_add(list, o);
	return list;
}

static struct json_object *
bar_row(struct view *v, size_t i)
{
	struct json_object *o = json_object_new_object();
	int step = runbook_cache_find_step(v->entry, bars[i].step);
	const char *state = bars[i].state;

	model_text(o, "title", step < 0 ? "" : view_title(v, step));
	model_text(o, "url", "/ui");
	model_state(v->req, o, state != NULL ? state : "pending", NULL);
	model_bool(o, "is_rollback", false);
	model_put(o, "bars", rect(bars[i].from, bars[i].width, state));
	model_put(o, "shadows", rect(bars[i].usual_from, bars[i].usual, ""));
	model_put(o, "people", people(state != NULL));
	model_text(o, "duration_text",
	    bars[i].took > 0 ? model_duration(v->req, bars[i].took) : NULL);
	return o;
}

struct json_object *
sample_timeline(struct view *v)
{
	static const char *const ticks[] = { AT, MIDDLE, ENDS };
	struct json_object *o = json_object_new_object();
	struct json_object *rows = json_object_new_array();
	struct json_object *times = json_object_new_array();

	for (size_t i = 0; i < sizeof(bars) / sizeof(bars[0]); i++)
		json_object_array_add(rows, bar_row(v, i));
	for (size_t i = 0; i < sizeof(ticks) / sizeof(ticks[0]); i++)
		json_object_array_add(times, json_object_new_string(ticks[i]));
	model_text(o, "started_at", AT);
	model_text(o, "elapsed_text", model_duration(v->req, 375000));
	model_text(o, "ends_at", ENDS);
	model_text(o, "ends_from", ENDS);
	model_text(o, "ends_to", AT_MOST);
	model_text(o, "ends_text",
	    request_fill(v->req, "ends_basis", "count", "7", NULL));
	model_bool(o, "has_rows", true);
	model_bool(o, "legend_usual", true);
	model_put(o, "rows", rows);
	model_put(o, "ticks", times);
	model_int(o, "now_x", 500);
	model_text(o, "more_text", NULL);
	return o;
}

static struct json_object *
output(struct view *v, const char *step, enum state state, int exit)
{
	struct json_object *o = json_object_new_object();
	struct json_object *run = json_object_new_object();
	struct json_object *s = json_object_new_object();
	struct json_object *code = json_object_new_int(exit);
	int index = runbook_cache_find_step(v->entry, step);

	model_int(run, "id", 0);
	model_text(run, "title", v->plan->title);
	model_text(run, "url", "/ui");
	model_text(s, "path", step);
	model_text(s, "title", index < 0 ? "" : view_title(v, index));
	model_put(o, "run", run);
	model_put(o, "step", s);
	model_int(o, "attempt", 1);
	model_text(o, "target", "fleet142.example");
	model_state(v->req, o, state_word(state), NULL);
	model_bool(o, "is_running", state_in(state, STATES_BUSY));
	model_text(o, "exit_text", exit < 0 ? NULL : model_exit(v->req, code));
	model_text(o, "size_text", model_size(v->req, 48210));
	model_text(o, "started_at", AT);
	json_object_put(code);
	return o;
}

struct json_object *
sample_outputs(struct view *v)
{
	struct json_object *list = json_object_new_array();

	json_object_array_add(list, output(v, "running", STATE_RUNNING, -1));
	json_object_array_add(list, output(v, "failed", STATE_FAILED, 3));
	json_object_array_add(list, output(v, "unknown", STATE_UNKNOWN, -1));
	json_object_array_add(list, output(v, "succeeded", STATE_SUCCEEDED, 0));
	return list;
}

struct json_object *
sample_tools(struct view *v)
{
	struct json_object *o = json_object_new_object();

	model_text(o, "q", "greeter");
	model_text(o, "text_url", "/ui");
	model_text(o, "lines_text",
	    request_fill(v->req, "viewer_lines", "count", "1204", "size",
		model_size(v->req, 48210), NULL));
	model_text(o, "found_text",
	    request_fill(v->req, "viewer_hit", "n", "3", "count", "17", NULL));
	return o;
}

struct json_object *
sample_parked(struct view *v)
{
	struct json_object *o = json_object_new_object();

	model_text(o, "by", "bo");
	model_text(o, "at", MIDDLE);
	model_text(o, "reason", request_text(v->req, "sample_note"));
	return o;
}
