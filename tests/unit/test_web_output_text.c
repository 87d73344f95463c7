/*
 * Output of targets, which is hostile, as text; and what the live hub reads.
 */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <cmocka.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

#include "base/json.h"
#include "pack/exec_file.h"
#include "web/live/watcher.h"
#include "web/views/output_text.h"

#define SYMBOL_ESC "\xe2\x90\x9b"
#define REPLACEMENT "\xef\xbf\xbd"

static void
expect(const char *raw, const char *clean)
{
	struct buf out = { 0 };

	output_text_clean(raw, strlen(raw), &out);
	assert_string_equal(buf_text(&out), clean);
	buf_clear(&out);
}

static void
colours_and_movements_are_dropped(void **state)
{
	(void)state;
	expect("\x1b[31mred\x1b[0m \x1b[1;38;5;4mx\x1b[K", "red x");
	expect("\x1b[2J\x1b[10;20Hhome\x1b(B\x1b"
	       "7",
	    "home");
	expect("\x1b]0;title\x07text", "text");
	expect(
	    "\x1b]8;;https://evil.example\x1b\\click\x1b]8;;\x1b\\", "click");
	expect("\x1bP1;2q#data\x1b\\after", "after");
}

static void
a_sequence_that_never_ends_is_shown(void **state)
{
	(void)state;
	expect("a\x1b[31", "a" SYMBOL_ESC "[31");
	expect("a\x1b]0;x\nb", "a" SYMBOL_ESC "]0;x\nb");
	expect("a\x1b", "a" SYMBOL_ESC);
}

static void
progress_lines_show_their_last_state(void **state)
{
	(void)state;
	expect("\r10 %\r20 %\r30 %\ndone", "30 %\ndone");
	expect("one\r\ntwo\r\n", "one\ntwo\n");
	expect("half\rab", "ab");
	expect("ab\b\bxy", "xy");
	expect("\xe4\xb8\xad\bx", "x");
}

static void
control_and_deceptive_characters_are_visible(void **state)
{
	(void)state;
	expect("a\x01z\x7f", "a\xe2\x90\x81z\xe2\x90\xa1");
	expect("a\xe2\x80\xaez", "a" REPLACEMENT "z");
	expect("a\xffz", "a" REPLACEMENT "z");
	expect("\xc2\x9b"
	       "31m",
	    REPLACEMENT "31m");
	expect("tab\there <script>", "tab\there <script>");
	expect("\xe5\x8d\x87\xe7\xba\xa7", "\xe5\x8d\x87\xe7\xba\xa7");
}

static void
an_output_is_read_from_its_end_and_searched(void **state)
{
	char folder[] = "/tmp/cs-tail-XXXXXX";
	struct web web = { .data = folder };
	struct arena *arena = arena_new();
	struct req req = { .web = &web, .arena = arena };
	struct exec_file_name name = { folder, 1, "ab12", "t.txt" };
	struct output_place place = { .line = 1, .at = -1 };
	struct exec_file *file;
	struct json_object *found;
	char path[100];
	FILE *f;

	(void)state;
	assert_non_null(mkdtemp(folder));
	snprintf(path, sizeof(path), "%s/exec", folder);
	mkdir(path, 0700);
	snprintf(path, sizeof(path), "%s/exec/ab12", folder);
	mkdir(path, 0700);
	snprintf(path, sizeof(path), "%s/exec/ab12/t.txt", folder);
	f = fopen(path, "w");
	for (int i = 1; i <= 5000; i++)
		fprintf(f, "line \x1b[1m%d\x1b[0m\n", i);
	fclose(f);
	assert_string_equal(
	    output_text_lines(&req, "ab12", "t", 2), "line 4999\nline 5000\n");
	found = output_text_search(&req, "ab12", "t", "LINE 4321", 10);
	assert_string_equal(
	    json_write(found), "[{\"line\":4321,\"text\":\"line 4321\"}]");
	json_object_put(found);
	found = output_text_search(&req, "ab12", "t", "line", 7);
	assert_int_equal(json_object_array_length(found), 7);
	json_object_put(found);
	assert_string_equal(
	    output_text_lines(&req, "ab12", "../ab12/t", 2), "");
	assert_string_equal(output_text_lines(&req, "none", "t", 2), "");

	/* a place that cannot be read is no end of the output */
	assert_int_equal(exec_file_open(&name, &file), ERR_OK);
	found = json_object_new_array();
	assert_int_equal(
	    output_text_search_piece(file, "line", 7, 1 << 20, &place, found),
	    ERR_IO);
	assert_false(place.is_end);
	json_object_put(found);
	exec_file_close(file);
	unlink(path);
	arena_free(arena);
}

static int
read_head(const char *text, struct live_request *r)
{
	return live_read_request(text, strlen(text), r);
}

static void
the_hub_reads_one_kind_of_request(void **state)
{
	static const char *const wrong[] = {
		"POST /_live/1 HTTP/1.1\r\n\r\n",
		"GET /other HTTP/1.1\r\n\r\n",
		"GET /_live/0 HTTP/1.1\r\n\r\n",
		"GET /_live/x HTTP/1.1\r\n\r\n",
		"GET /_live/1?after=%zz HTTP/1.1\r\n\r\n",
		"GET /_live/ HTTP/1.1\r\n\r\n",
		"GET /_live/?runs= HTTP/1.1\r\n\r\n",
		"GET /_live/?runs=1:2,x HTTP/1.1\r\n\r\n",
		"GET /_live/?who=a HTTP/1.1\r\n\r\n",
	};
	struct live_request r;

	(void)state;
	assert_int_equal(read_head("GET /_live/17?after=5&who=a%20b HTTP/1.1"
				   "\r\nHost: x\r\n\r\n",
			     &r),
	    1);
	assert_int_equal(r.count, 1);
	assert_int_equal(r.at[0].run, 17);
	assert_int_equal(r.at[0].seq, 5);
	assert_false(r.many);
	assert_string_equal(r.who, "a b");
	assert_int_equal(read_head("GET /_live/?runs=4:10,2:0&who=bo HTTP/1.1"
				   "\r\n\r\n",
			     &r),
	    1);
	assert_int_equal(r.count, 2);
	assert_int_equal(r.at[0].run, 4);
	assert_int_equal(r.at[1].run, 2);
	assert_true(r.many);
	assert_string_equal(r.lang, "");
	assert_int_equal(read_head("GET /_live/?runs=4&lang=zh-CN HTTP/1.1"
				   "\r\n\r\n",
			     &r),
	    1);
	assert_string_equal(r.lang, "zh-CN");
	assert_int_equal(read_head("GET /_li", &r), 0);
	assert_int_equal(read_head("GET /_live/17 HTTP/1.1\r\nHost", &r), 0);
	for (size_t i = 0; i < sizeof(wrong) / sizeof(wrong[0]); i++)
		assert_int_equal(read_head(wrong[i], &r), -1);
}

static void
an_event_of_a_stream_has_its_number(void **state)
{
	struct buf out = { 0 };

	(void)state;
	live_put_event(&out, NULL, 0, 7, "{}");
	live_put_event(&out, NULL, 3, 7, "{}");
	live_put_event(&out, "presence", 0, 0, "{\"count\":1}");
	assert_string_equal(buf_text(&out),
	    "id: 7\ndata: {}\n\n"
	    "id: 3:7\ndata: {}\n\n"
	    "event: presence\ndata: {\"count\":1}\n\n");
	buf_clear(&out);
}

static void
a_list_of_runs_has_32_at_most_and_each_once(void **state)
{
	static const char *const wrong[] = { "", ",", "1,", "1:", "0:1", "-1",
		"1:-1", "a", "1:2:3", "1 ,2", "99999999999999999999", NULL };
	struct cursor at[CURSOR_RUNS];
	struct buf text = { 0 };

	(void)state;
	for (int i = 0; wrong[i] != NULL; i++)
		assert_int_equal(cursor_read(wrong[i], at), -1);
	assert_int_equal(cursor_read(NULL, at), -1);
	assert_int_equal(cursor_read("7:12,8,7:1", at), 2);
	assert_int_equal(at[0].seq, 12);
	assert_int_equal(at[1].seq, 0);
	cursor_move(at, 2, "8:5");
	cursor_move(at, 2, "9:5");
	cursor_move(at, 2, "nonsense");
	cursor_move(at, 2, NULL);
	assert_int_equal(at[0].seq, 12);
	assert_int_equal(at[1].seq, 5);
	for (int i = 1; i <= CURSOR_RUNS; i++)
		buf_printf(&text, "%s%d:0", i > 1 ? "," : "", i);
	assert_int_equal(cursor_read(buf_text(&text), at), CURSOR_RUNS);
	buf_puts(&text, ",99");
	assert_int_equal(cursor_read(buf_text(&text), at), -1);
	buf_clear(&text);
}

int
main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(colours_and_movements_are_dropped),
		cmocka_unit_test(a_sequence_that_never_ends_is_shown),
		cmocka_unit_test(progress_lines_show_their_last_state),
		cmocka_unit_test(control_and_deceptive_characters_are_visible),
		cmocka_unit_test(an_output_is_read_from_its_end_and_searched),
		cmocka_unit_test(the_hub_reads_one_kind_of_request),
		cmocka_unit_test(a_list_of_runs_has_32_at_most_and_each_once),
		cmocka_unit_test(an_event_of_a_stream_has_its_number),
	};

	return cmocka_run_group_tests_name("web/tail", tests, NULL, NULL);
}
