/*
 * auth.h: who a credential belongs to.  Read by web and keeper alike.
 */
#ifndef JOURNAL_AUTH_H
#define JOURNAL_AUTH_H

#include "base/err.h"
#include "journal/db.h"
#include "journal/life.h"

#define AUTH_SECRET_BYTES	32	/* of sessions, tokens; hex: 64 */
#define AUTH_SESSION_MS		(12LL * 3600 * 1000)

/*
 * Looks a credential up: "session:HEX" or "bearer:HEX".  *ret_roles is a new
 * array that the caller puts; `name` gets the account.  ERR_UNAUTHENTICATED:
 * unknown, expired or disabled.
 */
enum err auth_find(struct db *db, const char *credential, char name[65],
	    struct json_object **ret_roles);

/* The token of the forms of a session: 64 hex digits, derived from the
 * cookie's secret, so that nothing needs to be stored. */
void	 auth_form_token(const char *session_hex, char out[65]);

/* BLAKE2b-256 of the secret's hex text: what the database keeps. */
void	 auth_hash(const char *secret_hex, unsigned char out[32]);

#endif
