/*
 * commits.c: one-row commits of plain SQLite, as durable as the journal's:
 * what our commands are measured against.
 *
 *	commits FILE SECONDS [asked|rows]
 *
 * Prints how many there were in a second.  "asked": a second process asks
 * for each over a socket and waits for the answer, as our clients do; what
 * that costs no command can save.  "rows": likewise, and each transaction has
 * the rows of a comment: the event behind the last one of its run, and the
 * number of the last event in the row of the run.
 */
#include <sqlite3.h>
#include <stdio.h>
#include <stdbool.h>
#include <stdlib.h>
#include <string.h>
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

/* The rows of a comment, as the keeper writes them. */
static void
add_rows(sqlite3 *db, sqlite3_stmt *const rows[4])
{
	check(sqlite3_exec(db, "BEGIN IMMEDIATE", NULL, NULL, NULL));
	for (int i = 0; i < 4; i++) {
		while (sqlite3_step(rows[i]) == SQLITE_ROW)
			;
		check(sqlite3_reset(rows[i]));
	}
	check(sqlite3_exec(db, "COMMIT", NULL, NULL, NULL));
}

static void
prepare_rows(sqlite3 *db, const char *text, sqlite3_stmt *rows[4])
{
	static const char *const texts[4] = {
		"SELECT seq, hash FROM event WHERE run = 1"
		" ORDER BY seq DESC LIMIT 1",
		"SELECT * FROM run WHERE id = 1",
		"INSERT INTO event SELECT 1, coalesce(max(seq), 0) + 1, ?1,"
		" zeroblob(32) FROM event WHERE run = 1",
		"UPDATE run SET seq = seq + 1 WHERE id = 1",
	};

	check(sqlite3_exec(db,
	    "CREATE TABLE event (run INTEGER, seq INTEGER, body TEXT,"
	    " hash BLOB, PRIMARY KEY (run, seq)) STRICT, WITHOUT ROWID;"
	    "CREATE TABLE run (id INTEGER PRIMARY KEY, seq INTEGER) STRICT;"
	    "INSERT INTO run VALUES (1, 0)",
	    NULL, NULL, NULL));
	for (int i = 0; i < 4; i++)
		check(sqlite3_prepare_v2(db, texts[i], -1, &rows[i], NULL));
	check(sqlite3_bind_text(rows[2], 1, text, -1, SQLITE_STATIC));
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
	sqlite3_stmt *insert, *rows[4] = { NULL };
	sqlite3 *db;
	bool all;

	if (argc < 3)
		return 2;
	client = argc > 3 ? start_client() : -1;
	all = argc > 3 && strcmp(argv[3], "rows") == 0;
	check(sqlite3_open(argv[1], &db));
	check(sqlite3_exec(db,
	    "PRAGMA journal_mode = WAL;"
	    "PRAGMA synchronous = FULL;"
	    "CREATE TABLE t (id INTEGER PRIMARY KEY, body TEXT) STRICT",
	    NULL, NULL, NULL));
	check(sqlite3_prepare_v2(
	    db, "INSERT INTO t (body) VALUES (?)", -1, &insert, NULL));
	check(sqlite3_bind_text(insert, 1, text, -1, SQLITE_STATIC));
	if (all)
		prepare_rows(db, text, rows);
	begin = clock_monotonic();
	end = begin + 1000 * strtol(argv[2], NULL, 10);
	while (clock_monotonic() < end) {
		if (client >= 0 && read(client, call, sizeof(call)) <= 0)
			return 1;
		if (all)
			add_rows(db, rows);
		else
			check(sqlite3_step(insert)); /* its own transaction */
		check(sqlite3_reset(insert));
		if (client >= 0 && write(client, call, 64) != 64)
			return 1;
		count++;
	}
	printf(
	    "%lld\n", (long long)(count * 1000 / (clock_monotonic() - begin)));
	sqlite3_finalize(insert);
	for (int i = 0; i < 4; i++)
		sqlite3_finalize(rows[i]);
	check(sqlite3_close(db));
	return 0;
}
