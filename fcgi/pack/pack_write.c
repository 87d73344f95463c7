/*
 * pack_write.c: writes a pack.
 *
 * The content goes through one buffer of the size of a frame.  The records,
 * which stand behind it, are kept in memory until then: 128 bytes a file.
 */
#include <errno.h>
#include <fcntl.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>
#include <zstd.h>

#include "base/buf.h"
#include "base/io.h"
#include "base/mem.h"
#include "base/modes.h"
#include "base/text.h"
#include "pack/exec_file.h"
#include "pack/pack.h"
#include "pack/pack_bytes.h"
#include "pack/pack_write.h"

struct pack_writer {
	int fd;
	int64_t run;
	int64_t content; /* bytes of it so far */
	int64_t end;     /* bytes of the pack */
	size_t used;     /* of text */
	char *text;      /* of the frame that is being filled */
	char *packed;
	ZSTD_CCtx *zstd;
	struct hash *hash;
	struct buf records;
	struct buf ends;
};

void
pack_write_free(struct pack_writer *w)
{
	if (w == NULL)
		return;
	close(w->fd);
	ZSTD_freeCCtx(w->zstd);
	hash_end(w->hash, NULL);
	buf_clear(&w->records);
	buf_clear(&w->ends);
	free(w->text);
	free(w->packed);
	free(w);
}

static bool
put(struct pack_writer *w, const void *data, size_t len)
{
	hash_put(w->hash, data, len);
	w->end += (int64_t)len;
	return io_write_all(w->fd, data, len) == 0;
}

struct pack_writer *
pack_write_open(const char *path, int64_t run)
{
	int fd = open(
	    path, O_WRONLY | O_CREAT | O_TRUNC | O_CLOEXEC, MODES_PRIVATE_FILE);
	struct pack_writer *w;

	if (fd < 0)
		return NULL;
	w = mem_calloc(1, sizeof(*w));
	*w = (struct pack_writer){ .fd = fd,
		.run = run,
		.hash = hash_new(),
		.zstd = ZSTD_createCCtx(),
		.text = mem_calloc(1, PACK_FRAME),
		.packed = mem_calloc(1, ZSTD_COMPRESSBOUND(PACK_FRAME)) };
	ZSTD_CCtx_setParameter(w->zstd, ZSTD_c_checksumFlag, 1);
	if (fchmod(fd, MODES_SHARED_FILE) == 0 &&
	    put(w, PACK_MAGIC, strlen(PACK_MAGIC)))
		return w;
	pack_write_free(w);
	return NULL;
}

static bool
end_frame(struct pack_writer *w)
{
	unsigned char end[8];
	size_t n;

	if (w->used == 0)
		return true;
	n = ZSTD_compress2(w->zstd, w->packed, ZSTD_COMPRESSBOUND(PACK_FRAME),
	    w->text, w->used);
	errno = ENOMEM; /* nothing else can fail with a buffer of this size */
	if (ZSTD_isError(n) || !put(w, w->packed, n))
		return false;
	pack_put_number(end, w->end);
	buf_put(&w->ends, end, sizeof(end));
	w->used = 0;
	return true;
}

/* False with errno. */
static bool
put_content(struct pack_writer *w, struct exec_file *from, int64_t size,
    struct hash *hash)
{
	int64_t at = 0;

	while (at < size) {
		size_t room = PACK_FRAME - w->used;
		ssize_t n;

		if ((int64_t)room > size - at)
			room = (size_t)(size - at);
		n = exec_file_read(from, w->text + w->used, room, at);
		if (n == 0)
			errno = EIO; /* it has become shorter */
		if (n <= 0)
			return false;
		hash_put(hash, w->text + w->used, (size_t)n);
		at += n;
		w->used += (size_t)n;
		if (w->used == PACK_FRAME && !end_frame(w))
			return false;
	}
	return true;
}

/* The record that follows the last one. */
static bool
add_record(struct pack_writer *w, const char *exec, const char *name,
    int64_t size, int64_t changed)
{
	unsigned char r[PACK_RECORD] = { 0 }, hash[HASH_BYTES];
	unsigned char *numbers = r + PACK_EXEC + PACK_NAME;
	size_t before = w->records.len;

	if (!pack_may_name(name) || strlen(exec) != 2 * PACK_EXEC ||
	    !text_unhex(exec, r, PACK_EXEC))
		return false;
	memcpy(r + PACK_EXEC, name, strlen(name));
	if (before > 0 &&
	    memcmp(w->records.data + before - PACK_RECORD, r,
		PACK_EXEC + PACK_NAME) >= 0)
		return false;
	pack_put_number(numbers, w->content);
	pack_put_number(numbers + 8, size);
	pack_put_number(numbers + 16, changed);
	hash_two(r, PACK_RECORD - 8, NULL, 0, hash);
	memcpy(r + PACK_RECORD - 8, hash, 8);
	buf_put(&w->records, r, sizeof(r));
	w->content += size;
	return true;
}

enum err
pack_write_add(struct pack_writer *w, const char *exec, const char *name,
    struct exec_file *from, char ret_hash[HASH_TEXT])
{
	int64_t size = exec_file_size(from);
	struct hash *hash;
	bool ok;

	if (!add_record(w, exec, name, size, exec_file_changed(from)))
		return ERR_INVALID;
	hash = hash_new();
	ok = put_content(w, from, size, hash);
	hash_end(hash, ok ? ret_hash : NULL);
	return ok ? ERR_OK : ERR_IO;
}

enum err
pack_write_end(struct pack_writer *w)
{
	unsigned char trailer[PACK_TRAILER], stored[HASH_BYTES];
	size_t numbers = PACK_TRAILER - HASH_BYTES;
	char hash[HASH_TEXT];
	bool ok = end_frame(w);

	pack_put_number(trailer, w->run);
	pack_put_number(trailer + 8, (int64_t)(w->records.len / PACK_RECORD));
	pack_put_number(trailer + 16, (int64_t)(w->ends.len / 8));
	pack_put_number(trailer + 24, w->content);
	ok = ok && put(w, buf_text(&w->records), w->records.len) &&
	    put(w, buf_text(&w->ends), w->ends.len) && put(w, trailer, numbers);
	hash_end(w->hash, hash);
	w->hash = NULL;
	ok = ok && text_unhex(hash, stored, sizeof(stored)) &&
	    io_write_all(w->fd, stored, sizeof(stored)) == 0 &&
	    fsync(w->fd) == 0;
	pack_write_free(w);
	return ok ? ERR_OK : ERR_IO;
}
