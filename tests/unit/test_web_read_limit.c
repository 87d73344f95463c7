/*
 * A search that looks at many rows needs the turn that all workers share, and
 * a statement of a client that has gone ends.
 */
#include <setjmp.h>
#include <signal.h>
#include <sqlite3.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/socket.h>
#include <sys/wait.h>
#include <unistd.h>
#include <cmocka.h>

#include "base/mem.h"
#include "journal/db.h"
#include "web/http/read_limit.h"

static char folder[] = "/tmp/cs-limit-XXXXXX";
static struct read_limit *limit;

/* 30,000 runs in a journal of its own. */
static int
set_up(void **state)
{
	static const char runs[] =
	    "PRAGMA foreign_keys = OFF;"
	    "WITH n (i) AS (SELECT 1 UNION ALL SELECT i + 1 FROM n"
	    " WHERE i < 30000) INSERT INTO run (id, title, reason, runbook,"
	    " document, environment, production, state, mode, seq, plan,"
	    " plan_at, parameters, sealed, targets, approvals, steps_total,"
	    " steps_done, created_by, created_at) SELECT i, 'Upgrade', 'why',"
	    " 'book', 'd', 'test', 0, 'ready', 'main', 1, 'p', i, '{}', '{}',"
	    " '{}', '[]', 1, 1, 'ana', i FROM n";
	struct db *keeper = NULL;
	sqlite3 *db = NULL;
	char *path;

	(void)state;
	assert_non_null(mkdtemp(folder));
	path = mem_printf("%s/countersign.db", folder);
	assert_int_equal(db_open(folder, DB_KEEPER, &keeper), ERR_OK);
	db_close(keeper);
	assert_int_equal(sqlite3_open(path, &db), SQLITE_OK);
	assert_int_equal(sqlite3_exec(db, runs, NULL, NULL, NULL), SQLITE_OK);
	sqlite3_close(db);
	free(path);
	limit = read_limit_new();
	return 0;
}

static int
tear_down(void **state)
{
	char *command = mem_printf("rm -r %s", folder);

	(void)state;
	read_limit_free(limit);
	if (system(command) != 0)
		fail_msg("%s remains", folder);
	free(command);
	return 0;
}

/* A search that compares each run; the key why it was ended, or NULL. */
static const char *
search(int client)
{
	struct db *db = NULL;
	struct rows *rows;
	enum err err;

	assert_int_equal(db_open(folder, DB_WEB, &db), ERR_OK);
	read_limit_watch(limit, db);
	read_limit_begin(limit, client);
	(void)db_begin(db);
	read_limit_search(limit);
	rows = db_query(db, STMT_RUNS, TEXT("%nowhere%"), TEXT(NULL),
	    TEXT(NULL), TEXT(NULL), TEXT(NULL), TEXT(NULL), INT(0),
	    INT(INT64_MAX), INT(INT64_MAX), INT(INT64_MAX), INT(26));
	assert_false(db_next(rows));
	db_done(rows);
	assert_int_equal(db_end(db, ERR_OK) != ERR_OK,
	    read_limit_ended(limit, &err) != NULL);
	db_close(db);
	return read_limit_ended(limit, &err);
}

static void
one_worker_at_a_time_searches_long(void **state)
{
	int ready[2];
	char c = '\0';
	pid_t pid;

	(void)state;
	assert_int_equal(pipe(ready), 0);
	if ((pid = fork()) == 0) {
		c = search(-1) == NULL ? 'y' : 'n'; /* and keeps the turn */
		(void)!write(ready[1], &c, 1);
		pause();
		_exit(0);
	}
	assert_int_equal(read(ready[0], &c, 1), 1);
	assert_int_equal(c, 'y');
	assert_string_equal(search(-1), "search_busy");
	kill(pid, SIGKILL);
	assert_int_equal(waitpid(pid, NULL, 0), pid);
	/* the turn of a worker that died is free */
	assert_null(search(-1));
	read_limit_found(limit);
	close(ready[0]);
	close(ready[1]);
}

static void
a_search_of_a_client_that_has_gone_ends(void **state)
{
	int ends[2];

	(void)state;
	assert_int_equal(socketpair(AF_UNIX, SOCK_STREAM, 0, ends), 0);
	assert_null(search(ends[0]));
	assert_false(read_limit_is_gone(limit));
	close(ends[1]);
	assert_true(read_limit_is_gone(limit));
	assert_string_equal(search(ends[0]), "client_gone");
	close(ends[0]);
}

int
main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(one_worker_at_a_time_searches_long),
		cmocka_unit_test(a_search_of_a_client_that_has_gone_ends),
	};

	return cmocka_run_group_tests_name(
	    "web/read_limit", tests, set_up, tear_down);
}
