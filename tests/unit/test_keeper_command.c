/*
 * The check of a command: each limit of plan/commands.def holds, to the
 * character, for each field of each command, and each socket has its own
 * commands.
 */
#include "keeper_calls.h"

static void
put_value(struct json_object *body, const struct field *f, size_t len)
{
	char *text = mem_calloc(3 * len + 1, 1);

	for (size_t i = 0; i < len; i++)
		memcpy(text + 3 * i, "好", 3);
	switch (f->type) {
	case FIELD_TEXT:
	case FIELD_WORDS:
	case FIELD_SECRET:
		json_set_text(body, f->name, text);
		break;
	case FIELD_NUMBER:
		json_set_int(body, f->name, 1);
		break;
	case FIELD_FLAG:
		json_set_bool(body, f->name, true);
		break;
	case FIELD_LIST:
	case FIELD_CHOICES:
		json_set(body, f->name, json_object_new_array());
		break;
	case FIELD_MAP:
		json_set(body, f->name, json_object_new_object());
	}
	free(text);
}

/* A body with all fields of the command. */
static struct json_object *
whole_body(enum verb verb)
{
	const struct field *fields = command_row(verb)->fields;
	struct json_object *body = json_object_new_object();

	for (size_t i = 0; fields[i].name != NULL; i++)
		put_value(body, &fields[i], 1);
	return body;
}

/* Calls the verb; its fault must have that code, on this field. */
static void
expect(enum verb verb, struct json_object *body, const char *code,
    const char *field)
{
	enum err err = call(verb_name(verb), NULL, 0, NULL, json_write(body));

	if (err != ERR_INVALID || strcmp(called.fault.code, code) != 0 ||
	    strcmp(called.fault.field, field) != 0)
		fail_msg("%s: %d %s (%s), not %s (%s)", verb_name(verb), err,
		    called.fault.code, called.fault.field, code, field);
	json_object_put(body);
}

/* Calls the verb with a body that is accepted as such. */
static void
expect_no(enum verb verb, struct json_object *body, const char *code)
{
	(void)call(verb_name(verb), NULL, 0, NULL, json_write(body));
	if (strcmp(called.fault.code, code) == 0)
		fail_msg(
		    "%s: %s (%s)", verb_name(verb), code, called.fault.field);
	json_object_put(body);
}

static bool
has_body(enum verb verb)
{
	return command_row(verb)->fields != NULL &&
	    verb_role(verb) != ROLE_RUNNER;
}

static void
check_length(enum verb verb, const struct field *f)
{
	struct json_object *body = whole_body(verb);

	if (f->type != FIELD_TEXT && f->type != FIELD_WORDS &&
	    f->type != FIELD_SECRET) {
		json_object_put(body);
		return;
	}
	assert_true(f->most > 0);
	put_value(body, f, f->most + 1);
	expect(verb, body, "too_long", f->name);
	put_value(body = whole_body(verb), f, f->most);
	expect_no(verb, body, "too_long");
}

static void
check_presence(enum verb verb, const struct field *f)
{
	struct json_object *body = whole_body(verb);

	json_object_object_del(body, f->name);
	if (f->required)
		expect(verb, json_object_get(body), "missing_field", f->name);
	json_set(body, f->name, NULL);
	if (f->required)
		expect(verb, json_object_get(body), "missing_field", f->name);
	json_set(body, f->name, json_object_new_double(1.5));
	expect(verb, body, "wrong_type", f->name);
	if (f->type != FIELD_WORDS)
		return;
	json_set_text(body = whole_body(verb), f->name, " \t\r\n ");
	expect(verb, body, "missing_field", f->name);
}

static void
each_field_of_each_command_is_checked_as_its_row_says(void **state)
{
	(void)state;
	for (enum verb v = 0; v < VERB__MAX; v++) {
		const struct field *f = command_row(v)->fields;
		struct json_object *body;

		if (!has_body(v))
			continue;
		for (; f->name != NULL; f++) {
			check_length(v, f);
			check_presence(v, f);
		}
		json_set_int(body = whole_body(v), "other", 1);
		expect(v, body, "unknown_field", "other");
		expect(v, json_object_new_array(), "json", "");
	}
}

static void
a_body_that_is_no_object_is_refused(void **state)
{
	static const char *const bodies[] = { "null", "[]", "7", "\"x\"", "{",
		"{}{}", "{\"text\":\"a\",\"text\":\"b\"}", "{'text':'a'}",
		"{\"text\":\"\\u0000\"}", "{\"text\":\"\xff\"}" };

	(void)state;
	for (size_t i = 0; i < sizeof(bodies) / sizeof(bodies[0]); i++) {
		assert_int_equal(
		    call("run_comment", NULL, 1, NULL, bodies[i]), ERR_INVALID);
		assert_string_equal(called.fault.code, "json");
	}
	assert_int_equal(
	    call("logout", sign_up("ana", "\"operator\""), 0, NULL, ""),
	    ERR_OK);
}

/* A socket has its own commands: those of the runner come from nobody else. */
static void
each_socket_has_its_own_commands(void **state)
{
	(void)state;
	for (enum verb v = 0; v < VERB__MAX; v++) {
		bool runners = verb_role(v) == ROLE_RUNNER;
		bool local = verb_role(v) == ROLE_LOCAL;
		const char *verb = verb_name(v);

		if (command_row(v)->fields == NULL) {
			assert_int_equal(
			    call(verb, NULL, 0, NULL, "{}"), ERR_NOT_FOUND);
			assert_string_equal(called.fault.code, "no_such_verb");
			continue;
		}
		(void)call(verb, "runner", 1, "s", "{}");
		if (!runners && strcmp(called.fault.code, "forbidden") != 0)
			fail_msg("the runner may %s", verb);
		(void)call(verb, "", 1, "s", "{}");
		if ((runners || local) &&
		    strcmp(called.fault.code, "forbidden") != 0)
			fail_msg("anybody may %s", verb);
		if (!runners && !local && verb_role(v) != ROLE_NONE &&
		    strcmp(called.fault.code, "unauthenticated") != 0)
			fail_msg("%s without a session: %s", verb,
			    called.fault.code);
		(void)call(verb, NULL, 1, "s", "{}");
		if (runners && strcmp(called.fault.code, "forbidden") != 0)
			fail_msg("the command line may %s", verb);
	}
	assert_int_equal(call("drop", NULL, 0, NULL, "{}"), ERR_NOT_FOUND);
	assert_int_equal(call("", NULL, 0, NULL, "{}"), ERR_NOT_FOUND);
}

/* A credential that opens nothing is nobody, and never somebody else. */
static void
a_credential_that_opens_nothing_is_refused(void **state)
{
	static const char none[] =
	    "0000000000000000000000000000000000000000000000000000000000000000";
	const char *ana = sign_up("ana", "\"operator\""), *secret = ana + 8;
	char texts[6][100];

	(void)state;
	assert_int_equal(
	    call("logout", ana, 0, NULL, "{\"other\":1}"), ERR_INVALID);
	snprintf(texts[0], 100, "session:%s", none);
	snprintf(texts[1], 100, "bearer:%s", secret); /* a session's */
	snprintf(texts[2], 100, "session:%.63s", secret);
	snprintf(texts[3], 100, "session:%s0", secret);
	snprintf(texts[4], 100, "%s", secret);
	snprintf(texts[5], 100, "Session:%s", secret);
	for (int i = 0; i < 6; i++) {
		assert_int_equal(call("secret_delete", texts[i], 0, NULL, "{}"),
		    ERR_UNAUTHENTICATED);
		assert_string_equal(called.fault.code, "unauthenticated");
		/* it does not prevent a new session */
		assert_int_equal(
		    call("login", texts[i], 0, NULL, "{}"), ERR_INVALID);
	}
}

int
main(void)
{
	const struct CMUnitTest tests[] = {
#define ONE(test) \
	cmocka_unit_test_setup_teardown(test, keeper_begin, keeper_end)
		ONE(each_field_of_each_command_is_checked_as_its_row_says),
		ONE(a_body_that_is_no_object_is_refused),
		ONE(each_socket_has_its_own_commands),
		ONE(a_credential_that_opens_nothing_is_refused),
	};

	return cmocka_run_group_tests_name("keeper/command", tests, NULL, NULL);
}
