/*
 * leftover.c: processes of a console that was killed.
 *
 * Our own programs end with `serve`, as the kernel signals its end to them.
 * nginx's workers get no signal when `serve` and their master are killed at
 * once.  They are identified by the log of this data folder, which they hold
 * open: process ids on disk were rejected, as they are reused.
 */
#include <ctype.h>
#include <dirent.h>
#include <signal.h>
#include <stdbool.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>

#include "base/io.h"
#include "base/mem.h"
#include "base/text.h"
#include "cli/leftover.h"
#include "wire/exec.h"

/* Calls `fn` for each process; returns how often it was true. */
static size_t
each_process(bool (*fn)(const char *pid, const char *data), const char *data)
{
	DIR *d = opendir("/proc");
	struct dirent *e;
	size_t n = 0;

	while (d != NULL && (e = readdir(d)) != NULL)
		if (isdigit((unsigned char)e->d_name[0]))
			n += fn(e->d_name, data);
	if (d != NULL)
		closedir(d);
	return n;
}

/*
 * Compares files, not paths: the link of a file that was opened in another
 * mount namespace (cli/view.c) begins at the root of that namespace, which is
 * not ours in a chroot.
 */
static bool
has_open(const char *pid, const struct stat *file)
{
	char *folder = mem_printf("/proc/%s/fd", pid);
	DIR *d = opendir(folder);
	struct dirent *e;
	struct stat st;
	bool found = false;

	while (d != NULL && !found && (e = readdir(d)) != NULL)
		found = fstatat(dirfd(d), e->d_name, &st, 0) == 0 &&
		    st.st_dev == file->st_dev && st.st_ino == file->st_ino;
	if (d != NULL)
		closedir(d);
	free(folder);
	return found;
}

/* The name of its program, 15 bytes at most; "" if it has ended. */
static void
read_name(const char *pid, struct buf *ret)
{
	char *path = mem_printf("/proc/%s/comm", pid);

	if (io_read_file(path, 64, ret) == ERR_OK)
		ret->data[strcspn(ret->data, "\n")] = '\0';
	free(path);
}

static bool
end_nginx(const char *pid, const char *data)
{
	char *log = mem_printf("%s/run/nginx/error.log", data);
	struct buf name = { 0 };
	int64_t number;
	struct stat st;
	bool found;

	read_name(pid, &name);
	found = strcmp(buf_text(&name), "nginx") == 0 && stat(log, &st) == 0 &&
	    has_open(pid, &st) && text_int(pid, 2, INT32_MAX, &number) &&
	    kill((pid_t)number, SIGKILL) == 0;
	buf_clear(&name);
	free(log);
	return found;
}

size_t
leftover_end(const char *data)
{
	return each_process(end_nginx, data);
}

/* The first process of an execution: its lock is held. */
static bool
is_step(const char *pid, const char *data)
{
	char *path = mem_printf("/proc/%s/cmdline", pid), *lock;
	struct buf text = { 0 };
	const char *exec;
	bool held = false;

	if (io_read_file(path, 8192, &text) == ERR_OK) {
		exec = buf_text(&text) + strlen(buf_text(&text)) + 1;
		if (text.len > 2 * EXEC_ID_BYTES + 1 &&
		    strspn(exec, "0123456789abcdef") == 2 * EXEC_ID_BYTES) {
			lock = mem_printf("%s/exec/%s/" EXEC_PID, data, exec);
			buf_reset(&text);
			held = io_read_file(lock, 64, &text) == ERR_OK &&
			    strtol(buf_text(&text), NULL, 10) ==
				strtol(pid, NULL, 10);
			free(lock);
		}
	}
	buf_clear(&text);
	free(path);
	return held;
}

size_t
leftover_steps(const char *data)
{
	return each_process(is_step, data);
}
