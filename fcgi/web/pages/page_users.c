/*
 * page_users.c: people and their roles, in the order of their names.
 */
#include "base/text.h"
#include "web/http/command.h"
#include "web/views/model.h"
#include "web/list/pager.h"
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

/* The roles that the console itself knows; documents have others. */
static const struct {
	const char *role;
	const char *meaning; /* a text */
} known[] = {
	{ "operator", "role_is_operator" },
	{ "approver", "role_is_approver" },
	{ "admin", "role_is_admin" },
};

static bool
has_role(struct json_object *roles, const char *name)
{
	size_t n = json_count(roles);

	for (size_t i = 0; i < n; i++)
		if (text_eq(json_object_get_string(json_at(roles, i)), name))
			return true;
	return false;
}

/* A box for each known role, and a text of the others; roles may be NULL. */
static void
add_roles(struct req *req, struct json_object *o, struct json_object *roles)
{
	struct json_object *boxes = json_object_new_array(), *box, *role;
	struct json_object *others = request_own(req, json_object_new_array());
	size_t n = json_count(roles);
	size_t count = sizeof(known) / sizeof(known[0]), k;

	for (k = 0; k < count; k++) {
		box = json_object_new_object();
		model_text(box, "role", known[k].role);
		model_text(box, "meaning", request_text(req, known[k].meaning));
		model_bool(box, "is_on", has_role(roles, known[k].role));
		json_object_array_add(boxes, box);
	}
	for (size_t i = 0; i < n; i++) {
		role = json_at(roles, i);
		for (k = 0; k < count; k++)
			if (text_eq(
				json_object_get_string(role), known[k].role))
				break;
		if (k == count)
			json_object_array_add(others, json_object_get(role));
	}
	model_put(o, "role_boxes", boxes);
	model_text(o, "other_roles", model_names(req, others));
}

static struct json_object *
user_model(struct req *req, struct rows *rows)
{
	struct json_object *o = db_row_json(rows);

	model_text(o, "roles_text", model_names(req, json_get(o, "roles")));
	model_text(o, "password_text", password_text(req, o));
	json_set_bool(o, "disabled", json_int(o, "disabled", 0) != 0);
	if (req->wants == WANTS_HTML)
		add_roles(req, o, json_get(o, "roles"));
	return o;
}

static enum err
show(struct req *req, struct reply *reply, enum err why)
{
	struct json_object *model = json_object_new_object();

	if (why != ERR_OK)
		reply->status = reply_status(why, req->fault.code);
	model_put(model, "users",
	    pager_read(req, model,
		db_query(req->web->db, STMT_WEB_ACCOUNTS,
		    TEXT(pager_after(req)), TEXT(pager_filter(req)),
		    INT(PAGER_ROWS + 1)),
		user_model, "/users", "name"));
	if (req->wants == WANTS_HTML) {
		add_roles(req, model, NULL);
		model_put(model, "error",
		    why != ERR_OK ? reply_problem(req, why) : NULL);
	}
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
