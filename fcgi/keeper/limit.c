/*
 * limit.c: how often somebody may fail to sign in.
 *
 * A table of fixed size by hash of the key: two keys in one place share their
 * count, which is harmless, and nobody can make it grow.
 */
#include <string.h>

#include "base/clock.h"
#include "journal/hash.h"
#include "keeper/limit.h"

#define PLACES		4096
#define FREE_FAILURES	5
#define LONGEST_MS	(15 * 60 * 1000)

static struct {
	int	 failures;
	int64_t	 until;		/* monotonic */
	int64_t	 last;
} places[PLACES];

static size_t
place_of(const char *key)
{
	unsigned char hash[HASH_BYTES];

	hash_two(key, strlen(key), NULL, 0, hash);
	return ((size_t)hash[0] << 8 | hash[1]) % PLACES;
}

int64_t
limit_wait(const char *key)
{
	int64_t left = places[place_of(key)].until - clock_monotonic();

	return left > 0 ? left : 0;
}

void
limit_failed(const char *key)
{
	size_t i = place_of(key);
	int64_t now = clock_monotonic(), wait = 1000;

	if (now - places[i].last > LONGEST_MS)
		places[i].failures = 0;
	places[i].last = now;
	if (++places[i].failures < FREE_FAILURES)
		return;
	for (int n = FREE_FAILURES; n < places[i].failures &&
	    wait < LONGEST_MS; n++)
		wait *= 2;
	places[i].until = now + (wait < LONGEST_MS ? wait : LONGEST_MS);
}

void
limit_forget(const char *key)
{
	places[place_of(key)].failures = 0;
}
