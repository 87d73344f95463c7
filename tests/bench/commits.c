/*
 * commits.c: one-row commits of plain SQLite, as durable as the journal's:
 * what our commands are measured against.
 *
 *	commits FILE SECONDS	prints how many there were in a second
 */
#include <sqlite3.h>
#include <stdio.h>
#include <stdlib.h>

#include "base/clock.h"

static void
check(int rc)
{
	if (rc == SQLITE_OK || rc == SQLITE_DONE)
		return;
	fprintf(stderr, "commits: %s\n", sqlite3_errstr(rc));
	exit(1);
}

int
main(int argc, char **argv)
{
	static const char text[] = "a row of about as many bytes as an event "
	    "of the journal has, as the disk should not make a difference "
	    "between what is compared: {\"run\":1,\"seq\":1,\"kind\":\"run\"}";
	int64_t begin, end, count = 0;
	sqlite3_stmt *insert;
	sqlite3 *db;

	if (argc != 3)
		return 2;
	check(sqlite3_open(argv[1], &db));
	check(sqlite3_exec(db, "PRAGMA journal_mode = WAL;"
	    "PRAGMA synchronous = FULL;"
	    "CREATE TABLE t (id INTEGER PRIMARY KEY, body TEXT) STRICT",
	    NULL, NULL, NULL));
	check(sqlite3_prepare_v2(db, "INSERT INTO t (body) VALUES (?)", -1,
	    &insert, NULL));
	check(sqlite3_bind_text(insert, 1, text, -1, SQLITE_STATIC));
	begin = clock_monotonic();
	end = begin + 1000 * strtol(argv[2], NULL, 10);
	while (clock_monotonic() < end) {
		check(sqlite3_step(insert));	/* a transaction of its own */
		check(sqlite3_reset(insert));
		count++;
	}
	printf("%lld\n", (long long)(count * 1000 /
	    (clock_monotonic() - begin)));
	sqlite3_finalize(insert);
	check(sqlite3_close(db));
	return 0;
}
