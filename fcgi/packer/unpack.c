/*
 * unpack.c: gives open runs the folders of their executions back.
 *
 * A restored database may be older than the packs.  The runner then looks for
 * the status of executions that were under way when the database was copied,
 * and executors for artifacts: both in folders.  The pack goes when all of its
 * files stand there durably.
 */
#include <errno.h>
#include <fcntl.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

#include "base/io.h"
#include "base/log.h"
#include "base/mem.h"
#include "base/modes.h"
#include "journal/db.h"
#include "pack/pack.h"
#include "packer/unpack.h"
#include "wire/exec.h"

#define BLOCK (64 * 1024)

static bool
copy_out(struct pack *pack, const struct pack_file *file, int fd)
{
	struct timespec times[2] = { { .tv_nsec = UTIME_OMIT },
		{ .tv_sec = file->changed } };
	char *block = mem_calloc(1, BLOCK);
	int64_t at = 0;
	ssize_t n;

	while ((n = pack_read(pack, file, block, BLOCK, at)) > 0 &&
	    io_write_all(fd, block, (size_t)n) == 0)
		at += n;
	free(block);
	return n == 0 && futimens(fd, times) == 0 && fsync(fd) == 0;
}

/* A file that is there stays: it was there when the pack was made, or since. */
static bool
restore_file(
    struct pack *pack, const struct pack_file *file, const char *folder)
{
	char *path = mem_printf("%s/%s", folder, file->name);
	char *temporary = mem_printf("%s/unpacked", folder);
	mode_t mode = strcmp(file->name, EXEC_STATUS) == 0 ? MODES_PRIVATE_FILE
							   : MODES_SHARED_FILE;
	bool ok = access(path, F_OK) == 0;
	int fd = -1;

	if (!ok)
		fd = open(
		    temporary, O_WRONLY | O_CREAT | O_TRUNC | O_CLOEXEC, mode);
	if (fd >= 0) {
		ok = fchmod(fd, mode) == 0 && copy_out(pack, file, fd) &&
		    rename(temporary, path) == 0;
		close(fd);
	}
	if (ok)
		ok = io_sync_folder_of(path) == 0;
	free(temporary);
	free(path);
	return ok;
}

static bool
restore_files(struct pack *pack, const char *data)
{
	struct pack_file file;
	bool ok = true;

	for (int64_t i = 0; ok && i < pack_count(pack); i++) {
		char *folder;

		if (pack_get(pack, i, &file) != ERR_OK)
			return false;
		folder = mem_printf("%s/exec/%s", data, file.exec);
		ok = modes_make_folder(folder, MODES_SHARED_FOLDER) == ERR_OK &&
		    restore_file(pack, &file, folder) &&
		    io_sync_folder_of(folder) == 0;
		free(folder);
	}
	return ok;
}

static bool
unpack_run(const char *data, int64_t run)
{
	char *path = pack_path(data, run);
	struct pack *pack = NULL;
	enum err err = pack_open(path, &pack);
	bool ok = err == ERR_NOT_FOUND;

	if (err == ERR_OK && restore_files(pack, data))
		ok = unlink(path) == 0 && io_sync_folder_of(path) == 0;
	if (ok && err == ERR_OK)
		log_info("run %lld: its executions are unpacked, as it is open",
		    (long long)run);
	else if (!ok)
		log_warn("run %lld: its executions cannot be unpacked: %s",
		    (long long)run,
		    err == ERR_INVALID ? "the pack is damaged"
				       : strerror(errno));
	pack_close(pack);
	free(path);
	return ok;
}

bool
unpack_open_runs(struct db *db, const char *data)
{
	struct rows *rows;
	bool all = true;

	(void)db_begin(db);
	rows = db_query(db, STMT_RUNS_OPEN);
	while (db_next(rows))
		all = unpack_run(data, db_int(rows, "id")) && all;
	db_done(rows);
	return db_end(db, ERR_OK) == ERR_OK && all;
}
