/*
 * test_step_screen.c: what remains as text of what a terminal was sent.
 */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <string.h>

#include <cmocka.h>

#include "step/screen.h"

/* The same text, however the bytes are cut. */
static void
shows(const char *sent, const char *text)
{
	for (size_t piece = 1; piece <= strlen(sent); piece++) {
		struct screen *s = screen_new();
		struct buf out = {0}, plain = {0};

		for (size_t i = 0; i < strlen(sent); i += piece)
			screen_put(s, sent + i, strnlen(sent + i, piece),
			    &out, &plain);
		screen_finish(s, &out);
		assert_string_equal(buf_text(&out), text);
		buf_clear(&out);
		buf_clear(&plain);
		screen_free(s);
	}
}

static void
lines_pass_as_they_are(void **state)
{
	(void)state;
	shows("one\r\ntwo\r\n\r\nthree", "one\ntwo\n\nthree");
	shows("\xe4\xb8\xad\xe6\x96\x87\r\n", "\xe4\xb8\xad\xe6\x96\x87\n");
	shows("a\tb\r\n", "a       b\n");
}

static void
a_progress_bar_leaves_its_first_and_its_last_state(void **state)
{
	(void)state;
	shows("  0%\r 50%\r100%\r\ndone\r\n", "  0%\n100%\ndone\n");
	shows("10%\r\x1b[K20%\r\x1b[K\r\n", "10%\n");
}

static void
corrections_on_a_line_show_what_stood_at_its_end(void **state)
{
	(void)state;
	shows("abx\b \bc\r\n", "abx\nabc\n");
	shows("ab\b\bab\r\n", "ab\n");
}

static void
colours_titles_and_links_are_dropped(void **state)
{
	(void)state;
	shows("\x1b[1;31mred\x1b[0m\x1b]0;title\x07\x1b]8;;http://x\x1b\\l"
	    "\x1b]8;;\x1b\\\x1b(B\x1bP1q\x1b\\\x07.\r\n", "redl.\n");
}

static void
lines_that_are_drawn_over_further_up_are_not_repeated(void **state)
{
	(void)state;
	shows("a 0\r\nb 0\r\n\x1b[2A\ra 1\r\nb 1\r\n\x1b[2A\ra 2\r\nb 2\r\n"
	    "end\r\n", "a 0\nb 0\nend\n");
	shows("old\r\n\x1b[H\x1b[2Jmenu\r\n1) x\r\n", "old\nmenu\n1) x\n");
}

static void
arguments_out_of_bounds_do_no_harm(void **state)
{
	(void)state;
	shows("\x1b[99999999999999999999A\x1b[;;;;;;;;;;;;;;;;;;;;;;;;;;;;;;;;"
	    ";;;;;;;;;;;;;;H\x1b[1Jx\x1b[999999C\x1b[-1D\x1b[K\r\n", "x\n");
	shows("x\r\n\x1b[9999Bend", "x\n\n\n\n\n\n\n\n\n\n\n\n\n\n\n\n\n\n\n"
	    "\n\n\n\nend");
}

static void
the_lowest_line_of_a_terminal_moves_with_its_size(void **state)
{
	struct screen *s = screen_new();
	struct buf out = {0}, plain = {0};
	static const char below[] = "x\r\n\x1b[9999Bend";
	static const char above[] = "\r\x1b[9999Aover\x1b[B\r\n.";

	(void)state;
	screen_resize(s, 5);
	screen_put(s, below, strlen(below), &out, &plain);
	assert_string_equal(buf_text(&out), "x\n\n\n\nend");
	screen_resize(s, 200);
	screen_resize(s, 2);
	screen_put(s, above, strlen(above), &out, &plain);
	screen_finish(s, &out);
	assert_string_equal(buf_text(&out), "x\n\n\n\nend\n.");
	buf_clear(&out);
	buf_clear(&plain);
	screen_free(s);
}

int
main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(lines_pass_as_they_are),
		cmocka_unit_test(
		    a_progress_bar_leaves_its_first_and_its_last_state),
		cmocka_unit_test(
		    corrections_on_a_line_show_what_stood_at_its_end),
		cmocka_unit_test(colours_titles_and_links_are_dropped),
		cmocka_unit_test(
		    lines_that_are_drawn_over_further_up_are_not_repeated),
		cmocka_unit_test(arguments_out_of_bounds_do_no_harm),
		cmocka_unit_test(
		    the_lowest_line_of_a_terminal_moves_with_its_size),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
