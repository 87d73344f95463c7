/*
 * way_carry.h: what way.c and way_carry.c share.
 */
#ifndef STEP_WAY_CARRY_H
#define STEP_WAY_CARRY_H

#include "step/way.h"

/* What the process says: one of these, a text, and NUL.  The first is how its
 * beginning ended; later ones are WAY_NOWHERE or WAY_LOST. */
enum { WAY_OPEN = '+', WAY_REFUSED = '!', WAY_LOST = '?', WAY_NOWHERE = '-' };

/*
 * In the process of the way: logs in, says so to `report` or why not, takes
 * connections from `listener` and carries their bytes.
 */
void	way_carry(const struct order_target *over, const struct way_end *end,
	    int listener, int report, int parent) __attribute__((noreturn));

/* The socket at which ssh takes connections for the process `pid`, in the
 * working folder. */
void	way_socket(pid_t pid, char ret[32]);

#endif
