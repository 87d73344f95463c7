/*
 * ready.c: the console's port: listens on it and checks that it answers.
 *
 * The one request is written by hand: the command line is not linked with an
 * HTTP client, so that it cannot be made to fetch anything.
 */
#include <errno.h>
#include <netinet/in.h>
#include <stdlib.h>
#include <string.h>
#include <sys/socket.h>
#include <sys/time.h>
#include <unistd.h>

#include "base/io.h"
#include "cli/endpoint.h"
#include "cli/ready.h"

/* Connecting to 0.0.0.0 or :: connects to loopback. */
static int
connect_to(const struct cli *c)
{
	struct timeval patience = { .tv_sec = 2 };
	struct sockaddr_storage address;
	socklen_t len;
	int fd;

	if (!endpoint_address(c, &address, &len))
		return -1;
	fd = socket(address.ss_family, SOCK_STREAM | SOCK_CLOEXEC, 0);
	if (fd < 0)
		return -1;
	setsockopt(fd, SOL_SOCKET, SO_RCVTIMEO, &patience, sizeof(patience));
	if (connect(fd, (struct sockaddr *)&address, len) == 0)
		return fd;
	close(fd);
	return -1;
}

int
ready_listen(const struct cli *c)
{
	struct sockaddr_storage address;
	int fd, saved, on = 1, off = 0;
	socklen_t len;

	if (!endpoint_address(c, &address, &len)) {
		errno = EINVAL;
		return -1;
	}
	/*
	 * nginx does not change the flags of an inherited socket; a worker that
	 * blocks in accept() would answer nobody else.
	 */
	fd = socket(
	    address.ss_family, SOCK_STREAM | SOCK_CLOEXEC | SOCK_NONBLOCK, 0);
	if (fd >= 0 && address.ss_family == AF_INET6) /* :: covers all */
		setsockopt(fd, IPPROTO_IPV6, IPV6_V6ONLY, &off, sizeof(off));
	if (fd >= 0 &&
	    setsockopt(fd, SOL_SOCKET, SO_REUSEADDR, &on, sizeof(on)) == 0 &&
	    bind(fd, (struct sockaddr *)&address, len) == 0 &&
	    listen(fd, 511) == 0)
		return fd;
	saved = errno;
	if (fd >= 0)
		close(fd);
	errno = saved;
	return -1;
}

bool
ready_page(const struct cli *c)
{
	static const char request[] = "GET /healthz HTTP/1.0\r\n\r\n";
	char answer[16] = "";
	int fd = connect_to(c);
	bool ok;

	if (fd < 0)
		return false;
	ok = io_write_all(fd, request, sizeof(request) - 1) == 0 &&
	    read(fd, answer, 12) == 12 && strcmp(answer + 8, " 200") == 0;
	close(fd);
	return ok;
}
