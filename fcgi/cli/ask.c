/*
 * ask.c: requests of the command line to the keeper, the one writer.
 *
 * If none is running, one is started for this call, with a socket pair as its
 * only connection; it takes the same lock as a serving one, so that two never
 * run at once.
 */
#include <errno.h>
#include <grp.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/socket.h>
#include <sys/stat.h>
#include <sys/wait.h>
#include <termios.h>
#include <unistd.h>

#include "cli/ask.h"
#include "base/catalogue.h"
#include "base/io.h"
#include "base/message.h"
#include "base/json.h"
#include "base/mem.h"
#include "cli/cli.h"
#include "wire/secret.h"
#include "wire/wire.h"

#define TIMEOUT_MS 30000

char *
cli_program_folder(void)
{
	char path[4096];
	ssize_t n = readlink("/proc/self/exe", path, sizeof(path) - 1);
	char *slash;

	if (n <= 0)
		return mem_strdup(".");
	path[n] = '\0';
	if ((slash = strrchr(path, '/')) != NULL)
		*slash = '\0';
	return mem_strdup(path);
}

/* A data folder that root's console gave to its keeper stays the keeper's. */
static void
become_owner(const char *database)
{
	struct stat st;

	if (geteuid() == 0 && stat(database, &st) == 0 && st.st_uid != 0 &&
	    (setgroups(0, NULL) != 0 ||
		setresgid(st.st_gid, st.st_gid, st.st_gid) != 0 ||
		setresuid(st.st_uid, st.st_uid, st.st_uid) != 0))
		_exit(126);
}

static int
start_keeper(const struct cli *c, pid_t *ret_pid)
{
	char *folder = cli_program_folder();
	char *program = mem_printf("%s/countersign-keeper", folder);
	char *database = mem_printf("%s/countersign.db", c->data);
	int ends[2] = { -1, -1 };

	if (access(database, F_OK) != 0)
		cli_message(0, "cli_new_data folder=%s", c->data);
	if (socketpair(AF_UNIX, SOCK_STREAM | SOCK_CLOEXEC, 0, ends) == 0 &&
	    (*ret_pid = fork()) == 0) {
		dup2(ends[1], STDIN_FILENO);
		become_owner(database);
		execl(program, program, "--stdio", "--data", c->data,
		    "--runbooks", c->runbooks, (char *)NULL);
		_exit(127);
	}
	if (ends[1] >= 0)
		close(ends[1]);
	free(database);
	free(program);
	free(folder);
	return ends[0];
}

static bool
understand(const char *verb, enum err asked, const struct wire_reply *reply,
    struct json_object **ret_result)
{
	struct json_object *o = NULL;
	bool ok = false;

	if (asked != ERR_OK) {
		cli_message(CLI_NO, "cli_keeper_silent verb=%s", verb);
		return false;
	}
	if (json_read(reply->body, strlen(reply->body), &o, NULL) != ERR_OK)
		cli_message(CLI_NO, "cli_answer_unreadable verb=%s", verb);
	else if (reply->err == ERR_OK)
		ok = true;
	else if (message_text(o, "message") != NULL)
		cli_message(CLI_NO, "%s", message_text(o, "message"));
	else
		cli_message(CLI_NO, "cli_answer_unreadable verb=%s", verb);
	if (ok && ret_result != NULL)
		*ret_result = o;
	else
		json_object_put(o);
	return ok;
}

bool
cli_ask(const struct cli *c, const char *verb, struct json_object *body,
    struct json_object **ret_result)
{
	char *path = mem_printf("%s/run/admin.sock", c->data);
	struct wire_call call = { .id = 1,
		.verb = verb,
		.address = "local",
		.body = body != NULL ? json_write(body) : "" };
	struct wire_reply reply;
	struct buf in = { 0 };
	pid_t child = 0;
	int fd = io_connect(path);
	char secret[WIRE_SECRET] = "";
	bool ok;

	if (fd < 0)
		fd = start_keeper(c, &child);
	else if (wire_secret_read(c->data, WIRE_SECRET_ADMIN, secret) != ERR_OK)
		cli_message(CLI_NO,
		    "cli_key_unreadable file=%s/keys/" WIRE_SECRET_ADMIN,
		    c->data);
	call.credential = secret;
	ok = understand(verb,
	    fd < 0 ? ERR_UNAVAILABLE
		   : wire_ask(fd, &call, TIMEOUT_MS, &in, &reply),
	    &reply, ret_result);
	if (fd >= 0)
		close(fd);
	if (child > 0)
		waitpid(child, NULL, 0);
	buf_clear(&in);
	json_object_put(body);
	free(path);
	return ok;
}

char *
cli_read_line(const char *prompt)
{
	struct termios old, quiet;
	bool terminal = tcgetattr(STDIN_FILENO, &old) == 0;
	char *line = NULL;
	size_t cap = 0;
	ssize_t n;

	if (terminal) {
		fputs(catalogue_local(prompt), stderr);
		quiet = old;
		quiet.c_lflag &= ~(tcflag_t)ECHO;
		tcsetattr(STDIN_FILENO, TCSANOW, &quiet);
	}
	n = getline(&line, &cap, stdin);
	if (terminal) {
		tcsetattr(STDIN_FILENO, TCSANOW, &old);
		fputc('\n', stderr);
	}
	if (n < 0) {
		free(line);
		return NULL;
	}
	line[strcspn(line, "\r\n")] = '\0';
	return line;
}
