/*
 * isolation.c: the isolation of steps on this machine.
 *
 * No interface tells whether namespaces can be created: kernels, containers and
 * security modules each refuse them in their own way.  So the program that
 * needs them tries.
 */
#include <errno.h>
#include <pwd.h>
#include <stdlib.h>
#include <string.h>
#include <sys/wait.h>
#include <unistd.h>

#include "base/io.h"
#include "base/json.h"
#include "base/log.h"
#include "base/mem.h"
#include "cli/isolation.h"
#include "wire/exec.h"

static void
ask(const char *step, const char *data, struct buf *out)
{
	int ends[2], status;
	ssize_t n;
	pid_t pid;

	if (pipe(ends) != 0 || (pid = fork()) < 0)
		return;
	if (pid == 0) {
		dup2(ends[1], 1);
		close(ends[0]);
		close(ends[1]);
		execl(step, step, "--isolation", data, (char *)NULL);
		_exit(127);
	}
	close(ends[1]);
	while ((n = read(ends[0], buf_reserve(out, 4096), 4096)) > 0 ||
	    (n < 0 && errno == EINTR))
		out->len += n > 0 ? (size_t)n : 0;
	out->data[out->len] = '\0';
	close(ends[0]);
	while (waitpid(pid, &status, 0) < 0 && errno == EINTR)
		;
}

static void
warn(struct json_object *found)
{
	const struct passwd *me = getpwuid(geteuid());
	bool root = geteuid() == 0;

	if (root && json_text(found, "user", "")[0] == '\0')
		log_warn(
		    "the user countersign-local is missing: no step runs "
		    "on this machine until it is created as root (`make "
		    "users`, "
		    "or useradd --system --user-group --create-home --home-dir "
		    "/var/lib/countersign-local --shell /usr/sbin/nologin "
		    "countersign-local), or local: {user: NAME} is in "
		    "targets.yml");
	if (json_flag(found, "namespaces", false))
		return;
	if (root)
		log_warn("this machine refuses namespaces: a user of its own "
			 "is what keeps a step on it from the console");
	else
		log_warn(
		    "steps on this machine are not isolated from the "
		    "console: it refuses namespaces to %s. Start the console "
		    "as root, or let that user make them; environments with "
		    "production: true refuse such steps",
		    me != NULL ? me->pw_name : "this user");
}

void
isolation_probe(const char *step, const char *data, gid_t group)
{
	char *path = mem_printf("%s/" EXEC_ISOLATION, data);
	struct json_object *found = NULL;
	struct buf text = { 0 };

	/* what an earlier start has found may not be so any more */
	(void)unlink(path);
	ask(step, data, &text);
	if (json_read(buf_text(&text), text.len, &found, NULL) != ERR_OK ||
	    io_write_file(path, 0640, text.data, text.len) != ERR_OK ||
	    (geteuid() == 0 && chown(path, 0, group) != 0))
		log_warn("it could not be found out what isolates steps on "
			 "this machine");
	else
		warn(found);
	json_object_put(found);
	buf_clear(&text);
	free(path);
}
