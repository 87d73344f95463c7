/*
 * The ledger: which heads it has, that they are signed, and that its file is
 * the same, whatever became of either.
 */
#include "keeper_calls.h"

#include "failing_reads.h"

#include <fcntl.h>

#include "keeper/ledger_file.h"

/* Appends the heads of open chains, as the event loop does. */
static void
put_heads(void)
{
	db_begin(keeper.db);
	assert_int_equal(ledger_add_heads(&keeper), ERR_OK);
	ledger_committed(&keeper, db_end(keeper.db, ERR_OK) == ERR_OK);
}

static int64_t
entries(void)
{
	return db_first_int(db_query(keeper.db, STMT_LEDGER_LAST), 0);
}

static size_t
lines(void)
{
	char *text = data_read("ledger.jsonl");
	size_t n = 0;

	for (const char *s = text; *s != '\0'; s++)
		n += *s == '\n';
	free(text);
	return n;
}

/* The file of the ledger is opened anew, by a keeper that starts. */
static void
reopen(void)
{
	ledger_close(&keeper);
	keeper.ledger_fd = -1;
	ledger_open(&keeper);
}

static void
an_entry_has_the_heads_that_have_grown(void **state)
{
	(void)state;
	reopen();
	put_heads();
	assert_int_equal(entries(), 0); /* there is no event yet */
	(void)sign_up("ana", "\"operator\"");
	put_heads();
	put_heads();
	assert_int_equal(entries(), 1);
	(void)sign_up("bo", "\"operator\"");
	put_heads();
	assert_int_equal(entries(), 2);
	assert_int_equal(lines(), 2);
	reopen();
	put_heads(); /* it finds them in the ledger, after a start too */
	assert_int_equal(entries(), 2);
}

static void
each_entry_is_signed_over_the_one_before(void **state)
{
	unsigned char before[HASH_BYTES] = { 0 }, hash[HASH_BYTES], key[32];
	char *text;
	struct rows *rows;
	size_t len;

	(void)state;
	reopen();
	for (int i = 0; i < 3; i++) {
		char name[] = { 'p', (char)('a' + i), '\0' };

		(void)sign_up(name, "");
		put_heads();
	}
	text = data_read("keys/ledger.pub");
	assert_true(text_unhex(text, key, sizeof(key)));
	free(text);
	rows = db_query(keeper.db, STMT_LEDGER_AFTER, INT(0));
	for (int i = 0; i < 3; i++) {
		assert_true(db_next(rows));
		event_hash(before, db_text(rows, "body"), hash);
		assert_memory_equal(
		    hash, db_blob(rows, "hash", &len), HASH_BYTES);
		assert_int_equal(crypto_sign_verify_detached(
				     db_blob(rows, "signature", &len), hash,
				     sizeof(hash), key),
		    0);
		memcpy(before, hash, sizeof(before));
	}
	db_done(rows);
}

/* A batch that did not become durable left nothing behind, in memory either. */
static void
what_was_not_committed_is_appended_later(void **state)
{
	(void)state;
	reopen();
	(void)sign_up("ana", "");
	db_begin(keeper.db);
	assert_int_equal(ledger_add_heads(&keeper), ERR_OK);
	assert_int_equal(db_end(keeper.db, ERR_CONFLICT), ERR_CONFLICT);
	ledger_committed(&keeper, false);
	assert_int_equal(entries(), 0);
	assert_int_equal(lines(), 0);
	assert_in_range(ledger_next(&keeper), 1, LEDGER_AFTER_MS);
	put_heads();
	assert_int_equal(entries(), 1);
	assert_int_equal(lines(), 1);
}

static void
an_entry_is_due_a_minute_after_the_first_event(void **state)
{
	int64_t due;

	(void)state;
	assert_int_equal(ledger_next(&keeper), -1);
	ledger_touch(&keeper);
	due = keeper.ledger_at;
	assert_in_range(ledger_next(&keeper), 1, LEDGER_AFTER_MS);
	ledger_touch(&keeper);
	assert_int_equal(keeper.ledger_at, due); /* later ones do not delay */
	keeper.ledger_at = clock_monotonic() - 1;
	assert_int_equal(ledger_next(&keeper), 0);
	put_heads();
	assert_int_equal(ledger_next(&keeper), -1);
}

/* Fills the ledger with three entries and returns the text of its file. */
static char *
three(void)
{
	reopen();
	for (int i = 0; i < 3; i++) {
		char name[] = { 'p', (char)('a' + i), '\0' };

		(void)sign_up(name, "");
		put_heads();
	}
	return data_read("ledger.jsonl");
}

static char *
line_at(char *text, int n)
{
	while (n-- > 0)
		text = strchr(text, '\n') + 1;
	return text;
}

/* The file ends anywhere, and the next start writes what is missing. */
static void
a_file_that_is_behind_is_continued(void **state)
{
	char *all = three(), *after;
	size_t len = strlen(all), cut[] = { 0, 1, 0, 0, 0, 0 };

	(void)state;
	cut[2] = (size_t)(line_at(all, 1) - all);
	cut[3] = (size_t)(line_at(all, 2) - all);
	cut[4] = cut[3] + 40;
	cut[5] = len - 1; /* its last line break alone is missing */
	for (size_t i = 0; i < sizeof(cut) / sizeof(cut[0]); i++) {
		bool torn = i == 1 || i == 4 || i == 5;

		assert_int_equal(
		    truncate(data_path("ledger.jsonl"), (off_t)cut[i]), 0);
		reopen();
		after = data_read("ledger.jsonl");
		/* a torn line stays; its entry is on the next one again */
		assert_string_equal(after + cut[i] + torn,
		    line_at(all,
			i < 2        ? 0
			    : i == 2 ? 1
				     : 2));
		free(after);
		assert_int_equal(truncate(data_path("ledger.jsonl"), 0), 0);
		reopen();
		after = data_read("ledger.jsonl");
		assert_string_equal(after, all);
		free(after);
	}
	free(all);
}

/* Bytes in place of a file that is not the keeper's to continue. */
static void
expect_left_alone(const char *text)
{
	char *after;

	if (text != NULL)
		data_write("ledger.jsonl", text);
	reopen();
	assert_int_equal(keeper.ledger_fd, -1);
	(void)call("account_add", NULL, 0, NULL, "{}");
	db_begin(keeper.db);
	assert_int_equal(ledger_add_run(&keeper, 0, "x"), ERR_OK);
	ledger_committed(&keeper, db_end(keeper.db, ERR_CONFLICT) == ERR_OK);
	if (text == NULL)
		return;
	after = data_read("ledger.jsonl");
	assert_string_equal(after, text);
	free(after);
}

static void
a_file_that_tells_something_else_is_left_alone(void **state)
{
	char *all = three(), *other, *at;

	(void)state;
	/* ahead of the database */
	other = mem_printf("%s{\"n\":4,\"body\":\"x\",\"hash\":\"00\","
			   "\"signature\":\"00\"}\n",
	    all);
	expect_left_alone(other);
	free(other);
	/* another hash in its last line */
	other = mem_strdup(all);
	at = strstr(line_at(other, 2), "\"hash\":\"") + 8;
	*at = *at == '0' ? '1' : '0';
	expect_left_alone(other);
	free(other);
	expect_left_alone("{\"n\":-1}\n");
	expect_left_alone("{\"n\":\"3\"}\n");
	expect_left_alone("[]\n");
	free(all);
}

static void
what_is_no_file_is_not_written_to(void **state)
{
	(void)state;
	free(three());
	assert_int_equal(unlink(data_path("ledger.jsonl")), 0);
	data_write("elsewhere", "");
	assert_int_equal(
	    symlink(data_path("elsewhere"), data_path("ledger.jsonl")), 0);
	expect_left_alone(NULL);
	assert_int_equal(unlink(data_path("ledger.jsonl")), 0);
	assert_int_equal(mkfifo(data_path("ledger.jsonl"), 0600), 0);
	expect_left_alone(NULL);
	assert_int_equal(unlink(data_path("ledger.jsonl")), 0);
	assert_int_equal(mkdir(data_path("ledger.jsonl"), 0700), 0);
	expect_left_alone(NULL);
	free(data_read("elsewhere"));
}

/* Moments of which each is a little later than the one before. */
static void
a_head_that_cannot_be_read_is_not_signed(void **state)
{
	int64_t before = entries();
	bool failed = true;
	int failures = 0;

	(void)state;
	(void)sign_up("eve", "\"operator\"");
	for (long n = 1; failed; n++) {
		(void)db_begin(keeper.db);
		failing_in(n);
		(void)ledger_add_heads(&keeper);
		failed = failing_end();
		ledger_committed(&keeper, db_end(keeper.db, ERR_OK) == ERR_OK);
		failures += failed;
		assert_int_equal(entries(), before + (failed ? 0 : 1));
	}
	assert_true(failures > 10);
}

int
main(void)
{
	const struct CMUnitTest tests[] = {
#define ONE(test) \
	cmocka_unit_test_setup_teardown(test, keeper_begin, keeper_end)
		ONE(an_entry_has_the_heads_that_have_grown),
		ONE(each_entry_is_signed_over_the_one_before),
		ONE(what_was_not_committed_is_appended_later),
		ONE(an_entry_is_due_a_minute_after_the_first_event),
		ONE(a_file_that_is_behind_is_continued),
		ONE(a_file_that_tells_something_else_is_left_alone),
		ONE(what_is_no_file_is_not_written_to),
		ONE(a_head_that_cannot_be_read_is_not_signed),
	};

	failing_begin();
	return cmocka_run_group_tests_name("keeper/ledger", tests, NULL, NULL);
}
