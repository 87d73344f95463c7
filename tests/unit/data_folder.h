/*
 * data_folder.h: a data folder of a test's own, below /tmp, with real files in
 * it.
 */
#ifndef TESTS_UNIT_DATA_FOLDER_H
#define TESTS_UNIT_DATA_FOLDER_H

#include <stdarg.h>
#include <setjmp.h>
#include <sqlite3.h>
#include <stddef.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>
#include <cmocka.h>

#include "base/io.h"

#define DATA_FOLDER "/tmp/cs-unit-XXXXXX"

static char data_folder[sizeof(DATA_FOLDER)];

/* The path of a file in the folder; valid until the fourth call after it. */
static inline const char *
data_path(const char *name)
{
	static char paths[4][300];
	static unsigned next;
	char *path = paths[next++ % 4];

	snprintf(path, sizeof(paths[0]), "%s/%s", data_folder, name);
	return path;
}

static inline void
data_write(const char *name, const char *text)
{
	assert_int_equal(
	    io_write_file(data_path(name), 0600, text, strlen(text)), ERR_OK);
}

/* The text of a file; the caller frees it. */
static inline char *
data_read(const char *name)
{
	struct buf text = { 0 };

	if (io_read_file(data_path(name), 1 << 24, &text) != ERR_OK)
		fail_msg("%s cannot be read", data_path(name));
	return buf_take(&text);
}

/* The text stands in the file, which may have any bytes. */
static inline bool
data_has(const char *name, const char *text)
{
	struct buf all = { 0 };
	bool has;

	if (io_read_file(data_path(name), 1 << 24, &all) != ERR_OK)
		fail_msg("%s cannot be read", data_path(name));
	has = memmem(all.data, all.len, text, strlen(text)) != NULL;
	buf_clear(&all);
	return has;
}

/* Changes the database behind the back of all programs. */
static inline void
data_sql(const char *sql)
{
	sqlite3 *db = NULL;
	char *why = NULL;

	assert_int_equal(
	    sqlite3_open(data_path("countersign.db"), &db), SQLITE_OK);
	if (sqlite3_exec(db, sql, NULL, NULL, &why) != SQLITE_OK)
		fail_msg("%s: %s", sql, why);
	sqlite3_close(db);
}

/* A fixture of cmocka, as is data_end(). */
static inline int
data_begin(void **state)
{
	static const char *const folders[] = { "keys", "run", "exec", "books" };

	(void)state;
	memcpy(data_folder, DATA_FOLDER, sizeof(DATA_FOLDER));
	assert_non_null(mkdtemp(data_folder));
	for (size_t i = 0; i < sizeof(folders) / sizeof(folders[0]); i++)
		assert_int_equal(mkdir(data_path(folders[i]), 0700), 0);
	return 0;
}

static inline int
data_end(void **state)
{
	char command[sizeof(DATA_FOLDER) + 8];

	(void)state;
	snprintf(command, sizeof(command), "rm -r %s", data_folder);
	return system(command);
}

/* The path of a program, in the folder above that of the tests; static. */
static inline const char *
program_path(const char *name)
{
	static char path[4200];
	ssize_t n = readlink("/proc/self/exe", path, 4096);
	char *slash;

	assert_true(n > 0);
	path[n] = '\0';
	slash = strrchr(path, '/');
	snprintf(slash, sizeof(path) - (size_t)(slash - path), "/../%s", name);
	return path;
}

#endif
