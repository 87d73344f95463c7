/*
 * copy_file.c: copies one file, so that its final name always has the complete
 * old or new content.
 *
 * The bytes go into a file in the same folder, whose name is derived from run,
 * step and path: a retry finds it, and continues if its SHA-256 equals that of
 * as many bytes of the source.  Only a file that we own is continued; a new one
 * is created without following links, since its name can be guessed.  Then both
 * ends compute the sums of their files at the same time, and only equal sums
 * lead to the rename.  An existing file of equal size, time and sum stays.
 */
#include <stdio.h>
#include <string.h>
#include <sys/stat.h>

#include "base/clock.h"
#include "base/sha256.h"
#include "base/text.h"
#include "executor/copy/copy_file.h"
#include "executor/copy/copy_report.h"

#define RESUME_MIN (1024 * 1024) /* smaller files are quicker to send again */
#define LISTED 20                /* files of a folder that get a line each */

/*
 * The name of the unfinished file: the same in a retry, and different for each
 * target, as two of them may share a folder (NFS).
 */
static void
name_part(struct copy *c, const char *to)
{
	const struct job_spec *o = c->job->spec;
	unsigned char hash[32];
	struct sha256 s;
	char hex[17];

	sha256_begin(&s);
	sha256_put(&s, o->run != NULL ? o->run : o->exec,
	    strlen(o->run != NULL ? o->run : o->exec) + 1);
	sha256_put(&s, o->step.id, strlen(o->step.id) + 1);
	sha256_put(&s, c->from.target->name, strlen(c->from.target->name) + 1);
	sha256_put(&s, c->to.target->name, strlen(c->to.target->name) + 1);
	sha256_put(&s, to, strlen(to) + 1);
	sha256_end(&s, hash);
	text_hex(hash, 8, hex);
	buf_reset(&c->part);
	buf_put(&c->part, to, (size_t)(strrchr(to, '/') - to) + 1);
	buf_printf(&c->part, ".countersign-%s.part", hex);
}

/* Sums the file by reading it back, if the end has no program for it. */
static enum copy_err
sum_by_reading(struct copy *c, struct copy_end *e, const char *path,
    int64_t len, char ret[65])
{
	unsigned char hash[32];
	struct copy_stat st;
	struct sha256 s;
	const char *data;
	size_t n = 1;
	enum copy_err err;

	if (!e->sum.reported)
		copy_print(c,
		    "  %s has no program for checksums, or runs no "
		    "commands: files are read back from there and compared",
		    e->target->name);
	e->sum.reported = true;
	sha256_begin(&s);
	err = e->ops->stat(e, path, true, &st);
	if (err == COPY_OK)
		err = e->ops->read(e, path, 0, len < 0 ? st.size : len);
	while (err == COPY_OK && n > 0) {
		err = e->ops->next(e, &data, &n);
		sha256_put(&s, data, err == COPY_OK ? n : 0);
		if (loop_poll(c->job->loop, NULL, 0, 1) != STOP_NONE)
			err = COPY_STOPPED;
	}
	if (err == COPY_OK)
		err = e->ops->end(e, 0, 0);
	sha256_end(&s, hash);
	text_hex(hash, 32, ret);
	return copy_fail(c, e, err, path, "read");
}

static enum copy_err
ask_sum(struct copy_end *e, const char *path, int64_t len, int64_t size)
{
	if (e->sum.tool[0] == '\0')
		return COPY_OK;
	buf_reset(&e->error);
	return copy_end_result(
	    e, copy_sum_ask(&e->sum, path, len, size, &e->error));
}

static enum copy_err
take_sum(struct copy *c, struct copy_end *e, const char *path, int64_t len,
    char ret[65])
{
	enum copy_err err;

	if (e->sum.tool[0] == '\0')
		return sum_by_reading(c, e, path, len, ret);
	buf_reset(&e->error);
	err = copy_end_result(e, copy_sum_take(&e->sum, ret, &e->error));
	if (err == COPY_OK && ret[0] == '\0')
		return copy_refuse(c, "copy_no_sum target=%s path=%s tool=%s",
		    e->target->name, path, e->sum.tool);
	return err;
}

/*
 * The sums of the first len bytes (or, len -1, all) of both, computed at the
 * same time.
 */
static enum copy_err
compare(struct copy *c, const struct copy_item *item, const char *from,
    const char *to, int64_t len, char sums[2][65])
{
	int64_t size = len < 0 ? item->stat.size : len;
	enum copy_err err = ask_sum(&c->from, from, len, size);

	if (err == COPY_OK)
		err = ask_sum(&c->to, to, len, size);
	if (err == COPY_OK)
		err = take_sum(c, &c->from, from, len, sums[0]);
	if (err == COPY_OK)
		err = take_sum(c, &c->to, to, len, sums[1]);
	return err;
}

static uint32_t
mode_of(const struct copy *c, const struct copy_item *item)
{
	return S_IFREG | (c->mode != 0 ? c->mode : item->stat.mode & 0777);
}

/* True if the target already equals the source. */
static enum copy_err
is_there(struct copy *c, const struct copy_item *item, const char *from,
    const char *to, bool *ret)
{
	char sums[2][65];
	struct copy_stat st;
	enum copy_err err = c->to.ops->stat(&c->to, to, false, &st);

	*ret = false;
	if (err == COPY_ABSENT)
		return COPY_OK;
	if (err != COPY_OK)
		return copy_fail(c, &c->to, err, to, "look");
	if (S_ISDIR(st.mode))
		return copy_refuse(c, "copy_is_folder_there target=%s path=%s",
		    c->to.target->name, to);
	if (!S_ISREG(st.mode) || st.size != item->stat.size ||
	    st.mtime != item->stat.mtime)
		return COPY_OK;
	if ((err = compare(c, item, from, to, -1, sums)) != COPY_OK)
		return err;
	*ret = strcmp(sums[0], sums[1]) == 0;
	if (*ret && (st.mode & 07777) != (mode_of(c, item) & 07777))
		err = copy_fail(c, &c->to,
		    c->to.ops->set(
			&c->to, to, mode_of(c, item), item->stat.mtime),
		    to, "changed");
	return err;
}

/* The valid length of the unfinished file; removes it if that is 0. */
static enum copy_err
find_part(struct copy *c, const struct copy_item *item, const char *from,
    int64_t *ret)
{
	const char *part = buf_text(&c->part);
	char sums[2][65], size[32];
	struct copy_stat st;
	enum copy_err err = c->to.ops->stat(&c->to, part, false, &st);

	*ret = 0;
	if (err == COPY_ABSENT)
		return COPY_OK;
	if (err == COPY_OK && S_ISREG(st.mode) && st.uid == c->to.sum.uid &&
	    st.size >= RESUME_MIN && st.size <= item->stat.size) {
		err = compare(c, item, from, part, st.size, sums);
		if (err != COPY_OK)
			return err;
		if (strcmp(sums[0], sums[1]) == 0) {
			*ret = st.size;
			copy_print(c,
			    "  going on after %s, whose checksums are "
			    "equal",
			    copy_size(st.size, size));
			return COPY_OK;
		}
	}
	if (err == COPY_OK)
		err = c->to.ops->remove(&c->to, part);
	return copy_fail(c, &c->to, err, part, "removed");
}

/* Copies the bytes from `at` on. */
static enum copy_err
move(
    struct copy *c, const struct copy_item *item, const char *from, int64_t *at)
{
	const char *data;
	size_t n = 1;
	enum copy_err err;

	err = copy_fail(c, &c->from,
	    c->from.ops->read(&c->from, from, *at, item->stat.size), from,
	    "read");
	if (err != COPY_OK)
		return err;
	err = copy_fail(c, &c->to,
	    c->to.ops->write(&c->to, buf_text(&c->part), *at),
	    buf_text(&c->part), "written");
	while (err == COPY_OK) {
		err = copy_fail(c, &c->from,
		    c->from.ops->next(&c->from, &data, &n), from, "read");
		if (err != COPY_OK || n == 0)
			break;
		err = copy_fail(c, &c->to, c->to.ops->put(&c->to, data, n),
		    buf_text(&c->part), "written");
		*at += (int64_t)n;
		copy_progress(c, (int64_t)n);
		if (loop_poll(c->job->loop, NULL, 0, 1) != STOP_NONE)
			err = COPY_STOPPED;
	}
	if (err != COPY_OK)
		return err;
	err = copy_fail(
	    c, &c->from, c->from.ops->end(&c->from, 0, 0), from, "read");
	if (err == COPY_OK)
		err = copy_fail(c, &c->to,
		    c->to.ops->end(&c->to, mode_of(c, item), item->stat.mtime),
		    buf_text(&c->part), "written");
	return err;
}

/*
 * Checks that the target equals the source, and that the source did not change
 * while it was read.
 */
static enum copy_err
check(struct copy *c, const struct copy_item *item, const char *from,
    int64_t at, char sums[2][65])
{
	struct copy_stat now;
	enum copy_err err;

	err = copy_fail(c, &c->from,
	    c->from.ops->stat(&c->from, from, true, &now), from, "look");
	if (err != COPY_OK ||
	    (err = compare(c, item, from, buf_text(&c->part), -1, sums)) !=
		COPY_OK)
		return err;
	if (at == item->stat.size && now.size == item->stat.size &&
	    now.mtime == item->stat.mtime && strcmp(sums[0], sums[1]) == 0)
		return COPY_OK;
	if (at == item->stat.size && now.size == item->stat.size &&
	    now.mtime == item->stat.mtime)
		return copy_refuse(c,
		    "copy_differs target=%s path=%s sum=%s arrived=%s to=%s",
		    c->from.target->name, from, sums[0], sums[1],
		    c->to.target->name);
	return copy_refuse(
	    c, "copy_changed target=%s path=%s", c->from.target->name, from);
}

static enum copy_err
put_in_place(struct copy *c, const char *to)
{
	enum copy_err err;

	c->renaming = true;
	err = c->to.ops->rename(&c->to, buf_text(&c->part), to);
	if (err == COPY_OK || err == COPY_FAILED || err == COPY_ABSENT)
		c->renaming = false;
	err = copy_fail(c, &c->to, err, to, "replaced");
	if (err == COPY_OK)
		buf_reset(&c->part);
	return err;
}

/* Files of a pattern are listed all: the document does not name them. */
static bool
is_listed(const struct copy *c)
{
	return c->count <= LISTED || c->line->pattern.len > 0;
}

static void
print_moved(struct copy *c, const struct copy_item *item, const char *to,
    int64_t moved, int64_t compared, const char *sum)
{
	char size[32];

	if (is_listed(c))
		copy_print(c,
		    "  %s: %s moved in %.1f s, compared in %.1f s, "
		    "SHA-256 %s",
		    to, copy_size(item->stat.size, size), (double)moved / 1000,
		    (double)compared / 1000, sum);
}

enum copy_err
copy_file(struct copy *c, const struct copy_item *item, const char *from,
    const char *to)
{
	int64_t began = clock_monotonic(), at = 0, before = c->bytes;
	int64_t moved;
	char sums[2][65];
	enum copy_err err;
	bool there;

	err = is_there(c, item, from, to, &there);
	if (err == COPY_OK)
		c->renaming = false; /* of an earlier connection: now known */
	if (err == COPY_OK && there) {
		buf_reset(&c->part);
		c->same++;
		c->bytes += item->stat.size;
		if (is_listed(c))
			copy_print(c,
			    "  %s: is there already, with equal "
			    "checksum",
			    to);
		return COPY_OK;
	}
	name_part(c, to);
	if (err == COPY_OK)
		err = find_part(c, item, from, &at);
	if (err == COPY_OK) {
		c->bytes += at;
		if (c->bytes > c->certain)
			c->certain = c->bytes;
		err = move(c, item, from, &at);
	}
	moved = clock_monotonic() - began;
	if (err == COPY_OK)
		err = check(c, item, from, at, sums);
	if (err == COPY_OK)
		err = put_in_place(c, to);
	if (err != COPY_OK) {
		c->bytes = before;
		return err;
	}
	c->files++;
	print_moved(
	    c, item, to, moved, clock_monotonic() - began - moved, sums[1]);
	return COPY_OK;
}

void
copy_discard(struct copy *c)
{
	if (buf_text(&c->part)[0] == '\0')
		return;
	(void)c->to.ops->end(&c->to, 0, 0);
	if (c->to.ops->remove(&c->to, buf_text(&c->part)) == COPY_OK)
		buf_reset(&c->part);
}
