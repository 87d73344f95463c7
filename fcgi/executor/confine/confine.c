/*
 * confine.c: restricts programs on this machine.
 *
 * A script, the shell of an edit, and the process that reads and writes files
 * for a copy or for SQLite would have the rights of the console: its keys, its
 * journal, its sockets.  So they run as another user if we are root
 * (confine_rights.c), and in namespaces in which the data folder is covered
 * (confine_init.c, confine_cover.c); filters of the kernel are added
 * (confine_filter.c).  These means are redundant: a script's author must not
 * become an admin because a kernel lacks one of them.
 *
 * An ordinary user first makes a user namespace, which permits the others; it
 * is made before any secret is in memory, since the kernel does not let a
 * process that is not dumpable map its own user.
 */
#include <errno.h>
#include <fcntl.h>
#include <sched.h>
#include <signal.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/pidfd.h>
#include <sys/prctl.h>
#include <sys/wait.h>
#include <unistd.h>

#include "base/mem.h"
#include "base/message.h"
#include "base/restrict.h"
#include "base/text.h"
#include "executor/confine/confine.h"
#include "executor/confine/confine_cover.h"
#include "executor/confine/confine_filter.h"
#include "executor/confine/confine_init.h"
#include "executor/confine/confine_script.h"
#include "executor/event_loop.h"

static char *data_folder;
static const struct job_spec *policy;
static bool may_divide; /* namespaces are possible, as far as known */

void
confine_job(const struct job_spec *o)
{
	policy = o;
}

const struct job_spec *
confine_policy(void)
{
	static const struct job_spec none;

	return policy != NULL ? policy : &none;
}

static void
become_nothing(void *ctx, const char *script_path)
{
	(void)ctx;
	(void)script_path;
	_exit(0);
}

bool
confine_isolates(void)
{
	struct confine_who me = { .uid = geteuid() };
	struct confine_call call = {
		.who = &me, .end_signal = SIGKILL, .become = become_nothing
	};
	struct confine_child child = { .pid = -1, .init = true };
	int status;

	if (may_divide)
		child.pid = init_start(&call, &child.fd);
	if (child.pid > 0)
		confine_wait(&child, &status);
	return child.pid > 0;
}

bool
confine_forbidden(struct buf *why)
{
	if (confine_policy()->local_forbidden)
		message_put(why, "local_forbidden");
	return confine_policy()->local_forbidden;
}

const char *
confine_data(void)
{
	return data_folder;
}

static bool
write_to(const char *path, const char *text)
{
	int fd = open(path, O_WRONLY | O_CLOEXEC);
	bool ok = fd >= 0 &&
	    write(fd, text, strlen(text)) == (ssize_t)strlen(text);

	if (fd >= 0)
		close(fd);
	return ok;
}

/* Maps only our own user, to itself. */
static bool
enter_user_namespace(void)
{
	uid_t uid = geteuid();
	gid_t gid = getegid();
	char map[64];

	if (unshare(CLONE_NEWUSER) != 0)
		return false;
	snprintf(map, sizeof(map), "%lu %lu 1", (unsigned long)uid,
	    (unsigned long)uid);
	if (!write_to("/proc/self/uid_map", map) ||
	    !write_to("/proc/self/setgroups", "deny"))
		return false;
	snprintf(map, sizeof(map), "%lu %lu 1", (unsigned long)gid,
	    (unsigned long)gid);
	return write_to("/proc/self/gid_map", map);
}

/* NULL: `exec` is no folder of executions, and there is no data folder. */
static char *
find_data(const char *exec)
{
	char *folder = realpath(exec, NULL), *up = mem_printf("%s/..", exec);
	char *data = NULL;

	if (folder != NULL && text_ends(folder, "/exec"))
		data = realpath(up, NULL);
	free(folder);
	free(up);
	return data;
}

void
confine_open(const char *data, const char *exec)
{
	confine_rights_open();
	free(data_folder);
	data_folder = data != NULL ? realpath(data, NULL) : find_data(exec);
	may_divide = data_folder != NULL && strcmp(data_folder, "/") != 0 &&
	    (confine_without() & CONFINE_NAMESPACES) == 0 &&
	    (geteuid() == 0 || enter_user_namespace());
}

void
confine_prepare(void)
{
	struct confine_who who;
	struct buf why = { 0 };

	filter_prepare();
	(void)confine_choose(NULL, &who, &why);
	confine_who_clear(&who);
	buf_clear(&why);
}

/*
 * True if the program's user can reach the data folder, which may be in /root.
 */
static bool
gets_there(const struct confine_who *who)
{
	int fd;

	confine_files_as(who);
	fd = open(data_folder, O_PATH | O_CLOEXEC);
	confine_files_own();
	if (fd >= 0)
		close(fd);
	return fd >= 0;
}

/*
 * If nothing is covered, or the user cannot reach it, the script is stored
 * outside the data folder.
 */
static bool
put_script(struct confine_call *call)
{
	char folder[] = "/tmp/countersign.XXXXXX";
	bool ok;

	if (call->script == NULL || call->script_path != NULL)
		return true;
	if (mkdtemp(folder) == NULL)
		return false;
	ok = confine_script_write(call, folder);
	if (call->who->changes)
		ok = ok && chown(folder, call->who->uid, call->who->gid) == 0;
	return ok;
}

/* In the child of start_beside(). */
static void __attribute__((noreturn))
run_beside(struct confine_call *call, pid_t parent)
{
	(void)(call->session ? setsid() : setpgid(0, 0));
	loop_reset_signals();
	signal(SIGCHLD, SIG_DFL);
	if (rights_take(call->who, false)) {
		prctl(PR_SET_PDEATHSIG, call->end_signal);
		if (getppid() == parent)
			call->become(call->ctx, call->script_path);
	}
	_exit(127);
}

/* Starts without namespaces. */
static bool
start_beside(struct confine_call *call, struct confine_child *ret)
{
	pid_t parent = getpid(), pid;

	if (!put_script(call) || (pid = fork()) < 0)
		return false;
	if (pid == 0)
		run_beside(call, parent);
	if (!call->session)
		setpgid(pid, pid);
	*ret = (struct confine_child){ .pid = pid, .fd = pidfd_open(pid, 0) };
	return ret->fd >= 0;
}

/* For root, another user suffices. */
static bool
may_be_beside(int error, struct buf *why)
{
	const struct job_spec *o = confine_policy();

	if (geteuid() == 0 || !o->local_production || o->local_unconfined)
		return true;
	message_put(why, "local_no_namespaces reason=%s",
	    error != 0 ? strerror(error) : MESSAGE("local_to_this_user"));
	return false;
}

bool
confine_start(
    struct confine_call *call, struct confine_child *ret, struct buf *why)
{
	int fd = -1, error = 0;
	pid_t pid = -1;

	*ret = (struct confine_child){ .pid = -1, .fd = -1 };
	if (may_divide && !call->who->whole &&
	    (gets_there(call->who) || put_script(call))) {
		pid = init_start(call, &fd);
		error = errno;
	}
	if (pid > 0) {
		*ret = (struct confine_child){ pid, fd, true };
		return true;
	}
	if (!call->who->whole && !may_be_beside(error, why))
		return false;
	if (start_beside(call, ret))
		return true;
	message_put(why, "local_no_process reason=%s", strerror(errno));
	return false;
}

/* Its init ended before it had the program's status. */
static int
status_of_init(pid_t pid)
{
	int status = 0;

	if (waitpid(pid, &status, 0) != pid || !WIFSIGNALED(status))
		return 127 << 8;
	return status;
}

bool
confine_reap(struct confine_child *c, int *ret_status)
{
	ssize_t n;

	if (!c->init)
		return waitpid(c->pid, ret_status, WNOHANG) == c->pid;
	n = read(c->fd, ret_status, sizeof(*ret_status));
	if (n < 0)
		return false; /* to be read again */
	if (n != sizeof(*ret_status))
		*ret_status = status_of_init(c->pid);
	return true;
}

void
confine_wait(struct confine_child *c, int *ret_status)
{
	if (c->init) {
		while (!confine_reap(c, ret_status))
			;
	} else {
		while (waitpid(c->pid, ret_status, 0) < 0 && errno == EINTR)
			;
	}
	confine_close(c);
}

void
confine_close(struct confine_child *c)
{
	if (c->fd >= 0)
		close(c->fd);
	c->fd = -1;
}

bool
confine_view(const struct confine_who *who, struct buf *why)
{
	static bool done;

	if (done || who->whole)
		return true;
	if (may_divide && unshare(CLONE_NEWNS) == 0 &&
	    cover_all(data_folder, who->uid) && cover_seal())
		return done = true;
	return may_be_beside(errno, why);
}

/* True if a child can install that filter. */
static bool
works(bool (*filter)(void))
{
	int status = 0;
	pid_t pid = fork();

	if (pid == 0)
		_exit(prctl(PR_SET_NO_NEW_PRIVS, 1, 0, 0, 0) == 0 && filter()
			? 0
			: 1);
	return pid > 0 && waitpid(pid, &status, 0) == pid && status == 0;
}

int
confine_print(void)
{
	struct confine_who who;
	struct buf why = { 0 };
	bool known = confine_choose(NULL, &who, &why);

	printf("{\"namespaces\":%s,\"seccomp\":%s,\"landlock\":%d,"
	       "\"root\":%s,\"user\":\"%s\"}\n",
	    confine_isolates() ? "true" : "false",
	    works(filter_system_calls) ? "true" : "false", landlock_version(),
	    geteuid() == 0 ? "true" : "false", known ? who.user : "");
	confine_who_clear(&who);
	buf_clear(&why);
	free(data_folder);
	data_folder = NULL;
	return 0;
}
