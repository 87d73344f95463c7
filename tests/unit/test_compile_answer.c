/*
 * The answers of countersign-compile: errors of document and targets.yml are
 * refusals with their line; a plan is there with what its steps use.
 */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdlib.h>
#include <string.h>
#include <cmocka.h>

#include "base/json.h"
#include "compile/compile.h"
#include "wire/compile_message.h"

#define TARGETS \
	"environments:\n" \
	"  test:\n" \
	"    production: true\n" \
	"    approvals: [{role: approver, count: 2}]\n" \
	"    targets:\n" \
	"      db: {sqlite: {file: x.db}}\n" \
	"      web: {http: {url: \"http://w\"}}\n" \
	"    groups: {all: [web]}\n"

#define LISTS \
	"---\n" \
	"parameters:\n" \
	"  hosts: {type: list}\n" \
	"---\n" \
	"# On {{h}} {each=\"h in hosts\"}\n" \
	"\n" \
	"```sh {#a}\n" \
	"true\n" \
	"```\n"

/* The answer about a document, which the caller clears. */
static struct compile_answer
ask(const char *document, const char *targets, struct json_object *values)
{
	const struct compile_request r = { .kind = COMPILE_DOCUMENT,
		.document = document,
		.document_bytes = (int64_t)strlen(document),
		.targets = targets,
		.targets_bytes = (int64_t)strlen(targets),
		.folder = "/books",
		.environment = "test",
		.values = values };
	struct compile_answer a;
	struct buf request = { 0 }, answer = { 0 };
	struct fault fault = { 0 };
	char key[COMPILE_KEY + 1];

	compile_request_write(&r, &request, key);
	assert_int_equal(
	    compile_answer(request.data, request.len, &answer), ERR_OK);
	if (compile_answer_read(
		answer.data, answer.len, r.kind, key, &a, &fault) != ERR_OK)
		fail_msg("%s %s", fault.field, fault.message);
	buf_clear(&request);
	buf_clear(&answer);
	return a;
}

/* Without a plan for errors, and with one for targets that do not fit. */
static void
check_refused(
    const char *document, const char *targets, const char *code, bool has_plan)
{
	struct compile_answer a = ask(document, targets, NULL);

	assert_int_equal(a.refused_count, 1);
	assert_string_equal(a.refused->code, code);
	assert_int_equal(a.plan != NULL, has_plan);
	assert_int_equal(a.uses_count, 0);
	compile_answer_clear(&a);
}

static void
errors_of_document_and_targets_are_refusals(void **state)
{
	(void)state;
	check_refused("```sh {#a\n", TARGETS, "broken_runbook", false);
	check_refused("\xff\xfe", TARGETS, "broken_runbook", false);
	check_refused("# T\n", "x: 1\n", "broken_targets", false);
	check_refused("# T\n", "\xff", "broken_targets", false);
	check_refused("```sh {#a on=no-such}\ntrue\n```\n", TARGETS,
	    "unknown_target", true);
	check_refused("# T\n", "environments:\n  other: {label: o}\n",
	    "unknown_environment", true);
}

static void
a_plan_has_what_its_steps_use(void **state)
{
	struct compile_answer a = ask("```sqlite {#a on=db}\nSELECT 1;\n```\n\n"
				      "```http {#b on=all}\nGET /\n```\n",
	    TARGETS, NULL);

	(void)state;
	assert_int_equal(a.refused_count, 0);
	assert_int_equal(a.plan->steps_count, 2);
	assert_int_equal(a.uses_count, 4);
	assert_string_equal(a.uses[0].name, "all");
	assert_string_equal(a.uses[1].name, "db");
	assert_string_equal(a.uses[2].name, "web");
	/* production has rules for this machine, which no step is on */
	assert_string_equal(a.uses[3].name, "local");
	assert_true(a.uses[3].way);
	compile_answer_clear(&a);
}

static void
lists_are_expanded_when_their_values_are_known(void **state)
{
	struct json_object *values = json_object_new_object();
	struct compile_answer a = ask(LISTS, TARGETS, NULL);

	(void)state;
	assert_int_equal(a.plan->steps_count, 1);
	assert_int_equal(a.plan->lists_count, 1);
	assert_int_equal(a.uses_count, 0);
	compile_answer_clear(&a);
	json_set_text(values, "hosts", "x, y, z");
	a = ask(LISTS, TARGETS, values);
	assert_int_equal(a.plan->steps_count, 3);
	assert_string_equal(a.plan->steps[2].id, "a.z");
	assert_int_equal(a.uses_count, 1);
	compile_answer_clear(&a);
	json_object_put(values);
}

static void
a_plan_that_grows_too_large_is_refused(void **state)
{
	struct json_object *values = json_object_new_object();
	struct buf text = { 0 }, list = { 0 };
	struct compile_answer a;

	(void)state;
	buf_printf(&text, "%.*s", (int)strlen(LISTS) - 4, LISTS);
	for (int i = 0; i < 5000; i++)
		buf_puts(&text, ": twenty bytes a line\n");
	buf_puts(&text, "```\n");
	for (int i = 0; i < 200; i++)
		buf_printf(&list, "%sh%d", i > 0 ? ", " : "", i);
	json_set_text(values, "hosts", buf_text(&list));
	a = ask(buf_text(&text), TARGETS, values);
	assert_int_equal(a.refused_count, 1);
	assert_string_equal(a.refused->code, "plan_too_large");
	compile_answer_clear(&a);
	json_object_put(values);
	buf_clear(&text);
	buf_clear(&list);
}

static void
environments_are_described_without_a_document(void **state)
{
	const struct compile_request r = { .kind = COMPILE_TARGETS,
		.targets = TARGETS,
		.targets_bytes = (int64_t)strlen(TARGETS),
		.folder = "/books" };
	struct buf request = { 0 }, answer = { 0 };
	struct compile_answer a;
	char key[COMPILE_KEY + 1];

	(void)state;
	compile_request_write(&r, &request, key);
	assert_int_equal(
	    compile_answer(request.data, request.len, &answer), ERR_OK);
	assert_int_equal(
	    compile_answer_read(answer.data, answer.len, r.kind, key, &a, NULL),
	    ERR_OK);
	assert_int_equal(a.environments_count, 1);
	assert_true(a.environments[0].production);
	assert_int_equal(
	    json_object_array_length(a.environments[0].approvals), 1);
	assert_int_equal(
	    json_object_object_length(a.environments[0].targets), 4);
	assert_string_equal(
	    json_text(json_get(a.environments[0].targets, "db"), "file", ""),
	    "/books/x.db");
	compile_answer_clear(&a);
	buf_clear(&request);
	buf_clear(&answer);
}

int
main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(errors_of_document_and_targets_are_refusals),
		cmocka_unit_test(a_plan_has_what_its_steps_use),
		cmocka_unit_test(
		    lists_are_expanded_when_their_values_are_known),
		cmocka_unit_test(a_plan_that_grows_too_large_is_refused),
		cmocka_unit_test(environments_are_described_without_a_document),
	};

	return cmocka_run_group_tests_name("compile/answer", tests, NULL, NULL);
}
