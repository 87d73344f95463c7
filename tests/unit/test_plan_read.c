/*
 * The compiled plan as JSON: that of each golden document is the same after it
 * was written and read, and wrong ones are refused.
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
#include "base/err.h"
#include "compiler/runbook.h"
#include "lang/list.h"
#include "lang/plan_scope.h"

static size_t seen;

static void
same_after(const struct plan *plan, const char *path)
{
	struct json_object *o = plan_write(plan), *parsed = NULL, *again;
	char *text = mem_strdup(json_write(o));
	struct fault fault = { 0 };
	struct plan *back;

	if (json_read(text, strlen(text), &parsed, &fault) != ERR_OK ||
	    plan_read(parsed, &back, &fault) != ERR_OK)
		fail_msg("%s: %s: %s", path, fault.field, fault.message);
	json_object_put(parsed);
	again = plan_write(back);
	assert_string_equal(json_write(again), text);
	for (size_t i = 0; i < plan->sections_count; i++)
		assert_string_equal(
		    plan_scope(back, (int)i), plan_scope(plan, (int)i));
	seen += back->steps_count;
	json_object_put(again);
	json_object_put(o);
	plan_free(back);
	free(text);
}

/* If it may be run: as the document has it and, with some items for its lists,
 * as a run. */
static void
try_document(const char *path)
{
	struct runbook *runbook, *whole;
	struct json_object *lists = json_object_new_object();
	struct buf text = { 0 };

	assert_int_equal(io_read_file(path, 1 << 20, &text), ERR_OK);
	runbook = runbook_parse(buf_text(&text), text.len);
	if (runbook->errors == 0)
		same_after(&runbook->plan, path);
	for (size_t i = 0; i < runbook->plan.lists_count; i++)
		json_set(lists, runbook->plan.lists[i], list_items("a b, c"));
	if (runbook->errors == 0 && runbook->plan.lists_count > 0 &&
	    runbook_expand(buf_text(&text), text.len, lists, &whole, NULL) ==
		ERR_OK) {
		same_after(&whole->plan, path);
		runbook_free(whole);
	}
	json_object_put(lists);
	runbook_free(runbook);
	buf_clear(&text);
}

static void
test_each_golden_plan_is_the_same_after_writing_and_reading(void **state)
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
refuses(const char *text, const char *field)
{
	struct json_object *o = NULL;
	struct fault fault = { 0 };
	struct plan *plan;

	assert_int_equal(json_read(text, strlen(text), &o, NULL), ERR_OK);
	if (plan_read(o, &plan, &fault) == ERR_OK)
		fail_msg("was read: %s", text);
	assert_string_equal(fault.field, field);
	json_object_put(o);
}

#define HEAD "{\"version\":1,\"title\":\"t\""
#define SECTION ",\"sections\":[{\"id\":\"\",\"title\":\"\",\"level\":0}]"
#define STEP(id, section) \
	"{\"id\":\"" id "\",\"title\":\"t\",\"kind\":\"sh\"," \
	"\"section\":" section ",\"line\":1,\"text\":\"x\",\"on\":\"local\"}"

static void
test_wrong_plans_are_refused(void **state)
{
	(void)state;
	refuses("[]", "");
	refuses(HEAD "}", "sections");
	refuses("{\"title\":\"t\"" SECTION "}", "version");
	refuses("{\"version\":2,\"title\":\"t\"" SECTION "}", "version");
	refuses("{\"version\":1" SECTION "}", "title");
	refuses(HEAD SECTION ",\"colour\":1}", "colour");
	refuses(HEAD SECTION ",\"steps\":[" STEP("a", "1") "]}", "steps");
	refuses(HEAD SECTION ",\"steps\":[" STEP("a", "-1") "]}", "section");
	refuses(HEAD SECTION
	    ",\"steps\":[" STEP("a", "0") "," STEP("a", "0") "]}",
	    "steps");
	refuses(HEAD SECTION ",\"items\":[{\"kind\":\"step\",\"index\":0,"
			     "\"section\":0}]}",
	    "items");
	refuses(HEAD SECTION ",\"items\":[{\"kind\":\"prose\",\"index\":0,"
			     "\"section\":1}]}",
	    "items");
	refuses(HEAD ",\"sections\":[{\"id\":\"\",\"title\":\"\",\"level\":0},"
		     "{\"id\":\"a\",\"title\":\"\",\"level\":1,\"parent\":1}]}",
	    "sections");
}

int
main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(
		    test_each_golden_plan_is_the_same_after_writing_and_reading),
		cmocka_unit_test(test_wrong_plans_are_refused),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
