/*
 * The lines that regexes look at: without escape sequences, each state of a
 * line that was printed over, however the output is cut.
 */
#include <stdarg.h>
#include <setjmp.h>
#include <stddef.h>
#include <stdint.h>
#include <string.h>
#include <cmocka.h>

#include "executor/output/lines.h"

static void
add_line(void *ctx, const char *line, size_t len, bool cut)
{
	struct buf *out = ctx;

	buf_put(out, line, len);
	buf_puts(out, cut ? "[cut]|" : "|");
}

static void
sees(size_t most, const char *printed, const char *want)
{
	size_t len = strlen(printed);

	for (size_t piece = 1; piece <= len; piece++) {
		struct buf out = { 0 }, clear = { 0 };
		struct escapes e = { 0 };
		struct lines l = { .most = most, .ctx = &out, .see = add_line };

		for (size_t i = 0; i < len; i += piece) {
			buf_reset(&clear);
			escapes_drop(&e, printed + i,
			    strnlen(printed + i, piece), &clear);
			lines_put(&l, buf_text(&clear), clear.len);
		}
		lines_finish(&l);
		assert_string_equal(buf_text(&out), want);
		buf_clear(&out);
		buf_clear(&clear);
		buf_clear(&l.line);
	}
}

static void
lines_end_as_a_reader_sees_it(void **state)
{
	(void)state;
	sees(99, "one\ntwo\r\nthree", "one|two|three|");
	sees(99, "\n\nx", "||x|");
	sees(99, " 10%\r 20%\rERROR: x\r\n", " 10%| 20%|ERROR: x|");
	sees(99, "old\x1b[2JFATAL\x1b[5;1Hnew", "old|FATAL|new|");
}

static void
escape_sequences_are_not_there(void **state)
{
	(void)state;
	sees(99, "\x1b[31mERROR\x1b[0m: no\x1b[K space", "ERROR: no space|");
	sees(99,
	    "\x1b]0;title\a\x1b]8;;http://x\x1b\\link\x1b]8;;\x1b\\."
	    "\x1b(B\x1b[?25l",
	    "link.|");
	sees(99, "Starting\x1b[60G[ OK ]", "Starting [ OK ]|");
	sees(99, "\x1b]0;never closed\nERROR\n", "|ERROR|");
	sees(99, "\x1b\nERROR\x1b", "|ERROR|");
}

static void
what_is_printed_over_was_there(void **state)
{
	(void)state;
	sees(99, "E\bER\bRR\bR", "ERR|");
	sees(99, "_\bE_\bRR\b_", "ERR|");
	sees(99, "ERROR\b\b\b\b\bok\n", "ERROR|ok|");
	sees(99, "50%\b\b\b60%\b\b\b70%", "50%|60%|70%|");
	sees(99, "\b\bx\n\b\b", "x|");
	sees(99, "a\xe4\xb8\xad\b\b.", "a\xe4\xb8\xad|.|");
}

static void
a_line_that_is_too_long_says_so(void **state)
{
	(void)state;
	sees(4, "12345678\nab\n1234\n12345", "1234[cut]|ab|1234|1234[cut]|");
}

int
main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(lines_end_as_a_reader_sees_it),
		cmocka_unit_test(escape_sequences_are_not_there),
		cmocka_unit_test(what_is_printed_over_was_there),
		cmocka_unit_test(a_line_that_is_too_long_says_so),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
