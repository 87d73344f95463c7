/*
 * people.c: the people who may do what the reader may not.
 *
 * Nobody is left alone with a refusal: whoever may not act reads who may, and
 * has a link to send them.  For approvals and signatures the role is not
 * enough, as nobody gives one to their own work: run_authorize() is asked for
 * each person.
 */
#include "journal/check.h"
#include "journal/lifecycle_people.h"
#include "web/card/people.h"
#include "web/views/approvals.h"
#include "web/views/model.h"

#define NAMES 12 /* at most in a text */

/* "a, b", with "…" for those beyond NAMES; NULL: there are none. */
static const char *
listed(const struct req *req, struct json_object *names)
{
	size_t n = json_count(names);
	const char *text;

	if (n > NAMES)
		json_object_array_del_idx(names, NAMES, n - NAMES);
	text = model_names(req, names);
	return n == 0   ? NULL
	    : n > NAMES ? arena_printf(req->arena, "%s, \xe2\x80\xa6", text)
			: text;
}

/* All that have the role, and whom `may`, if it is not NULL, allows. */
static const char *
names_of(struct req *req, const char *role,
    bool (*may)(void *ctx, const struct actor *), void *ctx)
{
	struct json_object *names = request_own(req, json_object_new_array());
	struct actor other = { .roles = request_own(
				   req, json_object_new_array()),
		.session = true };
	struct rows *rows = db_query(req->web->db, STMT_WHO_HAS, TEXT(role));

	json_object_array_add(other.roles, json_object_new_string(role));
	while (json_count(names) <= NAMES && db_next(rows)) {
		other.name = db_text(rows, "name");
		if (may == NULL || may(ctx, &other))
			json_object_array_add(
			    names, json_object_new_string(other.name));
	}
	db_done(rows);
	return listed(req, names);
}

const char *
people_with(struct req *req, const char *role)
{
	const char *names = names_of(req, role, NULL, NULL);

	return names == NULL
	    ? request_text(req, "role_nobody")
	    : request_fill(req, "role_people", "people", names, NULL);
}

struct asked {
	const struct view *v;
	enum verb verb;
	const struct lifecycle_step *step; /* or NULL */
};

/* A signature waits for its people, whatever else the run waits for. */
static bool
may(void *ctx, const struct actor *other)
{
	const struct asked *a = ctx;

	return (a->verb == VERB_step_sign
		       ? lifecycle_people_authorize(
			     a->verb, &a->v->lifecycle, a->step, other, NULL)
		       : run_authorize(a->verb, &a->v->lifecycle, a->step,
			     other, NULL)) == ERR_OK;
}

const char *
people_for(struct view *v, enum verb verb, int step, const char *role)
{
	struct lifecycle_step about;
	struct asked a = { v, verb, step < 0 ? NULL : &about };
	bool sign = verb == VERB_step_sign;
	const char *names;

	if (step >= 0)
		run_load_step(&v->loaded, step, verb, &about);
	names = names_of(v->req, role, may, &a);
	if (names == NULL && names_of(v->req, role, NULL, NULL) == NULL)
		return request_text(v->req, "role_nobody");
	return names == NULL
	    ? request_text(v->req, sign ? "sign_nobody" : "approval_nobody")
	    : request_fill(v->req, sign ? "sign_people" : "approval_people",
		  "people", names, NULL);
}

/* The command for which the run as a whole waits; VERB__MAX: none. */
static enum verb
awaited(const struct view *v)
{
	if (json_get(v->run, "ended_at") != NULL)
		return VERB__MAX;
	if (approvals_are_awaited(v))
		return VERB_run_approve;
	if (v->lifecycle.state == STATE_READY)
		return VERB_run_start;
	if (state_in(v->lifecycle.state, IN(PAUSED) | IN(PARKED)))
		return VERB_run_resume;
	return v->finished ? VERB_run_close : VERB__MAX;
}

void
people_add_ask(struct view *v, struct json_object *o)
{
	enum verb verb = awaited(v);
	struct fault why = { 0 };
	const char *text;
	enum err err = verb == VERB__MAX
	    ? ERR_OK
	    : run_authorize(verb, &v->lifecycle, NULL, &v->req->actor, &why);

	if (err == ERR_OK ||
	    (err != ERR_FORBIDDEN && verb != VERB_run_approve)) {
		model_text(o, "ask", NULL);
		return;
	}
	text = request_message(v->req, why.message);
	if (verb_role(verb) == ROLE_OPERATOR)
		text = arena_printf(v->req->arena, "%s %s", text,
		    people_with(v->req, "operator"));
	model_text(o, "ask", text);
}
