/*
 * exec_file.c: reads the files of executions.
 *
 * A file stands in the folder of its execution or, some time after the run has
 * ended, in the pack of the run.  All programs but executor and runner, which
 * have an execution at work, read through these functions and do not see which.
 */
#include <errno.h>
#include <fcntl.h>
#include <stdlib.h>
#include <sys/stat.h>
#include <unistd.h>

#include "base/buf.h"
#include "base/mem.h"
#include "pack/exec_file.h"
#include "pack/pack.h"

#define BLOCK (64 * 1024)

struct exec_file {
	int fd;            /* of a plain file, or -1 */
	struct pack *pack; /* or it is in there */
	struct pack_file packed;
};

static enum err
not_opened(void)
{
	return errno == ENOENT || errno == ENOTDIR ? ERR_NOT_FOUND : ERR_IO;
}

/* A regular file; never waits for one that is none. */
static enum err
open_plain(const struct exec_file_name *name, struct exec_file *f)
{
	char *path = mem_printf(
	    "%s/exec/%s/%s", name->data, name->exec, name->name);
	struct stat st;

	f->fd = open(path, O_RDONLY | O_CLOEXEC | O_NOFOLLOW | O_NONBLOCK);
	free(path);
	if (f->fd < 0)
		return not_opened();
	return fstat(f->fd, &st) == 0 && S_ISREG(st.st_mode) ? ERR_OK : ERR_IO;
}

static enum err
open_packed(const struct exec_file_name *name, struct exec_file *f)
{
	char *path = pack_path(name->data, name->run);
	enum err err = pack_open(path, &f->pack);

	free(path);
	if (err == ERR_OK)
		err = pack_find(f->pack, name->exec, name->name, &f->packed);
	return err == ERR_INVALID ? ERR_IO : err;
}

/*
 * A file is in its pack before it is removed from its folder.  The other
 * direction (packer/unpack.c) is taken once after a restore, so that the folder
 * is asked again.
 */
enum err
exec_file_open(const struct exec_file_name *name, struct exec_file **ret)
{
	struct exec_file *f;
	enum err err;

	if (!pack_may_name(name->exec) || !pack_may_name(name->name))
		return ERR_NOT_FOUND;
	f = mem_calloc(1, sizeof(*f));
	err = open_plain(name, f);
	if (err == ERR_NOT_FOUND && name->run > 0)
		err = open_packed(name, f);
	if (err == ERR_NOT_FOUND)
		err = open_plain(name, f);
	if (err == ERR_OK)
		*ret = f;
	else
		exec_file_close(f);
	return err;
}

void
exec_file_close(struct exec_file *f)
{
	if (f == NULL)
		return;
	if (f->fd >= 0)
		close(f->fd);
	pack_close(f->pack);
	free(f);
}

int64_t
exec_file_size(const struct exec_file *f)
{
	struct stat st;

	return f->fd < 0             ? f->packed.size
	    : fstat(f->fd, &st) == 0 ? st.st_size
				     : 0;
}

int64_t
exec_file_changed(const struct exec_file *f)
{
	struct stat st;

	return f->fd < 0             ? f->packed.changed
	    : fstat(f->fd, &st) == 0 ? st.st_mtim.tv_sec
				     : 0;
}

ssize_t
exec_file_read(struct exec_file *f, void *data, size_t len, int64_t offset)
{
	size_t done = 0;

	if (f->fd < 0)
		return pack_read(f->pack, &f->packed, data, len, offset);
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
