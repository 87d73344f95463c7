/*
 * Packs: what is put in comes out, by ranges as well, and damage is noticed.
 */
#include "data_folder.h"

#include <fcntl.h>

#include "pack/exec_file.h"
#include "pack/pack.h"
#include "pack/pack_write.h"

#define ONE "00112233445566778899aabbccddeeff"
#define TWO "ffeeddccbbaa99887766554433221100"
#define NONE "0000000000000000000000000000000f"
#define LARGE (3 * PACK_FRAME + 12345)
#define RUN 4007

static char *large;

/* Puts a file into the folder of an execution, of that age. */
static void
put(const char *exec, const char *name, const char *text, size_t len)
{
	struct timespec times[2] = { { 1000, 0 }, { 1000, 0 } };
	char path[200];

	snprintf(path, sizeof(path), "exec/%s", exec);
	mkdir(data_path(path), 0700);
	snprintf(path, sizeof(path), "exec/%s/%s", exec, name);
	assert_int_equal(
	    io_write_file(data_path(path), 0600, text, len), ERR_OK);
	assert_int_equal(utimensat(AT_FDCWD, data_path(path), times, 0), 0);
}

static enum err
add(struct pack_writer *w, const char *exec, const char *name)
{
	struct exec_file_name from = { data_folder, 0, exec, name };
	char hash[HASH_TEXT] = "", known[HASH_TEXT];
	struct exec_file *f = NULL;
	enum err err;

	assert_int_equal(exec_file_open(&from, &f), ERR_OK);
	err = pack_write_add(w, exec, name, f, hash);
	exec_file_close(f);
	assert_int_equal(exec_file_hash(&from, known), ERR_OK);
	if (err == ERR_OK)
		assert_string_equal(hash, known);
	return err;
}

/* The pack of RUN: four files, of which one ends where a frame does. */
static void
make_pack(void)
{
	char *path = pack_path(data_folder, RUN);
	struct pack_writer *w;

	mkdir(data_path("packs"), 0700);
	mkdir(data_path("packs/4"), 0700);
	assert_string_equal(path, data_path("packs/4/4007"));
	put(ONE, "a.txt", large, PACK_FRAME);
	put(ONE, "b.txt", "", 0);
	put(TWO, "a.txt", large, LARGE);
	put(TWO, "status", "state\n", 6);
	assert_non_null(w = pack_write_open(path, RUN));
	assert_int_equal(add(w, ONE, "a.txt"), ERR_OK);
	assert_int_equal(add(w, ONE, "b.txt"), ERR_OK);
	assert_int_equal(add(w, TWO, "a.txt"), ERR_OK);
	assert_int_equal(add(w, TWO, "status"), ERR_OK);
	assert_int_equal(pack_write_end(w), ERR_OK);
	free(path);
}

static void
remove_folders(void)
{
	char command[300];

	snprintf(command, sizeof(command), "rm -r %s/exec/*", data_folder);
	assert_int_equal(system(command), 0);
}

static void
ranges_are_those_of_the_file(void **state)
{
	static const int64_t at[] = { 0, 1, PACK_FRAME - 1, PACK_FRAME,
		PACK_FRAME + 1, 2 * PACK_FRAME - 7, LARGE - 1, LARGE, LARGE + 1,
		INT64_MAX };
	static const size_t lengths[] = { 0, 1, 2, 100, PACK_FRAME,
		PACK_FRAME + 1, LARGE };
	struct exec_file_name name = { data_folder, RUN, TWO, "a.txt" };
	char *to = malloc(LARGE);
	struct exec_file *f = NULL;

	(void)state;
	make_pack();
	remove_folders();
	assert_int_equal(exec_file_open(&name, &f), ERR_OK);
	assert_int_equal(exec_file_size(f), LARGE);
	assert_int_equal(exec_file_changed(f), 1000);
	for (size_t i = 0; i < sizeof(at) / sizeof(at[0]); i++)
		for (size_t l = 0; l < sizeof(lengths) / sizeof(lengths[0]);
		     l++) {
			int64_t left = at[i] < LARGE ? LARGE - at[i] : 0;
			size_t most = (int64_t)lengths[l] < left ? lengths[l]
								 : (size_t)left;

			assert_int_equal(
			    exec_file_read(f, to, lengths[l], at[i]), most);
			assert_memory_equal(
			    to, large + (most > 0 ? at[i] : 0), most);
		}
	exec_file_close(f);
	free(to);
}

static void
each_file_is_found_by_its_names(void **state)
{
	static const char *const execs[] = { ONE, TWO, NONE };
	static const char *const names[] = { "a.txt", "b.txt", "status", "a.tx",
		"a.txt2", "", "../a.txt" };
	struct buf text = { 0 };

	(void)state;
	make_pack();
	remove_folders();
	for (size_t e = 0; e < 3; e++)
		for (size_t i = 0; i < sizeof(names) / sizeof(names[0]); i++) {
			struct exec_file_name name = { data_folder, RUN,
				execs[e], names[i] };
			bool there = (e < 2 && i == 0) || (e == 0 && i == 1) ||
			    (e == 1 && i == 2);

			buf_reset(&text);
			assert_int_equal(
			    exec_file_read_all(&name, 1 << 24, &text),
			    there ? ERR_OK : ERR_NOT_FOUND);
			assert_int_equal(text.len,
			    !there       ? 0
				: i == 0 ? (e == 0 ? PACK_FRAME : LARGE)
				: i == 1 ? 0
					 : 6);
		}
	buf_clear(&text);
}

static void
a_plain_file_comes_before_that_of_the_pack(void **state)
{
	struct exec_file_name name = { data_folder, RUN, ONE, "b.txt" };
	struct buf text = { 0 };

	(void)state;
	make_pack();
	put(ONE, "b.txt", "plain", 5);
	assert_int_equal(exec_file_read_all(&name, 100, &text), ERR_OK);
	assert_string_equal(buf_text(&text), "plain");
	buf_clear(&text);
}

static void
files_are_added_in_order(void **state)
{
	struct pack_writer *w;

	(void)state;
	make_pack();
	w = pack_write_open(data_path("packs/4/1"), RUN);
	assert_int_equal(add(w, TWO, "a.txt"), ERR_OK);
	assert_int_equal(add(w, ONE, "a.txt"), ERR_INVALID);
	assert_int_equal(add(w, TWO, "a.txt"), ERR_INVALID);
	assert_int_equal(add(w, TWO, "status"), ERR_OK);
	pack_write_free(w);
}

static void
a_pack_may_be_empty(void **state)
{
	struct pack *p = NULL;
	struct pack_file file;

	(void)state;
	make_pack();
	assert_int_equal(
	    pack_write_end(pack_write_open(data_path("packs/4/2"), 2)), ERR_OK);
	assert_int_equal(pack_open(data_path("packs/4/2"), &p), ERR_OK);
	assert_int_equal(pack_count(p), 0);
	assert_int_equal(pack_run(p), 2);
	assert_int_equal(pack_check(p), ERR_OK);
	assert_int_equal(pack_find(p, ONE, "a.txt", &file), ERR_NOT_FOUND);
	pack_close(p);
}

/* Opens it, and reads all that it says it has. */
static void
read_all_of(const char *path)
{
	static char block[4096];
	struct pack *p = NULL;
	struct pack_file file;

	if (pack_open(path, &p) != ERR_OK)
		return;
	assert_int_not_equal(pack_check(p), ERR_OK);
	for (int64_t i = 0; i < pack_count(p); i++)
		if (pack_get(p, i, &file) == ERR_OK)
			(void)pack_read(p, &file, block, sizeof(block),
			    file.size > 0 ? file.size - 1 : 0);
	pack_close(p);
}

static void
each_changed_byte_is_noticed(void **state)
{
	struct buf pack = { 0 };
	const char *path;

	(void)state;
	make_pack();
	path = data_path("packs/4/4007");
	assert_int_equal(io_read_file(path, 1 << 24, &pack), ERR_OK);
	for (size_t i = 0; i < pack.len; i += i + 800 < pack.len ? 97 : 1) {
		pack.data[i] ^= 1;
		assert_int_equal(io_write_file(data_path("packs/4/4007"), 0600,
				     pack.data, pack.len),
		    ERR_OK);
		read_all_of(data_path("packs/4/4007"));
		pack.data[i] ^= 1;
	}
	for (size_t len = 0; len < pack.len; len += 1 + len / 7) {
		assert_int_equal(io_write_file(data_path("packs/4/4007"), 0600,
				     pack.data, len),
		    ERR_OK);
		read_all_of(data_path("packs/4/4007"));
	}
	buf_clear(&pack);
}

int
main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test_setup_teardown(
		    ranges_are_those_of_the_file, data_begin, data_end),
		cmocka_unit_test_setup_teardown(
		    each_file_is_found_by_its_names, data_begin, data_end),
		cmocka_unit_test_setup_teardown(
		    a_plain_file_comes_before_that_of_the_pack, data_begin,
		    data_end),
		cmocka_unit_test_setup_teardown(
		    files_are_added_in_order, data_begin, data_end),
		cmocka_unit_test_setup_teardown(
		    a_pack_may_be_empty, data_begin, data_end),
		cmocka_unit_test_setup_teardown(
		    each_changed_byte_is_noticed, data_begin, data_end),
	};
	uint32_t n = 7;
	int failed;

	large = malloc(LARGE);
	for (size_t i = 0; i < LARGE; i++) {
		n = n * 1664525 + 1013904223;
		large[i] = (char)('a' + (n >> 29));
	}
	failed = cmocka_run_group_tests(tests, NULL, NULL);
	free(large);
	return failed;
}
