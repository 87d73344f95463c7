/*
 * act_shell.c: runs a script on this machine.
 *
 * The script is a file that only we can read, never an argument; values are
 * in its environment, which is made anew from a short list.  It leads a
 * process group of its own, so that ending it ends what it started.  It has
 * ended when the interpreter has; a child left behind that still holds the
 * output is waited for shortly and noted.
 *
 * As another user (user=) the interpreter's environment is not ours to make
 * and our file not theirs to read: then sh, as that user, reads script and
 * values from its standard input, as it does over SSH.
 *
 * With pty it has a terminal of its own, and leads the session of it; what
 * output.c's typist has to say goes in where its output comes out.
 */
#include <errno.h>
#include <fcntl.h>
#include <pwd.h>
#include <signal.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/ioctl.h>
#include <sys/mman.h>
#include <sys/pidfd.h>
#include <sys/prctl.h>
#include <sys/wait.h>
#include <unistd.h>

#include "base/clock.h"
#include "base/io.h"
#include "base/mem.h"
#include "base/text.h"
#include "step/act.h"
#include "step/script.h"

#define CHUNK		(256 * 1024)
#define KILL_AFTER_MS	5000
#define OPEN_MS		2000	/* how long an output may stay open */
#define PATH "/usr/local/sbin:/usr/local/bin:/usr/sbin:/usr/bin:/sbin:/bin"

struct shell {
	struct job	*job;
	char		*file;		/* of the script, or NULL */
	char		**env;
	size_t		 env_count;
	size_t		 env_cap;
	int		 input;		/* what its standard input is */
	int		 output;	/* our end of its output */
	int64_t		 taken;		/* bytes that its terminal has */
	bool		 deaf;		/* it takes no more */
	struct size	 size;
	pid_t		 pid;
	int		 pidfd;
	int		 status;	/* of waitpid(2) */
	char		 nonce[33];	/* as another user, until it came */
	struct buf	 preamble;
	int64_t		 limit;		/* until when the present state lasts */
	int		 killed;	/* how often, in vain */
	bool		 refused;
	bool		 ended;
	bool		 closed;
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

/* The whole environment of the script: nothing of ours is inherited. */
static void
make_env(struct shell *s)
{
	const struct passwd *pw = getpwuid(getuid());

	add_env(s, "PATH", PATH);
	add_env(s, "HOME", pw != NULL ? pw->pw_dir : "/");
	add_env(s, "USER", pw != NULL ? pw->pw_name : "nobody");
	add_env(s, "LOGNAME", pw != NULL ? pw->pw_name : "nobody");
	add_env(s, "LANG", getenv("LANG") != NULL ? getenv("LANG") :
	    "C.UTF-8");
	add_env(s, "TERM", s->job->order->pty ? "xterm" : "dumb");
	if (getenv("TZ") != NULL)
		add_env(s, "TZ", getenv("TZ"));
	if (s->job->order->user == NULL)
		script_variables(s->job->order, s->job->target->name, add_env,
		    s);
}

static bool
write_script(struct shell *s)
{
	const struct job *job = s->job;
	char folder[4096];
	struct buf text = {0};
	enum err err;

	if (getcwd(folder, sizeof(folder)) == NULL)
		return false;
	s->file = mem_printf("%s/%s.script", folder, job->target->name);
	script_text(job->order, &text);
	err = io_write_file(s->file, 0600, text.data, text.len);
	buf_clear(&text);
	return err == ERR_OK;
}

/* What sh reads that becomes another user: see script.h. */
static void
make_bootstrap(struct shell *s, struct buf *out)
{
	const struct order *o = s->job->order;
	struct buf text = {0};

	buf_printf(out, "cs_refuse() {\nprintf '%s %%s\\n' \"$1\"\nexit 9\n}\n"
	    "cs_main() {\n", s->nonce);
	script_exports(o, s->job->target->name, out);
	script_checks(o, s->job->target->name, out);
	buf_puts(out, "cs_file=$(mktemp) || cs_refuse 'There is no room for "
	    "the script in the folder of temporary files.'\n");
	script_text(o, &text);
	script_here("cat >\"$cs_file\"", &text, out);
	buf_printf(out, "printf '%s\\n'\n", s->nonce);
	script_call(o, "\"$cs_file\"", out);
	buf_printf(out, " %s\ncs_code=$?\nrm -f \"$cs_file\"\n"
	    "exit $cs_code\n}\ncs_main\n", o->pty ? "<&1" : "</dev/null");
	buf_clear(&text);
}

/* Standard input: nothing, or the bootstrap in a file without a name. */
static bool
open_input(struct shell *s)
{
	struct buf text = {0};
	bool ok;

	if (s->job->order->user == NULL) {
		s->input = open("/dev/null", O_RDONLY | O_CLOEXEC);
		return s->input >= 0 && write_script(s);
	}
	text_random_hex(s->nonce, 16);
	make_bootstrap(s, &text);
	s->input = memfd_create("bootstrap", MFD_CLOEXEC);
	ok = s->input >= 0 &&
	    io_write_all(s->input, text.data, text.len) == 0 &&
	    lseek(s->input, 0, SEEK_SET) == 0;
	buf_clear(&text);
	return ok;
}

/* In the child: becomes the interpreter, or reports why not. */
static void __attribute__((noreturn))
become(struct shell *s, int output, int report)
{
	const struct order *o = s->job->order;
	char *command = script_command(o->user);
	const char *argv[] = { o->interpreter, script_flag(o), s->file, NULL,
		NULL, NULL };
	const char *as_user[] = { "sh", "-c", command, NULL };
	const char *home = NULL;
	int failure[2] = { 'x', 0 };

	if (script_loader(o) != NULL) {
		argv[2] = "-c";
		argv[3] = script_loader(o);
		argv[4] = s->file;
	}
	prctl(PR_SET_PDEATHSIG, SIGKILL);
	if (o->pty)
		(void)(setsid() > 0 && ioctl(output, TIOCSCTTY, 0));
	else
		setpgid(0, 0);
	watch_reset_signals();
	environ = s->env;
	home = getenv("HOME");
	if (dup2(o->pty && o->user == NULL ? output : s->input, 0) < 0 ||
	    dup2(output, 1) < 0 || dup2(1, 2) < 0)
		goto out;
	close_range(3, ~0U, CLOSE_RANGE_CLOEXEC);
	if (o->user == NULL && o->cwd != NULL && chdir(o->cwd) != 0) {
		failure[0] = 'd';
		goto out;
	}
	if ((o->cwd == NULL || o->user != NULL) && chdir(home) != 0 &&
	    chdir("/") != 0)
		goto out;
	if (o->user != NULL)
		execvp("sh", (char *const *)as_user);
	else
		execvp(o->interpreter, (char *const *)argv);
out:
	failure[1] = errno;
	(void)!write(report, failure, sizeof(failure));
	_exit(127);
}

static void
say_failure(struct job *job, const int failure[2])
{
	const struct order *o = job->order;

	if (failure[0] == 'd')
		act_end(job, ENDING_NOT_STARTED, "The folder %s (cwd=) cannot "
		    "be entered on %s: %s. Create it, or correct cwd=.",
		    o->cwd, job->target->name, strerror(failure[1]));
	else if (failure[1] == ENOENT)
		act_end(job, ENDING_NOT_STARTED, "The interpreter %s is not "
		    "installed on %s (not found in PATH). Install it there, or "
		    "write the step for another one.", o->interpreter,
		    job->target->name);
	else
		act_end(job, ENDING_NOT_STARTED, "The interpreter %s could "
		    "not be started on %s: %s.", o->interpreter,
		    job->target->name, strerror(failure[1]));
}

/* The terminal as large as the window of who types; the kernel tells the
 * program of a change (SIGWINCH). */
static void
resize(struct shell *s)
{
	struct size size = typist_size(s->job->output->typist);
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

/* A terminal: our end in out[0], the script's in out[1]. */
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

/* Starts the child.  False: it did not come to life, and job says why. */
static bool
start(struct shell *s)
{
	int out[2], report[2], failure[2];
	ssize_t n;

	if (s->job->order->pty ? !open_terminal(out) :
	    pipe2(out, O_CLOEXEC) != 0)
		return false;
	s->output = out[0];
	if (s->job->order->pty)
		resize(s);
	if (pipe2(report, O_CLOEXEC) != 0 || (s->pid = fork()) < 0) {
		close(out[1]);
		return false;
	}
	if (s->pid == 0)
		become(s, out[1], report[1]);
	if (!s->job->order->pty)
		setpgid(s->pid, s->pid);
	*s->job->group = s->pid;
	close(out[1]);
	close(report[1]);
	(void)fcntl(s->output, F_SETPIPE_SZ, 1 << 20);
	io_set_nonblocking(s->output, true);
	s->pidfd = pidfd_open(s->pid, 0);
	while ((n = read(report[0], failure, sizeof(failure))) < 0 &&
	    errno == EINTR)
		;
	close(report[0]);
	if (n > 0) {
		say_failure(s->job, failure);
		waitpid(s->pid, &s->status, 0);
		s->ended = true;
		return false;
	}
	if (s->nonce[0] == '\0')
		act_announce(s->job);
	return s->pidfd >= 0;
}

/* Output before the line with the nonce is not the script's. */
static void
take_preamble(struct shell *s, const char *data, size_t len)
{
	const char *line, *eol;

	buf_put(&s->preamble, data, len);
	line = strstr(buf_text(&s->preamble), s->nonce);
	if (line == NULL || (eol = strchr(line, '\n')) == NULL)
		return;
	s->nonce[0] = '\0';
	line += 32;
	if (*line == ' ') {
		act_end(s->job, ENDING_NOT_STARTED, "%.*s",
		    (int)(eol - line - 1), line + 1);
		s->refused = true;
		return;
	}
	act_announce(s->job);
	output_put(s->job->output, eol + 1,
	    s->preamble.len - (size_t)(eol + 1 - s->preamble.data));
}

static void
take_output(struct shell *s, char *chunk)
{
	ssize_t n = read(s->output, chunk, CHUNK);

	if (n == 0 || (n < 0 && errno != EAGAIN && errno != EINTR))
		s->closed = true;
	else if (n > 0 && s->nonce[0] != '\0')
		take_preamble(s, chunk, (size_t)n);
	else if (n > 0 && !s->refused)
		output_put(s->job->output, chunk, (size_t)n);
}

static void
reap(struct shell *s)
{
	if (waitpid(s->pid, &s->status, WNOHANG) != s->pid)
		return;
	s->ended = true;
	s->limit = clock_monotonic() + OPEN_MS;
	if (s->job->stop != STOP_NONE)
		kill(-s->pid, SIGKILL);	/* what it left behind */
}

/* Asks the group to end, and later makes it. */
static void
end_group(struct shell *s, int64_t now)
{
	if (s->limit == 0) {
		kill(-s->pid, SIGTERM);
		s->limit = now + KILL_AFTER_MS;
	} else if (now >= s->limit) {
		kill(-s->pid, SIGKILL);
		s->limit = now + KILL_AFTER_MS;
		s->killed++;
	}
}

/* What is to be typed into the terminal. */
static const char *
typed(struct shell *s, size_t *ret_len)
{
	struct typist *t = s->job->output->typist;

	*ret_len = 0;
	return t != NULL && !s->closed && !s->deaf ? typist_next(t, ret_len) :
	    NULL;
}

/* What the terminal takes has arrived. */
static void
type(struct shell *s)
{
	size_t len;
	const char *keys = typed(s, &len);
	ssize_t n = write(s->output, keys, len);

	if (n > 0) {
		s->taken += n;
		typist_sent(s->job->output->typist, (size_t)n);
		typist_arrived(s->job->output->typist, s->taken);
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
			{ .fd = s->ended ? -1 : s->pidfd, .events = POLLIN },
		};
		enum stop stop = watch_poll(job->watch, fds, 2, s->limit);
		int64_t now = clock_monotonic();

		if (stop != STOP_NONE && job->stop == STOP_NONE && !s->ended)
			job->stop = stop;
		if (job->order->pty && !s->closed)
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
conclude(struct shell *s)
{
	struct job *job = s->job;

	if (!s->ended) {
		act_end(job, ENDING_UNKNOWN, "The script on %s (process %d) "
		    "could not be ended; it may still run.",
		    job->target->name, (int)s->pid);
	} else if (s->refused) {
		return;
	} else if (s->nonce[0] != '\0' && job->stop == STOP_NONE) {
		act_end(job, ENDING_NOT_STARTED, "The script could not be run "
		    "as %s (user=) on %s: %.300s", job->order->user,
		    job->target->name, buf_text(&s->preamble));
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
	struct shell s = { .job = job, .input = -1, .output = -1,
		.pidfd = -1 };

	make_env(&s);
	if (!open_input(&s) || !start(&s)) {
		if (job->why.len == 0)
			act_end(job, ENDING_NOT_STARTED, "The script could not "
			    "be started on %s: %s.", job->target->name,
			    strerror(errno));
		goto out;
	}
	follow(&s);
	conclude(&s);
out:
	*job->group = 0;
	if (s.file != NULL)
		unlink(s.file);
	for (size_t i = 0; i < s.env_count; i++)
		free(s.env[i]);
	free(s.env);
	free(s.file);
	buf_clear(&s.preamble);
	if (s.input >= 0)
		close(s.input);
	if (s.output >= 0)
		close(s.output);
	if (s.pidfd >= 0)
		close(s.pidfd);
}
