/*
 * pandoc.c: converts documents of other formats to Markdown.
 *
 * pandoc reads the document from its standard input, with --sandbox, which
 * keeps it from opening files that the document names, with a bounded heap, and
 * for a bounded time; its output is bounded too.  No part of the document or of
 * its name is on the command line.  pandoc writes a block of code without a
 * language as an indented one, and has to put an empty comment between it and a
 * list before it.  A filter (pandoc.lua) gives each of them a fence, makes
 * alerts of notes and warnings, and takes lists and blocks within the cells of
 * a table apart, which it would write as HTML, as it would do with spans and
 * with the attributes of links.  Content that pandoc has read but would not
 * write, such as a template of a wiki, is kept as text with a note.
 */
#include <errno.h>
#include <fcntl.h>
#include <poll.h>
#include <signal.h>
#include <stdio.h>
#include <string.h>
#include <strings.h>
#include <sys/mman.h>
#include <sys/stat.h>
#include <sys/wait.h>
#include <unistd.h>

#include "base/clock.h"
#include "base/io.h"
#include "base/text.h"
#include "compiler/runbook.h"
#include "cli/cli.h"
#include "cli/pandoc.h"

#define TIME_MS 60000
#define FILE_MAX (50 * 1024 * 1024)
#define NO_PROGRAM 127 /* as a shell says it */

static const struct {
	const char *ending, *format;
} formats[] = {
	{ ".rst", "rst" },
	{ ".rest", "rst" },
	{ ".docx", "docx" },
	{ ".odt", "odt" },
	{ ".html", "html" },
	{ ".htm", "html" },
	{ ".xhtml", "html" },
	{ ".org", "org" },
	{ ".textile", "textile" },
	{ ".mediawiki", "mediawiki" },
	{ ".wiki", "mediawiki" },
	{ ".dokuwiki", "dokuwiki" },
	{ ".jira", "jira" },
	{ ".rtf", "rtf" },
	{ ".tex", "latex" },
	{ ".xml", "docbook" },
	{ ".epub", "epub" },
	{ ".ipynb", "ipynb" },
};

/* clang-format off */
static const char filter[] =
#include "pandoc.lua.inc"
;
/* clang-format on */

static const char *
format_of(const char *path)
{
	size_t len = strlen(path), n;

	for (size_t i = 0; i < sizeof(formats) / sizeof(formats[0]); i++) {
		n = strlen(formats[i].ending);
		if (len > n &&
		    strcasecmp(path + len - n, formats[i].ending) == 0)
			return formats[i].format;
	}
	return NULL;
}

static void __attribute__((noreturn))
become(const char *format, int input, int output, int lua)
{
	char from[32], script[32];
	const char *argv[] = { "pandoc", "+RTS", "-M512m", "-RTS", "--sandbox",
		from, "--to=gfm", "--wrap=none", script, NULL };

	snprintf(from, sizeof(from), "--from=%s", format);
	snprintf(script, sizeof(script), "--lua-filter=/dev/fd/%d", lua);
	if (dup2(input, 0) >= 0 && dup2(output, 1) >= 0)
		execvp(argv[0], (char *const *)argv);
	_exit(errno == ENOENT ? NO_PROGRAM : 126);
}

/* Reads until the other end is closed, `ret` is full, or time is up. */
static bool
take(int fd, struct buf *ret, const char *path)
{
	int64_t end = clock_monotonic() + TIME_MS, left;
	char chunk[16384];
	ssize_t n;

	while ((left = end - clock_monotonic()) > 0) {
		struct pollfd poller = { .fd = fd, .events = POLLIN };

		if (poll(&poller, 1, (int)left) <= 0)
			continue;
		if ((n = read(fd, chunk, sizeof(chunk))) <= 0)
			return n == 0;
		buf_put(ret, chunk, (size_t)n);
		if (ret->len > RUNBOOK_MAX_BYTES) {
			cli_message(CLI_NO, "cli_markdown_large file=%s", path);
			return false;
		}
	}
	cli_message(
	    CLI_NO, "cli_pandoc_slow file=%s seconds=%d", path, TIME_MS / 1000);
	return false;
}

static bool
print_end(int status, const char *path)
{
	if (WIFEXITED(status) && WEXITSTATUS(status) == 0)
		return true;
	if (WIFEXITED(status) && WEXITSTATUS(status) == NO_PROGRAM)
		cli_message(CLI_NO, "cli_pandoc_missing file=%s", path);
	else
		cli_message(CLI_NO, "cli_pandoc_failed file=%s", path);
	return false;
}

/* Runs pandoc between the two; its standard error is ours. */
static bool
convert(
    const char *path, const char *format, int input, int lua, struct buf *ret)
{
	int out[2], status = 0;
	bool taken;
	pid_t pid;

	if (pipe2(out, O_CLOEXEC) != 0)
		return false;
	fflush(NULL);
	if ((pid = fork()) == 0)
		become(format, input, out[1], lua);
	close(out[1]);
	taken = pid > 0 && take(out[0], ret, path);
	close(out[0]);
	if (pid > 0 && !taken)
		kill(pid, SIGKILL);
	while (pid > 0 && waitpid(pid, &status, 0) < 0 && errno == EINTR)
		;
	return taken && print_end(status, path);
}

/*
 * pandoc writes an empty comment between two lists, which is removed; inside a
 * fence it is the document's own.
 */
static void
drop_comments(struct buf *text)
{
	static const char comment[] = "<!-- -->\n\n";
	size_t to = 0, fence = 0;

	for (size_t from = 0, len; from < text->len; from += len) {
		const char *line = text->data + from;
		const char *end = memchr(line, '\n', text->len - from);
		size_t marks = strspn(line, "`");

		len = end != NULL ? (size_t)(end - line) + 1 : text->len - from;
		if (fence == 0 && text_starts(line, comment)) {
			len = sizeof(comment) - 1;
			continue;
		}
		if (fence == 0 && marks >= 3)
			fence = marks;
		else if (fence > 0 && marks >= fence && line[marks] == '\n')
			fence = 0;
		memmove(text->data + to, line, len);
		to += len;
	}
	text->len = to;
	if (text->data != NULL)
		text->data[to] = '\0';
}

bool
pandoc_read(const char *path, struct buf *ret)
{
	const char *format = format_of(path);
	int input = -1, lua = -1;
	struct stat st;
	bool ok = false;

	if (format == NULL) {
		cli_message(CLI_NO, "cli_format_unknown file=%s", path);
		return false;
	}
	errno = 0; /* do not wait for the other end of a FIFO */
	if ((input = open(path, O_RDONLY | O_CLOEXEC | O_NONBLOCK)) < 0 ||
	    fstat(input, &st) != 0 || !S_ISREG(st.st_mode)) {
		cli_message(CLI_NO,
		    errno == ENOENT ? "cli_no_file file=%s"
				    : "cli_file_unreadable file=%s",
		    path);
	} else if (st.st_size > FILE_MAX) {
		cli_message(CLI_NO, "cli_file_large file=%s limit=50", path);
	} else if ((lua = memfd_create("filter", 0)) < 0 ||
	    io_write_all(lua, filter, sizeof(filter) - 1) != 0) {
		cli_message(CLI_NO, "%s: %s", path, strerror(errno));
	} else if ((ok = convert(path, format, input, lua, ret))) {
		drop_comments(ret);
	}
	if (input >= 0)
		close(input);
	if (lua >= 0)
		close(lua);
	return ok;
}
