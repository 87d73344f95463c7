/*
 * The people who could confirm a password that somebody else has set, by events
 * of any age: those of today, those of before accounts were marked, those of
 * people who are gone.
 */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <cmocka.h>
#include <stdio.h>
#include <stdlib.h>

#include "base/clock.h"
#include "journal/auth.h"
#include "journal/db.h"
#include "journal/event.h"
#include "journal/project/project.h"

#define DAY (24LL * 3600 * 1000)

static struct db *db;

/* An event of so many days ago. */
static void
happened(int days, const char *actor, const char *kind, const char *data)
{
	struct event e = { .run = 0,
		.seq = 1,
		.at = clock_now() - days * DAY,
		.actor = actor,
		.kind = event_find(kind),
		.data = json_tokener_parse(data) };

	assert_non_null(e.data);
	assert_int_equal(event_project(db, &e), ERR_OK);
	json_object_put(e.data);
}

static void
added(int days, const char *actor, const char *name, const char *roles,
    bool reset)
{
	char data[200];

	snprintf(data, sizeof(data),
	    "{\"name\": \"%s\", \"roles\": [\"%s\"],"
	    " \"reset\": %s}",
	    name, roles, reset ? "true" : "false");
	happened(days, actor, "account.added", data);
}

static int64_t
confirmers_of(const char *name)
{
	return db_first_int(db_query(db, STMT_CONFIRMER_COUNT, TEXT(name),
				INT(clock_now() - AUTH_ABLE_MS)),
	    -1);
}

static int
begin(void **state)
{
	char folder[] = "/tmp/cs-account-XXXXXX", command[64];

	(void)state;
	assert_non_null(mkdtemp(folder));
	assert_int_equal(db_open(folder, DB_KEEPER, &db), ERR_OK);
	snprintf(command, sizeof(command), "rm -rf %s", folder);
	db_begin(db);
	added(400, "boss", "boss", "admin", false);
	return system(command);
}

static int
end(void **state)
{
	(void)state;
	assert_int_equal(db_end(db, ERR_CONFLICT), ERR_CONFLICT);
	db_close(db);
	return 0;
}

static void
an_account_of_before_is_nobodys_and_can_confirm(void **state)
{
	(void)state;
	happened(300, "boss", "account.added",
	    "{\"name\": \"cy\", \"roles\": [\"approver\"]}");
	added(1, "boss", "bo", "approver", true);
	assert_int_equal(confirmers_of("bo"), 1);
}

static void
an_account_that_the_admin_made_cannot_confirm_for_them(void **state)
{
	(void)state;
	added(1, "boss", "puppet", "admin", true);
	added(1, "boss", "bo", "approver", true);
	assert_int_equal(confirmers_of("bo"), 0);
	added(1, "puppet", "dan", "approver", true);
	assert_int_equal(confirmers_of("dan"), 0);
}

static void
who_was_put_out_of_the_way_counts_for_thirty_days(void **state)
{
	static const char *const ends[] = {
		"{\"name\": \"cy\", \"roles\": [\"approver\"],"
		" \"disabled\": true}",
		"{\"name\": \"cy\", \"roles\": []}",
	};

	(void)state;
	added(300, "local", "cy", "approver", false);
	for (int i = 0; i < 2; i++) {
		happened(200, "boss", "account.changed",
		    "{\"name\": \"cy\","
		    " \"roles\": [\"approver\"]}");
		happened(100, "boss", "account.changed", ends[i]);
		happened(99, "boss", "account.changed", ends[i]);
		if (i == 0)
			added(1, "boss", "bo", "approver", true);
		assert_int_equal(confirmers_of("bo"), 0);
		happened(60, "boss", "account.changed",
		    "{\"name\": \"cy\","
		    " \"roles\": [\"approver\"]}");
		assert_int_equal(confirmers_of("bo"), 1);
		happened(29, "boss", "account.changed", ends[i]);
		assert_int_equal(confirmers_of("bo"), 1);
	}
}

static void
who_was_reset_meanwhile_counts_too(void **state)
{
	(void)state;
	added(300, "local", "cy", "approver", false);
	added(1, "boss", "bo", "approver", true);
	happened(1, "boss", "account.password_set",
	    "{\"name\": \"cy\", \"reset\": true}");
	assert_int_equal(confirmers_of("bo"), 1);
	happened(0, "cy", "account.password_set", "{\"name\": \"cy\"}");
	happened(0, "bo", "account.reset_confirmed", "{\"name\": \"cy\"}");
	assert_int_equal(confirmers_of("bo"), 1);
}

int
main(void)
{
	const struct CMUnitTest tests[] = {
#define ONE(test) cmocka_unit_test_setup_teardown(test, begin, end)
		ONE(an_account_of_before_is_nobodys_and_can_confirm),
		ONE(an_account_that_the_admin_made_cannot_confirm_for_them),
		ONE(who_was_put_out_of_the_way_counts_for_thirty_days),
		ONE(who_was_reset_meanwhile_counts_too),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
