/* cmd_account.h: shared by the commands about people, sessions and tokens. */
#ifndef KEEPER_COMMANDS_CMD_ACCOUNT_H
#define KEEPER_COMMANDS_CMD_ACCOUNT_H

#include "journal/event.h"
#include "keeper/keeper.h"

/*
 * Appends an event to chain 0 in the name of the caller (of the account that
 * the body names if nobody is signed in). Takes over `data`.
 */
enum err account_record(
    struct command *c, enum event_kind kind, struct json_object *data);

/* A new object with this one text. */
struct json_object *account_named(const char *key, const char *name);

/* The body's "name" can be the name of an account or a token. */
enum err account_check_id(struct command *c);

/* There is an account of that name; ERR_NOT_FOUND with a fault. */
enum err account_check_there(struct command *c, const char *name);

/* The account is the caller's own, or the caller is an admin. */
enum err account_own_or_admin(struct command *c, const char *account);

/*
 * Puts reset_by and reset_at into the data of a decision or signature, if
 * somebody else has set the password and nobody has confirmed it.
 */
void account_note_reset(const struct command *c, struct json_object *data);

#endif
