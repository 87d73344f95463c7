/*
 * read_limit.c: what a request may take from the database.
 *
 * There are few workers, and each serves one request at a time: a search that
 * looks at a million rows would keep one of them, a handful of searches all of
 * them.  So a search is free for as many rows as a page needs with an index,
 * and then needs the turn, of which there is one: a mutex in shared memory,
 * which the kernel gives back if its worker dies.  Waiting for the turn was
 * rejected: it would keep a worker as well.  A term that no index has gets less
 * for free: it is found in the newest rows or needs them all, and those who are
 * refused ask again.
 */
#include <errno.h>
#include <poll.h>
#include <pthread.h>
#include <sys/mman.h>

#include "base/clock.h"
#include "base/log.h"
#include "base/mem.h"
#include "journal/db.h"
#include "web/http/read_limit.h"

#define REQUEST_MS 15000
#define SEARCH_MS 1000
#define FREE_ASKS 25 /* of a search before it needs the turn */
#define FREE_ASKS_OF_SCAN 5

static const struct {
	const char *key;
	enum err err;
} reasons[] = {
	{ NULL, ERR_OK },
	{ NULL, ERR_OK }, /* the client has gone: nobody reads it */
	{ "read_too_long", ERR_TIMEOUT },
	{ "search_too_long", ERR_TIMEOUT },
	{ "search_busy", ERR_LIMIT },
};

enum reason { NONE, GONE, LONG, SEARCH_LONG, SEARCH_BUSY };

struct read_limit {
	pthread_mutex_t *turn; /* shared by all workers */
	int client;
	int64_t begin; /* of the request, or of its search */
	int asks;
	int free_asks;
	bool searches;
	bool has_turn;
	enum reason why;
};

struct read_limit *
read_limit_new(void)
{
	struct read_limit *l = mem_calloc(1, sizeof(*l));
	pthread_mutexattr_t shared;

	l->client = -1;
	l->turn = mmap(NULL, sizeof(*l->turn), PROT_READ | PROT_WRITE,
	    MAP_SHARED | MAP_ANONYMOUS, -1, 0);
	if (l->turn == MAP_FAILED)
		log_fatal("no shared memory");
	pthread_mutexattr_init(&shared);
	pthread_mutexattr_setpshared(&shared, PTHREAD_PROCESS_SHARED);
	pthread_mutexattr_setrobust(&shared, PTHREAD_MUTEX_ROBUST);
	pthread_mutex_init(l->turn, &shared);
	pthread_mutexattr_destroy(&shared);
	return l;
}

void
read_limit_free(struct read_limit *l)
{
	if (l == NULL)
		return;
	munmap(l->turn, sizeof(*l->turn));
	free(l);
}

static bool
take_turn(struct read_limit *l)
{
	int rc = l->has_turn ? 0 : pthread_mutex_trylock(l->turn);

	if (rc == EOWNERDEAD)
		rc = pthread_mutex_consistent(l->turn);
	l->has_turn = rc == 0;
	return l->has_turn;
}

bool
read_limit_is_gone(const struct read_limit *l)
{
	struct pollfd p = { .fd = l->client, .events = POLLRDHUP };

	return l->client >= 0 && poll(&p, 1, 0) > 0 &&
	    (p.revents & (POLLRDHUP | POLLHUP | POLLERR)) != 0;
}

/* Called by SQLite from time to time (db_watch()). */
static bool
may_go_on(void *ctx)
{
	struct read_limit *l = ctx;
	int64_t took = clock_monotonic() - l->begin;

	if (l->why != NONE)
		return false;
	if (read_limit_is_gone(l))
		l->why = GONE;
	else if (l->searches && took > SEARCH_MS)
		l->why = SEARCH_LONG;
	else if (took > REQUEST_MS)
		l->why = LONG;
	else if (l->searches && ++l->asks > l->free_asks && !take_turn(l))
		l->why = SEARCH_BUSY;
	return l->why == NONE;
}

void
read_limit_watch(struct read_limit *l, struct db *db)
{
	db_watch(db, may_go_on, l);
}

void
read_limit_begin(struct read_limit *l, int client)
{
	read_limit_found(l);
	l->client = client;
	l->begin = clock_monotonic();
	l->why = NONE;
}

void
read_limit_search(struct read_limit *l, bool has_index)
{
	l->searches = true;
	l->asks = 0;
	l->free_asks = has_index ? FREE_ASKS : FREE_ASKS_OF_SCAN;
	l->begin = clock_monotonic();
}

void
read_limit_found(struct read_limit *l)
{
	if (l->has_turn)
		pthread_mutex_unlock(l->turn);
	l->has_turn = l->searches = false;
}

const char *
read_limit_ended(const struct read_limit *l, enum err *ret_err)
{
	*ret_err = reasons[l->why].err;
	return reasons[l->why].key;
}
