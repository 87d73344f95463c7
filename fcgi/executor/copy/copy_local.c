/*
 * copy_local.c: an end of a copy on this machine.
 *
 * It has access to the files that a script of the same step has: with its
 * user's rights, and without the data folder (confine.h), also not by /proc.
 */
#include <dirent.h>
#include <errno.h>
#include <fcntl.h>
#include <limits.h>
#include <linux/openat2.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <sys/statvfs.h>
#include <sys/syscall.h>
#include <unistd.h>

#include "base/io.h"
#include "base/mem.h"
#include "executor/copy/copy_end.h"

#define CHUNK (256 * 1024)

/* Maps the result of a system call, on failure by errno. */
static enum copy_err
finish(struct copy_end *e, bool ok)
{
	int error = errno;

	confine_files_own();
	if (ok)
		return COPY_OK;
	buf_reset(&e->error);
	buf_puts(&e->error, strerror(error));
	return error == ENOENT || error == ENOTDIR ? COPY_ABSENT : COPY_FAILED;
}

/*
 * Begins an operation on a path; finish() ends it. /proc/self/cwd and similar
 * links would bypass the covers.
 */
static bool
may_go(struct copy_end *e, const char *path)
{
	struct open_how how = { .flags = O_PATH | O_CLOEXEC,
		.resolve = RESOLVE_NO_MAGICLINKS };
	char *folder = mem_strdup(path);
	long fd;

	confine_files_as(&e->who);
	*(strrchr(folder, '/') + 1) = '\0';
	fd = syscall(SYS_openat2, AT_FDCWD, path, &how, sizeof(how));
	if (fd < 0 && errno != ELOOP && errno != ENOSYS)
		fd = syscall(SYS_openat2, AT_FDCWD, folder, &how, sizeof(how));
	free(folder);
	if (fd >= 0)
		close((int)fd);
	return fd >= 0 || errno != ELOOP;
}

static enum copy_err
local_open(struct copy_end *e)
{
	if (confine_forbidden(&e->error) ||
	    !confine_choose(NULL, &e->who, &e->error) ||
	    !confine_view(&e->who, &e->error))
		return copy_end_result(e, SSH_REFUSED);
	e->chunk = mem_calloc(1, CHUNK);
	return COPY_OK;
}

static void
local_close(struct copy_end *e)
{
	if (e->fd >= 0)
		close(e->fd);
	e->fd = -1;
}

static enum copy_err
local_stat(
    struct copy_end *e, const char *path, bool follow, struct copy_stat *ret)
{
	struct stat st = { 0 };
	enum copy_err err = finish(e,
	    may_go(e, path) &&
		fstatat(AT_FDCWD, path, &st,
		    follow ? 0 : AT_SYMLINK_NOFOLLOW) == 0);

	*ret = (struct copy_stat){ st.st_mode, st.st_uid, st.st_size,
		st.st_mtim.tv_sec };
	return err;
}

static enum copy_err
local_real(struct copy_end *e, const char *path, struct buf *ret)
{
	char *real = may_go(e, path) ? realpath(path, NULL) : NULL;
	enum copy_err err = finish(e, real != NULL);

	if (real != NULL) {
		buf_reset(ret);
		buf_puts(ret, real);
	}
	free(real);
	return err;
}

static enum copy_err
local_list(struct copy_end *e, const char *path, copy_name_fn fn, void *ctx)
{
	DIR *d = may_go(e, path) ? opendir(path) : NULL;
	struct dirent *entry;
	enum copy_err err;

	if (d == NULL)
		return finish(e, false);
	while (errno = 0, (entry = readdir(d)) != NULL)
		if (strcmp(entry->d_name, ".") != 0 &&
		    strcmp(entry->d_name, "..") != 0)
			fn(ctx, entry->d_name, strlen(entry->d_name));
	err = finish(e, errno == 0);
	closedir(d);
	return err;
}

static enum copy_err
local_readlink(struct copy_end *e, const char *path, struct buf *ret)
{
	char content[PATH_MAX];
	ssize_t n = may_go(e, path) ? readlink(path, content, sizeof(content))
				    : -1;
	enum copy_err err = finish(e, n >= 0);

	if (n < 0)
		return err;
	buf_reset(ret);
	buf_put(ret, content, (size_t)n);
	return COPY_OK;
}

static enum copy_err
local_symlink(struct copy_end *e, const char *path, const char *content)
{
	return finish(e, may_go(e, path) && symlink(content, path) == 0);
}

static enum copy_err
local_mkdir(struct copy_end *e, const char *path)
{
	return finish(e, may_go(e, path) && mkdir(path, 0777) == 0);
}

static enum copy_err
local_remove(struct copy_end *e, const char *path)
{
	return finish(e, may_go(e, path) && unlink(path) == 0);
}

/* The rename is durable when it returns. */
static enum copy_err
local_rename(struct copy_end *e, const char *from, const char *to)
{
	char *folder = mem_strndup(to, (size_t)(strrchr(to, '/') - to) + 1);
	enum copy_err err = finish(
	    e, may_go(e, from) && may_go(e, to) && rename(from, to) == 0);
	int fd = open(folder, O_RDONLY | O_DIRECTORY | O_CLOEXEC);

	if (fd >= 0) {
		(void)fsync(fd); /* some file systems cannot */
		close(fd);
	}
	free(folder);
	return err;
}

static enum copy_err
local_set(struct copy_end *e, const char *path, uint32_t mode, int64_t mtime)
{
	const struct timespec times[2] = { { mtime, 0 }, { mtime, 0 } };

	return finish(e,
	    may_go(e, path) && chmod(path, mode & 07777) == 0 &&
		utimensat(AT_FDCWD, path, times, 0) == 0);
}

static int64_t
local_space(struct copy_end *e, const char *folder)
{
	struct statvfs v;

	(void)e;
	return statvfs(folder, &v) == 0 ? (int64_t)(v.f_bavail * v.f_frsize)
					: -1;
}

static enum copy_err
local_read(struct copy_end *e, const char *path, int64_t from, int64_t size)
{
	e->fd = may_go(e, path) ? open(path, O_RDONLY | O_CLOEXEC | O_NONBLOCK)
				: -1;
	e->left = size - from;
	return finish(e, e->fd >= 0 && lseek(e->fd, from, SEEK_SET) == from);
}

static enum copy_err
local_next(struct copy_end *e, const char **ret, size_t *ret_len)
{
	ssize_t n = 0;

	if (e->left > 0)
		n = read(
		    e->fd, e->chunk, e->left < CHUNK ? (size_t)e->left : CHUNK);
	*ret = e->chunk;
	*ret_len = n > 0 ? (size_t)n : 0;
	e->left -= n > 0 ? n : 0;
	return finish(e, n >= 0);
}

static enum copy_err
local_write(struct copy_end *e, const char *path, int64_t from)
{
	e->fd = may_go(e, path) ? open(path,
				      O_WRONLY | O_CLOEXEC | O_NOFOLLOW |
					  (from > 0 ? 0 : O_CREAT | O_EXCL),
				      0600)
				: -1;
	e->left = 0;
	return finish(e, e->fd >= 0 && lseek(e->fd, from, SEEK_SET) == from);
}

static enum copy_err
local_put(struct copy_end *e, const char *data, size_t len)
{
	return finish(e, io_write_all(e->fd, data, len) == 0);
}

static enum copy_err
local_end(struct copy_end *e, uint32_t mode, int64_t mtime)
{
	const struct timespec times[2] = { { mtime, 0 }, { mtime, 0 } };
	enum copy_err err = COPY_OK;

	if (e->fd < 0)
		return COPY_OK;
	if (mode != 0)
		err = finish(e,
		    fchmod(e->fd, mode & 07777) == 0 &&
			futimens(e->fd, times) == 0 && fsync(e->fd) == 0);
	if (close(e->fd) != 0 && err == COPY_OK)
		err = finish(e, false);
	e->fd = -1;
	return err;
}

const struct copy_ops copy_local = {
	local_open,
	local_close,
	local_stat,
	local_real,
	local_list,
	local_readlink,
	local_symlink,
	local_mkdir,
	local_remove,
	local_rename,
	local_set,
	local_space,
	local_read,
	local_next,
	local_write,
	local_put,
	local_end,
};
