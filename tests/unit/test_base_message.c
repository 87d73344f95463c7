/* Messages: a code with arguments, within strings, JSON and languages. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdlib.h>
#include <string.h>

#include <cmocka.h>

#include "base/catalogue.h"
#include "base/json.h"
#include "base/message.h"

static struct buf text;

static const char *
rendered(const char *lang)
{
	static struct buf out;
	struct catalogue *c = catalogue_new();

	buf_reset(&out);
	catalogue_render(c, lang, buf_text(&text), &out);
	catalogue_free(c);
	return buf_text(&out);
}

static void
a_message_is_in_the_language_of_the_reader(void **state)
{
	(void)state;
	buf_reset(&text);
	message_put(
	    &text, "refused_unfinished step=%s state=@is_%s", "stop", "failed");
	assert_string_equal(rendered("en"),
	    "The step \"stop\" is failed: finish or skip it first, or close "
	    "the run as failed.");
	assert_non_null(
	    strstr(rendered("zh-CN"), "步骤“stop”的状态是“已失败”"));
}

static void
an_argument_may_be_a_message(void **state)
{
	(void)state;
	buf_reset(&text);
	message_put(&text, "refused_value name=%.3s reason=%s", "portable",
	    MESSAGE("value_needed"));
	assert_string_equal(rendered("en"), "por: This needs a value.");
	assert_string_equal(rendered("zh-CN"), "por：此项必填。");
}

static void
a_noun_fits_its_number(void **state)
{
	(void)state;
	buf_reset(&text);
	message_put(&text, "cli_checked file=%s steps=%d result=@%s", "a.md", 1,
	    "cli_no_errors");
	assert_string_equal(rendered("en"), "a.md: 1 step, no errors");
	assert_string_equal(rendered("zh-CN"), "a.md: 1 个步骤，没有错误");
	buf_reset(&text);
	message_put(&text, "cli_checked file=%s steps=%d result=@%s", "a.md",
	    21, "cli_no_errors");
	assert_string_equal(rendered("en"), "a.md: 21 steps, no errors");
}

static void
the_locale_chooses_the_language_of_a_terminal(void **state)
{
	static const struct {
		const char *all, *messages, *lang;
		bool chinese;
	} rows[] = {
		{ "", "", "zh_CN.UTF-8", true },
		{ "", "", "zh_CN.utf8", true },
		{ "", "", "zh_CN.GB18030", false },
		{ "", "", "C.UTF-8", false },
		{ "", "", "", false },
		{ "C", "", "zh_CN.UTF-8", false },
		{ "", "en_US.UTF-8", "zh_CN.UTF-8", false },
		{ "", "zh_CN.UTF-8", "de_DE.UTF-8", true },
		{ "zh_SG.UTF-8", "en_US.UTF-8", "de_DE.UTF-8", true },
	};

	(void)state;
	for (size_t i = 0; i < sizeof(rows) / sizeof(rows[0]); i++) {
		setenv("LC_ALL", rows[i].all, 1);
		setenv("LC_MESSAGES", rows[i].messages, 1);
		setenv("LANG", rows[i].lang, 1);
		assert_string_equal(catalogue_local(MESSAGE("value_needed")),
		    rows[i].chinese ? "此项必填。" : "This needs a value.");
		assert_string_equal(catalogue_english(MESSAGE("value_needed")),
		    "This needs a value.");
	}
}

static void
text_of_older_records_stays(void **state)
{
	(void)state;
	buf_reset(&text);
	buf_puts(&text, "It {failed}. [1] {\"code\":");
	assert_string_equal(rendered("zh-CN"), "It {failed}. [1] {\"code\":");
}

static void
a_value_does_not_become_a_message(void **state)
{
	struct json_object *o;

	(void)state;
	buf_reset(&text);
	message_put(
	    &text, "value_pattern pattern=%s", "@state {pattern} \" \\ \n");
	o = message_json(buf_text(&text));
	assert_string_equal(json_text(json_get(o, "args"), "pattern", ""),
	    "@state {pattern} \" \\ \n");
	json_object_put(o);
	assert_string_equal(rendered("en"),
	    "This does not match the pattern @state {pattern} \" \\ \n.");
}

static void
what_json_stores_is_read_again(void **state)
{
	struct json_object *o = json_object_new_object();

	(void)state;
	buf_reset(&text);
	buf_puts(&text, "Before. ");
	message_put(&text, "refused_no_such_run run=%lld", 7LL);
	message_set(o, "message", buf_text(&text));
	assert_string_equal(message_text(o, "message"),
	    "[\"Before. \",{\"code\":\"refused_no_such_run\",\"args\":"
	    "{\"run\":\"7\"}}]");
	buf_reset(&text);
	buf_puts(&text, message_text(o, "message"));
	assert_string_equal(rendered("en"), "Before. There is no run 7.");
	json_set(o, "message", json_object_new_object());
	assert_null(message_text(o, "message"));
	json_object_put(o);
}

static void
mask(void *ctx, const char *s, struct buf *out)
{
	(void)ctx;
	buf_puts(out, strcmp(s, "se\"cret") == 0 ? "***" : s);
}

static void
each_argument_can_be_redacted(void **state)
{
	struct buf out = { 0 };

	(void)state;
	buf_reset(&text);
	message_put(&text, "refused_value name=%s reason=%s", "se\"cret",
	    MESSAGE("value_needed"));
	message_map(buf_text(&text), mask, NULL, &out);
	buf_reset(&text);
	buf_puts(&text, buf_text(&out));
	buf_clear(&out);
	assert_string_equal(rendered("en"), "***: This needs a value.");
}

static void
a_long_message_is_cut_in_its_arguments(void **state)
{
	char *much = malloc(5001);

	(void)state;
	memset(much, 'x', 5000);
	much[5000] = '\0';
	buf_reset(&text);
	message_put(&text, "refused_no_such_verb verb=%s", much);
	message_limit(&text, 300);
	assert_true(text.len <= 300);
	assert_memory_equal(rendered("en"), "There is no command \"xxxx", 25);
	free(much);
}

int
main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(a_message_is_in_the_language_of_the_reader),
		cmocka_unit_test(an_argument_may_be_a_message),
		cmocka_unit_test(a_noun_fits_its_number),
		cmocka_unit_test(the_locale_chooses_the_language_of_a_terminal),
		cmocka_unit_test(text_of_older_records_stays),
		cmocka_unit_test(a_value_does_not_become_a_message),
		cmocka_unit_test(what_json_stores_is_read_again),
		cmocka_unit_test(each_argument_can_be_redacted),
		cmocka_unit_test(a_long_message_is_cut_in_its_arguments),
	};

	return cmocka_run_group_tests_name("base/message", tests, NULL, NULL);
}
