/*
 * The form of a command becomes the body that its row in plan/commands.def
 * describes: each type of field, and no field that does not come from a form.
 */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <cmocka.h>
#include <stdio.h>
#include <string.h>

#include "base/json.h"
#include "plan/command.h"
#include "web/http/command.h"
#include "web/http/reply.h"

static struct web web;
static struct arena *arena;
static struct req req;

static int
begin(void **state)
{
	(void)state;
	arena = arena_new();
	return 0;
}

static int
end(void **state)
{
	(void)state;
	arena_free(arena);
	return 0;
}

static void
send_as(const char *type, const char *text)
{
	static char content[100];
	char *env[] = { "REQUEST_METHOD=POST", "REQUEST_URI=/x", content,
		NULL };

	snprintf(content, sizeof(content), "CONTENT_TYPE=%s", type);
	assert_int_equal(
	    request_init(&req, &web, arena, env, text, strlen(text)), ERR_OK);
}

/* The body of the verb for that form, as JSON. */
static void
becomes(enum verb verb, const char *form, const char *json)
{
	struct json_object *body = NULL;

	send_as("application/x-www-form-urlencoded", form);
	assert_int_equal(command_body(&req, verb, &body), ERR_OK);
	assert_string_equal(json_write(body), json);
	json_object_put(body);
}

static void
each_type_of_field_is_read_as_such(void **state)
{
	(void)state;
	becomes(VERB_step_retry,
	    "attempt=2&targets=failed&understood=true&reason=%E5%A5%BD+%3C",
	    "{\"attempt\":2,\"targets\":\"failed\",\"reason\":\"好 <\","
	    "\"understood\":true}");
	becomes(VERB_run_park, "reason=%20", "{\"reason\":\" \"}");
	becomes(VERB_secret_set, "name=a&value=b%0Ac",
	    "{\"name\":\"a\",\"value\":\"b\\nc\"}");
	becomes(VERB_account_add,
	    "name=ana&roles=+operator%2Capprover%3B%0D%0Alead+&password=x",
	    "{\"name\":\"ana\",\"roles\":[\"operator\",\"approver\",\"lead\"],"
	    "\"password\":\"x\"}");
	becomes(VERB_account_change, "roles=&roles=operator&roles=dba%2C+lead",
	    "{\"roles\":[\"operator\",\"dba\",\"lead\"]}");
	becomes(VERB_account_change, "roles=", "{\"roles\":[]}");
	becomes(VERB_token_add, "name=ci&scopes=read",
	    "{\"name\":\"ci\",\"scopes\":[\"read\"]}");
	becomes(VERB_token_add, "name=ci&scopes=read&scopes=run",
	    "{\"name\":\"ci\",\"scopes\":[\"read\",\"run\"]}");
}

static void
a_flag_is_true_and_nothing_else(void **state)
{
	(void)state;
	becomes(VERB_secret_delete, "force=true", "{\"force\":true}");
	becomes(VERB_secret_delete, "force=on", "{\"force\":false}");
	becomes(VERB_secret_delete, "force=", "{\"force\":false}");
	becomes(VERB_account_change, "disabled=false&disabled=true",
	    "{\"disabled\":true}"); /* a checkbox behind its "no" */
	becomes(VERB_secret_delete, "", "{}");
}

static void
a_number_that_is_none_is_refused(void **state)
{
	static const char *const wrong[] = { "attempt=", "attempt=x",
		"attempt=-1", "attempt=1.5", "attempt=+1",
		"attempt=9223372036854775808" };
	struct json_object *body = NULL;

	(void)state;
	becomes(VERB_step_execute, "attempt=9223372036854775807",
	    "{\"attempt\":9223372036854775807}");
	for (size_t i = 0; i < sizeof(wrong) / sizeof(wrong[0]); i++) {
		send_as("application/x-www-form-urlencoded", wrong[i]);
		if (command_body(&req, VERB_step_execute, &body) != ERR_INVALID)
			fail_msg("%s is accepted", wrong[i]);
		assert_string_equal(req.fault.field, "attempt");
		assert_null(body);
	}
}

/* Name and account stand in the path, device and key come from the program. */
static void
what_comes_from_elsewhere_comes_from_no_form(void **state)
{
	(void)state;
	becomes(
	    VERB_password_set, "name=eve&password=x", "{\"password\":\"x\"}");
	becomes(VERB_token_add, "account=eve&name=ci", "{\"name\":\"ci\"}");
	becomes(VERB_login, "name=ana&password=x&device=d",
	    "{\"name\":\"ana\",\"password\":\"x\"}");
	becomes(VERB_run_create,
	    "runbook=a&environment=b&idempotency_key=k&parameters=%7B%7D",
	    "{\"runbook\":\"a\",\"environment\":\"b\"}");
	becomes(VERB_run_comment, "text=a&_csrf=t&back=%2F&more=1",
	    "{\"text\":\"a\"}");
}

/* The keeper refuses what it does not know; the web program hides nothing. */
static void
json_is_passed_on_as_it_is(void **state)
{
	static const char sent[] = "{\"text\":\"a\",\"more\":[1,null]}";
	struct json_object *body = NULL;

	(void)state;
	send_as("application/json", sent);
	assert_int_equal(command_body(&req, VERB_run_comment, &body), ERR_OK);
	assert_string_equal(json_write(body), sent);
	json_object_put(body);
}

int
main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(each_type_of_field_is_read_as_such),
		cmocka_unit_test(a_flag_is_true_and_nothing_else),
		cmocka_unit_test(a_number_that_is_none_is_refused),
		cmocka_unit_test(what_comes_from_elsewhere_comes_from_no_form),
		cmocka_unit_test(json_is_passed_on_as_it_is),
	};

	return cmocka_run_group_tests(tests, begin, end);
}
