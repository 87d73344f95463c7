/*
 * commits.c: one-row commits of plain SQLite, as durable as the journal's:
 * what our commands are measured against.
 *
 *	commits FILE SECONDS [asked]
 *
 * Prints how many there were in a second.  "asked": a second process asks
 * for each over a socket and waits for the answer, as our clients do; what
 * that costs no command can save.
 */
#include <sqlite3.h>
#include <stdio.h>
#include <stdlib.h>
#include <sys/socket.h>
#include <unistd.h>

#include "base/clock.h"

static void
check(int rc)
{
	if (rc == SQLITE_OK || rc == SQLITE_DONE)
		return;
	fprintf(stderr, "commits: %s\n", sqlite3_errstr(rc));
	exit(1);
}

/* The client's end of a socket: it asks again whenever it is answered. */
static int
start_client(void)
{
	char call[256] = { 0 };
	int ends[2];

	if (socketpair(AF_UNIX, SOCK_STREAM, 0, ends) != 0)
		exit(1);
	if (fork() != 0) {
		close(ends[1]);
		return ends[0];
	}
	close(ends[0]);
	while (write(ends[1], call, sizeof(call)) > 0 &&
	    read(ends[1], call, sizeof(call)) > 0)
		;
	_exit(0);
}

int
main(int argc, char **argv)
{
	char call[256];
	int client;
	static const char text[] =
	    "a row of about as many bytes as an event "
	    "of the journal has, as the disk should not make a difference "
	    "between what is compared: {\"run\":1,\"seq\":1,\"kind\":\"run\"}";
	int64_t begin, end, count = 0;
	sqlite3_stmt *insert;
	sqlite3 *db;

	if (argc < 3)
		return 2;
	client = argc > 3 ? start_client() : -1;
	check(sqlite3_open(argv[1], &db));
	check(sqlite3_exec(db,
	    "PRAGMA journal_mode = WAL;"
	    "PRAGMA synchronous = FULL;"
	    "CREATE TABLE t (id INTEGER PRIMARY KEY, body TEXT) STRICT",
	    NULL, NULL, NULL));
	check(sqlite3_prepare_v2(
	    db, "INSERT INTO t (body) VALUES (?)", -1, &insert, NULL));
	check(sqlite3_bind_text(insert, 1, text, -1, SQLITE_STATIC));
	begin = clock_monotonic();
	end = begin + 1000 * strtol(argv[2], NULL, 10);
	while (clock_monotonic() < end) {
		if (client >= 0 && read(client, call, sizeof(call)) <= 0)
			return 1;
		check(sqlite3_step(insert)); /* a transaction of its own */
		check(sqlite3_reset(insert));
		if (client >= 0 && write(client, call, 64) != 64)
			return 1;
		count++;
	}
	printf(
	    "%lld\n", (long long)(count * 1000 / (clock_monotonic() - begin)));
	sqlite3_finalize(insert);
	check(sqlite3_close(db));
	return 0;
}
