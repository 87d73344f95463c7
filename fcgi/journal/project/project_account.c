/*
 * project_account.c: projections of people, their tokens and the names of
 * secrets (project.c).
 */
#include "journal/project/project_account.h"
#include "base/clock.h"
#include "base/json.h"
#include "base/text.h"
#include "journal/auth.h"
#include "journal/project/project.h"

/* A person who sets another's password could sign in as them. */
static enum err
set_reset(struct db *db, const struct event *e)
{
	return db_run(db, STMT_ACCOUNT_SET_RESET, TEXT(text_of(e, "name")),
	    TEXT(e->actor), INT(e->at));
}

/* Its roles, or the people who know its password, are about to change. */
static enum err
set_able_until(struct db *db, const struct event *e)
{
	return db_run(
	    db, STMT_ACCOUNT_ABLE_UNTIL, TEXT(text_of(e, "name")), INT(e->at));
}

enum err
project_account_added(struct db *db, const struct event *e)
{
	enum err err = db_run(db, STMT_ACCOUNT_ADD, TEXT(text_of(e, "name")),
	    TEXT(written(e, "roles")), INT(e->at), TEXT(e->actor));

	return err == ERR_OK && json_flag(e->data, "reset", false)
	    ? set_reset(db, e)
	    : err;
}

enum err
project_account_changed(struct db *db, const struct event *e)
{
	enum err err = set_able_until(db, e);

	return err != ERR_OK
	    ? err
	    : db_run(db, STMT_ACCOUNT_SET, TEXT(text_of(e, "name")),
		  TEXT(written(e, "roles")),
		  INT(json_flag(e->data, "disabled", false)));
}

enum err
project_password_set(struct db *db, const struct event *e)
{
	enum err err;

	if (!json_flag(e->data, "reset", false))
		return db_run(db, STMT_ACCOUNT_SET_OWN,
		    TEXT(text_of(e, "name")), INT(e->at));
	err = set_able_until(db, e);
	return err == ERR_OK ? set_reset(db, e) : err;
}

enum err
project_reset_confirmed(struct db *db, const struct event *e)
{
	return db_run(db, STMT_ACCOUNT_CONFIRM_RESET, TEXT(text_of(e, "name")),
	    TEXT(e->actor), INT(e->at));
}

/* A time of the data in milliseconds; 0 if missing. */
static int64_t
time_of(const struct event *e, const char *key)
{
	const char *text = text_of(e, key);
	int64_t at = 0;

	return text != NULL && clock_parse(text, &at) ? at : 0;
}

/* The deciding person's password had been set by somebody else. */
enum err
project_decision_reset(struct db *db, const struct event *e)
{
	const char *by = text_of(e, "reset_by");

	return by == NULL
	    ? ERR_OK
	    : db_run(db, STMT_APPROVAL_RESET, INT(e->run), INT(e->seq),
		  TEXT(by), INT(time_of(e, "reset_at")));
}

/* Events from before tokens had scopes and an expiry have neither. */
enum err
project_token_added(struct db *db, const struct event *e)
{
	unsigned char hash[HASH_BYTES];
	const char *hex = text_of(e, "hash");

	if (hex == NULL || !text_unhex(hex, hash, sizeof(hash)))
		return ERR_INVALID;
	return db_run(db, STMT_TOKEN_ADD, TEXT(text_of(e, "account")),
	    TEXT(text_of(e, "name")), BLOB(hash, sizeof(hash)), INT(e->at),
	    TEXT(e->actor),
	    TEXT(json_get(e->data, "scopes") != NULL ? written(e, "scopes")
						     : "[\"read\",\"run\"]"),
	    INT(time_of(e, "expires_at")));
}

/* Version 2 introduced the expiry of tokens: older ones get 90 days. */
enum err
project_migrated(struct db *db, const struct event *e)
{
	if (json_int(e->data, "from", 0) >= 2)
		return ERR_OK;
	return db_run(db, STMT_TOKEN_LIMIT, INT(e->at + AUTH_TOKEN_MS));
}

enum err
project_token_revoked(struct db *db, const struct event *e)
{
	return db_run(db, STMT_TOKEN_DELETE, TEXT(text_of(e, "account")),
	    TEXT(text_of(e, "name")));
}

enum err
project_secret_set(struct db *db, const struct event *e)
{
	return db_run(db, STMT_SECRET_PUT, TEXT(text_of(e, "name")), INT(e->at),
	    TEXT(e->actor), TEXT(text_of(e, "box")));
}

enum err
project_secret_deleted(struct db *db, const struct event *e)
{
	return db_run(db, STMT_SECRET_DELETE, TEXT(text_of(e, "name")));
}
