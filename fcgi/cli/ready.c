/*
 * ready.c: the console's port: listens there, and asks whether it answers.
 *
 * One request written by hand: the command line is not linked with an HTTP
 * client, so that it cannot be made to fetch anything.
 */
#include <arpa/inet.h>
#include <errno.h>
#include <netinet/in.h>
#include <stdlib.h>
#include <string.h>
#include <sys/socket.h>
#include <sys/time.h>
#include <unistd.h>

#include "base/io.h"
#include "base/text.h"
#include "cli/ready.h"

static int
connect_to(const char *port)
{
	struct sockaddr_in address = { .sin_family = AF_INET };
	struct timeval patience = { .tv_sec = 2 };
	int64_t number;
	int fd;

	if (!text_int(port, 1, 65535, &number))
		return -1;
	address.sin_port = htons((uint16_t)number);
	address.sin_addr.s_addr = htonl(INADDR_LOOPBACK);
	fd = socket(AF_INET, SOCK_STREAM | SOCK_CLOEXEC, 0);
	if (fd < 0)
		return -1;
	setsockopt(fd, SOL_SOCKET, SO_RCVTIMEO, &patience, sizeof(patience));
	if (connect(fd, (struct sockaddr *)&address, sizeof(address)) == 0)
		return fd;
	close(fd);
	return -1;
}

int
ready_listen(const char *port)
{
	struct sockaddr_in address = { .sin_family = AF_INET };
	int64_t number = 0;
	int fd, saved, on = 1;

	(void)text_int(port, 1, 65535, &number);
	address.sin_port = htons((uint16_t)number);
	address.sin_addr.s_addr = htonl(INADDR_LOOPBACK);
	fd = socket(AF_INET, SOCK_STREAM | SOCK_CLOEXEC, 0);
	if (fd >= 0 &&
	    setsockopt(fd, SOL_SOCKET, SO_REUSEADDR, &on, sizeof(on)) == 0 &&
	    bind(fd, (struct sockaddr *)&address, sizeof(address)) == 0 &&
	    listen(fd, 511) == 0)
		return fd;
	saved = errno;
	if (fd >= 0)
		close(fd);
	errno = saved;
	return -1;
}

bool
ready_page(const char *port)
{
	static const char request[] = "GET /healthz HTTP/1.0\r\n\r\n";
	char answer[16] = "";
	int fd = connect_to(port);
	bool ok;

	if (fd < 0)
		return false;
	ok = io_write_all(fd, request, sizeof(request) - 1) == 0 &&
	    read(fd, answer, 12) == 12 &&
	    strcmp(answer + 8, " 200") == 0;
	close(fd);
	return ok;
}
