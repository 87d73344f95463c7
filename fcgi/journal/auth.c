/*
 * auth.c: the owner of a credential.
 *
 * Sessions and tokens are 256 random bits; the database stores their hash, so a
 * reader of the database cannot use them.  A slow hash would add nothing: the
 * secrets cannot be guessed.
 */
#include <stdio.h>
#include <string.h>

#include "base/clock.h"
#include "base/text.h"
#include "journal/auth.h"
#include "journal/check.h"
#include "base/hash.h"

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

	hash_two(purpose, sizeof(purpose) - 1, session_hex, strlen(session_hex),
	    hash);
	text_hex(hash, sizeof(hash), out);
}

static bool
is_secret(const char *s)
{
	unsigned char bytes[AUTH_SECRET_BYTES];

	return strlen(s) == 2 * AUTH_SECRET_BYTES &&
	    text_unhex(s, bytes, sizeof(bytes));
}

/* Finds the account of the hash, and the scopes of the credential. */
static struct rows *
look_up(struct db *db, bool session, const unsigned char hash[HASH_BYTES])
{
	return db_query(db, session ? STMT_SESSION_FIND : STMT_TOKEN_FIND,
	    BLOB(hash, HASH_BYTES), INT(clock_now()));
}

void
auth_key(const char *credential, char out[AUTH_KEY])
{
	const char *secret = strchr(credential, ':');
	unsigned char hash[HASH_BYTES];

	out[0] = '\0';
	if (secret == NULL)
		return;
	auth_hash(secret + 1, hash);
	out[0] = credential[0];
	text_hex(hash, sizeof(hash), out + 1);
}

static bool
read_key(const char *key, unsigned char hash[HASH_BYTES])
{
	return strlen(key) == 1 + 2 * HASH_BYTES &&
	    text_unhex(key + 1, hash, HASH_BYTES);
}

bool
auth_holds(struct db *db, const char *key)
{
	unsigned char hash[HASH_BYTES];
	struct rows *rows;
	bool holds;

	if (!read_key(key, hash))
		return false;
	rows = look_up(db, key[0] == 's', hash);
	holds = db_next(rows);
	db_done(rows);
	return holds;
}

unsigned
auth_scope(const char *name)
{
	return text_eq(name, "read")   ? AUTH_READ
	    : text_eq(name, "run")     ? AUTH_RUN
	    : text_eq(name, "approve") ? AUTH_APPROVE
				       : 0;
}

/* The scopes that a token lacks; a session lacks none. */
static unsigned
lacks(const char *scopes)
{
	struct json_object *list = json_tokener_parse(scopes);
	unsigned has = 0;
	size_t n = json_count(list);

	for (size_t i = 0; i < n; i++)
		has |= auth_scope(json_object_get_string(json_at(list, i)));
	json_object_put(list);
	return AUTH_ALL & ~has;
}

/* Reads an unconfirmed reset: somebody else knows the password. */
static void
read_reset(struct db *db, struct rows *rows, struct actor *a)
{
	if (db_is_null(rows, "reset_at") || !db_is_null(rows, "confirmed_at"))
		return;
	snprintf(
	    a->reset_by, sizeof(a->reset_by), "%s", db_text(rows, "reset_by"));
	a->reset_at = db_int(rows, "reset_at");
	a->reset_own = !db_is_null(rows, "own_at");
	a->reset_open = db_first_int(
			    db_query(db, STMT_CONFIRMER_COUNT, TEXT(a->name),
				INT(clock_now() - AUTH_ABLE_MS)),
			    0) > 0;
}

static enum err
find(struct db *db, bool session, const unsigned char hash[HASH_BYTES],
    char name[65], struct actor *ret)
{
	struct rows *rows = look_up(db, session, hash);
	enum err err = ERR_UNAUTHENTICATED;

	if (db_next(rows)) {
		snprintf(name, 65, "%s", db_text(rows, "name"));
		*ret = (struct actor){ .name = name,
			.session = session,
			.roles = json_tokener_parse(db_text(rows, "roles")),
			.lacks = session ? 0 : lacks(db_text(rows, "scopes")),
			.expires_at = session ? 0 : db_int(rows, "expires_at"),
			.used_at = session ? db_int(rows, "used_at") : 0 };
		read_reset(db, rows, ret);
		err = ERR_OK;
	}
	db_done(rows);
	return err;
}

enum err
auth_find(
    struct db *db, const char *credential, char name[65], struct actor *ret)
{
	unsigned char hash[HASH_BYTES];
	bool session = text_starts(credential, "session:");
	const char *secret = strchr(credential, ':');

	if ((!session && !text_starts(credential, "bearer:")) ||
	    !is_secret(secret + 1))
		return ERR_UNAUTHENTICATED;
	auth_hash(secret + 1, hash);
	return find(db, session, hash, name, ret);
}

enum err
auth_find_key(struct db *db, const char *key, char name[65], struct actor *ret)
{
	unsigned char hash[HASH_BYTES];

	return read_key(key, hash) ? find(db, key[0] == 's', hash, name, ret)
				   : ERR_UNAUTHENTICATED;
}

static unsigned
scope_of(enum verb verb)
{
	enum role role = verb_role(verb);

	if (role == ROLE_RULE || role == ROLE_SIGNER)
		return AUTH_APPROVE;
	return command_row(verb)->fields == NULL ? AUTH_READ : AUTH_RUN;
}

/* The person who reset the password could be the one who asks. */
static enum err
may_with_password(const struct actor *actor, struct fault *fault)
{
	const char *by = actor->reset_by;

	if (CHECK(password_not_own, by[0] != '\0' && !actor->reset_own))
		return fault_set(fault, ERR_FORBIDDEN,
		    CHECK_CODE(password_not_own), NULL,
		    "refused_password_not_own by=%s", by);
	if (CHECK(reset_open,
		by[0] != '\0' && actor->reset_own && actor->reset_open))
		return fault_set(fault, ERR_FORBIDDEN, CHECK_CODE(reset_open),
		    NULL, "refused_reset_open by=%s", by);
	return ERR_OK;
}

enum err
auth_may(const struct actor *actor, enum verb verb, struct fault *fault)
{
	unsigned scope = scope_of(verb);
	const char *name = scope == AUTH_APPROVE ? "approve"
	    : scope == AUTH_RUN                  ? "run"
						 : "read";

	if (CHECK(token_scope, (actor->lacks & scope) != 0))
		return scope == AUTH_APPROVE
		    ? fault_set(fault, ERR_FORBIDDEN, CHECK_CODE(token_scope),
			  NULL, "refused_scope_approve")
		    : fault_set(fault, ERR_FORBIDDEN, CHECK_CODE(token_scope),
			  NULL, "refused_scope_needed scope=%s", name);
	return scope == AUTH_APPROVE ? may_with_password(actor, fault) : ERR_OK;
}
