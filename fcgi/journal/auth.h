/* auth.h: the owner of a credential.  Read by web and keeper. */
#ifndef JOURNAL_AUTH_H
#define JOURNAL_AUTH_H

#include "base/err.h"
#include "journal/db.h"
#include "journal/lifecycle.h"

#define AUTH_SECRET_BYTES 32 /* of sessions and tokens, in hex: 64 */
#define AUTH_SESSION_MS (12LL * 3600 * 1000)
#define AUTH_TOKEN_MS (90LL * 24 * 3600 * 1000)
#define AUTH_TOKEN_MOST_MS (366LL * 24 * 3600 * 1000)
/*
 * An account that could confirm a reset within this time still counts as able;
 * otherwise the person who made the reset would disable all others for a
 * moment.
 */
#define AUTH_ABLE_MS (30LL * 24 * 3600 * 1000)

/* The scopes of a token. */
#define AUTH_READ 1u    /* reading */
#define AUTH_RUN 2u     /* all commands but those of approve */
#define AUTH_APPROVE 4u /* approving, rejecting, signing */
#define AUTH_ALL 7u

/*
 * Finds a credential, "session:HEX" or "bearer:HEX", and fills *ret. Its roles
 * are a new array that the caller puts; its name is `name`.
 * ERR_UNAUTHENTICATED: unknown, expired or disabled; *ret is unchanged.
 */
enum err auth_find(
    struct db *db, const char *credential, char name[65], struct actor *ret);

#define AUTH_KEY 66 /* bytes of auth_key() */

/*
 * The key by which the credential can be looked up again: its hash, not the
 * secret. "" if the credential has no valid form.
 */
void auth_key(const char *credential, char out[AUTH_KEY]);

/*
 * The same as auth_find() by the key.  Shows pages to a person who is known to
 * have the secret; a command needs that itself, as readers of the database can
 * read all keys.
 */
enum err auth_find_key(
    struct db *db, const char *key, char name[65], struct actor *ret);

/*
 * The session or token is still valid: not ended, expired, revoked or disabled.
 */
bool auth_holds(struct db *db, const char *key);

/*
 * Checks that the credential may be used for the verb. A token needs the verb's
 * scope. An approver needs a password of their own; if somebody else had set
 * it, a third person must have confirmed it, provided that there is one who
 * could. ERR_FORBIDDEN with a fault. run_authorize() calls it too.
 */
enum err auth_may(
    const struct actor *actor, enum verb verb, struct fault *fault);

/* The bit of the scope "read", "run" or "approve"; 0 if unknown. */
unsigned auth_scope(const char *name);

/*
 * The form token of a session: 64 hex digits, derived from the cookie's secret,
 * so that nothing is stored.
 */
void auth_form_token(const char *session_hex, char out[65]);

/* BLAKE2b-256 of the secret's hex text, as stored in the database. */
void auth_hash(const char *secret_hex, unsigned char out[32]);

#endif
