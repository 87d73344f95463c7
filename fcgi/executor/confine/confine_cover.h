/* confine_cover.h: covers the data folder in a mount namespace. */
#ifndef EXECUTOR_CONFINE_CONFINE_COVER_H
#define EXECUTOR_CONFINE_CONFINE_COVER_H

#include <stdbool.h>
#include <sys/types.h>

/*
 * In a new mount namespace: covers all paths of the data folder, and paths that
 * lead to processes outside.  The covers are writable, for the script, until
 * cover_seal().  False: errno.
 */
bool cover_all(const char *data, uid_t uid);
bool cover_seal(void);

#endif
