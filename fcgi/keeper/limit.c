/*
 * limit.c: limits failed sign-ins.
 *
 * It counts the failures of an account from one address, of an address with any
 * account, and of an account from any address; one address adds only a few to
 * the last count.  So a stranger slows down themselves, and many strangers
 * together slow down new browsers, but never a browser that has signed in to
 * the account before: that has a count of its own (a device cookie, as OWASP
 * describes it). A limit on the account alone was rejected: it lets anybody
 * lock anybody out.  The table has a fixed size: four entries for each hash, of
 * which the least recently used makes room.  The hash has a random key, so that
 * nobody can choose names that push others out.  IPv6 addresses count by their
 * /64.
 */
#include <arpa/inet.h>
#include <stdio.h>
#include <string.h>

#include "base/clock.h"
#include "base/text.h"
#include "base/hash.h"
#include "keeper/limit.h"

#define SETS 1024
#define WAYS 4
#define LONGEST_MS (15 * 60 * 1000)
#define FORGET_MS (60 * 60 * 1000) /* after the last failure */
#define RECORD_BURST 20
#define RECORD_EVERY_MS 30000

/*
 * The number of free failures: of an account from one address, of a known
 * browser, of an address, of an account from anywhere.
 */
enum count { PAIR, DEVICE, ADDRESS, ACCOUNT };
static const int free_failures[] = { 5, 5, 30, 30 };

struct entry {
	unsigned char tag[16];
	int failures;
	int64_t until; /* monotonic */
	int64_t last;
};

static struct entry table[SETS][WAYS];
static char secret[65];

/* The part of the address that belongs to one person. */
static void
net_of(const char *address, char net[64])
{
	struct in6_addr a;

	if (inet_pton(AF_INET6, address, &a) == 1 && !IN6_IS_ADDR_V4MAPPED(&a))
		text_hex(&a, 8, net);
	else
		snprintf(net, 64, "%.63s", address);
}

/* The entry of the count; if there is none, a fresh one if `make`. */
static struct entry *
entry_of(const struct attempt *a, enum count which, bool make)
{
	unsigned char hash[HASH_BYTES];
	char net[64], key[600];
	struct entry *set, *oldest;

	if (secret[0] == '\0')
		text_random_hex(secret, 32);
	net_of(a->address, net);
	snprintf(key, sizeof(key), "%d\n%.200s\n%s\n%.80s", which,
	    which == ADDRESS ? "" : a->account,
	    which == PAIR || which == ADDRESS ? net : "",
	    which == DEVICE ? a->device : "");
	hash_two(secret, 64, key, strlen(key), hash);
	oldest = set = table[(hash[16] << 8 | hash[17]) % SETS];
	for (int i = 0; i < WAYS; i++) {
		if (memcmp(set[i].tag, hash, sizeof(set[i].tag)) == 0)
			return &set[i];
		if (set[i].last < oldest->last)
			oldest = &set[i];
	}
	if (!make)
		return NULL;
	*oldest = (struct entry){ 0 };
	memcpy(oldest->tag, hash, sizeof(oldest->tag));
	return oldest;
}

static int64_t
wait_of(const struct attempt *a, enum count which, int64_t now)
{
	const struct entry *e = entry_of(a, which, false);

	return e != NULL && e->until > now ? e->until - now : 0;
}

/* Adds a failure; returns the count. */
static int
add(const struct attempt *a, enum count which, int64_t now)
{
	struct entry *e = entry_of(a, which, true);
	int64_t wait = 1000;

	if (now - e->last > FORGET_MS)
		e->failures = 0;
	e->last = now;
	if (++e->failures < free_failures[which])
		return e->failures;
	for (int n = free_failures[which]; n < e->failures && wait < LONGEST_MS;
	     n++)
		wait *= 2;
	e->until = now + (wait < LONGEST_MS ? wait : LONGEST_MS);
	return e->failures;
}

int64_t
limit_wait(const struct attempt *a)
{
	int64_t now = clock_monotonic(), longest = 0;

	if (a->device[0] != '\0')
		return wait_of(a, DEVICE, now);
	for (enum count which = PAIR; which <= ACCOUNT; which++) {
		int64_t wait = which == DEVICE ? 0 : wait_of(a, which, now);

		longest = wait > longest ? wait : longest;
	}
	return longest;
}

void
limit_failed(const struct attempt *a)
{
	int64_t now = clock_monotonic();

	if (a->device[0] != '\0') {
		add(a, DEVICE, now);
		return;
	}
	add(a, ADDRESS, now);
	if (add(a, PAIR, now) <= free_failures[PAIR])
		add(a, ACCOUNT, now);
}

void
limit_passed(const struct attempt *a)
{
	struct entry *e = entry_of(
	    a, a->device[0] != '\0' ? DEVICE : PAIR, false);

	if (e != NULL)
		e->failures = 0;
}

bool
limit_record(int64_t *ret_left_out)
{
	/* The clock may begin at the boot: 0 can be less than a burst ago. */
	static int64_t credit_at = INT64_MIN, left_out;
	int64_t now = clock_monotonic();
	int64_t earliest = now - (int64_t)RECORD_BURST * RECORD_EVERY_MS;

	if (credit_at < earliest)
		credit_at = earliest;
	if (credit_at + RECORD_EVERY_MS > now) {
		left_out++;
		return false;
	}
	credit_at += RECORD_EVERY_MS;
	*ret_left_out = left_out;
	left_out = 0;
	return true;
}
