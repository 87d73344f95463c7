/*
 * The times of a text, and the recording that is derived from both: the same
 * bytes each time, complete characters, and no more memory for a year than for
 * a day.
 */
#include <stdarg.h>
#include <setjmp.h>
#include <stddef.h>
#include <stdint.h>
#include <stdlib.h>
#include <string.h>
#include <cmocka.h>

#include "base/json.h"
#include "base/text.h"
#include "wire/cast.h"

#define HASH "0123456789abcdef0123456789abcdef0123456789abcdef0123456789abcdef"
#define OTHER "fedcba9876543210fedcba9876543210fedcba9876543210fedcba9876543210"

static enum err
read_text(const char *text, struct times *ret)
{
	return times_read(text, strlen(text), ret);
}

static void
what_is_written_is_read(void **state)
{
	static const struct times_piece none, a = { 12, 0 }, b = { 5012, 40 };
	static const struct times_left left = { 20, 1000, 30 };
	static const struct times_file cast = { 7, OTHER }, text = { 99, HASH };
	struct buf out = { 0 };
	struct times t;

	(void)state;
	times_put_start(1700000000, &out);
	times_put_piece(none, a, &out);
	times_put_piece(a, b, &out);
	assert_int_equal(times_read(out.data, out.len, &t), ERR_OK);
	assert_string_equal(t.text.hash, "");
	times_clear(&t);
	times_put_end(&left, &cast, &text, &out);
	assert_string_equal(out.data,
	    "times 1 1700000000\n12 0\n5000 40\nleft 20 1000 30\n"
	    "cast 7 " OTHER "\ntext 99 " HASH "\n");
	assert_int_equal(times_read(out.data, out.len, &t), ERR_OK);
	assert_int_equal(t.started, 1700000000);
	assert_int_equal(t.count, 2);
	assert_int_equal(t.pieces[1].ms, 5012);
	assert_int_equal(t.pieces[1].at, 40);
	assert_memory_equal(&t.left, &left, sizeof(left));
	assert_int_equal(t.cast.bytes, 7);
	assert_string_equal(t.cast.hash, OTHER);
	assert_int_equal(t.text.bytes, 99);
	assert_string_equal(t.text.hash, HASH);
	times_clear(&t);
	buf_clear(&out);
}

static void
a_line_that_is_being_written_does_not_count(void **state)
{
	struct times t;

	(void)state;
	assert_int_equal(read_text("times 1 5\n1 2\n300", &t), ERR_OK);
	assert_int_equal(t.count, 1);
	times_clear(&t);
	assert_int_equal(
	    read_text("times 1 5\ntext 1 " HASH "\n300", &t), ERR_INVALID);
	times_clear(&t);
}

static void
anything_else_is_refused(void **state)
{
	static const char *const wrong[] = { "", "\n", "times 1 5",
		"times 2 5\n", "times 1 -5\n", "times 1 \n", "times 1 5 \n",
		"{\"version\": 2}\n", "times 1 5\n1\n", "times 1 5\n1 2 3\n",
		"times 1 5\n1  2\n", "times 1 5\n-1 2\n", "times 1 5\n\n",
		"times 1 5\n1 99999999999999999999\n", "times 1 5\nleft 1 2\n",
		"times 1 5\nleft 1 0 2\n", "times 1 5\nleft 1 2 3 4\n",
		"times 1 5\nleft 1 2 3\nleft 1 2 3\n",
		"times 1 5\nleft 1 2 3\n1 2\n", "times 1 5\ntext 1 abc\n",
		"times 1 5\ntext 1 " HASH "0\n", "times 1 5\ntext " HASH "\n",
		"times 1 5\ntext 1 " HASH "\ntext 1 " HASH "\n",
		"times 1 5\ntext 1 " HASH "\n1 2\n",
		"times 1 5\ncast 1 " HASH "\ncast 1 " HASH "\n",
		"times 1 5\n2305843009213693951 1\n2305843009213693951 1\n" };
	struct times t;

	(void)state;
	for (size_t i = 0; i < sizeof(wrong) / sizeof(wrong[0]); i++) {
		assert_int_equal(read_text(wrong[i], &t), ERR_INVALID);
		times_clear(&t);
	}
	assert_int_equal(times_read("times 1 5\n1 2\0\n", 15, &t), ERR_INVALID);
	times_clear(&t);
}

/* Output that never stops. */
static void
the_times_of_a_year_fit(void **state)
{
	struct times_piece last = { -1, 0 };
	struct buf out = { 0 };
	size_t count = 0, day = 0;

	(void)state;
	for (int64_t ms = 0; ms < 365LL * 86400 * 1000; ms += 50) {
		struct times_piece piece = { ms, 100000 * ms };

		if (!times_is_due(last.ms, ms))
			continue;
		assert_true(ms < TIMES_STEP_MS * TIMES_STEP_PART
			? ms - last.ms <= TIMES_STEP_MS
			: ms - last.ms <= ms / TIMES_STEP_PART + 50);
		times_put_piece(last, piece, &out);
		last = piece;
		count++;
		if (ms < 86400 * 1000)
			day = count;
	}
	assert_in_range(day, 30000, 35000);
	assert_in_range(count, 60000, 65000);
	assert_true(out.len < TIMES_MOST);
	buf_clear(&out);
}

struct source {
	const char *at;
	size_t left;
};

static bool
next_bytes(void *ctx, char *data, size_t len)
{
	struct source *s = ctx;

	if (len > s->left)
		return false;
	memcpy(data, s->at, len);
	s->at += len;
	s->left -= len;
	return true;
}

static bool
keep_bytes(void *ctx, const char *data, size_t len)
{
	buf_put(ctx, data, len);
	return true;
}

static enum err
derive(const char *times, const char *text, int64_t size, struct buf *out)
{
	struct source s = { text, strlen(text) };
	struct times t;
	enum err err;

	assert_int_equal(read_text(times, &t), ERR_OK);
	err = cast_derive(&t, size, next_bytes, &s, keep_bytes, out);
	times_clear(&t);
	return err;
}

#define HEAD \
	"{\"version\": 2, \"width\": 80, \"height\": 24, \"timestamp\": " \
	"1700000000, \"env\": {\"TERM\": \"dumb\"}}\n"

static void
a_recording_is_the_text_at_its_times(void **state)
{
	static const char text[] = "one\ntwo\r\n\x1b[1m\"\\\n";
	static const char want[] = HEAD
	    "[0.012, \"o\", \"one\\r\\n\"]\n"
	    "[63.012, \"o\", \"two\\r\\n\"]\n"
	    "[63.112, \"o\", \"\\u001b[1m\\\"\\\\\\r\\n\"]\n";
	struct buf out = { 0 };

	(void)state;
	assert_int_equal(derive("times 1 1700000000\n12 0\n63000 4\n100 5\n",
			     text, sizeof(text) - 1, &out),
	    ERR_OK);
	assert_string_equal(out.data, want);
	buf_reset(&out); /* the rest of the text is not there yet */
	assert_int_equal(
	    derive("times 1 1700000000\n12 0\n63000 4\n100 5\n", text, 3, &out),
	    ERR_OK);
	assert_string_equal(out.data, HEAD "[0.012, \"o\", \"one\"]\n");
	buf_clear(&out);
}

/* 6 bytes of 16 were left out behind the fourth, and a notice of 3 put there.
 */
static void
what_was_left_out_comes_with_the_last_piece_of_it(void **state)
{
	static const char times[] = "times 1 1700000000\n0 0\n50 2\n50 3\n"
				    "50 3\n50 4\nleft 4 6 3\n"
				    "text 13 " HASH "\n";
	static const char want[] = HEAD "[0.000, \"o\", \"ab\"]\n"
					"[0.050, \"o\", \"cd\"]\n"
					"[0.150, \"o\", \"...kl\"]\n"
					"[0.200, \"o\", \"mnop\"]\n";
	struct buf out = { 0 };

	(void)state;
	assert_int_equal(derive(times, "abcd...klmnop", 13, &out), ERR_OK);
	assert_string_equal(out.data, want);
	buf_clear(&out);
}

static void
characters_stay_whole_in_long_pieces(void **state)
{
	struct buf text = { 0 }, out = { 0 };
	size_t events = 0;

	(void)state;
	buf_putc(&text, 'x');
	while (text.len < 3 * CAST_EVENT_BYTES)
		buf_puts(&text, "\xf0\x9f\x8e\x89");
	assert_int_equal(derive("times 1 1700000000\n0 0\n", text.data,
			     (int64_t)text.len, &out),
	    ERR_OK);
	for (const char *p = out.data; *p != '\0'; p = strchr(p, '\n') + 1) {
		size_t len = (size_t)(strchr(p, '\n') - p);

		assert_true(text_is_utf8(p, len));
		assert_true(len < CAST_EVENT_BYTES + 32);
		events++;
	}
	assert_int_equal(events, 1 + 4);
	buf_clear(&text);
	buf_clear(&out);
}

/* A text whose middle was dropped while it grows. */
static void
a_hole_is_left_out(void **state)
{
	static const char line[] = "0123456789abcde\n";
	size_t size = 8 * CAST_EVENT_BYTES;
	char *text = malloc(size);
	struct source s = { text, size };
	struct buf out = { 0 };
	struct times t;

	(void)state;
	for (size_t i = 0; i < size; i++)
		text[i] = i < CAST_EVENT_BYTES || i >= 7 * CAST_EVENT_BYTES
		    ? line[i % 16]
		    : '\0';
	assert_int_equal(read_text("times 1 5\n0 0\n", &t), ERR_OK);
	assert_int_equal(
	    cast_derive(&t, (int64_t)size, next_bytes, &s, keep_bytes, &out),
	    ERR_OK);
	assert_null(strstr(out.data, "\\u0000"));
	assert_int_equal(s.left, 0);
	times_clear(&t);
	buf_clear(&out);
	free(text);
}

static bool
stop_at_once(void *ctx, const char *data, size_t len)
{
	(void)data;
	(void)len;
	++*(int *)ctx;
	return false;
}

static void
a_failure_of_either_side_is_said(void **state)
{
	struct source s = { "abc", 3 };
	struct buf out = { 0 };
	struct times t;
	int calls = 0;

	(void)state;
	assert_int_equal(
	    derive("times 1 1700000000\n0 0\n", "abc", 4, &out), ERR_IO);
	assert_int_equal(read_text("times 1 5\n0 0\n", &t), ERR_OK);
	assert_int_equal(
	    cast_derive(&t, 3, next_bytes, &s, stop_at_once, &calls),
	    ERR_LIMIT);
	assert_int_equal(calls, 1);
	times_clear(&t);
	buf_clear(&out);
}

int
main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(what_is_written_is_read),
		cmocka_unit_test(a_line_that_is_being_written_does_not_count),
		cmocka_unit_test(anything_else_is_refused),
		cmocka_unit_test(the_times_of_a_year_fit),
		cmocka_unit_test(a_recording_is_the_text_at_its_times),
		cmocka_unit_test(
		    what_was_left_out_comes_with_the_last_piece_of_it),
		cmocka_unit_test(characters_stay_whole_in_long_pieces),
		cmocka_unit_test(a_hole_is_left_out),
		cmocka_unit_test(a_failure_of_either_side_is_said),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
