/*
 * head_tail.c: a file that keeps its beginning and its end.
 *
 * While it grows, a hole moves along behind the newest bytes: readers that
 * follow by offset do not notice, and the disk holds about `limit` bytes.  At
 * its end, beginning, notice and end are copied into a new file that takes its
 * name.  A ring of two files was rejected: offsets would no longer identify
 * the same byte.  On a file system that cannot punch holes the file uses its
 * whole length until it is closed.
 */
#include <errno.h>
#include <fcntl.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

#include "base/io.h"
#include "base/mem.h"
#include "executor/output/head_tail.h"

#define BLOCK 4096

struct head_tail {
	char *path;
	int fd;
	int64_t limit;
	int64_t size;
	int64_t hole_from; /* 0: nothing was dropped */
	int64_t hole_to;
	int64_t cut;       /* where the hole will begin, 0: unknown */
	struct hash *hash; /* of all bytes; NULL: there is none */
};

struct head_tail *
head_tail_open(const char *path, int64_t limit)
{
	int fd = open(path, O_RDWR | O_CREAT | O_TRUNC | O_CLOEXEC, 0640);
	struct head_tail *b;

	if (fd < 0)
		return NULL;
	b = mem_calloc(1, sizeof(*b));
	b->path = mem_strdup(path);
	b->fd = fd;
	b->limit = limit;
	b->hash = hash_new();
	return b;
}

/* Stores the last line end before half of the limit is passed. */
static void
find_cut(struct head_tail *b, const char *data, size_t len)
{
	int64_t room = b->limit / 2 - b->size;
	const char *eol;

	if (b->cut > 0 || room >= (int64_t)len)
		return;
	eol = room > 0 ? memrchr(data, '\n', (size_t)room) : NULL;
	b->cut = b->size + (eol != NULL ? eol + 1 - data : 0);
	if (b->cut == 0)
		b->cut = b->size + (int64_t)len;
}

static void
drop_hash(struct head_tail *b)
{
	hash_end(b->hash, NULL);
	b->hash = NULL;
}

static void
punch(struct head_tail *b)
{
	int64_t from = b->hole_to > 0 ? b->hole_to : b->cut;
	int64_t to = (b->size - b->limit / 2) & ~(int64_t)(BLOCK - 1);
	int64_t step = b->limit / 8 < 1 << 20 ? b->limit / 8 : 1 << 20;

	if (b->size <= b->limit || to - from < step)
		return;
	b->hole_from = b->cut;
	b->hole_to = to;
	drop_hash(b); /* that of another file will be needed */
	(void)fallocate(
	    b->fd, FALLOC_FL_PUNCH_HOLE | FALLOC_FL_KEEP_SIZE, from, to - from);
}

static void
put_hash(struct head_tail *b, const void *data, size_t len)
{
	if (b->hash != NULL)
		hash_put(b->hash, data, len);
}

enum err
head_tail_put(struct head_tail *b, const char *data, size_t len)
{
	if (len == 0)
		return ERR_OK;
	find_cut(b, data, len);
	if (io_write_all(b->fd, data, len) != 0) {
		drop_hash(b);
		return ERR_IO;
	}
	b->size += (int64_t)len;
	put_hash(b, data, len);
	punch(b);
	return ERR_OK;
}

enum err
head_tail_sync(struct head_tail *b)
{
	return fdatasync(b->fd) == 0 ? ERR_OK : ERR_IO;
}

int64_t
head_tail_size(const struct head_tail *b)
{
	return b->size;
}

/* The first position at or after the hole where the text may continue. */
static int64_t
tail_start(struct head_tail *b)
{
	char block[64 * 1024], *eol;
	int64_t at = b->hole_to;
	ssize_t n;
	size_t i = 0;

	while (at < b->size && at < b->hole_to + (1 << 20) &&
	    (n = pread(b->fd, block, sizeof(block), at)) > 0) {
		if ((eol = memchr(block, '\n', (size_t)n)) != NULL)
			return at + (eol + 1 - block);
		at += n;
	}
	/* One endless line: continue at a character boundary at least. */
	n = pread(b->fd, block, 4, b->hole_to);
	while (n > 0 && i < (size_t)n && (block[i] & 0xc0) == 0x80)
		i++;
	return b->hole_to + (int64_t)i;
}

static enum err
write_hashed(struct head_tail *b, int to, const char *data, size_t len)
{
	put_hash(b, data, len);
	return io_write_all(to, data, len) == 0 ? ERR_OK : ERR_IO;
}

static enum err
copy_range(struct head_tail *b, int to, int64_t from, int64_t upto)
{
	char *block = mem_calloc(1, 256 * 1024);
	enum err err = ERR_OK;

	while (from < upto && err == ERR_OK) {
		size_t want = upto - from < 256 * 1024 ? (size_t)(upto - from)
						       : 256 * 1024;
		ssize_t n = pread(b->fd, block, want, from);

		if (n <= 0 || write_hashed(b, to, block, (size_t)n) != ERR_OK)
			err = ERR_IO;
		from += n;
	}
	free(block);
	return err;
}

static enum err
compact(struct head_tail *b, const char *notice, int64_t tail)
{
	char *temporary = mem_printf("%s.new", b->path);
	enum err err = ERR_IO;
	int to;

	to = open(temporary, O_WRONLY | O_CREAT | O_TRUNC | O_CLOEXEC, 0640);
	if (to < 0)
		goto out;
	b->hash = hash_new();
	if (copy_range(b, to, 0, b->hole_from) == ERR_OK &&
	    write_hashed(b, to, notice, strlen(notice)) == ERR_OK &&
	    copy_range(b, to, tail, b->size) == ERR_OK && fdatasync(to) == 0 &&
	    rename(temporary, b->path) == 0)
		err = ERR_OK;
	close(to);
	if (err != ERR_OK)
		unlink(temporary);
out:
	free(temporary);
	return err;
}

/* Replaces the dropped bytes by the notice. */
static enum err
close_gap(struct head_tail *b, head_tail_notice notice, void *ctx,
    struct head_tail_end *ret)
{
	int64_t tail = tail_start(b);
	char next[64] = "";
	const char *text;

	ret->from = b->hole_from;
	ret->dropped = tail - b->hole_from;
	if (pread(b->fd, next, sizeof(next) - 1, tail) < 0)
		return ERR_IO;
	text = notice(ctx, ret->dropped, next);
	ret->notice = (int64_t)strlen(text);
	ret->bytes += ret->notice - ret->dropped;
	return compact(b, text, tail);
}

enum err
head_tail_close(struct head_tail *b, head_tail_notice notice, void *ctx,
    struct head_tail_end *ret)
{
	enum err err = ERR_OK;

	*ret = (struct head_tail_end){ .bytes = b->size };
	if (b->hole_from > 0)
		err = close_gap(b, notice, ctx, ret);
	else if (fdatasync(b->fd) != 0)
		err = ERR_IO;
	hash_end(b->hash, err == ERR_OK && b->hash != NULL ? ret->hash : NULL);
	close(b->fd);
	free(b->path);
	free(b);
	return err;
}
