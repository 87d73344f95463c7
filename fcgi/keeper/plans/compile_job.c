/*
 * compile_job.c: one process of countersign-compile, or a child that hashes
 * files: the keeper's loop reads none.
 *
 * Request, answer and standard error are files in memory, so that the keeper
 * neither blocks on a pipe that nobody reads nor copies while the process runs:
 * it waits for the process alone, over its pidfd.  A limit bounds their size.
 * The process inherits nothing else: no environment, no descriptor, and the
 * keeper's memory is gone with the exec.
 */
#include <errno.h>
#include <signal.h>
#include <stdlib.h>
#include <string.h>
#include <sys/mman.h>
#include <sys/pidfd.h>
#include <sys/prctl.h>
#include <sys/resource.h>
#include <sys/stat.h>
#include <sys/wait.h>
#include <unistd.h>

#include "base/clock.h"
#include "base/hash.h"
#include "base/io.h"
#include "base/json.h"
#include "base/log.h"
#include "base/mem.h"
#include "base/text.h"
#include "keeper/plans/compile_job.h"
#include "plan/plan_files.h"

#define LOGGED 8000 /* bytes of its standard error */

struct compile_job *
compile_job_new(const struct compile_request *r)
{
	struct compile_job *j = mem_calloc(1, sizeof(*j));

	j->kind = r->kind;
	j->fd = j->out = j->err = -1;
	compile_request_write(r, &j->request, j->key);
	return j;
}

struct compile_job *
compile_job_new_files(const char *folder, struct json_object *list)
{
	struct compile_job *j = mem_calloc(1, sizeof(*j));
	const char *text = json_write(list);

	j->fd = j->out = j->err = -1;
	j->folder = mem_strdup(folder);
	j->list = list;
	hash_hex(text, strlen(text), j->key);
	return j;
}

static void
let_go(int *fd)
{
	if (*fd >= 0)
		close(*fd);
	*fd = -1;
}

void
compile_job_free(struct compile_job *j)
{
	if (j == NULL)
		return;
	if (j->pid > 0) {
		kill(j->pid, SIGKILL);
		waitpid(j->pid, NULL, 0);
	}
	let_go(&j->fd);
	let_go(&j->out);
	let_go(&j->err);
	buf_clear(&j->request);
	free(j->folder);
	json_object_put(j->list);
	json_object_put(j->resolved);
	free(j);
}

/* In the new process. */
static void __attribute__((noreturn))
become(const struct compile_job *j, const char *program, int in, pid_t parent)
{
	char *argv[] = { "countersign-compile", NULL },
	     *environment[] = { NULL };
	struct rlimit most = { COMPILE_ANSWER_MOST, COMPILE_ANSWER_MOST };

	prctl(PR_SET_PDEATHSIG, SIGKILL);
	if (getppid() != parent || dup2(in, 0) < 0 || dup2(j->out, 1) < 0 ||
	    dup2(j->err, 2) < 0 || chdir("/") != 0 ||
	    setrlimit(RLIMIT_FSIZE, &most) != 0)
		_exit(127);
	signal(SIGPIPE, SIG_DFL);
	close_range(3, ~0U, 0);
	execve(program, argv, environment);
	_exit(127);
}

/*
 * In a child of the keeper: writes the entries, or {"refused": message}, which
 * no path is.
 */
static void __attribute__((noreturn)) hash_files(const struct compile_job *j)
{
	struct json_object *o = json_object_new_object();
	struct fault fault = { 0 };
	const char *text;

	prctl(PR_SET_PDEATHSIG, SIGKILL);
	if (plan_files_hash(j->folder, j->list, o, &fault) != ERR_OK)
		json_set_text(o, "refused", fault.message);
	text = json_write(o);
	_exit(io_write_all(j->out, text, strlen(text)) == 0 ? 0 : 127);
}

/* The request as a file, from its first byte. */
static int
put_request(const struct compile_job *j)
{
	int fd = memfd_create("compile-request", MFD_CLOEXEC);

	if (fd >= 0 &&
	    (io_write_all(fd, j->request.data, j->request.len) != 0 ||
		lseek(fd, 0, SEEK_SET) != 0))
		let_go(&fd);
	return fd;
}

bool
compile_job_start(struct compile_job *j, const char *program)
{
	pid_t parent = getpid();
	int in = put_request(j);

	j->out = memfd_create("compile-answer", MFD_CLOEXEC);
	j->err = memfd_create("compile-log", MFD_CLOEXEC);
	j->failure = COMPILE_NOT_STARTED;
	if (in >= 0 && j->out >= 0 && j->err >= 0 && (j->pid = fork()) == 0) {
		if (j->folder != NULL)
			hash_files(j);
		become(j, program, in, parent);
	}
	if (j->pid > 0)
		j->fd = pidfd_open(j->pid, 0);
	let_go(&in);
	if (j->fd < 0) {
		log_warn("%s cannot be started: %s", program, strerror(errno));
		return false;
	}
	j->deadline = clock_monotonic() + COMPILE_SECONDS * 1000;
	return true;
}

int
compile_job_left(const struct compile_job *j)
{
	int64_t left = j->deadline - clock_monotonic();

	return j->fd < 0 || j->killed ? -1 : left > 0 ? (int)left : 0;
}

void
compile_job_tick(struct compile_job *j)
{
	if (compile_job_left(j) != 0)
		return;
	kill(j->pid, SIGKILL);
	j->killed = true;
}

static bool
read_file(int fd, size_t most, struct buf *ret)
{
	struct stat st;
	ssize_t n;

	if (fstat(fd, &st) != 0 || st.st_size < 0 || (size_t)st.st_size > most)
		return false;
	n = pread(
	    fd, buf_reserve(ret, (size_t)st.st_size), (size_t)st.st_size, 0);
	if (n > 0)
		ret->len += (size_t)n;
	return n == st.st_size;
}

/* A line of the log for each of its own, without control characters. */
static void
log_errors(int fd)
{
	struct buf text = { 0 };
	char *save = NULL;

	(void)buf_reserve(&text, LOGGED);
	text.len = (size_t)pread(fd, text.data, LOGGED, 0);
	text.len = text.len > LOGGED ? 0 : text.len;
	buf_putc(&text, '\0');
	text_drop_invalid(text.data);
	for (char *line = strtok_r(text.data, "\n", &save); line != NULL;
	     line = strtok_r(NULL, "\n", &save)) {
		for (char *s = line; *s != '\0'; s++)
			if ((unsigned char)*s < ' ' || *s == 0x7f)
				*s = ' ';
		log_warn("compiling: %s", line);
	}
	buf_clear(&text);
}

static enum compile_failure
failure_of(const struct compile_job *j, int status)
{
	if (WIFEXITED(status) && WEXITSTATUS(status) == 0)
		return COMPILE_WRONG; /* until its answer is read */
	if (WIFEXITED(status) && WEXITSTATUS(status) == 127)
		return COMPILE_NOT_STARTED;
	if (j->killed || (WIFSIGNALED(status) && WTERMSIG(status) == SIGXCPU))
		return COMPILE_SLOW;
	log_warn("countersign-compile ended (%s %d)",
	    WIFSIGNALED(status) ? "signal" : "exit code",
	    WIFSIGNALED(status) ? WTERMSIG(status) : WEXITSTATUS(status));
	return COMPILE_DIED;
}

/* Reads what hash_files() wrote. */
static void
read_hashes(struct compile_job *j)
{
	struct buf text = { 0 };

	if (read_file(j->out, COMPILE_ANSWER_MOST, &text) &&
	    json_read(buf_text(&text), text.len, &j->resolved, NULL) == ERR_OK)
		j->failure = COMPILE_ANSWERED;
	if (json_get(j->resolved, "refused") != NULL)
		(void)fault_set(&j->fault, ERR_INVALID, "no_such_file",
		    "environment", "%s", json_text(j->resolved, "refused", ""));
	buf_clear(&text);
}

bool
compile_job_end(struct compile_job *j, struct compile_answer *ret)
{
	struct buf answer = { 0 };
	struct fault fault = { 0 };
	int status = 0;

	while (waitpid(j->pid, &status, 0) < 0 && errno == EINTR)
		;
	j->pid = 0;
	j->failure = failure_of(j, status);
	log_errors(j->err);
	if (j->failure == COMPILE_WRONG && j->folder != NULL) {
		read_hashes(j);
	} else if (j->failure == COMPILE_WRONG) {
		if (read_file(j->out, COMPILE_ANSWER_MOST, &answer) &&
		    compile_answer_read(buf_text(&answer), answer.len, j->kind,
			j->key, ret, &fault) == ERR_OK)
			j->failure = COMPILE_ANSWERED;
		else
			log_warn(
			    "the answer of countersign-compile is refused: "
			    "%s %s",
			    fault.field, fault.message);
	}
	let_go(&j->fd);
	let_go(&j->out);
	let_go(&j->err);
	buf_clear(&answer);
	buf_clear(&j->request);
	return j->folder == NULL && j->failure == COMPILE_ANSWERED;
}
