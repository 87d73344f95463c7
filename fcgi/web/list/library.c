/*
 * library.c: what the library shows of each document.
 *
 * A worker keeps it for all documents of the folder, by the time and size of
 * the file: some 500 bytes each, where a parsed document has a hundred times as
 * much, and only a few of those are kept (runbook_cache.c).
 */
#include "base/json.h"
#include "base/text.h"
#include "html/url.h"
#include "inventory/resolve.h"
#include "plan/plan.h"
#include "web/list/library.h"
#include "web/views/model.h"
#include "web/views/runbook_cache.h"

/* All are forgotten then: most are of files that are not there any more. */
#define MOST (2 * RUNBOOK_NAMES_MAX)

/*
 * The environments in which it cannot run, as they do not have what its steps
 * need: their labels; *ret_why is the message for the first.  A new array.
 */
static struct json_object *
refusing(struct req *req, const struct plan *plan, const char **ret_why)
{
	struct json_object *list = json_object_new_array(), *use;
	struct json_object *all = request_own(
	    req, runbook_cache_environments(req));

	*ret_why = NULL;
	for (size_t i = 0; i < json_count(all); i++) {
		struct json_object *e = json_at(all, i);
		const char *name = json_text(e, "name", "");
		struct fault why = { 0 };

		if (targets_use(runbook_cache_targets(req), name, plan, &use,
			&why) == ERR_OK) {
			json_object_put(use);
			continue;
		}
		if (*ret_why == NULL)
			*ret_why = arena_strdup(req->arena, why.message);
		json_object_array_add(
		    list, json_object_new_string(json_text(e, "label", name)));
	}
	return list;
}

static void
add_role(struct json_object *roles, const char *role)
{
	if (role == NULL)
		return;
	for (size_t i = 0; i < json_count(roles); i++)
		if (text_eq(role, json_object_get_string(json_at(roles, i))))
			return;
	json_object_array_add(roles, json_object_new_string(role));
}

/* The roles that its approvals and steps name, each once.  A new array. */
static struct json_object *
roles_of(const struct plan *plan)
{
	struct json_object *roles = json_object_new_array();

	for (size_t i = 0; i < plan->approvals_count; i++)
		add_role(roles, plan->approvals[i].role);
	for (size_t i = 0; i < plan->steps_count; i++) {
		add_role(roles, plan->steps[i].role);
		add_role(roles, plan->steps[i].sign);
	}
	return roles;
}

static struct json_object *
read_entry(struct req *req, const char *name, const struct runbook *runbook)
{
	struct json_object *o = json_object_new_object();
	struct json_object *tags = json_object_new_array();
	const char *why;

	for (size_t i = 0; i < runbook->tags_count; i++)
		json_object_array_add(
		    tags, json_object_new_string(runbook->tags[i]));
	model_put(o, "not_in", refusing(req, &runbook->plan, &why));
	model_text(o, "_why", why);
	model_put(o, "_roles", roles_of(&runbook->plan));
	model_text(o, "tags_text", model_names(req, tags));
	model_text(o, "name", name);
	model_path(o, "path", name);
	model_text(o, "title",
	    text_eq(runbook->plan.title, "") || runbook->plan.title == NULL
		? name
		: runbook->plan.title);
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

/* The text about environments that refuse it, in the language of the reader. */
static void
add_refusal(struct req *req, struct json_object *o)
{
	struct json_object *list = json_get(o, "not_in");
	bool somewhere = json_count(list) > 0;

	json_set_text(o, "not_in_text",
	    !somewhere || json_flag(o, "is_broken", false)
		? NULL
		: request_fill(req, "not_in", "environments",
		      model_names(req, list), "why",
		      request_message(req, json_text(o, "_why", "")), NULL));
	json_object_object_del(o, "_why");
}

/* Somebody has the role; `held` remembers the answers. */
static bool
is_held(struct req *req, struct json_object *held, const char *role)
{
	if (json_get(held, role) == NULL)
		json_set_bool(held, role,
		    db_first_int(
			db_query(req->web->db, STMT_ROLE_COUNT, TEXT(role)),
			0) > 0);
	return json_flag(held, role, false);
}

/* The roles that it needs and nobody has, and a text about them. */
static void
add_lacking(struct req *req, struct json_object *o, struct json_object *held)
{
	struct json_object *roles = json_get(o, "_roles");
	struct json_object *lacking = json_object_new_array(), *role;
	size_t n = json_count(roles);

	for (size_t i = 0; i < n; i++) {
		role = json_at(roles, i);
		if (!is_held(req, held, json_object_get_string(role)))
			json_object_array_add(lacking, json_object_get(role));
	}
	json_set_text(o, "roles_text",
	    json_count(lacking) == 0
		? NULL
		: request_fill(req, "roles_lacking", "roles",
		      model_names(req, lacking), NULL));
	json_set(o, "roles_lacking", lacking);
	json_object_object_del(o, "_roles");
}

struct json_object *
library_tag_links(struct json_object *tags)
{
	struct json_object *list = json_object_new_array(), *o;

	for (size_t i = 0; i < json_count(tags); i++) {
		const char *tag = json_object_get_string(json_at(tags, i));
		struct buf url = { 0 };

		buf_puts(&url, "/runbooks?q=");
		url_put_query(&url, tag);
		o = json_object_new_object();
		model_text(o, "name", tag);
		model_text(o, "url", buf_text(&url));
		json_object_array_add(list, o);
		buf_clear(&url);
	}
	return list;
}

struct json_object *
library_entry(struct req *req, const char *name, struct json_object *held)
{
	const char *key = runbook_cache_key(req, name);
	struct json_object *entry, *copy;
	struct cached_runbook *cached;

	if (key == NULL)
		return NULL;
	key = arena_printf(
	    req->arena, "%s %s", key, runbook_cache_targets_key(req));
	if ((entry = find(req, name, key)) == NULL) {
		if (runbook_cache_current(req, name, &cached) != ERR_OK)
			return NULL;
		entry = read_entry(req, name, cached->runbook);
		keep(req, name, key, entry);
	}
	copy = json_object_new_object();
	json_object_object_foreach (entry, member, value)
		json_set(copy, member, json_object_get(value));
	add_refusal(req, copy);
	add_lacking(req, copy, held);
	if (req->wants == WANTS_HTML)
		model_put(copy, "tag_links",
		    library_tag_links(json_get(copy, "tags")));
	return copy;
}
