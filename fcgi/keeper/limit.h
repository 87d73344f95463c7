/*
 * limit.h: how often somebody may fail to sign in.
 */
#ifndef KEEPER_LIMIT_H
#define KEEPER_LIMIT_H

#include <stdint.h>

/* Milliseconds until the key (an account or an address) may try again. */
int64_t	limit_wait(const char *key);

/* Counts a failure: from the fifth on, the wait doubles up to 15 minutes. */
void	limit_failed(const char *key);

/* Forgets the failures of the key. */
void	limit_forget(const char *key);

#endif
