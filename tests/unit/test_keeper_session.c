/*
 * Sessions: how they begin, whom they answer, and what ends them.
 */
#include "keeper_calls.h"

#include "keeper/commands/cmd_session.h"

/* The session that the last sign-in opened, as a credential. */
static const char *
opened(void)
{
	static char credential[80];

	snprintf(credential, sizeof(credential), "session:%s",
	    json_text(called.result, "session", ""));
	return credential;
}

static enum err
sign_in(const char *name, const char *password, const char *device)
{
	char body[400];

	snprintf(body, sizeof(body),
	    "{\"name\":\"%s\",\"password\":\"%s\"%s%s%s}", name, password,
	    device != NULL ? ",\"device\":\"" : "",
	    device != NULL ? device : "", device != NULL ? "\"" : "");
	return call("login", "", 0, NULL, body);
}

static bool
is_open(const char *credential)
{
	return call("logout", credential, 0, NULL, "{\"x\":1}") == ERR_INVALID
	    ? strcmp(called.fault.code, "unknown_field") == 0
	    : false;
}

/* True if the credential is of that person: their own password may be set. */
static bool
is_of(const char *credential, const char *name)
{
	char body[100];

	snprintf(body, sizeof(body), "{\"name\":\"%s\",\"password\":\"short\"}",
	    name);
	(void)call("password_set", credential, 0, NULL, body);
	return strcmp(called.fault.code, "bad_password") == 0;
}

static int64_t
sessions_of(const char *name)
{
	struct rows *rows = db_query(
	    keeper.db, STMT_SESSIONS_OF, TEXT(name), BLOB("", 0));
	int64_t n = 0;

	while (db_next(rows))
		n++;
	db_done(rows);
	return n;
}

static void
the_right_password_opens_a_session(void **state)
{
	const char *other = sign_up("bo", "\"operator\"");

	(void)state;
	(void)sign_up("ana", "\"operator\"");
	assert_int_equal(sign_in("ana", PASSWORD, NULL), ERR_OK);
	assert_true(is_of(opened(), "ana"));
	assert_int_equal(sign_in("ana", PASSWORD, NULL), ERR_OK);
	expect_last(0, "session.opened", "address", "192.0.2.7");
	assert_int_equal(sessions_of("ana"), 3);
	assert_int_equal(sessions_of("bo"), 1);
	assert_true(is_of(other, "bo"));
	assert_false(is_of(other, "ana"));
}

/* One answer for both, so that nobody learns which names there are. */
static void
a_wrong_password_and_an_unknown_name_have_one_answer(void **state)
{
	char message[1000];

	(void)state;
	(void)sign_up("ana", "\"operator\"");
	assert_int_equal(
	    sign_in("ana", "not this one", NULL), ERR_UNAUTHENTICATED);
	snprintf(message, sizeof(message), "%s %s %s", called.fault.code,
	    called.fault.field, called.fault.message);
	expect_last(0, "session.failed", "account", "ana");
	assert_int_equal(
	    sign_in("hunter2", PASSWORD, NULL), ERR_UNAUTHENTICATED);
	assert_non_null(strstr(message, called.fault.message));
	/* people type passwords into the wrong field */
	expect_last(0, "session.failed", "account", "");
	assert_int_equal(sessions_of("hunter2"), 0);
}

static void
a_disabled_person_has_no_session_and_opens_none(void **state)
{
	const char *ana, *boss;

	(void)state;
	boss = sign_up("boss", "\"admin\"");
	ana = sign_up("ana", "\"operator\"");
	assert_true(is_open(ana));
	assert_int_equal(call("account_change", boss, 0, NULL,
			     "{\"name\":\"ana\",\"disabled\":true}"),
	    ERR_OK);
	expect_last(0, "session.ended", "why", "disabled");
	assert_int_equal(sessions_of("ana"), 0);
	assert_int_equal(sign_in("ana", PASSWORD, NULL), ERR_UNAUTHENTICATED);
	assert_int_equal(call("account_change", boss, 0, NULL,
			     "{\"name\":\"ana\",\"disabled\":false}"),
	    ERR_OK);
	assert_false(is_of(ana, "ana"));
	assert_int_equal(sign_in("ana", PASSWORD, NULL), ERR_OK);
}

static void
signing_out_ends_this_session_alone(void **state)
{
	const char *ana;
	char second[80];

	(void)state;
	ana = sign_up("ana", "\"operator\"");
	assert_int_equal(sign_in("ana", PASSWORD, NULL), ERR_OK);
	snprintf(second, sizeof(second), "%s", opened());
	assert_int_equal(call("logout", second, 0, NULL, "{}"), ERR_OK);
	expect_last(0, "session.closed", "account", "ana");
	assert_false(is_of(second, "ana"));
	assert_true(is_of(ana, "ana"));
	/* one that is gone already: nothing to end, nothing on record */
	assert_int_equal(call("logout", "", 0, NULL, "{}"), ERR_OK);
	assert_int_equal(sessions_of("ana"), 1);
}

/* The moment itself is past the end. */
static void
a_session_ends_at_its_time_on_record(void **state)
{
	unsigned char hash[HASH_BYTES];
	int64_t now = clock_now();
	const char *ana;
	char old[80] = "session:";

	(void)state;
	ana = sign_up("ana", "\"operator\"");
	text_random_hex(old + 8, AUTH_SECRET_BYTES);
	auth_hash(old + 8, hash);
	db_begin(keeper.db);
	assert_int_equal(
	    db_run(keeper.db, STMT_SESSION_ADD, BLOB(hash, sizeof(hash)),
		TEXT("ana"), TEXT("192.0.2.7"), TEXT(""),
		INT(now - AUTH_SESSION_MS), INT(now)),
	    ERR_OK);
	assert_int_equal(db_end(keeper.db, ERR_OK), ERR_OK);
	assert_false(is_of(old, "ana"));
	assert_int_equal(sessions_of("ana"), 2);
	db_begin(keeper.db);
	keeper.expire_at = clock_monotonic() + 50000; /* it is not time yet */
	session_expire(&keeper);
	assert_int_equal(sessions_of("ana"), 2);
	keeper.expire_at = 0;
	session_expire(&keeper);
	assert_int_equal(db_end(keeper.db, ERR_OK), ERR_OK);
	assert_int_equal(sessions_of("ana"), 1);
	expect_last(0, "session.ended", "why", "expired");
	assert_true(is_of(ana, "ana"));
}

static void
a_browser_keeps_its_mark_and_gets_another_for_another_person(void **state)
{
	char first[80];

	(void)state;
	(void)sign_up("ana", "\"operator\"");
	(void)sign_up("bo", "\"operator\"");
	assert_int_equal(sign_in("ana", PASSWORD, "planted"), ERR_OK);
	snprintf(
	    first, sizeof(first), "%s", json_text(called.result, "device", ""));
	assert_string_not_equal(first, "planted");
	assert_int_equal(sign_in("ana", PASSWORD, first), ERR_OK);
	assert_string_equal(json_text(called.result, "device", ""), first);
	assert_int_equal(sign_in("bo", PASSWORD, first), ERR_OK);
	assert_string_not_equal(json_text(called.result, "device", ""), first);
	/* and ana's mark is the new one, of the same browser */
	snprintf(
	    first, sizeof(first), "%s", json_text(called.result, "device", ""));
	assert_int_equal(sign_in("ana", PASSWORD, first), ERR_OK);
	assert_string_equal(json_text(called.result, "device", ""), first);
}

static void
an_account_has_marks_of_twenty_browsers(void **state)
{
	char first[80], last[80] = "";

	(void)state;
	(void)sign_up("ana", "\"operator\"");
	for (int i = 0; i < 21; i++) {
		assert_int_equal(sign_in("ana", PASSWORD, NULL), ERR_OK);
		snprintf(i == 0 ? first : last, 80, "%s",
		    json_text(called.result, "device", ""));
		/* marks are told apart by the time of their last use */
		for (int64_t now = clock_now(); clock_now() == now;)
			;
	}
	assert_int_equal(sign_in("ana", PASSWORD, last), ERR_OK);
	assert_string_equal(json_text(called.result, "device", ""), last);
	assert_int_equal(sign_in("ana", PASSWORD, first), ERR_OK);
	assert_string_not_equal(json_text(called.result, "device", ""), first);
}

/* The refusal says when to come back, and the right password waits too. */
static void
who_guesses_waits(void **state)
{
	int i = 0;

	(void)state;
	(void)sign_up("dan", "\"operator\"");
	while (i < 20 &&
	    sign_in("dan", "not this one", NULL) == ERR_UNAUTHENTICATED)
		i++;
	assert_int_equal(i, 5);
	assert_string_equal(called.fault.code, "too_many_attempts");
	assert_true(json_int(called.result, "retry_after", 0) > 0);
	assert_int_equal(sign_in("dan", PASSWORD, NULL), ERR_LIMIT);
	(void)sign_up("eve", "\"operator\"");
	assert_int_equal(sign_in("eve", PASSWORD, NULL), ERR_OK);
}

/* Each end of a password ends what was opened with it. */
static void
a_new_password_ends_all_sessions_and_tokens(void **state)
{
	const char *ana, *boss;
	char token[80];

	(void)state;
	boss = sign_up("boss", "\"admin\"");
	ana = sign_up("ana", "\"operator\"");
	assert_int_equal(call("token_add", ana, 0, NULL,
			     "{\"account\":\"ana\",\"name\":\"ci\"}"),
	    ERR_OK);
	snprintf(token, sizeof(token), "bearer:%s",
	    json_text(called.result, "token", ""));
	assert_true(is_of(token, "ana"));
	assert_int_equal(call("password_set", boss, 0, NULL,
			     "{\"name\":\"ana\","
			     "\"password\":\"another otter, 43\"}"),
	    ERR_OK);
	expect_last(0, "token.revoked", "why", "password_changed");
	assert_false(is_of(token, "ana"));
	assert_false(is_of(ana, "ana"));
	assert_int_equal(sign_in("ana", PASSWORD, NULL), ERR_UNAUTHENTICATED);
	assert_int_equal(sign_in("ana", "another otter, 43", NULL), ERR_OK);
}

static void
ones_own_password_needs_the_old_one(void **state)
{
	static const char start[] = "{\"name\":\"ana\","
				    "\"password\":\"another otter, 43\"";
	const char *ana;
	char body[200];

	(void)state;
	ana = sign_up("ana", "\"operator\"");
	snprintf(body, sizeof(body), "%s}", start);
	assert_int_equal(call("password_set", ana, 0, NULL, body), ERR_INVALID);
	assert_string_equal(called.fault.code, "wrong_password");
	assert_string_equal(called.fault.field, "old");
	snprintf(body, sizeof(body), "%s,\"old\":\"" PASSWORD "\"}", start);
	assert_int_equal(call("password_set", ana, 0, NULL, body), ERR_OK);
	assert_int_equal(sign_in("ana", "another otter, 43", NULL), ERR_OK);
}

/* The name of a session, as pages and the record have it. */
static const char *
id_of(const char *credential)
{
	static char ids[4][17];
	static unsigned next;
	unsigned char hash[HASH_BYTES];
	char *id = ids[next++ % 4];

	auth_hash(credential + strlen("session:"), hash);
	text_hex(hash, 8, id);
	return id;
}

static const char *
end(const char *by, const char *id)
{
	char body[60];

	snprintf(body, sizeof(body), "{\"session\":\"%s\"}", id);
	return call("session_end", by, 0, NULL, body) == ERR_OK
	    ? ""
	    : called.fault.code;
}

/* Another person's session looks as if it did not exist. */
static void
a_person_ends_their_sessions_an_admin_those_of_all(void **state)
{
	const char *ana = sign_up("ana", "\"operator\"");
	const char *bo = sign_up("bo", "\"operator\"");
	const char *boss = sign_up("boss", "\"admin\"");
	const char *other = open_session("ana"), *third = open_session("ana");

	(void)state;
	assert_string_equal(end(bo, id_of(other)), "no_such_session");
	assert_string_equal(end(ana, "0123456789abcdef"), "no_such_session");
	assert_string_equal(end(ana, "%"), "no_such_session");
	assert_string_equal(end(ana, ""), "no_such_session");
	assert_true(is_open(other));
	assert_string_equal(end(ana, id_of(other)), "");
	expect_last(0, "session.ended", "why", "asked");
	expect_last(0, "session.ended", "account", "ana");
	assert_false(is_of(other, "ana"));
	assert_true(is_of(third, "ana"));
	assert_string_equal(end(ana, id_of(other)), "no_such_session");
	assert_string_equal(end(boss, id_of(third)), "");
	assert_false(is_of(third, "ana"));
	assert_true(is_of(ana, "ana"));
	assert_true(is_of(bo, "bo"));
}

static void
all_others_end_and_the_one_that_asks_stays(void **state)
{
	const char *ana = sign_up("ana", "\"operator\"");
	const char *bo = sign_up("bo", "\"operator\"");
	const char *boss = sign_up("boss", "\"admin\"");

	(void)state;
	(void)open_session("ana");
	(void)open_session("ana");
	assert_int_equal(
	    call("session_end_others", bo, 0, NULL, "{\"name\":\"ana\"}"),
	    ERR_FORBIDDEN);
	assert_int_equal(sessions_of("ana"), 3);
	assert_int_equal(
	    call("session_end_others", ana, 0, NULL, "{\"name\":\"ana\"}"),
	    ERR_OK);
	expect_last(0, "session.ended", "why", "asked");
	assert_int_equal(sessions_of("ana"), 1);
	assert_true(is_of(ana, "ana"));
	assert_int_equal(
	    call("session_end_others", boss, 0, NULL, "{\"name\":\"ana\"}"),
	    ERR_OK);
	assert_int_equal(sessions_of("ana"), 0);
	assert_int_equal(
	    call("session_end_others", boss, 0, NULL, "{\"name\":\"nobody\"}"),
	    ERR_NOT_FOUND);
	assert_true(is_of(bo, "bo"));
}

/* Its use is noted; the one that was not used for longest ends. */
static void
an_account_has_two_hundred_sessions(void **state)
{
	const char *ana = sign_up("ana", "\"operator\""), *last;

	(void)state;
	for (int i = 1; i < 200; i++)
		(void)open_session("ana");
	assert_int_equal(call("session_seen", ana, 0, NULL, "{}"), ERR_OK);
	assert_int_equal(sessions_of("ana"), 200);
	assert_int_equal(sign_in("ana", PASSWORD, NULL), ERR_OK);
	last = opened();
	assert_int_equal(sessions_of("ana"), 200);
	expect_last(0, "session.ended", "why", "many");
	assert_true(is_of(ana, "ana"));
	assert_true(is_of(last, "ana"));
}

int
main(void)
{
	const struct CMUnitTest tests[] = {
#define ONE(test) \
	cmocka_unit_test_setup_teardown(test, keeper_begin, keeper_end)
		ONE(the_right_password_opens_a_session),
		ONE(a_wrong_password_and_an_unknown_name_have_one_answer),
		ONE(a_disabled_person_has_no_session_and_opens_none),
		ONE(signing_out_ends_this_session_alone),
		ONE(a_session_ends_at_its_time_on_record),
		ONE(a_browser_keeps_its_mark_and_gets_another_for_another_person),
		ONE(an_account_has_marks_of_twenty_browsers),
		ONE(who_guesses_waits),
		ONE(a_new_password_ends_all_sessions_and_tokens),
		ONE(ones_own_password_needs_the_old_one),
		ONE(a_person_ends_their_sessions_an_admin_those_of_all),
		ONE(all_others_end_and_the_one_that_asks_stays),
		ONE(an_account_has_two_hundred_sessions),
	};

	return cmocka_run_group_tests_name("keeper/session", tests, NULL, NULL);
}
