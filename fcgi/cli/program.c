/*
 * program.c: starts, supervises and ends the programs of the console.
 *
 * Each leads a process group of its own.  After its death the rest of its group
 * is ended before it is started again: nginx's workers would go on answering on
 * the port after a kill of their master, with nobody to end them.  A group was
 * preferred to a cgroup, which needs a delegated tree, and to a pid namespace,
 * which many containers refuse.  The steps, which the runner starts, lead
 * sessions of their own and are not affected.
 */
#include <errno.h>
#include <fcntl.h>
#include <linux/capability.h>
#include <signal.h>
#include <stdlib.h>
#include <string.h>
#include <sys/prctl.h>
#include <sys/wait.h>
#include <unistd.h>

#include "base/clock.h"
#include "base/log.h"
#include "base/mem.h"
#include "cli/account.h"
#include "cli/program.h"
#include "cli/view.h"

#define WAITS 1000 /* of 10 ms, in program_stop() */
#define COPIES 20  /* descriptors above all that are passed on */

const char *
program_find_missing(const char *folder)
{
	static const char *const names[] = {
		"countersign-runner",
		"countersign-keeper",
		"countersign-web",
		"countersign-compile",
		"countersign-pack",
		"countersign-executor",
		"countersign-executor-clients",
	};
	const char *missing = NULL;

	for (size_t i = 0;
	     i < sizeof(names) / sizeof(names[0]) && missing == NULL; i++) {
		char *path = mem_printf("%s/%s", folder, names[i]);

		if (access(path, X_OK) != 0)
			missing = names[i];
		free(path);
	}
	return missing;
}

void
program_set_args(struct program *p, const char *const *args)
{
	p->argv[0] = p->path;
	for (int i = 0; args[i] != NULL && i + 2 < PROGRAM_ARGS; i++)
		p->argv[i + 1] = mem_strdup(args[i]);
}

void
program_clear(struct program *p)
{
	for (int i = 0; i < PROGRAM_ARGS; i++)
		free(p->argv[i]);
}

/* In the child: moves the descriptors to the expected numbers. */
static void
hand_over(const struct program *p)
{
	int copies[PROGRAM_FDS];

	for (int i = 0; i < p->fds_count; i++)
		copies[i] = fcntl(p->fds[i], F_DUPFD, COPIES);
	for (int i = 0; i < p->fds_count; i++) {
		dup2(copies[i], p->at[i]);
		close(copies[i]);
	}
}

void
program_add_fd(struct program *p, int fd, int at)
{
	p->fds[p->fds_count] = fd;
	p->at[p->fds_count++] = at;
}

void
program_add_need(struct program *p, const char *path)
{
	size_t n = 0;

	while (p->needs[n] != NULL)
		n++;
	if (n < PROGRAM_NEEDS)
		p->needs[n] = path;
}

/* The first folder that it needs and may not read; NULL: it may read all. */
static const char *
unreadable(const struct program *p)
{
	for (size_t i = 0; p->needs[i] != NULL; i++)
		if (!account_may(
			p->account, p->needs[i], i == 0 ? X_OK : R_OK | X_OK))
			return p->needs[i];
	return NULL;
}

/* Changes to its own user, keeping the needed capability. */
static bool
change_account(const struct program *p)
{
	const char *closed;
	int cap;

	if (p->account == NULL)
		return true;
	(void)view_open(p->account, p->needs);
	closed = unreadable(p);
	if (closed == NULL)
		return account_become(p->account, -1);
	cap = account_reader();
	log_warn("%s may not read %s, so %s gets the right to read%s all "
		 "files: open it and the folders above it to others with "
		 "`chmod o+rX` and start the console again",
	    p->account->name, closed, p->name,
	    cap == CAP_DAC_OVERRIDE ? " and write" : "");
	return account_become(p->account, cap);
}

/*
 * A shell without job control starts what it puts into the background with
 * SIGINT and SIGQUIT ignored.  The programs would inherit that, and the shell
 * of a step cannot trap such a signal.
 */
static void
reset_signals(void)
{
	sigset_t none;

	for (int i = 1; i < NSIG; i++)
		(void)signal(i, SIG_DFL);
	sigemptyset(&none);
	sigprocmask(SIG_SETMASK, &none, NULL);
}

static void __attribute__((noreturn)) become(struct program *p, pid_t parent)
{
	setpgid(0, 0);
	reset_signals();
	if (!change_account(p))
		log_fatal("%s cannot be started as %s: %s", p->name,
		    p->account->name, strerror(errno));
	prctl(PR_SET_PDEATHSIG, SIGTERM);
	if (getppid() != parent)
		_exit(0);
	hand_over(p);
	if (p->setting != NULL)
		putenv((char *)(uintptr_t)p->setting);
	execv(p->path, p->argv);
	_exit(127);
}

void
program_start(struct program *p)
{
	pid_t parent = getpid();

	p->started = clock_monotonic();
	p->pid = fork();
	if (p->pid == 0)
		become(p, parent);
	if (p->pid > 0) {
		setpgid(p->pid, p->pid);
	} else {
		p->pid = 0;
		p->again = p->started + 1000;
	}
}

static void
ended(struct program *p, int status, bool stopping)
{
	int64_t now = clock_monotonic();

	if (!p->keeps_children)
		kill(-p->pid, SIGKILL);
	p->pid = 0;
	p->pause = now - p->started > 1000 || p->pause == 0 ? 50
	    : p->pause < 500                                ? p->pause * 2
							    : 1000;
	p->again = now + p->pause;
	if (!stopping)
		log_warn("%s ended (%s %d): it is started again", p->name,
		    WIFSIGNALED(status) ? "signal" : "exit code",
		    WIFSIGNALED(status) ? WTERMSIG(status)
					: WEXITSTATUS(status));
}

void
program_reap(struct program *programs, size_t count, bool stopping)
{
	int status;
	pid_t pid;

	while ((pid = waitpid(-1, &status, WNOHANG)) > 0)
		for (size_t i = 0; i < count; i++)
			if (programs[i].pid == pid)
				ended(&programs[i], status, stopping);
}

void
program_stop(struct program *programs, size_t count, size_t which)
{
	struct program *p = &programs[which];

	for (int n = 0; p->pid > 0 && n < WAITS; n++) {
		if (n % 100 == 0)
			kill(p->pid, n >= 200 ? SIGKILL : p->stop_signal);
		usleep(10000);
		program_reap(programs, count, true);
	}
}
