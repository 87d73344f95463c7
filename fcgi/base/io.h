/*
 * io.h: whole reads and writes, small files, locks.  Functions that return
 * int or ssize_t return -1 with errno set on failure.
 */
#ifndef BASE_IO_H
#define BASE_IO_H

#include <stdbool.h>
#include <stddef.h>
#include <sys/types.h>

#include "base/buf.h"
#include "base/err.h"

/* Writes all of it; handles short writes and EINTR. */
int io_write_all(int fd, const void *data, size_t len);

/*
 * Appends the file's content to *ret.  ERR_NOT_FOUND, ERR_TOO_LARGE (over
 * `max` bytes; nothing is appended) or ERR_IO.
 */
enum err io_read_file(const char *path, size_t max, struct buf *ret);

/* The same from the descriptor's position on; it closes the descriptor. */
enum err io_read_all(int fd, size_t max, struct buf *ret);

/*
 * Opens a file or folder below the folder for reading.  `links`: a symbolic
 * link on the way may lead to another place in the folder; -1 with errno EXDEV
 * if one leads out of it, or is absolute.  Otherwise none may: ELOOP.
 */
int io_open_beneath(const char *folder, const char *path, bool links);

/* Reads such a file with links.  As io_read_file(), or ERR_FORBIDDEN: EXDEV. */
enum err io_read_beneath(
    const char *folder, const char *path, size_t max, struct buf *ret);

/* Replaces the file durably: temporary name, fsync, rename, fsync of folder. */
enum err io_write_file(
    const char *path, mode_t mode, const void *data, size_t len);

/* Makes the entries of the folder that a path stands in durable. */
int io_sync_folder_of(const char *path);

/* mkdir -p; existing folders are left as they are. */
enum err io_mkdirs(const char *path, mode_t mode);

/*
 * Opens (and creates) the file and locks it for this process, without waiting.
 * The descriptor, close-on-exec, holds the lock; -1 with errno EWOULDBLOCK if
 * another process holds it.
 */
int io_lock(const char *path);

/* True if some process holds the lock of io_lock(path). */
bool io_is_locked(const char *path);

/*
 * Listens on a stream socket in the file system (mode; replaces an existing
 * file), or connects to one.  Close-on-exec.
 */
int io_listen(const char *path, mode_t mode);
int io_connect(const char *path);

int io_set_nonblocking(int fd, bool on);

/* Bytes free for an ordinary user in the file system of `path`, or 0. */
unsigned long long io_free_space(const char *path);

#endif
