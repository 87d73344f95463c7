/*
 * failing_reads.h: a database that cannot be read at one moment.  SQLite
 * interrupts the statement that reads then, once, in any connection that was
 * opened after failing_begin().
 */
#ifndef TESTS_UNIT_FAILING_READS_H
#define TESTS_UNIT_FAILING_READS_H

#include <sqlite3.h>
#include <stdbool.h>

static long failing_left; /* steps of SQLite until one fails; 0: none does */
static bool failing_done; /* it has failed */

static inline int
failing_step(void *unused)
{
	(void)unused;
	if (failing_left == 0 || --failing_left > 0)
		return 0;
	failing_done = true;
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
	sqlite3_auto_extension((void (*)(void))failing_watch);
}

/* The next failure is in n steps. */
static inline void
failing_in(long n)
{
	failing_left = n;
	failing_done = false;
}

/* True if there was one; none comes later. */
static inline bool
failing_end(void)
{
	failing_left = 0;
	return failing_done;
}

#endif
