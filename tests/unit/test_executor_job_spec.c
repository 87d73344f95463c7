/*
 * The job spec as the executor reads it: artifacts that were sealed have their
 * content in it, and nothing else is taken for one.
 */
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <setjmp.h>
#include <stdio.h>
#include <string.h>
#include <cmocka.h>

#include "base/io.h"
#include "executor/job_spec.h"
#include "executor/output/artifact_input.h"

#define EXEC "00112233445566778899aabbccddeeff"
#define KEY EXEC EXEC
#define SPEC(step, more) \
	"{\"exec\":\"" EXEC "\",\"step\":{\"id\":\"a\",\"kind\":\"sh\"," \
	"\"text\":\"x\"" step "},\"targets\":[{\"name\":\"local\"," \
	"\"kind\":\"local\"}]" more "}"
#define KEPT(file) \
	"{\"file\":\"" file "\",\"hash\":\"0\",\"step\":\"a\",\"save\":\"k\"}"
#define OPENED(value) ",\"artifacts\":{\"key.pem\":{\"local\":" value "}}"

static bool
reads(const char *text, struct job_spec *ret)
{
	struct fault fault;

	return job_spec_parse(text, strlen(text), ret, &fault) == ERR_OK;
}

static void
what_was_sealed_is_read_from_memory(void **state)
{
	const struct job_artifact *a;
	struct job_spec spec;
	struct buf text = { 0 }, why = { 0 };
	int fd;

	(void)state;
	assert_true(
	    reads(SPEC("", OPENED("{\"content\":\"YQBiCv8=\"}")), &spec));
	a = artifact_input_find(spec.artifacts, spec.artifacts_count, "key.pem",
	    "local", "it", &why);
	assert_non_null(a);
	assert_null(a->file);
	for (int i = 0; i < 2; i++) { /* each reader has its own */
		buf_reset(&text);
		fd = artifact_input_open(a, "it", &why);
		assert_true(fd >= 0);
		assert_int_equal(io_read_all(fd, 5, &text), ERR_OK);
		assert_int_equal(text.len, 5);
		assert_memory_equal(text.data, "a\0b\n\xff", 5);
	}
	fd = artifact_input_open(a, "it", &why);
	assert_int_equal(io_read_all(fd, 4, &text), ERR_TOO_LARGE);
	buf_clear(&text);
	buf_clear(&why);
	job_spec_clear(&spec);
}

static void
nothing_else_is_an_artifact(void **state)
{
	static const char *const wrong[] = {
		SPEC("", OPENED("{}")),
		SPEC("", OPENED("null")),
		SPEC("", OPENED("{\"content\":\"not base64\"}")),
		SPEC("", OPENED("{\"content\":7}")),
		SPEC("", OPENED("{\"content\":\"YQ==\",\"file\":\"x\"}")),
		SPEC("", OPENED("\"" EXEC "/b.save\"")),
		SPEC("", OPENED(KEPT("/etc/passwd"))),
		SPEC("", OPENED(KEPT("../x.save"))),
		SPEC("", OPENED(KEPT(EXEC "/a/b.save"))),
		SPEC("", OPENED("{\"file\":\"" EXEC "/b.save\"}")),
	};
	struct job_spec spec;

	(void)state;
	for (size_t i = 0; i < sizeof(wrong) / sizeof(wrong[0]); i++)
		if (reads(wrong[i], &spec))
			fail_msg("%s", wrong[i]);
	assert_true(reads(SPEC("", OPENED(KEPT(EXEC "/b.save"))), &spec));
	job_spec_clear(&spec);
}

/* An artifact of secret output without a key would stand there in clear. */
static void
secret_output_needs_the_keys_of_both(void **state)
{
	static const char kept[] = ",\"artifact\":\"k\"";
	static const struct {
		const char *step, *more;
		bool good;
	} rows[] = {
		{ "", ",\"seal_to\":\"" KEY "\"", true },
		{ kept, ",\"seal_to\":\"" KEY "\"", false },
		{ kept, ",\"seal_to\":\"" KEY "\",\"save_to\":\"00\"", false },
		{ kept, ",\"seal_to\":\"" KEY "\",\"save_to\":\"" KEY "\"",
		    true },
		{ ",\"captures\":[{\"name\":\"v\",\"how\":\"whole\"}]",
		    ",\"seal_to\":\"" KEY "\"", false },
		{ kept, "", true },
	};
	struct job_spec spec;
	char text[1000];

	(void)state;
	for (size_t i = 0; i < sizeof(rows) / sizeof(rows[0]); i++) {
		bool good;

		snprintf(text, sizeof(text), SPEC("%s", "%s"), rows[i].step,
		    rows[i].more);
		if ((good = reads(text, &spec)) != rows[i].good)
			fail_msg("%s", text);
		if (good) {
			assert_int_equal(spec.sealed, *rows[i].more != '\0');
			job_spec_clear(&spec);
		}
	}
}

int
main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(what_was_sealed_is_read_from_memory),
		cmocka_unit_test(nothing_else_is_an_artifact),
		cmocka_unit_test(secret_output_needs_the_keys_of_both),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
