/*
 * io.c: whole reads and writes, small files, locks, sockets.
 */
#include <errno.h>
#include <fcntl.h>
#include <libgen.h>
#include <linux/openat2.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/file.h>
#include <sys/socket.h>
#include <sys/stat.h>
#include <sys/statvfs.h>
#include <sys/syscall.h>
#include <sys/un.h>
#include <unistd.h>

#include "base/io.h"
#include "base/mem.h"

#define BLOCK 65536 /* bytes that are read at a time */

int
io_write_all(int fd, const void *data, size_t len)
{
	const char *p = data;

	while (len > 0) {
		ssize_t n = write(fd, p, len);

		if (n < 0 && errno == EINTR)
			continue;
		if (n < 0)
			return -1;
		p += n;
		len -= (size_t)n;
	}
	return 0;
}

enum err
io_read_all(int fd, size_t max, struct buf *ret)
{
	enum err err = ERR_OK;
	size_t start = ret->len, room;
	ssize_t n;

	for (;;) {
		/* no more than is allowed, so that a key is not copied */
		room = max - (ret->len - start);
		room = room < BLOCK ? room + 1 : BLOCK;
		n = read(fd, buf_reserve(ret, room), room);
		if (n == 0)
			break;
		if (n < 0 && errno == EINTR)
			continue;
		if (n < 0) {
			err = ERR_IO;
			break;
		}
		ret->len += (size_t)n;
		if (ret->len - start > max) {
			err = ERR_TOO_LARGE;
			break;
		}
	}
	if (err != ERR_OK)
		ret->len = start;
	ret->data[ret->len] = '\0';
	close(fd);
	return err;
}

static enum err
not_opened(void)
{
	return errno == ENOENT || errno == ENOTDIR ? ERR_NOT_FOUND : ERR_IO;
}

enum err
io_read_file(const char *path, size_t max, struct buf *ret)
{
	int fd = open(path, O_RDONLY | O_CLOEXEC);

	return fd < 0 ? not_opened() : io_read_all(fd, max, ret);
}

/* For kernels before 5.6: compares the paths without links. */
static int
open_compared(const char *folder, const char *path)
{
	char *there = mem_printf("%s/%s", folder, path);
	char *root = realpath(folder, NULL), *real = realpath(there, NULL);
	size_t len = root != NULL ? strlen(root) : 0;
	int fd = -1;

	if (root != NULL && real != NULL) {
		errno = EXDEV;
		if (strncmp(real, root, len) == 0 &&
		    (real[len] == '/' || len == 1))
			fd = open(real,
			    O_RDONLY | O_CLOEXEC | O_NONBLOCK | O_NOFOLLOW);
	}
	free(there);
	free(root);
	free(real);
	return fd;
}

int
io_open_beneath(const char *folder, const char *path, bool links)
{
	struct open_how how = { .flags = O_RDONLY | O_CLOEXEC | O_NONBLOCK,
		.resolve = RESOLVE_BENEATH |
		    (links ? RESOLVE_NO_MAGICLINKS : RESOLVE_NO_SYMLINKS) };
	int at = open(folder, O_PATH | O_DIRECTORY | O_CLOEXEC), fd, error;

	if (at < 0)
		return -1;
	fd = (int)syscall(SYS_openat2, at, path, &how, sizeof(how));
	if (fd < 0 && errno == ENOSYS && links)
		fd = open_compared(folder, path);
	error = errno;
	close(at);
	errno = error;
	return fd;
}

enum err
io_read_beneath(
    const char *folder, const char *path, size_t max, struct buf *ret)
{
	int fd = io_open_beneath(folder, path, true);

	if (fd >= 0)
		return io_read_all(fd, max, ret);
	return errno == EXDEV ? ERR_FORBIDDEN : not_opened();
}

int
io_sync_folder_of(const char *path)
{
	char *copy = mem_strdup(path);
	int fd = open(dirname(copy), O_RDONLY | O_DIRECTORY | O_CLOEXEC);
	int ok = -1;

	free(copy);
	if (fd >= 0) {
		ok = fsync(fd);
		close(fd);
	}
	return ok;
}

enum err
io_write_file(const char *path, mode_t mode, const void *data, size_t len)
{
	char *temporary = mem_printf("%s.%d.new", path, (int)getpid());
	enum err err = ERR_IO;
	int fd;

	fd = open(temporary, O_WRONLY | O_CREAT | O_TRUNC | O_CLOEXEC, mode);
	if (fd < 0)
		goto out;
	if (fchmod(fd, mode) == 0 && io_write_all(fd, data, len) == 0 &&
	    fsync(fd) == 0)
		err = ERR_OK;
	if (close(fd) != 0)
		err = ERR_IO;
	if (err == ERR_OK &&
	    (rename(temporary, path) != 0 || io_sync_folder_of(path) != 0))
		err = ERR_IO;
	if (err != ERR_OK)
		unlink(temporary);
out:
	free(temporary);
	return err;
}

enum err
io_mkdirs(const char *path, mode_t mode)
{
	char *copy = mem_strdup(path);
	struct stat st;
	enum err err;

	for (char *p = copy + 1; *p != '\0'; p++) {
		if (*p != '/')
			continue;
		*p = '\0';
		(void)mkdir(copy, mode);
		*p = '/';
	}
	(void)mkdir(copy, mode);
	err = stat(copy, &st) == 0 && S_ISDIR(st.st_mode) ? ERR_OK : ERR_IO;
	free(copy);
	return err;
}

int
io_lock(const char *path)
{
	int fd = open(path, O_RDWR | O_CREAT | O_CLOEXEC, 0600);

	if (fd >= 0 && flock(fd, LOCK_EX | LOCK_NB) != 0) {
		int saved = errno;

		close(fd);
		errno = saved;
		return -1;
	}
	return fd;
}

bool
io_is_locked(const char *path)
{
	int fd = open(path, O_RDONLY | O_CLOEXEC);
	bool locked;

	if (fd < 0)
		return false;
	locked = flock(fd, LOCK_SH | LOCK_NB) != 0 && errno == EWOULDBLOCK;
	close(fd);
	return locked;
}

static int
unix_socket(const char *path, struct sockaddr_un *ret_address)
{
	if (strlen(path) >= sizeof(ret_address->sun_path)) {
		errno = ENAMETOOLONG;
		return -1;
	}
	*ret_address = (struct sockaddr_un){ .sun_family = AF_UNIX };
	memcpy(ret_address->sun_path, path, strlen(path) + 1);
	return socket(AF_UNIX, SOCK_STREAM | SOCK_CLOEXEC, 0);
}

int
io_listen(const char *path, mode_t mode)
{
	struct sockaddr_un address;
	int fd = unix_socket(path, &address);

	if (fd < 0)
		return -1;
	unlink(path);
	if (bind(fd, (struct sockaddr *)&address, sizeof(address)) != 0 ||
	    chmod(path, mode) != 0 || listen(fd, 1024) != 0) {
		int saved = errno;

		close(fd);
		errno = saved;
		return -1;
	}
	return fd;
}

int
io_connect(const char *path)
{
	struct sockaddr_un address;
	int fd = unix_socket(path, &address);

	if (fd < 0)
		return -1;
	if (connect(fd, (struct sockaddr *)&address, sizeof(address)) != 0) {
		int saved = errno;

		close(fd);
		errno = saved;
		return -1;
	}
	return fd;
}

int
io_set_nonblocking(int fd, bool on)
{
	int flags = fcntl(fd, F_GETFL);

	if (flags < 0)
		return -1;
	return fcntl(
	    fd, F_SETFL, on ? flags | O_NONBLOCK : flags & ~O_NONBLOCK);
}

unsigned long long
io_free_space(const char *path)
{
	struct statvfs st;

	if (statvfs(path, &st) != 0)
		return 0;
	return (unsigned long long)st.f_bavail * st.f_frsize;
}
