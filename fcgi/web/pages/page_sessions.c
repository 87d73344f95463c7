/*
 * page_sessions.c: where a person is signed in, newest first: one's own
 * sessions, and for admins those of others.  A browser is shown as it names
 * itself: that is a hint, not a fact.
 */
#include <string.h>

#include "base/clock.h"
#include "base/text.h"
#include "journal/auth.h"
#include "web/views/model.h"
#include "web/list/pager.h"
#include "web/pages/page.h"

#define ID_DIGITS 16   /* of a hash, which name a session */
#define AGENT_SHOWN 60 /* bytes of one that is not known */

struct word {
	const char *part; /* of a User-Agent; the first counts */
	const char *name;
};

static const struct word browsers[] = { { "Edg/", "Edge" }, { "OPR/", "Opera" },
	{ "Firefox/", "Firefox" }, { "Chrome/", "Chrome" },
	{ "Safari/", "Safari" }, { NULL, NULL } };

static const struct word systems[] = { { "Windows", "Windows" },
	{ "Android", "Android" }, { "iPhone", "iPhone" }, { "iPad", "iPad" },
	{ "Mac OS X", "macOS" }, { "CrOS", "ChromeOS" }, { "Linux", "Linux" },
	{ NULL, NULL } };

static const char *
word_in(const char *agent, const struct word *words)
{
	while (words->part != NULL && strstr(agent, words->part) == NULL)
		words++;
	return words->name;
}

/* "Firefox on Linux", or what the program calls itself. */
static const char *
agent_text(struct req *req, const char *agent)
{
	const char *browser = word_in(agent, browsers);
	const char *system = word_in(agent, systems);

	if (browser != NULL && system != NULL)
		return request_fill(req, "session_agent", "browser", browser,
		    "system", system, NULL);
	return *agent == '\0'
	    ? request_text(req, "session_agent_none")
	    : arena_strndup(req->arena, agent, strnlen(agent, AGENT_SHOWN));
}

/* The id of the session that asks; "": a token asks. */
static const char *
own_id(struct req *req)
{
	char key[AUTH_KEY];

	if (!req->actor.session)
		return "";
	auth_key(req->credential, key);
	return arena_strndup(req->arena, key + 1, ID_DIGITS);
}

static struct json_object *
session_model(struct req *req, struct rows *rows)
{
	struct json_object *o = db_row_json(rows);

	model_bool(o, "is_this", text_eq(json_text(o, "id", ""), own_id(req)));
	model_text(o, "agent_text", agent_text(req, json_text(o, "agent", "")));
	return o;
}

enum err
page_sessions(struct req *req, struct reply *reply)
{
	bool own = req->name == NULL || *req->name == '\0';
	const char *name = own ? req->actor.name : req->name;
	const char *path = own
	    ? "/sessions"
	    : pager_path(req, "/users/", name, "/sessions", NULL);
	const char *title = own
	    ? request_text(req, "sessions_title")
	    : request_fill(req, "sessions_title_of", "name", name, NULL);
	struct json_object *model, *list;

	if (db_first_int(
		db_query(req->web->db, STMT_WEB_ACCOUNT_THERE, TEXT(name)),
		0) == 0)
		return fault_set(&req->fault, ERR_NOT_FOUND, "not_found", "",
		    "no_account name=%.64s", name);
	model = json_object_new_object();
	list = pager_read(req, model,
	    db_query(req->web->db, STMT_WEB_SESSIONS, TEXT(name),
		INT(clock_now()), TEXT(pager_after(req)), INT(PAGER_ROWS + 1)),
	    session_model, path, "key");
	model_text(model, "name", name);
	model_text(model, "url", path);
	model_text(model, "title", title);
	model_bool(model, "is_own", own);
	model_bool(model, "has_sessions", json_count(list) > 0);
	model_bool(model, "has_others",
	    !own || json_count(list) > 1 || *pager_after(req) != '\0');
	model_put(model, "sessions", list);
	return reply_model(req, reply, "sessions.html", title, model);
}
