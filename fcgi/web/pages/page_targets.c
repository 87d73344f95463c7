/*
 * page_targets.c: the targets of each environment, with the fingerprints of
 * their host keys, for comparison with the machines. It shows targets.yml;
 * nothing here changes it.
 */
#include <string.h>

#include "base/text.h"
#include "web/views/runbook_cache.h"
#include "web/views/local.h"
#include "web/views/model.h"
#include "web/list/pager.h"
#include "web/pages/page.h"
#include "inventory/describe.h"
#include "inventory/resolve.h"
#include "inventory/targets.h"

/* {target: [runbooks]} of one environment. */
static struct json_object *
users_of(struct req *req, const struct targets *t, const char *environment)
{
	struct json_object *names = request_own(req, runbook_cache_names(req));
	struct json_object *users = request_own(req, json_object_new_object());
	struct cached_runbook *entry;

	for (size_t i = 0; i < json_count(names); i++) {
		struct json_object *used = NULL, *name;

		name = json_at(names, i);
		if (runbook_cache_current(
			req, json_object_get_string(name), &entry) != ERR_OK ||
		    targets_resolve(t, environment, entry->plan, &used, NULL) !=
			ERR_OK)
			continue;
		json_object_object_foreach (used, target, unused) {
			(void)unused;
			if (json_get(users, target) == NULL)
				json_set(
				    users, target, json_object_new_array());
			json_object_array_add(
			    json_get(users, target), json_object_get(name));
		}
		json_object_put(used);
	}
	return users;
}

/* The runbooks with their addresses. */
static struct json_object *
links_to(struct json_object *names)
{
	struct json_object *list = json_object_new_array(), *o;

	for (size_t i = 0; i < json_count(names); i++) {
		const char *name = json_object_get_string(json_at(names, i));

		o = json_object_new_object();
		model_text(o, "name", name);
		model_path(o, "path", name);
		json_object_array_add(list, o);
	}
	return list;
}

/* Adds the fields that targets_describe() does not have. */
static void
complete_target(
    struct req *req, struct json_object *o, struct json_object *users)
{
	static const char *const optional[] = { "address", "user", "over",
		"client", "key_type", "fingerprint" };
	struct json_object *by = json_get(users, json_text(o, "name", ""));
	bool ssh = text_eq(json_text(o, "kind", ""), "ssh");

	json_object_object_del(o, "secrets"); /* of /secrets, for admins */
	for (size_t i = 0; i < sizeof(optional) / sizeof(optional[0]); i++)
		if (json_text(o, optional[i], NULL) == NULL)
			json_set(o, optional[i], NULL);
	json_set_bool(o, "is_ssh", ssh);
	json_set_bool(
	    o, "is_pinned", json_text(o, "fingerprint", NULL) != NULL);
	json_set(o, "used_by",
	    by != NULL ? json_object_get(by) : json_object_new_array());
	if (req->wants != WANTS_HTML)
		return;
	json_set_bool(o, "has_users", by != NULL);
	json_set(o, "users", links_to(by));
}

static bool
has_text(struct json_object *list, const char *text)
{
	for (size_t i = 0; i < json_count(list); i++)
		if (text_eq(text, json_object_get_string(json_at(list, i))))
			return true;
	return false;
}

/* The members of the group with that very name, or NULL. */
static struct json_object *
members_of(struct json_object *e, const char *group)
{
	struct json_object *groups = json_get(e, "groups"), *g;

	for (size_t i = 0; i < json_count(groups); i++) {
		g = json_at(groups, i);
		if (text_eq(json_text(g, "name", ""), group))
			return json_get(g, "members");
	}
	return NULL;
}

/*
 * The name or the address of a target has the text that is looked for, or the
 * target is in the group of that name.
 */
static bool
is_sought(const char *q, struct json_object *group, struct json_object *o)
{
	const char *name = json_text(o, "name", "");

	return strcasestr(name, q) != NULL ||
	    strcasestr(json_text(o, "address", ""), q) != NULL ||
	    (group != NULL && has_text(group, name));
}

/* Leaves those that are looked for; false: there are none. */
static bool
filter(struct req *req, struct json_object *e)
{
	struct json_object *all = json_get(e, "targets");
	struct json_object *list = json_object_new_array();
	const char *q = pager_filter(req);
	struct json_object *group = members_of(e, q);
	size_t n = json_count(all);

	for (size_t i = 0; i < n; i++)
		if (is_sought(q, group, json_at(all, i)))
			json_object_array_add(
			    list, json_object_get(json_at(all, i)));
	n = json_count(list);
	json_set(e, "targets", list);
	return n > 0;
}

static const char *
count_text(const struct req *req, size_t n)
{
	return request_fill(req, "targets_count", "count",
	    arena_printf(req->arena, "%zu", n), NULL);
}

/* Leaves the first members, and says how many there are. */
static void
cut_members(struct req *req, struct json_object *e, struct json_object *group)
{
	struct json_object *members = json_get(group, "members");
	size_t n = json_count(members);

	model_int(group, "count", (int64_t)n);
	model_text(group, "count_text", count_text(req, n));
	model_text(group, "all_url",
	    n <= PAGER_ROWS
		? NULL
		: pager_path(req, "/targets/", json_text(e, "name", ""), "",
		      json_text(group, "name", "")));
	if (n > PAGER_ROWS)
		json_object_array_del_idx(members, PAGER_ROWS, n - PAGER_ROWS);
}

/*
 * Leaves the targets of this page, in the order of the file: those behind the
 * one that the address names, in the environment that it names.
 */
static void
cut_targets(struct req *req, struct json_object *e)
{
	struct json_object *all = json_get(e, "targets"), *list;
	const char *path = pager_path(
	    req, "/targets/", json_text(e, "name", ""), "", NULL);
	const char *after = *req->name != '\0' ? pager_after(req) : "";
	size_t n = json_count(all), from = 0, to;

	for (size_t i = 0; *after != '\0' && i < n && from == 0; i++)
		if (text_eq(after, json_text(json_at(all, i), "name", "")))
			from = i + 1;
	to = n - from > PAGER_ROWS ? from + PAGER_ROWS : n;
	list = json_object_new_array();
	for (size_t i = from; i < to; i++)
		json_object_array_add(list, json_object_get(json_at(all, i)));
	model_int(e, "count", (int64_t)n);
	model_text(e, "count_text", n > PAGER_ROWS ? count_text(req, n) : NULL);
	model_text(e, "first_url", from > 0 ? pager_url(req, path, "") : NULL);
	model_text(e, "next_url",
	    to < n ? pager_url(
			 req, path, json_text(json_at(all, to - 1), "name", ""))
		   : NULL);
	json_set(e, "targets", list);
}

static void
complete(struct req *req, const struct targets *t, struct json_object *e)
{
	struct json_object *users = users_of(req, t, json_text(e, "name", ""));
	struct json_object *groups = json_get(e, "groups"), *targets;
	size_t n;

	cut_targets(req, e);
	for (size_t i = 0; i < json_count(groups); i++)
		cut_members(req, e, json_at(groups, i));
	targets = json_get(e, "targets");
	n = json_count(targets);
	for (size_t i = 0; i < n; i++)
		complete_target(req, json_at(targets, i), users);
	if (req->wants != WANTS_HTML)
		return;
	model_text(e, "local_text",
	    request_fill(req, "targets_here", "how",
		local_how(req, json_get(e, "local"), NULL), NULL));
	model_put(e, "value_rows", model_pairs(json_get(e, "values")));
	json_set_bool(e, "has_values",
	    json_object_object_length(json_get(e, "values")) > 0);
	json_set_bool(e, "has_targets", n > 0);
	json_set_bool(e, "has_groups", json_count(groups) > 0);
}

static struct json_object *
mistakes(const struct req *req, const struct targets *t)
{
	struct json_object *list = json_object_new_array(), *o;
	const struct diagnostic *d;
	size_t count = 0, errors;

	d = targets_diagnostics(t, &count, &errors);
	for (size_t i = 0; i < count; i++) {
		o = json_object_new_object();
		model_int(o, "line", d[i].line);
		model_int(o, "column", d[i].column);
		model_text(o, "message", request_message(req, d[i].message));
		json_object_array_add(list, o);
	}
	return list;
}

enum err
page_targets(struct req *req, struct reply *reply)
{
	const struct targets *t = runbook_cache_targets(req);
	struct json_object *model, *list, *all, *e;
	bool is_filtered = pager_filter(req) != NULL;

	if (req->name == NULL)
		req->name = "";
	all = request_own(
	    req, t != NULL ? targets_describe(t) : json_object_new_array());
	list = json_object_new_array();
	for (size_t i = 0; i < json_count(all); i++) {
		e = json_at(all, i);
		if (*req->name != '\0' &&
		    !text_eq(req->name, json_text(e, "name", "")))
			continue;
		if (is_filtered && !filter(req, e))
			continue;
		complete(req, t, e);
		json_object_array_add(list, json_object_get(e));
	}
	if (*req->name != '\0' && !is_filtered && json_count(list) == 0) {
		json_object_put(list);
		return fault_set(&req->fault, ERR_NOT_FOUND, "not_found", "",
		    "no_environment name=%.64s", req->name);
	}
	model = json_object_new_object();
	model_bool(model, "is_empty", json_count(all) == 0);
	model_bool(model, "is_unmatched", is_filtered && json_count(list) == 0);
	model_bool(model, "is_filtered", is_filtered);
	model_text(model, "q", request_query(req, "q"));
	model_put(model, "environments", list);
	e = t != NULL ? mistakes(req, t) : json_object_new_array();
	model_bool(model, "has_mistakes", json_count(e) > 0);
	model_put(model, "mistakes", e);
	return reply_model(req, reply, "targets.html",
	    request_text(req, "targets_title"), model);
}
