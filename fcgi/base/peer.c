/*
 * peer.c: identifies the peer of a local socket.
 *
 * If the console runs as an ordinary user, its processes and the scripts of its
 * steps have the same user.  The flag no_new_privs distinguishes them: a script
 * has it and cannot clear it.
 */
#include <stdlib.h>
#include <string.h>
#include <sys/socket.h>
#include <unistd.h>

#include "base/buf.h"
#include "base/io.h"
#include "base/mem.h"
#include "base/peer.h"

static bool
find_peer(int fd, struct ucred *ret)
{
	socklen_t len = sizeof(*ret);

	return getsockopt(fd, SOL_SOCKET, SO_PEERCRED, ret, &len) == 0;
}

bool
peer_is_ours(int fd)
{
	struct ucred peer;

	return find_peer(fd, &peer) && (peer.uid == 0 || peer.uid == geteuid());
}

bool
peer_is_confined(int fd)
{
	struct buf text = { 0 };
	struct ucred peer;
	bool confined = false;
	char *path;

	if (!find_peer(fd, &peer) || peer.uid != geteuid())
		return false;
	path = mem_printf("/proc/%d/status", (int)peer.pid);
	if (io_read_file(path, 65536, &text) == ERR_OK)
		confined = strstr(text.data, "\nNoNewPrivs:\t1") != NULL;
	buf_clear(&text);
	free(path);
	return confined;
}
