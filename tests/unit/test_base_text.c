/* Texts: what is blank in any script. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <string.h>

#include <cmocka.h>

#include "base/text.h"

static void
blank_is_what_nobody_can_read(void **state)
{
	static const char *const blank[] = { "", " \t\r\n", "\u3000",
		"\u00a0\u2003", "\u200b\u200d", "\u2028", "\u2800", "\ufeff" };
	static const char *const text[] = { ".", " x", "\u3000好", "é",
		"\xff" };

	(void)state;
	for (size_t i = 0; i < sizeof(blank) / sizeof(blank[0]); i++)
		assert_true(text_is_blank(blank[i]));
	for (size_t i = 0; i < sizeof(text) / sizeof(text[0]); i++)
		assert_false(text_is_blank(text[i]));
}

static void
characters_are_counted_not_bytes(void **state)
{
	(void)state;
	assert_int_equal(text_characters(""), 0);
	assert_int_equal(text_characters("abc"), 3);
	assert_int_equal(text_characters("二号机升级"), 5);
	assert_int_equal(text_characters("é😀"), 2);
}

static void
any_of_the_words_within_the_length(void **state)
{
	static const char *const words[] = { "up", "备份", NULL };

	(void)state;
	assert_true(text_has_any("back up", 7, words));
	assert_false(text_has_any("back up", 6, words));
	assert_true(text_has_any("先备份", strlen("先备份"), words));
	assert_false(text_has_any("", 0, words));
}

static void
chinese_is_told_by_its_characters(void **state)
{
	(void)state;
	assert_true(text_is_chinese("Stop 服务"));
	assert_false(text_is_chinese("Stop “it” → 🚀"));
	assert_false(text_is_chinese(""));
}

int
main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(blank_is_what_nobody_can_read),
		cmocka_unit_test(characters_are_counted_not_bytes),
		cmocka_unit_test(any_of_the_words_within_the_length),
		cmocka_unit_test(chinese_is_told_by_its_characters),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
