/*
 * API tokens: who may give which, to whom, and for how long.
 */
#include "keeper_calls.h"

static const char *ana, *bo, *boss;

/* A token of ana's, as a credential. */
static const char *
token_of_ana(const char *name, const char *scopes, const char *expires)
{
	static char credentials[4][80];
	static unsigned next;
	char *credential = credentials[next++ % 4], body[300];

	snprintf(body, sizeof(body),
	    "{\"account\":\"ana\",\"name\":\"%s\",\"scopes\":[%s],"
	    "\"expires\":\"%s\",\"password\":\"" PASSWORD "\"}",
	    name, scopes, expires);
	assert_int_equal(call("token_add", ana, 0, NULL, body), ERR_OK);
	snprintf(
	    credential, 80, "bearer:%s", json_text(called.result, "token", ""));
	return credential;
}

static void
a_token_is_given_by_these_rules(void **state)
{
#define T(rest) "{\"account\":\"ana\",\"name\":\"t\"" rest "}"
#define WORD ",\"password\":\"" PASSWORD "\""
	const char *reads = token_of_ana("reads", "\"read\"", "1d");
	const char *runs = token_of_ana("runs", "\"read\",\"run\"", "1d");
	const char *all = token_of_ana(
	    "all", "\"read\",\"run\",\"approve\"", "1d");
	const struct {
		const char *who, *body, *code;
	} rows[] = {
		{ ana, T(""), "" },
		{ boss, T(""), "" },
		{ NULL, T(""), "" },
		{ bo, T(""), "role_needed" },
		{ runs, T(""), "" },
		{ reads, T(""), "scope_needed" },
		{ reads, T(",\"scopes\":[\"read\"]"), "scope_needed" },
		{ ana, T(",\"scopes\":[]"), "bad_scope" },
		{ ana, T(",\"scopes\":[\"all\"]"), "bad_scope" },
		{ ana, T(",\"scopes\":[\"read\",\"\"]"), "bad_scope" },
		{ ana, T(",\"scopes\":[\"read\",7]"), "bad_scope" },
		{ ana, T(",\"scopes\":[null]"), "bad_scope" },
		{ ana, T(",\"scopes\":[\"approve\"]" WORD), "" },
		{ ana, T(",\"scopes\":[\"approve\"]"), "wrong_password" },
		{ ana,
		    T(",\"scopes\":[\"read\",\"approve\"],"
		      "\"password\":\"not this one\""),
		    "wrong_password" },
		{ boss, T(",\"scopes\":[\"approve\"]" WORD), "scope_own" },
		{ NULL, T(",\"scopes\":[\"approve\"]" WORD), "scope_own" },
		{ runs, T(",\"scopes\":[\"approve\"]" WORD), "scope_needed" },
		{ all, T(",\"scopes\":[\"approve\"]" WORD), "scope_own" },
		{ ana, "{\"account\":\"ana\",\"name\":\"a b\"}", "bad_name" },
		{ ana, "{\"account\":\"ana\",\"name\":\"../x\"}", "bad_name" },
		{ boss, "{\"account\":\"nobody\",\"name\":\"t\"}",
		    "no_such_account" },
		{ ana, "{\"account\":\"ana\",\"name\":\"runs\"}",
		    "token_exists" },
		{ ana, T(",\"expires\":\"1s\""), "" },
		{ ana, T(",\"expires\":\"0s\""), "bad_expires" },
		{ ana, T(",\"expires\":\"366d\""), "" },
		{ ana, T(",\"expires\":\"367d\""), "bad_expires" },
		{ ana, T(",\"expires\":\"-1d\""), "bad_expires" },
		{ ana, T(",\"expires\":\"1\""), "" },
		{ ana, T(",\"expires\":\"\""), "bad_expires" },
		{ ana, T(",\"expires\":\"99999999999999999999d\""),
		    "bad_expires" },
	};

	(void)state;
	for (size_t i = 0; i < sizeof(rows) / sizeof(rows[0]); i++) {
		(void)call("token_add", rows[i].who, 0, NULL, rows[i].body);
		if (strcmp(called.fault.code, rows[i].code) != 0)
			fail_msg("row %zu: %s: \"%s\"", i, rows[i].body,
			    called.fault.code);
		if (rows[i].code[0] == '\0')
			assert_int_equal(
			    call("token_revoke", ana, 0, NULL, T("")), ERR_OK);
	}
}

/* The end of a token that a token made, in milliseconds from now. */
static int64_t
lasts(const char *by, const char *expires)
{
	char body[200];
	int64_t end;

	snprintf(body, sizeof(body),
	    "{\"account\":\"ana\",\"name\":\"t\",\"expires\":\"%s\"}", expires);
	assert_int_equal(call("token_add", by, 0, NULL, body), ERR_OK);
	assert_true(
	    clock_parse(json_text(called.result, "expires_at", ""), &end));
	assert_int_equal(call("token_revoke", ana, 0, NULL,
			     "{\"account\":\"ana\",\"name\":\"t\"}"),
	    ERR_OK);
	return end - clock_now();
}

static void
a_token_does_not_outlive_the_one_that_made_it(void **state)
{
	const char *by = token_of_ana("day", "\"read\",\"run\"", "1d");
	const int64_t day = 24LL * 3600 * 1000;

	(void)state;
	assert_in_range(lasts(by, "90d"), day - 60000, day);
	assert_in_range(lasts(by, "1h"), day / 24 - 60000, day / 24);
	assert_in_range(lasts(ana, "90d"), 90 * day - 60000, 90 * day);
}

static void
a_token_that_is_over_or_revoked_opens_nothing(void **state)
{
	const char *gone = token_of_ana("gone", "\"read\",\"run\"", "1d");
	const char *over = token_of_ana("over", "\"read\",\"run\"", "1s");
	int64_t until = clock_now() + 1000;

	(void)state;
	assert_int_equal(call("token_revoke", bo, 0, NULL,
			     "{\"account\":\"ana\",\"name\":\"gone\"}"),
	    ERR_FORBIDDEN);
	assert_int_equal(call("token_revoke", ana, 0, NULL,
			     "{\"account\":\"ana\",\"name\":\"gone\"}"),
	    ERR_OK);
	assert_int_equal(call("token_revoke", gone, 0, NULL,
			     "{\"account\":\"ana\",\"name\":\"over\"}"),
	    ERR_UNAUTHENTICATED);
	assert_int_equal(call("token_revoke", ana, 0, NULL,
			     "{\"account\":\"ana\",\"name\":\"gone\"}"),
	    ERR_NOT_FOUND);
	while (clock_now() <= until)
		usleep(1000);
	assert_int_equal(
	    call("run_comment", over, 1, NULL, "{\"text\":\"late\"}"),
	    ERR_UNAUTHENTICATED);
}

/* Its secret stands in no event and in no table. */
static void
a_token_is_shown_once_and_stored_as_a_hash(void **state)
{
	const char *secret = token_of_ana("t", "\"read\"", "1d") + 7;
	struct buf all = { 0 };

	(void)state;
	db_close(keeper.db);
	assert_int_equal(
	    io_read_file(data_path("countersign.db"), 1 << 26, &all), ERR_OK);
	assert_null(memmem(all.data, all.len, secret, strlen(secret)));
	buf_clear(&all);
	if (io_read_file(data_path("countersign.db-wal"), 1 << 26, &all) ==
	    ERR_OK)
		assert_null(memmem(all.data, all.len, secret, strlen(secret)));
	buf_clear(&all);
	assert_int_equal(db_open(data_folder, DB_KEEPER, &keeper.db), ERR_OK);
}

static int
begin(void **state)
{
	keeper_begin(state);
	ana = sign_up("ana", "\"operator\",\"approver\"");
	bo = sign_up("bo", "\"operator\"");
	boss = sign_up("boss", "\"admin\"");
	return 0;
}

/* Those that have expired make room. */
static void
an_account_has_two_hundred_tokens(void **state)
{
	char name[20], body[100];

	(void)state;
	for (int i = 0; i < 200; i++) {
		snprintf(name, sizeof(name), "t%d", i);
		(void)token_of_ana(name, "\"read\"", i == 7 ? "1s" : "1d");
	}
	snprintf(body, sizeof(body), "{\"account\":\"ana\",\"name\":\"u\"}");
	while (call("token_add", ana, 0, NULL, body) != ERR_OK)
		assert_string_equal(called.fault.code, "too_many_tokens");
	assert_int_equal(call("token_revoke", ana, 0, NULL,
			     "{\"account\":\"ana\",\"name\":\"t7\"}"),
	    ERR_NOT_FOUND);
	snprintf(body, sizeof(body), "{\"account\":\"ana\",\"name\":\"v\"}");
	assert_int_equal(call("token_add", ana, 0, NULL, body), ERR_CONFLICT);
	assert_string_equal(called.fault.code, "too_many_tokens");
	snprintf(body, sizeof(body), "{\"account\":\"bo\",\"name\":\"v\"}");
	assert_int_equal(call("token_add", bo, 0, NULL, body), ERR_OK);
}

int
main(void)
{
	const struct CMUnitTest tests[] = {
#define ONE(test) cmocka_unit_test_setup_teardown(test, begin, keeper_end)
		ONE(a_token_is_given_by_these_rules),
		ONE(a_token_does_not_outlive_the_one_that_made_it),
		ONE(a_token_that_is_over_or_revoked_opens_nothing),
		ONE(a_token_is_shown_once_and_stored_as_a_hash),
		ONE(an_account_has_two_hundred_tokens),
	};

	return cmocka_run_group_tests_name("keeper/token", tests, NULL, NULL);
}
