/*
 * test_executor_screen.c: what remains as text of what a terminal was sent.
 */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdio.h>
#include <string.h>

#include <cmocka.h>

#include "executor/tty/screen.h"

static void
clear_shown(struct shown *out)
{
	buf_clear(&out->text);
	buf_clear(&out->seen);
	buf_clear(&out->plain);
}

/* The same text, however the bytes are cut; and so what was seen, where that
 * is asked for. */
static void
shows_and_saw(const char *sent, const char *text, const char *seen)
{
	for (size_t piece = 1; piece <= strlen(sent); piece++) {
		struct screen *s = screen_new();
		struct shown out = { 0 };

		for (size_t i = 0; i < strlen(sent); i += piece)
			screen_put(s, sent + i, strnlen(sent + i, piece), &out);
		screen_finish(s, &out);
		assert_string_equal(buf_text(&out.text), text);
		if (seen != NULL)
			assert_string_equal(buf_text(&out.seen), seen);
		clear_shown(&out);
		screen_free(s);
	}
}

static void
shows(const char *sent, const char *text)
{
	shows_and_saw(sent, text, NULL);
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
	      "\x1b]8;;\x1b\\\x1b(B\x1bP1q\x1b\\\x07.\r\n",
	    "redl.\n");
}

static void
lines_that_are_drawn_over_further_up_show_their_last_state(void **state)
{
	(void)state;
	shows_and_saw("a 0\r\nb 0\r\n\x1b[2A\ra 1\r\nb 1\r\n\x1b[2A\r"
		      "a 2\r\nb 2\r\nend\r\n",
	    "a 0\nb 0\na 2\nb 2\nend\n", "a 0\nb 0\na 1\nb 1\na 2\nb 2\nend\n");
	shows_and_saw("db: waiting\r\nweb: waiting\r\n\x1b[2A\x1b[2Kdb: done"
		      "\r\n\x1b[2Kweb: failed\r\n",
	    "db: waiting\nweb: waiting\ndb: done\nweb: failed\n",
	    "db: waiting\nweb: waiting\ndb: done\nweb: failed\n");
	shows_and_saw("db: waiting\r\nweb: waiting\r\n\x1b[A\x1b[5Cfailed \b "
		      "\x1b[B\r.\r\n",
	    "db: waiting\nweb: waiting\nweb: failed\n.\n",
	    "db: waiting\nweb: waiting\nweb: failed\n.\n");
}

static void
what_a_cleared_screen_showed_was_there(void **state)
{
	char sent[400] = "", text[400] = "";
	size_t at = 0, to = 0;

	(void)state;
	shows("old\r\n\x1b[H\x1b[2Jmenu\r\n1) x\r\n", "old\nmenu\n1) x\n");
	shows_and_saw("1) one\r\n\r\nchoose: \x1b[H\x1b[J1) two\r\n\r\nq",
	    "1) one\n\nchoose: \n1) two\n\nq",
	    "1) one\n\nchoose: \n1) two\n\nq\n");
	for (int i = 1; i <= 30; i++) {
		at += (size_t)snprintf(
		    sent + at, sizeof(sent) - at, "%d\r\n", i);
		to += (size_t)snprintf(text + to, sizeof(text) - to, "%d\n", i);
	}
	strcat(sent, "\x1b[2J\x1b[HFATAL: disk is full\r\n");
	strcat(text, "FATAL: disk is full\n");
	shows_and_saw(sent, text, text);
	shows_and_saw(
	    "FATAL\x1b[2K\rfine\r\n", "FATAL\nfine\n", "FATAL\nfine\n");
	shows_and_saw(
	    "FATAL\x1b[2J\x1b[Hfine\r\n", "FATAL\nfine\n", "FATAL\nfine\n");
	shows_and_saw("a\r\nFATAL\x1b[1;1H\x1b[J\x1b[?1049h\x1b[3;5Hin a box"
		      "\x1b[?1049l\x1b[Hout\r\n",
	    "a\nFATAL\n    in a box\nout\n", "a\nFATAL\n    in a box\nout\n");
}

static void
states_that_came_and_went_were_seen(void **state)
{
	(void)state;
	shows_and_saw(" 10%\r 20% FATAL\r 30%      \r\ndone\r\n",
	    " 10%\n 30%\ndone\n", " 10%\n 20% FATAL\n 30%\ndone\n");
	shows_and_saw("\x1b[5;10HFATAL\x1b[5;1Hx\x1b[8;1H",
	    "\n\n\n\nx        FATAL\n\n\n",
	    "\n\n\n\n         FATAL\nx        FATAL\n\n\n");
	shows_and_saw("one\r\ntwo\r\nthree\x1b[1;1H\x1b[M\x1b[Lnew\x1b[3;1H\r",
	    "one\ntwo\nthree\nnew\n", "one\ntwo\nthree\nnew\n");
	shows_and_saw("abcd\x1b[3D\x1b[2PX\x1b[2@\x1b[2G\x1b[3Xy\x1b[2b\r\n",
	    "abcd\nayyy\n", NULL);
}

/* As apt does: a bar at the bottom, and the rest scrolls above it. */
static void
a_part_of_the_screen_scrolls(void **state)
{
	char sent[2000] = "\x1b[1;23r\x1b[1;1H", text[1000] = "";
	size_t at = strlen(sent), to = 0;

	(void)state;
	for (int i = 1; i <= 40; i++) {
		at += (size_t)snprintf(sent + at, sizeof(sent) - at,
		    "line %d\r\n\x1b"
		    "7\x1b[24;1H%d%%\x1b"
		    "8",
		    i, i);
		to += (size_t)snprintf(
		    text + to, sizeof(text) - to, "line %d\n", i);
	}
	{
		struct screen *s = screen_new();
		struct shown out = { 0 };

		screen_put(s, sent, strlen(sent), &out);
		screen_finish(s, &out);
		for (int i = 1; i <= 40; i++) {
			char line[20];

			snprintf(line, sizeof(line), "line %d\n", i);
			assert_non_null(strstr(buf_text(&out.text), line));
			assert_non_null(strstr(buf_text(&out.seen), line));
			snprintf(line, sizeof(line), "\n%d%%\n", i);
			assert_non_null(strstr(buf_text(&out.seen), line));
		}
		assert_non_null(strstr(buf_text(&out.text), "40%"));
		assert_null(strstr(buf_text(&out.text), "39%"));
		clear_shown(&out);
		screen_free(s);
	}
}

static void
a_line_longer_than_a_row_is_one_line(void **state)
{
	char sent[6000], want[6000];

	(void)state;
	memset(sent, 'x', 5000);
	strcpy(sent + 5000, " ERROR\r\nok\r\n");
	memset(want, 'x', 5000);
	strcpy(want + 5000, " ERROR\nok\n");
	{
		struct screen *s = screen_new();
		struct shown out = { 0 };

		screen_put(s, sent, strlen(sent), &out);
		screen_finish(s, &out);
		assert_string_equal(buf_text(&out.text), want);
		assert_string_equal(buf_text(&out.seen), want);
		clear_shown(&out);
		screen_free(s);
	}
}

static void
arguments_out_of_bounds_do_no_harm(void **state)
{
	(void)state;
	shows("\x1b[99999999999999999999A\x1b[;;;;;;;;;;;;;;;;;;;;;;;;;;;;;;;;"
	      ";;;;;;;;;;;;;;H\x1b[1Jx\x1b[999999C\x1b[-1D\x1b[K\r\n",
	    "x\n");
	shows("x\r\n\x1b[9999Bend",
	    "x\n\n\n\n\n\n\n\n\n\n\n\n\n\n\n\n\n\n\n"
	    "\n\n\n\nend");
}

static void
the_lowest_line_of_a_terminal_moves_with_its_size(void **state)
{
	struct screen *s = screen_new();
	struct shown out = { 0 };
	static const char below[] = "x\r\n\x1b[9999Bend";
	static const char above[] = "\r\x1b[9999Aover\x1b[B\r\n.";

	(void)state;
	screen_resize(s, 5, &out);
	screen_put(s, below, strlen(below), &out);
	assert_string_equal(buf_text(&out.text), "x\n\n\n\nend");
	screen_resize(s, 200, &out);
	screen_resize(s, 2, &out);
	assert_string_equal(buf_text(&out.seen), "x\n\n\n\n");
	screen_put(s, above, strlen(above), &out);
	screen_finish(s, &out);
	assert_string_equal(buf_text(&out.text), "x\n\n\n\nend\nover\n.");
	clear_shown(&out);
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
		    lines_that_are_drawn_over_further_up_show_their_last_state),
		cmocka_unit_test(what_a_cleared_screen_showed_was_there),
		cmocka_unit_test(states_that_came_and_went_were_seen),
		cmocka_unit_test(a_part_of_the_screen_scrolls),
		cmocka_unit_test(a_line_longer_than_a_row_is_one_line),
		cmocka_unit_test(arguments_out_of_bounds_do_no_harm),
		cmocka_unit_test(
		    the_lowest_line_of_a_terminal_moves_with_its_size),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
