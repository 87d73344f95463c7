/* test_plan_command.c: the table of commands. */
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <setjmp.h>
#include <string.h>
#include <cmocka.h>

#include "plan/command.h"

static void
each_verb_is_found_again(void **state)
{
	(void)state;
	for (enum verb i = 0; i < VERB__MAX; i++)
		assert_int_equal(verb_find(verb_name(i)), i);
	assert_int_equal(verb_find("step_look"), VERB__MAX);
	assert_string_equal(verb_word(VERB_step_dry_run), "dry_run");
	assert_string_equal(verb_word(VERB_run_close), "close");
}

/* No two commands share a path, and no field stands twice in a body. */
static void
there_is_one_way_to_ask_for_each(void **state)
{
	(void)state;
	for (enum verb i = 0; i < VERB__MAX; i++) {
		const struct command_row *a = command_row(i);

		for (enum verb k = 0; k < i && a->path != NULL; k++)
			if (command_row(k)->path != NULL)
				assert_string_not_equal(
				    a->path, command_row(k)->path);
		for (size_t n = 0; a->fields != NULL && a->fields[n].name; n++)
			for (size_t m = 0; m < n; m++)
				assert_string_not_equal(
				    a->fields[n].name, a->fields[m].name);
	}
}

/* A path has the place of each field that stands in it, and no other. */
static void
a_path_names_what_the_command_is_about(void **state)
{
	(void)state;
	for (enum verb i = 0; i < VERB__MAX; i++) {
		const struct command_row *row = command_row(i);
		bool named = row->path != NULL && strstr(row->path, ":name");
		bool field = false;

		for (size_t n = 0; row->fields != NULL && row->fields[n].name;
		     n++)
			field |= row->fields[n].origin == FIELD_PATH ||
			    row->fields[n].origin == FIELD_ACCOUNT;
		if (row->path != NULL) {
			assert_int_equal(named, field);
			assert_int_equal(row->run_states != 0,
			    strstr(row->path, ":run") != NULL);
			assert_int_equal(row->step_states != 0,
			    strstr(row->path, ":step") != NULL);
		} else {
			/* session_seen is the web program's own */
			assert_true(row->fields == NULL ||
			    row->role == ROLE_LOCAL ||
			    row->role == ROLE_RUNNER || i == VERB_session_seen);
		}
	}
}

int
main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(each_verb_is_found_again),
		cmocka_unit_test(there_is_one_way_to_ask_for_each),
		cmocka_unit_test(a_path_names_what_the_command_is_about),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
