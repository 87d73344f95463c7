/*
 * act_copy.c: copies files and folders between this machine and SSH hosts.
 *
 * Each line of the step has two ends (copy_end.h), and the data of one goes to
 * the other piece by piece, so that a copy between two hosts is never stored on
 * this machine.  A line is scanned, then done item by item; after a lost
 * connection both ends are opened again and it continues.
 *
 * After a cancel request, the unfinished file is removed.  After a timeout or a
 * lost connection it stays, for a retry to continue.
 */
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>

#include "base/clock.h"
#include "base/mem.h"
#include "base/message.h"
#include "executor/copy/copy_file.h"
#include "executor/copy/copy_report.h"
#include "executor/copy/copy_scan.h"
#include "executor/status.h"

#define GIVE_UP_MS (2 * 60 * 1000) /* without any progress */
#define BACKOFF_MS 15000

/* Copies a symbolic link unless the same one exists. */
static enum copy_err
copy_symlink(struct copy *c, const struct copy_item *item, const char *to)
{
	struct buf content = { 0 };
	struct copy_stat st;
	enum copy_err err = c->to.ops->stat(&c->to, to, false, &st);

	if (err == COPY_OK && S_ISLNK(st.mode)) {
		err = c->to.ops->readlink(&c->to, to, &content);
		if (err == COPY_OK &&
		    strcmp(buf_text(&content), item->content) == 0)
			goto out;
		if (err == COPY_OK)
			err = c->to.ops->remove(&c->to, to);
	} else if (err == COPY_OK) {
		err = copy_refuse(c,
		    "copy_no_link target=%s path=%s content=%s",
		    c->to.target->name, to, item->content);
		goto out;
	}
	if (err == COPY_OK || err == COPY_ABSENT)
		err = c->to.ops->symlink(&c->to, to, item->content);
	err = copy_fail(c, &c->to, err, to, "link");
out:
	c->conns += err == COPY_OK;
	buf_clear(&content);
	return err;
}

static enum copy_err
copy_folder(struct copy *c, const char *to)
{
	struct copy_stat st;
	enum copy_err err = c->to.ops->stat(&c->to, to, false, &st);

	if (err == COPY_ABSENT)
		return copy_mkdir(c, to, false);
	if (err == COPY_OK && !S_ISDIR(st.mode))
		return copy_refuse(c, "copy_no_folder_there target=%s path=%s",
		    c->to.target->name, to);
	return copy_fail(c, &c->to, err, to, "made");
}

static enum copy_err
copy_item(struct copy *c, struct copy_item *item)
{
	const char *slash = *item->name != '\0' ? "/" : "";
	struct buf from = { 0 }, to = { 0 };
	enum copy_err err = COPY_OK;

	buf_printf(&from, "%s%s%s", buf_text(&c->source), slash, item->name);
	buf_printf(&to, "%s%s%s", buf_text(&c->target), slash, item->name);
	if (S_ISDIR(item->stat.mode)) {
		err = copy_folder(c, to.data);
	} else if (S_ISLNK(item->stat.mode)) {
		err = copy_symlink(c, item, to.data);
	} else if (S_ISREG(item->stat.mode)) {
		err = copy_file(c, item, from.data, to.data);
	} else {
		copy_print(c, "  %s: skipped, it is no file, folder or link",
		    from.data);
		c->skipped++;
	}
	item->done = err == COPY_OK;
	buf_clear(&from);
	buf_clear(&to);
	return err;
}

/*
 * Sets modes and times of folders at the end, the innermost first: writing into
 * them changes their times.
 */
static enum copy_err
finish_folders(struct copy *c)
{
	enum copy_err err = COPY_OK;
	struct buf to = { 0 };
	uint32_t mode;

	for (size_t i = c->count; i > 0 && err == COPY_OK; i--) {
		const struct copy_item *item = &c->items[i - 1];

		if (!S_ISDIR(item->stat.mode))
			continue;
		mode = c->mode != 0 ? c->mode | (c->mode & 0444) >> 2
				    : item->stat.mode & 0777;
		buf_reset(&to);
		buf_printf(&to, "%s/%s", buf_text(&c->target), item->name);
		err = copy_fail(c, &c->to,
		    c->to.ops->set(&c->to, to.data, mode, item->stat.mtime),
		    to.data, "mode");
	}
	buf_clear(&to);
	return err;
}

/* Reports how the sums were made, and the counts. */
static void
report_result(struct copy *c)
{
	int64_t ms = clock_monotonic() - c->begun;
	char size[32], rate[32];

	copy_print(c,
	    "  %zu copied, %zu already there, %zu link%s, %zu skipped: "
	    "%s in %.1f s (%s/s). Checksums compared for all files (%s on "
	    "%s, %s on %s%s).",
	    c->files, c->same, c->conns, c->conns == 1 ? "" : "s", c->skipped,
	    copy_size(c->total, size), (double)ms / 1000,
	    copy_size(ms > 0 ? c->sent * 1000 / ms : c->sent, rate),
	    c->from.sum.tool[0] != '\0' ? c->from.sum.tool : "read back",
	    c->from.target->name,
	    c->to.sum.tool[0] != '\0' ? c->to.sum.tool : "read back",
	    c->to.target->name, c->mode == 0 ? "" : "; mode as the step says");
}

/* The work while both connections are up. */
static enum copy_err
transfer(struct copy *c)
{
	enum copy_err err = copy_end_open(&c->from);
	bool made = false;

	if (err == COPY_OK)
		err = copy_end_open(&c->to);
	if (err != COPY_OK)
		return err;
	act_announce(c->job);
	if (!c->scanned) {
		if ((err = copy_scan(c)) != COPY_OK)
			return err;
		c->scanned = true;
	}
	if (c->line->folder || c->line->pattern.len > 0) {
		err = copy_folders(c, buf_text(&c->target), &made);
	} else {
		char *folder = mem_strndup(buf_text(&c->target),
		    (size_t)(strrchr(buf_text(&c->target), '/') -
			buf_text(&c->target)) +
			1);

		err = copy_folders(c, folder, &made);
		free(folder);
	}
	for (size_t i = 0; i < c->count && err == COPY_OK; i++)
		if (!c->items[i].done)
			err = copy_item(c, &c->items[i]);
	if (err == COPY_OK)
		err = finish_folders(c);
	return err;
}

/* Waits before the next connection. False: stopped, or given up. */
static bool
wait_to_reconnect(struct copy *c, const char *why)
{
	int64_t now = clock_monotonic(), until;
	struct buf note = { 0 };

	if (c->lost == 0) {
		c->lost = now;
		message_put(&note, "note_copy_lost reason=%s", why);
		status_note(c->job->target->name, "reconnecting", note.data);
		buf_clear(&note);
	}
	if (now - c->lost >= GIVE_UP_MS)
		return false;
	c->backoff = c->backoff == 0 ? 500 : c->backoff * 2;
	if (c->backoff > BACKOFF_MS)
		c->backoff = BACKOFF_MS;
	for (until = now + c->backoff; clock_monotonic() < until;)
		if (loop_poll(c->job->loop, NULL, 0, until) != STOP_NONE)
			return false;
	return true;
}

/* Ends the job after the connections were lost for good. */
static void
report_cut(struct copy *c, const char *why)
{
	if (c->renaming)
		act_end(c->job, ENDING_UNKNOWN,
		    "copy_renaming file=%s target=%s reason=%s",
		    buf_text(&c->target), c->to.target->name, why);
	else
		act_end(c->job, ENDING_FAILED,
		    "copy_lost count=%zu done=%zu reason=%s", c->count,
		    c->files + c->same + c->conns, why);
}

static void
report_stopped(struct copy *c)
{
	struct job *job = c->job;
	bool keep_part = job->loop->stop == STOP_TIMEOUT;

	job->stop = job->loop->stop;
	job->ending = ENDING_STOPPED;
	buf_reset(&job->why);
	if (c->renaming) {
		report_cut(c, "");
		return;
	}
	if (!keep_part && buf_text(&c->part)[0] != '\0') {
		copy_end_close(&c->to);
		if (copy_end_open(&c->to) == COPY_OK)
			copy_discard(c);
	}
	if (buf_text(&c->part)[0] != '\0')
		message_put(&job->why, "copy_unfinished file=%s target=%s",
		    buf_text(&c->part), c->to.target->name);
	message_put(&job->why, "copy_nothing_else");
}

/* Increases with all data that is stored for good. */
static int64_t
progress_of(const struct copy *c)
{
	return c->certain + (int64_t)(c->files + c->same + c->conns);
}

/* Calls transfer(), which may end a time without a connection. */
static enum copy_err
transfer_again(struct copy *c)
{
	int64_t before = progress_of(c);
	enum copy_err err = transfer(c);

	if (c->lost > 0 && (err == COPY_OK || progress_of(c) > before)) {
		status_note(c->job->target->name, "reconnected",
		    MESSAGE("note_copy_back"));
		c->lost = c->backoff = 0;
	}
	return err;
}

/*
 * After a lost connection.  False: it is over; the job's ending or loop->stop
 * is set.
 */
static bool
reconnect(struct copy *c, enum copy_err err)
{
	struct copy_end *bad = c->from.broken ? &c->from : &c->to;
	const char *why = buf_text(&bad->error);

	if (!c->scanned) {
		act_end(
		    c->job, ENDING_NOT_STARTED, "copy_nothing reason=%s", why);
		return false;
	}
	copy_end_close(&c->from);
	copy_end_close(&c->to);
	if (c->bytes > c->total)
		c->bytes = c->total;
	if (err != COPY_REFUSED && wait_to_reconnect(c, why))
		return true;
	if (c->job->loop->stop == STOP_NONE)
		report_cut(c, why);
	return false;
}

/* One line of the step. False: the job's ending is set. */
static bool
run_line(struct copy *c)
{
	enum copy_err err;

	c->begun = clock_monotonic();
	c->next = c->begun + 2000;
	copy_print(c, "%s:%s -> %s:%s", c->line->from->name,
	    buf_text(&c->line->from_path), c->line->to->name,
	    buf_text(&c->line->to_path));
	do
		err = transfer_again(c);
	while (err != COPY_OK && err != COPY_FAILED && err != COPY_STOPPED &&
	    c->job->loop->stop == STOP_NONE && reconnect(c, err));
	if (err == COPY_OK)
		report_result(c);
	else if (c->job->loop->stop != STOP_NONE)
		report_stopped(c);
	else if (err == COPY_FAILED)
		copy_discard(c);
	return err == COPY_OK;
}

static bool
copy_line(struct job *job, const struct copy_line *line, uint32_t mode)
{
	struct copy c = { .job = job, .line = line, .mode = mode };
	bool ok;

	copy_end_init(&c.from, line->from, job->loop);
	copy_end_init(&c.to, line->to, job->loop);
	ok = run_line(&c);
	copy_end_close(&c.from);
	copy_end_close(&c.to);
	for (size_t i = 0; i < c.count; i++) {
		free(c.items[i].name);
		free(c.items[i].content);
	}
	free(c.items);
	buf_clear(&c.source);
	buf_clear(&c.target);
	buf_clear(&c.part);
	buf_clear(&c.from.error);
	buf_clear(&c.to.error);
	return ok;
}

void
act_copy(struct job *job)
{
	const char *text = job->spec->step.mode;
	struct copy_line *lines = NULL;
	struct buf why = { 0 };
	size_t count = 0;
	uint32_t mode = 0;
	bool ok = true;

	if (text != NULL &&
	    (strspn(text, "01234567") != strlen(text) || strlen(text) > 4 ||
		(mode = (uint32_t)strtoul(text, NULL, 8)) == 0)) {
		act_end(job, ENDING_NOT_STARTED, "copy_mode mode=%s", text);
	} else if (!copy_plan(job, &lines, &count, &why)) {
		act_end(job, ENDING_NOT_STARTED, "%s", buf_text(&why));
	} else {
		for (size_t i = 0; i < count && ok; i++)
			ok = copy_line(job, &lines[i], mode);
		if (ok) {
			job->ending = ENDING_EXITED;
			job->code = 0;
		}
	}
	copy_plan_free(lines, count);
	buf_clear(&why);
}
