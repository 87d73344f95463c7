/*
 * status.c: what a step reports in its folder.
 *
 * The processes of all targets append to one file.  Each line is one write to a
 * descriptor opened with O_APPEND, which the kernel does not interleave.  The
 * last line of a target and the final line are made durable before anything
 * depends on them.
 *
 * That the process is alive shows in another file.  A timestamp in its inode is
 * enough, and can be set on a full disk too.
 */
#include <fcntl.h>
#include <stdarg.h>
#include <stdio.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

#include "base/clock.h"
#include "base/io.h"
#include "base/json.h"
#include "base/log.h"
#include "base/message.h"
#include "executor/status.h"
#include "wire/exec.h"
#include "wire/status_line.h"

#define STATUS_MAX (256u * 1024 * 1024)
#define PROGRESS_MS 2000

static int status_fd = -1;
static int alive_fd = -1;

enum err
status_open(void)
{
	status_fd = open(
	    EXEC_STATUS, O_WRONLY | O_CREAT | O_APPEND | O_CLOEXEC, 0600);
	return status_fd >= 0 ? ERR_OK : ERR_IO;
}

bool
status_has_lines(void)
{
	struct stat st;

	return stat(EXEC_STATUS, &st) == 0 && st.st_size > 0;
}

static enum err
line_write(struct status_line *line, bool durable)
{
	struct buf text = { 0 };
	enum err err = ERR_OK;

	line->at = clock_now();
	status_line_put(line, &text);
	if (io_write_all(status_fd, text.data, text.len) != 0 ||
	    (durable && fdatasync(status_fd) != 0)) {
		log_warn("the status could not be written");
		err = ERR_IO;
	}
	buf_clear(&text);
	return err;
}

void
status_running(const char *target)
{
	struct status_line line = { .kind = STATUS_RUNNING, .target = target };

	line_write(&line, false);
}

void
status_note(const char *target, const char *note, const char *message)
{
	struct status_line line = { .kind = STATUS_NOTE,
		.target = target,
		.note = note,
		.message = message };

	line_write(&line, false);
}

void
status_progress(const char *target, const char *fmt, ...)
{
	static int64_t next; /* static: a process is for one target */
	int64_t now = clock_monotonic();
	struct buf text = { 0 };
	va_list ap;

	if (now < next)
		return;
	next = now + PROGRESS_MS;
	va_start(ap, fmt);
	message_vput(&text, fmt, ap);
	va_end(ap);
	status_note(target, "progress", buf_text(&text));
	buf_clear(&text);
}

enum err
status_target(const char *target, const struct result *result)
{
	struct status_line line = {
		.kind = STATUS_ENDED, .target = target, .result = *result
	};

	return line_write(&line, true);
}

enum err
status_done(enum state state, const char *message)
{
	struct status_line line = { .kind = STATUS_DONE,
		.result = { .state = state_word(state), .message = message } };

	return line_write(&line, true);
}

static void
store_last(struct json_object *ends, const char *text, size_t len)
{
	struct status_line line;

	if (status_line_parse(text, len, &line) != ERR_OK)
		return;
	if (line.kind == STATUS_ENDED)
		json_set(ends, line.target, json_object_get(line.json));
	json_object_put(line.json);
}

struct json_object *
status_read(void)
{
	struct json_object *ends = json_object_new_object();
	struct buf text = { 0 };
	const char *p, *end, *eol;

	if (io_read_file(EXEC_STATUS, STATUS_MAX, &text) != ERR_OK)
		goto out;
	p = text.data;
	end = text.data + text.len;
	while (p < end && (eol = memchr(p, '\n', (size_t)(end - p))) != NULL) {
		store_last(ends, p, (size_t)(eol - p));
		p = eol + 1;
	}
out:
	buf_clear(&text);
	return ends;
}

enum err
alive_open(void)
{
	alive_fd = open(EXEC_ALIVE, O_WRONLY | O_CREAT | O_CLOEXEC, 0600);
	return alive_fd >= 0 ? ERR_OK : ERR_IO;
}

void
alive_beat(int64_t deadline)
{
	static int64_t last, known = -1;
	int64_t now = clock_monotonic();
	char text[32];
	int n;

	if (alive_fd < 0 || (now < last + EXEC_ALIVE_MS && deadline == known))
		return;
	last = now;
	/* Fixed length, so that it always replaces the previous text. */
	n = snprintf(text, sizeof(text), "%020lld\n", (long long)deadline);
	if (deadline != known && pwrite(alive_fd, text, (size_t)n, 0) == n)
		known = deadline;
	(void)futimens(alive_fd, NULL);
}
