/*
 * spawn.c: starts a countersign-executor in the folder of its execution.
 *
 * The job spec is its standard input, as a file in memory.  Its environment
 * holds nothing of the runner's but the home folder and the SSH agent.
 *
 * The program is countersign-executor or, for steps of KIND_CLIENT, the same
 * with the client libraries of databases and HTTP: to load these takes longer
 * than to start everything else.
 *
 * Once a program has been used, one process of it is started for the next
 * execution (EXEC_STAND_BY in wire/exec.h): the press does not wait for its
 * libraries.  It has nothing of an execution, and ends with the runner.
 */
#include <errno.h>
#include <fcntl.h>
#include <signal.h>
#include <sodium.h>
#include <stdlib.h>
#include <string.h>
#include <sys/mman.h>
#include <sys/socket.h>
#include <sys/wait.h>
#include <unistd.h>

#include "runner/spawn.h"
#include "base/clock.h"
#include "base/io.h"
#include "base/log.h"
#include "base/mem.h"
#include "base/modes.h"
#include "runner/runner.h"
#include "runner/supervise.h"
#include "wire/exec.h"

#ifndef MFD_NOEXEC_SEAL
#define MFD_NOEXEC_SEAL 0x0008U
#endif

#define STAND_BY_MS 100 /* after a press, which comes first */

bool
spawn_make_folder(struct runner *r, const char *exec)
{
	char *folder = mem_printf("%s/exec/%s", r->data_dir, exec);
	char *status = exec_path(r, exec, EXEC_STATUS);
	int fd = -1;

	if (modes_make_folder(folder, MODES_SHARED_FOLDER) == ERR_OK)
		fd = open(status, O_WRONLY | O_CREAT | O_APPEND | O_CLOEXEC,
		    MODES_PRIVATE_FILE);
	if (fd >= 0)
		close(fd);
	free(folder);
	free(status);
	return fd >= 0;
}

#ifdef __SANITIZE_ADDRESS__
static char *
test_setting(const char *name)
{
	const char *value = getenv(name);

	return mem_printf("%s=%s", name, value != NULL ? value : "");
}
#endif

/* In the child: passes nothing on but standard input. */
static void __attribute__((noreturn)) become_executor(
    const char *program, const char *folder, const char *argument, int input)
{
	char *agent = mem_printf("SSH_AUTH_SOCK=%s",
	    getenv("SSH_AUTH_SOCK") != NULL ? getenv("SSH_AUTH_SOCK") : "");
	char *home = mem_printf(
	    "HOME=%s", getenv("HOME") != NULL ? getenv("HOME") : "/");
#ifdef __SANITIZE_ADDRESS__ /* tests disable parts of the isolation */
	char *without = test_setting("COUNTERSIGN_WITHOUT");
	char *sanitizer = test_setting("ASAN_OPTIONS");
#else
	char *without = NULL, *sanitizer = NULL;
#endif
	char *argv[] = { "countersign-executor", (char *)(uintptr_t)argument,
		NULL };
	char *environment[] = {
		"PATH=/usr/local/sbin:/usr/local/bin:/usr/sbin:/usr/bin:"
		"/sbin:/bin",
		"LANG=C.UTF-8",
		home,
		agent,
		without,
		sanitizer,
		NULL,
	};

	signal(SIGPIPE, SIG_DFL);
	if (dup2(input, STDIN_FILENO) < 0 || chdir(folder) != 0)
		_exit(1);
	execve(program, argv, environment);
	log_warn("%s cannot be executed: %s", program, strerror(errno));
	_exit(1);
}

/*
 * Writes the whole job spec to a memfd, so that an executor never reads a part
 * of one if the runner dies. -1: failed.
 */
static int
write_job_spec(const struct buf *spec)
{
	int fd = memfd_create("job-spec", MFD_CLOEXEC | MFD_NOEXEC_SEAL);

	if (fd < 0 && errno == EINVAL) /* before Linux 6.3 */
		fd = memfd_create("job-spec", MFD_CLOEXEC);
	if (fd >= 0 &&
	    (io_write_all(fd, spec->data, spec->len) != 0 ||
		lseek(fd, 0, SEEK_SET) != 0)) {
		log_warn(
		    "a job spec could not be handed over: %s", strerror(errno));
		close(fd);
		fd = -1;
	}
	return fd;
}

char *
spawn_program(const struct runner *r, bool clients)
{
	return mem_printf("%s%s", r->step_program, clients ? "-clients" : "");
}

/* A child that becomes the executor; -1: failed. */
static pid_t
start(struct runner *r, bool clients, const char *folder, const char *argument,
    int input)
{
	char *program = spawn_program(r, clients);
	pid_t child = fork();

	if (child == 0)
		become_executor(program, folder, argument, input);
	free(program);
	return child;
}

static void
start_stand_by(struct runner *r, bool clients)
{
	struct stand_by *s = &r->stand_by[clients];
	char *folder = mem_printf("%s/exec", r->data_dir);
	int ends[2];

	s->due_at = 0;
	if (socketpair(AF_UNIX, SOCK_SEQPACKET | SOCK_CLOEXEC, 0, ends) == 0) {
		s->child = start(r, clients, folder, EXEC_STAND_BY, ends[1]);
		s->fd = ends[0];
		close(ends[1]);
		if (s->child < 0) {
			s->child = 0;
			close(s->fd);
		}
	}
	free(folder);
}

void
spawn_tick(struct runner *r)
{
	for (int i = 0; i < 2; i++) {
		struct stand_by *s = &r->stand_by[i];

		if (s->child > 0 && waitpid(s->child, NULL, WNOHANG) != 0) {
			log_warn("an executor that stood ready has ended");
			close(s->fd);
			s->child = 0;
		}
		if (s->due_at > 0 && clock_monotonic() >= s->due_at)
			start_stand_by(r, i == 1);
	}
}

void
spawn_end(struct runner *r)
{
	for (int i = 0; i < 2; i++)
		if (r->stand_by[i].child > 0)
			close(r->stand_by[i].fd);
}

/* Sends the execution to a process that stands ready. */
static bool
send_execution(int fd, const char *exec, int job_spec_fd)
{
	union {
		struct cmsghdr first;
		char bytes[CMSG_SPACE(sizeof(int))];
	} control = { 0 };
	struct iovec text = { (void *)(uintptr_t)exec, strlen(exec) };
	struct msghdr m = { .msg_iov = &text,
		.msg_iovlen = 1,
		.msg_control = control.bytes,
		.msg_controllen = sizeof(control.bytes) };
	struct cmsghdr *c = CMSG_FIRSTHDR(&m);

	c->cmsg_level = SOL_SOCKET;
	c->cmsg_type = SCM_RIGHTS;
	c->cmsg_len = CMSG_LEN(sizeof(int));
	memcpy(CMSG_DATA(c), &job_spec_fd, sizeof(int));
	return sendmsg(fd, &m, MSG_NOSIGNAL | MSG_DONTWAIT) > 0;
}

/* It has said so, and waits for an execution. */
static bool
stands_ready(const struct stand_by *s)
{
	char word[8];

	return s->child > 0 &&
	    recv(s->fd, word, sizeof(word), MSG_DONTWAIT) > 0;
}

/* The process that takes the execution; -1: none stands ready. */
static pid_t
hand_over(struct stand_by *s, const char *exec, int job_spec_fd)
{
	pid_t child = s->child;

	if (!stands_ready(s))
		return -1;
	s->child = 0;
	kill(child, SIGCONT); /* in case somebody has stopped it */
	if (!send_execution(s->fd, exec, job_spec_fd)) {
		kill(child, SIGKILL);
		waitpid(child, NULL, 0);
		child = -1;
	}
	close(s->fd);
	return child;
}

pid_t
spawn_executor(struct runner *r, const char *exec, const struct spawn *spawn)
{
	struct stand_by *s = &r->stand_by[spawn->clients];
	int fd = write_job_spec(&spawn->spec);
	char *folder = mem_printf("%s/exec/%s", r->data_dir, exec);
	pid_t child = -1;

	if (fd >= 0) {
		child = hand_over(s, exec, fd);
		if (child < 0)
			child = start(r, spawn->clients, folder, exec, fd);
		close(fd);
	}
	if (s->child == 0 && s->due_at == 0)
		s->due_at = clock_monotonic() + STAND_BY_MS;
	free(folder);
	return child;
}

void
spawn_clear(struct spawn *spawn)
{
	if (spawn->spec.data != NULL)
		sodium_memzero(spawn->spec.data, spawn->spec.cap);
	buf_clear(&spawn->spec);
}
