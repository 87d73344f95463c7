/*
 * The keeper's keys and boxes: made once, private, and refused where they are
 * damaged.
 */
#include "keeper_calls.h"

static mode_t
mode_of(const char *name)
{
	struct stat st;

	assert_int_equal(stat(data_path(name), &st), 0);
	return st.st_mode & 07777;
}

static void
keys_are_made_once_and_are_private(void **state)
{
	struct keeper other = { .data_dir = data_folder };

	(void)state;
	assert_int_equal(seal_open_ledger(&other), ERR_OK);
	assert_int_equal(seal_open_output(&other), ERR_OK);
	assert_memory_equal(
	    other.ledger_key, keeper.ledger_key, sizeof(other.ledger_key));
	assert_memory_equal(
	    other.output_key, keeper.output_key, sizeof(other.output_key));
	assert_int_equal(mode_of("keys/ledger.key") & 077, 0);
	assert_int_equal(mode_of("keys/output.key") & 077, 0);
	assert_int_equal(mode_of("keys/output.pub") & 007, 0);
}

/* A damaged key is never replaced: what was signed with it would be lost. */
static void
a_damaged_key_is_an_error_and_stays(void **state)
{
	static const char *const damaged[] = { "", "00", "zz",
		"0123456789abcdef" };
	struct keeper other = { .data_dir = data_folder };
	char *after;

	(void)state;
	for (size_t i = 0; i < sizeof(damaged) / sizeof(damaged[0]); i++) {
		data_write("keys/ledger.key", damaged[i]);
		assert_int_equal(seal_open_ledger(&other), ERR_IO);
		after = data_read("keys/ledger.key");
		assert_string_equal(after, damaged[i]);
		free(after);
	}
}

static void
a_secret_is_sealed_to_the_runner_alone(void **state)
{
	unsigned char text[100];
	struct buf box = { 0 }, again = { 0 }, opened = { 0 };

	(void)state;
	assert_int_equal(seal_text(data_folder, "hunter2", &box), ERR_OK);
	assert_int_equal(seal_text(data_folder, "hunter2", &again), ERR_OK);
	assert_int_equal(box.len, again.len);
	assert_memory_not_equal(box.data, again.data, box.len);
	assert_int_equal(crypto_box_seal_open(text, (unsigned char *)box.data,
			     box.len, runner_public, runner_secret),
	    0);
	assert_memory_equal(text, "hunter2", 7);
	assert_int_equal(seal_reveal(&keeper, &box, &opened), ERR_IO);
	buf_clear(&box);
	buf_clear(&again);
	buf_clear(&opened);
}

static void
without_the_runners_key_nothing_is_sealed(void **state)
{
	static const char *const keys[] = { NULL, "", "00", "not hex at all" };
	struct buf box = { 0 };

	(void)state;
	for (size_t i = 0; i < sizeof(keys) / sizeof(keys[0]); i++) {
		if (keys[i] != NULL)
			data_write("keys/runner.pub", keys[i]);
		else
			unlink(data_path("keys/runner.pub"));
		assert_int_equal(
		    seal_text(data_folder, "x", &box), ERR_UNAVAILABLE);
		assert_int_equal(box.len, 0);
	}
	assert_int_equal(call("secret_set", NULL, 0, NULL,
			     "{\"name\":\"s\",\"value\":\"hunter2\"}"),
	    ERR_UNAVAILABLE);
	assert_string_equal(called.fault.code, "no_runner_key");
	buf_clear(&box);
}

/* A box of secret output, each byte of which counts. */
static void
a_box_is_opened_whole_or_not_at_all(void **state)
{
	static const char text[] = "the secret output";
	unsigned char public[32];
	struct buf box = { 0 }, opened = { 0 };

	(void)state;
	assert_int_equal(crypto_scalarmult_base(public, keeper.output_key), 0);
	box.len = strlen(text) + crypto_box_SEALBYTES;
	buf_reserve(&box, box.len);
	assert_int_equal(crypto_box_seal((unsigned char *)box.data,
			     (const unsigned char *)text, strlen(text), public),
	    0);
	assert_int_equal(seal_reveal(&keeper, &box, &opened), ERR_OK);
	assert_string_equal(buf_text(&opened), text);
	buf_reset(&opened);
	for (size_t i = 0; i < box.len; i++) {
		box.data[i] ^= 1;
		assert_int_equal(seal_reveal(&keeper, &box, &opened), ERR_IO);
		assert_int_equal(opened.len, 0);
		box.data[i] ^= 1;
	}
	while (box.len-- > 0)
		assert_int_equal(seal_reveal(&keeper, &box, &opened), ERR_IO);
	box.len = 0;
	buf_clear(&box);
	buf_clear(&opened);
}

static void
the_child_answers_no_yes_or_the_hash(void **state)
{
	char hash[crypto_pwhash_STRBYTES];

	(void)state;
	assert_int_equal(
	    crypto_pwhash_str(hash, "right", 5, crypto_pwhash_OPSLIMIT_MIN,
		crypto_pwhash_MEMLIMIT_MIN),
	    0);
	assert_string_equal(seal_password("right", hash, NULL), "yes");
	assert_string_equal(seal_password("wrong", hash, NULL), "no");
	assert_string_equal(seal_password("wrong", hash, "new"), "no");
	assert_string_equal(seal_password("right", "no hash", NULL), "no");
	assert_string_equal(seal_password("", "", NULL), "no");
	assert_int_equal(crypto_pwhash_str_verify(
			     seal_password("right", hash, "new"), "new", 3),
	    0);
}

/* The name of a secret is an identifier, and its value is not empty. */
static void
a_secret_is_set_by_its_rules(void **state)
{
	static const struct {
		const char *body, *code;
	} rows[] = {
		{ "{\"name\":\"db-pass\",\"value\":\"x\"}", "" },
		{ "{\"name\":\"db-pass\",\"value\":\"\"}", "missing_value" },
		{ "{\"name\":\"\",\"value\":\"x\"}", "bad_name" },
		{ "{\"name\":\"a b\",\"value\":\"x\"}", "bad_name" },
		{ "{\"name\":\"a/b\",\"value\":\"x\"}", "bad_name" },
	};

	(void)state;
	for (size_t i = 0; i < sizeof(rows) / sizeof(rows[0]); i++) {
		(void)call("secret_set", NULL, 0, NULL, rows[i].body);
		assert_string_equal(called.fault.code, rows[i].code);
	}
	expect_last(0, "secret.set", "name", "db-pass");
	assert_int_equal(
	    call("secret_delete", NULL, 0, NULL, "{\"name\":\"other\"}"),
	    ERR_NOT_FOUND);
	assert_int_equal(
	    call("secret_delete", NULL, 0, NULL, "{\"name\":\"db-pass\"}"),
	    ERR_OK);
	expect_last(0, "secret.deleted", "name", "db-pass");
	assert_int_equal(call("secret_delete", NULL, 0, NULL,
			     "{\"name\":\"db-pass\",\"force\":true}"),
	    ERR_NOT_FOUND);
}

int
main(void)
{
	const struct CMUnitTest tests[] = {
#define ONE(test) \
	cmocka_unit_test_setup_teardown(test, keeper_begin, keeper_end)
		ONE(keys_are_made_once_and_are_private),
		ONE(a_damaged_key_is_an_error_and_stays),
		ONE(a_secret_is_sealed_to_the_runner_alone),
		ONE(without_the_runners_key_nothing_is_sealed),
		ONE(a_box_is_opened_whole_or_not_at_all),
		ONE(the_child_answers_no_yes_or_the_hash),
		ONE(a_secret_is_set_by_its_rules),
	};

	return cmocka_run_group_tests_name("keeper/seal", tests, NULL, NULL);
}
