/*
 * A line of the log: one line, whatever is in it, in English.
 */
#include "data_folder.h"

#include <fcntl.h>

#include "base/log.h"
#include "base/message.h"
#include "base/turn.h"

/* The text that the call has written to standard error. */
#define LOGGED(call) (begin_log(), (call), end_log())

static int kept;

static void
begin_log(void)
{
	int fd = open(data_path("log"), O_RDWR | O_CREAT | O_TRUNC, 0600);

	assert_true(fd >= 0 && (kept = dup(STDERR_FILENO)) >= 0);
	assert_true(dup2(fd, STDERR_FILENO) >= 0);
	close(fd);
}

static char *
end_log(void)
{
	assert_true(dup2(kept, STDERR_FILENO) >= 0);
	close(kept);
	return data_read("log");
}

static void
expect(char *line, const char *end)
{
	size_t len = strlen(line), n = strlen(end);

	if (len < n || strcmp(line + len - n, end) != 0 ||
	    strchr(line, '\n') != line + len - 1)
		fail_msg("%s, not %s", line, end);
	free(line);
}

static void
a_message_is_english_in_the_log(void **state)
{
	struct fault fault;

	(void)state;
	fault_set(&fault, ERR_INVALID, "too_long", "reason",
	    "refused_too_long field=%s count=%zu", "reason", (size_t)7);
	expect(LOGGED(log_warn("run %d: %s!", 1, fault.message)),
	    " warning: run 1: The reason is too long: 7 characters at "
	    "most.!\n");
	expect(
	    LOGGED(log_info("%s%s", MESSAGE("refused_no_steps"), "")), ".\n");
}

static void
nothing_in_it_makes_another_line(void **state)
{
	(void)state;
	expect(LOGGED(log_warn("a\nb\tc\033[31md\x7f%s", "\r\n")),
	    " warning: a?b?c?[31md???\n");
}

/* A message that is cut, or is none, is shown as it is. */
static void
a_long_line_is_cut(void **state)
{
	char text[9000], *line;

	(void)state;
	memset(text, 'x', sizeof(text));
	text[sizeof(text) - 1] = '\0';
	line = LOGGED(log_info("%s", text));
	assert_in_range(strlen(line), 1000, 1024);
	expect(line, "xxx\n");
	text[10] = MESSAGE_BEGIN;
	line = LOGGED(log_info("%s", text));
	assert_in_range(strlen(line), 1000, 1024);
	expect(line, "xxx\n");
	expect(LOGGED(log_info("\036{\"code\":\"no_such_code\"}\037")),
	    "no_such_code\n");
}

/* So many rounds of the loop that turn_over() compares with. */
static void
work(int rounds)
{
	volatile uint32_t n = 1;

	for (int i = 0; i < rounds * 10000000; i++)
		n = n * 1664525 + 1013904223;
}

static void
a_loop_that_works_for_long_is_logged(void **state)
{
	char *line;

	(void)state;
	turn_over();
	work(1);
	line = LOGGED(turn_over());
	assert_string_equal(line, "");
	free(line);
	work(40);
	line = LOGGED(turn_over());
	assert_non_null(strstr(line, " slow turn: "));
	free(line);
}

int
main(void)
{
	const struct CMUnitTest tests[] = {
#define ONE(test) cmocka_unit_test_setup_teardown(test, data_begin, data_end)
		ONE(a_message_is_english_in_the_log),
		ONE(nothing_in_it_makes_another_line),
		ONE(a_long_line_is_cut),
		ONE(a_loop_that_works_for_long_is_logged),
	};

	return cmocka_run_group_tests_name("base/log", tests, NULL, NULL);
}
