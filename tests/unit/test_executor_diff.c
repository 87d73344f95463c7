/*
 * The difference of two texts: from it and one of them the other follows,
 * and it is as short as people expect.
 */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdlib.h>
#include <string.h>
#include <cmocka.h>

#include "executor/actions/diff.h"

static struct diff_count count;

static void
differ(const char *was, const char *is, struct buf *out)
{
	struct buf a = { 0 }, b = { 0 };

	buf_puts(&a, was);
	buf_puts(&b, is);
	buf_reset(out);
	count = diff_texts(&a, &b, "old", "new", out);
	buf_clear(&a);
	buf_clear(&b);
}

static void
the_smallest_difference_is_shown(void **state)
{
	struct buf out = { 0 };

	(void)state;
	differ("a\nb\nc\nd\ne\nf\ng\nh\n", "a\nb\nc\nd\nX\nf\ng\nh\n", &out);
	assert_string_equal(buf_text(&out),
	    "--- old\n+++ new\n"
	    "@@ -2,7 +2,7 @@\n b\n c\n d\n-e\n+X\n f\n g\n h\n");
	assert_int_equal(count.gone, 1);
	assert_int_equal(count.added, 1);
	differ("", "one\n", &out);
	assert_string_equal(
	    buf_text(&out), "--- old\n+++ new\n@@ -0,0 +1,1 @@\n+one\n");
	differ("x\ny\nz", "x\nz", &out);
	assert_string_equal(
	    buf_text(&out), "--- old\n+++ new\n@@ -1,3 +1,2 @@\n x\n-y\n z\n");
	buf_clear(&out);
}

/* Applies the difference, whose hunks show all lines here, to nothing: the
 * lines of ' ' and '-' are the old text, those of ' ' and '+' the new one. */
static void
read_side(const char *diff, char mark, struct buf *out)
{
	const char *s = diff;

	buf_reset(out);
	while (*s != '\0') {
		size_t n = strcspn(s, "\n");

		if ((*s == ' ' || *s == mark) && strncmp(s, "---", 3) != 0 &&
		    strncmp(s, "+++", 3) != 0) {
			buf_put(out, s + 1, n - 1);
			buf_putc(out, '\n');
		}
		s += n + (s[n] == '\n');
	}
}

static void
either_text_can_be_read_from_it(void **state)
{
	struct buf a = { 0 }, b = { 0 }, out = { 0 }, side = { 0 };

	(void)state;
	srand(1);
	for (int round = 0; round < 2000; round++) {
		buf_reset(&a);
		buf_reset(&b);
		for (int i = rand() % 9; i > 0; i--)
			buf_printf(&a, "%c\n", 'a' + rand() % 4);
		for (int i = rand() % 9; i > 0; i--)
			buf_printf(&b, "%c\n", 'a' + rand() % 4);
		/* all within one hunk: what differs is at both ends */
		differ(buf_text(&a), buf_text(&b), &out);
		if (strcmp(buf_text(&a), buf_text(&b)) == 0 ||
		    strstr(buf_text(&out), "@@\n") !=
			strrchr(buf_text(&out), '@') - 1)
			continue;
		read_side(buf_text(&out), '-', &side);
		assert_non_null(strstr(buf_text(&a), buf_text(&side)));
		read_side(buf_text(&out), '+', &side);
		assert_non_null(strstr(buf_text(&b), buf_text(&side)));
		assert_true(a.len / 2 + count.added == b.len / 2 + count.gone);
	}
	buf_clear(&a);
	buf_clear(&b);
	buf_clear(&out);
	buf_clear(&side);
}

static void
what_differs_much_is_bounded(void **state)
{
	struct buf a = { 0 }, b = { 0 }, out = { 0 };

	(void)state;
	for (int i = 0; i < 20000; i++) {
		buf_printf(&a, "%d old %d\n", i, i);
		buf_printf(&b, "%d new %d\n", i, i);
	}
	differ(buf_text(&a), buf_text(&b), &out);
	assert_int_equal(count.gone, 20000);
	assert_int_equal(count.added, 20000);
	assert_true(out.len < DIFF_BYTES + 2000);
	assert_non_null(strstr(buf_text(&out), "is not shown"));
	buf_reset(&a);
	for (int i = 0; i < 5000; i++)
		buf_puts(&a, "\xc3\xa9");
	differ(buf_text(&a), "", &out);
	assert_true(out.len < 600);
	buf_clear(&a);
	buf_clear(&b);
	buf_clear(&out);
}

int
main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(the_smallest_difference_is_shown),
		cmocka_unit_test(either_text_can_be_read_from_it),
		cmocka_unit_test(what_differs_much_is_bounded),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
