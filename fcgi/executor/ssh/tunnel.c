/*
 * tunnel.c: a tunnel to a server over an SSH target.
 *
 * A process of its own carries the bytes (tunnel_carrier.c), so that each hop
 * has its own session: an SSH session over a jump host, the clients of the
 * databases, whose calls block, and libcurl all simply connect to a port.  It
 * listens on loopback, as MySQL's newer logins and ssh itself do not accept a
 * Unix socket; other users of this machine can reach the port, so a connection
 * is accepted only after the kernel's table has shown its owner.  The process
 * ends with the one that started it.
 *
 * Running one SSH session inside the other's callbacks was tried: it works for
 * libssh2 alone, and each wait must then know of every session below it.
 */
#include <arpa/inet.h>
#include <errno.h>
#include <fcntl.h>
#include <signal.h>
#include <string.h>
#include <sys/socket.h>
#include <sys/wait.h>
#include <time.h>
#include <unistd.h>

#include "base/clock.h"
#include "base/json.h"
#include "base/message.h"
#include "executor/ssh/tunnel_remote.h"

#define START_MS 60000 /* for one hop and those before it */
#define END_MS 2000

/* A listener on a free loopback port, or -1. */
static int
listen_here(int *ret_port)
{
	struct sockaddr_in a = { .sin_family = AF_INET,
		.sin_addr.s_addr = htonl(INADDR_LOOPBACK) };
	socklen_t len = sizeof(a);
	int fd = socket(AF_INET, SOCK_STREAM | SOCK_CLOEXEC | SOCK_NONBLOCK, 0);

	if (fd < 0 || bind(fd, (struct sockaddr *)&a, len) != 0 ||
	    listen(fd, 4) != 0 ||
	    getsockname(fd, (struct sockaddr *)&a, &len) != 0) {
		if (fd >= 0)
			close(fd);
		return -1;
	}
	*ret_port = ntohs(a.sin_port);
	return fd;
}

/*
 * Reads the report of the process: a letter, and the reason unless it is
 * TUNNEL_OPEN.
 */
static enum ssh_result
take_report(struct tunnel *tunnel, const struct job_target *over,
    struct event_loop *loop, struct buf *why)
{
	int64_t limit = clock_monotonic() + START_MS;
	struct pollfd p = { .fd = tunnel->report, .events = POLLIN };
	char text[4096];
	ssize_t n;

	while (p.revents == 0 && clock_monotonic() < limit)
		if (loop_poll(loop, &p, 1, limit) != STOP_NONE)
			return SSH_STOPPED;
	n = read(tunnel->report, text, sizeof(text) - 1);
	text[n > 0 ? n : 0] = '\0';
	if (text[0] == TUNNEL_OPEN)
		return SSH_OK;
	message_put(why, "tunnel_failed target=%s reason=%s", over->name,
	    n > 1 ? text + 1 : MESSAGE("tunnel_no_answer"));
	return n > 0 && text[0] == TUNNEL_REFUSED ? SSH_REFUSED : SSH_LOST;
}

enum ssh_result
tunnel_open(const struct job_target *over, const struct tunnel_end *end,
    struct event_loop *loop, struct tunnel *ret, struct buf *why)
{
	struct tunnel tunnel = { .report = -1 };
	int report[2] = { -1, -1 }, listener, parent = (int)getpid();
	enum ssh_result result;

	listener = listen_here(&tunnel.port);
	if (listener < 0 || pipe2(report, O_CLOEXEC | O_NONBLOCK) != 0 ||
	    (tunnel.pid = fork()) < 0) {
		message_put(why, "tunnel_local target=%s reason=%s", over->name,
		    strerror(errno));
		for (int i = 0; i < 2; i++)
			if (report[i] >= 0)
				close(report[i]);
		if (listener >= 0)
			close(listener);
		return SSH_REFUSED;
	}
	if (tunnel.pid == 0)
		tunnel_carry(over, end, listener, report[1], parent);
	close(listener);
	close(report[1]);
	tunnel.report = report[0];
	result = take_report(&tunnel, over, loop, why);
	if (result == SSH_OK)
		*ret = tunnel;
	else
		tunnel_close(&tunnel);
	return result;
}

enum ssh_result
tunnel_open_jump(const struct job_target *target, struct event_loop *loop,
    struct tunnel *ret, struct buf *why)
{
	const struct tunnel_end end = { target->host, target->port, NULL };
	struct job_target jump;
	struct fault fault;

	if (json_get(target->json, "jump") == NULL)
		return SSH_OK;
	if (job_target_read(json_get(target->json, "jump"), &jump, &fault) ==
	    ERR_OK)
		return tunnel_open(&jump, &end, loop, ret, why);
	buf_puts(why, fault.message);
	return SSH_REFUSED;
}

bool
tunnel_report(struct tunnel *tunnel, struct buf *why)
{
	bool nowhere = false;
	char text[4096];
	ssize_t n;

	if (tunnel->port == 0)
		return false;
	n = read(tunnel->report, text, sizeof(text) - 1);
	text[n > 0 ? n : 0] = '\0';
	for (ssize_t at = 0; at < n; at += (ssize_t)strlen(text + at) + 1) {
		nowhere |= text[at] == TUNNEL_NOWHERE;
		buf_printf(why, "%s%s", why->len > 0 ? " " : "", text + at + 1);
	}
	return nowhere;
}

/* Lets it clean up: it has files and tunnels of its own. */
static void
end_process(pid_t pid)
{
	static const struct timespec pause = { 0, 5000000 };

	kill(pid, SIGTERM);
	for (int i = 0; i < END_MS / 5; i++) {
		if (waitpid(pid, NULL, WNOHANG) != 0)
			return;
		nanosleep(&pause, NULL);
	}
	kill(pid, SIGKILL);
	waitpid(pid, NULL, 0);
}

void
tunnel_close(struct tunnel *tunnel)
{
	char path[32];

	if (tunnel->pid <= 0)
		return;
	end_process(tunnel->pid);
	tunnel_socket(tunnel->pid, path);
	unlink(path);
	close(tunnel->report);
	*tunnel = (struct tunnel){ 0 };
}
