/*
 * New passwords: long enough, not known to everybody, not the account's name.
 */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdlib.h>
#include <string.h>
#include <cmocka.h>

#include "keeper/password.h"

static void
a_long_password_is_accepted(void **state)
{
	struct fault fault = { 0 };

	(void)state;
	assert_int_equal(
	    password_check("vexing otter lamp 42", "anna", &fault), ERR_OK);
	assert_int_equal(
	    password_check("正确的马电池订书钉三十七", "anna", &fault), ERR_OK);
}

static void
a_weak_password_is_refused_with_its_field(void **state)
{
	static const char *const weak[] = { "", "short", "password1234",
		"annaannaanna", "123456789012" };

	(void)state;
	for (size_t i = 0; i < sizeof(weak) / sizeof(weak[0]); i++) {
		struct fault fault = { 0 };

		if (password_check(weak[i], "anna", &fault) != ERR_INVALID)
			fail_msg("accepted: %s", weak[i]);
		assert_string_equal(fault.field, "password");
		assert_string_not_equal(fault.code, "");
	}
}

static void
a_password_without_end_is_refused(void **state)
{
	struct fault fault = { 0 };
	char *text = malloc(100001);

	(void)state;
	memset(text, 'x', 100000);
	text[100000] = '\0';
	assert_int_equal(password_check(text, "anna", &fault), ERR_INVALID);
	free(text);
}

int
main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(a_long_password_is_accepted),
		cmocka_unit_test(a_weak_password_is_refused_with_its_field),
		cmocka_unit_test(a_password_without_end_is_refused),
	};

	return cmocka_run_group_tests_name(
	    "keeper/password", tests, NULL, NULL);
}
