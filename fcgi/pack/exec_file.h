/*
 * exec_file.h: reads the files of executions (wire/exec.h).
 */
#ifndef PACK_EXEC_FILE_H
#define PACK_EXEC_FILE_H

#include <stddef.h>
#include <stdint.h>
#include <sys/types.h>

#include "base/err.h"
#include "base/hash.h"

struct buf;

/* One file, of one execution of the run. */
struct exec_file_name {
	const char *data; /* the data folder */
	int64_t run;
	const char *exec;
	const char *name; /* "TARGET.txt" */
};

struct exec_file;

/*
 * Opens the file.  Exec and name are checked, and are never paths.
 * ERR_NOT_FOUND or ERR_IO.  The caller closes *ret.
 */
enum err exec_file_open(
    const struct exec_file_name *name, struct exec_file **ret);

/* NULL is legal. */
void exec_file_close(struct exec_file *f);

/* The bytes that it has now: a file of an open run may grow. */
int64_t exec_file_size(const struct exec_file *f);

/* The time of its last change, in seconds since 1970. */
int64_t exec_file_changed(const struct exec_file *f);

/*
 * Reads at an offset, and less than `len` bytes only where the file ends.  -1
 * with errno; EBADMSG if what is stored is damaged.
 */
ssize_t exec_file_read(
    struct exec_file *f, void *data, size_t len, int64_t offset);

/* Appends the whole file.  As exec_file_open(), or ERR_TOO_LARGE. */
enum err exec_file_read_all(
    const struct exec_file_name *name, size_t max, struct buf *ret);

/* The hash of the whole file, in hex.  As exec_file_open(). */
enum err exec_file_hash(const struct exec_file_name *name, char out[HASH_TEXT]);

#endif
