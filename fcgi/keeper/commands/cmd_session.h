/*
 * cmd_session.h: sign-in, sign-out, and sessions that expire.
 */
#ifndef KEEPER_COMMANDS_CMD_SESSION_H
#define KEEPER_COMMANDS_CMD_SESSION_H

#include "base/err.h"

struct command;
struct keeper;

/*
 * Has the child compare `password` with that of the account; the command is
 * called again and finds "yes" or "no" in c->hashed. ERR_LIMIT if the owner has
 * guessed too often from that address.
 */
enum err account_ask_password(
    struct command *c, const char *account, const char *password);

/* The child answered "no": counts the failure and refuses. */
enum err account_wrong_password(
    struct command *c, const char *account, const char *field);

/* Opens a session for the account, also for its browser. */
enum err session_open(struct command *c, const char *account);

/* Ends expired sessions, recorded, once a minute. */
void session_expire(struct keeper *k);

#endif
