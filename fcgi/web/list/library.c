/*
 * library.c: what the library shows of each document.
 *
 * A worker keeps it for all documents of the folder, by the time and size of
 * the file: some 500 bytes each, where a parsed document has a hundred times as
 * much, and only a few of those are kept (runbook_cache.c).
 */
#include "base/json.h"
#include "base/text.h"
#include "plan/plan.h"
#include "web/list/library.h"
#include "web/views/model.h"
#include "web/views/runbook_cache.h"

/* All are forgotten then: most are of files that are not there any more. */
#define MOST (2 * RUNBOOK_NAMES_MAX)

static struct json_object *
read_entry(const char *name, const struct runbook *runbook)
{
	struct json_object *o = json_object_new_object();
	struct json_object *tags = json_object_new_array();

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
	return o;
}

/* The entry of the document, by the key of its file; NULL: none is known. */
static struct json_object *
find(struct req *req, const char *name, const char *key)
{
	struct json_object *known = json_get(req->web->library, name);

	return text_eq(json_text(known, "key", NULL), key)
	    ? json_get(known, "entry")
	    : NULL;
}

static void
keep(struct req *req, const char *name, const char *key,
    struct json_object *entry)
{
	struct json_object **library = &req->web->library, *known;

	if (*library == NULL || json_object_object_length(*library) >= MOST) {
		json_object_put(*library);
		*library = json_object_new_object();
	}
	known = json_object_new_object();
	json_set_text(known, "key", key);
	json_set(known, "entry", entry);
	json_set(*library, name, known);
}

struct json_object *
library_entry(struct req *req, const char *name)
{
	const char *key = runbook_cache_key(req, name);
	struct json_object *entry, *copy;
	struct cached_runbook *cached;

	if (key == NULL)
		return NULL;
	if ((entry = find(req, name, key)) == NULL) {
		if (runbook_cache_current(req, name, &cached) != ERR_OK)
			return NULL;
		entry = read_entry(name, cached->runbook);
		keep(req, name, key, entry);
	}
	copy = json_object_new_object();
	json_object_object_foreach (entry, member, value)
		json_set(copy, member, json_object_get(value));
	return copy;
}
