/*
 * Outputs in files of their own: an artifact is byte for byte what came, or it
 * is not there; a sealed output is readable with the keeper's key alone, and
 * its artifact with the runner's.
 */
#include "data_folder.h"

#include <sodium.h>

#include "base/hash.h"
#include "base/mem.h"
#include "executor/output/artifact.h"
#include "executor/output/redact.h"
#include "executor/output/sealed.h"
#include "wire/exec.h"

#define SECRET "correct horse battery"

static const char *secrets[] = { SECRET };
static struct job_spec_value values[] = { { "pass", SECRET } };
static struct job_spec spec = {
	.values = values, .values_count = 1, .mask = secrets, .mask_count = 1
};
static unsigned char public_key[32], secret_key[32];

/* Puts the pieces, up to NULL; the artifact is closed. */
static bool
keep(const char *const *pieces, int64_t *ret_bytes, struct buf *why)
{
	struct mask *mask = mask_new(secrets, 1);
	struct artifact *a = artifact_open(&spec, "web1", mask);
	bool kept;

	assert_non_null(a);
	for (; *pieces != NULL; pieces++)
		artifact_put(a, *pieces, strlen(*pieces));
	kept = artifact_end(a, ret_bytes, why);
	if (kept) {
		char hash[HASH_TEXT];

		assert_int_equal(hash_file("web1.save", hash), ERR_OK);
		assert_string_equal(artifact_hash(a), hash);
	}
	artifact_close(a, !kept);
	mask_free(mask);
	return kept;
}

#define PIECES(...) ((const char *const[]){ __VA_ARGS__, NULL })

static void
an_artifact_is_what_came(void **state)
{
	struct buf why = { 0 };
	int64_t bytes = 0;
	char *text;

	(void)state;
	assert_true(
	    keep(PIECES("{\"a\":\t1,", "\r\n correct horse"), &bytes, &why));
	assert_int_equal(bytes, 24);
	text = data_read("web1.save");
	assert_string_equal(text, "{\"a\":\t1,\r\n correct horse");
	free(text);
	buf_clear(&why);
}

static void
an_artifact_with_a_secret_is_no_file(void **state)
{
	struct buf why = { 0 };
	int64_t bytes = 7;

	(void)state;
	assert_false(keep(PIECES("before correct ho", "rse battery", " after"),
	    &bytes, &why));
	assert_int_equal(bytes, 7);
	assert_non_null(strstr(buf_text(&why), "pass"));
	assert_null(strstr(buf_text(&why), SECRET));
	assert_int_equal(access(data_path("web1.save"), F_OK), -1);
	buf_clear(&why);
}

/* Another repeat begins anew, also after one that had the secret. */
static void
a_repeat_forgets_what_the_one_before_printed(void **state)
{
	struct mask *mask = mask_new(secrets, 1);
	struct artifact *a = artifact_open(&spec, "web1", mask);
	struct buf why = { 0 };
	char hash[HASH_TEXT];
	int64_t bytes = 0;
	char *text;

	(void)state;
	artifact_put(a, SECRET, strlen(SECRET));
	artifact_reset(a);
	artifact_put(a, "second", 6);
	assert_true(artifact_end(a, &bytes, &why));
	assert_int_equal(bytes, 6);
	hash_hex("second", 6, hash);
	assert_string_equal(artifact_hash(a), hash);
	artifact_close(a, false);
	text = data_read("web1.save");
	assert_string_equal(text, "second");
	free(text);
	mask_free(mask);
	buf_clear(&why);
}

/* Opens a box; the caller frees the text. */
static char *
open_file(const char *file, size_t *ret_len)
{
	struct buf box = { 0 };
	char *text;

	assert_int_equal(io_read_file(data_path(file), 1 << 24, &box), ERR_OK);
	*ret_len = box.len - crypto_box_SEALBYTES;
	text = mem_calloc(*ret_len + 1, 1);
	assert_int_equal(crypto_box_seal_open((unsigned char *)text,
			     (const unsigned char *)box.data, box.len,
			     public_key, secret_key),
	    0);
	buf_clear(&box);
	return text;
}

static char *
open_box(size_t *ret_len)
{
	return open_file("web1.sealed", ret_len);
}

/* Nothing is redacted in what is sealed, so it may contain a secret. */
static void
an_artifact_of_secret_output_is_a_box(void **state)
{
	struct buf why = { 0 };
	int64_t bytes = 0;
	size_t len;
	char *text;

	(void)state;
	spec.sealed = true;
	memcpy(spec.save_to, public_key, sizeof(public_key));
	assert_true(keep(PIECES("before " SECRET, "\r\n"), &bytes, &why));
	spec.sealed = false;
	assert_int_equal(bytes, strlen("before " SECRET "\r\n"));
	assert_false(data_has("web1.save", "before"));
	assert_false(data_has("web1.save", "horse"));
	text = open_file("web1.save", &len);
	assert_string_equal(text, "before " SECRET "\r\n");
	free(text);
}

/* At the limit it is kept; behind it, nothing is. */
static void
a_box_has_a_limit(void **state)
{
	char *long_text = mem_calloc(EXEC_SEALED_LIMIT + 2, 1);
	struct buf why = { 0 };
	int64_t bytes = 0;
	size_t len;
	char *text;

	(void)state;
	memset(long_text, 'x', EXEC_SEALED_LIMIT);
	spec.sealed = true;
	assert_true(keep(PIECES(long_text), &bytes, &why));
	text = open_file("web1.save", &len);
	assert_int_equal(len, EXEC_SEALED_LIMIT);
	free(text);
	assert_false(keep(PIECES(long_text, "y"), &bytes, &why));
	spec.sealed = false;
	assert_non_null(strstr(buf_text(&why), "output_large_sealed"));
	assert_int_equal(access(data_path("web1.save"), F_OK), -1);
	free(long_text);
	buf_clear(&why);
}

/* Another repeat begins anew, and what the last one printed is compared. */
static void
a_repeat_of_a_sealed_one_begins_anew(void **state)
{
	struct mask *mask = mask_new(secrets, 1);
	struct buf why = { 0 }, text = { 0 };
	struct artifact *a;
	int64_t bytes = 0;

	(void)state;
	spec.sealed = true;
	a = artifact_open(&spec, "web1", mask);
	artifact_put(a, SECRET, strlen(SECRET));
	artifact_reset(a);
	artifact_put(a, "second", 6);
	assert_true(artifact_end(a, &bytes, &why));
	assert_int_equal(artifact_read(a, &text), ERR_OK);
	assert_string_equal(buf_text(&text), "second");
	artifact_close(a, true);
	assert_int_equal(access(data_path("web1.save"), F_OK), -1);
	spec.sealed = false;
	mask_free(mask);
	buf_clear(&text);
}

static void
a_sealed_output_is_not_on_disk_in_clear(void **state)
{
	struct sealed *s = sealed_new("web1", public_key);
	char hash[HASH_TEXT], of_file[HASH_TEXT];
	int64_t bytes, dropped;
	size_t len;
	char *text;

	(void)state;
	sealed_put(s, "the token is ", 13);
	sealed_put(s, "t-31415926", 10);
	assert_int_equal(sealed_close(s, &bytes, &dropped, hash), ERR_OK);
	assert_int_equal(bytes, 23);
	assert_int_equal(dropped, 0);
	assert_false(data_has("web1.sealed", "token"));
	assert_false(data_has("web1.sealed", "31415926"));
	assert_int_equal(hash_file("web1.sealed", of_file), ERR_OK);
	assert_string_equal(hash, of_file);
	text = open_box(&len);
	assert_string_equal(text, "the token is t-31415926");
	free(text);
}

/* Characters of three bytes, so that no limit falls between two of them. */
static void
of_a_long_one_beginning_and_end_are_kept(void **state)
{
	struct sealed *s = sealed_new("web1", public_key);
	const size_t count = EXEC_SEALED_LIMIT;
	char hash[HASH_TEXT];
	int64_t bytes, dropped;
	size_t len;
	char *text, *gap;

	(void)state;
	sealed_put(s, "begin", 5);
	for (size_t i = 0; i < count; i++)
		sealed_put(s, "\xe2\x82\xac", 3);
	sealed_put(s, "end", 3);
	assert_int_equal(sealed_close(s, &bytes, &dropped, hash), ERR_OK);
	assert_int_equal(bytes, 8 + 3 * count);
	assert_true(dropped >= bytes - EXEC_SEALED_LIMIT);
	assert_true(dropped < bytes - EXEC_SEALED_LIMIT / 2);
	text = open_box(&len);
	assert_true(len < EXEC_SEALED_LIMIT + 128);
	assert_memory_equal(text, "begin\xe2\x82\xac", 8);
	assert_memory_equal(text + len - 6,
	    "\xe2\x82\xac"
	    "end",
	    6);
	gap = strstr(text, "\n[... ");
	assert_non_null(gap);
	assert_int_equal((gap - text - 5) % 3, 0);
	assert_int_equal(atoll(gap + 6), dropped);
	free(text);
}

static int
begin(void **state)
{
	data_begin(state);
	assert_int_equal(chdir(data_folder), 0);
	spec.step.artifact = "answer";
	assert_true(sodium_init() >= 0);
	crypto_box_keypair(public_key, secret_key);
	return 0;
}

static int
end(void **state)
{
	assert_int_equal(chdir("/"), 0);
	return data_end(state);
}

int
main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(an_artifact_is_what_came),
		cmocka_unit_test(an_artifact_with_a_secret_is_no_file),
		cmocka_unit_test(a_repeat_forgets_what_the_one_before_printed),
		cmocka_unit_test(an_artifact_of_secret_output_is_a_box),
		cmocka_unit_test(a_box_has_a_limit),
		cmocka_unit_test(a_repeat_of_a_sealed_one_begins_anew),
		cmocka_unit_test(a_sealed_output_is_not_on_disk_in_clear),
		cmocka_unit_test(of_a_long_one_beginning_and_end_are_kept),
	};

	return cmocka_run_group_tests_name(
	    "executor/output", tests, begin, end);
}
