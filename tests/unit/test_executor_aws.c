/*
 * Requests signed for S3, against the examples of the service's own
 * documentation ("Signature Calculations for the Authorization Header").
 */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <string.h>
#include <cmocka.h>

#include "base/json.h"
#include "base/text.h"
#include "executor/http/http_aws.h"
#include "base/sha256.h"

/* The signature of a request at the time of the examples. */
static void
signs(const char *url, const char *want)
{
	struct arena *a = arena_new();
	struct json_object *aws = json_object_new_object();
	struct http_request q = { .method = "GET", .url = url };
	struct payload nothing = { 0 };
	struct http_headers added;
	const char *authorization;

	json_set_text(aws, "region", "us-east-1");
	json_set_text(aws, "service", "s3");
	json_set_text(aws, "access_key", "AKIAIOSFODNN7EXAMPLE");
	json_set_text(
	    aws, "secret_key", "wJalrXUtnFEMI/K7MDENG/bPxRfiCYEXAMPLEKEY");
	assert_true(http_sign(a, aws, &q, &nothing, 1369353600000, &added));
	assert_string_equal(
	    http_header(&added, "x-amz-date"), "20130524T000000Z");
	authorization = http_header(&added, "authorization");
	assert_true(text_starts(authorization,
	    "AWS4-HMAC-SHA256 Credential="
	    "AKIAIOSFODNN7EXAMPLE/20130524/us-east-1/s3/aws4_request, "
	    "SignedHeaders=host;x-amz-content-sha256;x-amz-date, Signature="));
	assert_string_equal(strstr(authorization, "Signature=") + 10, want);
	json_object_put(aws);
	arena_free(a);
}

static void
the_examples_of_the_documentation_are_signed_as_they_are(void **state)
{
	(void)state;
	signs("https://examplebucket.s3.amazonaws.com/?lifecycle",
	    "fea454ca298b7da1c68078a5d1bdbfbbe0d65c699e0f91ac7a200a0136783543");
	signs("https://examplebucket.s3.amazonaws.com/?max-keys=2&prefix=J",
	    "34b48302e7b5fa45bde8084f4b7868a86f0a534bc59db6670ed5711ef69dc6f7");
}

static void
the_way_of_writing_an_address_does_not_matter(void **state)
{
	(void)state;
	signs("https://examplebucket.s3.amazonaws.com:443/?prefix=%4A&max-keys"
	      "=2",
	    "34b48302e7b5fa45bde8084f4b7868a86f0a534bc59db6670ed5711ef6"
	    "9dc6f7");
	signs("https://examplebucket.s3.amazonaws.com?lifecycle=",
	    "fea454ca298b7da1c68078a5d1bdbfbbe0d65c699e0f91ac7a200a0136783543");
}

static void
a_hash_is_the_same_however_it_is_cut(void **state)
{
	char data[300];
	unsigned char whole[32], cut[32];

	(void)state;
	memset(data, 'a', sizeof(data));
	for (size_t len = 0; len <= sizeof(data); len++) {
		struct sha256 h;

		sha256(data, len, whole);
		sha256_begin(&h);
		sha256_put(&h, data, len / 3);
		sha256_put(&h, data + len / 3, len - len / 3);
		sha256_end(&h, cut);
		assert_memory_equal(whole, cut, 32);
	}
}

int
main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(
		    the_examples_of_the_documentation_are_signed_as_they_are),
		cmocka_unit_test(the_way_of_writing_an_address_does_not_matter),
		cmocka_unit_test(a_hash_is_the_same_however_it_is_cut),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
