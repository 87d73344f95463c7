/*
 * command.c: passes commands on to the keeper with the user's credential.
 *
 * The web program decides nothing: it turns the fields of a form into the body
 * that the verb expects and shows the answer.  If the connection breaks before
 * the answer, the outcome is unknown: the person is asked to check.
 */
#include <inttypes.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "base/message.h"
#include "base/text.h"
#include "web/http/command.h"
#include "web/http/keeper_client.h"
#include "web/http/resubmit.h"
#include "web/pages/page.h"
#include "wire/wire.h"

/* The role that a refusal names as missing, or NULL. */
static const char *
role_of(struct req *req, struct json_object *problem)
{
	return !text_eq(json_text(problem, "code", ""), "role_needed")
	    ? NULL
	    : json_text(
		  json_get(request_own(req,
			       message_json(json_text(problem, "message", ""))),
		      "args"),
		  "role", NULL);
}

static enum err
refuse(struct req *req, enum err err, const char *body)
{
	struct json_object *o = NULL;

	if (json_read(body, strlen(body), &o, NULL) != ERR_OK ||
	    !json_object_is_type(o, json_type_object)) {
		json_object_put(o);
		return fault_set(&req->fault, err, err_name(err), "", "%s",
		    MESSAGE("refused_keeper_silent"));
	}
	req->problem = request_own(req, o);
	req->role = role_of(req, o);
	json_set_text(
	    o, "message", request_message(req, json_text(o, "message", "")));
	return fault_set(&req->fault, err, json_text(o, "code", ""),
	    json_text(o, "field", ""), "%s", json_text(o, "message", ""));
}

enum err
command_ask(struct req *req, enum verb verb, struct json_object *body,
    struct json_object **ret)
{
	struct wire_call call = { .verb = verb_name(verb),
		.credential = req->credential,
		.address = req->address,
		.run = req->run,
		.step = req->step,
		.body = json_write(body) };
	struct wire_reply answer;
	enum err err;

	if (web_end_reading(req->web) != ERR_OK) {
		json_object_put(body);
		return request_unreadable(req);
	}
	err = keeper_client_ask(req->web->keeper, &call, &answer);
	web_begin_reading(req->web);
	if (err == ERR_UNAVAILABLE) {
		fault_set(&req->fault, err, "keeper_away", "", "%s",
		    request_text(req, "keeper_away"));
	} else if (err != ERR_OK) {
		err = fault_set(&req->fault, ERR_UNAVAILABLE, "keeper_lost", "",
		    "%s", request_text(req, "keeper_lost"));
	} else if (answer.err != ERR_OK) {
		err = refuse(req, answer.err, answer.body);
	} else {
		err = json_read(
		    answer.body, strlen(answer.body), ret, &req->fault);
		if (err == ERR_OK)
			request_own(req, *ret);
	}
	json_object_put(body);
	return err;
}

/* One field or several, as an array. */
static struct json_object *
several_of(struct json_object *field)
{
	struct json_object *list;

	if (json_object_is_type(field, json_type_array))
		return json_object_get(field);
	list = json_object_new_array();
	json_object_array_add(list, json_object_get(field));
	return list;
}

/* The words of one field or several. */
static struct json_object *
list_of(struct json_object *field)
{
	struct json_object *list = json_object_new_array();
	struct json_object *texts = several_of(field);
	static const char between[] = " ,;\t\r\n";

	for (size_t i = 0; i < json_count(texts); i++) {
		const char *text = json_object_get_string(json_at(texts, i));

		for (text += strspn(text, between); *text != '\0';
		     text += strspn(text, between)) {
			size_t len = strcspn(text, between);

			json_object_array_add(
			    list, json_object_new_string_len(text, (int)len));
			text += len;
		}
	}
	json_object_put(texts);
	return list;
}

static enum err
add_form_field(struct req *req, const struct field *f, struct json_object *body)
{
	const char *text = request_field(req, f->name);
	int64_t n;

	if (f->origin != FIELD_BODY || json_get(req->fields, f->name) == NULL)
		return ERR_OK;
	switch (f->type) {
	case FIELD_NUMBER:
		if (!text_int(text, 0, INT64_MAX, &n))
			return fault_set(&req->fault, ERR_INVALID, "wrong_type",
			    f->name, "malformed_number name=%s", f->name);
		json_set_int(body, f->name, n);
		break;
	case FIELD_FLAG:
		json_set_bool(body, f->name, text_eq(text, "true"));
		break;
	case FIELD_CHOICES:
		json_set(
		    body, f->name, several_of(json_get(req->fields, f->name)));
		break;
	case FIELD_LIST:
		json_set(
		    body, f->name, list_of(json_get(req->fields, f->name)));
		break;
	case FIELD_MAP:
		break;
	case FIELD_TEXT:
	case FIELD_WORDS:
	case FIELD_SECRET:
		json_set_text(body, f->name, text);
	}
	return ERR_OK;
}

enum err
command_body(struct req *req, enum verb verb, struct json_object **ret)
{
	const struct field *fields = command_row(verb)->fields;
	struct json_object *body;
	enum err err = ERR_OK;

	if (!req->is_form) {
		*ret = json_object_get(req->fields);
		return ERR_OK;
	}
	body = json_object_new_object();
	for (size_t i = 0; fields[i].name != NULL && err == ERR_OK; i++)
		err = add_form_field(req, &fields[i], body);
	if (err == ERR_OK)
		*ret = body;
	else
		json_object_put(body);
	return err;
}

struct json_object *
command_limits(void)
{
	static struct json_object *all;
	const struct field *f;
	char key[80];

	if (all != NULL)
		return all;
	all = json_object_new_object();
	for (int verb = 0; verb < VERB__MAX; verb++) {
		f = command_row((enum verb)verb)->fields;
		for (; f != NULL && f->name != NULL; f++) {
			if (f->most == 0)
				continue;
			snprintf(key, sizeof(key), "%s_%s",
			    verb_name((enum verb)verb), f->name);
			json_set_int(all, key, 2 * (int64_t)f->most);
		}
	}
	return all;
}

/* Sets the fields that stand in the path, and the person's own account. */
static void
add_path(struct req *req, struct json_object *body)
{
	const struct field *fields = command_row(req->verb)->fields;

	for (size_t i = 0; fields[i].name != NULL; i++) {
		if (fields[i].origin == FIELD_PATH)
			json_set_text(body, fields[i].name, req->name);
		else if (fields[i].origin == FIELD_ACCOUNT)
			json_set_text(body, fields[i].name, req->actor.name);
	}
}

/* The step of the command, if it is next or at work still. */
static bool
is_open_step(struct req *req)
{
	struct json_object *row = req->step == NULL
	    ? NULL
	    : request_own(req,
		  db_first_json(db_query(req->web->db, STMT_STEP_GET,
		      INT(req->run), TEXT(req->step))));

	return row != NULL &&
	    !state_in(state_read(row), STATES_DONE | IN(PENDING));
}

/* The run's page, at that step or the one that is next. */
static const char *
run_place(struct req *req)
{
	struct json_object *run = request_own(req,
	    db_first_json(db_query(req->web->db, STMT_RUN_GET, INT(req->run))));
	const char *current = is_open_step(req)
	    ? req->step
	    : json_text(run, "current", NULL);

	if (current != NULL)
		return request_step_place(req,
		    arena_printf(req->arena, "/runs/%" PRId64, req->run),
		    current);
	return arena_printf(req->arena, "/runs/%" PRId64 "%s", req->run,
	    state_read(run) == STATE_RUNNING ? "#finish" : "");
}

/* The page to show after the command. */
static const char *
next_page(struct req *req)
{
	const char *back = reply_local_path(request_field(req, "back"), NULL);

	if (back != NULL)
		return back;
	if (req->run != 0)
		return run_place(req);
	switch (req->verb) {
	case VERB_token_revoke:
		return "/tokens";
	case VERB_session_end:
	case VERB_session_end_others:
		return "/sessions";
	case VERB_reset_confirm:
		return "/";
	default:
		return "/users";
	}
}

/*
 * A refused form of the run page is answered by that page, which shows what is
 * possible now; others get the error page.  If the form is not possible any
 * more, the page lists what was entered.
 */
static enum err
refused(struct req *req, struct reply *reply, enum err err)
{
	if (req->wants != WANTS_HTML || req->run == 0 || req->problem == NULL ||
	    *request_field(req, "back") != '\0' || err == ERR_UNAUTHENTICATED ||
	    err == ERR_NOT_FOUND)
		return err;
	reply->status = reply_status(err, req->fault.code);
	if ((err = page_run(req, reply)) != ERR_OK || !req->is_form ||
	    carry_back(req, reply))
		return err;
	req->form_gone = true;
	buf_reset(&reply->body);
	return page_run(req, reply);
}

enum err
command_post(struct req *req, struct reply *reply)
{
	struct json_object *body, *answer;
	enum err err = command_body(req, req->verb, &body);

	if (err != ERR_OK)
		return err;
	add_path(req, body);
	if ((err = command_ask(req, req->verb, body, &answer)) != ERR_OK)
		return refused(req, reply, err);
	if (req->wants == WANTS_HTML)
		return reply_redirect(req, reply, next_page(req));
	if ((command_row(req->verb)->conditions & COMMAND_LATER) != 0)
		reply->status = 202;
	return reply_json(req, reply, json_object_get(answer));
}
