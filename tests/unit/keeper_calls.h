/*
 * keeper_calls.h: a keeper with a journal in a data folder of the test, whose
 * commands are called as its event loop calls them: each in a savepoint, with
 * its passwords hashed and its documents compiled by the real program.
 */
#ifndef TESTS_UNIT_KEEPER_CALLS_H
#define TESTS_UNIT_KEEPER_CALLS_H

#include "data_folder.h"

#include <poll.h>
#include <sodium.h>

#include "base/clock.h"
#include "base/mem.h"
#include "base/text.h"
#include "journal/auth.h"
#include "journal/event.h"
#include "keeper/command.h"
#include "keeper/keeper.h"
#include "keeper/ledger.h"
#include "keeper/plans/compile_ask.h"
#include "keeper/plans/plan_cache.h"
#include "keeper/plans/step_cache.h"
#include "keeper/refused.h"
#include "keeper/seal.h"

static struct keeper keeper;
static unsigned char runner_public[32], runner_secret[32];

/* The outcome of the last call. */
static struct {
	struct fault fault;
	struct json_object *result;
} called;

/* A fixture of cmocka, as is keeper_end(). */
static inline int
keeper_begin(void **state)
{
	char books[300], hex[65];

	data_begin(state);
	assert_true(sodium_init() >= 0);
	crypto_box_keypair(runner_public, runner_secret);
	text_hex(runner_public, sizeof(runner_public), hex);
	data_write("keys/runner.pub", hex);
	snprintf(books, sizeof(books), "%s", data_path("books"));
	keeper = (struct keeper){ .data_dir = data_folder,
		.runbooks_dir = mem_strdup(books),
		.ledger_at = -1,
		.ledger_fd = -1,
		.waiting_at = -1 };
	assert_int_equal(db_open(data_folder, DB_KEEPER, &keeper.db), ERR_OK);
	assert_int_equal(seal_open_ledger(&keeper), ERR_OK);
	assert_int_equal(seal_open_output(&keeper), ERR_OK);
	compile_open(&keeper);
	return 0;
}

static inline int
keeper_end(void **state)
{
	json_object_put(called.result);
	called.result = NULL;
	ledger_close(&keeper);
	step_cache_free(&keeper);
	plan_cache_free(&keeper);
	compile_close(&keeper);
	db_close(keeper.db);
	free((char *)(uintptr_t)keeper.runbooks_dir);
	buf_clear(&keeper.typed);
	return data_end(state);
}

static inline void
compile_now(struct compile_job *job)
{
	struct pollfd p;

	assert_true(
	    compile_job_start(job, program_path("countersign-compile")));
	p = (struct pollfd){ .fd = job->fd, .events = POLLIN };
	while (poll(&p, 1, compile_job_left(job)) <= 0)
		compile_job_tick(job);
	compile_take(&keeper, job);
}

/* Calls the command once, in a savepoint. */
static inline enum err
call_once(struct command *c)
{
	enum err err;

	assert_int_equal(db_savepoint(keeper.db), ERR_OK);
	err = db_release(keeper.db, command_run(c));
	command_record_refusal(c);
	if (c->around && err != ERR_OK)
		assert_int_equal(run_record_refusal(c), ERR_OK);
	return err;
}

/*
 * Calls the command; `credential` NULL: from the command line, "runner": from
 * the runner.
 */
static inline enum err
call(const char *verb, const char *credential, int64_t run, const char *step,
    const char *body)
{
	bool runner = credential != NULL && strcmp(credential, "runner") == 0;
	struct wire_call wire = { .id = 1,
		.verb = verb,
		.credential = credential != NULL ? credential : "",
		.address = "192.0.2.7",
		.run = run,
		.step = step != NULL ? step : "",
		.body = body };
	struct compile_job *job = NULL, *next;
	char *hashed = NULL;
	enum err err;

	db_begin(keeper.db);
	for (int i = 0; i < 9; i++) {
		struct command c = { .keeper = &keeper,
			.call = &wire,
			.channel = credential == NULL ? CHANNEL_LOCAL
			    : runner                  ? CHANNEL_RUNNER
						      : CHANNEL_WEB,
			.result = json_object_new_object(),
			.hashed = hashed };

		compile_resume(&keeper, job);
		err = call_once(&c);
		next = compile_wanted(&keeper);
		compile_resume(&keeper, NULL);
		json_object_put(called.result);
		called.result = c.result;
		called.fault = c.fault;
		if (err == ERR_OK && hashed == NULL &&
		    (c.hash_password != NULL || c.hash_old != NULL))
			hashed = mem_strdup(seal_password(
			    c.hash_old, c.hash_against, c.hash_password));
		else if (next == NULL)
			i = 9;
		free(c.hash_against);
		json_object_put(c.body);
		if (next != NULL) {
			compile_job_free(job);
			compile_now(job = next);
		}
	}
	compile_job_free(job);
	free(hashed);
	assert_int_equal(db_end(keeper.db, ERR_OK), ERR_OK);
	if (err == ERR_OK)
		called.fault = (struct fault){ 0 };
	return err;
}

/* An event that is appended without a command. */
static inline void
happen(int64_t run, const char *by, const char *kind, const char *data)
{
	struct json_object *o = json_tokener_parse(data);

	assert_non_null(o);
	db_begin(keeper.db);
	assert_int_equal(event_append(keeper.db, run, EVENT_ANY_SEQ, by,
			     event_find(kind), o),
	    ERR_OK);
	assert_int_equal(db_end(keeper.db, ERR_OK), ERR_OK);
}

#define PASSWORD "vexing otter lamp 42"

/* A session of that account, as a credential; valid until the hundredth. */
static inline const char *
open_session(const char *name)
{
	static char credentials[100][80];
	static unsigned next;
	char *credential = credentials[next++ % 100];
	unsigned char key[HASH_BYTES];
	int64_t now = clock_now();

	memcpy(credential, "session:", sizeof("session:"));
	text_random_hex(credential + 8, AUTH_SECRET_BYTES);
	auth_hash(credential + 8, key);
	db_begin(keeper.db);
	assert_int_equal(
	    db_run(keeper.db, STMT_SESSION_ADD, BLOB(key, sizeof(key)),
		TEXT(name), TEXT("192.0.2.7"), TEXT(""), INT(now),
		INT(now + AUTH_SESSION_MS)),
	    ERR_OK);
	assert_int_equal(db_end(keeper.db, ERR_OK), ERR_OK);
	return credential;
}

/* A person with these roles and that password, and a session of theirs. */
static inline const char *
sign_up(const char *name, const char *roles)
{
	static char hash[crypto_pwhash_STRBYTES];
	char data[300], hex[65];

	if (hash[0] == '\0')
		assert_int_equal(
		    crypto_pwhash_str(hash, PASSWORD, strlen(PASSWORD),
			crypto_pwhash_OPSLIMIT_MIN, crypto_pwhash_MEMLIMIT_MIN),
		    0);
	hash_hex(hash, strlen(hash), hex);
	snprintf(data, sizeof(data),
	    "{\"name\":\"%s\",\"roles\":[%s],\"credential\":\"%s\"}", name,
	    roles, hex);
	happen(0, "local", "account.added", data);
	db_begin(keeper.db);
	assert_int_equal(
	    db_run(keeper.db, STMT_CREDENTIAL_SET, TEXT(name), TEXT(hash)),
	    ERR_OK);
	assert_int_equal(db_end(keeper.db, ERR_OK), ERR_OK);
	return open_session(name);
}

/* The last event of the chain has that kind and this data. */
static inline void
expect_last(int64_t run, const char *kind, const char *key, const char *value)
{
	struct rows *rows = db_query(keeper.db, STMT_EVENTS_BACK, INT(run));
	struct json_object *body = NULL;
	struct event e;

	assert_true(db_next(rows));
	assert_int_equal(event_parse(db_text(rows, "body"), &e, &body), ERR_OK);
	assert_string_equal(event_word(e.kind), kind);
	if (key != NULL)
		assert_string_equal(json_text(e.data, key, ""), value);
	json_object_put(body);
	db_done(rows);
}

#endif
