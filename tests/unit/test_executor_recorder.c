/*
 * The recording: valid text whatever comes, cut wherever it may; bounded, with
 * its beginning, its end, and an honest count of what is missing; proven by one
 * hash.
 */
#include <stdarg.h>
#include <setjmp.h>
#include <stddef.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>
#include <cmocka.h>

#include "recorded.h"
#include "base/io.h"
#include "base/json.h"
#include "base/text.h"
#include "executor/output/utf8.h"
#include "executor/output/recorder.h"
#include "executor/remote/remote_taken.h"
#include "wire/cast.h"

static char folder[] = "/tmp/cs-recorder.XXXXXX";

static int
enter_folder(void **state)
{
	(void)state;
	return mkdtemp(folder) == NULL || chdir(folder) != 0;
}

static int
leave_folder(void **state)
{
	(void)state;
	unlink("t.txt");
	unlink("t.times");
	return chdir("/") != 0 || rmdir(folder) != 0;
}

static void
invalid_bytes_become_replacements_however_they_are_cut(void **state)
{
	static const char raw[] = "a\xff\xc3\xa9\xe2\x82z\xf0\x9f\x8e\x89"
				  "\xed\xa0\x80\xc0\xaf\xf4\x90\x80\x80\xc3";
	static const char fffd[] = "\xef\xbf\xbd";
	struct buf want = { 0 }, got = { 0 };
	struct utf8 c = { 0 };
	size_t len = sizeof(raw) - 1;

	(void)state;
	utf8_put(&c, raw, len, &want);
	utf8_finish(&c, &want);
	assert_true(text_is_utf8(want.data, want.len));
	assert_non_null(strstr(want.data, "\xc3\xa9"));
	assert_non_null(strstr(want.data, "\xf0\x9f\x8e\x89"));
	assert_memory_equal(want.data + 1, fffd, 3);
	for (size_t cut = 0; cut <= len; cut++) {
		for (size_t again = cut; again <= len; again++) {
			buf_reset(&got);
			utf8_put(&c, raw, cut, &got);
			utf8_put(&c, raw + cut, again - cut, &got);
			utf8_put(&c, raw + again, len - again, &got);
			utf8_finish(&c, &got);
			assert_string_equal(got.data, want.data);
		}
	}
	buf_clear(&want);
	buf_clear(&got);
}

/* Joins the texts of the events; each line has to be JSON. */
static void
read_events(const struct buf *cast, struct buf *ret)
{
	char *copy = strdup(cast->data), *rest = copy, *line;

	assert_non_null(strsep(&rest, "\n"));
	while ((line = strsep(&rest, "\n")) != NULL && *line != '\0') {
		struct json_object *event = NULL, *s;

		assert_int_equal(
		    json_read(line, strlen(line), &event, NULL), ERR_OK);
		assert_int_equal(json_object_array_length(event), 3);
		s = json_object_array_get_idx(event, 2);
		buf_put(ret, json_object_get_string(s),
		    (size_t)json_object_get_string_len(s));
		json_object_put(event);
	}
	free(copy);
}

/* The times, and the hash of their file. */
static void
read_times(struct times *ret, char hash[HASH_TEXT])
{
	struct buf data = { 0 };

	assert_int_equal(io_read_file("t.times", TIMES_MOST, &data), ERR_OK);
	hash_hex(data.data, data.len, hash);
	assert_int_equal(times_read(data.data, data.len, ret), ERR_OK);
	buf_clear(&data);
}

/* The texts of the recording that is derived. */
static void
derive_cast(struct buf *ret)
{
	struct buf text = { 0 }, cast = { 0 };
	char hash[HASH_TEXT];
	struct times t;
	const char *at;

	assert_int_equal(io_read_file("t.txt", 1 << 28, &text), ERR_OK);
	read_times(&t, hash);
	at = buf_text(&text);
	assert_int_equal(cast_derive(&t, (int64_t)text.len, recorded_next, &at,
			     recorded_keep, &cast),
	    ERR_OK);
	assert_ptr_equal(at, buf_text(&text) + text.len);
	read_events(&cast, ret);
	times_clear(&t);
	buf_clear(&text);
	buf_clear(&cast);
}

/* The file is as the times say. */
static void
assert_proven(const char *name, const struct times_file *file)
{
	char hash[HASH_TEXT];
	struct stat st;

	assert_int_equal(hash_file(name, hash), ERR_OK);
	assert_string_equal(file->hash, hash);
	assert_int_equal(stat(name, &st), 0);
	assert_int_equal(file->bytes, st.st_size);
}

/* Ends it; its hash proves the times, and these the others. */
static void
close_hashed(struct recorder *r, int64_t *ret_bytes, int64_t *ret_dropped)
{
	struct recorder_hashes hashes;
	char hash[HASH_TEXT];
	struct times t;

	assert_int_equal(
	    recorder_close(r, ret_bytes, ret_dropped, &hashes), ERR_OK);
	read_times(&t, hash);
	assert_string_equal(hashes.times, hash);
	assert_string_equal(hashes.sealed, "");
	assert_proven("t.txt", &t.text);
	assert_int_equal(t.left.bytes, *ret_dropped);
	if (access("t.cast", F_OK) == 0)
		assert_proven("t.cast", &t.cast);
	else
		assert_string_equal(t.cast.hash, "");
	times_clear(&t);
}

static void
text_and_recording_have_all_of_a_small_output(void **state)
{
	struct recorder *r = recorder_open("t", 1 << 20, false, NULL);
	struct buf text = { 0 }, cast = { 0 };
	int64_t bytes, dropped;

	(void)state;
	recorder_put(r, "one\ntwo\r\n\x1b[1m\"\\\t", 16);
	recorder_put(r, "\n\x7f", 2);
	close_hashed(r, &bytes, &dropped);
	assert_int_equal(bytes, 18);
	assert_int_equal(dropped, 0);
	assert_int_equal(io_read_file("t.txt", 1000, &text), ERR_OK);
	assert_string_equal(text.data, "one\ntwo\r\n\x1b[1m\"\\\t\n\x7f");
	derive_cast(&cast);
	assert_string_equal(cast.data, "one\r\ntwo\r\n\x1b[1m\"\\\t\r\n\x7f");
	buf_clear(&text);
	buf_clear(&cast);
}

static void
the_first_bytes_are_on_file_at_once(void **state)
{
	struct recorder *r = recorder_open("t", 1 << 20, false, NULL);
	struct buf text = { 0 };
	int64_t bytes, dropped;

	(void)state;
	recorder_put(r, "first", 5);
	assert_int_equal(io_read_file("t.txt", 1000, &text), ERR_OK);
	assert_string_equal(text.data, "first");
	recorder_put(r, "second", 6);
	assert_true(recorder_due(r) > 0);
	recorder_flush(r);
	assert_true(recorder_due(r) == 0);
	buf_reset(&text);
	assert_int_equal(io_read_file("t.txt", 1000, &text), ERR_OK);
	assert_string_equal(text.data, "firstsecond");
	recorder_close(r, &bytes, &dropped, NULL);
	buf_clear(&text);
}

/* Records count lines and looks at what is left of them. */
static void
record_lines(int count, int64_t limit)
{
	struct recorder *r = recorder_open("t", limit, false, NULL);
	struct buf text = { 0 }, cast = { 0 };
	int64_t bytes, dropped, all = 0;
	struct stat st;
	char line[32], *notice;

	for (int i = 0; i < count; i++) {
		int n = snprintf(line, sizeof(line), "line %d\n", i);

		recorder_put(r, line, (size_t)n);
		all += n;
	}
	recorder_flush(r);
	assert_int_equal(stat("t.txt", &st), 0);
	assert_int_equal(st.st_size, all); /* offsets stay true */
	assert_true(st.st_blocks * 512 < limit * 3 / 2 + (1 << 16));
	close_hashed(r, &bytes, &dropped);
	assert_int_equal(bytes, all);
	assert_int_equal(io_read_file("t.txt", 1 << 28, &text), ERR_OK);
	notice = strstr(text.data, "\n[... ");
	assert_non_null(notice);
	assert_int_equal(strtoll(notice + 6, NULL, 10), dropped);
	assert_true(notice > text.data && notice[-1] == '\n');
	assert_true(text_starts(text.data, "line 0\n"));
	assert_true(text_ends(text.data, line));
	assert_true(text_starts(strstr(notice, "...]\n") + 5, "line "));
	assert_int_equal((int64_t)text.len -
		(strstr(notice, "...]\n") + 5 - notice) + dropped,
	    all);
	assert_true((int64_t)text.len < limit * 3 / 2);
	derive_cast(&cast);
	assert_true(text_starts(cast.data, "line 0\r\n"));
	assert_non_null(strstr(cast.data, "were left out here"));
	buf_clear(&text);
	buf_clear(&cast);
}

static void
a_long_output_keeps_its_beginning_and_its_end(void **state)
{
	(void)state;
	record_lines(100000, 64 * 1024);
	record_lines(20000, 64 * 1024);
	record_lines(300000, 1 << 20);
}

static bool
is_notice(const char *line)
{
	static const char words[] = "were left out here";

	/* strstr() of a sanitizer measures all of the text each time */
	return memmem(line, strcspn(line, "\n"), words, strlen(words)) != NULL;
}

/* The lines of the recording follow each other but where it says so; the
 * number of places where it does.  The line before such a place may be cut. */
static int
count_gaps(const char *text, int last)
{
	int gaps = 0, n = -1;
	bool gap = false;

	for (const char *p = text; *p != '\0'; p += strcspn(p, "\n") + 1) {
		if (is_notice(p)) {
			gap = true;
			gaps++;
		} else if (is_notice(p + strcspn(p, "\n") + 1)) {
			gap = true;
		} else if (text_starts(p, "line ")) {
			int now = (int)strtol(p + 5, NULL, 10);

			assert_true(now == n + 1 || (gap && now > n));
			n = now;
			gap = false;
		} else {
			assert_true(*p == '\r' || gap);
		}
	}
	assert_int_equal(n, last);
	return gaps;
}

static void
put_lines(struct recorder *r, int from, int upto)
{
	char line[32];

	for (int i = from; i < upto; i++) {
		int n = snprintf(line, sizeof(line), "line %d\n", i);

		recorder_put(r, line, (size_t)n);
	}
}

static void
a_flood_is_recorded_with_one_gap(void **state)
{
	struct recorder *r = recorder_open("t", 1 << 20, false, NULL);
	struct buf cast = { 0 };
	int64_t bytes, dropped;

	(void)state;
	put_lines(r, 0, 60000);
	assert_true(recorder_due(r) > 0);
	recorder_flush(r);
	assert_true(recorder_due(r) == 0);
	derive_cast(&cast);
	assert_true(text_ends(cast.data, "line 59999\r\n"));
	put_lines(r, 60000, 60010);
	recorder_flush(r);
	put_lines(r, 60010, 400000);
	close_hashed(r, &bytes, &dropped);
	buf_reset(&cast);
	derive_cast(&cast);
	assert_int_equal(count_gaps(cast.data, 399999), 1);
	assert_true((int64_t)cast.len < 3 << 19);
	buf_clear(&cast);
}

static void
one_endless_line_is_cut_between_characters(void **state)
{
	struct recorder *r = recorder_open("t", 64 * 1024, false, NULL);
	struct buf text = { 0 }, cast = { 0 };
	int64_t bytes, dropped;

	(void)state;
	for (int i = 0; i < 200000; i++)
		recorder_put(r, "\xe6\xbc\xa2", 3);
	close_hashed(r, &bytes, &dropped);
	assert_int_equal(bytes, 600000);
	assert_true(dropped > 500000);
	assert_int_equal(io_read_file("t.txt", 1 << 20, &text), ERR_OK);
	assert_true(text_is_utf8(text.data, text.len));
	derive_cast(&cast);
	assert_true(text_is_utf8(cast.data, cast.len));
	buf_clear(&text);
	buf_clear(&cast);
}

static int
count(const char *text, const char *what)
{
	int n = 0;

	while ((text = strstr(text, what)) != NULL) {
		text += strlen(what);
		n++;
	}
	return n;
}

static void
the_size_of_a_terminal_is_said_when_it_changes_and_now_and_then(void **state)
{
	struct recorder *r = recorder_open("t", 16 << 20, true, NULL);
	struct buf cast = { 0 };
	int64_t bytes, dropped;
	const char *size;

	(void)state;
	recorder_put(r, "before", 6);
	recorder_resize(r, 100, 30);
	recorder_resize(r, 100, 30);
	for (int i = 0; i < 3 << 20; i += 16)
		recorder_put(r, "sixteen letters ", 16);
	close_hashed(r, &bytes, &dropped);
	assert_int_equal(io_read_file("t.cast", 16 << 20, &cast), ERR_OK);
	size = strstr(cast.data, ", \"r\", \"100x30\"]\n[");
	assert_non_null(size);
	assert_true(strstr(cast.data, "before") < size);
	assert_in_range(count(cast.data, "\"100x30\""), 3, 4);
	buf_clear(&cast);
	unlink("t.cast");
}

/* Redaction may hold back less than what comes between two reports. */
static void
a_target_is_told_of_no_byte_that_is_not_on_file(void **state)
{
	enum { PIECE = 1 << 20, HELD = 100 };
	struct recorder *r = recorder_open("t", 64 << 20, false, NULL);
	char *piece = malloc(PIECE);
	struct taken taken = { 0 };
	int64_t bytes, dropped, told = 0;
	struct stat st;

	(void)state;
	memset(piece, 'x', PIECE);
	for (int64_t i = 1; i <= 40; i++) {
		recorder_put(r, piece, i == 1 ? PIECE - HELD : PIECE);
		taken_put(&taken, i * PIECE, r);
		if (taken.line.len > 0)
			told = atoll(taken.line.data);
		buf_reset(&taken.line);
		assert_int_equal(stat("t.txt", &st), 0);
		assert_true(told <= st.st_size);
		assert_true(told >= (i - 16) * PIECE);
	}
	assert_int_equal(told, 32 * PIECE);
	/* over a new connection it is told again */
	taken_again(&taken);
	assert_string_equal(buf_text(&taken.line), "33554432\n");
	taken_clear(&taken);
	taken_again(&taken);
	assert_int_equal(taken.line.len, 0);
	close_hashed(r, &bytes, &dropped);
	free(piece);
}

int
main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(
		    invalid_bytes_become_replacements_however_they_are_cut),
		cmocka_unit_test(text_and_recording_have_all_of_a_small_output),
		cmocka_unit_test(the_first_bytes_are_on_file_at_once),
		cmocka_unit_test(a_long_output_keeps_its_beginning_and_its_end),
		cmocka_unit_test(a_flood_is_recorded_with_one_gap),
		cmocka_unit_test(one_endless_line_is_cut_between_characters),
		cmocka_unit_test(
		    the_size_of_a_terminal_is_said_when_it_changes_and_now_and_then),
		cmocka_unit_test(
		    a_target_is_told_of_no_byte_that_is_not_on_file),
	};

	return cmocka_run_group_tests(tests, enter_folder, leave_folder);
}
