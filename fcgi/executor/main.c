/*
 * main.c: countersign-executor, the program that executes steps.
 *
 * The runner starts one for each attempt, or before it, and hands the job spec
 * over; wire/exec.h is all that they share.  From then on
 * it needs no other program: it outlives the runner, and its results wait on
 * disk.  countersign-executor-clients is the same with the clients of databases
 * and HTTP (KIND_CLIENT).
 *
 * `countersign target scan` starts it to read a host key (host_key_scan.h),
 * `countersign serve` to find out which isolation works here (confine.h).
 */
#include <errno.h>
#include <fcntl.h>
#include <signal.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/prctl.h>
#include <sys/resource.h>
#include <sys/socket.h>
#include <sys/stat.h>
#include <unistd.h>

#include "base/io.h"
#include "base/log.h"
#include "base/text.h"
#include "executor/confine/confine.h"
#include "executor/fanout.h"
#include "executor/job_spec.h"
#include "executor/output/artifact_input.h"
#include "executor/ssh/host_key_scan.h"
#include "executor/status.h"
#include "wire/exec.h"

#define JOB_SPEC_MAX (32u * 1024 * 1024)

/* The memory holds secrets: denies ptrace and core files. */
static void
harden(void)
{
	static const struct rlimit none = { 0, 0 };

	if (prctl(PR_SET_DUMPABLE, 0) != 0 ||
	    setrlimit(RLIMIT_CORE, &none) != 0)
		log_fatal("cannot be hardened: %s", strerror(errno));
	(void)setsid();
	signal(SIGPIPE, SIG_IGN);
	signal(SIGHUP, SIG_IGN);
	umask(022); /* of scripts and copies; our own files set their mode */
}

/* SIGTERM is blocked until fanout.c can handle it. */
static void
block_cancel(void)
{
	sigset_t later;

	sigemptyset(&later);
	sigaddset(&later, SIGTERM);
	sigaddset(&later, SIGINT);
	sigprocmask(SIG_BLOCK, &later, NULL);
}

static void
take_lock(void)
{
	if (io_lock(EXEC_LOCK) < 0)
		log_fatal("this attempt is already being executed");
	if (access(EXEC_PID, F_OK) == 0 || status_has_lines())
		log_fatal("this attempt was already executed");
	if (status_open() != ERR_OK)
		log_fatal("the status cannot be written: %s", strerror(errno));
	if (alive_open() != ERR_OK)
		log_warn("nobody will see that this process goes on: %s",
		    strerror(errno));
	alive_beat(0);
}

/*
 * Not made durable: after a loss of power the attempt is `starting` in the
 * journal, and nothing but the runner that it had then would start it.
 */
static void
write_pid(void)
{
	int fd = open(EXEC_PID, O_WRONLY | O_CREAT | O_EXCL | O_CLOEXEC, 0600);
	char text[16];

	snprintf(text, sizeof(text), "%d\n", (int)getpid());
	if (fd < 0 || io_write_all(fd, text, strlen(text)) != 0)
		log_fatal("the file %s cannot be written", EXEC_PID);
	close(fd);
}

/* Standard input is a file, which the runner has written as a whole. */
static enum err
read_job_spec(const char *exec, struct job_spec *ret, struct fault *fault)
{
	struct buf text = { 0 };
	enum err err;

	err = io_read_file("/dev/stdin", JOB_SPEC_MAX, &text);
	if (err != ERR_OK)
		fault_set(fault, err, "job_spec", NULL, "job_spec_unreadable");
	else if ((err = job_spec_parse(text.data, text.len, ret, fault)) ==
		ERR_OK &&
	    !text_eq(ret->exec, exec)) {
		job_spec_clear(ret);
		err = fault_set(
		    fault, ERR_INVALID, "job_spec", "exec", "job_spec_other");
	}
	if (text.data != NULL)
		explicit_bzero(text.data, text.len);
	buf_clear(&text);
	return err;
}

/* The job spec is read: prevents its inheritance from here on. */
static void
close_input(void)
{
	int fd = open("/dev/null", O_RDWR | O_CLOEXEC);

	if (fd < 0 || dup2(fd, STDIN_FILENO) < 0 || dup2(fd, STDOUT_FILENO) < 0)
		log_fatal("/dev/null cannot be opened");
	close_range(3, ~0U, CLOSE_RANGE_CLOEXEC);
	close(fd);
}

/*
 * Waits for the runner's message on standard input, which the job spec replaces
 * then; `ret` is EXEC.  False: the runner has ended.
 */
static bool
receive_execution(char ret[2 * EXEC_ID_BYTES])
{
	union {
		struct cmsghdr first;
		char bytes[CMSG_SPACE(sizeof(int))];
	} control;
	struct iovec text = { ret, 2 * (size_t)EXEC_ID_BYTES };
	struct msghdr m = { .msg_iov = &text,
		.msg_iovlen = 1,
		.msg_control = control.bytes,
		.msg_controllen = sizeof(control.bytes) };
	struct cmsghdr *c;
	ssize_t n;
	int fd;

	do
		n = recvmsg(STDIN_FILENO, &m, MSG_CMSG_CLOEXEC);
	while (n < 0 && errno == EINTR);
	if (n == 0)
		return false;
	c = n > 0 ? CMSG_FIRSTHDR(&m) : NULL;
	if (n != 2 * EXEC_ID_BYTES || c == NULL ||
	    c->cmsg_level != SOL_SOCKET || c->cmsg_type != SCM_RIGHTS ||
	    c->cmsg_len != CMSG_LEN(sizeof(int)) ||
	    (m.msg_flags & (MSG_TRUNC | MSG_CTRUNC)) != 0)
		log_fatal("the runner's message is not understood");
	memcpy(&fd, CMSG_DATA(c), sizeof(int));
	if (dup2(fd, STDIN_FILENO) < 0)
		log_fatal("the job spec was not received: %s", strerror(errno));
	close(fd);
	return true;
}

/* Becomes the process of an execution; `name` is what `ps` shows. */
static void
stand_by(char *name)
{
	char exec[2 * EXEC_ID_BYTES + 1] = "";

	confine_open(NULL, ".");
	harden();
	confine_prepare();
	if (send(STDIN_FILENO, EXEC_READY, strlen(EXEC_READY), MSG_NOSIGNAL) <
		0 ||
	    !receive_execution(exec))
		exit(0);
	if (chdir(exec) != 0)
		log_fatal("the folder of %s cannot be entered", exec);
	_Static_assert(
	    sizeof(EXEC_STAND_BY) == sizeof(exec), "EXEC replaces it");
	memcpy(name, exec, sizeof(exec));
}

int
main(int argc, char **argv)
{
	struct job_spec spec;
	struct fault fault;
	enum err err;

	log_open("countersign-executor");
	if (argc == 2 && strcmp(argv[1], "--host-key") == 0) {
		harden();
		return scan_host_key();
	}
	if (argc == 3 && strcmp(argv[1], "--isolation") == 0) {
		confine_open(argv[2], NULL);
		return confine_print();
	}
	if (argc != 2) {
		fputs("usage: countersign-executor EXEC <job-spec (the runner "
		      "starts "
		      "it)\n",
		    stderr);
		return 2;
	}
	if (strcmp(argv[1], EXEC_STAND_BY) == 0) {
		stand_by(argv[1]);
	} else {
		confine_open(NULL, "..");
		harden();
	}
	block_cancel();
	take_lock();
	write_pid();
	err = read_job_spec(argv[1], &spec, &fault);
	if (err != ERR_OK) {
		log_warn("%s", fault.message);
		status_done(STATE_FAILED, fault.message);
		return 1;
	}
	close_input();
	confine_job(&spec);
	artifact_input_check(&spec);
	err = fanout_run(&spec);
	job_spec_clear(&spec);
	return err == ERR_OK ? 0 : 1;
}
