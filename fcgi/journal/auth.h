/*
 * auth.h: who a credential belongs to.  Read by web and keeper alike.
 */
#ifndef JOURNAL_AUTH_H
#define JOURNAL_AUTH_H

#include "base/err.h"
#include "journal/db.h"
#include "journal/lifecycle.h"

#define AUTH_SECRET_BYTES 32 /* of sessions, tokens; hex: 64 */
#define AUTH_SESSION_MS (12LL * 3600 * 1000)
#define AUTH_TOKEN_MS (90LL * 24 * 3600 * 1000)
#define AUTH_TOKEN_MOST_MS (366LL * 24 * 3600 * 1000)
/* Who could confirm a reset so lately counts as somebody who could: else who
 * made it would disable all others for a moment. */
#define AUTH_ABLE_MS (30LL * 24 * 3600 * 1000)

/* What a token is good for. */
#define AUTH_READ 1u    /* looking */
#define AUTH_RUN 2u     /* all commands but those of approve */
#define AUTH_APPROVE 4u /* approving, rejecting, signing */
#define AUTH_ALL 7u

/*
 * Looks a credential up: "session:HEX" or "bearer:HEX".  Fills *ret, whose
 * roles are a new array that the caller puts and whose name is `name`.
 * ERR_UNAUTHENTICATED: unknown, expired or disabled; *ret is as it was.
 */
enum err auth_find(
    struct db *db, const char *credential, char name[65], struct actor *ret);

#define AUTH_KEY 66 /* bytes of auth_key() */

/* By this whoever asked can be looked up again: no secret, a hash of it. ""
 * for a credential that is none. */
void auth_key(const char *credential, char out[AUTH_KEY]);

/* The session or token still holds: not ended, expired, revoked, disabled. */
bool auth_holds(struct db *db, const char *key);

/*
 * Whether the credential is good for the verb: a token has the scope that it
 * takes; who approves has a password of their own, and where somebody else had
 * set one, a third person has confirmed it, if there is one who could.
 * ERR_FORBIDDEN with a fault.  run_authorize() asks it too.
 */
enum err auth_may(
    const struct actor *actor, enum verb verb, struct fault *fault);

/* The bit of the scope "read", "run" or "approve"; 0: there is none such. */
unsigned auth_scope(const char *name);

/* The token of the forms of a session: 64 hex digits, derived from the
 * cookie's secret, so that nothing needs to be stored. */
void auth_form_token(const char *session_hex, char out[65]);

/* BLAKE2b-256 of the secret's hex text: what the database keeps. */
void auth_hash(const char *secret_hex, unsigned char out[32]);

#endif
