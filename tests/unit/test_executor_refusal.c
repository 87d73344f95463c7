/* test_executor_refusal.c: what a target refuses, in the reader's language. */
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <setjmp.h>
#include <string.h>
#include <cmocka.h>

#include "base/catalogue.h"
#include "executor/remote/refusal.h"

static void
reads_as(const char *text, const char *lang, const char *want)
{
	struct buf message = { 0 }, shown = { 0 };
	struct catalogue *c = catalogue_new();

	refusal_message(text, "flow", "/etc/f", &message);
	catalogue_render(c, lang, buf_text(&message), &shown);
	assert_string_equal(buf_text(&shown), want);
	catalogue_free(c);
	buf_clear(&message);
	buf_clear(&shown);
}

static void
a_code_is_a_message_in_each_language(void **state)
{
	(void)state;
	reads_as("remote_no_home", "en", "The user of flow has no HOME.");
	reads_as("edit_backup_exists /a b {x}", "en",
	    "The backup /a b {x} exists already.");
	reads_as("edit_backup_exists /a", "zh-CN", "备份 /a 已经存在。");
	reads_as("cat: no\nedit_file_irregular", "en",
	    "cat: no /etc/f is no regular file.");
}

/* Of a target that says something else: as it is, and no text of ours. */
static void
all_else_is_text(void **state)
{
	(void)state;
	reads_as("", "en", "");
	reads_as("The folder is gone.", "en", "The folder is gone.");
	reads_as("run_failed x", "zh-CN", "run_failed x");
	reads_as("remote_no_homes", "en", "remote_no_homes");
	reads_as("remote_no_home\n", "en", "remote_no_home\n");
}

int
main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(a_code_is_a_message_in_each_language),
		cmocka_unit_test(all_else_is_text),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
