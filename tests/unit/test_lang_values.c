/*
 * {{name}} in text, the values that parameters take, and regexes.
 */
#include <stdarg.h>
#include <setjmp.h>
#include <stddef.h>
#include <stdint.h>
#include <stdlib.h>
#include <string.h>
#include <time.h>
#include <cmocka.h>

#include "base/catalogue.h"
#include "base/mem.h"
#include "base/buf.h"
#include "lang/parameter_value.h"
#include "lang/regex.h"
#include "lang/step_reads.h"
#include "lang/values.h"

static void
finds_names_in_double_braces(void **state)
{
	static const char text[] = "a {{x}} {{ y }} {{{z_1}} {{.N}} {{Up}} {{";
	size_t at = 0, len;
	char name[65];

	(void)state;
	assert_true(values_next(text, strlen(text), &at, &len, name));
	assert_int_equal(at, 2);
	assert_int_equal(len, 5);
	assert_string_equal(name, "x");
	at += len;
	assert_true(values_next(text, strlen(text), &at, &len, name));
	assert_string_equal(name, "z_1");
	assert_memory_equal(text + at, "{{z_1}}", len);
	at += len;
	assert_false(values_next(text, strlen(text), &at, &len, name));
}

static void
names_are_at_most_64_long(void **state)
{
	char text[80] = "{{";
	size_t at = 0, len;
	char name[65];

	(void)state;
	memset(text + 2, 'a', 64);
	memcpy(text + 66, "}}", 3);
	assert_true(values_next(text, 68, &at, &len, name));
	assert_int_equal(strlen(name), 64);
	memset(text + 2, 'a', 65);
	memcpy(text + 67, "}}", 3);
	at = 0;
	assert_false(values_next(text, 69, &at, &len, name));
	at = 0;
	assert_true(values_next("{{item/a~1b.c/0}}", 17, &at, &len, name));
	assert_string_equal(name, "item/a~1b.c/0");
	assert_true(values_is_item(name) && values_is_item("item"));
	assert_false(values_is_item("items") || values_is_item("v"));
	at = 0;
	assert_false(
	    values_next("{{item/a b}} {{items/a}}", 24, &at, &len, name));
	assert_false(values_next("{{a}", 4, &at, &len, name));
	assert_false(values_next("", 0, &at, &len, name));
}

static bool
takes(struct parameter p, const char *value)
{
	struct buf scratch = { 0 };
	bool ok;

	p.required = true;
	ok = parameter_check_value(&p, value, &scratch) == NULL;
	buf_clear(&scratch);
	return ok;
}

static void
values_are_checked_by_type(void **state)
{
	static const char *const choices[] = { "5.7", "8.0" };
	struct parameter text = { .type = PARAMETER_TEXT };
	struct parameter number = { .type = PARAMETER_NUMBER };
	struct parameter flag = { .type = PARAMETER_BOOL };
	struct parameter choice = {
		.type = PARAMETER_CHOICE, .choices = choices, .choices_count = 2
	};
	struct parameter pattern = { .type = PARAMETER_TEXT,
		.pattern = "\\d+\\.\\d+|latest" };

	(void)state;
	assert_true(takes(text, "anything; $(rm -rf) 'goes'"));
	assert_true(takes(number, "-0.5"));
	assert_false(takes(number, "1e5"));
	assert_false(takes(number, "1."));
	assert_false(takes(number, "-"));
	assert_true(takes(flag, "true"));
	assert_false(takes(flag, "yes"));
	assert_true(takes(choice, "8.0"));
	assert_false(takes(choice, "8"));
	assert_true(takes(pattern, "1.10"));
	assert_true(takes(pattern, "latest"));
	assert_false(takes(pattern, "1.10\n"));
	assert_false(takes(pattern, "x1.10"));
	assert_false(takes(pattern, "1.10x"));
	number.min = "-1.5";
	number.max = "12345678901234567890";
	assert_true(takes(number, "-1.50"));
	assert_false(takes(number, "-1.51"));
	assert_true(takes(number, "12345678901234567890"));
	assert_false(takes(number, "12345678901234567891"));
	assert_false(takes(number, "12345678901234567890.01"));
}

static void
numbers_are_compared_whatever_their_length(void **state)
{
	static const struct {
		const char *a, *b;
		int order;
	} pairs[] = {
		{ "1", "2", -1 },
		{ "10", "9", 1 },
		{ "1.50", "1.5", 0 },
		{ "001", "1", 0 },
		{ "-0", "0.0", 0 },
		{ "-2", "-1", -1 },
		{ "-1", "1", -1 },
		{ "0.9", "0.10", 1 },
		{ "9", "9.01", -1 },
		{ "9007199254740993", "9007199254740992", 1 },
	};

	(void)state;
	for (size_t i = 0; i < sizeof(pairs) / sizeof(pairs[0]); i++) {
		int a = parameter_compare_numbers(pairs[i].a, pairs[i].b);
		int b = parameter_compare_numbers(pairs[i].b, pairs[i].a);

		assert_int_equal((a > 0) - (a < 0), pairs[i].order);
		assert_int_equal((b > 0) - (b < 0), -pairs[i].order);
	}
}

static void
values_that_could_become_something_else_are_refused(void **state)
{
	struct parameter p = { .type = PARAMETER_TEXT };
	struct parameter dash = { .type = PARAMETER_TEXT, .dash = true };
	struct parameter lines = { .type = PARAMETER_TEXT, .multiline = true };
	struct parameter optional = { .type = PARAMETER_NUMBER };
	struct buf scratch = { 0 };
	char *big = mem_calloc(1, 65538);

	(void)state;
	assert_false(takes(p, "-rf"));
	assert_true(takes(dash, "-rf"));
	assert_false(takes(p, "a\nb"));
	assert_false(takes(p, "a\rb"));
	assert_true(takes(lines, "a\nb"));
	assert_false(takes(p, ""));
	assert_false(takes(p, "\xff"));
	assert_null(parameter_check_value(&optional, "", &scratch));
	assert_null(parameter_check_value(&optional, NULL, &scratch));
	memset(big, 'a', 65536);
	assert_true(takes(p, big));
	big[65536] = 'a';
	assert_false(takes(p, big));
	free(big);
	buf_clear(&scratch);
}

/* Bytes of another encoding: an answer, where there is one in any of them. */
static void
a_line_that_is_not_utf_8_hides_no_match(void **state)
{
	static const struct {
		const char *pattern;
		const char *line;
		enum match match;
	} rows[] = {
		{ "ERROR.*aborting",
		    "ERROR: Gr\xf6\xdf"
		    "e, aborting",
		    MATCH_YES },
		{ "^ERROR", "\xc5\xd0\xb6\xcf ERROR", MATCH_NO },
		{ "caf[^ ]+ (failed)", "caf\xe9 failed", MATCH_YES },
		{ "\\S+ done", "gr\xf6n done", MATCH_YES },
		{ "a\\.b", "\xf6 a.b", MATCH_YES },
		{ "caf. failed", "caf\xe9 failed", MATCH_GAVE_UP },
		{ "\\bdone", "gr\xf6n done", MATCH_GAVE_UP },
		{ "caf[^ ] failed", "caf\xe9 failed", MATCH_GAVE_UP },
		{ "失败|错误", "\xca\xa7\xb0\xdc", MATCH_GAVE_UP },
		{ "^(?!.*失败).*ok", "\xca\xa7\xb0\xdc ok", MATCH_GAVE_UP },
		{ "失败|错误", "失败", MATCH_YES },
	};
	char why[120];
	size_t at, len;

	(void)state;
	for (size_t i = 0; i < sizeof(rows) / sizeof(rows[0]); i++) {
		struct regex *re = regex_new(
		    rows[i].pattern, &at, why, sizeof(why));
		enum match match = regex_find(
		    re, rows[i].line, strlen(rows[i].line), &at, &len);

		if (match != rows[i].match)
			fail_msg("%s: %d", rows[i].pattern, (int)match);
		regex_free(re);
	}
}

static void
regexes_find_the_first_group_or_all(void **state)
{
	char why[120];
	size_t at, len;
	struct regex *re;

	(void)state;
	re = regex_new("^ERROR.*aborting$", &at, why, sizeof(why));
	assert_true(regex_find(re, "x\nERROR, a aborting\n", 20, &at, &len));
	assert_int_equal(at, 2);
	assert_int_equal(len, 17);
	regex_free(re);
	re = regex_new("version (\\S+)", &at, why, sizeof(why));
	assert_true(regex_find(re, "a version 1.4 b", 15, &at, &len));
	assert_int_equal(at, 10);
	assert_int_equal(len, 3);
	assert_false(regex_find(re, "nothing", 7, &at, &len));
	assert_int_equal(
	    regex_find(re, "\xff\xfe version \xe5\x8d\x87", 14, &at, &len),
	    MATCH_YES);
	assert_int_equal(at, 11);
	assert_int_equal(len, 3);
	assert_false(regex_find(re, NULL, 0, &at, &len));
	assert_true(regex_find(re, "version \xe5\x8d\x87", 11, &at, &len));
	assert_true(regex_find(re, "\xe5\x8d version a\xff", 12, &at, &len));
	regex_free(re);
	re = regex_new("(a)(b)(c)", &at, why, sizeof(why));
	assert_true(regex_find(re, "xabc", 4, &at, &len));
	assert_int_equal(at, 1);
	assert_int_equal(len, 1);
	regex_free(re);
	re = regex_new("x(a)?y", &at, why, sizeof(why));
	assert_true(regex_find(re, "_xy", 3, &at, &len));
	assert_int_equal(at, 1);
	assert_int_equal(len, 2);
	regex_free(re);
}

static void
a_wrong_regex_says_where(void **state)
{
	char why[120];
	size_t at = 0;

	(void)state;
	assert_null(regex_new("ab(c", &at, why, sizeof(why)));
	assert_int_equal(at, 4);
	assert_true(strlen(why) > 5);
	assert_null(regex_new("a\\Cb", &at, why, sizeof(why)));
	assert_false(regex_full("(", "("));
}

/* The regex on so many bytes of 'a' with the text at their end. */
static enum match
find_after(const char *pattern, size_t count, const char *end)
{
	size_t len = count + strlen(end), at, n;
	char *text = malloc(len), why[120];
	struct regex *re = regex_new(pattern, &at, why, sizeof(why));
	enum match match;

	assert_non_null(re);
	memset(text, 'a', count);
	memcpy(text + count, end, strlen(end));
	match = regex_find(re, text, len, &at, &n);
	if (match == MATCH_YES)
		assert_int_equal(at + n, len);
	regex_free(re);
	free(text);
	return match;
}

static void
a_hostile_regex_ends_soon_and_gives_no_answer(void **state)
{
	static const char *const patterns[] = { "(a+)+$", "(a|aa)+$",
		"^(a+)+: ERROR|fatal", "(([a-z])+.)+[A-Z]([a-z])+$" };
	clock_t start = clock();

	(void)state;
	for (size_t i = 0; i < 4; i++)
		for (size_t n = 40; n <= 4000000; n *= 100)
			assert_int_equal(
			    find_after(patterns[i], n, "!"), MATCH_GAVE_UP);
	assert_true(clock() - start < 15 * CLOCKS_PER_SEC);
}

static void
a_regex_answers_for_lines_of_any_length(void **state)
{
	static const size_t lengths[] = { 3, 1000, 1030, 65536, 8000000 };

	(void)state;
	for (size_t i = 0; i < 5; i++) {
		assert_int_equal(
		    find_after("ERROR", lengths[i], " ERROR"), MATCH_YES);
		assert_int_equal(
		    find_after("^(?:\\w+ )+ERROR$", lengths[i], " b ERROR"),
		    MATCH_YES);
		assert_int_equal(
		    find_after("(?i)fatal|\\berror:", lengths[i], " ERROR"),
		    MATCH_NO);
		assert_int_equal(
		    find_after("\xe4\xb8\xad$", lengths[i], "\xe4\xb8\xad"),
		    MATCH_YES);
	}
}

static void
a_pattern_that_gives_up_refuses_the_value(void **state)
{
	struct parameter p = { .name = "p", .pattern = "(a|aa)+[bc]" };
	struct buf scratch = { 0 };
	char text[101];
	const char *why;

	(void)state;
	memset(text, 'a', 100);
	text[100] = '\0';
	assert_int_equal(regex_full(p.pattern, text), MATCH_GAVE_UP);
	assert_int_equal(regex_full(p.pattern, "aab"), MATCH_YES);
	assert_int_equal(regex_full(p.pattern, "aabc"), MATCH_NO);
	assert_non_null(why = parameter_check_value(&p, text, &scratch));
	assert_non_null(
	    strstr(catalogue_english(why), "could not be found out"));
	p.type = PARAMETER_LIST;
	assert_non_null(why = parameter_check_value(&p, text, &scratch));
	assert_non_null(strstr(catalogue_english(why), "too many steps"));
	buf_clear(&scratch);
}

static void
what_a_step_reads_stands_in_its_text(void **state)
{
	static const struct {
		enum step_kind kind;
		const char *text;
		bool reads; /* the value "id" */
	} cases[] = {
		{ STEP_SH, "echo \"$id\"", true },
		{ STEP_BASH, "echo ${#id} $x", true },
		{ STEP_BASH, "echo \"${id:-none}\"", true },
		{ STEP_BASH, "echo $((id + 1))", true },
		{ STEP_SH, "./deploy \"$CS_ID\"", true },
		{ STEP_SH, "id -u", false },
		{ STEP_SH, "echo $uid $id_old $ID #id", false },
		{ STEP_SH, "echo {{id}}", false },
		{ STEP_PYTHON, "print(os.environ['CS_ID'])", true },
		{ STEP_PYTHON, "print(id(x), '$id', CS_IDS)", false },
		{ STEP_HTTP, "GET /a/{{id}}", true },
		{ STEP_HTTP, "GET /id/$id", false },
		{ STEP_MYSQL, "SELECT id FROM t WHERE id = {{id}}", true },
		{ STEP_MYSQL, "SELECT id FROM t", false },
	};

	(void)state;
	for (size_t i = 0; i < sizeof(cases) / sizeof(cases[0]); i++) {
		struct step s = { .kind = cases[i].kind,
			.text = cases[i].text };

		if (step_reads_value(&s, "id") != cases[i].reads)
			fail_msg("%s", cases[i].text);
		s.text = "";
		s.file = "/etc/{{id}}.conf";
		assert_true(step_reads_value(&s, "id"));
	}
}

int
main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(a_line_that_is_not_utf_8_hides_no_match),
		cmocka_unit_test(what_a_step_reads_stands_in_its_text),
		cmocka_unit_test(finds_names_in_double_braces),
		cmocka_unit_test(names_are_at_most_64_long),
		cmocka_unit_test(values_are_checked_by_type),
		cmocka_unit_test(numbers_are_compared_whatever_their_length),
		cmocka_unit_test(
		    values_that_could_become_something_else_are_refused),
		cmocka_unit_test(regexes_find_the_first_group_or_all),
		cmocka_unit_test(a_wrong_regex_says_where),
		cmocka_unit_test(a_hostile_regex_ends_soon_and_gives_no_answer),
		cmocka_unit_test(a_regex_answers_for_lines_of_any_length),
		cmocka_unit_test(a_pattern_that_gives_up_refuses_the_value),
	};

	return cmocka_run_group_tests_name("book/values", tests, NULL, NULL);
}
