/*
 * Lists that steps capture: how they are read, and the plan that their items
 * make of its templates.
 */
#include <stdarg.h>
#include <setjmp.h>
#include <stddef.h>
#include <stdint.h>
#include <stdio.h>
#include <string.h>
#include <cmocka.h>

#include "base/json.h"
#include "base/text.h"
#include "compiler/runbook.h"
#include "lang/each/each_captured.h"
#include "lang/list.h"
#include "lang/plan_scope.h"

static const struct capture lines = { "hosts", CAPTURE_WHOLE, NULL, true };
static const struct capture array = { "hosts", CAPTURE_POINTER, "/x", true };

/* The items, as JSON, or "!" and the code of the reason. */
static const char *
items(const struct capture *c, const char *text)
{
	static char out[2000];
	struct buf why = { 0 };
	struct json_object *list = each_read_list(c, text, &why);

	assert_int_equal(list == NULL, why.len > 0);
	snprintf(out, sizeof(out), "%s%s", list != NULL ? "" : "!",
	    list != NULL ? json_write(list) : buf_text(&why));
	json_object_put(list);
	buf_clear(&why);
	return out;
}

static void
reads(const struct capture *c, const char *text, const char *expected)
{
	assert_string_equal(items(c, text), expected);
}

/* The reason holds these words. */
static void
refuses(const struct capture *c, const char *text, const char *word)
{
	const char *said = items(c, text);

	if (said[0] != '!' || strstr(said, word) == NULL)
		fail_msg("%s: %s, not %s", text, said, word);
}

static void
lines_are_ids_or_ids_and_labels(void **state)
{
	(void)state;
	reads(&lines, "a\nb", "[{\"id\":\"a\"},{\"id\":\"b\"}]");
	reads(&lines, " a \r\n\r\n\nb c\r\n",
	    "[{\"id\":\"a\"},{\"id\":\"b c\"}]");
	reads(&lines, "a\tMachine A\nb\t b \n",
	    "[{\"id\":\"a\",\"label\":\"Machine A\"},{\"id\":\"b\"}]");
	reads(&lines, "", "[]");
	/* what looks like something else is text */
	reads(&lines, "[\"a\"]", "[{\"id\":\"[\\\"a\\\"]\"}]");
	reads(&lines, "$(reboot)\n{{x}}\n';--",
	    "[{\"id\":\"$(reboot)\"},{\"id\":\"{{x}}\"},{\"id\":\"';--\"}]");
	reads(&lines, "a,b", "[{\"id\":\"a,b\"}]");
}

static void
written(const char *text, const char *expected)
{
	struct json_object *list = list_items_labelled(text);

	assert_string_equal(json_write(list), expected);
	json_object_put(list);
}

static void
items_of_each_may_have_labels(void **state)
{
	(void)state;
	written("a, {b: The B:1},c",
	    "[\"a\",{\"id\":\"b\",\"label\":\"The B:1\"},\"c\"]");
	written("{a}, {b:1}, b: 2}, {: x}",
	    "[\"{a}\",\"{b:1}\",\"b: 2}\",{\"id\":\"\",\"label\":\"x\"}]");
	written("{a: }, b", "[{\"id\":\"a\",\"label\":\"\"},\"b\"]");
}

static void
a_json_array_has_texts_numbers_and_objects(void **state)
{
	(void)state;
	reads(&array, "[\"a\",12]", "[{\"id\":\"a\"},{\"id\":\"12\"}]");
	reads(&array, "[{\"id\":\"a\",\"label\":\"A\",\"state\":{\"x\":1}}]",
	    "[{\"id\":\"a\",\"label\":\"A\"}]");
	reads(&array, "[{\"id\":7},{\"b\":\"Machine B\"}]",
	    "[{\"id\":\"7\"},{\"id\":\"b\",\"label\":\"Machine B\"}]");
	reads(&array, "[]", "[]");
}

static void
hostile_lists_are_refused_whole(void **state)
{
	struct buf many = { 0 };

	(void)state;
	refuses(&array, "a\nb", "list_no_array");
	refuses(&array, "{\"a\":\"b\"}", "list_no_array");
	refuses(&array, "[\"a\"", "list_no_array");
	refuses(&array, "[\"a\"] [\"b\"]", "list_no_array");
	refuses(&array, "[null]", "list_no_member");
	refuses(&array, "[[\"a\"]]", "list_no_member");
	refuses(&array, "[true]", "list_no_member");
	refuses(&array, "[1.5]", "list_no_member");
	refuses(&array, "[18446744073709551616]", "list_no");
	refuses(&array, "[9007199254740993]", "list_no_member");
	refuses(&array, "[{\"id\":null}]", "list_no_member");
	refuses(&array, "[{\"id\":\"a\",\"label\":3}]", "list_no_member");
	refuses(&array, "[{\"a\":\"A\",\"b\":\"B\"}]", "list_no_member");
	refuses(&array, "[{\"id\":\"a\",\"id\":\"b\"}]", "list_no_array");
	refuses(&array, "[{}]", "list_no_member");
	refuses(&array, "[\"\"]", "list_item_blank");
	refuses(&array, "[\"a\\u0000b\"]", "list_no");
	refuses(&array, "[\"-rf\"]", "list_item_dash");
	refuses(&array, "[\"a\\nb\"]", "list_item_control");
	refuses(&array, "[\"a\\u001b[2J\"]", "list_item_control");
	refuses(&array, "[\"a\\u202eb\"]", "list_item_invisible");
	refuses(&array, "[\"a\",\"b\",\"a\"]", "list_item_twice");
	refuses(&array, "[{\"id\":\"a\",\"label\":\"\"}]", "list_label_blank");
	refuses(&array, "[{\"id\":\"a\",\"label\":\"\\u200b\"}]", "list_label");
	refuses(&lines, "a\n--force", "list_item_dash");
	refuses(&lines, "a\n\tno id", "list_item_blank");
	refuses(&lines, "a\tb\tc", "list_item_control");
	refuses(&lines, "a\nb\na", "list_item_twice");
	for (int i = 0; i < 201; i++)
		buf_putc(&many, 'x');
	refuses(&lines, buf_text(&many), "list_item_long");
	buf_reset(&many);
	for (int i = 0; i < 2001; i++)
		buf_printf(&many, "x%d\n", i);
	refuses(&lines, buf_text(&many), "list_long");
	buf_clear(&many);
}

static const char doc[] =
    "---\ntitle: T\n---\n"
    "```sh {#find capture=hosts}\nls\n```\n\n"
    "# Machine {{host}} {each=\"host in hosts\" when=\"host != 'skip'\"}\n\n"
    "About {{host}}.\n\n"
    "```sh {#stop capture=\"was\" save=was.txt title=\"Stop {{host}}\"}\n"
    "true\n```\n\n"
    "```edit {#change file=\"/etc/x\" on=web}\nset a = b\n```\n\n"
    "```sh {#parts capture=\"parts=/list\"}\ntrue\n```\n\n"
    "## Part {each=\"part in parts\"}\n\n"
    "- [ ] Install {{part}} {#install}\n\n"
    "# Between\n\n"
    "```sh {#after}\ntrue\n```\n\n"
    "# Back {.rollback each=\"host in hosts\"}\n\n"
    "```sh {#undo undo=stop uses=was.txt when=\"ran(stop) and was != ''\"}\n"
    "true\n```\n";

static struct json_object *
list_of(const char *step, const char *name, const char *text)
{
	struct json_object *o = json_object_new_object(), *all = NULL;

	assert_int_equal(json_read(text, strlen(text), &all, NULL), ERR_OK);
	json_set_text(o, "step", step);
	json_set_text(o, "name", name);
	json_set(o, "items", all);
	return o;
}

/* Expands a list; *plan is freed, unless it is the runbook's. */
static struct plan *
expand(const struct plan *plan, const char *step, const char *name,
    const char *text)
{
	struct json_object *list = list_of(step, name, text);
	struct fault fault = { 0 };
	struct plan *out;

	if (each_expand_captured(plan, list, &out, &fault) != ERR_OK)
		fail_msg("%s: %s", fault.code, fault.message);
	json_object_put(list);
	return out;
}

static const char *
ids(const struct plan *plan)
{
	static char out[2000];
	size_t len = 0;

	out[0] = '\0';
	for (size_t i = 0; i < plan->steps_count; i++)
		len += (size_t)snprintf(out + len, sizeof(out) - len, "%s%s%s",
		    i > 0 ? " " : "",
		    each_template(plan, plan->steps[i].section) >= 0 ? "?" : "",
		    plan->steps[i].id);
	return out;
}

static const struct step *
step(const struct plan *plan, const char *id)
{
	int i = plan_find_step(plan, id);

	if (i < 0)
		fail_msg("no step %s in %s", id, ids(plan));
	return &plan->steps[i];
}

static void
chinese_titles_have_chinese_marks(void **state)
{
	static const char text[] =
	    "---\ntitle: T\n---\n```sh {#find capture=hosts}\nls\n```\n\n"
	    "# 机器 {each=\"host in hosts\"}\n\n- [ ] 停止 {#stop}\n\n"
	    "- [ ] Stop {#end}\n\n```sh {#list capture=\"parts\"}\nls\n"
	    "```\n\n## 分区 {each=\"part in parts\"}\n\n"
	    "- [ ] 安装 {#install}\n";
	struct runbook *b = runbook_parse(text, strlen(text));
	struct plan *one, *two;

	(void)state;
	assert_int_equal(b->errors, 0);
	one = expand(&b->plan, "find", "hosts", "[\"a\"]");
	assert_string_equal(step(one, "stop.a")->title, "停止：a");
	assert_string_equal(step(one, "end.a")->title, "Stop: a");
	two = expand(one, "list.a", "parts", "[\"p\"]");
	assert_string_equal(step(two, "install.a.p")->title, "安装：a：p");
	plan_free(two);
	plan_free(one);
	runbook_free(b);
}

static void
a_template_becomes_the_steps_of_its_items(void **state)
{
	struct runbook *b = runbook_parse(doc, strlen(doc));
	struct plan *one, *two;

	(void)state;
	assert_int_equal(b->errors, 0);
	assert_string_equal(ids(&b->plan),
	    "find ?stop ?change ?parts ?install after ?undo ?undo-change");
	one = expand(&b->plan, "find", "hosts",
	    "[{\"id\":\"a\",\"label\":\"Machine A\"},{\"id\":\"skip\"}]");
	assert_string_equal(ids(one),
	    "find stop.a change.a parts.a ?install.a stop.skip change.skip "
	    "parts.skip ?install.skip after undo.a undo.skip undo-change.a "
	    "undo-change.skip");
	assert_string_equal(step(one, "stop.a")->title, "Stop Machine A");
	assert_string_equal(step(one, "stop.a")->save, "a.was.txt");
	assert_string_equal(step(one, "undo.a")->undo, "stop.a");
	assert_string_equal(
	    step(one, "undo.a")->when, "ran(stop.a) and was != ''");
	assert_string_equal(
	    step(one, "undo.skip")->sends_artifacts[0], "skip.was.txt");
	assert_string_equal(step(one, "undo-change.skip")->undo, "change.skip");
	assert_string_equal(step(one, "change.a")->on, "web");
	two = expand(one, "parts.skip", "parts", "[\"p\",\"q r\"]");
	assert_string_equal(ids(two),
	    "find stop.a change.a parts.a ?install.a stop.skip change.skip "
	    "parts.skip install.skip.p install.skip.q-r after undo.a undo.skip "
	    "undo-change.a undo-change.skip");
	assert_string_equal(
	    step(two, "install.skip.q-r")->title, "Install q r: skip");
	assert_string_equal(
	    plan_scope(two, step(two, "install.skip.p")->section),
	    "@host=skip@part=p");
	assert_string_equal(step(two, "undo.a")->undo, "stop.a");
	plan_free(two);
	plan_free(one);
	runbook_free(b);
}

/* Conditions see the id of an item, and each is decided by itself. */
static void
a_condition_is_decided_for_each_item(void **state)
{
	struct runbook *b = runbook_parse(doc, strlen(doc));
	struct plan *plan = expand(&b->plan, "find", "hosts",
	    "[{\"id\":\"a\",\"label\":\"skip\"},\"skip\"]");
	const char *why;

	(void)state;
	assert_false(plan_is_excluded_early(
	    plan, plan_find_step(plan, "stop.a"), NULL, NULL, &why));
	assert_true(plan_is_excluded_early(
	    plan, plan_find_step(plan, "stop.skip"), NULL, NULL, &why));
	plan_free(plan);
	runbook_free(b);
}

static void
an_empty_list_leaves_a_heading_and_no_steps(void **state)
{
	struct runbook *b = runbook_parse(doc, strlen(doc));
	struct plan *plan = expand(&b->plan, "find", "hosts", "[]");
	size_t headings = 0;

	(void)state;
	assert_string_equal(ids(plan), "find after");
	for (size_t i = 0; i < plan->items_count; i++) {
		const struct item *item = &plan->items[i];
		const struct section *s = &plan->sections[item->index];

		if (item->kind != ITEM_HEADING || s->each_step == NULL)
			continue;
		assert_null(s->each_name);
		assert_string_equal(s->each_list, "hosts");
		headings++;
	}
	assert_int_equal(headings, 2);
	plan_free(plan);
	runbook_free(b);
}

static void
is_refused(const struct plan *plan, const char *step, const char *name,
    const char *text, const char *code)
{
	struct json_object *list = list_of(step, name, text);
	struct fault fault = { 0 };
	struct plan *out;

	assert_int_equal(
	    each_expand_captured(plan, list, &out, &fault), ERR_INVALID);
	assert_string_equal(fault.code, code);
	json_object_put(list);
}

static void
an_expansion_that_fits_no_template_is_refused(void **state)
{
	struct runbook *b = runbook_parse(doc, strlen(doc));
	struct plan *plan = expand(&b->plan, "find", "hosts", "[\"a\"]");
	struct buf many = { 0 };

	(void)state;
	is_refused(&b->plan, "stop", "hosts", "[\"a\"]", "unknown_list");
	is_refused(&b->plan, "find", "host", "[\"a\"]", "unknown_list");
	is_refused(plan, "find", "hosts", "[\"a\"]", "unknown_list");
	is_refused(&b->plan, "find", "hosts", "{}", "wrong_list");
	is_refused(
	    &b->plan, "find", "hosts", "[{\"id\":\"-a\"}]", "wrong_list");
	is_refused(&b->plan, "find", "hosts", "[{\"id\":3}]", "wrong_list");
	buf_puts(&many, "[\"x\"");
	for (int i = 0; i < 1000; i++)
		buf_printf(&many, ",\"x%d\"", i);
	buf_puts(&many, "]");
	is_refused(
	    &b->plan, "find", "hosts", buf_text(&many), "too_many_steps");
	buf_clear(&many);
	plan_free(plan);
	runbook_free(b);
}

/* A hostile item never becomes a target, an id of a step, or invalid UTF-8. */
static void
ids_of_steps_stay_ids(void **state)
{
	struct runbook *b = runbook_parse(doc, strlen(doc));
	struct plan *plan = expand(&b->plan, "find", "hosts",
	    "[\"../../etc\",\"/\",\"\u00e9\u00e9\",\"A B\",\"a-b\",\"a b\","
	    "\"x123456789012345678901234567890\"]");

	(void)state;
	for (size_t i = 0; i < plan->steps_count; i++)
		if (!text_is_id(plan->steps[i].id))
			fail_msg("%s", plan->steps[i].id);
	assert_string_equal(step(plan, "stop.etc")->title, "Stop ../../etc");
	assert_string_equal(step(plan, "stop.2")->title, "Stop /");
	(void)step(plan, "stop.a-b-2");
	plan_free(plan);
	runbook_free(b);
}

static void
a_plan_with_templates_is_the_same_after_writing_and_reading(void **state)
{
	struct runbook *b = runbook_parse(doc, strlen(doc));
	struct json_object *o = plan_write(&b->plan), *one, *two;
	struct plan *back, *x, *y;

	(void)state;
	assert_int_equal(plan_read(o, &back, NULL), ERR_OK);
	x = expand(&b->plan, "find", "hosts", "[\"a\",\"b\"]");
	y = expand(back, "find", "hosts", "[\"a\",\"b\"]");
	one = plan_write(x);
	two = plan_write(y);
	assert_string_equal(json_write(one), json_write(two));
	assert_true(back->steps[0].captures[0].list);
	json_object_put(one);
	json_object_put(two);
	json_object_put(o);
	plan_free(x);
	plan_free(y);
	plan_free(back);
	runbook_free(b);
}

int
main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(lines_are_ids_or_ids_and_labels),
		cmocka_unit_test(items_of_each_may_have_labels),
		cmocka_unit_test(a_json_array_has_texts_numbers_and_objects),
		cmocka_unit_test(hostile_lists_are_refused_whole),
		cmocka_unit_test(chinese_titles_have_chinese_marks),
		cmocka_unit_test(a_template_becomes_the_steps_of_its_items),
		cmocka_unit_test(a_condition_is_decided_for_each_item),
		cmocka_unit_test(an_empty_list_leaves_a_heading_and_no_steps),
		cmocka_unit_test(an_expansion_that_fits_no_template_is_refused),
		cmocka_unit_test(ids_of_steps_stay_ids),
		cmocka_unit_test(
		    a_plan_with_templates_is_the_same_after_writing_and_reading),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
