/*
 * host_key_scan.c: reads the host key of a machine, for a person to compare.
 *
 * With client: libssh2 a handshake shows it; with client: openssh, for which
 * the handshake might fail, ssh-keyscan does.  Nothing is trusted or stored.
 */
#include <errno.h>
#include <fcntl.h>
#include <signal.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/prctl.h>
#include <sys/wait.h>
#include <unistd.h>

#include "base/clock.h"
#include "base/encode.h"
#include "base/io.h"
#include "base/json.h"
#include "base/mem.h"
#include "base/message.h"
#include "base/text.h"
#include "lang/host_key.h"
#include "executor/ssh/host_key_check.h"
#include "executor/ssh/host_key_scan.h"

#define TARGET_MAX (1024 * 1024)
#define SCAN_MS 20000

/* In the child: executes ssh-keyscan. */
static void __attribute__((noreturn))
become_keyscan(const struct job_target *t, int out)
{
	char *port = mem_printf("%d", ssh_conn_local_port(t));
	int null = open("/dev/null", O_RDWR | O_CLOEXEC);

	/* It prints the server's banner there, for each type. */
	if (dup2(out, 1) >= 0 && dup2(null, 2) >= 0) {
		prctl(PR_SET_PDEATHSIG, SIGKILL);
		loop_reset_signals();
		execlp("ssh-keyscan", "ssh-keyscan", "-T", "10", "-p", port,
		    "--", ssh_conn_local_host(t), (char *)NULL);
	}
	_exit(127);
}

/* The output of ssh-keyscan. */
static enum ssh_result
run_keyscan(const struct job_target *t, struct event_loop *loop,
    struct buf *text, struct buf *why)
{
	int64_t limit = clock_monotonic() + SCAN_MS;
	enum ssh_result result = SSH_OK;
	int ends[2], status = 0;
	ssize_t n = 1;
	pid_t pid;

	if (pipe2(ends, O_CLOEXEC) != 0 || (pid = fork()) < 0) {
		message_put(why, "ssh_scan_failed reason=%s", strerror(errno));
		return SSH_REFUSED;
	}
	if (pid == 0)
		become_keyscan(t, ends[1]);
	close(ends[1]);
	while (n > 0 && result == SSH_OK) {
		struct pollfd p = { .fd = ends[0], .events = POLLIN };

		if (loop_poll(loop, &p, 1, limit) != STOP_NONE ||
		    clock_monotonic() >= limit)
			result = SSH_LOST;
		else if (p.revents != 0 &&
		    (n = read(ends[0], buf_reserve(text, 4096), 4096)) > 0)
			text->len += (size_t)n;
	}
	close(ends[0]);
	if (result != SSH_OK)
		kill(pid, SIGKILL);
	waitpid(pid, &status, 0);
	if (WIFEXITED(status) && WEXITSTATUS(status) == 127)
		message_put(why, "ssh_scan_missing");
	return result;
}

/*
 * Selects the key of the pinned type, else the best one, from lines of "HOST
 * TYPE BASE64".
 */
static bool
choose(const struct job_target *t, const char *text, struct buf *blob)
{
	static const char *const spec[] = { "", "ssh-ed25519",
		"ecdsa-sha2-nistp256", "ecdsa-sha2-nistp384",
		"ecdsa-sha2-nistp521", "ssh-rsa" };
	char pinned[64] = "", type[64];
	size_t best = 6, rank, len;

	if (t->host_key != NULL)
		(void)host_key_read(t->host_key, pinned, blob);
	buf_reset(blob);
	for (const char *line = text; *line != '\0';
	     line += len + (line[len] == '\n')) {
		struct buf one = { 0 };

		len = strcspn(line, "\n");
		rank = 6;
		if (*line != '#' && strcspn(line, " ") < len &&
		    host_key_read(line + strcspn(line, " "), type, &one))
			for (rank = 0; rank < 6 &&
			     strcmp(rank == 0 ? pinned : spec[rank], type) != 0;
			     rank++)
				;
		if (rank < best) {
			buf_reset(blob);
			buf_put(blob, one.data, one.len);
			best = rank;
		}
		buf_clear(&one);
	}
	return best < 6;
}

static enum ssh_result
by_openssh(const struct job_target *t, struct event_loop *loop,
    struct buf *blob, struct buf *why)
{
	struct buf text = { 0 };
	enum ssh_result result = run_keyscan(t, loop, &text, why);

	buf_putc(&text, '\0');
	if (result == SSH_OK && !choose(t, text.data, blob)) {
		if (why->len == 0)
			message_put(why, "ssh_scan_nothing host=%s port=%d",
			    t->host, t->port);
		result = SSH_LOST;
	}
	buf_clear(&text);
	return result;
}

static enum ssh_result
by_libssh2(const struct job_target *t, struct event_loop *loop,
    struct buf *blob, struct buf *why)
{
	struct ssh *s = NULL;
	enum ssh_result result = ssh_begin(t, loop, &s, why);

	if (result != SSH_OK)
		return result;
	result = ssh_show_key(s, blob, why);
	ssh_conn_close(&s->conn);
	return result;
}

static enum ssh_result
scan(struct job_target *t, struct buf *blob, struct buf *why)
{
	struct output none = { 0 };
	struct event_loop loop = { .target = t->name, .output = &none };
	struct tunnel tunnel = { 0 };
	enum ssh_result result;

	loop_init(&loop, (int)getppid());
	loop_start(&loop, 0);
	result = tunnel_open_jump(t, &loop, &tunnel, why);
	if (result == SSH_OK) {
		t->local_port = tunnel.port;
		result = text_eq(t->client, "openssh")
		    ? by_openssh(t, &loop, blob, why)
		    : by_libssh2(t, &loop, blob, why);
	}
	if (result == SSH_LOST)
		tunnel_report(&tunnel, why);
	tunnel_close(&tunnel);
	return result;
}

static void
print(const struct buf *blob, const char *error)
{
	struct json_object *o = json_object_new_object();
	struct buf text = { 0 };
	char type[64];

	if (error != NULL) {
		json_set_text(o, "error", error);
	} else {
		host_key_type(blob->data, blob->len, type);
		buf_printf(&text, "%s ", type);
		encode_base64(blob->data, blob->len, &text);
		json_set_text(o, "host_key", buf_text(&text));
	}
	puts(json_write(o));
	json_object_put(o);
	buf_clear(&text);
}

int
scan_host_key(void)
{
	struct buf text = { 0 }, blob = { 0 }, why = { 0 };
	struct json_object *json = NULL;
	struct job_target target;
	struct fault fault;
	enum ssh_result result = SSH_REFUSED;

	if (io_read_file("/dev/stdin", TARGET_MAX, &text) != ERR_OK ||
	    json_read(buf_text(&text), text.len, &json, &fault) != ERR_OK ||
	    job_target_read(json, &target, &fault) != ERR_OK ||
	    !text_eq(target.kind, "ssh"))
		message_put(&why, "ssh_scan_target");
	else
		result = scan(&target, &blob, &why);
	print(&blob,
	    result == SSH_OK  ? NULL
		: why.len > 0 ? buf_text(&why)
			      : MESSAGE("ssh_scan_stopped"));
	if (text.data != NULL)
		explicit_bzero(text.data, text.len);
	buf_clear(&text);
	buf_clear(&blob);
	buf_clear(&why);
	json_object_put(json);
	return result == SSH_OK ? 0 : 1;
}
