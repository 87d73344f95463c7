/* cmd_session_end.h: sessions that somebody else than their browser ends. */
#ifndef KEEPER_COMMANDS_CMD_SESSION_END_H
#define KEEPER_COMMANDS_CMD_SESSION_END_H

#include "base/err.h"

struct command;

/* A session is known by the first bytes of its hash, as 16 hex digits. */
#define SESSION_ID_BYTES 8

/*
 * Ends all sessions of the account but that with the hash `keep` (NULL: all),
 * recorded: why is "password_changed", "disabled" or "asked".
 */
enum err session_end_all(struct command *c, const char *account,
    const unsigned char *keep, const char *why);

/*
 * Ends the session of the account that was not used for longest, recorded, if
 * there are too many; not that with the hash `keep`.
 */
enum err session_end_surplus(
    struct command *c, const char *account, const unsigned char *keep);

#endif
