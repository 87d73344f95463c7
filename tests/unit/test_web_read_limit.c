/*
 * The limits of a request's reading: statements that are ended, and the answer
 * that the person gets.  Two processes share the turn of searches.
 */
#include "data_folder.h"

#include <sys/socket.h>
#include <sys/syscall.h>
#include <sys/wait.h>
#include <time.h>

#include "base/catalogue.h"
#include "journal/db_own.h"
#include "web/http/read_limit.h"
#include "web/http/reply.h"
#include "web/web.h"

#define SHORT "500"
#define MIDDLE "4000"
#define LONG "100000"
#define ENDLESS "9000000000000000000"

static struct web web;
static time_t ahead; /* seconds that the clock of this test is ahead */

/* The clock of this program, in place of that of libc. */
int
clock_gettime(clockid_t id, struct timespec *ts)
{
	int rc = (int)syscall(SYS_clock_gettime, id, ts);

	ts->tv_sec += ahead;
	return rc;
}

/* Counts to n; true if the database could. */
static bool
count_to(const char *n)
{
	char text[200];
	int rc;

	snprintf(text, sizeof(text),
	    "WITH RECURSIVE n (i) AS (SELECT 1 UNION ALL SELECT i + 1 FROM n"
	    " WHERE i < %s) SELECT max(i) FROM n",
	    n);
	rc = sqlite3_exec(web.db->handle, text, NULL, NULL, NULL);
	if (rc != SQLITE_OK)
		assert_int_equal(rc, SQLITE_INTERRUPT);
	return rc == SQLITE_OK;
}

/* The answer to a request that could not read has this status and code. */
static void
expect_answer(int status, const char *code)
{
	char *env[] = { "REQUEST_METHOD=GET", "REQUEST_URI=/runs",
		"HTTP_ACCEPT=application/json", NULL };
	struct arena *arena = arena_new();
	struct reply reply;
	struct req req;

	reply_init(&reply);
	assert_int_equal(request_init(&req, &web, arena, env, NULL, 0), ERR_OK);
	reply_fault(&req, &reply, request_unreadable(&req));
	assert_int_equal(reply.status, status);
	assert_non_null(strstr(buf_text(&reply.body), code));
	reply_clear(&reply);
	arena_free(arena);
}

static void
nothing_has_ended(void)
{
	enum err err;

	assert_null(read_limit_ended(web.limit, &err));
	assert_int_equal(err, ERR_OK);
}

static int
set_up(void **state)
{
	struct db *keeper;

	data_begin(state);
	assert_int_equal(db_open(data_folder, DB_KEEPER, &keeper), ERR_OK);
	db_close(keeper);
	web.data = data_folder;
	web.catalogue = catalogue_new();
	web.limit = read_limit_new();
	assert_int_equal(db_open(data_folder, DB_WEB, &web.db), ERR_OK);
	read_limit_watch(web.limit, web.db);
	return 0;
}

static int
tear_down(void **state)
{
	db_close(web.db);
	read_limit_free(web.limit);
	catalogue_free(web.catalogue);
	return data_end(state);
}

/* A process that is in a long search, until it is told to end. */
struct searcher {
	pid_t pid;
	int tell;
};

static struct searcher
search_elsewhere(bool ends_it)
{
	struct searcher s;
	int tell[2], ready[2];
	char byte;

	assert_int_equal(pipe(tell), 0);
	assert_int_equal(pipe(ready), 0);
	s.pid = fork();
	assert_true(s.pid >= 0);
	if (s.pid == 0) {
		close(tell[1]);
		/* a process has a connection of its own */
		if (db_open(data_folder, DB_WEB, &web.db) != ERR_OK)
			_exit(1);
		read_limit_watch(web.limit, web.db);
		read_limit_begin(web.limit, -1);
		read_limit_search(web.limit, true);
		if (!count_to(LONG) || write(ready[1], "x", 1) != 1 ||
		    read(tell[0], &byte, 1) < 0)
			_exit(1);
		if (ends_it)
			read_limit_found(web.limit);
		_exit(0);
	}
	close(tell[0]);
	close(ready[1]);
	assert_int_equal(read(ready[0], &byte, 1), 1);
	close(ready[0]);
	s.tell = tell[1];
	return s;
}

static void
end_search(struct searcher s)
{
	int status;

	close(s.tell);
	assert_int_equal(waitpid(s.pid, &status, 0), s.pid);
	assert_int_equal(status, 0);
}

static void
search(const char *n, bool found)
{
	read_limit_begin(web.limit, -1);
	read_limit_search(web.limit, true);
	assert_int_equal(count_to(n), found);
	read_limit_found(web.limit);
}

static void
one_long_search_is_made_at_a_time(void **state)
{
	(void)state;
	for (int ends_it = 0; ends_it < 2; ends_it++) {
		struct searcher s = search_elsewhere(ends_it);

		search(SHORT, true);
		nothing_has_ended();
		search(LONG, false);
		expect_answer(429, "search_busy");
		/* what is no search does not need the turn */
		read_limit_begin(web.limit, -1);
		assert_true(count_to(LONG));
		end_search(s); /* or dies within it */
		search(LONG, true);
		nothing_has_ended();
	}
}

/* It is refused before it has taken as much as one with an index may. */
static void
a_scan_beside_another_is_refused_sooner(void **state)
{
	struct searcher s = search_elsewhere(true);

	(void)state;
	search(SHORT, true);
	search(MIDDLE, true);
	read_limit_begin(web.limit, -1);
	read_limit_search(web.limit, false);
	assert_false(count_to(MIDDLE));
	expect_answer(429, "search_busy");
	end_search(s);
	read_limit_begin(web.limit, -1);
	read_limit_search(web.limit, false);
	assert_true(count_to(MIDDLE));
	read_limit_found(web.limit);
}

static void
a_search_ends_after_a_second(void **state)
{
	(void)state;
	read_limit_begin(web.limit, -1);
	read_limit_search(web.limit, true);
	ahead += 2;
	assert_false(count_to(ENDLESS));
	read_limit_found(web.limit);
	expect_answer(503, "search_too_long");
	/* the rest of the request reads nothing more, the next one does */
	assert_false(count_to(LONG));
	search(LONG, true);
}

static void
a_request_reads_for_fifteen_seconds(void **state)
{
	(void)state;
	read_limit_begin(web.limit, -1);
	ahead += 14;
	assert_true(count_to(LONG));
	ahead += 2;
	assert_false(count_to(ENDLESS));
	expect_answer(503, "read_too_long");
}

static void
nothing_is_read_for_a_client_that_has_gone(void **state)
{
	int ends[2];

	(void)state;
	assert_int_equal(socketpair(AF_UNIX, SOCK_STREAM, 0, ends), 0);
	read_limit_begin(web.limit, ends[0]);
	assert_true(count_to(LONG));
	assert_false(read_limit_is_gone(web.limit));
	close(ends[1]);
	assert_true(read_limit_is_gone(web.limit));
	assert_false(count_to(ENDLESS));
	nothing_has_ended();
	close(ends[0]);
}

int
main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(one_long_search_is_made_at_a_time),
		cmocka_unit_test(a_scan_beside_another_is_refused_sooner),
		cmocka_unit_test(a_search_ends_after_a_second),
		cmocka_unit_test(a_request_reads_for_fifteen_seconds),
		cmocka_unit_test(nothing_is_read_for_a_client_that_has_gone),
	};

	return cmocka_run_group_tests_name(
	    "web/read_limit", tests, set_up, tear_down);
}
