/*
 * Files below a folder: symbolic links within it are followed, and none leads
 * out of it.
 */
#include "data_folder.h"

#include <errno.h>
#include <fcntl.h>

#include "base/mem.h"

static void
link_to(const char *target, const char *name)
{
	assert_int_equal(symlink(target, data_path(name)), 0);
}

/* The folder `books`, with a secret beside it. */
static int
begin(void **state)
{
	data_begin(state);
	data_write("keys/secret.md", "secret");
	assert_int_equal(mkdir(data_path("books/team"), 0700), 0);
	assert_int_equal(mkdir(data_path("books/..data"), 0700), 0);
	data_write("books/team/a.md", "inside");
	data_write("books/..data/b.md", "mounted");
	return 0;
}

static enum err
reads(const char *name, const char *text)
{
	struct buf got = { 0 };
	enum err err = io_read_beneath(data_path("books"), name, 100, &got);

	assert_string_equal(buf_text(&got), text);
	buf_clear(&got);
	return err;
}

static void
links_within_the_folder_are_followed(void **state)
{
	(void)state;
	link_to("team/a.md", "books/one.md");
	link_to("team", "books/crew");
	link_to("../one.md", "books/team/again.md");
	link_to("..data/b.md", "books/b.md"); /* as of a ConfigMap */
	assert_int_equal(reads("team/a.md", "inside"), ERR_OK);
	assert_int_equal(reads("one.md", "inside"), ERR_OK);
	assert_int_equal(reads("crew/a.md", "inside"), ERR_OK);
	assert_int_equal(reads("team/again.md", "inside"), ERR_OK);
	assert_int_equal(reads("b.md", "mounted"), ERR_OK);
	/* the folder itself may be reached over one */
	link_to("books", "linked");
	assert_int_equal(rename(data_path("books"), data_path("real")), 0);
	link_to("real", "books");
	assert_int_equal(reads("one.md", "inside"), ERR_OK);
}

static void
no_link_leads_out_of_the_folder(void **state)
{
	char inside[300];

	(void)state;
	snprintf(inside, sizeof(inside), "%s", data_path("books/team/a.md"));
	link_to("../keys/secret.md", "books/out.md");
	link_to("/etc/passwd", "books/absolute.md");
	link_to("../keys", "books/keys");
	link_to("out.md", "books/twice.md");
	link_to("/proc/self/cwd", "books/magic");
	link_to("../books/team/a.md", "books/round.md");
	link_to(inside, "books/inside.md");
	assert_int_equal(reads("out.md", ""), ERR_FORBIDDEN);
	assert_int_equal(reads("absolute.md", ""), ERR_FORBIDDEN);
	assert_int_equal(reads("keys/secret.md", ""), ERR_FORBIDDEN);
	assert_int_equal(reads("twice.md", ""), ERR_FORBIDDEN);
	assert_int_equal(reads("magic/x", ""), ERR_FORBIDDEN);
	assert_int_equal(reads("round.md", ""), ERR_FORBIDDEN);
	assert_int_equal(reads("inside.md", ""), ERR_FORBIDDEN);
	assert_int_equal(reads("../keys/secret.md", ""), ERR_FORBIDDEN);
	assert_int_equal(reads("/etc/passwd", ""), ERR_FORBIDDEN);
}

static void
what_cannot_be_read_is_an_error(void **state)
{
	char large[200];

	(void)state;
	memset(large, 'x', sizeof(large) - 1);
	large[sizeof(large) - 1] = '\0';
	data_write("books/large.md", large);
	link_to("nothing.md", "books/dangling.md");
	link_to("loop.md", "books/loop.md");
	assert_int_equal(reads("none.md", ""), ERR_NOT_FOUND);
	assert_int_equal(reads("dangling.md", ""), ERR_NOT_FOUND);
	assert_int_equal(reads("loop.md", ""), ERR_IO);
	assert_int_equal(reads("team", ""), ERR_IO);
	assert_int_equal(reads("large.md", ""), ERR_TOO_LARGE);
}

/* For files that requests send, no link is followed at all. */
static void
without_links_none_is_followed(void **state)
{
	int fd;

	(void)state;
	link_to("team/a.md", "books/one.md");
	assert_int_equal(
	    io_open_beneath(data_path("books"), "one.md", false), -1);
	assert_int_equal(errno, ELOOP);
	fd = io_open_beneath(data_path("books"), "team/a.md", false);
	assert_true(fd >= 0);
	assert_int_equal(fcntl(fd, F_GETFD) & FD_CLOEXEC, FD_CLOEXEC);
	close(fd);
}

/* A copy that is left behind where the text has grown is cleared by nobody. */
static void
a_file_of_a_known_size_is_read_into_one_place(void **state)
{
	struct buf text = { 0 };
	char *path;

	(void)state;
	data_write("books/key", "0123456789abcdef");
	path = mem_strdup(data_path("books/key"));
	assert_int_equal(io_read_file(path, 64, &text), ERR_OK);
	assert_string_equal(buf_text(&text), "0123456789abcdef");
	assert_true(text.cap <= 66);
	buf_clear(&text);
	assert_int_equal(io_read_file(path, SIZE_MAX, &text), ERR_OK);
	assert_int_equal(text.len, 16);
	buf_clear(&text);
	assert_int_equal(io_read_file(path, 16, &text), ERR_OK);
	buf_clear(&text);
	assert_int_equal(io_read_file(path, 15, &text), ERR_TOO_LARGE);
	assert_int_equal(text.len, 0);
	buf_clear(&text);
	free(path);
}

int
main(void)
{
	const struct CMUnitTest tests[] = {
#define ONE(test) cmocka_unit_test_setup_teardown(test, begin, data_end)
		ONE(links_within_the_folder_are_followed),
		ONE(a_file_of_a_known_size_is_read_into_one_place),
		ONE(no_link_leads_out_of_the_folder),
		ONE(what_cannot_be_read_is_an_error),
		ONE(without_links_none_is_followed),
	};

	return cmocka_run_group_tests_name("base/io", tests, NULL, NULL);
}
