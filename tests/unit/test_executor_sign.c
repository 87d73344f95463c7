/*
 * Requests signed by sign: in targets.yml, against the example of GitHub's
 * documentation ("Validating webhook deliveries") and HMACs of RFC 2202.
 */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <string.h>
#include <cmocka.h>

#include "base/hmac.h"
#include "base/json.h"
#include "base/text.h"
#include "executor/http/http_hmac.h"
#include "lang/http/http_sign.h"

static void
the_example_of_github_is_signed_as_it_is(void **state)
{
	struct arena *a = arena_new();
	struct json_object *sign = json_object_new_object();
	struct http_request q = { .method = "POST", .url = "http://h" };
	struct payload_piece pieces[] = { { "Hello", 5, -1 },
		{ ", World!", 8, -1 } };
	struct payload body = { .pieces = pieces, .count = 2, .total = 13 };
	struct http_headers added;

	(void)state;
	json_set_text(sign, "hmac", "sha256");
	json_set_text(sign, "secret", "It's a Secret to Everybody");
	json_set_text(sign, "header", "X-Hub-Signature-256");
	json_set_text(sign, "value", "sha256={hex}");
	assert_true(http_hmac(a, sign, &q, &body, 0, &added));
	assert_int_equal(added.count, 1);
	assert_string_equal(http_header(&added, "x-hub-signature-256"),
	    "sha256=757107ea0eb2509fc211221cce984b8a37570b6d7586c22c46f4379c8"
	    "b043e17");
	json_object_put(sign);
	arena_free(a);
}

static void
sha1_is_that_of_the_rfc(void **state)
{
	static const char data[] = "what do ya want for nothing?";
	unsigned char out[HMAC_BYTES_MAX];
	char hex[2 * HMAC_BYTES_MAX + 1];
	struct hmac h;

	(void)state;
	hmac_begin(&h, "sha1", "Jefe", 4);
	hmac_put(&h, data, 10);
	hmac_put(&h, data + 10, sizeof(data) - 11);
	assert_int_equal(hmac_end(&h, out), 20);
	text_hex(out, 20, hex);
	assert_string_equal(hex, "effcdf6ae5eb2fa2d27416d5f184df9c259a7c79");
}

static void
texts_have_words_in_braces(void **state)
{
	(void)state;
	assert_int_equal(sign_words(""), 0);
	assert_int_equal(sign_words("{timestamp}.{body}"),
	    SIGN_TIMESTAMP | SIGN_TEXT | SIGN_BODY);
	assert_int_equal(
	    sign_words("{method} {path}"), SIGN_METHOD | SIGN_TEXT | SIGN_PATH);
	assert_true(sign_words("{boddy}") & SIGN_WRONG);
	assert_true(sign_words("a}") & SIGN_WRONG);
	assert_true(sign_words("{") & SIGN_WRONG);
}

int
main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(the_example_of_github_is_signed_as_it_is),
		cmocka_unit_test(sha1_is_that_of_the_rfc),
		cmocka_unit_test(texts_have_words_in_braces),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
