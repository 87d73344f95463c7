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
#include "base/message.h"
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
	char *path = mem_printf("%s" EXEC_ARTIFACT, target);
	int fd = open(path, O_WRONLY | O_CREAT | O_TRUNC | O_CLOEXEC, 0640);
	struct artifact *a;

	if (fd < 0) {
		free(path);
		return NULL;
	}
	a = mem_calloc(1, sizeof(*a));
	a->spec = o;
	a->path = path;
	a->fd = fd;
	a->mask = mask_stream_new(mask);
	return a;
}

static bool
is_refused(const struct artifact *a)
{
	return a->size > EXEC_ARTIFACT_LIMIT ||
	    mask_stream_first_secret(a->mask) > 0 || a->failed != 0;
}

static void
empty(struct artifact *a)
{
	buf_reset(&a->clear);
	if (ftruncate(a->fd, 0) != 0 || lseek(a->fd, 0, SEEK_SET) != 0)
		a->failed = errno;
}

static void
flush(struct artifact *a)
{
	if (is_refused(a))
		empty(a);
	else if (io_write_all(a->fd, a->clear.data, a->clear.len) != 0)
		a->failed = errno;
	buf_reset(&a->clear);
}

void
artifact_put(struct artifact *a, const char *data, size_t len)
{
	bool refused = is_refused(a);

	a->size += (int64_t)len;
	if (refused)
		return;
	mask_put(a->mask, data, len, &a->clear);
	if (a->clear.len >= WRITE_BYTES || is_refused(a))
		flush(a);
}

void
artifact_reset(struct artifact *a)
{
	mask_finish(a->mask, &a->clear);
	mask_stream_forget(a->mask);
	a->size = 0;
	a->failed = 0;
	empty(a);
}

/* The name of the secret, or its key in the target. */
static const char *
name_of(const struct job_spec *o, const char *secret)
{
	for (size_t i = 0; i < o->values_count; i++)
		if (o->values[i].text == secret)
			return o->values[i].name;
	return MESSAGE("output_secret_other");
}

bool
artifact_end(struct artifact *a, int64_t *ret_bytes, struct buf *why)
{
	const char *name = a->spec->step.artifact;
	size_t secret;

	mask_finish(a->mask, &a->clear);
	secret = mask_stream_first_secret(a->mask);
	flush(a);
	if (a->failed == 0 && fdatasync(a->fd) != 0)
		a->failed = errno;
	if (secret > 0)
		message_put(why, "output_secret name=%s as=%s",
		    name_of(a->spec, a->spec->mask[secret - 1]), name);
	else if (a->size > EXEC_ARTIFACT_LIMIT)
		message_put(why, "output_large bytes=%lld name=%s most=%lld",
		    (long long)a->size, name,
		    (long long)EXEC_ARTIFACT_LIMIT / 1048576);
	else if (a->failed != 0)
		message_put(why, "output_not_kept name=%s reason=%s", name,
		    strerror(a->failed));
	else
		*ret_bytes = a->size;
	return !is_refused(a);
}

void
artifact_close(struct artifact *a, bool drop)
{
	if (a == NULL)
		return;
	close(a->fd);
	if (drop)
		unlink(a->path);
	mask_stream_free(a->mask);
	buf_clear(&a->clear);
	free(a->path);
	free(a);
}
