/*
 * cmd_session_end.c: the sessions of an account, ended by their person or an
 * admin, and the note that one is in use.
 *
 * A session is named by the first bytes of its hash, as in the record: that
 * opens nothing.  The session of somebody else looks as if it did not exist.
 * The note of its use is no event: it only says in the list which session is
 * forgotten.
 */
#include <string.h>

#include "base/clock.h"
#include "base/hash.h"
#include "base/text.h"
#include "journal/auth.h"
#include "journal/lifecycle_people.h"
#include "keeper/commands/cmd_account.h"
#include "keeper/commands/cmd_session_end.h"

#define SESSIONS_MOST 200 /* of one account */

/* The hash of the session that asks; false: it is a token that asks. */
static bool
own_hash(const struct command *c, unsigned char hash[HASH_BYTES])
{
	if (!c->actor.session)
		return false;
	auth_hash(c->call->credential + strlen("session:"), hash);
	return true;
}

enum err
session_end_all(struct command *c, const char *account,
    const unsigned char *keep, const char *why)
{
	struct json_object *data = account_named("account", account);
	struct json_object *ids = json_object_new_array();
	size_t len = keep != NULL ? HASH_BYTES : 0;
	struct rows *rows = db_query(c->keeper->db, STMT_SESSIONS_OF,
	    TEXT(account), BLOB(len > 0 ? (const void *)keep : "", len));
	enum err err;

	while (db_next(rows))
		json_object_array_add(
		    ids, json_object_new_string(db_text(rows, "session")));
	db_done(rows);
	json_set_text(data, "why", why);
	json_set(data, "sessions", ids);
	err = account_record(c, EVENT_SESSION_ENDED, data);
	return err != ERR_OK
	    ? err
	    : db_run(c->keeper->db, STMT_SESSION_DELETE_OF, TEXT(account),
		  BLOB(len > 0 ? (const void *)keep : "", len));
}

/* Ends the one whose hash the row has, recorded; there may be none. */
static enum err
end_one(struct command *c, struct json_object *row, const char *account,
    const char *why)
{
	const char *hex = json_text(row, "hash", "");
	struct json_object *data, *ids;
	unsigned char hash[HASH_BYTES];
	char id[2 * SESSION_ID_BYTES + 1];
	enum err err;

	if (!text_unhex(hex, hash, sizeof(hash)))
		return ERR_OK;
	data = account_named("account", account);
	ids = json_object_new_array();
	text_hex(hash, SESSION_ID_BYTES, id);
	json_object_array_add(ids, json_object_new_string(id));
	json_set_text(data, "why", why);
	json_set(data, "sessions", ids);
	err = account_record(c, EVENT_SESSION_ENDED, data);
	return err != ERR_OK ? err
			     : db_run(c->keeper->db, STMT_SESSION_DELETE,
				   BLOB(hash, sizeof(hash)));
}

enum err
session_end_surplus(
    struct command *c, const char *account, const unsigned char *keep)
{
	struct db *db = c->keeper->db;
	struct json_object *row;
	enum err err;

	if (db_first_int(db_query(db, STMT_SESSION_COUNT, TEXT(account)), 0) <=
	    SESSIONS_MOST)
		return ERR_OK;
	row = db_first_json(db_query(
	    db, STMT_SESSION_UNUSED, TEXT(account), BLOB(keep, HASH_BYTES)));
	err = end_one(c, row, account, "many");
	json_object_put(row);
	return err;
}

/* The row of the session with that id, or NULL. */
static struct json_object *
find(struct command *c, const char *id)
{
	unsigned char from[HASH_BYTES] = { 0 }, to[HASH_BYTES];

	if (strlen(id) != 2 * SESSION_ID_BYTES ||
	    !text_unhex(id, from, SESSION_ID_BYTES))
		return NULL;
	memset(to, 0xff, sizeof(to));
	memcpy(to, from, SESSION_ID_BYTES);
	return db_first_json(db_query(c->keeper->db, STMT_SESSION_NAMED,
	    BLOB(from, SESSION_ID_BYTES), BLOB(to, sizeof(to)),
	    INT(clock_now())));
}

enum err
cmd_session_end(struct command *c)
{
	struct json_object *row = find(c, json_text(c->body, "session", ""));
	const char *account = json_text(row, "account", "");
	enum err err;

	if (row == NULL ||
	    (!text_eq(account, c->actor.name) &&
		!actor_has(&c->actor, "admin")))
		err = fault_set(&c->fault, ERR_NOT_FOUND, "no_such_session",
		    "session", "refused_no_such_session");
	else
		err = end_one(c, row, account, "asked");
	json_object_put(row);
	return err;
}

enum err
cmd_session_end_others(struct command *c)
{
	const char *account = json_text(c->body, "name", "");
	unsigned char own[HASH_BYTES];
	bool keep = own_hash(c, own);
	enum err err;

	if ((err = account_own_or_admin(c, account)) != ERR_OK ||
	    (err = account_check_there(c, account)) != ERR_OK)
		return err;
	return session_end_all(c, account, keep ? own : NULL, "asked");
}

enum err
cmd_session_seen(struct command *c)
{
	unsigned char own[HASH_BYTES];

	return own_hash(c, own) ? db_run(c->keeper->db, STMT_SESSION_USED,
				      BLOB(own, sizeof(own)), INT(clock_now()))
				: ERR_OK;
}
