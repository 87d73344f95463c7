/*
 * The step in a plan and in a job spec: each step of the golden documents is
 * the same after it was written and read, and wrong objects are refused.
 */
#include <stdarg.h>
#include <setjmp.h>
#include <stddef.h>
#include <stdint.h>
#include <dirent.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <cmocka.h>

#include "base/io.h"
#include "base/json.h"
#include "base/mem.h"
#include "base/text.h"
#include "compiler/runbook.h"

static size_t seen;

/* Written, read, and written again: the same bytes. */
static void
same_after(const struct step *step, unsigned in)
{
	struct json_object *o = step_write(step, in), *parsed, *again;
	struct arena *arena = arena_new();
	char *text = mem_strdup(json_write(o));
	struct fault fault = { 0 };
	struct step back;

	assert_int_equal(
	    json_read(text, strlen(text), &parsed, &fault), ERR_OK);
	if (step_read(in, parsed, arena, &back, &fault) != ERR_OK)
		fail_msg("%s: %s in %s", fault.field, fault.message, text);
	again = step_write(&back, in);
	assert_string_equal(json_write(again), text);
	json_object_put(again);
	json_object_put(parsed);
	json_object_put(o);
	arena_free(arena);
	free(text);
}

static void
try_document(const char *path)
{
	struct buf text = { 0 };
	struct runbook *runbook;

	assert_int_equal(io_read_file(path, 1 << 20, &text), ERR_OK);
	runbook = runbook_parse(buf_text(&text), text.len);
	for (size_t i = 0; i < runbook->plan.steps_count; i++) {
		same_after(&runbook->plan.steps[i], STEP_IN_PLAN);
		same_after(&runbook->plan.steps[i], STEP_IN_JOB);
		seen++;
	}
	runbook_free(runbook);
	buf_clear(&text);
}

static void
test_each_golden_step_is_the_same_after_writing_and_reading(void **state)
{
	static const char *const folders[] = { "tests/golden/check",
		"tests/golden/render", "runbooks" };

	(void)state;
	for (int i = 0; i < 3; i++) {
		DIR *dir = opendir(folders[i]);
		struct dirent *e;

		assert_non_null(dir);
		while ((e = readdir(dir)) != NULL) {
			char *path = mem_printf("%s/%s", folders[i], e->d_name);

			if (text_ends(path, ".md"))
				try_document(path);
			free(path);
		}
		closedir(dir);
	}
	assert_true(seen > 100);
}

static void
refuses(const char *text, const char *code, const char *field)
{
	struct arena *arena = arena_new();
	struct json_object *o;
	struct fault fault = { 0 };
	struct step step;

	assert_int_equal(json_read(text, strlen(text), &o, NULL), ERR_OK);
	if (step_read(STEP_IN_JOB, o, arena, &step, &fault) == ERR_OK)
		fail_msg("was read: %s", text);
	assert_string_equal(fault.code, code);
	assert_string_equal(fault.field, field);
	json_object_put(o);
	arena_free(arena);
}

#define STEP "{\"id\":\"a\",\"kind\":\"sh\",\"text\":\"x\""

static void
test_wrong_steps_are_refused(void **state)
{
	(void)state;
	refuses("[]", "json", "");
	refuses(STEP ",\"colour\":1}", "unknown_field", "colour");
	refuses(STEP ",\"title\":\"of a plan\"}", "unknown_field", "title");
	refuses("{\"kind\":\"sh\",\"text\":\"x\"}", "missing_field", "id");
	refuses("{\"id\":\"a\",\"text\":\"x\"}", "missing_field", "kind");
	refuses("{\"id\":\"a\",\"kind\":\"perl\",\"text\":\"x\"}",
	    "wrong_value", "kind");
	refuses("{\"id\":\"../a\",\"kind\":\"sh\",\"text\":\"x\"}",
	    "wrong_value", "id");
	refuses(STEP ",\"cwd\":null}", "wrong_value", "cwd");
	refuses(STEP ",\"cwd\":7}", "wrong_value", "cwd");
	refuses(STEP ",\"pty\":1}", "wrong_value", "pty");
	refuses(STEP ",\"redirects\":21}", "wrong_value", "redirects");
	refuses(STEP ",\"redirects\":-1}", "wrong_value", "redirects");
	refuses(STEP ",\"redirects\":1.5}", "wrong_value", "redirects");
	refuses(STEP ",\"timeout_ms\":0}", "wrong_value", "timeout_ms");
	refuses(STEP ",\"exit\":[256]}", "wrong_value", "exit");
	refuses(STEP ",\"exit\":[0,0,0,0,0,0,0,0,0,0,0,0,0,0,0,0,0]}",
	    "wrong_value", "exit");
	refuses(STEP ",\"captures\":[1]}", "wrong_value", "captures");
	refuses(
	    STEP ",\"captures\":[{\"name\":\"v\"}]}", "missing_field", "how");
}

static void
test_absent_keys_have_the_values_of_a_new_step(void **state)
{
	struct arena *arena = arena_new();
	struct json_object *o;
	struct step step, new;

	(void)state;
	step_init(&new);
	assert_int_equal(json_read(STEP "}", strlen(STEP "}"), &o, NULL), 0);
	assert_int_equal(step_read(STEP_IN_JOB, o, arena, &step, NULL), ERR_OK);
	assert_int_equal(step.max_fail, -1);
	assert_int_equal(step.max_fail, new.max_fail);
	assert_int_equal(step.timeout_ms, 0);
	assert_int_equal(step.exit_count, 0);
	assert_null(step.expect);
	json_object_put(o);
	arena_free(arena);
}

int
main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(
		    test_each_golden_step_is_the_same_after_writing_and_reading),
		cmocka_unit_test(test_wrong_steps_are_refused),
		cmocka_unit_test(
		    test_absent_keys_have_the_values_of_a_new_step),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
