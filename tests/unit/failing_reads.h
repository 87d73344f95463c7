/*
 * failing_reads.h: a database that cannot be read at one moment.  SQLite
 * interrupts the statement that reads then, once, in any connection that was
 * opened after failing_begin().
 */
#ifndef TESTS_UNIT_FAILING_READS_H
#define TESTS_UNIT_FAILING_READS_H

#include <sqlite3.h>
#include <stdbool.h>
#include <sys/mman.h>

/* Shared with the processes that the test starts. */
static struct {
	long left; /* steps of SQLite until one fails; 0: none does */
	bool done; /* it has failed */
} * failing;

static inline int
failing_step(void *unused)
{
	(void)unused;
	if (failing->left == 0 || --failing->left > 0)
		return 0;
	failing->done = true;
	return 1;
}

static inline int
failing_watch(
    sqlite3 *db, const char **message, const struct sqlite3_api_routines *api)
{
	(void)message;
	(void)api;
	sqlite3_progress_handler(db, 1, failing_step, NULL);
	return SQLITE_OK;
}

static inline void
failing_begin(void)
{
	failing = mmap(NULL, sizeof(*failing), PROT_READ | PROT_WRITE,
	    MAP_SHARED | MAP_ANONYMOUS, -1, 0);
	assert_true(failing != MAP_FAILED);
	sqlite3_auto_extension((void (*)(void))failing_watch);
}

/* The next failure is in n steps. */
static inline void
failing_in(long n)
{
	failing->left = n;
	failing->done = false;
}

/* True if there was one; none comes later. */
static inline bool
failing_end(void)
{
	failing->left = 0;
	return failing->done;
}

#endif
