/*
 * page_runbooks.c: the library.
 */
#include "web/views/runbook_cache.h"
#include "web/views/model.h"
#include "web/pages/page.h"

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

static struct json_object *
entry(struct req *req, const char *name)
{
	struct json_object *o, *tags = json_object_new_array();
	struct cached_runbook *entry;
	const struct runbook *runbook;

	if (runbook_cache_current(req, name, &entry) != ERR_OK) {
		json_object_put(tags);
		return NULL;
	}
	runbook = entry->runbook;
	o = json_object_new_object();
	for (size_t i = 0; i < runbook->tags_count; i++)
		json_object_array_add(
		    tags, json_object_new_string(runbook->tags[i]));
	model_text(o, "name", name);
	model_path(o, "path", name);
	model_text(o, "title", runbook->plan.title);
	model_text(o, "summary", runbook->summary);
	model_text(o, "owner", runbook->owner);
	model_put(o, "tags", tags);
	model_int(o, "errors", (int64_t)runbook->errors);
	model_bool(o, "is_broken", runbook->errors > 0);
	model_int(o, "steps", (int64_t)plan_count_steps(&runbook->plan));
	model_put(o, "last_run", last_run(req, name));
	return o;
}

enum err
page_runbooks(struct req *req, struct reply *reply)
{
	struct json_object *model = json_object_new_object();
	struct json_object *list = json_object_new_array(), *o;
	struct json_object *names = request_own(req, runbook_cache_names(req));

	for (size_t i = 0; i < json_object_array_length(names); i++) {
		o = entry(req,
		    json_object_get_string(
			json_object_array_get_idx(names, i)));
		if (o != NULL)
			json_object_array_add(list, o);
	}
	model_bool(model, "is_empty", json_object_array_length(list) == 0);
	model_put(model, "runbooks", list);
	model_put(model, "environments", runbook_cache_environments(req));
	return reply_model(req, reply, "runbooks.html",
	    request_text(req, "runbooks_title"), model);
}
