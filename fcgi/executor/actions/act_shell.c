/*
 * act_shell.c: runs a script on this machine.
 *
 * The script is a file that only its user can read, never an argument; values
 * are in its environment, which is built from a short list, and artifacts that
 * it reads are files beside it.  It leads its own
 * process group, in its own namespaces (confine.h), so that its end also ends
 * the processes that it started.  It has ended when the interpreter has; if a
 * background process still holds the output, that is awaited briefly and noted.
 * The user (user=) is set before the script starts, so that no sudo stands
 * between it and us.
 *
 * With pty it has its own terminal as the leader of its session; the output
 * loop also writes the bytes of output.c's input session.
 */
#include <errno.h>
#include <fcntl.h>
#include <signal.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/ioctl.h>
#include <sys/wait.h>
#include <unistd.h>

#include "base/clock.h"
#include "base/io.h"
#include "base/log.h"
#include "base/mem.h"
#include "executor/actions/act.h"
#include "executor/confine/confine.h"
#include "executor/confine/confine_script.h"
#include "executor/actions/script.h"

#define CHUNK (256 * 1024)
#define KILL_AFTER_MS 5000
#define OPEN_MS 2000 /* limit of waiting for an open output */

#define MOST_BAD_READS 3

struct shell {
	struct job *job;
	struct confine_who who;
	struct confine_call call;
	struct artifact_files artifacts;
	struct confine_child child;
	char **env;
	size_t env_count;
	size_t env_cap;
	int input;     /* its standard input */
	int output;    /* our end of its output */
	int64_t taken; /* bytes that its terminal accepted */
	bool deaf;     /* it accepts no more input */
	struct size size;
	int terminal;  /* end of the script, during its start */
	int report;    /* pipe for the error of the start */
	int status;    /* of waitpid(2) */
	int64_t limit; /* when the present state ends */
	int killed;    /* number of kill signals */
	bool ended;
	bool closed;
	int bad_reads; /* consecutive failed reads of its output */
};

static void
add_env(void *ctx, const char *name, const char *value)
{
	struct shell *s = ctx;
	size_t n = strlen(name);
	char *entry = mem_printf("%s=%s", name, value);

	for (size_t i = 0; i < s->env_count; i++) {
		if (strncmp(s->env[i], entry, n + 1) == 0) {
			free(s->env[i]);
			s->env[i] = entry;
			return;
		}
	}
	mem_grow(&s->env, &s->env_cap, s->env_count + 1, sizeof(*s->env));
	s->env[s->env_count++] = entry;
	s->env[s->env_count] = NULL;
}

/* The environment of the script: nothing of ours is inherited. */
static void
make_env(struct shell *s)
{
	add_env(s, "PATH", script_path(s->job->spec));
	add_env(s, "HOME", s->who.home);
	add_env(s, "USER", s->who.user);
	add_env(s, "LOGNAME", s->who.user);
	add_env(s, "LANG", getenv("LANG") != NULL ? getenv("LANG") : "C.UTF-8");
	add_env(s, "TERM", s->job->spec->step.pty ? "xterm" : "dumb");
	if (getenv("TZ") != NULL)
		add_env(s, "TZ", getenv("TZ"));
	script_variables(s->job->spec, s->job->target->name, add_env, s);
}

/*
 * In the new process, with its rights: executes the interpreter, or reports the
 * error.
 */
static void
become(void *ctx, const char *file)
{
	struct shell *s = ctx;
	const struct job_spec *o = s->job->spec;
	const char *argv[] = { o->interpreter, script_flag(o), file, NULL, NULL,
		NULL };
	int failure[2] = { 'x', 0 };

	if (script_loader(o) != NULL) {
		argv[2] = "-c";
		argv[3] = script_loader(o);
		argv[4] = file;
	}
	if (o->step.pty)
		(void)ioctl(s->terminal, TIOCSCTTY, 0);
	if (s->call.files_path != NULL)
		add_env(s, "CS_ARTIFACTS", s->call.files_path);
	environ = s->env;
	if (dup2(o->step.pty ? s->terminal : s->input, 0) < 0 ||
	    dup2(s->terminal, 1) < 0 || dup2(1, 2) < 0)
		goto out;
	close_range(3, ~0U, CLOSE_RANGE_CLOEXEC);
	if (o->step.cwd != NULL && chdir(o->step.cwd) != 0) {
		failure[0] = 'd';
		goto out;
	}
	if (o->step.cwd == NULL && chdir(s->who.home) != 0 && chdir("/") != 0)
		goto out;
	execvp(o->interpreter, (char *const *)argv);
out:
	failure[1] = errno;
	(void)!write(s->report, failure, sizeof(failure));
}

static void
report_failure(struct shell *s, const int failure[2])
{
	struct job *job = s->job;
	const struct job_spec *o = job->spec;

	if (failure[0] == 'd')
		act_end(job, ENDING_NOT_STARTED,
		    "shell_cwd cwd=%s target=%s user=%s reason=%s", o->step.cwd,
		    job->target->name, s->who.user, strerror(failure[1]));
	else if (failure[1] == ENOENT)
		act_end(job, ENDING_NOT_STARTED,
		    "shell_no_interpreter interpreter=%s target=%s",
		    o->interpreter, job->target->name);
	else
		act_end(job, ENDING_NOT_STARTED,
		    "shell_interpreter interpreter=%s target=%s reason=%s",
		    o->interpreter, job->target->name, strerror(failure[1]));
}

/*
 * Sets the terminal to the size of the window of the last input; the kernel
 * notifies the program (SIGWINCH).
 */
static void
resize(struct shell *s)
{
	struct size size = input_session_size(s->job->output->session);
	struct winsize to;

	if (size.columns == 0)
		size = (struct size){ SCREEN_COLUMNS, SCREEN_ROWS };
	if (size.columns == s->size.columns && size.rows == s->size.rows)
		return;
	to = (struct winsize){ .ws_col = (unsigned short)size.columns,
		.ws_row = (unsigned short)size.rows };
	if (ioctl(s->output, TIOCSWINSZ, &to) == 0)
		s->size = size;
}

/* Opens a terminal: our end in out[0], the script's in out[1]. */
static bool
open_terminal(int out[2])
{
	char name[64];
	int error;

	out[0] = posix_openpt(O_RDWR | O_NOCTTY | O_CLOEXEC);
	if (out[0] < 0)
		return false;
	out[1] = -1;
	if (grantpt(out[0]) == 0 && unlockpt(out[0]) == 0 &&
	    ptsname_r(out[0], name, sizeof(name)) == 0)
		out[1] = open(name, O_RDWR | O_NOCTTY | O_CLOEXEC);
	if (out[1] >= 0)
		return true;
	error = errno;
	close(out[0]);
	errno = error;
	return false;
}

/* Reads the new process's report of a failed start. */
static bool
began(struct shell *s, int report)
{
	int failure[2];
	ssize_t n;

	while (
	    (n = read(report, failure, sizeof(failure))) < 0 && errno == EINTR)
		;
	if (n <= 0)
		return true;
	report_failure(s, failure);
	confine_wait(&s->child, &s->status);
	s->ended = true;
	return false;
}

/* False: the start failed, and the job may have the reason. */
static bool
start(struct shell *s, const struct buf *text)
{
	struct job *job = s->job;
	int out[2], report[2];
	char name[80], files[80];
	bool ok;

	s->input = open("/dev/null", O_RDONLY | O_CLOEXEC);
	if (s->input < 0 || pipe2(report, O_CLOEXEC) != 0)
		return false;
	if (job->spec->step.pty ? !open_terminal(out)
				: pipe2(out, O_CLOEXEC) != 0)
		return false;
	s->output = out[0];
	s->terminal = out[1];
	s->report = report[1];
	if (job->spec->step.pty)
		resize(s);
	snprintf(name, sizeof(name), "%s.script", job->target->name);
	snprintf(files, sizeof(files), "%s.artifacts", job->target->name);
	s->call = (struct confine_call){ .who = &s->who,
		.end_signal = SIGKILL,
		.session = job->spec->step.pty,
		.script_name = name,
		.script = text,
		.files_name = s->artifacts.count > 0 ? files : NULL,
		.files = &s->artifacts,
		.become = become,
		.ctx = s };
	ok = confine_start(&s->call, &s->child, &job->why);
	if (!ok)
		job->ending = ENDING_NOT_STARTED;
	else
		*job->group = s->child.pid;
	close(out[1]);
	close(report[1]);
	(void)fcntl(s->output, F_SETPIPE_SZ, 1 << 20);
	io_set_nonblocking(s->output, true);
	ok = ok && began(s, report[0]);
	close(report[0]);
	if (ok)
		act_announce(job);
	return ok;
}

static void
take_output(struct shell *s, char *chunk)
{
	ssize_t n = read(s->output, chunk, CHUNK);

	if (n > 0) {
		s->bad_reads = 0;
		output_put(s->job->output, chunk, (size_t)n);
	} else if (n == 0) {
		s->closed = true;
	} else if (errno != EAGAIN && errno != EINTR &&
	    s->bad_reads++ >= MOST_BAD_READS) {
		/* so does a terminal end; the rest of a pipe is lost */
		if (!s->job->spec->step.pty)
			log_fatal("the output of a script cannot be read: %s",
			    strerror(errno));
		s->closed = true;
	}
}

static void
reap(struct shell *s)
{
	if (!confine_reap(&s->child, &s->status))
		return;
	s->ended = true;
	s->limit = clock_monotonic() + OPEN_MS;
	if (s->job->stop != STOP_NONE)
		kill(-s->child.pid, SIGKILL); /* background processes */
}

/* Terminates the group, and kills it later. */
static void
end_group(struct shell *s, int64_t now)
{
	if (s->limit == 0) {
		kill(-s->child.pid, SIGTERM);
		s->limit = now + KILL_AFTER_MS;
	} else if (now >= s->limit) {
		kill(-s->child.pid, SIGKILL);
		s->limit = now + KILL_AFTER_MS;
		s->killed++;
	}
}

/* The bytes to write to the terminal. */
static const char *
typed(struct shell *s, size_t *ret_len)
{
	struct input_session *t = s->job->output->session;

	*ret_len = 0;
	return t != NULL && !s->closed && !s->deaf
	    ? input_session_next(t, ret_len)
	    : NULL;
}

/* Bytes that the terminal accepts count as arrived. */
static void
type(struct shell *s)
{
	size_t len;
	const char *keys = typed(s, &len);
	ssize_t n = write(s->output, keys, len);

	if (n > 0) {
		s->taken += n;
		input_session_sent(s->job->output->session, (size_t)n);
		input_session_arrived(s->job->output->session, s->taken);
	} else if (n < 0 && errno != EAGAIN && errno != EINTR) {
		s->deaf = true;
	}
}

static void
follow(struct shell *s)
{
	char *chunk = mem_calloc(1, CHUNK);
	struct job *job = s->job;
	size_t len;

	while (!(s->ended && s->closed)) {
		bool typing = (typed(s, &len), len > 0);
		struct pollfd fds[2] = {
			{ .fd = s->closed ? -1 : s->output,
			    .events = typing ? POLLIN | POLLOUT : POLLIN },
			{ .fd = s->ended ? -1 : s->child.fd, .events = POLLIN },
		};
		enum stop stop = loop_poll(job->loop, fds, 2, s->limit);
		int64_t now = clock_monotonic();

		if (stop != STOP_NONE && job->stop == STOP_NONE && !s->ended)
			job->stop = stop;
		if (job->spec->step.pty && !s->closed)
			resize(s);
		if (typing && (fds[0].revents & POLLOUT) != 0)
			type(s);
		if ((fds[0].revents & ~POLLOUT) != 0)
			take_output(s, chunk);
		if (fds[1].revents != 0)
			reap(s);
		if (s->ended && now >= s->limit)
			break;
		if (!s->ended && job->stop != STOP_NONE)
			end_group(s, now);
		if (s->killed > 1)
			break;
	}
	free(chunk);
}

static void
aggregate(struct shell *s)
{
	struct job *job = s->job;

	if (!s->ended) {
		act_end(job, ENDING_UNKNOWN, "shell_not_ended target=%s pid=%d",
		    job->target->name, (int)s->child.pid);
	} else if (job->stop != STOP_NONE) {
		job->ending = ENDING_STOPPED;
	} else if (WIFSIGNALED(s->status)) {
		job->ending = ENDING_SIGNALLED;
		job->code = WTERMSIG(s->status);
	} else {
		job->ending = ENDING_EXITED;
		job->code = WEXITSTATUS(s->status);
	}
	job->output_open = s->ended && !s->closed;
}

void
act_shell(struct job *job)
{
	struct shell s = { .job = job,
		.input = -1,
		.output = -1,
		.child = { .pid = -1, .fd = -1 } };
	struct buf text = { 0 };

	if (!confine_choose(job->spec->step.user, &s.who, &job->why)) {
		job->ending = ENDING_NOT_STARTED;
		goto out;
	}
	if (!artifact_input_read(
		job->spec, job->target->name, &s.artifacts, &job->why)) {
		job->ending = ENDING_NOT_STARTED;
		goto out;
	}
	make_env(&s);
	script_text(job->spec, &text);
	if (!start(&s, &text)) {
		if (job->why.len == 0)
			act_end(job, ENDING_NOT_STARTED,
			    "shell_not_started target=%s reason=%s",
			    job->target->name, strerror(errno));
		goto out;
	}
	follow(&s);
	aggregate(&s);
out:
	*job->group = 0;
	confine_script_remove(&s.call);
	artifact_input_clear(&s.artifacts);
	confine_close(&s.child);
	confine_who_clear(&s.who);
	for (size_t i = 0; i < s.env_count; i++)
		free(s.env[i]);
	free(s.env);
	buf_clear(&text);
	if (s.input >= 0)
		close(s.input);
	if (s.output >= 0)
		close(s.output);
}
