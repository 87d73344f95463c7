/* page_users.c: people and their roles. */
#include <string.h>

#include "web/http/command.h"
#include "web/views/model.h"
#include "web/pages/page.h"

/*
 * The other people who could know the password, while that restricts the
 * account.
 */
static const char *
password_text(const struct req *req, struct json_object *o)
{
	const char *by = json_text(o, "reset_by", NULL);

	if (by == NULL || json_get(o, "confirmed_at") != NULL)
		return NULL;
	return json_get(o, "own_at") == NULL
	    ? request_fill(req, "user_not_own", "by", by, "name",
		  json_text(o, "name", ""), NULL)
	    : request_fill(req, "user_unconfirmed", "by", by, "name",
		  json_text(o, "name", ""), NULL);
}

static struct json_object *
users(struct req *req)
{
	struct json_object *rows = db_rows_json(
	    db_query(req->web->db, STMT_WEB_ACCOUNTS));

	for (size_t i = 0; i < json_object_array_length(rows); i++) {
		struct json_object *o = json_object_array_get_idx(rows, i);

		model_text(
		    o, "roles_text", model_names(req, json_get(o, "roles")));
		model_text(o, "password_text", password_text(req, o));
		json_set_bool(o, "disabled", json_int(o, "disabled", 0) != 0);
	}
	return rows;
}

static enum err
show(struct req *req, struct reply *reply, enum err why)
{
	struct json_object *model = json_object_new_object();

	if (why != ERR_OK)
		reply->status = reply_status(why, req->fault.code);
	model_put(model, "users", users(req));
	if (req->wants == WANTS_HTML)
		model_put(model, "error",
		    why != ERR_OK ? reply_problem(req, why) : NULL);
	return reply_model(
	    req, reply, "users.html", request_text(req, "users_title"), model);
}

enum err
page_users(struct req *req, struct reply *reply)
{
	return show(req, reply, ERR_OK);
}

enum err
post_user_add(struct req *req, struct reply *reply)
{
	struct json_object *body, *answer;
	enum err err = command_body(req, VERB_account_add, &body);

	if (err == ERR_OK)
		err = command_ask(req, VERB_account_add, body, &answer);
	if (err != ERR_OK)
		return req->wants == WANTS_HTML ? show(req, reply, err) : err;
	if (req->wants == WANTS_HTML)
		return reply_redirect(req, reply, "/users");
	reply->status = 201;
	return reply_json(req, reply, json_object_get(answer));
}
