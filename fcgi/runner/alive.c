/*
 * alive.c: detects executions that hang, and ends them.
 *
 * A step's process touches a file every second (wire/exec.h).  A process that
 * does not is stopped, hangs in the kernel, or the machine is busy: the page
 * shows it, and the process goes on.  It is ended only after its own deadline
 * or a cancel request.  A stopped process is continued first, because it can
 * end its script and report the result; SIGKILL is for a process that does not
 * react, and then the outcome is unknown.
 *
 * The processes of its targets end with it, and have some time for their
 * scripts.  Processes left after that are killed.  A process belongs to the
 * execution only if its command line says so, since its id may have been
 * reused.
 */
#include <dirent.h>
#include <signal.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

#include "runner/alive.h"
#include "base/clock.h"
#include "base/io.h"
#include "base/log.h"
#include "base/message.h"
#include "base/text.h"
#include "runner/runner.h"
#include "runner/keeper_client.h"
#include "runner/supervise.h"
#include "wire/status_line.h"

#define CHECK_MS 1000
#define SILENT_MS 15000
#define END_MS 30000   /* after a cancel request */
#define GRACE_MS 60000 /* after its own deadline */
#define DRY_RUN_SILENT_MS \
	60000 /* silence of a dry run, which has no deadline */
#define SWEEP_MS 30000
#define COMMAND_MOST 4096
#define PROGRAM "countersign-" /* executor, or step in older versions */
#define INIT "countersign-ini" /* of scripts and their children */

/* True if the process belongs to the execution. */
static bool
is_of(pid_t pid, const char *exec)
{
	struct buf words = { 0 };
	char path[64];
	size_t first;
	bool is;

	snprintf(path, sizeof(path), "/proc/%d/cmdline", (int)pid);
	is = io_read_file(path, COMMAND_MOST, &words) == ERR_OK;
	first = strlen(buf_text(&words));
	is = is && first < words.len &&
	    strstr(buf_text(&words), PROGRAM) != NULL &&
	    text_eq(words.data + first + 1, exec);
	buf_clear(&words);
	return is;
}

static bool
is_init(pid_t pid)
{
	char path[64];
	struct buf name = { 0 };
	bool is;

	snprintf(path, sizeof(path), "/proc/%d/comm", (int)pid);
	is = io_read_file(path, 64, &name) == ERR_OK &&
	    text_starts(buf_text(&name), INIT);
	buf_clear(&name);
	return is;
}

/* The process of the execution, or 0. */
static pid_t
process_of(struct runner *r, const struct exec *e)
{
	char *path = exec_path(r, e->id, EXEC_PID);
	struct buf text = { 0 };
	int64_t pid = 0;

	if (e->child > 0 && !e->reaped) {
		pid = e->child;
	} else if (io_read_file(path, 64, &text) == ERR_OK) {
		text.data[strcspn(text.data, "\n")] = '\0';
		if (!text_int(text.data, 2, INT32_MAX, &pid) ||
		    !is_of((pid_t)pid, e->id))
			pid = 0;
	}
	buf_clear(&text);
	free(path);
	return (pid_t)pid;
}

bool
alive_signal(struct runner *r, const struct exec *e, int number)
{
	pid_t pid = process_of(r, e);

	return pid > 0 && kill(pid, number) == 0;
}

/* Signals all its processes except those of scripts; returns their number. */
static int
signal_all(const struct exec *e, int number)
{
	DIR *all = opendir("/proc");
	struct dirent *entry;
	int64_t pid;
	int n = 0;

	while (all != NULL && (entry = readdir(all)) != NULL)
		if (text_int(entry->d_name, 2, INT32_MAX, &pid) &&
		    is_of((pid_t)pid, e->id) && !is_init((pid_t)pid))
			n += kill((pid_t)pid, number) == 0;
	if (all != NULL)
		closedir(all);
	return n;
}

/* Reads the alive file. False: there is none. */
static bool
read_file(struct runner *r, struct exec *e, int64_t now)
{
	char *path = exec_path(r, e->id, EXEC_ALIVE);
	struct buf text = { 0 };
	int64_t touched = 0, deadline;
	struct stat st;

	if (stat(path, &st) == 0)
		touched = (int64_t)st.st_mtim.tv_sec * 1000 +
		    st.st_mtim.tv_nsec / 1000000;
	if (e->beat == 0 || touched != e->touched)
		e->beat = now;
	e->touched = touched;
	if (touched > 0 && io_read_file(path, 64, &text) == ERR_OK &&
	    text.len == 21) {
		text.data[20] = '\0';
		deadline = strtoll(text.data, NULL, 10);
		e->deadline = deadline > 0 ? deadline : 0;
	}
	buf_clear(&text);
	free(path);
	return touched > 0 || e->child > 0;
}

/* "2026-03-01 12:00:00 UTC". */
static void
format_time(int64_t ms, char ret[32])
{
	char text[CLOCK_TEXT];

	clock_format(ms, text);
	snprintf(ret, 32, "%.10s %.8s UTC", text, text + 11);
}

static enum err
report_line(
    struct runner *r, const struct exec *e, const struct status_line *line)
{
	struct json_object *json = status_line_write(line);
	enum err err = keeper_report(r, RUNNER_LINE,
	    &(struct runner_message){ .exec = e->id, .line = json });

	json_object_put(json);
	return err;
}

/* Reports to the page that the process is silent, and since when. */
static void
report_silence(struct runner *r, struct exec *e, bool silent, int64_t now)
{
	struct status_line line = { .kind = STATUS_NOTE,
		.note = silent ? "silent" : "answers" };
	int64_t since = e->touched > 0 ? e->touched
				       : clock_now() - (now - e->seen);
	struct buf message = { 0 };
	char from[32], end[32];

	format_time(since, from);
	if (!silent) {
		message_put(&message, "said_goes_on");
	} else if (e->deadline > 0) {
		format_time(clock_now() + e->deadline + GRACE_MS - now, end);
		message_put(
		    &message, "said_silent_until from=%s end=%s", from, end);
	} else {
		message_put(&message, "said_silent from=%s", from);
	}
	line.message = buf_text(&message);
	if (e->results != NULL || report_line(r, e, &line) != ERR_UNAVAILABLE)
		e->silent = silent;
	buf_clear(&message);
}

/*
 * True if it is past its deadline or a cancel request, including the grace
 * time.
 */
static bool
is_overdue(const struct exec *e, int64_t now, int64_t after_cancel,
    int64_t after_deadline)
{
	return (e->cancel_at > 0 && now >= e->cancel_at + after_cancel) ||
	    (e->deadline > 0 && now >= e->deadline + after_deadline) ||
	    (e->results != NULL && now >= e->beat + DRY_RUN_SILENT_MS);
}

static void
end(struct runner *r, struct exec *e, int64_t now)
{
	pid_t pid = process_of(r, e);

	log_warn("execution %s: its process %d does not answer and is ended",
	    e->id, (int)pid);
	e->killed = true;
	e->sweep_at = now + SWEEP_MS;
	if (pid > 0)
		kill(pid, SIGKILL);
	(void)signal_all(e, SIGCONT);
}

/* After SIGKILL: repeats until no process is left. */
static void
sweep(struct exec *e, int64_t now)
{
	int number = now >= e->sweep_at ? SIGKILL : 0;

	if (signal_all(e, number) == 0 || number == SIGKILL)
		e->sweep_at = 0;
}

void
alive_check(struct runner *r, struct exec *e)
{
	int64_t now = clock_monotonic();

	if (now < e->check_at)
		return;
	e->check_at = now + CHECK_MS;
	if (e->sweep_at > 0)
		sweep(e, now);
	if (e->cancel && e->cancel_at == 0)
		e->cancel_at = now;
	if (e->settled || e->killed || !read_file(r, e, now))
		return;
	if (now < e->beat + SILENT_MS) {
		e->woken = false;
		if (e->silent)
			report_silence(r, e, false, now);
		return;
	}
	if (!e->silent)
		report_silence(r, e, true, now);
	if (!e->woken && is_overdue(e, now, 0, 0)) {
		e->woken = true;
		(void)signal_all(e, SIGCONT);
	} else if (is_overdue(e, now, END_MS, GRACE_MS)) {
		end(r, e, now);
	}
}
