/*
 * page_runs.c: the list of runs, searched and filtered.
 *
 * A page begins behind the last run of the page before (run_list.c), so that
 * each costs the same, the first or the last of a million.  There is no total:
 * counting is a scan, and nobody reads page 3,711.
 */
#include <string.h>

#include "base/text.h"
#include "html/url.h"
#include "web/http/read_limit.h"
#include "web/list/run_list.h"
#include "web/list/run_row.h"
#include "web/views/runbook_cache.h"
#include "web/views/model.h"
#include "web/pages/page.h"

#define ROWS 25

static const char *const filter_names[] = { "q", "state", "result", "runbook",
	"environment", "by", "from", "to", NULL };

static const char *
filter(struct req *req, const char *name)
{
	const char *value = request_query(req, name);

	return *value != '\0' ? value : NULL;
}

static bool
is_filtered(struct req *req)
{
	for (size_t i = 0; filter_names[i] != NULL; i++)
		if (filter(req, filter_names[i]) != NULL)
			return true;
	return false;
}

/* The list with its filters, from the run `id` on; NULL: from its begin. */
static const char *
list_url(struct req *req, const char *from, int64_t id)
{
	const char *sep = "?", *copy;
	struct buf url = { 0 };

	buf_puts(&url, "/runs");
	if (from != NULL) {
		buf_printf(&url, "?%s=%lld", from, (long long)id);
		sep = "&";
	}
	for (size_t i = 0; filter_names[i] != NULL; i++) {
		const char *value = filter(req, filter_names[i]);

		if (value == NULL)
			continue;
		buf_printf(&url, "%s%s=", sep, filter_names[i]);
		url_put_query(&url, value);
		sep = "&";
	}
	copy = arena_strdup(req->arena, buf_text(&url));
	buf_clear(&url);
	return copy;
}

static struct json_object *
environment_choices(struct req *req)
{
	struct json_object *all = request_own(
	    req, runbook_cache_environments(req));
	struct json_object *list = json_object_new_array();

	for (size_t i = 0; i < json_count(all); i++) {
		const char *name = json_text(json_at(all, i), "name", "");
		struct json_object *o = json_object_new_object();

		model_text(o, "name", name);
		model_bool(o, "is_selected",
		    text_eq(name, request_query(req, "environment")));
		json_object_array_add(list, o);
	}
	return list;
}

static const char *const results[] = { "succeeded", "failed", "rolled_back",
	NULL };

static void
append(struct json_object *list, struct json_object *more)
{
	for (size_t i = 0; i < json_count(more); i++)
		json_object_array_add(list, json_object_get(json_at(more, i)));
	json_object_put(more);
}

/* One choice for states and results: a run that has ended has its result. */
static struct json_object *
state_choices(struct req *req)
{
	static const char *const open[] = { "awaiting_approval", "ready",
		"running", "paused", "parked", NULL };
	static const char *const given_up[] = { "aborted", NULL };
	const char *state = request_query(req, "state");
	const char *result = request_query(req, "result");
	struct json_object *list = model_choices(req, "state", open, state);

	append(list,
	    model_choices(
		req, "result", results, *result != '\0' ? result : state));
	append(list, model_choices(req, "state", given_up, state));
	return list;
}

static void
add_form(struct req *req, struct json_object *model)
{
	struct json_object *filters = json_object_new_object();

	for (size_t i = 0; filter_names[i] != NULL; i++)
		model_text(filters, filter_names[i],
		    request_query(req, filter_names[i]));
	model_put(model, "filters", filters);
	model_put(model, "states", state_choices(req));
	model_put(model, "environments", environment_choices(req));
	model_bool(model, "is_filtered", is_filtered(req));
	model_bool(model, "_is_narrow",
	    filter(req, "runbook") != NULL || filter(req, "by") != NULL ||
		filter(req, "from") != NULL || filter(req, "to") != NULL);
}

/*
 * The runs of each day in UTC, [{day, runs}], for the page: time.js makes them
 * those of the reader's zone.  A new array.
 */
static struct json_object *
by_day(struct req *req, struct json_object *runs)
{
	struct json_object *days = json_object_new_array(), *list = NULL, *o;
	const char *day = "";

	for (size_t i = 0; i < json_count(runs); i++) {
		struct json_object *run = json_at(runs, i);
		const char *at = arena_strndup(req->arena,
		    json_text(run, "created_at", ""), strlen("2026-11-28"));

		if (!text_eq(at, day)) {
			o = json_object_new_object();
			model_text(o, "day", day = at);
			model_put(o, "runs", list = json_object_new_array());
			json_object_array_add(days, o);
		}
		json_object_array_add(list, json_object_get(run));
	}
	return days;
}

/* Addresses of before, which counted pages: programs must not read one twice.
 */
static enum err
answer_page(struct req *req, struct reply *reply)
{
	if (req->wants == WANTS_HTML)
		return reply_redirect(req, reply, list_url(req, NULL, 0));
	return fault_set(&req->fault, ERR_INVALID, "no_pages", "page", "%s",
	    request_text(req, "runs_no_pages"));
}

/* The choice of states has results as well. */
static bool
is_result(const char *state)
{
	for (size_t i = 0; results[i] != NULL; i++)
		if (text_eq(state, results[i]))
			return true;
	return false;
}

static struct run_list_ask
read_ask(struct req *req)
{
	struct run_list_ask ask = { .q = filter(req, "q"),
		.state = filter(req, "state"),
		.result = filter(req, "result"),
		.runbook = filter(req, "runbook"),
		.environment = filter(req, "environment"),
		.by = filter(req, "by"),
		.from = filter(req, "from"),
		.to = filter(req, "to"),
		.rows = ROWS };

	if (is_result(ask.state)) {
		ask.result = ask.result != NULL ? ask.result : ask.state;
		ask.state = NULL;
	}
	text_int(request_query(req, "before"), 1, INT64_MAX, &ask.before);
	text_int(request_query(req, "after"), 1, INT64_MAX, &ask.after);
	return ask;
}

static int64_t
id_at(struct json_object *runs, size_t i)
{
	return json_int(json_at(runs, i), "id", 0);
}

enum err
page_runs(struct req *req, struct reply *reply)
{
	struct run_list_ask ask = read_ask(req);
	struct json_object *model, *runs;
	struct run_list list;
	const char *page = request_query(req, "page");
	size_t n;

	if (*page != '\0' && !text_eq(page, "1"))
		return answer_page(req, reply);
	run_list_find(req, &ask, &list);
	if (db_has_failed(req->web->db)) {
		json_object_put(list.runs);
		return request_unreadable(req);
	}
	runs = list.runs;
	n = json_count(runs);
	run_row_add_all(req, runs);
	model = json_object_new_object();
	model_put(model, "runs", runs);
	model_put(model, "_days", by_day(req, runs));
	model_bool(model, "is_empty", n == 0);
	model_text(model, "prev_url",
	    list.newer ? list_url(req, "after", id_at(runs, 0)) : NULL);
	model_text(model, "next_url",
	    list.older ? list_url(req, "before", id_at(runs, n - 1)) : NULL);
	add_form(req, model);
	return reply_model(
	    req, reply, "runs.html", request_text(req, "runs_title"), model);
}
