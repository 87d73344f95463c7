/*
 * page_secrets.c: the names of secrets, their users, and the forms that write,
 * replace and delete one. A value goes to the keeper and is never in an answer:
 * this process cannot read it.
 */
#include <inttypes.h>

#include "base/text.h"
#include "web/views/runbook_cache.h"
#include "web/http/command.h"
#include "web/views/model.h"
#include "web/list/pager.h"
#include "web/pages/page.h"
#include "inventory/describe.h"

#define USERS 10    /* of a secret, that are named */
#define MISSING 50  /* secrets, that are named */
#define SEARCHED 10 /* so many need a search */

/* The first targets that use the secret, and how many there are. */
static void
put_users(struct req *req, struct json_object *o, const char *name)
{
	const struct targets *t = runbook_cache_targets(req);
	struct json_object *users = t != NULL ? targets_with_secret(t, name)
					      : json_object_new_array();
	size_t n = json_count(users);

	if (n > USERS)
		json_object_array_del_idx(users, USERS, n - USERS);
	model_bool(o, "is_used", n > 0);
	model_int(o, "used_count", (int64_t)n);
	model_text(o, "used_more",
	    n > USERS ? request_fill(req, "used_by_more", "count",
			    arena_printf(req->arena, "%zu", n - USERS), NULL)
		      : NULL);
	model_put(o, "used_by", users);
}

static struct json_object *
secret_model(struct req *req, struct rows *rows)
{
	struct json_object *o = db_row_json(rows);

	put_users(req, o, json_text(o, "name", ""));
	return o;
}

/* Adds a name that was not seen before and is not set; counts them. */
static void
add_missing(struct req *req, const char *name, struct json_object *seen,
    struct json_object *list, int64_t *count)
{
	struct json_object *o;

	if (json_get(seen, name) != NULL)
		return;
	json_set_bool(seen, name, true);
	if (db_first_int(
		db_query(req->web->db, STMT_WEB_SECRET_THERE, TEXT(name)), 0) >
		0 ||
	    ++*count > MISSING)
		return;
	o = json_object_new_object();
	model_text(o, "name", name);
	put_users(req, o, name);
	json_object_array_add(list, o);
}

/* The first names that targets.yml uses and nobody has set, and their number.
 */
static struct json_object *
missing(struct req *req, int64_t *ret_count)
{
	struct json_object *list = json_object_new_array();
	struct json_object *seen = request_own(req, json_object_new_object());
	const struct targets *t = runbook_cache_targets(req);
	struct json_object *all = request_own(
	    req, t != NULL ? targets_describe(t) : json_object_new_array());

	for (size_t i = 0; i < json_count(all); i++) {
		struct json_object *targets = json_get(
		    json_at(all, i), "targets");

		for (size_t k = 0; k < json_count(targets); k++) {
			struct json_object *names = json_get(
			    json_at(targets, k), "secrets");
			size_t n = json_count(names);

			for (size_t m = 0; m < n; m++)
				add_missing(req,
				    json_object_get_string(json_at(names, m)),
				    seen, list, ret_count);
		}
	}
	return list;
}

/* `name` is the secret of the form, `asked` whether it must be confirmed. */
static enum err
show(struct req *req, struct reply *reply, const char *name, enum err why)
{
	struct json_object *model = json_object_new_object();
	struct json_object *list = pager_read(req, model,
	    db_query(req->web->db, STMT_WEB_SECRETS, TEXT(pager_after(req)),
		TEXT(pager_filter(req)), INT(PAGER_ROWS + 1)),
	    secret_model, "/secrets", "name");
	int64_t lacking = 0;
	struct json_object *more = missing(req, &lacking);
	bool asked = why == ERR_CONFLICT &&
	    text_eq(req->fault.code, "secret_used");

	if (why != ERR_OK)
		reply->status = reply_status(why, req->fault.code);
	model_bool(model, "has_secrets", json_count(list) > 0);
	model_bool(model, "has_missing", lacking > 0);
	model_int(model, "missing_count", lacking);
	model_put(model, "secrets", list);
	model_put(model, "missing", more);
	if (req->wants == WANTS_HTML) {
		model_bool(model, "is_searched",
		    pager_filter(req) != NULL || *pager_after(req) != '\0' ||
			json_count(list) >= SEARCHED);
		model_text(model, "missing_more",
		    lacking > MISSING
			? request_fill(req, "used_by_more", "count",
			      arena_printf(
				  req->arena, "%" PRId64, lacking - MISSING),
			      NULL)
			: NULL);
		model_put(model, "error",
		    why != ERR_OK && !asked ? reply_problem(req, why) : NULL);
		model_text(model, "form_name", asked ? "" : name);
		model_put(model, "confirm", NULL);
		if (asked) {
			struct json_object *o = json_object_new_object();

			model_text(o, "name", name);
			put_users(req, o, name);
			json_set(model, "confirm", o);
		}
	}
	return reply_model(req, reply, "secrets.html",
	    request_text(req, "secrets_title"), model);
}

enum err
page_secrets(struct req *req, struct reply *reply)
{
	return show(req, reply, request_query(req, "name"), ERR_OK);
}

static enum err
finish(struct req *req, struct reply *reply, const char *name, enum err err,
    struct json_object *answer)
{
	if (err != ERR_OK)
		return req->wants == WANTS_HTML ? show(req, reply, name, err)
						: err;
	if (req->wants == WANTS_HTML)
		return reply_redirect(req, reply, "/secrets");
	return reply_json(req, reply, json_object_get(answer));
}

enum err
post_secret_set(struct req *req, struct reply *reply)
{
	struct json_object *body, *answer = NULL;
	enum err err = command_body(req, VERB_secret_set, &body);

	if (err == ERR_OK)
		err = command_ask(req, VERB_secret_set, body, &answer);
	if (err == ERR_OK)
		reply->status = 201;
	return finish(req, reply, "", err, answer);
}

enum err
post_secret_delete(struct req *req, struct reply *reply)
{
	struct json_object *body, *answer = NULL;
	enum err err = command_body(req, VERB_secret_delete, &body);

	if (err == ERR_OK) {
		json_set_text(body, "name", req->name);
		err = command_ask(req, VERB_secret_delete, body, &answer);
	}
	return finish(req, reply, req->name, err, answer);
}
