/*
 * The mask: secrets are hidden in each of their forms, however the output is
 * cut into pieces.
 */
#include <stdarg.h>
#include <setjmp.h>
#include <stddef.h>
#include <stdint.h>
#include <stdio.h>
#include <string.h>
#include <cmocka.h>

#include "base/encode.h"
#include "executor/output/redact.h"

#define M MASK_TEXT

/* Masks the text whole, and again cut at each byte, and byte by byte. */
static void
masks_to(const char *const *secrets, size_t count, const char *text,
    const char *want)
{
	struct mask *m = mask_new(secrets, count);
	struct mask_stream *s = mask_stream_new(m);
	size_t len = strlen(text);
	struct buf out = { 0 };

	for (size_t cut = 0; cut <= len + 1; cut++) {
		buf_reset(&out);
		if (cut <= len) {
			mask_put(s, text, cut, &out);
			mask_put(s, text + cut, len - cut, &out);
		} else {
			for (size_t i = 0; i < len; i++)
				mask_put(s, text + i, 1, &out);
		}
		mask_finish(s, &out);
		assert_string_equal(buf_text(&out), want);
	}
	buf_clear(&out);
	mask_stream_free(s);
	mask_free(m);
}

static void
one(const char *secret, const char *text, const char *want)
{
	masks_to(&secret, 1, text, want);
}

static void
hides_a_secret_wherever_it_stands(void **state)
{
	(void)state;
	one("hunter22", "hunter22", M);
	one("hunter22", "a hunter22 b", "a " M " b");
	one("hunter22", "hunter2 hunter22\n", "hunter2 " M "\n");
	one("hunter22", "hunterhunter22", "hunter" M);
	one("hunter22", "nothing here", "nothing here");
	one("aaaa", "aaaaaaa b aaa", M " b aaa");
	one("", "any text", "any text");
}

static void
hides_what_overlapping_secrets_cover(void **state)
{
	static const char *const two[] = { "abcdef", "defghi" };
	static const char *const prefix[] = { "pass", "password" };

	(void)state;
	masks_to(two, 2, "xabcdefghiy", "x" M "y");
	masks_to(two, 2, "abcdex defgh", "abcdex defgh");
	masks_to(prefix, 2, "passw password pass", M "w " M " " M);
}

static void
hides_each_line_of_a_key(void **state)
{
	const char *key = "-----BEGIN KEY-----\nQUJDREVGR0g\nIJ\n"
			  "-----END KEY-----";

	(void)state;
	one(key, "x QUJDREVGR0g y", "x " M " y");
	one(key, "IJ is too short to hide", "IJ is too short to hide");
}

static void
hides_short_secrets_as_whole_lines_only(void **state)
{
	(void)state;
	one("no", "no\nnone\nno", M "\nnone\n" M);
	one("no", "say no\nno\r\n", "say no\n" M "\r\n");
}

static void
hides_base64_at_each_alignment(void **state)
{
	static const char secret[] = "s3cret/pass+word?";
	char around[64];
	struct mask *m;
	const char *list[] = { secret };
	struct buf text = { 0 }, out = { 0 }, inside = { 0 };

	(void)state;
	m = mask_new(list, 1);
	for (size_t before = 0; before < 4; before++) {
		memset(around, 'x', sizeof(around));
		memcpy(around + before, secret, strlen(secret));
		buf_reset(&text);
		buf_reset(&out);
		buf_reset(&inside);
		encode_base64(around, before + strlen(secret) + 5, &text);
		encode_base64_inside(
		    secret, strlen(secret), before % 3, &inside);
		assert_non_null(strstr(text.data, inside.data));
		mask_text(m, text.data, text.len, &out);
		assert_null(strstr(out.data, inside.data));
		assert_non_null(strstr(out.data, M));
	}
	buf_clear(&text);
	buf_clear(&out);
	buf_clear(&inside);
	mask_free(m);
}

static void
hides_the_other_forms(void **state)
{
	static const char secret[] = "a b/c'd\"e\\f\xc3\xa9";

	(void)state;
	one(secret, "YSBiL2MnZCJlXGbDqQ==", M);
	one(secret, "YSBiL2MnZCJlXGbDqQ", M);
	one(secret, "a%20b%2Fc%27d%22e%5Cf%C3%A9", M);
	one(secret, "a%20b%2fc%27d%22e%5cf%c3%a9", M);
	one(secret, "a+b%2Fc%27d%22e%5Cf%C3%A9", M);
	one(secret, "6120622f632764226525c66", "6120622f632764226525c66");
	one(secret, "6120622f63276422655c66c3a9", M);
	one(secret, "6120622F63276422655C66C3A9", M);
	one(secret, "{\"p\":\"a b/c'd\\\"e\\\\f\xc3\xa9\"}",
	    "{\"p\":\"" M "\"}");
	one(secret, "{\"p\":\"a b\\/c'd\\\"e\\\\f\xc3\xa9\"}",
	    "{\"p\":\"" M "\"}");
	one(secret, "x='a b/c'\\''d\"e\\f\xc3\xa9'", "x='" M "'");
}

/* Two passwords as servers, drivers, Python, HTML, XML and SQL write them. */
static void
hides_a_secret_however_it_is_quoted_back(void **state)
{
	static const char first[] = "a'b$c-efgh", other[] = "x\"y'z&w<v\\u";
	static const char *const forms[] = { "a\\'b$c-efgh", "a''b$c-efgh",
		"a&#x27;b$c-efgh", "a&#39;b$c-efgh", "a&#039;b$c-efgh",
		"a&apos;b$c-efgh", "a'\\''b$c-efgh", "a\\\\'b$c-efgh",
		"a'b\\$c-efgh", "a&#x27;&#x27;b$c-efgh", "a''b\\$c-efgh",
		"a\\&#39;b$c-efgh" };
	static const char *const others[] = { "x\"y''z&w<v\\u",
		"x\\\"y\\'z&w<v\\\\u", "x\"y\\'z&w<v\\\\u", "x\\\"y'z&w<v\\\\u",
		"x\"\"y'z&w<v\\u", "x\"y''z&w<v\\\\u",
		"x&quot;y&#x27;z&amp;w&lt;v\\u", "x&#34;y&#39;z&amp;w&lt;v\\u",
		"x\"y'z&amp;w&lt;v\\u", "x&quot;y'z&amp;w&lt;v\\u",
		"x\\\"y'z\\u0026w\\u003cv\\\\u",
		"x&quot;y\\&#039;z&amp;w&lt;v\\\\u" };
	char text[100];

	(void)state;
	for (size_t i = 0; i < sizeof(forms) / sizeof(*forms); i++) {
		snprintf(text, sizeof(text), "near '%s' at", forms[i]);
		one(first, text, "near '" M "' at");
	}
	for (size_t i = 0; i < sizeof(others) / sizeof(*others); i++) {
		snprintf(text, sizeof(text), "{%s}", others[i]);
		one(other, text, "{" M "}");
	}
	one("p\xc3\xa9'q", "b'p\\xc3\\xa9\\'q'", "b'" M "'");
	one("p\xc3\xa9'q", "p\\xe9'q p\\303\\251'q p&#233;&#39;q",
	    M " " M " " M);
	one("a\nb\tc", "x a\\nb\\tc a\\nb\tc", "x " M " " M);
}

static void
hides_what_a_server_cut(void **state)
{
	static const char *const secrets[] = { "a'b$c-efgh",
		"abcd'z9z9z9z9z9z9" };
	static const char *const texts[][2] = {
		{ "near 'BY 'a\\'b$c-ef' at line 1",
		    "near 'BY '" M "' at line 1" },
		{ "near 'BY 'a\\'b' at", "near 'BY '" M "' at" },
		{ "BY 'abcd\\'z9z9z9z9...' at", "BY '" M "...' at" },
		{ "value \"a'b$...\" is", "value \"" M "...\" is" },
		{ "near 'a b' at 'a'b$c-efgh'", "near 'a b' at '" M "'" },
	};
	struct mask *m = mask_new(secrets, 2);

	(void)state;
	for (size_t i = 0; i < sizeof(texts) / sizeof(*texts); i++) {
		struct buf out = { 0 };

		mask_quotes_text(m, texts[i][0], strlen(texts[i][0]), &out);
		assert_string_equal(buf_text(&out), texts[i][1]);
		buf_clear(&out);
	}
	mask_free(m);
}

/* Redacts what was read from a sealed artifact. */
static void
content_to(const char *content, size_t len, const char *text, const char *want)
{
	struct mask *m = mask_new(NULL, 0);
	struct buf out = { 0 };

	mask_add_content(m, content, len);
	mask_text(m, text, strlen(text), &out);
	assert_string_equal(buf_text(&out), want);
	buf_clear(&out);
	mask_free(m);
}

static void
hides_values_and_lines_of_what_was_sealed(void **state)
{
	static const char json[] =
	    "{\n  \"name\": \"poa-tls\", \"on\": true, \"pin\": 734251,\n"
	    "  \"data\": {\"key\": \"LS0tS0VZLS0tCmFiY2RlZgo=\"},\n"
	    "  \"text\": [\"say \\\"friend\\\"\", \"no\"]}";
	static const char lines[] = "PASS=open sesame\nab\n\nUSER=ana\n";
	static const char bytes[] = "one\0twotwo\0three";
	const size_t len = sizeof(json) - 1;

	(void)state;
	content_to(json, len, "poa-tls", M);
	content_to(json, len, "pin=734251 name=data", "pin=" M " name=data");
	content_to(json, len, "say \"friend\"; \"say \\\"friend\\\"\"",
	    M "; \"" M "\"");
	content_to(json, len, "LS0tS0VZLS0tCmFiY2RlZgo=", M);
	content_to(json, len, "---KEY--- abcdef\n", M " " M "\n");
	content_to(json, len, "cG9hLXRscw==", M); /* "poa-tls" */
	content_to(json, len, "true, no", "true, no");
	content_to(json, len, json, M);
	content_to(lines, sizeof(lines) - 1, "x PASS=open sesame ab USER=ana",
	    "x " M " ab " M);
	content_to(lines, sizeof(lines) - 1, "open sesame", "open sesame");
	content_to(
	    bytes, sizeof(bytes) - 1, "one twotwo three", "one " M " " M);
	content_to("", 0, "any text", "any text");
}

/* Text n of many: no part of another one. */
static const char *
nth(size_t n)
{
	static char text[40];

	snprintf(text, sizeof(text), "%06zx/\"%06zx\"", n * 7919 % 999983, n);
	return text;
}

/* Half a megabyte: each line, the whole in base64, and long lines in parts. */
static void
hides_much_that_was_sealed(void **state)
{
	struct mask *m = mask_new(NULL, 0);
	struct buf content = { 0 }, whole = { 0 }, out = { 0 };
	const size_t count = 30000;

	(void)state;
	for (size_t i = 0; i < count; i++)
		buf_printf(&content, "%s\n", nth(i));
	mask_add_content(m, content.data, content.len);
	for (size_t i = 0; i < count; i += 997) {
		buf_reset(&out);
		buf_reset(&whole);
		buf_printf(&whole, "<%s>", nth(i));
		mask_text(m, whole.data, whole.len, &out);
		assert_string_equal(buf_text(&out), "<" M ">");
	}
	buf_reset(&out);
	buf_reset(&whole);
	encode_base64(content.data, content.len, &whole);
	mask_text(m, whole.data, whole.len, &out);
	assert_string_equal(buf_text(&out), M);
	mask_free(m);
	m = mask_new(NULL, 0);
	mask_add_content(m, whole.data, whole.len);
	buf_reset(&out);
	mask_text(m, whole.data, whole.len, &out);
	assert_string_equal(buf_text(&out), M);
	mask_free(m);
	buf_clear(&content);
	buf_clear(&whole);
	buf_clear(&out);
}

/* It is the secret behind those of the job spec. */
static void
what_was_sealed_has_a_number(void **state)
{
	static const char *const secrets[] = { "hunter22", "hunter33" };
	struct mask *m = mask_new(secrets, 2);
	struct mask_stream *s;
	struct buf out = { 0 };

	(void)state;
	mask_add_content(m, "first one", 9);
	mask_add_content(m, "second one", 10);
	s = mask_stream_new(m);
	mask_put(s, "second one", 10, &out);
	mask_finish(s, &out);
	assert_int_equal(mask_stream_first_secret(s), 4);
	mask_stream_forget(s);
	mask_put(s, "hunter33", 8, &out);
	mask_finish(s, &out);
	assert_int_equal(mask_stream_first_secret(s), 2);
	mask_stream_free(s);
	mask_free(m);
	buf_clear(&out);
}

static void
shell_words_are_what_sh_reads_back(void **state)
{
	struct buf out = { 0 };

	(void)state;
	encode_shell("a'b", 3, &out);
	assert_string_equal(out.data, "'a'\\''b'");
	buf_reset(&out);
	encode_shell("$(id) `x` \\ \n", 13, &out);
	assert_string_equal(out.data, "'$(id) `x` \\ \n'");
	buf_reset(&out);
	encode_shell("", 0, &out);
	assert_string_equal(out.data, "''");
	buf_clear(&out);
}

static void
base64_reads_what_it_wrote(void **state)
{
	struct buf text = { 0 }, back = { 0 };

	(void)state;
	for (size_t len = 0; len < 40; len++) {
		unsigned char raw[40];

		for (size_t i = 0; i < len; i++)
			raw[i] = (unsigned char)(i * 37 + len);
		buf_reset(&text);
		buf_reset(&back);
		encode_base64(raw, len, &text);
		assert_true(encode_unbase64(buf_text(&text), text.len, &back));
		assert_int_equal(back.len, len);
		assert_memory_equal(buf_text(&back), raw, len);
	}
	assert_false(encode_unbase64("a b", 3, &back));
	assert_false(encode_unbase64("abcde", 5, &back));
	buf_clear(&text);
	buf_clear(&back);
}

int
main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(hides_a_secret_wherever_it_stands),
		cmocka_unit_test(hides_what_overlapping_secrets_cover),
		cmocka_unit_test(hides_each_line_of_a_key),
		cmocka_unit_test(hides_short_secrets_as_whole_lines_only),
		cmocka_unit_test(hides_base64_at_each_alignment),
		cmocka_unit_test(hides_the_other_forms),
		cmocka_unit_test(hides_a_secret_however_it_is_quoted_back),
		cmocka_unit_test(hides_what_a_server_cut),
		cmocka_unit_test(hides_values_and_lines_of_what_was_sealed),
		cmocka_unit_test(hides_much_that_was_sealed),
		cmocka_unit_test(what_was_sealed_has_a_number),
		cmocka_unit_test(shell_words_are_what_sh_reads_back),
		cmocka_unit_test(base64_reads_what_it_wrote),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
