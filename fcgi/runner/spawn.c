/*
 * spawn.c: starts a countersign-executor in the folder of its execution.
 *
 * The job spec is its standard input, as a file in memory.  Its environment
 * holds nothing of the runner's but the home folder and the SSH agent.
 *
 * The program is countersign-executor or, for steps of KIND_CLIENT, the same
 * with the client libraries of databases and HTTP: to load these takes longer
 * than to start everything else.
 */
#include <errno.h>
#include <fcntl.h>
#include <signal.h>
#include <sodium.h>
#include <stdlib.h>
#include <string.h>
#include <sys/mman.h>
#include <unistd.h>

#include "runner/spawn.h"
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

/*
 * Exit codes of a child that is no executor.  The dynamic loader ends with the
 * second as well, if a library is missing.
 */
#define NOT_PREPARED 126
#define NOT_EXECUTED 127

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

/* In the child: passes nothing on but the job spec on standard input. */
static void
become_step(
    struct runner *r, const char *program, const char *exec, int job_spec_fd)
{
	char *folder = mem_printf("%s/exec/%s", r->data_dir, exec);
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
	char *argv[] = { "countersign-executor", (char *)(uintptr_t)exec,
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
	if (dup2(job_spec_fd, STDIN_FILENO) < 0 || chdir(folder) != 0)
		_exit(NOT_PREPARED);
	execve(program, argv, environment);
	log_warn("%s cannot be executed: %s", program, strerror(errno));
	_exit(NOT_EXECUTED);
}

bool
spawn_is_unexecuted(int code)
{
	return code == NOT_PREPARED || code == NOT_EXECUTED;
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

pid_t
spawn_executor(struct runner *r, const char *exec, const struct spawn *spawn)
{
	int fd = write_job_spec(&spawn->spec);
	char *program = spawn_program(r, spawn->clients);
	pid_t child = -1;

	if (fd >= 0) {
		child = fork();
		if (child == 0)
			become_step(r, program, exec, fd);
		close(fd);
	}
	free(program);
	return child;
}

void
spawn_clear(struct spawn *spawn)
{
	if (spawn->spec.data != NULL)
		sodium_memzero(spawn->spec.data, spawn->spec.cap);
	buf_clear(&spawn->spec);
}
