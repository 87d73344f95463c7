/*
 * artifact.c: the output of a target, saved byte for byte.
 *
 * An artifact is sent to a server later, or compared, so it must be unchanged;
 * and no secret may be on disk unredacted.  Both hold only if it contains no
 * secret: all bytes pass through a mask, and its output is written as long as
 * it equals the input.  At the first redaction, writing stops, the file is
 * emptied, and the step fails.  Sealing such an output was rejected: its uses
 * (a download by a page, a comparison by a person) would open it again.
 */
#include <errno.h>
#include <fcntl.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include "base/io.h"
#include "base/mem.h"
#include "executor/output/artifact.h"
#include "wire/exec.h"

#define WRITE_BYTES (64 * 1024)

struct artifact {
	const struct job_spec *spec;
	char *path;
	int fd;
	struct mask_stream *mask;
	struct buf clear; /* output of the mask, not written yet */
	int64_t size;     /* of the input */
	int failed;       /* errno */
};

struct artifact *
artifact_open(
    const struct job_spec *o, const char *target, const struct mask *mask)
{
	char *path = mem_printf("%s" EXEC_KEPT, target);
	int fd = open(path, O_WRONLY | O_CREAT | O_TRUNC | O_CLOEXEC, 0640);
	struct artifact *k;

	if (fd < 0) {
		free(path);
		return NULL;
	}
	k = mem_calloc(1, sizeof(*k));
	k->spec = o;
	k->path = path;
	k->fd = fd;
	k->mask = mask_stream_new(mask);
	return k;
}

static bool
is_refused(const struct artifact *k)
{
	return k->size > EXEC_KEPT_LIMIT || mask_stream_hid(k->mask) > 0 ||
	    k->failed != 0;
}

static void
empty(struct artifact *k)
{
	buf_reset(&k->clear);
	if (ftruncate(k->fd, 0) != 0 || lseek(k->fd, 0, SEEK_SET) != 0)
		k->failed = errno;
}

static void
flush(struct artifact *k)
{
	if (is_refused(k))
		empty(k);
	else if (io_write_all(k->fd, k->clear.data, k->clear.len) != 0)
		k->failed = errno;
	buf_reset(&k->clear);
}

void
artifact_put(struct artifact *k, const char *data, size_t len)
{
	bool refused = is_refused(k);

	k->size += (int64_t)len;
	if (refused)
		return;
	mask_put(k->mask, data, len, &k->clear);
	if (k->clear.len >= WRITE_BYTES || is_refused(k))
		flush(k);
}

void
artifact_reset(struct artifact *k)
{
	mask_finish(k->mask, &k->clear);
	mask_stream_forget(k->mask);
	k->size = 0;
	k->failed = 0;
	empty(k);
}

/* The name of the secret, or its key in the target. */
static const char *
name_of(const struct job_spec *o, const char *secret)
{
	for (size_t i = 0; i < o->values_count; i++)
		if (o->values[i].text == secret)
			return o->values[i].name;
	return "that its target or another step uses";
}

bool
artifact_end(struct artifact *k, int64_t *ret_bytes, struct buf *why)
{
	const char *name = k->spec->save;
	size_t hid;

	mask_finish(k->mask, &k->clear);
	hid = mask_stream_hid(k->mask);
	flush(k);
	if (k->failed == 0 && fdatasync(k->fd) != 0)
		k->failed = errno;
	if (hid > 0)
		buf_printf(why,
		    "The output contains the secret %s, and is "
		    "not kept as %s: masked, it would be something else, and "
		    "unmasked it would stand on the disk. Let the step leave "
		    "the secret out.",
		    name_of(k->spec, k->spec->mask[hid - 1]), name);
	else if (k->size > EXEC_KEPT_LIMIT)
		buf_printf(why,
		    "The output is %lld bytes long and is not kept "
		    "as %s: %lld MB at most are kept. Let the step print less, "
		    "or copy the file instead.",
		    (long long)k->size, name,
		    (long long)EXEC_KEPT_LIMIT / 1048576);
	else if (k->failed != 0)
		buf_printf(why, "The output could not be kept as %s: %s.", name,
		    strerror(k->failed));
	else
		*ret_bytes = k->size;
	return !is_refused(k);
}

void
artifact_close(struct artifact *k, bool drop)
{
	if (k == NULL)
		return;
	close(k->fd);
	if (drop)
		unlink(k->path);
	mask_stream_free(k->mask);
	buf_clear(&k->clear);
	free(k->path);
	free(k);
}
