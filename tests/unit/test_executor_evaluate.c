/*
 * The evaluation of output: regexes by line, captures, and the values that are
 * refused; JSON pointers; the control lines of a target; keys.
 */
#include <stdarg.h>
#include <setjmp.h>
#include <stddef.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <cmocka.h>

#include "base/catalogue.h"
#include "base/json.h"
#include "executor/output/evaluate.h"
#include "executor/output/pointer.h"
#include "executor/remote/remote_report.h"
#include "executor/actions/script.h"
#include "base/sha256.h"
#include "lang/host_key.h"

/* Evaluates the output, cut at each byte; *why is the last reason. */
static bool
succeeds(struct job_spec *o, const char *output, int code, struct buf *why,
    char value[64])
{
	size_t len = strlen(output);
	struct evaluate *e = NULL;
	struct mask *mask = mask_new(o->mask, o->mask_count);
	bool ok = false;

	assert_int_equal(evaluate_new(o, mask, &e, NULL), ERR_OK);
	for (size_t cut = 0; cut <= len; cut++) {
		struct json_object *captures = NULL;
		bool now;

		evaluate_reset(e);
		buf_reset(why);
		evaluate_put(e, output, cut);
		evaluate_put(e, output + cut, len - cut);
		now = evaluate_end(e, code, "flow", &captures, why);
		assert_true(cut == 0 || now == ok);
		ok = now;
		if (ok && value != NULL)
			snprintf(value, 64, "%s", json_text(captures, "v", ""));
		json_object_put(captures);
	}
	evaluate_free(e);
	mask_free(mask);
	return ok;
}

static void
an_exit_code_counts_as_the_step_says(void **state)
{
	struct job_spec o = { .step.exit = { 0 }, .step.exit_count = 1 };
	struct job_spec two = { .step.exit = { 0, 3 }, .step.exit_count = 2 };
	struct buf why = { 0 };

	(void)state;
	assert_true(succeeds(&o, "", 0, &why, NULL));
	assert_false(succeeds(&o, "", 3, &why, NULL));
	assert_string_equal(
	    catalogue_english(why.data), "The script exited with 3 on flow.");
	assert_true(succeeds(&two, "", 3, &why, NULL));
	assert_false(succeeds(&o, "", 137, &why, NULL));
	assert_non_null(strstr(catalogue_english(why.data), "SIGKILL"));
	buf_clear(&why);
}

static void
expect_and_reject_look_at_lines(void **state)
{
	struct job_spec o = { .step.exit_count = 1, .step.expect = "^done$" };
	struct job_spec no = { .step.exit_count = 1,
		.step.reject = "ERROR .* aborting" };
	struct buf why = { 0 };

	(void)state;
	assert_true(succeeds(&o, "a\ndone\nb\n", 0, &why, NULL));
	assert_true(succeeds(&o, "done\r\n", 0, &why, NULL));
	assert_true(succeeds(&o, "x\ndone", 0, &why, NULL));
	assert_false(succeeds(&o, "x done\n", 0, &why, NULL));
	assert_string_equal(catalogue_english(why.data),
	    "The output has no line that matches \"^done$\" (its expect).");
	assert_true(succeeds(&no, "ERROR x\n aborting\n", 0, &why, NULL));
	assert_false(succeeds(&no, "ERROR x, aborting\n", 0, &why, NULL));
	buf_clear(&why);
}

/* Evaluates a line of `count` bytes and the end. */
static bool
long_line(struct job_spec *o, size_t count, const char *end, struct buf *why)
{
	struct mask *mask = mask_new(NULL, 0);
	struct evaluate *e = NULL;
	struct json_object *captures = NULL;
	char *text = malloc(count);
	bool ok;

	memset(text, 'a', count);
	buf_reset(why);
	assert_int_equal(evaluate_new(o, mask, &e, NULL), ERR_OK);
	evaluate_put(e, text, count);
	evaluate_put(e, end, strlen(end));
	ok = evaluate_end(e, 0, "flow", &captures, why);
	json_object_put(captures);
	evaluate_free(e);
	mask_free(mask);
	free(text);
	return ok;
}

static void
a_line_is_judged_to_its_end(void **state)
{
	static const size_t lengths[] = { 65530, 65536, 8000000 };
	struct capture c = { "v", CAPTURE_REGEX, "id=(.*)", false };
	struct job_spec no = { .step.exit_count = 1, .step.reject = "ERROR" };
	struct job_spec yes = { .step.exit_count = 1, .step.expect = "done$" };
	struct job_spec take = { .step.exit_count = 1,
		.step.captures = &c,
		.step.captures_count = 1 };
	struct buf why = { 0 };

	(void)state;
	for (size_t i = 0; i < 3; i++) {
		assert_false(long_line(&no, lengths[i], " ERROR\n", &why));
		assert_non_null(
		    strstr(catalogue_english(why.data), "aaa ERROR"));
		assert_true(long_line(&no, lengths[i], " warning\n", &why));
		assert_true(long_line(&yes, lengths[i], " done\n", &why));
		assert_false(long_line(&yes, lengths[i], " ok\n", &why));
		assert_true(long_line(&take, lengths[i], " id=7\n", &why));
	}
	/* what cannot be looked at is neither success nor nothing */
	assert_false(long_line(&no, EVALUATE_LINE + 1, "\nok\n", &why));
	assert_non_null(strstr(catalogue_english(why.data), "more than 8 MB"));
	assert_false(long_line(&yes, EVALUATE_LINE, " done\n", &why));
	assert_non_null(strstr(catalogue_english(why.data), "more than 8 MB"));
	assert_true(long_line(&yes, EVALUATE_LINE, "a\ndone\n", &why));
	assert_false(long_line(&take, EVALUATE_LINE, "a\nid=7\n", &why));
	assert_non_null(strstr(catalogue_english(why.data), "more than 8 MB"));
	buf_clear(&why);
}

static void
a_regex_that_gives_up_is_no_answer(void **state)
{
	struct capture c = { "v", CAPTURE_REGEX, "((a+)+): ERROR|id=(.)",
		false };
	struct job_spec no = { .step.exit_count = 1,
		.step.reject = "^(a+)+: ERROR|fatal" };
	struct job_spec yes = { .step.exit_count = 1,
		.step.expect = "^(a+)+: ok|done" };
	struct job_spec take = { .step.exit_count = 1,
		.step.captures = &c,
		.step.captures_count = 1 };
	struct buf why = { 0 };

	(void)state;
	assert_false(long_line(&no, 64, "!\nfine\n", &why));
	assert_non_null(
	    strstr(catalogue_english(why.data), "could not be found out"));
	assert_false(long_line(&no, 64, "!\nfatal\n", &why));
	assert_non_null(
	    strstr(catalogue_english(why.data), "(its reject): fatal"));
	assert_false(long_line(&yes, 64, "!\nfine\n", &why));
	assert_non_null(
	    strstr(catalogue_english(why.data), "could not be found out"));
	assert_true(long_line(&yes, 64, "!\ndone\n", &why));
	assert_false(long_line(&take, 64, "!\nid=7\n", &why));
	assert_non_null(strstr(catalogue_english(why.data), "is not known"));
	buf_clear(&why);
}

static void
colours_are_no_part_of_what_is_looked_at(void **state)
{
	struct capture whole = { "v", CAPTURE_WHOLE, NULL, false };
	struct capture regex = { "v", CAPTURE_REGEX, "version (\\S+)", false };
	struct capture pointer = { "v", CAPTURE_POINTER, "/v", false };
	struct job_spec no = { .step.exit_count = 1,
		.step.reject = "ERROR: no space" };
	struct job_spec o = { .step.exit_count = 1,
		.step.captures = &regex,
		.step.captures_count = 1 };
	struct buf why = { 0 };
	char value[64];

	(void)state;
	assert_false(
	    succeeds(&no, "\x1b[31mERROR\x1b[0m: no space\n", 0, &why, NULL));
	assert_false(
	    succeeds(&no, "50%\rERROR: no\x1b[K space", 0, &why, NULL));
	assert_false(
	    succeeds(&no, "ERROR: no space\x1b[2K\rok", 0, &why, NULL));
	assert_true(
	    succeeds(&o, "version \x1b[1m2.4\x1b[0m\n", 0, &why, value));
	assert_string_equal(value, "2.4");
	o.step.captures = &whole;
	assert_true(succeeds(&o, "\x1b[1m2.4\x1b[0m\r\n", 0, &why, value));
	assert_string_equal(value, "2.4");
	o.step.captures = &pointer;
	assert_true(succeeds(
	    &o, "{\x1b[34m\"v\"\x1b[0m: \x1b[1m7\x1b[0m}", 0, &why, value));
	assert_string_equal(value, "7");
	buf_clear(&why);
}

static void
captures_are_checked_like_parameters(void **state)
{
	struct capture whole = { "v", CAPTURE_WHOLE, NULL, false };
	struct capture regex = { "v", CAPTURE_REGEX, "id=(.*)", false };
	struct capture pointer = { "v", CAPTURE_POINTER, "/a/1", false };
	struct job_spec o = { .step.exit_count = 1,
		.step.captures = &whole,
		.step.captures_count = 1 };
	struct buf why = { 0 };
	char value[64];

	(void)state;
	assert_true(succeeds(&o, "\n  a value \n\n", 0, &why, value));
	assert_string_equal(value, "a value");
	assert_true(succeeds(&o, "-12.5\n", 0, &why, value));
	assert_false(succeeds(&o, "-rf\n", 0, &why, value));
	assert_false(succeeds(&o, "a\nb\n", 0, &why, value));
	assert_false(succeeds(&o, "a\x01\n", 0, &why, value));
	assert_false(succeeds(&o, "\xff\n", 0, &why, value));
	assert_false(succeeds(&o, " \n", 0, &why, value));
	o.step.captures = &regex;
	assert_true(succeeds(&o, "x\nid=7\nid=8\n", 0, &why, value));
	assert_string_equal(value, "7");
	assert_false(succeeds(&o, "x\n", 0, &why, value));
	o.step.captures = &pointer;
	assert_true(succeeds(&o, "{\"a\":[1,\"two\"]}\n", 0, &why, value));
	assert_string_equal(value, "two");
	assert_false(succeeds(&o, "{\"a\":[1]}", 0, &why, value));
	buf_clear(&why);
}

struct pointer_case {
	const char *pointer;
	const char *want; /* NULL: nothing is found */
};

static void find_all(
    const char *json, const struct pointer_case *cases, size_t count);

static void
pointers_follow_the_rfc(void **state)
{
	static const char json[] = "{\"foo\":[\"bar\",\"baz\"],\"\":0,"
				   "\"a/b\":1,"
				   "\"m~n\":8,\"01\":2,\"n\":null}";
	static const struct pointer_case cases[] = {
		{ "/foo", "[\"bar\",\"baz\"]" },
		{ "/foo/0", "bar" },
		{ "/", "0" },
		{ "/a~1b", "1" },
		{ "/m~0n", "8" },
		{ "/01", "2" },
		{ "/foo/01", NULL },
		{ "/foo/2", NULL },
		{ "/foo/-1", NULL },
		{ "/foo/-", NULL },
		{ "/x", NULL },
		{ "foo", NULL },
		{ "/m~n", NULL },
		{ "/n", NULL },
	};

	(void)state;
	find_all(json, cases, sizeof(cases) / sizeof(cases[0]));
}

static void
numbers_stay_as_they_are_written(void **state)
{
	static const char json[] =
	    " {\"member\": 10276657743932975437,"
	    "\"neg\":-9223372036854775809, \"price\": 1.10, \"e\": 1E400,"
	    "\"pi\":3.14159265358979323846264338327950288,"
	    "\"zero\": 0.0, \"in\": {\"b\": [ 18446744073709551616 ,"
	    " \"a \\u00e9\" ], \"a\": 1.0 }, \"\\u0061\\/b\": 7,"
	    "\"s\": \"\\u00e9 \\\" \\n\"}\n";
	static const struct pointer_case cases[] = {
		{ "/member", "10276657743932975437" },
		{ "/neg", "-9223372036854775809" },
		{ "/price", "1.10" },
		{ "/pi", "3.14159265358979323846264338327950288" },
		{ "/e", "1E400" },
		{ "/zero", "0.0" },
		{ "/in/b/0", "18446744073709551616" },
		{ "/in",
		    "{\"b\":[18446744073709551616,\"a \\u00e9\"],"
		    "\"a\":1.0}" },
		{ "/a~1b", "7" },
		{ "/s", "\xc3\xa9 \" \n" },
	};
	static const char twice[] = "{\"a\":1,\"b\":{\"x\":1,\"x\":2}}";
	static const char coded[] = "{\"a\":1,\"\\u0061\":2}";
	static const struct pointer_case none[] = { { "/a", NULL } };

	(void)state;
	find_all(json, cases, sizeof(cases) / sizeof(cases[0]));
	find_all(twice, none, 1);
	find_all(coded, none, 1);
	find_all("{\"a\":\"x\\u0000\"}", none, 1);
	find_all("{\"a\":01}", none, 1);
}

static void
find_all(const char *json, const struct pointer_case *cases, size_t count)
{
	struct buf out = { 0 };

	for (size_t i = 0; i < count; i++) {
		struct fault fault;

		buf_reset(&out);
		if (pointer_find(json, strlen(json), cases[i].pointer, &out,
			&fault) != ERR_OK)
			assert_null(cases[i].want);
		else
			assert_string_equal(buf_text(&out), cases[i].want);
	}
	buf_clear(&out);
}

static int starts;
static struct buf heard;

static void
count_start(void *ctx)
{
	(void)ctx;
	starts++;
}

static void
hear(void *ctx, const char *data, size_t len)
{
	(void)ctx;
	buf_put(&heard, data, len);
}

static void
control_lines_need_the_nonce_and_the_right_stream(void **state)
{
	static const char nonce[] = "0123456789abcdef0123456789abcdef";
	struct report r = {
		.nonce = nonce, .on_started = count_start, .on_output = hear
	};
	static const char out[] =
	    "motd\n0123456789abcdef0123456789abcdef\n"
	    "x\n0123456789abcdef0123456789abcdef exit 0 0\n";
	static const char err[] =
	    "noise\n"
	    "ffffffffffffffffffffffffffffffff exit 0 1\n"
	    "0123456789abcdef0123456789abcdef started\n"
	    "0123456789abcdef0123456789abcdef exit 256 1\n"
	    "0123456789abcdef0123456789abcdef exit 7 44 open\n";

	(void)state;
	for (size_t cut = 0; cut < sizeof(out); cut++) {
		size_t cut_err = cut < sizeof(err) ? cut : 0;

		report_reset(&r);
		buf_reset(&heard);
		starts = 0;
		report_out(&r, out, cut);
		report_out(&r, out + cut,
		    strlen(out) - (cut < strlen(out) ? cut : strlen(out)));
		assert_string_equal(heard.data, strchr(out, 'x'));
		assert_int_equal(r.received, heard.len);
		assert_int_equal(r.state, REPORT_NOTHING);
		report_err(&r, err, cut_err);
		report_err(&r, err + cut_err, strlen(err) - cut_err);
		assert_int_equal(starts, 1);
		assert_int_equal(r.state, REPORT_EXIT);
		assert_int_equal(r.code, 7);
		assert_int_equal(r.size, 44);
		assert_true(r.open);
		assert_non_null(strstr(buf_text(&r.noise), "noise"));
	}
	report_clear(&r);
	buf_clear(&heard);
}

static void
a_prelude_is_made_of_names_and_moves_no_line(void **state)
{
	struct job_spec_value value = { "db_pass", "$(id)" };
	struct job_spec o = { .step.kind = STEP_SH,
		.step.text = "echo 1\necho 2",
		.values = &value,
		.values_count = 1 };
	struct buf out = { 0 };

	(void)state;
	script_text(&o, &out);
	assert_string_equal(out.data, "db_pass=$CS_DB_PASS; echo 1\necho 2\n");
	o.step.kind = STEP_PYTHON;
	buf_reset(&out);
	script_text(&o, &out);
	assert_string_equal(out.data, "echo 1\necho 2\n");
	buf_clear(&out);
}

static void
fingerprints_are_those_of_ssh_keygen(void **state)
{
	static const char key[] = "ssh-ed25519 "
				  "AAAAC3NzaC1lZDI1NTE5AAAAIOMqqnkVzrm0SdG6UOoq"
				  "KLsabgH5C9okWi0dh2l9GKJl github.com";
	struct buf blob = { 0 };
	char type[64], text[64];
	unsigned char hash[32];

	(void)state;
	sha256("abc", 3, hash);
	assert_memory_equal(hash, "\xba\x78\x16\xbf\x8f\x01\xcf\xea", 8);
	assert_true(host_key_read(key, type, &blob));
	assert_string_equal(type, "ssh-ed25519");
	host_key_fingerprint(blob.data, blob.len, text);
	assert_string_equal(
	    text, "SHA256:+DiY3wvvV6TuJJhbpZisF/zLDA0zPMSvHdkr4UvCOqU");
	assert_false(host_key_read("ssh-rsa AAAAC3Nz", type, &blob));
	assert_false(host_key_read("", type, &blob));
	buf_clear(&blob);
}

static void
a_captured_value_that_holds_a_secret_is_refused(void **state)
{
	static const char *secrets[] = { "pa$$ word" };
	static const char *outputs[] = { "id=pa$$ word\n", "id=x pa$$ wordy\n",
		"id=cGEkJCB3b3Jk\n", "id=pa%24%24%20word\n",
		"id=7061242420776f7264\n" };
	struct capture c = { "v", CAPTURE_REGEX, "id=(.*)", false };
	struct job_spec o = { .step.exit_count = 1,
		.step.captures = &c,
		.step.captures_count = 1,
		.mask = secrets,
		.mask_count = 1 };
	char value[64] = "";
	struct buf why = { 0 };

	(void)state;
	for (size_t i = 0; i < sizeof(outputs) / sizeof(outputs[0]); i++) {
		assert_false(succeeds(&o, outputs[i], 0, &why, value));
		assert_non_null(
		    strstr(catalogue_english(why.data), "contains a secret"));
	}
	c = (struct capture){ "v", CAPTURE_WHOLE, NULL, false };
	assert_false(succeeds(&o, "pa$$ word\n", 0, &why, value));
	assert_true(succeeds(&o, "pass word\n", 0, &why, value));
	assert_string_equal(value, "pass word");
	buf_clear(&why);
}

/* Of a list over which sections repeat, each line is an item. */
static void
a_captured_list_has_lines_and_may_be_empty(void **state)
{
	struct capture lines = { "v", CAPTURE_WHOLE, NULL, true };
	struct capture array = { "v", CAPTURE_POINTER, "", true };
	struct job_spec o = { .step.exit_count = 1,
		.step.captures = &lines,
		.step.captures_count = 1 };
	struct buf why = { 0 };
	char value[64];

	(void)state;
	assert_true(succeeds(&o, "a\tA\r\nb\n\n", 0, &why, value));
	assert_string_equal(value, "a\tA\nb");
	assert_true(succeeds(&o, " \n", 0, &why, value));
	assert_string_equal(value, "");
	assert_false(succeeds(&o, "a\n\x01\n", 0, &why, value));
	assert_false(succeeds(&o, "a\n\xff\n", 0, &why, value));
	assert_false(succeeds(&o, "a\nb\n", 1, &why, value));
	o.step.captures = &array;
	assert_true(succeeds(&o, "[ \"a\",\n {\"id\": 7} ]\n", 0, &why, value));
	assert_string_equal(value, "[\"a\",{\"id\":7}]");
	buf_clear(&why);
}

int
main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(an_exit_code_counts_as_the_step_says),
		cmocka_unit_test(expect_and_reject_look_at_lines),
		cmocka_unit_test(a_line_is_judged_to_its_end),
		cmocka_unit_test(a_regex_that_gives_up_is_no_answer),
		cmocka_unit_test(colours_are_no_part_of_what_is_looked_at),
		cmocka_unit_test(captures_are_checked_like_parameters),
		cmocka_unit_test(a_captured_list_has_lines_and_may_be_empty),
		cmocka_unit_test(
		    a_captured_value_that_holds_a_secret_is_refused),
		cmocka_unit_test(pointers_follow_the_rfc),
		cmocka_unit_test(numbers_stay_as_they_are_written),
		cmocka_unit_test(
		    control_lines_need_the_nonce_and_the_right_stream),
		cmocka_unit_test(a_prelude_is_made_of_names_and_moves_no_line),
		cmocka_unit_test(fingerprints_are_those_of_ssh_keygen),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
