/* tunnel_carrier.h: the process that carries the bytes of a tunnel. */
#ifndef EXECUTOR_SSH_TUNNEL_CARRIER_H
#define EXECUTOR_SSH_TUNNEL_CARRIER_H

#include "executor/ssh/tunnel.h"

/*
 * A report of the process: one of these, a text, and NUL.  The first is the
 * result of its start; later ones are TUNNEL_NOWHERE or TUNNEL_LOST.
 */
enum {
	TUNNEL_OPEN = '+',
	TUNNEL_REFUSED = '!',
	TUNNEL_LOST = '?',
	TUNNEL_NOWHERE = '-'
};

/*
 * In the process of the tunnel: logs in, reports the result to `report`,
 * accepts connections from `listener` and carries their bytes.
 */
void tunnel_carry(const struct job_target *over, const struct tunnel_end *end,
    int listener, int report, int parent) __attribute__((noreturn));

#endif
