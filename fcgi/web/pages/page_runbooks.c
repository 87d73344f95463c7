/*
 * page_runbooks.c: the library, a page at a time, searched.
 *
 * A library of up to TITLED documents stands in the order of their titles.  A
 * larger one stands in that of its names: all documents would be read to show
 * one page.  A search reads them in their order, and at most LOOKED of them for
 * a page: the link leads on from there.
 */
#include <stdlib.h>
#include <string.h>

#include "web/list/library.h"
#include "web/list/past_runs.h"
#include "web/views/runbook_cache.h"
#include "web/views/model.h"
#include "web/list/pager.h"
#include "web/pages/page.h"

#define ROWS 50
#define LOOKED 1000
#define TITLED 200

/* Adds the last run, and how many of the last ones succeeded. */
static void
add_runs(struct req *req, struct json_object *o, const char *name)
{
	struct json_object *past = request_own(req, json_object_new_object());
	struct json_object *run, *last = NULL;
	const char *at;

	past_runs_add(req, past, name);
	run = json_at(json_get(past, "past_runs"), 0);
	if (run != NULL) {
		at = json_text(run, "ended_at", NULL);
		last = json_object_new_object();
		model_int(last, "id", json_int(run, "id", 0));
		model_text(last, "state", json_text(run, "state", ""));
		model_text(last, "result", json_text(run, "result", NULL));
		model_text(last, "icon", json_text(run, "icon", NULL));
		model_text(
		    last, "state_text", json_text(run, "state_text", ""));
		model_text(last, "at",
		    at != NULL ? at : json_text(run, "created_at", NULL));
	}
	model_put(o, "last_run", last);
	model_text(
	    o, "succeeded_text", json_text(past, "succeeded_text", NULL));
}

static bool
has_text(struct req *req, struct json_object *o, const char *key, const char *q)
{
	const char *text = json_text(o, key, NULL);

	return text != NULL &&
	    db_first_int(
		db_query(req->web->db, STMT_HAS_TEXT, TEXT(text), TEXT(q)), 0);
}

/* The text stands in what the page says of the document. */
static bool
is_found(struct req *req, struct json_object *o, const char *q)
{
	static const char *const keys[] = { "title", "name", "summary", "owner",
		"tags_text" };

	for (size_t i = 0; i < sizeof(keys) / sizeof(keys[0]); i++)
		if (has_text(req, o, keys[i], q))
			return true;
	return *q == '\0';
}

struct titled {
	const char *title, *name;
};

static int
compare_titled(const void *a, const void *b)
{
	const struct titled *x = a, *y = b;
	int order = strcasecmp(x->title, y->title);

	return order != 0 ? order : strcmp(x->name, y->name);
}

/* The names in the order of the titles.  It belongs to the request. */
static struct json_object *
by_title(struct req *req, struct json_object *names, struct json_object *held)
{
	struct json_object *list = request_own(req, json_object_new_array());
	size_t n = json_count(names), count = 0;
	struct titled all[TITLED];

	for (size_t i = 0; i < n; i++) {
		const char *name = json_object_get_string(json_at(names, i));
		struct json_object *o = library_entry(req, name, held);

		if (o != NULL)
			all[count++] = (struct titled){
				json_text(request_own(req, o), "title", name),
				name
			};
	}
	qsort(all, count, sizeof(all[0]), compare_titled);
	for (size_t i = 0; i < count; i++)
		json_object_array_add(
		    list, json_object_new_string(all[i].name));
	return list;
}

/*
 * The index of the first name behind the one where the page before ended.  0 if
 * that one is not there any more, unless the names themselves are in order.
 */
static size_t
first_of_page(struct json_object *names, const char *after, bool are_sorted)
{
	size_t n = json_count(names);

	for (size_t i = 0; i < n && *after != '\0'; i++) {
		int order = strcmp(
		    json_object_get_string(json_at(names, i)), after);

		if (order == 0)
			return i + 1;
		if (order > 0 && are_sorted)
			return i;
	}
	return *after != '\0' && are_sorted ? n : 0;
}

/* A number with its noun. */
static void
add_count(struct req *req, struct json_object *o, const char *from,
    const char *to, const char *key)
{
	model_text(o, to,
	    request_fill(req, key, "count",
		arena_printf(req->arena, "%" PRId64, json_int(o, from, 0)),
		NULL));
}

/* The page of the library; the names are sorted. */
static struct json_object *
entries(struct req *req, struct json_object *names, const char **ret_next)
{
	struct json_object *list = json_object_new_array(), *o;
	struct json_object *held = request_own(req, json_object_new_object());
	const char *q = request_query(req, "q"), *name = NULL;
	size_t n = json_count(names), looked = 0, i;
	bool is_small = n <= TITLED;

	if (is_small)
		names = by_title(req, names, held);
	n = json_count(names);
	i = first_of_page(names, request_query(req, "after"), !is_small);

	while (i < n && looked++ < LOOKED && json_count(list) < ROWS) {
		name = json_object_get_string(json_at(names, i++));
		if ((o = library_entry(req, name, held)) == NULL)
			continue;
		if (!is_found(req, o, q)) {
			json_object_put(o);
			continue;
		}
		add_runs(req, o, name);
		add_count(req, o, "errors", "errors_text", "count_errors");
		add_count(req, o, "steps", "steps_text", "count_steps");
		json_object_array_add(list, o);
	}
	*ret_next = i < n ? pager_url(req, "/runbooks", name) : NULL;
	return list;
}

enum err
page_runbooks(struct req *req, struct reply *reply)
{
	struct json_object *model = json_object_new_object();
	struct json_object *names = request_own(req, runbook_cache_names(req));
	size_t count = json_count(names);
	const char *next, *after = request_query(req, "after");
	const char *q = request_query(req, "q");
	struct json_object *list = entries(req, names, &next);

	model_bool(model, "is_empty", json_count(list) == 0);
	model_put(model, "runbooks", list);
	model_text(model, "q", *q != '\0' ? q : NULL);
	model_text(model, "prev_url",
	    *after == '\0'   ? NULL
		: *q == '\0' ? "/runbooks"
			     : pager_url(req, "/runbooks", ""));
	model_text(model, "next_url", next);
	model_text(model, "cut_text",
	    count < RUNBOOK_NAMES_MAX
		? NULL
		: request_fill(req, "runbooks_cut", "count",
		      arena_printf(req->arena, "%d", RUNBOOK_NAMES_MAX), NULL));
	model_put(model, "environments", runbook_cache_environments(req));
	return reply_model(req, reply, "runbooks.html",
	    request_text(req, "runbooks_title"), model);
}
