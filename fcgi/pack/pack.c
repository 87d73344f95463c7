/*
 * pack.c: reads a pack.
 *
 * The runner's packer alone writes packs; nevertheless nothing in one is
 * believed: each number is compared with the size of the file before it is
 * used, and each frame with its checksum.
 *
 * The content of the last frame that was read is kept, as a file is read in
 * pieces.  An index in front, which a reader would load, was rejected: a run of
 * a thousand targets has thousands of files, and a page reads one of them.
 */
#include <errno.h>
#include <fcntl.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>
#include <zstd.h>

#include "base/hash.h"
#include "base/mem.h"
#include "base/text.h"
#include "pack/pack.h"
#include "pack/pack_bytes.h"

#define MAGIC_BYTES 8
#define BLOCK (64 * 1024)

struct pack {
	int fd;
	int64_t size; /* of the file */
	int64_t run;
	int64_t files;
	int64_t frames;
	int64_t content; /* bytes of it */
	int64_t records; /* where they begin */
	int64_t frame;   /* the one that is in `text`, or -1 */
	char *text;      /* NULL until a frame was read */
	char *packed;
	ZSTD_DCtx *zstd;
};

char *
pack_path(const char *data, int64_t run)
{
	return mem_printf("%s/packs/%lld/%lld", data,
	    (long long)(run / PACK_RUNS), (long long)run);
}

bool
pack_may_name(const char *name)
{
	static const char letters[] =
	    "ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789"
	    "._-";
	size_t len = strspn(name, letters);

	return len > 0 && len < PACK_NAME && name[len] == '\0' &&
	    strchr("._-", name[0]) == NULL;
}

/* All `len` bytes at the offset.  False with errno; EBADMSG: they end before.
 */
static bool
read_at(int fd, void *data, size_t len, int64_t offset)
{
	char *to = data;

	while (len > 0) {
		ssize_t n = pread(fd, to, len, offset);

		if (n < 0 && errno == EINTR)
			continue;
		if (n == 0)
			errno = EBADMSG;
		if (n <= 0)
			return false;
		to += n;
		len -= (size_t)n;
		offset += n;
	}
	return true;
}

static enum err
not_read(void)
{
	return errno == EBADMSG ? ERR_INVALID : ERR_IO;
}

/* Takes the numbers of the trailer, and computes where the tables are. */
static bool
take_trailer(struct pack *p, const unsigned char *trailer)
{
	int64_t most = p->size - MAGIC_BYTES - PACK_TRAILER;

	p->run = pack_number(trailer);
	p->files = pack_number(trailer + 8);
	p->frames = pack_number(trailer + 16);
	p->content = pack_number(trailer + 24);
	if (p->run < 0 || p->files < 0 || p->files > most / PACK_RECORD ||
	    p->frames < 0 || p->frames > most / 8 || p->content < 0)
		return false;
	p->records = p->size - PACK_TRAILER - p->files * PACK_RECORD -
	    p->frames * 8;
	return p->records >= MAGIC_BYTES &&
	    p->content / PACK_FRAME + (p->content % PACK_FRAME != 0) ==
	    p->frames;
}

enum err
pack_open_fd(int fd, struct pack **ret)
{
	struct pack *p = mem_calloc(1, sizeof(*p));
	unsigned char trailer[PACK_TRAILER];
	char magic[MAGIC_BYTES];
	struct stat st;
	enum err err = ERR_INVALID;

	*p = (struct pack){ .fd = fd, .frame = -1 };
	if (fstat(fd, &st) != 0)
		err = ERR_IO;
	else if (!S_ISREG(st.st_mode) ||
	    st.st_size < MAGIC_BYTES + PACK_TRAILER)
		err = ERR_INVALID;
	else if (!read_at(fd, magic, sizeof(magic), 0) ||
	    !read_at(fd, trailer, sizeof(trailer), st.st_size - PACK_TRAILER))
		err = not_read();
	else if (memcmp(magic, PACK_MAGIC, sizeof(magic)) == 0 &&
	    (p->size = st.st_size, take_trailer(p, trailer)))
		err = ERR_OK;
	if (err == ERR_OK)
		*ret = p;
	else
		pack_close(p);
	return err;
}

enum err
pack_open(const char *path, struct pack **ret)
{
	int fd = open(path, O_RDONLY | O_CLOEXEC | O_NOFOLLOW | O_NONBLOCK);

	if (fd >= 0)
		return pack_open_fd(fd, ret);
	return errno == ENOENT || errno == ENOTDIR ? ERR_NOT_FOUND : ERR_IO;
}

void
pack_close(struct pack *p)
{
	if (p == NULL)
		return;
	close(p->fd);
	ZSTD_freeDCtx(p->zstd);
	free(p->text);
	free(p->packed);
	free(p);
}

int64_t
pack_run(const struct pack *p)
{
	return p->run;
}

int64_t
pack_count(const struct pack *p)
{
	return p->files;
}

enum err
pack_get(const struct pack *p, int64_t i, struct pack_file *ret)
{
	unsigned char r[PACK_RECORD], hash[HASH_BYTES];

	if (!read_at(p->fd, r, sizeof(r), p->records + i * PACK_RECORD))
		return not_read();
	hash_two(r, PACK_RECORD - 8, NULL, 0, hash);
	if (memcmp(hash, r + PACK_RECORD - 8, 8) != 0 ||
	    r[PACK_EXEC + PACK_NAME - 1] != '\0')
		return ERR_INVALID;
	text_hex(r, PACK_EXEC, ret->exec);
	memcpy(ret->name, r + PACK_EXEC, PACK_NAME);
	ret->start = pack_number(r + PACK_EXEC + PACK_NAME);
	ret->size = pack_number(r + PACK_EXEC + PACK_NAME + 8);
	ret->changed = pack_number(r + PACK_EXEC + PACK_NAME + 16);
	return pack_may_name(ret->name) && ret->start >= 0 && ret->size >= 0 &&
		ret->start <= p->content && ret->size <= p->content - ret->start
	    ? ERR_OK
	    : ERR_INVALID;
}

enum err
pack_find(const struct pack *p, const char *exec, const char *name,
    struct pack_file *ret)
{
	int64_t low = 0, high = p->files;
	struct pack_file file;

	while (low < high) {
		int64_t middle = low + (high - low) / 2;
		enum err err = pack_get(p, middle, &file);
		int order;

		if (err != ERR_OK)
			return err;
		if ((order = strcmp(exec, file.exec)) == 0)
			order = strcmp(name, file.name);
		if (order == 0) {
			*ret = file;
			return ERR_OK;
		}
		if (order < 0)
			high = middle;
		else
			low = middle + 1;
	}
	return ERR_NOT_FOUND;
}

/* The bytes of the content that a frame holds. */
static size_t
frame_size(const struct pack *p, int64_t frame)
{
	int64_t rest = p->content - frame * PACK_FRAME;

	return rest < PACK_FRAME ? (size_t)rest : PACK_FRAME;
}

/* Its begin and end in the pack: it is behind the magic and the one before. */
static bool
find_frame(
    const struct pack *p, int64_t frame, int64_t *ret_from, int64_t *ret_to)
{
	unsigned char ends[16];
	int64_t table = p->records + p->files * PACK_RECORD;
	size_t skip = frame == 0 ? 8 : 0; /* there is none before the first */

	if (!read_at(p->fd, ends + skip, sizeof(ends) - skip,
		table + (frame - 1) * 8 + (int64_t)skip))
		return false;
	*ret_from = frame == 0 ? MAGIC_BYTES : pack_number(ends);
	*ret_to = pack_number(ends + 8);
	errno = EBADMSG;
	return *ret_from >= MAGIC_BYTES && *ret_to > *ret_from &&
	    *ret_to <= p->records &&
	    *ret_to - *ret_from <= (int64_t)ZSTD_COMPRESSBOUND(PACK_FRAME);
}

static bool
load_frame(struct pack *p, int64_t frame)
{
	int64_t from, to;
	size_t n;

	if (frame == p->frame)
		return true;
	if (p->text == NULL) {
		p->text = mem_calloc(1, PACK_FRAME);
		p->packed = mem_calloc(1, ZSTD_COMPRESSBOUND(PACK_FRAME));
		p->zstd = ZSTD_createDCtx();
	}
	p->frame = -1;
	if (!find_frame(p, frame, &from, &to) ||
	    !read_at(p->fd, p->packed, (size_t)(to - from), from))
		return false;
	n = ZSTD_decompressDCtx(
	    p->zstd, p->text, PACK_FRAME, p->packed, (size_t)(to - from));
	errno = EBADMSG;
	if (ZSTD_isError(n) || n != frame_size(p, frame))
		return false;
	p->frame = frame;
	return true;
}

ssize_t
pack_read(struct pack *p, const struct pack_file *file, void *data, size_t len,
    int64_t offset)
{
	char *to = data;
	size_t done = 0;

	if (offset < 0 || offset >= file->size)
		return 0;
	if ((int64_t)len > file->size - offset)
		len = (size_t)(file->size - offset);
	while (done < len) {
		int64_t at = file->start + offset + (int64_t)done;
		size_t inside = (size_t)(at % PACK_FRAME), n;

		if (!load_frame(p, at / PACK_FRAME))
			return -1;
		n = frame_size(p, at / PACK_FRAME) - inside;
		if (n > len - done)
			n = len - done;
		memcpy(to + done, p->text + inside, n);
		done += n;
	}
	return (ssize_t)done;
}

/* The hash in the trailer is that of everything before it. */
static enum err
check_hash(const struct pack *p)
{
	int64_t end = p->size - HASH_BYTES, at = 0;
	char hash[HASH_TEXT], known[HASH_TEXT], *block = mem_calloc(1, BLOCK);
	unsigned char stored[HASH_BYTES];
	struct hash *h = hash_new();
	bool ok = true;

	while (ok && at < end) {
		size_t n = end - at < BLOCK ? (size_t)(end - at) : BLOCK;

		if ((ok = read_at(p->fd, block, n, at)))
			hash_put(h, block, n);
		at += (int64_t)n;
	}
	free(block);
	hash_end(h, hash);
	if (!ok || !read_at(p->fd, stored, sizeof(stored), end))
		return not_read();
	text_hex(stored, sizeof(stored), known);
	return text_eq(hash, known) ? ERR_OK : ERR_INVALID;
}

/* One after the other in the content, and in order. */
static enum err
check_files(const struct pack *p)
{
	struct pack_file before = { .size = 0 }, file;
	int64_t at = 0;
	enum err err;

	for (int64_t i = 0; i < p->files; i++) {
		int order;

		if ((err = pack_get(p, i, &file)) != ERR_OK)
			return err;
		order = strcmp(before.exec, file.exec);
		if (order > 0 || file.start != at ||
		    (order == 0 && strcmp(before.name, file.name) >= 0))
			return ERR_INVALID;
		at += file.size;
		before = file;
	}
	return at == p->content ? ERR_OK : ERR_INVALID;
}

/* They fill the place between the magic and the records. */
static enum err
check_frames(struct pack *p)
{
	int64_t from = 0, to = MAGIC_BYTES, end;

	for (int64_t i = 0; i < p->frames; i++) {
		end = to;
		p->frame = -1;
		if (!load_frame(p, i) || !find_frame(p, i, &from, &to))
			return not_read();
		if (from != end)
			return ERR_INVALID;
	}
	return to == p->records ? ERR_OK : ERR_INVALID;
}

enum err
pack_check(struct pack *p)
{
	enum err err = check_hash(p);

	if (err == ERR_OK)
		err = check_files(p);
	return err == ERR_OK ? check_frames(p) : err;
}
