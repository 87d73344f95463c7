/*
 * page_tokens.c: one's own API tokens. A new one is shown once, in the answer
 * to the form itself: only its hash is stored.
 */
#include "base/text.h"
#include "web/http/command.h"
#include "web/views/model.h"
#include "web/list/pager.h"
#include "web/pages/page.h"

static struct json_object *
token_model(struct req *req, struct rows *rows)
{
	struct json_object *o = db_row_json(rows);

	model_text(o, "scopes_text", model_names(req, json_get(o, "scopes")));
	return o;
}

/* The lifetimes that the form offers for a token. */
static struct json_object *
lives(struct req *req)
{
	static const char *const days[] = { "7", "30", "90", "366" };
	struct json_object *list = json_object_new_array();

	for (size_t i = 0; i < sizeof(days) / sizeof(days[0]); i++) {
		struct json_object *o = json_object_new_object();

		model_text(
		    o, "value", arena_printf(req->arena, "%sd", days[i]));
		model_text(o, "label",
		    request_fill(req, "token_days", "n", days[i], NULL));
		model_bool(o, "chosen", text_eq(days[i], "90"));
		json_object_array_add(list, o);
	}
	return list;
}

static enum err
show(struct req *req, struct reply *reply, const char *token, enum err why)
{
	struct json_object *model = json_object_new_object();
	struct json_object *list = pager_read(req, model,
	    db_query(req->web->db, STMT_WEB_TOKENS, TEXT(req->actor.name),
		TEXT(pager_after(req)), TEXT(pager_filter(req)),
		INT(PAGER_ROWS + 1)),
	    token_model, "/tokens", "name");

	if (why != ERR_OK)
		reply->status = reply_status(why, req->fault.code);
	model_bool(model, "has_tokens", json_count(list) > 0);
	model_put(model, "tokens", list);
	if (req->wants == WANTS_HTML) {
		model_text(model, "new_token", token);
		model_put(model, "lives", lives(req));
		model_put(model, "error",
		    why != ERR_OK ? reply_problem(req, why) : NULL);
	}
	return reply_model(req, reply, "tokens.html",
	    request_text(req, "tokens_title"), model);
}

enum err
page_tokens(struct req *req, struct reply *reply)
{
	return show(req, reply, NULL, ERR_OK);
}

enum err
post_token_add(struct req *req, struct reply *reply)
{
	struct json_object *body, *answer;
	enum err err = command_body(req, VERB_token_add, &body);

	if (err == ERR_OK) {
		json_set_text(body, "account",
		    *req->name != '\0' ? req->name : req->actor.name);
		err = command_ask(req, VERB_token_add, body, &answer);
	}
	if (err != ERR_OK)
		return req->wants == WANTS_HTML ? show(req, reply, NULL, err)
						: err;
	reply->status = 201;
	if (req->wants == WANTS_HTML)
		return show(req, reply, json_text(answer, "token", ""), ERR_OK);
	return reply_json(req, reply, json_object_get(answer));
}
