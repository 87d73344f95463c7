/*
 * handed.h: the descriptors that `serve` opens for its programs: a program can
 * be restarted while its callers wait in the queue of the socket.
 */
#ifndef WIRE_HANDED_H
#define WIRE_HANDED_H

#include <stdbool.h>
#include <stdlib.h>

/* In the environment of the keeper and of the web program. */
#define HANDED_NAME "COUNTERSIGN_HANDED"
#define HANDED_SETTING HANDED_NAME "=1"

/* To the keeper. */
#define HANDED_KEEPER_SOCKET 3
#define HANDED_ADMIN_SOCKET 4
#define HANDED_RUNNER_SOCKET 5
#define HANDED_COMMITS 6 /* eventfd: it counts its commits */

/* To the web program. */
#define HANDED_WEB_SOCKET 0 /* of FastCGI */
#define HANDED_LIVE_SOCKET 3
#define HANDED_WAKE 4 /* the same eventfd: the live hub waits for it */

/* False: this program was started alone and opens sockets of its own. */
static inline bool
handed_is(void)
{
	return getenv(HANDED_NAME) != NULL;
}

#endif
