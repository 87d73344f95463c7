/*
 * page_runs.c: the list of runs, searched and filtered.
 *
 * Without filters it reads the newest rows by primary key, at the same cost for
 * a hundred runs or a million.  There is no total: counting is a scan, and
 * nobody reads page 3,711.
 */
#include <string.h>

#include "base/clock.h"
#include "base/text.h"
#include "html/url.h"
#include "web/views/runbook_cache.h"
#include "web/views/model.h"
#include "web/pages/page.h"
#include "web/views/run_model.h"

#define ROWS 25
#define DAY_MS (24LL * 3600 * 1000)
#define MAX_PAGE 1000000

static const char *const filter_names[] = { "q", "state", "result", "runbook",
	"environment", "by", "from", "to", NULL };

/* %text% with LIKE's own characters escaped by '!'. */
static const char *
like(struct req *req, const char *q)
{
	struct buf text = { 0 };
	const char *copy;

	buf_putc(&text, '%');
	for (; *q != '\0'; q++) {
		if (strchr("%_!", *q) != NULL)
			buf_putc(&text, '!');
		buf_putc(&text, *q);
	}
	buf_putc(&text, '%');
	copy = arena_strdup(req->arena, buf_text(&text));
	buf_clear(&text);
	return copy;
}

static const char *
filter(struct req *req, const char *name)
{
	const char *value = request_query(req, name);

	return *value != '\0' ? value : NULL;
}

static int
count_filters(struct req *req)
{
	int count = 0;

	for (size_t i = 0; filter_names[i] != NULL; i++)
		count += filter(req, filter_names[i]) != NULL;
	return count;
}

/* A state of open runs only. */
static bool
is_open_state(const char *state)
{
	return state_in(state_find(state), STATES_OPEN);
}

static struct rows *
find(struct req *req, int64_t page)
{
	const char *q = filter(req, "q"), *runbook = filter(req, "runbook");
	int64_t from = 0, to = INT64_MAX - DAY_MS, skip = (page - 1) * ROWS;
	struct db *db = req->web->db;

	if (count_filters(req) == 0)
		return db_query(db, STMT_WEB_RUNS, INT(ROWS + 1), INT(skip));
	if (count_filters(req) == 1 && runbook != NULL)
		return db_query(db, STMT_WEB_RUNS_OF, TEXT(runbook),
		    INT(ROWS + 1), INT(skip));
	if (count_filters(req) == 1 && is_open_state(filter(req, "state")))
		return db_query(db, STMT_WEB_RUNS_OPEN_IN,
		    TEXT(filter(req, "state")), INT(ROWS + 1), INT(skip));
	if (filter(req, "from") != NULL)
		clock_parse(filter(req, "from"), &from);
	if (filter(req, "to") != NULL && clock_parse(filter(req, "to"), &to))
		to += DAY_MS;
	return db_query(db, STMT_WEB_RUNS_FILTERED,
	    TEXT(q != NULL ? like(req, q) : NULL), TEXT(filter(req, "state")),
	    TEXT(filter(req, "result")), TEXT(runbook),
	    TEXT(filter(req, "environment")), TEXT(filter(req, "by")),
	    INT(from), INT(to), INT(ROWS + 1), INT(skip));
}

static const char *
page_url(struct req *req, int64_t page)
{
	struct buf url = { 0 };
	const char *copy;

	buf_printf(&url, "/runs?page=%lld", (long long)page);
	for (size_t i = 0; filter_names[i] != NULL; i++) {
		const char *value = filter(req, filter_names[i]);

		if (value == NULL)
			continue;
		buf_printf(&url, "&%s=", filter_names[i]);
		url_put_query(&url, value);
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

	for (size_t i = 0; i < json_object_array_length(all); i++) {
		const char *name = json_text(
		    json_object_array_get_idx(all, i), "name", "");
		struct json_object *o = json_object_new_object();

		model_text(o, "name", name);
		model_bool(o, "is_selected",
		    text_eq(name, request_query(req, "environment")));
		json_object_array_add(list, o);
	}
	return list;
}

static void
add_form(struct req *req, struct json_object *model)
{
	static const char *const states[] = { "awaiting_approval", "ready",
		"running", "paused", "parked", "completed", "aborted", NULL };
	static const char *const results[] = { "succeeded", "failed",
		"rolled_back", NULL };
	struct json_object *filters = json_object_new_object();

	for (size_t i = 0; filter_names[i] != NULL; i++)
		model_text(filters, filter_names[i],
		    request_query(req, filter_names[i]));
	model_put(model, "filters", filters);
	model_put(model, "states",
	    model_choices(req, "state", states, request_query(req, "state")));
	model_put(model, "results",
	    model_choices(
		req, "result", results, request_query(req, "result")));
	model_put(model, "environments", environment_choices(req));
	model_bool(model, "is_filtered", count_filters(req) > 0);
}

/* The step of an open run that is next or runs. */
static void
add_focus(struct req *req, struct json_object *o)
{
	struct view *v;

	model_put(o, "waiting_for", NULL);
	model_text(o, "current_title",
	    json_get(o, "ended_at") == NULL &&
		    view_load(req, json_int(o, "id", 0), &v) == ERR_OK
		? run_model_focus_text(v)
		: NULL);
}

enum err
page_runs(struct req *req, struct reply *reply)
{
	struct json_object *model = json_object_new_object();
	struct json_object *runs = json_object_new_array();
	struct rows *rows;
	int64_t page = 1;
	int n = 0;

	text_int(request_query(req, "page"), 1, MAX_PAGE, &page);
	rows = find(req, page);
	while (db_next(rows) && n++ < ROWS)
		json_object_array_add(runs, model_run_row(req, rows));
	db_done(rows);
	for (size_t i = 0; i < json_object_array_length(runs); i++)
		add_focus(req, json_object_array_get_idx(runs, i));
	model_put(model, "runs", runs);
	model_bool(model, "is_empty", n == 0);
	model_int(model, "page", page);
	model_put(model, "total", NULL);
	model_text(
	    model, "prev_url", page > 1 ? page_url(req, page - 1) : NULL);
	model_text(
	    model, "next_url", n > ROWS ? page_url(req, page + 1) : NULL);
	add_form(req, model);
	return reply_model(
	    req, reply, "runs.html", request_text(req, "runs_title"), model);
}
