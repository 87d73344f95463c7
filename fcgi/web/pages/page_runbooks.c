/*
 * page_runbooks.c: the library, a page at a time.
 */
#include <string.h>

#include "html/url.h"
#include "web/list/library.h"
#include "web/views/runbook_cache.h"
#include "web/views/model.h"
#include "web/pages/page.h"

#define ROWS 200

static struct json_object *
last_run(struct req *req, const char *name)
{
	struct json_object *row = request_own(req,
	    db_first_json(
		db_query(req->web->db, STMT_WEB_RUN_LAST_OF, TEXT(name))));
	struct json_object *o;
	const char *at = json_text(row, "ended_at", NULL);

	if (row == NULL)
		return NULL;
	o = json_object_new_object();
	model_int(o, "id", json_int(row, "id", 0));
	model_text(o, "state", json_text(row, "state", ""));
	model_text(o, "result", json_text(row, "result", NULL));
	model_state(req, o, json_text(row, "state", ""),
	    json_text(row, "result", NULL));
	model_text(
	    o, "at", at != NULL ? at : json_text(row, "created_at", NULL));
	return o;
}

/* The index of the first name behind the one where the page before ended. */
static size_t
first_of_page(struct json_object *names, const char *after)
{
	size_t n = json_object_array_length(names), i = 0;

	while (i < n && *after != '\0' &&
	    strcmp(json_object_get_string(json_object_array_get_idx(names, i)),
		after) <= 0)
		i++;
	return i;
}

static const char *
page_url(struct req *req, const char *after)
{
	struct buf url = { 0 };
	const char *copy;

	buf_puts(&url, "/runbooks?after=");
	url_put_query(&url, after);
	copy = arena_strdup(req->arena, buf_text(&url));
	buf_clear(&url);
	return copy;
}

/* The page of the library; the names are sorted. */
static struct json_object *
entries(struct req *req, struct json_object *names, const char **ret_next)
{
	struct json_object *list = json_object_new_array(), *o;
	size_t n = json_object_array_length(names);
	size_t i = first_of_page(names, request_query(req, "after"));
	size_t end = i + ROWS < n ? i + ROWS : n;

	*ret_next = NULL;
	for (const char *name; i < end; i++) {
		name = json_object_get_string(
		    json_object_array_get_idx(names, i));
		if (end < n && i == end - 1)
			*ret_next = page_url(req, name);
		if ((o = library_entry(req, name)) == NULL)
			continue;
		model_put(o, "last_run", last_run(req, name));
		json_object_array_add(list, o);
	}
	return list;
}

enum err
page_runbooks(struct req *req, struct reply *reply)
{
	struct json_object *model = json_object_new_object();
	struct json_object *names = request_own(req, runbook_cache_names(req));
	size_t count = json_object_array_length(names);
	const char *next, *after = request_query(req, "after");
	struct json_object *list = entries(req, names, &next);

	model_bool(model, "is_empty", json_object_array_length(list) == 0);
	model_put(model, "runbooks", list);
	model_text(model, "prev_url", *after != '\0' ? "/runbooks" : NULL);
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
