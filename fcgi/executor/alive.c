/*
 * alive.c: the file that shows that the process is alive.
 *
 * A timestamp in its inode is enough, and can be set on a full disk too.
 */
#include <fcntl.h>
#include <stdio.h>
#include <sys/stat.h>
#include <unistd.h>

#include "base/clock.h"
#include "executor/alive.h"
#include "wire/exec.h"

static int alive_fd = -1;

enum err
alive_open(void)
{
	alive_fd = open(EXEC_ALIVE, O_WRONLY | O_CREAT | O_CLOEXEC, 0600);
	return alive_fd >= 0 ? ERR_OK : ERR_IO;
}

void
alive_beat(int64_t deadline)
{
	static int64_t last, known = -1;
	int64_t now = clock_monotonic();
	char text[32];
	int n;

	if (alive_fd < 0 || (now < last + EXEC_ALIVE_MS && deadline == known))
		return;
	last = now;
	/* Fixed length, so that it always replaces the previous text. */
	n = snprintf(text, sizeof(text), "%020lld\n", (long long)deadline);
	if (deadline != known && pwrite(alive_fd, text, (size_t)n, 0) == n)
		known = deadline;
	(void)futimens(alive_fd, NULL);
}
