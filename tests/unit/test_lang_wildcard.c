/* "*" and "?" in names of files, and where they may stand in a copy. */
#include <stdarg.h>
#include <setjmp.h>
#include <stddef.h>
#include <stdint.h>
#include <string.h>
#include <cmocka.h>

#include "lang/copy_line.h"
#include "lang/wildcard.h"

struct match {
	const char *pattern, *name;
	bool want;
};

static void
names_match_whole_and_by_characters(void **state)
{
	static const struct match all[] = { { "*", "a", true },
		{ "*", "", true }, { "?", "", false }, { "*", ".a", false },
		{ ".*", ".a", true }, { "?a", ".a", false },
		{ "*.conf", "a.conf", true }, { "*.conf", ".conf", false },
		{ "*.conf", "a.conf.bak", false }, { "a*", "ba", false },
		{ "*a*b*c", "xaxbxbxc", true }, { "*a*b*c", "xaxcxb", false },
		{ "??.c", "ab.c", true }, { "?.c", "ab.c", false },
		{ "?.c", "\xe6\x97\xa5.c", true },
		{ "\xe6\x97\xa5*", "\xe6\x97\xa5\xe6\x9c\xac", true },
		{ "?", "\xff", true }, { "??", "\xe6\x97\xa5", false },
		{ "a\\*", "a*", true }, { "a\\*", "ab", false },
		{ "a\\\\*", "a\\b", true }, { "[ab]", "a", false },
		{ "[ab]", "[ab]", true }, { "**a", "ba", true },
		{ "*****************b", "aaaaaaaaaaaaaaaaaaaaaaaaa", false } };

	(void)state;
	for (size_t i = 0; i < sizeof(all) / sizeof(all[0]); i++)
		assert_int_equal(wildcard_match(all[i].pattern, all[i].name,
				     strlen(all[i].name)),
		    all[i].want);
}

static void
a_value_stands_for_itself(void **state)
{
	struct buf pattern = { 0 };

	(void)state;
	wildcard_put("a\\", 2, false, &pattern);
	wildcard_put("*?\\", 3, true, &pattern);
	wildcard_put("*", 1, false, &pattern);
	assert_string_equal(pattern.data, "a\\\\\\*\\?\\\\*");
	assert_true(wildcard_match(pattern.data, "a\\*?\\xyz", 8));
	assert_false(wildcard_match(pattern.data, "a\\xx\\xyz", 8));
	buf_clear(&pattern);
}

static void
only_the_last_part_of_a_source_matches(void **state)
{
	static const struct match all[] = { { "/a/*.c -> /b/", "", true },
		{ "x:~/*.c -> y:/b/", "", true },
		{ "{{d}}/{{n}}-? -> /b/", "", true },
		{ "/a/*.c -> /b", "", false }, { "/*/x -> /b/", "", false },
		{ "/a*/ -> /b/", "", false }, { "/a -> /b*", "", false } };
	struct copy_text text;
	size_t at;

	(void)state;
	for (size_t i = 0; i < sizeof(all) / sizeof(all[0]); i++) {
		const char *s = all[i].pattern;

		assert_int_equal(
		    copy_line_read(s, strlen(s), &text, &at) == NULL,
		    all[i].want);
		assert_true(!all[i].want || text.match);
	}
	assert_null(copy_line_read("/a -> /b", 8, &text, &at));
	assert_false(text.match);
}

int
main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(names_match_whole_and_by_characters),
		cmocka_unit_test(a_value_stands_for_itself),
		cmocka_unit_test(only_the_last_part_of_a_source_matches),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
