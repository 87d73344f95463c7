/*
 * copy_report.c: the reports of a copy: progress, results, failures.
 *
 * Lines of progress become less frequent, every two seconds at first and then
 * after another tenth of the time, so that a copy of an hour adds about sixty
 * lines to the record and not thousands.
 */
#include <stdarg.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "base/clock.h"
#include "base/log.h"
#include "base/message.h"
#include "executor/copy/copy_report.h"
#include "executor/status.h"

#define FIRST_MS 2000
#define LAST_MS 60000
#define FULL (1024 * 1024) /* less free space counts as full */

const char *
copy_size(int64_t bytes, char text[32])
{
	static const char *const units[] = { "bytes", "KB", "MB", "GB", "TB" };
	double n = (double)bytes;
	size_t i = 0;

	for (; n >= 1000 && i < 4; i++)
		n /= 1000;
	snprintf(text, 32, i == 0 ? "%.0f %s" : "%.1f %s", n, units[i]);
	return text;
}

static void
put_time(int64_t ms, char text[32])
{
	int64_t s = (ms + 999) / 1000;

	if (s >= 3600)
		snprintf(text, 32, "%lld h %lld min", (long long)(s / 3600),
		    (long long)(s % 3600 / 60));
	else if (s >= 120)
		snprintf(text, 32, "%lld min", (long long)(s / 60));
	else
		snprintf(text, 32, "%lld s", (long long)s);
}

void
copy_print(struct copy *c, const char *fmt, ...)
{
	char *text = NULL;
	va_list ap;
	int n;

	va_start(ap, fmt);
	n = vasprintf(&text, fmt, ap);
	va_end(ap);
	if (n < 0)
		log_bug("out of memory");
	output_put(c->job->output, text, (size_t)n);
	output_put(c->job->output, "\n", 1);
	free(text);
}

void
copy_progress(struct copy *c, int64_t bytes)
{
	int64_t now = clock_monotonic(), elapsed = now - c->begun, step, rate;
	char sent[32], total[32], speed[32], left[32];

	c->bytes += bytes;
	c->sent += bytes > 0 ? bytes : 0;
	if (now < c->next || c->total <= 0 || elapsed <= 0)
		return;
	step = elapsed / 10;
	c->next = now +
	    (step < FIRST_MS         ? FIRST_MS
		    : step > LAST_MS ? LAST_MS
				     : step);
	rate = c->sent * 1000 / elapsed;
	if (rate <= 0 || c->bytes > c->total)
		return;
	put_time((c->total - c->bytes) * 1000 / rate, left);
	copy_print(c, "  %lld %%, %s of %s, %s/s, %s left",
	    (long long)(c->bytes * 100 / c->total), copy_size(c->bytes, sent),
	    copy_size(c->total, total), copy_size(rate, speed), left);
	status_progress(c->job->target->name,
	    "note_progress percent=%lld size=%s speed=%s left=%s",
	    (long long)(c->bytes * 100 / c->total), total, speed, left);
}

/* A hint for the reason. */
static const char *
advice(const char *reason)
{
	static const struct {
		const char *word, *what;
	} all[] = {
		{ "copy_denied", MESSAGE("copy_check_target_user") },
		{ "Permission", MESSAGE("copy_check_local_user") },
		{ "pace", MESSAGE("copy_make_space") },
		{ "copy_absent", MESSAGE("copy_check_path") },
		{ "No such", MESSAGE("copy_check_path") },
		{ "Read-only", MESSAGE("copy_read_only") },
	};

	for (size_t i = 0; i < sizeof(all) / sizeof(all[0]); i++)
		if (strstr(reason, all[i].word) != NULL)
			return all[i].what;
	return MESSAGE("copy_look");
}

/* If an SFTP server only answers "Failure", the free space may explain it. */
static void
check_space(struct copy_end *e, const char *path)
{
	char *slash, size[32], *folder = strdup(path);
	int64_t space;

	if (folder == NULL)
		log_bug("out of memory");
	slash = strrchr(folder, '/');
	if (slash != NULL)
		slash[slash == folder] = '\0';
	(void)e->ops->end(e, 0, 0); /* collects all pending replies */
	space = e->ops->space(e, folder);
	if (space >= 0 && space < FULL) {
		buf_reset(&e->error);
		message_put(
		    &e->error, "copy_no_space size=%s", copy_size(space, size));
	}
	free(folder);
}

enum copy_err
copy_fail(struct copy *c, struct copy_end *e, enum copy_err err,
    const char *path, const char *what)
{
	const char *reason;

	if (err == COPY_ABSENT)
		err = COPY_FAILED;
	if (err != COPY_FAILED)
		return err;
	if (e->sftp != NULL && strcmp(what, "written") == 0 &&
	    strstr(buf_text(&e->error), "copy_denied") == NULL)
		check_space(e, path);
	reason = buf_text(&e->error);
	act_end(c->job, ENDING_FAILED,
	    "copy_failed target=%s path=%s what=@copy_what_%s reason=%s "
	    "advice=%s",
	    e->target->name, path, what, reason, advice(reason));
	return COPY_FAILED;
}

enum copy_err
copy_refuse(struct copy *c, const char *fmt, ...)
{
	struct buf text = { 0 };
	va_list ap;

	va_start(ap, fmt);
	message_vput(&text, fmt, ap);
	va_end(ap);
	act_end(c->job, ENDING_FAILED, "%s", buf_text(&text));
	buf_clear(&text);
	return COPY_FAILED;
}
