/*
 * exec_file.c: reads the files of executions.
 *
 * All programs but executor and runner, which have an execution at work, read
 * through these functions, and do not see how a file is stored.
 */
#include <errno.h>
#include <fcntl.h>
#include <stdbool.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

#include "base/buf.h"
#include "base/mem.h"
#include "pack/exec_file.h"

#define BLOCK (64 * 1024)
#define NAME_MOST 79 /* bytes of the name of a file */

struct exec_file {
	int fd;
};

/* No path: begins with a letter or digit, and has no slash. */
static bool
is_name(const char *s)
{
	static const char *const letters =
	    "abcdefghijklmnopqrstuvwxyzABCDEFGHIJKLMNOPQRSTUVWXYZ0123456789";
	size_t len = strspn(s,
	    "abcdefghijklmnopqrstuvwxyzABCDEFGHIJKLMNOPQRSTUVWXYZ0123456789"
	    "._-");

	return len > 0 && len <= NAME_MOST && s[len] == '\0' &&
	    strchr(letters, s[0]) != NULL;
}

/* A regular file; never waits for one that is none. */
static int
open_plain(const struct exec_file_name *name)
{
	char *path = mem_printf(
	    "%s/exec/%s/%s", name->data, name->exec, name->name);
	int fd = open(path, O_RDONLY | O_CLOEXEC | O_NOFOLLOW | O_NONBLOCK);
	struct stat st;

	free(path);
	if (fd < 0 || (fstat(fd, &st) == 0 && S_ISREG(st.st_mode)))
		return fd;
	close(fd);
	errno = EINVAL;
	return -1;
}

enum err
exec_file_open(const struct exec_file_name *name, struct exec_file **ret)
{
	int fd;

	if (!is_name(name->exec) || !is_name(name->name))
		return ERR_NOT_FOUND;
	if ((fd = open_plain(name)) < 0)
		return errno == ENOENT || errno == ENOTDIR ? ERR_NOT_FOUND
							   : ERR_IO;
	*ret = mem_calloc(1, sizeof(**ret));
	(*ret)->fd = fd;
	return ERR_OK;
}

void
exec_file_close(struct exec_file *f)
{
	if (f == NULL)
		return;
	close(f->fd);
	free(f);
}

int64_t
exec_file_size(const struct exec_file *f)
{
	struct stat st;

	return fstat(f->fd, &st) == 0 ? st.st_size : 0;
}

int64_t
exec_file_changed(const struct exec_file *f)
{
	struct stat st;

	return fstat(f->fd, &st) == 0 ? st.st_mtim.tv_sec : 0;
}

ssize_t
exec_file_read(struct exec_file *f, void *data, size_t len, int64_t offset)
{
	size_t done = 0;

	while (done < len) {
		ssize_t n = pread(f->fd, (char *)data + done, len - done,
		    (off_t)offset + (off_t)done);

		if (n < 0 && errno == EINTR)
			continue;
		if (n < 0)
			return -1;
		if (n == 0)
			break;
		done += (size_t)n;
	}
	return (ssize_t)done;
}

enum err
exec_file_read_all(
    const struct exec_file_name *name, size_t max, struct buf *ret)
{
	struct exec_file *f;
	size_t start = ret->len;
	ssize_t n = 0;
	enum err err = exec_file_open(name, &f);

	if (err != ERR_OK)
		return err;
	do {
		ret->len += (size_t)n;
		if (ret->len - start > max)
			err = ERR_TOO_LARGE;
		else if ((n = exec_file_read(f, buf_reserve(ret, BLOCK), BLOCK,
			      (int64_t)(ret->len - start))) < 0)
			err = ERR_IO;
	} while (err == ERR_OK && n > 0);
	if (err != ERR_OK)
		ret->len = start;
	ret->data[ret->len] = '\0';
	exec_file_close(f);
	return err;
}

enum err
exec_file_hash(const struct exec_file_name *name, char out[HASH_TEXT])
{
	char *block;
	struct exec_file *f;
	struct hash *h;
	int64_t at = 0;
	ssize_t n;
	enum err err = exec_file_open(name, &f);

	if (err != ERR_OK)
		return err;
	h = hash_new();
	block = mem_calloc(1, BLOCK);
	while ((n = exec_file_read(f, block, BLOCK, at)) > 0) {
		hash_put(h, block, (size_t)n);
		at += n;
	}
	hash_end(h, n < 0 ? NULL : out);
	free(block);
	exec_file_close(f);
	return n < 0 ? ERR_IO : ERR_OK;
}
