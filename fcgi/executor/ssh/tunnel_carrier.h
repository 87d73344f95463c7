/*
 * tunnel_carrier.h: what tunnel.c and tunnel_carrier.c share.
 */
#ifndef EXECUTOR_SSH_TUNNEL_CARRIER_H
#define EXECUTOR_SSH_TUNNEL_CARRIER_H

#include "executor/ssh/tunnel.h"

/* What the process says: one of these, a text, and NUL.  The first is how its
 * beginning ended; later ones are TUNNEL_NOWHERE or TUNNEL_LOST. */
enum {
	TUNNEL_OPEN = '+',
	TUNNEL_REFUSED = '!',
	TUNNEL_LOST = '?',
	TUNNEL_NOWHERE = '-'
};

/*
 * In the process of the way: logs in, says so to `report` or why not, takes
 * connections from `listener` and carries their bytes.
 */
void tunnel_carry(const struct job_target *over, const struct tunnel_end *end,
    int listener, int report, int parent) __attribute__((noreturn));

/* The socket at which ssh takes connections for the process `pid`, in the
 * working folder. */
void tunnel_socket(pid_t pid, char ret[32]);

#endif
