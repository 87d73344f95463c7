/*
 * The kinds of event: the words of records that exist stay, and an event of
 * another kind, or without what its kind has, changes nothing and ends nothing.
 */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <cmocka.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "journal/db.h"
#include "journal/event.h"
#include "journal/project/project.h"

static struct db *db;

static void
words_of_older_records_stay(void **state)
{
	static const char *const words[] = { "run.created", "run.changed",
		"run.compiled", "run.decided", "run.withdrawn", "run.refused",
		"run.started", "run.paused", "run.resumed", "run.aborted",
		"run.closed", "run.rollback_started", "run.rollback_cancelled",
		"run.commented", "step.ready", "step.excluded", "step.included",
		"step.requested", "step.starting", "step.running", "step.noted",
		"step.target_ended", "step.ended", "step.confirmed",
		"step.reopened", "step.decided", "step.withdrawn",
		"step.skipped", "step.resolved", "step.signed",
		"step.cancel_requested", "step.typed", "step.revealed",
		"look.requested", "look.ended", "account.added",
		"account.changed", "account.password_set",
		"account.reset_confirmed", "token.added", "token.revoked",
		"session.opened", "session.closed", "session.ended",
		"session.failed", "setup.link_made", "secret.set",
		"secret.deleted", "journal.migrated" };

	(void)state;
	for (size_t i = 0; i < sizeof(words) / sizeof(words[0]); i++) {
		enum event_kind kind = event_find(words[i]);

		if (kind == EVENT_NONE)
			fail_msg("no kind of event has the word %s", words[i]);
		assert_string_equal(event_word(kind), words[i]);
	}
}

static void
each_kind_has_a_word_of_its_own(void **state)
{
	(void)state;
	for (int i = EVENT_NONE + 1; i < EVENT_KIND__MAX; i++) {
		assert_non_null(strchr(event_word(i), '.'));
		if ((int)event_find(event_word(i)) != i)
			fail_msg("%s is the word of two kinds", event_word(i));
	}
	assert_int_equal(event_find("run.unheard_of"), EVENT_NONE);
	assert_int_equal(event_find(""), EVENT_NONE);
}

static void
an_unknown_kind_is_not_recorded(void **state)
{
	(void)state;
	db_begin(db);
	assert_int_equal(
	    db_end(db,
		event_append(db, 0, EVENT_ANY_SEQ, "ana", EVENT_NONE, NULL)),
	    ERR_INVALID);
	assert_int_equal(
	    db_first_int(db_query(db, STMT_EVENT_LAST, INT(0)), 0), 0);
}

static void
empty_data_of_any_kind_is_survived(void **state)
{
	struct event e = { .run = 1, .seq = 1, .actor = "ana" };

	(void)state;
	e.data = json_object_new_object();
	for (int i = EVENT_NONE + 1; i < EVENT_KIND__MAX; i++) {
		e.kind = i;
		db_begin(db);
		(void)event_project(db, &e);
		assert_int_equal(db_end(db, ERR_INVALID), ERR_INVALID);
	}
	json_object_put(e.data);
}

static int
begin(void **state)
{
	char folder[] = "/tmp/cs-event-XXXXXX", command[64];

	(void)state;
	assert_non_null(mkdtemp(folder));
	assert_int_equal(db_open(folder, DB_KEEPER, &db), ERR_OK);
	snprintf(command, sizeof(command), "rm -rf %s", folder);
	return system(command);
}

static int
end(void **state)
{
	(void)state;
	db_close(db);
	return 0;
}

int
main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(words_of_older_records_stay),
		cmocka_unit_test(each_kind_has_a_word_of_its_own),
		cmocka_unit_test_setup_teardown(
		    an_unknown_kind_is_not_recorded, begin, end),
		cmocka_unit_test_setup_teardown(
		    empty_data_of_any_kind_is_survived, begin, end),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
