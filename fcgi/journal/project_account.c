/*
 * project_account.c: people, their tokens, and the names of secrets,
 * brought up to date event by event (project.c).
 */
#include "base/json.h"
#include "base/text.h"
#include "journal/project.h"

enum err
project_account_added(struct db *db, const struct event *e)
{
	return db_run(db, STMT_ACCOUNT_ADD, TEXT(text_of(e, "name")),
	    TEXT(written(e, "roles")), INT(e->at), TEXT(e->actor));
}

enum err
project_account_changed(struct db *db, const struct event *e)
{
	return db_run(db, STMT_ACCOUNT_SET, TEXT(text_of(e, "name")),
	    TEXT(written(e, "roles")),
	    INT(json_flag(e->data, "disabled", false)));
}

enum err
project_token_added(struct db *db, const struct event *e)
{
	unsigned char hash[HASH_BYTES];
	const char *hex = text_of(e, "hash");

	if (hex == NULL || !text_unhex(hex, hash, sizeof(hash)))
		return ERR_INVALID;
	return db_run(db, STMT_TOKEN_ADD, TEXT(text_of(e, "account")),
	    TEXT(text_of(e, "name")), BLOB(hash, sizeof(hash)), INT(e->at),
	    TEXT(e->actor));
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
	return db_run(db, STMT_SECRET_PUT, TEXT(text_of(e, "name")),
	    INT(e->at), TEXT(e->actor));
}

enum err
project_secret_deleted(struct db *db, const struct event *e)
{
	return db_run(db, STMT_SECRET_DELETE, TEXT(text_of(e, "name")));
}
