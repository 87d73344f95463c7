/*
 * auth.c: who a credential belongs to.
 *
 * Sessions and tokens are 256 random bits; the database keeps their hash, so
 * that whoever reads it cannot use them.  A slow hash would add nothing: the
 * secrets cannot be guessed.
 */
#include <stdio.h>
#include <string.h>

#include "base/clock.h"
#include "base/text.h"
#include "journal/auth.h"
#include "journal/hash.h"

void
auth_hash(const char *secret_hex, unsigned char out[HASH_BYTES])
{
	hash_two(secret_hex, strlen(secret_hex), NULL, 0, out);
}

void
auth_form_token(const char *session_hex, char out[65])
{
	static const char purpose[] = "form token of session ";
	unsigned char hash[HASH_BYTES];

	hash_two(purpose, sizeof(purpose) - 1, session_hex,
	    strlen(session_hex), hash);
	text_hex(hash, sizeof(hash), out);
}

static bool
is_secret(const char *s)
{
	unsigned char bytes[AUTH_SECRET_BYTES];

	return strlen(s) == 2 * AUTH_SECRET_BYTES &&
	    text_unhex(s, bytes, sizeof(bytes));
}

enum err
auth_find(struct db *db, const char *credential, char name[65],
    struct json_object **ret_roles)
{
	unsigned char hash[HASH_BYTES];
	enum err err = ERR_UNAUTHENTICATED;
	struct rows *rows;

	if (text_starts(credential, "session:") && is_secret(credential + 8)) {
		auth_hash(credential + 8, hash);
		rows = db_query(db, STMT_SESSION_FIND,
		    BLOB(hash, sizeof(hash)), INT(clock_now()));
	} else if (text_starts(credential, "bearer:") &&
	    is_secret(credential + 7)) {
		auth_hash(credential + 7, hash);
		rows = db_query(db, STMT_TOKEN_FIND, BLOB(hash, sizeof(hash)));
	} else {
		return ERR_UNAUTHENTICATED;
	}
	if (db_next(rows)) {
		snprintf(name, 65, "%s", db_text(rows, 0));
		*ret_roles = json_tokener_parse(db_text(rows, 1));
		err = ERR_OK;
	}
	db_done(rows);
	return err;
}
