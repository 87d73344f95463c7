/*
 * Recorded files as answers: ranges and conditions, as nginx has them.
 */
#include "data_folder.h"

#include <fcntl.h>

#include "pack/exec_file.h"
#include "web/http/send_file.h"

#define EXEC "0123456789abcdef0123456789abcdef"
#define CHANGED 784111777 /* Sun, 06 Nov 1994 08:49:37 GMT */
#define DATE "Sun, 06 Nov 1994 08:49:37 GMT"
#define ETAG "\"2ebc98a1-3e8\""

static struct reply reply;
static struct buf head;

static struct exec_file *
open_file(void)
{
	struct exec_file_name name = { data_folder, 7, EXEC, "local.txt" };
	struct timespec times[2] = { { CHANGED, 0 }, { CHANGED, 5 } };
	struct exec_file *f = NULL;
	char text[1000];

	memset(text, 'x', sizeof(text));
	mkdir(data_path("exec/" EXEC), 0700);
	assert_int_equal(io_write_file(data_path("exec/" EXEC "/local.txt"),
			     0600, text, sizeof(text)),
	    ERR_OK);
	assert_int_equal(
	    utimensat(AT_FDCWD, data_path("exec/" EXEC "/local.txt"), times, 0),
	    0);
	assert_int_equal(exec_file_open(&name, &f), ERR_OK);
	return f;
}

/* The status of the answer to a request with these two headers. */
static int
ask(const char *first, const char *second)
{
	char *env[] = { (char *)(uintptr_t)first, (char *)(uintptr_t)second,
		NULL };
	struct arena *arena = arena_new();
	struct req req = { .arena = arena, .env = env };

	reply_reset(&reply);
	buf_reset(&head);
	send_file(&req, &reply, open_file(), "text/plain");
	reply_finish(&reply, METHOD_GET, &head);
	arena_free(arena);
	return reply.status;
}

static void
expect(int status, const char *range, int from, int len, const char *content)
{
	char header[100];

	assert_int_equal(ask(range, NULL), status);
	assert_int_equal(reply.stream_from, from);
	assert_int_equal(reply.stream_len, len);
	snprintf(header, sizeof(header), "Content-Length: %d\r\n", len);
	assert_non_null(strstr(buf_text(&head), header));
	if (content == NULL)
		assert_null(strstr(buf_text(&head), "Content-Range"));
	else
		assert_non_null(strstr(buf_text(&head), content));
}

static void
a_range_is_a_part_of_the_file(void **state)
{
	(void)state;
	expect(206, "HTTP_RANGE=bytes=0-0", 0, 1,
	    "Content-Range: bytes 0-0/1000\r\n");
	expect(206, "HTTP_RANGE=Bytes=10-", 10, 990,
	    "Content-Range: bytes 10-999/1000\r\n");
	expect(206, "HTTP_RANGE=bytes=-10", 990, 10,
	    "Content-Range: bytes 990-999/1000\r\n");
	expect(206, "HTTP_RANGE=bytes=-5000", 0, 1000,
	    "Content-Range: bytes 0-999/1000\r\n");
	expect(206, "HTTP_RANGE=bytes=999-99999999999999999999999", 999, 1,
	    "Content-Range: bytes 999-999/1000\r\n");
}

static void
a_range_behind_the_end_is_refused(void **state)
{
	static const char *const behind[] = { "HTTP_RANGE=bytes=1000-",
		"HTTP_RANGE=bytes=99999999999999999999999-",
		"HTTP_RANGE=bytes=-0" };

	(void)state;
	for (size_t i = 0; i < 3; i++)
		expect(416, behind[i], 0, 0, "Content-Range: bytes */1000\r\n");
}

static void
what_is_no_single_range_is_ignored(void **state)
{
	static const char *const others[] = { "HTTP_RANGE=bytes=1-2,4-5",
		"HTTP_RANGE=bytes=2-1", "HTTP_RANGE=bytes=-",
		"HTTP_RANGE=", "HTTP_RANGE=lines=1-2", "HTTP_RANGE=bytes=a-b",
		"HTTP_RANGE=bytes=1-2x", "HTTP_RANGE=bytes=0x1-2", "X=y" };

	(void)state;
	for (size_t i = 0; i < sizeof(others) / sizeof(others[0]); i++)
		expect(200, others[i], 0, 1000, NULL);
}

static void
a_file_that_the_client_has_is_not_sent(void **state)
{
	(void)state;
	assert_int_equal(ask("X=y", NULL), 200);
	assert_non_null(strstr(buf_text(&head), "ETag: " ETAG "\r\n"));
	assert_non_null(strstr(buf_text(&head), "Last-Modified: " DATE "\r\n"));
	assert_non_null(strstr(buf_text(&head),
	    "Content-Security-Policy: default-src 'none'; sandbox\r\n"));
	assert_null(strstr(buf_text(&head), "script-src"));
	assert_int_equal(
	    ask("HTTP_IF_NONE_MATCH=\"a\", W/" ETAG, "HTTP_RANGE=bytes=0-1"),
	    304);
	assert_int_equal(reply.stream_len, 0);
	assert_null(strstr(buf_text(&head), "Content-Length"));
	assert_int_equal(ask("HTTP_IF_NONE_MATCH=*", NULL), 304);
	assert_int_equal(ask("HTTP_IF_MODIFIED_SINCE=" DATE, NULL), 304);
	assert_int_equal(ask("HTTP_IF_NONE_MATCH=\"2ebc98a1-3e9\"",
			     "HTTP_IF_MODIFIED_SINCE=" DATE),
	    200);
}

static void
a_range_of_another_version_is_the_whole_file(void **state)
{
	(void)state;
	assert_int_equal(
	    ask("HTTP_IF_RANGE=" ETAG, "HTTP_RANGE=bytes=5-6"), 206);
	assert_int_equal(
	    ask("HTTP_IF_RANGE=" DATE, "HTTP_RANGE=bytes=5-6"), 206);
	assert_int_equal(
	    ask("HTTP_IF_RANGE=W/" ETAG, "HTTP_RANGE=bytes=5-6"), 200);
	assert_int_equal(
	    ask("HTTP_IF_RANGE=\"other\"", "HTTP_RANGE=bytes=5-6"), 200);
	assert_int_equal(reply.stream_len, 1000);
}

static void
the_head_of_a_file_is_no_more_than_that(void **state)
{
	(void)state;
	ask("X=y", NULL);
	buf_reset(&head);
	reply_finish(&reply, METHOD_HEAD, &head);
	assert_non_null(strstr(buf_text(&head), "Content-Length: 1000\r\n"));
	assert_int_equal(reply.stream_len, 0);
}

static void
no_path_is_a_name(void **state)
{
	static const char *const names[] = { "", ".", "..", "../x/local.txt",
		"/etc/passwd", ".hidden", "a/b", "a\n" };
	struct exec_file *f = open_file();

	(void)state;
	exec_file_close(f);
	for (size_t i = 0; i < sizeof(names) / sizeof(names[0]); i++) {
		struct exec_file_name name = { data_folder, 7, EXEC, names[i] };
		struct exec_file_name exec = { data_folder, 7, names[i],
			"local.txt" };

		assert_int_equal(exec_file_open(&name, &f), ERR_NOT_FOUND);
		assert_int_equal(exec_file_open(&exec, &f), ERR_NOT_FOUND);
	}
}

static int
end(void **state)
{
	reply_clear(&reply);
	buf_clear(&head);
	return data_end(state);
}

int
main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(a_range_is_a_part_of_the_file),
		cmocka_unit_test(a_range_behind_the_end_is_refused),
		cmocka_unit_test(what_is_no_single_range_is_ignored),
		cmocka_unit_test(a_file_that_the_client_has_is_not_sent),
		cmocka_unit_test(a_range_of_another_version_is_the_whole_file),
		cmocka_unit_test(the_head_of_a_file_is_no_more_than_that),
		cmocka_unit_test(no_path_is_a_name),
	};

	reply_init(&reply);
	return cmocka_run_group_tests(tests, data_begin, end);
}
