/*
 * openssh.c: commands over SSH by the system's ssh.
 *
 * It supports what libssh2 does not: RSA keys, certificates, servers that allow
 * only etm MACs, AEAD ciphers or an RSA host key.  Each call is a process of
 * its own with a new environment and explicit options; no configuration file is
 * read.  The pinned host key is the only line of a known_hosts file in the
 * attempt's folder, under an alias, so that ssh can neither learn nor accept
 * another.  Opening a connection runs an empty command, so that an unreachable
 * host is distinguished from a lost connection.
 *
 * This machine is reached in the same way, with sh in place of ssh.
 */
#include <errno.h>
#include <fcntl.h>
#include <pwd.h>
#include <signal.h>
#include <stdlib.h>
#include <string.h>
#include <sys/prctl.h>
#include <sys/wait.h>
#include <unistd.h>

#include "base/clock.h"
#include "base/io.h"
#include "base/mem.h"
#include "lang/host_key.h"
#include "base/message.h"
#include "executor/ssh/local_sh.h"
#include "executor/ssh/openssh.h"
#include "executor/ssh/ssh_key.h"
#include "executor/ssh/stream_pipe.h"

#define ALIAS "countersign"
#define CHUNK (128 * 1024)
#define OPEN_MS 30000
#define ERRORS_MAX 800
#define FAILED 255 /* exit code of ssh's own failures */

static void
put_option(const char **argv, size_t *n, const char *flag, const char *value)
{
	argv[(*n)++] = flag;
	argv[(*n)++] = value;
}

/* Options for a command, or for a tunnel: then ssh also prints its failures. */
static void
put_purpose(const char **argv, size_t *n, const char *forward)
{
	if (forward == NULL) {
		put_option(argv, n, "-o", "ClearAllForwardings=yes");
		put_option(argv, n, "-o", "LogLevel=ERROR");
		return;
	}
	put_option(argv, n, "-o", "ExitOnForwardFailure=yes");
	put_option(argv, n, "-o", "StreamLocalBindMask=0177");
	put_option(argv, n, "-o", "LogLevel=INFO");
	put_option(argv, n, "-L", forward);
	argv[(*n)++] = "-N";
}

void
openssh_become(
    const struct openssh *s, const char *forward, const char *command)
{
	const struct job_target *t = s->conn.target;
	const struct passwd *pw = getpwuid(getuid());
	const char *agent = t->agent ? getenv("SSH_AUTH_SOCK") : NULL;
	char *env[] = { mem_printf("HOME=%s", pw != NULL ? pw->pw_dir : "/"),
		mem_strdup("PATH=/usr/local/bin:/usr/bin:/bin"),
		mem_strdup("LANG=C.UTF-8"),
		agent != NULL ? mem_printf("SSH_AUTH_SOCK=%s", agent) : NULL,
		NULL };
	char *known = mem_printf("UserKnownHostsFile=%s", s->known_hosts);
	char *port = mem_printf("%d", ssh_conn_local_port(t));
	const char *argv[64] = { "ssh", "-F", "/dev/null", "-T", "-x", "-a",
		"-o", "BatchMode=yes", "-o", "StrictHostKeyChecking=yes", "-o",
		"HostKeyAlias=" ALIAS, "-o", known, "-o",
		"GlobalKnownHostsFile=/dev/null", "-o", "UpdateHostKeys=no",
		"-o", "ConnectTimeout=10", "-o", "ServerAliveInterval=3", "-o",
		"ServerAliveCountMax=3", "-p", port };
	size_t n = 0;

	while (argv[n] != NULL)
		n++;
	put_purpose(argv, &n, forward);
	if (t->user != NULL)
		put_option(argv, &n, "-l", t->user);
	if (t->key != NULL)
		put_option(argv, &n, "-i", t->key);
	if (!t->agent)
		put_option(argv, &n, "-o", "IdentitiesOnly=yes");
	if (s->subsystem)
		argv[n++] = "-s";
	argv[n++] = "--";
	argv[n++] = ssh_conn_local_host(t);
	argv[n++] = command;
	prctl(PR_SET_PDEATHSIG, SIGKILL);
	loop_reset_signals();
	environ = env;
	execvp("ssh", (char *const *)argv);
	_exit(127);
}

static bool
start_ssh(const struct openssh *s, const char *command, int ends[3],
    struct confine_child *ret)
{
	*ret = (struct confine_child){ .pid = fork(), .fd = -1 };
	if (ret->pid == 0) {
		if (dup2(ends[0], 0) >= 0 && dup2(ends[1], 1) >= 0 &&
		    dup2(ends[2], 2) >= 0)
			openssh_become(s, NULL, command);
		_exit(126);
	}
	return ret->pid > 0;
}

bool
openssh_start(const struct openssh *s, bool subsystem, const char *command,
    int ret_fds[3], struct confine_child *ret, struct buf *why)
{
	int pipes[3][2] = { { -1, -1 }, { -1, -1 }, { -1, -1 } };
	struct openssh copy = *s;
	int ends[3];
	bool ok = true;

	copy.subsystem = subsystem;
	*ret = (struct confine_child){ .pid = -1, .fd = -1 };
	for (int i = 0; i < 3 && ok; i++) {
		ok = pipe2(pipes[i], O_CLOEXEC) == 0;
		ends[i] = pipes[i][i > 0];
	}
	if (ok)
		ok = s->conn.client == &ssh_conn_local
		    ? local_sh_start(command, ends, ret, why)
		    : start_ssh(&copy, command, ends, ret);
	for (int i = 0; i < 3; i++) {
		if (pipes[i][i > 0] >= 0)
			close(pipes[i][i > 0]);
		ret_fds[i] = pipes[i][i == 0];
		if (ret_fds[i] >= 0)
			io_set_nonblocking(ret_fds[i], true);
	}
	return ok;
}

static bool
start(struct openssh *s, const char *command, struct buf *why)
{
	s->sent = 0;
	buf_reset(&s->errors);
	return openssh_start(s, false, command, s->fds, &s->child, why);
}

static void
close_end(int *fd)
{
	if (*fd >= 0)
		close(*fd);
	*fd = -1;
}

static void
keep_errors(struct openssh *s, const char *data, size_t len)
{
	buf_put(&s->errors, data, len);
	if (s->errors.len > ERRORS_MAX)
		buf_consume(&s->errors, s->errors.len - ERRORS_MAX);
}

static void
send_more(struct openssh *s, struct buf *more)
{
	ssize_t n = write(s->fds[0], more->data, more->len);

	if (n > 0)
		buf_consume(more, (size_t)n);
	else if (n < 0 && errno != EAGAIN && errno != EINTR)
		close_end(&s->fds[0]);
}

/* True if there is data to send: the input, its end, or further input. */
static bool
has_input(const struct openssh *s, const struct ssh_call *call)
{
	return s->fds[0] >= 0 &&
	    (call->more == NULL || s->sent < call->input->len ||
		call->more(call->ctx)->len > 0);
}

static void
send_input(struct openssh *s, const struct ssh_call *call)
{
	const struct buf *input = call->input;
	ssize_t n = 0;

	if (call->more != NULL && s->sent == input->len) {
		send_more(s, call->more(call->ctx));
		return;
	}
	if (s->sent < input->len)
		n = write(
		    s->fds[0], input->data + s->sent, input->len - s->sent);
	if (n > 0)
		s->sent += (size_t)n;
	if ((s->sent == input->len && call->more == NULL) ||
	    (n < 0 && errno != EAGAIN && errno != EINTR))
		close_end(&s->fds[0]);
}

static void
take(struct openssh *s, int i, struct ssh_call *call, char *chunk)
{
	ssize_t n = read(s->fds[i], chunk, CHUNK);

	if (n == 0 || (n < 0 && errno != EAGAIN && errno != EINTR)) {
		close_end(&s->fds[i]);
	} else if (n > 0 && i == 1) {
		call->out(call->ctx, chunk, (size_t)n);
	} else if (n > 0) {
		keep_errors(s, chunk, (size_t)n);
		call->err(call->ctx, chunk, (size_t)n);
	}
}

/*
 * The time by which data must arrive, or 0.  If the caller has enough, the
 * input ends, so that a command which waits for more of it ends, too.
 */
static int64_t
next_limit(struct openssh *s, const struct ssh_call *call)
{
	int64_t at = call->enough != NULL && s->fds[0] >= 0
	    ? call->enough(call->ctx)
	    : 0;

	if (at > 0 && clock_monotonic() < at)
		return at;
	if (at > 0)
		close_end(&s->fds[0]);
	return ssh_conn_call_limit(call);
}

/* Until both outputs have ended. SSH_OK, SSH_LOST (time) or SSH_STOPPED. */
static enum ssh_result
converse(struct openssh *s, struct ssh_call *call)
{
	enum ssh_result result = SSH_OK;
	char *chunk = mem_calloc(1, CHUNK);
	int64_t limit = next_limit(s, call);

	while (s->fds[1] >= 0 || s->fds[2] >= 0) {
		struct pollfd p[3] = {
			{ .fd = has_input(s, call) ? s->fds[0] : -1,
			    .events = POLLOUT },
			{ .fd = s->fds[1], .events = POLLIN },
			{ .fd = s->fds[2], .events = POLLIN },
		};

		if (loop_poll(s->conn.loop, p, 3, limit) != STOP_NONE) {
			result = SSH_STOPPED;
			break;
		}
		if (p[0].revents != 0)
			send_input(s, call);
		for (int i = 1; i < 3; i++)
			if (p[i].revents != 0)
				take(s, i, call, chunk);
		limit = next_limit(s, call);
		if (limit > 0 && clock_monotonic() >= limit) {
			result = SSH_LOST;
			break;
		}
	}
	free(chunk);
	return result;
}

enum ssh_result
openssh_result(const char *errors, bool opening)
{
	static const char *const dropped[] = { "kex_exchange_identification",
		"banner exchange", "Connection closed by",
		"Connection reset by" };

	if (*errors == '\0') /* as OpenSSH 10 reports it */
		return opening ? SSH_DROPPED : SSH_LOST;
	for (size_t i = 0; i < (opening ? 4 : 2); i++)
		if (strstr(errors, dropped[i]) != NULL)
			return SSH_DROPPED;
	return SSH_LOST;
}

/* Puts ssh's error messages into one line. */
static enum ssh_result
report_failed(struct openssh *s, struct buf *why)
{
	static const char *const final[] = { "Permission denied",
		"Host key verification failed", "HOST IDENTIFICATION",
		"No such identity", "bad permissions", "invalid format" };
	const struct job_target *t = s->conn.target;
	const char *errors = buf_text(&s->errors);

	message_put(why, "ssh_failed host=%s port=%d reason=%s", t->host,
	    t->port, *errors != '\0' ? errors : MESSAGE("no_reason_given"));
	for (size_t i = 0; i < sizeof(final) / sizeof(final[0]); i++) {
		if (strstr(errors, final[i]) == NULL)
			continue;
		buf_putc(why, ' ');
		message_put(why, "ssh_check target=%s", t->name);
		return SSH_REFUSED;
	}
	return openssh_result(errors, s->opening);
}

static enum ssh_result
openssh_run(struct ssh_conn *l, struct ssh_call *call, struct buf *why)
{
	struct openssh *s = (struct openssh *)l;
	enum ssh_result result = SSH_REFUSED;
	int status = 0;

	if (!start(s, call->command, why)) {
		if (why->len == 0)
			message_put(why,
			    "ssh_client_start program=%s reason=%s",
			    l->client == &ssh_conn_local ? "sh" : "ssh",
			    strerror(errno));
		goto out;
	}
	result = converse(s, call);
	if (result != SSH_OK)
		kill(s->child.pid, SIGKILL);
	confine_wait(&s->child, &status);
	if (result == SSH_LOST)
		message_put(why, "ssh_late target=%s", l->target->name);
	if (result != SSH_OK)
		goto out;
	if (l->client == &ssh_conn_local && WIFSIGNALED(status)) {
		message_put(why, "ssh_shell_signal target=%s signal=%d",
		    l->target->name, WTERMSIG(status));
		result = SSH_LOST;
	} else if (WIFSIGNALED(status) ||
	    (WEXITSTATUS(status) == FAILED && l->client != &ssh_conn_local)) {
		result = report_failed(s, why);
	}
	call->status = WEXITSTATUS(status);
out:
	for (int i = 0; i < 3; i++)
		close_end(&s->fds[i]);
	return result;
}

static void
openssh_close(struct ssh_conn *l)
{
	struct openssh *s = (struct openssh *)l;

	if (s->known_hosts != NULL)
		unlink(s->known_hosts);
	free(s->known_hosts);
	buf_clear(&s->errors);
	free(s);
}

/* Writes the pinned key in ssh's format. */
static bool
pin(struct openssh *s, struct buf *why)
{
	const struct job_target *t = s->conn.target;
	struct buf blob = { 0 }, line = { 0 };
	struct ssh_key_facts key = { 0 };
	char type[64];
	bool ok = false;

	if (t->key != NULL && !t->agent)
		ssh_key_read(t->key, &key);
	/* In our working folder, whose path may be covered (confine.h). */
	s->known_hosts = mem_printf(
	    "./%s.%d.known_hosts", t->name, (int)getpid());
	if (t->host_key == NULL || !host_key_read(t->host_key, type, &blob)) {
		message_put(why, "ssh_not_pinned_add target=%s host=%s port=%d",
		    t->name, t->host, t->port);
	} else if (key.error != 0) {
		message_put(why,
		    "ssh_key_unreadable_openssh file=%s target=%s reason=%s",
		    t->key, t->name, strerror(key.error));
	} else if (key.encrypted) {
		message_put(why, "ssh_key_encrypted_openssh file=%s target=%s",
		    t->key, t->name);
	} else {
		buf_printf(&line, ALIAS " %s\n", t->host_key);
		ok = io_write_file(s->known_hosts, 0600, line.data, line.len) ==
		    ERR_OK;
		if (!ok)
			message_put(why, "ssh_key_unwritten");
	}
	buf_clear(&blob);
	buf_clear(&line);
	return ok;
}

static enum ssh_result
openssh_open(const struct job_target *target, struct event_loop *loop,
    struct ssh_conn **ret, struct buf *why)
{
	struct openssh *s = mem_calloc(1, sizeof(*s));
	struct buf nothing = { 0 };
	struct ssh_call call = { .command = "exit 0",
		.input = &nothing,
		.out = ssh_call_drop,
		.err = ssh_call_drop,
		.limit = clock_monotonic() + OPEN_MS };
	enum ssh_result result = SSH_REFUSED;

	s->conn = (struct ssh_conn){
		.client = &ssh_conn_openssh, .target = target, .loop = loop
	};
	for (int i = 0; i < 3; i++)
		s->fds[i] = -1;
	if (!pin(s, why))
		goto out;
	s->opening = true;
	result = openssh_run(&s->conn, &call, why);
	s->opening = false;
	if (result == SSH_OK && call.status == 127 && s->errors.len == 0) {
		message_put(why, "ssh_missing");
		result = SSH_REFUSED;
	}
	if (result == SSH_OK)
		*ret = &s->conn;
out:
	if (result != SSH_OK)
		openssh_close(&s->conn);
	return result;
}

const struct ssh_client ssh_conn_openssh = {
	"openssh",
	NULL,
	openssh_open,
	openssh_run,
	pipe_stream_open,
	openssh_close,
	NULL,
};

static enum ssh_result
local_open(const struct job_target *target, struct event_loop *loop,
    struct ssh_conn **ret, struct buf *why)
{
	struct openssh *s = mem_calloc(1, sizeof(*s));

	(void)why;
	s->conn = (struct ssh_conn){
		.client = &ssh_conn_local, .target = target, .loop = loop
	};
	for (int i = 0; i < 3; i++)
		s->fds[i] = -1;
	*ret = &s->conn;
	return SSH_OK;
}

const struct ssh_client ssh_conn_local = {
	.name = "local",
	.open = local_open,
	.run = openssh_run,
	.stream = pipe_stream_open,
	.close = openssh_close,
};
