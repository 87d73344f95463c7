/*
 * artifact.c: the output of a target, saved byte for byte.
 *
 * An artifact is sent to a server later, or compared, so it must be unchanged;
 * and no secret may be on disk unredacted.  Both hold only if it contains no
 * secret: all bytes pass through a mask, and its output is written as long as
 * it equals the input.  At the first redaction, writing stops, the file is
 * emptied, and the step fails.
 *
 * The artifact of a step with secret output is collected in memory, and written
 * in a box that the runner opens for the steps that read it.  It may contain
 * any secret, and has the limit of sealed output.
 */
#include <errno.h>
#include <fcntl.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include "base/hash.h"
#include "base/io.h"
#include "base/mem.h"
#include "base/message.h"
#include "executor/output/artifact.h"
#include "executor/output/sealed.h"
#include "wire/exec.h"

#define WRITE_BYTES (64 * 1024)

struct artifact {
	const struct job_spec *spec;
	char *path;
	int fd; /* -1: it will be sealed */
	struct mask_stream *mask;
	struct buf clear;  /* output of the mask, not written yet; or all */
	int64_t size;      /* of the input */
	int failed;        /* errno */
	struct hash *hash; /* of what was written */
	char text[HASH_TEXT];
};

struct artifact *
artifact_open(
    const struct job_spec *o, const char *target, const struct mask *mask)
{
	char *path = mem_printf("%s" EXEC_ARTIFACT, target);
	int fd = o->sealed
	    ? -1
	    : open(path, O_WRONLY | O_CREAT | O_TRUNC | O_CLOEXEC, 0640);
	struct artifact *a;

	if (fd < 0 && !o->sealed) {
		free(path);
		return NULL;
	}
	a = mem_calloc(1, sizeof(*a));
	a->spec = o;
	a->path = path;
	a->fd = fd;
	a->mask = mask_stream_new(mask);
	a->hash = hash_new();
	if (o->sealed) /* at once: growing would leave copies in memory */
		buf_reserve(&a->clear, EXEC_SEALED_LIMIT);
	return a;
}

static bool
is_refused(const struct artifact *a)
{
	return a->size >
	    (a->spec->sealed ? EXEC_SEALED_LIMIT : EXEC_ARTIFACT_LIMIT) ||
	    mask_stream_first_secret(a->mask) > 0 || a->failed != 0;
}

static void
empty(struct artifact *a)
{
	if (a->clear.data != NULL)
		explicit_bzero(a->clear.data, a->clear.len);
	buf_reset(&a->clear);
	if (a->fd < 0)
		return;
	hash_end(a->hash, NULL);
	a->hash = hash_new();
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
	else
		hash_put(a->hash, a->clear.data, a->clear.len);
	buf_reset(&a->clear);
}

void
artifact_put(struct artifact *a, const char *data, size_t len)
{
	bool refused = is_refused(a);

	a->size += (int64_t)len;
	if (refused)
		return;
	if (a->spec->sealed) {
		if (!is_refused(a))
			buf_put(&a->clear, data, len);
		return;
	}
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

/* The name of the secret, or where it comes from. */
static const char *
name_of(const struct job_spec *o, size_t secret)
{
	if (secret > o->mask_count)
		return MESSAGE("output_secret_sealed");
	for (size_t i = 0; i < o->values_count; i++)
		if (o->values[i].text == o->mask[secret - 1])
			return o->values[i].name;
	return MESSAGE("output_secret_other");
}

/* Writes the rest, or the box. */
static void
finish(struct artifact *a)
{
	if (!a->spec->sealed) {
		mask_finish(a->mask, &a->clear);
		flush(a);
		if (a->failed == 0 && fdatasync(a->fd) != 0)
			a->failed = errno;
		hash_end(a->hash, a->text);
		a->hash = NULL;
	} else if (!is_refused(a) &&
	    sealed_write(a->path, a->spec->save_to, buf_text(&a->clear),
		a->clear.len, a->text) != ERR_OK) {
		a->failed = errno;
	}
}

bool
artifact_end(struct artifact *a, int64_t *ret_bytes, struct buf *why)
{
	const struct job_spec *o = a->spec;
	const char *name = o->step.artifact;
	size_t secret;

	finish(a);
	secret = mask_stream_first_secret(a->mask);
	if (secret > 0)
		message_put(why, "output_secret name=%s as=%s",
		    name_of(o, secret), name);
	else if (a->failed != 0)
		message_put(why, "output_not_kept name=%s reason=%s", name,
		    strerror(a->failed));
	else if (is_refused(a) && o->sealed)
		message_put(why,
		    "output_large_sealed bytes=%lld name=%s most=%d",
		    (long long)a->size, name, EXEC_SEALED_LIMIT / 1024);
	else if (is_refused(a))
		message_put(why, "output_large bytes=%lld name=%s most=%lld",
		    (long long)a->size, name,
		    (long long)EXEC_ARTIFACT_LIMIT / 1048576);
	else
		*ret_bytes = a->size;
	return !is_refused(a);
}

const char *
artifact_hash(const struct artifact *a)
{
	return a->text[0] != '\0' ? a->text : NULL;
}

enum err
artifact_read(const struct artifact *a, struct buf *ret)
{
	if (!a->spec->sealed)
		return io_read_file(a->path, EXEC_ARTIFACT_LIMIT, ret);
	buf_put(ret, buf_text(&a->clear), a->clear.len);
	return ERR_OK;
}

void
artifact_close(struct artifact *a, bool drop)
{
	if (a == NULL)
		return;
	if (a->fd >= 0)
		close(a->fd);
	if (drop)
		unlink(a->path);
	hash_end(a->hash, NULL);
	if (a->clear.data != NULL)
		explicit_bzero(a->clear.data, a->clear.cap);
	mask_stream_free(a->mask);
	buf_clear(&a->clear);
	free(a->path);
	free(a);
}
