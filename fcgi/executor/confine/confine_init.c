/*
 * confine_init.c: starts a local program in its own namespaces.
 *
 * Our child is the init of a pid namespace and has a mount namespace; it covers
 * the data folder, mounts a /proc that shows the namespace alone, and starts
 * the program.  The end of init kills all processes of the namespace, so one
 * signal ends them; init passes SIGTERM on to the program's group.  The
 * program's status is sent over a pipe, as init stays for the program's
 * background processes.
 *
 * Nothing of ours is inherited but that pipe: neither the lock of the
 * execution, which would then seem alive, nor the output, which would not end.
 */
#include <errno.h>
#include <fcntl.h>
#include <sched.h>
#include <signal.h>
#include <stdlib.h>
#include <string.h>
#include <sys/mount.h>
#include <sys/prctl.h>
#include <sys/stat.h>
#include <sys/syscall.h>
#include <sys/wait.h>
#include <unistd.h>

#include "base/io.h"
#include "base/log.h"
#include "base/mem.h"
#include "executor/confine/confine_cover.h"
#include "executor/confine/confine_init.h"
#include "executor/confine/confine_script.h"
#include "executor/event_loop.h"

#define MOST_TRIES 10 /* to write to the pipe */
#define READY (-1)    /* first word of the pipe: started */

static volatile sig_atomic_t wish;
static volatile pid_t program;

static void
on_end(int number)
{
	(void)number;
	wish = 1;
	if (program > 0)
		kill(-program, SIGTERM);
}

static bool
report(int fd, int word)
{
	return write(fd, &word, sizeof(word)) == sizeof(word);
}

/* Puts the script at its usual path, in the tmpfs over the data folder. */
static bool
put_script(struct confine_call *call)
{
	char exec[4096];

	if (call->script == NULL || call->script_path != NULL)
		return true;
	umask(022);
	return getcwd(exec, sizeof(exec)) != NULL &&
	    io_mkdirs(exec, 0755) == ERR_OK && confine_script_write(call, exec);
}

static bool
make_view(struct confine_call *call)
{
	return cover_all(confine_data(), call->who->uid) && put_script(call) &&
	    cover_seal() &&
	    mount("proc", "/proc", "proc", MS_NOSUID | MS_NODEV | MS_NOEXEC,
		NULL) == 0;
}

static void __attribute__((noreturn)) run_program(struct confine_call *call)
{
	signal(SIGTERM, SIG_DFL);
	signal(SIGINT, SIG_DFL);
	(void)(call->session ? setsid() : setpgid(0, 0));
	if (rights_take(call->who, true))
		call->become(call->ctx, call->script_path);
	_exit(127);
}

/* Waits for all processes; sends the status of the program to the pipe. */
static void __attribute__((noreturn)) wait_for_all(int out)
{
	int status;
	pid_t pid;

	for (;;) {
		pid = waitpid(-1, &status, 0);
		if (pid < 0 && errno == EINTR)
			continue;
		if (pid < 0)
			_exit(0);
		if (pid != program)
			continue;
		program = 0;
		prctl(PR_SET_PDEATHSIG, 0); /* background processes may stay */
		for (int i = 0; i < MOST_TRIES && !report(out, status); i++)
			;
		close(out);
	}
}

/* Closes all descriptors but the pipe, which becomes descriptor 3. */
static void
let_go(int *out)
{
	int null = open("/dev/null", O_RDWR);

	dup2(*out, 3);
	*out = 3;
	for (int fd = 0; fd < 3 && null >= 0; fd++)
		dup2(null, fd);
	close_range(4, ~0U, 0);
	(void)!chdir("/");
}

static void __attribute__((noreturn))
be_init(struct confine_call *call, int out)
{
	struct sigaction action = { .sa_handler = on_end };
	pid_t pid;

	prctl(PR_SET_PDEATHSIG, call->end_signal);
	setpgid(0, 0);
	loop_reset_signals();
	sigaction(SIGTERM, &action, NULL);
	signal(SIGINT, SIG_IGN);
	signal(SIGCHLD, SIG_DFL);
	if (!make_view(call)) {
		(void)report(out, errno);
		_exit(1);
	}
	if (!report(out, READY))
		_exit(1); /* else started again, without them */
	pid = fork();
	if (pid == 0)
		run_program(call);
	if (pid < 0)
		_exit(127);
	program = pid;
	if (wish)
		kill(pid, SIGTERM);
	prctl(PR_SET_NAME, "countersign-ini");
	let_go(&out);
	wait_for_all(out);
}

/* glibc's fork takes no flags; the child has our memory, as after fork. */
static pid_t
clone_with(unsigned long flags)
{
	return (pid_t)syscall(
	    SYS_clone, flags | SIGCHLD, NULL, NULL, NULL, NULL);
}

/*
 * The program may have started: reports nothing, and the caller does not start
 * it another way.
 */
static void __attribute__((noreturn)) lose(pid_t pid)
{
	kill(pid, SIGKILL);
	log_fatal("the process of a script does not say whether it began");
}

pid_t
init_start(struct confine_call *call, int *ret_fd)
{
	int ends[2], word = 0;
	ssize_t n = -1;
	pid_t pid;

	if (pipe2(ends, O_CLOEXEC) != 0)
		return -1;
	pid = clone_with(CLONE_NEWNS | CLONE_NEWPID);
	if (pid == 0)
		be_init(call, ends[1]);
	close(ends[1]);
	for (int i = 0; pid > 0 && i < MOST_TRIES; i++)
		if ((n = read(ends[0], &word, sizeof(word))) >= 0)
			break;
	if (pid > 0 && n < 0)
		lose(pid);
	if (pid > 0 && n == sizeof(word) && word == READY) {
		*ret_fd = ends[0];
		return pid;
	}
	if (pid > 0) {
		waitpid(pid, NULL, 0);
		errno = n == sizeof(word) && word > 0 ? word : EPERM;
	}
	word = errno;
	close(ends[0]);
	errno = word;
	return -1;
}
