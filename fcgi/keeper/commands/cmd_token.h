/*
 * cmd_token.h: API tokens, their scopes and expiry.
 */
#ifndef KEEPER_COMMANDS_CMD_TOKEN_H
#define KEEPER_COMMANDS_CMD_TOKEN_H

#include "base/err.h"

struct command;

/* Revokes all tokens of the account, recorded. */
enum err token_revoke_all(
    struct command *c, const char *account, const char *why);

#endif
