/*
 * A read that fails is not the end of the rows: the transaction fails with it,
 * writes nothing, and the next one is as good as any.
 */
#include "data_folder.h"

#include <fcntl.h>
#include <sys/wait.h>

#include "failing_reads.h"
#include "journal/db.h"
#include "journal/event.h"

#define EVENTS 400

static struct db *keeper;

static int64_t
count(struct db *db)
{
	struct rows *rows = db_query(
	    db, STMT_EVENTS_OF, INT(INT64_MIN), INT(INT64_MAX));
	int64_t n = 0;

	while (db_next(rows))
		n++;
	db_done(rows);
	return n;
}

static enum err
append(const char *actor)
{
	struct json_object *data = json_object_new_object();
	char text[600];

	memset(text, 'x', sizeof(text) - 1);
	text[sizeof(text) - 1] = '\0';
	json_object_object_add(data, "name", json_object_new_string(text));
	return event_append(
	    keeper, 0, EVENT_ANY_SEQ, actor, EVENT_SESSION_FAILED, data);
}

static void
rows_that_are_interrupted_are_not_all(void **state)
{
	int64_t found;
	bool failed;
	int parts = 0;

	(void)state;
	for (long n = 1;; n += 7) {
		(void)db_begin(keeper);
		failing_in(n);
		found = count(keeper);
		failed = failing_end();
		assert_int_equal(db_has_failed(keeper), failed);
		assert_int_equal(
		    db_end(keeper, ERR_OK), failed ? ERR_UNAVAILABLE : ERR_OK);
		if (!failed)
			break;
		parts += found > 0 && found < EVENTS;
	}
	assert_true(parts > 10);
	assert_int_equal(found, EVENTS);
}

static void
nothing_is_written_after_a_failed_read(void **state)
{
	(void)state;
	(void)db_begin(keeper);
	failing_in(1);
	(void)count(keeper);
	assert_true(failing_end());
	assert_int_equal(append("ana"), ERR_UNAVAILABLE);
	assert_int_equal(db_end(keeper, ERR_OK), ERR_UNAVAILABLE);
	(void)db_begin(keeper);
	assert_int_equal(count(keeper), EVENTS);
	assert_int_equal(db_end(keeper, ERR_OK), ERR_OK);
}

static void
a_failed_read_ends_its_command_and_not_the_batch(void **state)
{
	(void)state;
	(void)db_begin(keeper);
	assert_int_equal(db_savepoint(keeper), ERR_OK);
	assert_int_equal(append("ana"), ERR_OK);
	failing_in(1);
	(void)count(keeper);
	assert_true(failing_end());
	assert_int_equal(db_release(keeper, ERR_OK), ERR_UNAVAILABLE);
	assert_int_equal(db_savepoint(keeper), ERR_OK);
	assert_int_equal(count(keeper), EVENTS);
	assert_int_equal(db_release(keeper, ERR_OK), ERR_OK);
	assert_int_equal(db_end(keeper, ERR_OK), ERR_OK);
}

static void
a_failed_read_outside_of_a_transaction_ends_the_process(void **state)
{
	int status;
	pid_t pid;

	(void)state;
	if ((pid = fork()) == 0) {
		failing_in(1);
		(void)count(keeper);
		_exit(0);
	}
	assert_int_equal(waitpid(pid, &status, 0), pid);
	assert_true(WIFEXITED(status) && WEXITSTATUS(status) == 1);
}

/* A page of the table in the middle of the file, as SQLite numbers it. */
static long
page_of(const char *table)
{
	sqlite3 *db = NULL;
	sqlite3_stmt *stmt = NULL;
	long page;

	assert_int_equal(
	    sqlite3_open(data_path("countersign.db"), &db), SQLITE_OK);
	assert_int_equal(
	    sqlite3_prepare_v2(db,
		"SELECT pageno FROM dbstat WHERE name = ?1 AND"
		" pagetype = 'leaf' ORDER BY path LIMIT 1 OFFSET 20",
		-1, &stmt, NULL),
	    SQLITE_OK);
	sqlite3_bind_text(stmt, 1, table, -1, SQLITE_STATIC);
	assert_int_equal(sqlite3_step(stmt), SQLITE_ROW);
	page = (long)sqlite3_column_int64(stmt, 0);
	sqlite3_finalize(stmt);
	sqlite3_close(db);
	return page;
}

static void
rows_behind_a_damaged_page_are_not_missed(void **state)
{
	static const char damage[4096] = "not a page";
	struct db *db = NULL;
	long page = page_of("event");
	int fd;

	(void)state;
	db_close(keeper);
	keeper = NULL;
	fd = open(data_path("countersign.db"), O_WRONLY | O_CLOEXEC);
	assert_int_equal(
	    pwrite(fd, damage, sizeof(damage), (page - 1) * 4096), 4096);
	close(fd);
	assert_int_equal(db_open(data_folder, DB_CLI, &db), ERR_OK);
	(void)db_begin(db);
	assert_true(count(db) < EVENTS);
	assert_int_equal(db_end(db, ERR_OK), ERR_UNAVAILABLE);
	db_close(db);
}

static int
begin(void **state)
{
	data_begin(state);
	failing_begin();
	assert_int_equal(db_open(data_folder, DB_KEEPER, &keeper), ERR_OK);
	(void)db_begin(keeper);
	for (int i = 0; i < EVENTS; i++)
		assert_int_equal(append("ana"), ERR_OK);
	assert_int_equal(db_end(keeper, ERR_OK), ERR_OK);
	return 0;
}

static int
end(void **state)
{
	db_close(keeper);
	return data_end(state);
}

int
main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(rows_that_are_interrupted_are_not_all),
		cmocka_unit_test(nothing_is_written_after_a_failed_read),
		cmocka_unit_test(
		    a_failed_read_ends_its_command_and_not_the_batch),
		cmocka_unit_test(
		    a_failed_read_outside_of_a_transaction_ends_the_process),
		cmocka_unit_test(rows_behind_a_damaged_page_are_not_missed),
	};

	return cmocka_run_group_tests_name(
	    "journal/transaction", tests, begin, end);
}
