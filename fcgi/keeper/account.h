/*
 * account.h: what the commands about people, sessions and tokens share.
 */
#ifndef KEEPER_ACCOUNT_H
#define KEEPER_ACCOUNT_H

#include "keeper/keeper.h"

/* Appends an event to chain 0 in the name of who asks (of the account that
 * the body names where nobody is signed in).  Takes over `data`. */
enum err account_record(
    struct command *c, const char *kind, struct json_object *data);

/* A new object with this one text. */
struct json_object *account_named(const char *key, const char *name);

/* The body's "name" can be the name of an account or a token. */
enum err account_check_id(struct command *c);

/* There is an account of that name; ERR_NOT_FOUND with a fault. */
enum err account_check_there(struct command *c, const char *name);

/* The account is one's own, or one is an admin. */
enum err account_own_or_admin(struct command *c, const char *account);

/*
 * Asks for `password` to be compared with that of the account, in the child;
 * the command is called again and finds "yes" or "no" in c->hashed.
 * ERR_LIMIT where the account's owner, from there, has guessed too often.
 */
enum err account_ask_password(
    struct command *c, const char *account, const char *password);

/* The answer of the child was "no": counts it and refuses. */
enum err account_wrong_password(
    struct command *c, const char *account, const char *field);

/* Puts into the data of a decision or a signature that somebody else has set
 * the password and nobody has confirmed it: reset_by, reset_at. */
void account_note_reset(const struct command *c, struct json_object *data);

/* Opens a session for the account, also for its browser (session.c). */
enum err session_open(struct command *c, const char *account);

/* Ends all sessions of the account, on record: why is "password_changed" or
 * "disabled". */
enum err session_end_all(
    struct command *c, const char *account, const char *why);

/* Ends the sessions whose time is over, on record, once a minute. */
void session_expire(struct keeper *k);

/* Revokes all tokens of the account, on record. */
enum err token_revoke_all(
    struct command *c, const char *account, const char *why);

#endif
