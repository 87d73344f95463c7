/*
 * The messages between the keeper and countersign-compile: what is written is
 * read, and what no program of ours writes is refused.
 */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdlib.h>
#include <string.h>
#include <cmocka.h>

#include "base/json.h"
#include "compiler/runbook.h"
#include "wire/compile_message.h"

#define K8 "01234567"
#define KEY K8 K8 K8 K8 K8 K8 K8 K8
#define BYTES "a\n\0\xff b"

static void
check_request(enum compile_kind kind)
{
	struct json_object *values = json_object_new_object();
	struct compile_request r = { .kind = kind,
		.document = kind == COMPILE_TARGETS ? NULL : BYTES,
		.document_bytes = kind == COMPILE_TARGETS ? 0 : 6,
		.targets = kind == COMPILE_RUN ? NULL : "\n{}",
		.targets_bytes = kind == COMPILE_RUN ? 0 : 3,
		.folder = "/books",
		.environment = "test",
		.values = values,
		.groups = values };
	struct compile_request again;
	struct buf out = { 0 };
	char key[COMPILE_KEY + 1];

	json_set_text(values, "list", "a, b");
	compile_request_write(&r, &out, key);
	for (size_t i = 0; i < out.len; i++)
		assert_int_equal(
		    compile_request_read(out.data, i, &again, NULL),
		    ERR_INVALID);
	assert_int_equal(
	    compile_request_read(out.data, out.len, &again, NULL), ERR_OK);
	assert_string_equal(again.key, key);
	assert_int_equal(again.kind, kind);
	assert_int_equal(again.document_bytes, r.document_bytes);
	assert_memory_equal(
	    again.document, BYTES, (size_t)again.document_bytes);
	assert_int_equal(again.targets_bytes, r.targets_bytes);
	assert_memory_equal(again.targets, "\n{}", (size_t)again.targets_bytes);
	assert_int_equal(again.folder != NULL, kind != COMPILE_RUN);
	assert_int_equal(again.environment != NULL, kind == COMPILE_DOCUMENT);
	assert_int_equal(again.values != NULL, kind != COMPILE_TARGETS);
	assert_int_equal(again.groups != NULL, kind == COMPILE_RUN);
	compile_request_clear(&again);
	buf_clear(&out);
	json_object_put(values);
}

static void
a_request_is_read_as_it_was_written(void **state)
{
	(void)state;
	check_request(COMPILE_TARGETS);
	check_request(COMPILE_DOCUMENT);
	check_request(COMPILE_RUN);
}

static void
a_request_that_no_keeper_writes_is_refused(void **state)
{
	static const char *const wrong[] = {
		"",
		"\n{}\n",
		KEY "\n",
		KEY "\n{}\n",
		KEY "0\n{\"kind\":1,\"folder\":\"f\"}\n",
		"X" KEY "\n{\"kind\":1,\"folder\":\"f\"}\n",
		KEY "\n{\"kind\":3,\"folder\":\"f\"}\n",
		KEY "\n{\"kind\":1}\n",
		KEY "\n{\"kind\":1,\"folder\":\"f\",\"document\":1}\nx",
		KEY "\n{\"kind\":1,\"folder\":\"f\",\"targets\":2}\nx",
		KEY "\n{\"kind\":1,\"folder\":\"f\",\"targets\":-1}\n",
		KEY "\n{\"kind\":2,\"folder\":\"f\",\"document\":1}\nx",
		KEY "\n{\"kind\":4,\"document\":1}\nx",
	};
	struct compile_request r;

	(void)state;
	for (size_t i = 0; i < sizeof(wrong) / sizeof(wrong[0]); i++)
		if (compile_request_read(
			wrong[i], strlen(wrong[i]), &r, NULL) != ERR_INVALID)
			fail_msg("accepted: %s", wrong[i]);
}

/* An answer about a document, as text. */
static void
write_answer(struct buf *out)
{
	static const char text[] = "# T\n\n```sh {#a}\ntrue\n```\n";
	static const struct compile_use uses[] = { { "local", false },
		{ "web", true } };
	static const struct compile_refusal refused = { ERR_INVALID, "code",
		"field", "“message”" };
	struct runbook *b = runbook_parse(text, strlen(text));
	struct compile_answer a = { .key = KEY,
		.plan_json = plan_write(&b->plan),
		.uses = uses,
		.uses_count = 2,
		.refused = &refused,
		.refused_count = 1 };

	compile_answer_write(&a, out);
	json_object_put(a.plan_json);
	runbook_free(b);
}

static void
an_answer_about_a_document_is_read_as_it_was_written(void **state)
{
	struct buf out = { 0 };
	struct compile_answer a;
	struct fault fault = { 0 };

	(void)state;
	write_answer(&out);
	if (compile_answer_read(
		out.data, out.len, COMPILE_DOCUMENT, KEY, &a, &fault) != ERR_OK)
		fail_msg("%s %s", fault.field, fault.message);
	assert_int_equal(a.plan->steps_count, 1);
	assert_string_equal(a.plan->steps[0].text, "true\n");
	assert_int_equal(a.uses_count, 2);
	assert_string_equal(a.uses[1].name, "web");
	assert_true(a.uses[1].way);
	assert_int_equal(a.refused_count, 1);
	assert_int_equal(a.refused->err, ERR_INVALID);
	assert_string_equal(a.refused->message, "“message”");
	compile_answer_clear(&a);
	assert_int_equal(compile_answer_read(
			     out.data, out.len, COMPILE_TARGETS, KEY, &a, NULL),
	    ERR_INVALID);
	buf_clear(&out);
}

#define ENVIRONMENT \
	"{\"name\":\"test\",\"label\":\"Test\",\"production\":true," \
	"\"approvals\":[{\"role\":\"r\",\"count\":2}],\"values\":{\"a\":" \
	"\"1\"}," \
	"\"targets\":" \
	"{\"local\":{\"kind\":\"local\"}}}"

static void
an_answer_about_targets_is_read_as_it_was_written(void **state)
{
	static const char text[] = "{\"key\":\"" KEY
				   "\",\"environments\":[" ENVIRONMENT "]}";
	struct compile_answer a;
	struct buf out = { 0 };

	(void)state;
	assert_int_equal(compile_answer_read(text, strlen(text),
			     COMPILE_TARGETS, KEY, &a, NULL),
	    ERR_OK);
	compile_answer_write(&a, &out);
	assert_string_equal(buf_text(&out), text);
	compile_answer_clear(&a);
	buf_clear(&out);
}

/* Replaces one text by another in an answer, which is then refused. */
static void
check_refused(const char *old, const char *now)
{
	struct buf good = { 0 }, bad = { 0 };
	struct compile_answer a;
	const char *at;

	write_answer(&good);
	at = strstr(buf_text(&good), old);
	assert_non_null(at);
	buf_put(&bad, good.data, (size_t)(at - good.data));
	buf_puts(&bad, now);
	buf_puts(&bad, at + strlen(old));
	if (compile_answer_read(buf_text(&bad), bad.len, COMPILE_DOCUMENT, KEY,
		&a, NULL) != ERR_INVALID)
		fail_msg("accepted: %s", buf_text(&bad));
	buf_clear(&good);
	buf_clear(&bad);
}

static void
an_answer_that_does_not_fit_is_refused(void **state)
{
	static const char *const targets[] = {
		"{}",
		"{\"key\":\"" KEY "\",\"plan\":{}}",
		"{\"key\":\"" KEY "\",\"environments\":[{}]}",
		"{\"key\":\"" KEY "\",\"environments\":[{\"name\":\"t\","
		"\"label\":\"t\",\"approvals\":[{}],\"values\":{},\"targets\":{"
		"}}]}",
		"{\"key\":\"" KEY "\",\"environments\":[{\"name\":\"t\","
		"\"label\":\"t\",\"approvals\":[],\"values\":{},\"targets\":{"
		"\"a\":1}}]}",
		"{\"key\":\"" KEY "\",\"environments\":[{\"name\":\"t\","
		"\"label\":\"t\",\"approvals\":[],\"values\":{\"a\":1},"
		"\"targets\":{}}]}",
	};
	struct compile_answer a;

	(void)state;
	check_refused("\"key\":\"0", "\"key\":\"1"); /* of another request */
	check_refused("\"version\":1,", "\"version\":2,");
	check_refused("\"version\":1,", "\"version\": 1,\"lists\":[],");
	check_refused("\"plan\":", "\"other\":");
	check_refused("\"name\":\"local\"", "\"name\":\"x\""); /* order */
	check_refused("\"code\":\"code\"", "\"code\":\"\"");
	check_refused("\"err\":1", "\"err\":99");
	check_refused("\"id\":\"a\"", "\"id\":7");
	check_refused("}", "");
	for (size_t i = 0; i < sizeof(targets) / sizeof(targets[0]); i++)
		if (compile_answer_read(targets[i], strlen(targets[i]),
			COMPILE_TARGETS, KEY, &a, NULL) != ERR_INVALID)
			fail_msg("accepted: %s", targets[i]);
}

int
main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(a_request_is_read_as_it_was_written),
		cmocka_unit_test(a_request_that_no_keeper_writes_is_refused),
		cmocka_unit_test(
		    an_answer_about_a_document_is_read_as_it_was_written),
		cmocka_unit_test(
		    an_answer_about_targets_is_read_as_it_was_written),
		cmocka_unit_test(an_answer_that_does_not_fit_is_refused),
	};

	return cmocka_run_group_tests_name("wire/compile", tests, NULL, NULL);
}
