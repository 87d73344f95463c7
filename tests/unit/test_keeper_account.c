/*
 * Accounts: names that nobody can take for another, roles, the last admin, and
 * the first one, whom a link makes.
 */
#include "keeper_calls.h"

static const char *boss;

static const char *
add(const char *who, const char *name, const char *roles)
{
	char body[400];

	snprintf(body, sizeof(body),
	    "{\"name\":\"%s\",\"roles\":[%s],"
	    "\"password\":\"kX8#mQ2$vL9p\"}",
	    name, roles);
	(void)call("account_add", who, 0, NULL, body);
	return called.fault.code;
}

static void
a_name_is_an_identifier_of_nobody_else(void **state)
{
	static const struct {
		const char *name, *code;
	} rows[] = {
		{ "bo", "" },
		{ "bo", "account_exists" },
		{ "BO", "account_exists" },
		{ "boss", "account_exists" },
		{ "local", "name_taken" },
		{ "Keeper", "name_taken" },
		{ "RUNNER", "name_taken" },
		{ "nobody", "name_taken" },
		{ "countersign", "name_taken" },
		{ "", "bad_name" },
		{ " ", "bad_name" },
		{ "a b", "bad_name" },
		{ "a\\u0009b", "bad_name" },
		{ "-x", "bad_name" },
		{ "../x", "bad_name" },
		{ "b\\u043e", "bad_name" }, /* a Cyrillic o */
		{ "a23456789012345678901234567890123456789012345678901234567890"
		  "1234",
		    "" },
		{ "a23456789012345678901234567890123456789012345678901234567890"
		  "12345",
		    "too_long" },
	};

	(void)state;
	for (size_t i = 0; i < sizeof(rows) / sizeof(rows[0]); i++)
		if (strcmp(add(boss, rows[i].name, ""), rows[i].code) != 0)
			fail_msg("%s: \"%s\"", rows[i].name, called.fault.code);
}

static void
roles_are_names_fifty_at_most(void **state)
{
	char roles[600] = "\"r\"";

	(void)state;
	assert_string_equal(add(boss, "bo", "\"a b\""), "bad_role");
	assert_string_equal(add(boss, "bo", "\"\""), "bad_role");
	assert_string_equal(add(boss, "bo", "7"), "bad_role");
	assert_string_equal(add(boss, "bo", "null"), "bad_role");
	assert_string_equal(add(boss, "bo", "[\"admin\"]"), "bad_role");
	for (int i = 1; i < 50; i++)
		strcat(roles, ",\"r\"");
	assert_string_equal(add(boss, "bo", roles), "");
	strcat(roles, ",\"r\"");
	assert_string_equal(add(boss, "cy", roles), "bad_role");
}

/* Only an admin, in whichever way the account is written. */
static void
an_account_is_made_and_changed_by_admins(void **state)
{
	const char *ana = sign_up("ana", "\"operator\",\"approver\"");

	(void)state;
	assert_string_equal(add(ana, "cy", "\"admin\""), "role_needed");
	assert_string_equal(add("", "cy", ""), "unauthenticated");
	assert_int_equal(call("account_change", ana, 0, NULL,
			     "{\"name\":\"ana\",\"roles\":[\"admin\"]}"),
	    ERR_FORBIDDEN);
	assert_int_equal(call("password_set", ana, 0, NULL,
			     "{\"name\":\"boss\","
			     "\"password\":\"kX8#mQ2$vL9p\"}"),
	    ERR_FORBIDDEN);
	assert_int_equal(call("account_change", boss, 0, NULL,
			     "{\"name\":\"nobody\",\"roles\":[]}"),
	    ERR_NOT_FOUND);
}

static void
the_last_admin_stays_one(void **state)
{
	static const char *const ends[] = {
		"{\"name\":\"boss\",\"roles\":[]}",
		"{\"name\":\"boss\",\"disabled\":true}",
		"{\"name\":\"boss\",\"roles\":[\"admins\",\"operator\"]}",
	};

	(void)state;
	(void)sign_up("second", "\"admin\"");
	assert_int_equal(call("account_change", boss, 0, NULL,
			     "{\"name\":\"second\",\"disabled\":true}"),
	    ERR_OK);
	for (size_t i = 0; i < 3; i++) {
		assert_int_equal(call("account_change", boss, 0, NULL, ends[i]),
		    ERR_CONFLICT);
		assert_string_equal(called.fault.code, "last_admin");
		assert_int_equal(call("account_change", NULL, 0, NULL, ends[i]),
		    ERR_CONFLICT);
	}
	assert_int_equal(call("account_change", boss, 0, NULL,
			     "{\"name\":\"second\",\"disabled\":false}"),
	    ERR_OK);
	assert_int_equal(
	    call("account_change", boss, 0, NULL, ends[0]), ERR_OK);
}

/* A change that names one of both leaves the other as it is. */
static void
roles_and_state_change_by_themselves(void **state)
{
	struct json_object *row;

	(void)state;
	assert_string_equal(add(boss, "bo", "\"operator\""), "");
	assert_int_equal(call("account_change", boss, 0, NULL,
			     "{\"name\":\"bo\",\"disabled\":true}"),
	    ERR_OK);
	assert_int_equal(call("account_change", boss, 0, NULL,
			     "{\"name\":\"bo\",\"roles\":[\"approver\"]}"),
	    ERR_OK);
	row = db_first_json(db_query(keeper.db, STMT_ACCOUNT_GET, TEXT("bo")));
	assert_int_equal(json_int(row, "disabled", 0), 1);
	assert_string_equal(
	    json_write(json_get(row, "roles")), "[\"approver\"]");
	json_object_put(row);
}

/* The stranger who finds the page has no key; the key opens once. */
static void
the_first_admin_is_made_by_the_link_alone(void **state)
{
	static const char form[] = "{\"key\":\"%s\",\"name\":\"root\","
				   "\"password\":\"kX8#mQ2$vL9p\"}";
	char key[100], body[300];

	(void)state;
	assert_int_equal(call("setup_link", "", 0, NULL, "{}"), ERR_FORBIDDEN);
	assert_int_equal(call("setup_link", NULL, 0, NULL, "{}"), ERR_OK);
	snprintf(key, sizeof(key), "%s", json_text(called.result, "key", ""));
	assert_int_equal(strlen(key), 2 * AUTH_SECRET_BYTES);
	assert_int_equal(call("setup_link", NULL, 0, NULL, "{}"), ERR_OK);
	assert_string_equal(json_text(called.result, "key", ""), key);
	for (int i = 0; i < 3; i++) {
		snprintf(body, sizeof(body), form,
		    i == 0       ? ""
			: i == 1 ? "0"
				 : key + 1);
		assert_int_equal(
		    call("setup", "", 0, NULL, body), ERR_FORBIDDEN);
	}
	snprintf(body, sizeof(body), form, key);
	assert_int_equal(call("setup", "", 0, NULL, body), ERR_OK);
	assert_true(json_get(called.result, "session") != NULL);
	assert_int_not_equal(access(data_path("keys/setup"), F_OK), 0);
	assert_int_equal(call("setup", "", 0, NULL, body), ERR_FORBIDDEN);
	assert_int_equal(call("setup_link", NULL, 0, NULL, "{}"), ERR_OK);
	assert_string_equal(json_text(called.result, "key", ""), "");
}

static int
begin(void **state)
{
	keeper_begin(state);
	boss = sign_up("boss", "\"admin\"");
	return 0;
}

int
main(void)
{
	const struct CMUnitTest tests[] = {
#define ONE(test) cmocka_unit_test_setup_teardown(test, begin, keeper_end)
		ONE(a_name_is_an_identifier_of_nobody_else),
		ONE(roles_are_names_fifty_at_most),
		ONE(an_account_is_made_and_changed_by_admins),
		ONE(the_last_admin_stays_one),
		ONE(roles_and_state_change_by_themselves),
		cmocka_unit_test_setup_teardown(
		    the_first_admin_is_made_by_the_link_alone, keeper_begin,
		    keeper_end),
	};

	return cmocka_run_group_tests_name("keeper/account", tests, NULL, NULL);
}
