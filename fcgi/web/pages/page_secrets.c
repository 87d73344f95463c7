/*
 * page_secrets.c: the names of secrets, their users, and the forms that write,
 * replace and delete one. A value goes to the keeper and is never in an answer:
 * this process cannot read it.
 */
#include "base/clock.h"
#include "base/text.h"
#include "web/views/runbook_cache.h"
#include "web/http/command.h"
#include "web/views/model.h"
#include "web/pages/page.h"
#include "inventory/describe.h"

static void
put_users(struct req *req, struct json_object *o, const char *name)
{
	const struct targets *t = runbook_cache_targets(req);
	struct json_object *users = t != NULL ? targets_with_secret(t, name)
					      : json_object_new_array();

	model_bool(o, "is_used", json_object_array_length(users) > 0);
	model_put(o, "used_by", users);
}

static bool
has_name(struct json_object *list, const char *name)
{
	for (size_t i = 0; i < json_object_array_length(list); i++)
		if (text_eq(name,
			json_text(
			    json_object_array_get_idx(list, i), "name", "")))
			return true;
	return false;
}

static struct json_object *
stored(struct req *req)
{
	struct json_object *list = json_object_new_array(), *o;
	struct rows *rows = db_query(req->web->db, STMT_ALL_SECRET);
	char at[CLOCK_TEXT];

	while (db_next(rows)) {
		o = json_object_new_object();
		clock_format(db_int(rows, "set_at"), at);
		model_text(o, "name", db_text(rows, "name"));
		model_text(o, "set_at", at);
		model_text(o, "set_by", db_text(rows, "set_by"));
		put_users(req, o, db_text(rows, "name"));
		json_object_array_add(list, o);
	}
	db_done(rows);
	return list;
}

/* The names that targets.yml uses and nobody has set. */
static struct json_object *
missing(struct req *req, struct json_object *there)
{
	struct json_object *list = json_object_new_array(), *o;
	const struct targets *t = runbook_cache_targets(req);
	struct json_object *all = request_own(
	    req, t != NULL ? targets_describe(t) : json_object_new_array());

	for (size_t i = 0; i < json_object_array_length(all); i++) {
		struct json_object *targets = json_get(
		    json_object_array_get_idx(all, i), "targets");

		for (size_t k = 0; k < json_object_array_length(targets); k++) {
			struct json_object *names = json_get(
			    json_object_array_get_idx(targets, k), "secrets");
			size_t n = json_object_array_length(names);

			for (size_t m = 0; m < n; m++) {
				const char *name = json_object_get_string(
				    json_object_array_get_idx(names, m));

				if (has_name(there, name) ||
				    has_name(list, name))
					continue;
				o = json_object_new_object();
				model_text(o, "name", name);
				put_users(req, o, name);
				json_object_array_add(list, o);
			}
		}
	}
	return list;
}

/* `name` is the secret of the form, `asked` whether it must be confirmed. */
static enum err
show(struct req *req, struct reply *reply, const char *name, enum err why)
{
	struct json_object *model = json_object_new_object();
	struct json_object *list = stored(req), *more = missing(req, list);
	bool asked = why == ERR_CONFLICT &&
	    text_eq(req->fault.code, "secret_used");

	if (why != ERR_OK)
		reply->status = reply_status(why, req->fault.code);
	model_bool(model, "has_secrets", json_object_array_length(list) > 0);
	model_bool(model, "has_missing", json_object_array_length(more) > 0);
	model_put(model, "secrets", list);
	model_put(model, "missing", more);
	if (req->wants == WANTS_HTML) {
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
