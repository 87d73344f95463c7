/*
 * fan.c: `true` on a host over SSH, many times, by the least that
 * does it.
 *
 * usage: fan PORT USER KEY TIMES PARALLEL, where KEY has its public half in
 * KEY.pub.  One process a connection, as countersign-executor has it; nothing
 * is checked, recorded or made durable.  Its time is that of sshd and the
 * cryptography: the floor that the step is held against.
 */
#include <arpa/inet.h>
#include <err.h>
#include <libssh2.h>
#include <netinet/in.h>
#include <netinet/tcp.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/socket.h>
#include <sys/wait.h>
#include <unistd.h>

static int
dial(int port)
{
	struct sockaddr_in to = { .sin_family = AF_INET,
		.sin_port = htons((uint16_t)port),
		.sin_addr.s_addr = htonl(INADDR_LOOPBACK) };
	int fd = socket(AF_INET, SOCK_STREAM, 0), one = 1;

	if (fd < 0 || connect(fd, (struct sockaddr *)&to, sizeof(to)) != 0)
		err(1, "connect");
	setsockopt(fd, IPPROTO_TCP, TCP_NODELAY, &one, sizeof(one));
	setsockopt(fd, IPPROTO_TCP, TCP_QUICKACK, &one, sizeof(one));
	return fd;
}

static int
run_true(int port, const char *user, const char *key, const char *public)
{
	LIBSSH2_SESSION *session = libssh2_session_init();
	LIBSSH2_CHANNEL *channel;
	char bytes[256];
	int fd = dial(port), status;

	if (libssh2_session_handshake(session, fd) != 0 ||
	    libssh2_userauth_publickey_fromfile(
		session, user, public, key, NULL) != 0 ||
	    (channel = libssh2_channel_open_session(session)) == NULL ||
	    libssh2_channel_exec(channel, "true") != 0)
		return 1;
	while (libssh2_channel_read(channel, bytes, sizeof(bytes)) > 0)
		;
	libssh2_channel_close(channel);
	libssh2_channel_wait_closed(channel);
	status = libssh2_channel_get_exit_status(channel);
	close(fd);
	return status;
}

int
main(int argc, char **argv)
{
	int times, parallel, running = 0, failed = 0, status;
	char public[4096];

	if (argc != 6)
		errx(2, "usage: fan PORT USER KEY TIMES PARALLEL");
	times = (int)strtol(argv[4], NULL, 10);
	parallel = (int)strtol(argv[5], NULL, 10);
	snprintf(public, sizeof(public), "%s.pub", argv[3]);
	libssh2_init(0);
	while (times > 0 || running > 0) {
		if (times > 0 && running < parallel) {
			pid_t pid = fork();

			if (pid == 0)
				_exit(run_true((int)strtol(argv[1], NULL, 10),
				    argv[2], argv[3], public));
			if (pid < 0)
				err(1, "fork");
			times--;
			running++;
			continue;
		}
		if (wait(&status) > 0) {
			running--;
			failed += status != 0;
		}
	}
	if (failed > 0)
		errx(1, "%d failed", failed);
	return 0;
}
